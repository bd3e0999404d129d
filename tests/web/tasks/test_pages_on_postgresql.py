"""The pages of a task and of its case on PostgreSQL: their statements ask for many things at once."""

from typing import Any

from sqlalchemy import select

from app.base.db import Database
from app.models import UserTask
from app.services.instances import instances
from app.services.notifications import followers
from tests.reports import report, report_values
from tests.web.cases import actor
from tests.web.postgresql import app as app
from tests.web.postgresql import office as office


def test_what_a_case_has_stands_beside_its_task_and_on_its_page(sign_in: Any, office: Database) -> None:
    with office.transaction() as session:
        values = report_values(report("SIN-001"))
        case = instances.start(session, "pengaduan", values, actor=actor(session, "lapor")).instance.id
    with office.transaction() as session:
        followers.follow(session, case, actor=actor(session, "lapor"))
    with office.reading() as session:
        task = session.scalars(select(UserTask.id).where(UserTask.instance_id == case)).one()
    browser, address = sign_in("lapor"), f"/tugas/{task}"
    bare = browser.get(address).text
    browser.post(f"{address}/ambil")
    browser.post(f"{address}/catatan", text="Pelapor sudah ditelepon.")
    browser.post(f"{address}/draf", catatan_penyaluran="Belum lengkap.")
    page, of_case = browser.get(address).text, browser.get(f"/perkara/{case}").text
    assert "Pelapor sudah ditelepon." not in bare
    for text in ("Pelapor sudah ditelepon.", "Belum lengkap.", "Identitas disamarkan.", "data-module"):
        assert text in page
    for text in ("Pelapor sudah ditelepon.", "Berhenti mengikuti", "Tenggat"):
        assert text in of_case
