"""The one writer of the record. Rows are only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Table, insert
from sqlalchemy.orm import Session

from app.history.codec import encode
from app.history.events import Event
from app.models import HistoryEvent


@dataclass(frozen=True, slots=True)
class Record:
    """An event to write, at which element it happened, and the id of who did it; None for the clock."""

    event: Event
    activity_id: str | None
    actor_id: int | None = None


def add(session: Session, record: Record, *, instance_id: int | None, at: datetime) -> None:
    """Add an event, written with the next flush."""
    session.add(HistoryEvent(**_row(record, instance_id, at)))


def add_all(session: Session, records: Sequence[Record], *, instance_id: int | None, at: datetime) -> None:
    """Add the events of a step, or of a deployment, past the session, in their order. 1 SQL."""
    if records:
        session.connection().execute(_insertion(), [_row(each, instance_id, at) for each in records])


@cache
def _insertion() -> Insert:
    """Built once: building it takes longer than running it."""
    return insert(cast("Table", HistoryEvent.__table__))


def _row(record: Record, instance_id: int | None, at: datetime) -> dict[str, Any]:
    return {
        "instance_id": instance_id,
        "type": record.event.type,
        "at": at,
        "actor_id": record.actor_id,
        "activity_id": record.activity_id,
        "data": encode(record.event),
    }
