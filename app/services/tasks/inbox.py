"""Lists of user tasks: what is mine, what waits in my lanes, what I finished."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.models import ProcessInstance, User, UserTask
from app.models.tasks import IS_COMPLETED, IS_OPEN
from app.services.core import access, candidates, case_sources, clock, filter_values, ids, keysets
from app.services.core.access import Actor
from app.services.core.candidates import Key, Rare, Source
from app.services.core.paging import Page, cursor, limited, moment_of, number_of, values_of
from app.services.search import case_terms, task_terms
from app.services.search.question import Condition, Group, Question, conditions_of
from app.services.search.terms import Term
from app.services.tasks import tabs

_OWN = ("mine", "snoozed", "done")
#: Open for so many days, or longer.
AGES = {"7": 7, "30": 30, "90": 90}
#: free: nobody holds it; held: somebody does; incident: its case is stopped.
STATES = (*task_terms.ASSIGNED, "incident")
#: A count of what a view shows looks at so many tasks, and tells so many.
_LOOKED_AT, _COUNTED = 400, 99
#: What a tab may be sorted by, each held by an index: of one deadline what was opened first comes first.
_SORTS: dict[str, tuple[Any, ...]] = {
    "deadline": (UserTask.sort_at, UserTask.opened_at, UserTask.id),
    "opened": (UserTask.opened_at, UserTask.id),
    "priority": (UserTask.priority_rank, UserTask.sort_at, UserTask.opened_at, UserTask.id),
    "closed": (UserTask.closed_at, UserTask.id),
}
#: How a list may be sorted; "-" is the other way round. The first of a tab is how it comes unasked.
SORTS = {
    True: ("-closed", "closed"),
    False: ("deadline", "-deadline", "opened", "-opened", "priority", "-priority"),
}


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
    area: str = ""
    priority: str = ""
    officer: str = ""
    age: str = ""
    state: str = ""
    key: str = ""
    instance_id: int | None = None
    business_key: str = ""
    sort: str = ""

    @property
    def order(self) -> str:
        """One of `SORTS`: how the list is sorted."""
        possible = SORTS[self.tab == "done"]
        return self.sort if self.sort in possible else possible[0]

    @property
    def of_task(self) -> dict[str, str]:
        """What is asked of a task, by the names of the condition on one."""
        asked = {
            "kegiatan": self.activity,
            "lajur": self.lane,
            "unit": self.unit,
            "tenggat": self.deadline,
            "umur": self.age if self.age in AGES else "",
            "keadaan": self.state if self.state in task_terms.ASSIGNED else "",
        }
        return {name: value for name, value in asked.items() if value}

    @property
    def of_case(self) -> list[Condition]:
        """What is asked of its case."""
        asked = {
            "kategori": self.category,
            "prioritas": self.priority,
            "wilayah": self.area,
            "nomor": self.business_key,
            "proses": self.key,
            "keadaan": self.state if self.state == "incident" else "",
            "kata": self.q.strip(),
        }
        return conditions_of(asked)


@dataclass(frozen=True)
class Choices:
    """What the open tasks of a person can be narrowed to."""

    activities: Sequence[tuple[str, str]]  # (activity_id, name)
    lanes: Sequence[str]
    units: Sequence[tuple[str, str]]  # (code, name)
    categories: Sequence[str]
    priorities: Sequence[str]
    areas: Sequence[str]


def page(
    session: Session, filters: Filters, *, actor: Actor, after: str = "", limit: int = 50
) -> Page[UserTask]:
    """Tasks of one tab as `Filters.order` sorts them, with case and assignee.

    Where few of very many fit the filters a page may hold fewer than ``limit`` and yet be followed by another.
    """
    if filters.instance_id and not after and filters == Filters(instance_id=filters.instance_id):
        return _open_of_case(session, filters.instance_id, actor, limited(limit))
    tab = _Tab(session, filters, actor)
    ids, last = candidates.collect(
        tab.sources(),
        tab.rare_sources(),
        tab.fitting if tab.narrows else None,
        after=_key_of(after, tab.columns) if after else None,
        limit=limited(limit),
        descending=tab.descending,
    )
    return Page(_tasks(session, ids), _cursor(last) if last else None)


def count(session: Session, filters: Filters, *, actor: Actor) -> tuple[int, bool]:
    """How many tasks a list shows, and whether there are more: it looks at a bounded number of them."""
    tab = _Tab(session, filters, actor)
    found, last = candidates.collect(
        tab.sources(),
        tab.rare_sources(),
        tab.fitting if tab.narrows else None,
        after=None,
        limit=_COUNTED,
        descending=tab.descending,
        most=_LOOKED_AT,
    )
    return len(found), last is not None


def with_kept(
    session: Session, page: Page[UserTask], filters: Filters, task_id: str, *, actor: Actor
) -> Page[UserTask]:
    """The page, with an open task that it does not list (any more) in its place: what somebody has before him stays.

    1 SQL where it is not on the page. Nothing is added that is not the actor's to see.
    """
    if not task_id or filters.tab == "done" or task_id in {task.id for task in page.items}:
        return page
    kept = session.scalars(_listed().where(UserTask.id == task_id, IS_OPEN, access.visible(actor))).all()
    columns = _SORTS[filters.order.removeprefix("-")]
    items = sorted(
        [*page.items, *kept],
        key=lambda task: tuple(getattr(task, column.key) for column in columns),
        reverse=filters.order.startswith("-"),
    )
    return Page(items if kept else page.items, page.next)


def question(session: Session, filters: Filters) -> Question | None:
    """The cases of the list as a question; None of lists of one's own tasks, which no question asks for."""
    if filters.tab != "open":
        return None
    parts = {"keadaan": "open", **filters.of_task}
    if filters.officer:
        holder = session.get(User, ids.parse_id(filters.officer) or 0)
        parts["petugas"] = holder.name if holder else filters.officer
    return Question(groups=(Group((Condition("tugas", parts), *filters.of_case)),))


def following(session: Session, *, actor: Actor, besides: str = "") -> UserTask | None:
    """The task to go on with: the soonest that the actor holds, else of his queue; not the one ``besides``."""
    for tab in ("mine", "queue"):
        for task in page(session, Filters(tab=tab), actor=actor, limit=2).items:
            if task.id != besides:
                return task
    return None


def open_of_cases(session: Session, ids: Sequence[int], *, actor: Actor) -> Sequence[UserTask]:
    """The open tasks of these cases that the actor may work on, or sees as all others, soonest first. 1 SQL."""
    seen = true() if actor.sees_all else access.offered(actor)
    query = _listed().where(UserTask.instance_id.in_(ids), IS_OPEN, seen).order_by(*_SORTS["deadline"])
    return session.scalars(query).all() if ids else []


def _open_of_case(session: Session, instance_id: int, actor: Actor, limit: int) -> Page[UserTask]:
    """The first page of what is open in a case, which programs ask for before each step. 1 SQL."""
    asked = {"actor_id": actor.id, "instance_id": instance_id, "most": limit + 1}
    found = session.scalars(_of_case(access.any_like(actor)), asked).all()
    last = [getattr(found[limit - 1], column.key) for column in _SORTS["deadline"]] if found[limit:] else None
    return Page(found[:limit], _cursor(tuple(last)) if last else None)


@lru_cache(maxsize=512)
def _of_case(actor: Actor) -> Select[UserTask]:
    """Built once for all with the same rights: building it took longer than running it. Whether a task is shown is a
    column of what is found by the case: see `_Tab.fitting`."""
    shown = true() if actor.sees_all else access.offered(actor)
    found = select(UserTask.id, shown.label("shown")).where(
        UserTask.instance_id == bindparam("instance_id"), IS_OPEN
    )
    here = found.cte("found").prefix_with("MATERIALIZED")
    query = _listed().join(here, here.c.id == UserTask.id).where(here.c.shown)
    return query.order_by(*_SORTS["deadline"]).limit(bindparam("most"))


def _tasks(session: Session, ids: Sequence[str]) -> list[UserTask]:
    """These tasks, in this order. 1 SQL, none for none."""
    rows = session.scalars(_of_ids(), {"ids": list(ids)}) if ids else ()
    by_id = {task.id: task for task in rows}
    return [by_id[id_] for id_ in ids]


@cache
def _of_ids() -> Select[UserTask]:
    """Built once: every list of tasks asks it."""
    return _listed().where(UserTask.id.in_(bindparam("ids", expanding=True)))


def _listed() -> Select[UserTask]:
    """Tasks with what a list shows of them."""
    query = select(UserTask).join(UserTask.instance)
    return query.options(
        contains_eager(UserTask.instance).options(*case_sources.LISTED), joinedload(UserTask.assignee)
    )


class _Tab:
    """The tasks of a tab, by the indexes of `UserTask`."""

    def __init__(self, session: Session, filters: Filters, actor: Actor) -> None:
        self._session, self._filters, self._actor = session, filters, actor
        self._terms = {one.subject: case_terms.term(session, one) for one in filters.of_case}
        self.done = filters.tab == "done"
        self.columns = _SORTS[filters.order.removeprefix("-")]
        self.descending = filters.order.startswith("-")
        self._in_time, self._dated = task_terms.due(session, filters.deadline)
        self._aged = task_terms.aged(session, AGES.get(filters.age, 0))
        self._held = tabs.held_by(filters.tab, actor, *clock.now_and_tomorrow(session))
        self._officer = ids.parse_id(filters.officer) if filters.officer else None
        self._narrowed = [*self._asked(), *self._aged]
        self._here = self._places() if filters.tab not in _OWN else None

    @property
    def narrows(self) -> bool:
        """Whether the tab shows less than what its source holds."""
        tab = self._filters.tab
        whole = tab in _OWN or (tab == "open" and self._actor.sees_all) or self._here is not None
        return not whole or bool(self._narrowed) or bool(self._dated)

    def _asked(self) -> list[ColumnElement[bool]]:
        filters = self._filters
        where = task_terms.holding(filters.of_task)
        if filters.instance_id:
            where.append(UserTask.instance_id == filters.instance_id)
        if filters.officer:
            where.append(UserTask.assignee_id == (self._officer or 0))
        if filters.state and filters.state != "incident":
            where.append(task_terms.ASSIGNED.get(filters.state, false()))
        return [*where, *(term.fits for term in self._terms.values())]

    def sources(self) -> list[Source]:
        """One that holds every task of the tab, in order."""
        if self._filters.instance_id or self._filters.business_key:
            return [self._of_instances(self._session.scalars(self._named()).all())]
        found = [self._in_order(self._queries())]
        if self._officer is not None and not self.done:
            holding = select(*self.columns).where(IS_OPEN, UserTask.assignee_id == self._officer)
            found.append(self._in_order([holding.where(*self._in_time)]))
        return found

    def rare_sources(self) -> list[Rare]:
        """The tasks of the cases that fit the filters, where those are few."""
        aged = [self._of_aged] if self._aged and not self.done else []
        return [*aged, *(self._of_rare(*one) for one in self._terms.items() if one[0] != "nomor")]

    def _of_aged(self, most: int) -> Source | None:
        """What is open for so long, where that is little."""
        query = select(*self.columns).where(IS_OPEN, *self._aged).limit(most)
        keys = [tuple(row) for row in self._session.execute(query)]
        return candidates.listed(keys, descending=self.descending) if len(keys) < most else None

    def fitting(self, keys: Sequence[Key]) -> set[str]:
        """The ids of those of these tasks that the list shows. 1 SQL.

        The conditions are asked as a column: in WHERE, SQLite looks by them among all open tasks, not by these ids.
        """
        narrowed = [*self._narrowed, *self._in_time, *self._dated]
        own = self._filters.tab in _OWN or (self._filters.tab == "open" and self._actor.sees_all)
        fits = and_(*self._held, true() if own else access.offered(self._actor), *narrowed)
        query = select(UserTask.id, fits).join(UserTask.instance)
        rows = self._session.execute(query.where(UserTask.id.in_([key[-1] for key in keys])))
        return {id_ for id_, shown in rows if shown}

    def _queries(self) -> list[Select[Any]]:
        """What finds the tasks of the tab, each sorted by an index; narrowed to what the same index holds."""
        in_time = [] if self.done else self._in_time  # finished ones are not sorted by it
        query = select(*self.columns).where(*in_time)
        tab, held = self._filters.tab, self._held
        if tab in _OWN:
            return [query.where(*held)]
        if self._here is None:
            return [query.where(IS_OPEN)]
        return [query.where(*held, access.offered_at(*place)) for place in self._here]

    def _in_order(self, queries: Sequence[Select[Any]], columns: Sequence[Any] = ()) -> Source:
        of = columns or self.columns
        return keysets.in_order(self._session, queries, of, descending=self.descending)

    def _places(self) -> list[tuple[int, str]] | None:
        """The groups and units whose tasks the tab may show; None where that narrows nothing."""
        everything = self._filters.tab == "open" and self._actor.sees_all
        here = None if everything else access.places(self._actor)
        for name in ("lane", "unit", "activity"):
            if value := getattr(self._filters, name):
                having = filter_values.places(self._session, name, value, access.MOST_PLACES + 1)
                if len(having) <= access.MOST_PLACES:
                    here = sorted(having) if here is None else [place for place in here if place in having]
        return here if here is None or len(here) <= access.MOST_PLACES else None

    def _named(self) -> Select[Any]:
        named = [
            (ProcessInstance.id, self._filters.instance_id),
            (ProcessInstance.business_key, self._filters.business_key),
        ]
        return select(ProcessInstance.id).where(*(column == value for column, value in named if value))

    def _of_instances(self, ids: Sequence[int]) -> Source:
        """Found first and sorted then: else a database may read all tasks in order until it has met enough."""
        state = IS_COMPLETED if self.done else IS_OPEN
        found = select(*self.columns).where(UserTask.instance_id.in_(ids), state).cte("found")
        found = found.prefix_with("MATERIALIZED")
        columns = [found.c[column.key] for column in self.columns]

        return self._in_order([select(*columns)] if ids else [], columns)

    def _of_rare(self, subject: str, term: Term) -> Rare:
        """The tasks of the cases that fit a condition, where those are few; of open tasks cases that run."""

        def rare(most: int) -> Source | None:
            if term.rare is not None:
                source = term.rare(max(most - 1, 0))  # of more it may give some in an order of its own
                found = [key[-1] for key in source(None, most)] if source is not None else None
            else:
                [query] = term.queries or ()
                if not self.done and subject != "keadaan":  # what is stopped runs
                    query = query.where(ProcessInstance.ended_at.is_(None))
                found = list(self._session.scalars(query.limit(most)))
            return self._of_instances(found) if found is not None and len(found) < most else None

        return rare


def choices(session: Session, *, actor: Actor, tab: str = "open") -> Choices:
    """What to offer in the filter bar: what tasks and cases of the actor's lanes and units hold, or held. 1 SQL."""
    everything = tab == "open" and actor.sees_all
    found = filter_values.known(
        session,
        ("activity", "lane", "unit", "category", "priority", "area"),
        actor=None if everything else actor,
    )
    return Choices(
        activities=sorted(found["activity"].items(), key=lambda pair: pair[1]),
        lanes=sorted(found["lane"]),
        units=sorted(found["unit"].items(), key=lambda pair: pair[1]),
        categories=sorted(found["category"]),
        priorities=sorted(found["priority"]),
        areas=sorted(found["area"]),
    )


def _key_of(after: str, columns: Sequence[Any]) -> Key:
    *values, task_id = values_of(after, len(columns))
    ranked = UserTask.priority_rank
    return (
        *(
            number_of(value) if column is ranked else moment_of(value)
            for column, value in zip(columns, values, strict=False)
        ),
        task_id,
    )


def _cursor(key: Key) -> str:
    *values, task_id = key
    return cursor(*(at.isoformat() if isinstance(at, datetime) else at for at in values), task_id)
