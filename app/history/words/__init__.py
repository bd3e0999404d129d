"""The words of each event, in the language of the moment."""

from app.base.i18n import N_, _
from app.history.entry import Entry
from app.history.events import REPORTER, Event, InstanceEvent, MessageReceived
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary
from app.history.words import (
    definitions,
    desk,
    instances,
    messages,
    migration,
    office,
    purposes,
    tasks,
    works,
)
from app.history.words.telling import TELLERS

__all__ = [
    "TELLERS",
    "definitions",
    "describe",
    "desk",
    "instances",
    "messages",
    "migration",
    "office",
    "purposes",
    "tasks",
    "who",
    "works",
]


def describe(entry: Entry[Event], vocabulary: Vocabulary) -> Sentence:
    """What happened, to whom it mattered, and why. An event that is not in the catalogue is told by its type."""
    tell = TELLERS.get(type(entry.event))
    if tell is None:
        return Sentence("note", say(N_("Kejadian {type}"), type=entry.type))
    return tell(entry, vocabulary)


def who(entry: Entry[Event]) -> str:
    """Who did it; empty for the clock."""
    if entry.actor is not None:
        return entry.actor.full_name
    event = entry.event
    from_outside = isinstance(event, MessageReceived) and event.case is None
    by_reporter = isinstance(event, InstanceEvent) and event.by == REPORTER
    return _("Pelapor") if by_reporter or from_outside else ""
