"""The record's evidence: what a chain costs a case, and how long it takes to check, to sign and to take along.

``EVENTS`` events (``ALUR_BENCH_EVENTS``; 50,000) in cases cloned from a few that ran, each with a chain of its own
that is computed anew: hashes of the templates do not fit where clones stand. On SQLite and on PostgreSQL.
"""

import contextlib
import io
import os
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.commands import evidence
from app.history import pending
from app.history.canonical import GENESIS, SALT_BYTES, Place, Told, commitment, event_hash, moment
from app.models import HistoryEvent, ProcessInstance
from app.services.evidence import bundles, periksa_bukti, verifying
from tests.bench import population
from tests.bench.figures import databases, row
from tests.reports import report
from tests.serving import Installation

EVENTS = int(os.environ.get("ALUR_BENCH_EVENTS", "50000"))
ROUNDS = int(os.environ.get("ALUR_BENCH_ROUNDS", "30"))
_BATCH = 5_000
#: What an event has of where it stands.
_PLACES = frozenset({"id", "number", "salt", "hash", "redacted"})


def measure(folder: Path) -> None:
    for name, office in databases(folder):
        _on(name, office)


def _on(name: str, office: Installation) -> None:
    database = Database(office.config.database_url, info={"config": office.config, "versions": {}})
    population.make_templates(database)
    _overhead(name, database)
    _clone(database)
    _checkpoint(name, database)
    _verify(name, office, database)
    _export(name, office, database)
    database.engine.dispose()


# What it costs a case -----------------------------------------------------------------------------------------------


def _overhead(name: str, database: Database) -> None:
    """A whole case with its chain and without one, by turns, so that whatever the machine does befalls both."""
    line = population._Line(database)
    line._number += 1_000
    with_chain: list[float] = []
    without: list[float] = []
    for n in range(ROUNDS * 2 + 2):
        with _unchained(database) if n % 2 else _as_it_is():
            began = time.process_time()
            line.run(report("SIN-001"))
            (without if n % 2 else with_chain).append(time.process_time() - began)
    chained, bare = (statistics.median(some[1:]) for some in (with_chain, without))
    told = f"CPU p50 {chained * 1000:.1f} ms a case, {bare * 1000:.1f} ms without: {chained / bare - 1:+.1%}"
    row(f"{name}: a case with its chain", told, "at most 15 % more")
    _forget_unchained(database)


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


@contextmanager
def _unchained(database: Database) -> Iterator[None]:
    """Events are added as they were before there were chains: no head is locked nor moved, nothing is hashed."""
    kept, names = pending.write, ("history_added_in_order", "head_moved")
    with database.engine.begin() as connection:
        sql = _turned_off(connection, names)

    def write(connection: Connection) -> None:
        if rows := connection.info.pop(pending._KEY, []):
            connection.execute(insert(HistoryEvent.__table__), rows)  # type: ignore[arg-type]

    pending.write = write
    try:
        yield
    finally:
        pending.write = kept
        with database.engine.begin() as connection:
            for one in sql:
                connection.exec_driver_sql(one)


def _turned_off(connection: Connection, names: tuple[str, ...]) -> list[str]:
    """Turn triggers of events off; what turns them on again."""
    run = connection.exec_driver_sql
    if connection.dialect.name != "sqlite":
        for name in names:
            run(f"ALTER TABLE history_event DISABLE TRIGGER {name}")
        return [f"ALTER TABLE history_event ENABLE TRIGGER {name}" for name in names]
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    found = [one for one in run(query).all() if one.name in names]
    for one in found:
        run(f"DROP TRIGGER {one.name}")
    return [one.sql for one in found]


def _forget_unchained(database: Database) -> None:
    """Give the events that have no place theirs, as the migration did."""
    table = _events()
    with database.transaction() as session:
        query = select(table.c.instance_id).where(table.c.number.is_(None)).distinct()
        for instance_id in session.scalars(query).all():
            _reseal(session, instance_id)


def _reseal(session: Session, instance_id: int | None) -> None:
    table = _events()
    whose = table.c.instance_id.is_(None) if instance_id is None else table.c.instance_id == instance_id
    rows = session.execute(select(table).where(whose).order_by(table.c.id)).mappings().all()
    sealed = list(_chained([dict(one) for one in rows], instance_id or 0))
    with _guards_off(session.connection()):
        for one in sealed:
            values = {name: one[name] for name in ("number", "salt", "hash")}
            session.connection().execute(table.update().where(table.c.id == one["id"]).values(values))
        chains = pending._CHAINS
        session.connection().execute(chains.delete().where(chains.c.instance_id == (instance_id or 0)))
        last = sealed[-1]
        head = {"count": last["number"], "head": last["hash"], "last_id": last["id"]}
        session.connection().execute(chains.insert().values(instance_id=instance_id or 0, **head))


@contextmanager
def _guards_off(connection: Connection) -> Iterator[None]:
    run = connection.exec_driver_sql
    if connection.dialect.name == "sqlite":
        sql = _turned_off(connection, ("history_not_changed", "head_kept"))
        yield
        for one in sql:
            run(one)
    else:
        run("SET LOCAL session_replication_role = replica")
        yield
        run("SET LOCAL session_replication_role = DEFAULT")


def _events() -> Table:
    table: Any = HistoryEvent.__table__
    return table  # type: ignore[no-any-return]


def _chained(events: list[dict[str, Any]], chain: int) -> Iterator[dict[str, Any]]:
    """Events with their places in a chain."""
    head = GENESIS
    for number, one in enumerate(events, 1):
        salt = os.urandom(SALT_BYTES)
        told = Told(one["type"], moment(one["at"]), one["actor_id"], one["activity_id"])
        head = event_hash(Place(chain, number, head), told, commitment(one["data"], salt))
        yield {**one, "number": number, "salt": salt, "hash": head}


# Many cases ---------------------------------------------------------------------------------------------------------


def _clone(database: Database) -> None:
    """Cases like the ones that ran, with chains of their own, until there are `EVENTS` events."""
    cases, table = _cases(), _events()
    with database.reading() as session:
        query = select(table.c.instance_id).where(table.c.instance_id.is_not(None))
        ids = list(session.scalars(query.group_by(table.c.instance_id).limit(60)))
        templates = [(_row(session, cases, id_), _rows(session, table, id_)) for id_ in ids]
        count = session.scalar(select(func.count()).select_from(table)) or 0
    number = 0
    while count < EVENTS:
        with database.transaction() as session:
            waiting: list[dict[str, Any]] = []
            while len(waiting) < _BATCH and count + len(waiting) < EVENTS:
                of_case, events = templates[number % len(templates)]
                number += 1
                made = {**of_case, "business_key": f"BUKTI-{number:07}"}
                new = session.execute(insert(cases).values(made).returning(cases.c.id)).scalar_one()
                waiting += _chained([_cloned(one, new, made["business_key"]) for one in events], new)
            session.connection().execute(insert(table), waiting)
            count += len(waiting)


def _cloned(event: dict[str, Any], case: int, number: str) -> dict[str, Any]:
    """An event of another case, which has another number."""
    started = {"number": number} if event["type"] == "instance_started" else {}
    return {**event, "instance_id": case, "data": {**event["data"], **started}}


def _cases() -> Table:
    table: Any = ProcessInstance.__table__
    return table  # type: ignore[no-any-return]


def _row(session: Session, table: Table, id_: int) -> dict[str, Any]:
    names = [column.name for column in table.c if column.name != "id"]
    query = select(*(table.c[name] for name in names)).where(table.c.id == id_)
    return dict(zip(names, session.execute(query).one(), strict=True))


def _rows(session: Session, table: Table, case: int) -> list[dict[str, Any]]:
    names = [column.name for column in table.c if column.name not in _PLACES]
    query = select(*(table.c[name] for name in names)).where(table.c.instance_id == case).order_by(table.c.id)
    return [dict(zip(names, one, strict=True)) for one in session.execute(query)]


# Signing, checking, taking along ------------------------------------------------------------------------------------


def _timed(do: Callable[[], Any]) -> tuple[Any, float, float]:
    """What came, by the clock and by this process's own work, in seconds."""
    began, worked = time.perf_counter(), time.process_time()
    found = do()
    return found, time.perf_counter() - began, time.process_time() - worked


def _checkpoint(name: str, database: Database) -> None:
    made, took, busy = _timed(lambda: evidence.make_checkpoint(database, actor=None))
    row(f"{name}: a first checkpoint", f"{made.chains:,} chains in {took:.1f} s, CPU {busy:.1f} s")
    with database.transaction() as session:
        evidence._demand(session, None)
    made, took, busy = _timed(lambda: evidence.make_checkpoint(database, actor=None))
    row(f"{name}: the next, one chain grew", f"{made.chains:,} chains in {took:.2f} s, CPU {busy:.2f} s")


def _verify(name: str, office: Installation, database: Database) -> None:
    found, took, busy = _timed(
        lambda: verifying.snapshot_verified(office.config, database, lambda _done: None)
    )
    # Cases are furnished without the rows of their tasks.
    faults = [one for one in found.faults if not one.kind.startswith("row_")]
    assert not faults, faults[:5]
    told = f"{found.events:,} in {took:.1f} s, CPU {busy:.1f} s: {found.events / busy:,.0f}/s; no false alarm"
    row(f"{name}: verify", told, "50,000/s")


def _export(name: str, office: Installation, database: Database) -> None:
    """Bundles of one case, of as many as a page takes, of 2,000 and of all: by the clock, in size, and at their peak
    in memory, which is measured in a second run."""
    with database.reading() as session:
        ids = list(session.scalars(select(ProcessInstance.id).order_by(ProcessInstance.id)))
    for some in (ids[:1], ids[:50], ids[:2_000], ids):
        with tempfile.NamedTemporaryFile() as file:
            _none, took, busy = _timed(lambda some=some, file=file: _take(office, database, some, file))
            size_mb = file.seek(0, io.SEEK_END) / 1e6
            tracemalloc.start()
            _take(office, database, some, file)
            peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
            with contextlib.redirect_stdout(io.StringIO()) as said:
                code, checked, _busy = _timed(lambda file=file: periksa_bukti.main([file.name]))
            assert code == 0, said.getvalue()[-500:]
        told = f"{took:.2f} s, CPU {busy:.2f} s, {size_mb:.2f} MB, at most {peak_mb:.1f} MB in memory"
        row(f"{name}: evidence of {len(some):,} cases", f"{told}; checked in {checked:.2f} s")


def _take(office: Installation, database: Database, ids: Sequence[int], file: IO[bytes]) -> None:
    file.seek(0)
    file.truncate()
    with database.snapshot() as session:
        bundles.write(session, office.config, ids, file)
