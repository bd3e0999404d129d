"""The table laid out on sheets: widths, heights, page breaks, and each symbol and arrow in its place.

All lengths are millimetres. A performer's cell knows the symbols and the pieces of arrows within it, measured from
its own corner, so that page, PDF and DOCX draw the same cell each in their own way.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Literal

from app.services.sop_documents import measures, routes
from app.services.sop_documents.contents import Arrow, Row, SopDocument, Symbol, paragraphs
from app.services.sop_documents.layouts import Layout, Paper
from app.services.sop_documents.routes import Box, Path

MARGIN = 12.0
POINTS = 8.0
SYMBOL_POINTS = 6.4
#: In a symbol that a word of it does not fit into otherwise.
SMALL_POINTS = 5.2
LABEL_POINTS = 5.8
PADDING = 1.2
_HEAD_HEIGHTS = (5.5, 9.0)
_HEAD_PADDING = 0.6
#: Of a bold letter's width, that of a plain one.
_BOLD = 1.1
HEADING_HEIGHT = 11.0
_FOOT = 6.0
_NUMBER_WIDTH = 9.0
#: Which share of the table the performers' columns may take.
_PERFORMERS = 0.46
#: Between two symbols, up and down: room for arrows that pass.
_GAP = 7.4
_CONNECTOR = 11.0
_PENTAGON = (7.5, 7.0)
_ROUND = 2


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
    def said(self) -> str:
        """The cell in words: what its symbols are."""
        return "; ".join(figure.label for figure in self.figures)


@dataclass(frozen=True)
class Line:
    """A row of the table on one sheet, or a part of one. ``texts``: number, activity, then each column right of the
    performers, in paragraphs."""

    height: float
    texts: tuple[tuple[str, ...], ...]
    cells: tuple[Cell, ...]
    continued: bool = False


@dataclass(frozen=True)
class Sheet:
    """The table's part on one page."""

    number: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sheets:
    """The whole table. ``widths``: of number, activity, performers, and each other column; ``head_heights``: of the
    two rows of heads."""

    widths: tuple[float, ...]
    performer_width: float
    head_heights: tuple[float, float]
    sheets: tuple[Sheet, ...]


@dataclass
class _Band:
    """Symbols beside each other, or the letters at a page's edge."""

    height: float
    symbols: list[Symbol] = field(default_factory=list)


@dataclass
class _Part:
    """Bands and texts of one row that stay together."""

    texts: list[list[str]]
    bands: list[_Band]
    continued: bool = False
    height: float = 0.0


def laid_out(document: SopDocument, layout: Layout, paper: Paper) -> Sheets:
    """The table of a document in this template on this paper."""
    widths, performer = _widths(len(document.performers), layout, paper)
    heads = _head_heights(document.performers, layout, widths)
    room = paper.height - 2 * MARGIN - _FOOT - sum(heads) - HEADING_HEIGHT
    pages = _paged(document.rows, layout, widths, performer, room)
    drawn = [_Page(page, len(document.performers), performer) for page in pages]
    _join(document.arrows, drawn)
    sheets = tuple(Sheet(number, page.lines()) for number, page in enumerate(drawn, 1))
    return Sheets(widths, performer, heads, sheets)


def _widths(performers: int, layout: Layout, paper: Paper) -> tuple[tuple[float, ...], float]:
    whole = paper.width - 2 * MARGIN - _NUMBER_WIDTH
    performer = max(13.0, min(31.0, whole * _PERFORMERS / performers))
    rest = whole - performer * performers
    shares = [1.45, *(column.share for column in layout.columns)]
    texts = [round(rest * share / sum(shares), _ROUND) for share in shares]
    performer = round(performer, _ROUND)
    return (_NUMBER_WIDTH, texts[0], *([performer] * performers), *texts[1:]), performer


def _head_heights(performers: Sequence[str], layout: Layout, widths: Sequence[float]) -> tuple[float, float]:
    """The lower row of heads is as high as the longest name in it wants."""
    names = [*performers, *(column.head for column in layout.columns)]
    lines = max(
        len(measures.wrapped([name], (width - 2 * _HEAD_PADDING) / _BOLD, POINTS))
        for name, width in zip(names, widths[2:], strict=True)
    )
    upper, lower = _HEAD_HEIGHTS
    return upper, round(max(lower, lines * measures.line_height(POINTS) + 2 * _HEAD_PADDING), _ROUND)


# Pages


def _paged(
    rows: Sequence[Row], layout: Layout, widths: Sequence[float], performer: float, room: float
) -> list[list[_Part]]:
    """The parts of all rows, page by page. Room for letters at both edges is left on each."""
    texts_at = (0, 1, *range(len(widths) - len(layout.columns), len(widths)))
    room -= 2 * _CONNECTOR
    pages, left = [list[_Part]()], room
    for row in rows:
        texts = [[row.number], [row.activity]]
        texts += [
            [line for name in column.properties for line in paragraphs(row.cells.get(name, ""))]
            for column in layout.columns
        ]
        for part in _parts(row, texts, [widths[at] for at in texts_at], performer, room):
            if part.height > left and pages[-1]:
                pages.append([])
                left = room
            pages[-1].append(part)
            left -= part.height
    return pages


def _parts(
    row: Row, texts: list[list[str]], widths: Sequence[float], performer: float, room: float
) -> list[_Part]:
    """A row in parts that each fit on a page: one, but for very long ones."""
    line = measures.line_height(POINTS)
    most = int((room - 2 * PADDING) / line)
    cut = [
        measures.wrapped(column, width - 2 * PADDING, POINTS)
        for column, width in zip(texts, widths, strict=True)
    ]
    bands = _bands(row.symbols, performer)
    if max(map(len, cut)) <= most and sum(band.height for band in bands) <= room:
        height = max(max(map(len, cut)) * line + 2 * PADDING, sum(band.height for band in bands))
        return [_filled(_Part(texts, bands, height=height))]
    return _cut_parts(cut, bands, most, room, line)


def _cut_parts(cut: list[list[str]], bands: list[_Band], most: int, room: float, line: float) -> list[_Part]:
    parts = list[_Part]()
    while bands or any(cut):
        held, used = list[_Band](), 0.0
        while bands and (not held or used + bands[0].height <= room):
            used += bands[0].height
            held.append(bands.pop(0))
        texts = [[" ".join(column[:most])] if column else [] for column in cut]
        longest = max(min(len(column), most) for column in cut)
        cut = [column[most:] for column in cut]
        height = max(longest * line + 2 * PADDING, used, 8.0)
        parts.append(_filled(_Part(texts, held or [_Band(0.0)], bool(parts), height)))
    return parts


def _filled(part: _Part) -> _Part:
    """The part with its bands as high as its texts."""
    spare = (part.height - sum(band.height for band in part.bands)) / len(part.bands)
    part.bands = [replace(band, height=band.height + spare) for band in part.bands]
    return part


def _bands(symbols: Sequence[Symbol], performer: float) -> list[_Band]:
    bands = [_Band(_GAP) for _place in range(max((symbol.band for symbol in symbols), default=0) + 1)]
    for symbol in symbols:
        bands[symbol.band].symbols.append(symbol)
    for band in bands:
        band.height = max((_size(s, performer)[1] for s in band.symbols), default=0.0) + _GAP
    return bands


def _size(symbol: Symbol, performer: float) -> tuple[float, float]:
    wide = _room(performer)
    if symbol.kind == "box":
        return min(wide, 20.0), 7.5
    lines, small = _lettered(symbol, performer)
    height = len(lines) * measures.line_height(SMALL_POINTS if small else SYMBOL_POINTS)
    if symbol.kind == "capsule":
        return wide, max(7.5, height + 2.6)
    return wide, max(11.0, height * 1.8 + 3.5)


def _room(performer: float) -> float:
    """How wide a symbol is."""
    return performer - min(10.0, performer * 0.34)


def _lettered(symbol: Symbol, performer: float) -> tuple[list[str], bool]:
    """The lines in a symbol, and whether they are in small letters: where a word would be cut otherwise."""
    wide = _room(performer)
    most = wide * 0.87 if symbol.kind == "diamond" else wide - min(4.0, wide * 0.12)
    longest = max((measures.text_width(word, SYMBOL_POINTS) for word in symbol.text.split()), default=0.0)
    small = longest > most
    points = SMALL_POINTS if small else SYMBOL_POINTS
    longest *= points / SYMBOL_POINTS
    room = min(max(wide * 0.6, longest + 0.01), most) if symbol.kind == "diamond" else most
    return (measures.wrapped([symbol.text], room, points) if symbol.text else []), small


# A page's drawing


class _Page:
    """What is drawn on one sheet."""

    def __init__(self, parts: list[_Part], performers: int, performer: float) -> None:
        self.parts, self.performers, self.performer = parts, performers, performer
        self.top, self.bottom = list[tuple[str, int]](), list[tuple[str, int]]()  # (letter, lane)
        self.boxes: dict[str, Box] = {}
        self.figures: dict[str, Figure] = {}
        self.wanted: list[Arrow] = []
        self.paths: list[tuple[Path, str]] = []

    def holds(self, symbol_id: str) -> bool:
        return any(s.id == symbol_id for part in self.parts for band in part.bands for s in band.symbols)

    def lane_of(self, symbol_id: str) -> int:
        return next(
            s.lane for part in self.parts for band in part.bands for s in band.symbols if s.id == symbol_id
        )

    def place(self) -> None:
        """Give every symbol and letter its box."""
        for edge, part in ((self.top, self.parts[0]), (self.bottom, self.parts[-1])):
            if edge:
                band = _Band(_CONNECTOR)
                part.bands = [band, *part.bands] if edge is self.top else [*part.bands, band]
                part.height += _CONNECTOR
        y = 0.0
        for part in self.parts:
            for band in part.bands:
                for symbol in band.symbols:
                    self._put(symbol, y, band.height)
                y += band.height
        if self.top:
            self._put_letters(self.top, _CONNECTOR / 2)
        if self.bottom:
            self._put_letters(self.bottom, y - _CONNECTOR / 2)

    def _put(self, symbol: Symbol, y: float, height: float) -> None:
        w, h = _size(symbol, self.performer)
        x = (symbol.lane + 0.5) * self.performer - w / 2
        box = Box(x, y + (height - h) / 2, w, h)
        self.boxes[symbol.id] = box
        lines, small = _lettered(symbol, self.performer)
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

    def lines(self) -> tuple[Line, ...]:
        found, y = list[Line](), 0.0
        labels = self._labels()
        for part in self.parts:
            height = sum(band.height for band in part.bands)
            cells = tuple(
                self._cell(lane * self.performer, y, height, labels) for lane in range(self.performers)
            )
            found.append(Line(height, tuple(tuple(t) for t in part.texts), cells, part.continued))
            y += height
        return tuple(found)

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
        height = sum(band.height for part in self.parts for band in part.bands)
        for path, text in self.paths:
            if text:
                label = self._label(path, text, taken, segments, height)
                taken.append(Box(label.x - label.w / 2, label.y - label.h / 2, label.w, label.h))
                found.append(label)
        return found

    def _label(
        self,
        path: Path,
        text: str,
        taken: Sequence[Box],
        segments: Sequence[routes.Segment],
        height: float,
    ) -> Label:
        """The words of an arrow near its beginning, where they cover least."""
        best: tuple[float, Label] | None = None
        longest = max(measures.text_width(word, LABEL_POINTS) for word in text.split())
        for room in (22.0, max(14.0, longest + 0.1), max(9.0, longest + 0.1)):
            lines = tuple(measures.wrapped([text], min(room, self.performer - 2), LABEL_POINTS))
            w = max(measures.text_width(line, LABEL_POINTS) for line in lines) + 0.8
            h = len(lines) * measures.line_height(LABEL_POINTS) + 0.4
            for step, (x, y) in enumerate(path.places(w, h)):
                lane = int(x // self.performer)
                if y - h / 2 < 0 or y + h / 2 > height or not 0 <= lane < self.performers:
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


def _covered(box: Box, kind: str) -> list[Box]:
    """What a symbol covers: of a diamond the middle, its corners leave room for words."""
    if kind != "diamond":
        return [box]
    tall = Box(box.cx - box.w * 0.25, box.y, box.w * 0.5, box.h)
    return [tall, Box(box.x, box.cy - box.h * 0.25, box.w, box.h * 0.5)]


def _in_words(symbol: Symbol) -> str:
    return symbol.text or symbol.name


def _join(arrows: Sequence[Arrow], pages: Sequence[_Page]) -> None:
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
