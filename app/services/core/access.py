"""Who may see and do what. One predicate says what is visible; lists, search, files and API all use it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.base.errors import NotFound
from app.base.i18n import _
from app.models import (
    InstanceVisibility,
    ProcessDefinition,
    ProcessInstance,
    User,
    UserTask,
    membership,
    user_unit,
)


@dataclass(frozen=True)
class Actor:
    """The person who acts. Services take it as an argument; no actor means the clock."""

    id: int
    name: str
    full_name: str
    groups: frozenset[int]
    units: frozenset[str]
    is_admin: bool = False
    is_process_owner: bool = False
    is_auditor: bool = False

    @property
    def sees_all(self) -> bool:
        """Process owner, auditor and administrator see every case; identities stay masked."""
        return self.is_admin or self.is_process_owner or self.is_auditor

    @property
    def administers(self) -> bool:
        """Whether he may change users, units and days off: an auditor changes nothing, whatever else he is."""
        return self.is_admin and not self.is_auditor


#: In which a case may be.
STATES = ("active", "incident", "ended", "cancelled", "joined")
#: Who works in more groups and units has lists that are looked for among all rows.
MOST_PLACES = 100
#: Of `InstanceVisibility`: not of one unit.
WHOLE_GROUP = ""
#: Users who work in the lanes they were put into: not disabled, and no auditors; see `actor_of`.
WORKING = and_(User.disabled_at.is_(None), User.is_auditor.is_(False))


def actor_of(user: User) -> Actor:
    """The actor that a user is, with the groups and units of the moment."""
    places = [group.id for group in user.groups], [unit.code for unit in user.units]
    roles = user.is_admin, user.is_process_owner, user.is_auditor
    return stored_actor(user.id, user.name, user.full_name, *places, *roles)


def stored_actor(
    id_: int,
    name: str,
    full_name: str,
    groups: Iterable[int] | None,
    units: Iterable[str] | None,
    *roles: bool,
) -> Actor:
    """The actor of a row of `actor_columns`.

    An auditor reads everything and changes nothing: he works in no lane, whichever he was put into.
    """
    *_others, is_auditor = roles
    lanes = () if is_auditor else groups or ()
    return Actor(id_, name, full_name, frozenset(lanes), frozenset(units or ()), *roles)


def actor_columns(dialect: str) -> Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]:
    """What tells an actor in a query for users, with his groups and units in the same row."""

    def gathered(column: Column[Any], owner: Column[Any]) -> ColumnElement[Any]:
        rows = func.json_agg if dialect == "postgresql" else func.json_group_array
        return select(rows(column, type_=JSON)).where(owner == User.id).correlate(User).scalar_subquery()

    places = (
        gathered(membership.c.group_id, membership.c.user_id),
        gathered(user_unit.c.unit_code, user_unit.c.user_id),
    )
    return [
        User.id,
        User.name,
        User.full_name,
        *places,
        User.is_admin,
        User.is_process_owner,
        User.is_auditor,
    ]


def standing_actor(session: Session, user_id: int | None) -> Actor | None:
    """Who asked for what is done later, as he is now; None where his account is not active any more."""
    user = session.get(User, user_id) if user_id is not None else None
    return actor_of(user) if user is not None and user.disabled_at is None else None


#: The parameter of statements that are built for `any_like` an actor: his id.
ACTOR_ID = bindparam("actor_id", type_=Integer)


def any_like(actor: Actor) -> Actor:
    """Whoever has the actor's rights, groups and units; his id is the parameter `ACTOR_ID`.

    Building a statement costs more than running it, so what belongs to every page is built once for all of these.
    """
    return replace(actor, id=cast(Any, ACTOR_ID), name="", full_name="")


def offered(actor: Actor) -> ColumnElement[bool]:
    """User tasks offered to one of the actor's lanes, and to his unit where the lane names one."""
    if not actor.groups:
        return false()
    unit: ColumnElement[bool] = UserTask.unit_code.is_(None)
    if actor.units:
        unit = or_(unit, _one_of(UserTask.unit_code, actor.units))
    return and_(_one_of(UserTask.group_id, actor.groups), unit)


def may_work(actor: Actor, task: UserTask) -> bool:
    """Whether the task is offered to the actor: his lane, and his unit where the task names one."""
    return may_receive(actor, task, task.unit_code)


def may_receive(to: Actor, task: UserTask, unit: str | None) -> bool:
    """The same of a task of this unit."""
    return task.group_id in to.groups and (unit is None or unit in to.units)


def _one_of(column: InstrumentedAttribute[Any], values: frozenset[Any]) -> ColumnElement[bool]:
    """Most officers are in one lane and one unit; a list is written into the statement anew each time it is run."""
    return column == next(iter(values)) if len(values) == 1 else column.in_(values)


@lru_cache(maxsize=512)
def visible(actor: Actor) -> ColumnElement[bool]:
    """Process instances that the actor may see: all, or those in which a task was offered to him.

    A coordinator sees every case in which a task was offered to a lane he coordinates; see `InstanceVisibility`.
    """
    if actor.sees_all:
        return true()
    started = ProcessInstance.started_by_id == actor.id
    if not actor.groups:
        return started
    seen = exists().where(
        InstanceVisibility.instance_id == ProcessInstance.id,
        _one_of(InstanceVisibility.group_id, actor.groups),
        _one_of(InstanceVisibility.unit_code, actor.units | {WHOLE_GROUP}),
    )
    # Its own look at the rows, also where the query around it joins them.
    return or_(seen.correlate_except(InstanceVisibility), started)


def places(actor: Actor) -> list[tuple[int, str]]:
    """Every group and unit whose work the actor is offered: (group, unit's code or `WHOLE_GROUP`)."""
    units = [WHOLE_GROUP, *sorted(actor.units)]
    return [(group, unit) for group in sorted(actor.groups) for unit in units]


def visible_ids(actor: Actor, states: Sequence[str]) -> list[Select[int]] | None:
    """Queries that together find the id of every case of these states that the actor sees, some of them twice.

    Each can be sorted by id from an index. None where he works in more than `MOST_PLACES`: look at each case.
    """
    if actor.sees_all:
        query = select(ProcessInstance.id)
        return (
            [query]
            if set(states) == set(STATES)
            else [query.where(ProcessInstance.state == s) for s in states]
        )
    here = places(actor)
    if len(here) > MOST_PLACES:
        return None
    row, found = InstanceVisibility, list[Select[int]]()
    for state in states:
        started = ProcessInstance.started_by_id == actor.id
        found.append(select(ProcessInstance.id).where(started, ProcessInstance.state == state))
        found += [
            select(row.instance_id.label("id")).where(
                row.group_id == group, row.unit_code == unit, row.state == state
            )
            for group, unit in here
        ]
    return found


def offered_at(group_id: int, unit_code: str) -> ColumnElement[bool]:
    """User tasks of one of these `places`."""
    unit = UserTask.unit_code.is_(None) if unit_code == WHOLE_GROUP else UserTask.unit_code == unit_code
    return and_(UserTask.group_id == group_id, unit)


def instance(session: Session, actor: Actor, instance_id: int, *, lock: bool = False) -> ProcessInstance:
    """Return a case that the actor may see; with ``lock`` nobody else changes it until the commit.

    Raises:
        NotFound: there is none, or it is not his to see.
    """
    query = select(ProcessInstance).where(ProcessInstance.id == instance_id, visible(actor))
    if lock:
        query = locking(query)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(_("Perkara ini tidak ada, atau bukan perkara Anda."))
    return found


def locking(query: Select[ProcessInstance]) -> Select[ProcessInstance]:
    """Let a query for a case wait for whoever changes it, and keep it for this transaction, read afresh.

    Rows that only name the case, e.g. a note, may be written meanwhile; waiting for those could go in a circle.
    """
    return query.with_for_update(key_share=True).execution_options(populate_existing=True)


def held_there(user_id: Any) -> ColumnElement[bool]:
    """Whether the user is let in at this moment; and so it stays until the commit.

    Whoever disables him or takes him out of a lane waits, and then sees what he did; see `users`.
    """
    there = select(User.id).where(User.id == user_id, User.disabled_at.is_(None))
    return there.with_for_update(read=True).exists()


@lru_cache(maxsize=512)
def still_offered(user_id: Any) -> ColumnElement[bool]:
    """Whether a task is one that the user may work on by what is stored at this moment, not when he came in."""
    no_auditor = exists().where(User.id == user_id, User.is_auditor.is_(False))
    lane = exists().where(membership.c.user_id == user_id, membership.c.group_id == UserTask.group_id)
    unit = exists().where(user_unit.c.user_id == user_id, user_unit.c.unit_code == UserTask.unit_code)
    return and_(no_auditor, lane, or_(UserTask.unit_code.is_(None), unit))


def works_in(actor: Actor, definition: ProcessDefinition, lane_id: str) -> bool:
    """Whether the actor is an officer of this lane."""
    lane: Mapping[str, Any] = definition.lane_groups.get(lane_id, {})
    return lane.get("group") in actor.groups
