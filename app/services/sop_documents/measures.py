"""How much room words take on paper, in millimetres: a little more than in the fonts that print them."""

from collections.abc import Iterable

from app.engine.drawing import lettering

_MM = 25.4 / 72
#: The drawing's table is for wide sans-serif letters; the documents' serif ones are narrower than this share of them.
_SERIF = 0.9
LEADING = 1.22


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
