"""Files as grids of cells: what stands in them, and which shapes are drawn in them. No session.

A Word file is read as what it is, a zip of XML: within bounds, by the engine's reader, which fetches and expands
nothing.
"""

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from app.engine import xml
from app.errors import InvalidDiagram, InvalidForm
from app.i18n import _
from app.services.files import kinds, sheets

MAX_BYTES = sheets.MAX_BYTES
MAX_COLUMNS = 60
MAX_ROWS = 2_000
#: Of a workbook: a cover, an identity block, and what else stands before the table.
_MOST_PAGES = 6
_DOCUMENT = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_VML = "{urn:schemas-microsoft-com:vml}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
#: What our own documents name the group of shapes in a cell.
_OURS = "Bagan "


@dataclass(frozen=True)
class Shape:
    """A drawn shape: its kind as Word names it (``flowChartProcess``, ``line``), the text in it, and, in a document
    of ours, what it stands for."""

    kind: str
    text: str = ""
    name: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell: its text, its shapes, and whether it only goes on with the one above or left of it."""

    text: str = ""
    shapes: tuple[Shape, ...] = ()
    below: bool = False
    beside: bool = False


@dataclass(frozen=True)
class Grid:
    """A table; ``rows`` are of one width. ``first`` is the number of its first row in the file."""

    rows: tuple[tuple[Cell, ...], ...]
    first: int = 1


@dataclass(frozen=True)
class Page:
    """What a file holds: its tables, and the lines of text before, between and after them by the place of the table
    that follows."""

    grids: tuple[Grid, ...]
    texts: Mapping[int, tuple[str, ...]]


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
    pages = _MOST_PAGES if kinds.ending(name) == "xlsx" else 1
    read = (sheets.rows_of(name, content, headings, page) for page in range(pages))
    return Page(tuple(_sheet(rows[:MAX_ROWS]) for rows in read if rows), {})


def _sheet(rows: Sequence[Sequence[str]]) -> Grid:
    width = min(max(map(len, rows), default=0), MAX_COLUMNS)
    return Grid(
        tuple(tuple(Cell(row[place] if place < len(row) else "") for place in range(width)) for row in rows)
    )


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
    grids, texts, number = list[Grid](), dict[int, list[str]](), 1
    for part in _blocks(body if body is not None else []):
        if part.tag == f"{_W}tbl":
            grid = _grid(part, number)
            number += len(grid.rows)
            grids.append(grid)
        elif text := _text(part):
            texts.setdefault(len(grids), []).append(text)
    return Page(tuple(grids), {place: tuple(lines) for place, lines in texts.items()})


def _blocks(body: "xml.Element | list[xml.Element]") -> Iterator[xml.Element]:
    """Paragraphs and tables, those within content controls too."""
    for part in body:
        if part.tag == f"{_W}sdt":
            for inner in part:
                if inner.tag == f"{_W}sdtContent":
                    yield from _blocks(inner)
        elif part.tag in (f"{_W}p", f"{_W}tbl"):
            yield part


def _grid(table: xml.Element, first: int) -> Grid:
    rows = list[tuple[Cell, ...]]()
    for row in table.iter(f"{_W}tr"):
        if _owner(row) is not table or len(rows) == MAX_ROWS:
            continue
        cells = [Cell(beside=False)] * _skipped(row, "gridBefore")
        for part in row.iter(f"{_W}tc"):
            if _owner(part) is table and len(cells) < MAX_COLUMNS:
                cells += _cells(part)
        rows.append(tuple(cells[:MAX_COLUMNS]))
    width = max(map(len, rows), default=0)
    return Grid(tuple((*row, *[Cell()] * (width - len(row))) for row in rows), first)


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
    cell = Cell(_text(part), tuple(_shapes(part)), below)
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
        for one in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}sym"):
            if not _is_drawn(one, paragraph):
                pieces.append(_piece(one))
        line = "\n".join(" ".join(each.split()) for each in "".join(pieces).split("\n"))
        lines.append(line if line != "-" else "")
    return "\n".join(lines).strip()


def _piece(one: xml.Element) -> str:
    if one.tag == f"{_W}t":
        return one.text or ""
    if one.tag == f"{_W}sym":  # a letter of Wingdings and the like: a tick, a dot
        return "√"
    return "\n" if one.tag == f"{_W}br" else " "


def _is_drawn(one: xml.Element, within: xml.Element) -> bool:
    """Whether it lies in a drawing."""
    above = one.getparent()
    while above is not None and above is not within:
        if above.tag in (f"{_W}drawing", f"{_W}pict", f"{_W}object", _FALLBACK):
            return True
        above = above.getparent()
    return False


def _shapes(part: xml.Element) -> Iterator[Shape]:
    for drawing in part.iter(f"{_W}drawing"):
        about = next(drawing.iter(f"{_WP}docPr"), None)
        ours = about is not None and (about.get("name") or "").startswith(_OURS)
        for shape in drawing.iter(f"{_WPS}wsp"):
            kind = next((one.get("prst") or "" for one in shape.iter(f"{_A}prstGeom")), "")
            named = next((one.get("name") or "" for one in shape.iter(f"{_WPS}cNvPr")), "") if ours else ""
            yield Shape(kind, _words(shape, f"{_W}t"), named)
    for pict in part.iter(f"{_W}pict"):
        if not any(above.tag == _FALLBACK for above in pict.iterancestors()):
            yield from _old_shapes(pict)


def _old_shapes(pict: xml.Element) -> Iterator[Shape]:
    """Shapes as Word wrote them before 2010."""
    names = {"rect": "rect", "roundrect": "roundRect", "oval": "ellipse", "line": "line"}
    kinds_of = {"_x0000_t109": "rect", "_x0000_t110": "diamond", "_x0000_t4": "diamond"}
    kinds_of |= {"_x0000_t116": "flowChartTerminator", "_x0000_t177": "flowChartOffpageConnector"}
    kinds_of |= {"_x0000_t32": "line", "_x0000_t33": "line", "_x0000_t34": "line", "_x0000_t202": "textbox"}
    for one in pict.iter():
        if not isinstance(one.tag, str) or not one.tag.startswith(_VML):
            continue
        name = one.tag.removeprefix(_VML)
        kind = kinds_of.get((one.get("type") or "").lstrip("#")) if name == "shape" else names.get(name)
        if kind is not None:
            yield Shape(kind, _words(one, f"{_W}t"))


def _words(part: xml.Element, tag: str) -> str:
    lines = ["".join(one.text or "" for one in paragraph.iter(tag)) for paragraph in part.iter(f"{_W}p")]
    return " ".join(" ".join(lines).split())
