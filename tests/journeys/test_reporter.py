"""The reporter supplies what was missing, from his phone, with number and code."""

from pathlib import Path

from playwright.sync_api import Dialog, expect

from tests.journeys.conftest import People
from tests.journeys.hands import Finger
from tests.journeys.office import Office
from tests.journeys.paths import PHONE, Receipt, claim, complete, take_in
from tests.journeys.people import Person
from tests.reports import answers_for, report

ONE = report("SIN-002")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


def look_up(person: Person, receipt: Receipt) -> None:
    """Open the tracking page with what stands on the slip."""
    person.visit("/lacak")
    person.hands.write(person.page.get_by_label("Nomor laporan"), receipt.number)
    person.hands.write(person.page.get_by_label("Kode rahasia"), receipt.code)
    person.press("Lihat laporan")


def status_of(person: Person) -> str:
    return person.page.locator(".status__words").inner_text()


def test_a_reporter_supplies_data_and_the_report_goes_on_to_its_end(
    office: Office, people: People, tmp_path: Path
) -> None:
    receipt = take_in(people("lapor"), ONE)
    office.drive(receipt.number, "SIN-002", until="")  # to the wait for the reporter

    reporter = people(hands=Finger, **PHONE)
    look_up(reporter, receipt)
    assert status_of(reporter) == "Menunggu Kelengkapan Informasi"
    (tmp_path / "lokasi.pdf").write_bytes(PDF)
    reporter.fill(answers_for("data_pelengkap", ONE))
    reporter.page.get_by_label("Lampiran").set_input_files(tmp_path / "lokasi.pdf")
    reporter.press("Kirim kepada petugas")
    expect(reporter.page.get_by_text("Data Anda sudah kami terima")).to_be_visible()
    assert status_of(reporter) == "Terverifikasi, sedang ditelaah"

    upp = people("upp")
    claim(upp, receipt.number)
    expect(upp.page.get_by_label("Pesan pelapor")).to_have_value(
        "Lokasinya di pertigaan sebelah timur balai desa."
    )
    with upp.page.expect_download() as download:
        upp.page.get_by_role("link", name="lokasi.pdf").first.click()
    assert download.value.path().read_bytes() == PDF
    complete(upp, "konfirmasi", ONE, pass_no=2)
    office.drive(receipt.number, "SIN-002", passes={"konfirmasi": 2})

    reporter.visit("/lacak/laporan")
    assert status_of(reporter) == "Selesai"


def test_a_wrong_code_opens_nothing_and_says_no_more_than_an_unknown_number(people: People) -> None:
    receipt = take_in(people("lapor"), ONE)
    reporter = people()
    reporter.expects(422)
    said = []
    for number in (receipt.number, "WNG-2026-99999"):
        look_up(reporter, Receipt(number, "1111 2222 3333 4444"))
        said.append(reporter.page.get_by_role("alert").inner_text())
    assert said[0] == said[1]


def test_a_reporter_is_asked_before_his_words_are_left_behind(office: Office, people: People) -> None:
    receipt = take_in(people("lapor"), ONE)
    office.drive(receipt.number, "SIN-002", until="")
    reporter = people()
    look_up(reporter, receipt)
    box = reporter.page.locator("#jawaban textarea:not([disabled])").first
    reporter.hands.write(box, "Di timur balai desa")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    reporter.page.once("dialog", stay)
    reporter.page.get_by_role("button", name="English").click()
    expect(box).to_have_value("Di timur balai desa")
    assert asked == ["beforeunload"]
    reporter.press("Kirim kepada petugas")  # sending asks nothing
    expect(reporter.page.get_by_text("Di timur balai desa")).to_be_visible()
    expect(reporter.page.locator("html")).to_have_attribute("lang", "id")
    assert asked == ["beforeunload"]
