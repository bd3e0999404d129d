"""Counting running deadlines anew by the days off of now: beginning it, and the turns of the worker."""

import logging

from sqlalchemy.orm import Session

from app import log_safety
from app.commands.transaction import by_actor, command_of, run_relaxed, run_without_key, with_id
from app.db import Database
from app.errors import AppError, Conflict, NotReady
from app.services.core import rights
from app.services.migration import recounts

logger = logging.getLogger(__name__)
#: Cases that one turn of the worker looks at; few of them change.
TURN = 200


begin = command_of(
    recounts.begin,
    allowed=by_actor(rights.require_administrator),
    answer=with_id("recount"),
)


def work(database: Database) -> bool:
    """Count some cases anew; whether there was something to do. The worker's turn.

    Raises:
        NotReady: the database does not answer.
    """
    with database.reading() as session:
        asked = recounts.running(session)
        if asked is None:
            return False
        recount_id = asked.id
        ids, moved = recounts.next_cases(session, asked, TURN)
    failed = []
    for instance_id in moved:
        outcome = _count_anew(database, recount_id, instance_id)
        if outcome is None:
            return True
        failed += [] if outcome else [instance_id]
    run_without_key(database, lambda session: recounts.note(session, recount_id, ids, failed))
    return True


def _count_anew(database: Database, recount_id: int, instance_id: int) -> bool | None:
    """Count one case anew; whether it could be done, None where the whole stopped."""

    def do(session: Session) -> bool:
        return recounts.count_anew(session, recount_id, instance_id)

    try:
        try:
            return run_relaxed(database, do) or None  # its timers say whether it is done
        except Conflict:  # an officer was faster: the second look sees what he did
            return run_relaxed(database, do) or None
    except NotReady:
        raise
    except AppError as error:
        logger.warning("recount of case %s: %s", instance_id, error)
    except Exception:
        log_safety.log_fault(logger, "recount of case %s", instance_id)
    return False
