"""Lists as CSV files that people open in a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from werkzeug.wrappers import Response

from app.web.files.downloads import as_download

#: What a spreadsheet takes for a formula where a cell begins with it, whoever wrote the text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_download(name: str, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A CSV file (RFC 4180, UTF-8 with a mark, as spreadsheets want it); no cell of it is a formula."""
    text = StringIO()
    lines = csv.writer(text)
    lines.writerow([guarded(cell) for cell in heading])
    lines.writerows([guarded(cell) for cell in row] for row in rows)
    return as_download(text.getvalue().encode("utf-8-sig"), name, "text/csv")


def guarded(cell: object) -> str:
    """The text of a cell; an apostrophe stands before what would be a formula, which spreadsheets do not show."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
