"""Lists of user tasks: what is mine, what waits in my lanes, what I finished."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.models import ProcessInstance, Unit, UserTask
from app.services.core import access, clock, settings
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, limited, moment_of, values_of

#: mine: claimed by me; queue: unclaimed in my lanes; done: completed by me; open: everything offered to me.
TABS = ("mine", "queue", "done", "open")
DEADLINES = ("overdue", "today", "week", "none")


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty means everything."""

    tab: str = "open"
    q: str = ""
    deadline: str = ""
    activity: str = ""
    lane: str = ""
    unit: str = ""
    category: str = ""
    key: str = ""
    instance_id: int | None = None
    business_key: str = ""


@dataclass(frozen=True)
class Choices:
    """What the open tasks of a person can be narrowed to."""

    activities: Sequence[tuple[str, str]]  # (activity_id, name)
    lanes: Sequence[str]
    units: Sequence[tuple[str, str]]  # (code, name)
    categories: Sequence[str]


def page(
    session: Session, filters: Filters, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[UserTask]:
    """Tasks of one tab, soonest deadline first (finished ones: latest first), with case and assignee."""
    limit = limited(limit)
    done = filters.tab == "done"
    query = (
        select(UserTask)
        .join(UserTask.instance)
        .where(_tab(filters.tab, actor), *_narrowed(session, filters))
        .options(contains_eager(UserTask.instance), joinedload(UserTask.assignee))
        .limit(limit + 1)
    )
    rows = session.scalars(_ordered(query, done, after)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    following = _cursor(last, done) if last else None
    return Page(rows[:limit], following)


def counts(session: Session, *, actor: Actor, urgent: bool = False) -> dict[str, int]:
    """How many tasks each tab holds; if ``urgent``, also how many of his own that are ``overdue`` or due ``today``,
    and of his queue (``queue_overdue``).

    One statement.
    """
    counted = {tab: _tab(tab, actor) for tab in ("mine", "queue", "done")}
    if urgent:
        counted |= {
            name: and_(_tab("mine", actor), _deadline(session, name)) for name in ("overdue", "today")
        }
        counted["queue_overdue"] = and_(_tab("queue", actor), _deadline(session, "overdue"))
    columns = (
        select(func.count()).select_from(UserTask).where(condition).scalar_subquery().label(name)
        for name, condition in counted.items()
    )
    return dict(session.execute(select(*columns)).one()._mapping)


def has_offers(session: Session, *, actor: Actor) -> bool:
    """Whether any open task is offered to the actor, held by somebody or not."""
    found = exists().where(UserTask.state == "open", access.offered(actor))
    return bool(session.scalar(select(found)))


def choices(session: Session, *, actor: Actor, tab: str = "open") -> Choices:
    """What to offer in the filter bar: only what the tasks of the tab hold."""
    rows = session.execute(
        select(
            UserTask.activity_id,
            func.min(UserTask.name),
            UserTask.lane,
            UserTask.unit_code,
            ProcessInstance.category,
            func.min(Unit.name),
        )
        .join(UserTask.instance)
        .outerjoin(Unit, Unit.code == UserTask.unit_code)
        .where(_tab(tab, actor))
        .group_by(UserTask.activity_id, UserTask.lane, UserTask.unit_code, ProcessInstance.category)
        .limit(2000)
    ).all()
    return Choices(
        activities=sorted({row[0]: row[1] for row in rows}.items(), key=lambda pair: pair[1]),
        lanes=sorted({row[2] for row in rows}),
        units=sorted({(row[3], row[5] or row[3]) for row in rows if row[3]}, key=lambda pair: pair[1]),
        categories=sorted({row[4] for row in rows if row[4]}),
    )


def _tab(tab: str, actor: Actor) -> ColumnElement[bool]:
    is_open = UserTask.state == "open"
    if tab == "mine":
        return and_(is_open, UserTask.assignee_id == actor.id)
    if tab == "queue":
        return and_(is_open, UserTask.assignee_id.is_(None), access.offered(actor))
    if tab == "done":
        return and_(UserTask.state == "completed", UserTask.closed_by_id == actor.id)
    return and_(is_open, true() if actor.sees_all else access.offered(actor))


def _narrowed(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    equal: list[tuple[Any, Any]] = [
        (UserTask.activity_id, filters.activity),
        (UserTask.lane, filters.lane),
        (UserTask.unit_code, filters.unit),
        (UserTask.instance_id, filters.instance_id),
        (ProcessInstance.category, filters.category),
        (ProcessInstance.business_key, filters.business_key),
        (ProcessInstance.key, filters.key),
    ]
    where = [column == value for column, value in equal if value]
    if filters.q.strip():
        where.append(matches(filters.q))
    if filters.deadline:
        where.append(_deadline(session, filters.deadline))
    return where


def matches(text: str) -> ColumnElement[bool]:
    """Cases whose number or subject holds ``text``."""
    pattern = "%" + text.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return or_(
        func.lower(ProcessInstance.business_key).like(pattern, escape="\\"),
        func.lower(ProcessInstance.subject).like(pattern, escape="\\"),
    )


def _deadline(session: Session, wanted: str) -> ColumnElement[bool]:
    now = clock.now(session)
    zone = settings.config(session).timezone
    tomorrow = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
    if wanted == "overdue":
        return UserTask.due_at < now
    if wanted == "today":
        return and_(UserTask.due_at >= now, UserTask.due_at < tomorrow)
    if wanted == "week":
        return and_(UserTask.due_at >= now, UserTask.due_at < tomorrow + timedelta(days=7))
    return UserTask.due_at.is_(None)


def _ordered(query: Select[UserTask], done: bool, after: str) -> Select[UserTask]:
    """Soonest deadline first, of one deadline what was opened first; finished ones latest first."""
    columns = (
        (UserTask.closed_at, UserTask.id) if done else (UserTask.sort_at, UserTask.opened_at, UserTask.id)
    )
    if after:
        *moments, task_id = values_of(after, len(columns))
        here = (*map(moment_of, moments), task_id)
        query = query.where(tuple_(*columns) < here if done else tuple_(*columns) > here)
    return query.order_by(*(column.desc() for column in columns) if done else columns)


def _cursor(task: UserTask, done: bool) -> str:
    moments = (task.closed_at,) if done else (task.sort_at, task.opened_at)
    return cursor(*(at.isoformat() if at else "" for at in moments), task.id)
