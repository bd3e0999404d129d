"""Event logs and the replay of a case: how long they take, and how much memory.

``EVENTS`` steps (``ALUR_BENCH_EVENTS``; 50,000) in cases cloned from a few that ran; asked: 1,000,000 in 60 s.
"""

import os
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import HistoryEvent, ProcessInstance, User
from app.services.casefile import replay
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import access
from app.services.eventlogs import rows, taking
from tests.bench import population
from tests.bench.figures import Series, office_for, row

EVENTS = int(os.environ.get("ALUR_BENCH_EVENTS", "50000"))
ROUNDS = 20
LONG = 2_000
_BATCH = 5_000


def measure(folder: Path) -> None:
    office = office_for(folder)
    database = Database(office.config.database_url, info={"config": office.config, "versions": {}})
    population.make_templates(database)
    _clone(database)
    for name, format_ in taking.FORMATS.items():
        _written(database, name, format_.write)
    _replayed(database)
    database.engine.dispose()


def _written(database: Database, name: str, write: Callable[..., Any]) -> None:
    tracemalloc.start()
    _write(database, write, most=5_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    began, worked = time.perf_counter(), time.process_time()
    events, size = _write(database, write)
    took, busy = time.perf_counter() - began, time.process_time() - worked
    told = f"{events:,} in {took:.1f} s, CPU {busy:.1f} s: {events / busy:,.0f}/s, {size / 1e6:.0f} MB"
    row(f"event log, {name}", f"{told}; peak {peak / 1e6:.1f} MB", "1,000,000 in 60 s: 16,667/s")


def _write(database: Database, write: Callable[..., Any], most: int = 0) -> tuple[int, int]:
    progress, size = rows.Progress(), 0
    found = rows.cases(database, InstanceFilters(), actor=None, progress=progress)
    with tempfile.TemporaryFile() as file:
        for piece in write(found, "bench"):
            file.write(piece)
            size += len(piece)
            if most and progress.events > most:
                break
    return progress.events, size


def _replayed(database: Database) -> None:
    """A step in a case of ``LONG`` events, and in one as they are."""
    with database.transaction() as session:
        usual = session.scalars(select(ProcessInstance.id).limit(1)).one()
        long = _lengthen(session)
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


def _lengthen(session: Session) -> int:
    """Give one case so many events more: its own, again and again."""
    case = session.scalars(select(ProcessInstance.id).order_by(ProcessInstance.id.desc()).limit(1)).one()
    own = [one for one in _events(session, case) if one["type"] not in ("instance_started", "instance_ended")]
    table: Any = HistoryEvent.__table__
    last = max(one["number"] for one in _events(session, case))
    more = [{**own[n % len(own)], "number": last + n + 1} for n in range(LONG)]
    session.execute(insert(table), more)
    return int(case)


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
