"""A simple arrangement for a diagram that stores none: columns by distance from the start, rows by lane."""

from collections.abc import Mapping, Sequence

from app.engine.drawing.elements import EVENTS, GATEWAYS, NODES, Element
from app.engine.drawing.geometry import Box, Point
from app.engine.drawing.order import backwards
from app.engine.drawing.routes import COLUMN, ROW, lead

_HEADER = 30.0
Cells = dict[str, tuple[int, int]]  # node id → column, row within its lane


def arrange(elements: Mapping[str, Element]) -> tuple[dict[str, Box], dict[str, tuple[Point, ...]]]:
    """Boxes for lanes and nodes, and points for the flows between nodes."""
    nodes = [element for element in elements.values() if element.tag in NODES]
    free = [node for node in nodes if not node.attached_to]
    cells = _cells(free, _columns(nodes, elements))
    spans = _spans(free, cells, elements)
    boxes = {node.id: _box(node, cells[node.id], spans[node.lane][0]) for node in free}
    boxes |= _guests(nodes, boxes)
    flows = [e for e in elements.values() if e.tag == "sequenceFlow" and {e.source, e.target} <= boxes.keys()]
    return {**_lane_boxes(elements, spans, boxes), **boxes}, lead(flows, boxes)


def _columns(nodes: Sequence[Element], elements: Mapping[str, Element]) -> dict[str, int]:
    """How many steps each node is from a start at most, ways back left out: flows lead to the right."""
    following: dict[str, list[str]] = {node.id: [] for node in nodes}
    for element in elements.values():
        source, target = (
            (element.source, element.target)
            if element.tag == "sequenceFlow"
            else (element.attached_to, element.id)
        )
        if source in following and target in following:
            following[source].append(target)
    entered = {target for targets in following.values() for target in targets}
    seen: set[str] = set()
    begins = [node.id for node in nodes if node.id not in entered]
    back = [id for first in [*reversed(begins), *following] for id in backwards(first, following, seen)]
    place = {id: index for index, id in enumerate(reversed(back))}
    columns = dict.fromkeys(place, 0)
    for id in place:
        for target in following[id]:
            if place[target] > place[id]:
                step = 0 if elements[target].attached_to else 1
                columns[target] = max(columns[target], columns[id] + step)
    return columns


def _cells(nodes: Sequence[Element], columns: Mapping[str, int]) -> Cells:
    """Nodes of one lane and column stand under each other."""
    taken: dict[tuple[str, int], int] = {}
    cells: Cells = {}
    for node in nodes:
        column = columns.get(node.id, 0)
        row = taken.get((node.lane, column), 0)
        taken[node.lane, column] = row + 1
        cells[node.id] = column, row
    return cells


def _spans(
    nodes: Sequence[Element], cells: Cells, elements: Mapping[str, Element]
) -> dict[str, tuple[int, int]]:
    """Lane name → its first row and how many it has, in the order of the file."""
    deep: dict[str, int] = {}
    for node in nodes:
        deep[node.lane] = max(deep.get(node.lane, 0), cells[node.id][1] + 1)
    named = [_lane_name(element) for element in elements.values() if element.tag == "lane"]
    spans: dict[str, tuple[int, int]] = {}
    first = 0
    for lane in dict.fromkeys([*(lane for lane in named if lane in deep), *deep]):
        spans[lane] = first, deep[lane]
        first += deep[lane]
    return spans


def _lane_name(lane: Element) -> str:
    return lane.name or lane.id


def _box(node: Element, cell: tuple[int, int], first_row: int) -> Box:
    w, h = (36.0, 36.0) if node.tag in EVENTS else (50.0, 50.0) if node.tag in GATEWAYS else (110.0, 80.0)
    return Box(100 + cell[0] * COLUMN - w / 2, (first_row + cell[1] + 0.5) * ROW - h / 2, w, h)


def _guests(nodes: Sequence[Element], hosts: Mapping[str, Box]) -> dict[str, Box]:
    """Boundary events side by side on the lower edge of their host."""
    by_host: dict[str, list[str]] = {}
    for node in nodes:
        if node.attached_to in hosts:
            by_host.setdefault(node.attached_to, []).append(node.id)
    return {
        guest: Box(hosts[host].right - 28 - 40 * (len(guests) - 1 - index), hosts[host].bottom - 18, 36, 36)
        for host, guests in by_host.items()
        for index, guest in enumerate(guests)
    }


def _lane_boxes(
    elements: Mapping[str, Element], spans: Mapping[str, tuple[int, int]], boxes: Mapping[str, Box]
) -> dict[str, Box]:
    right = max([box.right for box in boxes.values()], default=100) + 40
    found: dict[str, Box] = {}
    drawn: set[str] = set()
    for lane in (element for element in elements.values() if element.tag == "lane"):
        name = _lane_name(lane)
        if name in spans and name not in drawn:
            first, rows = spans[name]
            found[lane.id] = Box(-_HEADER, first * ROW, right + _HEADER, rows * ROW)
            drawn.add(name)
    return found
