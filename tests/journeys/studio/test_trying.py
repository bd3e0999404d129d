"""A process owner tries the SOP: every lane, day 70, a scenario, and what a change of the draft does to it."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.office import Office
from tests.journeys.studio.canvas import draft_of_the_sop
from tests.journeys.studio.trying import begin, play_to_the_unit, to_the_last_timer
from tests.sop_changes.editing import shipped


def test_the_sop_is_played_to_day_70_and_kept_as_a_scenario(office: Office, people: People) -> None:
    draft, pemilik = draft_of_the_sop(office), people("pemilik")
    page = pemilik.page
    begin(pemilik, draft)
    expect(page.get_by_text("Tidak ada yang nyata di sini")).to_be_visible()
    play_to_the_unit(pemilik)
    expect(page.locator("#kerjakan")).to_contain_text("Tindak lanjut oleh UPT/Inspektorat")
    to_the_last_timer(pemilik)
    pemilik.press("+30 hari")
    expect(page.locator(".sandbox-clock")).to_contain_text(re.compile(r"(Feb|Mar) 2027"))
    expect(page.locator("#kedudukan .diagram")).to_contain_text("Lewat")
    expect(page.locator("#langkah")).to_contain_text("Akan diberitahukan kepada")
    page.locator("summary", has_text="Simpan sebagai skenario").click()
    page.get_by_label("Nama skenario").fill("Unit terlambat")
    pemilik.press("Simpan skenario")
    expect(page.get_by_text("Skenario disimpan dalam draf sebagai unit-terlambat.scenario")).to_be_visible()
    pemilik.press("Urungkan langkah terakhir")
    expect(page.locator(".sandbox-clock")).to_contain_text("2027")
    pemilik.visit(f"/studio/{draft}/terbitkan")
    expect(page.locator("#skenario")).to_contain_text("Sama Unit terlambat")
    expect(page.get_by_role("button", name="Terbitkan", exact=True)).to_be_visible()
    pemilik.visit(f"/studio/{draft}")
    slower = shipped()["pengaduan.bpmn"].replace(b"3 hari", b"5 hari")
    page.locator("#f-files").set_input_files(
        {"name": "pengaduan.bpmn", "mimeType": "application/xml", "buffer": slower}
    )
    pemilik.press("Masukkan")
    expect(page.locator("#temuan")).to_contain_text("Skenario “Unit terlambat” tidak berjalan seperti")
    page.get_by_role("link", name="Ke penerbitan").click()
    expect(page.locator("#skenario")).to_contain_text("Berbeda Unit terlambat")
    expect(page.get_by_role("button", name="Terbitkan juga")).to_be_visible()


def test_a_draft_is_tried_without_a_script_and_on_a_phone(office: Office, people: People) -> None:
    draft = draft_of_the_sop(office)
    pemilik = people("pemilik", java_script_enabled=False, viewport={"width": 360, "height": 760})
    begin(pemilik, draft)
    pemilik.expects(422)
    pemilik.press("Mulai perkara")
    expect(pemilik.page.locator(".error-summary")).to_be_visible()
