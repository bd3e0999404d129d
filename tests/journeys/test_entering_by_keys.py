"""Three reports at the counter, one after the other, by keys alone."""

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.hands import Keys
from tests.journeys.people import Person

SHORT = {
    "sumber": "SMS",
    "tanggal_masuk": "02-11-2026",
    "klasifikasi": "Pengaduan Berkadar Pengawasan",
    "kategori": "Infrastruktur Jalan",
}
TITLES = ("Lampu jalan mati", "Got mampat di pasar", "Jembatan retak")


def test_three_reports_by_keys_alone(people: People) -> None:
    lapor: Person = people("lapor", Keys, viewport={"width": 1280, "height": 800})
    lapor.visit("/laporan/baru")
    page = lapor.page
    expect(page.locator("[name=sumber]")).to_be_focused()
    for place, title in enumerate(TITLES):
        told = SHORT if place == 0 else {key: text for key, text in SHORT.items() if key != "sumber"}
        lapor.fill(
            {**told, "judul": title, "isi": f"{title} sejak kemarin, mohon diperbaiki.", "anonim": True}
        )
        with page.expect_navigation():
            page.keyboard.press("Control+Enter" if title == TITLES[-1] else "Control+Shift+Enter")
        if title == TITLES[-1]:
            break
        expect(page.locator(".notice", has_text="Kode rahasia")).to_contain_text("Serahkan kepada pelapor")
        expect(page.locator("[name=sumber]")).to_have_value("SMS")
        expect(page.locator("[name=tanggal_masuk]")).to_have_value("")
        assert page.evaluate("document.activeElement.form === document.querySelector('form[data-autosave]')")
        assert page.evaluate("document.activeElement.name") != "sumber", "the first that is empty"
    expect(page.get_by_role("heading", name="Nomor dan kode untuk pelapor")).to_be_visible()
    lapor.visit("/perkara")
    for title in TITLES:
        expect(page.get_by_text(title, exact=True).first).to_be_visible()
