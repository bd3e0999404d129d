"""A process and the sub-processes in it: each is a level with nodes and flows of its own."""

from collections.abc import Iterator
from dataclasses import replace

from app.engine.diagram import Flow, Node
from app.engine.reading.elements import flows, kinds, links, loops, nodes, normalization
from app.engine.reading.elements.normalization import Drawn
from app.engine.reading.source import Placed, Source, place
from app.engine.xml import Element, attribute, children


def read_levels(process: Element, where: Placed, source: Source) -> Drawn:
    """All nodes, flows and defaults of ``process``, what the drawing leaves unsaid on each level completed."""
    levels = list(_levels(process))
    found = {
        attribute(element, "id"): _node(element, level, process, source)
        for level in levels
        for element in nodes.elements(level, source)
    }
    joined = [flow for level in levels for flow in flows.read_flows(level, found, source)]
    whole = Drawn({}, [], {})
    for level in levels:
        scope = "" if level is process else attribute(level, "id")
        own = Drawn(_in(found, scope), _within(joined, found, scope, source), flows.defaults(level))
        _complete(own, level, scope, where if level is process else place(level), source)
        _race_once(own, source)
        whole.nodes |= own.nodes
        whole.flows += own.flows
        whole.defaults |= own.defaults
    return whole


def _levels(process: Element) -> Iterator[Element]:
    """The process and its sub-processes, outside in."""
    waiting = [process]
    for level in waiting:
        yield level
        waiting += filter(kinds.is_level, children(level))


def _node(element: Element, level: Element, process: Element, source: Source) -> Node:
    node = nodes.read_node(element, source)
    loop = loops.check_place(node, loops.read_loop(element, source), source)
    return replace(node, scope="" if level is process else attribute(level, "id"), loop=loop)


def _in(found: dict[str, Node], scope: str) -> dict[str, Node]:
    return {node.id: node for node in found.values() if node.scope == scope}


def _within(joined: list[Flow], found: dict[str, Node], scope: str, source: Source) -> list[Flow]:
    """The flows of one level; a flow that leaves a sub-process leads nowhere that a token could go."""
    own = [flow for flow in joined if found[flow.source].scope == scope]
    for flow in own:
        if found[flow.target].scope != scope:
            source.error("flow_crosses_border", flow, ref=found[flow.target].name or flow.target)
    return [flow for flow in own if found[flow.target].scope == scope]


def _complete(own: Drawn, level: Element, scope: str, where: Placed, source: Source) -> None:
    before = set(own.nodes)
    normalization.normalize(own, links.read_links(level, own.nodes), where, source, inside=bool(scope))
    for node_id in set(own.nodes) - before:
        own.nodes[node_id] = replace(own.nodes[node_id], scope=scope)


def _race_once(own: Drawn, source: Source) -> None:
    """What an event gateway waits for comes once, whatever a receiving task there says of repetition."""
    gateways = {node.id for node in own.nodes.values() if node.kind == "eventBasedGateway"}
    for target in dict.fromkeys(flow.target for flow in own.flows if flow.source in gateways):
        raced = own.nodes[target]
        if raced.loop is not None:
            source.warning("rounds_misplaced", raced)
            own.nodes[target] = replace(raced, loop=None)
