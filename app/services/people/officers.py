"""Officers: who may be handed a task."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, selectinload

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.models import ProcessDefinition, User, UserTask
from app.services.core import ids, rights
from app.services.core.access import WORKING, Actor
from app.services.people import units

#: Nobody chooses among more.
_MOST = 500


def of_task(session: Session, task: UserTask, *, actor: Actor) -> Sequence[User]:
    """The officers of the task's lane, and of its unit where it names one, but for who holds it; by name.

    Where nobody of the unit can do it, the coordinator may hand it to an officer of any unit of the lane.
    """
    across = across_units(session, task, actor)
    return session.scalars(task_query(task.unit_code is not None, across), given_of(task)).all()


def given_of(task: UserTask) -> dict[str, Any]:
    """What `task_query` takes."""
    return {"group": task.group_id, "holder": task.assignee_id or 0, "unit": task.unit_code}


@cache
def task_query(of_unit: bool, across_units: bool) -> Select[User]:
    """The query of `of_task` for a task that names a unit, and for one that may leave it. Built once."""
    query = select(User).where(
        WORKING, User.groups.any(id=bindparam("group")), User.id != bindparam("holder")
    )
    if across_units:
        query = query.where(User.units.any()).options(selectinload(User.units))
    elif of_unit:
        query = query.where(User.units.any(code=bindparam("unit")))
    return query.order_by(User.full_name)


def of_tasks(session: Session, tasks: Sequence[UserTask], *, actor: Actor) -> Sequence[tuple[User, int]]:
    """Who may be handed some of these tasks, by name, each with of how many that is true.

    Tasks of one lane and unit that one person holds, or nobody, are asked for once.
    """
    found: dict[int, tuple[User, int]] = {}
    alike = Counter(
        (task.group_id, task.unit_code, task.coordinator_group_id, task.assignee_id) for task in tasks
    )
    first = {(t.group_id, t.unit_code, t.coordinator_group_id, t.assignee_id): t for t in reversed(tasks)}
    for kind, count in alike.items():
        for user in of_task(session, first[kind], actor=actor):
            found[user.id] = (user, found.get(user.id, (user, 0))[1] + count)
    return sorted(found.values(), key=lambda one: one[0].full_name)


def working(session: Session) -> Sequence[tuple[int, str]]:
    """Who works in any lane, by name: id and name, so many as one chooses among. 1 SQL."""
    query = select(User.id, User.full_name).where(WORKING, User.groups.any())
    return [(row.id, row.full_name) for row in session.execute(query.order_by(User.full_name).limit(_MOST))]


def across_units(session: Session, task: UserTask, actor: Actor) -> bool:
    """Whether the task may leave its unit: nobody there can do it, and the actor coordinates the lane. 1 SQL."""
    if task.unit_code is None or task.coordinator_group_id not in actor.groups:
        return False
    return not units.officers_of(session, task.unit_code, task.group_id)


def unit_with(session: Session, task: UserTask, to: User, *, actor: Actor) -> str | None:
    """The unit that the task is for once ``to`` has it: the same, or his own where it may leave its unit."""
    codes = sorted(unit.code for unit in to.units)
    if task.unit_code is None or task.unit_code in codes or not codes:
        return task.unit_code
    return codes[0] if across_units(session, task, actor) else task.unit_code


def may_reassign(actor: Actor, task: UserTask) -> bool:
    """Whether the task is the actor's to hand on: he holds it, or coordinates its lane."""
    mine = task.assignee_id == actor.id or task.coordinator_group_id in actor.groups
    return task.state == "open" and mine and not actor.is_auditor


def lock_user(session: Session, user: User) -> User:
    """The user as he is at this moment, with groups and units; so he stays until the commit."""
    session.execute(select(User.id).where(User.id == user.id).with_for_update(read=True))
    # Read once he is held: what the first statement waited for it does not see.
    query = select(User).where(User.id == user.id).options(*rights.WITH_MEMBERSHIPS)
    return session.scalars(query.execution_options(populate_existing=True)).unique().one()


def chosen(session: Session, user_id: str) -> User:
    """The user that a form names by id, with all that decides whether he may be handed a task.

    Raises:
        InvalidForm: it names nobody.
    """
    found, id_ = None, ids.parse_id(user_id)
    if id_ is not None:
        query = select(User).where(User.id == id_).options(*rights.WITH_MEMBERSHIPS)
        found = session.scalars(query).unique().one_or_none()
    if found is None:
        raise InvalidForm(_("Tugas belum dialihkan."), {"to": _("Pilih petugas yang menerima tugas ini.")})
    return found


def coordinated(session: Session, *, actor: Actor) -> frozenset[int]:
    """The groups of those lanes of processes in force that the actor coordinates. 1 SQL."""
    if not actor.groups:
        return frozenset()
    query = select(ProcessDefinition.lane_groups).where(ProcessDefinition.in_force)
    lanes = (lane for lanes in session.scalars(query) for lane in lanes.values())
    return frozenset(lane["group"] for lane in lanes if lane["coordinator"] in actor.groups)
