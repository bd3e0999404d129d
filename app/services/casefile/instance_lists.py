"""Lists of cases, and the public face of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from app.models import Job, MessageWait, ProcessInstance, UserTask
from app.services.core import access, bounded, filter_values
from app.services.core.access import ACTOR_ID, Actor
from app.services.core.paging import Page
from app.services.numbers import counted
from app.services.numbers.counted import Counted
from app.services.search import case_pages, case_terms, terms
from app.services.search.question import Condition, Group, Question, conditions_of
from app.services.search.terms import Term

STATES, SORTS = access.STATES, case_pages.SORTS


@dataclass(frozen=True)
class InstanceFilters:
    """What a list of cases is narrowed to; empty means everything, `terms.NOT_FILLED` those without a value."""

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

    @property
    def question(self) -> Question:
        """What the list asks for."""
        asked = {
            "keadaan": self.state,
            "proses": self.key if self.counted is None or self.key != self.counted.key else "",
            "nomor": self.business_key,
            "kategori": self.category,
            "unit": self.unit,
            "wilayah": self.area,
            "prioritas": self.priority,
            "kata": self.q.strip(),  # last, as it costs most to tell
        }
        found = conditions_of(asked)
        if self.counted is not None:
            found.append(self.counted.condition)
        return Question(groups=(Group(tuple(found)),) if found else ())


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
    """Cases that the actor may see, newest first or as `InstanceFilters.order` says; see `case_pages.page`."""
    behind = filters.counted
    made = terms.terms_of(
        filters.question,
        lambda one: behind.term(session) if behind and one.subject == "angka" else term(session, one),
    )
    return case_pages.page(session, made, actor=actor, after=after, limit=limit, sort=filters.order)


def term(session: Session, one: Condition) -> Term:
    """What a condition asks of a case. Raises: `InvalidForm` where it says nothing that can be asked."""
    if one.subject == "angka":
        return counted.of_values(session, one.values).term(session)
    return case_terms.term(session, one)


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


@cache
def _standing() -> tuple[Select[UserTask], Select[MessageWait]]:
    """Built once: every list of cases asks them."""
    ids: BindParameter[int] = bindparam("ids", expanding=True)
    tasks = select(UserTask).where(UserTask.instance_id.in_(ids), UserTask.state == "open")
    return tasks, select(MessageWait).where(MessageWait.instance_id.in_(ids))


def places(session: Session, ids: Sequence[int]) -> dict[int, Place]:
    """Where cases stand now, by id: open tasks, soonest deadline first, and what they wait for. 2 or 3 SQL."""
    found = {id_: Place([], [], []) for id_ in ids}
    if found:
        # Sorted here: a database might read all open tasks in order rather than sort those of fifty cases.
        tasks, waits = _standing()
        for task in sorted(session.scalars(tasks, {"ids": list(ids)}), key=lambda task: task.sort_at):
            found[task.instance_id].tasks.append(task)
        for wait in session.scalars(waits, {"ids": list(ids)}):
            found[wait.instance_id].waits.append(wait)
    idle = [id_ for id_, place in found.items() if not place.tasks]
    if idle:
        clocks = select(Job).where(Job.instance_id.in_(idle), Job.signal.is_(None))
        for job in session.scalars(clocks.order_by(Job.due_at)):
            if job.instance_id is not None:  # the clock of a start event belongs to no case
                found[job.instance_id].clocks.append(job)
    return found
