"""A coordinator finds 34 overdue tasks that nobody holds, spreads them over two officers, and his list is empty.

With ALUR_SHOTS=folder the pages on his way are photographed, light, dark and at 360 px: look at them.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from app.models import UserTask
from app.services.core import clock
from app.services.people import users
from tests.journeys.conftest import People
from tests.journeys.looking import shoot
from tests.journeys.office import Office
from tests.journeys.people import Person
from tests.reports import report, report_values

NUMBER = 34


@pytest.fixture
def overdue(office: Office) -> Office:
    values = report_values(report("SIN-001"))
    for number in range(NUMBER):
        given = {**values, "tracking_id": str(9_100_000 + number)}
        office.api("lapor", "POST", "/process-instances", {"key": "pengaduan", "variables": given})
    with office.installation.database.transaction() as session:
        lapor, upp = users.named(session, "lapor"), users.named(session, "upp")
        upp.groups.append(lapor.groups[0])
        past = clock.now(session) - timedelta(days=3)
        session.execute(update(UserTask).values(due_at=past, sort_at=past))
    return office


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def coordinator(request: pytest.FixtureRequest, overdue: Office, people: People) -> Person:
    person: Person = people("koordinator", java_script_enabled=request.param)
    return person


def test_34_overdue_tasks_are_found_spread_and_cleared(coordinator: Person) -> None:
    page = coordinator.page
    coordinator.visit("/tugas")
    coordinator.go(page.get_by_role("link", name="Beban kerja"))
    shoot(coordinator.page, "beban-1-angka")
    coordinator.go(page.get_by_role("link", name=f"Lewat tenggat: {NUMBER}", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Tugas menurut beban kerja")
    page.get_by_label(f"Pilih semua {NUMBER} tugas").check()
    for box in page.locator("[name=officer]").all():
        box.check()
    shoot(coordinator.page, "beban-2-daftar")
    coordinator.press("Lihat pembagiannya")
    coordinator.hands.write(page.get_by_label("Alasan"), "Sudah lewat tenggat, tidak ada yang memegang.")
    shoot(coordinator.page, "beban-3-pembagian")
    coordinator.press(f"Bagikan {NUMBER} tugas")
    coordinator.reload_until(page.get_by_text(f"{NUMBER} dari {NUMBER} tugas selesai"))
    shoot(coordinator.page, "beban-4-hasil")
    coordinator.visit("/beban/tugas?petugas=none&tenggat=overdue")
    expect(page.get_by_text("Tidak ada tugas yang cocok")).to_be_visible()
    coordinator.visit("/beban")
    shoot(coordinator.page, "beban-5-sesudahnya")
    coordinator.visit("/ketidakhadiran")
    shoot(coordinator.page, "beban-6-ketidakhadiran")
    coordinator.visit("/beban/serah-terima")
    coordinator.go(page.get_by_role("button", name="Lihat tugasnya").first)
    shoot(coordinator.page, "beban-7-serah-terima")
