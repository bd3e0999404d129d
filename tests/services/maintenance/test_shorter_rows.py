"""Revision 0004 keeps frequent words as letters, and ids of tasks as bytes: what they say stays as it was."""

from typing import Any

from sqlalchemy import Column, select, text

from app.base.column_types import LETTER_OF, CodedText, HexText
from app.base.db import Base, Database
from app.services.maintenance import migrations
from app.services.tasks import tasks
from tests.services.evidence.attacks import found, unguarded
from tests.services.office import Office

#: What is in bytes from 0004 on, in tables that this office has rows in.
IDS = {"user_task": "id", "word_slip": "slip", "notice": "task_id", "outbox_message": "task_id"}
_CODED = [
    (table.name, column.name)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, CodedText)
]
_SCHEMA = "SELECT name, sql FROM sqlite_master ORDER BY name"
_GUARDS = "SELECT tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"


def is_shorter(column: Column[Any]) -> bool:
    return isinstance(column.type, CodedText | HexText)


def rows(database: Database) -> dict[str, list[str]]:
    with database.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in Base.metadata.sorted_tables
            if any(map(is_shorter, table.columns))
        }


def raw(database: Database, statement: str) -> list[Any]:
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def make_longer(database: Database) -> None:
    """As revision 0003 had it."""
    with unguarded(database) as connection:
        for table, name in _CODED:
            for (letter,) in connection.execute(text(f"SELECT DISTINCT {name} FROM {table}")).all():
                statement = f"UPDATE {table} SET {name} = :word WHERE {name} = :letter"
                word = next((one for one, kept in LETTER_OF.items() if kept == letter), letter)
                connection.execute(text(statement), {"word": word, "letter": letter})
        if database.is_sqlite:
            for table, name in IDS.items():
                connection.exec_driver_sql(
                    f"UPDATE {table} SET {name} = lower(hex({name})) WHERE typeof({name}) = 'blob'"
                )
            connection.exec_driver_sql("DROP INDEX ix_history_event_at")
            connection.exec_driver_sql(
                "CREATE INDEX ix_history_event_at ON history_event (at, id) WHERE id > 0"
            )
        connection.exec_driver_sql("DROP INDEX ix_message_wait_ready")  # what 0005 adds
        for name in ("job_type", "retries", "ready_at", "lock", "worker"):
            connection.exec_driver_sql(f"ALTER TABLE message_wait DROP COLUMN {name}")
        connection.exec_driver_sql("ALTER TABLE api_token DROP COLUMN job_types")
        connection.exec_driver_sql("UPDATE schema_revision SET version_num = '0003'")


def test_rows_of_before_are_made_shorter_and_say_what_they_said(office: Office) -> None:
    database, schema = office.database, _SCHEMA if office.database.is_sqlite else _GUARDS
    case = office.start(judul="Surat 3fa85f6457174562b3fc2c963f66afa6")
    with database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, {"hasil": "cukup"}, {}, actor=office.rina)
    before, shape = rows(database), raw(database, schema)
    make_longer(database)
    assert raw(database, "SELECT 1 FROM history_event WHERE type = 'task_created'")
    assert migrations.upgrade(database)
    assert rows(database) == before
    assert raw(database, schema) == shape
    assert found(database) == set()
    for table, name in _CODED:
        held = {value for (value,) in raw(database, f"SELECT DISTINCT {name} FROM {table}")}
        assert not held & set(LETTER_OF), (table, name)
    if database.is_sqlite:
        for table, name in IDS.items():
            kinds = raw(
                database, f"SELECT 1 FROM {table} WHERE typeof({name}) = 'text' AND length({name}) = 32"
            )
            assert kinds == [], table


def test_a_word_that_stands_in_full_where_a_letter_should_is_found(office: Office) -> None:
    """No index of types would find that event."""
    office.start()
    assert found(office.database) == set()
    with unguarded(office.database) as connection:
        connection.exec_driver_sql("UPDATE history_event SET type = 'task_created' WHERE type = 'A'")
    assert len(found(office.database)) == 1
