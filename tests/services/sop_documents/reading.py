"""An SOP document's table read back out of its PDF, by where its words stand on the page."""

from collections import defaultdict
from io import BytesIO
from itertools import accumulate, pairwise
from typing import Any

from pypdf import PdfReader

_MM = 25.4 / 72


def words(pdf: bytes) -> list[str]:
    """The text of each page, its blanks made one."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def pieces(page: Any) -> list[tuple[float, float, str]]:
    """Every piece of text with its place, in millimetres from the upper left corner."""
    found = list[tuple[float, float, str]]()
    height = float(page.mediabox.height)

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, _size: float) -> None:
        if text.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append((x * _MM, (height - y) * _MM, text))

    page.extract_text(visitor_text=visit)
    return found


def rows(pdf: bytes, widths: tuple[float, ...], margin: float) -> list[list[str]]:
    """The cells of every row of the table; a row begins where its number stands."""
    edges = [margin, *(margin + edge for edge in accumulate(widths))]
    found = list[list[str]]()
    for page in PdfReader(BytesIO(pdf)).pages[1:]:
        placed = [(column(x, edges), y, text) for x, y, text in pieces(page)]
        tops = sorted(y for at, y, text in placed if at == 0 and text.strip()[0].isdigit())
        limits = [*(top - 1.5 for top in tops), below(placed, tops)]
        for top, bottom in pairwise(limits):
            cells = defaultdict[int, list[str]](list)
            for at, y, text in placed:
                if top <= y < bottom:
                    cells[at].append(text)
            found.append([" ".join(" ".join(cells[n]).split()) for n in range(len(widths))])
    return found


def column(x: float, edges: list[float]) -> int:
    """Which column a place is in."""
    return next((n for n, (left, right) in enumerate(pairwise(edges)) if left <= x < right), -1)


def below(placed: list[tuple[int, float, str]], tops: list[float]) -> float:
    """Where the table ends: at the words of whoever signs, or at the foot of the page."""
    after = ("Wonogiri,", "LAPOR!- SP4N bersifat Pengaduan, versi")
    ends = [y for _at, y, text in placed if y > tops[-1] and text.strip().startswith(after)]
    return min(ends, default=1000.0) - 2
