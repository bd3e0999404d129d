"""Arrows that go along the lines of a grid and around symbols: where the columns and bands leave room for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import Literal

from app.engine.drawing import geometry

Point = tuple[float, float]
Segment = tuple[Point, Point]
Way = Literal["up", "down", "left", "right"]

_BEND, _SHARED, _CROSSED, _WRONG_SIDE, _CRAMPED = 9.0, 6.0, 5.0, 14.0, 8.0
#: How near a way may pass a symbol, and how long it is at least before its point, which is 2 long.
_NEAR, _BEFORE_TIP, _SHORT = 0.9, 2.3, 12.0
#: From the edge of a column or band to the tracks beside it.
_TRACKS = (0.8, 2.0, 3.2)
#: Between two places beside a line where words are tried.
_STEP = 4.0
_STEPS: tuple[tuple[int, int, Way], ...] = ((0, -1, "up"), (0, 1, "down"), (-1, 0, "left"), (1, 0, "right"))


class Box(geometry.Box):
    """A rectangle, in millimetres."""

    __slots__ = ()

    @property
    def rectangle(self) -> tuple[float, float, float, float]:
        """x, y, width, height."""
        return self.x, self.y, self.w, self.h

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it; of its edges, the left and the upper belong to it."""
        return self.x <= x < self.x + self.w and self.y <= y < self.y + self.h

    def share(self, other: "Box") -> float:
        """Which share of it the other one covers."""
        return self.overlap(other) / (self.w * self.h)

    def clipped(self, one: Point, two: Point) -> tuple[float, float, float, float] | None:
        """What of a line along an axis lies in it."""
        (x1, y1), (x2, y2) = min(one, two), max(one, two)
        if x1 == x2 and not self.x <= x1 < self.x + self.w:
            return None
        if y1 == y2 and not self.y <= y1 < self.y + self.h:
            return None
        left, right = max(x1, self.x), min(x2, self.x + self.w)
        top, bottom = max(min(y1, y2), self.y), min(max(y1, y2), self.y + self.h)
        if left > right or top > bottom or (left == right and top == bottom):
            return None
        return left, top, right, bottom


@dataclass(frozen=True)
class Path:
    """An arrow's way, corner by corner; its last point touches the symbol that it leads to."""

    points: tuple[Point, ...]

    @property
    def segments(self) -> list[Segment]:
        """The lines between the corners."""
        return list(pairwise(self.points))

    @property
    def towards(self) -> Way:
        """Which way its point looks."""
        (x1, y1), (x2, y2) = self.points[-2:]
        if x1 == x2:
            return "down" if y2 > y1 else "up"
        return "right" if x2 > x1 else "left"

    @property
    def before_tip(self) -> Point:
        """A place just before its point."""
        (x1, y1), (x2, y2) = self.points[-2:]
        length = abs(x2 - x1) + abs(y2 - y1)
        share = min(1.0, 0.5 / length) if length else 0.0
        return x2 + (x1 - x2) * share, y2 + (y1 - y2) * share

    @property
    def tip_box(self) -> Box:
        """What its point covers."""
        x, y = self.points[-1]
        across, down = {"up": (-1, 0), "down": (-1, -2), "left": (0, -1), "right": (-2, -1)}[self.towards]
        return Box(x + across, y + down, 2, 2)

    def places(self, w: float, h: float) -> Iterator[Point]:
        """Where a label of this size may stand, the best first: beside the line, from its beginning on."""
        for (x1, y1), (x2, y2) in self.segments:
            length = abs(x2 - x1) + abs(y2 - y1)
            if x1 == x2:
                sign = 1 if y2 > y1 else -1
                reach = min(length / 2, h / 2 + 0.6)
                for along in (reach, length / 2, length * 0.75, *_steps_along(length)):
                    for side in (1, -1):
                        yield x1 + side * (w / 2 + 0.5), y1 + sign * along
            else:
                sign = 1 if x2 > x1 else -1
                for along in (min(length / 2, w / 2 + 0.6), length / 2, length * 0.75, 0.5):
                    for away in (-0.4, 0.4, -1.3, 1.3):
                        yield x1 + sign * along, y1 + away + (h / 2 if away > 0 else -h / 2)


def _steps_along(length: float) -> Iterator[float]:
    """Further places along a long line: between two symbols there may be more room than at its ends."""
    along = _STEP
    while along < length - _STEP:
        yield along
        along += _STEP


class Ways:
    """The grid of one sheet, on which each arrow finds the cheapest way and later ones keep clear of it."""

    def __init__(self, boxes: Mapping[str, Box], columns: Sequence[float], bands: Sequence[float]) -> None:
        self.boxes = boxes
        self.xs = _tracks(columns, [box.cx for box in boxes.values()])
        self.ys = _tracks(bands, [box.cy for box in boxes.values()])
        self.owner = self._owners()
        self.used: dict[tuple[int, int, bool], int] = {}
        self.crossed: dict[tuple[int, int], set[bool]] = {}
        self.edge, self.cramped = columns[0] + _TRACKS[-1] + 0.1, 0.0

    def _owners(self) -> dict[tuple[int, int], str]:
        """Which symbol a crossing of the grid lies in."""
        found = dict[tuple[int, int], str]()
        for id_, box in self.boxes.items():
            for i, x in enumerate(self.xs):
                if box.x - _NEAR < x < box.x + box.w + _NEAR:
                    for j, y in enumerate(self.ys):
                        if box.y - _NEAR < y < box.y + box.h + _NEAR:
                            found[i, j] = id_
        return found

    def route(self, source: str, target: str, *, labelled: bool = False) -> Path:
        """The way from one symbol to another; straight through the middle of both where there is no other. A
        ``labelled`` one keeps away from the outer edge, where words have no room."""
        self.cramped = _CRAMPED if labelled else 0.0
        if source == target:
            return self._loop(source)
        start, end = self._middle(source), self._middle(target)
        steps = self._cheapest(start, end, source, target)
        self._remember(steps)
        points = _corners([(self.xs[i], self.ys[j]) for i, j in steps])
        return Path(_between(points, self.boxes[source], self.boxes[target]))

    def _loop(self, id_: str) -> Path:
        box = self.boxes[id_]
        x, y = box.x + box.w + 1.5, box.y - 1.5
        return Path(((box.x + box.w, box.cy), (x, box.cy), (x, y), (box.cx, y), (box.cx, box.y)))

    def _middle(self, id_: str) -> tuple[int, int]:
        box = self.boxes[id_]
        return _nearest(self.xs, box.cx), _nearest(self.ys, box.cy)

    def _cheapest(
        self, start: tuple[int, int], end: tuple[int, int], source: str, target: str
    ) -> list[tuple[int, int]]:
        first = (start, "")
        costs: dict[tuple[tuple[int, int], str], float] = {first: 0.0}
        came: dict[tuple[tuple[int, int], str], tuple[tuple[int, int], str]] = {}
        waiting: list[tuple[float, tuple[tuple[int, int], str]]] = [(0.0, first)]
        done = set[tuple[tuple[int, int], str]]()
        while waiting:
            _about, at = heappop(waiting)
            if at[0] == end:
                return _back(at, came)
            if at in done:
                continue
            done.add(at)
            for following, more in self._steps(at, source, target):
                cost = costs[at] + more
                if cost < costs.get(following, float("inf")):
                    costs[following], came[following] = cost, at
                    heappush(waiting, (cost + self._apart(following[0], end), following))
        return [start, (start[0], end[1]), end]

    def _apart(self, one: tuple[int, int], two: tuple[int, int]) -> float:
        return abs(self.xs[one[0]] - self.xs[two[0]]) + abs(self.ys[one[1]] - self.ys[two[1]])

    def _steps(
        self, at: tuple[tuple[int, int], str], source: str, target: str
    ) -> Iterator[tuple[tuple[tuple[int, int], str], float]]:
        (i, j), way = at
        for di, dj, towards in _STEPS:
            k, m = i + di, j + dj
            if not (0 <= k < len(self.xs) and 0 <= m < len(self.ys)):
                continue
            inside, ahead = self.owner.get((i, j)), self.owner.get((k, m))
            if ahead not in (None, source, target) or (inside == target and way != towards):
                continue
            if inside == source and way and way != towards:
                continue
            if ahead == source and inside != source:
                continue
            more = self._cost((i, j), (k, m), way, towards)
            if towards == "up" and ((inside == source and not way) or (ahead == target != inside)):
                more += _WRONG_SIDE
            if way != towards and ahead == target != inside and self._before(i, j, target) < _BEFORE_TIP:
                more += _SHORT
            yield ((k, m), towards), more

    def _before(self, i: int, j: int, target: str) -> float:
        """How far a crossing of the grid is from the edge of a symbol beside it."""
        box = self.boxes[target]
        return max(abs(self.xs[i] - box.cx) - box.w / 2, abs(self.ys[j] - box.cy) - box.h / 2)

    def _cost(self, here: tuple[int, int], there: tuple[int, int], way: str, towards: str) -> float:
        (i, j), (k, m) = here, there
        length = self._apart(here, there)
        cost = length + (_BEND if way and way != towards else 0.0)
        if shared := self.used.get((min(i, k), min(j, m), i == k)):
            cost += _SHARED * shared * (1 + length / 4)
        if self.cramped and i == k and self.xs[i] < self.edge:
            cost += self.cramped
        if (i == k) in self.crossed.get(there, ()):
            cost += _CROSSED
        return cost

    def _remember(self, steps: Sequence[tuple[int, int]]) -> None:
        for (i, j), (k, m) in pairwise(steps):
            edge = (min(i, k), min(j, m), i == k)
            self.used[edge] = self.used.get(edge, 0) + 1
            for place in ((i, j), (k, m)):
                self.crossed.setdefault(place, set()).add(i != k)


def _tracks(edges: Sequence[float], middles: Sequence[float]) -> list[float]:
    """Lines to go along: beside each edge on both sides, and through the middle of each symbol."""
    found = {round(middle, 3) for middle in middles}
    for place, edge in enumerate(edges):
        for away in _TRACKS:
            found |= {round(edge - away, 3)} if place else set()
            found |= {round(edge + away, 3)} if place < len(edges) - 1 else set()
    return sorted(found)


def _nearest(values: Sequence[float], wanted: float) -> int:
    return min(range(len(values)), key=lambda place: abs(values[place] - wanted))


def _back(
    at: tuple[tuple[int, int], str],
    came: Mapping[tuple[tuple[int, int], str], tuple[tuple[int, int], str]],
) -> list[tuple[int, int]]:
    steps = [at[0]]
    while at in came:
        at = came[at]
        steps.append(at[0])
    return steps[::-1]


def _corners(points: Sequence[Point]) -> list[Point]:
    """The points at which the way turns, and both ends."""
    found = [points[0]]
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        if not (before[0] == point[0] == after[0] or before[1] == point[1] == after[1]):
            found.append(point)
    return [*found, points[-1]]


def _between(points: Sequence[Point], source: Box, target: Box) -> tuple[Point, ...]:
    """The way without its parts within the two symbols."""
    begun = _leave(points, source)
    return tuple(_leave(begun[::-1], target)[::-1])


def _leave(points: Sequence[Point], box: Box) -> list[Point]:
    (x1, y1), (x2, y2) = points[0], points[1]
    down, right = (box.y + box.h if y2 > y1 else box.y), (box.x + box.w if x2 > x1 else box.x)
    return [(x1, down) if x1 == x2 else (right, y1), *points[1:]]
