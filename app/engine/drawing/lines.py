"""Sequence flows, message flows, associations: the line, its ends, without its name."""

from collections.abc import Sequence

from app.engine.drawing.geometry import Box, Point, arrow_head, distance, n, rounded, shortened, toward
from app.engine.drawing.scene import Edge


def outline(edge: Edge) -> str:
    """The SVG of the line and what stands at its ends."""
    points, tag = edge.points, edge.element.tag
    if tag == "sequenceFlow":
        return _path(shortened(points, 6)) + f'<path class="head" d="{arrow_head(points)}"/>' + _tail(edge)
    if tag == "messageFlow":
        start = f'<circle class="tail" cx="{n(points[0][0])}" cy="{n(points[0][1])}" r="4"/>'
        return _path(points) + start + f'<path class="head open" d="{arrow_head(points, 10, 9)}Z"/>'
    heads = "".join(f'<path class="line" d="{head}"/>' for head in _open_heads(edge))
    return _path(points, "line dotted") + heads


def _path(points: Sequence[Point], css: str = "line") -> str:
    return f'<path class="{css}" d="{rounded(points)}"/>'


def _open_heads(edge: Edge) -> list[str]:
    points = edge.points
    heads = []
    if edge.element.tag.startswith("data") or edge.element.marks & {"one", "both"}:
        heads.append(arrow_head(points, 7, 8))
    if "both" in edge.element.marks:
        heads.append(arrow_head(points[::-1], 7, 8))
    return heads


def _tail(edge: Edge) -> str:
    """The slash of a default flow, the diamond of a conditional one."""
    first, second = edge.points[0], edge.points[1]
    if distance(first, second) < 12:
        return ""
    if "default" in edge.element.marks:
        x, y = toward(first, second, 10)
        return f'<path class="line" d="M{n(x - 4)} {n(y - 5)}L{n(x + 4)} {n(y + 5)}"/>'
    if "conditional" in edge.element.marks:
        middle, end = toward(first, second, 8), toward(first, second, 16)
        dx, dy = (end[1] - first[1]) / 16 * 4.5, (first[0] - end[0]) / 16 * 4.5
        corners = (first, (middle[0] + dx, middle[1] + dy), end, (middle[0] - dx, middle[1] - dy))
        return '<path class="tail" d="M' + "L".join(f"{n(x)} {n(y)}" for x, y in corners) + 'Z"/>'
    return ""


def segments(edge: Edge) -> list[Box]:
    """Thin boxes along the upright and level parts, to keep badges and labels off the line."""
    boxes = []
    for (ax, ay), (bx, by) in zip(edge.points, edge.points[1:], strict=False):
        if abs(ax - bx) < 2 or abs(ay - by) < 2:
            boxes.append(Box(min(ax, bx) - 1, min(ay, by) - 1, abs(ax - bx) + 2, abs(ay - by) + 2))
    return boxes
