"""Why a task is no longer the actor's: who has it, finished it, was handed it, or why it was closed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.errors import Conflict, TaskClosed, TaskCompleted, TaskHandedOn, TaskTaken
from app.i18n import _, moment
from app.models import HistoryEvent, User, UserTask
from app.services.core import settings
from app.services.core.access import Actor
from app.services.definitions import definitions

#: What changes who has a task.
_HANDS = ("task_claimed", "task_released", "task_reassigned")


def taken(session: Session, task: UserTask, *, actor: Actor) -> Conflict:
    """What to tell the actor of an open task that somebody else holds. 2 SQL."""
    events = _events(session, task, *_HANDS)
    mine = [event for event in events if event.data.get("task") == task.id]
    if mine and mine[-1].type == "task_reassigned":
        return TaskHandedOn(_handed_on(session, mine[-1], actor))
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


def _handed_on(session: Session, event: HistoryEvent, actor: Actor) -> str:
    data = event.data
    to = session.scalar(select(User.full_name).where(User.name == data.get("to"))) or str(data.get("to"))
    by = event.actor.full_name if event.actor else "?"
    about = {"to": to, "by": by, "at": _at(session, event.at), "reason": data.get("reason", "")}
    if event.actor_id == actor.id:
        return _("Anda mengalihkan tugas ini kepada {to} pada {at}: {reason}", **about)
    if event.actor and event.actor.name == data.get("to"):
        return _("{by} mengambil alih tugas ini pada {at}: {reason}", **about)
    return _("{by} mengalihkan tugas ini kepada {to} pada {at}: {reason}", **about)


def _closed(session: Session, task: UserTask, at: str) -> str:
    """Why the case went past the task: it was cancelled, a time was up, or something else took the way."""
    for event in reversed(_events(session, task, "instance_cancelled", "timer_fired")):
        if event.at != task.closed_at:
            continue
        if event.type == "instance_cancelled":
            about = {"by": event.actor.full_name if event.actor else "?", "reason": event.data.get("reason")}
            return _("{by} membatalkan perkara ini pada {at}: {reason}", at=at, **about)
        if name := _time_on(session, task, event):
            return _("Tugas ini ditutup pada {at} karena waktunya habis: {name}.", at=at, name=name)
    return _(
        "Tugas ini ditutup pada {at} tanpa diselesaikan, karena perkaranya berjalan ke langkah lain.", at=at
    )


def _time_on(session: Session, task: UserTask, event: HistoryEvent) -> str:
    """What the timer that fired is called when it stands on the task's activity; else empty."""
    nodes = definitions.version(session, task.instance.definition_id).diagram.nodes
    node = nodes.get(event.activity_id or "")
    if node is None or node.attached_to != task.activity_id:
        return ""
    return node.name or str(event.data.get("text") or node.id)


def _events(session: Session, task: UserTask, *types: str) -> list[HistoryEvent]:
    query = select(HistoryEvent).where(
        HistoryEvent.instance_id == task.instance_id, HistoryEvent.type.in_(types)
    )
    query = query.options(joinedload(HistoryEvent.actor)).order_by(HistoryEvent.id)
    return list(session.scalars(query))


def _at(session: Session, at: datetime) -> str:
    return moment(at, settings.config(session).timezone)
