"""Why a task is no longer the actor's: who has it, finished it, was handed it, or why it was closed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import Conflict, TaskClosed, TaskCompleted, TaskHandedOn, TaskTaken
from app.base.i18n import _, moment
from app.history import reader
from app.history.catalogue import Entry, Event
from app.history.events.instances import InstanceCancelled, TimerFired
from app.history.events.tasks import TaskClaimed, TaskReassigned, TaskReleased
from app.models import User, UserTask
from app.services.core import settings
from app.services.core.access import Actor
from app.services.definitions import definitions


def taken(session: Session, task: UserTask, *, actor: Actor) -> Conflict:
    """What to tell the actor of an open task that somebody else holds. 2 SQL."""
    last = _last_holding(session, task)
    if last is not None and isinstance(last.event, TaskReassigned):
        return TaskHandedOn(_handed_on(session, last, last.event, actor))
    holder = session.get(User, task.assignee_id)
    name = holder.full_name if holder else "?"
    if task.claimed_at is None:
        return TaskTaken(_("Tugas ini sedang dikerjakan oleh {name}.", name=name))
    at = _at(session, task.claimed_at)
    return TaskTaken(_("{name} sedang mengerjakan tugas ini sejak {at}.", name=name, at=at))


def closed(session: Session, task: UserTask, *, actor: Actor) -> Conflict:
    """What to tell the actor of a task that is not open any more."""
    at = _at(session, task.closed_at) if task.closed_at else ""
    if task.state != "completed":
        return TaskClosed(_closed(session, task, at))
    if task.closed_by_id == actor.id:
        return TaskCompleted(_("Anda sendiri sudah menyelesaikan tugas ini pada {at}.", at=at))
    name = task.closed_by.full_name if task.closed_by else "?"
    return TaskCompleted(_("Tugas ini sudah diselesaikan {name} pada {at}.", name=name, at=at))


def _last_holding(session: Session, task: UserTask) -> Entry[Event] | None:
    """The last event that changed who has a task."""
    found: Entry[Event] | None = None
    for entry in reader.of_kinds(session, task.instance_id, TaskClaimed, TaskReleased, TaskReassigned):
        event = entry.event
        if isinstance(event, TaskClaimed | TaskReleased | TaskReassigned) and event.task == task.id:
            found = entry
    return found


def _handed_on(session: Session, entry: Entry[Event], event: TaskReassigned, actor: Actor) -> str:
    to = session.scalar(select(User.full_name).where(User.name == event.to)) or event.to
    by = entry.actor.full_name if entry.actor else "?"
    about = {"to": to, "by": by, "at": _at(session, entry.at), "reason": event.reason}
    if entry.actor and entry.actor.id == actor.id:
        return _("Anda mengalihkan tugas ini kepada {to} pada {at}: {reason}", **about)
    if entry.actor and entry.actor.name == event.to:
        return _("{by} mengambil alih tugas ini pada {at}: {reason}", **about)
    return _("{by} mengalihkan tugas ini kepada {to} pada {at}: {reason}", **about)


def _closed(session: Session, task: UserTask, at: str) -> str:
    """Why the case went past the task: it was cancelled, a time was up, or something else took the way."""
    for entry in reversed(reader.of_kinds(session, task.instance_id, InstanceCancelled, TimerFired)):
        event = entry.event
        if entry.at != task.closed_at:
            continue
        if isinstance(event, InstanceCancelled):
            about = {"by": entry.actor.full_name if entry.actor else "?", "reason": event.reason}
            return _("{by} membatalkan perkara ini pada {at}: {reason}", at=at, **about)
        if isinstance(event, TimerFired) and (name := _time_on(session, task, entry.activity_id, event.text)):
            return _("Tugas ini ditutup pada {at} karena waktunya habis: {name}.", at=at, name=name)
    return _(
        "Tugas ini ditutup pada {at} tanpa diselesaikan, karena perkaranya berjalan ke langkah lain.", at=at
    )


def _time_on(session: Session, task: UserTask, activity_id: str | None, text: str) -> str:
    """What the timer that fired is called when it stands on the task's activity; else empty."""
    nodes = definitions.version(session, task.instance.definition_id).diagram.nodes
    node = nodes.get(activity_id or "")
    if node is None or node.attached_to != task.activity_id:
        return ""
    return node.name or text or node.id


def _at(session: Session, at: datetime) -> str:
    return moment(at, settings.config(session).timezone)
