"""Lists of cases, and the public face of one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.models import ProcessInstance
from app.services import access, definitions, inbox
from app.services.access import Actor
from app.services.paging import Page, cursor, limited, number_of, values_of

STATES = ("active", "incident", "ended", "cancelled")


@dataclass(frozen=True)
class CaseFilters:
    """What a list of cases is narrowed to; empty means everything."""

    q: str = ""
    state: str = ""
    key: str = ""
    business_key: str = ""
    category: str = ""
    unit: str = ""
    area: str = ""


def page(
    session: Session, filters: CaseFilters, *, actor: Actor, after: str = "", limit: int = 50
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


def categories(session: Session, *, actor: Actor) -> Sequence[str]:
    """Categories that visible cases hold, for the filter bar."""
    query = select(ProcessInstance.category).where(access.visible(actor), ProcessInstance.category != "")
    return session.scalars(query.distinct().order_by(ProcessInstance.category)).all()


def _narrowed(filters: CaseFilters) -> list[ColumnElement[bool]]:
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


def start_keys(session: Session) -> Sequence[str]:
    """Keys of the live processes, for filters."""
    return [definition.key for definition in definitions.live(session)]
