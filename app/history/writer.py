"""The one writer of the record. Rows are only ever added, each with its place in the chain of its case."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from app.history import origin, pending
from app.history.canonical import canonical, commitment
from app.history.codec import encode
from app.history.events import Event
from app.history.standing import KEY
from app.models import EventChain, HistoryEvent, HistoryPermit


@dataclass(frozen=True, slots=True)
class Record:
    """An event to write, at which element it happened, and the id of who did it; None for the clock.

    ``standing``: what its step changed that no event tells, as of `standing.changed` or `standing.entire`.
    """

    event: Event
    activity_id: str | None
    actor_id: int | None = None
    standing: Mapping[str, Any] | None = None


def add(session: Session, record: Record, *, instance_id: int | None, at: datetime) -> None:
    """Add an event, written when the transaction ends."""
    pending.add(session, [_row(record, instance_id, at)])


def add_all(session: Session, records: Sequence[Record], *, instance_id: int | None, at: datetime) -> None:
    """Add the events of a step, or of a deployment, in their order."""
    if records:
        pending.add(session, [_row(each, instance_id, at) for each in records])


@dataclass(frozen=True, slots=True)
class Removed:
    """How many events a case had that is destroyed, and the hash of the last, in hex."""

    count: int
    head: str


def remove_all(session: Session, instance_id: int, *, at: datetime) -> Removed:
    """Remove the record of a case that is destroyed; return what it was. Nothing else is ever removed.

    The database refuses it to whoever leaves no permit. The chain's row stays, as that of a case destroyed.
    """
    connection = session.connection()
    pending.write(connection)
    table, chains, permits = (
        cast("Table", model.__table__) for model in (HistoryEvent, EventChain, HistoryPermit)
    )
    connection.execute(permits.insert().values(instance_id=instance_id, action="DELETE"))
    connection.execute(delete(table).where(table.c.instance_id == instance_id))
    connection.execute(permits.delete().where(permits.c.instance_id == instance_id))
    is_it = chains.c.instance_id == instance_id
    connection.execute(update(chains).where(is_it).values(destroyed_at=at))
    found = connection.execute(select(chains.c.count, chains.c.head).where(is_it)).one_or_none()
    return Removed(found[0], found[1].hex()) if found else Removed(0, "")


def redact(session: Session, instance_id: int, change: Callable[[str, Any], Any]) -> Mapping[str, str]:
    """Rewrite what events of a case tell where ``change`` (of its key, and what it tells) makes it another; return by
    the number of each the SHA-256 of what it tells now. The chain holds: it has a commitment, whose salt is gone
    afterwards.

    For the erasure of identity alone, which records what this returns.
    """
    connection = session.connection()
    pending.write(connection)
    e, permits = (cast("Table", model.__table__) for model in (HistoryEvent, HistoryPermit))
    mine = select(e.c.id, e.c.number, e.c.data, e.c.salt, e.c.redacted).where(
        e.c.instance_id == instance_id, e.c.number.is_not(None)
    )
    digests: dict[str, str] = {}
    connection.execute(permits.insert().values(instance_id=instance_id, action="UPDATE"))
    for id_, number, data, salt, before in connection.execute(mine.order_by(e.c.id)).all():
        told = {key: change(key, value) for key, value in data.items()}
        if told != data:
            # What was redacted before keeps its commitment: that of what was recorded.
            values = {"data": told, "salt": None, "redacted": before or commitment(data, salt)}
            connection.execute(update(e).where(e.c.id == id_).values(values))
            digests[str(number)] = hashlib.sha256(canonical(told)).hexdigest()
    connection.execute(permits.delete().where(permits.c.instance_id == instance_id))
    return digests


def _row(record: Record, instance_id: int | None, at: datetime) -> dict[str, Any]:
    data = origin.beside(encode(record.event))
    return {
        "instance_id": instance_id,
        "type": record.event.type,
        "at": at,
        "actor_id": record.actor_id,
        "activity_id": record.activity_id,
        "data": data if record.standing is None else {**data, KEY: record.standing},
    }
