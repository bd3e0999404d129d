"""A report that is known already, typed by an officer who does not scroll down to be told so."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import expect

from app.commands import search
from tests.journeys.conftest import People
from tests.journeys.hands import Keys
from tests.journeys.office import Office
from tests.reports import report

SHORT = {
    "sumber": "SMS",
    "tanggal_masuk": "02-11-2026",
    "klasifikasi": "Pengaduan Berkadar Pengawasan",
    "kategori": "Infrastruktur Jalan",
}


def known(office: Office) -> Mapping[str, Any]:
    """A report whose case has been indexed."""
    office.case("SIN-002")
    turns = search.Turns(office.installation.database)
    while turns.take():
        pass
    return report("SIN-002")


def test_a_list_that_stood_below_the_window_is_no_answer(people: People, office: Office) -> None:
    one = known(office)
    lapor = people("lapor", Keys, viewport={"width": 1280, "height": 800})
    lapor.visit("/laporan/baru")
    page, place = lapor.page, lapor.page.locator("#serupa")
    lapor.fill({**SHORT, "judul": one["judul"], "isi": one["isi"], "anonim": True})
    expect(place.locator("[name=_seen]").first).to_be_attached()
    page.evaluate("scrollTo(0, 0)")
    expect(place).not_to_be_in_viewport()
    none = place.get_by_label("Laporan ini baru, bukan salah satu dari itu")
    expect(none).not_to_be_checked()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Laporan ini belum tersimpan.")).to_be_visible()


def test_an_answer_stays_while_one_types_on(people: People, office: Office) -> None:
    one = known(office)
    lapor = people("lapor", viewport={"width": 1280, "height": 800})
    lapor.visit("/laporan/baru")
    page, place = lapor.page, lapor.page.locator("#serupa")
    lapor.fill({**SHORT, "judul": one["judul"], "isi": one["isi"], "anonim": True})
    none = place.get_by_label("Laporan ini baru, bukan salah satu dari itu")
    none.check()
    expect(none).to_be_focused()
    with page.expect_response("**/laporan/baru/serupa*"):
        page.locator("[name=judul]").press_sequentially(" lagi")
    expect(none).to_be_checked()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Nomor dan kode untuk pelapor")).to_be_visible()
