"""Marks in performers' columns: ticks, dots, boxes, diamonds, capsules, words, and the shapes that Word draws."""

import re
from dataclasses import dataclass, field
from typing import Literal

from app.services.sop_tables import accounts, answers
from app.services.sop_tables.accounts import Use
from app.services.sop_tables.canvases import Shape
from app.services.sop_tables.grids import Cell

MarkKind = Literal["task", "decision", "answer", "start", "end"]

_ARROWS = re.compile(r"[\s↓↑→←⇓⇑⇒⇐↔↕↵↳↪⤵⤴|│┃─━┐┘┌└├┤▼▲►◄▶◀⬇⬆➡⬅➔➜>\-–—_=<^]+")
#: ü and þ are what a tick of Wingdings becomes in a file of plain text.
_TICKS = frozenset("vVxXoO√✓✔✅☑☒●•○◦◯◉⬤⚫⚪■□▪▫▢▭▬⬛⬜*✗✘✕×üþ")
_DIAMONDS = frozenset("◊◇◆⬥⬦♦⋄")
#: Signs that stand beside words in a cell: "● Selesai".
_SIGNS = "".join(one for one in (*_TICKS, *_DIAMONDS, *"→←↑↓►▼▲◄➔➜") if not one.isalpha()) + " "
#: The name of an answer that stands in a text box: it belongs to a question, and is none itself.
BOX = "kotak teks"
_START = re.compile(r"(?:mulai|start|awal)\b.*", re.IGNORECASE)
_END = re.compile(r"(?:selesai|end|akhir|finish)\b.*", re.IGNORECASE)


@dataclass(frozen=True)
class Mark:
    """A symbol in a performer's column. ``text``: the words in it; ``name``: what it stands for, where told; ``yes``
    and ``no``: the answers of a question, where they are told. An "answer" is a "ya", "Lengkap" or "tidak" that
    stands beside a diamond, or for one."""

    performer: int
    kind: MarkKind
    text: str = ""
    name: str = ""
    yes: str = ""
    no: str = ""


@dataclass
class Marked:
    """What a performer's cell holds: marks, words that are none, what each part of it is used as (a cell's text is
    its part 0, its shapes are those from 1), and words beside which nothing says what they are: they were taken for
    a mark."""

    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    uses: dict[int, Use] = field(default_factory=dict)
    guessed: list[str] = field(default_factory=list)


def marks_of(cell: Cell, performer: int) -> Marked:
    """What stands in a performer's cell."""
    found = Marked()
    for part, shape in enumerate(cell.shapes, 1):
        _add_shape(found, part, shape, performer)
    if not cell.text:
        return found
    said = " ".join(cell.text.split())
    marks = _of_cell(cell.text, performer)
    if marks is None:
        found.notes.append(said)
        found.uses[0] = "words"
        if not cell.shapes:
            found.guessed.append(said)
            marks = [Mark(performer, "task")]
    elif not any(mark.kind in ("decision", "answer") for mark in marks):
        found.uses[0] = "mark" if marks else "arrow"
    else:
        found.uses[0] = "question" if any(mark.kind == "decision" for mark in marks) else "answer"
    found.marks += marks or []
    return found


def is_mark(cell: Cell) -> bool:
    """Whether no words but those of marks and arrows stand in a cell."""
    return not cell.text or _of_cell(cell.text, 0) is not None


def _of_cell(text: str, performer: int) -> list[Mark] | None:
    """The marks that a cell's text is: as a whole, or each line of it; None where it holds other words."""
    whole = _of_text(" ".join(text.split()), performer)
    lines = [_of_text(" ".join(line.split()), performer) for line in text.split("\n")]
    if "\n" in text and all(line is not None for line in lines):
        return [mark for line in lines for mark in line or ()]
    if whole is None and (pair := answers.pair_of(text)) is not None:
        return [Mark(performer, "decision", yes=pair[0], no=pair[1])]
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
        return _beside_sign(said, words, performer)
    if _START.fullmatch(said):
        return [Mark(performer, "start", said)]
    if _END.fullmatch(said):
        return [Mark(performer, "end", said)]
    if (pair := answers.pair_of(said)) is not None:
        return [Mark(performer, "decision", yes=pair[0], no=pair[1])]
    if answers.is_answer(said):
        return [Mark(performer, "answer", said)]
    return [Mark(performer, "decision", said)] if said.endswith("?") else None


def _beside_sign(said: str, words: str, performer: int) -> list[Mark] | None:
    """Words beside a sign: those beside a diamond are its question, or the answers to it."""
    beside = _of_text(words, performer) if words else None
    if set(said) & _DIAMONDS:
        if pair := answers.pair_of(words, any_words=True):
            return [Mark(performer, "decision", yes=pair[0], no=pair[1])]
        if beside is None:
            return [Mark(performer, "decision", words)]
        if not any(mark.kind == "decision" for mark in beside):
            return [Mark(performer, "decision"), *(mark for mark in beside if mark.kind != "task")]
        return beside
    if beside is None:
        return None
    is_question = any(mark.kind == "decision" for mark in beside)
    return beside if is_question else [Mark(performer, "task"), *beside]


def _add_shape(found: Marked, part: int, shape: Shape, performer: int) -> None:
    kind, text = shape.kind, shape.text
    if kind in ("flowChartDecision", "diamond"):
        pair = answers.pair_of(text, any_words=True)
        mark = Mark(performer, "decision", "" if pair else text, shape.name, *(pair or ()))
        found.marks.append(mark)
        found.uses[part] = "question"
    elif kind in ("flowChartTerminator", "roundRect", "ellipse", "flowChartAlternateProcess") and not (
        answers.is_plain(text)
    ):
        found.uses[part] = "mark"
        found.marks.append(_capsule(shape, performer))
    elif (kind == "flowChartOffpageConnector" and len(text) < 4) or (accounts.is_arrow(kind) and not text):
        found.uses[part] = "arrow"
    elif text and answers.pair_of(text) is None and answers.is_answer(text):
        found.uses[part] = "answer"
        found.marks.append(Mark(performer, "answer", text, name=BOX))
    elif text and (pair := answers.pair_of(text)) is not None:
        found.uses[part] = "answer"
        found.marks += [Mark(performer, "answer", one, name=BOX) for one in pair]
    elif kind in ("textbox", "") or accounts.is_arrow(kind):
        if text:
            found.uses[part] = "words"
            found.notes.append(text)
    elif kind != "picture":
        found.uses[part] = "mark"
        found.marks.append(Mark(performer, "task", text, shape.name))


def _capsule(shape: Shape, performer: int) -> Mark:
    if _START.fullmatch(shape.text):
        return Mark(performer, "start", shape.text)
    return Mark(performer, "end" if shape.text else "task", shape.text, shape.name)
