"""Angka: each figure leads to the cases behind it, and nobody sees figures that are not for him."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.base.db import Database
from tests.web.conftest import Browser

pytestmark = pytest.mark.usefixtures("facts_follow")

SignIn = Callable[[str], Browser]
_FIGURE = re.compile(r'<a href="(/perkara\?[^"]*figure=(\w+)[^"]*)"[^>]*>([\d.]+)</a>')
#: Figures that count tasks: a case with two of them is one row of the list.
OF_TASKS = {"done", "timed", "within", "late", "returned", "overdue", "foreseen"}


def links(page: str) -> set[tuple[str, str, int]]:
    """Of each figure that leads somewhere: (address, name, figure)."""
    found = _FIGURE.findall(page)
    return {(html.unescape(url), name, int(number.replace(".", ""))) for url, name, number in found}


def test_each_figure_leads_to_so_many_cases(sign_in: SignIn, worked: Database) -> None:
    browser = sign_in("auditor")
    page = browser.get("/angka").text
    followed = links(page)
    assert {name for _url, name, _n in followed} >= {
        "received",
        "answered",
        "finished",
        "open",
        "done",
        "timed",
    }
    for url, name, number in sorted(followed):
        rows = browser.get(url).text.count('<tr role="row" data-item')
        assert rows == min(number, 50) if name not in OF_TASKS else 0 < rows <= number, (url, number, rows)


def test_a_percentage_in_time_opens_what_was_in_time(sign_in: SignIn, worked: Database) -> None:
    page = sign_in("auditor").get("/angka").text
    opened = re.findall(r'figure=(\w+)[^"]*"[^>]*>[\d,]+%</a>', page)
    assert len(opened) > 4
    assert set(opened) == {"within"}
    late = re.findall(r'figure=(\w+)[^"]*"[^>]*>[\d.]+ dari [\d.]+ lewat</a>', page)
    assert set(late) <= {"late"}


def test_what_has_no_unit_leads_to_its_cases(sign_in: SignIn, worked: Database) -> None:
    auditor = sign_in("auditor")
    page = auditor.get("/angka?rinci=unit").text
    row = re.search(r'<tr role="row">\s*<th[^>]*>Tanpa unit.*?</tr>', page, re.S)
    assert row is not None
    assert not re.search(r'cell--num">[1-9][\d.]*</td>', row[0])
    followed = links(row[0])
    assert followed
    for url, name, number in followed:
        listed = auditor.get(url).text
        assert 'value="-" selected>Tanpa unit' in listed
        rows = listed.count('<tr role="row" data-item')
        assert rows == number if name not in OF_TASKS else 0 < rows <= number


def test_a_list_behind_a_figure_of_tasks_tells_how_often_its_cases_count(
    sign_in: SignIn, worked: Database
) -> None:
    page = sign_in("auditor").get("/perkara?key=pengaduan&figure=done").text
    told = re.search(r"di halaman ini (\d+) kali pada (\d+) perkara", page)
    assert told is not None
    assert int(told[1]) > int(told[2]) == page.count('<tr role="row" data-item')


def test_a_filter_narrows_every_figure(sign_in: SignIn, worked: Database) -> None:
    browser = sign_in("auditor")
    whole = links(browser.get("/angka").text)
    narrowed = links(browser.get("/angka?channel=Website").text)
    assert all("channel=Website" in url for url, _name, _n in narrowed)
    assert 0 < received(narrowed) < received(whole)


def received(found: set[tuple[str, str, int]]) -> int:
    """The figure of the whole page, which is the highest."""
    return max(n for _url, name, n in found if name == "received")


def test_two_filters_leave_out_the_breakdowns(sign_in: SignIn, worked: Database) -> None:
    page = sign_in("auditor").get("/angka?channel=Website&category=KTP").text
    assert "Dengan dua saringan" in page
    assert 'id="kegiatan"' not in page


@pytest.mark.parametrize("query", ["since=2026-13", "until=abc", "key=tidakada", "since=0001-01", "rinci=x"])
def test_an_address_that_makes_no_sense_shows_what_is_usual(
    sign_in: SignIn, worked: Database, query: str
) -> None:
    page = sign_in("auditor").get(f"/angka?{query}")
    assert page.status_code == 200
    assert "LAPOR!- SP4N bersifat Pengaduan" in page.text


@pytest.mark.parametrize(
    "query",
    ["figure=x", "figure=open&since=2026-01", "figure=received&since=2026-02-30", "figure=overdue&until=x"],
)
def test_a_list_behind_a_figure_that_there_is_not_is_the_list(
    sign_in: SignIn, worked: Database, query: str
) -> None:
    page = sign_in("auditor").get(f"/perkara?key=pengaduan&{query}")
    assert page.status_code == 200
    assert page.text.count('<tr role="row" data-item') == 24


def test_an_officer_of_a_unit_sees_his_unit_whatever_he_asks_for(sign_in: SignIn, worked: Database) -> None:
    browser = sign_in("dishub")
    for address in ("/angka", "/angka?unit=DPUPR", "/angka?channel=Website&category=KTP&unit=DPUPR"):
        page = browser.get(address).text
        assert "Anda melihat angka Dinas Perhubungan." in page
        assert '<option value="DPUPR"' not in page
        assert "f-unit" not in page
        assert all("unit=DISHUB" in url for url, _name, _n in links(page))


@pytest.mark.parametrize("name", ["upp", "lapor", "koordinator", "pemilik", "admin"])
def test_who_works_for_the_whole_office_sees_all_units(sign_in: SignIn, worked: Database, name: str) -> None:
    page = sign_in(name).get("/angka").text
    assert "Anda melihat angka" not in page
    assert f"{datetime.now(UTC):%Y}" in page


def test_numbers_hold_no_identity(sign_in: SignIn, worked: Database) -> None:
    page = sign_in("auditor").get("/angka").text
    assert "Warga Contoh" not in page
    assert "0812-0000" not in page
