"""What somebody typed stays: when a colleague was faster, the page was closed, or the session ended."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect
from sqlalchemy import select, update

from app.models import LoginSession, User
from tests.journeys.conftest import People
from tests.journeys.hands import sideways
from tests.journeys.office import Office
from tests.journeys.people import Person
from tests.reports import answers_for, report, report_values

ONE = report("SIN-001")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
_NUMBERS = count(9_200_001)
WORDS = "Sudah saya telepon, menunggu foto."


@pytest.fixture(scope="module")
def office(shared_office: Office) -> Office:
    return shared_office


@pytest.fixture(autouse=True)
def indonesian(office: Office) -> Iterator[None]:
    """Whoever changed his language has the office's again."""
    yield
    with office.installation.database.transaction() as session:
        session.execute(update(User).values(language="id"))


def begun(office: Office, *, until: str = "penyaluran") -> str:
    """The number of a case of its own."""
    number = str(next(_NUMBERS))
    office.case("SIN-001", until=until, number=number)
    return number


def at_task(person: Person, office: Office, number: str) -> Page:
    """Open the case's task by its address."""
    task = office.task(number)
    assert task is not None
    person.visit(f"/tugas/{task['id']}")
    return person.page


def write_note(page: Page, words: str) -> None:
    page.get_by_label("Catatan penyaluran").press_sequentially(words)


def note(page: Page) -> str:
    return page.get_by_label("Catatan penyaluran").input_value()


def expect_saved(page: Page) -> None:
    expect(page.locator("[data-autosave-status]")).to_contain_text("Tersimpan")


def test_who_was_slower_reads_who_was_faster_and_keeps_every_word(office: Office, people: People) -> None:
    number = begun(office, until="telaahan")
    fast, slow = people("upp"), people("koordinator")
    for person in (fast, slow):
        at_task(person, office, number)
    slow.expects(409)  # the last words, and the drafts before
    slow.fill(answers_for("telaahan", ONE) | {"ringkasan_telaah": WORDS})
    fast.fill(answers_for("telaahan", ONE))
    fast.press("Selesaikan tugas")

    slow.press("Selesaikan tugas")
    said = slow.page.get_by_role("alert")
    expect(said).to_contain_text("Orang lain lebih dulu")
    expect(said).to_contain_text(re.compile(r"Petugas UPP pada \d+ \w+ \d{4}, \d\d\.\d\d WIB"))
    for _look in ("at once", "after coming back"):
        typed = slow.page.locator(
            "section", has=slow.page.get_by_role("heading", name="Yang sudah Anda ketik")
        )
        expect(typed.get_by_text(WORDS).first).to_be_visible()
        expect(typed.get_by_text(f"Pelapor menyampaikan hal berikut: {ONE['judul']}").first).to_be_visible()
        slow.page.goto(slow.page.url)


def test_what_was_typed_is_there_after_closing_the_page_and_signing_in_again(
    office: Office, people: People
) -> None:
    number = begun(office)
    page = at_task(people("lapor"), office, number)
    write_note(page, WORDS)
    expect_saved(page)
    page.close()
    assert note(at_task(people("lapor"), office, number)) == WORDS


def test_what_was_typed_before_the_script_came_is_saved(office: Office, people: People) -> None:
    number = begun(office)
    lapor = people("lapor")
    held: list[Route] = []
    page = lapor.page
    page.route("**/app-*.js", lambda route: held.append(route))
    task = office.task(number)
    assert task is not None
    page.goto(f"/tugas/{task['id']}", wait_until="commit")
    write_note(page, WORDS)
    (script,) = held
    script.continue_()
    expect_saved(page)


def test_what_was_typed_in_the_last_second_is_saved_when_the_page_is_left(
    office: Office, people: People
) -> None:
    number = begun(office)
    lapor = people("lapor")
    page = at_task(lapor, office, number)
    write_note(page, WORDS)
    lapor.visit("/perkara")
    again = people("lapor")
    at_task(again, office, number)
    again.reload_until(again.page.locator("textarea", has_text=WORDS))


def test_what_was_typed_in_the_last_second_is_there_when_the_page_is_loaded_again(
    office: Office, people: People
) -> None:
    number = begun(office)
    page = at_task(people("lapor"), office, number)
    held: list[Route] = []
    page.route("**/draf", lambda route: held.append(route))  # the save that the next page overtakes
    write_note(page, WORDS)
    page.reload()
    expect(page.get_by_label("Catatan penyaluran")).to_have_value(WORDS)
    page.unroute("**/draf")
    page.get_by_label("Catatan penyaluran").press("End")
    expect_saved(page)
    assert (
        page.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('alur-unsent')).length")
        == 0
    )


def test_what_was_typed_by_another_person_is_not_brought_back(office: Office, people: People) -> None:
    number = begun(office)
    page = at_task(people("lapor"), office, number)
    page.route("**/draf", lambda route: route.abort())
    write_note(page, WORDS)
    page.evaluate("document.querySelector('.menu__name').textContent = 'Orang lain'")
    page.reload()
    assert note(page) == ""


def write_internal_note(person: Person) -> None:
    person.page.get_by_label("Tambah catatan").fill("Sudah ditelepon.")
    person.press("Simpan catatan")


def switch_language(person: Person) -> None:
    person.press("English")


@pytest.mark.parametrize("leave", [write_internal_note, switch_language])
def test_what_was_typed_in_the_last_second_stays_when_another_form_of_the_page_is_sent(
    office: Office, people: People, leave: Callable[[Person], None]
) -> None:
    number = begun(office)
    lapor = people("lapor")
    page = at_task(lapor, office, number)
    write_note(page, WORDS)
    leave(lapor)
    assert note(page) == WORDS


def test_what_was_typed_in_the_last_second_is_there_when_one_comes_back_from_a_link(
    office: Office, people: People
) -> None:
    number = begun(office)
    lapor = people("lapor")
    page = at_task(lapor, office, number)
    write_note(page, WORDS)
    lapor.go(page.get_by_role("link", name="Buka perkara"))
    lapor.go(page.get_by_role("link", name="Penyaluran Pengaduan").first)
    assert note(page) == WORDS


def test_who_comes_back_to_an_old_page_finds_his_newest_words(office: Office, people: People) -> None:
    number = begun(office)
    lapor = people("lapor")
    page = at_task(lapor, office, number)
    write_note(page, "Baru permulaan.")
    expect_saved(page)
    lapor.go(page.get_by_role("link", name="Buka perkara"))
    lapor.go(page.get_by_role("link", name="Penyaluran Pengaduan").first)
    write_note(page, WORDS)
    expect_saved(page)
    page.go_back()
    page.go_back()
    assert WORDS in note(page)


def test_a_report_that_was_taken_in_does_not_come_back_half(people: People) -> None:
    lapor = people("lapor")
    lapor.visit("/laporan/baru")
    lapor.fill(report_values(ONE))
    lapor.press("Simpan laporan")
    lapor.page.go_back()
    expect(lapor.page.get_by_label("Isi laporan")).to_have_value("")
    expect(lapor.page.get_by_label("Sumber laporan")).to_have_value("")


def test_a_chosen_file_stays_when_another_form_of_the_page_is_sent(people: People) -> None:
    lapor = people("lapor")
    lapor.visit("/laporan/baru")
    page = lapor.page
    page.get_by_label("Lampiran").set_input_files([a_file("foto.txt", b"x"), a_file("surat.pdf", PDF)])
    lapor.press("English")
    expect(page.get_by_role("alert")).to_contain_text("foto.txt")  # refused for its kind, and that is said
    expect(page.locator("form[data-conditions]").get_by_role("link", name="surat.pdf")).to_be_visible()


def test_a_file_that_is_too_large_is_told_before_it_is_sent(people: People, tmp_path: Path) -> None:
    large = tmp_path / "video.mp4"
    large.write_bytes(bytes(10 * 1024 * 1024 + 1))
    lapor = people("lapor", viewport={"width": 360, "height": 740})
    lapor.visit("/laporan/baru")
    files = lapor.page.get_by_label("Lampiran")
    files.set_input_files([large])
    said = lapor.page.get_by_role("alert").filter(has_text="video.mp4 lebih besar dari 10 MB")
    expect(said).to_be_visible()
    assert sideways(lapor.page) == []
    files.set_input_files([a_file("surat.pdf", PDF)])
    expect(said).to_have_count(0)


def a_file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_a_draft_outlives_the_session_it_was_typed_in(office: Office, people: People) -> None:
    number = begun(office)
    lapor = people("lapor")
    page = at_task(lapor, office, number)
    write_note(page, WORDS)
    expect_saved(page)
    grow_old(office)
    page.reload()
    assert "/masuk" in page.url
    lapor.sign_in("lapor")
    assert note(page) == WORDS


def test_what_is_typed_after_the_session_ended_waits_until_one_signed_in_again(
    office: Office, people: People
) -> None:
    number = begun(office)
    lapor = people("lapor")
    page = at_task(lapor, office, number)
    grow_old(office)
    lapor.expects(401, 400)  # signed out; then signed in anew, with the former session's token on this page
    lapor.fill(answers_for("penyaluran", ONE) | {"catatan_penyaluran": WORDS})
    page.get_by_role("button", name="Selesaikan tugas").click()
    status = page.locator("[data-autosave-status]")
    expect(status).to_contain_text("Anda sudah keluar")
    expect(status).to_be_in_viewport()
    assert note(page) == WORDS

    with lapor.context.expect_page() as opened:
        page.get_by_role("link", name="Masuk di tab lain").click()
    lapor.at(opened.value).sign_in("lapor")
    lapor.press("Selesaikan tugas")
    expect(page.get_by_text(f"Penyaluran Pengaduan selesai. Perkara {number}")).to_be_visible()


def grow_old(office: Office) -> None:
    """Let every session have rested for longer than it may."""
    with office.installation.database.transaction() as session:
        for one in session.scalars(select(LoginSession)):
            one.seen_at -= timedelta(minutes=31)
