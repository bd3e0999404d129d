"""What `compare` runs in a process of each commit: rounds of the same work, each step timed.

It is run as a file with another commit's folder before everything else on the path, so it takes nothing from
`tests.bench`, and from the rest only what every commit has.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.commands.instances.jobs import fire_job
from app.models import Job
from app.services.people import api_tokens, users
from app.web import create_app
from tests.reports import answers_for, report, report_values
from tests.serving import Installation, form_in

ONE = report("SIN-001")
WHO = {"LAPOR ! – SP4N": "lapor", "UPP K/L/D": "upp", "UPT": "dpupr"}
#: Step → (seconds of work, seconds by the clock), as often as it was done.
Times = dict[str, list[tuple[float, float]]]


class Probe:
    """An installation of its own, and three officers at work there."""

    def __init__(self, folder: Path) -> None:
        self._office = Installation(folder, {"ALUR_ALLOW_TIME_TRAVEL": "0"})
        self._office.command("demo")
        self._database = self._office.database
        app = create_app(self._office.config, self._database)
        with self._database.transaction() as session:
            tokens = {
                name: api_tokens.issue(session, users.named(session, name), actor=None)
                for name in WHO.values()
            }
        self._tokens, self._api = tokens, app.test_client()
        self._pages = {name: _signed_in(app.test_client(), name) for name in WHO.values()}
        self._number, self._times = 1_000_000, Times()

    def run(self) -> Times:
        """Take a case along its whole way, look at its pages, and let a deadline pass."""
        self._times = defaultdict(list)
        case = self._start()
        while (task := self._open_task(case)) is not None:
            officer = WHO[task["lane"]]
            with self._timing("page: a task"):
                self._page(officer, f"/tugas/{task['id']}")
            with self._timing("page: an open case"):
                self._page(officer, f"/perkara/{case}")
            body = {"variables": answers_for(task["activity_id"], ONE)}
            with self._timing("API: complete"):
                self._post(officer, f"/tasks/{task['id']}/complete", body)
        for name, path in (
            ("inbox", "/tugas?tab=mine"),
            ("queue", "/tugas?tab=queue"),
            ("cases", "/perkara"),
        ):
            with self._timing(f"page: {name}"):
                self._page("upp", path)
        with self._timing("page: start form"):
            self._page("lapor", "/laporan/baru")
        job = self._deadline(self._start())
        with self._timing("timer: a firing"):
            fire_job(self._database, job.id, at=job.due_at)
        return self._times

    def _start(self) -> int:
        self._number += 1
        values = {**report_values(ONE), "tracking_id": str(self._number)}
        with self._timing("API: start"):
            answer = self._post("lapor", "/process-instances", {"key": "pengaduan", "variables": values})
        case: int = answer.json["id"]  # type: ignore[index]
        return case

    def _open_task(self, case: int) -> dict[str, Any] | None:
        for name in WHO.values():
            with self._timing("API: tasks of a case"):
                answer = self._api.get(f"/api/v1/tasks?instance_id={case}", headers=self._headers(name))
            found = _good(answer).json["items"]  # type: ignore[index]
            if found:
                task: dict[str, Any] = found[0]
                return task
        return None

    def _deadline(self, case: int) -> Job:
        with self._database.reading() as session:
            return session.scalars(select(Job).where(Job.instance_id == case)).one()

    def _page(self, name: str, path: str) -> None:
        _good(self._pages[name].get(path))

    def _post(self, name: str, path: str, body: object) -> TestResponse:
        headers = {**self._headers(name), "Idempotency-Key": uuid4().hex}
        return _good(self._api.post(f"/api/v1{path}", json=body, headers=headers))

    def _headers(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[name]}"}

    @contextmanager
    def _timing(self, name: str) -> Iterator[None]:
        began, worked = time.perf_counter(), time.thread_time()
        yield
        spent = time.thread_time() - worked, time.perf_counter() - began
        self._times[name].append(spent)


def _signed_in(client: FlaskClient, name: str) -> FlaskClient:
    action, hidden = form_in(client.get("/masuk").text, "/masuk")
    client.post(action, data=hidden | {"username": name, "password": "demo"})
    return client


def _good(answer: TestResponse) -> TestResponse:
    assert answer.status_code in {200, 201}, answer.text
    return answer


def main(run: Callable[[], Times]) -> None:
    """A round for each line that comes in; its times go out as one line."""
    print("{}", flush=True)
    for _line in sys.stdin:
        print(json.dumps(run()), flush=True)


if __name__ == "__main__":
    main(Probe(Path(sys.argv[1])).run)
