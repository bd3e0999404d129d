"""A simple arrangement for a diagram that stores none: columns by distance from the start, rows by lane."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product

from app.engine.drawing.elements import EVENTS, GATEWAYS, NODES, Element
from app.engine.drawing.geometry import Box, Point
from app.engine.drawing.order import backwards

_Points = tuple[Point, ...]
#: How wide a column and how high a row of the arrangement is: each box stands in the middle of one.
COLUMN, ROW = 170.0, 130.0
#: Where lines run between two rows: past the tallest box; and how far from a box they turn at its side.
_LANE, _APART, _STUB = 54.0, 6.0, 25.0

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
    return {**_lane_boxes(elements, spans, boxes), **boxes}, _lead(flows, boxes)


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


def _lead(flows: Sequence[Element], boxes: Mapping[str, Box]) -> dict[str, _Points]:
    """Return the points of each flow: of the ways there are, the first that crosses the least.

    A line through a box, or along another line of the same source, seems to come from somewhere else.
    """
    lines: dict[str, _Points] = {}
    for flow in flows:
        source, target = boxes[flow.source], boxes[flow.target]
        others = [box for id, box in boxes.items() if id not in (flow.source, flow.target)]
        beside = [lines[one.id] for one in flows if one.source == flow.source and one.id in lines]
        ways = [(_cost(points, others, beside), place) for place, points in enumerate(_ways(source, target))]
        best = min(ways)[1]
        lines[flow.id] = tuple(_ways(source, target))[best]
    return lines


def _ways(source: Box, target: Box) -> Iterator[_Points]:
    ahead = target.x >= source.right
    if ahead:
        yield from _ahead(source, target)
    if target.x < source.right and source.x < target.right and not source.meets(target):
        down = target.y > source.y
        yield (
            (source.cx, source.bottom if down else source.y),
            (target.cx, target.y if down else target.bottom),
        )
    yield from _around(source, target)


def _ahead(source: Box, target: Box) -> Iterator[_Points]:
    """Straight where it can be; else out at the side, across and in, or out below or above and in."""
    start, end = (source.right, source.cy), (target.x, target.cy)
    if abs(source.cy - target.cy) < 1:
        yield start, end
        return
    for middle in (target.x - _STUB, source.right + _STUB):
        yield start, (middle, source.cy), (middle, target.cy), end
    yield (source.cx, source.bottom if target.cy > source.cy else source.y), (source.cx, target.cy), end


def _around(source: Box, target: Box) -> Iterator[_Points]:
    """Under or over the source, under or over the target, under or over both: a way back, or past what is between."""
    lows, highs = (_low(source), _low(target)), (_high(source), _high(target))
    for y in dict.fromkeys((*lows, max(lows), *highs, min(highs))):
        yield _past(source, target, y)
    doors = [
        (target.x - _STUB, target.x),
        (target.cx - COLUMN / 2, target.x),
        (target.cx + COLUMN / 2, target.right),
    ]
    for (middle, door), edge in product(doors, (_low(source), _high(source))):
        leaving = (source.cx, source.bottom if edge > source.cy else source.y)
        yield leaving, (source.cx, edge), (middle, edge), (middle, target.cy), (door, target.cy)


def _low(box: Box) -> float:
    return max((box.cy // ROW + 0.5) * ROW + _LANE, box.bottom + _APART)


def _high(box: Box) -> float:
    return min((box.cy // ROW + 0.5) * ROW - _LANE, box.y - _APART)


def _past(source: Box, target: Box, y: float) -> _Points:
    leaving = source.bottom if y > source.cy else source.y
    entering = target.bottom if y > target.cy else target.y
    return (source.cx, leaving), (source.cx, y), (target.cx, y), (target.cx, entering)


def _cost(points: _Points, others: Sequence[Box], beside: Sequence[_Points]) -> int:
    """Boxes that the line runs through, then pieces that it has in common with lines beside it."""
    hulls = [_hull(a, b) for a, b in pairwise(points)]
    through = sum(hull.meets(box) for hull in hulls for box in others)
    shared = sum(
        _along(a, b) for line in beside for a in hulls for b in (_hull(*pair) for pair in pairwise(line))
    )
    return 100 * through + shared


def _along(one: Box, other: Box) -> bool:
    """Whether two pieces run on one another, not just across."""
    lies, stands = one.w > one.h, other.w <= other.h
    return lies is not stands and one.overlap(other) > 30


def _hull(a: Point, b: Point) -> Box:
    x, y = min(a[0], b[0]), min(a[1], b[1])
    return Box(x, y, abs(a[0] - b[0]), abs(a[1] - b[1])).grown(1)
