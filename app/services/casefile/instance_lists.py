"""Lists of cases, and the public face of one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.models import Job, MessageWait, ProcessInstance, UserTask
from app.services.core import access
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, limited, number_of, values_of
from app.services.tasks import inbox

STATES = ("active", "incident", "ended", "cancelled")


@dataclass(frozen=True)
class InstanceFilters:
    """What a list of cases is narrowed to; empty means everything."""

    q: str = ""
    state: str = ""
    key: str = ""
    business_key: str = ""
    category: str = ""
    unit: str = ""
    area: str = ""


@dataclass(frozen=True)
class InstanceChoices:
    """What the visible cases can be narrowed to; ``units`` are codes."""

    categories: Sequence[str]
    units: Sequence[str]
    areas: Sequence[str]
    keys: Sequence[str]


@dataclass(frozen=True)
class Place:
    """Where a case stands; ``clocks`` run where no task is open, the first soonest."""

    tasks: list[UserTask]
    waits: list[MessageWait]
    clocks: list[Job]


def page(
    session: Session, filters: InstanceFilters, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[ProcessInstance]:
    """Cases that the actor may see, newest first."""
    limit = limited(limit)
    query = select(ProcessInstance).where(access.visible(actor), *_narrowed(filters))
    if after:
        query = query.where(ProcessInstance.id < number_of(values_of(after, 1)[0]))
    rows = session.scalars(query.order_by(ProcessInstance.id.desc()).limit(limit + 1)).all()
    return Page(rows[:limit], cursor(rows[limit - 1].id) if len(rows) > limit else None)


def counts(session: Session, *, actor: Actor) -> dict[str, int]:
    """How many visible cases are in each state."""
    rows = session.execute(
        select(ProcessInstance.state, func.count())
        .where(access.visible(actor))
        .group_by(ProcessInstance.state)
    )
    found = {state: count for state, count in rows}
    return {state: found.get(state, 0) for state in STATES}


def choices(session: Session, *, actor: Actor) -> InstanceChoices:
    """What to offer in the filter bar: only what visible cases hold. 1 SQL."""
    columns = (
        ProcessInstance.category,
        ProcessInstance.unit_code,
        ProcessInstance.area,
        ProcessInstance.key,
    )
    rows = session.execute(select(*columns).where(access.visible(actor)).group_by(*columns).limit(5000)).all()
    return InstanceChoices(*(sorted({row[n] for row in rows if row[n]}) for n in range(4)))


def places(session: Session, ids: Sequence[int]) -> dict[int, Place]:
    """Where cases stand now, by id: open tasks, soonest deadline first, and what they wait for. 2 or 3 SQL."""
    found = {id_: Place([], [], []) for id_ in ids}
    if found:
        tasks = select(UserTask).where(UserTask.instance_id.in_(ids), UserTask.state == "open")
        for task in session.scalars(tasks.order_by(UserTask.sort_at)):
            found[task.instance_id].tasks.append(task)
        for wait in session.scalars(select(MessageWait).where(MessageWait.instance_id.in_(ids))):
            found[wait.instance_id].waits.append(wait)
    idle = [id_ for id_, place in found.items() if not place.tasks]
    if idle:
        clocks = select(Job).where(Job.instance_id.in_(idle), Job.signal.is_(None))
        for job in session.scalars(clocks.order_by(Job.due_at)):
            if job.instance_id is not None:  # the clock of a start event belongs to no case
                found[job.instance_id].clocks.append(job)
    return found


def _narrowed(filters: InstanceFilters) -> list[ColumnElement[bool]]:
    equal = (
        (ProcessInstance.state, filters.state),
        (ProcessInstance.key, filters.key),
        (ProcessInstance.business_key, filters.business_key),
        (ProcessInstance.category, filters.category),
        (ProcessInstance.unit_code, filters.unit),
        (ProcessInstance.area, filters.area),
    )
    where: list[ColumnElement[bool]] = [column == value for column, value in equal if value]
    return [*where, inbox.matches(filters.q)] if filters.q.strip() else where
