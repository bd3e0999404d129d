"""Notices that the timer of an open task sends: which deadline they are about, and where the work is."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from app.models import Notice, UserTask
from app.services.core import access, settings
from app.services.core.access import Actor

_OPEN = UserTask.state == "open"
_TABLE = cast("Table", UserTask.__table__)
#: Built once: very many timers may be due at one moment.
_OPEN_ONES = select(_TABLE.c.id, _TABLE.c.due_at).where(
    _TABLE.c.id.in_(bindparam("tasks", expanding=True)), _TABLE.c.state == "open"
)
_READ = "open_tasks"


def of_tasks(session: Session, ids: Collection[str]) -> Mapping[str, dict[str, Any]]:
    """What notices say of these tasks beside the diagram's words, by task. 1 SQL, none of what was read ahead.

    The deadline is the task's own as it is stored; a task that has none gives none.
    """
    zone, read = settings.config(session).timezone.key, session.info.get(_READ, {})
    rows = read if read.keys() >= set(ids) else _open_ones(session, ids)
    return {
        task: {"task": task, "params": {"due": row.due_at.isoformat(), "zone": zone} if row.due_at else {}}
        for task in ids
        if (row := rows[task]) is not None
    }


def read_ahead(session: Session, ids: Collection[str]) -> None:
    """Read what this session is going to be asked of these tasks. 1 SQL, none without."""
    session.info[_READ] = _open_ones(session, ids)


def _open_ones(session: Session, ids: Collection[str]) -> Mapping[str, Any]:
    found = session.connection().execute(_OPEN_ONES, {"tasks": list(ids)}) if ids else ()
    return {**dict.fromkeys(ids), **{row.id: row for row in found}}


def workable(session: Session, rows: Sequence[Notice], *, actor: Actor) -> Mapping[int, str]:
    """The tasks behind those notices that are still open and that the actor may work on. 1 SQL, none without."""
    asked = {row.id: row.body["task"] for row in rows if "task" in row.body}
    query = select(UserTask.id).where(UserTask.id.in_(asked.values()), _OPEN, access.offered(actor))
    there = set(session.scalars(query)) if asked else set()
    return {notice: task for notice, task in asked.items() if task in there}
