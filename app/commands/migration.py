"""Moving cases to another version: begin, stop, go on, take back; and the turns of the worker."""

import logging
from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Session

from app import log_safety
from app.commands.transaction import Answer, Command, run_command, run_relaxed, run_without_key
from app.db import Database
from app.errors import AppError, Conflict, NotReady
from app.i18n import N_, _
from app.services.core import access
from app.services.core.access import Actor
from app.services.migration import batches, moves
from app.services.migration.decisions import Decisions

logger = logging.getLogger(__name__)
#: Cases that one turn of the worker takes: so soon it sees that it shall stop.
TURN = 25
_FAILED = N_(
    "Perkara ini tidak dapat dipindahkan karena gangguan; lihat rujukan {reference} di catatan server."
)


def begin(
    database: Database,
    target_id: int,
    instance_ids: Collection[int],
    decisions: Decisions,
    reason: str,
    *,
    actor: Actor,
    command: Command,
) -> Answer:
    """Begin to move cases; answers with the id of the batch.

    Raises:
        What `batches.begin` raises, and `run_command`.
    """

    def do(session: Session) -> Answer:
        batch = batches.begin(session, target_id, instance_ids, decisions, reason, actor=actor)
        return {"batch": batch.id}

    return run_command(database, command, do, actor=actor, allowed=lambda _s: moves.require_may_move(actor))


def stop(database: Database, batch_id: int, *, actor: Actor, command: Command) -> Answer:
    """Stop a batch. Raises: what `batches.stop` raises, and `run_command`."""

    def do(session: Session) -> Answer:
        return {"batch": batches.stop(session, batch_id, actor=actor).id}

    return run_command(database, command, do, actor=actor, allowed=lambda _s: moves.require_may_move(actor))


def resume(database: Database, batch_id: int, *, actor: Actor, command: Command) -> Answer:
    """Let a stopped batch go on. Raises: what `batches.resume` raises, and `run_command`."""

    def do(session: Session) -> Answer:
        return {"batch": batches.resume(session, batch_id, actor=actor).id}

    return run_command(database, command, do, actor=actor, allowed=lambda _s: moves.require_may_move(actor))


def take_back(
    database: Database,
    batch_id: int,
    reason: str,
    *,
    actor: Actor,
    command: Command,
    instance_id: int | None = None,
) -> Answer:
    """Begin to undo a batch, or one case of it. Raises: what `batches.take_back` raises, and `run_command`."""

    def do(session: Session) -> Answer:
        batch = batches.take_back(session, batch_id, reason, actor=actor, instance_id=instance_id)
        return {"batch": batch.id}

    return run_command(database, command, do, actor=actor, allowed=lambda _s: moves.require_may_move(actor))


def put_elsewhere(
    database: Database,
    instance_id: int,
    token_id: str,
    to: str,
    reason: str,
    *,
    actor: Actor,
    command: Command,
) -> Answer:
    """Let a token of a case go on from another element. Raises: what `moves.put_elsewhere` raises, and
    `run_command`."""

    def do(session: Session) -> Answer:
        case = moves.put_elsewhere(session, instance_id, token_id, to, reason, actor=actor)
        return {"number": case.business_key}

    def allowed(session: Session) -> None:
        moves.require_may_move(actor)
        access.instance(session, actor, instance_id)

    return run_command(database, command, do, actor=actor, allowed=allowed)


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
