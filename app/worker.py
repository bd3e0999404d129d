"""The clock: fires what is due, one timer and one transaction at a time; delivers notices; keeps house."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from app.config import Config
from app.db import Database
from app.errors import AppError, Conflict, ExecutionFailed, NotReady
from app.services import clock, heartbeat, housekeeping, jobs, mail, outbox, watch

logger = logging.getLogger(__name__)
#: The longest rest: a timer made meanwhile by an officer is at most this late.
REST_S = 0.5
BATCH = 50


def run(database: Database, config: Config, stop: threading.Event, say: Callable[[str], None]) -> None:
    """Work until ``stop`` is set. ``say`` prints what the process owner should see in the terminal."""
    threads = [threading.Thread(target=_mail, args=(database, stop), daemon=True)] if config.smtp_url else []
    if config.watch:
        threads.append(threading.Thread(target=_watch, args=(database, config, stop, say), daemon=True))
    for thread in threads:
        thread.start()
    chores = _Chores(database)
    while not stop.is_set():
        try:
            fired = tick(database)
            chores.do_what_is_due()
        except NotReady as error:
            logger.warning("database: %s", error)
            fired = 0
        if not fired:
            stop.wait(_rest(database))
    for thread in threads:
        thread.join(timeout=5)


def tick(database: Database) -> int:
    """Fire what is due now. Return how many timers were tried."""
    with database.reading() as session:
        due = jobs.due(session, clock.now(session), BATCH)
    for job_id in due:
        attempt(database, job_id)
    return len(due)


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
        attempt(database, due[0], at=at)
        count += 1


def attempt(database: Database, job_id: str, *, at: datetime | None = None) -> bool:
    """Fire one timer in a transaction of its own; a failure costs it a try in a second one.

    ``at`` lets it happen at that moment instead of now. Whatever one case does, the others go on.
    """
    try:
        with database.transaction() as session:
            if at is not None:
                clock.fix(session, at)
            return jobs.fire(session, job_id)
    except Conflict:
        return False  # another worker was faster; what is still due comes again
    except ExecutionFailed as error:
        _fail(database, job_id, f"{error} {error.detail}".strip(), error.activity_id, at)
    except NotReady:
        raise
    except Exception as error:  # one bad case must not stop the clock for all
        logger.exception("timer %s", job_id)
        _fail(database, job_id, f"{type(error).__name__}: {error}", None, at)
    return False


def _fail(
    database: Database, job_id: str, message: str, activity_id: str | None, at: datetime | None
) -> None:
    with database.transaction() as session:
        if at is not None:
            clock.fix(session, at)
        jobs.record_failure(session, job_id, message, activity_id)


def _rest(database: Database) -> float:
    with database.reading() as session:
        due, now = jobs.next_due(session), clock.now(session)
    return REST_S if due is None else min(max((due - now).total_seconds(), 0.0), REST_S)


class _Chores:
    """What the worker does beside timers, each at its own pace (seconds)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._paces = {self._beat: 15.0, self._deliver: 1.0, self._clean: 3600.0}
        self._next = dict.fromkeys(self._paces, 0.0)

    def do_what_is_due(self) -> None:
        """Do each chore whose time has come; one that fails is logged and comes again."""
        for chore, pace in self._paces.items():
            if time.monotonic() >= self._next[chore]:
                self._next[chore] = time.monotonic() + pace
                try:
                    chore()
                except (AppError, OSError) as error:
                    logger.warning("%s: %s", chore.__name__, error)

    def _beat(self) -> None:
        with self._database.transaction() as session:
            heartbeat.beat(session)

    def _deliver(self) -> None:
        with self._database.reading() as session:
            if not outbox.waiting(session):
                return
        with self._database.transaction() as session:
            outbox.deliver(session)

    def _clean(self) -> None:
        with self._database.transaction() as session:
            housekeeping.clean(session)


def _watch(database: Database, config: Config, stop: threading.Event, say: Callable[[str], None]) -> None:
    """Look at the folders once a second; read and deploy only when something changed."""
    seen: dict[Path, tuple[int, int]] | None = None
    while not stop.is_set():
        now = watch.glance(config)
        if now != seen and look(database, config, say):
            seen = now
        stop.wait(1.0)


def _mail(database: Database, stop: threading.Event) -> None:
    """Send letters beside the clock: a mail server that does not answer must delay no deadline."""
    while not stop.wait(5.0):
        try:
            mail.deliver(database)
        except AppError as error:
            logger.warning("mail: %s", error)


def look(database: Database, config: Config, say: Callable[[str], None]) -> bool:
    """Deploy what changed in the watched folders and say what happened. False: it could not be done now."""
    try:
        with database.transaction() as session:
            report = watch.sync(session, watch.read(config))
    except AppError as error:
        say(str(error))
        return False
    for name in report.deployed:
        say(f"Diterapkan: {name}")
    for finding in report.findings:
        place = f"{finding.file or ''}:{finding.line or ''} {finding.element_id or ''}".strip()
        say(
            f"{'Galat' if finding.severity == 'error' else 'Peringatan'} {place} {finding.what} {finding.todo}"
        )
    return True


def at(text: str, now: datetime, zone: tzinfo) -> datetime:
    """A time as the commands take it, in UTC: ISO 8601, without an offset the time of ``zone``; or ``now``.

    Raises:
        ValueError: it is neither.
    """
    moment = now if text == "now" else datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
