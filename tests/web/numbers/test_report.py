"""The monthly report says the same as a page, on paper, as a workbook and on the command line."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from app.base.db import Database
from app.services.numbers import overview, report, report_files
from app.services.numbers.report import Report
from tests.web.conftest import Browser

pytestmark = pytest.mark.usefixtures("facts_follow")

SignIn = Callable[[str], Browser]
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)


def rows_of(page: str) -> list[list[str]]:
    """The cells of every row of every table, without their headings."""
    rows = [[_text(cell) for cell in _CELL.findall(row)] for row in _ROW.findall(page)]
    return [row for row in rows if row]


def _text(cell: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split())


@pytest.fixture
def month(worked: Database) -> str:
    with worked.reading() as session:
        return overview.earlier(overview.this_month(session), 1)


@pytest.fixture
def found(worked: Database, month: str) -> Report:
    with worked.reading() as session:
        return report.monthly_report(session, "pengaduan", month, actor=None)


def told(found: Report) -> list[list[str]]:
    """All rows with their headings, as people read them."""
    every = list[list[str]]()
    for table in found.tables:
        every.append([column.heading for column in table.columns])
        every += [table.shown(line) for line in table.lines]
    return every


def test_page_paper_and_command_line_tell_the_same(sign_in: SignIn, found: Report, month: str) -> None:
    wanted = [[" ".join(cell.split()) for cell in row] for row in told(found)]
    assert len(wanted) > 20
    page = sign_in("upp").get(f"/angka/laporan?month={month}").text
    assert rows_of(page[page.index("<main") : page.index("</main>")]) == wanted
    assert rows_of(report_files.typeset(found, format="html").decode()) == wanted
    printed = "\n".join(report_files.lines(found))
    for row in wanted:
        assert re.search(r"\s+".join(re.escape(cell) for cell in row if cell), printed), row


def test_the_workbook_holds_the_same_as_numbers(sign_in: SignIn, found: Report, month: str) -> None:
    answer = sign_in("auditor").get(f"/angka/laporan.xlsx?month={month}")
    book = load_workbook(BytesIO(answer.data))
    assert [sheet.title for sheet in book] == [*(table.title for table in found.tables), "Arti angka"]
    for table in found.tables:
        rows = list(book[table.title].iter_rows(values_only=True))
        wanted: list[tuple[Any, ...]] = [tuple(column.heading for column in table.columns)]
        wanted += [tuple(value if value != "" else None for value in line.values) for line in table.lines]
        assert [row[: len(table.columns)] for row in rows[-len(wanted) :]] == wanted
    assert answer.headers["Content-Disposition"].endswith(f"laporan-pengaduan-{month}.xlsx")


def test_the_pdf_is_one_for_screen_readers(sign_in: SignIn, worked: Database, month: str) -> None:
    answer = sign_in("koordinator").get(f"/angka/laporan.pdf?month={month}")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert b"/MarkInfo" in answer.data or b"/ObjStm" in answer.data


def test_the_report_is_in_the_readers_language(sign_in: SignIn, worked: Database, month: str) -> None:
    browser = sign_in("auditor")
    browser.get("/angka")
    browser.post("/bahasa", language="en", next="/angka")
    page = browser.get(f"/angka/laporan?month={month}").text
    assert "Followed up" in page
    assert "Ditindaklanjuti" not in page


def test_whom_it_is_for_is_what_the_process_says(sign_in: SignIn, worked: Database, month: str) -> None:
    assert "Untuk LAPOR ! – SP4N dan SIPP" in sign_in("upp").get(f"/angka/laporan?month={month}").text


@pytest.mark.parametrize("address", ["laporan", "laporan.pdf", "laporan.xlsx"])
def test_an_officer_of_a_unit_gets_no_report_of_all(sign_in: SignIn, worked: Database, address: str) -> None:
    assert sign_in("dishub").get(f"/angka/{address}").status_code == 403
    assert sign_in("upp").get(f"/angka/{address}?key=tidakada").status_code == 404


@pytest.mark.parametrize("month", ["2026-13", "abc", "2999-01", "2026-1", "2026-011"])
def test_a_month_that_there_is_not_is_refused(sign_in: SignIn, worked: Database, month: str) -> None:
    assert sign_in("upp").get(f"/angka/laporan?month={month}").status_code == 422


def test_what_looks_like_a_formula_or_markup_stays_text(found: Report) -> None:
    bad = '=1+1 #eval("x") \x07<b>'
    table = found.tables[0]
    changed = replace(table, lines=[replace(one, values=(bad, *one.values[1:])) for one in table.lines])
    made = replace(found, tables=[changed], process=bad)
    book = load_workbook(BytesIO(report_files.xlsx(made)))
    cells = [cell for row in book[table.title].iter_rows() for cell in row if isinstance(cell.value, str)]
    assert any(cell.value.startswith("=1+1") for cell in cells)
    assert {cell.data_type for cell in cells} == {"s"}
    plain = replace(made, process=bad.replace("\x07", ""), tables=[])
    assert '#eval("x") <b>' in html.unescape(report_files.typeset(plain, format="html").decode())
    assert report_files.pdf(made).startswith(b"%PDF-")
