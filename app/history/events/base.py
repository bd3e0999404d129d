"""What every event of the record is: a frozen dataclass whose fields are the keys of its stored data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar, dataclass_transform

#: `InstanceEvent.by` when the reporter caused an event: he has no account.
REPORTER = "reporter"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened.

    A field without a default is always stored; one with a default only where it differs. Nothing in it may be
    identity: the record is never encrypted, and never forgotten.
    """

    type: ClassVar[str] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown(Event):
    """What a row holds whose type is not in the catalogue: written by a newer version, or by hand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceEvent(Event):
    """Something that happened in a case. ``by`` is `REPORTER` when he caused it, else empty."""

    by: str = ""


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


#: The catalogue: the class of each stored type.
CATALOGUE: dict[str, type[Event]] = {}

_E = TypeVar("_E", bound=Event)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(type_: str) -> Callable[[type[_E]], type[_E]]:
    """Make a class an event of the catalogue, stored as ``type_``: a subject and a past verb, at most 40 letters."""

    def add(kind: type[_E]) -> type[_E]:
        if type_ in CATALOGUE:
            raise ValueError(f"two events are stored as {type_}")
        made = dataclass(frozen=True, kw_only=True, slots=True)(kind)
        made.type = type_
        CATALOGUE[type_] = made
        return made

    return add


def typed(type_: str, data: Mapping[str, Any]) -> Event:
    """The event of a type with exactly this data.

    Raises:
        KeyError: the catalogue has no such type. TypeError: its data has other keys.
    """
    return CATALOGUE[type_](**data)
