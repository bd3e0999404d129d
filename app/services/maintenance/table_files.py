"""The tables of an installation as files: one of JSON lines a table, compressed by gzip, and back into tables."""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from gzip import GzipFile
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    type_coerce,
)

from app.base import packing
from app.base.column_types import (
    CodedText,
    HexText,
    PackedBytes,
    PackedDocument,
    UtcDateTime,
    UtcMilliseconds,
)
from app.base.db import Base
from app.base.errors import NotReady
from app.base.i18n import _

#: Not worth keeping, and better not: sign-ins, looks of reporters and counted attempts end with the installation,
#: what a change would do to cases is judged anew, what completions could be taken back with is good for seconds, and
#: what passwords of new users follow from for an hour. What work there is follows from the other tables.
VOLATILE = frozenset(
    {
        "attempt",
        "completion_undo",
        "effect_case",
        "effect_survey",
        "history_permit",
        "login_session",
        "roster_file",
        "roster_line",
        "void_nonce",
        "work",
    }
)
#: What an installation writes before anything is done in it; a backup's own takes its place.
LEFT_BEHIND = frozenset({"event_chain", "setting", "security_event"})
#: Tables of the record, which the database guards.
_GUARDED = ("history_event", "event_chain", "sealed_head", "checkpoint")
_ENDING = ".jsonl.gz"
_BATCH = 500
#: Of 9: a third of the time of gzip's usual 6, for a tenth more bytes.
_LEVEL = 3
#: A line is a row; the content of a file among them has 4 MB at most. Longer ones are no backup of ours.
_LONGEST_LINE = 64_000_000

#: Opens a file of the backup by its name, to write it.
Create = Callable[[str], AbstractContextManager[BinaryIO]]
#: Is told how many rows, of how many, are done.
Tell = Callable[[int, int], None]


def dump(connection: Connection, create: Create, tell: Tell) -> dict[str, int]:
    """Write every table but the volatile ones to files under ``tables/``; return how many rows each has."""
    tables, done = _tables(), 0
    total = sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
    counts = {}
    for table in tables:
        count = 0
        with create(f"tables/{table.name}{_ENDING}") as raw, _compressed(raw) as file:
            for lines in _lines(connection, table):
                file.write(b"\n".join(lines) + b"\n")
                count += len(lines)
                tell(done + count, total)
        counts[str(table.name)], done = count, done + count
    return counts


def load(connection: Connection, folder: Path, tell: Callable[[int], None]) -> int:
    """Fill the empty tables from ``folder``; return how many rows there were.

    The tables are taken as they stand, which need not be as the models have them.

    Raises:
        NotReady: a file holds something else than rows of its table.
    """
    standing = MetaData()
    standing.reflect(connection)
    _take_types(standing)
    done = 0
    with unguarded(connection):
        for name in LEFT_BEHIND:
            connection.execute(delete(standing.tables[name]))
        for table in standing.sorted_tables:
            if (path := folder / f"{table.name}{_ENDING}").exists():
                done = _load_table(connection, table, path, done, tell)
    return done


@contextmanager
def unguarded(connection: Connection) -> Iterator[None]:
    """Let rows of the record come as the backup has them, also where they do not fit: `verify` tells of that."""
    run = connection.exec_driver_sql
    if connection.dialect.name == "sqlite":
        found = run("SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'").all()
        for name, _sql, table in found:
            if table in _GUARDED:
                run(f"DROP TRIGGER {name}")
        yield
        for _name, sql, table in found:
            if table in _GUARDED:
                run(sql)
        return
    for table in _GUARDED:
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in _GUARDED:
        run(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _take_types(standing: MetaData) -> None:
    """Let what the models keep packed, times and ids come in as they keep it: SQLite's names of types do not tell."""
    for table in _tables():
        if (stand := standing.tables.get(table.name)) is None:
            continue
        for column in table.columns:
            if (
                isinstance(column.type, PackedDocument | UtcDateTime | HexText | CodedText)
                and column.name in stand.columns
            ):
                stand.columns[column.name].type = column.type


def _tables() -> list[Table]:
    """Tables in an order in which each finds the rows that it refers to. What follows from others is left out."""
    return [t for t in Base.metadata.sorted_tables if t.name not in VOLATILE and not t.info.get("derived")]


def _compressed(file: BinaryIO) -> GzipFile:
    """Without a name and a time: the same rows make the same bytes."""
    return GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=file, mtime=0)


def _lines(connection: Connection, table: Table) -> Iterator[list[bytes]]:
    """The rows of a table as JSON, in batches. What the database holds as JSON is copied, not parsed."""
    names = [str(column.name) for column in table.columns]
    is_sqlite = connection.dialect.name == "sqlite"
    columns = [_as_stored(column, is_sqlite=is_sqlite) for column in table.columns]
    converters = [
        (number, converter)
        for number, column in enumerate(table.columns)
        if (converter := _converter(column)) is not None
    ]
    query = select(*columns).order_by(*table.primary_key)
    rows = connection.execute(query.execution_options(stream_results=True, yield_per=_BATCH))
    for batch in rows.partitions():
        lines = []
        for row in batch:
            values = list(row)
            for number, convert in converters:
                if (value := values[number]) is not None:
                    values[number] = convert(value)
            lines.append(orjson.dumps(dict(zip(names, values, strict=True))))
        yield lines


def _as_stored(column: Column[Any], *, is_sqlite: bool) -> Any:
    """The column as the database keeps it, past SQLAlchemy's conversions of each value."""
    if isinstance(column.type, PackedBytes):
        return type_coerce(column, LargeBinary)
    if isinstance(column.type, JSON | PackedDocument):
        return type_coerce(column, Text) if is_sqlite else column.cast(Text)
    if isinstance(column.type, UtcMilliseconds):
        return type_coerce(column, BigInteger)
    return column


def _converter(column: Column[Any]) -> Callable[[Any], Any] | None:
    if isinstance(column.type, JSON):
        return orjson.Fragment
    if isinstance(column.type, PackedDocument):
        return lambda value: orjson.Fragment(packing.unpack(value) if isinstance(value, bytes) else value)
    if isinstance(column.type, LargeBinary | PackedBytes):
        return lambda value: b64encode(value).decode()
    return bool if isinstance(column.type, Boolean) else None


def _load_table(
    connection: Connection, table: Table, path: Path, done: int, tell: Callable[[int], None]
) -> int:
    read = {column.name: _reader(column) for column in table.columns}
    try:
        with GzipFile(path, "rb") as file:
            while lines := list(islice(iter(lambda: file.readline(_LONGEST_LINE), b""), _BATCH)):
                rows = [_values(orjson.loads(line), read) for line in lines]
                connection.execute(insert(table), rows)
                done += len(rows)
                tell(done)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotReady(_("Cadangan ini rusak: {names}.", names=path.name)) from error
    if connection.dialect.name == "postgresql":
        _count_on(connection, table)
    return done


def _values(row: dict[str, Any], read: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {key: None if value is None else read[key](value) for key, value in row.items()}


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, LargeBinary):
        return b64decode
    if isinstance(column.type, DateTime | UtcDateTime):
        return datetime.fromisoformat  # all of them are written in UTC
    return date.fromisoformat if isinstance(column.type, Date) else lambda value: value


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after the restored ones."""
    column = table.autoincrement_column
    if column is not None and (highest := connection.scalar(select(func.max(column)))):
        name = connection.dialect.identifier_preparer.format_table(table)
        connection.execute(select(func.setval(func.pg_get_serial_sequence(name, column.name), highest)))
