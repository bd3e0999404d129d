"""Events of a case that moves to another version, is taken back from there, or is put elsewhere by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.history.events.base import InstanceEvent, event


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved(InstanceEvent):
    """A case went on in another version of its process; ``source`` and ``target`` are the ids of the definitions.

    ``batch``: the id of the migration that it was part of. ``reason``: what the process owner gave.
    """

    source: int
    target: int
    from_version: int
    to_version: int
    reason: str
    batch: int | None = None


@event("instance_migrated")
class InstanceMigrated(Moved):
    """A case moved. ``changes``: a `Change` as a mapping for each thing that is otherwise now; ``renamed``: old id →
    new id of elements that are called otherwise; ``given``: values of fields that it was never asked for."""

    changes: Sequence[Mapping[str, Any]] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)


@event("migration_undone")
class MigrationUndone(Moved):
    """A case is again as it was before it moved; ``source`` and ``target`` are those of the move: it is on
    ``source`` again."""


@event("token_moved")
class TokenMoved(InstanceEvent):
    """A process owner put a case from the element that the event is of to another one, called ``name``, by hand.

    ``to``: its id; ``task``: the id of the task that was open, empty where none was.
    """

    to: str
    name: str
    reason: str
    task: str = ""


@event("deadlines_recounted")
class DeadlinesRecounted(InstanceEvent):
    """What was due by working days is due by the calendar of now. ``changes``: as of `InstanceMigrated`; ``recount``:
    the id of what an administrator asked for."""

    recount: int
    changes: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a move changes. ``kind``: lane, name, form, unit, opened, closed, deadline, timer, message, value; of the
    case, without an activity, what lists have of it: subject, category, area, priority, unit_code. unasked:
    the element will read a field, ``after``, that the case was never asked for; given: the case gets the value
    ``after`` of one.

    ``activity``: the id of the element in the target version, ``name`` what it is called. ``before`` and ``after``:
    names, or moments (ISO 8601) of deadlines and timers; empty where there was or is nothing.
    """

    kind: str
    activity: str
    name: str
    before: str = ""
    after: str = ""
