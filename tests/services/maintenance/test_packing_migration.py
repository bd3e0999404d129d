"""Migration 0014: repeats of what was sent before still get their answer; taken back, all documents are text."""

import base64
import hashlib
import zlib
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, MetaData, Table, func, insert, select, text, update
from sqlalchemy.orm import Session

from app import packing
from app.column_types import UtcDateTime
from app.db import Database
from app.errors import KeyReused
from app.history.events import HistorySealed
from app.models import HistoryEvent, IdempotencyRecord, ProcessInstance, UserTask
from app.services.core import idempotency
from app.services.maintenance import migrations
from tests.services.migrating import go_back
from tests.services.office import Office

AT = datetime(2026, 11, 24, 7, 30, 5, 250_000, tzinfo=UTC)
ANSWER = {"instance": {"id": 7, "key": "pengaduan", "state": "active", "subject": "Lampu ‘mati’"}}
#: As the release before kept them: packed, in base64 in JSON; or as they are, where that was not longer.
KEPT: dict[str, dict[str, Any]] = {"packed": ANSWER, "plain": {"run": 1}, "empty": {}}
DEADLINE = {
    "at": "2026-12-02T09:00:00+00:00",
    "text": "3 hari",
    "unit": "hari kerja",
    "amount": 3,
    "since": "2026-11-27T20:50:05.015631+00:00",
    "number": 1,
}
DOCUMENTS = (ProcessInstance.variables, ProcessInstance.visits, UserTask.deadline, HistoryEvent.data)


def digest_of_before(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def packed_before(result: dict[str, Any]) -> dict[str, Any]:
    dictionary = packing._DICTIONARIES[packing.RESULT]
    deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=dictionary)
    return {"deflated1": base64.b64encode(deflate.compress(orjson.dumps(result)) + deflate.flush()).decode()}


def keep_as_before(connection: Connection) -> None:
    """A record for each of `KEPT` as revision 0013 has it."""
    table = Table("idempotency_record", MetaData(), autoload_with=connection)
    at = UtcDateTime().bind_processor(connection.dialect)
    for key, result in KEPT.items():
        connection.execute(
            insert(table).values(
                scope=digest_of_before([0, "complete", "t", key]),
                body=digest_of_before({"hasil": key}),
                result=packed_before(result) if key == "packed" else result,
                created_at=at(AT) if at else AT,
            )
        )


def repeat(session: Session, key: str, body: object) -> dict[str, Any]:
    def fail() -> dict[str, Any]:
        raise AssertionError("a repeat was done anew")

    return idempotency.run_once(session, None, "complete", "t", key, body, fail)


@pytest.fixture
def migrated(database: Database) -> Database:
    """A database that came from revision 0013 with answers kept."""
    with database.transaction() as session:
        connection = session.connection()
        migrations.build(connection, "0013")
        keep_as_before(connection)
        migrations.finish(connection)
    return database


@pytest.mark.parametrize("key", KEPT)
def test_a_repeat_of_what_was_sent_before_gets_its_first_answer(migrated: Database, key: str) -> None:
    with migrated.transaction() as session:
        assert repeat(session, key, {"hasil": key}) == KEPT[key]


def test_a_key_of_before_with_another_body_is_still_refused(migrated: Database) -> None:
    with migrated.transaction() as session, pytest.raises(KeyReused):
        repeat(session, "packed", {"hasil": "lain"})


def test_answers_of_before_are_forgotten_in_their_time(migrated: Database) -> None:
    with migrated.reading() as session:
        kept = session.scalars(select(IdempotencyRecord)).all()
        assert {one.created_at for one in kept} == {AT}
        assert {len(one.scope) for one in kept} == {len(one.body) for one in kept} == {16}


def test_many_answers_all_come_along(database: Database) -> None:
    with database.transaction() as session:
        connection = session.connection()
        migrations.build(connection, "0013")
        table = Table("idempotency_record", MetaData(), autoload_with=connection)
        rows = [
            {"scope": digest_of_before(n), "body": digest_of_before(n), "result": {"n": n}, "created_at": AT}
            for n in range(1_201)
        ]
        connection.execute(insert(table), rows)
        migrations.finish(connection)
        assert {one["n"] for one in session.scalars(select(IdempotencyRecord.result))} == set(range(1_201))


def documents(session: Session, column: Any) -> list[Any]:
    """What a column holds, but for the event that tells of the sealing."""
    query = select(column)
    if column.class_ is HistoryEvent:
        query = query.where(HistoryEvent.type != HistorySealed.type).order_by(HistoryEvent.id)
    return list(session.scalars(query))


def test_taken_back_no_document_is_packed_and_none_is_another(database: Database) -> None:
    office = Office(database)
    for number in range(3):
        office.start(judul=f"Lampu mati nomor {number}, sudah dilaporkan kepada petugas")
    with database.transaction() as session:
        session.execute(update(UserTask).values(deadline=DEADLINE))
        before = {column.key: documents(session, column) for column in DOCUMENTS}
        idempotency.run_once(session, None, "complete", "t", "k", 1, lambda: ANSWER)
        go_back(session.connection(), "0013")
        if database.is_sqlite:
            for column in DOCUMENTS:
                assert set(session.scalars(select(func.typeof(column)))) == {"text"}
            [plain, *_] = session.scalars(text("SELECT variables FROM process_instance ORDER BY id"))
            assert orjson.loads(plain) == before["variables"][0]
        assert session.scalar(text("SELECT count(*) FROM idempotency_record")) == 0
        keep_as_before(session.connection())
        migrations.finish(session.connection())
        session.expire_all()
        assert {column.key: documents(session, column) for column in DOCUMENTS} == before
        assert repeat(session, "plain", {"hasil": "plain"}) == {"run": 1}
