"""Notices about a task: they count as read once the task is closed or somebody else has it, and what tells of a new
task once anybody has it. Who coordinates still hears of a deadline.

Only notices that ask for something have a ``task_id``: a task that opened, one that was handed to somebody, a unit
without officers, a message of the reporter, and what the timer of an open task sends. That a task was taken away
stays unread until it is read.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Table, Update, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from app.engine.diagram import Node
from app.engine.running.step import OpenTask, Step
from app.history.catalogue import typed
from app.history.events.tasks import TaskCancelled
from app.models import Notice, OutboxMessage, ProcessInstance, UserTask, membership
from app.services.core import clock, settings, writes
from app.services.core.access import Actor
from app.services.definitions.definitions import Version
from app.services.notifications import texts
from app.services.people.units import Staff

HANDED = "task_reassigned"
OPENED = ("task_opened", "task_opened_due")
NO_OFFICERS = "unit_empty"
REPORTER_WROTE = "reporter_wrote"

#: Whether somebody has not read a notice about a task.
UNREAD = select(Notice.id).where(Notice.task_id == UserTask.id, Notice.read_at.is_(None)).exists()


def _closing(*which: ColumnElement[bool]) -> Update:
    """Built once, like all that belongs to a completion."""
    tasks: BindParameter[Any] = bindparam("tasks", expanding=True)
    about = select(Notice.id).where(Notice.task_id.in_(tasks), Notice.read_at.is_(None), *which)
    # All that a command marks is locked by one statement, in the order in which `notices.mark_all_read` locks: in two
    # orders the two could wait for each other.
    inner = about.order_by(Notice.id).with_for_update()
    table = cast("Table", Notice.__table__)
    return update(table).where(table.c.id.in_(inner)).values(read_at=bindparam("now"))


def _code(*codes: str) -> ColumnElement[bool]:
    code: ColumnElement[bool] = Notice.body["code"].as_string().in_(codes)
    return code


def _of_others() -> ColumnElement[bool]:
    """Told to somebody who neither takes the task nor coordinates it."""
    coordinators = select(membership.c.user_id).join(
        UserTask, UserTask.coordinator_group_id == membership.c.group_id
    )
    coordinators = coordinators.where(UserTask.id == Notice.task_id, membership.c.user_id == Notice.user_id)
    return and_(Notice.user_id != bindparam("holder"), ~coordinators.exists())


_CLOSE = _closing()
_GIVE_BACK = _closing(_code(HANDED))
_TAKE = _closing(or_(_code(HANDED, NO_OFFICERS, *OPENED), _of_others()))
_ANSWER = _closing(_code(REPORTER_WROTE))


def close(session: Session, task_ids: Collection[str]) -> None:
    """Mark as read what is about these tasks, which are closed. 1 SQL, none without tasks."""
    _mark(session, _CLOSE, task_ids)


def reopen(session: Session, task_ids: Collection[str], closed_at: datetime) -> None:
    """Let what `close` marked then be unread again: these tasks are open again. 1 SQL."""
    about = Notice.task_id.in_(list(task_ids)), Notice.read_at == closed_at
    session.execute(update(Notice).where(*about).values(read_at=None))


def give_back(session: Session, task_id: str) -> None:
    """Mark as read that the task was handed to him who releases it. 1 SQL."""
    _mark(session, _GIVE_BACK, [task_id])


def hand_on(session: Session, task_id: str, holder_id: int | None = None) -> None:
    """Mark as read what is settled by somebody's having the task now, or by its going to another unit. 1 SQL."""
    _mark(session, _TAKE, [task_id], holder=holder_id or 0)


def answer(session: Session, task_ids: Collection[str]) -> None:
    """Mark as read that the reporter wrote: somebody answered him. 1 SQL, none without tasks."""
    _mark(session, _ANSWER, task_ids)


def _mark(session: Session, statement: Update, task_ids: Collection[str], **given: int) -> None:
    if task_ids:
        values = {"tasks": list(task_ids), "now": clock.now(session), **given}
        writes.send(session, statement, values)


def free(session: Session, messages: Iterable[OutboxMessage]) -> set[int]:
    """The cases of those messages that are about a task and whose case nobody changes until the commit.

    A message of another case has to wait: its task may be closing, and what closes it sees no notice yet. 1 SQL, none
    without such messages.
    """
    cases = {message.instance_id for message in messages if message.task_id}
    query = select(ProcessInstance.id).where(ProcessInstance.id.in_(cases)).order_by(ProcessInstance.id)
    return set(session.scalars(query.with_for_update(read=True, skip_locked=True))) if cases else set()


class Standing:
    """How the tasks stand that messages are about. 1 SQL, none without such messages."""

    def __init__(self, session: Session, messages: Iterable[OutboxMessage]) -> None:
        """Read once no case of theirs can change; see `free`."""
        ids = {message.task_id for message in messages if message.task_id}
        query = select(UserTask.id, UserTask.assignee_id, UserTask.unit_code)
        rows = session.execute(query.where(UserTask.id.in_(ids), UserTask.state == "open")) if ids else ()
        self._open = {row.id: row for row in rows}

    def settled(self, message: OutboxMessage, user_id: int) -> bool:
        """Whether the message says nothing any more that the user has to do."""
        if message.task_id is None:
            return False
        task, code = self._open.get(message.task_id), message.body.get("code")
        if task is None:
            return True
        if code == HANDED:
            return bool(task.assignee_id != user_id)
        if code == NO_OFFICERS:
            return task.assignee_id is not None
        moved = task.unit_code != message.audience.get("unit")
        return code in OPENED and (moved or task.assignee_id is not None)

    def holds(self, message: OutboxMessage, user_id: int) -> bool:
        """Whether the user has the task that the message is about."""
        task = self._open.get(message.task_id or "")
        return task is not None and task.assignee_id == user_id


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
    return texts.message(session, instance, task.activity_id, _withdrawn(cause), to, **about)


def _withdrawn(cause: Node) -> str:
    if cause.loop is not None:
        return "task_not_needed"
    return "task_timed_out" if cause.timer is not None else "task_passed"
