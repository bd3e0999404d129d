"""One row of the record, as it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from app.history.codec import decode
from app.history.events import Event
from app.models import HistoryEvent, User

E = TypeVar("E", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Entry(Generic[E]):
    """What happened, when, at which element, and who did it; no ``actor`` means the clock, or who has no account.

    ``type`` and ``data`` are as they are stored, to hand on whole; what they say is read from ``event``.
    """

    id: int
    instance_id: int | None
    type: str
    at: datetime
    actor: User | None
    activity_id: str | None
    data: Mapping[str, Any]
    event: E


def entry_of(row: HistoryEvent) -> Entry[Event]:
    """A row as an entry."""
    return Entry(
        row.id,
        row.instance_id,
        row.type,
        row.at,
        row.actor,
        row.activity_id,
        row.data,
        decode(row.type, row.data),
    )
