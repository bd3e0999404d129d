"""A page that stays open: it tells what others did, and leaves alone what somebody reads and writes."""

from playwright.sync_api import Page, expect

from tests.journeys.conftest import People
from tests.journeys.office import Office
from tests.reports import answers_for, report

ONE = report("SIN-001")
WORDS = "Sudah saya telepon."


def look_again(page: Page) -> None:
    """As when somebody comes back to the tab: it asks at once, not at its next turn."""
    with page.expect_response("**/langsung?*"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_list_tells_of_what_others_did_and_shows_it_when_asked(office: Office, people: People) -> None:
    number = office.case("SIN-001")["business_key"]
    task = office.task(number)
    assert task is not None
    looks, acts = people("admin"), people("lapor")
    looks.visit("/tugas?tab=open")
    look_again(looks.page)
    line = looks.page.locator("[data-module~=live]")
    expect(line).to_be_hidden()
    acts.visit(f"/tugas/{task['id']}")
    acts.page.get_by_role("button", name="Ambil").first.click()
    expect(acts.page.get_by_text("Anda yang mengerjakan")).to_be_visible()
    look_again(looks.page)
    expect(line).to_contain_text("1 perubahan")
    mine = acts.page.locator("[data-live-count='/tugas'] .count")
    expect(mine).to_contain_text("1")
    acts.visit("/tugas?tab=queue")
    office.case("SIN-002")
    look_again(acts.page)
    expect(mine).to_contain_text("2")
    expect(acts.page.locator("[data-module~=live]")).to_contain_text("1 perubahan")
    looks.go(line.get_by_role("link", name="Tampilkan"))
    expect(looks.page.get_by_role("row").filter(has_text=number)).to_contain_text("Admin LAPOR!")
    look_again(looks.page)
    expect(line).to_be_hidden()


def test_who_writes_keeps_words_and_place(office: Office, people: People) -> None:
    number = office.case("SIN-001", until="telaahan")["business_key"]
    task = office.task(number)
    assert task is not None
    fast, slow = people("upp"), people("koordinator")
    slow.expects(409)  # his draft comes after the end of the task
    for person in (fast, slow):
        person.visit(f"/tugas/{task['id']}")
    slow.fill({"ringkasan_telaah": WORDS})
    field = slow.form.locator("[name=ringkasan_telaah]")
    field.focus()
    fast.fill(answers_for("telaahan", ONE))
    fast.press("Selesaikan tugas")
    look_again(slow.page)
    expect(slow.page.locator("[data-module~=live]")).to_contain_text("perubahan")
    expect(field).to_have_value(WORDS)
    expect(field).to_be_focused()
