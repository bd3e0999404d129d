"""Pages of cases: those that somebody sees and that conditions ask for, in the order of an index."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.models import ProcessInstance
from app.services.core import access, bulk, candidates, case_sources, keysets, lookups
from app.services.core.access import STATES, Actor
from app.services.core.candidates import Key, Rare, Source
from app.services.core.paging import Page, cursor, limited, number_of, values_of
from app.services.search.terms import Terms

#: How cases may be sorted, each held by an index; "-" is the other way round. The first is how they come unasked.
SORTS = ("-started", "started", "priority", "-priority")
_SORTS: dict[str, tuple[Any, ...]] = {
    "started": (ProcessInstance.id,),
    "priority": (ProcessInstance.priority_rank, ProcessInstance.id),
}


def page(
    session: Session,
    made: Terms,
    *,
    actor: Actor,
    after: str,
    limit: int,
    sort: str = SORTS[0],
    most: int | None = None,
) -> Page[ProcessInstance]:
    """A page of the cases; ``most``: see `candidates.collect`.

    Where few of very many fit it may hold fewer than ``limit`` and yet be followed by another.

    Raises:
        InvalidForm: ``after`` is no cursor.
    """
    size = len(_columns(sort))
    key = tuple(number_of(value) for value in values_of(after, size)) if after else None
    found, last = ids(session, made, actor=actor, after=key, limit=limit, sort=sort, most=most)
    return Page(case_sources.of_ids(session, found), cursor(*last) if last else None)


def ids(
    session: Session,
    made: Terms,
    *,
    actor: Actor,
    after: Key | None,
    limit: int,
    sort: str = SORTS[0],
    most: int | None = None,
) -> tuple[list[int], Key | None]:
    """The ids of a page, and after which key it goes on; None at the end."""
    state = made.needed("keadaan")
    seen = access.visible_ids(actor, [state] if state else STATES)
    narrows = len(made.made) > bool(state) or seen is None
    sources = [
        case_sources.newest_first(session, [select(ProcessInstance.id)] if seen is None else seen),
        *(
            case_sources.newest_first(session, queries)
            for queries in made.sources("keadaan" if state else "")
        ),
    ]
    rare = made.rare()
    if sort != SORTS[0]:
        rare = [_sorted(session, one, sort) for one in [*rare, *(_few(source) for source in sources)]]
        sources = [_in_order(session, state, sort)]
        narrows = narrows or bool(state) or not actor.sees_all
    return candidates.collect(
        sources,
        rare,
        _fitting(session, made, actor) if narrows else None,
        after=after,
        limit=limited(limit),
        descending=sort.startswith("-"),
        most=most,
    )


def _columns(sort: str) -> tuple[Any, ...]:
    return _SORTS[sort.removeprefix("-")]


def _fitting(session: Session, made: Terms, actor: Actor) -> Callable[[Sequence[Key]], set[int]]:
    fits = and_(access.visible(actor), made.may_fit())

    def fitting(keys: Sequence[Key]) -> set[int]:
        # Asked as a column, so that no database looks by it among all cases rather than by these ids.
        asked = [key[-1] for key in keys]
        query = select(ProcessInstance.id, fits).where(lookups.among(session, ProcessInstance.id, asked))
        found = {id_ for id_, shown in session.execute(query) if shown}
        return _checked(session, made, found) if made.checks and found else found

    return fitting


def _checked(session: Session, made: Terms, found: set[int]) -> set[int]:
    """Those that fit, also by what only their variables tell."""
    query = select(ProcessInstance.id, ProcessInstance.variables, *made.told).where(
        lookups.among(session, ProcessInstance.id, found)
    )
    return {id_ for id_, held, *told in session.execute(query) if made.holds(told, held)}


def _in_order(session: Session, state: str, sort: str) -> Source:
    """All cases in another order than the newest first, of running ones those that run."""
    columns = _columns(sort)
    running: list[ColumnElement[bool]] = (
        [ProcessInstance.ended_at.is_(None)] if state in ("active", "incident") else []
    )
    if sort == "started":
        running = [ProcessInstance.id > 0, *([ProcessInstance.state == state] if state else [])]
    return keysets.in_order(
        session, [select(*columns).where(*running)], columns, descending=sort.startswith("-")
    )


def _few(source: Source) -> Rare:
    """What a source holds, where that is little."""

    def rare(most: int) -> Source | None:
        found = source(None, most)
        return (lambda _after, _size: found) if len(found) < most else None

    return rare


def _sorted(session: Session, rare: Rare, sort: str) -> Rare:
    """What is rare, in another order than the newest first: all of it is read and sorted."""
    columns = _columns(sort)

    def sorted_rare(most: int) -> Source | None:
        found = rare(most)
        few = [key[-1] for key in found(None, most)] if found is not None else []
        if found is None or len(few) >= most:
            return None
        keys = (
            tuple(row)
            for some in bulk.batches(few)
            for row in session.execute(select(*columns).where(ProcessInstance.id.in_(some)))
        )
        return candidates.listed(keys, descending=sort.startswith("-"))

    return sorted_rare
