"""Where a file draws its elements, on the page of its layout."""

import math
from typing import NamedTuple

from app.engine.xml import Element, reference

_SHAPE = "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNShape"
_EDGE = "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNEdge"
_BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
_WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"

#: x and y on the page.
Point = tuple[float, float]


class Box(NamedTuple):
    """A shape's place on the page."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, other: "Box") -> bool:
        """Whether the middle of ``other`` lies inside."""
        x, y = other.x + other.width / 2, other.y + other.height / 2
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height

    def distance(self, point: Point, *, to_border: bool = False) -> float:
        """How far ``point`` lies outside; inside it is 0, or ``to_border`` the way to the nearest side."""
        x = max(self.x - point[0], point[0] - self.x - self.width)
        y = max(self.y - point[1], point[1] - self.y - self.height)
        if x <= 0 and y <= 0:
            return -max(x, y) if to_border else 0.0
        return math.hypot(max(x, 0), max(y, 0))


def drawn(root: Element) -> set[str]:
    """The ids of all elements that stand somewhere on the page, whatever their size: one can be made up, no place."""
    return {
        reference(shape.get("bpmnElement"))
        for shape in root.iter(_SHAPE)
        for bounds in shape.iterchildren(_BOUNDS)
        if _is_number(bounds.get("x")) and _is_number(bounds.get("y"))
    }


def boxes(root: Element) -> dict[str, Box]:
    """Where each element is drawn, by its id; an element drawn twice where it is drawn first."""
    found: dict[str, Box] = {}
    for shape in root.iter(_SHAPE):
        bounds = shape.find(_BOUNDS)
        if bounds is None:
            continue
        try:
            box = Box(*(float(bounds.get(name, "")) for name in Box._fields))
        except ValueError:
            continue  # a place that is no number is no place
        found.setdefault(reference(shape.get("bpmnElement")), box)
    return found


def line_ends(root: Element) -> dict[str, tuple[Point, Point]]:
    """Where each line begins and ends, by the id of what it draws."""
    found: dict[str, tuple[Point, Point]] = {}
    for edge in root.iter(_EDGE):
        points = [(point.get("x"), point.get("y")) for point in edge.iterchildren(_WAYPOINT)]
        if len(points) > 1 and all(_is_number(one) for point in (points[0], points[-1]) for one in point):
            first, last = ((float(x), float(y)) for x, y in (points[0], points[-1]))
            found.setdefault(reference(edge.get("bpmnElement")), (first, last))
    return found


def _is_number(text: str | None) -> bool:
    try:
        return math.isfinite(float(text or ""))
    except ValueError:
        return False
