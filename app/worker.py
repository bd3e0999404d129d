"""The clock: fires what is due, one timer and one transaction at a time; delivers notices; keeps house."""

import logging
import math
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from sqlalchemy.orm import Session

from app import log_safety
from app.commands import (
    backups,
    channels,
    evidence,
    imports,
    migration,
    numbers,
    publications,
    recounts,
    retention,
    roster,
    search,
    surveys,
    workload,
)
from app.commands.deployments import sync_folders
from app.commands.digests import deliver_digests
from app.commands.jobs import fire_job
from app.commands.mail import deliver_mail
from app.commands.security_log import forget_old
from app.commands.transaction import run_without_key
from app.config import Config
from app.db import Database
from app.errors import AppError, NotReady
from app.services.core import clock
from app.services.deployment import folder_watch
from app.services.instances import jobs
from app.services.maintenance import heartbeat, housekeeping
from app.services.notifications import outbox
from app.services.tasks import kept_completions

logger = logging.getLogger(__name__)
#: The longest rest: a timer made meanwhile by an officer is at most this late.
REST_S = 0.5
AFTER_FAILURE_S = 2.0
#: So long whoever began something that the worker does waits for it at most, while nothing else is done.
SOON_S = 2.0
#: So often the mailbox is looked at.
MAIL_S = 30.0
#: So often it is asked whether another quarter may be published.
STATISTICS_S = 60.0
BATCH = 50
#: While more timers are due than one look takes, everything else waits so long: a deadline comes before its notices.
PATIENCE_S = 5.0
#: So long before a timer is due the worker reads the version that it needs: else the first of many would wait for
#: it, and all behind. Not earlier: what is read stays in memory, and a worker may rest for days.
AHEAD_S = 30.0


def run(database: Database, config: Config, stop: threading.Event, say: Callable[[str], None]) -> None:
    """Work until ``stop`` is set. ``say`` prints what the process owner should see in the terminal."""
    name = secrets.token_hex(8)
    beside: dict[str, Callable[[], float]] = {
        "checkpoints": lambda: _checkpoint(database),
        "imports": lambda: _import_cases(database),
        "migration": lambda: _move_cases(database),
        "retention": lambda: _destroy_cases(database),
        "publications": lambda: _publish(database),
        "recounts": lambda: _count_deadlines_anew(database),
        "roster": lambda: _carry_out_files(database),
        "transfers": lambda: _move_tasks(database),
        "surveys": lambda: _judge_cases(database, name),
        "verification": lambda: _verify(database),
        "webhooks": _Webhooks(database).turn,
        "words": _Words(database).turn,
        "numbers": _Numbers(database).turn,
    }
    if config.backup_dir is not None:
        beside["backups"] = lambda: _back_up(database, config)
    if config.smtp_url:
        beside["mail"] = lambda: _send(database)
        beside["digests"] = lambda: _send_digests(database)
    if config.sms is not None:
        beside["sms"] = _Sms(database).turn
    if config.imap_url:
        beside["incoming mail"] = lambda: _take_mail(database)
    if config.watch:
        beside["folders"] = _Folders(database, config, say).look
    threads = [
        threading.Thread(target=_repeat, args=(what, turn, stop), daemon=True)
        for what, turn in beside.items()
    ]
    for thread in threads:
        thread.start()
    chores = _Chores(database)
    _repeat("clock", lambda: _turn(database, chores), stop)
    for thread in threads:
        thread.join(timeout=5)


def _repeat(name: str, turn: Callable[[], float], stop: threading.Event) -> None:
    """Take one ``turn`` after another until ``stop`` is set; each says for how many seconds to rest.

    Whatever happens in one, the next comes: the database may go away and come back, a file may be odd.
    """
    while not stop.is_set():
        try:
            rest_s = turn()
        except AppError as error:
            logger.warning("%s: %s", name, error)
            rest_s = AFTER_FAILURE_S
        except Exception:
            log_safety.log_fault(logger, "%s", name)
            rest_s = AFTER_FAILURE_S
        stop.wait(rest_s)


def _turn(database: Database, chores: "_Chores") -> float:
    began = time.monotonic()
    rest_s = _rest(database)
    if rest_s > 0.0:  # the usual case costs one look, not a second one at what is due
        chores.do_what_is_due()
        return max(rest_s - (time.monotonic() - began), 0.0)
    try:
        fired = tick(database)
    except NotReady:
        raise
    except Exception:  # one timer's: whatever is the matter with it, the rest is due all the same
        chores.do_what_is_due()
        raise
    chores.do_what_is_due(patience_s=PATIENCE_S if fired == BATCH else 0.0)
    return 0.0


def tick(database: Database) -> int:
    """Fire what is due now. Return how many timers were tried.

    Raises:
        NotReady: the database does not answer. And what one timer raised, after all others were tried.
    """
    with database.reading() as session:
        due = jobs.due(session, clock.now(session), BATCH)
    failed: Exception | None = None
    for job_id in due:
        try:
            fire_job(database, job_id)
        except NotReady:
            raise
        except Exception as error:  # it must not hold up those behind it
            log_safety.log_fault(logger, "timer %s", job_id)
            failed = error
    if failed is not None:
        raise failed
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


class _Chores:
    """What the worker does beside timers, each at its own pace (seconds)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._paces = {self._beat: 15.0, self._deliver: 1.0, self._clean: 3600.0}
        self._next = dict.fromkeys(self._paces, 0.0)

    def do_what_is_due(self, *, patience_s: float = 0.0) -> None:
        """Do each chore whose time came ``patience_s`` ago; one that fails is logged and comes again."""
        for chore, pace in self._paces.items():
            if time.monotonic() >= self._next[chore] + patience_s:
                self._next[chore] = time.monotonic() + pace
                try:
                    chore()
                except (AppError, OSError) as error:
                    logger.warning("%s: %s", chore.__name__, error)

    def _beat(self) -> None:
        run_without_key(self._database, _beat_and_forget)

    def _deliver(self) -> None:
        with self._database.reading() as session:
            if not outbox.waiting(session):
                return
        run_without_key(self._database, outbox.deliver)

    def _clean(self) -> None:
        run_without_key(self._database, housekeeping.delete_expired)
        run_without_key(self._database, channels.forget_old)
        forget_old(self._database)


def _beat_and_forget(session: Session) -> None:
    """What could be taken back for seconds is forgotten soon after, in a transaction that there is anyway."""
    heartbeat.beat(session)
    kept_completions.forget_old(session)


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


class _Words:
    """Indexes the words of cases: soon after something happened in one, and once those that an older release left."""

    def __init__(self, database: Database) -> None:
        self._turns = search.Turns(database)

    def turn(self) -> float:
        """Index some; return how long to rest."""
        return 0.02 if self._turns.take() else REST_S


class _Webhooks:
    """Tells other systems beside the clock: one that does not answer must delay no deadline."""

    def __init__(self, database: Database) -> None:
        self._turns = channels.WebhookTurns(database)

    def turn(self) -> float:
        """Tell some; return how long to rest."""
        return 0.0 if self._turns.take() else SOON_S


class _Sms:
    """Tells reporters by SMS beside the clock."""

    def __init__(self, database: Database) -> None:
        self._turns = channels.SmsTurns(database)

    def turn(self) -> float:
        """Tell some; return how long to rest."""
        return 0.0 if self._turns.take() else SOON_S


class _Numbers:
    """Folds what commands changed in the numbers. First it counts the cases of before, once: all later ones count
    themselves. Then it publishes statistics, which count all cases."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted: int | None = 0
        self._publish_at = 0.0

    def turn(self) -> float:
        """Do some; return how long to rest."""
        if self._counted is not None:
            self._counted = numbers.count_missing(self._database, self._counted)
        busy = numbers.fold(self._database) or self._counted is not None
        if not busy and time.monotonic() >= self._publish_at:
            busy = numbers.publish(self._database)
            self._publish_at = 0.0 if busy else time.monotonic() + STATISTICS_S
        return 0.0 if busy else SOON_S


def _send(database: Database) -> float:
    """Send letters beside the clock: a mail server that does not answer must delay no deadline."""
    deliver_mail(database)
    return 5.0


def _take_mail(database: Database) -> float:
    """Read the mailbox beside the clock: it may not answer."""
    return 0.0 if channels.take_mail(database) else MAIL_S


def _send_digests(database: Database) -> float:
    """Send the digests of the morning, beside other letters, too: there may be thousands."""
    try:
        deliver_digests(database)
    except NotReady as error:
        logger.warning("digests: %s", error)
        return 60.0
    return 30.0


def _move_cases(database: Database) -> float:
    """Move cases beside the clock: thousands of them must delay no deadline."""
    return 0.0 if migration.work(database) else SOON_S


def _import_cases(database: Database) -> float:
    """Import cases beside the clock, too."""
    return 0.0 if imports.work(database) else SOON_S


def _count_deadlines_anew(database: Database) -> float:
    """Count running deadlines anew beside the clock: each is a case to read and store."""
    return 0.0 if recounts.work(database) else SOON_S


def _back_up(database: Database, config: Config) -> float:
    """Back up when it is time, beside the clock: it reads all there is."""
    backups.work(database, config)
    return 60.0


def _carry_out_files(database: Database) -> float:
    """Add and change users and units by file beside the clock: their passwords take long to hash."""
    return 0.0 if roster.work(database) else SOON_S


def _checkpoint(database: Database) -> float:
    """Sign how far the record is, and send it out of the house, beside the clock: it reads all heads."""
    evidence.make_due_checkpoint(database)
    evidence.send_checkpoints(database)
    return 20.0


def _verify(database: Database) -> float:
    """Check the record where somebody asked for it, beside the clock: it reads all there is."""
    return 0.0 if evidence.verify(database) else SOON_S


def _move_tasks(database: Database) -> float:
    """Hand tasks over beside the clock: somebody may have held hundreds."""
    return 0.0 if workload.work(database) else SOON_S


def _destroy_cases(database: Database) -> float:
    """Destroy cases beside the clock: what waits for a deadline comes first."""
    return 0.0 if retention.work(database) else SOON_S


def _publish(database: Database) -> float:
    """Put in force what was planned, beside the clock: reading and checking it must delay no deadline."""
    publications.put_due_in_force(database)
    return 5.0


def _judge_cases(database: Database, worker: str) -> float:
    """Judge what a change would do to cases, beside the clock, too."""
    return 0.0 if surveys.work(database, worker) else SOON_S


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
        say(finding.told)


def parse_time(text: str, now: datetime, zone: tzinfo) -> datetime:
    """A time as the commands take it, in UTC: ISO 8601, without an offset the time of ``zone``; or ``now``.

    Raises:
        ValueError: it is neither.
    """
    moment = now if text == "now" else datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
