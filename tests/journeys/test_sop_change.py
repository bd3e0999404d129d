"""Save in a modeler, look at the browser: the SOP changes while the server runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import People
from tests.journeys.office import Office, opened
from tests.journeys.paths import list_of, row
from tests.journeys.people import Person
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
        text.text = "segera" if text.text == "3 hari" else text.text
    save(folder, drawing)
    refused = pemilik.page.locator("tr", has_text="Tidak diterapkan")
    pemilik.reload_until(refused)
    finding = refused.locator(".finding", has_text="Galat")
    expect(finding).to_contain_text("tenggat_telaahan")
    expect(finding).to_contain_text("segera")
    expect(version(pemilik, 1)).to_be_visible()

    save(folder, Drawing())
    pemilik.reload_until(version(pemilik, 2).or_(version(pemilik, 1)))
    pemilik.reload_until(pemilik.page.locator("main:not(:has-text('Tidak diterapkan'))"))
