"""OCEL 2.0 as an SQLite file in its relational layout: a table for events and one for objects, one for each of their
types with its attributes, and one for each kind of relation.

The file is written in a temporary folder and sent once it is whole; memory holds a batch of cases.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from app.services.eventlogs.ocel import EVENT_ATTRIBUTES, OBJECT_TYPES, Happening, Seen, Thing, parts_of
from app.services.eventlogs.rows import LogCase

_BATCH = 200
_PIECE = 1 << 16
_CACHE_KB = 16_384
_NO_LETTERS = re.compile(r"[^A-Za-z0-9]+")
_TABLES = """
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES event_map_type (ocel_type)
) WITHOUT ROWID;
CREATE TABLE object (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES object_map_type (ocel_type)
) WITHOUT ROWID;
CREATE TABLE event_object (
    ocel_event_id TEXT REFERENCES event (ocel_id), ocel_object_id TEXT REFERENCES object (ocel_id),
    ocel_qualifier TEXT, PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)
) WITHOUT ROWID;
CREATE TABLE object_object (
    ocel_source_id TEXT REFERENCES object (ocel_id), ocel_target_id TEXT REFERENCES object (ocel_id),
    ocel_qualifier TEXT, PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)
) WITHOUT ROWID;
"""


def pieces(found: Iterable[LogCase]) -> Iterator[bytes]:
    """The file in pieces; nothing is sent before all was read."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "log.sqlite")
        database = sqlite3.connect(path, isolation_level=None)
        try:
            _written(_Writer(database), iter(found))
        finally:
            database.close()
        with path.open("rb") as file:
            yield from iter(lambda: file.read(_PIECE), b"")


def _written(writer: "_Writer", found: Iterator[LogCase]) -> None:
    seen = Seen()
    while batch := list(islice(found, _BATCH)):
        things, happenings = list[Thing](), list[Happening]()
        for case in batch:
            of_case, steps = parts_of(case, seen)
            things += of_case
            happenings += steps
        writer.add(things, happenings)
    writer.add(list(seen.things.values()), [])
    writer.finish()


class _Writer:
    """Rows into the file. A type of event has its table from its first event on."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        database.executescript(_TABLES)
        database.execute("BEGIN")
        self.tables: dict[str, str] = {}
        self.taken: set[str] = set()
        for name, attributes in OBJECT_TYPES.items():
            columns = "".join(f', "{one}" TEXT' for one in attributes)
            database.execute(
                f'CREATE TABLE "object_{name}" (ocel_id TEXT REFERENCES object (ocel_id), '
                f"ocel_time TIMESTAMP, ocel_changed_field TEXT{columns})"
            )
            database.execute("INSERT INTO object_map_type VALUES (?, ?)", (name, name))

    def add(self, things: list[Thing], happenings: list[Happening]) -> None:
        """Write objects and events with their attributes and relations."""
        many = self.database.executemany
        many("INSERT INTO object VALUES (?, ?)", ((one.id, one.type) for one in things))
        related = ((one.id, other, how) for one in things for other, how in one.related)
        many("INSERT INTO object_object VALUES (?, ?, ?)", related)
        for name, attributes in OBJECT_TYPES.items():
            marks = ", ?" * len(attributes)
            rows = (
                (one.id, _time(one.since), *(one.attributes.get(each) for each in attributes))
                for one in things
                if one.type == name
            )
            many(f'INSERT INTO "object_{name}" VALUES (?, ?, NULL{marks})', rows)  # noqa: S608 names of ours
        self._add_events(happenings)

    def _add_events(self, happenings: list[Happening]) -> None:
        by_type = dict[str, list[tuple[str | None, ...]]]()
        for one in happenings:
            told = map(one.attributes.get, EVENT_ATTRIBUTES)
            by_type.setdefault(one.type, []).append((one.id, _time(one.time), *told))
        many, marks = self.database.executemany, ", ?" * len(EVENT_ATTRIBUTES)
        for type_, rows in by_type.items():
            many(f'INSERT INTO "{self._table(type_)}" VALUES (?, ?{marks})', rows)  # noqa: S608 names of ours
        many("INSERT INTO event VALUES (?, ?)", ((one.id, one.type) for one in happenings))
        related = ((one.id, other, how) for one in happenings for other, how in one.related)
        many("INSERT INTO event_object VALUES (?, ?, ?)", related)

    def _table(self, type_: str) -> str:
        if (table := self.tables.get(type_)) is None:
            name = self._free(type_)
            table = self.tables[type_] = f"event_{name}"
            columns = "".join(f', "{one}" TEXT' for one in EVENT_ATTRIBUTES)
            self.database.execute(
                f'CREATE TABLE "{table}" (ocel_id TEXT PRIMARY KEY REFERENCES event (ocel_id), '
                f"ocel_time TIMESTAMP{columns}) WITHOUT ROWID"
            )
            self.database.execute("INSERT INTO event_map_type VALUES (?, ?)", (type_, name))
        return table

    def _free(self, type_: str) -> str:
        """A name for the table of a type: letters alone, and no other's in whatever case."""
        base = "".join(part[:1].upper() + part[1:] for part in _NO_LETTERS.split(type_)) or "Event"
        name, number = base, 1
        while name.casefold() in self.taken or name.casefold() == "object":
            number += 1
            name = f"{base}{number}"
        self.taken.add(name.casefold())
        return name

    def finish(self) -> None:
        """Make the file whole."""
        self.database.execute("COMMIT")


def _time(text: str) -> str:
    """A moment as SQLite writes them: with a blank, and in UTC without saying so."""
    return f"{text[:10]} {text[11:-1]}"
