"""A process owner changes a table in the browser, sees what it leaves out, and tries it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from app.services.core.access import actor_of
from app.services.people import users
from app.services.studio import draft_files, new_drafts
from tests.journeys.conftest import People
from tests.journeys.office import Office
from tests.journeys.people import Person
from tests.sop_changes.editing import shipped

FILE = "rute-unit.dmn"


@pytest.fixture
def draft(office: Office) -> int:
    with office.installation.database.transaction() as session:
        return new_drafts.begin_from_version(session, 1, actor=actor_of(users.named(session, "pemilik"))).id


def opened(people: People, draft: int, **browser: object) -> Person:
    owner = people("pemilik", **browser)
    owner.visit(f"/studio/{draft}/tabel/{FILE}")
    owner.page.locator("[data-trial]").wait_for()
    return owner


def cell(page: Page, id: str) -> Locator:
    return page.locator(f'td.cell[data-element-id="{id}"]')


def write(page: Page, id: str, text: str) -> None:
    cell(page, id).click()
    cell(page, id).locator(".cm-content").wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def row_menu(page: Page, rule: str, entry: str) -> None:
    page.locator(f'td.rule-index[data-row-id="{rule}"]').click(button="right")
    page.get_by_text(entry, exact=True).click()


def stored(office: Office, draft: int) -> bytes:
    with office.installation.database.reading() as session:
        return draft_files.contents(session, draft)[FILE]


def saved(page: Page) -> None:
    expect(page.locator(".save-status")).to_have_attribute("data-saving", "saved")


def marked(page: Page, rule: str) -> str:
    """The sign beside the number of a row."""
    index = page.locator(f'td.rule-index[data-row-id="{rule}"]')
    return str(index.evaluate("cell => getComputedStyle(cell, '::after').content"))


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f'[name="v.{name}"]').select_option(value)
    page.get_by_role("button", name="Coba", exact=True).click()


def test_an_owner_changes_a_table_sees_a_gap_and_which_rule_fires(
    office: Office, people: People, draft: int
) -> None:
    owner = opened(people, draft)
    page = owner.page
    expect(page.get_by_text("Tidak ada celah dan tidak ada baris yang berbenturan.")).to_be_visible()
    page.get_by_role("button", name="Gambar", exact=True).click()
    page.locator(".djs-shape").first.wait_for()
    page.get_by_role("button", name="Saran unit menurut kategori", exact=True).click()
    cell(page, "rute_01_kategori").wait_for()
    assert stored(office, draft) == shipped()[FILE]  # looking changes nothing

    fill(page, kategori="Jalan Berlubang", kesimpulan="cukup penjelasan")
    expect(page.get_by_text("Menurut baris 2.")).to_be_visible()
    assert "✓" in marked(page, "rute_01")

    write(page, "rute_01_kategori", '"Jalan Rusak"')
    row_menu(page, "kategori_lain", "Hapus baris")
    expect(page.get_by_text("Tidak ada baris untuk:").first).to_be_visible()
    expect(page.get_by_text("Tidak ada baris yang cocok.")).to_be_visible()
    expect(page.get_by_text("yang tidak ada di pilihan isian “kategori”")).to_be_visible()
    saved(page)
    assert b'"Jalan Rusak"' in stored(office, draft)

    page.get_by_role("button", name=re.compile("Coba: Kategori = Jalan Berlubang")).click()
    expect(page.locator('[name="v.kategori"]')).to_have_value("Jalan Berlubang")
    row_menu(page, "rute_58", "Tambah baris di bawah")
    added = page.locator("tbody tr", has=page.locator("td.rule-index", has_text=re.compile("60$")))
    added.locator("td.output-cell").click()
    added.locator("td.output-cell .cm-content").wait_for()
    page.keyboard.type('"SETDA-ORG"')
    expect(page.get_by_text("Menurut baris 60.")).to_be_visible()
    expect(page.get_by_text("Tidak ada celah dan tidak ada baris yang berbenturan.")).to_be_visible()
    saved(page)

    page.reload()
    page.get_by_text("Masukan yang pernah dicoba (1)").click()
    page.get_by_role("button", name=re.compile("^kategori = Jalan Berlubang")).first.click()
    expect(page.get_by_text("Menurut baris 60.")).to_be_visible()
    studio = "document.querySelector('[data-module=studio-decision]').studio"
    assert page.evaluate(f"[...{studio}.missing]") == []


def test_what_two_owners_saved_is_shown_and_nothing_is_lost(
    office: Office, people: People, draft: int
) -> None:
    owner = opened(people, draft)
    owner.expects(409)
    page = owner.page
    theirs = shipped()[FILE].replace(b'"DISHUB"', b'"PERHUBUNGAN"', 1)
    with office.installation.database.transaction() as session:
        himself = actor_of(users.named(session, "pemilik"))
        draft_files.save(session, draft, FILE, theirs, began_with=1, title=None, actor=himself)

    write(page, "rute_01_unit", '"PUPR"')
    dialog = page.get_by_role("dialog", name=f"{FILE} sudah disimpan orang lain")
    expect(dialog.locator("mark")).to_have_count(4)  # a row of each that the other does not have, in both
    dialog.get_by_role("button", name="Putuskan nanti").click()
    expect(page.locator(".save-status")).to_contain_text("orang lain sudah menyimpan")
    assert stored(office, draft) == theirs
    page.get_by_role("button", name="Bandingkan").click()
    dialog.get_by_role("button", name="Simpan milik saya sebagai gantinya").click()
    dialog.get_by_role("button", name="Ya, ganti dengan milik saya").click()
    saved(page)
    assert b'"PUPR"' in stored(office, draft)
    assert b"PERHUBUNGAN" not in stored(office, draft)


def test_a_table_undone_comes_back_byte_for_byte(office: Office, people: People, draft: int) -> None:
    page = opened(people, draft).page
    write(page, "rute_01_unit", '"PUPR"')
    saved(page)
    assert stored(office, draft) != shipped()[FILE]
    write(page, "rute_01_unit", '"DPUPR"')
    expect(page.locator(".save-status")).to_have_attribute("data-saving", "dirty")
    saved(page)
    assert stored(office, draft) == shipped()[FILE]
