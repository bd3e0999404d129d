"""Which fields a page shows while its scripts are on their way, and to whoever only reads."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import People
from tests.journeys.office import Office

#: Shown once the data are said to be complete.
ASKED_LATER = "[name=alasan_kesimpulan]"
#: However slow the machine is: what waits for the script goes on waiting.
WAIT_FOR_EVER = "addEventListener('animationstart', e => e.target.getAnimations().forEach(a => a.pause()))"


@pytest.fixture(scope="module")
def office(shared_office: Office) -> Office:
    return shared_office


def at_task(page: Page, office: Office, report_id: str) -> None:
    task = office.task(office.case(report_id, until="konfirmasi")["business_key"])
    assert task is not None
    page.goto(f"/tugas/{task['id']}", wait_until="commit")


def test_nothing_moves_when_the_script_comes(office: Office, people: People) -> None:
    page = people("upp").page
    page.add_init_script(WAIT_FOR_EVER)
    held: list[Route] = []
    page.route("**/conditions-*.js", lambda route: held.append(route))
    at_task(page, office, "SIN-001")
    button = page.get_by_role("button", name="Selesaikan tugas")
    expect(page.locator("[data-module~=form] .field__count").first).to_contain_text("Tersisa")
    expect(page.locator(ASKED_LATER)).to_be_hidden()
    before = button.bounding_box()
    (script,) = held
    script.continue_()
    expect(page.locator("form[data-conditions=ready]")).to_be_attached()
    assert button.bounding_box() == before
    page.get_by_label("Lengkap", exact=True).check()
    expect(page.locator(ASKED_LATER)).to_be_visible()


def test_a_script_that_never_comes_hides_nothing(office: Office, people: People) -> None:
    page = people("upp").page
    page.route("**/conditions-*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    at_task(page, office, "SIN-003")
    page.wait_for_load_state()  # before its styles are there nothing is hidden yet
    expect(page.locator(ASKED_LATER)).to_be_visible(timeout=20_000)
    # Each waits by itself for the same moment: the second may be shown a frame later.
    expect(page.get_by_text("Isi bila “Data lengkap?” dijawab “Lengkap”.")).to_be_visible(timeout=1_000)


def test_who_only_reads_sees_no_field_that_is_asked_later(office: Office, people: People) -> None:
    page = people("auditor").page
    at_task(page, office, "SIN-012")
    expect(page.get_by_label("Lengkap", exact=True)).to_be_disabled()
    expect(page.locator(ASKED_LATER)).to_be_hidden()
