"""An auditor answers ten questions that were written beforehand, and each takes few clicks; then he draws a sample.

Every choice, tick, text and press counts as one. With ALUR_SHOTS=folder the pages are photographed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from app.models import UserTask
from app.services import identity
from app.services.core import clock
from app.services.core.access import actor_of
from app.services.people import users
from tests.journeys.conftest import People
from tests.journeys.looking import shoot
from tests.journeys.office import Office
from tests.journeys.people import Person

#: 23.00 WIB of a Tuesday.
NIGHT = datetime(2026, 12, 1, 16, tzinfo=UTC)


@dataclass
class Hand:
    """The auditor's hand, and what it did for each question."""

    person: Person
    clicks: int = 0
    counted: dict[str, int] = field(default_factory=dict)

    def add(self, subject: str, **values: str) -> None:
        """Add a condition and fill it in: choices by what they are called, dates as they are typed."""
        page = self.person.page
        empty = not page.locator(".question__group").count()
        page.locator("[name=baru0]" if empty else "[name=baru1]").select_option(subject)
        self.person.go(
            page.locator("[name=tambah]").last if empty else page.locator("[name=tambah][value='1']")
        )
        self.clicks += 2
        row = page.locator(".question__row").last
        for name, value in values.items():
            control = row.locator(f"[name$='.{name}']")
            if value == "ya":
                control.check()
            elif control.evaluate("one => one.tagName") == "SELECT":
                control.select_option(label=value)
            else:
                control.fill(value)
            self.clicks += 1

    def ask(self, question: str, *conditions: tuple[str, Mapping[str, str]], about: str = "Perkara") -> str:
        """Put a question together from nothing; return what the answer says."""
        self.clicks, page = 0, self.person.page
        self.person.visit("/tanya")
        if about != "Perkara":
            self.person.go(page.get_by_label("Yang ditanyakan").get_by_role("link", name=about))
            self.clicks += 1
        for subject, values in conditions:
            self.add(subject, **values)
        self.person.press("Tanyakan")
        self.counted[question] = self.clicks + 1
        return page.locator("#jawaban").inner_text()


@pytest.fixture(scope="module")
def office(shared_office: Office) -> Office:
    return shared_office


@pytest.fixture(scope="module")
def cases(office: Office) -> dict[str, str]:
    """late: at its unit, two months late; cancelled; opened: by a stranger, at night; begun: nothing was done."""
    numbers = {
        name: office.case(report_id, until=until)
        for name, report_id, until in (
            ("late", "SIN-001", "tindak_lanjut"),
            ("cancelled", "SIN-003", "telaahan"),
            ("opened", "SIN-004", "konfirmasi"),
            ("begun", "SIN-005", "penyaluran"),
        )
    }
    with office.installation.database.transaction() as session:
        past = clock.now(session) - timedelta(days=60)
        open_task = update(UserTask).where(
            UserTask.instance_id == numbers["late"]["id"], UserTask.state == "open"
        )
        session.execute(open_task.values(due_at=past, sort_at=past))
    cancelled = numbers["cancelled"]["id"]
    office.api("pemilik", "DELETE", f"/process-instances/{cancelled}", {"reason": "Dikirim dua kali"})
    with office.installation.database.transaction() as session:
        clock.fix(session, NIGHT)
        coordinator = actor_of(users.named(session, "koordinator"))
        case = numbers["opened"]["id"]
        identity.record_shown(
            session, coordinator, case, ["nama_pelapor"], identity.Why(reason="Menelepon pelapor")
        )
    return {name: case["business_key"] for name, case in numbers.items()}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_ten_questions_are_answered_in_few_clicks(
    people: People, cases: dict[str, str], scripts: bool
) -> None:
    person = people("auditor", java_script_enabled=scripts)
    hand, page = Hand(person), person.page

    def finds(question: str, names: set[str], *conditions: tuple[str, Mapping[str, str]]) -> str:
        said = hand.ask(question, *conditions)
        assert {name for name, number in cases.items() if number in said} == names, (question, said)
        return said

    year = {"dari": "01-01-2026", "sampai": "31-12-2026"}
    said = finds(
        "late at UPT, and who held them",
        {"late"},
        ("tugas", {"lajur": "UPT", "keadaan": "Lewat tenggat"}),
        ("diterima", year),
    )
    assert "60 hari" in said
    assert "belum dipegang" in said
    shoot(page, "auditor-1-jawaban")
    finds(
        "not through activity 3", {"cancelled", "begun"}, ("tugas", {"kegiatan": _ACTIVITY_3, "bukan": "ya"})
    )
    finds("cancelled", {"cancelled"}, ("keadaan", {"nilai": "Dibatalkan"}))
    finds("somebody intervened", {"cancelled"}, ("peristiwa", {"nilai": "Campur tangan apa pun"}))
    finds("identity opened by one person", {"opened"}, ("identitas", {"petugas": "Ketua Tim Koordinasi"}))
    finds(
        "running and late by more than 30 days",
        {"late"},
        ("keadaan", {"nilai": "Berjalan"}),
        ("tugas", {"hari": "30"}),
    )
    finds(
        "done by an officer",
        {"late", "opened"},
        ("tugas", {"petugas": "Petugas UPP", "keadaan": "Sudah selesai"}),
    )
    said = hand.ask(
        "interventions of this year",
        ("jenis", {"nilai": "Campur tangan apa pun"}),
        ("waktu", year),
        about="Peristiwa",
    )
    assert cases["cancelled"] in said
    for question, pattern in (
        ("opened at night", "Malam hari"),
        ("by strangers", "Tidak pernah menangani perkaranya"),
    ):
        person.visit("/tanya")
        person.go(page.get_by_label("Yang ditanyakan").get_by_role("link", name="Buku identitas"))
        page.get_by_label("Pola").select_option(label=pattern)
        person.press("Terapkan")
        hand.counted[question] = 3
        expect(page.get_by_role("rowheader")).to_have_text("Ketua Tim Koordinasi")
        expect(page.get_by_role("link", name=cases["opened"])).to_be_visible()
    expect(page.locator("main tbody")).to_contain_text("Nama pelapor")
    shoot(page, "auditor-2-buku-identitas")
    assert len(hand.counted) == 10
    assert max(hand.counted.values()) <= 9, hand.counted
    assert sum(hand.counted.values()) <= 55, hand.counted


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_sample_is_drawn_from_an_answer_and_worked_through(
    cases: dict[str, str], people: People, scripts: bool
) -> None:
    person = people("auditor", java_script_enabled=scripts)
    hand, page = Hand(person), person.page
    hand.ask("all of the process", ("proses", {"nilai": "pengaduan"}))
    page.get_by_text("Ambil sampel").first.click()
    page.get_by_label("Nama sampel").fill("Uji petik")
    page.get_by_label("Banyaknya perkara").fill("2")
    page.get_by_label("Benih").fill("2026")
    person.press("Ambil sampel")
    expect(page.get_by_role("heading", level=1)).to_have_text("Uji petik")
    page.locator("#f-verdict-1").select_option(label="Tidak sesuai")
    page.locator("#f-finding-1").fill("Tidak ada bukti telaahan")
    person.go(page.locator("#perkara-1").get_by_role("button", name="Simpan temuan"))
    expect(page.locator("#perkara-1")).to_contain_text("Tidak ada bukti telaahan")
    expect(page.get_by_text("1 dari 2", exact=True)).to_be_visible()
    shoot(page, "auditor-3-sampel")


_ACTIVITY_3 = "Mengkonfirmasi dan Mengklarifikasi laporan dan Kelengkapan Data untuk Tindak Lanjut Pengaduan"
