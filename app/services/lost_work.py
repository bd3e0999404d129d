"""Tell officers of tasks that they had taken and that the case took away from them undone."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.diagram import Node
from app.engine.step import Step
from app.models import ProcessInstance, UserTask
from app.services import telling
from app.services.access import Actor
from app.services.definitions import Version


def messages(
    session: Session, instance: ProcessInstance, version: Version, step: Step, *, actor: Actor | None
) -> list[dict[str, Any]]:
    """Outbox rows to those who held what a step took away; who caused it himself knows. 1 SQL, 0 if nothing was."""
    events = {event.data["task"]: event for event in step.events if event.type == "task_cancelled"}
    if not events:
        return []
    held = select(UserTask.id, UserTask.assignee_id).where(
        UserTask.id.in_(events), UserTask.assignee_id.is_not(None)
    )
    holders = {task: user for task, user in session.execute(held) if actor is None or user != actor.id}
    nodes, found = version.diagram.nodes, []
    for task, event in events.items():
        if task in holders:
            node, cause = nodes[event.activity_id or ""], nodes[event.data["cause"]]
            question = version.diagram.questions.get(node.id)
            about = {"task": question.text if question else node.name or node.id, "cause": _said(cause)}
            to = {"users": [holders[task]]}
            found.append(telling.message(session, instance, node.id, _code(cause), to, **about))
    return found


def _code(cause: Node) -> str:
    if cause.loop is not None:
        return "task_not_needed"
    return "task_timed_out" if cause.timer is not None else "task_passed"


def _said(cause: Node) -> str:
    return cause.name or (cause.timer.text if cause.timer else None) or cause.id
