"""Which events still hold: those of a completion that was taken back tell what was undone."""

from collections.abc import Iterable

from app.history.catalogue import Entry, Event, InstanceEvent
from app.history.events.tasks import CompletionTakenBack


def still_valid(entries: Iterable[Entry[Event]]) -> list[Entry[Event]]:
    """The events of a case, in their order, without those that were taken back."""
    found: list[Entry[Event]] = []
    for entry in entries:
        if isinstance(back := entry.event, CompletionTakenBack):
            found = [one for one in found if one.id <= back.since or _outlasts(one.event)]
        found.append(entry)
    return found


def _outlasts(event: Event) -> bool:
    """Whether people did it beside a completion, while that could be taken back."""
    return isinstance(event, InstanceEvent) and event.outlasts_undo
