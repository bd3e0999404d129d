"""A page of an XLSX file, read as a stream: whatever its parts hold, one row of it is in memory. No session.

The parts are XML that anybody may have made up. Bounded are the elements of all parts that are read, the length of a
single tag, the columns that are kept of a row, and the texts that cells share. Namespaces are not looked at.
"""

import posixpath
import re
import zipfile
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cached_property
from io import BytesIO
from itertools import accumulate
from typing import Any
from xml.parsers import expat

from app.base.errors import InvalidForm
from app.base.i18n import _

#: Of an XLSX once it is unpacked.
MAX_UNPACKED = 64 * 1024 * 1024
MAX_PARTS = 1000
#: Of all parts that are read: 10,000 rows of 50 cells with as many texts have two million.
MAX_ELEMENTS = 2_000_000
#: A tag with its attributes is in memory at once.
MAX_TAG = 256 * 1024
#: Parsers keep the name of each element and attribute, and the elements that are open.
MAX_NAMES = 2000
MAX_DEPTH = 100
MAX_COLUMNS = 200
#: Of a row: XLSX knows no more.
MAX_ROW = 16_384
MAX_CELL = 50_000
#: Of a drawing.
MAX_DRAWING = 2_000_000
_PIECE = 64 * 1024
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,9})", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
#: What of a number's format is no sign of a date: texts in quotes, single letters, colours and conditions.
_NO_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE = re.compile(r"[dmhysDMHYS]")
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
#: Formats that every spreadsheet knows by number and that show dates or times; 46 shows hours that went by.
_DATES = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
_HOURS = frozenset({46})

#: Of a page.
MOST_MERGES = 5_000
_MOST_ROWS_MEASURED = 5_000
_PIXEL, _POINT = 9_525, 12_700
#: Widths of columns are told in digits, which are seven pixels wide.
_DIGIT = 7 * _PIXEL

Cells = Mapping[int, Any]
#: The first and last row and column of cells that are one: top, left, bottom, right, from 1.
Merge = tuple[int, int, int, int]


class Surface:
    """What lies over the cells of a page: which of them are merged, its drawings as XML, and how wide its columns and
    how high its rows are, in EMU."""

    def __init__(self) -> None:
        self.merges: list[Merge] = []
        self.drawings: list[bytes] = []
        self.has_drawings = False
        self.widths: dict[int, int] = {}
        self.heights: dict[int, int] = {}
        self.width, self.height = 64 * _PIXEL, 15 * _POINT

    def start(self, tag: str, said: Mapping[str, str]) -> None:
        """Take what an element of the page says."""
        if tag == "sheetFormatPr":
            self.width = _emu(said.get("defaultColWidth"), _DIGIT, self.width)
            self.height = _emu(said.get("defaultRowHeight"), _POINT, self.height)
        elif tag == "col":
            last = min(int(said.get("max") or 0), MAX_COLUMNS)
            wide = _emu(said.get("width"), _DIGIT, self.width)
            self.widths |= dict.fromkeys(range(int(said.get("min") or 1), last + 1), wide)
        elif tag == "row" and "ht" in said and "r" in said:
            self.heights[int(float(said["r"]))] = _emu(said["ht"], _POINT, self.height)
        elif tag == "drawing":
            self.has_drawings = True
        elif tag == "mergeCell":
            if len(self.merges) == MOST_MERGES:
                raise _too_large()  # what is merged beyond would be read otherwise, and nobody told
            first, _colon, last_cell = said.get("ref", "").partition(":")
            self.merges.append((*_cell(first), *_cell(last_cell or first)))

    def point_of(self, row: int, column: int) -> tuple[int, int]:
        """Where a cell, counted from 0, begins: across and down."""
        columns, rows = self._begins
        return columns[min(column, len(columns) - 1)], rows[min(row, len(rows) - 1)]

    def cell_at(self, x: float, y: float) -> tuple[int, int]:
        """The row and column, from 1, in which a point lies."""
        columns, rows = self._begins
        return max(bisect_right(rows, y), 1), max(bisect_right(columns, x), 1)

    @cached_property
    def _begins(self) -> tuple[list[int], list[int]]:
        """Where each column and each row begins."""
        wide = [self.widths.get(column, self.width) for column in range(1, MAX_COLUMNS + 1)]
        high = [self.heights.get(row, self.height) for row in range(1, _MOST_ROWS_MEASURED + 1)]
        return [0, *accumulate(wide)], [0, *accumulate(high)]


def _emu(said: str | None, unit: int, usual: int) -> int:
    return max(int(float(said) * unit), 0) if said else usual


class Broken(Exception):
    """A part is missing, or is not what the others say of it."""


def rows_of_page(content: bytes, number: int = 0) -> Iterator[tuple[Any, ...]]:
    """The values of the rows of a page, from 0, as spreadsheets keep them: no formula is computed. Rows that are left
    out are empty. Of a page that there is not but the first, none.

    Raises:
        InvalidForm: too much is in it. Broken, and what zipfile and expat raise: it is no such file.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        yield from _Book(archive).rows(number)


def surface_of_page(content: bytes, number: int = 0) -> Surface:
    """What lies over the cells of a page, from 0; nothing of a page that there is not.

    Raises:
        InvalidForm: too much is in it. Broken, and what zipfile and expat raise: it is no such file.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return _Book(archive).surface(number)


def names_of_pages(content: bytes) -> list[str]:
    """What the pages are called, in their order.

    Raises:
        InvalidForm: too much is in it. Broken, and what zipfile and expat raise: it is no such file.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        book, names = _Book(archive), list[str]()
        part = next(iter(book.related("").get("officeDocument", {}).values()), "")
        book.parse(part, lambda tag, said: names.append(said.get("name", "")) if tag == "sheet" else None)
        return names


def require_harmless(content: bytes) -> None:
    """Refuse what unpacks to too much, and parts that declare entities.

    Raises:
        InvalidForm: too much. Broken, and what zipfile raises: it is no such file.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise _too_large()
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                with archive.open(part) as stream:
                    head = stream.read(_PIECE)
                if _DECLARATION.search(head.replace(b"\0", b"")):
                    raise Broken(part.filename)


class _Book:
    """The parts of a file, and what is needed of them to read one of its pages."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.elements = 0
        self.first_day = datetime(1899, 12, 30)  # noqa: DTZ001 a cell knows no zone
        self.shared: list[str] = []
        self.styles: list[str] = []

    def page(self, number: int) -> tuple[str, dict[str, dict[str, str]]]:
        """The part of a page, "" for one that there is not, and the parts that the book names."""
        book = next(iter(self.related("").get("officeDocument", {}).values()), "")
        targets = self.related(book)
        pages = targets.get("worksheet", {})
        in_order = [pages[one] for one in self.pages(book) if one in pages]
        if not in_order:
            raise Broken(book)
        return in_order[number] if number < len(in_order) else "", targets

    def surface(self, number: int) -> Surface:
        found = Surface()
        name, _targets = self.page(number)
        if name:
            self.parse(name, found.start)
        if found.has_drawings:
            for part in self.related(name).get("drawing", {}).values():
                with self.archive.open(part) as stream:
                    found.drawings.append(stream.read(MAX_DRAWING + 1))
        return found

    def rows(self, number: int) -> Iterator[tuple[Any, ...]]:
        page, targets = self.page(number)
        if not page:
            return
        for name in targets.get("styles", {}).values():
            self.styles = self.formats(name)
        for name in targets.get("sharedStrings", {}).values():
            self.shared = self.texts(name)
        yield from self.cells(page)

    def related(self, name: str) -> dict[str, dict[str, str]]:
        """The parts that a part names: by kind, their names by id."""
        folder, file = posixpath.split(name)
        found: dict[str, dict[str, str]] = {}

        def start(tag: str, said: Mapping[str, str]) -> None:
            if tag == "Relationship" and said.get("TargetMode") != "External":
                kind = said.get("Type", "").rpartition("/")[2]
                path = posixpath.normpath(posixpath.join("/", folder, said.get("Target", "")))
                found.setdefault(kind, {})[said.get("Id", "")] = path.lstrip("/")

        self.parse(posixpath.join(folder, "_rels", f"{file}.rels"), start)
        return found

    def pages(self, name: str) -> list[str]:
        """The ids of the pages in their order."""
        found = []

        def start(tag: str, said: Mapping[str, str]) -> None:
            if tag == "sheet":
                found.append(next((text for key, text in said.items() if key.endswith(":id")), ""))
            elif tag == "workbookPr" and said.get("date1904") in ("1", "true"):
                self.first_day = datetime(1904, 1, 1)  # noqa: DTZ001

        self.parse(name, start)
        return found

    def formats(self, name: str) -> list[str]:
        """What each style of cells shows: "date", "hours" that went by, or "" for anything else."""
        own: dict[int, str] = {}
        used: list[int] = []
        open_ = [False]

        def start(tag: str, said: Mapping[str, str]) -> None:
            if tag == "numFmt":
                own[int(said["numFmtId"])] = _shown_by(said.get("formatCode", ""))
            elif tag == "cellXfs":
                open_[0] = True
            elif tag == "xf" and open_[0]:
                used.append(int(said.get("numFmtId", 0)))

        def end(tag: str) -> None:
            if tag == "cellXfs":
                open_[0] = False

        self.parse(name, start, end)
        known = dict.fromkeys(_DATES, "date") | dict.fromkeys(_HOURS, "hours")
        return [own.get(one, known.get(one, "")) for one in used]

    def texts(self, name: str) -> list[str]:
        """The texts that cells share."""
        found: list[str] = []
        text = _Text("si")

        def end(tag: str) -> None:
            if tag == "si":
                found.append(text.taken())
            text.end(tag)

        self.parse(name, text.start, end, text.add)
        return found

    def cells(self, name: str) -> Iterator[tuple[Any, ...]]:
        page = _Page(self)
        count = 0
        for _piece in self.pieces(name, page.start, page.end, page.add):
            for number, row in page.rows:
                while count + 1 < number:
                    count += 1
                    yield ()
                count += 1
                yield row
            page.rows.clear()

    def parse(
        self,
        name: str,
        start: Callable[[str, Mapping[str, str]], None],
        end: Callable[[str], None] | None = None,
        add: Callable[[str], None] | None = None,
    ) -> None:
        for _piece in self.pieces(name, start, end, add):
            pass

    def pieces(
        self,
        name: str,
        start: Callable[[str, Mapping[str, str]], None],
        end: Callable[[str], None] | None = None,
        add: Callable[[str], None] | None = None,
    ) -> Iterator[int]:
        """Parse a part; stops after each piece of it, and tells how far it is."""

        depth = 0

        def started(tag: str, said: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            self.elements += 1
            if self.elements > MAX_ELEMENTS or depth > MAX_DEPTH:
                raise _too_large()
            start(tag.rpartition(":")[2], said)

        def ended(tag: str) -> None:
            nonlocal depth
            depth -= 1
            if end is not None:
                end(tag.rpartition(":")[2])

        names: dict[str, str] = {}
        parser = expat.ParserCreate(intern=names)
        parser.buffer_text = True
        parser.StartElementHandler = started
        parser.EndElementHandler = ended
        parser.StartDoctypeDeclHandler = _refuse_declaration
        if add is not None:
            parser.CharacterDataHandler = add
        read = 0
        with self.archive.open(name) as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
                read += len(piece)
                if read - parser.CurrentByteIndex > MAX_TAG or len(names) > MAX_NAMES:
                    raise _too_large()
                yield read
            parser.Parse(b"", True)
            yield read


class _Text:
    """The text of an element: of its ``t``, without how it is spoken."""

    def __init__(self, element: str) -> None:
        self.element = element
        self.parts: list[str] = []
        self.length = 0
        self.spoken = self.is_open = False

    def start(self, tag: str, _said: Mapping[str, str]) -> None:
        if tag == "rPh":
            self.spoken = True
        self.is_open = tag == "t" and not self.spoken

    def end(self, tag: str) -> None:
        if tag == "rPh":
            self.spoken = False
        self.is_open = False

    def add(self, text: str) -> None:
        if self.is_open:
            self.parts.append(text)
            self.length += len(text)
            if self.length > 2 * MAX_CELL:  # what is longer than a cell may be is told there
                raise _too_large()

    def taken(self) -> str:
        """The text so far; begins anew."""
        text = "".join(self.parts)
        self.parts, self.length = [], 0
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _Page:
    """The rows of a page as they end; whoever reads them empties ``rows``."""

    def __init__(self, book: _Book) -> None:
        self.book = book
        self.rows: list[tuple[int, tuple[Any, ...]]] = []
        self.number = self.column = self.count = 0
        self.row: dict[int, Any] = {}
        self.kind = ""
        self.style = 0
        self.inline = _Text("is")
        self.value = _Text("v")

    def start(self, tag: str, said: Mapping[str, str]) -> None:
        if tag == "row":
            self.number = int(float(said["r"])) if "r" in said else self.number + 1
            self.column, self.count, self.row = 0, 0, {}
        elif tag == "c":
            self.column = _column(said["r"]) if "r" in said else self.column + 1
            self.count += 1
            if self.count > MAX_ROW:
                raise _too_large()
            self.kind, self.style = said.get("t", "n"), int(said.get("s") or 0)
        else:
            self.value.is_open = tag == "v"
            self.inline.start(tag, said)

    def add(self, text: str) -> None:
        self.value.add(text)
        self.inline.add(text)

    def end(self, tag: str) -> None:
        if tag == "row":
            self.rows.append((self.number, _filled(self.row)))
            self.row = {}
        elif tag == "c":
            text, inline = self.value.taken(), self.inline.taken()
            if text or inline:
                if self.column > MAX_COLUMNS:
                    message = _("Paling banyak {n} kolom.", n=MAX_COLUMNS)
                    raise InvalidForm(message, {"file": message})
                self.row[self.column] = self.cell(text) if text else inline
        self.value.is_open = False
        self.inline.end(tag)

    def cell(self, text: str) -> Any:
        if self.kind == "s":
            return self.book.shared[int(text)]
        if self.kind == "b":
            return text.strip() in ("1", "true")
        if self.kind == "d":
            return datetime.fromisoformat(text)
        return self.counted(text) if self.kind == "n" else text

    def counted(self, text: str) -> Any:
        """A number, or the date that it stands for."""
        number = float(text) if set(text) & set(".eE") else int(text)
        styles = self.book.styles
        shown = styles[self.style] if self.style < len(styles) else ""
        return _moment(number, shown, self.book.first_day) if shown else number


def _filled(row: Cells) -> tuple[Any, ...]:
    return tuple(row.get(column) for column in range(1, max(row, default=0) + 1))


def _column(reference: str) -> int:
    return _cell(reference)[1]


def _cell(reference: str) -> tuple[int, int]:
    """The row and column of a cell by its name."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise Broken(reference)
    number = 0
    for letter in found[1].upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), number


def _shown_by(code: str) -> str:
    """What a format of numbers shows, by its first section."""
    plain = _NO_DATE.sub("", code.split(";", maxsplit=1)[0])
    if _ELAPSED.search(plain):
        return "hours"
    return "date" if _DATE.search(plain) else ""


def _moment(number: float, shown: str, first_day: datetime) -> datetime | date | time | timedelta | float:
    """What a number of days since the first day is; the number itself where there is no such day."""
    try:
        passed = timedelta(milliseconds=round(number * 86_400_000))
        if shown == "hours":
            return passed
        if 0 <= number < 1:
            return (first_day + passed).time()
        if number < 60 and first_day.year < 1900:  # spreadsheets hold 1900 for a leap year
            passed += timedelta(days=1)
        return first_day + passed
    except (OverflowError, ValueError):
        return number


def _refuse_declaration(name: str, *_rest: object) -> None:
    raise Broken(name)


def _too_large() -> InvalidForm:
    message = _("Berkas ini terlalu besar setelah dibuka.")
    return InvalidForm(message, {"file": message})
