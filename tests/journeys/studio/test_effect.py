"""What a draft would do to more open cases than a page waits for: asked for, watched, filtered, published."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from app.services.migration.surveys import AT_ONCE
from tests.journeys.conftest import People
from tests.journeys.office import Office, opened
from tests.journeys.studio.canvas import draft_of_the_sop
from tests.reports import report, report_values
from tests.serving import Installation
from tests.sop_changes.editing import shipped

CASES = AT_ONCE + 20


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, template: Installation) -> Iterator[Office]:
    with opened(template, tmp_path_factory.mktemp("effect")) as made:
        for number in range(CASES):
            values = {**report_values(report("SIN-001")), "tracking_id": str(7_000_000 + number)}
            made.api("lapor", "POST", "/process-instances", {"key": "pengaduan", "variables": values})
        yield made


def test_an_owner_has_the_effect_worked_out_watches_it_and_publishes(office: Office, people: People) -> None:
    draft = draft_of_the_sop(office)
    pemilik = people("pemilik")
    page = pemilik.page
    pemilik.visit(f"/studio/{draft}")
    changed = shipped()["pengaduan.bpmn"].replace(b"Penyaluran Pengaduan", b"Penyaluran Laporan")
    changed = changed.replace(b">3 hari<", b">9 hari<")
    page.locator("#f-files").set_input_files(
        {"name": "pengaduan.bpmn", "mimeType": "application/xml", "buffer": changed}
    )
    pemilik.press("Masukkan")
    page.get_by_role("link", name="Ke penerbitan").click()
    expect(page.locator("#berubah")).to_contain_text("nama dari “Penyaluran Pengaduan”")
    page.get_by_label("Tenggat yang sedang berjalan").select_option("recompute")
    page.get_by_role("button", name="Terapkan").click()
    page.evaluate("window.stayed = true")
    pemilik.press("Hitung akibatnya")
    page.evaluate("window.stayed = true")
    expect(page.locator("#akibat")).to_contain_text(f"dari {CASES} perkara dihitung")
    expect(page.locator("#akibat")).to_contain_text("20 perkara di halaman ini", timeout=30_000)
    assert page.evaluate("window.stayed") is True  # nothing was loaded anew
    expect(page.locator("#akibat [role=status]")).to_have_text("Akibatnya sudah dihitung.")
    page.locator("#akibat .totals a", has_text="Tenggat bergeser").click()
    expect(page.locator("#akibat .totals a[aria-current]")).to_contain_text(f"Tenggat bergeser {CASES}")
    page.get_by_role("link", name="Berikutnya").click()
    expect(page.locator("#akibat")).to_contain_text("7000020")
    page.get_by_label("Alasan perubahan").fill("Perbup 12/2026")
    pemilik.press("Terbitkan")
    page.get_by_role("link", name="Lihat atau pindahkan perkara lama").click()
    expect(page.locator("h1")).to_have_text("Pindahkan perkara ke versi 2")
    pemilik.press("Hitung akibatnya")
    expect(page.locator("#akibat")).to_contain_text(f"Tugas berubah {CASES}", timeout=30_000)
