"""Words that fit their place. A server has no fonts, so widths come from a table a little wider than most."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from app.engine.drawing.geometry import Box, n

#: Shares of the font size, letters of about one width together; near DejaVu Sans, the widest in common use.
_WIDTHS = {
    char: share
    for chars, share in (
        ("ijlI|'`’", 0.27),
        (" .,:;·[]", 0.32),
        ('ft-/\\!()rJ"', 0.38),
        ("scz?L", 0.53),
        ("kvxyFPTY", 0.58),
        ("mMW%…—@", 0.93),
        ("w×&QOGDHNU", 0.76),
        ("ABCEKRSVXZ", 0.67),
    )
    for char in chars
}
_USUAL, _WIDE = 0.61, 1.0
_BOLD = 1.15
_LINE_HEIGHT = {12: 14.5, 11: 13.0, 10: 11.8}
#: XML knows no other characters; a name or label that holds one loses it.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST = 400
_FAR = 120  # how far from the middle a name may stand
_JOINTS = re.compile(r"[^\s/-]*[/-]+|[^\s/-]+")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of text in their places, and the box each of them takes."""

    lines: tuple[str, ...]
    boxes: tuple[Box, ...]
    size: int

    def svg(self, css: str, anchor: str = "middle") -> str:
        """The text element; ``css`` is its class, ``anchor`` start or middle."""
        spans = "".join(
            f'<tspan x="{n(box.x if anchor == "start" else box.cx)}" y="{n(box.y + self.size)}">{safe(line)}'
            "</tspan>"
            for line, box in zip(self.lines, self.boxes, strict=True)
        )
        return f'<text class="{css} s{self.size}">{spans}</text>' if spans else ""


def safe(text: str) -> str:
    """``text`` fit to stand in XML and HTML, in an element or a quoted attribute."""
    return escape(_NOT_XML.sub("", text), quote=True)


def tidy(text: str) -> str:
    """``text`` on one line, without characters XML does not know."""
    return " ".join(_NOT_XML.sub("", text).split())


@lru_cache(maxsize=4096)
def width(text: str, size: int, bold: bool = False) -> float:
    """About how wide ``text`` is at a font size of ``size``."""
    shares = sum(_WIDTHS.get(char, _USUAL if ord(char) < 0x2E80 else _WIDE) for char in text)
    return size * shares * (_BOLD if bold else 1)


def height(size: int) -> float:
    """The height of a line at this font size."""
    return _LINE_HEIGHT[size]


def cut(text: str, room: float, size: int) -> str:
    """``text``, shortened with an ellipsis where it is wider than ``room``."""
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text: str, room: float, size: int) -> list[str]:
    """Lines no wider than ``room``: broken at spaces, after ``/`` and ``-``, and inside words too long."""
    lines: list[str] = []
    for word in tidy(text)[:_LONGEST].split(" "):
        glue = " "
        for piece in [word] if width(word, size) <= room else _pieces(word, room, size):
            joined = lines[-1] + glue + piece if lines else piece
            if lines and width(joined, size) <= room:
                lines[-1] = joined
            else:
                lines.append(piece)
            glue = ""
    return [line for line in lines if line]


def _pieces(word: str, room: float, size: int) -> list[str]:
    """A word in pieces that fit, each character looked at once."""
    pieces: list[str] = []
    for part in _JOINTS.findall(word):
        start, used = 0, 0.0
        for index, char in enumerate(part):
            used += width(char, size)
            if used > room and index > start:
                pieces.append(part[start:index])
                start, used = index, width(char, size)
        pieces.append(part[start:])
    return pieces


def longest(text: str, size: int) -> float:
    """The width of the widest part of ``text`` that should stay in one piece."""
    return max([0.0, *(width(part, size) for part in _JOINTS.findall(tidy(text)[:_LONGEST]))])


def fit(text: str, box: Box, obstacles: Sequence[Box] = (), sizes: Sequence[int] = (12, 11, 10)) -> Block:
    """``text`` in the middle of ``box``, clear of ``obstacles``, as large as it goes; else cut short."""
    for size in sizes:
        if size != sizes[-1] and longest(text, size) > box.w:
            continue
        lines = wrap(text, box.w, size)
        for top in _tops(box, len(lines) * height(size)):
            block = _stack(lines, box, top, size)
            if not any(line.meets(obstacle) for line in block.boxes for obstacle in obstacles):
                return block
    return _cut_to(text, box, obstacles, sizes[-1])


def _tops(box: Box, needed: float) -> list[float]:
    """Where the first line may begin: the middle first, then ever farther from it."""
    spare = (box.h - needed) / 2
    if spare < 0:
        return []
    middle = box.y + spare
    return [
        middle,
        *(middle + sign * step for step in range(2, min(int(spare), _FAR) + 1, 2) for sign in (1, -1)),
    ]


def _stack(lines: Sequence[str], box: Box, top: float, size: int) -> Block:
    boxes = []
    for index, line in enumerate(lines):
        wide = width(line, size)
        boxes.append(Box(box.cx - wide / 2, top + index * height(size), wide, height(size)))
    return Block(tuple(lines), tuple(boxes), size)


def _cut_to(text: str, box: Box, obstacles: Sequence[Box], size: int) -> Block:
    """As many lines as the free middle of the box takes; at least one."""
    top = max([box.y, *(o.bottom for o in obstacles if o.cy < box.cy)])
    low = min([box.bottom, *(o.y for o in obstacles if o.cy >= box.cy)])
    room = max(1, int((low - top) / height(size)))
    lines = wrap(text, box.w, size)
    if len(lines) > room:
        lines = [*lines[: room - 1], cut(" ".join(lines[room - 1 : room + 1]) + "…", box.w, size)]
    start = top + max(0.0, (low - top - len(lines) * height(size)) / 2)
    return _stack(lines, box, start, size)


def below(text: str, cx: float, top: float, room: float, size: int = 11, most: int = 5) -> Block:
    """A label of at most ``most`` lines, centred on ``cx``, its first line beginning at ``top``."""
    room = max(room, min(1.4 * room, longest(text, size)))
    lines = wrap(text, room, size)
    if len(lines) > most:
        lines = [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), room, size)]
    tall = len(lines) * height(size)
    return _stack(lines, Box(cx - room / 2, top, room, tall), top, size)


def left_block(text: str, box: Box, size: int = 11) -> Block:
    """Lines from the upper left corner of ``box`` on, cut with an ellipsis where it is full."""
    most = max(1, int(box.h / height(size)))
    lines = [line for part in text.splitlines() for line in wrap(part, box.w, size)]
    if len(lines) > most:
        lines = [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), box.w, size)]
    places = [
        Box(box.x, box.y + index * height(size), width(line, size), height(size))
        for index, line in enumerate(lines)
    ]
    return Block(tuple(lines), tuple(places), size)
