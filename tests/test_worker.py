"""The clock: what is due fires once, in order; what fails is retried, then an incident; nobody waits for it."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import worker
from app.db import Database
from app.models import HistoryEvent, Incident, Job, UserTask
from app.services import clock, heartbeat, incidents, jobs, settings
from tests.services.office import Office


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def the_job(office: Office) -> Job:
    with office.database.reading() as session:
        return session.scalars(select(Job)).one()


def count(office: Office, type_: str) -> int:
    with office.database.reading() as session:
        return len(session.scalars(select(HistoryEvent).where(HistoryEvent.type == type_)).all())


def test_a_deadline_fires_at_its_time_and_marks_the_task_overdue(office: Office) -> None:
    task = office.open_task(office.start())
    due_at = the_job(office).due_at
    assert worker.fire_until(office.database, due_at - timedelta(seconds=1)) == 0
    assert worker.fire_until(office.database, due_at) == 1
    with office.database.reading() as session:
        fired = session.get(UserTask, task.id)
        assert fired is not None
        assert (fired.state, fired.overdue_at, fired.due_at) == ("open", due_at, due_at)
        assert session.scalars(select(Job)).all() == []
    assert [count(office, t) for t in ("timer_fired", "task_overdue", "notification_queued")] == [1, 1, 1]


def test_firing_the_same_job_again_does_nothing(office: Office) -> None:
    office.start()
    job = the_job(office)
    assert worker.attempt(office.database, job.id, at=job.due_at) is True
    assert worker.attempt(office.database, job.id, at=job.due_at) is False
    assert count(office, "timer_fired") == 1


def test_nothing_fires_early(office: Office) -> None:
    office.start()
    assert worker.tick(office.database) == 0
    assert count(office, "timer_fired") == 0


def break_state(office: Office, instance_id: int) -> None:
    from app.models import ProcessInstance

    with office.database.transaction() as session:
        instance = session.get(ProcessInstance, instance_id)
        assert instance is not None
        instance.engine_state = b"not a state"


def test_a_failing_timer_is_tried_three_times_with_growing_pauses_then_an_incident_opens(
    office: Office,
) -> None:
    case = office.start()
    break_state(office, case.id)
    job = the_job(office)
    runs = []
    at = job.due_at
    for _try in range(3):
        worker.attempt(office.database, job.id, at=at)
        job = the_job(office)
        runs.append(job.run_at)
        at = job.run_at or at
    assert runs == [job.due_at + timedelta(minutes=1), job.due_at + timedelta(minutes=11), None]
    with office.database.transaction() as session:
        [incident] = session.scalars(select(Incident)).all()
        assert incident.job_id == job.id
        incidents.retry(session, incident.id, actor=office.owner)
    assert the_job(office).run_at is not None


def test_one_broken_case_blocks_nobody(office: Office) -> None:
    broken, healthy = office.start(), office.start()
    break_state(office, broken.id)
    with office.database.reading() as session:
        due_at = session.scalars(select(Job.due_at)).all()[0]
    worker.fire_until(office.database, due_at + timedelta(hours=1))
    with office.database.reading() as session:
        overdue = session.scalars(select(UserTask.instance_id).where(UserTask.overdue_at.is_not(None))).all()
        assert overdue == [healthy.id]
        assert [i.instance_id for i in session.scalars(select(Incident))] == [broken.id]


def test_two_workers_fire_a_timer_once(office: Office) -> None:
    office.start()
    job = the_job(office)
    barrier = threading.Barrier(4)
    results: list[bool] = []

    def work() -> None:
        barrier.wait()
        results.append(worker.attempt(office.database, job.id, at=job.due_at))

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, False, True]
    assert count(office, "timer_fired") == 1


def test_the_next_due_time_is_known_without_loading_any_case(office: Office) -> None:
    office.start()
    with office.database.reading() as session:
        assert jobs.next_due(session) == the_job(office).due_at
        assert jobs.due(session, clock.now(session)) == []


def test_a_timer_of_a_case_that_is_over_goes_and_is_not_tried_for_ever(office: Office) -> None:
    from app.models import ProcessInstance

    case = office.start()
    job = the_job(office)
    with office.database.transaction() as session:
        session.get_one(ProcessInstance, case.id).engine_state = b""
    assert worker.fire_until(office.database, job.due_at) == 1
    with office.database.reading() as session:
        assert session.scalars(select(Job)).all() == []


def test_a_timer_retried_after_the_clock_went_back_waits_for_its_time_again(office: Office) -> None:
    office.start()
    job = the_job(office)
    with office.database.transaction() as session:
        session.get_one(Job, job.id).run_at = clock.now(session)  # what a retry writes
    assert worker.tick(office.database) == 1
    assert the_job(office).run_at == job.due_at


def test_a_chore_that_meets_a_broken_disk_does_not_stop_the_clock(office: Office) -> None:
    with office.database.reading() as session:
        settings.config(session).files_dir.rmdir()
    chores = worker._Chores(office.database)
    chores.do_what_is_due()
    with office.database.reading() as session:
        assert heartbeat.alive(session)
