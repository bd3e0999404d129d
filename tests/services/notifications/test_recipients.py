"""Who is told of what concerns him, and that sentences which say so are true."""

import pytest

from app.base.errors import InvalidForm
from app.base.i18n import speaking
from app.models import Notice
from app.services.deployment import deployments
from app.services.instances import incidents, instances, messages
from app.services.migration import reopening
from app.services.tasks import tasks
from tests.engine.building import bpmn, catch, end, start, user
from tests.services.bell import hand_on, heard, sent_to
from tests.services.counting import statements
from tests.services.migration.over import ended
from tests.services.office import Office, add_user, form, text


def test_who_gets_a_task_from_somebody_is_told_from_whom_and_why(office: Office) -> None:
    task = office.open_task(office.start())
    hand_on(office, task.id, office.budi, "Rina libur", actor=office.ketua)
    assert heard(office, office.budi) == ["Ketua mengalihkan tugas Periksa kepada Anda: Rina libur"]
    assert heard(office, office.ketua) == heard(office, office.rina) == []
    with speaking("en"):
        assert heard(office, office.budi) == ["Ketua handed the task Periksa to you: Rina libur"]


def test_who_takes_a_task_for_himself_need_not_be_told(office: Office) -> None:
    with office.database.transaction() as session:
        both = add_user(session, "sari", "Loket", "Ketua")
    hand_on(office, office.open_task(office.start()).id, both, "Saya saja", actor=both)
    assert heard(office, both) == []


def test_the_process_owner_hears_once_of_an_incident(office: Office) -> None:
    task = office.open_task(office.start())
    for _twice in range(2):
        with office.database.transaction() as session:
            incidents.report(session, task.id, "tidak ada jalan", "cukup", actor=office.rina)
    assert heard(office, office.owner) == ["Perkara ini berhenti di Cukup?. Sebabnya ada di Kendala."]
    assert heard(office, office.rina) == []


def test_the_lane_that_waited_hears_that_the_reporter_answered(office: Office) -> None:
    shapes = [start("mulai", form="isian"), catch("tunggu", message="data", form="isian",
              properties={"untuk": "pelapor"}), user("kerjakan"), end("selesai")]  # fmt: skip
    lanes = {"Loket": "mulai tunggu selesai", "Arsip": "kerjakan"}
    diagram = bpmn(
        shapes, "mulai > tunggu > kerjakan > selesai", lanes=lanes, properties={"nomor": "nomor"}, key="tanya"
    )
    with office.database.transaction() as session:
        arsip = add_user(session, "arsip", "Arsip")
        files = {"tanya.bpmn": diagram, "isian.form": form(text("nomor"), text("isi"))}
        deployments.deploy(session, files, actor=None)
        case = instances.start(session, "tanya", {}, actor=office.rina).instance
        [wait] = messages.waiting(session, case.id)
        messages.from_reporter(session, case, wait.id, {"isi": "di pasar"})
    assert heard(office, office.budi) == ["Pelapor menjawab permintaan data; perkara ini berjalan lagi."]
    assert heard(office, arsip) == []


def test_the_lane_of_its_step_hears_that_a_case_was_reopened(office: Office) -> None:
    case = ended(office)
    with office.database.transaction() as session:
        reopening.reopen(session, case.id, "periksa", "Belum diperbaiki", actor=office.ketua)
    said = "Perkara yang sudah berakhir ini dibuka kembali dan berlanjut di Periksa."
    assert said in heard(office, office.rina)


def test_the_lane_that_waited_hears_that_the_case_ended_with_the_answer(office: Office) -> None:
    shapes = [start("mulai", form="isian"), catch("tunggu", message="data", form="isian",
              properties={"untuk": "pelapor"}), end("Dicabut")]  # fmt: skip
    lanes = {"Loket": "mulai tunggu Dicabut"}
    diagram = bpmn(
        shapes, "mulai > tunggu > Dicabut", lanes=lanes, properties={"nomor": "nomor"}, key="tanya"
    )
    with office.database.transaction() as session:
        files = {"tanya.bpmn": diagram, "isian.form": form(text("nomor"), text("isi"))}
        deployments.deploy(session, files, actor=None)
        case = instances.start(session, "tanya", {}, actor=office.rina).instance
        [wait] = messages.waiting(session, case.id)
        messages.from_reporter(session, case, wait.id, {"isi": "saya cabut"})
    said = "Pelapor menjawab permintaan data; dengan itu perkara ini berakhir: Dicabut."
    assert heard(office, office.budi) == [said]


def test_coordinator_and_administrator_hear_of_a_task_for_a_unit_without_officers(office: Office) -> None:
    sent_to(office, "KOSONG")
    told = [
        "Dinas Kosong belum punya petugas untuk Kerjakan (lajur Unit). Tambahkan petugasnya atau alihkan tugasnya."
    ]
    assert heard(office, office.ketua) == heard(office, office.admin) == told
    assert heard(office, office.dinas_a) == heard(office, office.owner) == []


def test_the_coordinator_hands_what_nobody_in_the_unit_can_do_to_another_unit(office: Office) -> None:
    task_id = sent_to(office, "KOSONG")
    hand_on(office, task_id, office.dinas_b, "Dinas Kosong belum siap", actor=office.ketua)
    with office.database.transaction() as session:
        task = tasks.get(session, task_id, actor=office.dinas_b).task
        assert (task.unit_code, task.assignee_id) == ("B", office.dinas_b.id)
        tasks.complete(session, task_id, {}, {}, actor=office.dinas_b)


def test_what_a_unit_with_officers_has_stays_with_that_unit(office: Office) -> None:
    task_id = sent_to(office, "A")
    with pytest.raises(InvalidForm):
        hand_on(office, task_id, office.dinas_b, "Pindah", actor=office.ketua)
    other_lane = sent_away(office)
    with pytest.raises(InvalidForm):
        hand_on(office, other_lane, office.budi, "Pindah", actor=office.ketua)


def sent_away(office: Office) -> str:
    case = office.start()
    with office.database.transaction() as session:
        task = office.open_task(case)
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "KOSONG"}, {}, actor=office.rina)
    return office.open_task(case).id


def test_telling_costs_a_command_one_statement(office: Office) -> None:
    task = office.open_task(office.start())
    with statements(office.database) as seen:
        hand_on(office, task.id, office.budi, "Rina libur", actor=office.ketua)
    assert len(seen) <= 12, seen


def test_notices_are_delivered_once_each(office: Office) -> None:
    sent_to(office, "KOSONG")
    heard(office, office.admin)
    with office.database.reading() as session:
        assert session.query(Notice).count() == 2
