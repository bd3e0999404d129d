"""How pages and API keep up with an office's years: ``python -m tests.bench scale --open 100000 --ended 1000000``.

Every figure is of the server's side: the whole request in this process, by Flask's test client. Judged is what it
costs, this process and the database's together, because that holds on a busy machine; what the clock says stands
beside it. The same is asked in a small office, turn by turn; the ratio says what grows.
"""

import argparse
import gc
import itertools
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, func, make_url, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.base.db import Database
from app.commands.maintenance import keeping
from app.models import Group, ProcessInstance, User, UserTask
from app.services.people import api_tokens, users
from app.web import create_app
from tests.bench import figures, population
from tests.bench.cloning import Cloner
from tests.bench.figures import Traffic, office_for, postgresql, row
from tests.reports import answers_for, report, report_values
from tests.serving import Installation, form_in

ONE = report("SIN-001")
#: Each page is asked for so often, but for no longer than this once it was asked for a few times.
TIMES, FEWEST, BUDGET_S = 40, 5, 6.0
#: Officers of each lane who look at pages.
DESKS = 3
#: The activity that is completed; its answers fit every case.
QUEUED = "penyaluran"
LANES = ("LAPOR ! – SP4N", "UPP K/L/D", "UPT")
KINDS = ("sqlite", "postgresql")
P95_MS, GROWTH, COMMAND_GROWTH = 50.0, 1.5, 1.2
#: Of questions: a page looks at so many cases at most, which a small office does not have.
ASKING_MS, ASKING_GROWTH = 100.0, 5.0


@dataclass
class Desk:
    """Somebody signed in, and what lies before him."""

    lane: str
    client: FlaskClient
    headers: Mapping[str, str]
    #: Tasks to complete.
    queue: list[str]
    tasks: Iterator[str]
    cases: Iterator[int]
    ended: Iterator[int]
    numbers: Iterator[str]


@dataclass(frozen=True)
class Asked:
    """A page or a call of the API: who asks for it, and for what."""

    name: str
    who: str
    send: Callable[[Desk], TestResponse]
    growth: float = GROWTH
    #: 95 % in so many milliseconds.
    within: float = P95_MS


@dataclass(frozen=True)
class Seen:
    """How one was answered: seconds by the clock, and of work, the database's included."""

    seconds: Sequence[float]
    busy: Sequence[float]
    statements: float

    @property
    def p50(self) -> float:
        """Half cost so many milliseconds of work at most."""
        return _share(self.busy, 0.5)

    @property
    def p95(self) -> float:
        """Nearly all cost so many milliseconds of work at most."""
        return _share(self.busy, 0.95)

    @property
    def by_clock(self) -> float:
        """Nearly all are answered after so many milliseconds."""
        return _share(self.seconds, 0.95)


def _share(seconds: Sequence[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class _Work:
    """What this thread and the database's processes have worked, in seconds: it holds whatever else runs here."""

    def __init__(self, database: Database) -> None:
        self._files: list[Path] = []
        host = database.engine.url.host or "localhost"
        if not database.is_sqlite and host in {"localhost", "127.0.0.1"}:
            query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            with database.engine.connect() as connection:
                pids = connection.exec_driver_sql(query).scalars().all()
            self._files = [Path(f"/proc/{pid}/schedstat") for pid in pids]

    def __call__(self) -> float:
        """So much so far."""
        there = sum(int(file.read_text().split()[0]) for file in self._files if file.exists())
        return time.thread_time() + there / 1e9


def main(words: Sequence[str]) -> None:
    """Make both offices on each database, measure, and print."""
    given = _arguments(words)
    figures.machine()
    with ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alur-bench-")))
        for kind in given.on:
            with _server(kind, folder / "postgresql", given.database) as url:
                _compare_sizes(kind, folder, url, given)


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench scale")
    parser.add_argument("--open", type=int, default=100_000, help="open tasks")
    parser.add_argument("--ended", type=int, default=1_000_000, help="ended cases")
    parser.add_argument("--officers", type=int, default=500)
    parser.add_argument(
        "--small", type=int, default=1_000, help="open tasks of the office that it is held against"
    )
    parser.add_argument("--on", choices=KINDS, nargs="+", default=KINDS)
    parser.add_argument(
        "--database", help="a PostgreSQL server where databases may be made, else one of its own"
    )
    parser.add_argument("--only", default="", help="only what has a name that begins so, e.g. asking")
    parser.add_argument("--keep", type=Path, help="leave the data there, and use what lies there")
    return parser.parse_args(words)


@contextmanager
def _server(kind: str, folder: Path, given: str | None) -> Iterator[str | None]:
    """The address of a PostgreSQL server's own database; None for SQLite."""
    if kind == "sqlite" or given:
        yield given if kind == "postgresql" else None
    else:
        with postgresql(folder) as url:
            yield url


def _compare_sizes(kind: str, folder: Path, server: str | None, given: argparse.Namespace) -> None:
    """Measure both offices, turn by turn: whatever else the machine does meanwhile slows both."""
    sizes = ((given.small, max(1, given.ended * given.small // given.open)), (given.open, given.ended))
    row("", "")
    row(
        f"{kind.upper()}",
        f"{sizes[0][0]:,} and {sizes[1][0]:,} open tasks, {sizes[0][1]:,} and {sizes[1][1]:,} ended",
    )
    with ExitStack() as stack:
        offices = [stack.enter_context(_office(kind, folder, server, *size, given)) for size in sizes]
        row("WORK OF ONE REQUEST", "SMALL, LARGE (95 %): GROWTH; SQL; 95 % OF LARGE BY THE CLOCK", "ASKED")
        _measure(offices, given.only)


@contextmanager
def _office(
    kind: str, folder: Path, server: str | None, opened: int, ended: int, given: argparse.Namespace
) -> Iterator[Installation]:
    """An installation with so many cases; what was kept of an earlier run is used as it is, migrated."""
    name = f"{kind}_{opened}_{ended}_{given.officers}"
    place, database = folder / name, f"alur_{name}"
    done = place / "done"
    if not done.exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        if server is not None:
            _administer(server, f"DROP DATABASE IF EXISTS {database}", f"CREATE DATABASE {database}")
    more = {} if server is None else {"ALUR_DATABASE_URL": _database_in(server, database)}
    office = office_for(place, **more)
    if not done.exists():
        began, worked = time.monotonic(), time.process_time()
        _fill(office.database, opened, ended, given.officers)
        done.touch()
        spent = f"{time.monotonic() - began:.0f} s by the clock, {time.process_time() - worked:.0f} s of this process"
        row("made by SQL, foreign keys checked", spent, "≤ 600 s for 1,000,000 ended")
        row("", f"{_size_mb(office.database):,.0f} MB, {_rows(office.database)}")
    try:
        yield office
    finally:
        office.database.engine.dispose()
        if not given.keep:
            shutil.rmtree(place)
            if server is not None:
                _administer(server, f"DROP DATABASE {database} WITH (FORCE)")


def _database_in(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(server: str, *statements: str) -> None:
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def _fill(database: Database, opened: int, ended: int, officers: int) -> None:
    templates = population.make_templates(database)
    cloner = Cloner(database, templates, population.add_officers(database, officers), seed=opened)
    wanted = {"ended": ended, "open": opened, "waiting": opened // 20}
    cloner.clone(wanted, lambda words: print(f"  {words}", file=sys.stderr, flush=True))


def _size_mb(database: Database) -> float:
    if database.is_sqlite:
        return Path(database.engine.url.database or "").stat().st_size / 1e6
    with database.engine.connect() as connection:
        return float(
            connection.exec_driver_sql("SELECT pg_database_size(current_database()) / 1e6").scalar_one()
        )


def _rows(database: Database) -> str:
    tables = ("process_instance", "user_task", "history_event", "notice")
    with database.engine.connect() as connection:
        counts = {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in tables
        }
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _measure(offices: Sequence[Installation], only: str) -> None:
    """Measure every page and call, or those with such a name, in a small office and in a large one."""
    rooms = [_open(office) for office in offices]
    gc.collect()
    gc.freeze()  # as `app.web.serving.server` does it
    for asked in _questions():
        if not asked.name.startswith(only):
            continue
        small, large = _ask(asked, rooms)
        growth = large.p50 / small.p50
        figure = f"{small.p50:.1f}, {large.p50:.1f} ({large.p95:.1f}) ms: {growth:.2f} ×; "
        missed = large.p95 > asked.within or growth > asked.growth
        asks = f"95 % ≤ {asked.within:.0f} ms; ≤ {asked.growth} ×"
        row(
            asked.name,
            f"{figure}{large.statements:.0f} SQL; {large.by_clock:.0f} ms",
            asks + "  MISSED" * missed,
        )


@dataclass(frozen=True)
class _Room:
    """An office and those who ask there."""

    database: Database
    desks: Sequence[Desk]


def _open(office: Installation) -> _Room:
    database = office.database
    keeping.forget_old(database)  # the worker does it each hour
    app = create_app(office.config, database)
    people = enumerate(_people(database))
    return _Room(database, [_sit_down(app, database, name, lane, n % DESKS) for n, (lane, name) in people])


def _ask(asked: Asked, rooms: Sequence[_Room]) -> list[Seen]:
    """Ask in each office in turn."""
    turns, counts, works = [], [], []
    for room in rooms:
        desks = [desk for desk in room.desks if asked.who in (desk.lane, "officer" * (desk.lane != "admin"))]
        for desk in desks[:2]:
            _answered(asked, desk)
        traffic = Traffic(room.database)
        with traffic.counting():
            _answered(asked, desks[0])
        turns.append(itertools.cycle(desks))
        counts.append(traffic.statements)
        works.append(_Work(room.database))
    began, times = time.monotonic(), [list[tuple[float, float]]() for _room in rooms]
    with suppress(IndexError):  # a small office has no more tasks to complete
        while len(times[0]) < TIMES and (len(times[0]) < FEWEST or time.monotonic() - began < BUDGET_S):
            for desks, work, seen in zip(turns, works, times, strict=True):
                desk, worked, at = next(desks), work(), time.perf_counter()
                _answered(asked, desk)
                seen.append((time.perf_counter() - at, work() - worked))
    return [Seen(*zip(*seen, strict=True), count) for seen, count in zip(times, counts, strict=True)]


def _answered(asked: Asked, desk: Desk) -> None:
    answer = asked.send(desk)
    assert answer.status_code in {200, 201}, f"{asked.name}: {answer.text}"


def _page(address: Callable[[Desk], str] | str) -> Callable[[Desk], TestResponse]:
    return lambda desk: desk.client.get(address if isinstance(address, str) else address(desk))


def _call(address: Callable[[Desk], str] | str) -> Callable[[Desk], TestResponse]:
    def send(desk: Desk) -> TestResponse:
        path = address if isinstance(address, str) else address(desk)
        return desk.client.get(f"/api/v1{path}", headers=desk.headers)

    return send


def _questions() -> list[Asked]:
    """Everything that the issue names, in its order."""
    lapor, upp, _upt = LANES
    words = {"common word": population.COMMON, "rare word": population.RARE, "absent word": population.ABSENT}
    filters = {"deadline": "overdue", "activity": "telaahan", "lane": upp}
    filtered = {name: quote(value) for name, value in filters.items()}
    return [
        Asked("inbox, mine", "officer", _page("/tugas?tab=mine")),
        Asked("inbox, queue", "officer", _page("/tugas?tab=queue")),
        Asked("inbox, done", "officer", _page("/tugas?tab=done")),
        Asked("inbox, all open", "admin", _page("/tugas?tab=open")),
        *(Asked(f"queue, {n}", "officer", _page(f"/tugas?tab=queue&{n}={v}")) for n, v in filtered.items()),
        Asked(
            "queue, search: number", "officer", _page(lambda desk: f"/tugas?tab=queue&q={next(desk.numbers)}")
        ),
        *(
            Asked(f"queue, search: {n}", "officer", _page(f"/tugas?tab=queue&q={v}"))
            for n, v in words.items()
        ),
        *(Asked(f"done, search: {n}", "officer", _page(f"/tugas?tab=done&q={v}")) for n, v in words.items()),
        Asked("cases of an officer", "officer", _page("/perkara")),
        Asked("cases of an administrator", "admin", _page("/perkara")),
        Asked("cases, state ended", "officer", _page("/perkara?state=ended")),
        Asked("cases, category", "officer", _page("/perkara?category=Jembatan")),
        Asked("cases, search: number", "officer", _page(lambda desk: f"/perkara?q={next(desk.numbers)}")),
        *(Asked(f"cases, search: {n}", "officer", _page(f"/perkara?q={v}")) for n, v in words.items()),
        *(Asked(f"all cases, search: {n}", "admin", _page(f"/perkara?q={v}")) for n, v in words.items()),
        Asked("an open case", "officer", _page(lambda desk: f"/perkara/{next(desk.cases)}")),
        Asked("an ended case", "officer", _page(lambda desk: f"/perkara/{next(desk.ended)}")),
        Asked("a task", "officer", _page(lambda desk: f"/tugas/{next(desk.tasks)}")),
        Asked("the start form", lapor, _page("/laporan/baru")),
        Asked("notices", "officer", _page("/notifikasi")),
        Asked("workload", "admin", _page("/beban")),
        Asked("workload, overdue", "admin", _page("/beban/tugas?tenggat=overdue")),
        Asked("workload, unclaimed", "admin", _page("/beban/tugas?petugas=none")),
        Asked("API: tasks", "officer", _call("/tasks")),
        Asked("API: tasks done", "officer", _call("/tasks?tab=done")),
        Asked(
            "API: tasks of one case", "officer", _call(lambda desk: f"/tasks?instance_id={next(desk.cases)}")
        ),
        Asked("API: tasks, absent word", "officer", _call(f"/tasks?q={population.ABSENT}")),
        Asked("API: instances", "officer", _call("/process-instances")),
        Asked("API: an instance", "officer", _call(lambda desk: f"/process-instances/{next(desk.cases)}")),
        *(Asked(f"asking: {n}", "admin", _page(path), ASKING_GROWTH, ASKING_MS) for n, path in _asking()),
        Asked("API: complete", lapor, _complete, COMMAND_GROWTH),
        Asked("API: start", lapor, _start, COMMAND_GROWTH),
    ]


def _asking() -> Iterator[tuple[str, str]]:
    """Questions over cases and events, the rare and the combined among them: name → address."""
    late = "k1.1=tugas&k1.1.keadaan=late"
    asked = {
        "everything of a process": "k1.1=proses&k1.1.nilai=pengaduan",
        "late": late,
        "late by 60 days in a lane": f"{late}&k1.1.hari=60&k1.1.lajur=UPT",
        "late at a unit, received in a period": f"{late}&k1.1.unit=DPUPR&k1.2=diterima&k1.2.dari=01-01-2024",
        "done by one officer": "k1.1=tugas&k1.1.petugas=dpupr",
        "not at an activity": "k1.1=tugas&k1.1.kegiatan=konfirmasi&k1.1.bukan=1",
        "cancelled": "k1.1=keadaan&k1.1.nilai=cancelled",
        "an outcome that no case has": "k1.1=hasil&k1.1.nilai=:joined",
        "an intervention": "k1.1=peristiwa&k1.1.nilai=campur_tangan",
        "identity opened by somebody": "k1.1=identitas&k1.1.petugas=upp",
        "a variable": "k1.1=variabel&k1.1.nama=kategori&k1.1.cara=memuat&k1.1.nilai=jalan",
        "a variable that no case has": "k1.1=variabel&k1.1.nama=judul&k1.1.cara=sama&k1.1.nilai=zzz",
        "a word": f"k1.1=kata&k1.1.nilai={population.RARE}",
        "two groups, negated": f"{late}&k2=salah&k2.bukan=1&k2.1=kategori&k2.1.nilai=Jembatan&k2.2=keadaan"
        "&k2.2.nilai=ended",
        "two large conditions that no case meets": "k1.1=keadaan&k1.1.nilai=ended&k1.2=tugas&k1.2.keadaan=open",
    }
    yield from ((name, f"/tanya?{query}") for name, query in asked.items())
    of_events = {
        "events of a type": "k1.1=jenis&k1.1.nilai=task_completed",
        "events of a rare type": "k1.1=jenis&k1.1.nilai=instance_cancelled",
        "events in a period": "k1.1=waktu&k1.1.dari=01-01-2024&k1.1.sampai=31-01-2024",
        "events of somebody at night": "k1.1=pelaku&k1.1.petugas=upp&k1.2=jam&k1.2.nilai=malam",
        "events of an activity": "k1.1=kegiatan&k1.1.nilai=konfirmasi",
    }
    yield from ((name, f"/tanya?tentang=peristiwa&{query}") for name, query in of_events.items())
    yield "ledger of identities", "/tanya/identitas"
    yield "ledger, what is odd", "/tanya/identitas?pola=stranger"


def _complete(desk: Desk) -> TestResponse:
    return _post(desk, f"/tasks/{desk.queue.pop()}/complete", {"variables": answers_for(QUEUED, ONE)})


def _start(desk: Desk) -> TestResponse:
    values = {**report_values(ONE), "tracking_id": str(2_000_000_000 + uuid4().int % 10**9)}
    return _post(desk, "/process-instances", {"key": "pengaduan", "variables": values})


def _post(desk: Desk, path: str, body: object) -> TestResponse:
    headers = {**desk.headers, "Idempotency-Key": uuid4().hex}
    return desk.client.post(f"/api/v1{path}", json=body, headers=headers)


def _people(database: Database) -> list[tuple[str, str]]:
    """(lane, name) of those who look: officers of each lane who hold the most, and the administrator with no lane."""
    with database.reading() as session:
        found = [("", "admin")]
        for lane in LANES:
            names = (
                select(User.name)
                .join(UserTask, UserTask.assignee_id == User.id)
                .join(Group, Group.id == UserTask.group_id)
                .where(Group.name == lane, User.name.like("petugas%"), UserTask.state == "open")
                .group_by(User.name)
            )
            ordered = names.order_by(func.count().desc(), User.name).limit(DESKS)
            found += [(lane, name) for name in session.scalars(ordered)]
    return found


def _sit_down(app: Flask, database: Database, name: str, lane: str, place: int) -> Desk:
    client = app.test_client()
    action, hidden = form_in(client.get("/masuk").text, "/masuk")
    answer = client.post(action, data=hidden | {"username": name, "password": "demo"})
    assert answer.status_code == 302, answer.text
    with database.transaction() as session:
        user = users.named(session, name)
        headers = {"Authorization": f"Bearer {api_tokens.issue(session, user, actor=None)}"}
        return Desk(lane or "admin", client, headers, *_before(session, user.id, lane, place))


def _before(session: Session, user_id: int, lane: str, place: int) -> tuple[Any, ...]:
    """Tasks of a lane that nobody holds, other ones for each place; what a user holds; cases that he may see."""
    queue = select(UserTask.id).join(UserTask.group).where(Group.name == lane, UserTask.activity_id == QUEUED)
    free = queue.where(UserTask.state == "open", UserTask.assignee_id.is_(None)).order_by(UserTask.id)
    mine = select(UserTask.id, UserTask.instance_id).where(
        UserTask.assignee_id == user_id, UserTask.state == "open"
    )
    held = session.execute(mine.order_by(UserTask.id).limit(200)).all()
    done = (
        select(ProcessInstance.id, ProcessInstance.business_key)
        .join(UserTask, UserTask.instance_id == ProcessInstance.id)
        .where(
            UserTask.closed_by_id == user_id, UserTask.state == "completed", ProcessInstance.state == "ended"
        )
    )
    ended = session.execute(done.limit(300)).all()
    pages = (
        [row[0] for row in held],
        [row[1] for row in held],
        [row[0] for row in ended],
        [row[1] for row in ended],
    )
    return list(session.scalars(free.limit(DESKS * 100)))[place::DESKS], *map(itertools.cycle, pages)
