"""One row of the record, as it is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from app.history import origin
from app.history.codec import decode
from app.history.events import Event
from app.models import HistoryEvent, User

#: Under these names events of a case hold what people wrote, or what follows from it.
WRITTEN = ("values", "old", "inputs", "given", "needed", "reason", "message", "warnings", "changes")
#: Of these, what is held by the names of variables.
BY_VARIABLE = ("values", "old", "given")

E = TypeVar("E", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Entry(Generic[E]):
    """What happened, when, at which element, and who did it; no ``actor`` means the clock, or who has no account.
    ``origin``: from where, as `origin` has it: a channel, and letters of the session; empty for the clock.

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
    origin: Sequence[str] = ()


def written(entry: Entry[Event]) -> list[Any]:
    """What an event tells that people wrote, or what follows from it; the rest are ids, names, moments."""
    return [entry.data[name] for name in WRITTEN if name in entry.data]


def rewritten(entry: Entry[Event], change: Callable[[Any], Any]) -> Entry[Event]:
    """An event with that changed. Only for who reads it: the record stays what it is."""
    data = {name: change(value) if name in WRITTEN else value for name, value in entry.data.items()}
    return entry if data == entry.data else replace(entry, data=data, event=decode(entry.type, data))


def entry_of(row: HistoryEvent) -> Entry[Event]:
    """A row as an entry."""
    data, came_from = origin.parted(row.data)
    return Entry(
        row.id,
        row.instance_id,
        row.type,
        row.at,
        row.actor,
        row.activity_id,
        data,
        decode(row.type, data),
        came_from,
    )
