"""The small mark of a state on an element, with how often and a few words, placed where it covers nothing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from app.engine.drawing import symbols
from app.engine.drawing.elements import BOXES, TASKS
from app.engine.drawing.geometry import Box, distance, n
from app.engine.drawing.lettering import cut, safe, tidy, width
from app.engine.drawing.scene import Edge, Shape
from app.engine.drawing.shapes import HEADER
from app.engine.drawing.state import State

_TALL = 18.0
_SIZE = 11
_MOST = 150.0  # room for the words of a badge
_REACH = 190.0  # how far from its element a badge can come to lie
_LATER = 4.0  # what it costs to stand at the next place rather than at this one

#: A box and how bad it is to cover one square unit of it.
Obstacle = tuple[Box, float]


@dataclass(frozen=True)
class Spot:
    """An element that can carry a badge, and what lies around it. ``sort``: an activity, something small, a pool or
    lane, or a line, whose ``box`` is its middle."""

    id: str
    box: Box
    sort: Literal["activity", "small", "lane", "line"]
    obstacles: tuple[Obstacle, ...]


def spot(shape: Shape, host: Shape | None, everything: Sequence[Obstacle]) -> Spot:
    """Prepare ``shape`` for badges. They may lie on the shape itself and on the activity it is attached to."""
    around = _around(shape.box, everything, (shape.box, host.box if host else shape.box))
    tag = shape.element.tag
    if tag in ("participant", "lane"):
        return Spot(shape.element.id, shape.box, "lane", around)
    return Spot(shape.element.id, shape.box, "activity" if tag in TASKS | BOXES else "small", around)


def line_spot(edge: Edge, everything: Sequence[Obstacle]) -> Spot:
    """Prepare a line for badges, in the middle of its longest part."""
    (ax, ay), (bx, by) = max(pairwise(edge.points), key=lambda ends: distance(*ends))
    box = Box((ax + bx) / 2, (ay + by) / 2, 0, 0)
    return Spot(edge.element.id, box, "line", _around(box, everything, ()))


def _around(place: Box, everything: Sequence[Obstacle], free: Sequence[Box]) -> tuple[Obstacle, ...]:
    near = place.grown(_REACH)
    return tuple(
        (box, weight)
        for box, weight in everything
        if box.meets(near) and not any(box is other for other in free)
    )


def draw_badges(spots: Mapping[str, Spot], states: Mapping[str, State]) -> str:
    """The SVG of all badges, in document order."""
    placed: list[Obstacle] = []
    parts = []
    for id, at in spots.items():
        state = states.get(id)
        if state is None or not (state.state or state.count > 1 or state.label):
            continue
        text = _text(state)
        box = _place(at, _wide(text, state), placed)
        placed.append((box, 10))
        parts.append(_badge(id, state, text, box))
    return "".join(parts)


def _text(state: State) -> str:
    times = f"{min(state.count, 9999)}×" if state.count > 1 else ""
    label = tidy(state.label)
    return cut(" · ".join(part for part in (times, label) if part), _MOST, _SIZE)


def _wide(text: str, state: State) -> float:
    mark = 18.0 if state.state else 8.0
    return mark + width(text, _SIZE, bold=True) + 8 if text else _TALL


def _place(at: Spot, wide: float, placed: Sequence[Obstacle]) -> Box:
    """The box that covers least; of equal ones the earlier in `_places`."""
    zone = at.box.grown(wide + 8)
    near = [obstacle for obstacle in (*at.obstacles, *placed) if obstacle[0].meets(zone)]
    found, lowest = Box(at.box.right, at.box.y, wide, _TALL), math.inf
    for order, box in enumerate(_places(at, wide)):
        covered = sum(weight * box.overlap(other) for other, weight in near)
        if covered + order * _LATER < lowest:
            found, lowest = box, covered + order * _LATER
        if covered == 0:
            break
    return found


def _places(at: Spot, wide: float) -> list[Box]:
    """Where a badge may lie, the best first: on a corner, along an edge, then outside."""
    box, half = at.box, _TALL / 2
    if at.sort == "lane":
        return _in_lane(box, wide)
    if at.sort == "line":
        return [Box(box.x - wide / 2 + dx, box.y - half + dy, wide, _TALL) for dx, dy in _BESIDE_LINE]
    if at.sort == "activity":
        tops, sides = (box.y - half, box.bottom - half), (box.right - wide + 8, box.x - 8)
        on_edge = [Box(x, y, wide, _TALL) for y in tops for x in sides]
        middle = box.cx - wide / 2
        outside = [(middle, box.y - _TALL - 3), (middle, box.bottom + 3)]
    else:
        reach_x, reach_y = box.w / 2 * 0.75, box.h / 2 * 0.75
        right, left = box.cx + reach_x - half + 2, box.cx - reach_x + half - 2 - wide
        top, low = box.cy - reach_y - half - 2, box.cy + reach_y - half + 2
        on_edge = [Box(x, y, wide, _TALL) for y in (top, low) for x in (right, left)]
        middle = box.cx - wide / 2
        outside = [(middle, box.y - _TALL - 3), (middle, box.bottom + 3)]
    beside = [(box.right + 4, box.cy - half), (box.x - wide - 4, box.cy - half)]
    return [*on_edge, *(Box(x, y, wide, _TALL) for x, y in (*outside, *beside))]


#: A badge stands on its line, or a little beside or along it.
_BESIDE_LINE = [(0, 0), (0, -14), (0, 14), (24, 0), (-24, 0), (0, -28), (0, 28), (48, 0), (-48, 0)]


def _in_lane(box: Box, wide: float) -> list[Box]:
    """Along the upper and the lower edge, from where the name ends."""
    left = box.x + HEADER + 6
    edges = (box.y + 5, box.bottom - _TALL - 5)
    return [Box(left + step, y, wide, _TALL) for step in range(0, 400, 40) for y in edges]


def _badge(id: str, state: State, text: str, box: Box) -> str:
    css = f"badge is-{state.state}" if state.state else "badge"
    svg = f'<rect x="{n(box.x)}" y="{n(box.y)}" width="{n(box.w)}" height="{n(box.h)}" rx="9"/>'
    if state.state:
        svg += f'<g transform="translate({n(box.x + 9)} {n(box.cy)})">{symbols.STATE[state.state]}</g>'
    if text:
        start = box.x + (18 if state.state else 8)
        svg += f'<text class="s11" x="{n(start)}" y="{n(box.cy + 4)}">{safe(text)}</text>'
    return f'<g class="{css}" data-badge-of="{safe(id)}">{svg}</g>'
