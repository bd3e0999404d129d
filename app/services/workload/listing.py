"""The tasks behind a figure of the workload, those that are due first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.models import UserTask
from app.services.core import access, bounded, ids, keysets
from app.services.core.access import Actor
from app.services.core.candidates import Key
from app.services.core.case_sources import LISTED
from app.services.core.paging import Page, cursor, limited, moment_of, values_of
from app.services.workload import overview

#: ``officer`` of tasks that nobody holds.
NOBODY = "none"
_KEY = (UserTask.sort_at, UserTask.opened_at, UserTask.id)


@dataclass(frozen=True)
class Filters:
    """What is listed; empty means everything. ``officer`` and ``lane`` are ids in digits; ``due`` one of `DUE`."""

    officer: str = ""
    lane: str = ""
    unit: str = ""
    due: str = ""


def page(
    session: Session, filters: Filters, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[UserTask]:
    """Open tasks whose workload the actor may see, with case and officer. 2 SQL, and who may see it.

    Raises:
        NotAllowed: it is none of the actor's business. InvalidForm: ``after`` is no cursor.
    """
    overview.require_part(session, actor=actor)
    limit = limited(limit)
    keys = _keys(session, filters, actor, limit + 1, after)
    last = keys[limit - 1] if len(keys) > limit else None
    found = tasks_of(session, [key[-1] for key in keys[:limit]], actor=actor)
    return Page(found, cursor(last[0].isoformat(), last[1].isoformat(), last[2]) if last else None)


def matching(session: Session, filters: Filters, *, actor: Actor, most: int) -> list[str]:
    """The ids of the first ``most`` of these tasks. 1 SQL, and who may see it."""
    overview.require_part(session, actor=actor)
    return [key[-1] for key in _keys(session, filters, actor, most)]


def count(session: Session, filters: Filters, *, actor: Actor) -> int:
    """How many they are, `bounded.MANY` at most. 1 SQL."""
    # In the order of the list: from the same index, and no further than to the last that is counted.
    queries = [query.order_by(*_KEY) for query in _queries(session, filters, actor, UserTask.id)]
    return session.scalar(select(bounded.count(*queries, name="tasks"))) or 0


def tasks_of(session: Session, task_ids: Sequence[str], *, actor: Actor) -> Sequence[UserTask]:
    """These tasks in the order of lists, with case and officer; those of cases that the actor may not see are left
    out. 1 SQL."""
    if not task_ids:
        return []
    query = (
        select(UserTask)
        .join(UserTask.instance)
        .options(contains_eager(UserTask.instance).options(*LISTED), joinedload(UserTask.assignee))
        .where(UserTask.id.in_(task_ids), access.visible(actor))
    )
    return session.scalars(query.order_by(*_KEY)).all()


def _keys(session: Session, filters: Filters, actor: Actor, most: int, after: str = "") -> Sequence[Key]:
    key: Key | None = None
    if after:
        sort_at, opened_at, task_id = values_of(after, 3)
        key = (moment_of(sort_at), moment_of(opened_at), task_id)
    queries = _queries(session, filters, actor, *_KEY)
    return keysets.in_order(session, queries, _KEY)(key, most)


def _queries(session: Session, filters: Filters, actor: Actor, *columns: Any) -> list[Select[Any]]:
    where = overview.due_by(session, filters.due)
    if filters.officer == NOBODY:
        where.append(UserTask.assignee_id.is_(None))
    elif filters.officer:
        where.append(UserTask.assignee_id == (ids.parse_id(filters.officer) or 0))
    if filters.lane:
        where.append(UserTask.group_id == (ids.parse_id(filters.lane) or 0))
    if filters.unit:
        where.append(UserTask.unit_code == filters.unit)
    return [query.where(*where) for query in overview.of_actor(actor, *columns)]
