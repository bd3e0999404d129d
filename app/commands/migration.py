"""Moving cases to another version: begin, stop, go on, take back; and the turns of the worker."""

import logging
from typing import Any

from sqlalchemy.orm import Session

from app import log_safety
from app.commands.transaction import by_actor, command_of, run_relaxed, run_without_key, with_id
from app.db import Database
from app.errors import AppError, Conflict, NotReady
from app.i18n import N_, _
from app.services.core import access
from app.services.core.access import Actor
from app.services.migration import batches, moves

logger = logging.getLogger(__name__)
#: Cases that one turn of the worker takes: so soon it sees that it shall stop.
TURN = 25
_FAILED = N_(
    "Perkara ini tidak dapat dipindahkan karena gangguan; lihat rujukan {reference} di catatan server."
)


def _may_put_elsewhere(session: Session, instance_id: int, *_where: object, actor: Actor) -> None:
    moves.require_may_move(actor)
    access.instance(session, actor, instance_id)


_MAY_MOVE = by_actor(moves.require_may_move)
begin = command_of(batches.begin, allowed=_MAY_MOVE, answer=with_id("batch"))
stop = command_of(batches.stop, allowed=_MAY_MOVE, answer=with_id("batch"))
resume = command_of(batches.resume, allowed=_MAY_MOVE, answer=with_id("batch"))
take_back = command_of(batches.take_back, allowed=_MAY_MOVE, answer=with_id("batch"))
put_elsewhere = command_of(
    moves.put_elsewhere, allowed=_may_put_elsewhere, answer=lambda case: {"number": case.business_key}
)


def work(database: Database) -> bool:
    """Work on some cases of the oldest batch that runs; whether there was one. The worker's turn.

    Raises:
        NotReady: the database does not answer.
    """
    with database.reading() as session:
        batch_id = batches.running(session)
        waiting = batches.next_cases(session, batch_id, TURN) if batch_id is not None else []
    if batch_id is None:
        return False
    plans: dict[int, Any] = {}  # the same for all cases of a version
    for instance_id in waiting:
        if not _work_on(database, batch_id, instance_id, plans):
            return True
    if len(waiting) < TURN:
        run_without_key(database, lambda session: batches.finish(session, batch_id))
    return True


def _work_on(database: Database, batch_id: int, instance_id: int, plans: dict[int, Any]) -> bool:
    """Work on one case; whether the batch still runs. Whatever is the matter with one, the others go on."""

    def do(session: Session) -> bool:
        return batches.work_on(session, batch_id, instance_id, plans)

    try:
        try:
            return run_relaxed(database, do)  # its row says that it waits, until it does not
        except Conflict:  # an officer was faster: the second look sees what he did
            return run_relaxed(database, do)
    except NotReady:
        raise
    except AppError as error:
        text = error.said
    except Exception:
        reference = log_safety.log_fault(logger, "migration %s of case %s", batch_id, instance_id)
        text = _(_FAILED, reference=reference)
    run_without_key(database, lambda session: batches.refuse(session, batch_id, instance_id, text))
    return True
