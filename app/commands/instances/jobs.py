"""Firing one timer: in a transaction of its own; a failure costs it a try in a second one."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from app.base import log_safety, stored_messages
from app.base.db import Broken, Database
from app.base.errors import Conflict, ExecutionFailed, InvalidDiagram, NotReady, WrongKey
from app.base.i18n import N_, _
from app.base.preparation import NotPrepared
from app.base.turnstile import PATIENCE_S
from app.commands.transaction import run_relaxed, run_without_key
from app.services.core import clock
from app.services.instances import jobs

logger = logging.getLogger(__name__)
#: So long a transaction of several timers may go on to store more of them: others wait for it.
TURN_S = 0.02
_FAILED = N_("Gangguan yang tidak terduga; lihat rujukan {reference} di catatan server.")


def fire_job(database: Database, job_id: str, *, at: datetime | None = None) -> bool:
    """Fire one timer; return whether it fired. The job's id is its key: a timer that fired is gone.

    ``at`` lets it happen at that moment instead of now. Whatever one case does, the others go on.

    Raises:
        NotReady: the database does not answer, which is no failure of the timer.
    """
    try:
        with suppress(Conflict):  # another worker was faster: the second look finds nothing left to do
            return _fire(database, job_id, at)
        return _fire(database, job_id, at)
    except Exception as error:
        _fail(database, job_id, error, at)
        return False


def fire_due(database: Database, most: int, passed: set[str]) -> int:
    """Fire the first due timers of at most so many cases that nobody else is changing, all by one transaction; each
    that fails, or that another changed meanwhile, by itself. Return how many were tried.

    ``passed``: ids of those that are passed over. One of which not even the failure can be noted is added.

    Raises:
        NotReady: as there. And what it could not note.
    """
    planned: list[jobs.Planned] = []

    def plan(session: Session) -> None:
        ids, now = jobs.take(session, clock.now(session), most, passed), clock.now(session)
        try:
            with database.planning() as reading:
                planned[:] = [jobs.plan(reading, ids)]
        except (NotReady, NotPrepared):
            raise
        except Exception:  # whichever of them it is: by itself it fails again, and that is counted
            log_safety.log_fault(logger, "planning timers, which are fired each by itself")
            planned[:] = [jobs.Planned(now, (), ids)]

    def store(session: Session) -> Sequence[jobs.Firing]:
        if not database.is_sqlite:  # the cases stay locked: so workers beside each other share what is due
            plan(session)
            return jobs.store(session, planned[0].firings, PATIENCE_S)
        return jobs.store(session, left, TURN_S)

    if database.is_sqlite:  # it has one writer: what can be done before it is done before
        with database.reading() as session:
            plan(session)
    left: Sequence[jobs.Firing] = planned[0].firings if planned else ()
    try:
        while left or not planned:
            left = run_relaxed(database, store)
    except NotReady:
        raise
    except Exception:
        if not planned:
            raise
        logger.warning("timers of several cases are fired each by itself", exc_info=True)
        left = left or planned[0].firings
    for job_id in (*(one.job_id for one in left), *planned[0].apart):
        try:
            fire_job(database, job_id)
        except NotReady:
            raise
        except Exception:
            passed.add(job_id)
            raise
    return len(planned[0].firings) + len(planned[0].apart)


def _fail(database: Database, job_id: str, error: Exception, at: datetime | None) -> None:
    """Count what a timer failed at, in words that quote no values.

    Raises:
        NotReady: the database does not answer.
    """
    activity_id = None
    if isinstance(error, Conflict):  # no race: it would never end, and the clock would not rest
        reason = str(error.__cause__).splitlines()[0] if error.__cause__ else error.said
        logger.warning("timer %s: %s", job_id, reason)  # further lines quote values
        told = stored_messages.store_texts(reason)
    elif isinstance(error, ExecutionFailed):
        told, activity_id = stored_messages.store_texts(error.said, error.detail), error.activity_id
    elif isinstance(
        error, WrongKey | InvalidDiagram
    ):  # one case's identity or version: it must not stop the clock
        told = stored_messages.store_texts(error.said)
    elif isinstance(error, NotReady):
        raise error
    else:  # one bad case must not stop the clock for all
        reference = log_safety.log_fault(logger, "timer %s", job_id)
        # No other is known to quote no values.
        why = str(error) if isinstance(error, Broken) else type(error).__name__
        told = stored_messages.store_texts(_(_FAILED, reference=reference), why)
    fail_job(database, job_id, told, activity_id=activity_id, at=at)


def fail_job(
    database: Database,
    job_id: str,
    message: str,
    *,
    activity_id: str | None = None,
    at: datetime | None = None,
) -> None:
    """Count a failure of the timer: it is tried again later; out of tries it stops and an incident opens.

    Where even that fails, the timer is set aside in a third transaction: it would be the first to run for ever.

    Raises:
        NotReady: the database does not answer.
    """

    def record(session: Session) -> None:
        if at is not None:
            clock.fix(session, at)
        jobs.record_failure(session, job_id, stored_messages.store_texts(message), activity_id)

    try:
        run_without_key(database, record)
    except Conflict:  # its case is being changed: it comes again
        return
    except Exception as error:
        if isinstance(error, NotReady) and not isinstance(error, WrongKey):
            raise
        log_safety.log_fault(logger, "timer %s: its failure cannot be recorded", job_id)
        told = stored_messages.store_texts(message)
        with suppress(Conflict):
            run_without_key(database, lambda session: jobs.set_aside(session, job_id, told))


def _fire(database: Database, job_id: str, at: datetime | None) -> bool:
    def fire(session: Session) -> bool:
        if at is not None:
            clock.fix(session, at)
        return jobs.fire(session, job_id)

    return run_relaxed(database, fire)
