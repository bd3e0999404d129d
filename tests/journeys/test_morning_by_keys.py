"""An officer's morning: several tasks, one after the other, beside their list, by keys alone."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.hands import Keys
from tests.journeys.office import Office
from tests.journeys.people import Person
from tests.reports import answers_for, report

_REPORTS = ("SIN-001", "SIN-003", "SIN-012", "SIN-017")
_QUEUE = "/tugas?tab=queue"


@pytest.fixture
def cases(office: Office) -> list[dict[str, Any]]:
    return [office.case(one, until="telaahan") for one in _REPORTS]


@pytest.fixture
def upp(cases: list[dict[str, Any]], people: People) -> Person:
    person: Person = people("upp", Keys, viewport={"width": 1280, "height": 800})
    person.visit(_QUEUE)
    expect(person.page.locator("[data-item]")).to_have_count(4)
    expect(person.page.locator("[data-palette]")).to_be_visible()  # shown by a script: keys are heard
    return person


def press(person: Person, *keys: str) -> None:
    for key in keys:
        person.page.keyboard.press(key)


def expect_open(person: Person, number: str) -> None:
    """The task of this case stands beside the list, its row says so, and the keyboard is at its heading."""
    page = person.page
    expect(page.locator(".desk__task .page-header__over")).to_have_text(number, timeout=20_000)
    expect(page.locator("[data-item].is-open")).to_have_count(1)
    expect(page.locator(".desk__task[aria-busy]")).to_have_count(0)


def expect_settled(person: Person) -> None:
    """The list beside a task that was come to by sending something is there."""
    expect(person.page.locator(".desk__list:not([data-missing]) [data-item]").first).to_be_visible(
        timeout=20_000
    )


def test_a_morning_by_keys(upp: Person, cases: list[dict[str, Any]]) -> None:
    page, numbers = upp.page, [case["business_key"] for case in cases]
    field = page.locator("[name=inti_masalah]")

    press(upp, "n")
    expect_open(upp, numbers[0])
    expect(page.locator(".desk__task h1")).to_be_focused()
    expect(page.locator("[data-item]")).to_have_count(4)
    assert re.search(r"/tugas/\w+$", page.url)

    with page.expect_navigation():
        press(upp, "c")
    expect_settled(upp)
    expect(page.get_by_text("Anda yang mengerjakan")).to_be_visible()
    with page.expect_navigation():
        press(upp, "u")
    expect(page.get_by_text("Belum diambil")).to_be_visible()
    expect_settled(upp)

    press(upp, "f")
    expect(field).to_be_focused()
    page.keyboard.type("njkcu tetap di sini")  # letters, and nothing else
    expect(field).to_have_value("njkcu tetap di sini")
    press(upp, "Escape", "Shift+Tab", "n")
    expect_open(upp, numbers[1])
    press(upp, "p")
    expect_open(upp, numbers[0])
    expect(field).to_have_value("njkcu tetap di sini")  # kept as a draft

    for place in (0, 1):
        if place:
            press(upp, "n")
            expect_open(upp, numbers[place])
        upp.fill(answers_for("telaahan", report(_REPORTS[place])))
        with page.expect_navigation():
            press(upp, "Control+Enter")
        expect(page.get_by_text("Telaahan Lanjutan selesai")).to_be_visible()
        expect_settled(upp)
        expect_open(upp, numbers[place])  # its next step is his as well

    press(upp, "Control+k")
    palette = page.get_by_role("dialog", name="Cari dan buka")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.type(numbers[3])
    expect(palette.get_by_role("option", name=re.compile("Telaahan Lanjutan"))).to_have_attribute(
        "aria-selected", "true"
    )
    with page.expect_navigation():
        press(upp, "Enter")
    expect_open(upp, numbers[3])
    expect_settled(upp)
    press(upp, "t")
    expect(page).to_have_url(re.compile(r"/tugas\?tab=queue"))


def test_n_after_each_completion_opens_the_next_of_ten(office: Office, people: People) -> None:
    for number in range(10):
        office.case("SIN-002", number=str(9_200_000 + number))
    person: Person = people("lapor", viewport={"width": 1280, "height": 800})
    page = person.page
    person.visit(_QUEUE)
    numbers = page.locator("[data-item] .cell--number").all_text_contents()
    assert len(numbers) == 10
    for left, number in enumerate(numbers):
        expect(page.locator("[data-item]")).to_have_count(10 - left)
        press(person, "n")
        expect_open(person, number)
        expect(page.locator(".desk__task[data-loaded]")).to_be_visible(timeout=20_000)
        person.fill(answers_for("penyaluran", report("SIN-002")))
        with page.expect_navigation():
            press(person, "Control+Enter")
    expect(page.get_by_text("Tidak ada tugas").or_(page.get_by_text("Antrean kosong")).first).to_be_visible()


def test_n_goes_on_in_the_list_when_the_next_step_of_the_case_is_ones_own(
    upp: Person, cases: list[dict[str, Any]]
) -> None:
    page, numbers = upp.page, [case["business_key"] for case in cases]
    press(upp, "n")
    expect_open(upp, numbers[0])
    press(upp, "n")
    expect_open(upp, numbers[1])
    expect(page.locator(".desk__task[data-loaded]")).to_be_visible(timeout=20_000)
    upp.fill(answers_for("telaahan", report(_REPORTS[1])))
    with page.expect_navigation():
        press(upp, "Control+Enter")
    expect_settled(upp)
    expect_open(upp, numbers[1])  # its next step, which is due later than all others
    press(upp, "n")
    expect_open(upp, numbers[2])
    press(upp, "p")
    expect_open(upp, numbers[0])


def test_keys_of_one_letter_can_be_switched_off(upp: Person) -> None:
    page = upp.page
    press(upp, "?")
    box = page.get_by_label("Pakai pintasan satu huruf")
    expect(box).to_be_checked()
    upp.hands.use(box)
    press(upp, "Escape", "n")
    expect(page.locator(".desk.is-open")).to_have_count(0)
    press(upp, "Control+k")
    expect(page.get_by_role("dialog", name="Cari dan buka")).to_be_visible()
    press(upp, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    press(upp, "?")
    upp.hands.use(box)
    press(upp, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    press(upp, "n")
    expect(page.locator(".desk.is-open")).to_have_count(1, timeout=15_000)


def test_the_list_is_as_wide_as_one_wants_it(upp: Person) -> None:
    page = upp.page
    press(upp, "n")
    grip = page.get_by_role("separator", name="Lebar daftar tugas")
    expect(grip).to_be_visible()
    before = page.locator(".desk__list").bounding_box()
    grip.focus()
    press(upp, "ArrowRight", "ArrowRight")
    expect(grip).to_have_attribute("aria-valuenow", str(round(before["width"]) + 48))  # type: ignore[index]
    page.reload()
    expect(grip).to_have_attribute("aria-valuenow", str(round(before["width"]) + 48))  # type: ignore[index]


def test_twenty_rows_are_in_sight(office: Office, people: People) -> None:
    for _case in range(24):
        office.case("SIN-002")
    person: Person = people("lapor", viewport={"width": 1280, "height": 800})
    person.visit(_QUEUE)
    inside = "rows => rows.filter(row => row.getBoundingClientRect().bottom <= innerHeight).length"
    rows = person.page.locator("[data-item]")
    assert rows.evaluate_all(inside) >= 20
    rows.nth(3).locator("[data-open]").click()
    expect(person.page.locator(".desk.is-open")).to_be_visible()
    assert rows.evaluate_all(inside) >= 20
    person.page.set_viewport_size({"width": 360, "height": 740})
    person.visit(_QUEUE)
    whole = "rows => rows.filter(row => row.getBoundingClientRect().top < innerHeight).length"
    assert rows.evaluate_all(whole) >= 5
