"""An officer's desk: what he may do with the task before him, and what he typed so far."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.models import UserTask
from app.services.core import access, clock, rights
from app.services.core.access import Actor
from app.services.tasks import drafts, tasks
from app.services.tasks.drafts import Kept

#: work: his to do; held: a colleague has it; look: not offered to him; closed: done, or no longer wanted.
Standing = Literal["work", "held", "look", "closed"]


def holding(actor: Actor, task: UserTask) -> Standing:
    """How the actor stands to a task that he may see."""
    if task.state != "open":
        return "closed"
    if actor.is_auditor or not access.may_work(actor, task):
        return "look"
    return "work" if task.assignee_id in (None, actor.id) else "held"


def keep_draft(
    session: Session, task_id: str, draft: Mapping[str, Any], *, actor: Actor
) -> tuple[UserTask, datetime]:
    """Keep what was typed, whatever became of the task meanwhile; return the task and when it was kept.

    Raises:
        NotFound: the task is not the actor's to see. NotAllowed: he is an auditor.
        InvalidForm: the draft is too large.
    """
    task = tasks.get(session, task_id, actor=actor).task
    rights.require_not_auditor(actor)
    return task, drafts.save(session, actor, drafts.scope_of_task(task_id), draft)


def drop_draft(session: Session, task_id: str, *, actor: Actor) -> tuple[UserTask, datetime]:
    """Forget what was typed; return the task and when.

    Raises:
        NotFound: the task is not the actor's to see. NotAllowed: he is an auditor.
    """
    task = tasks.get(session, task_id, actor=actor).task
    rights.require_not_auditor(actor)
    drafts.delete(session, actor, drafts.scope_of_task(task_id))
    return task, clock.now(session)


def draft(session: Session, task_id: str, *, actor: Actor) -> Kept | None:
    """What the actor typed for a task and did not submit."""
    return drafts.load(session, actor, drafts.scope_of_task(task_id))
