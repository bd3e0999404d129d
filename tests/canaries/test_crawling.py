"""The search of the database finds what is planted, wherever a document may be packed."""

from typing import Any

import orjson
import pytest
from sqlalchemy import Table, update

from app.base.column_types import PackedBytes, PackedDocument
from app.base.config import Config
from app.base.db import Base, Database
from app.services.core import idempotency
from tests.canaries.crawling import in_database, in_files
from tests.services.evidence.attacks import unguarded
from tests.services.office import Office

MARK = "kenari-terkemas"
DOCUMENT = {
    "values": {"nama": "Kenari-Terkemas", "catatan": "Sudah dilaporkan kepada petugas."},
    "kept": ["nama"],
}
COLUMNS = [
    (table.name, column.name)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, PackedDocument | PackedBytes)
]


def plant(database: Database, table: Table, column: str) -> Any:
    """Put the document into every row; return what the database then holds."""
    with unguarded(database) as connection:  # the record is not to be changed
        connection.execute(update(table).values({column: DOCUMENT}))
        return connection.exec_driver_sql(f"SELECT {column} FROM {table.name}").scalars().all()


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=map(".".join, COLUMNS))
def test_a_mark_in_a_packed_column_is_found(database: Database, table: str, column: str) -> None:
    Office(database).start()
    with database.transaction() as session:
        idempotency.run_once(session, None, "start", "t", "k", {}, lambda: {"instance": {"id": 1}})
    assert in_database(database, [MARK]) == {}
    stored = plant(database, Base.metadata.tables[table], column)
    if database.is_sqlite or column == "result":
        assert stored
        assert not any(b"Kenari-Terkemas" in one for one in stored)
        assert {type(one) for one in stored} == {bytes}
    assert in_database(database, [MARK]) == {MARK: {f"{table}.{column}"}}


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=map(".".join, COLUMNS))
def test_a_mark_that_lies_packed_in_a_file_is_found(
    config: Config, sqlite_database: Database, table: str, column: str
) -> None:
    Office(sqlite_database).start()
    with sqlite_database.transaction() as session:
        idempotency.run_once(session, None, "start", "t", "k", {}, lambda: {"instance": {"id": 1}})
    assert in_files(config.data_dir, [MARK]) == {}
    plant(sqlite_database, Base.metadata.tables[table], column)
    assert set(in_files(config.data_dir, [MARK])) == {MARK}


def test_there_are_such_columns() -> None:
    assert len(COLUMNS) == 5
    assert orjson.dumps(DOCUMENT).lower().count(MARK.encode()) == 1
