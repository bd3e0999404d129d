"""Reopening is drawn: after the last task the reporter may object once, within 10 working days."""

from datetime import datetime

import pytest

from app.base.errors import Conflict
from app.commands.instances.messages import send_reporters_form
from app.commands.transaction import Command
from app.models import ProcessInstance
from app.services.core import holidays
from app.services.instances import messages
from app.services.reporter import reporter
from app.services.reporter.reporter import PublicInstance
from tests.sop_changes.conftest import Case, Office
from tests.sop_changes.editing import Drawing, new_form

TOLD = "Selesai dikerjakan, menunggu tanggapan Anda"
WHY = {
    "type": "textarea",
    "key": "alasan_keberatan",
    "label": "Mengapa belum selesai?",
    "validate": {"required": True},
}


def drawn() -> Drawing:
    """The shipped SOP with a wait for the reporter's objection before its end, passed over once there was one."""
    drawing = Drawing()
    drawing.add(
        "exclusiveGateway", "sudah_keberatan", "Sudah pernah keberatan?", "lajur_upp", default="pernah"
    )
    drawing.add("eventBasedGateway", "tunggu_keberatan", "Pelapor keberatan?", "lajur_upp")
    drawing.add_wait("keberatan", "Keberatan diterima", "lajur_upp", message="keberatan")
    drawing.add_wait("batas_keberatan", "10 hari kerja", "lajur_upp", duration="10 hari kerja")
    drawing.describe("keberatan", "formJsonSchemaFilename", "keberatan.form")
    drawing.describe("keberatan", "untuk", "pelapor")
    for element in ("keberatan", "batas_keberatan"):
        drawing.describe(element, "status publik", TOLD)
    drawing.lead("melaporkan_ke_selesai", "sudah_keberatan")
    drawing.connect("sudah_keberatan", "tunggu_keberatan", condition="=alasan_keberatan = null")
    drawing.connect("sudah_keberatan", "selesai", id="pernah")
    drawing.connect("tunggu_keberatan", "keberatan")
    drawing.connect("tunggu_keberatan", "batas_keberatan")
    drawing.connect("batas_keberatan", "selesai")
    drawing.connect("keberatan", "konfirmasi")
    return drawing


def face(office: Office, case: Case) -> PublicInstance:
    """What the reporter reads."""
    with office.installation.database.reading() as session:
        return reporter.overview(session, session.get_one(ProcessInstance, case.id))


def object_to(office: Office, case: Case, wait_id: str) -> None:
    database = office.installation.database
    values = {"alasan_keberatan": "Lampunya mati lagi."}
    send_reporters_form(database, Command("reporters_form", wait_id), case.id, wait_id, values)


def test_a_reporter_may_have_his_report_reopened_once(office: Office, old: Case) -> None:
    office.deploy(drawn().saved(), new_form("keberatan", WHY))
    new = office.start().go_to("akhir")
    seen = face(office, new)
    assert (seen.status.text, seen.status.for_reply, seen.status.ended) == (TOLD, True, False)
    assert seen.status.next_on is not None
    assert seen.wanted is not None
    with office.installation.database.reading() as session:
        days = holidays.loaded(session)
    today = office.installation.now().astimezone(days.zone).date()
    assert seen.status.next_on.astimezone(days.zone).date() == days.add_working_days(today, 10)
    assert {one.text for one in seen.ahead} == {"Terverifikasi, sedang ditelaah", "Selesai"}

    object_to(office, new, seen.wanted.wait_id)
    assert new.task("upp")["activity_id"] == "konfirmasi"
    with pytest.raises(Conflict):
        object_to(office, new, seen.wanted.wait_id)
    new.go_to("akhir")
    assert (new.state["end_name"], face(office, new).status.resolved) == ("Selesai", True)
    with office.installation.database.reading() as session:
        assert messages.waiting(session, new.id) == []
    new.picture()
    assert old.go_to("akhir").state["end_name"] == "Selesai"


def test_without_an_objection_the_report_ends_after_ten_working_days(office: Office) -> None:
    office.deploy(drawn().saved(), new_form("keberatan", WHY))
    new = office.start().go_to("akhir")
    until = face(office, new).status.next_on
    assert isinstance(until, datetime)
    office.fire(until.isoformat())
    assert (new.state["end_name"], face(office, new).status.resolved) == ("Selesai", True)
