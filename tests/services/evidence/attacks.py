"""What somebody does who can write to the database past the application: triggers are off, and he tells nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, update

from app.base.config import Config
from app.base.db import Database
from app.history.canonical import Place, Told, commitment, event_hash, moment
from app.history.checking import Fault
from app.models import Checkpoint, EventChain, HistoryEvent, ProcessInstance
from app.services.core import settings
from app.services.evidence import checkpoints, drawing, verifying
from app.services.evidence.verifying import Verified
from tests.services.office import Office

_TABLES = ("history_event", "checkpoint")


@contextmanager
def unguarded(database: Database) -> Iterator[Connection]:
    """A transaction in which no trigger and no foreign key holds."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            triggers = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).all()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for name, _sql in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
            triggers = []
        yield connection
        for _name, sql in triggers:
            connection.exec_driver_sql(sql)
        connection.commit()
        if database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")
            connection.commit()


def signed_anyway(database: Database) -> Checkpoint:
    """The next checkpoint as releases before made it, or whoever has the key: of the heads there are, whatever they
    were."""
    with unguarded(database) as connection:
        for name in ("head", "count"):
            run(
                connection,
                f"UPDATE sealed_head SET {name} = (SELECT c.{name} FROM event_chain c WHERE c.instance_id = "
                "sealed_head.instance_id) WHERE count >= (SELECT c.count FROM event_chain c WHERE c.instance_id = "
                "sealed_head.instance_id)",
            )
    with database.engine.connect() as connection:
        drawn, _faults = drawing.draw(config_of(database), connection)
    with database.transaction() as session:
        return checkpoints.keep(session, drawn)


def run(connection: Connection, statement: str, **values: Any) -> Any:
    """A statement of his."""
    return connection.execute(text(statement), values)


def forged(connection: Connection, chain: int, type_: str, data: dict[str, Any]) -> int:
    """An event that he adds with all hashes as they must be, but for what only the installation can sign; its number.
    The head of the chain goes along."""
    heads = select(EventChain.count, EventChain.head).where(EventChain.instance_id == chain)
    count, head = connection.execute(heads).one()
    at, salt = datetime.now(UTC), bytes(16)
    hash_ = event_hash(
        Place(chain, count + 1, head), Told(type_, moment(at), None, None), commitment(data, salt)
    )
    row = {"instance_id": chain or None, "type": type_, "at": at, "data": data, "number": count + 1}
    made = connection.execute(
        insert(HistoryEvent).values(**row, hash=hash_, salt=salt).returning(HistoryEvent.id)
    )
    moved = {"count": count + 1, "head": hash_, "last_id": made.scalar_one()}
    connection.execute(update(EventChain).where(EventChain.instance_id == chain).values(moved))
    return int(count) + 1


def destroyed_by_hand(connection: Connection, case: int, *, events: int = 0, head: bytes = b"") -> None:
    """A case that he removes as a destruction does it, and says so; of as many ``events`` and with the ``head`` that
    he likes."""
    heads = select(EventChain.count, EventChain.head).where(EventChain.instance_id == case)
    count, last = connection.execute(heads).one()
    ended = {"count": events or count, "head": head or last, "destroyed_at": datetime.now(UTC)}
    connection.execute(update(EventChain).where(EventChain.instance_id == case).values(ended))
    connection.execute(delete(HistoryEvent).where(HistoryEvent.instance_id == case))
    connection.execute(delete(ProcessInstance).where(ProcessInstance.id == case))
    data = {"key": "uji", "instance": case, "destruction": 1}
    forged(connection, 0, "case_destroyed", {**data, "events": ended["count"], "head": ended["head"].hex()})


def ids_moved(connection: Connection, case: int, back: int, since: int) -> None:
    """What an event ``back`` tells to be undone after the one with the id ``since`` counts again, in the same order:
    ids are in no hash."""
    query = select(HistoryEvent.id).where(HistoryEvent.instance_id == case, HistoryEvent.id < back)
    ids = connection.scalars(query.order_by(HistoryEvent.id)).all()
    before, after = [one for one in ids if one <= since], [one for one in ids if one > since]
    for id_ in before:
        run(connection, "UPDATE history_event SET id = :to WHERE id = :id", to=id_ - 100_000, id=id_)
    for number, id_ in enumerate(after):
        to = since - 50_000 + number
        run(connection, "UPDATE history_event SET id = :to WHERE id = :id", to=to, id=id_)


def verified(database: Database) -> Verified:
    """What the application finds in the record; tables that no longer fit to it are left to `test_tables`."""
    done = verifying.snapshot_verified(config_of(database), database, lambda _done: None)
    return replace(done, faults=tuple(one for one in done.faults if not one.kind.startswith("row_")))


def config_of(database: Database) -> Config:
    """The settings of an installation."""
    with database.reading() as session:
        return settings.config(session)


def found(database: Database) -> set[tuple[str, int, int]]:
    """Kind, chain and number of each fault."""
    return {(one.kind, one.chain, one.number) for one in verified(database).faults}


def only(database: Database) -> Fault:
    """The one fault there is."""
    [fault] = verified(database).faults
    return fault


def rewrite(office: Office, case: int) -> None:
    """Change the second event of a case, and all hashes after it, and the head."""
    with office.database.reading() as session:
        rows = session.scalars(
            select(HistoryEvent).where(HistoryEvent.instance_id == case).order_by(HistoryEvent.id)
        ).all()
        head = rows[0].hash
        changes: list[dict[str, Any]] = []
        for row in rows[1:]:
            told = Told(
                "note_added" if row.number == 2 else row.type, moment(row.at), row.actor_id, row.activity_id
            )
            head = event_hash(Place(case, row.number, head), told, commitment(row.data, row.salt))
            changes.append({"id": row.id, "type": told.type, "hash": head})
    with unguarded(office.database) as connection:
        for change in changes:
            connection.execute(update(HistoryEvent).where(HistoryEvent.id == change["id"]).values(change))
        run(connection, "UPDATE event_chain SET head = :head WHERE instance_id = :case", head=head, case=case)
