"""A process owner works on a form in the browser: adds a field, sees it as others will, gives another a new key."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect

from tests.journeys.conftest import People
from tests.journeys.office import Office
from tests.journeys.people import Person
from tests.journeys.wording import indonesian

_AXE = Axe()


@pytest.fixture
def editor(office: Office, people: People) -> Person:
    """laporan.form of a draft, open."""
    pemilik = people("pemilik")
    pemilik.visit("/studio")
    pemilik.page.get_by_label("Ubah proses yang berlaku").select_option("pengaduan")
    pemilik.press("Mulai dari proses ini")
    pemilik.page.get_by_role("link", name="laporan.form").click()
    expect(part(pemilik.page, "Kategori Pilihan")).to_be_visible()
    return pemilik


def part(page: Page, name: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("treeitem", name=name)


def frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def saved(page: Page) -> None:
    expect(page.locator(".save-status")).to_have_attribute("data-saving", "saved")


def wrong(page: Page) -> list[str]:
    return [one["id"] for one in _AXE.run(page).response["violations"]]


def test_a_field_is_added_marked_as_identity_and_seen_by_lane(editor: Person) -> None:
    page = editor.page
    page.get_by_role("button", name="Tambah", exact=True).first.click()
    page.keyboard.type("Nama ibu kandung")
    expect(page.get_by_label("Kunci", exact=True)).to_have_value("nama_ibu_kandung")
    page.get_by_label("Identitas (pribadi)").check()
    saved(page)
    expect(frame(page).get_by_label("Nama ibu kandung")).to_be_visible()
    frame(page).get_by_label("Nama ibu kandung").fill("Rahasia Sekali")
    page.get_by_label("Dilihat oleh").select_option(label="UPT membaca perkaranya")
    expect(frame(page).get_by_text("Lajur ini tidak boleh melihat identitas ini.")).to_be_visible()
    expect(frame(page).get_by_text("Rahasia Sekali")).to_have_count(0)
    assert wrong(page) == []
    page.reload()
    expect(part(page, "Nama ibu kandung")).to_be_visible()
    part(page, "Klasifikasi").click()
    expect(page.get_by_label("Tidak ikut diimpor")).to_have_value("Aspirasi; Permintaan Informasi")
    part(page, "Tanggal laporan masuk").click()
    page.get_by_label("Dalam berkas memakai UTC").uncheck()
    saved(page)


def test_conditions_of_the_preview_react_and_a_trial_says_what_is_missing(editor: Person) -> None:
    inside = frame(editor.page)
    expect(inside.locator("form[data-conditions=ready]")).to_be_visible()
    expect(inside.get_by_label("Nama pelapor")).to_be_visible()
    inside.get_by_label("Anonim", exact=True).press("Space")
    expect(inside.get_by_label("Nama pelapor")).to_be_hidden()
    editor.page.get_by_role("button", name="Uji kirim").click()
    expect(inside.get_by_role("alert").first).to_be_visible()
    expect(inside.get_by_label("Anonim", exact=True)).to_be_checked()


def test_a_key_is_changed_with_its_readers_and_back(editor: Person) -> None:
    page = editor.page
    part(page, "Kategori Pilihan").click()
    expect(page.locator("[data-used=kategori]")).to_contain_text("rute-unit.dmn")
    page.get_by_role("button", name="Ganti kunci…").click()
    page.get_by_label("Kunci baru untuk kategori").fill("jenis_masalah")
    page.get_by_role("button", name="Lihat yang berubah").click()
    expect(page.locator("[data-changes] > li")).to_have_count(5)
    assert wrong(page) == []
    page.get_by_role("button", name="Ganti semuanya").click()
    expect(page.get_by_label("Kunci", exact=True)).to_have_value("jenis_masalah")
    page.get_by_role("button", name="Urungkan penggantian").click()
    expect(page.get_by_text("jenis_masalah kembali menjadi kategori.")).to_be_visible()
    expect(page.get_by_label("Kunci", exact=True)).to_have_value("kategori")


def test_all_of_it_by_keyboard(editor: Person) -> None:
    page = editor.page
    part(page, "Tracking ID").focus()
    part(page, "Asal laporan").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(part(page, "Tracking ID")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_role("treeitem").nth(1)).to_contain_text("Tracking ID")
    page.keyboard.press("Alt+ArrowLeft")
    expect(part(page, "Tracking ID")).to_have_attribute("aria-level", "1")
    page.keyboard.press("Delete")
    expect(part(page, "Tracking ID")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(part(page, "Tracking ID")).to_be_visible()
    saved(page)


def test_two_owners_on_one_form_see_both_versions_and_lose_nothing(editor: Person) -> None:
    page, other = editor.page, editor.beside()
    editor.watch.allowed.add(409)
    other.visit(page.url)
    expect(part(other.page, "Judul laporan")).to_be_visible()
    for one, words in ((page, "Judul singkat"), (other.page, "Judul lengkap")):
        part(one, "Judul laporan").click()
        one.get_by_label("Label", exact=True).fill(words)
        if one is page:
            saved(one)
    dialog = other.page.get_by_role("dialog")
    expect(dialog.locator("mark")).to_have_text(["Judul singkat", "Judul lengkap"])
    assert wrong(other.page) == []
    dialog.get_by_role("button", name="Ambil milik").click()
    dialog.get_by_role("button", name="Ya, ambil milik").click()
    expect(part(other.page, "Judul singkat")).to_be_visible()
    other.page.get_by_role("button", name="Urungkan", exact=True).click()
    expect(part(other.page, "Judul lengkap")).to_be_visible()
    saved(other.page)


def test_the_editor_speaks_english(editor: Person) -> None:
    editor.press("English")
    expect(editor.page.get_by_role("heading", name="What the form holds")).to_be_visible()
    expect(editor.page.get_by_text("Used by")).to_be_visible()
    shown = [words for words in indonesian(editor.page) if words]
    assert not {"Isi", "Tambah", "Urungkan", "Kunci"} & set(shown)
