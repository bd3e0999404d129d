"""Whoever works a list by keys keeps his place in it; whoever does not is not moved."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import People
from tests.journeys.hands import Keys
from tests.journeys.office import Office
from tests.journeys.people import Person

_QUEUE = "/tugas?tab=queue"


@pytest.fixture(scope="module")
def office(shared_office: Office) -> Office:
    return shared_office


@pytest.fixture(scope="module")
def queue(office: Office) -> list[str]:
    """The numbers of four cases that wait for somebody to take them."""
    reports = ("SIN-001", "SIN-003", "SIN-012", "SIN-017")
    return [office.case(report_id, until="telaahan")["business_key"] for report_id in reports]


@pytest.fixture
def upp(office: Office, queue: list[str], people: People) -> Iterator[Person]:
    """An officer at a queue of four, which he leaves as it was."""
    person: Person = people("upp", Keys)
    person.visit(_QUEUE)
    expect(rows(person)).to_have_count(4)
    yield person
    for task in filter(None, map(office.task, queue)):
        if task["assignee"]:
            office.api("upp", "POST", f"/tasks/{task['id']}/release")


def rows(person: Person) -> Locator:
    return person.page.locator("[data-item]")


def numbers(person: Person) -> list[str]:
    return person.page.locator("[data-item] .cell--number").all_inner_texts()


def press(person: Person, *keys: str) -> None:
    for key in keys:
        person.page.keyboard.press(key)


def leave(person: Person, key: str) -> None:
    """Press what leads to another page."""
    with person.page.expect_navigation():
        press(person, key)


def assert_at(person: Person, place: int) -> None:
    """The keyboard is at this row, counted from 0, and at no other."""
    expect(person.page.locator("[data-current]")).to_have_count(1)
    expect(rows(person).nth(place).locator("[data-open]")).to_be_focused()


def test_a_claim_leaves_the_row_and_the_keyboard_at_their_place(upp: Person) -> None:
    before = numbers(upp)
    press(upp, "j", "j")
    leave(upp, "c")
    assert numbers(upp) == before
    assert_at(upp, 1)
    press(upp, "j")
    leave(upp, "c")
    assert numbers(upp) == [before[0], *before[2:]]  # what was taken before belongs into another list by now
    assert_at(upp, 1)
    upp.page.reload()
    expect(upp.page.locator("[data-current]")).to_have_count(0)


def test_escape_leads_out_of_the_search_and_keeps_what_was_typed(upp: Person) -> None:
    press(upp, "j", "j", "/", "x", "Escape")
    assert_at(upp, 1)
    press(upp, "j")
    assert_at(upp, 2)
    expect(upp.page.locator("[data-search]")).to_have_value("x")


def test_the_way_back_leads_to_the_row_that_was_opened(upp: Person) -> None:
    press(upp, "j", "j")
    leave(upp, "Enter")
    expect(upp.page.locator("h1", has_text="Telaahan Lanjutan")).to_be_focused()
    upp.page.go_back()
    assert_at(upp, 1)


def test_a_list_come_to_anew_begins_at_its_top(upp: Person) -> None:
    press(upp, "j", "j")
    leave(upp, "Enter")
    upp.visit(_QUEUE)
    expect(rows(upp)).to_have_count(4)
    expect(upp.page.locator("[data-current]")).to_have_count(0)


def test_a_claim_by_mouse_moves_no_focus(upp: Person) -> None:
    with upp.page.expect_navigation():
        rows(upp).nth(1).locator("[data-claim]").click()
    expect(rows(upp).nth(1).get_by_role("button", name="Lepas")).to_be_visible()
    expect(upp.page.locator("[data-current]")).to_have_count(0)
