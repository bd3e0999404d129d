"""Lines of flows where a file stores none: out of one box and into another, around what stands between."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product

from app.engine.drawing.elements import Element
from app.engine.drawing.geometry import Box, Point

Points = tuple[Point, ...]
#: How wide a column and how high a row of the arrangement is: each box stands in the middle of one.
COLUMN, ROW = 170.0, 130.0
#: Where lines run between two rows: past the tallest box; and how far from a box they turn at its side.
_LANE, _APART, _STUB = 54.0, 6.0, 25.0


def lead(flows: Sequence[Element], boxes: Mapping[str, Box]) -> dict[str, Points]:
    """Return the points of each flow: of the ways there are, the first that crosses the least.

    A line through a box, or along another line of the same source, seems to come from somewhere else.
    """
    lines: dict[str, Points] = {}
    for flow in flows:
        source, target = boxes[flow.source], boxes[flow.target]
        others = [box for id, box in boxes.items() if id not in (flow.source, flow.target)]
        beside = [lines[one.id] for one in flows if one.source == flow.source and one.id in lines]
        ways = [(_cost(points, others, beside), place) for place, points in enumerate(_ways(source, target))]
        best = min(ways)[1]
        lines[flow.id] = tuple(_ways(source, target))[best]
    return lines


def _ways(source: Box, target: Box) -> Iterator[Points]:
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


def _ahead(source: Box, target: Box) -> Iterator[Points]:
    """Straight where it can be; else out at the side, across and in, or out below or above and in."""
    start, end = (source.right, source.cy), (target.x, target.cy)
    if abs(source.cy - target.cy) < 1:
        yield start, end
        return
    for middle in (target.x - _STUB, source.right + _STUB):
        yield start, (middle, source.cy), (middle, target.cy), end
    yield (source.cx, source.bottom if target.cy > source.cy else source.y), (source.cx, target.cy), end


def _around(source: Box, target: Box) -> Iterator[Points]:
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


def _past(source: Box, target: Box, y: float) -> Points:
    leaving = source.bottom if y > source.cy else source.y
    entering = target.bottom if y > target.cy else target.y
    return (source.cx, leaving), (source.cx, y), (target.cx, y), (target.cx, entering)


def _cost(points: Points, others: Sequence[Box], beside: Sequence[Points]) -> int:
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
