"""Marks in performers' columns: ticks, dots, boxes, diamonds, capsules, words, and the shapes that Word draws."""

import re
from dataclasses import dataclass
from typing import Literal

from app.services.sop_tables.grids import Cell, Shape

MarkKind = Literal["task", "decision", "start", "end"]

_ARROWS = re.compile(r"[\s↓↑→←⇓⇑⇒⇐↔↕↵↳↪⤵⤴|│┃─━┐┘┌└├┤▼▲►◄▶◀⬇⬆➡⬅➔➜>\-–—_=<^]+")
#: ü and þ are what a tick of Wingdings becomes in a file of plain text.
_TICKS = frozenset("vVxXoO√✓✔✅☑☒●•○◦◯◉⬤⚫⚪■□▪▫▢▭▬⬛⬜*✗✘✕×üþ")
_DIAMONDS = frozenset("◊◇◆⬥⬦♦⋄")
_START = re.compile(r"(?:mulai|start|awal)\b.*", re.IGNORECASE)
_END = re.compile(r"(?:selesai|end|akhir|finish)\b.*", re.IGNORECASE)
_ANSWER = re.compile(r"(?:ya|y|tidak|tdk|t)[.,]?(?:\s+(?:ya|y|tidak|tdk|t)[.,]?)*", re.IGNORECASE)
_LINES = frozenset({"line", "triangle", "rtTriangle", "textbox", ""})


@dataclass(frozen=True)
class Mark:
    """A symbol in a performer's column. ``text``: the words in it; ``name``: what it stands for, where told."""

    performer: int
    kind: MarkKind
    text: str = ""
    name: str = ""


def marks_of(cell: Cell, performer: int) -> tuple[list[Mark], list[str]]:
    """The marks in a performer's cell, and words in it that are none."""
    marks, notes = list[Mark](), list[str]()
    for shape in cell.shapes:
        if (mark := _of_shape(shape, performer)) is not None:
            marks.append(mark)
        elif shape.text and shape.kind not in ("flowChartOffpageConnector", "rect"):
            notes.append(shape.text)
    said = " ".join(cell.text.split())
    if said and not _ARROWS.fullmatch(said):
        mark = _of_text(said, performer)
        if mark is None:
            notes.append(said)
        marks.append(mark or Mark(performer, "task"))
    return marks, notes


def is_mark(cell: Cell) -> bool:
    """Whether no words but those of marks and arrows stand in a cell."""
    said = " ".join(cell.text.split())
    return not said or _ARROWS.fullmatch(said) is not None or _of_text(said, 0) is not None


def _of_text(said: str, performer: int) -> Mark | None:
    bare = _ARROWS.sub("", said)
    if bare and set(bare) <= _DIAMONDS:
        return Mark(performer, "decision")
    if bare and set(bare) <= _TICKS:
        return Mark(performer, "task")
    if _START.fullmatch(said):
        return Mark(performer, "start", said)
    if _END.fullmatch(said):
        return Mark(performer, "end", said)
    if _ANSWER.fullmatch(said):
        return Mark(performer, "decision")
    return Mark(performer, "decision", said) if said.endswith("?") else None


def _of_shape(shape: Shape, performer: int) -> Mark | None:
    kind = shape.kind
    if kind in ("flowChartDecision", "diamond"):
        return Mark(performer, "decision", shape.text, shape.name)
    if kind in ("flowChartTerminator", "roundRect", "ellipse", "flowChartAlternateProcess"):
        if _START.fullmatch(shape.text):
            return Mark(performer, "start", shape.text)
        return Mark(performer, "end" if shape.text else "task", shape.text, shape.name)
    if kind == "flowChartOffpageConnector" or kind in _LINES or "onnector" in kind or "rrow" in kind:
        return None
    if (
        kind == "rect"
        and (not shape.name or shape.name.startswith("rect "))
        and _ANSWER.fullmatch(shape.text)
    ):
        return None
    if kind == "rect" and shape.name.startswith("rect "):  # the words beside an arrow in a document of ours
        return None
    return Mark(performer, "task", shape.text, shape.name)
