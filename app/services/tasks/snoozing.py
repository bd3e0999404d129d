"""Putting off a task that one holds: out of "Tugas saya" until a day, or until its case moves on.

A deadline always wins: a task that is due today, or late, stands in the list whatever was said. What tells whether a
task is put off now is `tabs.awake`; it comes back by itself.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotAllowed
from app.base.i18n import _
from app.history.events.tasks import TaskSnoozed, TaskWoken
from app.models import ProcessInstance, UserTask
from app.services.core import clock, history, settings
from app.services.core.access import Actor
from app.services.tasks import tasks

#: Nobody puts off what he holds for longer.
_LONGEST = timedelta(days=366)


def snooze(session: Session, task_id: str, until: date | None, *, moved: bool, actor: Actor) -> UserTask:
    """Put a task off until a day, or with ``moved`` until its case moves on, whichever comes first.

    Raises:
        NotFound; Conflict: it is closed; NotAllowed: he does not hold it; InvalidForm: no possible day.
    """
    task = _own_task(session, task_id, actor)
    zone = settings.config(session).timezone
    now = clock.now(session)
    if until is None and not moved:
        _refuse(_("Pilih sampai kapan: tanggal, atau sampai perkara ini bergerak."))
    at = datetime.combine(until, time(), zone) if until else now + _LONGEST
    if until and not now < at <= now + _LONGEST:
        _refuse(_("Pilih tanggal sesudah hari ini, paling lama setahun."))
    if until and task.due_at and at.date() > task.due_at.astimezone(zone).date():
        _refuse(_("Tenggat tugas ini lebih dulu. Pilih tanggal sebelum tenggatnya."))
    task.snoozed_until, task.snoozed_for_case = at, moved
    if moved:
        table: Any = ProcessInstance.__table__
        mark = update(table).where(table.c.id == task.instance_id).values(snoozed=True)
        session.connection().execute(mark)  # no change of the case: its revision stays
    _tell(session, task, TaskSnoozed(task=task.id, until=at.isoformat(), moved=moved), actor)
    return task


def wake(session: Session, task_id: str, *, actor: Actor) -> UserTask:
    """Have a task back now.

    Raises:
        NotFound; Conflict: it is closed; NotAllowed: he does not hold it.
    """
    task = _own_task(session, task_id, actor)
    if task.snoozed_until is not None:
        task.snoozed_until, task.snoozed_for_case = None, False
        _tell(session, task, TaskWoken(task=task.id), actor)
    return task


def _tell(session: Session, task: UserTask, event: TaskSnoozed | TaskWoken, actor: Actor) -> None:
    history.record(session, event, actor=actor, instance_id=task.instance_id, activity_id=task.activity_id)


def _own_task(session: Session, task_id: str, actor: Actor) -> UserTask:
    task = tasks.get(session, task_id, actor=actor, lock=True).task
    tasks.check_open(session, task, actor)
    if task.assignee_id != actor.id:
        raise NotAllowed(_("Hanya pemegang tugas yang dapat menundanya."))
    return task


def _refuse(words: str) -> None:
    raise InvalidForm(_("Tugas belum ditunda."), {"until": words})
