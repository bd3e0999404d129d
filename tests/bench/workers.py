"""Workers on PostgreSQL: what one takes at rest; so many timers due at one moment, for one and for two of them, and
beside an import: how soon, and at what cost.

Processor time is that of these workers and of their server alone: it says the same on a machine that others use.
"""

import os
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from app.base.db import Database
from app.commands import imports
from app.commands.transaction import Command
from app.models import HistoryEvent, Job
from app.services.core import access, clock
from app.services.imports import batches
from app.services.people import users
from tests.bench import figures, population
from tests.bench.cloning import Cloner
from tests.bench.figures import office_for, postgresql, processor_s, row, server_of, until_it_rests
from tests.bench.timers import move_due
from tests.services.importing import sop_file
from tests.serving import Installation

#: How many fall due at once, and how many cases there are: some are left after all rounds.
ROUNDS = tuple(map(int, os.environ.get("ALUR_BENCH_DUE", "1000 10000").split()))
CASES = int(os.environ.get("ALUR_BENCH_CASES", "30000"))
#: How many fall due beside an import of so many lines.
BESIDE, LINES = 500, int(os.environ.get("ALUR_BENCH_LINES", "4000"))
#: How long a worker is looked at, at rest.
REST_S = 60.0
#: By then the workers have begun.
AHEAD_S = 20.0


def measure(folder: Path) -> None:
    with postgresql(folder / "server") as url:
        office = office_for(folder / "office", ALUR_DATABASE_URL=url)
        with office.process("worker") as worker:
            _rest(office, worker.pid)
        templates = population.make_templates(office.database)
        officers = population.add_officers(office.database, 50)
        Cloner(office.database, templates, officers, seed=1).clone({"open": CASES}, lambda _words: None)
        with office.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")  # as an installation is by and by
        with office.database.transaction() as session:  # those of before would come first
            session.execute(update(Job).values(run_at=clock.real() + timedelta(days=90)))
        with office.process("worker") as worker:  # clones are counted, and their words indexed
            until_it_rests(worker.pid)
        for due in ROUNDS:
            one, costs = _burst(office, due, workers=1)
            two, costs_two = _burst(office, due, workers=2)
            row(f"{due:,} due: two workers against one", f"{two / one:.2f} ×", "≥ 1.8 ×")
            row(f"{due:,} due: CPU a timer, two against one", f"{costs_two / costs:.2f} ×", "≤ 1.2 ×")
        _import(office)
        _burst(office, BESIDE, workers=1, beside=" beside an import", asked="p99 ≤ 2 s")
        row("then the import still ran", _import_runs(office), "True")
        office.database.engine.dispose()


def _rest(office: Installation, worker: int) -> None:
    """What a worker takes that has nothing to do, once it has done what there was."""
    until_it_rests(worker)
    for name, share in _took(office, worker, REST_S).items():
        row(f"{REST_S:.0f} s at rest, {name}", f"{share:.2%} of a core", "≤ 0.5 %" * (name == "worker"))


def _took(office: Installation, worker: int, seconds: float) -> dict[str, float]:
    """Which share of a core the worker takes meanwhile, and which one the server."""
    pids = {"worker": worker, "server": server_of(office.database)}
    before = {name: processor_s(pid) for name, pid in pids.items()}
    time.sleep(seconds)
    return {name: (processor_s(pid) - before[name]) / seconds for name, pid in pids.items()}


def _import(office: Installation) -> None:
    """Begin an import that takes longer than all that is due beside it."""
    database, command = office.database, Command("add_import", "pengaduan")
    with database.reading() as session:
        actor = access.actor_of(users.named(session, "lapor"))
    content = sop_file(LINES, 0)
    id_ = imports.add(database, command, "pengaduan", "laporan.csv", content, actor=actor)["batch"]
    while imports.work(database):
        pass
    imports.begin(database, Command("begin_import", str(id_)), id_, actor=actor)


def _import_runs(office: Installation) -> bool:
    with office.database.reading() as session:
        return batches.LINES.running(session) is not None


def _burst(
    office: Installation, count: int, *, workers: int, beside: str = "", asked: str = ""
) -> tuple[float, float]:
    """Timers a second, and milliseconds of processor time for each, those of the server among them."""
    with ExitStack() as stack:
        pids = [server_of(office.database)]
        pids += [stack.enter_context(office.process("worker")).pid for _n in range(workers)]
        time.sleep(figures.BEGINS_S)
        after, at = _let_fall_due(office.database, count)
        time.sleep(max(0.0, at.timestamp() - time.time() - 0.5))
        began = sum(map(processor_s, pids))
        late = _fired(office.database, after, count)
        spent = sum(map(processor_s, pids)) - began
    late = sorted((moment - at).total_seconds() for moment in late)
    p50, p99, speed = late[len(late) // 2], late[int(len(late) * 0.99)], len(late) / late[-1]
    cost = spent * 1_000 / len(late)
    name = f"{count:,} due at one moment, {workers} worker{'s' if workers > 1 else ''}{beside}"
    row(name, f"p50 {p50:.2f} s, p99 {p99:.2f} s, {speed:.0f}/s, {cost:.2f} ms of CPU each", asked)
    return speed, cost


def _let_fall_due(database: Database, count: int):  # type: ignore[no-untyped-def]
    with database.transaction() as session:
        own = Job.instance_id.is_not(None), Job.signal.is_(None), Job.message_id.is_(None)
        # Of each case one: two timers of one case are never fired beside each other.
        ids = list(
            session.scalars(select(func.min(Job.id)).where(*own).group_by(Job.instance_id).limit(count))
        )
        at = clock.real() + timedelta(seconds=AHEAD_S)
        for some in (ids[n : n + 500] for n in range(0, len(ids), 500)):
            session.execute(update(Job).where(Job.id.in_(some)).values(run_at=at, due_at=at))
            move_due(session, dict.fromkeys(some, at))
        newest = session.scalar(select(func.max(HistoryEvent.id))) or 0
    assert len(ids) == count
    return newest, at


def _fired(database: Database, after: int, count: int):  # type: ignore[no-untyped-def]
    query = select(HistoryEvent.at).where(HistoryEvent.id > after, HistoryEvent.type == "timer_fired")
    end = time.monotonic() + 180
    while time.monotonic() < end:
        with database.reading() as session:
            if (session.scalar(select(func.count()).select_from(query.subquery())) or 0) >= count:
                break
        time.sleep(0.25)
    with database.reading() as session:
        return list(session.scalars(query))
