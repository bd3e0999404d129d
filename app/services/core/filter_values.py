"""What lists can be narrowed to: values that tasks and cases of a group, and of a unit in it, hold or once held.

They are rows of their own, see `FilterValue`: grouping all tasks to fill a filter took longer than the list.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import Session

from app.models import FilterValue, Unit
from app.services.core.access import WHOLE_GROUP, Actor

#: Nobody chooses among more.
MOST = 200
_UNITS = ("unit", "case_unit")


def known(session: Session, names: Sequence[str], *, actor: Actor | None) -> Mapping[str, dict[str, str]]:
    """For each of ``names`` its values, each with what it is called, `MOST` of them; those of everybody without an
    ``actor``, else those of the actor's groups and units. 1 SQL."""
    places = None if actor is None else (actor.groups, actor.units | {WHOLE_GROUP})
    found: dict[str, dict[str, str]] = {name: {} for name in names}
    for name, value, label, unit in session.execute(_knowing(tuple(names), places)):
        found[name][value] = unit or label
    return found


@lru_cache(maxsize=256)
def _knowing(
    names: Sequence[str], places: tuple[frozenset[int], frozenset[str]] | None
) -> Select[tuple[Any, ...]]:
    query = select(FilterValue.name, FilterValue.value, FilterValue.label)
    if places is not None:
        groups, units = places
        query = query.where(FilterValue.group_id.in_(groups), FilterValue.unit_code.in_(units))
    each = [query.where(FilterValue.name == name).distinct().limit(MOST).subquery() for name in names]
    values = union_all(*(select(one) for one in each)).subquery()
    return select(values, Unit.name.label("unit")).outerjoin(
        Unit, (Unit.code == values.c.value) & values.c.name.in_(_UNITS)
    )


def holds(session: Session, name: str, value: str, *, actor: Actor | None) -> bool:
    """Whether a task or case holds this value, or once did; with an ``actor`` one of his groups and units. 1 SQL."""
    query = select(FilterValue.group_id).where(FilterValue.name == name, FilterValue.value == value)
    if actor is not None:
        query = query.where(
            FilterValue.group_id.in_(actor.groups), FilterValue.unit_code.in_(actor.units | {WHOLE_GROUP})
        )
    return session.scalar(query.limit(1)) is not None


def places(session: Session, name: str, value: str, most: int) -> set[tuple[int, str]]:
    """The groups and units, ``most`` of them, whose tasks or cases hold this value, or once did. 1 SQL."""
    query = select(FilterValue.group_id, FilterValue.unit_code)
    rows = session.execute(query.where(FilterValue.name == name, FilterValue.value == value).limit(most))
    return {(row.group_id, row.unit_code) for row in rows}
