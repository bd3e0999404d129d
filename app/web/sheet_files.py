"""Lists as files that people open in a spreadsheet: CSV as it is read, XLSX within a bound."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import Response as FlaskResponse
from flask import send_file, stream_with_context
from werkzeug.wrappers import Response

from app.errors import InvalidForm
from app.i18n import _
from app.web import context
from app.web.security import guard_download

FORMATS = ("csv", "xlsx")
#: Rows of an XLSX file: it cannot be sent before its last row is known.
MOST_ROWS = 100_000
_IN_MEMORY = 1024 * 1024
#: What a cell of an XLSX file can hold: so many letters, and none of these, which XML does not know.
_MOST_LETTERS = 32_767
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Rows that are put into one piece of a CSV file.
_PIECE = 200
#: What a spreadsheet takes for a formula where a cell of a CSV file begins with it, whoever wrote the text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Where a cell begins inside the text for a spreadsheet that separates by ``;`` or a tab: there our quotes count for
#: nothing, unless one stands first, and a new line is a new row.
_WITHIN = re.compile(r'([;\t\r\n])(?=[ "]*[=+\-@＝＋－＠])')

Rows = Iterable[Sequence[object]]


def sheet_download(name: str, format_: str, heading: Sequence[str], rows: Rows) -> Response:
    """A list as a file in one of `FORMATS`; ``name`` is without its ending. Rows are read as the file is sent, where
    it is CSV: what is wrong with the first one is raised here.

    Raises:
        InvalidForm: an unknown format, or too many rows for XLSX. And what ``rows`` raise.
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
    from openpyxl import Workbook  # noqa: PLC0415 takes memory, and few processes write such a file

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Daftar"))
    sheet.freeze_panes = "A2"
    file = cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 the answer closes it
    try:
        for count, row in enumerate(chain([heading], rows)):
            if count > MOST_ROWS:
                message = _("Lebih dari {n} baris: unduh sebagai CSV.", n=MOST_ROWS)
                raise InvalidForm(message, {"format": message})
            sheet.append([_cell(sheet, value) for value in row])
    except BaseException:
        file.close()
        raise
    finally:
        book.save(file if not file.closed else BytesIO())  # else its file of rows stays behind
    file.seek(0)
    type_ = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return guard_download(send_file(file, type_, as_attachment=True, download_name=name, etag=False))


def _cell(sheet: Any, value: object) -> Any:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, datetime):
        return _here(value)
    if isinstance(value, date):
        return value
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    cell = WriteOnlyCell(sheet, _ILLEGAL.sub("", str(value))[:_MOST_LETTERS])
    cell.data_type = "s"  # also what begins as a formula does
    return cell
