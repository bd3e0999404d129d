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

from app.engine.diagram import Diagram, Node
from app.engine.elements import (
    JOIN,
    MERGE,
    QUESTION,
    RACE,
    SPLIT,
    Automatic,
    Ending,
    Exclusive,
    Inclusive,
    InclusiveJoin,
    Merge,
    MessageEvent,
    Parallel,
    StartChoice,
    TimerEvent,
    spec_name,
)
from app.engine.timers import is_relative

for _name in ("spiff.task", "spiff.workflow"):
    # Below it the library builds a record per state change.
    logging.getLogger(_name).setLevel(logging.WARNING)


class ProcessSpec(BpmnProcessSpec):
    """A spec that knows where a token enters each node of its diagram."""

    def __init__(self, diagram: Diagram) -> None:
        super().__init__(name="p")
        self.diagram = diagram

    def entry(self, node_id: str) -> Any:
        """The spec that a flow to this node leads to: its question, its event split, or itself."""
        names = (spec_name(node_id, prefix) for prefix in (JOIN, QUESTION, SPLIT, ""))
        return next(self.task_specs[name] for name in names if name in self.task_specs)


def build(diagram: Diagram) -> ProcessSpec:
    """Return the spec of a diagram that the reader accepted."""
    spec = ProcessSpec(diagram)
    races = {
        node.id: _raced(diagram, node) for node in diagram.nodes.values() if node.kind == "eventBasedGateway"
    }
    raced = {event.id for events in races.values() for event in events}
    for node in diagram.nodes.values():
        if node.kind != "eventBasedGateway" and node.id not in raced:
            _add(spec, node)
    for node_id, events in races.items():
        _add_race(spec, diagram.nodes[node_id], events)
    for node in diagram.nodes.values():
        _add_boundary(spec, node, diagram.boundary.get(node.id, ()))
        if node.id in diagram.questions:
            _add_question(spec, node)
    _connect(spec)
    return spec


def _raced(diagram: Diagram, gateway: Node) -> list[Node]:
    return [diagram.nodes[flow.target] for flow in diagram.outgoing.get(gateway.id, ())]


def _add(spec: ProcessSpec, node: Node) -> None:
    name, common = spec_name(node.id), {"bpmn_name": node.name, "lane": node.lane_id}
    match node.kind:
        case "startEvent":
            made = StartEvent(spec, name, NoneEventDefinition(), **common)
        case "endEvent":
            definition = TerminateEventDefinition() if node.terminate else NoneEventDefinition()
            made = (Ending if node.message else EndEvent)(spec, name, definition, **common)
        case "userTask":
            made = UserTask(spec, name, manual=True, **common)
        case "exclusiveGateway":
            made = Exclusive(spec, name, **common)
        case "inclusiveGateway":
            made = Inclusive(spec, name, **common)
        case "parallelGateway":
            made = Parallel(spec, name, **common)
        case "intermediateCatchEvent":
            made = IntermediateCatchEvent(spec, name, _definition(node), **common)
        case "boundaryEvent":
            made = BoundaryEvent(spec, name, _definition(node), node.interrupting, **common)
        case _:
            made = Automatic(spec, name, **common)
    made.bpmn_id = node.id


def _definition(node: Node) -> EventDefinition:
    return TimerEvent(node.id) if node.timer else MessageEvent(node.message)


def _add_race(spec: ProcessSpec, gateway: Node, events: Iterable[Node]) -> None:
    """An event gateway is a hidden waiting task with its events as interrupting boundary events.

    So several timers keep a due time each (the library's own gateway shares one between them).
    """
    hidden = UserTask(spec, spec_name(gateway.id, RACE), manual=True)
    hidden.bpmn_id = None
    for event in events:
        made = BoundaryEvent(spec, spec_name(event.id), _definition(event), True, lane=event.lane_id)
        made.bpmn_id = event.id
    _split(spec, gateway.id, hidden, list(events), gateway.id)


def _add_boundary(spec: ProcessSpec, host: Node, events: tuple[Node, ...]) -> None:
    if not events:
        return
    # Timers that count back from the deadline open last, when the deadline is known.
    ordered = sorted(events, key=lambda event: bool(event.timer and is_relative(event.timer)))
    _split(spec, host.id, spec.task_specs[spec_name(host.id)], ordered, None)


def _split(spec: ProcessSpec, node_id: str, main: Any, events: list[Node], bpmn_id: str | None) -> None:
    split = BoundaryEventSplit(spec, spec_name(node_id, SPLIT))
    split.bpmn_id = bpmn_id
    join = Merge(spec, spec_name(node_id, MERGE), split_task=split.name, cancel=True)
    split.connect(main)
    main.connect(join)
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
    starts = [node for node in diagram.nodes.values() if node.kind == "startEvent"]
    first = spec.start
    if len(starts) > 1:
        first = StartChoice(spec, ".choice")
        spec.start.connect(first)
    for start in starts:
        first.connect(spec.task_specs[spec_name(start.id)])
    for node in diagram.nodes.values():
        if node.kind == "eventBasedGateway":
            continue  # its events hang on its split
        source, flows = spec.task_specs[spec_name(node.id)], diagram.outgoing.get(node.id, ())
        for flow in flows:
            source.connect(spec.entry(flow.target))
        if not flows:
            source.connect(spec.end)
