"""What a finished case leaves in the database, by API and by pages: notices, outbox and kept answers counted."""

from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import text

from app.base.db import Database
from app.commands.transaction import run_without_key
from app.services.notifications import outbox
from app.services.people import api_tokens, users
from app.web import create_app
from tests.bench.figures import office_for, row
from tests.bench.over_http import ONE, WHO, next_task, post, sign_in, typed, values_of
from tests.reports import answers_for
from tests.serving import form_in

CASES, WARMING, SHOWN = 60, 5, 4


class _Officers:
    """The demo users at their desks, with a token and a signed-in browser each."""

    def __init__(self, folder: Path) -> None:
        office = office_for(folder)
        self.database = office.database
        app = create_app(office.config, self.database)
        with self.database.transaction() as session:
            people = {name: users.named(session, name) for name in WHO.values()}
            self._tokens = {name: api_tokens.issue(session, one, actor=None) for name, one in people.items()}
        self._api, self._pages = app.test_client(), dict[str, FlaskClient]()
        for name in self._tokens:
            self._pages[name] = app.test_client()
            sign_in(self._pages[name], name)

    def by_api(self, number: int) -> None:
        """Start a case and take it to its end by the API."""
        self._start(number)
        while (found := next_task(self._api, self._tokens, number)) is not None:
            name, task = found
            body = {"variables": answers_for(task["activity_id"], ONE)}
            post(self._api, self._tokens[name], f"/tasks/{task['id']}/complete", body)

    def by_pages(self, number: int) -> None:
        """Start a case and take it to its end by pages."""
        self._start(number)
        while (found := next_task(self._api, self._tokens, number)) is not None:
            name, task = found
            path = f"/tugas/{task['id']}"
            action, hidden = form_in(self._pages[name].get(path).text, path)
            answer = self._pages[name].post(action, data=hidden | typed(task["activity_id"]))
            assert answer.status_code == 303, answer.text

    def _start(self, number: int) -> None:
        body = {"key": "pengaduan", "variables": values_of(number)}
        post(self._api, self._tokens["lapor"], "/process-instances", body)


def measure(folder: Path) -> None:
    officers = _Officers(folder)
    ways = {"API": officers.by_api, "pages": officers.by_pages}
    for first, way in zip((1_000_000, 1_500_000), ways.values(), strict=True):
        _work(officers.database, way, first, WARMING)
    for number, (name, way) in enumerate(ways.items(), 2):
        before = _sizes(officers.database)
        _work(officers.database, way, number * 1_000_000, CASES)
        grown = {table: size - before.get(table, 0) for table, size in _sizes(officers.database).items()}
        row(f"kB per finished case, by {name}", f"{sum(grown.values()) / CASES / 1024:.1f}", "≤ 15 kB")
        largest = sorted(grown, key=grown.__getitem__, reverse=True)[:SHOWN]
        row("", ", ".join(f"{table} {grown[table] / CASES / 1024:.1f}" for table in largest))
    officers.database.engine.dispose()


def _work(database: Database, way: Callable[[int], None], first: int, count: int) -> None:
    """Take cases to their end; what was queued meanwhile is delivered as by the worker, soon."""
    for number in range(first, first + count):
        way(number)
        run_without_key(database, outbox.deliver)


def _sizes(database: Database) -> dict[str, int]:
    """Bytes of each table with its indexes."""
    query = (
        "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY 1"
    )
    with database.engine.connect() as connection:
        return {table: size for table, size in connection.execute(text(query))}
