"""Columns that are packed on SQLite hold what they held before, and are plain JSON on PostgreSQL."""

from typing import Any

import orjson
import pytest
from sqlalchemy import select, text, update

from app.base import packing
from app.base.column_types import PackedDocument
from app.base.db import Base, Database
from app.models import HistoryEvent, ProcessInstance, UserTask
from tests.history.unguarded import unguard
from tests.services.office import Office

LONG = {"judul": "Lampu mati", "alasan": "Sudah dilaporkan kepada petugas dan belum dijawab.", "ada": True}


def raw(database: Database, statement: str) -> list[Any]:
    with database.engine.connect() as connection:
        return list(connection.exec_driver_sql(statement).scalars())


def test_these_columns_are_packed() -> None:
    assert {
        (table.name, column.name, column.type.dictionary)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, PackedDocument)
    } == {
        ("process_instance", "variables", packing.VALUES),
        ("process_instance", "visits", packing.VISITS),
        ("user_task", "deadline", packing.DEADLINE),
        ("history_event", "data", packing.VALUES),
    }


def test_sqlite_keeps_a_document_packed_where_that_is_shorter_and_else_as_text(
    sqlite_database: Database,
) -> None:
    office = Office(sqlite_database)
    case = office.start(judul="Lampu mati di jalan, sudah dilaporkan kepada petugas")
    [variables] = raw(sqlite_database, "SELECT variables FROM process_instance")
    assert isinstance(variables, bytes)
    assert orjson.loads(packing.unpack(variables)) == case.variables
    with sqlite_database.transaction() as session:
        session.get_one(ProcessInstance, case.id).variables = {}
    assert raw(sqlite_database, "SELECT variables FROM process_instance") == ["{}"]
    with sqlite_database.reading() as session:
        assert session.get_one(ProcessInstance, case.id).variables == {}


def test_rows_that_were_written_as_text_are_read_and_stay_as_they_are(sqlite_database: Database) -> None:
    office = Office(sqlite_database)
    office.start()
    with sqlite_database.transaction() as session:
        unguard(session.connection())
        for table, column in (("process_instance", "variables"), ("history_event", "data")):
            session.execute(
                text(f"UPDATE {table} SET {column} = :plain"), {"plain": orjson.dumps(LONG).decode()}
            )
    office.start()
    with sqlite_database.reading() as session:
        first, second = session.scalars(select(ProcessInstance).order_by(ProcessInstance.id))
        assert first.variables == LONG
        assert second.variables["judul"] == "Lampu mati"
        assert session.scalars(select(HistoryEvent.data).order_by(HistoryEvent.id)).first() == LONG
    kinds = raw(sqlite_database, "SELECT typeof(variables) FROM process_instance ORDER BY id")
    assert kinds == ["text", "blob"]


def test_postgresql_keeps_them_as_json(postgres_database: Database) -> None:
    office = Office(postgres_database)
    case = office.start()
    for table, column in (("process_instance", "variables"), ("history_event", "data")):
        found = raw(postgres_database, f"SELECT jsonb_typeof({column}) FROM {table}")
        assert set(found) == {"object"}
    assert raw(postgres_database, "SELECT variables->>'judul' FROM process_instance") == [
        case.variables["judul"]
    ]


def test_a_task_without_a_deadline_has_none(database: Database) -> None:
    task = Office(database)
    case = task.start()
    with database.transaction() as session:
        session.get_one(UserTask, task.open_task(case).id).deadline = None
    with database.reading() as session:
        assert session.scalars(select(UserTask.deadline)).all() == [None]


@pytest.mark.parametrize("value", [LONG, [LONG] * 3, "Sudah dijawab dan sudah selesai", 1, 1.5, True, None])
def test_whatever_json_is_given_comes_back(database: Database, value: object) -> None:
    def told(document: object) -> bytes:
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)  # 1 and true are equal to Python

    Office(database).start()
    with database.transaction() as session:
        unguard(session.connection())
        session.execute(update(HistoryEvent).values(data={"value": value}))
    with database.reading() as session:
        assert {told(one) for one in session.scalars(select(HistoryEvent.data))} == {told({"value": value})}


def test_a_change_of_a_document_is_noticed_and_the_same_again_is_none(database: Database) -> None:
    office = Office(database)
    case = office.start()
    with database.transaction() as session:
        found = session.get_one(ProcessInstance, case.id)
        before = found.revision
        found.variables = dict(found.variables)
        session.flush()
        assert found.revision == before
        found.variables = {**found.variables, "judul": "Lain"}
        session.flush()
        assert found.revision != before
    with database.reading() as session:
        assert session.get_one(ProcessInstance, case.id).variables["judul"] == "Lain"
