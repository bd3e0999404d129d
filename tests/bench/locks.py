"""How long each command holds SQLite's write lock, from BEGIN IMMEDIATE to the end of its commit; and pages beside
1,000 live processes."""

import gc
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import Connection, event, select

from app.base.config import ROOT
from app.base.db import Database
from app.commands.instances.jobs import fire_job
from app.commands.maintenance import keeping
from app.commands.transaction import run_without_key
from app.models import Job
from app.services.maintenance import backup, heartbeat
from app.services.notifications import outbox
from app.services.people import api_tokens, users
from app.web import create_app
from tests.bench.figures import Series, office_for, row
from tests.bench.over_http import ONE, WHO, next_task, post, sign_in, values_of
from tests.engine.building import bpmn, end, start, user
from tests.reports import answers_for

LANES = {"UPP K/L/D": "mulai periksa selesai"}
TIMES, CASES, DIAGRAMS, LIVE = 20, 5, 30, (64, 1_000)
UPLOADED = (10_000, 5_000_000)


class Locks:
    """Notes how long write transactions last: seconds by the clock, and of this thread's work, by command."""

    def __init__(self, database: Database) -> None:
        self.held: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self._name, self._since = "", dict[int, tuple[float, float]]()
        event.listen(database.engine, "begin", self._begun)  # after the one that says BEGIN IMMEDIATE
        event.listen(database.engine, "checkin", self._over)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Whatever is written meanwhile is this command's."""
        self._name = name
        yield
        self._name = ""

    def _begun(self, connection: Connection) -> None:
        if connection.get_execution_options().get("alur_write"):
            held: Any = connection.connection.driver_connection
            self._since[id(held)] = (time.perf_counter(), time.thread_time())

    def _over(self, connection: object, _record: object) -> None:
        if (began := self._since.pop(id(connection), None)) and self._name:
            spent = (time.perf_counter() - began[0], time.thread_time() - began[1])
            self.held[self._name].append(spent)


def measure(folder: Path) -> None:
    office = office_for(folder)
    database, locks = office.database, Locks(office.database)
    app = create_app(office.config, database)
    with database.transaction() as session:
        people = {name: users.named(session, name) for name in (*WHO.values(), "pemilik")}
        tokens = {name: api_tokens.issue(session, one, actor=None) for name, one in people.items()}
    api = app.test_client()
    gc.collect()
    gc.freeze()  # as `app.web.serving.server` and `app.worker` do it
    for name, do in _commands(api, tokens, database).items():
        with locks.of(name):
            do()
    with locks.of("backup"):
        backup.backup(office.config, database, folder / "backup")
    for name, held in locks.held.items():
        work, clock = max(one[1] for one in held), max(one[0] for one in held)
        figure = f"work {work * 1000:.1f} ms, by the clock {clock * 1000:.1f} ms (n={len(held)})"
        row(f"longest write lock, {name}", figure, "≤ 50 ms" + "  MISSED" * (work > 0.05))
    longest = max(one[1] for held in locks.held.values() for one in held)
    row("longest write lock of any command", f"work {longest * 1000:.1f} ms", "≤ 50 ms")
    pages = app.test_client()
    sign_in(pages, "upp")
    _beside_live_processes(api, tokens["pemilik"], pages)
    database.engine.dispose()


def _commands(
    api: FlaskClient, tokens: Mapping[str, str], database: Database
) -> dict[str, Callable[[], None]]:
    def start_cases() -> None:
        for number in range(3_000_000, 3_000_000 + CASES):
            body = {"key": "pengaduan", "variables": values_of(number)}
            post(api, tokens["lapor"], "/process-instances", body)

    def complete() -> None:
        for number in range(3_000_000, 3_000_000 + CASES - 1):
            while (found := next_task(api, tokens, number)) is not None:
                name, task = found
                body = {"variables": answers_for(task["activity_id"], ONE)}
                post(api, tokens[name], f"/tasks/{task['id']}/complete", body)

    def claim() -> None:
        name, task = next_task(api, tokens, 3_000_000 + CASES - 1) or ("", {"id": ""})
        post(api, tokens[name], f"/tasks/{task['id']}/claim", None)

    def fire() -> None:
        with database.reading() as session:
            jobs = session.scalars(select(Job)).all()
        for job in jobs:
            fire_job(database, job.id, at=job.due_at)

    def upload_all() -> None:
        for size in UPLOADED:
            _upload(api, tokens["lapor"], "/files", "file", {"bukti.txt": b"Keterangan. " * (size // 12)})

    def deploy_sop() -> None:
        folders = (ROOT / "processes", ROOT / "forms")
        files = {path.name: path.read_bytes() for folder in folders for path in folder.iterdir()}
        files["telaahan.form"] += b"\n"
        _upload(api, tokens["pemilik"], "/deployments", "files", files)

    def deploy_many() -> None:
        _upload(api, tokens["pemilik"], "/deployments", "files", _diagrams(0, DIAGRAMS))

    return {
        "start": start_cases,
        "complete": complete,
        "claim": claim,
        "a timer": fire,
        "upload of a file": upload_all,
        "deploy, the SOP": deploy_sop,
        f"deploy, {DIAGRAMS} diagrams": deploy_many,
        "delivering notices": lambda: run_without_key(database, outbox.deliver) and None,
        "heartbeat": lambda: run_without_key(database, heartbeat.beat),
        "keeping house": lambda: keeping.forget_old(database) and None,
    }


def _diagrams(first: int, count: int) -> dict[str, bytes]:
    nodes = [start("mulai"), user("periksa"), end("selesai")]
    return {
        f"proses_{n}.bpmn": bpmn(
            nodes, "mulai > periksa > selesai", lanes=LANES, key=f"proses_{n}", name=f"P {n}"
        )
        for n in range(first, first + count)
    }


def _upload(api: FlaskClient, token: str, path: str, field: str, files: Mapping[str, bytes]) -> None:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
    data = {field: [(BytesIO(content), name) for name, content in files.items()]}
    listed = api.get("/api/v1/process-definitions?limit=200", headers=headers).get_json()["items"]
    query = {"based_on": [one["id"] for one in listed]} if path == "/deployments" else {}
    given = {"headers": headers, "content_type": "multipart/form-data", "query_string": query}
    answer = api.post(f"/api/v1{path}", data=data, **given)
    assert answer.status_code in {200, 201}, answer.text


def _beside_live_processes(api: FlaskClient, token: str, pages: FlaskClient) -> None:
    """The same page beside few live processes and beside many; ``DIAGRAMS`` and the SOP are there."""
    medians, there = [], DIAGRAMS + 1
    for wanted in LIVE:
        while there < wanted:
            count = min(DIAGRAMS, wanted - there)
            _upload(api, token, "/deployments", "files", _diagrams(there, count))
            there += count
        seen = Series()
        for number in range(TIMES + 2):
            with seen.timing():
                assert pages.get("/notifikasi").status_code == 200
            if number < 2:
                seen = Series()
        medians.append(statistics.median(seen.busy) * 1000)
        row(f"a page beside {wanted:,} live processes", f"{seen}; {seen.cpu}")
    row("", f"{medians[1] / medians[0]:.2f} ×", "flat")
