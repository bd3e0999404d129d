"""The tabs of the inbox: what the tasks of each have in common."""

from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_
from sqlalchemy.orm import Session

from app.models import UserTask
from app.models.tasks import IS_COMPLETED, IS_OPEN
from app.services.core import clock
from app.services.core.access import Actor

#: mine: claimed by me; snoozed: those of them that I put off; queue: unclaimed in my lanes; done: completed by me;
#: open: everything offered to me.
TABS = ("mine", "snoozed", "queue", "done", "open")


def held_by(tab: str, actor: Actor, now: Any, tomorrow: Any) -> list[ColumnElement[bool]]:
    """What the tasks of a tab have in common, apart from whom they are offered to."""
    if tab == "mine":
        return [IS_OPEN, UserTask.assignee_id == actor.id, awake(now, tomorrow)]
    if tab == "snoozed":
        return [IS_OPEN, UserTask.assignee_id == actor.id, not_(awake(now, tomorrow))]
    if tab == "done":
        return [IS_COMPLETED, UserTask.closed_by_id == actor.id]
    return [IS_OPEN, UserTask.assignee_id.is_(None)] if tab == "queue" else [IS_OPEN]


def awake(now: Any, tomorrow: Any) -> ColumnElement[bool]:
    """Tasks that nobody has put off: what is due today or late never is."""
    until, due = UserTask.snoozed_until, UserTask.due_at
    return or_(until.is_(None), until <= now, and_(due.is_not(None), due < tomorrow))


def is_put_off(session: Session, task: UserTask) -> bool:
    """Whether its holder has put a task off, as `awake` has it."""
    now, tomorrow = clock.now_and_tomorrow(session)
    until, due = task.snoozed_until, task.due_at
    return until is not None and until > now and (due is None or due >= tomorrow)
