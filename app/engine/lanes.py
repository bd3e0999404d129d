"""Lanes: who does what. Every node ends up in exactly one.

A task's lane is drawn, or the diagram is refused. Events and gateways that the drawing leaves outside take
one: a boundary event that of its activity, others that of the nearest node before them, else of the nearest
after them, else the first.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.engine import extensions
from app.engine.diagram import Flow, Lane, Node
from app.engine.nodes import ACTIVITIES
from app.engine.source import NAME_LENGTH, Source, place
from app.engine.xml import BPMN, Element, attribute, children, local, reference, text_of


def read(process: Element, source: Source) -> tuple[tuple[Lane, ...], dict[str, str]]:
    """The lanes of ``process``, and for each node listed in one the lane's id. No lanes drawn: no lanes."""
    lanes: list[Lane] = []
    placed: dict[str, str] = {}
    for element in (lane for group in children(process, "laneSet") for lane in group.iter(f"{BPMN}lane")):
        if next(element.iterfind(f"{BPMN}childLaneSet/{BPMN}lane"), None) is not None:
            _check_parent(element, source)
        elif not attribute(element, "id"):
            source.error("id_missing", element, element="lane")
        else:
            lanes.append(_lane(element, source))
            _place(element, placed, source)
    bearers = Counter(lane.name for lane in lanes)
    for lane in lanes:
        if bearers[lane.name] > 1:
            source.warning("lanes_share_name", lane)
    return tuple(lanes), placed


def settle(
    nodes: Mapping[str, Node],
    flows: Iterable[Flow],
    lanes: tuple[Lane, ...],
    placed: Mapping[str, str],
    source: Source,
) -> dict[str, Node]:
    """The nodes, each in its lane; a task outside every lane is an error."""
    lane_of = {node_id: lane_id for node_id, lane_id in placed.items() if node_id in nodes}
    for node in nodes.values():
        if node.id not in lane_of and node.scope in lane_of:
            lane_of[node.id] = lane_of[node.scope]  # a sub-process's lane is that of all in it
        if node.id not in lane_of and node.tag in ACTIVITIES:
            source.error("task_outside_lanes", node)
        if node.attached_to:
            lane_of.pop(node.id, None)
    forward = [(flow.source, flow.target) for flow in flows]
    forward += [(node.attached_to, node.id) for node in nodes.values() if node.attached_to]
    _spread(lane_of, forward)
    _spread(lane_of, [(target, origin) for origin, target in forward])
    return {node.id: replace(node, lane_id=lane_of.get(node.id, lanes[0].id)) for node in nodes.values()}


def _lane(element: Element, source: Source) -> Lane:
    where = place(element)
    if not where.name:
        source.warning("lane_without_name", element)
    source.limit_name(element, NAME_LENGTH)
    return Lane(where.id, where.name or where.id, extensions.read(element, source).properties, where.line)


def _place(element: Element, placed: dict[str, str], source: Source) -> None:
    lane_id = attribute(element, "id")
    for node_id in _listed(element):
        node = source.ids.get(node_id)
        if node is None:
            source.warning("lane_lists_unknown", element, ref=node_id)
        elif placed.setdefault(node_id, lane_id) != lane_id and local(node) in ACTIVITIES:
            source.error("task_in_two_lanes", node, first=placed[node_id], second=lane_id)


def _listed(element: Element) -> list[str]:
    return [reference(text_of(child)) for child in children(element, "flowNodeRef")]


def _check_parent(element: Element, source: Source) -> None:
    """A lane with lanes inside stands for them; what only it lists would have no lane of its own."""
    inside = {
        node_id for lane in element.iter(f"{BPMN}lane") if lane is not element for node_id in _listed(lane)
    }
    if set(_listed(element)) <= inside:
        source.warning("nested_lanes", element)
    else:
        source.error("not_yet_nested_lanes", element)


def _spread(lane_of: dict[str, str], edges: Iterable[tuple[str, str]]) -> None:
    """Give nodes without a lane that of the nearest node with one, going along ``edges``."""
    following: dict[str, list[str]] = defaultdict(list)
    for origin, target in edges:
        following[origin].append(target)
    queue = deque(lane_of)
    while queue:
        origin = queue.popleft()
        for target in following[origin]:
            if target not in lane_of:
                lane_of[target] = lane_of[origin]
                queue.append(target)
