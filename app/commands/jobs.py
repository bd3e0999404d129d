"""Firing one timer: in a transaction of its own; a failure costs it a try in a second one."""

import logging
from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from app import log_safety, stored_messages
from app.commands.transaction import run_relaxed, run_without_key
from app.db import Broken, Database
from app.errors import Conflict, ExecutionFailed, InvalidDiagram, NotReady, WrongKey
from app.i18n import N_, _
from app.services.core import clock
from app.services.instances import jobs

logger = logging.getLogger(__name__)
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
    except Conflict as error:  # no race: it would never end, and the clock would not rest
        reason = str(error.__cause__).splitlines()[0] if error.__cause__ else error.said
        logger.warning("timer %s: %s", job_id, reason)  # further lines quote values
        fail_job(database, job_id, stored_messages.store_texts(reason), at=at)
    except ExecutionFailed as error:
        told = stored_messages.store_texts(error.said, error.detail)
        fail_job(database, job_id, told, activity_id=error.activity_id, at=at)
    except (WrongKey, InvalidDiagram) as error:  # one case's identity or version: it must not stop the clock
        fail_job(database, job_id, stored_messages.store_texts(error.said), at=at)
    except NotReady:
        raise
    except Exception as error:  # one bad case must not stop the clock for all
        reference = log_safety.log_fault(logger, "timer %s", job_id)
        why = (
            str(error) if isinstance(error, Broken) else type(error).__name__
        )  # no other is known to quote no values
        told = stored_messages.store_texts(_(_FAILED, reference=reference), why)
        fail_job(database, job_id, told, at=at)
    return False


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
