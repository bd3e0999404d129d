"""Boxes, lines and numbers of a drawing. Lengths are in the diagram's own units (one is a CSS pixel)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]

#: Farther out than any real drawing; beyond it a coordinate counts as missing.
FARTHEST = 100_000.0


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The x of the right side."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The y of the lower side."""
        return self.y + self.h

    @property
    def cx(self) -> float:
        """The x of the middle."""
        return self.x + self.w / 2

    @property
    def cy(self) -> float:
        """The y of the middle."""
        return self.y + self.h / 2

    def grown(self, by: float) -> "Box":
        """The box with ``by`` added on every side."""
        return Box(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def overlap(self, other: "Box") -> float:
        """The area both boxes share."""
        if not self.meets(other):
            return 0.0
        w = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        return w * (min(self.y + self.h, other.y + other.h) - max(self.y, other.y))

    def meets(self, other: "Box") -> bool:
        """Whether the boxes share any area."""
        return (
            self.x < other.x + other.w
            and other.x < self.x + self.w
            and self.y < other.y + other.h
            and other.y < self.y + self.h
        )

    def contains(self, other: "Box") -> bool:
        """Whether ``other`` lies inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and self.right >= other.right
            and self.bottom >= other.bottom
        )


def bounding_box(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds ``boxes``; an empty list gives a small empty box."""
    if not boxes:
        return Box(0, 0, 100, 60)
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(x, y, max(box.right for box in boxes) - x, max(box.bottom for box in boxes) - y)


def number(text: str | None) -> float | None:
    """Read a coordinate; None for anything that is not a finite number of a sensible size."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= FARTHEST else None


def n(value: float) -> str:
    """Write a coordinate with at most one decimal."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def distance(a: Point, b: Point) -> float:
    """How far ``a`` is from ``b``."""
    return math.hypot(b[0] - a[0], b[1] - a[1])


def toward(a: Point, b: Point, by: float) -> Point:
    """The point ``by`` along the way from ``a`` to ``b``; ``a`` itself when they coincide."""
    length = distance(a, b)
    if length == 0:
        return a
    return a[0] + (b[0] - a[0]) * by / length, a[1] + (b[1] - a[1]) * by / length


def without_repeats(points: Sequence[Point]) -> list[Point]:
    """The points without those that coincide with the one before."""
    kept: list[Point] = []
    for point in points:
        if not kept or distance(kept[-1], point) >= 0.5:
            kept.append(point)
    return kept


def rounded(points: Sequence[Point], radius: float = 8) -> str:
    """A path through ``points`` with rounded corners."""
    parts = [f"M{n(points[0][0])} {n(points[0][1])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, distance(before, corner) / 2, distance(corner, after) / 2)
        start, end = toward(corner, before, reach), toward(corner, after, reach)
        parts.append(f"L{n(start[0])} {n(start[1])}Q{n(corner[0])} {n(corner[1])} {n(end[0])} {n(end[1])}")
    parts.append(f"L{n(points[-1][0])} {n(points[-1][1])}")
    return "".join(parts)


def arrow_head(points: Sequence[Point], length: float = 10, width: float = 8) -> str:
    """A filled triangle at the end of the line; its tip is the last point."""
    tip, before = points[-1], points[-2]
    base = toward(tip, before, length)
    side = ((base[1] - tip[1]) / length * width / 2, (tip[0] - base[0]) / length * width / 2)
    corners = ((base[0] + side[0], base[1] + side[1]), tip, (base[0] - side[0], base[1] - side[1]))
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in corners)


def shortened(points: Sequence[Point], by: float) -> list[Point]:
    """The line cut ``by`` before its end, so that a thick line does not stick out of its arrow head."""
    length = distance(points[-2], points[-1])
    return [*points[:-1], toward(points[-1], points[-2], min(by, length * 0.8))]


def border(box: Box, toward_point: Point) -> Point:
    """Where the straight line from the middle of ``box`` to ``toward_point`` leaves the box."""
    dx, dy = toward_point[0] - box.cx, toward_point[1] - box.cy
    if dx == 0 and dy == 0:
        return box.cx, box.cy
    scale = min(box.w / 2 / abs(dx) if dx else math.inf, box.h / 2 / abs(dy) if dy else math.inf)
    return box.cx + dx * min(scale, 1), box.cy + dy * min(scale, 1)
