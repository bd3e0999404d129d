"""The service layer alone: start and complete along the SOP, the commit timed apart; bytes; FEEL and DMN."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.bpmnio import feel
from app.engine import decisions
from app.models import User, UserTask
from app.services.core import access, clock
from app.services.core.access import Actor
from app.services.instances import instances
from app.services.tasks import tasks
from tests.bench.figures import Series, Traffic, office_for, repeat, row
from tests.engine.decision_files import decision, file, grid
from tests.reports import answers_for, report, report_values

#: Cases that are timed, and whose statements are counted; expressions and decisions.
CASES, COUNTED, ROUNDS = 60, 10, 200
ONE = report("SIN-001")
Result = TypeVar("Result")


def measure(folder: Path) -> None:
    office = office_for(folder)
    database = office.database
    _take(database, 1, first=800_000)  # everything is parsed and compiled once
    counted = _take(database, COUNTED, first=900_000, count=True)
    before = _size(database)
    seen = _take(database, CASES, first=1_000_000)
    row("start, service layer, besides the commit", seen.starts)
    row("", f"{seen.starts.cpu}; {counted.started}")
    row("complete, service layer, besides the commit", seen.completes, "≤ 3 ms")
    row("", f"{seen.completes.cpu}; {counted.completed}", "≤ 12 SQL")
    row("commit", seen.commits)
    grown = (_size(database) - before) / CASES / 1024
    row("bytes per finished case", f"{grown:.1f} KB, identity, history and indexes included", "≤ 15 KB")
    _expressions()
    database.engine.dispose()


class _Seen:
    """What was measured on the way of some cases from start to end: how long, or how many statements."""

    def __init__(self, database: Database, count: bool) -> None:
        self.count = count
        self.starts, self.completes, self.commits = Series(), Series(), Series()
        self.started, self.completed = Traffic(database), Traffic(database)


def _take(database: Database, cases: int, *, first: int, count: bool = False) -> _Seen:
    seen = _Seen(database, count)
    for number in range(first, first + cases):
        instance_id = _start(database, number, seen)
        while _complete_one(database, instance_id, seen):
            pass
    return seen


def _actor(database: Database, name: str) -> Actor:
    with database.reading() as session:
        return access.actor_of(session.scalars(select(User).where(User.name == name)).one())


def _start(database: Database, number: int, seen: _Seen) -> int:
    values = {**report_values(ONE), "tracking_id": str(number)}
    actor = _actor(database, "lapor")

    def do(session: Session) -> int:
        return instances.start(session, "pengaduan", values, actor=actor).instance.id

    return _measured(database, do, seen, seen.starts, seen.started)


def _complete_one(database: Database, instance_id: int, seen: _Seen) -> bool:
    """Complete the open task of a case; False when there is none."""
    with database.reading() as session:
        open_ = select(UserTask).where(UserTask.instance_id == instance_id, UserTask.state == "open")
        task = session.scalars(open_).one_or_none()
    if task is None:
        return False
    actor = _actor(database, {"lajur_lapor": "lapor", "lajur_upp": "upp"}.get(task.lane_id, "dpupr"))
    values = answers_for(task.activity_id, ONE)

    def do(session: Session) -> None:
        tasks.complete(session, task.id, values, {}, actor=actor)

    _measured(database, do, seen, seen.completes, seen.completed)
    return True


def _measured(
    database: Database, do: Callable[[Session], Result], seen: _Seen, series: Series, traffic: Traffic
) -> Result:
    """Run a command in a transaction of its own; the commit is timed apart."""
    transaction = database.transaction()
    session = transaction.__enter__()
    with traffic.counting() if seen.count else nullcontext(), series.timing():
        result = do(session)
        session.flush()
    with seen.commits.timing():
        transaction.__exit__(None, None, None)
    return result


def _size(database: Database) -> int:
    """Bytes of the database file, what waits in the write-ahead log included."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(database.engine.url.database or "").stat().st_size


def _expressions() -> None:
    now = clock.real()
    series = repeat(ROUNDS, lambda n: feel.evaluate(f"a > {n}", {"a": n, "b": "x"}, now=now) and None)
    row("FEEL, a new expression", series)
    series = repeat(ROUNDS, lambda n: feel.evaluate("a > 7", {"a": n, "b": "x"}, now=now) and None)
    row("FEEL, a known expression with new values", series)
    [table] = decisions.read_decisions(Path("processes/rute-unit.dmn").read_bytes(), file="rute-unit.dmn")
    began = time.perf_counter()
    for n in range(ROUNDS):
        decisions.decide(table, {"kategori": f"Kategori {n}", "kesimpulan": "x"}, now=now)
    each = (time.perf_counter() - began) / ROUNDS * 1000
    row("DMN, the routing table of 60 rules", f"{each:.2f} ms")
    _hundred_rules()


def _hundred_rules() -> None:
    """Tables of 100 rules over values never seen before: numbers alone, and words with numbers, all rules counted."""
    numbers = [(f"[{n * 10}..{n * 10 + 9}]", str(n)) for n in range(100)]
    words = [(f'"k{n % 10}"', f"> {n}", str(n)) for n in range(100)]
    tables = {
        "numbers, UNIQUE": grid(("a",), ("x",), *numbers),
        "words and numbers, COLLECT": grid(("b", "a"), ("x",), *words, policy="COLLECT", aggregation="SUM"),
    }
    now = clock.real()
    for name, logic in tables.items():
        [table] = decisions.read_decisions(file(decision("t", logic)), file="t.dmn")
        series = Series()
        for n in range(ROUNDS):
            with series.timing():
                decisions.decide(table, {"a": n * 5 + 0.5, "b": f"k{n % 10}"}, now=now)
        row(f"DMN of 100 rules, {name}", series)
    reading = Series()
    for n in range(20):
        content = file(decision(f"t{n}", tables["numbers, UNIQUE"]))
        with reading.timing():
            decisions.read_decisions(content, file="t.dmn")
    row("DMN of 100 rules, read and checked", reading)
