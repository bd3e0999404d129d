"""The service layer alone: start and complete along the SOP, the commit timed apart; bytes; FEEL and DMN."""

import time
from pathlib import Path

from sqlalchemy import select

from app.bpmnio import feel
from app.db import Database
from app.engine import decisions
from app.models import User, UserTask
from app.services import access, clock, instances, tasks
from tests.bench.figures import Series, repeat, row
from tests.reports import answers_for, report, report_values
from tests.serving import install

CASES = 100


def measure(folder: Path) -> None:
    office = install(folder)
    database = office.database
    starts, completes, commits = Series(), Series(), Series()
    empty = _size(database)
    ids = [_start(database, n, starts, commits) for n in range(CASES)]
    row("start, service layer", starts)
    for instance_id in ids:
        _finish(database, instance_id, completes, commits)
    row(
        "complete, service layer, besides the commit",
        completes,
        "≤ 3 ms; SQL and commits: tests/web/test_api_tasks.py",
    )
    row("commit", commits)
    each = (_size(database) - empty) / CASES / 1024
    row("bytes per finished case", f"{each:.1f} KB, history and indexes included", "≤ 15 KB")
    _expressions()
    database.engine.dispose()


def _actor(session, name: str) -> access.Actor:  # type: ignore[no-untyped-def]
    return access.actor_of(session.scalars(select(User).where(User.name == name)).one())


def _start(database: Database, n: int, series: Series, commits: Series) -> int:
    values = {**report_values(report("SIN-001")), "tracking_id": str(1_000_000 + n)}
    transaction = database.transaction()
    session = transaction.__enter__()
    actor = _actor(session, "lapor")
    with series.timing():
        instance = instances.start(session, "pengaduan", values, actor=actor).instance
        session.flush()
    with commits.timing():
        transaction.__exit__(None, None, None)
    return instance.id


def _finish(database: Database, instance_id: int, series: Series, commits: Series) -> int:
    """Complete every task of a case; return how many there were."""
    count = 0
    while True:
        transaction = database.transaction()
        session = transaction.__enter__()
        task = session.scalars(
            select(UserTask).where(UserTask.instance_id == instance_id, UserTask.state == "open")
        ).first()
        if task is None:
            transaction.__exit__(None, None, None)
            return count
        actor = _actor(session, {"lajur_lapor": "lapor", "lajur_upp": "upp"}.get(task.lane_id, "dpupr"))
        values = answers_for(task.activity_id, report("SIN-001"))
        session.expunge_all()
        with series.timing():
            tasks.complete(session, task.id, values, {}, actor=actor)
            session.flush()
        with commits.timing():
            transaction.__exit__(None, None, None)
        count += 1


def _size(database: Database) -> int:
    """Bytes of the database file, with nothing left in its log."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(database.engine.url.database or "").stat().st_size


def _expressions() -> None:
    now = clock.real()
    series = repeat(200, lambda n: feel.evaluate(f"a > {n}", {"a": n, "b": "x"}, now=now) and None)
    row("FEEL, a new expression", series)
    series = repeat(200, lambda n: feel.evaluate("a > 7", {"a": n, "b": "x"}, now=now) and None)
    row("FEEL, a known expression with new values", series)
    [table] = decisions.read(Path("processes/rute-unit.dmn").read_bytes(), file="rute-unit.dmn")
    began = time.perf_counter()
    for n in range(200):
        decisions.decide(table, {"kategori": f"Kategori {n}", "kesimpulan": "x"}, now=now)
    each = (time.perf_counter() - began) / 200 * 1000
    row("DMN, the routing table of 60 rules", f"{each:.2f} ms")
