"""How much somebody has before him, for whoever chooses a colleague."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session, joinedload, load_only

from app.models import Absence, User, UserTask
from app.models.tasks import IS_OPEN
from app.services.core import clock
from app.services.people import absences, officers


@dataclass(frozen=True)
class Load:
    """Open tasks that somebody holds, those of them that are overdue, and until when he is away, if he is or will be
    soon; ``away_from``: from when, None where he is already."""

    open: int = 0
    overdue: int = 0
    away_until: date | None = None
    substitute: str = ""
    away_from: date | None = None


def of_users(session: Session, user_ids: Collection[int]) -> Mapping[int, Load]:
    """The load of each of these users. 2 SQL over indexes, none without ids."""
    if not user_ids:
        return {}
    late = case((UserTask.due_at < clock.now(session), 1), else_=0)
    query = select(UserTask.assignee_id, func.count(), func.sum(late))
    query = query.where(IS_OPEN, UserTask.assignee_id.in_(user_ids)).group_by(UserTask.assignee_id)
    counts = {user_id: (number, overdue) for user_id, number, overdue in session.execute(query)}
    away, on = absences.away_soon(session, user_ids), clock.today(session)
    return {user_id: _load(*counts.get(user_id, (0, 0)), away.get(user_id), on) for user_id in user_ids}


def of_officers(session: Session, task: UserTask, *, across_units: bool) -> Sequence[tuple[User, Load]]:
    """Whom `officers.of_task` names, each with his load. 1 SQL, one more with ``across_units``."""
    near = absences.near(session)
    given = {**officers.given_of(task), **near, "now": clock.now(session)}
    found: dict[int, tuple[User, Load]] = {}
    rows = session.execute(_with_loads(task.unit_code is not None, across_units), given)
    for user, number, overdue, absence in rows:  # of several absences the one that begins first
        found.setdefault(user.id, (user, _load(number, overdue, absence, near["today"])))
    return list(found.values())


@cache
def _with_loads(of_unit: bool, across_units: bool) -> Select[Any]:
    """Built once: the page of each task that one may hand on asks it."""
    held = select(func.count()).where(IS_OPEN, UserTask.assignee_id == User.id)
    late = held.where(UserTask.due_at < bindparam("now", type_=UserTask.due_at.type))
    query = officers.task_query(of_unit, across_units).outerjoin(
        Absence, and_(absences.NEAR, Absence.user_id == User.id)
    )
    columns = (held.scalar_subquery(), late.scalar_subquery(), Absence)
    named = load_only(User.name, User.full_name)  # a lane can have hundreds
    query = query.add_columns(*columns).options(named, joinedload(Absence.substitute))
    return query.order_by(User.id, Absence.first_on, Absence.id.desc())


def _load(number: int, overdue: int, absence: Absence | None, on: date) -> Load:
    if absence is None:
        return Load(number, overdue)
    substitute = absence.substitute.full_name if absence.substitute else ""
    begins = absence.first_on if absence.first_on > on else None
    return Load(number, overdue, absence.last_on, substitute, begins)
