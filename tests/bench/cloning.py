"""Clone cases by SQL: every row that belongs to one, in whichever table; the tables of later migrations too.

Rows of the templates are read once and put into tables of their own, with marks where a clone differs: in ids, the
number, the subject, unit and category. Then one INSERT … SELECT for each table and batch makes the clones.
"""

import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    cast,
    create_engine,
    func,
    insert,
    inspect,
    select,
    type_coerce,
)

from app.base import packing
from app.base.column_types import PackedDocument, UtcDateTime
from app.base.db import Base, Database
from app.models import EventChain
from tests.bench.population import Officers, Subjects, Template
from tests.reports import ROUTES

CASE = "process_instance"
#: Columns of what lies ahead; all others of times lie behind.
AHEAD = frozenset({"due_at", "run_at", "sort_at"})
DAY_S = 86_400
#: The year 9999, as SQLite keeps times.
_END_OF_TIME = 253_370_764_800_000_000
BATCH = 10_000
_ID = re.compile(r"\b[0-9a-f]{32}\b")
#: What stands in a staged row for what a clone has of its own: the first eight of an id, and the rest.
_MARKS = {
    "prefix": "#id-----",
    "number": "#number#",
    "subject": "#subject#",
    "unit": "#unit#",
    "category": "#category#",
}


@dataclass
class _Staged:
    """The rows of the templates in one table, and what a clone has of its own in each of its columns."""

    table: Table
    name: str
    #: Rows of the template with the most: so many ids are kept free for each clone.
    width: int
    #: The column of its own ids, where those are numbers.
    counted: str | None
    #: Column → the marks in it.
    marks: Mapping[str, set[str]]
    #: Columns that name a row of another table by its number within its template → that table.
    links: Mapping[str, "_Staged"]
    #: Columns that hold a case.
    cases: set[str]
    base: int = 0


class Cloner:
    """Makes cases like the templates, each time others."""

    def __init__(
        self, database: Database, templates: Sequence[Template], officers: Officers, *, seed: int
    ) -> None:
        self._database, self._templates, self._officers = database, templates, officers
        self._random, self._subjects = random.Random(seed), Subjects(seed)
        self._categories, self._units = sorted(ROUTES), sorted(officers.units)
        self._made = 0

    def clone(self, wanted: Mapping[str, int], say: Callable[[str], None]) -> None:
        """Add so many cases of each kind. Indexes are built, and foreign keys checked, when all are there."""
        with _loading(self._database) as connection:
            tables = _stage(connection, self._templates)
            first = _highest(connection, CASE)
            _run(connection, self._list_table())
            for one in tables:
                one.base = _highest(connection, one.table.name) if one.counted else 0
            statements = [_insertion(one, self._officers, self._database.is_sqlite) for one in tables]
            total, done, began = sum(wanted.values()), 0, time.monotonic()
            with _without_indexes(connection, [one.table.name for one in tables], say):
                for batch in _batches(self._rows(wanted, first)):
                    _run(connection, "BEGIN")
                    self._fill_list(connection, batch)
                    for statement in statements:
                        _run(connection, statement)
                    _run(connection, "COMMIT")
                    done += len(batch)
                    if done == total or done // BATCH % 10 == 0:
                        say(f"{done:,} of {total:,} cases after {time.monotonic() - began:.0f} s")
            for one in tables:
                _continue_numbers(connection, one)

    def _list_table(self) -> str:
        people = "".join(f", u{user_id} INTEGER" for user_id in self._officers.stands_for)
        marks = "".join(f", {name} TEXT" for name in _MARKS)
        numbers = "n INTEGER, instance_id INTEGER, source INTEGER, past_s INTEGER, ahead_s INTEGER"
        return f"CREATE TEMPORARY TABLE bench_clone ({numbers}{marks}{people})"

    def _fill_list(self, connection: Connection, batch: Sequence[tuple[Any, ...]]) -> None:
        _run(connection, "DELETE FROM bench_clone")
        if self._database.is_sqlite:
            places = ", ".join("?" * len(batch[0]))
            connection.exec_driver_sql(f"INSERT INTO bench_clone VALUES ({places})", list(batch))
            return
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy("COPY bench_clone FROM STDIN") as copy:
            for row in batch:
                copy.write_row(row)

    def _rows(self, wanted: Mapping[str, int], first: int) -> Iterator[tuple[Any, ...]]:
        """What each clone has of its own, in the order of ``_list_table``: ended cases before open ones."""
        place, draw = 0, self._random
        for kind, count in sorted(wanted.items()):
            kinds = [one for one in self._templates if one.kind == kind]
            chosen = draw.choices(kinds, [one.weight for one in kinds], k=count)
            for number, template in enumerate(chosen):
                past_s, ahead_s = _moved(draw, kind, number / count)
                unit = draw.choice(self._units)
                prefix = (
                    f"{self._made * 0x9E3779B1 & 0xFFFFFFFF:08x}"  # ids come in no order, as real ones do
                )
                own = (prefix, str(100_000_000 + self._made), self._subjects.next(), unit)
                people = self._people(unit)
                shifts = (template.instance_id, past_s, ahead_s)
                yield place, first + 1 + place, *shifts, *own, draw.choice(self._categories), *people
                place, self._made = place + 1, self._made + 1

    def _people(self, unit: str) -> list[int]:
        """An officer for each user of the demo data; those of one unit are not the same."""
        groups, there = self._officers.groups, self._officers.units[unit]
        start = self._random.randrange(len(there))
        stands = self._officers.stands_for.values()
        return [
            self._random.choice(groups[group]) if group else there[(start + number) % len(there)]
            for number, group in enumerate(stands)
        ]


def _moved(draw: random.Random, kind: str, share: float) -> tuple[int, int]:
    """By how many seconds what lies behind is moved, and what lies ahead. Ended: over five years, in order."""
    if kind == "ended":
        behind = int(-(60 + 1_800 * (1 - share)) * DAY_S + draw.randrange(DAY_S))
        return behind, behind
    return -draw.randrange(40 * DAY_S), draw.randrange(-8 * DAY_S, 50 * DAY_S)


def _batches(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)


def _highest(connection: Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table}").scalar_one())


@contextmanager
def _loading(database: Database) -> Iterator[Connection]:
    """A connection that writes without waiting for the disk and without asking for foreign keys."""
    database.engine.dispose()
    engine = create_engine(database.engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if database.is_sqlite:
            fast = ("journal_mode = OFF", "synchronous = OFF", "secure_delete = OFF", "foreign_keys = OFF")
            for pragma in (*fast, "cache_size = -1000000", "temp_store = MEMORY"):
                _run(connection, f"PRAGMA {pragma}")
            driver: Any = connection.connection.driver_connection
            driver.create_function("bench_plain", 1, _plain, deterministic=True)
            driver.create_function("bench_packed", 2, _packed, deterministic=True)
        else:
            _run(connection, "SET synchronous_commit = off")
            _run(connection, "SET maintenance_work_mem = '512MB'")
        yield connection
        if database.is_sqlite:
            _run(connection, "PRAGMA journal_mode = WAL")
        else:
            _run(connection, "VACUUM ANALYZE")  # as its own service does in the night
    engine.dispose()


def _plain(stored: bytes | str | None) -> str | None:
    return packing.unpack(stored).decode() if isinstance(stored, bytes) else stored


def _packed(document: str | None, dictionary: int) -> bytes | str | None:
    return document and (packing.pack(document.encode(), dictionary) or document)


@contextmanager
def _without_indexes(
    connection: Connection, tables: Sequence[str], say: Callable[[str], None]
) -> Iterator[None]:
    """Leave indexes and foreign keys out while rows come in; build and check them afterwards."""
    sqlite = connection.dialect.name == "sqlite"
    dropped, made = _sqlite_indexes(connection, tables) if sqlite else _postgresql_indexes(connection, tables)
    for statement in dropped:
        _run(connection, statement)
    yield
    began = time.monotonic()
    for statement in made:
        _run(connection, statement)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first() if sqlite else None
    assert broken is None, f"a foreign key leads nowhere: {broken}"
    say(f"indexes and foreign keys after {time.monotonic() - began:.0f} s")


def _sqlite_indexes(connection: Connection, tables: Sequence[str]) -> tuple[list[str], list[str]]:
    query = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    rows = [row for row in connection.exec_driver_sql(query) if row.tbl_name in tables]
    return [f'DROP INDEX "{row.name}"' for row in rows], [row.sql for row in rows]


def _postgresql_indexes(connection: Connection, tables: Sequence[str]) -> tuple[list[str], list[str]]:
    names = ", ".join(f"'{name}'" for name in tables)
    keys = connection.exec_driver_sql(
        "SELECT conname, conrelid::regclass AS owner, pg_get_constraintdef(oid) AS made FROM pg_constraint "
        f"WHERE contype = 'f' AND conrelid::regclass::text IN ({names})"
    ).all()
    indexes = connection.exec_driver_sql(
        "SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index "
        f"WHERE indrelid::regclass::text IN ({names}) "
        "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
    ).all()
    # The guard sees the head of a chain as it was before the statement, which adds all events of a clone.
    guard = "ALTER TABLE history_event {} TRIGGER history_added_in_order"
    dropped = [guard.format("DISABLE")]
    dropped += [f'ALTER TABLE {key.owner} DROP CONSTRAINT "{key.conname}"' for key in keys]
    made = [f'ALTER TABLE {key.owner} ADD CONSTRAINT "{key.conname}" {key.made}' for key in keys]
    return (
        dropped + [f"DROP INDEX {index.name}" for index in indexes],
        [index.made for index in indexes] + made + [guard.format("ENABLE")],
    )


def _continue_numbers(connection: Connection, one: _Staged) -> None:
    """Let the next row get the number after the last clone's."""
    name = "id" if one.table.name == CASE else one.counted
    if name and connection.dialect.name != "sqlite":
        sequence = f"pg_get_serial_sequence('{one.table.name}', '{name}')"
        _run(connection, f"SELECT setval({sequence}, (SELECT max({name}) FROM {one.table.name}))")


def _tables(connection: Connection) -> list[Table]:
    """All tables of the models, and what migrations made beside them; full-text indexes follow by their triggers."""
    known = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(known)
    beside = set(inspect(connection).get_table_names()) - set(known.tables)
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%%'"
        virtual = [row.name for row in connection.exec_driver_sql(query.replace("%%", "%"))]
        beside = {name for name in beside if not any(name.startswith(one) for one in virtual)}
    known.reflect(connection, only=sorted(beside))
    return known.sorted_tables


def _stage(connection: Connection, templates: Sequence[Template]) -> list[_Staged]:
    """Put the templates' rows, with marks, into tables of their own, in an order in which keys lead backwards."""
    sources = {one.instance_id for one in templates}
    marking = {source: _Marking(connection, source) for source in sources}
    found: dict[str, _Staged] = {}
    ranks: dict[str, dict[Any, int]] = {}
    owners: dict[str, dict[Any, int]] = {CASE: {source: source for source in sources}}
    #: By triggers. The heads of chains are moved by one, too; the hashes of clones are those of their templates.
    derived = {table.name for table in Base.metadata.tables.values() if table.info.get("derived")}
    derived.add(EventChain.__tablename__)
    for table in _tables(connection):
        owner = _owner(table, owners)
        if owner is None or table.name in derived:
            continue
        column, of = owner
        columns = [_read(c, connection) for c in table.columns]
        rows = [
            (source, dict(row))
            for row in connection.execute(select(*columns).order_by(*table.primary_key)).mappings()
            if (source := owners[of].get(row[column])) is not None
        ]
        if not rows:
            continue
        found[table.name] = _stage_table(connection, table, rows, marking, found, ranks)
        if len(table.primary_key.columns) == 1 and table.name != CASE:
            [key] = table.primary_key.columns
            owners[table.name] = {row["#key"]: source for source, row in rows}
            if isinstance(key.type, Integer) and not key.foreign_keys:
                ranks[table.name] = {row["#key"]: row["bench_rank"] for _source, row in rows}
    return list(found.values())


def _read(column: Column[Any], connection: Connection) -> Any:
    """A column as it is staged: JSON as text."""
    if isinstance(column.type, PackedDocument) and connection.dialect.name == "sqlite":
        return func.bench_plain(type_coerce(column, Text)).label(column.name)
    return cast(column, Text).label(column.name) if _is_json(column) else column


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON | PackedDocument)


def _owner(table: Table, owners: Mapping[str, Any]) -> tuple[str, str] | None:
    """The column that says which case a row belongs to, and the table that it leads to."""
    if table.name == CASE:
        return "id", CASE
    keys = [(key.parent.name, key.column.table.name) for key in table.foreign_keys]
    direct = sorted((name != "instance_id", name) for name, to in keys if to == CASE)
    if direct:
        return direct[0][1], CASE
    if "instance_id" in table.columns:
        return "instance_id", CASE
    indirect = sorted((name, to) for name, to in keys if to in owners)
    if indirect:
        return indirect[0]
    return ("task_id", "user_task") if "task_id" in table.columns and "user_task" in owners else None


class _Marking:
    """Puts marks into the values of one template."""

    def __init__(self, connection: Connection, source: int) -> None:
        case = Base.metadata.tables[CASE]
        row = connection.execute(select(case).where(case.c.id == source)).one()
        self._exact = {"unit": row.unit_code, "category": row.category}
        self._within = {"subject": row.subject, "number": row.business_key}

    def __call__(self, value: Any) -> Any:
        if isinstance(value, bytes):
            try:
                marked = self(value.decode())
            except UnicodeDecodeError:
                return value
            return marked if marked != value.decode() else value
        if not isinstance(value, str):
            return value
        value = _ID.sub(lambda found: _MARKS["prefix"] + found.group()[8:], value)
        for name, own in self._within.items():  # the subject holds the number
            value = value.replace(own, _MARKS[name])
        for name, own in self._exact.items():
            if own:
                value = _MARKS[name] if value == own else value.replace(f'"{own}"', f'"{_MARKS[name]}"')
        return value


def _stage_table(
    connection: Connection,
    table: Table,
    rows: Sequence[tuple[int, dict[str, Any]]],
    marking: Mapping[int, "_Marking"],
    found: Mapping[str, _Staged],
    ranks: Mapping[str, Mapping[Any, int]],
) -> _Staged:
    key = list(table.primary_key.columns)
    own_number = len(key) == 1 and isinstance(key[0].type, Integer) and not key[0].foreign_keys
    counted = key[0].name if own_number and table.name != CASE else None
    to = {k.parent.name: k.column.table.name for k in table.foreign_keys if k.column.name == "id"}
    links = {name: found[other] for name, other in to.items() if other in ranks}
    marks: dict[str, set[str]] = defaultdict(set)
    of_source: Counter[int] = Counter()
    for source, row in rows:
        row["#key"] = row[key[0].name] if len(key) == 1 else None
        for name in [c.name for c in table.columns]:
            if name in links and row[name] is not None:
                row[name] = ranks[to[name]][row[name]]
            row[name] = marking[source](row[name])
            shown = row[name] if isinstance(row[name], str) else ""
            marks[name] |= {mark for mark, sign in _MARKS.items() if sign in shown}
        row["bench_source"], row["bench_rank"] = source, of_source[source]
        of_source[source] += 1
    kept = [c.name for c in table.columns if not c.computed]
    columns = [Column(name, _kind(table.columns[name], bool(marks[name]))) for name in kept]
    own = [Column("bench_source", Integer, index=True), Column("bench_rank", Integer)]
    copy = Table(f"bench_{table.name}", MetaData(), *columns, *own, prefixes=["TEMPORARY"])
    copy.create(connection)
    connection.execute(insert(copy), [{c.name: row[c.name] for c in copy.columns} for _source, row in rows])
    cases = {name for name, other in to.items() if other == CASE} | ({"id"} if table.name == CASE else set())
    cases |= {"instance_id"} & set(kept)
    plain = not counted and table.name != CASE and not cases & {one.name for one in key}
    assert not plain or any(marks[one.name] for one in key), f"{table.name}: nothing makes its key another"
    return _Staged(table, copy.name, max(of_source.values()), counted, marks, links, cases)


def _kind(column: Column[Any], marked: bool) -> Any:
    """The type of a staged column: what holds marks is text, and so is JSON."""
    if marked or _is_json(column):
        return Text()
    return column.type


def _insertion(one: _Staged, officers: Officers, is_sqlite: bool) -> str:
    names = [c.name for c in one.table.columns if not c.computed]
    values = [_value(one, one.table.columns[name], officers, is_sqlite) for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    source = f"bench_clone c CROSS JOIN {one.name} t WHERE t.bench_source = c.source"
    order = "" if is_sqlite else " ORDER BY c.n, t.bench_rank"
    return f'INSERT INTO "{one.table.name}" ({listed}) SELECT {", ".join(values)} FROM {source}{order}'


def _value(one: _Staged, column: Column[Any], officers: Officers, is_sqlite: bool) -> str:
    """The expression for one column of a clone."""
    held = f't."{column.name}"'
    if column.name == one.counted:
        return _numbered(one, "t.bench_rank")
    if column.name in one.links:
        return _numbered(one.links[column.name], held)
    if column.name in one.cases:
        return f"CASE WHEN {held} = t.bench_source THEN c.instance_id ELSE {held} END"
    if any(key.column.table.name == "user" for key in column.foreign_keys):
        cases = " ".join(f"WHEN {user_id} THEN c.u{user_id}" for user_id in officers.stands_for)
        return f"CASE {held} {cases} ELSE {held} END"
    if isinstance(column.type, DateTime | UtcDateTime):
        return _shifted(held, _shift(one.table.name, column.name), is_sqlite)
    value = held
    for mark in sorted(one.marks[column.name]):
        value = f"replace({value}, '{_MARKS[mark]}', c.{mark})"
    if isinstance(column.type, LargeBinary) and one.marks[column.name]:
        return f"CAST({value} AS BLOB)" if is_sqlite else f"convert_to({value}, 'UTF8')"
    if isinstance(column.type, PackedDocument) and is_sqlite:
        return f"bench_packed({value}, {column.type.dictionary})"
    if _is_json(column) and not is_sqlite:
        return f"CAST({value} AS jsonb)"
    return value


def _numbered(one: _Staged, rank: str) -> str:
    return f"{one.base + 1} + c.n * {one.width} + {rank}"


def _shift(table: str, column: str) -> str:
    """By what a time is moved. A timer only later: the engine's own due time stays, and no timer fires before it."""
    if column not in AHEAD:
        return "c.past_s"
    return "abs(c.ahead_s)" if table == "job" else "c.ahead_s"


def _shifted(held: str, by: str, is_sqlite: bool) -> str:
    """A time moved; the end of time stays."""
    if is_sqlite:
        return f"CASE WHEN {held} >= {_END_OF_TIME} THEN {held} ELSE {held} + {by} * 1000000 END"
    moved = f"{held} + {by} * interval '1 second'"
    return f"CASE WHEN {held} >= '9999-01-01' THEN {held} ELSE {moved} END"
