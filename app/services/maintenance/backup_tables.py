"""Tables as JSON lines: read in one snapshot from either database, written into either."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    delete,
    func,
    insert,
    select,
)

from app.db import Base, Database
from app.models import Attachment
from app.services.files import store

#: Not worth keeping, and better not: sign-ins and counted attempts end with the installation.
VOLATILE = frozenset({"login_session", "attempt"})
_BATCH = 500


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """Yield a connection that sees one moment only, whatever others write meanwhile."""
    with database.engine.connect() as connection:
        if database.is_sqlite:  # its transactions are snapshots
            yield connection
        else:
            yield connection.execution_options(isolation_level="REPEATABLE READ")


def dump(connection: Connection, folder: Path) -> dict[str, int]:
    """Write every table but the volatile ones to ``folder``; return how many rows each has."""
    return {str(table.name): _dump_table(connection, table, folder) for table in _tables()}


def load_tables(connection: Connection, folder: Path) -> int:
    """Fill the empty tables from ``folder``; return how many rows there were.

    The tables are taken as they stand, which need not be as the models have them.
    """
    standing = MetaData()
    standing.reflect(connection)
    connection.execute(delete(standing.tables["setting"]))
    tables = [table for table in standing.sorted_tables if _file(folder, table).exists()]
    return sum(_load_table(connection, table, folder) for table in tables)


def attachment_names(connection: Connection) -> list[str]:
    """Names in the files folder that the attachments of this snapshot need."""
    rows = connection.execute(select(Attachment.id, Attachment.is_private).order_by(Attachment.id))
    return [store.file_name(row.id, private=row.is_private) for row in rows]


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tables() -> list[Table]:
    """Tables in an order in which each finds the rows that it refers to."""
    return [table for table in Base.metadata.sorted_tables if table.name not in VOLATILE]


def _dump_table(connection: Connection, table: Table, folder: Path) -> int:
    names = [str(column.name) for column in table.columns]
    query = select(table).order_by(*table.primary_key)
    rows = connection.execute(query.execution_options(stream_results=True, yield_per=_BATCH))
    count = 0
    with _file(folder, table).open("wb") as file:
        for row in rows:
            file.write(orjson.dumps(dict(zip(names, map(_plain, row), strict=True))) + b"\n")
            count += 1
    return count


def _plain(value: Any) -> Any:
    return b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _load_table(connection: Connection, table: Table, folder: Path) -> int:
    read = {column.name: _reader(column) for column in table.columns}
    count = 0
    with _file(folder, table).open("rb") as file:
        while lines := list(islice(file, _BATCH)):
            rows = [_values(orjson.loads(line), read) for line in lines]
            connection.execute(insert(table), rows)
            count += len(rows)
    if connection.dialect.name == "postgresql":
        _count_on(connection, table)
    return count


def _values(row: dict[str, Any], read: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {key: None if value is None else read[key](value) for key, value in row.items()}


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, LargeBinary):
        return b64decode
    if isinstance(column.type, DateTime):
        return datetime.fromisoformat  # all of them are written in UTC
    return date.fromisoformat if isinstance(column.type, Date) else lambda value: value


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after the restored ones."""
    column = table.autoincrement_column
    if column is not None and (highest := connection.scalar(select(func.max(column)))):
        name = connection.dialect.identifier_preparer.format_table(table)
        connection.execute(select(func.setval(func.pg_get_serial_sequence(name, column.name), highest)))


def _file(folder: Path, table: Table) -> Path:
    return folder / f"{table.name}.jsonl"
