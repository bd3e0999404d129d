"""Tasks that go to others together: begin, take back; the turns of the worker; and who is away."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from app import log_safety
from app.commands.transaction import Answer, Command, run_command, run_without_key
from app.db import Database
from app.errors import AppError, NotReady
from app.i18n import N_, _
from app.models import TaskTransfer
from app.services.core import rights
from app.services.core.access import Actor
from app.services.people import absences, users
from app.services.workload import transfers

logger = logging.getLogger(__name__)
#: Tasks that one turn takes.
TURN = 25
#: So long, in seconds, whoever begins a transfer waits for it; the worker does the rest.
AT_ONCE_S = 2.0
_FAILED = N_("Tugas ini tidak dapat dialihkan karena gangguan; lihat rujukan {reference} di catatan server.")


def spread(
    database: Database, wanted: Mapping[str, int], reason: str, *, actor: Actor, command: Command
) -> Answer:
    """Give tasks to users, by their ids. Raises: what `transfers.spread` raises, and `run_command`."""
    return _begin(database, lambda s: transfers.spread(s, wanted, reason, actor=actor), actor, command)


def hand_over(
    database: Database, user_id: int, to_id: int, reason: str, *, actor: Actor, command: Command
) -> Answer:
    """Hand all that a user holds to another. Raises: what `transfers.hand_over` raises, and `run_command`."""

    def begin(session: Session) -> TaskTransfer:
        user, to = users.get(session, user_id), users.get(session, to_id)
        return transfers.hand_over(session, user, to, reason, actor=actor)

    return _begin(database, begin, actor, command)


def succeed(
    database: Database, code: str, successor: str, reason: str, *, actor: Actor, command: Command
) -> Answer:
    """Hand all tasks of a unit to another. Raises: what `transfers.succeed` raises, and `run_command`."""
    return _begin(
        database, lambda s: transfers.succeed(s, code, successor, reason, actor=actor), actor, command
    )


def take_back(
    database: Database, transfer_id: int, *, actor: Actor, command: Command, task_id: str = ""
) -> Answer:
    """Undo a transfer, or one task of it. Raises: what `transfers.take_back` raises, and `run_command`."""
    return _begin(
        database, lambda s: transfers.take_back(s, transfer_id, actor=actor, task_id=task_id), actor, command
    )


def _begin(
    database: Database, begin: Callable[[Session], TaskTransfer], actor: Actor, command: Command
) -> Answer:
    """Begin, and do what is done soon at once: whoever moves some tasks sees what became of them."""

    def do(session: Session) -> Answer:
        return {"transfer": begin(session).id}

    answer = run_command(
        database, command, do, actor=actor, allowed=lambda _session: rights.require_not_auditor(actor)
    )
    until = time.monotonic() + AT_ONCE_S
    while time.monotonic() < until and _work_on(database, answer["transfer"]):
        pass
    return answer


def add_absence(
    database: Database,
    user_id: int,
    substitute_id: int | None,
    days: tuple[date | None, date | None],
    *,
    actor: Actor,
    command: Command,
) -> Answer:
    """Enter that a user is away. Raises: what `absences.add` raises, and `run_command`."""

    def do(session: Session) -> Answer:
        user = users.get(session, user_id)
        return {"absence": absences.add(session, user, substitute_id, *days, actor=actor).id}

    return run_command(
        database, command, do, actor=actor, allowed=lambda _session: rights.require_not_auditor(actor)
    )


def end_absence(database: Database, absence_id: int, *, actor: Actor, command: Command) -> Answer:
    """End an absence. Raises: what `absences.end` raises, and `run_command`."""

    def do(session: Session) -> Answer:
        return {"absence": absences.end(session, absence_id, actor=actor).id}

    return run_command(
        database, command, do, actor=actor, allowed=lambda _session: rights.require_not_auditor(actor)
    )


def work(database: Database) -> bool:
    """Move some tasks of the oldest transfer that runs; whether there was one. The worker's turn.

    Raises:
        NotReady: the database does not answer.
    """
    with database.reading() as session:
        transfer_id = transfers.running(session)
    if transfer_id is None:
        return False
    _work_on(database, transfer_id)
    return True


def _work_on(database: Database, transfer_id: int) -> bool:
    """Move some tasks; whether more are left."""
    with database.reading() as session:
        waiting = transfers.next_tasks(session, transfer_id, TURN)
    for task_id in waiting:
        if not _move(database, transfer_id, task_id):
            return False
    if len(waiting) < TURN:
        run_without_key(database, lambda session: transfers.finish(session, transfer_id))
    return len(waiting) == TURN


def _move(database: Database, transfer_id: int, task_id: str) -> bool:
    """Move one task; whether the transfer still runs. Whatever is the matter with one, the others go on."""
    try:
        return run_without_key(database, lambda session: transfers.work_on(session, transfer_id, task_id))
    except NotReady:
        raise
    except AppError as error:
        told = error
    except Exception:
        reference = log_safety.log_fault(logger, "transfer %s of task %s", transfer_id, task_id)
        told = AppError(_(_FAILED, reference=reference))
    run_without_key(database, lambda session: transfers.refuse(session, transfer_id, task_id, told))
    return True
