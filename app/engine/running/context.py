"""What one command works with: the variables as each task sees them, the moment, and the record of what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.task import Task

from app.base.calendar import Calendar
from app.base.errors import ExecutionFailed, ExpressionFailed
from app.base.i18n import _
from app.bpmnio import feel
from app.engine import local_variables, timers
from app.engine.decisions import Decision
from app.engine.diagram import Diagram, Node
from app.engine.scopes import frames
from app.engine.unanswered import filled_in, labelled_values


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

    ``values``: the variables as they are there, those of a round included; ``rounds``: see `scopes.rounds_of`;
    ``place``: how many events of the step came before it; ``task``: id of the open user task whose timer set it off;
    ``due``: the deadline of the activity whose timer did.
    """

    node: Node
    values: Mapping[str, Any] = field(default_factory=dict)
    rounds: tuple[str, ...] = ()
    place: int = 0
    task: str | None = None
    due: timers.Due | None = None


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
    changed_locals: bool = False  # whether local variables changed that open tasks may hold a copy of
    assigned: set[str] = field(default_factory=set)  # names of variables that have another value now
    clock_ran: bool = False  # whether a timer has fired
    new_names: bool = False  # whether the case has variables that it did not have before
    moved_timers: set[str] = field(default_factory=set)  # ids of timers that are due at another time now
    moved_tasks: dict[UUID, timers.Due | None] = field(default_factory=dict)  # task → its deadline before

    @property
    def local_now(self) -> datetime:
        """The command's time in the configured zone, as FEEL sees it."""
        return self.now.astimezone(self.calendar.zone)

    def record(self, type_: str, activity_id: str | None, **data: Any) -> None:
        """Add an event to the history of this step."""
        self.events.append(Event(type_, activity_id, data, self.by_clock))

    def assign(self, values: Mapping[str, Any], task: Task | None = None) -> dict[str, Any]:
        """Set variables; return what their event tells beside their values: ``old``, the values before of those that
        existed and changed, ``kept``, the names of those that stayed, and ``local``, of those that are not the
        case's. None is there when it would be empty.

        A name that is local where ``task`` is stays local.
        """
        return self._assign(values, () if task is None else tuple(local_variables.around_data(task)))

    def assign_around(self, values: Mapping[str, Any], frame: Task) -> dict[str, Any]:
        """`assign` outside of the activity that ``frame`` is, whatever is local in it."""
        return self._assign(values, tuple(frames(frame)))

    def _assign(self, values: Mapping[str, Any], places: tuple[Task, ...]) -> dict[str, Any]:
        old, kept, local = dict[str, Any](), list[str](), list[str]()
        for name, value in values.items():
            held = local_variables.holder(name, iter(places))
            if held is not None and name == local_variables.COUNTER:
                continue  # the round's own; a form that shows it sends it back
            holder = self.variables if held is None else held
            if held is not None:
                local.append(name)
                self.changed_locals = True
            self.new_names |= held is None and name not in holder
            if name in holder and holder[name] == value:
                kept.append(name)
            else:
                self.assigned.add(name)
            if name in holder and holder[name] != value:
                old[name] = holder[name]
            holder[name] = value
        told = {"old": old, "kept": kept, "local": local}
        return {key: names for key, names in told.items() if names}

    def seen_by(self, task: Task) -> dict[str, Any]:
        """The variables as they are where ``task`` is."""
        return local_variables.seen_by(task, self.variables)

    def require_whole(self, node: Node, part: str = "") -> None:
        """Refuse to run what today's reader refuses in a stored version: ``node``, or a flow that leaves it.

        Raises:
            ExecutionFailed: there is an error about it.
        """
        error = self.diagram.broken.get(part or node.id)
        if error is not None:
            raise ExecutionFailed(
                _("“{name}” tidak dapat dijalankan.", name=node.name or node.id),
                activity_id=node.id,
                detail=error.what,
            )

    def require_answers(
        self,
        node: Node,
        conditions: Sequence[str],
        results: Sequence[feel.Result],
        values: Mapping[str, Any],
    ) -> None:
        """Refuse to go on where a condition is neither true nor false although all that it reads is filled in.

        Null because something is empty counts as false.

        Raises:
            ExecutionFailed: there is such a condition; it says which values it read.
        """
        for text, result in zip(conditions, results, strict=True):
            if result.value is None and (read := filled_in(text, values)):
                raise ExecutionFailed(
                    _(
                        "Syarat pada “{name}” tidak benar dan tidak salah, padahal isiannya ada: {values}.",
                        name=node.name or node.id,
                        values=labelled_values(read, self.diagram.kinds),
                    ),
                    activity_id=node.id,
                    detail=text,
                )

    def evaluate(self, node: Node, expressions: list[str], values: Mapping[str, Any]) -> list[feel.Result]:
        """Work out expressions of ``node``.

        Raises:
            ExecutionFailed: one of them has a syntax error or meets a limit.
        """
        self.require_whole(node)
        try:
            return feel.evaluate_all(expressions, values, now=self.local_now, kinds=self.diagram.kinds)
        except ExpressionFailed as error:
            raise ExecutionFailed(
                _("Aturan pada “{name}” tidak dapat dihitung.", name=node.name or node.id),
                activity_id=node.id,
                detail=error.said,
            ) from error
