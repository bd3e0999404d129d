"""The pictures of README.md, of an office in the middle of its work.

``ALUR_PICTURES=1 pytest tests/journeys/test_pictures.py`` writes them to docs/pictures; else they are only tried.
"""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from app.base.config import ROOT
from app.services.core import clock
from tests.journeys.conftest import People
from tests.journeys.hands import Finger
from tests.journeys.office import Office, opened
from tests.journeys.paths import PHONE, Receipt
from tests.journeys.people import Person
from tests.journeys.scene import hand_out
from tests.journeys.studio.canvas import Editor, draft_of
from tests.journeys.studio.trying import begin, play_to_the_unit, to_the_last_timer
from tests.journeys.visits import look_up
from tests.serving import Installation
from tests.sop_changes.editing import Drawing, shipped

_MOST_BYTES = 250_000
#: Days ago, report, and the activity that waits in it now.
_STORY = (
    (10, "SIN-014", "tindak_lanjut"),
    (9, "SIN-017", "telaahan"),
    (6, "SIN-003", "konfirmasi"),
    (5, "SIN-023", "telaahan"),
    (3, "SIN-001", "telaahan"),
    (2, "SIN-012", "telaahan"),
    (1, "SIN-016", "konfirmasi"),
    (0, "SIN-020", "menyalurkan"),
    (0, "SIN-024", "telaahan"),
)
_LEFT_IN_THE_QUEUE = "SIN-023", "SIN-024"


@pytest.fixture
def office(tmp_path: Path, template: Installation) -> Iterator[Office]:
    with opened(template, tmp_path, ALUR_OFFICE="Pemerintah Kabupaten Wonogiri") as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return ROOT / "docs/pictures" if os.environ.get("ALUR_PICTURES") else tmp_path


def story(office: Office) -> dict[str, Any]:
    """Let the cases of the story begin on their days; return them by report."""
    database, cases = office.installation.database, {}
    with database.reading() as session:
        today, moved = clock.now(session), clock.moved_to(session)
    for days_ago, report_id, until in _STORY:
        with database.transaction() as session:
            clock.travel(session, today - timedelta(days=days_ago))
        cases[report_id] = office.case(report_id, until=until)
        task = office.task(cases[report_id]["business_key"])
        if task and task["lane"].startswith("UPP") and report_id not in _LEFT_IN_THE_QUEUE:
            office.api("upp", "POST", f"/tasks/{task['id']}/claim")
    with database.transaction() as session:
        if moved:
            clock.travel(session, today)
        else:
            clock.reset(session)
    office.installation.command("fire", "--at", "now")
    return cases


def test_the_pictures_of_the_readme(office: Office, people: People, folder: Path) -> None:
    cases = story(office)
    waiting = office.case("SIN-002", until="")
    receipt = hand_out(office, waiting["id"], waiting["business_key"])
    folder.mkdir(exist_ok=True)
    upp = people("upp", viewport={"width": 1280, "height": 800})
    shoot(upp, "/tugas", folder / "inbox.png", height=900)
    task = office.task(cases["SIN-001"]["business_key"])
    assert task is not None
    shoot(upp, f"/tugas/{task['id']}", folder / "task.png", height=1000)
    shoot(upp, f"/perkara/{cases['SIN-014']['id']}", folder / "case.png", height=1240)
    phone = people("upp", Finger, **PHONE, color_scheme="dark", device_scale_factor=2)
    shoot(phone, "/tugas", folder / "inbox-phone-dark.png", height=1000)
    follow_the_report(people(viewport={"width": 760, "height": 1000}), receipt, folder / "tracking.png")
    change_the_sop(office, people("pemilik"), folder)
    audit(office, people("auditor", viewport={"width": 1280, "height": 800}), cases["SIN-014"]["id"], folder)

    named = set(re.findall(r"docs/pictures/([\w-]+\.png)", (ROOT / "README.md").read_text("utf-8")))
    taken = {path.name: path.stat().st_size for path in folder.glob("*.png")}
    assert set(taken) == named
    assert max(taken.values()) < _MOST_BYTES, taken


def shoot(person: Person, path: str, picture: Path, *, height: int) -> None:
    """Take a picture of what one sees first on a page."""
    size = person.page.viewport_size
    assert size is not None
    person.page.set_viewport_size({"width": size["width"], "height": height})
    person.visit(path)
    person.drawn()
    expect(person.page.locator(".desk__list[data-missing]")).to_have_count(0)  # the list comes after its task
    person.page.screenshot(path=picture, caret="initial")


def follow_the_report(reporter: Person, receipt: Receipt, picture: Path) -> None:
    reporter.visit("/lacak")
    look_up(reporter, receipt.number, receipt.code)
    reporter.page.screenshot(path=picture, caret="initial")


def change_the_sop(office: Office, pemilik: Person, folder: Path) -> None:
    """A draft in which the UPT confirms and the review has five days: drawn, tried, and about to be published."""
    drawing = Drawing()
    drawing.move("lajur_upt", "konfirmasi", "tenggat_konfirmasi")
    drawing.set_timer("tenggat_telaahan", "5 hari")
    draft = draft_of(office, {**shipped(), **drawing.saved()})
    editor = Editor(pemilik, draft)
    editor.select("telaahan")
    editor.findings()
    pemilik.page.screenshot(path=folder / "studio.png", caret="initial")
    begin(pemilik, draft)
    play_to_the_unit(pemilik)
    to_the_last_timer(pemilik)
    pemilik.page.screenshot(path=folder / "studio-try.png", caret="initial")
    pemilik.visit(f"/studio/{draft}/terbitkan?tenggat=recompute")
    pemilik.page.locator("summary", has_text="Lihat semua perubahan").click()
    shoot_part(pemilik, "#berubah", folder / "studio-changes.png")
    shoot_part(pemilik, "#akibat", folder / "studio-effect.png")


def audit(office: Office, auditor: Person, case_id: int, folder: Path) -> None:
    """A question that is answered, a case replayed, the heat map, and the record that is whole."""
    office.installation.command("checkpoint")
    shoot(auditor, "/tanya?k1=semua&k1.1=tugas&k1.1.keadaan=late", folder / "audit-question.png", height=1250)
    auditor.visit(f"/perkara/{case_id}/putar?langkah=4")
    shoot_part(auditor, "#kedudukan", folder / "audit-replay.png")
    shoot(auditor, "/proses/1/kinerja?ukuran=done", folder / "audit-performance.png", height=900)
    shoot(auditor, "/bukti", folder / "audit-evidence.png", height=800)


def shoot_part(person: Person, part: str, picture: Path) -> None:
    """Take a picture of a part of the page, as much as the window holds."""
    person.page.locator(part).evaluate("e => e.scrollIntoView()")
    person.page.screenshot(path=picture, caret="initial")
