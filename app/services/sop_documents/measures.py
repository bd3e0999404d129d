"""How much room words and symbols take on paper, in millimetres: words a little more than in the fonts that print
them."""

from collections.abc import Iterable

from app.engine.drawing import lettering
from app.services.sop_documents.contents import Symbol

_MM = 25.4 / 72
#: The drawing's table is for wide sans-serif letters; the documents' serif ones are narrower than this share of them.
_SERIF = 0.9
LEADING = 1.22
#: Letters in symbols; the small ones where a word does not fit otherwise.
SYMBOL_POINTS, SMALL_POINTS = 6.4, 5.2


def text_width(text: str, points: float) -> float:
    """How wide a text is."""
    return lettering.width(text, 1) * points * _MM * _SERIF


def line_height(points: float) -> float:
    """How high a line is."""
    return points * LEADING * _MM


def wrapped(paragraphs: Iterable[str], room: float, points: float) -> list[str]:
    """The lines of these paragraphs in a column ``room`` wide; words wider than that are cut into pieces."""
    lines = list[str]()
    for paragraph in paragraphs:
        line = ""
        for word in paragraph.split():
            joined = f"{line} {word}" if line else word
            if text_width(joined, points) <= room:
                line = joined
                continue
            if line:
                lines.append(line)
            *pieces, line = _pieces(word, room, points)
            lines += pieces
        lines.append(line)
    return lines


def _pieces(word: str, room: float, points: float) -> list[str]:
    pieces, piece = list[str](), ""
    for char in word:
        if piece and text_width(piece + char, points) > room:
            pieces.append(piece)
            piece = ""
        piece += char
    return [*pieces, piece]


def symbol_size(symbol: Symbol, performer: float) -> tuple[float, float]:
    """How wide and high a symbol is in a column ``performer`` wide."""
    wide = _symbol_width(performer)
    if symbol.kind == "box":
        return min(wide, 20.0), 7.5
    lines, small = symbol_lines(symbol, performer)
    height = len(lines) * line_height(SMALL_POINTS if small else SYMBOL_POINTS)
    if symbol.kind == "capsule":
        return wide, max(7.5, height + 2.6)
    return wide, max(11.0, height * 1.8 + 3.5)


def _symbol_width(performer: float) -> float:
    return performer - min(10.0, performer * 0.34)


def symbol_lines(symbol: Symbol, performer: float) -> tuple[list[str], bool]:
    """The lines in a symbol, and whether they are in small letters: where a word would be cut otherwise."""
    wide = _symbol_width(performer)
    most = wide * 0.87 if symbol.kind == "diamond" else wide - min(4.0, wide * 0.12)
    longest = max((text_width(word, SYMBOL_POINTS) for word in symbol.text.split()), default=0.0)
    small = longest > most
    points = SMALL_POINTS if small else SYMBOL_POINTS
    longest *= points / SYMBOL_POINTS
    room = min(max(wide * 0.6, longest + 0.01), most) if symbol.kind == "diamond" else most
    return (wrapped([symbol.text], room, points) if symbol.text else []), small
