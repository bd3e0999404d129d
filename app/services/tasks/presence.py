"""Who has a task open right now: a row that lives for a minute, for those who may see the task."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.models import TaskPresence, User
from app.services.core import clock
from app.services.core.access import Actor
from app.services.core.upsert import insert
from app.services.tasks import tasks

#: So long after the last sign somebody counts as there; a sign is written at most once in half of that.
LIFE, _BETWEEN = timedelta(seconds=60), timedelta(seconds=29)


def is_due(session: Session, task_id: str, *, actor: Actor) -> bool:
    """Whether a sign that the actor is there is to be written: none of an auditor, none of a closed task. 2 SQL.

    Raises:
        NotFound: the task is not the actor's to see.
    """
    task = tasks.get(session, task_id, actor=actor).task
    if actor.is_auditor or task.state != "open":
        return False
    last = session.get(TaskPresence, (actor.id, task_id))
    return last is None or last.seen_at <= clock.now(session) - _BETWEEN


def note(session: Session, task_id: str, *, actor: Actor) -> None:
    """Write that the actor has the task open."""
    now = clock.now(session)
    new = insert(session, TaskPresence).values(user_id=actor.id, task_id=task_id, seen_at=now)
    session.execute(new.on_conflict_do_update(index_elements=["user_id", "task_id"], set_={"seen_at": now}))


def others(session: Session, task_ids: Sequence[str], *, actor: Actor) -> Mapping[str, list[str]]:
    """Who besides the actor has each of these tasks open, by name. The caller has asked who may see them. 1 SQL."""
    given = {"tasks": list(task_ids), "since": since(session), "actor": actor.id}
    found: dict[str, list[str]] = {}
    for task_id, name in session.execute(others_there(), given) if task_ids else ():
        found.setdefault(task_id, []).append(name)
    return found


def since(session: Session) -> datetime:
    """Who gave a sign after this is there."""
    return clock.now(session) - LIFE


@cache
def others_there() -> Select[str, str]:
    """The query for them: id of the task, full name. Built once: the inbox and the page of each task ask it."""
    query = select(TaskPresence.task_id, User.full_name).join(User, User.id == TaskPresence.user_id)
    query = query.where(
        TaskPresence.task_id.in_(bindparam("tasks", expanding=True)),
        TaskPresence.seen_at > bindparam("since"),
        User.id != bindparam("actor"),
    )
    return query.order_by(User.full_name)
