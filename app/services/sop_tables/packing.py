"""A table as text that a page carries from the look at it to the draft."""

from dataclasses import asdict
from typing import Any

import orjson

from app.errors import InvalidForm
from app.i18n import _
from app.services.sop_tables import grids
from app.services.sop_tables.reading import Guess, Line, Mark, SopTable

#: Forms of pages hold no more.
MAX_LETTERS = 300_000
_KINDS = ("task", "decision", "start", "end")


def packed(table: SopTable) -> str:
    """The table as JSON.

    Raises:
        InvalidForm: it is too large for a page.
    """
    text = orjson.dumps(asdict(table)).decode()
    if len(text) > MAX_LETTERS:
        raise grids.refused(_("Tabel ini terlalu besar. Bagi menjadi beberapa SOP."))
    return text


def unpacked(text: str) -> SopTable:
    """The table that `packed` made the text of.

    Raises:
        InvalidForm: it is no such text.
    """
    try:
        said: Any = orjson.loads(text) if len(text) <= MAX_LETTERS else None
        table = SopTable(
            _text(said["name"]),
            [_text(name) for name in said["performers"]],
            [_line(one) for one in said["lines"]],
            _texts(said["identity"]),
            [Guess(int(one["row"]), _text(one["text"])) for one in said["guesses"]],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken() from error
    marks = [mark for line in table.lines for mark in line.marks]
    if not table.lines or not all(
        0 <= m.performer < len(table.performers) and m.kind in _KINDS for m in marks
    ):
        raise _broken()
    return table


def _broken() -> InvalidForm:
    return grids.refused(_("Kirim berkasnya sekali lagi."))


def _line(said: Any) -> Line:
    marks = [
        Mark(int(one["performer"]), one["kind"], _text(one["text"]), _text(one["name"]))
        for one in said["marks"]
    ]
    return Line(
        int(said["row"]),
        _text(said["number"]),
        _text(said["activity"]),
        marks,
        _texts(said["cells"]),
        _text(said["back"]),
        [_text(one) for one in said["notes"]],
    )


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError
    return said


def _texts(said: Any) -> dict[str, str]:
    return {_text(name): _text(text) for name, text in said.items()}
