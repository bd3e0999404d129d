"""Files as they are read: what is in their cells, and what is refused. Whatever is in a file, nothing of it runs."""

import tracemalloc
import zipfile
from io import BytesIO

import pytest

from app.base.errors import InvalidForm
from app.services.files import sheets, workbooks
from app.services.files.sheets import Sheet, read_sheet

KNOWN = ("tracking id", "judul laporan")
SHEET = "xl/worksheets/sheet1.xml"


def read(content: str | bytes, name: str = "laporan.csv") -> Sheet:
    return read_sheet(name, content.encode() if isinstance(content, str) else content, KNOWN)


def refused(content: str | bytes, name: str = "laporan.csv") -> str:
    with pytest.raises(InvalidForm) as raised:
        read(content, name)
    return raised.value.errors["file"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_file_is_read_with_its_own_separator(delimiter: str) -> None:
    found = read(delimiter.join(("Tracking  ID", "judul laporan")) + "\r\n" + delimiter.join(("1", '"a\nb"')))
    assert found.headings == ("Tracking  ID", "judul laporan")
    assert found.lines == ((2, ("1", "a\nb")),)


def test_a_csv_file_of_an_old_spreadsheet_is_read() -> None:
    assert read("Tracking ID\nJalan “rusak”".encode("cp1252")).lines == ((2, ("Jalan “rusak”",)),)
    assert read(b"\xef\xbb\xbfTracking ID\n1").headings == ("Tracking ID",)


def test_a_title_may_stand_above_the_heading_and_blank_lines_between() -> None:
    assert read("Laporan Ringkas\n\nTracking ID,Lain\n1,x\n,\n2").lines == ((4, ("1", "x")), (6, ("2", "")))


def test_the_apostrophe_of_our_own_exports_is_taken_off() -> None:
    assert read("Tracking ID\n'=1+1\n'kutip'").lines == ((2, ("=1+1",)), (3, ("'kutip'",)))


@pytest.mark.parametrize(
    "content", ["Nama,Umur\n1,2", "Tracking ID\n", "Tracking ID,tracking id\n1,2", "", 'Tracking ID\n"x']
)
def test_a_file_that_is_no_such_table_is_refused(content: str) -> None:
    assert refused(content)


def test_a_file_without_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_LINES", 3)
    assert len(read("Tracking ID\n" + "1\n" * 3).lines) == 3
    assert "3" in refused("Tracking ID\n" + "1\n" * 4)
    assert refused("Tracking ID\n" + "\n" * 10)
    assert refused("Tracking ID" + "," * 300 + "\n1")
    assert refused("Tracking ID\n" + "a" * (sheets.MAX_CELL + 1))
    assert refused(b"x" * (sheets.MAX_BYTES + 1))


@pytest.mark.parametrize("name", ["laporan.txt", "laporan.xlsm", "laporan", "laporan.xlsx"])
def test_another_kind_of_file_is_refused(name: str) -> None:
    assert refused("Tracking ID\n1", name)


def workbook(*rows: list[object]) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The file with other parts; names with ``/`` as they are."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def test_an_xlsx_gives_what_its_cells_show() -> None:
    from datetime import date, datetime, time

    row = [
        8507247,
        8507247.0,
        1.5,
        True,
        date(2024, 1, 18),
        datetime(2024, 1, 18, 2, 15),  # noqa: DTZ001 a cell knows no zone
        time(2, 15, 30),
        None,
    ]
    found = read(workbook(["Tracking ID", *"abcdefg"], row), "laporan.xlsx")
    texts = ("8507247", "8507247", "1.5", "true", "2024-01-18", "2024-01-18T02:15", "02:15:30", "")
    assert found.lines == ((2, texts),)


def test_a_formula_is_never_computed_nor_shown() -> None:
    found = read(
        workbook(["Tracking ID", "b"], ["1", '=HYPERLINK("http://x/"&A2)'], ["2", "=1+1"]), "laporan.xlsx"
    )
    assert found.lines == ((2, ("1", "")), (3, ("2", "")))


def test_macros_are_refused() -> None:
    assert refused(repacked(workbook(["Tracking ID"], [1]), **{"xl/vbaProject.bin": b"x"}), "laporan.xlsx")


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_entities_are_refused(part: str) -> None:
    content = workbook(["Tracking ID"], [1])
    with zipfile.ZipFile(BytesIO(content)) as archive:
        own = archive.read(part)
    own = own[own.index(b"?>") + 2 :] if own.startswith(b"<?xml") else own
    assert refused(repacked(content, **{part: BOMB + own}), "laporan.xlsx")
    wide = (BOMB + own).decode().encode("utf-16")
    assert refused(repacked(content, **{part: wide}), "laporan.xlsx")


def test_what_unpacks_to_too_much_is_refused() -> None:
    content = workbook(["Tracking ID"], [1])
    assert refused(repacked(content, **{"xl/media/x.bin": bytes(workbooks.MAX_UNPACKED)}), "laporan.xlsx")
    many = {f"xl/media/{n}": b"" for n in range(workbooks.MAX_PARTS)}
    assert refused(repacked(content, **many), "laporan.xlsx")


def test_a_sheet_that_lies_about_its_size_is_read_within_bounds() -> None:
    content = workbook(["Tracking ID", "b"], [1, "x"])
    with zipfile.ZipFile(BytesIO(content)) as archive:
        own = archive.read(SHEET)
    own = own.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    assert read(repacked(content, **{SHEET: own}), "laporan.xlsx").lines == ((2, ("1", "x")),)
    far = own.replace(b'<row r="2"', b'<row r="1048576"').replace(b'r="A2"', b'r="A1048576"')
    assert refused(repacked(content, **{SHEET: far.replace(b'r="B2"', b'r="B1048576"')}), "laporan.xlsx")


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml"])
def test_a_broken_xlsx_is_refused(part: str) -> None:
    assert refused(repacked(workbook(["Tracking ID"], [1]), **{part: b"<x"}), "laporan.xlsx")


NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATED = "xl/_rels/workbook.xml.rels"
STRINGS = (
    b'<Relationship Id="rIdS" Target="sharedStrings.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
)
HEADING = b'<row><c t="inlineStr"><is><t>Tracking ID</t></is></c></row>'


def made_up(rows: bytes, strings: bytes = b"", **parts: bytes) -> bytes:
    """A file with these rows after its heading, and these texts that cells share."""
    content = workbook(["Tracking ID"])
    with zipfile.ZipFile(BytesIO(content)) as archive:
        related = archive.read(RELATED)
    page = b"<worksheet %b><sheetData>%b%b</sheetData></worksheet>" % (NAMESPACE, HEADING, rows)
    shared = {
        RELATED: related.replace(b"</Relationships>", STRINGS),
        "xl/sharedStrings.xml": b"<sst %b>%b</sst>" % (NAMESPACE, strings),
    }
    return repacked(content, **{SHEET: page} | (shared if strings else {}) | parts)


def test_cells_share_texts_without_how_they_are_spoken() -> None:
    strings = (
        b"<si><t>7_x000D_</t></si>"
        b"<si><r><t>Jalan </t></r><r><t xml:space='preserve'>rusak</t></r><rPh><t>x</t></rPh></si>"
    )
    found = read(
        made_up(b'<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>', strings), "x.xlsx"
    )
    assert found.lines == ((2, ("7",)), (3, ("Jalan rusak",)))


def test_rows_and_cells_that_are_left_out_are_empty() -> None:
    rows = b'<row r="2"><c r="B2"><v>7</v></c></row><row r="5"><c r="A5"><v>8</v></c></row>'
    content = made_up(rows.replace(b"</c></row>", b"</c></row>", 1))
    assert read(content, "x.xlsx").lines == ((5, ("8",)),)


@pytest.mark.parametrize(
    ("format_", "told"),
    [
        ("yyyy-mm-dd hh:mm", "2024-01-18T02:15"),
        ('[$-421]dd mmmm yyyy "pukul" hh.mm;@', "2024-01-18T02:15"),
        ("0.00", "45309.09375"),
        ('0 "hari"', "45309.09375"),
        ("[Red]0.0", "45309.09375"),
        ("[h]:mm", "45309 days, 2:15:00"),
    ],
)
def test_a_number_is_a_date_where_its_format_shows_one(format_: str, told: str) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Tracking ID"])
    book.active.append([45309.09375])
    book.active["A2"].number_format = format_
    out = BytesIO()
    book.save(out)
    assert read(out.getvalue(), "x.xlsx").lines == ((2, (told,)),)


def test_dates_count_from_1904_where_the_file_says_so() -> None:
    from datetime import date

    openpyxl = pytest.importorskip("openpyxl")
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["Tracking ID"])
    book.active.append([date(2024, 1, 18)])
    out = BytesIO()
    book.save(out)
    assert read(out.getvalue(), "x.xlsx").lines == ((2, ("2024-01-18",)),)


@pytest.mark.parametrize(
    "rows",
    [
        b"<row>%b</row>" % (b"<c/>" * 3_000_000),
        b"<row>%b</row>" % b"".join(b"<a%d/>" % n for n in range(20_000)),
        b"<row %b/>" % b" ".join(b'a%d=""' % n for n in range(100_000)),
        b"<row>%b" % (b"<a>" * 100_000),
        b"<row><c><v>%b</v></c></row>" % (b"1" * 10_000_000),
    ],
    ids=["cells of a row", "names", "attributes", "depth", "text of a cell"],
)
def test_a_small_file_that_unfolds_is_refused_before_it_takes_memory(rows: bytes) -> None:
    content = made_up(rows)
    tracemalloc.start()
    try:
        assert refused(content, "x.xlsx") == "Berkas ini terlalu besar setelah dibuka."
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_elements_of_all_parts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_ELEMENTS", 1000)
    assert "terlalu besar" in refused(made_up(b"", b"<si/>" * 1000), "x.xlsx")
    styles = b"<styleSheet %b><cellXfs>%b</cellXfs></styleSheet>" % (NAMESPACE, b"<xf/>" * 1000)
    assert "terlalu besar" in refused(made_up(b"", **{"xl/styles.xml": styles}), "x.xlsx")
    assert "terlalu besar" in refused(made_up(b"<row><c/></row>" * 1000), "x.xlsx")


def test_a_text_that_many_cells_share_counts_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_LETTERS", 500)
    content = made_up(b'<row><c t="s"><v>0</v></c></row>' * 6, b"<si><t>%b</t></si>" % (b"x" * 100))
    assert "terlalu besar" in refused(content, "x.xlsx")
    assert "terlalu besar" in refused("Tracking ID\n" + "x" * 600)


def test_entities_of_parts_with_another_ending_are_refused() -> None:
    content = made_up(b"", b"<si/>")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        related = archive.read(RELATED).replace(b"sharedStrings.xml", b"sharedStrings.bin")
    parts = {RELATED: related, "xl/sharedStrings.bin": BOMB + b"<sst/>"}
    assert "rusak" in refused(repacked(content, **parts), "x.xlsx")
