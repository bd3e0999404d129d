"""Tables in files: XLSX and CSV as lines of text, within bounds. Nothing in a file runs. No session."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import StringIO
from itertools import islice
from typing import Any

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.services.files import kinds, workbooks
from app.services.files.workbooks import MAX_CELL, MAX_COLUMNS

MAX_BYTES = 10 * 1024 * 1024
MAX_LINES = 10_000
#: Of all cells together: a text that cells share stands in the file once, and in each of its lines here.
MAX_LETTERS = 32 * 1024 * 1024
#: Lines that may stand above the heading: a title, a period.
_MOST_ABOVE = 10
#: What our own exports put an apostrophe before.
_GUARDED = re.compile(r"\A'(?=\s*[=+\-@\t\r\n＝＋－＠])|(?<=[;\t\r\n])'(?=[ \"]*[=+\-@＝＋－＠])")


@dataclass(frozen=True)
class Sheet:
    """A table: its headings, and its lines by number. Each line has a text for each heading."""

    headings: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]


def read_sheet(name: str, content: bytes, headings: Iterable[str]) -> Sheet:
    """Read the table in a file. The heading is the first line that has one of ``headings``, as fields name them.

    Raises:
        InvalidForm: too large, no XLSX or CSV, with macros, broken, without such a heading, or without lines.
    """
    ending = _require_table(name, content)
    known = {_plain(one) for one in headings}
    return _table(_rows_of_xlsx(content) if ending == "xlsx" else _rows_of_csv(content, known), known)


def rows_of(name: str, content: bytes, headings: Iterable[str], page: int = 0) -> list[tuple[str, ...]]:
    """Every line of a page of an XLSX, from 0, or of a CSV, as texts; ``headings`` tell what parts a CSV's cells.
    None of a page that there is not.

    Raises:
        InvalidForm: too large, no XLSX or CSV, with macros, or broken.
    """
    ending = _require_table(name, content)
    known = {_plain(one) for one in headings}
    found, letters = list[tuple[str, ...]](), 0
    for row in _rows_of_xlsx(content, page) if ending == "xlsx" else _rows_of_csv(content, known):
        texts = tuple(_text(cell) for cell in islice(row, MAX_COLUMNS))
        letters += sum(map(len, texts))
        if letters > MAX_LETTERS or len(found) == MAX_LINES:
            raise _refused(_("Berkas ini terlalu besar setelah dibuka."))
        found.append(texts)
    return found


def surface_of(content: bytes, page: int = 0) -> workbooks.Surface:
    """What is merged and drawn on a page of an XLSX, from 0.

    Raises:
        InvalidForm: too large, or broken.
    """
    try:
        return workbooks.surface_of_page(content, page)
    except InvalidForm:
        raise
    except Exception as error:  # as in `_rows_of_xlsx`
        raise _broken() from error


def _require_table(name: str, content: bytes) -> str:
    """The ending of the file's name, csv or xlsx, once it is known to be such a file."""
    if len(content) > MAX_BYTES:
        raise _refused(_("Berkas ini lebih besar dari 10 MB."))
    ending = kinds.ending(name)
    if ending not in ("csv", "xlsx"):
        raise _refused(_("Kirim berkas XLSX atau CSV."))
    kinds.kind_of(name, content)
    return ending


def _table(rows: Iterator[Sequence[Any]], known: set[str]) -> Sheet:
    numbered = enumerate(rows, 1)
    heading: tuple[str, ...] = ()
    for _number, row in islice(numbered, _MOST_ABOVE):
        texts = tuple(_text(cell) for cell in row)
        if known & {_plain(text) for text in texts}:
            heading = texts[: max(place for place, text in enumerate(texts) if text) + 1]
            break
    if not heading:
        raise _refused(_("Tidak ada judul kolom yang dikenal dalam berkas ini."))
    _require_distinct(heading, known)
    lines, letters = [], 0
    for number, row in islice(numbered, 2 * MAX_LINES):
        texts = tuple(_text(cell) for cell in islice(row, len(heading)))
        letters += sum(map(len, texts))
        if letters > MAX_LETTERS:
            raise _refused(_("Berkas ini terlalu besar setelah dibuka."))
        if any(texts):
            lines.append((number, texts + ("",) * (len(heading) - len(texts))))
    if next(numbered, None) is not None or len(lines) > MAX_LINES:
        raise _refused(_("Paling banyak {n} baris dalam satu berkas.", n=MAX_LINES))
    if not lines:
        raise _refused(_("Berkas ini tidak berisi baris."))
    return Sheet(heading, tuple(lines))


def _require_distinct(heading: Sequence[str], known: set[str]) -> None:
    plain = [_plain(text) for text in heading]
    for text in heading:
        if _plain(text) in known and plain.count(_plain(text)) > 1:
            raise _refused(_("Kolom {name} ada lebih dari sekali.", name=text))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _text(cell: Any) -> str:
    """A cell as text. Numbers without a fraction have no point: they are tracking numbers."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        day = cell.replace(tzinfo=None).isoformat(timespec="minutes")
        return day.removesuffix("T00:00")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)
    text = _GUARDED.sub("", str(cell)) if "'" in str(cell) else str(cell)
    if len(text) > MAX_CELL:
        raise _refused(_("Ada sel yang lebih panjang dari {n} huruf.", n=MAX_CELL))
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()


def _rows_of_csv(content: bytes, known: set[str]) -> Iterator[Sequence[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    delimiter = _delimiter(text, known)
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if len(row) > MAX_COLUMNS:
                raise _refused(_("Paling banyak {n} kolom.", n=MAX_COLUMNS))
            yield row
    except csv.Error as error:
        raise _broken() from error


def _delimiter(text: str, known: set[str]) -> str:
    """What parts the heading into the most columns that are known."""
    above = text[: _MOST_ABOVE * MAX_CELL].splitlines()[:_MOST_ABOVE]

    def found(delimiter: str) -> int:
        return max(
            len(known & {_plain(one.strip('"')) for one in line.split(delimiter)}) for line in above or [""]
        )

    return max(",;\t", key=found)


def _rows_of_xlsx(content: bytes, page: int = 0) -> Iterator[Sequence[Any]]:
    try:
        workbooks.require_harmless(content)
        yield from workbooks.rows_of_page(content, page)
    except InvalidForm:
        raise
    except Exception as error:  # zipfile and expat raise whatever they meet in a file that was made up
        raise _broken() from error


def _broken() -> InvalidForm:
    return _refused(_("Berkas ini rusak atau tidak dapat dibaca sebagai tabel."))


def _refused(message: str) -> InvalidForm:
    return InvalidForm(message, {"file": message})
