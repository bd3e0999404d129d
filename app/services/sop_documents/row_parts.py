"""The rows of the table cut into parts that fit on a page, and the pages that they stand on."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace

from app.services.sop_documents import measures
from app.services.sop_documents.contents import Arrow, Row, Symbol, paragraphs
from app.services.sop_documents.layouts import Layout

POINTS = 8.0
PADDING = 1.2
#: Of the letters at a page's edge, with room for their arrows.
CONNECTOR = 11.0
#: Between two symbols, up and down: room for arrows that pass.
_GAP = 7.4
#: A row is broken before more than this share of a page stays empty,
_EMPTY = 0.3
#: and where it cuts no more arrows than letters stand beside each other in a column.
_MOST_CUT = 4


@dataclass
class Band:
    """Symbols beside each other, or the letters at a page's edge. ``least``: how high it is where no texts beside it
    are higher."""

    height: float
    symbols: list[Symbol] = field(default_factory=list)
    least: float = 0.0


@dataclass
class Part:
    """Bands and texts of one row that stay together. ``text_height``: how high its texts are."""

    texts: list[list[str]]
    bands: list[Band]
    continued: bool = False
    height: float = 0.0
    text_height: float = 0.0


def paged(
    rows: Sequence[Row],
    arrows: Sequence[Arrow],
    layout: Layout,
    widths: Sequence[float],
    performer: float,
    room: float,
    after: float,
) -> list[list[Part]]:
    """The parts of all rows, page by page. Room for letters at both edges is left on each.

    A row stays together, unless it would leave much of a page empty. ``after``: how high what stands below the table
    is; it does not come alone on a page.
    """
    texts_at = (0, 1, *range(len(widths) - len(layout.columns), len(widths)))
    room -= 2 * CONNECTOR
    pages, left, placed = [list[Part]()], room, set[str]()
    for row in rows:
        texts = [[row.number], [row.activity]]
        texts += [
            [line for name in column.properties for line in paragraphs(row.cells.get(name, ""))]
            for column in layout.columns
        ]
        for whole in _parts(row, texts, [widths[at] for at in texts_at], performer, room):
            part, rest = whole, None
            if part.height > left and pages[-1] and left > room * _EMPTY:
                part, rest = _broken(part, left, arrows, placed)
            if part.height > left and pages[-1]:
                pages.append([])
                left = room
            pages[-1].append(part)
            left -= part.height
            placed |= {symbol.id for band in part.bands for symbol in band.symbols}
            if rest is not None:
                pages.append([rest])
                left = room - rest.height
                placed |= {symbol.id for band in rest.bands for symbol in band.symbols}
    # No letters stand at the lower edge of the last page, nor at the upper edge of the first one.
    if len(pages[-1]) > 1 and left + CONNECTOR * (2 if len(pages) == 1 else 1) < after:
        pages.append([pages[-1].pop()])
    return pages


def _broken(part: Part, left: float, arrows: Sequence[Arrow], placed: Set[str]) -> tuple[Part, Part | None]:
    """The part broken between two of its bands, so that the first piece fits into what is left of a page: where the
    fewest arrows are cut, of such places the lowest. Whole where its texts do not fit or too many arrows are cut.
    ``placed``: the symbols above it."""
    best: tuple[tuple[int, int], int] | None = None
    used = 0.0
    for count, band in enumerate(part.bands[:-1], 1):
        used += band.least
        if max(used, part.text_height) > left:
            break
        above = {symbol.id for one in part.bands[:count] for symbol in one.symbols}
        below = {symbol.id for one in part.bands[count:] for symbol in one.symbols}
        cut = {a.target for a in arrows if a.source in above and a.target not in above | placed}
        cut |= {a.target for a in arrows if a.source in below and a.target in above}
        if len(cut) <= _MOST_CUT and (best is None or (len(cut), -count) < best[0]):
            best = (len(cut), -count), count
    if best is None:
        return part, None
    first, second = part.bands[: best[1]], part.bands[best[1] :]
    height = max(part.text_height, sum(band.least for band in first))
    upper = _filled(Part(part.texts, first, part.continued, height, part.text_height))
    empty = [list[str]() for _column in part.texts]
    # No texts stretch it: room for the words of the answers that leave it.
    return upper, _filled(Part(empty, second, True, sum(band.least for band in second) + _GAP))


def _parts(
    row: Row, texts: list[list[str]], widths: Sequence[float], performer: float, room: float
) -> list[Part]:
    """A row in parts that each fit on a page: one, but for very long ones."""
    line = measures.line_height(POINTS)
    most = int((room - 2 * PADDING) / line)
    cut = [
        measures.wrapped(column, width - 2 * PADDING, POINTS)
        for column, width in zip(texts, widths, strict=True)
    ]
    bands = _bands(row.symbols, performer)
    if max(map(len, cut)) <= most and sum(band.height for band in bands) <= room:
        text_height = max(map(len, cut)) * line + 2 * PADDING
        height = max(text_height, sum(band.height for band in bands))
        return [_filled(Part(texts, bands, height=height, text_height=text_height))]
    return _cut_parts(cut, bands, most, room, line)


def _cut_parts(cut: list[list[str]], bands: list[Band], most: int, room: float, line: float) -> list[Part]:
    parts = list[Part]()
    while bands or any(cut):
        held, used = list[Band](), 0.0
        while bands and (not held or used + bands[0].height <= room):
            used += bands[0].height
            held.append(bands.pop(0))
        texts = [[" ".join(column[:most])] if column else [] for column in cut]
        longest = max(min(len(column), most) for column in cut)
        cut = [column[most:] for column in cut]
        height = max(longest * line + 2 * PADDING, used, 8.0)
        parts.append(_filled(Part(texts, held or [Band(0.0)], bool(parts), height)))
    return parts


def _filled(part: Part) -> Part:
    """The part with its bands as high as its texts."""
    least = sum(band.least for band in part.bands)
    spare = (part.height - least) / len(part.bands)
    part.bands = [replace(band, height=band.least + spare) for band in part.bands]
    return part


def _bands(symbols: Sequence[Symbol], performer: float) -> list[Band]:
    bands = [Band(_GAP) for _place in range(max((symbol.band for symbol in symbols), default=0) + 1)]
    for symbol in symbols:
        bands[symbol.band].symbols.append(symbol)
    for band in bands:
        band.height = max((measures.symbol_size(s, performer)[1] for s in band.symbols), default=0.0) + _GAP
        band.least = band.height
    return bands
