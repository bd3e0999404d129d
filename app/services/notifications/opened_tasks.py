"""Tell a unit's officers of a task that opens for them; where there are none, those who can help."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.diagram import Node
from app.engine.running.step import OpenTask, Step
from app.history.events import TaskCancelled, typed
from app.models import ProcessInstance, UserTask
from app.services.core import settings
from app.services.core.access import Actor
from app.services.definitions.definitions import Version
from app.services.notifications import texts
from app.services.people.units import Staff


def opening_messages(
    session: Session,
    instance: ProcessInstance,
    version: Version,
    opened: Iterable[tuple[OpenTask, str, Staff]],
    *,
    actor: Actor | None,
) -> list[dict[str, Any]]:
    """Outbox rows about tasks that open for a unit, each given with the unit's code and staff.

    A task of a whole lane is news to nobody: it stands in the inbox, and a bell that always rings is not heard.
    """
    return [
        _to_officers(session, instance, version, task, code, unit, actor)
        if version.group_of(task.node.lane_id) in unit.groups
        else _of_empty_unit(session, instance, version, task, unit)
        for task, code, unit in opened
    ]


def _to_officers(
    session: Session,
    instance: ProcessInstance,
    version: Version,
    task: OpenTask,
    code: str,
    unit: Staff,
    actor: Actor | None,
) -> dict[str, Any]:
    """To all of them but who caused it himself."""
    node = task.node
    to = {"groups": [version.group_of(node.lane_id)], "unit": code, "except": [actor.id] if actor else []}
    about = {"unit": unit.name, "task": _name(version, task)}
    if task.due is None:
        return texts.message(session, instance, node.id, "task_opened", to, task.id, **about)
    due = {"due": task.due.at.isoformat(), "zone": settings.config(session).timezone.key}
    return texts.message(session, instance, node.id, "task_opened_due", to, task.id, **about, **due)


def _of_empty_unit(
    session: Session, instance: ProcessInstance, version: Version, task: OpenTask, unit: Staff
) -> dict[str, Any]:
    """To coordinators and administrators: nobody in the unit can do it."""
    node = task.node
    coordinator = version.coordinator_of(node.lane_id)
    to = {"groups": [coordinator] if coordinator else [], "roles": ["admin"]}
    about = {"task": _name(version, task), "lane": version.diagram.lane(node.lane_id).name}
    return texts.message(session, instance, node.id, "unit_empty", to, task.id, unit=unit.name, **about)


def _name(version: Version, task: OpenTask) -> str:
    """The name in the diagram: with the element of a list that it is for, it might tell a subject."""
    question = version.diagram.questions.get(task.node.id) if task.is_question else None
    return question.text if question else task.node.name or task.node.id


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
