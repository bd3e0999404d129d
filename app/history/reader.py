"""The one reader of the record. Whoever asks has checked who may read it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import BindParameter, ColumnElement, Select, Subquery, Table, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from app.history import origin, pending
from app.history.catalogue import Entry, Event
from app.history.codec import decode, entry_of
from app.models import EventChain, HistoryEvent, User

_E = TypeVar("_E", bound=Event)
_FEW = 5_000
_WITH_ACTOR = joinedload(HistoryEvent.actor)
#: Events that tell what was filled in.
_FILLED = ("instance_started", "task_completed", "message_received")
#: So do moves of cases, of fields that they were never asked for.
_FILLED_BY_HAND = (*_FILLED, "instance_migrated")


def of_instance(
    session: Session, instance_id: int, *, after: int = 0, limit: int = 500
) -> Sequence[Entry[Event]]:
    """The events of a case in the order they happened, with their actors. ``after``: the id of one before."""
    query = _of(instance_id).where(HistoryEvent.id > after)
    return _entries(session, query.order_by(HistoryEvent.id).limit(limit))


def latest(
    session: Session, instance_id: int, *, limit: int, before: int | None = None
) -> Sequence[Entry[Event]]:
    """The last ``limit`` events of a case in the order they happened, with their actors. ``before``: of those before
    the event with this id."""
    query = _latest(limit, None, before is not None)
    return _entries(session, query, {"case": instance_id, "before": before})[::-1]


def of_kinds(
    session: Session, instance_id: int, *kinds: type[Event], latest: int | None = None
) -> Sequence[Entry[Event]]:
    """The events of some kinds of a case in the order they happened, with their actors; the ``latest`` so many."""
    query = _latest(latest, tuple(kind.type for kind in kinds), False)
    return _entries(session, query, {"case": instance_id})[::-1]


def last_id(session: Session, instance_id: int) -> int:
    """The id of the last event of a case, 0 where there is none, for who is about to add to it. 1 SQL."""
    return pending.last_id(session.connection(), instance_id)


def numbers_since(session: Session, instance_id: int, event_id: int) -> tuple[int, int]:
    """Which number an event of a case has in its chain, and the last one there. 1 SQL."""
    last = select(EventChain.count).where(EventChain.instance_id == instance_id).scalar_subquery()
    query = select(HistoryEvent.number, last).where(HistoryEvent.id == event_id)
    number, count = session.execute(query).one_or_none() or (0, 0)
    return number or 0, count or 0


def count(session: Session, instance_id: int) -> int:
    """How many events a case has. 1 SQL by its index."""
    query = select(func.count()).select_from(HistoryEvent).where(HistoryEvent.instance_id == instance_id)
    return session.scalar(query) or 0


def moments(session: Session, instance_id: int) -> Sequence[tuple[datetime, int]]:
    """When something happened in a case, oldest first, each with the id of the last event of that moment. 1 SQL."""
    query = select(HistoryEvent.at, func.max(HistoryEvent.id)).where(HistoryEvent.instance_id == instance_id)
    query = query.group_by(HistoryEvent.at).order_by(func.max(HistoryEvent.id))
    return [(at, last) for at, last in session.execute(query)]


def until(session: Session, instance_id: int, last: int) -> list[Entry[Event]]:
    """All events of a case up to the id ``last``, with their actors: as plain rows, for what goes through them all.
    2 SQL."""
    held = cast("Table", HistoryEvent.__table__).c
    query = select(held.id, held.type, held.at, held.actor_id, held.activity_id, held.data)
    query = query.where(held.instance_id == instance_id, held.id <= last).order_by(held.id)
    rows = session.execute(query).all()
    ids = {row.actor_id for row in rows} - {None}
    people = {user.id: user for user in session.scalars(select(User).where(User.id.in_(ids)))} if ids else {}
    return [
        Entry(id_, instance_id, type_, at, people.get(actor), activity, told, decode(type_, told), came_from)
        for id_, type_, at, actor, activity, data in rows
        for told, came_from in (origin.parted(data),)
    ]


def rows_of(session: Session, instance_ids: Sequence[int]) -> Iterator[Any]:
    """The events of many cases as plain rows (instance_id, id, type, at, actor_id, activity_id, data), by case and in
    their order: for who reads very many. 1 SQL."""
    held = cast("Table", HistoryEvent.__table__).c
    query = select(held.instance_id, held.id, held.type, held.at, held.actor_id, held.activity_id, held.data)
    query = query.where(held.instance_id.in_(instance_ids)).order_by(held.instance_id, held.id)
    yield from session.execute(query)


def outside_instances(session: Session, *, before: int | None, limit: int) -> Sequence[Entry[Event]]:
    """What happened outside of cases, newest first, with actors. ``before``: the id of one after."""
    query = select(HistoryEvent).where(HistoryEvent.instance_id.is_(None))
    if before is not None:
        query = query.where(HistoryEvent.id < before)
    return _entries(session, query.order_by(HistoryEvent.id.desc()).limit(limit))


def happened_outside(session: Session, kinds: Collection[type[Event]]) -> Iterator[tuple[Event, datetime]]:
    """What happened of these kinds outside of cases, and when; the oldest first, as a stream."""
    query = select(HistoryEvent.type, HistoryEvent.at, HistoryEvent.data).where(
        HistoryEvent.instance_id.is_(None), HistoryEvent.type.in_([kind.type for kind in kinds])
    )
    rows = session.execute(query.order_by(HistoryEvent.id).execution_options(yield_per=1_000))
    for type_, at, data in rows:
        yield decode(type_, data), at


def latest_outside(session: Session, kind: type[_E]) -> Entry[_E] | None:
    """The last event of a kind outside of cases, if it is among the last thousands of them. 1 SQL."""
    outside = (
        select(HistoryEvent.id).where(HistoryEvent.instance_id.is_(None)).order_by(HistoryEvent.id.desc())
    )
    query = select(HistoryEvent).where(
        HistoryEvent.id.in_(outside.limit(_FEW)), HistoryEvent.type == kind.type
    )
    found = _entries(session, query.order_by(HistoryEvent.id.desc()).limit(1))
    return cast("Entry[_E]", found[0]) if found else None


def newest_of(session: Session, kind: type[_E], *, since: datetime, limit: int) -> Sequence[Entry[_E]]:
    """The newest ``limit`` events of a kind since a moment, newest first, with their actors. 1 SQL by an index."""
    of_kind = (HistoryEvent.id > 0, HistoryEvent.type == kind.type, HistoryEvent.at >= since)
    query = select(HistoryEvent).where(*of_kind).order_by(HistoryEvent.at.desc(), HistoryEvent.id.desc())
    return cast("Sequence[Entry[_E]]", _entries(session, query.limit(limit)))


def answers(
    session: Session, instance_ids: Sequence[int], names: Collection[str], *, limit: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where something was filled in (an element's id, "" at the start), and what of ``names``; never identity.

    Cases in the order of their ids, ``limit`` events at most. 1 SQL.
    """
    query = select(HistoryEvent.activity_id, HistoryEvent.data)
    query = query.where(HistoryEvent.instance_id.in_(instance_ids), HistoryEvent.type.in_(_FILLED))
    query = query.order_by(HistoryEvent.instance_id, HistoryEvent.id).limit(limit)
    for activity, data in session.execute(query):
        yield activity or "", {key: value for key, value in data.get("values", {}).items() if key in names}


def has_filled_in(session: Session, instance_ids: Sequence[int], user_id: int) -> bool:
    """Whether this user himself gave any of these cases values. 1 SQL."""
    query = select(HistoryEvent.data).where(
        HistoryEvent.instance_id.in_(instance_ids),
        HistoryEvent.actor_id == user_id,
        HistoryEvent.type.in_(_FILLED_BY_HAND),
    )
    return any(data.get("values") or data.get("given") for data in session.scalars(query))


def of_ids(session: Session, ids: Sequence[int]) -> Sequence[Entry[Event]]:
    """These events with their actors, in this order. 1 SQL, none for none."""
    found = (
        {one.id: one for one in _entries(session, select(HistoryEvent).where(HistoryEvent.id.in_(ids)))}
        if ids
        else {}
    )
    return [found[id_] for id_ in ids]


def newest_id(session: Session, instance_id: int | None = None) -> int:
    """The id of the newest event, of one case or of all; 0 where there is none. 1 SQL."""
    query = select(func.max(HistoryEvent.id))
    return (
        session.scalar(query if instance_id is None else query.where(HistoryEvent.instance_id == instance_id))
        or 0
    )


class Happening(NamedTuple):
    """An event of a case without what it says: of many cases that is not read, as one that cannot be read would hold
    up all others."""

    id: int
    instance_id: int
    type: str
    at: datetime
    activity_id: str | None
    actor_id: int | None


def of_types(
    session: Session,
    after: int,
    types: Collection[str],
    *,
    known: Select[int] | None = None,
    limit: int | None = None,
) -> Sequence[Happening]:
    """The events of cases of these types above the id ``after``, in their order, without those whose ids are
    ``known``. 1 SQL by the primary key."""
    columns = (getattr(HistoryEvent, name) for name in Happening._fields)
    query = select(*columns).where(
        HistoryEvent.id > after, HistoryEvent.instance_id.is_not(None), HistoryEvent.type.in_(types)
    )
    if known is not None:
        query = query.where(HistoryEvent.id.not_in(known))
    return [Happening(*row) for row in session.execute(query.order_by(HistoryEvent.id).limit(limit))]


def later(after: int) -> Select[int]:
    """Ids of events of cases above ``after``, for a count: by the primary key."""
    return select(HistoryEvent.id).where(HistoryEvent.id > after, HistoryEvent.instance_id.is_not(None))


def newest_ids(after: int) -> Subquery:
    """The cases with events of an id above ``after``: ``instance_id``, and ``event_id`` of the newest of each."""
    query = select(HistoryEvent.instance_id, func.max(HistoryEvent.id).label("event_id"))
    query = query.where(HistoryEvent.id > after, HistoryEvent.instance_id.is_not(None))
    return query.group_by(HistoryEvent.instance_id).subquery()


def actor_ids(instance_ids: Sequence[int]) -> Subquery:
    """Who acted in cases: ``instance_id`` and ``actor_id``, None for the clock, each pair once."""
    query = select(HistoryEvent.instance_id, HistoryEvent.actor_id).distinct()
    return query.where(HistoryEvent.instance_id.in_(instance_ids)).subquery()


def _of(instance_id: int) -> Select[HistoryEvent]:
    return select(HistoryEvent).where(HistoryEvent.instance_id == instance_id)


@lru_cache(maxsize=256)
def _latest(limit: int | None, kinds: tuple[str, ...] | None, before: bool) -> Select[HistoryEvent]:
    """Built once: pages of cases and tasks ask it."""
    query = select(HistoryEvent).where(HistoryEvent.instance_id == bindparam("case"))
    if before:
        query = query.where(HistoryEvent.id < bindparam("before"))
    if kinds is not None:
        query = query.where(HistoryEvent.type.in_(kinds))
    return query.order_by(HistoryEvent.id.desc()).limit(limit).options(_WITH_ACTOR)


def _entries(
    session: Session, query: Select[HistoryEvent], given: Mapping[str, int | None] | None = None
) -> list[Entry[Event]]:
    rows = session.scalars(query if given else query.options(_WITH_ACTOR), given)
    return [entry_of(row) for row in rows]


def is_before(event_id: ColumnElement[Any], since: BindParameter[Any]) -> ColumnElement[bool]:
    """Whether an event was recorded before a time; both are parts of the caller's statement."""
    return select(HistoryEvent.id).where(HistoryEvent.id == event_id, HistoryEvent.at < since).exists()
