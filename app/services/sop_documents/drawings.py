"""What is drawn on a sheet: symbols, arrows between them, the words at arrows, and letters where an arrow goes to
another sheet; cut by cell.

All lengths are millimetres. A performer's cell knows the symbols and the pieces of arrows within it, measured from
its own corner, so that page, PDF and DOCX draw the same cell each in their own way.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, count, pairwise
from typing import Literal

from app.services.sop_documents import measures, routes
from app.services.sop_documents.contents import Arrow, Symbol
from app.services.sop_documents.measures import SMALL_POINTS, SYMBOL_POINTS
from app.services.sop_documents.routes import Box, Path
from app.services.sop_documents.row_parts import CONNECTOR, Band, Part

LABEL_POINTS = 5.8
_PENTAGON = (7.5, 7.0)


@dataclass(frozen=True)
class Figure:
    """A symbol in its cell: where, how large, and the lines of text in it, ``small`` where its words are long.
    ``label`` says it in words."""

    kind: Literal["capsule", "box", "diamond", "pentagon"]
    x: float
    y: float
    w: float
    h: float
    lines: tuple[str, ...]
    label: str
    small: bool = False

    @property
    def points(self) -> float:
        """How large its letters are."""
        return SMALL_POINTS if self.small else SYMBOL_POINTS


@dataclass(frozen=True)
class Label:
    """The words at an arrow: the middle of its box, and its lines."""

    x: float
    y: float
    w: float
    h: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Head:
    """The point of an arrow, and which way it looks."""

    x: float
    y: float
    towards: Literal["up", "down", "left", "right"]


@dataclass
class Cell:
    """A performer's cell: its size, and what is drawn in it. ``lines`` are (x1, y1, x2, y2)."""

    w: float
    h: float
    figures: list[Figure] = field(default_factory=list)
    lines: list[tuple[float, float, float, float]] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The cell in words: what its symbols are."""
        return "; ".join(figure.label for figure in self.figures)


class SheetDrawing:
    """What is drawn on one sheet."""

    def __init__(self, parts: list[Part], performers: int, performer: float) -> None:
        self.parts, self.performers, self.performer = parts, performers, performer
        self.top, self.bottom = list[tuple[str, int]](), list[tuple[str, int]]()  # (letter, lane)
        self.boxes: dict[str, Box] = {}
        self.figures: dict[str, Figure] = {}
        self.wanted: list[Arrow] = []
        self.paths: list[tuple[Path, str]] = []

    def lane_of(self, symbol_id: str) -> int:
        """The column that a symbol stands in."""
        return next(
            s.lane for part in self.parts for band in part.bands for s in band.symbols if s.id == symbol_id
        )

    def place(self) -> None:
        """Give every symbol and letter its box."""
        for edge, part in ((self.top, self.parts[0]), (self.bottom, self.parts[-1])):
            if edge:
                band = Band(CONNECTOR)
                part.bands = [band, *part.bands] if edge is self.top else [*part.bands, band]
                part.height += CONNECTOR
        y = 0.0
        for part in self.parts:
            for band in part.bands:
                for symbol in band.symbols:
                    self._put(symbol, y, band.height)
                y += band.height
        if self.top:
            self._put_letters(self.top, CONNECTOR / 2)
        if self.bottom:
            self._put_letters(self.bottom, y - CONNECTOR / 2)

    def _put(self, symbol: Symbol, y: float, height: float) -> None:
        w, h = measures.symbol_size(symbol, self.performer)
        x = (symbol.lane + 0.5) * self.performer - w / 2
        box = Box(x, y + (height - h) / 2, w, h)
        self.boxes[symbol.id] = box
        lines, small = measures.symbol_lines(symbol, self.performer)
        figure = Figure(symbol.kind, *box.rectangle, tuple(lines), _in_words(symbol), small)
        self.figures[symbol.id] = figure

    def _put_letters(self, letters: list[tuple[str, int]], y: float) -> None:
        by_lane = defaultdict[int, list[str]](list)
        for letter, lane in letters:
            by_lane[lane].append(letter)
        for lane, some in by_lane.items():
            step = self.performer / len(some)
            w, h = min(_PENTAGON[0], step - 1), _PENTAGON[1]
            for place, letter in enumerate(some):
                box = Box(lane * self.performer + step * (place + 0.5) - w / 2, y - h / 2, w, h)
                name = letter.strip("<>")
                self.boxes[letter] = box
                self.figures[letter] = Figure("pentagon", *box.rectangle, (name,), name)

    def draw(self) -> None:
        """Find the way of every arrow."""
        edges = [0.0]
        for part in self.parts:
            edges += [edges[-1] + sum(b.height for b in part.bands[: n + 1]) for n in range(len(part.bands))]
        ways = routes.Ways(self.boxes, [n * self.performer for n in range(self.performers + 1)], edges)
        for arrow in sorted(self.wanted, key=self._difficulty):
            way = ways.route(arrow.source, arrow.target, labelled=bool(arrow.text))
            self.paths.append((way, arrow.text))

    def _difficulty(self, arrow: Arrow) -> tuple[bool, float]:
        """What may go straight comes first, then what has the shortest way."""
        a, b = self.boxes[arrow.source], self.boxes[arrow.target]
        bends = abs(a.cx - b.cx) > 0.1 and abs(a.cy - b.cy) > 0.1
        return bends, abs(a.cx - b.cx) + abs(a.cy - b.cy)

    def cells(self) -> list[tuple[Cell, ...]]:
        """The performers' cells of each part."""
        found, y = list[tuple[Cell, ...]](), 0.0
        labels = self._labels()
        for part in self.parts:
            height = sum(band.height for band in part.bands)
            found.append(
                tuple(self._cell(lane * self.performer, y, height, labels) for lane in range(self.performers))
            )
            y += height
        return found

    def _cell(self, x: float, y: float, h: float, labels: Sequence[Label]) -> Cell:
        cell = Cell(self.performer, h)
        inside = Box(x, y, self.performer, h)
        for id_, box in self.boxes.items():
            if inside.holds(box.cx, box.cy):
                cell.figures.append(replace(self.figures[id_], x=box.x - x, y=box.y - y))
        for path, _text in self.paths:
            for one, two in path.segments:
                if (cut := inside.clipped(one, two)) is not None:
                    cell.lines.append((cut[0] - x, cut[1] - y, cut[2] - x, cut[3] - y))
            tip = path.points[-1]
            if inside.holds(*path.before_tip):
                cell.heads.append(Head(tip[0] - x, tip[1] - y, path.towards))
        for label in labels:
            if inside.holds(label.x, label.y):
                cell.labels.append(replace(label, x=label.x - x, y=label.y - y))
        return cell

    def _labels(self) -> list[Label]:
        found, taken = list[Label](), [path.tip_box for path, _text in self.paths]
        taken += [part for id_, box in self.boxes.items() for part in _covered(box, self.figures[id_].kind)]
        segments = [segment for path, _text in self.paths for segment in path.segments]
        heights = [sum(band.height for band in part.bands) for part in self.parts]
        edges = list(accumulate(heights, initial=0.0))
        for path, text in self.paths:
            if text:
                label = self._label(path, text, taken, segments, edges)
                taken.append(Box(label.x - label.w / 2, label.y - label.h / 2, label.w, label.h))
                found.append(label)
        return found

    def _label(
        self,
        path: Path,
        text: str,
        taken: Sequence[Box],
        segments: Sequence[routes.Segment],
        edges: Sequence[float],
    ) -> Label:
        """The words of an arrow near its beginning, within a row, where they cover least."""
        best: tuple[float, Label] | None = None
        longest = max(measures.text_width(word, LABEL_POINTS) for word in text.split())
        for room in (22.0, max(14.0, longest + 0.1), max(9.0, longest + 0.1)):
            lines = tuple(measures.wrapped([text], min(room, self.performer - 2), LABEL_POINTS))
            w = max(measures.text_width(line, LABEL_POINTS) for line in lines) + 0.8
            h = len(lines) * measures.line_height(LABEL_POINTS) + 0.4
            for step, (x, middle) in enumerate(path.places(w, h)):
                lane, y = int(x // self.performer), _within(middle, h, edges)
                if y is None or not 0 <= lane < self.performers:
                    continue
                low = lane * self.performer + w / 2 + 0.3
                inside = min(max(x, low), low + self.performer - w - 0.6)
                for at in dict.fromkeys((inside, x)):
                    box = Box(at - w * 0.45, y - h / 2, w * 0.9, h)  # widths are a little too wide
                    if at - w / 2 < 0.3 or at + w / 2 > self.performers * self.performer - 0.3:
                        continue
                    cost = step * 0.6 + len(lines) * 0.8 + (3 if at != inside else 0)
                    cost += sum(10 + 200 * box.share(other) for other in taken if box.meets(other))
                    cost += sum(6 for one, two in segments if box.clipped(one, two) is not None)
                    if best is None or cost < best[0]:
                        best = cost, Label(at, y, w, h, lines)
        if best is None:
            return Label(path.points[0][0], path.points[0][1] + 3, 10, 3, (text,))
        return best[1]


def _within(middle: float, height: float, edges: Sequence[float]) -> float | None:
    """The middle of a box moved so that it lies in the row that its middle lies in; None where there is no room."""
    for top, bottom in pairwise(edges):
        if top <= middle < bottom and height <= bottom - top:
            return min(max(middle, top + height / 2), bottom - height / 2)
    return None


def _covered(box: Box, kind: str) -> list[Box]:
    """What a symbol covers: of a diamond the middle, its corners leave room for words."""
    if kind != "diamond":
        return [box]
    tall = Box(box.cx - box.w * 0.25, box.y, box.w * 0.5, box.h)
    return [tall, Box(box.x, box.cy - box.h * 0.25, box.w, box.h * 0.5)]


def _in_words(symbol: Symbol) -> str:
    return symbol.text or symbol.name


def draw_arrows(arrows: Sequence[Arrow], pages: Sequence[SheetDrawing]) -> None:
    """Give each arrow to its page; one that leads to another page goes there by a letter on both."""
    letters = _letters()
    page_of = {
        symbol.id: number
        for number, page in enumerate(pages)
        for part in page.parts
        for band in part.bands
        for symbol in band.symbols
    }
    known = dict[tuple[int, str], str]()
    for arrow in arrows:
        here, there = page_of.get(arrow.source), page_of.get(arrow.target)
        if here is None or there is None:
            continue
        if here == there:
            pages[here].wanted.append(arrow)
            continue
        letter = known.get((here, arrow.target))
        if letter is None:
            letter = known[here, arrow.target] = next(letters)
            out, into = (pages[here].bottom, pages[there].top), (pages[here].top, pages[there].bottom)
            leaving, entering = out if there > here else into
            leaving.append((f"{letter}>", pages[here].lane_of(arrow.source)))
            entering.append((f"<{letter}", pages[there].lane_of(arrow.target)))
            pages[there].wanted.append(Arrow(f"<{letter}", arrow.target))
        pages[here].wanted.append(Arrow(arrow.source, f"{letter}>", arrow.text))
    for page in pages:
        page.place()
        page.draw()


def _letters() -> Iterator[str]:
    """A to Z, then AA, AB and so on."""
    for number in count():
        text, rest = "", number
        while rest >= 0:
            text, rest = chr(65 + rest % 26) + text, rest // 26 - 1
        yield text
