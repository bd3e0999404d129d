"""The symbols and arrows in a performer's cell, as a word processor and a printer draw them."""

import zipfile
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from lxml import etree

from app.services.sop_documents import drawings, layouts, measures, row_parts, sheets, word
from app.services.sop_documents.contents import SopDocument
from app.services.sop_documents.layouts import LAYOUTS, PAPERS
from app.services.sop_documents.routes import Box
from app.services.sop_tables import drafting, reading
from tests.services.sop_documents.source import document, laid_out, shipped
from tests.services.sop_tables import tables

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WPG = "{http://schemas.microsoft.com/office/word/2010/wordprocessingGroup}"
_WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"


@cache
def permit() -> SopDocument:
    table = reading.read_table("izin.csv", tables.PERMIT.encode())
    return document(drafting.draft_of(table, "izin").files["izin.bpmn"])


DOCUMENTS = pytest.mark.parametrize("made", [shipped, permit])


@cache
def part(made: Any, name: str) -> Any:
    content = word.docx(made(), layouts.layout(""), layouts.paper(""))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return etree.fromstring(archive.read(f"word/{name}.xml"))


def box(frame: Any) -> tuple[int, int, int, int]:
    at, size = frame.find(f"{_A}off"), frame.find(f"{_A}ext")
    return int(at.get("x")), int(at.get("y")), int(size.get("cx")), int(size.get("cy"))


def cells(made: Any, template: str = "", paper: str = "") -> Iterator[drawings.Cell]:
    laid = laid_out(made, template, paper)
    return (cell for sheet in laid.sheets for line in sheet.lines for cell in line.cells)


@DOCUMENTS
def test_a_group_of_shapes_is_exactly_as_large_as_what_is_in_it(made: Any) -> None:
    """Else LibreOffice moves and stretches the symbols, and arrows no longer meet at the edges of cells."""
    groups = list(part(made, "document").iter(f"{_WPG}wgp"))
    assert groups
    for group in groups:
        whole = group.find(f"{_WPG}grpSpPr/{_A}xfrm/{_A}chExt")
        boxes = [box(shape.find(f"{_WPS}spPr/{_A}xfrm")) for shape in group.iter(f"{_WPS}wsp")]
        assert min(x for x, _y, _w, _h in boxes) == min(y for _x, y, _w, _h in boxes) == 0
        assert max(x + w for x, _y, w, _h in boxes) == int(whole.get("cx"))
        assert max(y + h for _x, y, _w, h in boxes) == int(whole.get("cy"))


def test_a_drawing_fills_its_row_from_edge_to_edge() -> None:
    """Word gives all cells of a row the largest upper margin among them: there is none beside a drawing."""
    rows = [
        row
        for row in part(shipped, "document").iter(f"{_W}tr")
        if next(row.iter(f"{_WPG}wgp"), None) is not None
    ]
    assert len(rows) == 6
    for row in rows:
        for edge in ("top", "bottom"):
            margins = [
                one.get(f"{_W}w") for one in row.iter(f"{_W}{edge}") if one.getparent().tag == f"{_W}tcMar"
            ]
            assert set(margins) == {"0"}


def test_the_foot_numbers_the_pages() -> None:
    fields = [one.get(f"{_W}instr") for one in part(shipped, "footer").iter(f"{_W}fldSimple")]
    assert fields == ["PAGE", "NUMPAGES"]


@DOCUMENTS
def test_no_word_in_a_symbol_is_cut_in_two(made: Any) -> None:
    words = {word for row in made().rows for symbol in row.symbols for word in symbol.text.split()}
    figures = [figure for cell in cells(made, "permenpanrb_35_2012") for figure in cell.figures]
    drawn = {word for one in figures if one.kind != "pentagon" for line in one.lines for word in line.split()}
    assert drawn == words


@DOCUMENTS
@pytest.mark.parametrize("template", LAYOUTS)
@pytest.mark.parametrize("paper", PAPERS)
def test_the_point_of_an_arrow_lies_beside_its_symbol_and_no_line_runs_along_one(
    made: Any, template: str, paper: str
) -> None:
    for cell in cells(made, template, paper):
        boxes = [Box(f.x, f.y, f.w, f.h) for f in cell.figures]
        for head in cell.heads:
            across, down = {"up": (-1, 0), "down": (-1, -2), "left": (0, -1), "right": (-2, -1)}[head.towards]
            point = Box(head.x + across + 0.05, head.y + down + 0.05, 1.9, 1.9)
            assert not any(point.meets(other) for other in boxes)
        for x1, y1, x2, y2 in cell.lines:
            for other in boxes:
                beside = x1 == x2 and min(abs(x1 - other.x), abs(x1 - other.x - other.w)) < 0.7
                assert not (beside and min(y2, other.y + other.h) - max(y1, other.y) > 0.1)


def test_a_column_is_as_wide_as_its_longest_word() -> None:
    body = tables.LEAVE.replace(";15 menit;", ";Menyesuaikan;").replace("Kartu cuti", "Pertanggungjawaban")
    table = reading.read_table("cuti.csv", body.encode())
    made = document(drafting.draft_of(table, "cuti").files["cuti.bpmn"])
    for template in LAYOUTS:
        laid = sheets.laid_out(made, layouts.layout(template), layouts.paper(""))
        assert sum(laid.widths) == pytest.approx(297 - 2 * sheets.MARGIN, abs=0.1)
        texts = [laid.widths[1], *laid.widths[2 + len(made.performers) :]]
        columns = [("activity",), *(column.properties for column in layouts.layout(template).columns)]
        for width, names in zip(texts, columns, strict=True):
            cells = [row.cells.get(name, row.activity) for row in made.rows for name in names]
            for one in " ".join(cells).split():
                assert measures.text_width(one, row_parts.POINTS) <= width - 2 * row_parts.PADDING, one


def test_the_heads_have_room_for_the_names_of_the_performers() -> None:
    lines = measures.wrapped(["Kepala Dinas Penanaman Modal"], 22.0, row_parts.POINTS)
    heights = [laid_out(made).head_heights[1] for made in (shipped, permit)]
    assert heights[0] < len(lines) * measures.line_height(row_parts.POINTS) <= heights[1]
