"""Events outside of cases about what the worker is asked to do with many at once: moves, imports, files of users and
units, deadlines counted anew, and messages that are sent once more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.history.events.base import Event, event


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkEvent(Event):
    """Something about a piece of ``work`` by the id of its row; ``key``: the process that it is about."""

    work: int
    key: str = ""


@event("migration_begun")
class MigrationBegun(WorkEvent):
    """So many ``cases`` move to version ``version`` (its id: ``definition``), for a ``reason``."""

    definition: int
    version: int
    cases: int
    reason: str


@event("migration_stopped")
class MigrationStopped(WorkEvent):
    """It was stopped; without an actor, as who began it may not move cases any more."""


@event("migration_resumed")
class MigrationResumed(WorkEvent):
    """It goes on, in the name of who asked for it."""


@event("migration_reversed")
class MigrationReversed(WorkEvent):
    """What was moved is taken back, for a ``reason``; with ``instance`` that case alone."""

    reason: str
    instance: int | None = None


@event("import_added")
class ImportAdded(WorkEvent):
    """A file of so many ``lines`` came, to be imported. What is in it is not told: it may be identity."""

    lines: int


@event("import_values_chosen")
class ImportValuesChosen(WorkEvent):
    """It was said which values come in although the form leaves them out (``wanted``: their fields), and that options
    stand for so many ``texts`` that are none."""

    wanted: Sequence[str]
    texts: int


@event("import_begun")
class ImportBegun(WorkEvent):
    """Its lines come in, in the name of who asked for it."""


@event("import_stopped")
class ImportStopped(WorkEvent):
    """It was stopped; without an actor, as who began it may not begin cases any more."""


@event("import_resumed")
class ImportResumed(WorkEvent):
    """It goes on, in the name of who asked for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterEvent(Event):
    """A file of users or units (``kind``), by its id."""

    roster: int
    kind: str


@event("roster_added")
class RosterAdded(RosterEvent):
    """A file of so many ``lines`` came; nothing is changed yet."""

    lines: int


@event("roster_begun")
class RosterBegun(RosterEvent):
    """What it adds and changes is carried out; ``actions``: add or change → how many. Each is told by itself."""

    actions: Mapping[str, int] = field(default_factory=dict)


@event("roster_put_away")
class RosterPutAway(RosterEvent):
    """The passwords that it gave are shown to nobody any more."""


@event("recount_begun")
class RecountBegun(Event):
    """What runs in so many ``cases`` is due by the days off of now. What moves is told in each case."""

    recount: int
    cases: int


@event("destruction_ended")
class DestructionEnded(Event):
    """A destruction that was stopped ends with the so many ``cases`` that it has destroyed."""

    key: str
    destruction: int
    cases: int


@event("delivery_repeated")
class DeliveryRepeated(Event):
    """A ``delivery`` to a webhook is sent once more, under its own number."""

    webhook: int
    name: str
    delivery: int


@event("mail_laid_aside")
class MailLaidAside(Event):
    """Nothing follows from a mail that came in, for a ``reason``."""

    mail: int
    reason: str


@event("draft_published")
class DraftPublished(Event):
    """A ``draft`` was closed, as it is in force. ``definition``: the id of its own version, None where it has
    none."""

    draft: int
    name: str
    definition: int | None
    reason: str
