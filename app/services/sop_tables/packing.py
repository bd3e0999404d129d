"""A table and what was typed about it as text that a page carries from the look at it to the draft.

JSON, compressed: all fields of a page that takes no files are held to 1 MB.
"""

import binascii
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import orjson

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.services.sop_tables import corrections, grids, returns
from app.services.sop_tables.accounts import USES, Entry, Use
from app.services.sop_tables.corrections import Plan
from app.services.sop_tables.marks import Mark
from app.services.sop_tables.reading import Answers, Guess, Line, SopTable
from app.services.sop_tables.returns import Return

#: Of a table or of what was typed, uncompressed.
MAX_LETTERS = 1_000_000
#: Compressed: two of them and a page's fields fit into a form.
MAX_PACKED = 300_000
#: Uses of cells whose words a page shows.
_SHOWN = ("words", "unused")
_KINDS = ("task", "decision", "answer", "start", "end")


def packed(table: SopTable) -> str:
    """The table as text: of the cells that are used, only where they stand and as what.

    Raises:
        InvalidForm: it is too large for a page.
    """
    said = asdict(replace(table, entries=[]))
    said["entries"] = [
        [*one.at, one.use, one.where, one.text if one.use in _SHOWN else ""] for one in table.entries
    ]
    written = orjson.dumps(said)
    text = _compressed(written)
    if len(written) > MAX_LETTERS or len(text) > MAX_PACKED:
        raise grids.refused(_("Tabel ini terlalu besar. Bagi menjadi beberapa SOP."))
    return text


def packed_plans(plans: Mapping[int, Plan]) -> str:
    """What was typed about lines, by their places, as text."""
    return _compressed(orjson.dumps([[place, asdict(plan)] for place, plan in plans.items()]))


def _compressed(written: bytes) -> str:
    return b64encode(zlib.compress(written, 9)).decode()


def _expanded(text: str) -> Any:
    """What `_compressed` made the text of.

    Raises:
        ValueError: it is no such text, or too much.
    """
    if len(text) > MAX_PACKED:
        raise ValueError
    try:
        reader = zlib.decompressobj()
        written = reader.decompress(b64decode(text, validate=True), MAX_LETTERS + 1)
    except (zlib.error, binascii.Error) as error:
        raise ValueError from error
    if len(written) > MAX_LETTERS or not reader.eof:
        raise ValueError
    return orjson.loads(written)


def unpacked(text: str) -> SopTable:
    """The table that `packed` made the text of.

    Raises:
        InvalidForm: it is no such text.
    """
    try:
        said = _expanded(text)
        if len(said["lines"]) > grids.MAX_ROWS:  # no file has so many: nothing is worked out of it
            raise ValueError
        table = SopTable(
            _text(said["name"]),
            [_text(name) for name in said["performers"]],
            [_line(one) for one in said["lines"]],
            _texts(said["identity"]),
            [Guess(int(one["row"]), _text(one["text"])) for one in said["guesses"]],
            [_entry(*one) for one in said["entries"]],
            bool(said["is_sheet"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken() from error
    marks = [mark for line in table.lines for mark in line.marks]
    if not table.lines or not all(
        0 <= m.performer < len(table.performers) and m.kind in _KINDS for m in marks
    ):
        raise _broken()
    return table


def unpacked_plans(text: str) -> dict[int, Plan]:
    """What `packed_plans` made the text of; of "" nothing.

    Raises:
        InvalidForm: it is no such text.
    """
    try:
        return {int(place): _plan(plan) for place, plan in _expanded(text)[: grids.MAX_ROWS]} if text else {}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken() from error


def _plan(said: Any) -> Plan:
    questions = tuple(
        Answers(
            _text(one["text"]),
            int(one["performer"]),
            *(_text(one[name]) for name in ("yes", "no", "yes_words", "no_words")),
        )
        for one in said["questions"][: corrections.MOST_QUESTIONS]
    )
    performers = tuple(int(one) for one in said["performers"][: grids.MAX_COLUMNS])
    return Plan(_text(said["activity"]), performers, _text(said["deadline"]), questions)


def _broken() -> InvalidForm:
    return grids.refused(_("Kirim berkasnya sekali lagi."))


def _line(said: Any) -> Line:
    marks = [
        Mark(
            int(one["performer"]),
            one["kind"],
            *(_text(one[name]) for name in ("text", "name", "yes", "no")),
        )
        for one in said["marks"]
    ]
    ways = [
        Return(_text(one["words"]), one["kind"], _text(one["to"]), bool(one["on_yes"]))
        for one in said["returns"]
    ]
    if not all(way.kind in returns.KINDS for way in ways):
        raise ValueError
    return Line(
        int(said["row"]),
        _text(said["number"]),
        _text(said["activity"]),
        marks,
        _texts(said["cells"]),
        ways,
        [_text(one) for one in said["notes"]],
        [int(one) for one in said["rows"]],
        bool(said["shares_time"]),
    )


def _entry(place: int, row: int, column: int, use: Use, where: str, text: str) -> Entry:
    if use not in USES:
        raise ValueError
    return Entry((int(place), int(row), int(column)), _text(text), use, _text(where))


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError
    return said


def _texts(said: Any) -> dict[str, str]:
    return {_text(name): _text(text) for name, text in said.items()}
