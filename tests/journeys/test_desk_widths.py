"""The desk at each width: what a task is about is read first, and all that can be done stands inside the window."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from app.models import UserTask
from app.services.core import clock
from tests.journeys.conftest import People
from tests.journeys.looking import narrow_subjects, outside
from tests.journeys.office import Office
from tests.reports import report, report_values

_WIDTHS = (1024, 1100, 1280, 1440, 1600, 1920, 2560)
_BESIDE = tuple(width for width in _WIDTHS if width >= 1100)
#: Every column drawn as wide as it goes, but for the subject.
_DRAWN = ".".join(f"{name}:640" for name in ("due", "task", "number", "place", "category", "area", "officer"))
_LONG = "Jalan berlubang di depan pasar, sekolah dan balai desa belum ditambal, sudah tiga kali dilaporkan"
#: Pixels under which a subject says nothing: "Gor…".
_LEAST = 150
#: The list beside a task has the width that it has where the page is opened in a window of this width.
_AS_OPENED = "document.querySelector('.desk').style.setProperty('--desk-list', `${innerWidth * 0.34}px`)"
#: Which cells stand elsewhere than their heading, which deadlines are cut off, which rows are wider than the list.
_CROOKED = """() => [...document.querySelectorAll(".table--tasks tbody tr")].slice(0, 3).flatMap(row => {
  const shown = cells => [...cells].filter(one => one.getClientRects().length);
  const heads = shown(document.querySelector(".table--tasks thead tr").children), cells = shown(row.children);
  const left = one => one.getBoundingClientRect().left;
  const found = cells.filter((one, n) => Math.abs(left(one) - left(heads[n])) > 1);
  const due = row.querySelector(".cell--due > div");
  return [...found.map(one => `crooked: ${one.className}`),
    ...(row.scrollWidth > row.clientWidth ? ["wider than the list"] : []),
    ...(due.scrollWidth > due.clientWidth && row.clientWidth > 400 ? [`cut off: ${due.textContent}`] : [])];
})"""


@pytest.fixture(scope="module")
def office(shared_office: Office) -> Office:
    """Long subjects, deadlines with many words; one task is held by somebody."""
    values = report_values(report("SIN-002")) | {"judul": _LONG}
    for number in range(6):
        content = {"key": "pengaduan", "variables": {**values, "tracking_id": str(9_300_000 + number)}}
        shared_office.api("lapor", "POST", "/process-instances", content)
    held = shared_office.task("9300000")
    assert held is not None
    shared_office.api("lapor", "POST", f"/tasks/{held['id']}/claim")
    with shared_office.installation.database.transaction() as session:
        past = clock.now(session) - timedelta(days=15)
        session.execute(update(UserTask).values(due_at=past, sort_at=past))
    return shared_office


def wrong(page: Page, width: int, *, cut: bool = True) -> list[str]:
    """What is wrong with the list at a width; ``cut``: also what is cut off."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(_AS_OPENED)
    found = narrow_subjects(page, _LEAST) + page.evaluate(_CROOKED)
    return [f"{width}: {one}" for one in found if cut or not one.startswith("cut off")]


def open_first(page: Page) -> None:
    page.locator("[data-open]").first.click()
    expect(page.locator(".desk.is-open .desk__task[data-loaded]")).to_be_visible(timeout=20_000)


def walk(page: Page, address: str, *, cut: bool = True) -> list[str]:
    """The list alone, and beside a task, at each width."""
    page.set_viewport_size({"width": 1920, "height": 900})
    page.goto(address)
    found = [one for width in _WIDTHS for one in wrong(page, width, cut=cut)]
    open_first(page)
    return found + [f"beside a task, {one}" for width in _BESIDE for one in wrong(page, width, cut=cut)]


@pytest.mark.parametrize(("name", "address"), [("lapor", "/tugas?tab=queue"), ("admin", "/tugas?tab=open")])
def test_the_subject_is_first_and_widest(people: People, office: Office, name: str, address: str) -> None:
    person = people(name)
    assert not walk(person.page, address)
    every: list[Any] = [
        {
            "name": "columns",
            "value": "number.task.place.priority.category.area.officer.date",
            "url": office.base_url,
        },
        {"name": "widths", "value": _DRAWN, "url": office.base_url},
    ]
    person.context.add_cookies(every[:1])
    assert not walk(person.page, address, cut=False)
    person.context.add_cookies(every)
    assert not walk(person.page, address, cut=False)


def test_menus_of_the_desk_are_worked_by_mouse(people: People, office: Office) -> None:
    """Each at each width, the list alone and beside a task: opened by a click, and what it holds can be clicked."""
    page = people("lapor").page
    page.goto("/tugas?tab=queue")
    for widths in (_WIDTHS, _BESIDE):
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            assert not outside(page), width
            for menu in page.locator(".columns-menu").all():
                menu.locator("summary").click()
                for control in menu.locator("a:visible, button:visible, input:visible, select:visible").all():
                    if control.get_attribute("type") != "hidden":
                        control.click(trial=True, timeout=3_000)
                menu.locator("summary").click()
        if widths is _WIDTHS:
            page.set_viewport_size({"width": 1920, "height": 800})
            open_first(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator(".columns-menu summary", has_text="Tampilan").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Atur tampilan tersimpan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tampilan tersimpan")
