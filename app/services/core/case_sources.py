"""Cases in lists: sources for `candidates`, the newest first, and what a list reads of a case."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, defer

from app.models import ProcessInstance
from app.services.core import bounded, candidates
from app.services.core.candidates import Key, Rare, Source

#: Above every id.
NEWEST = (1 << 31) - 1
#: Of a case a list shows no more than columns: the documents beside them are larger than all of these together.
LISTED = [
    defer(column)
    for column in (
        ProcessInstance.engine_state,
        ProcessInstance.variables,
        ProcessInstance.visits,
        ProcessInstance.branches,
    )
]


def of_ids(session: Session, ids: Collection[int]) -> list[ProcessInstance]:
    """These cases as lists show them, in this order; those that are gone are left out. 1 SQL, none for none."""
    by_id = {case.id: case for case in session.scalars(_of_ids(), {"ids": list(ids)})} if ids else {}
    return [by_id[id_] for id_ in ids if id_ in by_id]


@cache
def _of_ids() -> Select[ProcessInstance]:
    """Built once: every list of cases asks it."""
    of = ProcessInstance.id.in_(bindparam("ids", expanding=True))
    return select(ProcessInstance).where(of).options(*LISTED)


def newest_first(session: Session, queries: Sequence[Select[Any]]) -> Source:
    """The ids that the queries find, the newest first; each once, also where several find it."""

    def keys(after: Key | None, most: int) -> list[Key]:
        before = after[0] if after else NEWEST
        here = []
        for query in queries:
            [id_] = query.selected_columns
            here.append(query.where(id_ < before).order_by(id_.desc()))
        if len(here) == 1:
            return [(row[0],) for row in session.execute(here[0].limit(most))]
        found = bounded.either(here, most)
        [id_] = found.selected_columns
        return [(row[0],) for row in session.execute(found.distinct().order_by(id_.desc()).limit(most))]

    return keys


def known(ids: Iterable[int]) -> Source:
    """These ids as a source."""
    return candidates.listed(((id_,) for id_ in ids), descending=True)


def of_index(newest: Callable[[int, int], Sequence[int] | None]) -> Rare:
    """What an index tells by ``newest``: ids below one, so many of them; None where it does not tell. However many
    they are, they come in the order of the list."""

    def keys(after: Key | None, most: int) -> list[Key]:
        return [(id_,) for id_ in newest(after[0] if after else NEWEST, most) or ()]

    def rare(most: int) -> Source | None:
        found = newest(NEWEST, most)
        if found is None:
            return None
        return known(found) if len(found) < most else keys if most >= candidates.RARE else None

    return rare
