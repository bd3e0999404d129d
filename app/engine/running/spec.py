"""Diagram → SpiffWorkflow spec. The library's parser and its script engine are not used: nothing in a
diagram is ever evaluated as Python, and every element runs by one of the few classes of `elements`.

Specs are shared by all instances of a version and never change.
"""

import logging
from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    StartEvent,
    UserTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition, TerminateEventDefinition
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.diagram import Diagram, Node
from app.engine.mappings import Mappings
from app.engine.running.elements import (
    ENTRY,
    JOIN,
    MERGE,
    QUESTION,
    RACE,
    ROUND,
    ROUNDS,
    ROUNDS_END,
    SCOPE_END,
    SPLIT,
    AskedEvent,
    Automatic,
    ConditionEvent,
    Ending,
    EntryChoice,
    ErrorEvent,
    EscalationEvent,
    Exclusive,
    Inclusive,
    InclusiveJoin,
    MessageEvent,
    Parallel,
    SignalEvent,
    StartChoice,
    TimerEvent,
    spec_name,
)
from app.engine.scopes import Merge, Round, Rounds, RoundsEnd, Scope, ScopeEnd, Terminate
from app.engine.timers import is_relative


class _Mapped(UserTask):
    """A person's task with variables of its own, carried in when it opens and out when it is done."""

    mappings: Mappings | None = None

    def _on_ready_hook(self, my_task: Task) -> None:
        my_task.workflow.run.enter(my_task, self.bpmn_id)
        super()._on_ready_hook(my_task)

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.run.leave(my_task, self.bpmn_id)
        return bool(super()._run_hook(my_task))


class _MappedJob(IntermediateCatchEvent):
    """A worker's job with variables of its own, carried in when it opens and out when it is done."""

    mappings: Mappings | None = None

    def _update_hook(self, my_task: Task) -> bool:
        if my_task._state != TaskState.WAITING:
            my_task.workflow.run.enter(my_task, self.bpmn_id)
        return bool(super()._update_hook(my_task))

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.run.leave(my_task, self.bpmn_id)
        return bool(super()._run_hook(my_task))


class _MappedStart(StartEvent):
    """Where a sub-process or a called process begins, with variables to set; those of a case are set as it starts."""

    mappings: Mappings | None = None

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.run.begin(my_task, self.bpmn_id)
        return bool(super()._run_hook(my_task))


for _name in ("spiff.task", "spiff.workflow"):
    # Below it the library builds a record per state change.
    logging.getLogger(_name).setLevel(logging.WARNING)


class ProcessSpec(BpmnProcessSpec):
    """A spec that knows where a token enters each node of its diagram."""

    def __init__(self, diagram: Diagram) -> None:
        super().__init__(name="p")
        self.diagram = diagram

    def entry(self, node_id: str) -> Any:
        """The spec that a flow to this node leads to: its question, its event split, its rounds, or itself."""
        return self._first(node_id, (JOIN, QUESTION, SPLIT, ROUNDS, ""))

    def exit(self, node_id: str) -> Any:
        """The spec that the flows from this node lead from: the end of its rounds, of its scope, or itself."""
        return self._first(node_id, (ROUNDS_END, SCOPE_END, ""))

    def _first(self, node_id: str, prefixes: tuple[str, ...]) -> Any:
        names = (spec_name(node_id, prefix) for prefix in prefixes)
        return next(self.task_specs[name] for name in names if name in self.task_specs)


def build(diagram: Diagram) -> ProcessSpec:
    """Return the spec of a diagram that the reader made."""
    spec = ProcessSpec(diagram)
    races = {
        node.id: _raced(diagram, node) for node in diagram.nodes.values() if node.kind == "eventBasedGateway"
    }
    raced = {event.id for events in races.values() for event in events}
    for node in outside_in(diagram):
        if node.kind != "eventBasedGateway" and node.id not in raced:
            _add(spec, node)
        if node.loop is not None:
            _add_rounds(spec, node)
    for node_id, events in races.items():
        _add_race(spec, diagram.nodes[node_id], events)
    for node in diagram.nodes.values():
        _add_boundary(spec, node, diagram.boundary.get(node.id, ()))
        if node.id in diagram.questions:
            _add_question(spec, node)
    _connect(spec)
    return spec


def outside_in(diagram: Diagram) -> list[Node]:
    """The nodes, each after the sub-process that it lies in."""
    found = [node for node in diagram.nodes.values() if not node.scope]
    for node in found:
        if node.kind == "subProcess":
            found += [inner for inner in diagram.nodes.values() if inner.scope == node.id]
    return found


def _raced(diagram: Diagram, gateway: Node) -> list[Node]:
    return [diagram.nodes[flow.target] for flow in diagram.outgoing.get(gateway.id, ())]


def _add(spec: ProcessSpec, node: Node) -> None:
    name, common = spec_name(node.id), {"bpmn_name": node.name, "lane": node.lane_id}
    match node.kind:
        case "startEvent":
            inside = node.mappings is not None and bool(node.scope)
            made = (_MappedStart if inside else StartEvent)(spec, name, NoneEventDefinition(), **common)
        case "endEvent":
            made = _ending(spec, node, name, common)
        case "subProcess":
            made = Scope(spec, name, node.id, **common)
            ScopeEnd(spec, spec_name(node.id, SCOPE_END), made)
        case "userTask" if spec.diagram.is_stand_in(node.id):
            made = Automatic(spec, name, **common)  # it fails
        case "userTask":
            made = (_Mapped if _is_frame(node) else UserTask)(spec, name, manual=True, **common)
        case "exclusiveGateway":
            made = Exclusive(spec, name, **common)
        case "inclusiveGateway":
            made = Inclusive(spec, name, **common)
        case "parallelGateway":
            made = Parallel(spec, name, **common)
        case "intermediateCatchEvent":
            is_framed = node.job is not None and _is_frame(node)
            event = _MappedJob if is_framed else IntermediateCatchEvent
            made = event(spec, name, _definition(node), **common)
        case "boundaryEvent":
            made = BoundaryEvent(spec, name, _definition(node), node.interrupting, **common)
        case _:
            made = Automatic(spec, name, **common)
    made.bpmn_id = node.id
    if _is_frame(node):
        made.mappings = node.mappings


def _is_frame(node: Node) -> bool:
    """Whether the node's mappings are its own; of an activity that runs several times they are each round's."""
    return node.mappings is not None and node.loop is None


def _ending(spec: ProcessSpec, node: Node, name: str, common: dict[str, Any]) -> Any:
    if node.terminate:
        drawn_in = spec.diagram.drawn_in(node)
        scope = spec.task_specs[spec_name(drawn_in)] if drawn_in else None
        definition = NoneEventDefinition() if drawn_in else TerminateEventDefinition()
        return Terminate(spec, name, definition, scope, **common)
    return (Ending if node.tells else EndEvent)(spec, name, NoneEventDefinition(), **common)


def _definition(node: Node) -> EventDefinition:
    """What an event waits for."""
    if node.timer:
        return TimerEvent(node.id)
    if node.asks == "time":
        return AskedEvent(node.id)
    if node.condition is not None:
        return ConditionEvent(node.id)
    if node.signal is not None:
        return SignalEvent(node.signal)
    if node.error is not None:
        return ErrorEvent(node.error)
    if node.escalation is not None:
        return EscalationEvent(node.escalation)
    return MessageEvent(node.job.type if node.job is not None else node.message)


def _add_rounds(spec: ProcessSpec, node: Node) -> None:
    """An activity that runs several times: what opens its rounds, a round that leads to it, and where they end."""
    rounds = Rounds(spec, spec_name(node.id, ROUNDS), node.id, lane=node.lane_id)
    each = Round(spec, spec_name(node.id, ROUND), rounds)
    each.mappings = node.mappings
    ends = RoundsEnd(spec, spec_name(node.id, ROUNDS_END), rounds)
    rounds.connect(each)
    rounds.connect(ends)
    each.connect(spec.task_specs[spec_name(node.id)])
    spec._first(node.id, (SCOPE_END, "")).connect(ends)


def _add_race(spec: ProcessSpec, gateway: Node, events: Iterable[Node]) -> None:
    """An event gateway is a hidden waiting task with its events as interrupting boundary events.

    So several timers keep a due time each (the library's own gateway shares one between them).
    """
    hidden = UserTask(spec, spec_name(gateway.id, RACE), manual=True)
    hidden.bpmn_id = None
    for event in events:
        made = BoundaryEvent(spec, spec_name(event.id), _definition(event), True, lane=event.lane_id)
        made.bpmn_id = event.id
    _split(spec, gateway.id, hidden, list(events), gateway.id, hidden)


def _add_boundary(spec: ProcessSpec, host: Node, events: tuple[Node, ...]) -> None:
    if not events:
        return
    # Timers that count back from the deadline open last, when the deadline is known.
    ordered = sorted(events, key=lambda event: bool(event.timer and is_relative(event.timer)))
    _split(spec, host.id, spec.entry(host.id), ordered, None, spec.exit(host.id))


def _split(
    spec: ProcessSpec, node_id: str, main: Any, events: list[Node], bpmn_id: str | None, leaves: Any
) -> None:
    split = BoundaryEventSplit(spec, spec_name(node_id, SPLIT))
    split.bpmn_id = bpmn_id
    join = Merge(spec, spec_name(node_id, MERGE), split.name)
    split.connect(main)
    leaves.connect(join)
    for event in events:
        child = spec.task_specs[spec_name(event.id)]
        split.connect(child)
        child.connect(join)


def _add_question(spec: ProcessSpec, gateway: Node) -> None:
    question = UserTask(spec, spec_name(gateway.id, QUESTION), manual=True, lane=gateway.lane_id)
    question.bpmn_id = gateway.id
    question.connect(spec.task_specs[spec_name(gateway.id)])
    incoming = [flow for flow in spec.diagram.flows if flow.target == gateway.id]
    if gateway.kind == "inclusiveGateway" and len(incoming) > 1:
        join = InclusiveJoin(spec, spec_name(gateway.id, JOIN))
        join.bpmn_id = None
        join.connect(question)


def _connect(spec: ProcessSpec) -> None:
    diagram = spec.diagram
    starts = [node for node in diagram.nodes.values() if node.kind == "startEvent" and not node.scope]
    first = spec.start
    if len(starts) > 1:
        first = StartChoice(spec, ".choice")
        spec.start.connect(first)
    for start in starts:
        first.connect(spec.task_specs[spec_name(start.id)])
    for node in diagram.nodes.values():
        if node.kind == "subProcess":
            _begin(spec, node)
        if node.kind == "eventBasedGateway":
            continue  # its events hang on its split
        source, flows = spec.exit(node.id), diagram.outgoing.get(node.id, ())
        for flow in flows:
            source.connect(spec.entry(flow.target))
        if not flows:
            source.connect(spec.task_specs[spec_name(node.scope, SCOPE_END)] if node.scope else spec.end)


def _begin(spec: ProcessSpec, node: Node) -> None:
    """Lead into a sub-process: to its start event; an empty one is left at once."""
    scope, inside = spec.task_specs[spec_name(node.id)], spec.diagram.starts_in(node.id)
    if len(inside) > 1 and inside[0].begun_by:
        first = EntryChoice(spec, spec_name(node.id, ENTRY))
        first.bpmn_id = None
        scope.connect(first)
        scope = first
    for start in inside:
        scope.connect(spec.entry(start.id))
    if not inside:
        scope.connect(spec.task_specs[spec_name(node.id, SCOPE_END)])
