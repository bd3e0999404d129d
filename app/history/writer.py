"""The one writer of the record. Rows are only ever added, each with its place in the chain of its case."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Table, delete, select, update
from sqlalchemy.orm import Session

from app.base.errors import Conflict
from app.base.i18n import _
from app.history import origin, pending, proof, removals
from app.history.canonical import canonical, commitment
from app.history.catalogue import Event
from app.history.codec import encode
from app.history.proof import Proven
from app.history.removals import Signed
from app.history.standing import KEY
from app.models import EventChain, HistoryEvent, HistoryPermit, SealedHead


@dataclass(frozen=True, slots=True)
class Record:
    """An event to write, at which element it happened, and the id of who did it; None for the clock.

    ``standing``: what its step changed that no event tells, as of `standing.changed` or `standing.entire`.
    ``signature``: of an event that says that something is gone, in hex: see `removals`.
    """

    event: Event
    activity_id: str | None
    actor_id: int | None = None
    standing: Mapping[str, Any] | None = None
    signature: str = ""


def add(session: Session, record: Record, *, instance_id: int | None, at: datetime) -> None:
    """Add an event, written when the transaction ends."""
    pending.add(session, [_row(record, instance_id, at)])


def add_all(session: Session, records: Sequence[Record], *, instance_id: int | None, at: datetime) -> None:
    """Add the events of a step, or of a deployment, in their order."""
    if records:
        pending.add(session, [_row(each, instance_id, at) for each in records])


@dataclass(frozen=True, slots=True)
class Ending:
    """How many events a case had that is destroyed, and the hash of the last, in hex."""

    count: int
    head: str


def ending(session: Session, instance_id: int) -> Ending:
    """How the record of a case ends that is to be destroyed; all of it was computed anew.

    Raises:
        Conflict: it is not whole. Who looks into that needs it.
    """
    connection = session.connection()
    pending.write(connection)
    chains, heads = cast("Table", EventChain.__table__), cast("Table", SealedHead.__table__)
    row = connection.execute(
        select(chains.c.count, chains.c.head, heads.c.count, heads.c.head)
        .outerjoin(heads, heads.c.instance_id == chains.c.instance_id)
        .where(chains.c.instance_id == instance_id)
    ).one_or_none()
    count, head, sealed, sealed_head = row or (0, b"", None, None)
    last, whole = (0, b""), True
    for event, fits in proof.fitting(connection, instance_id):
        last = event.number, event.hash
        whole = whole and fits and (event.number != sealed or event.hash == sealed_head)
    if not whole or last != (count, head) or (sealed or 0) > count:
        raise Conflict(
            _("Riwayat perkara ini tidak utuh, jadi perkaranya tidak dimusnahkan. Jalankan verify.")
        )
    return Ending(count, head.hex())


def remove_all(session: Session, instance_id: int, *, at: datetime) -> None:
    """Remove the record of a case that is destroyed, after that was recorded. Nothing else is ever removed.

    The database refuses it to whoever leaves no permit, and does not mark the case. The chain's row stays.
    """
    connection = session.connection()
    pending.write(connection)
    table, chains, permits = (
        cast("Table", model.__table__) for model in (HistoryEvent, EventChain, HistoryPermit)
    )
    gone = {"destroyed_at": at, "stale": False}
    connection.execute(update(chains).where(chains.c.instance_id == instance_id).values(**gone))
    connection.execute(permits.insert().values(instance_id=instance_id, action="DELETE"))
    connection.execute(delete(table).where(table.c.instance_id == instance_id))
    connection.execute(permits.delete().where(permits.c.instance_id == instance_id))


@dataclass(frozen=True, slots=True)
class Redacted:
    """What was redacted, by the numbers of events: the SHA-256 of what each tells now, in canonical form, and what
    that which it told before was committed to; in hex."""

    digests: dict[str, str] = field(default_factory=dict)
    commitments: dict[str, str] = field(default_factory=dict)


def redact(
    session: Session, instance_id: int, change: Callable[[Proven, str, Any], Any], signed: Signed
) -> Redacted:
    """Rewrite what events of a case tell where ``change`` (of an event, a key of it, and what stands there) makes it
    another, but for what is signed in them. The chain holds: it has a commitment, whose salt is gone afterwards.

    For the erasure of identity alone, which records and signs what this returns. An event that is not what was
    recorded is redacted as well, but not told of: so it stays to be found. ``signed``: see `removals`.
    """
    connection = session.connection()
    pending.write(connection)
    e, permits = (cast("Table", model.__table__) for model in (HistoryEvent, HistoryPermit))
    found, before = Redacted(), _redacted_before(connection, instance_id, signed)
    events = list(proof.fitting(connection, instance_id))
    connection.execute(permits.insert().values(instance_id=instance_id, action="UPDATE"))
    for event, fits in events:
        told = {
            key: value if removals.is_bound(event.type, key) else change(event, key, value)
            for key, value in event.data.items()
        }
        if told == event.data:
            continue
        # What was redacted before keeps its commitment: that of what was recorded.
        committed = event.redacted or commitment(event.data, event.salt or b"")
        mine = e.c.instance_id == instance_id, e.c.number == event.number
        values = {"data": told, "salt": None, "redacted": committed}
        connection.execute(update(e).where(*mine).values(values))
        number = str(event.number)
        as_left = (_digest(event.data), committed.hex())
        if fits and (event.redacted is None or before.get(number) == as_left):
            found.digests[number], found.commitments[number] = _digest(told), committed.hex()
    connection.execute(permits.delete().where(permits.c.instance_id == instance_id))
    return found


def _redacted_before(connection: Connection, instance_id: int, signed: Signed) -> dict[str, tuple[str, str]]:
    """The hash and the commitment of each event that was redacted before, as it was told last."""
    found: dict[str, tuple[str, str]] = {}
    for event, fits in proof.fitting(connection, instance_id):
        if event.type == "history_redacted" and fits:
            data = event.data
            if removals.is_signed(instance_id, event.type, data, signed):
                found |= {n: (digest, data["commitments"][n]) for n, digest in data["digests"].items()}
    return found


def _digest(data: Any) -> str:
    return hashlib.sha256(canonical(data)).hexdigest()


def _row(record: Record, instance_id: int | None, at: datetime) -> dict[str, Any]:
    data = origin.beside(encode(record.event))
    if record.signature:
        data = {**data, removals.KEY: record.signature}
    return {
        "instance_id": instance_id,
        "type": record.event.type,
        "at": at,
        "actor_id": record.actor_id,
        "activity_id": record.activity_id,
        "data": data if record.standing is None else {**data, KEY: record.standing},
    }
