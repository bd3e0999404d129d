"""Jobs by the API: the token that takes them, and the worker of the docs."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.base.db import Database
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.people import api_tokens, users
from tests.services.office import add_user
from tests.services.worker_jobs import TYPE, letters
from tests.web.conftest import Api, Browser

DOCS = Path(__file__).parents[3] / "docs/worker-jobs.md"
ASKED = {"type": TYPE, "worker": "w1", "max_jobs": 5}


@pytest.fixture
def start(office: Database) -> Callable[[], int]:
    with office.transaction() as session:
        deployments.deploy(session, letters(), actor=None)
        rina = add_user(session, "rina", "Loket")

    def begin() -> int:
        values = {"judul": "Izin Bapak Slamet", "jumlah": 3, "pelapor": "Siti"}
        with office.transaction() as session:
            return instances.start(session, "surat", values, actor=rina).instance.id

    return begin


@pytest.fixture
def worker(app: Flask, office: Database) -> Api:
    with office.transaction() as session:
        add_user(session, "mesin")
        mesin = users.named(session, "mesin")
        return Api(app.test_client(), api_tokens.issue(session, mesin, actor=None, job_types=[TYPE]))


def take(worker: Api, **more: Any) -> list[dict[str, Any]]:
    answer = worker.post("/jobs/activate", ASKED | more)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def test_a_job_is_taken_told_and_completed(
    start: Callable[[], int], worker: Api, api: Callable[[str], Api]
) -> None:
    case = start()
    [job] = take(worker)
    assert {job[key] for key in ("type", "activity_id", "process")} == {TYPE, "kirim", "surat"}
    assert (job["variables"], job["retries"], job["headers"]) == ({"jumlah": 3}, 3, {})
    done = worker.post(f"/jobs/{job['id']}/complete", {"lock": job["lock"], "variables": {"nomor": "7"}})
    assert (done.status_code, done.json) == (200, {"state": "active"})
    told = api("pemilik").get(f"/process-instances/{case}/history").json["items"]
    assert [one["type"] for one in told if one["type"].startswith("worker")] == [
        "worker_job_taken",
        "worker_job_completed",
    ]


def test_a_repeat_takes_the_same_jobs_and_completes_once(start: Callable[[], int], worker: Api) -> None:
    start(), start()
    first = worker.post("/jobs/activate", {**ASKED, "max_jobs": 1}, key="k")
    again = worker.post("/jobs/activate", {**ASKED, "max_jobs": 1}, key="k")
    assert first.json == again.json
    [job] = first.json["items"]
    body = {"lock": job["lock"], "variables": {}}
    answers = [worker.post(f"/jobs/{job['id']}/complete", body, key="c") for _n in range(2)]
    assert [(one.status_code, one.json) for one in answers] == [(200, {"state": "active"})] * 2


def test_a_job_fails_is_extended_or_ends_with_an_error(start: Callable[[], int], worker: Api) -> None:
    start()
    [job] = take(worker)
    path, lock = f"/jobs/{job['id']}", {"lock": job["lock"]}
    assert worker.post(f"{path}/extend", {**lock, "lock_s": 900}).json["ready_at"] > job["locked_until"]
    failed = worker.post(f"{path}/fail", {**lock, "message": "mati", "retry_in_s": 0})
    assert failed.json["retries"] == 2
    lost = worker.post(f"{path}/complete", lock)
    assert (lost.status_code, lost.json["code"]) == (409, "job_lost")
    [job] = take(worker)
    thrown = worker.post(f"{path}/error", {"lock": job["lock"], "code": "ditolak"})
    assert (thrown.status_code, thrown.json) == (200, {"state": "incident"})
    assert take(worker) == []


def test_what_is_out_of_bounds_is_refused(worker: Api) -> None:
    for field in ({"max_jobs": 21}, {"lock_s": 3601}, {"lock_s": 0}, {"wait_s": 21}, {"nix": 1}):
        assert worker.post("/jobs/activate", ASKED | field).status_code == 422, field
    assert worker.post("/jobs/nix/complete", {"lock": "x"}).status_code == 404


def test_a_token_for_jobs_opens_nothing_else(app: Flask, worker: Api) -> None:
    """Every other operation there is, with whatever it is about."""
    asked = 0
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1") and "api-jobs" not in rule.endpoint:
            path = re.sub(r"<[^>]*>", "1", rule.rule)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                answer = worker.client.open(path, method=method, headers=worker.headers)
                assert answer.status_code == 403, (method, path, answer.status_code)
                asked += 1
    assert asked > 20
    assert worker.post("/jobs/activate", {**ASKED, "type": "lain"}).status_code == 403


def test_no_other_token_takes_jobs(start: Callable[[], int], api: Callable[[str], Api]) -> None:
    start()
    for name in ("admin", "pemilik", "lapor", "auditor"):
        assert api(name).post("/jobs/activate", ASKED).status_code == 403


def test_a_call_waits_for_a_job_and_holds_nothing_meanwhile(
    start: Callable[[], int], worker: Api, office: Database
) -> None:
    found: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: found.extend(take(worker, wait_s=15)))
    began = time.monotonic()
    waiting.start()
    time.sleep(0.3)
    assert office.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    start()
    waiting.join(15)
    assert [job["type"] for job in found] == [TYPE]
    assert time.monotonic() - began < 10


def test_without_waiting_an_empty_answer_comes_at_once(worker: Api) -> None:
    began = time.monotonic()
    assert take(worker) == []
    assert time.monotonic() - began < 2


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_worker_of_the_docs_does_what_waits(
    start: Callable[[], int], worker: Api, address: str, office: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = start()
    [source] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert len(source.splitlines()) <= 40
    token = worker.headers["Authorization"].partition(" ")[2]
    monkeypatch.setattr("sys.argv", ["worker.py", address, token, TYPE])
    program: dict[str, Any] = {"__name__": "worker"}
    exec(compile(source, "worker.py", "exec"), program)
    program["once"](wait_s=0)
    with office.reading() as session:
        row = session.get_one(instances.ProcessInstance, case)
        assert row.variables["nomor_surat"] == f"S-{row.business_key}"
        assert [task.activity_id for task in instances.open_tasks(session, case)] == ["arsip"]
    start()

    def fails(_job: Any) -> Any:
        raise RuntimeError("server mati")

    program["do"] = fails
    program["once"](wait_s=0)
    assert take(worker) == []


def test_those_who_oversee_see_what_waits_for_which_worker(
    start: Callable[[], int], worker: Api, sign_in: Callable[[str], Browser]
) -> None:
    start(), start()
    take(worker, max_jobs=1)
    page = sign_in("pemilik").get("/pemasangan/pekerjaan-luar").text
    assert page.count(TYPE) == 2
    assert "w1" in page
    assert "Sedang dikerjakan" in page
    assert "Menunggu pekerja" in page
    assert sign_in("lapor").get("/pemasangan/pekerjaan-luar").status_code == 403
