"""Event logs and the replay of a case: how long they take, and how much memory.

``EVENTS`` steps (``ALUR_BENCH_EVENTS``; 50,000) in cases cloned from a few that ran, on SQLite and on PostgreSQL;
asked: 1,000,000 in 60 s with flat memory.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.models import HistoryEvent, ProcessInstance, User
from app.services.casefile import replay
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import access
from app.services.eventlogs import rows, taking
from tests.bench import population
from tests.bench.figures import Series, databases, row
from tests.serving import Installation

EVENTS = int(os.environ.get("ALUR_BENCH_EVENTS", "50000"))
ROUNDS = 20
LONG = 2_000
_BATCH = 5_000


def measure(folder: Path) -> None:
    for kind, office in databases(folder):
        _measure(kind, office)


def _measure(kind: str, office: Installation) -> None:
    database = Database(office.config.database_url, info={"config": office.config, "versions": {}})
    population.make_templates(database)
    _clone(database)
    for name, format_ in taking.FORMATS.items():
        _written(database, f"{name}, {kind}", format_.write)
    _replayed(database)
    database.engine.dispose()
    office.database.engine.dispose()


def _written(database: Database, name: str, write: Callable[..., Any]) -> None:
    begun: list[float] = []
    began, worked = time.perf_counter(), time.process_time()
    events, size = _write(database, write, begun)
    took, busy = time.perf_counter() - began, time.process_time() - worked
    told = f"{events:,} in {took:.1f} s, CPU {busy:.1f} s: {events / busy:,.0f}/s, {size / 1e6:.0f} MB"
    row(f"event log, {name}", told, "1,000,000 in 60 s: 16,667/s")
    row(
        "",
        f"memory {begun[0]:.0f} MB after a tenth, {_memory_mb():.0f} MB at the end",
        "flat",
    )


def _memory_mb() -> float:
    """What this process alone holds: the server of PostgreSQL is its child."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _write(database: Database, write: Callable[..., Any], begun: list[float]) -> tuple[int, int]:
    """Write a log; put into ``begun`` how much memory it took after a tenth of its events. Return events, bytes."""
    progress, size = rows.Progress(), 0

    def noted() -> Iterator[rows.LogCase]:
        for case in rows.cases(database, InstanceFilters(), actor=None, progress=progress):
            if not begun and progress.events >= EVENTS // 10:
                begun.append(_memory_mb())
            yield case

    with tempfile.TemporaryFile() as file:
        for piece in write(noted(), "bench"):
            file.write(piece)
            size += len(piece)
    return progress.events, size


def _replayed(database: Database) -> None:
    """A step in a case of ``LONG`` events, and in one as they are."""
    with database.transaction() as session:
        usual = session.scalars(select(ProcessInstance.id).limit(1)).one()
        long, _count = lengthen(session)
    for name, case in (("as they are", usual), (f"of {LONG:,} events", long)):
        series = Series()
        for _n in range(ROUNDS):
            with database.reading() as session, series.timing():
                actor = access.actor_of(session.scalars(select(User).where(User.name == "auditor")).one())
                replay.at_moment(session, case, None, actor=actor)
        row(f"replay, a step of a case {name}", f"{series}, {series.cpu}")


def _events(session: Session, case: int) -> list[dict[str, Any]]:
    table = HistoryEvent.__table__
    names = [column.name for column in table.c if column.name != "id"]
    query = select(*(table.c[name] for name in names)).where(table.c.instance_id == case).order_by(table.c.id)
    return [dict(zip(names, one, strict=True)) for one in session.execute(query)]


def lengthen(session: Session) -> tuple[int, int]:
    """Give the last case ``LONG`` events more, its own again and again; return the case and how many it has."""
    case = session.scalars(select(ProcessInstance.id).order_by(ProcessInstance.id.desc()).limit(1)).one()
    own = [one for one in _events(session, case) if one["type"] not in ("instance_started", "instance_ended")]
    table: Any = HistoryEvent.__table__
    last = max(one["number"] for one in _events(session, case))
    more = [{**own[n % len(own)], "number": last + n + 1} for n in range(LONG)]
    session.execute(insert(table), more)
    return int(case), int(last) + LONG


def _clone(database: Database) -> None:
    cases: Any = ProcessInstance.__table__
    with database.transaction() as session:
        of = select(HistoryEvent.instance_id).where(HistoryEvent.instance_id.is_not(None))
        ids = list(session.scalars(of.group_by(HistoryEvent.instance_id)))
        templates = [(_row(session, cases, id_), _events(session, id_)) for id_ in ids]
        count, number = session.scalar(select(func.count()).select_from(HistoryEvent)) or 0, 0
    while count < EVENTS:
        with database.transaction() as session:
            waiting: list[dict[str, Any]] = []
            while len(waiting) < _BATCH and count + len(waiting) < EVENTS:
                of_case, events = templates[number % len(templates)]
                number += 1
                made = {**of_case, "business_key": f"LOG-{number:07}"}
                new = session.execute(insert(cases).values(made).returning(cases.c.id)).scalar_one()
                waiting += [{**one, "instance_id": new} for one in events]
            session.execute(insert(HistoryEvent.__table__), waiting)  # type: ignore[arg-type]
            count += len(waiting)


def _row(session: Session, table: Table, id_: int) -> dict[str, Any]:
    names = [column.name for column in table.c if column.name != "id"]
    query = select(*(table.c[name] for name in names)).where(table.c.id == id_)
    return dict(zip(names, session.execute(query).one(), strict=True))
