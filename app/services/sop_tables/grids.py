"""Files as grids of cells: what stands in them, and which shapes are drawn in them. No session.

A Word file is read as what it is, a zip of XML: within bounds, by the engine's reader, which fetches and expands
nothing.
"""

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import product

from app.base.errors import InvalidDiagram, InvalidForm
from app.base.i18n import _
from app.engine import xml
from app.services.files import kinds, sheets, workbooks
from app.services.sop_tables import canvases
from app.services.sop_tables.canvases import Shape

MAX_BYTES = sheets.MAX_BYTES
MAX_COLUMNS = 60
MAX_ROWS = 2_000
#: Of a workbook: a cover, an identity block, and what else stands before the table.
_MOST_PAGES = 6
_DOCUMENT = "word/document.xml"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


#: Where a cell stands: the place of its table from 0, its row and column in that table from 1. A line of text outside
#: tables has the place of the table that follows, row 0, and its number among those lines.
At = tuple[int, int, int]


@dataclass(frozen=True)
class Cell:
    """A cell: its text, its shapes, and whether it only goes on with the one above or left of it. ``line`` is the
    number of a line that was taken out of it."""

    text: str = ""
    shapes: tuple[Shape, ...] = ()
    below: bool = False
    beside: bool = False
    at: At = (0, 0, 0)
    line: int = 0


@dataclass(frozen=True)
class Grid:
    """A table; ``rows`` are of one width. ``first`` is the number of its first row in the file."""

    rows: tuple[tuple[Cell, ...], ...]
    first: int = 1


@dataclass(frozen=True)
class Page:
    """What a file holds: its tables, the lines of text before, between and after them by the place of the table that
    follows, and cells that are too far out to be read."""

    grids: tuple[Grid, ...]
    texts: Mapping[int, tuple[Cell, ...]]
    beyond: tuple[Cell, ...] = ()

    def cells(self) -> Iterator[Cell]:
        """Each cell and line of the file in its order."""
        for place, grid in enumerate(self.grids):
            yield from self.texts.get(place, ())
            yield from (cell for row in grid.rows for cell in row)
        yield from self.texts.get(len(self.grids), ())
        yield from self.beyond


def read_file(name: str, content: bytes, headings: Sequence[str]) -> Page:
    """The tables in a DOCX, XLSX or CSV.

    Raises:
        InvalidForm: too large, of another kind, or broken.
    """
    if len(content) > MAX_BYTES:
        raise refused(_("Berkas ini lebih besar dari 10 MB."))
    if kinds.ending(name) == "docx":
        kinds.kind_of(name, content)
        return _read_word(content)
    if kinds.ending(name) not in ("xlsx", "csv"):
        raise refused(_("Kirim berkas DOCX, XLSX atau CSV."))
    is_book = kinds.ending(name) == "xlsx"
    grids, beyond = list[Grid](), list[Cell]()
    for page in range(_MOST_PAGES if is_book else 1):
        rows = sheets.rows_of(name, content, headings, page)
        surface = sheets.surface_of(content, page) if is_book else workbooks.Surface()
        if rows or surface.drawings:
            try:
                grid, outside = _sheet(len(grids), rows, surface)
            except InvalidDiagram as error:
                raise refused(_("Berkas ini rusak atau tidak dapat dibaca sebagai tabel.")) from error
            grids.append(grid)
            beyond += outside
    unread = workbooks.names_of_pages(content)[_MOST_PAGES:] if is_book else []
    beyond += [Cell(name, at=(_MOST_PAGES + number, 1, 1)) for number, name in enumerate(unread)]
    return Page(tuple(grids), {}, tuple(beyond))


def _sheet(place: int, rows: Sequence[Sequence[str]], surface: workbooks.Surface) -> tuple[Grid, list[Cell]]:
    """A page of a workbook, and its cells that are too far to the right or too far down."""
    cells = {
        (row, column): Cell(text, at=(place, row, column))
        for row, texts in enumerate(rows, 1)
        for column, text in enumerate(texts, 1)
        if text
    }
    for (row, column), shape in canvases.shapes_on(surface):
        cell = cells.get((row, column), Cell(at=(place, row, column)))
        cells[row, column] = replace(cell, shapes=(*cell.shapes, shape))
    height = min(max((row for row, _column in cells), default=0), MAX_ROWS)
    width = min(max((column for _row, column in cells), default=0), MAX_COLUMNS)
    covered = 0
    for top, left, bottom, right in surface.merges:
        down, across = range(top, min(bottom, height) + 1), range(left, min(right, width) + 1)
        covered += len(down) * len(across)
        if (
            covered > 2 * MAX_ROWS * MAX_COLUMNS
        ):  # cells that lie in several merges: no spreadsheet writes them
            break
        for row, column in product(down, across):
            cell = cells.get((row, column), Cell(at=(place, row, column)))
            cells[row, column] = replace(cell, below=row > top, beside=column > left)
    held = tuple(
        tuple(cells.get((row, column)) or Cell(at=(place, row, column)) for column in range(1, width + 1))
        for row in range(1, height + 1)
    )
    return Grid(held), [cell for (row, column), cell in cells.items() if row > height or column > width]


def refused(message: str) -> InvalidForm:
    """A refusal told at the field of the file."""
    return InvalidForm(message, {"table": message})


def _read_word(content: bytes) -> Page:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            info = archive.getinfo(_DOCUMENT)
            if info.file_size > xml.MAX_BYTES:
                raise refused(_("Isi berkas Word ini lebih besar dari 2 MB tanpa gambarnya."))
            with archive.open(info) as part:
                written = part.read(xml.MAX_BYTES + 1)
        root = xml.parse(written)
    except (
        zipfile.BadZipFile,
        KeyError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
    ) as error:
        raise refused(_("Berkas Word ini rusak atau tidak dapat dibaca.")) from error
    except InvalidDiagram as error:
        raise refused(_("Berkas Word ini rusak atau tidak dapat dibaca.")) from error
    body = next((part for part in root if part.tag == f"{_W}body"), None)
    grids, texts, number, beyond = list[Grid](), dict[int, list[Cell]](), 1, list[Cell]()
    for part in _blocks(body if body is not None else []):
        if part.tag == f"{_W}tbl":
            grid, outside = _grid(part, number, len(grids))
            number += len(grid.rows)
            grids.append(grid)
            beyond += outside
        else:
            lines = texts.setdefault(len(grids), [])
            for text in filter(None, _text(part).split("\n")):
                lines.append(Cell(text, at=(len(grids), 0, len(lines) + 1)))
            if shapes := tuple(canvases.shapes_in(part)):
                lines.append(Cell(shapes=shapes, at=(len(grids), 0, len(lines) + 1)))
    return Page(tuple(grids), {place: tuple(lines) for place, lines in texts.items()}, tuple(beyond))


def _blocks(body: "xml.Element | list[xml.Element]") -> Iterator[xml.Element]:
    """Paragraphs and tables, those within content controls too."""
    for part in body:
        if part.tag == f"{_W}sdt":
            for inner in part:
                if inner.tag == f"{_W}sdtContent":
                    yield from _blocks(inner)
        elif part.tag in (f"{_W}p", f"{_W}tbl"):
            yield part


def _grid(table: xml.Element, first: int, place: int) -> tuple[Grid, list[Cell]]:
    """A table, and its cells that are too far to the right or too far down."""
    rows = list[list[Cell]]()
    for row in table.iter(f"{_W}tr"):
        if _owner(row) is not table:
            continue
        cells = [Cell()] * _skipped(row, "gridBefore")
        for part in row.iter(f"{_W}tc"):
            if _owner(part) is table:
                cells += _cells(part)
        rows.append(
            [replace(cell, at=(place, len(rows) + 1, column)) for column, cell in enumerate(cells, 1)]
        )
    beyond = [cell for row in rows[:MAX_ROWS] for cell in row[MAX_COLUMNS:]]
    beyond += [cell for row in rows[MAX_ROWS:] for cell in row]
    width = min(max(map(len, rows), default=0), MAX_COLUMNS)
    held = tuple((*row[:width], *[Cell()] * (width - len(row))) for row in rows[:MAX_ROWS])
    return Grid(held, first), beyond


def _owner(part: xml.Element) -> xml.Element | None:
    """The table that a row or cell belongs to."""
    above = part.getparent()
    while above is not None and above.tag != f"{_W}tbl":
        above = above.getparent()
    return above


def _skipped(row: xml.Element, name: str) -> int:
    found = row.find(f"{_W}trPr/{_W}{name}")
    return min(_number(found), MAX_COLUMNS) if found is not None else 0


def _number(element: xml.Element) -> int:
    value = element.get(f"{_W}val") or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else 1


def _cells(part: xml.Element) -> list[Cell]:
    """A cell of the file as cells of the grid: as many as it spans."""
    span = part.find(f"{_W}tcPr/{_W}gridSpan")
    merge = part.find(f"{_W}tcPr/{_W}vMerge")
    below = merge is not None and merge.get(f"{_W}val") != "restart"
    cell = Cell(_text(part), tuple(canvases.shapes_in(part)), below)
    more = min(_number(span), MAX_COLUMNS) - 1 if span is not None else 0
    return [cell, *[Cell(below=below, beside=True)] * more]


def _text(part: xml.Element) -> str:
    """The text of a cell or paragraph, line by line; not that of shapes in it."""
    lines = list[str]()
    paragraphs = (
        [part] if part.tag == f"{_W}p" else [one for one in part.iter(f"{_W}p") if not _is_drawn(one, part)]
    )
    for paragraph in paragraphs:
        pieces = ["- "] if paragraph.find(f"{_W}pPr/{_W}numPr") is not None else []
        for one in paragraph.iter(*_PIECES):
            if not _is_drawn(one, paragraph):
                pieces.append(_piece(one))
        line = "\n".join(" ".join(each.split()) for each in "".join(pieces).split("\n"))
        lines.append("" if pieces == ["- "] else line)
    return "\n".join(lines).strip()


#: What a paragraph's text is made of: words, those of formulas too, blanks, new lines, hyphens, signs.
_PIECES = (f"{_M}t", *(f"{_W}{name}" for name in ("t", "tab", "br", "cr", "noBreakHyphen", "sym")))


def _piece(one: xml.Element) -> str:
    if one.tag in (f"{_W}t", f"{_M}t"):
        return one.text or ""
    if one.tag == f"{_W}sym":  # a letter of Wingdings and the like: a tick, a dot
        return "√"
    if one.tag == f"{_W}noBreakHyphen":
        return "-"
    return "\n" if one.tag in (f"{_W}br", f"{_W}cr") else " "


def _is_drawn(one: xml.Element, within: xml.Element) -> bool:
    above = one.getparent()
    while above is not None and above is not within:
        if above.tag in (f"{_W}drawing", f"{_W}pict", f"{_W}object", canvases.FALLBACK):
            return True
        above = above.getparent()
    return False
