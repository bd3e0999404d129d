"""What the parts of a condition ask of a task: all of them of one and the same."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.orm import Session

from app.models import UserTask
from app.models.tasks import IS_COMPLETED, IS_OPEN
from app.services.core import clock
from app.services.search import terms

COLUMNS: Mapping[str, Any] = {
    "kegiatan": UserTask.activity_id,
    "unit": UserTask.unit_code,
    "lajur": UserTask.lane,
}
#: Whether anybody holds an open task.
ASSIGNED: Mapping[str, ColumnElement[bool]] = {
    "free": UserTask.assignee_id.is_(None),
    "held": UserTask.assignee_id.is_not(None),
}
STATES = ("late", "timely", "open", "done", *ASSIGNED)
#: When an open task is due.
DUE = ("overdue", "today", "week", "none")


def holding(values: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """The activity, unit and lane that are asked for."""
    return [column == values[name] for name, column in COLUMNS.items() if values.get(name)]


def in_state(session: Session, state: str, days: int, now: datetime) -> ColumnElement[bool]:
    """Whether a task is in one of `STATES`; ``days``: late by more than so many."""
    if state == "late":
        closed = and_(
            UserTask.due_at.is_not(None),
            UserTask.closed_at.is_not(None),
            terms.is_later(session, UserTask.closed_at, UserTask.due_at, days),
        )
        waiting = and_(IS_OPEN, UserTask.due_at.is_not(None), UserTask.due_at < now - timedelta(days=days))
        return or_(closed, waiting)
    if state == "timely":
        return and_(IS_COMPLETED, UserTask.due_at.is_not(None), UserTask.closed_at <= UserTask.due_at)
    if state in ASSIGNED:
        return and_(IS_OPEN, ASSIGNED[state])
    return {"open": IS_OPEN, "done": IS_COMPLETED}.get(state, false())


def due(session: Session, wanted: str) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """What one of `DUE` asks of the column that lists are sorted by, and what it asks besides; nothing for ""."""
    if not wanted:
        return [], []
    if wanted == "none":
        return [], [UserTask.due_at.is_(None)]
    now, tomorrow = clock.now_and_tomorrow(session)
    between = {
        "overdue": [UserTask.sort_at < now],
        "today": [UserTask.sort_at >= now, UserTask.sort_at < tomorrow],
        "week": [UserTask.sort_at >= now, UserTask.sort_at < tomorrow + timedelta(days=7)],
    }
    return between[wanted], [UserTask.due_at.is_not(None)]


def aged(session: Session, days: int) -> list[ColumnElement[bool]]:
    """Open for so many days, or longer; nothing for 0."""
    return [UserTask.opened_at <= clock.now(session) - timedelta(days=days)] if days else []
