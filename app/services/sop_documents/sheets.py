"""The table laid out on sheets: widths, heights, page breaks, and the cells of performers as they are drawn.

All lengths are millimetres.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.services.sop_documents import drawings, measures, row_parts
from app.services.sop_documents.contents import SopDocument
from app.services.sop_documents.drawings import Cell, SheetDrawing
from app.services.sop_documents.layouts import Layout, Paper
from app.services.sop_documents.row_parts import PADDING, POINTS

MARGIN = 12.0
_HEAD_HEIGHTS = (5.5, 9.0)
_HEAD_PADDING = 0.6
#: Of a bold letter's width, that of a plain one.
_BOLD = 1.1
HEADING_HEIGHT = 11.0
_FOOT = 6.0
_NUMBER_WIDTH = 9.0
#: Which share of the table the performers' columns may take.
_PERFORMERS = 0.46
#: The lines of place and signer, in the letters of the widest of page, PDF and DOCX; and what is above them.
_SIGNATURE_POINTS, _ABOVE_SIGNATURE = 9.5, 9.0
#: A column is made wider for a word that does not fit into it, up to here; longer words are cut.
_MOST_FOR_A_WORD = 32.0
_ROUND = 2


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
    head_heights: tuple[float, float]
    sheets: tuple[Sheet, ...]


def laid_out(document: SopDocument, layout: Layout, paper: Paper) -> Sheets:
    """The table of a document in this template on this paper."""
    widths, performer = _widths(document, layout, paper)
    heads = _head_heights(document.performers, layout, widths)
    room = paper.height - 2 * MARGIN - _FOOT - sum(heads) - HEADING_HEIGHT
    signature = _ABOVE_SIGNATURE + measures.line_height(_SIGNATURE_POINTS) * (len(document.signer) + 1)
    pages = row_parts.paged(document.rows, document.arrows, layout, widths, performer, room, signature)
    drawn = [SheetDrawing(page, len(document.performers), performer) for page in pages]
    drawings.draw_arrows(document.arrows, drawn)
    sheets = tuple(Sheet(number, _lines(one)) for number, one in enumerate(drawn, 1))
    return Sheets(widths, heads, sheets)


def _lines(drawing: SheetDrawing) -> tuple[Line, ...]:
    return tuple(
        Line(sum(band.height for band in part.bands), tuple(map(tuple, part.texts)), cells, part.continued)
        for part, cells in zip(drawing.parts, drawing.cells(), strict=True)
    )


def _widths(document: SopDocument, layout: Layout, paper: Paper) -> tuple[tuple[float, ...], float]:
    performers = len(document.performers)
    whole = paper.width - 2 * MARGIN - _NUMBER_WIDTH
    performer = max(13.0, min(31.0, whole * _PERFORMERS / performers))
    rest = whole - performer * performers
    shares = [1.45, *(column.share for column in layout.columns)]
    wanted = [rest * share / sum(shares) for share in shares]
    texts = [round(width, _ROUND) for width in _for_words(wanted, _longest_words(document, layout))]
    performer = round(performer, _ROUND)
    return (_NUMBER_WIDTH, texts[0], *([performer] * performers), *texts[1:]), performer


def _longest_words(document: SopDocument, layout: Layout) -> list[float]:
    """How wide the columns of texts must be that no word is cut, up to `_MOST_FOR_A_WORD`."""
    columns = [[row.activity for row in document.rows]]
    for column in layout.columns:
        columns.append([row.cells.get(name, "") for row in document.rows for name in column.properties])
    return [
        min(
            max((measures.text_width(word, POINTS) for text in texts for word in text.split()), default=0.0)
            + 2 * PADDING
            + 0.1,
            _MOST_FOR_A_WORD,
        )
        for texts in columns
    ]


def _for_words(widths: Sequence[float], least: Sequence[float]) -> list[float]:
    """The widths with room for the longest words, taken from the columns that have more than they need."""
    missing = sum(max(0.0, need - width) for width, need in zip(widths, least, strict=True))
    spare = sum(max(0.0, width - need) for width, need in zip(widths, least, strict=True))
    if not missing or spare < missing:
        return list(widths)
    return [
        max(width, need) - max(0.0, width - need) * missing / spare
        for width, need in zip(widths, least, strict=True)
    ]


def _head_heights(performers: Sequence[str], layout: Layout, widths: Sequence[float]) -> tuple[float, float]:
    """The lower row of heads is as high as the longest name in it wants."""
    names = [*performers, *(column.head for column in layout.columns)]
    lines = max(
        len(measures.wrapped([name], (width - 2 * _HEAD_PADDING) / _BOLD, POINTS))
        for name, width in zip(names, widths[2:], strict=True)
    )
    upper, lower = _HEAD_HEIGHTS
    return upper, round(max(lower, lines * measures.line_height(POINTS) + 2 * _HEAD_PADDING), _ROUND)
