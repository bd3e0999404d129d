"""What a finished case of the walk leaves in SQLite, its words, facts and security log included."""

import threading
from pathlib import Path
from typing import Any
from unittest.mock import Mock

from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from app import worker
from app.base.db import Database
from app.services.people import api_tokens, users
from app.web import create_app
from tests.bench import walk
from tests.bench.figures import office_for
from tests.terminal import wait_for

CASES = 25
#: Bytes that rows and entries of indexes take, without what is free in their pages: 12,000, and a twentieth more.
MOST = 12_600


class InProcess:
    """The API for one token, as a client of the walk calls it."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self._client, self._as = client, {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> Any:
        return self._told(self._client.get(f"/api/v1{path}", query_string=query, headers=self._as))

    def post(self, path: str, content: Any) -> Any:
        return self._told(self._client.post(f"/api/v1{path}", json=content, headers=self._as))

    def _told(self, answer: TestResponse) -> Any:
        return Mock(status=answer.status_code, text=answer.text, json=answer.json)


def bytes_held(database: Database) -> int:
    """Without repeated answers, which are forgotten after a week, and indexes of words, which are merged later."""
    query = (
        "SELECT sum(pgsize - unused) FROM dbstat"
        " WHERE name NOT LIKE '%idempotency_record%' AND name NOT LIKE '%\\_index\\_%' ESCAPE '\\'"
    )
    with database.engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())


def is_counted(database: Database) -> bool:
    query = "SELECT (SELECT count(*) FROM event_chain WHERE stale) + (SELECT count(*) FROM process_instance)"
    with database.engine.connect() as connection:
        waiting = connection.execute(text(query + " - (SELECT count(*) FROM case_words)")).scalar_one()
    return waiting == 0


def test_a_finished_case_takes_no_more_bytes_than_asked(tmp_path: Path) -> None:
    office = office_for(tmp_path)
    walk._furnish(office)
    database, stop = office.database, threading.Event()
    with database.transaction() as session:
        token = api_tokens.issue(session, users.named(session, walk.WHO.format(0)), actor=None)
    api = InProcess(create_app(office.config, database).test_client(), token)
    client = walk._Client(Mock(api=lambda _name: api), "semua0", pages=False)
    client.walk(walk._Round())
    work = threading.Thread(target=worker.run, args=(database, office.config, stop, print))
    work.start()
    try:
        wait_for(lambda: is_counted(database))
        before = bytes_held(database)
        for _n in range(CASES):
            client.walk(walk._Round())
        wait_for(lambda: is_counted(database))
    finally:
        stop.set()
        work.join()
    each = (bytes_held(database) - before) / CASES
    database.engine.dispose()
    assert each <= MOST, each
