"""Lists as files: what a spreadsheet makes of their cells."""

import csv
import random
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest
from flask import Flask
from openpyxl import load_workbook

from app.base.errors import InvalidForm
from app.services.files import sheets, workbook_stream
from app.web import sheet_files


@pytest.mark.parametrize("text", ["=1+1", "+62", "-1", "@SUM(A1)", " =1", "\tx", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert sheet_files.guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x;=1", "x;'=1"),
        ('x; ""-1', 'x;\' ""-1'),
        ("x\n- a\r\n+b", "x\n'- a\r\n'+b"),
        ("\t=1", "'\t'=1"),
        ("=1;＝1", "'=1;'＝1"),
    ],
)
def test_no_cell_becomes_a_formula_where_its_text_is_split(text: str, told: str) -> None:
    assert sheet_files.guarded(text) == told
    assert sheets.read_sheet(
        "a.csv", f'n,m\n1,"{told.replace(chr(34), chr(34) * 2)}"'.encode(), ["n"]
    ).lines == ((2, ("1", text.strip())),)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_spreadsheet_finds_a_formula_whatever_it_separates_by(own_app: Flask, delimiter: str) -> None:
    draw = random.Random(4)
    rows = [["".join(draw.choices("x;,\"'\t\n\r =+-@", k=8)) for _cell in range(3)] for _row in range(3000)]
    with own_app.test_request_context():
        text = sheet_files.csv_download("daftar.csv", ["a", "b", "c"], rows).get_data().decode("utf-8-sig")
    cells = [cell for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter) for cell in row]
    assert [cell for cell in cells if re.match(" *[=+@-]", cell)] == []


@pytest.mark.parametrize("text", ["", "a=1", "a; b", "106,8,-6,2", "3 hari", "“x”", "1,5"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert sheet_files.guarded(text) == text


def test_a_cell_may_hold_anything(own_app: Flask) -> None:
    with own_app.test_request_context():
        answer = sheet_files.csv_download("daftar.csv", ["a", "b"], [['x, "y"', "baris\nlain"], [None, 7]])
        text = answer.get_data().decode("utf-8-sig")
    assert list(csv.reader(StringIO(text))) == [["a", "b"], ['x, "y"', "baris\nlain"], ["", "7"]]
    assert answer.headers["Content-Disposition"] == "attachment; filename=daftar.csv"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def cells_of(content: bytes) -> list[list[object]]:
    [sheet] = load_workbook(BytesIO(content)).worksheets
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_xlsx_holds_texts_numbers_and_times_of_the_office_and_no_formula(own_app: Flask) -> None:
    at = datetime(2026, 3, 2, 1, 30, 7, tzinfo=UTC)
    row = ["=1+1", "+62", 7, at, None, "a\0b\x0b", "x" * 40_000]
    with own_app.test_request_context():
        answer = sheet_files.sheet_download("daftar", "xlsx", list("abcdefg"), [row])
        content = b"".join(answer.iter_encoded())
        answer.close()
    assert answer.headers["Content-Disposition"] == "attachment; filename=daftar.xlsx"
    here = datetime(2026, 3, 2, 8, 30)  # noqa: DTZ001 a cell knows no zone
    assert cells_of(content)[1] == ["=1+1", "+62", 7, here, None, "ab", "x" * 32_767]


@pytest.mark.parametrize("format_", sheet_files.FORMATS)
def test_rows_are_read_as_they_are_sent(own_app: Flask, format_: str) -> None:
    read = []

    def rows() -> Iterator[Sequence[object]]:
        for number in range(1000):
            read.append(number)
            yield (number,)

    with own_app.test_request_context():
        answer = sheet_files.sheet_download("daftar", format_, ["n"], rows())
        assert len(read) < 300
        content = answer.get_data()
    lines = cells_of(content) if format_ == "xlsx" else content.splitlines()
    assert (len(lines), len(read)) == (1001, 1000)


def test_what_is_wrong_with_the_first_row_is_told_before_anything_is_sent(own_app: Flask) -> None:
    def rows() -> Iterator[Sequence[object]]:
        raise InvalidForm("x", {})
        yield ()

    for format_ in ("csv", "xlsx"):
        with own_app.test_request_context(), pytest.raises(InvalidForm):
            sheet_files.sheet_download("daftar", format_, ["n"], rows())


def test_other_formats_are_refused(own_app: Flask) -> None:
    with own_app.test_request_context(), pytest.raises(InvalidForm):
        sheet_files.sheet_download("daftar", "pdf", ["n"], [])


@pytest.mark.parametrize("rows", [0, 4, 5, 8, 9])
def test_more_rows_than_a_sheet_holds_begin_another(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(workbook_stream, "MOST_ROWS", 5)
    with own_app.test_request_context():
        content = sheet_files.sheet_download("daftar", "xlsx", ["n"], [(n,) for n in range(rows)]).get_data()
    sheets = load_workbook(BytesIO(content)).worksheets
    held = [[cell.value for (cell,) in sheet.iter_rows()] for sheet in sheets]
    assert all(one[0] == "n" and len(one) <= 5 for one in held)
    assert [value for one in held for value in one[1:]] == list(range(rows))
    assert len({sheet.title for sheet in sheets}) == len(sheets) == max(1, -(-rows // 4))


def test_days_and_letters_of_xml_come_through(own_app: Flask) -> None:
    row = [date(2026, 3, 2), 'a & <b> "c"\r\nd', " x ", 1.5, True, float("nan")]
    with own_app.test_request_context():
        content = sheet_files.sheet_download("daftar", "xlsx", list("abcdef"), [row]).get_data()
    day, *rest = cells_of(content)[1]
    assert isinstance(day, datetime)
    assert (day.date(), rest) == (row[0], [row[1], " x ", 1.5, "True", "nan"])
