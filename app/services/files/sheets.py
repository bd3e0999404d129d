"""Tables in files: XLSX and CSV as lines of text, within bounds. Nothing in a file runs. No session."""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO, StringIO
from itertools import islice
from typing import Any

from app.errors import InvalidForm
from app.i18n import _
from app.services.files import kinds

MAX_BYTES = 10 * 1024 * 1024
#: Of an XLSX once it is unpacked: its texts are in memory all at once.
MAX_UNPACKED = 64 * 1024 * 1024
MAX_PARTS = 1000
MAX_LINES = 10_000
MAX_COLUMNS = 200
MAX_CELL = 50_000
#: Lines that may stand above the heading: a title, a period.
_MOST_ABOVE = 10
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
#: What our own exports put an apostrophe before.
_GUARDED = re.compile(r"'(?=\s*[=+\-@\t\r\n＝＋－＠])")


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
    if len(content) > MAX_BYTES:
        raise _refused(_("Berkas ini lebih besar dari 10 MB."))
    ending = kinds.ending(name)
    if ending not in ("csv", "xlsx"):
        raise _refused(_("Kirim berkas XLSX atau CSV."))
    kinds.kind_of(name, content)
    known = {_plain(one) for one in headings}
    return _table(_rows_of_xlsx(content) if ending == "xlsx" else _rows_of_csv(content, known), known)


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
    lines = []
    for number, row in islice(numbered, 2 * MAX_LINES):
        texts = tuple(_text(cell) for cell in islice(row, len(heading)))
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
    text = _GUARDED.sub("", str(cell), count=1) if str(cell).startswith("'") else str(cell)
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


def _rows_of_xlsx(content: bytes) -> Iterator[Sequence[Any]]:
    _require_harmless(content)
    from openpyxl import load_workbook  # noqa: PLC0415 20 MB that a process does without until then

    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            page = book.worksheets[0]
            page.reset_dimensions()  # what the file says of itself may be anything
            yield from page.iter_rows(max_col=MAX_COLUMNS, values_only=True)
        finally:
            book.close()
    except InvalidForm:
        raise
    except Exception as error:  # it raises whatever it meets in a file that was made up
        raise _broken() from error


def _require_harmless(content: bytes) -> None:
    """Refuse what unpacks to too much, and parts that declare entities."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise _refused(_("Berkas ini terlalu besar setelah dibuka."))
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        head = stream.read(64 * 1024)
                    if _DECLARATION.search(head.replace(b"\0", b"")):
                        raise _broken()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise _broken() from error


def _broken() -> InvalidForm:
    return _refused(_("Berkas ini rusak atau tidak dapat dibaca sebagai tabel."))


def _refused(message: str) -> InvalidForm:
    return InvalidForm(message, {"file": message})
