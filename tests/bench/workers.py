"""Two workers beside each other on PostgreSQL: so many timers due at one moment, how soon, and at what cost."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from app.base.config import ROOT
from app.base.db import Database
from app.models import HistoryEvent, Job
from app.services.core import clock
from tests.bench import population
from tests.bench.cloning import Cloner
from tests.bench.figures import office_for, row
from tests.bench.timers import move_due
from tests.serving import Installation

#: How many fall due at once, and how many cases there are: some are left after all rounds.
ROUNDS = tuple(map(int, os.environ.get("ALUR_BENCH_DUE", "1000 10000").split()))
CASES = int(os.environ.get("ALUR_BENCH_CASES", "30000"))
#: By then the workers have begun.
_AHEAD_S = 20
_TICKS = os.sysconf("SC_CLK_TCK")


def measure(folder: Path) -> None:
    from tests.conftest import postgres_server

    with postgres_server() as url:
        office = office_for(folder, ALUR_DATABASE_URL=url)
        templates = population.make_templates(office.database)
        officers = population.add_officers(office.database, 50)
        with _added_in_any_order(office.database):
            Cloner(office.database, templates, officers, seed=1).clone({"open": CASES}, lambda _words: None)
        with office.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")  # as an installation is by and by
        with office.database.transaction() as session:  # those of before would come first
            session.execute(update(Job).values(run_at=clock.real() + timedelta(days=90)))
        for due in ROUNDS:
            one, costs = _burst(office, due, workers=1)
            two, costs_two = _burst(office, due, workers=2)
            row(f"{due:,} due: two workers against one", f"{two / one:.2f} ×", "≥ 1.8 ×")
            row(f"{due:,} due: CPU a timer, two against one", f"{costs_two / costs:.2f} ×", "≤ 1.2 ×")
        office.database.engine.dispose()


@contextmanager
def _added_in_any_order(database: Database) -> Iterator[None]:
    """The guard sees the head of a chain as it was before the statement, which adds all events of a clone."""
    for what in ("DISABLE", "ENABLE"):
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE history_event {what} TRIGGER history_added_in_order")
        if what == "DISABLE":
            yield


def _burst(office: Installation, count: int, *, workers: int) -> tuple[float, float]:
    """Timers a second, and milliseconds of processor time for each, those of the server among them."""
    with ExitStack() as stack:
        for _n in range(workers):
            stack.callback(_end, _start(office))
        time.sleep(8)  # they have begun, and found what there was
        after, at = _let_fall_due(office.database, count)
        time.sleep(max(0.0, at.timestamp() - time.time() - 0.5))
        began = _processor_s()
        late = _fired(office.database, after, count)
        spent = _processor_s() - began
    late = sorted((moment - at).total_seconds() for moment in late)
    p50, p99, speed = late[len(late) // 2], late[int(len(late) * 0.99)], len(late) / late[-1]
    cost = spent * 1_000 / len(late)
    name = f"{count:,} due at one moment, {workers} worker{'s' if workers > 1 else ''}"
    row(name, f"p50 {p50:.2f} s, p99 {p99:.2f} s, {speed:.0f}/s, {cost:.2f} ms of CPU each", "")
    return speed, cost


def _start(office: Installation) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "app", "worker"], cwd=ROOT, env=office.environment)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(30)


def _let_fall_due(database: Database, count: int):  # type: ignore[no-untyped-def]
    with database.transaction() as session:
        own = Job.instance_id.is_not(None), Job.signal.is_(None), Job.message_id.is_(None)
        # Of each case one: two timers of one case are never fired beside each other.
        ids = list(
            session.scalars(select(func.min(Job.id)).where(*own).group_by(Job.instance_id).limit(count))
        )
        at = clock.real() + timedelta(seconds=_AHEAD_S)
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


def _processor_s() -> float:
    """What all workers and the server's processes have taken till now."""
    return sum(_ours()) / _TICKS


def _ours() -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() if entry.name.isdecimal() else b""
            if b"postgres" in words.split(b"\0")[0] or b"\0worker\0" in words:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                yield int(fields[11]) + int(fields[12])
        except OSError:
            continue
