"""Save in a modeler, look at the browser: the SOP changes while the server runs."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import People
from tests.journeys.office import Office, opened
from tests.journeys.paths import list_of, row
from tests.journeys.people import Person
from tests.journeys.studio.canvas import Editor, draft_of_the_sop
from tests.serving import Installation
from tests.sop_changes.editing import Drawing, shipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the SOP to work on: processes/ and forms/."""
    for name, content in shipped().items():
        path = tmp_path / ("forms" if name.endswith(".form") else "processes") / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return tmp_path


@pytest.fixture
def office(folder: Path, template: Installation) -> Iterator[Office]:
    """An office that watches the copy."""
    watched = {"ALUR_PROCESSES_DIR": str(folder / "processes"), "ALUR_FORMS_DIR": str(folder / "forms")}
    with opened(template, folder / "office", ALUR_WATCH="1", **watched) as made:
        yield made


def save(folder: Path, drawing: Drawing) -> None:
    (folder / "processes" / Drawing.NAME).write_bytes(drawing.saved()[Drawing.NAME])


def version(pemilik: Person, number: int) -> Locator:
    """The row that says that this version of the SOP is in force."""
    return row(pemilik, "pengaduan").filter(
        has=pemilik.page.get_by_role("cell", name=str(number), exact=True)
    )


def test_a_task_moved_to_another_lane_is_offered_there_and_open_cases_stay(
    office: Office, people: People, folder: Path
) -> None:
    pemilik = people("pemilik")
    pemilik.visit("/proses")
    expect(version(pemilik, 1)).to_be_visible()
    before = office.case("SIN-003", until="konfirmasi")

    drawing = Drawing()
    drawing.move("lajur_upt", "konfirmasi", "tenggat_konfirmasi")
    save(folder, drawing)
    pemilik.reload_until(version(pemilik, 2))

    after = office.case("SIN-001", until="konfirmasi")
    upp, dpupr = people("upp"), people("dpupr")
    for person, seen, unseen in ((upp, before, after), (dpupr, after, before)):
        list_of(person, "Antrean")
        expect(row(person, seen["business_key"])).to_be_visible()
        expect(row(person, unseen["business_key"])).to_have_count(0)


def test_a_broken_diagram_says_what_is_wrong_and_never_replaces_what_runs(
    office: Office, people: People, folder: Path
) -> None:
    pemilik = people("pemilik")
    pemilik.visit("/proses")
    drawing = Drawing()
    for text in drawing.element("tenggat_telaahan").iter():
        text.text = "99999 hari" if text.text == "3 hari" else text.text
    save(folder, drawing)
    refused = pemilik.page.locator("tr", has_text="Tidak diterapkan")
    pemilik.reload_until(refused)
    finding = refused.locator(".finding", has_text="Galat")
    expect(finding).to_contain_text("tenggat_telaahan")
    expect(finding).to_contain_text("99999 hari")
    expect(version(pemilik, 1)).to_be_visible()

    save(folder, Drawing())
    pemilik.reload_until(version(pemilik, 2).or_(version(pemilik, 1)))
    pemilik.reload_until(pemilik.page.locator("main:not(:has-text('Tidak diterapkan'))"))


def test_the_same_change_in_the_studio_and_by_another_modeler_is_the_same_version(
    office: Office, people: People, folder: Path
) -> None:
    pemilik = people("pemilik")
    draft = draft_of_the_sop(office)
    editor = Editor(pemilik, draft)
    editor.select("telaahan")
    editor.write("Selesai dalam", "5 hari")
    drawn = editor.saved()
    pemilik.visit(f"/studio/{draft}/terbitkan")
    pemilik.page.get_by_label("Alasan perubahan").fill("Telaahan diberi lima hari.")
    pemilik.press("Terbitkan")
    pemilik.visit("/proses")
    expect(version(pemilik, 2)).to_be_visible()

    save(folder, by_another_modeler())
    pemilik.reload_until(version(pemilik, 3))
    pemilik.visit("/proses/2/bandingkan/3")
    differing = pemilik.page.locator(".jump a").all_inner_texts()
    assert {re.sub(r"\W*\d+$", "", text) for text in differing[:-2]} <= {"Gambar", "Penulisan berkas"}

    (folder / "processes" / Drawing.NAME).write_text(drawn, "utf-8")
    pemilik.visit("/proses")
    pemilik.reload_until(version(pemilik, 4))
    pemilik.visit("/proses/2/bandingkan/4")
    expect(pemilik.page.get_by_text("Isi keduanya sama")).to_be_visible()


def by_another_modeler() -> Drawing:
    """Telaahan has five days: the clock, its label, the cell of the SOP and the words of the reminder."""
    drawing = Drawing()
    drawing.set_timer("tenggat_telaahan", "5 hari")
    drawing.describe("telaahan", "waktu", "5 hari")
    told = "Telaahan Lanjutan sudah melewati 5 hari kerja. Tugas tetap terbuka; mohon segera diselesaikan."
    drawing.describe("ingatkan_telaahan", "pesan", told)
    return drawing
