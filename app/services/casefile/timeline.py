"""The record of a case as people follow it: what happened together as one, and how long nothing happened between.

Used by the page of a case, its replay and its file. Entries are those that a reader has been allowed to see.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.base.i18n import N_
from app.engine.diagram import Diagram
from app.history.catalogue import Entry, Event
from app.history.events.instances import EscalationThrown, GatewayDecided, TimerFired
from app.history.events.notifications import NotificationQueued
from app.history.events.tasks import TaskOverdue

#: What follows from a timer in the same step, and is told with it.
_CONSEQUENCES = (EscalationThrown, NotificationQueued, TimerFired)
#: Filters: name in the address → (what it is called, the kinds of sentences that it shows).
GROUPS = {
    "tugas": (N_("Tugas"), frozenset({"open", "done", "person", "start", "end"})),
    "keputusan": (N_("Keputusan"), frozenset({"decision"})),
    "tenggat": (N_("Tenggat"), frozenset({"overdue", "waiting"})),
    "pesan": (N_("Pesan dan penggabungan"), frozenset({"message"})),
    "catatan": (N_("Catatan"), frozenset({"note"})),
    "identitas": (N_("Identitas"), frozenset({"identity"})),
    "campur-tangan": (N_("Kendala dan pembatalan"), frozenset({"incident", "cancelled"})),
}


@dataclass(frozen=True)
class Told:
    """An event with what is told along with it: a lateness is a timer, a task overdue and a notification.

    ``since``: how long before it the last thing happened; None for the first, or where nothing was between.
    """

    entry: Entry[Event]
    beside: Sequence[Entry[Event]] = ()
    since: timedelta | None = None


def folded(entries: Sequence[Entry[Event]]) -> list[Told]:
    """The events of a case, oldest first, each with those that only follow from it in the same step."""
    found: list[Told] = []
    before = None
    for step in steps(entries):
        gap = step[0].at - before if before is not None else None
        for place, (entry, beside) in enumerate(_heads(step)):
            found.append(Told(entry, beside, gap if place == 0 else None))
        before = step[0].at
    return found


def steps(entries: Iterable[Entry[Event]]) -> list[list[Entry[Event]]]:
    """Events that were recorded at one moment, as one command records them."""
    found: list[list[Entry[Event]]] = []
    for entry in entries:
        if found and found[-1][0].at == entry.at:
            found[-1].append(entry)
        else:
            found.append([entry])
    return found


def _heads(step: Sequence[Entry[Event]]) -> list[tuple[Entry[Event], list[Entry[Event]]]]:
    """What a step is told by: a lateness with its timer and notifications, a timer with its notifications."""
    heads = [entry for entry in step if isinstance(entry.event, TaskOverdue)]
    timers = [entry for entry in step if isinstance(entry.event, TimerFired)]
    heads = heads or timers[:1]
    if len(heads) != 1:
        return [(entry, []) for entry in step]
    beside = [entry for entry in step if entry is not heads[0] and isinstance(entry.event, _CONSEQUENCES)]
    return [
        (entry, beside if entry is heads[0] else [])
        for entry in step
        if not any(entry is one for one in beside)
    ]


def elements_of(entry: Entry[Event]) -> Collection[str]:
    """The elements and flows of the diagram that an event is about."""
    found = {entry.activity_id} if entry.activity_id else set()
    return found | {entry.event.flow} if isinstance(entry.event, GatewayDecided) else found


def at_element(told: Iterable[Told], diagram: Diagram, element: str) -> list[Told]:
    """Those that happened at an element of the diagram, or at the timers on its boundary; or that took a flow."""
    node = diagram.nodes.get(element)
    here = {element, *(one.id for one in diagram.nodes.values() if node and one.attached_to == node.id)}
    return [
        one for one in told if any(here.intersection(elements_of(each)) for each in (one.entry, *one.beside))
    ]
