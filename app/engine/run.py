"""The run of one command: what it may read, what it decides, and the record of what happened."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from SpiffWorkflow.task import Task

from app.bpmnio import feel
from app.calendar import Calendar
from app.engine import decisions, timers
from app.engine.diagram import Diagram, Flow, Node
from app.errors import ExecutionFailed, ExpressionFailed
from app.i18n import _

#: Automatic elements one command may pass before it counts as an endless loop.
MAX_STEPS = 500


@dataclass(frozen=True)
class Event:
    """Something for the history. ``by_clock`` when no person caused it."""

    type: str
    activity_id: str | None
    data: dict[str, Any]
    by_clock: bool = False


@dataclass(frozen=True)
class Effect:
    """A notification to send once the step is stored."""

    node: Node


@dataclass
class Run:
    """What one command works with. Elements of the spec call `choose`, `automatic` and `timer_fires`."""

    diagram: Diagram
    tables: Mapping[str, decisions.Decision]
    variables: dict[str, Any]
    now: datetime  # aware
    calendar: Calendar
    start_node: str = ""
    answers: Mapping[str, str | list[str]] = field(default_factory=dict)
    firing: Task | None = None
    events: list[Event] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    visits: Counter[str] = field(default_factory=Counter)
    end: Node | None = None
    by_clock: bool = False
    steps: int = 0

    @property
    def local_now(self) -> datetime:
        """The command's time in the configured zone, as FEEL sees it."""
        return self.now.astimezone(self.calendar.zone)

    def record(self, type_: str, activity_id: str | None, **data: Any) -> None:
        """Add an event to the history of this step."""
        self.events.append(Event(type_, activity_id, data, self.by_clock))

    def assign(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Set variables; return the old values of those that existed and changed."""
        old = {
            k: self.variables[k] for k, v in values.items() if k in self.variables and self.variables[k] != v
        }
        self.variables.update(values)
        return old

    # -- what the spec asks ------------------------------------------------------------------------

    def choose(self, gateway_id: str) -> tuple[Flow, ...]:
        """Return the flows that a gateway takes now.

        Raises:
            ExecutionFailed: no condition holds and there is no default, or an expression failed.
        """
        node, flows = self.diagram.nodes[gateway_id], self.diagram.outgoing.get(gateway_id, ())
        if gateway_id in self.diagram.questions:
            taken, why = self._answered(gateway_id, flows), {"answered": True}
        elif len(flows) == 1:
            return flows
        else:
            taken, why = self._decided(node, flows)
        for flow in taken:
            self.record("gateway_decided", gateway_id, flow=flow.id, text=self._flow_text(flow), **why)
            self.visits[flow.id] += 1
        return taken

    def automatic(self, task: Task) -> None:
        """Do what an element without a person does: decide by its table, or queue its notification.

        A throw event without a message is a milestone on the way, and tells nobody.
        """
        node = self.diagram.nodes[task.task_spec.bpmn_id]
        if node.kind == "businessRuleTask":
            self._decide_by_table(node)
        elif node.message or node.kind != "intermediateThrowEvent":
            self.effects.append(Effect(node))

    def timer_fires(self, task: Task) -> bool:
        """Whether this run fires the timer; on first sight the timer is scheduled."""
        if "due" not in task.internal_data:
            task.internal_data.update(self._schedule(task))
        return self.firing is task

    # -- gateways ----------------------------------------------------------------------------------

    def _answered(self, gateway_id: str, flows: tuple[Flow, ...]) -> tuple[Flow, ...]:
        answer = self.answers.get(gateway_id, ())
        chosen = {answer} if isinstance(answer, str) else set(answer)
        taken = tuple(flow for flow in flows if flow.id in chosen)
        if not taken:
            text = self.diagram.questions[gateway_id].text
            raise ExecutionFailed(
                _("Jawab pertanyaan “{question}”.", question=_(text)), activity_id=gateway_id
            )
        return taken

    def _decided(self, node: Node, flows: tuple[Flow, ...]) -> tuple[tuple[Flow, ...], dict[str, Any]]:
        asked = [flow for flow in flows if flow.condition and not flow.is_default]
        results = self._evaluate(node, [flow.condition or "" for flow in asked])
        true = [flow for flow, result in zip(asked, results, strict=True) if result.value is True]
        taken = true[:1] if node.kind == "exclusiveGateway" else true
        taken = taken or [flow for flow in flows if flow.is_default]
        if not taken:
            raise ExecutionFailed(
                _("Tidak ada jalan dari “{name}” yang cocok dengan isian ini.", name=node.name or node.id),
                activity_id=node.id,
                detail="; ".join(f"{flow.name or flow.id}: {flow.condition}" for flow in asked),
            )
        return tuple(taken), self._why(taken, asked, results)

    def _why(self, taken: list[Flow], asked: list[Flow], results: list[feel.Result]) -> dict[str, Any]:
        read = {name for flow in asked for name in feel.names(flow.condition or "")}
        why: dict[str, Any] = {"values": {name: self.variables.get(name) for name in sorted(read)}}
        if taken[0].condition and not taken[0].is_default:
            why["condition"] = taken[0].condition
        warnings = sorted({text for result in results for text in result.warnings})
        return {**why, "warnings": warnings} if warnings else why

    def _flow_text(self, flow: Flow) -> str:
        return flow.name or self.diagram.nodes[flow.target].name or flow.target

    def _evaluate(self, node: Node, expressions: list[str]) -> list[feel.Result]:
        try:
            return feel.evaluate_all(expressions, self.variables, now=self.local_now)
        except ExpressionFailed as error:
            raise ExecutionFailed(
                _("Aturan pada “{name}” tidak dapat dihitung.", name=node.name or node.id),
                activity_id=node.id,
                detail=str(error),
            ) from error

    def _decide_by_table(self, node: Node) -> None:
        try:
            decided = decisions.decide(self.tables[node.decision or ""], self.variables, now=self.local_now)
        except (ExpressionFailed, ExecutionFailed) as error:
            raise ExecutionFailed(
                _("Tabel keputusan pada “{name}” tidak dapat dihitung.", name=node.name or node.id),
                activity_id=node.id,
                detail=str(error),
            ) from error
        old = self.assign(decided.outputs)
        needed = [{**ruling.as_dict(), "value": ruling.value} for ruling in decided.needed]
        self.record(
            "table_decided",
            node.id,
            **decided.ruling.as_dict(),
            values=decided.outputs,
            **({"needed": needed} if needed else {}),
            **({"old": old} if old else {}),
            **({"warnings": list(decided.warnings)} if decided.warnings else {}),
        )

    # -- timers ------------------------------------------------------------------------------------

    def _schedule(self, task: Task) -> dict[str, Any]:
        node = self.diagram.nodes[task.task_spec.event_definition.name]
        due = self._due(node, deadline_of(task, self.diagram))
        return {"due": due.as_dict() if due else None, "opened": self.now.astimezone(UTC).isoformat()}

    def _due(self, node: Node, deadline: timers.Due | None) -> timers.Due | None:
        if node.timer is None:
            return None
        try:
            return timers.due(
                node.timer,
                opened_at=self.now,
                day_unit=self.diagram.day_unit,
                calendar=self.calendar,
                evaluate=lambda text: feel.evaluate(text, self.variables, now=self.local_now).value,
                deadline=deadline,
            )
        except ExpressionFailed as error:
            raise ExecutionFailed(
                _("Waktu pada “{name}” tidak dapat dihitung.", name=node.name or node.id),
                activity_id=node.id,
                detail=str(error),
            ) from error


def deadline_of(task: Task, diagram: Diagram) -> timers.Due | None:
    """The deadline of the activity that ``task`` is, or sits on, among its timers scheduled so far."""
    found = deadline_timer(task, diagram)
    return timers.Due.from_dict(found.internal_data["due"]) if found else None


def deadline_timer(task: Task, diagram: Diagram) -> Task | None:
    """The timer that is an activity's deadline: marked ``tenggat``, else the earliest interrupting one, else
    the latest that does not repeat. Source: HOUSE.md, properties of a boundary timer."""
    if task.parent is None:
        return None
    scheduled = []
    for sibling in task.parent.children:
        node = diagram.nodes.get(
            getattr(getattr(sibling.task_spec, "event_definition", None), "name", None) or ""
        )
        if node and node.timer and sibling.internal_data.get("due") and not timers.is_relative(node.timer):
            scheduled.append((node, sibling))
    marked = [s for node, s in scheduled if node.is_deadline]
    if marked:
        return marked[0]
    interrupting = [s for node, s in scheduled if node.interrupting]
    if interrupting:
        return min(interrupting, key=_due_at)
    single = [s for node, s in scheduled if not timers.Due.from_dict(s.internal_data["due"]).every]
    return max(single, key=_due_at, default=None)


def _due_at(task: Task) -> datetime:
    return timers.Due.from_dict(task.internal_data["due"]).at
