"""Which open cases of older versions are to move: by number or subject, by version, or one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, func, or_

from app.models import ProcessInstance

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
