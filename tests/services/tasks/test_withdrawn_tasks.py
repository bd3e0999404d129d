"""A task that is taken away stands in the history with what took it, and with whoever caused that."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app import worker
from app.history import reader
from app.models import HistoryEvent, OutboxMessage, ProcessInstance
from app.services.core import clock
from app.services.deployment import deployments
from app.services.instances import cancellation, instances
from app.services.notifications import texts
from app.services.tasks import tasks
from tests.engine.building import boundary, bpmn, end, node, start, user
from tests.services.office import Office, form, text

ENDING = "<bpmn:terminateEventDefinition/>"


@pytest.fixture
def office(furnished: Office) -> Office:
    return furnished


def begun(office: Office) -> ProcessInstance:
    """A case with two open tasks: one ends everything once it is completed, the other has three days."""
    nodes = [
        start("mulai", form="terima"), node("parallelGateway", "bagi"), user("putuskan"), user("telaah"),
        boundary("habis", "telaah", after="P3D", interrupting=True), user("tegur"),
        node("endEvent", "batal", inside=ENDING), end("selesai"), end("ditegur"),
    ]  # fmt: skip
    ways = ["mulai > bagi > putuskan > batal", "bagi > telaah > selesai", "habis > tegur > ditegur"]
    lanes = {"Loket": " ".join(each.id for each in nodes)}
    given = {"dua.bpmn": bpmn(nodes, ways, lanes=lanes, key="dua"), "terima.form": form(text("n"))}
    with office.database.transaction() as session:
        deployments.deploy(session, given, actor=None)
        return instances.start(session, "dua", {"n": "1"}, actor=office.rina).instance


def task_at(office: Office, case: ProcessInstance, activity: str) -> str:
    with office.database.reading() as session:
        return next(t.id for t in instances.open_tasks(session, case.id) if t.activity_id == activity)


def told(office: Office, case: ProcessInstance) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The types of all events in order, and what is told of tasks taken away."""
    with office.database.reading() as session:
        found = list(reader.of_instance(session, case.id))
        return [e.type for e in found], [_seen(e) for e in found if e.type == "task_cancelled"]


def _seen(event: HistoryEvent) -> tuple[Any, ...]:
    return event.activity_id, event.data, event.actor.name if event.actor else None


def test_what_a_timer_takes_away_is_told_as_the_clocks(office: Office) -> None:
    case = begun(office)
    task = task_at(office, case, "telaah")
    with office.database.reading() as session:
        later = clock.now(session) + timedelta(days=4)
    worker.fire_until(office.database, later)
    types, taken = told(office, case)
    assert taken == [("telaah", {"task": task, "cause": "habis"}, None)]
    assert types[-4:] == ["timer_fired", "task_overdue", "task_cancelled", "task_created"]


def test_what_an_officer_ends_is_told_as_his(office: Office) -> None:
    case = begun(office)
    task = task_at(office, case, "telaah")
    with office.database.transaction() as session:
        tasks.complete(session, task_at(office, case, "putuskan"), {}, {}, actor=office.rina)
    types, taken = told(office, case)
    assert taken == [("telaah", {"task": task, "cause": "batal"}, office.rina.name)]
    assert types[-3:] == ["task_completed", "task_cancelled", "instance_ended"]


def test_a_case_that_a_person_cancels_needs_no_word_for_each_task(office: Office) -> None:
    case = begun(office)
    with office.database.transaction() as session:
        cancellation.cancel(session, case.id, "Salah berkas", actor=office.owner)
    types, taken = told(office, case)
    assert taken == []
    assert types[-1] == "instance_cancelled"


def held(office: Office, case: ProcessInstance, activity: str) -> None:
    with office.database.transaction() as session:
        tasks.claim(session, task_at(office, case, activity), actor=office.budi)


def notices(office: Office, case: ProcessInstance) -> list[tuple[str, Any]]:
    with office.database.reading() as session:
        sent = select(OutboxMessage).where(OutboxMessage.instance_id == case.id)
        return [(texts.words(one.body), one.audience) for one in session.scalars(sent)]


def test_who_holds_a_task_is_told_when_its_time_is_up(office: Office) -> None:
    case = begun(office)
    held(office, case, "telaah")
    with office.database.reading() as session:
        later = clock.now(session) + timedelta(days=4)
    worker.fire_until(office.database, later)
    said = "Waktu tugas Anda Telaah habis (Habis); tugas itu ditutup tanpa diselesaikan."
    assert notices(office, case) == [(said, {"users": [office.budi.id]})]


def test_who_holds_a_task_is_told_when_another_ends_the_case(office: Office) -> None:
    case = begun(office)
    held(office, case, "telaah")
    with office.database.transaction() as session:
        tasks.complete(session, task_at(office, case, "putuskan"), {}, {}, actor=office.rina)
    said = "Perkara ini berjalan lewat Batal; tugas Anda Telaah ditutup tanpa diselesaikan."
    assert notices(office, case) == [(said, {"users": [office.budi.id]})]


def test_nobody_is_told_of_what_he_ended_himself_or_of_what_nobody_held(office: Office) -> None:
    mine, nobodys = begun(office), begun(office)
    held(office, mine, "telaah")
    for case in (mine, nobodys):
        with office.database.transaction() as session:
            tasks.complete(session, task_at(office, case, "putuskan"), {}, {}, actor=office.budi)
        assert notices(office, case) == []


def test_who_holds_a_round_is_told_when_enough_rounds_are_done(office: Office) -> None:
    cond = "<bpmn:completionCondition>n = &quot;1&quot;</bpmn:completionCondition>"
    rounds = f"<bpmn:loopCardinality>2</bpmn:loopCardinality>{cond}"
    loop = f"<bpmn:multiInstanceLoopCharacteristics>{rounds}</bpmn:multiInstanceLoopCharacteristics>"
    nodes = [start("mulai", form="terima"), node("userTask", "pendapat", inside=loop), end("selesai")]
    drawn = bpmn(nodes, "mulai > pendapat > selesai", lanes={"Loket": "mulai pendapat selesai"}, key="dua")
    with office.database.transaction() as session:
        deployments.deploy(session, {"dua.bpmn": drawn, "terima.form": form(text("n"))}, actor=None)
        case = instances.start(session, "dua", {"n": "1"}, actor=office.rina).instance
        mine, other = sorted(instances.open_tasks(session, case.id), key=lambda task: task.name)
    with office.database.transaction() as session:
        tasks.claim(session, other.id, actor=office.budi)
    with office.database.transaction() as session:
        tasks.complete(session, mine.id, {}, {}, actor=office.rina)
    said = "Tugas Anda Pendapat (2) tidak diperlukan lagi: syarat selesainya sudah terpenuhi."
    assert notices(office, case) == [(said, {"users": [office.budi.id]})]
