"""A table of an SOP, as an office has it in Word, becomes a draft that runs: on a phone, without scripts."""

from playwright.sync_api import Locator, expect

from tests.journeys.conftest import People
from tests.journeys.hands import sideways
from tests.journeys.office import Office
from tests.journeys.people import Person
from tests.services.sop_tables import tables


def field(pemilik: Person, name: str) -> Locator:
    return pemilik.page.locator(f'[name="{name}"]').first


def done(pemilik: Person, answer: str = "") -> None:
    """Finish the step that is to be done in the sandbox."""
    if answer:
        pemilik.page.get_by_label(answer, exact=True).check()
    pemilik.press("Selesaikan tugas")


def test_a_word_table_is_corrected_before_it_becomes_a_draft_and_then_runs(
    office: Office, people: People
) -> None:
    pemilik = people("pemilik", java_script_enabled=False, viewport={"width": 360, "height": 760})
    pemilik.visit("/studio/tabel-sop")
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    table = {"name": "izin.docx", "mimeType": word, "buffer": tables.licence()}
    pemilik.page.get_by_label("Berkas").set_input_files(table)
    pemilik.press("Baca tabelnya")
    page = pemilik.page
    second, fourth = page.locator("#baris-1"), page.locator("#baris-3")
    expect(second).to_contain_text("“Lengkap?” dijawab tidak: kembali ke Mengajukan permohonan izin.")
    expect(fourth).to_contain_text("Waktunya kosong; tanpa tenggat.")
    assert sideways(page) == []

    field(pemilik, "b1-q0-teks").fill("Berkasnya lengkap?")
    field(pemilik, "b1-q0-tidak").select_option(label="berakhir: Tidak dilanjutkan")
    field(pemilik, "b2-pelaksana").select_option(label="Kepala Bidang")
    field(pemilik, "b3-tenggat").fill("secepatnya")
    pemilik.expects(422)
    pemilik.go(page.locator("#buat").get_by_role("button", name="Buat draf"))
    expect(page.locator(".error-summary")).to_contain_text("Tulis lama waktu")
    expect(field(pemilik, "b1-q0-teks")).to_have_value("Berkasnya lengkap?")
    expect(field(pemilik, "b3-tenggat")).to_have_value("secepatnya")
    field(pemilik, "b3-tenggat").fill("2 hari")
    field(pemilik, "b3-tenggat").press("Enter")
    expect(page.locator("#buat")).to_contain_text("Tidak ada yang ditebak.")
    expect(page.locator("#diagram svg")).to_contain_text("Berkasnya lengkap?")
    field(pemilik, "name").fill("Izin lapangan")
    pemilik.go(page.locator("#buat").get_by_role("button", name="Buat draf"))
    expect(page.locator("h1")).to_have_text("Izin lapangan")

    pemilik.go(page.get_by_role("link", name="Coba", exact=True))
    pemilik.press("Mulai mencoba")
    pemilik.fill({"perihal": "Izin pertama"})
    pemilik.press("Mulai perkara")
    work = page.locator("#kerjakan")
    expect(work).to_contain_text("Mengajukan permohonan izin")
    done(pemilik)
    expect(work).to_contain_text("Berkasnya lengkap?")
    done(pemilik, "ya")
    expect(work).to_contain_text("Kepala Bidang")
    done(pemilik)
    expect(work).to_contain_text("Menerbitkan izin")
    done(pemilik)
    expect(page.locator("#kedudukan")).to_contain_text("Selesai")
