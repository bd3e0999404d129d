"""Lanes: who does what. Every node ends up in exactly one.

A task's lane is listed or drawn around it, or the diagram is refused. Events and gateways that the drawing leaves
outside take one: a boundary event that of its activity, others that of the nearest node before them, else of the
nearest after them, else the first. Without lanes the groups that tasks are given to stand for them.
"""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.engine.diagram import Flow, Lane, Node
from app.engine.reading.elements.kinds import ACTIVITIES
from app.engine.reading.source import NAME_LENGTH, Placed, Source, place, plain
from app.engine.reading.texts import extensions
from app.engine.xml import BPMN, Element, attribute, children, local, reference, text_of

#: Names that modelers make up.
_IDS = re.compile(r"(sid-|lane_)?[0-9a-f]{7,8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|lane_[0-9a-z]{7}", re.IGNORECASE)


def read_lanes(process: Element, source: Source) -> tuple[tuple[Lane, ...], dict[str, str]]:
    """The lanes of ``process``, and for each node listed in one the lane's id. No lanes drawn: no lanes.

    The innermost lane counts; one with lanes inside is a lane itself only for tasks that those do not list.
    """
    lanes: list[Lane] = []
    placed: dict[str, str] = {}
    inner_first = sorted(_elements(process), key=_depth, reverse=True)
    parents = {element for element in inner_first if _holds_lanes(element)}
    for element in inner_first:
        listed = _listed(element)
        if element in parents:
            listed = [id for id in listed if id not in placed and _is_task(id, source)]
        if element in parents and not listed:
            source.warning("nested_lanes", element)
        elif not attribute(element, "id"):
            source.error("id_missing", element, element="lane")
        else:
            lanes.append(_lane(element, process, source, alone=len(inner_first) == 1))
            _place(element, listed, placed, source)
    return _named_apart(_in_order(lanes, process), source), placed


def of_groups(
    nodes: Mapping[str, Node], where: Placed, source: Source
) -> tuple[tuple[Lane, ...], dict[str, str]]:
    """Lanes for a process without: one for each group that tasks are given to, and one for all else; a lane for the
    whole process when tasks name no group."""
    whole = Lane(where.id, where.name, line=where.line, is_named=where.name != where.id)
    tasks = [node for node in nodes.values() if node.kind == "userTask"]
    given = {node.id: extensions.group(source.ids[node.id]) for node in tasks}
    groups = list(dict.fromkeys(filter(None, given.values())))
    if not groups:
        return (whole,), {}
    source.warning("lanes_from_groups", where, groups=", ".join(groups))
    lanes = tuple(Lane(group, group, line=where.line) for group in groups if group != whole.id)
    rest = () if all(given.values()) else (whole,)
    return (*lanes, *rest), {node_id: group or whole.id for node_id, group in given.items()}


def place_in_lanes(
    nodes: Mapping[str, Node], placed: dict[str, str], lanes: Iterable[Lane], source: Source
) -> None:
    """Find the lane of tasks listed in none by where they are drawn, and add it to ``placed``; a task outside every
    lane is an error, an event there that people end takes the lane of what is beside it."""
    known = [lane.id for lane in lanes]
    placed |= {copy: placed[node_id] for copy, node_id in source.copies.items() if node_id in placed}
    for node in nodes.values():
        if node.id not in placed and node.scope in placed:
            placed[node.id] = placed[node.scope]  # a sub-process's lane is that of all in it
        if node.id in placed or (node.tag not in ACTIVITIES and node.kind != "userTask"):
            continue
        around = _lane_around(source.copies.get(node.id, node.id), known, source)
        if around is None and node.tag in ACTIVITIES:
            source.error("task_outside_lanes", node)
        elif around is not None:
            source.warning("lane_by_place", node, lane=next(lane.name for lane in lanes if lane.id == around))
            placed[node.id] = around


def settle(
    nodes: Mapping[str, Node], flows: Iterable[Flow], lanes: tuple[Lane, ...], placed: Mapping[str, str]
) -> dict[str, Node]:
    """The nodes, each in its lane."""
    lane_of = {node_id: lane_id for node_id, lane_id in placed.items() if node_id in nodes}
    for node in nodes.values():
        if node.attached_to:
            lane_of.pop(node.id, None)
    forward = [(flow.source, flow.target) for flow in flows]
    forward += [(node.attached_to, node.id) for node in nodes.values() if node.attached_to]
    _spread(lane_of, forward)
    _spread(lane_of, [(target, origin) for origin, target in forward])
    return {node.id: replace(node, lane_id=lane_of.get(node.id, lanes[0].id)) for node in nodes.values()}


def _elements(process: Element) -> list[Element]:
    return [lane for group in children(process, "laneSet") for lane in group.iter(f"{BPMN}lane")]


def _depth(element: Element) -> int:
    return sum(1 for _lane in element.iterancestors(f"{BPMN}lane"))


def _holds_lanes(element: Element) -> bool:
    return next(element.iterfind(f"{BPMN}childLaneSet/{BPMN}lane"), None) is not None


def _is_task(node_id: str, source: Source) -> bool:
    return node_id in source.ids and local(source.ids[node_id]) in ACTIVITIES


def _in_order(lanes: list[Lane], process: Element) -> list[Lane]:
    order = {attribute(element, "id"): number for number, element in enumerate(_elements(process))}
    return sorted(lanes, key=lambda lane: order[lane.id])


def _named_apart(lanes: list[Lane], source: Source) -> tuple[Lane, ...]:
    """Lanes that share a name are told apart by the lanes around them; where that does not help, a warning."""
    bearers = Counter(lane.name for lane in lanes)
    found = [replace(lane, name=_path(lane, source)) if bearers[lane.name] > 1 else lane for lane in lanes]
    bearers = Counter(lane.name for lane in found)
    for lane in found:
        if bearers[lane.name] > 1:
            source.warning("lanes_share_name", lane)
    return tuple(found)


def _path(lane: Lane, source: Source) -> str:
    around = [place(element).name for element in source.ids[lane.id].iterancestors(f"{BPMN}lane")]
    return " / ".join(filter(None, [*reversed(around), lane.name]))[:NAME_LENGTH]


def _lane(element: Element, process: Element, source: Source, *, alone: bool) -> Lane:
    where = place(element)
    if where.name == where.id or _IDS.fullmatch(where.name):
        where = replace(where, name="")  # a modeler put it there, nobody is called so
    is_named = bool(where.name)
    if not where.name and alone and (name := _pool_name(process, source)):
        where = replace(where, name=name)
        source.warning("lane_named_by_pool", where)
    elif not where.name:
        source.warning("lane_without_name", element)
    source.limit_name(element, NAME_LENGTH)
    properties = extensions.read_extensions(element, source).properties
    return Lane(where.id, where.name or where.id, properties, where.line, is_named=is_named)


def _pool_name(process: Element, source: Source) -> str:
    """What the pool of ``process`` is called, "" without one."""
    key = attribute(process, "id")
    pools = (one for one in source.root.iter(f"{BPMN}participant") if reference(one.get("processRef")) == key)
    return next((plain(attribute(pool, "name")) for pool in pools), "")


def _place(element: Element, listed: Iterable[str], placed: dict[str, str], source: Source) -> None:
    lane_id = attribute(element, "id")
    for node_id in listed:
        node = source.ids.get(node_id)
        if node is None:
            source.warning("lane_lists_unknown", element, ref=node_id)
        elif placed.setdefault(node_id, lane_id) != lane_id and local(node) in ACTIVITIES:
            _settle_dispute(node, lane_id, placed, source)


def _settle_dispute(node: Element, lane_id: str, placed: dict[str, str], source: Source) -> None:
    """Of two lanes that list a task the one it is drawn in has it."""
    node_id = attribute(node, "id")
    both = placed[node_id], lane_id
    around = _lane_around(node_id, both, source)
    if around is None:
        source.error("task_in_two_lanes", node, first=both[0], second=both[1])
    else:
        source.warning("lane_by_place", node, lane=place(source.ids[around]).name or around)
        placed[node_id] = around


def _listed(element: Element) -> list[str]:
    return [reference(text_of(child)) for child in children(element, "flowNodeRef")]


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


def _lane_around(node_id: str, lane_ids: Iterable[str], source: Source) -> str | None:
    """The smallest of the lanes that the node is drawn in; None when it stands in none, or no page is stored."""
    boxes = source.boxes
    node = boxes.get(node_id)
    if node is None:
        return None
    found = [lane for lane in lane_ids if lane in boxes and boxes[lane].holds(node)]
    return min(found, key=lambda lane: boxes[lane].width * boxes[lane].height, default=None)
