"""Lists of cases, and the public face of one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, tuple_
from sqlalchemy.orm import Session

from app.models import Job, MessageWait, ProcessInstance, UserTask
from app.services.core import access, bounded, bulk, candidates, case_sources, filter_values, lookups
from app.services.core.access import ACTOR_ID, Actor
from app.services.core.candidates import Key, Rare, Source
from app.services.core.paging import Page, cursor, limited, number_of, values_of
from app.services.numbers.counted import NOT_FILLED, Counted
from app.services.search import finding
from app.services.search.finding import Wanted
from app.services.tasks import inbox

STATES = access.STATES
#: How the list may be sorted, each held by an index; "-" is the other way round. The first is how it comes unasked.
SORTS = ("-started", "started", "priority", "-priority")
_SORTS: dict[str, tuple[Any, ...]] = {
    "started": (ProcessInstance.id,),
    "priority": (ProcessInstance.priority_rank, ProcessInstance.id),
}


@dataclass(frozen=True)
class InstanceFilters:
    """What a list of cases is narrowed to; empty means everything, `NOT_FILLED` those without a value."""

    q: str = ""
    state: str = ""
    key: str = ""
    business_key: str = ""
    category: str = ""
    unit: str = ""
    area: str = ""
    counted: Counted | None = None
    priority: str = ""
    sort: str = ""

    @property
    def order(self) -> str:
        """One of `SORTS`: how the list is sorted."""
        return self.sort if self.sort in SORTS else SORTS[0]


@dataclass(frozen=True)
class InstanceChoices:
    """What the visible cases can be narrowed to; ``units`` are codes."""

    categories: Sequence[str]
    units: Sequence[str]
    areas: Sequence[str]
    keys: Sequence[str]
    priorities: Sequence[str]


@dataclass(frozen=True)
class Place:
    """Where a case stands; ``clocks`` run where no task is open, the first soonest."""

    tasks: list[UserTask]
    waits: list[MessageWait]
    clocks: list[Job]


def page(
    session: Session, filters: InstanceFilters, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[ProcessInstance]:
    """Cases that the actor may see, newest first or as `InstanceFilters.order` says.

    Where few of very many fit the filters a page may hold fewer than ``limit`` and yet be followed by another.
    """

    words = finding.want(session, filters.q)

    def fitting(keys: Sequence[Key]) -> set[int]:
        # Asked as a column, so that no database looks by it among all cases rather than by these ids.
        fits = and_(access.visible(actor), *_narrowed(filters, words))
        ids = [key[-1] for key in keys]
        query = select(ProcessInstance.id, fits).where(lookups.among(session, ProcessInstance.id, ids))
        return {id_ for id_, shown in session.execute(query) if shown}

    seen = access.visible_ids(actor, [filters.state] if filters.state else STATES)
    narrows = bool(_narrowed(replace(filters, state=""), words)) or seen is None
    sources = [
        case_sources.newest_first(session, [select(ProcessInstance.id)] if seen is None else seen),
        *_of_values(session, filters),
        *_of_figure(session, filters.counted),
    ]
    rare = [
        *([_of_words(session, words)] if words else []),
        *([_of_due(session, filters.counted)] if filters.counted else []),
    ]
    columns = _SORTS[filters.order.removeprefix("-")]
    if filters.order != SORTS[0]:
        rare = [*rare, *(_few(source) for source in sources)]
        rare, sources = [_sorted(session, one, filters.order) for one in rare], [_in_order(session, filters)]
        narrows = narrows or bool(filters.state) or not actor.sees_all
    ids, last = candidates.collect(
        sources,
        rare,
        fitting if narrows else None,
        after=tuple(number_of(value) for value in values_of(after, len(columns))) if after else None,
        limit=limited(limit),
        descending=filters.order.startswith("-"),
    )
    return Page(_instances(session, ids), cursor(*last) if last else None)


def _in_order(session: Session, filters: InstanceFilters) -> Source:
    """All cases in another order than the newest first, of running ones those that run."""
    columns, descending = _SORTS[filters.order.removeprefix("-")], filters.order.startswith("-")
    running: list[ColumnElement[bool]] = (
        [ProcessInstance.ended_at.is_(None)] if filters.state in ("active", "incident") else []
    )
    if filters.order == "started":
        running = [
            ProcessInstance.id > 0,
            *([ProcessInstance.state == filters.state] if filters.state else []),
        ]
    query = select(*columns).where(*running)
    query = query.order_by(*(column.desc() if descending else column for column in columns))

    def keys(after: Key | None, most: int) -> list[Key]:
        here = query
        if after is not None:
            row = tuple_(*columns)
            here = query.where(row < after if descending else row > after)
        return [tuple(row) for row in session.execute(here.limit(most))]

    return keys


def _few(source: Source) -> Rare:
    """What a source holds, where that is little."""

    def rare(most: int) -> Source | None:
        found = source(None, most)
        return (lambda _after, _size: found) if len(found) < most else None

    return rare


def _sorted(session: Session, rare: Rare, order: str) -> Rare:
    """What is rare, in another order than the newest first: all of it is read and sorted."""
    columns, descending = _SORTS[order.removeprefix("-")], order.startswith("-")

    def sorted_rare(most: int) -> Source | None:
        found = rare(most)
        ids = [key[-1] for key in found(None, most)] if found is not None else []
        if found is None or len(ids) >= most:
            return None
        keys = [
            tuple(row)
            for some in bulk.batches(ids)
            for row in session.execute(select(*columns).where(ProcessInstance.id.in_(some)))
        ]
        keys.sort(reverse=descending)

        def source(after: Key | None, size: int) -> list[Key]:
            if after is None:
                return keys[:size]
            return [key for key in keys if (key < after if descending else key > after)][:size]

        return source

    return sorted_rare


def _instances(session: Session, ids: Sequence[int]) -> list[ProcessInstance]:
    """These cases, in this order. 1 SQL, none for none."""
    query = select(ProcessInstance).where(ProcessInstance.id.in_(ids)).options(*inbox.LISTED)
    by_id = {case.id: case for case in session.scalars(query)} if ids else {}
    return [by_id[id_] for id_ in ids]


def _of_values(session: Session, filters: InstanceFilters) -> list[Source]:
    """For each filter the cases that fit it."""
    return [
        case_sources.newest_first(session, [select(ProcessInstance.id).where(column == value)])
        for column, value in _equal(filters)
        if column is not ProcessInstance.state
    ]


def _of_figure(session: Session, counted: Counted | None) -> list[Source]:
    """The cases behind a figure, where an index holds them in the order of the list."""
    queries = counted.in_order() if counted is not None else None
    return [case_sources.newest_first(session, queries)] if queries else []


def _of_due(session: Session, counted: Counted) -> Rare:
    """The cases behind a figure of open tasks, where there are few."""

    def rare(most: int) -> Source | None:
        query = counted.due_cases(most)
        ids = session.scalars(query).all() if query is not None else ()
        if query is None or len(ids) == most:
            return None
        found = sorted(set(ids), reverse=True)
        return lambda after, size: [(id_,) for id_ in found if after is None or id_ < after[0]][:size]

    return rare


def _of_words(session: Session, words: Wanted) -> Rare:
    """The cases that may hold the words; however many they are, they come in the order of the list."""

    def keys(after: Key | None, most: int) -> list[Key]:
        found = words.newest(session, after[0] if after else case_sources.NEWEST, most)
        return [(id_,) for id_ in found or ()]

    def rare(most: int) -> Source | None:
        found = words.newest(session, case_sources.NEWEST, most)
        if found is None:
            return None
        if len(found) < most:
            return lambda after, size: [(id_,) for id_ in found if after is None or id_ < after[0]][:size]
        return keys if most >= candidates.RARE else None

    return rare


def counts(session: Session, *, actor: Actor) -> dict[str, int]:
    """How many visible cases are in each state, `bounded.MANY` at most. 1 SQL."""
    return dict(session.execute(_counting(access.any_like(actor)), {ACTOR_ID.key: actor.id}).one()._mapping)


@lru_cache(maxsize=256)
def _counting(actor: Actor) -> Select[*tuple[Any, ...]]:
    columns = []
    for state in STATES:
        seen = access.visible_ids(actor, [state])
        if seen is None:
            seen = [select(ProcessInstance.id).where(ProcessInstance.state == state, access.visible(actor))]
        columns.append(bounded.count_distinct(*seen, name=state))
    return select(*columns)


def choices(session: Session, *, actor: Actor) -> InstanceChoices:
    """What to offer in the filter bar: what cases of the actor's lanes and units hold, or once held. 1 SQL."""
    names = ("category", "case_unit", "area", "key", "priority")
    found = filter_values.known(session, names, actor=None if actor.sees_all else actor)
    return InstanceChoices(*(sorted(found[name]) for name in names))


def places(session: Session, ids: Sequence[int]) -> dict[int, Place]:
    """Where cases stand now, by id: open tasks, soonest deadline first, and what they wait for. 2 or 3 SQL."""
    found = {id_: Place([], [], []) for id_ in ids}
    if found:
        # Sorted here: a database might read all open tasks in order rather than sort those of fifty cases.
        tasks = select(UserTask).where(UserTask.instance_id.in_(ids), UserTask.state == "open")
        for task in sorted(session.scalars(tasks), key=lambda task: task.sort_at):
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


def _narrowed(filters: InstanceFilters, words: Wanted | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [column == value for column, value in _equal(filters)]
    if filters.counted is not None:
        where.append(filters.counted.fits())
    return [*where, words.condition()] if words else where


def _equal(filters: InstanceFilters) -> tuple[tuple[Any, str], ...]:
    """The columns that must hold a value; unit, category and area none where they are `NOT_FILLED`."""
    asked = (
        (ProcessInstance.state, filters.state),
        (ProcessInstance.key, filters.key),
        (ProcessInstance.business_key, filters.business_key),
        (ProcessInstance.category, filters.category),
        (ProcessInstance.priority, filters.priority),
        (ProcessInstance.unit_code, filters.unit),
        (ProcessInstance.area, filters.area),
    )
    return tuple((column, "" if value == NOT_FILLED else value) for column, value in asked if value)
