"""Reply templates: written by coordinators of a lane, put in as text by its officers."""

from collections.abc import Callable

from sqlalchemy import select

from app.base.db import Database
from app.models import ProcessInstance, ReplyTemplate
from app.services.tasks import reply_templates
from tests.web.cases import actor, task_of
from tests.web.conftest import Browser, Case

SignIn = Callable[[str], Browser]
TEXT = "Laporan {nomor} tentang {perihal} <b>ditindaklanjuti</b> {{7*7}}."


def test_a_coordinator_writes_them_and_officers_of_the_lane_read_them_filled_in(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    task = task_of(office, case.id)
    with office.transaction() as session:
        lanes = reply_templates.lanes(session, actor=actor(session, "koordinator"))
    assert lanes
    writer = sign_in("koordinator")
    writer.get("/tugas/templat")
    lane = str(task.group_id)
    refused = writer.post("/tugas/templat", lane=lane, name="Selesai", text="Oleh {pelapor}")
    assert refused.status_code == 422
    assert "{pelapor}" in refused.text
    saved = writer.post("/tugas/templat", lane=lane, name="Selesai", text=TEXT.replace("{{7*7}}", "."))
    assert saved.status_code == 303
    page = sign_in("lapor").get(f"/tugas/{task.id}").text
    assert "&lt;b&gt;ditindaklanjuti&lt;/b&gt;" in page
    assert f"Laporan {case.started['business_key']} tentang {case.report['judul']}" in page
    with office.reading() as session:
        [template] = session.scalars(select(ReplyTemplate.id))
    stranger = sign_in("dlh")
    stranger.get("/tugas/templat")
    assert stranger.post(f"/tugas/templat/{template}/hapus").status_code == 404
    assert stranger.post("/tugas/templat", id=str(template), name="X", text="Y").status_code == 404
    assert writer.post(f"/tugas/templat/{template}/hapus").status_code == 303


def test_what_is_no_field_stays_as_it_is_and_nothing_is_evaluated() -> None:
    instance = ProcessInstance(business_key="1 {perihal}", subject="S", category="", area="", priority="")
    text = "{nomor} {perihal} {nama} {__class__} {{7*7}} {0} {nomor.x}"
    assert reply_templates.filled(text, instance) == "1 {perihal} S {nama} {__class__} {{7*7}} {0} {nomor.x}"
