"""Timers: firings a second, and how late the worker is with 185,000 waiting and 1,000 due, officers at work."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, select, update

from app.base.db import Database
from app.commands.instances.jobs import fire_job
from app.models import HistoryEvent, Job, ProcessInstance, User
from app.services.core import access, clock
from app.services.instances import instances
from tests.bench import population
from tests.bench.cloning import Cloner
from tests.bench.figures import office_for, row, until_it_rests
from tests.reports import report, report_values
from tests.serving import Installation

#: Cloned cases; every third has a second timer, so that 185,000 wait.
DUE, CASES = 1_000, 135_000
#: Fired one after the other; and by then those that fall due are written.
FIRED, AHEAD_S = 300, 15
#: Over so many seconds they fall due, and then at one moment.
OVER_S = (10, 0)
#: What officers do meanwhile: so many cases are started a second.
STARTS_S = 5
_NUMBERS = itertools.count(4_000_000)


def measure(folder: Path) -> None:
    office = office_for(folder)
    database = office.database
    _start_cases(database, 2 * DUE + FIRED)
    with database.reading() as session:
        ids = list(session.scalars(select(Job.id).limit(FIRED)))
        at = session.scalar(select(func.max(Job.due_at)))
    began = time.perf_counter()
    for job_id in ids:
        fire_job(database, job_id, at=at)
    row("timer firings, each with its commit", f"{len(ids) / (time.perf_counter() - began):.0f}/s", "≥ 200/s")
    waiting = _add_waiting(database)
    with office.process("worker") as worker:  # clones are counted, and their words indexed
        until_it_rests(worker.pid)
    for over_s in OVER_S:
        _lateness(office, database, waiting, over_s=over_s)
    database.engine.dispose()


def _start_cases(database: Database, count: int) -> None:
    for n in range(count):
        with database.transaction() as session:
            actor = access.actor_of(session.scalars(select(User).where(User.name == "lapor")).one())
            values = {**report_values(report("SIN-001")), "tracking_id": str(3_000_000 + n)}
            instances.start(session, "pengaduan", values, actor=actor)


def _add_waiting(database: Database) -> int:
    """Clone real open cases; return how many timers wait."""
    templates, officers = population.make_templates(database), population.add_officers(database, 50)
    Cloner(database, templates, officers, seed=1).clone({"open": CASES}, lambda _words: None)
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


@contextmanager
def _officers_at_work(office: Installation) -> Iterator[None]:
    """Cases are started one after another over HTTP."""
    api, over = office.api("lapor"), threading.Event()

    def work() -> None:
        while not over.wait(1 / STARTS_S):
            values = {**report_values(report("SIN-001")), "tracking_id": str(next(_NUMBERS))}
            reply = api.post("/process-instances", {"key": "pengaduan", "variables": values}, key=uuid4().hex)
            assert reply.status == 201, reply.text

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()


def _lateness(office: Installation, database: Database, waiting: int, *, over_s: int) -> None:
    """1,000 timers fall due while a real worker runs, over some seconds or at one moment; how late is each?"""
    with office.running(), _officers_at_work(office):
        with database.transaction() as session:
            ids = list(
                session.scalars(
                    select(Job.id).where(Job.instance_id.is_not(None)).order_by(Job.id).limit(DUE)
                )
            )
            first = clock.now(session) + timedelta(seconds=AHEAD_S)
            due = {job_id: first + timedelta(seconds=over_s * n / DUE) for n, job_id in enumerate(ids)}
            for job_id, at in due.items():
                session.execute(update(Job).where(Job.id == job_id).values(run_at=at, due_at=at))
            move_due(session, due)
        late = _wait(database, due)
    late.sort()
    p50, p99 = late[len(late) // 2], late[int(len(late) * 0.99)]
    figure = f"p50 {p50:.2f} s, p99 {p99:.2f} s, max {late[-1]:.2f} s"
    when, asked = (f"over {over_s} s", "") if over_s else ("at one moment", ", ≥ 500/s")
    figure += "" if over_s else f", {len(late) / late[-1]:.0f}/s"
    row(f"lateness, {waiting:,} waiting, {DUE:,} due {when}", figure, f"p99 ≤ 2 s{asked}")


def move_due(session, due: dict[str, datetime]) -> None:  # type: ignore[no-untyped-def]
    """The engine keeps its own due times; let them agree with the rows."""
    import orjson

    from app.engine import timers

    rows = session.execute(
        select(Job.id, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .where(Job.id.in_(due))
    )
    for job_id, instance in rows:
        state = orjson.loads(instance.engine_state)
        for task in state["t"]:
            if task[0] == job_id:
                record = timers.Due.from_dict(task[4]["due"]).as_dict()
                task[4]["due"] = {**record, "at": due[job_id].isoformat()}
        instance.engine_state = orjson.dumps(state)


def _wait(database: Database, due: dict[str, datetime]) -> list[float]:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with database.reading() as session:
            fired = session.execute(
                select(HistoryEvent.at, HistoryEvent.data)
                .where(HistoryEvent.type == "timer_fired")
                .order_by(HistoryEvent.id.desc())
                .limit(DUE)
            ).all()
            left = session.scalar(select(func.count()).where(Job.id.in_(list(due)[-1:])))
        if not left:
            break
        time.sleep(0.5)
    return [(at - datetime.fromisoformat(data["due_at"])).total_seconds() for at, data in fired]
