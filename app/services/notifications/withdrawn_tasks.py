"""Tell officers of tasks that they had taken and that the case took away from them undone."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.diagram import Node
from app.engine.running.step import Step
from app.history.events import TaskCancelled, typed
from app.models import ProcessInstance, UserTask
from app.services.core.access import Actor
from app.services.definitions.definitions import Version
from app.services.notifications import texts


def withdrawal_messages(
    session: Session, instance: ProcessInstance, version: Version, step: Step, *, actor: Actor | None
) -> list[dict[str, Any]]:
    """Outbox rows to those who held what a step took away; who caused it himself knows. 1 SQL, 0 if nothing was."""
    told = (typed(event.type, event.data) for event in step.events if event.type == TaskCancelled.type)
    causes = {event.task: event.cause for event in told if isinstance(event, TaskCancelled)}
    if not causes:
        return []
    held = select(UserTask).where(UserTask.id.in_(causes), UserTask.assignee_id.is_not(None))
    holders = [task for task in session.scalars(held) if actor is None or task.assignee_id != actor.id]
    return [_message(session, instance, task, version.diagram.nodes[causes[task.id]]) for task in holders]


def _message(session: Session, instance: ProcessInstance, task: UserTask, cause: Node) -> dict[str, Any]:
    """Called as its holder knows it, its round included."""
    about = {"task": task.name, "cause": cause.name or (cause.timer.text if cause.timer else "") or cause.id}
    to = {"users": [task.assignee_id]}
    return texts.message(session, instance, task.activity_id, _code(cause), to, **about)


def _code(cause: Node) -> str:
    if cause.loop is not None:
        return "task_not_needed"
    return "task_timed_out" if cause.timer is not None else "task_passed"
