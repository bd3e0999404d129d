"""Destroying cases whose time is over: begin, stop, go on, the turns of the worker; and holding a case."""

import logging
from collections.abc import Callable

from sqlalchemy.orm import Session

from app import log_safety
from app.commands.transaction import Answer, Command, run_command, run_without_key
from app.db import Database
from app.errors import NotReady
from app.services.core import rights
from app.services.core.access import Actor
from app.services.retention import destructions
from app.services.search import words

logger = logging.getLogger(__name__)
#: Cases that one turn of the worker takes: so soon it sees that it shall stop.
TURN = 20


def begin(database: Database, key: str, typed: str, reason: str, *, actor: Actor, command: Command) -> Answer:
    """Begin a destruction; answers with its id. Raises: what `destructions.begin` raises, and `run_command`."""
    return _administer(
        database, lambda s: destructions.begin(s, key, typed, reason, actor=actor).id, actor, command
    )


def stop(database: Database, destruction_id: int, *, actor: Actor, command: Command) -> Answer:
    """Stop it. Raises: what `destructions.stop` raises, and `run_command`."""
    return _administer(
        database, lambda s: destructions.stop(s, destruction_id, actor=actor).id, actor, command
    )


def resume(database: Database, destruction_id: int, *, actor: Actor, command: Command) -> Answer:
    """Let it go on. Raises: what `destructions.resume` raises, and `run_command`."""
    return _administer(
        database, lambda s: destructions.resume(s, destruction_id, actor=actor).id, actor, command
    )


def end(database: Database, destruction_id: int, *, actor: Actor, command: Command) -> Answer:
    """End it with what it has done. Raises: what `destructions.end` raises, and `run_command`."""
    return _administer(
        database, lambda s: destructions.end(s, destruction_id, actor=actor).id, actor, command
    )


def _administer(database: Database, do: Callable[[Session], int], actor: Actor, command: Command) -> Answer:
    return run_command(
        database,
        command,
        lambda session: {"destruction": do(session)},
        actor=actor,
        allowed=lambda _session: rights.require_administrator(actor),
    )


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
