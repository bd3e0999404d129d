"""The clock: what is due fires once, in order; what fails is retried, then an incident; nobody waits for it."""

import gc
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, select, text, update
from sqlalchemy.orm import Session

from app import worker
from app.base import stored_messages
from app.base.config import Config
from app.base.db import Database
from app.base.errors import ExecutionFailed
from app.commands.instances.jobs import fail_job, fire_due, fire_job
from app.models import DefinitionFile, HistoryEvent, Incident, Job, OutboxMessage, ProcessInstance, UserTask
from app.services.core import clock
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.instances import execution, incidents, instances, jobs
from app.services.maintenance import heartbeat
from app.services.tasks import tasks
from app.work import Kind, Lane
from tests.services import stored, two_pools
from tests.services.office import Office, procedure


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def the_job(office: Office) -> Job:
    with office.database.reading() as session:
        return session.scalars(select(Job)).one()


def jobs_of(office: Office) -> Sequence[Job]:
    with office.database.reading() as session:
        return session.scalars(select(Job)).all()


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
    assert fire_job(office.database, job.id, at=job.due_at) is True
    assert fire_job(office.database, job.id, at=job.due_at) is False
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
        fire_job(office.database, job.id, at=at)
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


def test_a_timer_that_the_database_refuses_each_time_is_a_fault_and_no_race(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.start()
    office.start()
    with office.database.transaction() as session:
        rule = "CREATE UNIQUE INDEX one_overdue ON history_event (type) WHERE type = 'task_overdue'"
        session.execute(text(rule))
    for job in jobs_of(office):
        fire_job(office.database, job.id, at=job.due_at)
    [refused] = jobs_of(office)
    assert (refused.retries, refused.run_at) == (2, refused.due_at + timedelta(minutes=1))
    worker.fire_until(office.database, refused.due_at + timedelta(hours=1))
    with office.database.reading() as session:
        said = stored_messages.tell_stored(session.scalars(select(Incident.message)).one())
    assert "UNIQUE" in said.upper()
    assert "DETAIL" not in said + caplog.text
    logged = {record.getMessage().split()[0] for record in caplog.records if record.exc_info}
    assert any(f"rujukan {reference}" in said for reference in logged)


def test_two_workers_fire_a_timer_once(office: Office) -> None:
    office.start()
    job = the_job(office)
    barrier = threading.Barrier(4)
    results: list[bool] = []

    def work() -> None:
        barrier.wait()
        results.append(fire_job(office.database, job.id, at=job.due_at))

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


def test_notices_wait_a_while_for_more_timers_than_one_look_takes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    fired, quiet = iter([worker.BATCH, worker.BATCH, worker.BATCH - 1]), threading.Event()
    monkeypatch.setattr(worker, "_rest", lambda _database: 0.0)  # something is due
    monkeypatch.setattr(worker, "tick", lambda _database: next(fired))
    is_quiet = []
    for _turn in range(3):
        worker._turn(office.database, quiet)
        is_quiet.append(quiet.is_set())
    assert is_quiet == [False, False, True]


def test_what_a_timer_needs_is_read_before_it_is_due_and_not_long_before(office: Office) -> None:
    office.start()
    held = versions_held(office)
    held.clear()
    for in_s, is_held in ((worker.AHEAD_S + 5, False), (worker.AHEAD_S - 5, True)):
        let_the_job_run(office, in_s=in_s)
        assert worker._rest(office.database) == worker.REST_S
        assert bool(held) is is_held


def test_the_clock_goes_on_when_what_a_timer_needs_cannot_be_read(office: Office) -> None:
    office.start()
    job = the_job(office)
    versions_held(office).clear()
    with office.database.transaction() as session:
        for file in session.scalars(select(DefinitionFile).where(DefinitionFile.kind == "bpmn")):
            file.resource.content = b"not a diagram"
    let_the_job_run(office, in_s=5)
    assert worker._rest(office.database) == worker.REST_S
    assert fire_job(office.database, job.id, at=job.due_at) is False
    assert the_job(office).retries == job.retries - 1


def start_long_ago(office: Office, *, days: int) -> ProcessInstance:
    """A case that began so many days ago, so that its deadline is long over."""
    with office.database.transaction() as session:
        clock.fix(session, clock.now(session) - timedelta(days=days))
        return instances.start(session, "uji", {"judul": "Lampu mati"}, actor=office.rina).instance


def test_a_version_that_cannot_be_read_holds_up_no_other_timer(office: Office) -> None:
    broken = start_long_ago(office, days=40)
    stored.destroy(office.database, "uji")
    with office.database.transaction() as session:
        deployments.deploy(session, procedure(after="2 hari kerja"), actor=None)
    healthy = start_long_ago(office, days=39)
    for _try in range(3):
        worker._turn(office.database, threading.Event())
        with office.database.transaction() as session:
            for job in session.scalars(select(Job).where(Job.run_at.is_not(None))):
                job.run_at = clock.now(session)
    with office.database.reading() as session:
        overdue = session.scalars(select(UserTask.instance_id).where(UserTask.overdue_at.is_not(None))).all()
        [incident] = session.scalars(select(Incident)).all()
        [left] = session.scalars(select(Job)).all()
        assert overdue == [healthy.id]
        assert (incident.instance_id, incident.job_id) == (broken.id, left.id)
        assert (left.instance_id, left.run_at) == (broken.id, None)
        assert session.get_one(ProcessInstance, broken.id).state == "incident"


def test_a_message_for_a_case_that_cannot_be_read_is_set_aside_with_an_incident(office: Office) -> None:
    two_pools.deploy(office)
    asking = two_pools.begin(office)
    two_pools.finish(office, asking)
    two_pools.work(office)
    [asked] = two_pools.cases(office, "dinas")
    stored.destroy(office.database, "kecamatan")
    two_pools.finish(office, asked, putusan="ya")
    incident = two_pools.tried_out(office)
    with office.database.reading() as session:
        assert session.get_one(Job, incident.job_id).run_at is None
        assert incident.instance_id == asked.id
        assert session.get_one(ProcessInstance, asking.id).state == "active"


def test_a_timer_that_fails_whatever_is_done_about_it_holds_up_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = start_long_ago(office, days=40)
    start_long_ago(office, days=39)
    break_state(office, broken.id)
    first, second = sorted(jobs_of(office), key=lambda job: job.due_at)

    def fail(*_given: Any, **_named: Any) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr("app.commands.instances.jobs.fail_job", fail)
    with pytest.raises(RuntimeError):  # then the worker rests a while
        worker._turn(office.database, threading.Event())
    assert [job.id for job in jobs_of(office)] == [first.id]
    assert second.id != first.id


def due_together(office: Office, count: int) -> list[ProcessInstance]:
    return [start_long_ago(office, days=40) for _n in range(count)]


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        heard.append(statement)

    event.listen(database.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(database.engine, "before_cursor_execute", hear)


def test_timers_of_several_cases_are_fired_by_one_transaction_in_their_order(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.commands.instances.jobs.TURN_S", 60.0)
    due_together(office, 5)
    with statements(office.database) as heard:
        assert worker.tick(office.database) == 5
    assert sum("INTO history_event" in statement for statement in heard) == 1
    with office.database.reading() as session:
        query = select(HistoryEvent.data).where(HistoryEvent.type == "timer_fired").order_by(HistoryEvent.id)
        dues = [data["due_at"] for data in session.scalars(query)]
    assert dues == sorted(dues)
    assert [count(office, t) for t in ("timer_fired", "task_overdue", "notification_queued")] == [5, 5, 5]
    assert jobs_of(office) == []


def test_one_case_that_fails_as_it_is_stored_is_one_incident_and_the_others_fire(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases, apply = due_together(office, 4), execution.apply

    def refuse(session: Session, instance: ProcessInstance, *given: Any, **named: Any) -> None:
        if instance.id == cases[2].id:
            raise ExecutionFailed("rusak")
        apply(session, instance, *given, **named)

    monkeypatch.setattr(execution, "apply", refuse)
    worker.tick(office.database)
    [left] = jobs_of(office)
    assert (left.instance_id, left.retries) == (cases[2].id, 2)
    assert count(office, "timer_fired") == 3


def test_a_case_that_changes_after_its_step_was_worked_out_fires_once_from_where_it_stands(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(sqlite_database)
    cases, store = due_together(office, 3), jobs.store
    changed = list[int]()

    def change_before(session: Session, *given: Any) -> Any:
        if not changed:  # as if a person had done something to it meanwhile
            changed.append(cases[1].id)
            row = update(ProcessInstance).where(ProcessInstance.id == cases[1].id)
            session.execute(row.values(revision=ProcessInstance.revision + 1))
        return store(session, *given)

    monkeypatch.setattr(jobs, "store", change_before)
    assert jobs_fired(office) == 2
    assert jobs_fired(office) == 1
    assert count(office, "timer_fired") == 3


def interrupted(office: Office) -> None:
    """Let the deadline of cases that begin from now on take their task away."""
    files = procedure()
    files["uji.bpmn"] = files["uji.bpmn"].replace(b'cancelActivity="false"', b'cancelActivity="true"')
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=None)


def test_who_claims_a_task_after_the_step_was_worked_out_is_told_that_it_is_gone(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(sqlite_database)
    interrupted(office)
    cases, plan = due_together(office, 3), jobs.plan

    def claim_after(session: Session, ids: Sequence[str]) -> Any:
        found = plan(session, ids)
        monkeypatch.setattr(jobs, "plan", plan)
        task = office.open_task(cases[1])
        with office.database.transaction() as writing:
            tasks.claim(writing, task.id, actor=office.budi)
        return found

    monkeypatch.setattr(jobs, "plan", claim_after)
    assert [jobs_fired(office), jobs_fired(office)] == [2, 1]
    with office.database.reading() as session:
        code = OutboxMessage.body["code"].as_string()
        query = select(OutboxMessage.audience).where(code == "task_timed_out")
        assert session.scalars(query).all() == [{"users": [office.budi.id]}]


def test_a_timer_that_settles_an_incident_holds_up_no_other(office: Office) -> None:
    interrupted(office)
    cases = due_together(office, 4)
    task = office.open_task(cases[1])
    with office.database.transaction() as session:
        incidents.report(session, task.id, "rusak", None, actor=office.rina)
    assert worker.tick(office.database) == 4
    assert (count(office, "timer_fired"), jobs_of(office)) == (4, [])
    with office.database.reading() as session:
        assert session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).all() == []


@pytest.mark.parametrize("place", ["app.engine.running.execution.fire", "app.services.instances.waits.sync"])
def test_a_fault_of_the_program_in_one_case_costs_it_a_try_and_the_others_fire(
    office: Office, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    case = due_together(office, 4)[1]
    [job] = [one for one in jobs_of(office) if one.instance_id == case.id]
    module, _dot, name = place.rpartition(".")
    do = getattr(sys.modules[module], name)

    def fail(*given: Any, **named: Any) -> Any:
        if {job.id, case.id} & {
            getattr(one, "id", one) for one in given if isinstance(one, str | ProcessInstance)
        }:
            raise KeyError("odd")
        return do(*given, **named)

    monkeypatch.setattr(place, fail)
    worker.tick(office.database)
    [left] = jobs_of(office)
    assert (left.instance_id, left.retries) == (case.id, 2)
    assert count(office, "timer_fired") == 3


def jobs_fired(office: Office) -> int:
    before = len(jobs_of(office))
    fire_due(office.database, 10, set())
    return before - len(jobs_of(office))


def test_what_takes_longer_than_a_turn_is_stored_in_several(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.commands.instances.jobs.TURN_S", -1.0)
    due_together(office, 4)
    assert jobs_fired(office) == 4
    assert count(office, "timer_fired") == 4


def test_two_timers_of_one_case_fire_in_their_order(office: Office) -> None:
    case = office.start()
    office.open_task(case)
    job = the_job(office)
    with office.database.transaction() as session:
        early = {
            "id": "f" * 32,
            "instance_id": case.id,
            "activity_id": job.activity_id,
            "deadline": job.deadline,
        }
        at = clock.now(session) - timedelta(days=1)
        session.add(Job(**early, opened_at=at, due_at=at, run_at=at))
        session.get_one(Job, job.id).run_at = at + timedelta(seconds=1)
    with office.database.transaction() as session:
        now = clock.now(session)
        taken = jobs.take(session, now, 10)
    assert list(taken) == ["f" * 32]


def versions_held(office: Office) -> dict[int, Any]:
    """The versions that this process holds ready, by definition id."""
    with office.database.reading() as session:
        held: dict[int, Any] = session.info["versions"]
    return held


def let_the_job_run(office: Office, *, in_s: float) -> None:
    with office.database.transaction() as session:
        session.scalars(select(Job)).one().run_at = clock.now(session) + timedelta(seconds=in_s)


@contextmanager
def working(database: Database, config: Config, say: Callable[[str], None] = str) -> Iterator[None]:
    """The worker, going on until the block ends."""
    stop, failed = threading.Event(), list[BaseException]()

    def work() -> None:
        try:
            worker.run(database, config, stop, say)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    assert failed == []


def test_a_worker_with_lanes_of_its_own_does_nothing_else(
    office: Office, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, ended = set[str](), threading.Event()
    kinds = [
        Kind(lane.name, lane, lambda _d, _k, lane=lane: done.add(lane.name), every=timedelta(seconds=0.1))
        for lane in Lane
    ]
    monkeypatch.setattr(worker, "kinds_of", lambda _config, _database: kinds)
    monkeypatch.setattr(worker, "_turn", lambda _database, _quiet: done.add("clock") or 0.1)
    thread = threading.Thread(
        target=worker.run, args=(office.database, config, ended, str, ["daftar", "lama"])
    )
    thread.start()
    wait_for(lambda: len(done) >= 2)
    ended.set()
    thread.join(20)
    assert done == {"LISTS", "LONG"}


def wait_for(true: Callable[[], bool], *, longest_s: float = 20) -> None:
    end, pause = time.monotonic() + longest_s, threading.Event()
    while not true():
        assert time.monotonic() < end
        pause.wait(0.05)


@contextmanager
def gone(url: str, database: Database) -> Iterator[None]:
    """PostgreSQL hangs up on everybody and lets nobody in until the block ends."""
    name, server = database.engine.url.database, create_engine(url, isolation_level="AUTOCOMMIT")
    hang_up = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    with server.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(hang_up, {"name": name})
        yield
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    server.dispose()


def test_the_clock_goes_on_when_the_database_was_away(
    postgres: str, postgres_database: Database, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    office = Office(postgres_database)
    office.start()
    with working(postgres_database, config):
        wait_for(lambda: heard(postgres_database))
        with gone(postgres, postgres_database):
            wait_for(lambda: caplog.text.count("Basis data sedang tidak dapat dihubungi") >= 2)
        with postgres_database.transaction() as session:
            session.scalars(select(Job)).one().run_at = clock.now(session)
        wait_for(lambda: the_job(office).run_at == the_job(office).due_at)  # looked at: it is not due yet
    collect_lost(caplog)


def collect_lost(caplog: pytest.LogCaptureFixture) -> None:
    """Let go of cursors whose connections were lost: they cannot be closed, and the driver says so as they are
    collected, else in whichever test runs then. Tracebacks in the log keep them."""
    caplog.clear()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "<psycopg.ServerCursor", ResourceWarning)
        gc.collect()


def heard(database: Database) -> bool:
    with database.reading() as session:
        return heartbeat.alive(session)


def test_the_folders_are_watched_on_after_something_unforeseen(
    sqlite_database: Database, config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 1:
            raise BrokenPipeError("the terminal went away")

    watched = replace(config, watch=True, processes_dir=tmp_path, forms_dir=tmp_path)
    (tmp_path / "a.bpmn").write_bytes(b"<")
    with working(sqlite_database, watched, say):
        wait_for(lambda: "BrokenPipeError" in caplog.text)  # with its traceback
        for name, content in procedure().items():
            (tmp_path / name).write_bytes(content)
        wait_for(lambda: "Diterapkan: uji versi 1" in said)


def test_a_failure_that_quotes_what_cannot_be_stored_is_an_incident_all_the_same(office: Office) -> None:
    office.start()
    job = the_job(office)
    for _try in range(3):
        fail_job(office.database, job.id, "rusak: \0 \ud800", at=job.due_at)
    with office.database.reading() as session:
        assert session.scalars(select(Incident.message)).one() == "rusak: \ufffd ?"


def test_what_was_planned_comes_in_force_while_the_worker_runs(office: Office, config: Config) -> None:
    with office.database.transaction() as session:
        at = clock.now(session) - timedelta(seconds=1)
        prepared = deployments.prepare(session, procedure(after="5 hari kerja"), at=at)
        deployments.store(session, prepared, actor=office.owner, seen=None)

    def newest() -> int:
        with office.database.reading() as session:
            found = definitions.latest(session, "uji")
        return found.version if found else 0

    with working(office.database, config):
        wait_for(lambda: newest() == 2)
