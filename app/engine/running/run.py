"""The run of one command: what its elements decide, throw, queue and repeat."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.base.errors import ExecutionFailed, ExpressionFailed
from app.base.i18n import _
from app.bpmnio import feel
from app.engine import decisions, timers
from app.engine.diagram import Flow, Node
from app.engine.running import apply_mappings, compensation, event_propagation, rounds, scheduling
from app.engine.running.context import Context, Effect
from app.engine.scopes import rounds_of

_MOST_NAMES = 12
_MOST_CHARS = 80


@dataclass
class Run(Context):
    """What elements of the spec ask: `choose`, `automatic`, `timer_fires` and what their rounds are."""

    start_node: str = ""
    answers: Mapping[str, str | list[str]] = field(default_factory=dict)
    firing: Task | None = None
    fired: Task | None = None  # the timer from which the run goes on
    timed: Task | None = None  # the activity that it sits on
    fired_deadline: timers.Due | None = None  # and the deadline of that
    was_open: frozenset[str] = frozenset()  # ids of user tasks that people saw before the command
    effects: list[Effect] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)  # thrown in this step, for other instances
    here: list[str] = field(default_factory=list)  # those still to be caught in this one
    visits: Counter[str] = field(default_factory=Counter)
    end: Node | None = None
    steps: Counter[UUID | None] = field(default_factory=Counter)  # by round; None: outside of any
    steps_in_all: int = 0
    passed: list[str] = field(default_factory=list)  # ids of the elements of those steps, in their order

    # -- what the spec asks ------------------------------------------------------------------------

    def choose(self, task: Task) -> tuple[Flow, ...]:
        """Return the flows that the gateway ``task`` takes now.

        Raises:
            ExecutionFailed: no condition holds and there is no default, or an expression failed.
        """
        gateway_id: str = task.task_spec.bpmn_id
        node, flows = self.diagram.nodes[gateway_id], self.diagram.outgoing.get(gateway_id, ())
        if gateway_id in self.diagram.questions:
            taken, why = self._answered(gateway_id, flows), {"answered": True}
        elif len(flows) == 1:
            return flows
        elif flows[0].undoes:
            return compensation.way(task, flows)  # nobody drew it, so nothing is told of it
        else:
            taken, why = self._decided(node, flows, self.seen_by(task))
        for flow in taken:
            self.record("gateway_decided", gateway_id, flow=flow.id, text=self._flow_text(flow), **why)
            self.visits[flow.id] += 1
        return taken

    def automatic(self, task: Task) -> None:
        """Do what an element without a person does: decide by its table, or queue its notification.

        A throw event without a message is a milestone on the way, and tells nobody; nor does what only works out
        data.
        """
        node = self.diagram.nodes[task.task_spec.bpmn_id]
        self.require_whole(node)
        if node.kind == "businessRuleTask":
            self._decide_by_table(node, task)
        elif node.signal is not None or node.error is not None or node.escalation is not None:
            self._throw(node, task)
        elif node.message or not (node.kind == "intermediateThrowEvent" or node.is_formula):
            timed = self._is_timed(task)
            host = self.timed if timed and self.timed and self.timed.state == TaskState.READY else None
            self.effects.append(
                Effect(
                    node,
                    self.seen_by(task),
                    rounds_of(task),
                    len(self.events),
                    host.id.hex if host is not None else None,
                    self.fired_deadline if timed else None,
                )
            )

    def _is_timed(self, task: Task) -> bool:
        """Whether the timer that fires led to ``task``."""
        came_from = task.parent if self.fired is not None else None
        while came_from is not None and came_from is not self.fired:
            came_from = came_from.parent
        return came_from is not None

    def timer_fires(self, task: Task) -> bool:
        """Whether this run fires the timer; on first sight the timer is scheduled."""
        if "due" not in task.internal_data:
            task.internal_data.update(scheduling.schedule(self, task))
        return self.firing is task

    def enter(self, task: Task, node_id: str) -> None:
        """Set the local variables of an activity that begins."""
        task.internal_data["locals"] = apply_mappings.inputs(
            self, self.diagram.nodes[node_id], self.seen_by(task)
        )

    def begin(self, task: Task, node_id: str) -> None:
        """Set what the start of a sub-process or a called process says."""
        apply_mappings.received(self, self.diagram.nodes[node_id], {}, task)

    def leave(self, task: Task, node_id: str) -> None:
        """Carry out of an activity that ends what its mappings say, if it has variables of its own."""
        if "locals" in task.internal_data:
            apply_mappings.out(self, self.diagram.nodes[node_id], task)
            del task.internal_data["locals"]

    def taken_away(self, task: Task, cause: str) -> None:
        """Tell of a user task that was open and ends undone, because of the element ``cause``."""
        if task.id.hex in self.was_open:
            self.record("task_cancelled", task.task_spec.bpmn_id, task=task.id.hex, cause=cause)

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

    def _decided(
        self, node: Node, flows: tuple[Flow, ...], values: Mapping[str, Any]
    ) -> tuple[tuple[Flow, ...], dict[str, Any]]:
        asked = [flow for flow in flows if flow.condition and not flow.is_default]
        for flow in asked:
            self.require_whole(node, flow.id)
        results = self.evaluate(node, [flow.condition or "" for flow in asked], values)
        true = [flow for flow, result in zip(asked, results, strict=True) if result.value is True]
        taken = true[:1] if node.kind == "exclusiveGateway" else true
        decisive = asked.index(taken[0]) if node.kind == "exclusiveGateway" and taken else len(asked)
        conditions = [flow.condition or "" for flow in asked[:decisive]]
        self.require_answers(node, conditions, results[:decisive], values)
        taken = taken or [flow for flow in flows if flow.is_default]
        if not taken:
            raise ExecutionFailed(
                _("Tidak ada jalan dari “{name}” yang cocok dengan isian ini.", name=node.name or node.id),
                activity_id=node.id,
                detail=_unmet(asked, values),
            )
        return tuple(taken), self._why(taken, asked, results, values)

    def _why(
        self, taken: list[Flow], asked: list[Flow], results: list[feel.Result], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        why: dict[str, Any] = {"values": _read(asked, values)}
        if taken[0].condition and not taken[0].is_default:
            why["condition"] = taken[0].condition
        warnings = sorted({text for result in results for text in result.warnings})
        return {**why, "warnings": warnings} if warnings else why

    def _flow_text(self, flow: Flow) -> str:
        return flow.name or self.diagram.nodes[flow.target].name or flow.target

    def _decide_by_table(self, node: Node, task: Task) -> None:
        table, values = self._table(node), self.seen_by(task)
        try:
            decided = decisions.decide(table, values, now=self.local_now, kinds=self.diagram.kinds)
        except (ExpressionFailed, ExecutionFailed) as error:
            raise ExecutionFailed(
                _("Tabel keputusan pada “{name}” tidak dapat dihitung.", name=node.name or node.id),
                activity_id=node.id,
                detail=error.said,
            ) from error
        values = apply_mappings.decided(node, decided)
        before = self.assign(values, task)
        needed = [{**ruling.as_dict(), "value": ruling.value} for ruling in decided.needed]
        self.record(
            "table_decided",
            node.id,
            **decided.ruling.as_dict(),
            values=values,
            **({"needed": needed} if needed else {}),
            **before,
            **({"warnings": list(decided.warnings)} if decided.warnings else {}),
        )

    def _table(self, node: Node) -> decisions.Decision:
        """The table of ``node``; in a stored version there may be none that can be read."""
        table = self.tables.get(node.decision or "")
        error = next(iter(decisions.errors(table)), None) if table is not None else None
        if table is None or error is not None:
            raise ExecutionFailed(
                _("Tabel keputusan pada “{name}” tidak dapat dihitung.", name=node.name or node.id),
                activity_id=node.id,
                detail=error.what if error is not None else node.decision or "",
            )
        return table

    # -- events that are thrown --------------------------------------------------------------------

    def _throw(self, node: Node, task: Task) -> None:
        if node.signal is not None:
            self.signals.append(node.signal)
            self.here.append(node.signal)
            self.record("signal_thrown", node.id, signal=node.signal)
            return
        caught = event_propagation.catcher(task, error=node.error, escalation=node.escalation)
        kind, code = ("error", node.error) if node.error is not None else ("escalation", node.escalation)
        by = {"by": caught.task_spec.bpmn_id} if caught is not None else {}
        self.record(f"{kind}_thrown", node.id, code=code, **by)
        if caught is not None:
            event_propagation.interrupt(caught, task)

    # -- rounds ------------------------------------------------------------------------------------

    def first_rounds(self, task: Task) -> list[dict[str, Any]]:
        """Local variables of the rounds that an activity begins with."""
        return rounds.first(self, task)

    def end_round(self, task: Task, ended: Task) -> tuple[dict[str, Any] | None, bool]:
        """Note a round's result. Return the variables of the next, if one follows, and whether it was the last."""
        return rounds.end_one(self, task, ended)

    def end_rounds(self, task: Task) -> None:
        """Set the list of results."""
        rounds.end_all(self, task)


def _read(asked: list[Flow], values: Mapping[str, Any]) -> dict[str, Any]:
    """What the conditions read, by name; identity is no variable, and no condition may read it."""
    names = {name for flow in asked for name in feel.variable_names(flow.condition or "")}
    return {name: values.get(name) for name in sorted(names)}


def _unmet(asked: list[Flow], values: Mapping[str, Any]) -> str:
    """The conditions none of which holds, and the values that they read, for the process owner."""
    conditions = "; ".join(f"{flow.name or flow.id}: {flow.condition}" for flow in asked)
    if not (read := _read(asked, values)):
        return conditions
    return _("{conditions}. Isinya: {values}.", conditions=conditions, values=_quoted(read))


def _quoted(values: Mapping[str, Any]) -> str:
    """``hasil = "cukup", jumlah = null``; long values and long lists of them are cut off."""
    shown = [f"{name} = {_short(value)}" for name, value in list(values.items())[:_MOST_NAMES]]
    return ", ".join([*shown, "…"] if len(values) > _MOST_NAMES else shown)


def _short(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(_cut(value), ensure_ascii=False)
    return _cut(json.dumps(value, ensure_ascii=False, default=str))


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}…"
