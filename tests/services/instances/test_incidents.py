"""Incidents: what stopped, until somebody looks at it or it no longer matters."""

import pytest
from sqlalchemy import select

from app.base.errors import Conflict
from app.commands.instances.jobs import fire_job
from app.models import HistoryEvent, Incident, Job, ProcessInstance
from app.services.instances import cancellation, incidents, jobs
from app.services.tasks import tasks
from tests.services.office import Office


def opened(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        task = office.open_task(case)
        incidents.report(session, task.id, "tidak ada jalan", "cukup", actor=office.rina)


def the_incident(office: Office) -> Incident:
    with office.database.reading() as session:
        return session.scalars(select(Incident)).one()


def state_of(office: Office, case: ProcessInstance) -> str:
    with office.database.reading() as session:
        return session.get_one(ProcessInstance, case.id).state


def test_the_same_task_failing_again_is_the_same_incident(office: Office) -> None:
    case = office.start()
    opened(office, case)
    opened(office, case)
    assert state_of(office, case) == "incident"
    assert the_incident(office).activity_id == "cukup"


def test_an_incident_is_over_when_its_task_is_completed_after_all(office: Office) -> None:
    case = office.start()
    opened(office, case)
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, {"hasil": "kurang"}, {}, actor=office.budi)
    assert the_incident(office).resolved_by_id == office.budi.id
    assert state_of(office, case) == "active"
    with office.database.reading() as session:
        query = select(HistoryEvent.type).where(HistoryEvent.type == "incident_resolved")
        assert len(session.scalars(query).all()) == 1


def test_no_incident_outlives_a_cancelled_case(office: Office) -> None:
    case = office.start()
    opened(office, case)
    with office.database.transaction() as session:
        cancellation.cancel(session, case.id, "ganda", actor=office.owner)
    assert the_incident(office).resolved_at is not None
    assert state_of(office, case) == "cancelled"


def test_an_incident_about_another_task_stays(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        same = session.get_one(ProcessInstance, case.id)
        incidents.open_one(session, same, "pesan gagal", actor=None)
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, {"hasil": "kurang"}, {}, actor=office.rina)
    assert the_incident(office).resolved_at is None
    assert state_of(office, case) == "incident"


def test_retrying_runs_the_timer_again_and_the_case_is_active(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        job = session.scalars(select(Job)).one()
        for _try in range(3):
            jobs.record_failure(session, job.id, "gagal", None)
    incident = the_incident(office)
    with office.database.transaction() as session:
        incidents.retry(session, incident.id, actor=office.owner)
    assert state_of(office, case) == "active"
    assert fire_job(office.database, job.id, at=job.due_at)
    with pytest.raises(Conflict), office.database.transaction() as session:
        incidents.retry(session, incident.id, actor=office.owner)
