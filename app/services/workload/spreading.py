"""Tasks spread evenly over officers: looked at first, then carried out as a transfer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from app.models import User, UserTask
from app.services.core import access
from app.services.core.access import WORKING, Actor
from app.services.people import loads, officers
from app.services.people.loads import Load
from app.services.tasks import tasks
from app.services.workload import listing

#: So many tasks at once: each stands on the page that is looked at before.
MOST = 500
#: So many officers are offered.
MOST_OFFICERS = 200


@dataclass(frozen=True)
class Share:
    """A task, and who of those that were chosen gets it; None: none of them may."""

    task: UserTask
    to: User | None


@dataclass(frozen=True)
class Plan:
    """Who gets what."""

    shares: Sequence[Share]
    loads: Mapping[int, Load]

    @property
    def given(self) -> Sequence[Share]:
        """Those that somebody gets."""
        return [share for share in self.shares if share.to is not None]

    @property
    def totals(self) -> Sequence[tuple[User, int]]:
        """How many each gets, by name."""
        users = {share.to.id: share.to for share in self.shares if share.to is not None}
        numbers = {
            id_: sum(share.to is not None and share.to.id == id_ for share in self.shares) for id_ in users
        }
        return sorted(((users[id_], n) for id_, n in numbers.items()), key=lambda pair: pair[0].full_name)


def candidates(session: Session, found: Sequence[UserTask]) -> Sequence[User]:
    """Officers who work in a lane of the tasks, those of their units alone where all are of units; by name. 2 SQL."""
    if not found:
        return []
    groups, units = {task.group_id for task in found}, {task.unit_code for task in found}
    query = select(User).where(WORKING, or_(*(User.groups.any(id=group) for group in groups)))
    if units and None not in units:
        inside = query.where(or_(*(User.units.any(code=code) for code in units)))
        if session.scalar(inside.with_only_columns(User.id).limit(1)) is not None:
            query = inside
    return session.scalars(query.order_by(User.full_name, User.id).limit(MOST_OFFICERS)).all()


def plan(session: Session, task_ids: Sequence[str], user_ids: Sequence[int], *, actor: Actor) -> Plan:
    """Give each task to the officer among these who may have it and gets the fewest; the one who holds the fewest
    where two get as many. Who holds it already does not get it. 5 SQL, and one for each unit without officers."""
    found = listing.tasks_of(session, task_ids[:MOST], actor=actor)
    query = select(User).where(User.id.in_(user_ids), WORKING)
    people = session.scalars(query.options(selectinload(User.groups), selectinload(User.units))).all()
    held, given = loads.of_users(session, [user.id for user in people]), dict.fromkeys(user_ids, 0)
    across: dict[tuple[str | None, int, bool], bool] = {}
    shares = []
    for task in found:
        place = (task.unit_code, task.group_id, tasks.coordinates(actor, task))
        if place not in across:
            across[place] = officers.across_units(session, task, actor)
        fitting = [one for one in people if _may_have(one, task, across[place])]
        to = min(fitting, key=lambda u: (given[u.id], held[u.id].open, u.full_name, u.id), default=None)
        if to is not None:
            given[to.id] += 1
        shares.append(Share(task, to))
    return Plan(shares, held)


def _may_have(user: User, task: UserTask, across: bool) -> bool:
    if user.id == task.assignee_id:
        return False
    if across and user.units:
        return any(group.id == task.group_id for group in user.groups)
    return access.may_receive(access.actor_of(user), task, task.unit_code)
