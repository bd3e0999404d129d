"""Lists as files that people open in a spreadsheet: CSV and XLSX, sent as they are read.

That somebody who is signed in takes one along is an event of the record.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from itertools import chain, islice

from flask import Response as FlaskResponse
from flask import stream_with_context
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.commands.files import downloads
from app.services.files import workbook_stream
from app.web import context
from app.web.security import guard_download

FORMATS = ("csv", "xlsx")
#: Rows that are put into one piece of a CSV file.
_PIECE = 200
#: What a spreadsheet takes for a formula where a cell of a CSV file begins with it, whoever wrote the text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Where a cell begins inside the text for a spreadsheet that separates by ``;`` or a tab: there our quotes count for
#: nothing, unless one stands first, and a new line is a new row.
_WITHIN = re.compile(r'([;\t\r\n])(?=[ "]*[=+\-@＝＋－＠])')

Rows = Iterable[Sequence[object]]


def sheet_download(name: str, format_: str, heading: Sequence[str], rows: Rows) -> Response:
    """A list as a file in one of `FORMATS`; ``name`` is without its ending. Rows are read as the file is sent: what
    is wrong with the first one is raised here.

    Raises:
        InvalidForm: an unknown format. And what ``rows`` raise.
    """
    if format_ == "csv":
        return csv_download(f"{name}.csv", heading, rows)
    if format_ == "xlsx":
        return _xlsx_download(f"{name}.xlsx", heading, rows)
    raise InvalidForm(_("Pilih CSV atau XLSX."), {"format": _("Pilih CSV atau XLSX.")})


def csv_download(name: str, heading: Sequence[str], rows: Rows) -> Response:
    """A CSV file (RFC 4180, UTF-8 with a mark, as spreadsheets want it); no cell of it is a formula."""
    pieces = _pieces(chain([heading], rows))
    first = next(pieces)
    _tell(name)
    answer = FlaskResponse(stream_with_context(chain(["\ufeff", first], pieces)), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return guard_download(answer)


def _pieces(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    rest = iter(rows)
    while some := list(islice(rest, _PIECE)):
        text = StringIO()
        csv.writer(text).writerows([guarded(cell) for cell in row] for row in some)
        yield text.getvalue()


def guarded(cell: object) -> str:
    """The text of a CSV cell; an apostrophe stands before what would be a formula, also where it may be split."""
    text = _WITHIN.sub(r"\1'", _text(cell))
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return _here(cell).strftime("%Y-%m-%d %H:%M")
    return "" if cell is None else str(cell)


def _here(moment: datetime) -> datetime:
    """As the office's clock shows it: a spreadsheet knows no zones."""
    return moment.astimezone(context.config().timezone).replace(tzinfo=None, second=0, microsecond=0)


def _xlsx_download(name: str, heading: Sequence[str], rows: Rows) -> Response:
    """An XLSX file: numbers and dates as such, all else as text, also what looks like a formula."""
    here = ([_cell(cell) for cell in row] for row in rows)
    pieces = workbook_stream.pieces(_("Daftar"), heading, here)
    first = next(pieces)
    _tell(name)
    type_ = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = FlaskResponse(stream_with_context(chain([first], pieces)), mimetype=type_)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return guard_download(answer)


def _tell(file_name: str) -> None:
    actor = context.maybe_actor()
    if actor is not None:
        name, _dot, format_ = file_name.rpartition(".")
        downloads.record_list_taken(context.database(), name, format_, actor=actor)


def _cell(value: object) -> object:
    return _here(value) if isinstance(value, datetime) else value
