"""What people do all day, one step each: take a report in, claim a task, fill it in, complete it."""

from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.journeys.people import Person
from tests.reports import Report, answers_for, report_values

#: Browser options of a phone.
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@dataclass(frozen=True)
class Receipt:
    """What the reporter is handed."""

    number: str
    code: str


def take_in(person: Person, one: Report) -> Receipt:
    """Type a report in and put its code away once it is noted down."""
    follow(person, "Laporan baru")
    person.fill(report_values(one))
    person.press("Simpan laporan")
    slip = person.page.locator(".slip")
    receipt = Receipt(slip.locator("dd").first.inner_text(), slip.locator(".slip__code").inner_text())
    person.press("Sudah diserahkan, sembunyikan kode")
    expect(person.page.get_by_text(receipt.code)).to_have_count(0)
    return receipt


def follow(person: Person, name: str) -> None:
    """Follow a link of the main navigation."""
    person.go(person.page.get_by_role("navigation", name="Utama").get_by_role("link", name=name))


def list_of(person: Person, name: str) -> None:
    """Open a list of the inbox: Tugas saya, Antrean, Selesai."""
    follow(person, "Kotak tugas")
    tabs = person.page.get_by_role("navigation", name="Kotak tugas")
    person.go(tabs.get_by_role("link", name=name))


def row(person: Person, number: str) -> Locator:
    """The row of a case in the list that is open."""
    return person.page.locator("[data-item]").filter(has_text=number)


def claim(person: Person, number: str) -> None:
    """Take the task of this case from the queue, and open it."""
    list_of(person, "Antrean")
    with person.page.expect_navigation():
        person.hands.claim(row(person, number))
    list_of(person, "Tugas saya")
    with person.page.expect_navigation():
        person.hands.open(row(person, number))


def complete(person: Person, activity_id: str, one: Report, pass_no: int = 1) -> None:
    """Fill in the form of the task that is open, and complete it."""
    person.fill(answers_for(activity_id, one, pass_no))
    person.press("Selesaikan tugas")
