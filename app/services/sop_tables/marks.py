"""Marks in performers' columns: ticks, dots, boxes, diamonds, capsules, words, and the shapes that Word draws."""

import re
from dataclasses import dataclass
from typing import Literal

from app.services.sop_tables.grids import Cell, Shape

MarkKind = Literal["task", "decision", "answer", "start", "end"]

_ARROWS = re.compile(r"[\s↓↑→←⇓⇑⇒⇐↔↕↵↳↪⤵⤴|│┃─━┐┘┌└├┤▼▲►◄▶◀⬇⬆➡⬅➔➜>\-–—_=<^]+")
#: ü and þ are what a tick of Wingdings becomes in a file of plain text.
_TICKS = frozenset("vVxXoO√✓✔✅☑☒●•○◦◯◉⬤⚫⚪■□▪▫▢▭▬⬛⬜*✗✘✕×üþ")
_DIAMONDS = frozenset("◊◇◆⬥⬦♦⋄")
#: Signs that stand beside words in a cell: "● Selesai".
_SIGNS = "".join(one for one in (*_TICKS, *_DIAMONDS, *"→←↑↓►▼▲◄➔➜") if not one.isalpha()) + " "
_START = re.compile(r"(?:mulai|start|awal)\b.*", re.IGNORECASE)
_END = re.compile(r"(?:selesai|end|akhir|finish)\b.*", re.IGNORECASE)
_ANSWER = re.compile(r"(?:ya|y|tidak|tdk|t)[.,]?(?:\s+(?:ya|y|tidak|tdk|t)[.,]?)*", re.IGNORECASE)
_LINES = frozenset({"line", "triangle", "rtTriangle", "textbox", ""})


@dataclass(frozen=True)
class Mark:
    """A symbol in a performer's column. ``text``: the words in it; ``name``: what it stands for, where told. An
    "answer" is a "ya" or "tidak" that stands beside a diamond, or for one."""

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
    found = _of_cell(cell.text, performer)
    if found is None:
        notes.append(said)
    return [*marks, *(found if found is not None else [Mark(performer, "task")])], notes


def is_mark(cell: Cell) -> bool:
    """Whether no words but those of marks and arrows stand in a cell."""
    return _of_cell(cell.text, 0) is not None


def _of_cell(text: str, performer: int) -> list[Mark] | None:
    """The marks that a cell's text is: as a whole, or each line of it; None where it holds other words."""
    whole = _of_text(" ".join(text.split()), performer)
    lines = [_of_text(" ".join(line.split()), performer) for line in text.split("\n")]
    if "\n" in text and all(line is not None for line in lines):
        return [mark for line in lines for mark in line or ()]
    return whole


def _of_text(said: str, performer: int) -> list[Mark] | None:
    bare = _ARROWS.sub("", said)
    if not bare:
        return []
    if set(bare) <= _DIAMONDS:
        return [Mark(performer, "decision")]
    if set(bare) <= _TICKS:
        return [Mark(performer, "task")]
    words = said.strip(_SIGNS)
    if words != said:
        beside = _of_text(words, performer) if words else None
        if beside is None:
            return None
        return (
            beside if any(mark.kind == "decision" for mark in beside) else [Mark(performer, "task"), *beside]
        )
    if _START.fullmatch(said):
        return [Mark(performer, "start", said)]
    if _END.fullmatch(said):
        return [Mark(performer, "end", said)]
    if _ANSWER.fullmatch(said):
        return [Mark(performer, "answer")]
    return [Mark(performer, "decision", said)] if said.endswith("?") else None


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
