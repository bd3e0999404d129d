"""Whether a token can walk through a diagram; timers that turn it round at once; steps without a shape."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from app.engine import timers
from app.engine.diagram import Diagram, Flow, Node
from app.engine.reading import diagram_interchange
from app.engine.reading.elements import kinds
from app.engine.reading.elements.kinds import ACTIVITIES
from app.engine.reading.source import Source
from app.engine.xml import BPMN, Element, attribute, children

_AUTOMATIC = frozenset({"sendTask", "businessRuleTask"})


def check_structure(diagram: Diagram, source: Source) -> None:
    """Note every error in how ``diagram`` is joined; what follows from a known error is left out."""
    incoming = _incoming(diagram.flows)
    _check_starts(diagram, source)
    for node in diagram.nodes.values():
        if node.id not in source.failed:
            _check_ends(node, diagram.outgoing.get(node.id, ()), incoming.get(node.id, ()), source)
        if node.kind == "boundaryEvent":
            _check_host(node, diagram, source)
        if node.kind == "eventBasedGateway" and node.id not in source.failed:
            _check_race(node, diagram, incoming, source)
        _check_resolution(node, source)


def _check_resolution(node: Node, source: Source) -> None:
    value = node.properties.get("tuntas", "").strip().lower()
    if value not in {"", "ya", "tidak"}:
        source.error("property_value", node, property="tuntas", value=value, allowed="ya, tidak")
    elif value == "ya" and not node.is_resolution:
        source.warning("property_only_on_end", node, property="tuntas")


def walkable(diagram: Diagram, source: Source) -> Diagram:
    """``diagram`` without what no token can reach.

    A join would wait for ever for a flow that nothing can come along. Ways that end without an end event, and
    ways that never end, are warned of. In a stored version what hangs on an element with an error stays: a case may
    stand there.
    """
    starts = [node.id for node in diagram.nodes.values() if node.kind == "startEvent" and not node.scope]
    reached = _reach([*starts, *(source.failed & diagram.nodes.keys())], ways(diagram))
    for node in diagram.nodes.values():
        if node.id not in reached:
            source.warning("unreachable", node)
    found = replace(
        diagram,
        nodes={node_id: node for node_id, node in diagram.nodes.items() if node_id in reached},
        flows=tuple(flow for flow in diagram.flows if flow.source in reached),
        questions={gateway: asked for gateway, asked in diagram.questions.items() if gateway in reached},
    )
    _warn_of_ends(found, source)
    return found


def _incoming(flows: Iterable[Flow]) -> Mapping[str, list[Flow]]:
    found: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        found[flow.target].append(flow)
    return found


def _check_starts(diagram: Diagram, source: Source) -> None:
    """No message starts at two places: a case must know where it begins."""
    messages = dict[str, Node]()
    for node in diagram.nodes.values():
        if node.kind != "startEvent" or node.id in source.failed:
            continue
        if node.scope and (node.message or node.timer or node.signal):
            source.error("start_inside_waits", node)
        if node.form_key and (node.timer or node.signal):
            source.warning("start_form_unasked", node)
        if node.scope or node.message is None:
            continue
        if messages.setdefault(node.message, node) is not node:
            source.error("start_message_twice", node, message=node.message)


def _check_ends(node: Node, leaving: tuple[Flow, ...], incoming: Iterable[Flow], source: Source) -> None:
    """What may come into and go out of this kind of node."""
    if node.kind == "boundaryEvent":
        for flow in incoming:
            source.error("flow_into_boundary", flow, target=node.name or node.id)
    if node.kind == "startEvent" and not leaving:
        source.error("leads_nowhere", node)


def _check_host(node: Node, diagram: Diagram, source: Source) -> None:
    host = diagram.nodes.get(node.attached_to or "")
    if node.attached_to is None:
        source.error("boundary_not_attached", node)
    elif host is None:
        source.error("boundary_host_unknown", node, ref=node.attached_to)
    elif host.tag not in ACTIVITIES and not host.is_body:
        source.error("boundary_host_not_activity", node, host=host.name or host.id)
    elif host.kind in _AUTOMATIC:
        source.warning("boundary_on_automatic", node, host=host.name or host.id)


def _check_race(gateway: Node, diagram: Diagram, incoming: Mapping[str, list[Flow]], source: Source) -> None:
    """After an event gateway stand the events that race, each reached through it alone."""
    events = [diagram.nodes[flow.target] for flow in diagram.outgoing.get(gateway.id, ())]
    if len(events) == 1:
        source.warning("event_gateway_one", gateway)
    for event in events:
        if event.kind != "intermediateCatchEvent":
            continue  # refused by itself
        if len(incoming[event.id]) > 1:
            source.error("event_gateway_target_shared", event, gateway=gateway.name or gateway.id)
        elif event.id in diagram.boundary:
            source.error("event_gateway_target_boundary", event, gateway=gateway.name or gateway.id)
    messages = [event.message for event in events if event.message is not None]
    if len(set(messages)) < len(messages):
        source.error("event_gateway_message_twice", gateway)


def ways(diagram: Diagram) -> Mapping[str, list[str]]:
    """Where a token may go next from each node: along flows, to events on its boundary, into a sub-process."""
    found: dict[str, list[str]] = defaultdict(list)
    for flow in diagram.flows:
        found[flow.source].append(flow.target)
    for host, events in diagram.boundary.items():
        found[host] += [event.id for event in events]
    for node in diagram.nodes.values():
        if node.kind == "startEvent" and node.scope:
            found[node.scope].append(node.id)
    return found


def _reach(origins: Iterable[str], ways: Mapping[str, list[str]]) -> set[str]:
    reached, waiting = set[str](), list(origins)
    while waiting:
        node_id = waiting.pop()
        if node_id not in reached:
            reached.add(node_id)
            waiting += ways.get(node_id, [])
    return reached


def _ends_by_nature(diagram: Diagram, scope: str) -> bool:
    """Whether steps of this sub-process end without an end event: it is an ad hoc one, or an undoing."""
    node = diagram.nodes.get(scope)
    return node is not None and (node.tag == "adHocSubProcess" or node.compensates is not None)


def _warn_of_ends(diagram: Diagram, source: Source) -> None:
    last = [node for node in diagram.nodes.values() if not diagram.outgoing.get(node.id)]
    for node in last:
        if not node.tag or node.kind == "parallelGateway" or node.id in diagram.event_sub_processes:
            continue  # made here, told of as it was understood, or by its nature
        if node.kind == "boundaryEvent" and node.interrupting:
            source.warning("boundary_ends", node)
        elif node.kind != "endEvent" and not _ends_by_nature(diagram, node.scope):
            source.warning("implicit_end", node)
    back: dict[str, list[str]] = defaultdict(list)
    for origin, targets in ways(diagram).items():
        for target in targets:
            back[target].append(origin)
    ending = _reach([node.id for node in last], back)
    endless = next((node for node in diagram.nodes.values() if node.id not in ending), None)
    if endless is not None:
        source.warning("never_ends", endless)


def check_immediate_loops(diagram: Diagram, source: Source) -> None:
    """Warn of each such timer; a condition may still lead out of the circle."""
    for node in diagram.nodes.values():
        if _is_due_at_once(node) and node.id in _reached_from(diagram, node):
            source.warning("timer_circle", node, text=node.timer.text if node.timer else "")


def _is_due_at_once(node: Node) -> bool:
    span = timers.length_of(node.timer.text) if node.timer is not None else None
    return span is not None and span < timers.MIN_CYCLE


def _reached_from(diagram: Diagram, origin: Node) -> set[str]:
    """What is reached from ``origin`` with nobody acting and no time passing."""
    reached, waiting = set[str](), list(_after(diagram, origin))
    while waiting:
        node = waiting.pop()
        if node.id not in reached:
            reached.add(node.id)
            waiting += _after(diagram, node)
    return reached


def _after(diagram: Diagram, node: Node) -> Iterator[Node]:
    if not _waits(diagram, node):
        yield from (diagram.nodes[flow.target] for flow in diagram.outgoing.get(node.id, ()))
    yield from (event for event in diagram.boundary.get(node.id, ()) if _is_due_at_once(event))


def _waits(diagram: Diagram, node: Node) -> bool:
    """Whether a case stays here till somebody acts, something comes, or time has passed."""
    if node.kind in {"userTask", "subProcess"} or node.id in diagram.questions:
        return True
    if node.kind not in {"intermediateCatchEvent", "boundaryEvent"}:
        return False
    return (
        node.message is not None
        or node.job is not None
        or node.signal is not None
        or (node.timer is not None and not _is_due_at_once(node))
    )


def check_missing_shapes(source: Source, processes: Iterable[Element]) -> None:
    """Warn of each step that the file gives no place while it gives others one; without any, a layout is made.

    A process of which nothing is drawn is told of once.
    """
    drawn = diagram_interchange.drawn(source.root)
    everything = filter(kinds.is_flow_node, source.root.iter(f"{BPMN}*"))
    if not _is_any_drawn(everything, drawn):
        return
    for process in processes:
        source.process = attribute(process, "id")
        steps = _steps(process)
        for element in _undrawn(steps, drawn) if _is_any_drawn(steps, drawn) else [process]:
            source.warning("step_not_drawn", element)
    source.process = ""


def _undrawn(steps: Iterable[Element], drawn: Collection[str]) -> Iterator[Element]:
    for step in steps:
        if attribute(step, "id") not in drawn:
            yield step
        inside = _steps(step)
        # Where nothing inside has a place, it is drawn closed.
        if _is_any_drawn(inside, drawn):
            yield from _undrawn(inside, drawn)


def _is_any_drawn(steps: Iterable[Element], drawn: Collection[str]) -> bool:
    return any(attribute(step, "id") in drawn for step in steps)


def _steps(around: Element) -> list[Element]:
    return list(filter(kinds.is_flow_node, children(around)))
