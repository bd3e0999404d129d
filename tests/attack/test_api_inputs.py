"""Bodies by the thousand to every command of the API: taken, or refused with a problem that stores nothing."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.db import Base, Database
from tests.attack.inputs import SEEDS, attacked
from tests.attack.making.requests import Command, Request, request
from tests.reports import answers_for, report_values
from tests.web.conftest import Api, Case

#: Who may do it, what he would send, and the field of its files, by the path's end.
SOUND: dict[str, tuple[str, Any, str]] = {
    "/deployments": ("pemilik", {}, "files"),
    "/files": ("lapor", {}, "file"),
    "/claim": ("lapor", {}, ""),
    "/release": ("lapor", {}, ""),
    "/retry": ("pemilik", {}, ""),
    "/messages": ("lapor", {"name": "data pelengkap diterima", "business_key": "1", "variables": {}}, ""),
    "/process-instances/{instance_id}": ("pemilik", {"reason": "keliru"}, ""),
}
REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 413, 415, 422})


CASES = 12


def commands(client: FlaskClient, case: Case) -> Iterator[Command]:
    """Every operation of the OpenAPI document that changes something."""
    task, lapor = case.task("lapor"), case.api("lapor")
    for _n in range(CASES):
        lapor.post("/process-instances", {"key": "pengaduan", "variables": report_values(case.report)})
    tasks = tuple(one["id"] for one in lapor.get("/tasks").json["items"])
    ids = {
        "task_id": tasks,
        "instance_id": tuple(str(case.id + n) for n in range(CASES)),
        "incident_id": ("1",),
    }
    start = {"key": "pengaduan", "variables": report_values(case.report)}
    done = {"variables": answers_for(task["activity_id"], case.report), "answers": {}}
    sound = {**SOUND, "/process-instances": ("lapor", start, ""), "/complete": ("lapor", done, "")}
    for path, methods in client.get("/api/v1/openapi.json").json["paths"].items():
        for method in methods.keys() & {"post", "put", "patch", "delete"}:
            by, body, files = next(given for end, given in sound.items() if path.endswith(end))
            needed = {name: value for name, value in ids.items() if f"{{{name}}}" in path}
            yield Command(method.upper(), path, by, body, needed, files)


class Judge:
    """Sends requests and looks at each answer, and at whether the database moved."""

    def __init__(self, client: FlaskClient, api: Callable[[str], Api], office: Database) -> None:
        self.client, self.api = client, api
        self.tokens = {name: api(name).headers for name in ("lapor", "upp", "auditor", "pemilik", "dpupr")}
        self.connection = office.engine.connect()
        self.statuses: Counter[str] = Counter()

    def __call__(self, sent: Request) -> str:
        before = self._version()
        headers = {**self.tokens[sent.by], **sent.headers}
        answer = self.client.open(
            sent.path, method=sent.method, data=sent.body, headers=headers, content_type=sent.kind or None
        )
        self.statuses[f"{sent.method} {answer.status_code}"] += 1
        if answer.status_code < 300:
            assert answer.is_json
            return "accepted"
        _is_a_problem(answer)
        # A diagram that cannot go on keeps what was typed, and tells its owner.
        assert self._version() == before or "activity_id" in answer.json, answer.json
        return "refused"

    def _version(self) -> Any:
        """What changes with every commit on SQLite; on PostgreSQL the number of rows in each table."""
        if self.connection.dialect.name == "sqlite":
            return self.connection.exec_driver_sql("PRAGMA data_version").scalar()
        counts = (f'SELECT count(*) FROM "{name}"' for name in Base.metadata.tables)
        found = self.connection.exec_driver_sql(" UNION ALL ".join(counts)).all()
        self.connection.rollback()
        return found


def _is_a_problem(answer: TestResponse) -> None:
    assert answer.status_code in REFUSALS, answer.text[:2_000]
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == answer.status_code
    assert answer.json["title"]
    assert answer.json["detail"]
    assert "Traceback" not in answer.text
    assert "reference" not in answer.json


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # of torn pictures; Pillow goes on
@pytest.mark.filterwarnings(  # of torn bodies; werkzeug lets go of the files that it has read so far
    "ignore:Exception ignored in. <function SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("seed", SEEDS)
def test_any_body_is_taken_or_refused_and_a_refused_one_stores_nothing(
    client: FlaskClient, api: Callable[[str], Api], office: Database, case: Case, seed: int
) -> None:
    attack(client, api, office, case, seed)


def attack(client: FlaskClient, api: Callable[[str], Api], office: Database, case: Case, seed: int) -> None:
    """Send one batch."""
    judge, found = Judge(client, api, office), tuple(commands(client, case))
    assert len(found) == 9
    try:
        verdicts = attacked(lambda dice: request(dice, found), judge, seed)
    finally:
        judge.connection.close()
    print(dict(judge.statuses))
    assert min(verdicts["accepted"], verdicts["refused"]) > 0, verdicts  # or it tests nothing
