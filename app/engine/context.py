"""What one command works with: the variables as each task sees them, the moment, and the record of what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from SpiffWorkflow.task import Task

from app.bpmnio import feel
from app.calendar import Calendar
from app.engine.decisions import Decision
from app.engine.diagram import Diagram, Node
from app.engine.scopes import frames, locals_of
from app.errors import ExecutionFailed, ExpressionFailed
from app.i18n import _


@dataclass(frozen=True)
class Event:
    """Something for the history. ``by_clock`` when no person caused it."""

    type: str
    activity_id: str | None
    data: dict[str, Any]
    by_clock: bool = False


@dataclass(frozen=True)
class Effect:
    """A notification, or a message to other processes, to send once the step is stored.

    ``values``: the variables as they are where the message is sent; ``rounds``: see `scopes.rounds_of`.
    """

    node: Node
    values: Mapping[str, Any] = field(default_factory=dict)
    rounds: tuple[str, ...] = ()


@dataclass
class Context:
    """What may be read and set while a command runs."""

    diagram: Diagram
    tables: Mapping[str, Decision]
    variables: dict[str, Any]
    now: datetime  # aware
    calendar: Calendar
    events: list[Event] = field(default_factory=list)
    by_clock: bool = False

    @property
    def local_now(self) -> datetime:
        """The command's time in the configured zone, as FEEL sees it."""
        return self.now.astimezone(self.calendar.zone)

    def record(self, type_: str, activity_id: str | None, **data: Any) -> None:
        """Add an event to the history of this step."""
        self.events.append(Event(type_, activity_id, data, self.by_clock))

    def assign(self, values: Mapping[str, Any], task: Task | None = None) -> dict[str, Any]:
        """Set variables; return what their event tells beside their values: ``old``, the values before of those that
        existed and changed, and ``kept``, the names of those that stayed. Neither is there when it would be empty.

        A name that is local where ``task`` is stays local.
        """
        old, kept = dict[str, Any](), list[str]()
        for name, value in values.items():
            holder = self._holder(name, task)
            if name in holder and holder[name] == value:
                kept.append(name)
            elif name in holder:
                old[name] = holder[name]
            holder[name] = value
        return ({"old": old} if old else {}) | ({"kept": kept} if kept else {})

    def _holder(self, name: str, task: Task | None) -> dict[str, Any]:
        held = (frame.internal_data.get("locals", {}) for frame in frames(task)) if task is not None else ()
        return next((values for values in held if name in values), self.variables)

    def seen_by(self, task: Task) -> dict[str, Any]:
        """The variables as they are where ``task`` is."""
        return {**self.variables, **locals_of(task)}

    def evaluate(self, node: Node, expressions: list[str], values: Mapping[str, Any]) -> list[feel.Result]:
        """Work out expressions of ``node``.

        Raises:
            ExecutionFailed: one of them has a syntax error or meets a limit.
        """
        try:
            return feel.evaluate_all(expressions, values, now=self.local_now)
        except ExpressionFailed as error:
            raise ExecutionFailed(
                _("Aturan pada “{name}” tidak dapat dihitung.", name=node.name or node.id),
                activity_id=node.id,
                detail=str(error),
            ) from error
