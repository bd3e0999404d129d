"""Events with several definitions: one for each, put so that any of them, or all, are waited for or thrown.

Source: BPMN 2.0.2, 10.5.5 (Multiple and Parallel Multiple). The event itself keeps its first definition, but one that
throws an error or ends all keeps that, which comes last.
"""

from dataclasses import fields, replace

from app.engine.diagram import Flow, Node
from app.engine.reading.elements import events
from app.engine.reading.elements.events import Trigger
from app.engine.reading.elements.normalization import Drawn, double
from app.engine.reading.source import Source
from app.engine.xml import attribute


def spread(own: Drawn, source: Source) -> None:
    """Put an event for each definition into a level."""
    for node in [node for node in own.nodes.values() if node.kind.endswith("Event")]:
        others = events.other_triggers(source.ids[node.id], source)
        if not others:
            continue
        waits_for_all = attribute(source.ids[node.id], "parallelMultiple").lower() in {"true", "1"}
        if node.kind in {"endEvent", "intermediateThrowEvent"}:
            _one_after_another(node, others, own)
        elif waits_for_all and (node.kind != "intermediateCatchEvent" or _is_raced(node, own)):
            source.error("not_yet_multiple_events", node)
        elif waits_for_all:
            _all(node, others, own)
        elif node.kind == "intermediateCatchEvent":
            _any(node, others, own)
        else:
            _beside(node, others, own)


def _beside(node: Node, others: list[Trigger], own: Drawn) -> list[Node]:
    """The other events, each of which leads where the first leads."""
    found = []
    for number, trigger in enumerate(others, start=2):
        made = _with(replace(node, id=f"{node.id}:{number}", properties={}), trigger)
        double(own, made, node.id)
        found.append(made)
    return found


def _any(node: Node, others: list[Trigger], own: Drawn) -> None:
    """Let the events race, with those that the first races already."""
    gates = [flow.source for flow in own.flows if flow.target == node.id]
    if not _is_raced(node, own):
        gate = Node(f"{node.id}:mana", "eventBasedGateway", node.name, "", line=node.line)
        own.nodes[gate.id] = gate
        own.flows = [replace(flow, target=gate.id) if flow.target == node.id else flow for flow in own.flows]
        own.flows.append(Flow(f"{gate.id}:{node.id}", "", gate.id, node.id))
        gates = [gate.id]
    for made in _beside(node, others, own):
        own.flows += [Flow(f"{gate}:{made.id}", "", gate, made.id) for gate in gates]


def _all(node: Node, others: list[Trigger], own: Drawn) -> None:
    """Let the events come in any order, and go on when all have come."""
    fork = Node(f"{node.id}:semua", "parallelGateway", "", "", line=node.line)
    join = Node(f"{node.id}:temu", "parallelGateway", "", "", line=node.line)
    own.nodes |= {fork.id: fork, join.id: join}
    own.flows = [replace(f, target=fork.id) if f.target == node.id else f for f in own.flows]
    own.flows = [replace(f, source=join.id) if f.source == node.id else f for f in own.flows]
    for made in (node, *_beside(node, others, own)):
        own.flows.append(Flow(f"{fork.id}:{made.id}", "", fork.id, made.id))
        own.flows.append(Flow(f"{join.id}:{made.id}", "", made.id, join.id))


def _one_after_another(node: Node, others: list[Trigger], own: Drawn) -> None:
    """Let the event throw the others first."""
    triggers = [_trigger(node), *others]
    last = next((one for one in triggers if one.terminate or one.error is not None), triggers[0])
    own.nodes[node.id] = _with(node, last)
    before = [flow for flow in own.flows if flow.target == node.id]
    for number, trigger in enumerate((one for one in triggers if one is not last), start=2):
        bare = replace(node, id=f"{node.id}:{number}", kind="intermediateThrowEvent", properties={}, sends=())
        made = _with(bare, trigger)
        own.nodes[made.id] = made
        own.flows = [replace(flow, target=made.id) if flow in before else flow for flow in own.flows]
        before = [Flow(f"{made.id}:ke", "", made.id, node.id)]
        own.flows += before


def _is_raced(node: Node, own: Drawn) -> bool:
    into = [flow.source for flow in own.flows if flow.target == node.id]
    return bool(into) and all(own.nodes[one].kind == "eventBasedGateway" for one in into)


def _trigger(node: Node) -> Trigger:
    return Trigger(**{one.name: getattr(node, one.name) for one in fields(Trigger)})


def _with(node: Node, trigger: Trigger) -> Node:
    return replace(node, **{one.name: getattr(trigger, one.name) for one in fields(Trigger)})
