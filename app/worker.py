"""A worker: it fires what is due, one timer and one transaction at a time, beside all other work."""

import logging
import math
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from app.base import log_safety
from app.base.config import Config
from app.base.db import Database
from app.base.errors import AppError, NotReady
from app.commands.deployment.deployments import sync_folders
from app.commands.instances.jobs import fire_due, fire_job
from app.commands.kinds_of_work import kinds_of
from app.commands.transaction import run_relaxed, run_without_key
from app.services.core import clock
from app.services.deployment import folder_watch
from app.services.instances import jobs
from app.services.maintenance import heartbeat
from app.work import Lane
from app.work.runner import AFTER_FAILURE_S, REST_S, Runner, guarded

logger = logging.getLogger(__name__)
#: So often a host says that its worker lives.
BEAT_S = 15.0
#: As many timers as one look takes.
BATCH = 50
#: Of so many cases the timers are fired by one transaction.
AT_ONCE = 25
#: So long it rests while others change the cases of all that is due.
HELD_S = 0.05
#: So long before a timer is due the worker reads the version that it needs: else the first of many would wait for
#: it, and all behind. Not earlier: what is read stays in memory, and a worker may rest for days.
AHEAD_S = 30.0


#: The lanes that a worker may have for itself, as its command names them; the first one is that of timers.
LANES: dict[str, Lane | None] = {
    "tenggat": None,
    "segera": Lane.SOON,
    "daftar": Lane.LISTS,
    "kirim": Lane.POST,
    "lama": Lane.LONG,
}


def run(
    database: Database,
    config: Config,
    stop: threading.Event,
    say: Callable[[str], None],
    lanes: Collection[str] = (),
) -> None:
    """Work until ``stop`` is set. ``say`` prints what the process owner should see in the terminal. ``lanes``: which
    of `LANES`; all where there is none."""
    own = {LANES[name] for name in lanes or LANES}
    runner = Runner(database, run_relaxed, [one for one in kinds_of(config, database) if one.lane in own])
    beside: dict[str, Callable[[], float]] = {
        "heartbeat": lambda: _beat(database),
    }
    if None in own:
        beside["clock"] = lambda: _turn(database, runner.quiet)
    if config.watch:
        beside["folders"] = _Folders(database, config, say).look
    threads = [
        threading.Thread(target=_repeat, args=(what, turn, stop), daemon=True)
        for what, turn in beside.items()
    ]
    for thread in threads:
        thread.start()
    runner.run(stop)
    for thread in threads:
        thread.join(timeout=5)


def _repeat(name: str, turn: Callable[[], float], stop: threading.Event) -> None:
    """Take one ``turn`` after another until ``stop`` is set; each says for how many seconds to rest."""
    while not stop.is_set():
        stop.wait(guarded(name, turn))


def _turn(database: Database, quiet: threading.Event) -> float:
    """Fire what is due; how long to rest. ``quiet`` is set while no more is due than one look takes."""
    rest_s = _rest(database)
    if rest_s > 0.0:  # the usual case costs one look, not a second one at what is due
        quiet.set()
        return rest_s
    fired = tick(database)
    if fired < BATCH:
        quiet.set()
    else:
        quiet.clear()
    return 0.0 if fired else HELD_S


def tick(database: Database) -> int:
    """Fire what is due now. Return how many timers were tried.

    Raises:
        NotReady: the database does not answer. And what one timer raised, after all others were tried.
    """
    with database.reading() as session:
        others = jobs.due_without_case(session, clock.now(session), BATCH // 2)
    count, failed, passed = 0, None, set[str]()
    while count < BATCH:
        try:
            if others:
                job_id, tried = others.pop(0), 1
                fire_job(database, job_id)
            elif not (tried := fire_due(database, AT_ONCE, passed)):
                break
        except NotReady:
            raise
        except Exception as error:  # it must not hold up those behind it
            log_safety.log_fault(logger, "timers")
            failed, tried = error, 1
        count += tried
    if failed is not None:
        raise failed
    return count


def fire_until(database: Database, until: datetime) -> int:
    """Fire every timer due at or before ``until`` in order of due time, each at its own due time.

    Timers that firing creates are among them. Return how many were tried.
    """
    count = 0
    while True:
        with database.reading() as session:
            due = jobs.due(session, until)
            at = jobs.next_due(session)
        if not due or at is None:
            return count
        fire_job(database, due[0], at=at)
        count += 1


def _rest(database: Database) -> float:
    began = time.monotonic()
    with database.reading() as session:
        due, now = jobs.next_due(session), clock.now(session)
        if due is None:
            return REST_S
        left_s = (due - now).total_seconds()
        if left_s <= AHEAD_S:
            with suppress(AppError):  # firing it will tell why it cannot be read
                jobs.prepare(session)
    return min(max(left_s - (time.monotonic() - began), 0.0), REST_S)


def _beat(database: Database) -> float:
    run_without_key(database, heartbeat.beat)
    return BEAT_S


class _Folders:
    """Looks at the watched folders; reads and deploys only when something changed."""

    def __init__(self, database: Database, config: Config, say: Callable[[str], None]) -> None:
        self._database, self._config, self._say = database, config, say
        self._seen: dict[Path, tuple[int, int]] | None = None
        self._again_at = 0.0

    def look(self) -> float:
        """Look once; return how long to rest. What failed is tried again at the next change, or after a while."""
        found = folder_watch.glance(self._config)
        if found != self._seen or time.monotonic() >= self._again_at:
            self._seen, self._again_at = found, time.monotonic() + 60.0
            done = look(self._database, self._config, self._say)
            self._again_at = math.inf if done else time.monotonic() + AFTER_FAILURE_S
        return 1.0


def look(database: Database, config: Config, say: Callable[[str], None]) -> bool:
    """Deploy what changed in the watched folders and say what happened. False: it could not be done now."""
    try:
        report = sync_folders(database, folder_watch.read_folders(config))
    except AppError as error:
        say(str(error))
        return False
    _tell(report, say)
    return True


def _tell(report: folder_watch.Report, say: Callable[[str], None]) -> None:
    for version in report.deployed:
        say(f"Diterapkan: {version}")
    for draft_id, name in report.drafts:
        say(f"Menunggu dalam draf {draft_id} di Studio: {name}")
    for name in report.well:
        say(f"Sudah benar lagi: {name}")
    for name, version in report.gone:
        say(f"{name} tidak ada lagi di folder; {version} tetap berlaku dengan isi berkas itu.")
    for finding in report.findings:
        say(finding.text)


def parse_time(text: str, now: datetime, zone: tzinfo) -> datetime:
    """A time as the commands take it, in UTC: ISO 8601, without an offset the time of ``zone``; or ``now``.

    Raises:
        ValueError: it is neither.
    """
    moment = now if text == "now" else datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
