"""What the words of an event ask for: how people call the ids in it, in the version of the diagram that ran."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Literal, Protocol

from app.history.sentences import NOTHING


@dataclass(frozen=True, slots=True)
class Cause:
    """An element that took a task away: it ended the rounds, its time was up, or the case went by it."""

    kind: Literal["rounds", "timer", "way"]
    name: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of a decision table, counted from 1. ``tests``: (heading, test) of each cell that tests something."""

    number: int
    tests: Sequence[tuple[str, str]]
    note: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision by name; ``rules`` by id, None where an expression decides instead of a table."""

    name: str
    rules: Mapping[str, Rule] | None


class Vocabulary(Protocol):
    """How people call what events name by id. An unknown id is called by itself."""

    @property
    def zone(self) -> tzinfo:
        """The zone in which times are told."""

    def activity(self, element_id: str | None) -> str:
        """An element; a question by its text."""

    def host(self, element_id: str | None) -> str:
        """The activity on whose boundary an element stands; empty for any other."""

    def cause(self, element_id: str) -> Cause | None:
        """What took a task away; None for an element that is not known any more."""

    def reason_key(self, element_id: str | None) -> str:
        """The variable that holds what an officer gives as his reason at an activity; empty where none does."""

    def flow(self, flow_id: str) -> str:
        """A flow: what it says, else where it leads."""

    def decision(self, decision_id: str) -> Decision | None:
        """A decision of the version."""

    def label(self, key: str) -> str:
        """A variable."""

    def place(self, key: str) -> int:
        """Where a variable comes in the forms, to sort by."""

    def value(self, key: str, value: Any) -> str:
        """A variable's value: options by their labels, dates as they are written, files by their names."""

    def own_labels(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """What variables are called that hold something else than their field asks for."""

    def unit(self, code: str) -> str:
        """A unit."""

    def person(self, name: str) -> str:
        """A user, by his full name."""

    def may_open(self, instance_id: int) -> bool:
        """Whether the reader may open another case."""


@dataclass(frozen=True)
class Ids:
    """A vocabulary that knows no diagram: everything is called by its id. For what happens outside of cases."""

    zone: tzinfo

    def activity(self, element_id: str | None) -> str:
        """The id."""
        return element_id or ""

    def host(self, element_id: str | None) -> str:
        """Not known."""
        return ""

    def cause(self, element_id: str) -> Cause | None:
        """Not known."""
        return None

    def reason_key(self, element_id: str | None) -> str:
        """Not known."""
        return ""

    def flow(self, flow_id: str) -> str:
        """The id."""
        return flow_id

    def decision(self, decision_id: str) -> Decision | None:
        """Not known."""
        return None

    def label(self, key: str) -> str:
        """The variable."""
        return key

    def place(self, key: str) -> int:
        """All alike: their order stays."""
        return 0

    def value(self, key: str, value: Any) -> str:
        """The value as text."""
        return NOTHING if value in (None, "", []) else str(value)

    def own_labels(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """None."""
        return {}

    def unit(self, code: str) -> str:
        """The code."""
        return code

    def person(self, name: str) -> str:
        """The user's name."""
        return name

    def may_open(self, instance_id: int) -> bool:
        """No."""
        return False
