"""The list of cases as a file: what the list shows, all of its pages, and nothing that its reader may not see."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.base.db import Database
from app.models import ProcessInstance
from app.services.core import paging
from tests.web.cases import start_many
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


def begun(office: Database, count: int) -> list[str]:
    """The numbers of cases that are begun, the oldest first."""
    start_many(office, count)
    with office.reading() as session:
        return list(session.scalars(select(ProcessInstance.business_key).order_by(ProcessInstance.id)))


def lines_of(browser: Browser, query: str = "") -> list[list[str]]:
    answer = browser.get(f"/perkara/unduh?format=csv&{query}")
    assert answer.status_code == 200
    return list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))


def test_all_pages_are_in_it_newest_first(
    office: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MAX_LIMIT", 2)
    numbers = begun(office, 5)
    heading, *lines = lines_of(sign_in("lapor"))
    assert heading[:4] == ["Nomor", "Perihal", "Proses", "Keadaan"]
    assert [line[0] for line in lines] == numbers[::-1]
    assert all(line[3] == "Berjalan" for line in lines)


def test_it_is_filtered_as_the_list_is(office: Database, sign_in: SignIn) -> None:
    numbers = begun(office, 3)
    assert [line[0] for line in lines_of(sign_in("lapor"), f"q={numbers[1]}")[1:]] == [numbers[1]]
    assert lines_of(sign_in("lapor"), "state=ended")[1:] == []


def test_list_and_file_are_narrowed_by_priority(office: Database, sign_in: SignIn) -> None:
    numbers = begun(office, 3)
    with office.transaction() as session:
        session.scalars(
            select(ProcessInstance).where(ProcessInstance.business_key == numbers[0])
        ).one().priority = "segera"
    browser = sign_in("lapor")
    assert [line[0] for line in lines_of(browser, "priority=segera")[1:]] == [numbers[0]]
    words = words_of(browser.get("/perkara?priority=segera"))
    assert [number for number in numbers if number in words] == [numbers[0]]


def test_who_sees_no_case_gets_none(office: Database, sign_in: SignIn) -> None:
    start_many(office, 2)
    assert lines_of(sign_in("dpupr"))[1:] == []


def test_the_same_as_xlsx(office: Database, sign_in: SignIn) -> None:
    start_many(office, 2)
    browser = sign_in("lapor")
    answer = browser.get("/perkara/unduh?format=xlsx")
    [sheet] = load_workbook(BytesIO(answer.get_data())).worksheets
    found = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[:6] for row in found] == [line[:6] for line in lines_of(browser)]
    assert found[1][10].year >= 2026  # type: ignore[union-attr]


def test_the_list_leads_to_its_files_with_its_filters(office: Database, sign_in: SignIn) -> None:
    start_many(office, 1)
    page = sign_in("lapor").get("/perkara?state=active")
    assert "/perkara/unduh?state=active&amp;format=xlsx" in page.text
    assert "Unduh seluruh daftar ini" in words_of(page)


def test_another_format_is_refused_in_words(sign_in: SignIn) -> None:
    answer = sign_in("lapor").get("/perkara/unduh?format=pdf")
    assert (answer.status_code, "Pilih CSV atau XLSX." in words_of(answer)) == (422, True)
