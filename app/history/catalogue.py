"""The catalogue of events, and what each of them is: a frozen dataclass whose fields are the keys of its stored data.

An `Entry` is a row of the record with its event. The events themselves stand in `events`, a module a noun.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar, dataclass_transform

from app.base.i18n import N_, _
from app.history.sentences import Change, Sentence, Text, say
from app.history.telling import because
from app.history.vocabulary import Vocabulary
from app.models import User

#: `InstanceEvent.by` when the reporter caused an event: he has no account.
REPORTER = "reporter"

# Under which heading pages list types of events.
CASES = N_("Perkara")
TASKS = N_("Tugas")
COURSE = N_("Jalannya proses")
MESSAGES = N_("Pesan dan pelapor")
IDENTITY = N_("Identitas")
INTERVENTIONS = N_("Campur tangan dan kendala")
PROCESSES = N_("Proses dan penerapan")
ACCESS = N_("Pengguna dan akses")
AUDIT = N_("Audit dan unduhan")
DESTRUCTION = N_("Pemusnahan")
OFFICE = N_("Kantor")
_HEADINGS = (
    CASES,
    TASKS,
    COURSE,
    MESSAGES,
    IDENTITY,
    INTERVENTIONS,
    PROCESSES,
    ACCESS,
    AUDIT,
    DESTRUCTION,
    OFFICE,
)

E = TypeVar("E", bound="Event", covariant=True)


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

    def describe(self, vocabulary: Vocabulary) -> Sentence:
        """What happened, to whom it mattered, and why, in the language of the moment."""
        return self.event.describe(self, vocabulary)

    def who(self) -> str:
        """Who did it; empty for the clock."""
        if self.actor is not None:
            return self.actor.full_name
        return _("Pelapor") if self.event.is_by_reporter() else ""

    def activity(self, vocabulary: Vocabulary) -> str:
        """What the element is called at which it happened."""
        return vocabulary.activity(self.activity_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened.

    A field without a default is always stored; one with a default only where it differs. Nothing in it may be
    identity: the record is never encrypted, and never forgotten.

    ``sentence``: what sort of thing happened, one of the timeline's, and its words: each ``{field}`` is that of the
    event, and ``{name}`` the element where it has no such field. `describe` is for what one sentence cannot say.
    """

    type: ClassVar[str] = ""
    called: ClassVar[str] = ""
    sentence: ClassVar[tuple[str, str]]

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        """What happened: the sentence, and the reason where one was given."""
        kind, message = self.sentence
        return Sentence(
            kind, self._title(message, entry, vocabulary), lines=because(getattr(self, "reason", ""))
        )

    def is_by_reporter(self) -> bool:
        """Whether the reporter caused it."""
        return False

    def _title(self, message: str, entry: Entry[Any], vocabulary: Vocabulary) -> Text:
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return say(message, **{"name": entry.activity(vocabulary), **told})


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown(Event):
    """What a row holds whose type is not in the catalogue: written by a newer version, or by hand."""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        """Tell it by its type."""
        return Sentence("note", say(N_("Kejadian {type}"), type=entry.type))


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceEvent(Event):
    """Something that happened in a case. ``by`` is `REPORTER` when he caused it, else empty.

    ``outlasts_undo``: people did it beside a completion, and it holds where that is taken back later.
    """

    outlasts_undo: ClassVar[bool] = False
    by: str = ""

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        """What happened: the sentence, and why, of cases in a place of its own."""
        kind, message = self.sentence
        return Sentence(kind, self._title(message, entry, vocabulary), reason=getattr(self, "reason", ""))

    def is_by_reporter(self) -> bool:
        """Whether the reporter caused it."""
        return self.by == REPORTER


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment(InstanceEvent):
    """An event that set variables.

    ``old``: the values before of those that existed and changed. ``kept``: the names of those that stayed the same.
    ``local``: the names of those that are local to a round or sub-process, not the case's.
    """

    old: Mapping[str, Any] = field(default_factory=dict)
    kept: Sequence[str] = ()
    local: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ValuesSet(Assignment):
    """An `Assignment` that tells the values it set, by variable."""

    values: Mapping[str, Any]

    def changes(self, vocabulary: Vocabulary) -> tuple[Change, ...]:
        """What was filled in: (label, before, after); before is None where there was nothing, and the same as
        after where it stayed. Empty fields are left out."""
        values = self.values
        before = {key: values[key] for key in self.kept if key in values} | dict(self.old)
        called = vocabulary.own_labels(values)
        return tuple(
            (
                called.get(key) or vocabulary.label(key),
                vocabulary.value(key, before[key]) if key in before else None,
                vocabulary.value(key, value),
            )
            for key, value in sorted(values.items(), key=lambda one: vocabulary.place(one[0]))
            if key in self.old or value not in (None, "", [], False)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkEvent(Event):
    """Something about a piece of ``work`` by the id of its row; ``key``: the process that it is about."""

    work: int
    key: str = ""


#: The catalogue: the class of each stored type.
CATALOGUE: dict[str, type[Event]] = {}
#: The same by the headings under which pages list them.
GROUPS: dict[str, list[type[Event]]] = {heading: [] for heading in _HEADINGS}

_K = TypeVar("_K", bound=Event)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(type_: str, heading: str, called: str) -> Callable[[type[_K]], type[_K]]:
    """Make a class an event of the catalogue, stored as ``type_``: a subject and a past verb, at most 40 letters.
    ``called``: its name, wherever a page lists types of events.

    Raises:
        ValueError: the catalogue has the type already, or the class has no sentence.
    """

    def add(kind: type[_K]) -> type[_K]:
        if type_ in CATALOGUE:
            raise ValueError(f"two events are stored as {type_}")
        if kind.describe.__module__ == __name__ and not hasattr(kind, "sentence"):
            raise ValueError(f"{type_} has no sentence")
        made = dataclass(frozen=True, kw_only=True, slots=True)(kind)
        made.type, made.called = type_, called
        CATALOGUE[type_] = made
        GROUPS[heading].append(made)
        return made

    return add


def typed(type_: str, data: Mapping[str, Any]) -> Event:
    """The event of a type with exactly this data.

    Raises:
        KeyError: the catalogue has no such type. TypeError: its data has other keys.
    """
    return CATALOGUE[type_](**data)


def type_name(type_: str) -> str:
    """What a type of event is called; a newer version may have written one that is not known yet."""
    if type_ in CATALOGUE:
        return _(CATALOGUE[type_].called)
    return _("Peristiwa tak dikenal: {type}", type=type_)
