"""Which open cases of older versions are to move: by number or subject, by version, or one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.models import ProcessDefinition, ProcessInstance
from app.services.core import access
from app.services.core.access import Actor
from app.services.migration.batches import MOST_CASES, open_elsewhere

_ESCAPE = "\\"
_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class CaseFilters:
    """What the cases are narrowed to; empty means all. ``source``: the id of a version; ``only``: ids of cases."""

    q: str = ""
    source: int | None = None
    only: Sequence[int] = ()


@dataclass(frozen=True)
class Source:
    """An older version with open cases."""

    id: int
    number: int
    cases: int


def sources(session: Session, target: ProcessDefinition, *, actor: Actor) -> list[Source]:
    """The versions in which open cases are, but the target, newest first. 1 SQL."""
    query = (
        select(ProcessDefinition.id, ProcessDefinition.version, func.count())
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .where(
            ProcessInstance.ended_at.is_(None),
            ProcessInstance.key == target.key,
            ProcessDefinition.id != target.id,
            access.visible(actor),
        )
        .group_by(ProcessDefinition.id, ProcessDefinition.version)
        .order_by(ProcessDefinition.version.desc())
    )
    return [Source(id_, number, count) for id_, number, count in session.execute(query)]


def find_ids(
    session: Session,
    target: ProcessDefinition,
    filters: CaseFilters,
    *,
    actor: Actor,
    limit: int = MOST_CASES,
) -> list[int]:
    """Ids of the open cases that the filters let through, ``limit`` of them at most. 1 SQL."""
    query = narrowed(open_elsewhere(target.key, target.id), filters).where(access.visible(actor))
    return list(session.scalars(query.limit(limit)))


def narrowed(query: _Query, filters: CaseFilters) -> _Query:
    """A query of cases with the conditions of the filters."""
    if filters.source is not None:
        query = query.where(ProcessInstance.definition_id == filters.source)
    if filters.only:
        query = query.where(ProcessInstance.id.in_(list(filters.only)))
    if filters.q:
        words = filters.q.lower().replace(_ESCAPE, _ESCAPE * 2).replace("%", r"\%").replace("_", r"\_")
        subject = func.lower(ProcessInstance.subject).like(f"%{words}%", escape=_ESCAPE)
        number = func.lower(ProcessInstance.business_key).like(f"{words}%", escape=_ESCAPE)
        query = query.where(or_(subject, number))
    return query
