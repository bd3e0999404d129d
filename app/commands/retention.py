"""Destroying cases whose time is over: begin, stop, go on, the turns of the worker; and holding a case."""

import logging

from app import log_safety
from app.commands.transaction import by_actor, command_of, run_without_key, with_id
from app.db import Database
from app.errors import NotReady
from app.services.core import rights
from app.services.retention import destructions
from app.services.search import words

logger = logging.getLogger(__name__)
#: Cases that one turn of the worker takes: so soon it sees that it shall stop.
TURN = 20


_ADMINISTRATOR = by_actor(rights.require_administrator)
begin = command_of(destructions.begin, allowed=_ADMINISTRATOR, answer=with_id("destruction"))
stop = command_of(destructions.stop, allowed=_ADMINISTRATOR, answer=with_id("destruction"))
resume = command_of(destructions.resume, allowed=_ADMINISTRATOR, answer=with_id("destruction"))
end = command_of(destructions.end, allowed=_ADMINISTRATOR, answer=with_id("destruction"))


def work(database: Database) -> bool:
    """Destroy some cases of the oldest destruction that runs; whether there was one. The worker's turn.

    Raises:
        NotReady: the database does not answer.
    """
    with database.reading() as session:
        found = destructions.active(session)
    if found is None:
        return False
    destruction_id, state = found
    if state == "merging":
        _merge(database)
        run_without_key(database, lambda session: destructions.go_on(session, destruction_id))
        return True
    for _turn in range(TURN):
        with database.reading() as session:
            instance_id = destructions.next_case(session, destruction_id)
        if instance_id is None:
            run_without_key(database, lambda session: destructions.go_on(session, destruction_id))
            break
        if not _destroy(database, destruction_id, instance_id):
            break
    return True


def _destroy(database: Database, destruction_id: int, instance_id: int) -> bool:
    """Destroy one case; whether the destruction still runs. Whatever is the matter with one, the others go on."""
    try:
        return run_without_key(
            database, lambda session: destructions.work_on(session, destruction_id, instance_id)
        )
    except NotReady:
        raise
    except Exception:
        log_safety.log_fault(logger, "destruction %s, case %s", destruction_id, instance_id)
    run_without_key(database, lambda session: destructions.pass_over(session, destruction_id, instance_id))
    return True


def _merge(database: Database) -> None:
    """What was deleted is only marked in full-text indexes until they are merged: some pages a transaction."""
    more = run_without_key(database, lambda session: words.merge_indexes(session, begin=True))
    while more:
        more = run_without_key(database, lambda session: words.merge_indexes(session, begin=False))
