"""What the API may answer to any request: it is taken, or refused with a problem that stores nothing."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.base.db import Base, Database
from tests.attack.making.requests import Request
from tests.web.conftest import Api

REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 413, 415, 422})


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
