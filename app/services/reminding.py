"""Notices that the timer of an open task sends: which deadline they are about, and where the work is."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Notice, UserTask
from app.services import access, settings
from app.services.access import Actor


def of_tasks(session: Session, ids: Collection[str]) -> Mapping[str, dict[str, Any]]:
    """What notices say of these tasks beside the diagram's words, by task. 1 SQL, none without tasks.

    The deadline is the task's own as it is stored; a task that has none gives none.
    """
    if not ids:
        return {}
    rows = session.execute(select(UserTask.id, UserTask.due_at).where(UserTask.id.in_(ids), _OPEN))
    zone = settings.config(session).timezone.key
    return {
        row.id: {
            "task": row.id,
            "params": {"due": row.due_at.isoformat(), "zone": zone} if row.due_at else {},
        }
        for row in rows
    }


def workable(session: Session, rows: Sequence[Notice], *, actor: Actor) -> Mapping[int, str]:
    """The tasks behind those notices that are still open and that the actor may work on. 1 SQL, none without."""
    asked = {row.id: row.body["task"] for row in rows if "task" in row.body}
    query = select(UserTask.id).where(UserTask.id.in_(asked.values()), _OPEN, access.offered(actor))
    there = set(session.scalars(query)) if asked else set()
    return {notice: task for notice, task in asked.items() if task in there}


_OPEN = UserTask.state == "open"
