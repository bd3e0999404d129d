"""Tasks that go to others together: begin, take back; the turns of the worker; and who is away."""

import time
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.i18n import N_
from app.commands.batches import Batch
from app.commands.transaction import Answer, Command, by_actor, command_of, with_id
from app.models import Absence, TaskTransfer
from app.services.core import rights
from app.services.core.access import Actor
from app.services.people import absences, users
from app.services.workload import transfers

_Given = ParamSpec("_Given")
#: Tasks that one turn takes.
TURN = 25
#: So long, in seconds, whoever begins a transfer waits for it; the worker does the rest.
AT_ONCE_S = 2.0
_FAILED = N_("Tugas ini tidak dapat dialihkan karena gangguan; lihat rujukan {reference} di catatan server.")


def _hand_over(session: Session, user_id: int, to_id: int, reason: str, *, actor: Actor) -> TaskTransfer:
    """Hand all that a user holds to another. Raises: what `transfers.hand_over` raises; NotFound."""
    user, to = users.get(session, user_id), users.get(session, to_id)
    return transfers.hand_over(session, user, to, reason, actor=actor)


def _at_once(
    begin: Callable[Concatenate[Database, Command, _Given], Answer],
) -> Callable[Concatenate[Database, Command, _Given], Answer]:
    """The same command, which then does what is done soon: whoever moves some tasks sees what became of them."""

    @wraps(begin)
    def run(database: Database, command: Command, /, *given: _Given.args, **named: _Given.kwargs) -> Answer:
        answer = begin(database, command, *given, **named)
        until = time.monotonic() + AT_ONCE_S
        while time.monotonic() < until and _TASKS.work_on(database, answer["transfer"]):
            pass
        return answer

    return run


_NO_AUDITOR, _ID = by_actor(rights.require_not_auditor), with_id("transfer")
spread = _at_once(command_of(transfers.spread, allowed=_NO_AUDITOR, answer=_ID))
hand_over = _at_once(command_of(_hand_over, allowed=_NO_AUDITOR, answer=_ID))
succeed = _at_once(command_of(transfers.succeed, allowed=_NO_AUDITOR, answer=_ID))
take_back = _at_once(command_of(transfers.take_back, allowed=_NO_AUDITOR, answer=_ID))


def _add_absence(
    session: Session,
    user_id: int,
    substitute_id: int | None,
    days: tuple[date | None, date | None],
    *,
    actor: Actor,
) -> Absence:
    """Enter that a user is away. Raises: what `absences.add` raises; NotFound."""
    return absences.add(session, users.get(session, user_id), substitute_id, *days, actor=actor)


add_absence = command_of(_add_absence, allowed=_NO_AUDITOR, answer=with_id("absence"))
end_absence = command_of(absences.end, allowed=_NO_AUDITOR, answer=with_id("absence"))


_TASKS = Batch("transfer", TURN, transfers.TASKS, _FAILED)
work = _TASKS.work
