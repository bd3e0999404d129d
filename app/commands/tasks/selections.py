"""Acting on several tasks at once: each by a command of its own, in its own transaction, with its own key."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import AppError, Conflict, InvalidForm, NotAllowed, NotFound
from app.commands.transaction import Command, Failed, run_command
from app.models import UserTask
from app.services.core.access import Actor
from app.services.tasks import selections, tasks
from app.services.tasks.selections import Shown

#: done; changed: somebody was faster, or it is not as the page showed it; refused: it is not his to do; wrong: what
#: was sent does not fit this task, or its process could not go on.
State = Literal["done", "changed", "refused", "wrong"]


@dataclass(frozen=True)
class Outcome:
    """What came of one of the tasks; ``error`` says why nothing was done."""

    row: Shown
    state: State
    error: AppError | None = None
    answer: dict[str, Any] | None = None


def row_command(name: str, row: Shown, key: str, body: Any) -> Command:
    """The command for one task of a form with the key ``key``."""
    own = hashlib.sha256(f"{key}:{row.task_id}".encode()).hexdigest() if key else None
    return Command(name, row.task_id, own, {"shown": row.text, "sent": body})


def run_each(rows: Sequence[Shown], do: Callable[[Shown], dict[str, Any]]) -> list[Outcome]:
    """Do it for each task, whatever came of the ones before."""
    return [_run(row, do) for row in rows]


def change_each(
    database: Database,
    rows: Sequence[Shown],
    name: str,
    change: Callable[[Session, str], UserTask],
    *,
    actor: Actor,
    key: str,
    body: Any = None,
) -> list[Outcome]:
    """Claim, release or reassign each task that is as its page showed it. ``name``: as of the command for one."""

    def do(row: Shown) -> dict[str, Any]:
        def changed(session: Session) -> dict[str, Any]:
            selections.require_as_shown(session, row, actor=actor)
            return {"task": change(session, row.task_id).id}

        return run_command(
            database,
            row_command(name, row, key, body),
            changed,
            actor=actor,
            allowed=lambda session: tasks.get(session, row.task_id, actor=actor),
        )

    return run_each(rows, do)


def _run(row: Shown, do: Callable[[Shown], dict[str, Any]]) -> Outcome:
    try:
        return Outcome(row, "done", answer=do(row))
    except (NotFound, NotAllowed) as error:
        return Outcome(row, "refused", error)
    except Conflict as error:
        return Outcome(row, "changed", error)
    except (InvalidForm, *Failed) as error:
        return Outcome(row, "wrong", error)
