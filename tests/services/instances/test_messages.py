"""Messages: which case hears one, and who may send it."""

from typing import Any

import pytest

from app.base.errors import AppError, Conflict, NotAllowed, NotFound
from app.models import ProcessInstance
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import cancellation, instances, messages
from app.services.tasks import tasks
from tests.engine.building import bpmn, catch, end, inside, node, start, user
from tests.services.message_procedure import LANES, waiting
from tests.services.office import Office, add_user
from tests.services.rounds import COLLECTED, EACH


def begun(office: Office, key: str, number: str, *, waits: bool) -> ProcessInstance:
    with office.database.transaction() as session:
        deployments.deploy(session, waiting(key), actor=None)
        case = instances.start(session, key, {"nomor": number}, actor=office.rina).instance
        if waits:
            [task] = instances.open_tasks(session, case.id)
            tasks.complete(session, task.id, {}, {}, actor=office.rina)
    return case


def send(office: Office, actor: Actor, number: str, name: str = "berkas", **values: Any) -> ProcessInstance:
    with office.database.transaction() as session:
        return messages.send(session, name, number, values, actor=actor)


def outcome(office: Office, actor: Actor, number: str) -> type[AppError] | None:
    try:
        send(office, actor, number, isi="x")
    except AppError as refusal:
        return type(refusal)
    return None


def test_of_two_cases_with_one_number_the_one_that_waits_hears_the_message(office: Office) -> None:
    first = begun(office, "satu", "7", waits=True)
    begun(office, "dua", "7", waits=False)
    with office.database.reading() as session:
        heard = messages.hearing(session, "berkas", "7", actor=office.owner)
        assert heard is not None
        assert heard.id == first.id
        assert messages.hearing(session, "lain", "7", actor=office.owner) is None
    assert send(office, office.owner, "7", isi="x").id == first.id


def test_officers_of_the_lane_that_waits_may_send_it_though_they_had_no_task_there(office: Office) -> None:
    case = begun(office, "satu", "7", waits=True)
    with office.database.transaction() as session:
        archivist = add_user(session, "arsip", "Arsip")
    assert outcome(office, office.dinas_a, "7") is NotFound
    assert outcome(office, office.rina, "7") is NotAllowed
    assert send(office, archivist, "7", isi="x").id == case.id


def test_a_case_that_does_not_wait_for_it_says_so(office: Office) -> None:
    begun(office, "satu", "7", waits=False)
    with pytest.raises(Conflict):
        send(office, office.owner, "7")
    with pytest.raises(NotFound):
        send(office, office.owner, "8")


def test_identity_in_a_message_goes_the_way_of_identity(office: Office) -> None:
    begun(office, "satu", "7", waits=True)
    case = send(office, office.owner, "7", isi="x", nik="3312")
    with office.database.reading() as session:
        assert "nik" not in session.get_one(ProcessInstance, case.id).variables


def test_a_message_may_start_a_case_of_another_process_under_a_number_known(office: Office) -> None:
    first = begun(office, "satu", "7", waits=False)
    with office.database.transaction() as session:
        deployments.deploy(session, waiting("dua", begins_by="aduan"), actor=None)
    second = send(office, office.rina, "7", name="aduan", isi="x", nik="3312")
    assert (second.key, second.business_key) == ("dua", "7")
    assert second.id != first.id
    with office.database.reading() as session:
        assert "nik" not in session.get_one(ProcessInstance, second.id).variables


def test_the_coordinator_of_a_lane_that_waits_for_a_message_may_cancel(office: Office) -> None:
    case = begun(office, "satu", "7", waits=True)
    with office.database.transaction() as session:
        head = add_user(session, "kepala", "Kepala arsip", is_admin=True)  # an administrator sees the case
    with office.database.transaction() as session:
        assert cancellation.cancel(session, case.id, "dicabut", actor=head).state == "cancelled"


def at_a_unit(office: Office, number: str, unit: str) -> None:
    """A case that waits in the lane of units for a message to the one that it names."""
    diagram = bpmn(
        [start("mulai"), user("terima"), catch("tunggu", message="berkas"), user("kerja"), end("selesai")],
        "mulai > terima > tunggu > kerja > selesai",
        lanes={"Loket": "mulai terima selesai", "Unit": "tunggu kerja"},
        lane_properties={"Unit": {"unit": "unit"}},
        properties={"nomor": "nomor"},
        key="unit",
        name="Unit",
    )
    with office.database.transaction() as session:
        deployments.deploy(session, {"unit.bpmn": diagram}, actor=None)
        given = {"nomor": number, "unit": unit}
        case = instances.start(session, "unit", given, actor=office.rina).instance
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, {}, {}, actor=office.rina)


def test_where_a_lane_names_a_unit_only_its_officers_send_the_message(office: Office) -> None:
    at_a_unit(office, "7", "A")
    assert outcome(office, office.dinas_b, "7") is NotFound
    assert outcome(office, office.rina, "7") is NotAllowed
    assert outcome(office, office.dinas_a, "7") is None


def test_where_the_unit_named_does_not_exist_the_whole_lane_sends_the_message(office: Office) -> None:
    at_a_unit(office, "7", "Z")
    assert outcome(office, office.dinas_b, "7") is None


def test_in_a_round_only_officers_of_its_own_unit_send_its_message(office: Office) -> None:
    round_ = inside(
        start("masuk"), catch("jawab", message="berkas"), end("keluar"), flows="masuk > jawab > keluar"
    )
    each = node("subProcess", "tiap", inside=EACH.replace(COLLECTED, "") + round_)
    diagram = bpmn(
        [start("mulai"), each, user("rangkum"), end("selesai")],
        "mulai > tiap > rangkum > selesai",
        lanes={"Loket": "mulai rangkum selesai", "Unit": "tiap"},
        lane_properties={"Unit": {"unit": "tujuan"}},
        properties={"nomor": "nomor"},
        key="bulat",
        name="Bulat",
        outside='<bpmn:message id="message_berkas" name="berkas"/>',
    )
    with office.database.transaction() as session:
        deployments.deploy(session, {"bulat.bpmn": diagram}, actor=None)
        dinas_c = add_user(session, "citra", "Unit", units=("C",))
        case = instances.start(session, "bulat", {"nomor": "7"}, actor=office.rina).instance
    assert outcome(office, dinas_c, "7") is NotFound
    assert outcome(office, office.dinas_b, "7") is None
    assert outcome(office, office.dinas_b, "7") is NotFound  # the other round is not his
    assert outcome(office, office.dinas_a, "7") is None
    with office.database.reading() as session:
        assert [task.activity_id for task in instances.open_tasks(session, case.id)] == ["rangkum"]


def test_a_receiving_task_for_each_of_a_list_hears_as_many_messages(office: Office) -> None:
    shapes = [
        start("mulai", form="isian"),
        user("terima"),
        node("receiveTask", "tunggu", message="berkas", form="isian", inside=EACH.replace(COLLECTED, "")),
        end("selesai"),
    ]
    files = waiting("tiap") | {
        "tiap.bpmn": bpmn(shapes, "mulai > terima > tunggu > selesai", lanes=LANES, properties={"nomor": "nomor"},
                          key="tiap")
    }  # fmt: skip
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=None)
        case = instances.start(session, "tiap", {"nomor": "9"}, actor=office.rina).instance
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, {}, {}, actor=office.rina)
    for left in (2, 1):
        with office.database.reading() as session:
            assert len(messages.waiting(session, case.id)) == left
        send(office, office.owner, "9", isi="x")
    with office.database.reading() as session:
        same = session.get_one(ProcessInstance, case.id)
        assert (same.state, messages.waiting(session, case.id)) == ("ended", [])


def test_blanks_around_the_number_do_not_matter(office: Office) -> None:
    case = begun(office, "satu", "N-1", waits=True)
    assert send(office, office.owner, " N-1 ", isi="x").id == case.id
