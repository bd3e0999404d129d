"""Two pools that talk: each a process of its own, and what one sends the other receives, whatever comes between."""

from typing import Any

import pytest
from sqlalchemy import select

from app import worker
from app.models import CaseMessage, HistoryEvent, Job, ProcessInstance
from app.services import deployments, instances, tasks
from tests.engine.pools import FLOWS, dinas, kecamatan, pools
from tests.services.office import Office, form, text


def files(**changes: Any) -> dict[str, bytes]:
    return {
        "dua.bpmn": pools([kecamatan(sends=changes.get("sends", "")), dinas()], *FLOWS),
        "awal.form": form(text("nomor"), text("judul"), text("nama", private=True)),
        "siapkan.form": form(text("judul"), text("lokasi")),
        "telaah.form": form(text("putusan"), text("judul")),
        **changes.get("more", {}),
    }


@pytest.fixture
def deployed(office: Office) -> Office:
    deploy(office)
    return office


def deploy(office: Office, **changes: Any) -> None:
    with office.database.transaction() as session:
        deployments.deploy(session, files(**changes), actor=office.owner)


def begin(office: Office, **values: Any) -> ProcessInstance:
    with office.database.transaction() as session:
        given = {"judul": "Jembatan", **values}
        return instances.start(session, "kecamatan", given, actor=office.rina).instance


def finish(office: Office, case: ProcessInstance, **values: Any) -> None:
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, case.id)
        who = office.rina if task.lane == "Loket" else office.dinas_a
        tasks.complete(session, task.id, values, {}, actor=who)


def cases(office: Office, key: str) -> list[ProcessInstance]:
    with office.database.reading() as session:
        query = select(ProcessInstance).where(ProcessInstance.key == key).order_by(ProcessInstance.id)
        return list(session.scalars(query))


def work(office: Office) -> None:
    """Let the worker do what is due, till there is nothing."""
    while worker.tick(office.database):
        pass


def events(office: Office, case: ProcessInstance) -> dict[str, dict[str, Any]]:
    with office.database.reading() as session:
        rows = session.scalars(select(HistoryEvent).where(HistoryEvent.instance_id == case.id))
        return {row.type: row.data for row in rows}


def messages(office: Office) -> list[tuple[str, str, str | None]]:
    with office.database.reading() as session:
        rows = session.scalars(select(CaseMessage).order_by(CaseMessage.sent_at))
        return [(row.name, row.state, row.reason) for row in rows]


def test_a_message_starts_a_case_of_the_other_pool_and_the_answer_comes_back(deployed: Office) -> None:
    case = begin(deployed)
    finish(deployed, case, lokasi="Desa A")
    assert cases(deployed, "dinas") == []
    work(deployed)
    [other] = cases(deployed, "dinas")
    assert other.variables["judul"] == "Jembatan"
    assert other.variables["lokasi"] == "Desa A"
    assert other.business_key != case.business_key
    assert other.started_by_id is None
    finish(deployed, other, putusan="setuju")
    work(deployed)
    [again] = cases(deployed, "kecamatan")
    assert again.variables["putusan"] == "setuju"
    assert again.business_key == again.variables["nomor"] == case.business_key
    assert deployed.open_task(case).activity_id == "catat"
    assert messages(deployed) == [("Usulan", "delivered", None), ("Jawaban", "delivered", None)]
    with deployed.database.reading() as session:
        assert session.scalars(select(Job).where(Job.message_id.is_not(None))).all() == []


def test_both_sides_tell_what_was_sent_and_received_and_to_which_case(deployed: Office) -> None:
    case = begin(deployed)
    finish(deployed, case)
    work(deployed)
    [other] = cases(deployed, "dinas")
    finish(deployed, other, putusan="setuju")
    work(deployed)
    here, there = events(deployed, case), events(deployed, other)
    assert (here["message_sent"]["message"], here["message_sent"]["to"]) == ("Usulan", "Dinas")
    assert "judul" in here["message_sent"]["fields"]
    assert (here["message_delivered"]["case"], here["message_delivered"]["case_number"]) == (
        other.id,
        other.business_key,
    )
    assert (there["instance_started"]["case"], there["instance_started"]["message"]) == (case.id, "Usulan")
    assert here["message_received"]["case_number"] == other.business_key
    assert here["message_received"]["values"] == {"putusan": "setuju"}
    assert "by" not in here["message_received"]
    assert "notification_queued" not in here
