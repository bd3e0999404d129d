"""An office that answers requests of everybody about everything, and is put back after each that changed it."""

import re
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Connection, event
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.base.config import Config
from app.base.db import Database
from app.history.checking import Fault
from app.services.evidence import remembered, verifying
from tests.databases import Lent

#: Who asks, in the order of the table's columns. Everybody but the first three has a session and a token of the API.
PEOPLE: Mapping[str, str] = {
    "nobody": "a browser in which nobody is signed in",
    "his": "the reporter of the case that waits for him, on the tracking page",
    "other": "the reporter of another case",
    "lapor": "an officer of the lane LAPOR ! – SP4N",
    "upp": "an officer of the lane UPP K/L/D",
    "upt": "an officer of the lane UPT who is of no unit",
    "dpupr": "an officer of the lane UPT, of the unit that has the case",
    "dlh": "an officer of the lane UPT, of another unit",
    "koord": "the coordinator, an officer of the lane UPP K/L/D as well",
    "owner": "the process owner",
    "audit": "an auditor",
    "admin": "an administrator",
    "idle": "a user without lane or role",
    "off": "a disabled user who was of LAPOR ! – SP4N; his session and his token are left in the database",
}
#: What a path needs besides the object that it is about.
_BESIDE: Mapping[str, object] = {
    "name": "laporan.form",
    "key": "laporan",
    "table_id": "rute_unit",
    "other_id": 1,
    "choice": "mulai-pengaduan",
    "count": 0,
    "job_id": "0" * 32,
    "position": 1,
    "filename": "css/base.css",
    "act": "nama",
    "deed": "akhiri",
    "kind": "task_reassigned",
    "language": "id",
}
#: The same, by endpoint.
_NAMED: Mapping[str, Mapping[str, str]] = {
    "studio_editors.diagram": {"name": "pengaduan.bpmn"},
    "studio_editors.table": {"name": "rute-unit.dmn"},
    "studio_editors.try_table": {"name": "rute-unit.dmn"},
    "proposals.file": {"name": "pengaduan.bpmn"},
    "evidence.download_checkpoint": {"number": "1"},
}
#: Kinds that matter to few routes: endpoint → kind. Every other route is asked about the rest.
_OF_STATE: Mapping[str, str] = {
    "lifecycle.reinstate": "old",
    "lifecycle.resume": "retired",
    "studio.restore": "away",
    "proposals.cancel": "planned",
    "migration.take_back": "done",
    "imports.resume": "stopped",
    "rosters.passwords": "done",
    "rosters.passwords_file": "done",
    "rosters.put_away": "done",
    "waits.show": "awaits",
    "waits.record": "awaits",
    "waits.undo": "awaits",
}
_STATES = frozenset(_OF_STATE.values())
#: What stands for an object that is not.
_MISSING: Mapping[str, object] = {
    "task_id": "0" * 32,
    "attachment_id": "0" * 32,
    "clock_id": "0" * 32,
    "wait_id": "0" * 32,
    "code": "TIDAK-ADA",
    "on": "2031-01-01",
    "token": "a" * 22,
}
#: Not the office's: what is noted of requests and commands, be they done or refused.
_NOTES = frozenset({"attempt", "idempotency_record", "security_event"})
_WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')


@dataclass
class Person:
    """Who asks: the cookies of his browser, the token of its forms, and his token of the API."""

    cookie: str = ""
    csrf: str = ""
    token: str = ""
    user_id: int = 0


@dataclass(frozen=True)
class Answer:
    """What came, which tables it changed, whether it is a file to be kept, and what does not fit in the record since;
    that is looked at where the first request of a kind adds to it."""

    status: int
    location: str
    changed: frozenset[str]
    text: str
    is_file: bool = False
    faults: tuple[Fault, ...] = ()


class _OnSqlite:
    """Puts the whole of a file back."""

    def __init__(self, config: Config) -> None:
        self._own = sqlite3.connect(config.data_dir / "alur.sqlite3")
        self._own.execute("PRAGMA synchronous = OFF")
        self._as_it_was = sqlite3.connect(":memory:")
        self._own.backup(self._as_it_was)

    def put_back(self, _tables: Collection[str]) -> None:
        self._as_it_was.backup(self._own)

    def close(self) -> None:
        self._own.close()
        self._as_it_was.close()


class _OnPostgresql:
    """Puts those tables back that were written to, and those that triggers write to."""

    def __init__(self, database: Database) -> None:
        url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._lent = Lent("", psycopg.connect(url, autocommit=True))
        run = self._lent.connection.execute
        tables = {name for (name,) in run("SELECT relname FROM pg_class WHERE relkind = 'r'")}
        said = run("SELECT prosrc FROM pg_proc WHERE prorettype = 'trigger'::regtype")
        self._by_triggers = {name for (text,) in said for name in _WRITES.findall(text)} & tables
        assert "instance_visibility" in self._by_triggers

    def put_back(self, tables: Collection[str]) -> None:
        self._lent.put_back({*tables, *self._by_triggers})

    def close(self) -> None:
        self._lent.connection.close()


@dataclass
class Place:
    """``things``: parameter of a path → kind of object → its value, the parameter that a path is about before those
    that go along. ``words``: what forms need besides. ``verifies``: whether the record is looked at after what is
    sent to a path for the first time."""

    app: Flask
    config: Config
    database: Database
    things: Mapping[str, Mapping[str, object]]
    people: Mapping[str, Person]
    words: Mapping[Any, Any] = field(default_factory=dict)
    verifies: bool = True

    def __post_init__(self) -> None:
        #: Tables that a transaction changed so far, by its connection.
        self._written: dict[int, set[str]] = {}
        self._writing: tuple[str, int, sqlite3.Connection] | None = None
        self._committed: set[str] = set()
        self._verified: set[tuple[str, str]] = set()
        self._client = self.app.test_client(use_cookies=False)
        engine = self.database.engine
        if self.database.is_sqlite:
            event.listen(engine, "before_cursor_execute", self._note)
            self._rows: _OnSqlite | _OnPostgresql = _OnSqlite(self.config)
        else:
            event.listen(engine, "after_cursor_execute", self._note_counted)
            self._rows = _OnPostgresql(self.database)
        event.listen(engine, "commit", self._keep)
        event.listen(engine, "rollback", self._drop)
        self._files = {path: path.read_bytes() for path in self._folder.rglob("*") if path.is_file()}

    def close(self) -> None:
        """Close the connections that put the office back."""
        self._rows.close()

    def about(self, rule: Rule) -> str:
        """The parameter that a route's paths are about; empty where there is none."""
        return next((name for name in self.things if name in rule.arguments), "")

    def kinds(self, rule: Rule, about: str) -> tuple[str, ...]:
        """The kinds of objects that a route is asked about; ``-`` where it is about none."""
        if not about:
            return ("-",)
        if rule.endpoint in _OF_STATE:
            return _OF_STATE[rule.endpoint], "none"
        kinds = [kind for kind in self.things[about] if about == "batch_id" or kind not in _STATES]
        # Whoever sees a case sees it whatever lane of his it is in: the second one matters to its tasks.
        return tuple(kind for kind in kinds if about != "instance_id" or kind != "upp")

    def path(self, rule: Rule, kind: str) -> str:
        """A path of the route, about an object of this kind."""
        given, about = {**_BESIDE, **_NAMED.get(rule.endpoint, {})}, self.about(rule)
        unknown = rule.arguments - set(self.things) - set(given)
        assert not unknown, f"{rule.rule}: furnishing.py must say in `things` what {unknown} can be"
        values = {
            name: given[name]
            if name in given
            else self.thing(name, kind if name in (about, "clock_id", "wait_id") else "")
            for name in rule.arguments
        }
        method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        return self.app.url_map.bind("localhost").build(rule.endpoint, values, method=method)

    def thing(self, name: str, kind: str) -> object:
        """What stands for this parameter where the object is of this kind; the first where no kind is named."""
        if not kind:
            return next(iter(self.things[name].values()))
        return self.things[name].get(kind, _MISSING.get(name, 999_999))

    def send(self, person: str, method: str, path: str, *, bearer: bool = True, **body: Any) -> Answer:
        """Ask as this person, and put the office back to where it was."""
        asks = self.people[person]
        headers = dict(body.pop("headers", {}))
        if bearer and asks.token and path.startswith("/api/"):
            headers["Authorization"] = f"Bearer {asks.token}"
        if asks.cookie:
            headers["Cookie"] = asks.cookie
        self._written.clear()
        self._committed.clear()
        answer = self._client.open(path, method=method, headers=headers, buffered=True, **body)
        changed = frozenset(self._committed - _NOTES)
        is_file = answer.headers.get("Content-Disposition", "").startswith("attachment")
        faults: tuple[Fault, ...] = ()
        if "history_event" in changed and self.verifies and (method, path) not in self._verified:
            self._verified.add((method, path))
            found = verifying.snapshot_verified(self.config, self.database, lambda _done: None).faults
            # People and lists were furnished without their events.
            faults = tuple(one for one in found if not one.kind.startswith("row_"))
        if self._committed:
            self._put_back()
        location = answer.headers.get("Location", "")
        return Answer(answer.status_code, location, changed, _text(answer), is_file, faults)

    @property
    def _folder(self) -> Path:
        return self.config.data_dir / "files"

    def _put_back(self) -> None:
        self._rows.put_back(self._committed)
        remembered.forget(self.config)  # else an older database were in the place of the one that was signed
        for path, content in self._files.items():
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)

    def _note(self, _connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        self._settle()
        if found := _WRITES.match(statement.lstrip()):
            self._writing = found[1], cursor.connection.total_changes, cursor.connection

    def _note_counted(self, _connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        """PostgreSQL's driver counts what a statement changed."""
        if cursor.rowcount and (found := _WRITES.match(statement.lstrip())):
            self._written.setdefault(id(cursor.connection), set()).add(found[1])

    def _settle(self) -> None:
        """What a statement changed is known once its rows were read: when the next one comes."""
        if self._writing and self._writing[2].total_changes > self._writing[1]:
            self._written.setdefault(id(self._writing[2]), set()).add(self._writing[0])
        self._writing = None

    def _keep(self, connection: Connection) -> None:
        self._settle()
        self._committed |= self._written.pop(id(connection.connection.driver_connection), set())

    def _drop(self, connection: Connection) -> None:
        self._settle()  # somebody else's may still be committed
        self._written.pop(id(connection.connection.driver_connection), None)


def _text(answer: TestResponse) -> str:
    return answer.text if answer.status_code >= 500 or answer.mimetype == "application/problem+json" else ""
