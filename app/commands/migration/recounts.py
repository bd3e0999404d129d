"""Counting running deadlines anew by the days off of now: beginning it, and the turns of the worker."""

import time
from functools import partial

from app.base.db import Database
from app.base.errors import AppError
from app.commands.batches import TURN_S, attempt
from app.commands.transaction import by_actor, command_of, run_relaxed, run_without_key, with_id
from app.services.core import rights
from app.services.migration import recounts

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
        recount_id = recounts.RECOUNTS.running(session)
        if recount_id is None:
            return False
        ids, moved = recounts.next_cases(session, recount_id, TURN)
    failed, until = [], time.monotonic() + TURN_S
    for instance_id in moved:
        do = partial(recounts.count_anew, recount_id=recount_id, instance_id=instance_id)
        outcome = attempt(database, run_relaxed, do, f"recount of case {instance_id}", "")
        if isinstance(outcome, AppError):
            failed.append(instance_id)
        elif not outcome:  # the whole stopped
            return True
        if time.monotonic() > until:
            ids = [id_ for id_ in ids if id_ <= instance_id]
            break
    run_without_key(database, lambda session: recounts.note(session, recount_id, ids, failed))
    return True
