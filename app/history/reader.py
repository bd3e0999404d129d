"""The one reader of the record. Whoever asks has checked who may read it."""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, Subquery, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from app.history.entry import Entry, entry_of
from app.history.events import Event
from app.models import HistoryEvent

#: Events that tell what was filled in.
_FILLED = ("instance_started", "task_completed", "message_received")


def of_instance(
    session: Session, instance_id: int, *, after: int = 0, limit: int = 500
) -> Sequence[Entry[Event]]:
    """The events of a case in the order they happened, with their actors. ``after``: the id of one before."""
    query = _of(instance_id).where(HistoryEvent.id > after)
    return _entries(session, query.order_by(HistoryEvent.id).limit(limit))


def latest(session: Session, instance_id: int, *, limit: int) -> Sequence[Entry[Event]]:
    """The last ``limit`` events of a case in the order they happened, with their actors."""
    return _entries(session, _of(instance_id).order_by(HistoryEvent.id.desc()).limit(limit))[::-1]


def of_kinds(
    session: Session, instance_id: int, *kinds: type[Event], latest: int | None = None
) -> Sequence[Entry[Event]]:
    """The events of some kinds of a case in the order they happened, with their actors; the ``latest`` so many."""
    query = _of(instance_id).where(HistoryEvent.type.in_([kind.type for kind in kinds]))
    return _entries(session, query.order_by(HistoryEvent.id.desc()).limit(latest))[::-1]


def last_id(session: Session, instance_id: int) -> int:
    """The id of the last event of a case, 0 where there is none. 1 SQL."""
    return session.connection().scalar(_last(), {"of_id": instance_id}) or 0


@cache
def _last() -> Select[Any]:
    """Built once: it belongs to completions."""
    return select(func.max(HistoryEvent.id)).where(HistoryEvent.instance_id == bindparam("of_id"))


def outside_instances(session: Session, *, before: int | None, limit: int) -> Sequence[Entry[Event]]:
    """What happened outside of cases, newest first, with actors. ``before``: the id of one after."""
    query = select(HistoryEvent).where(HistoryEvent.instance_id.is_(None))
    if before is not None:
        query = query.where(HistoryEvent.id < before)
    return _entries(session, query.order_by(HistoryEvent.id.desc()).limit(limit))


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


def newest_id(session: Session, instance_id: int | None = None) -> int:
    """The id of the newest event, of one case or of all; 0 where there is none. 1 SQL."""
    query = select(func.max(HistoryEvent.id))
    return (
        session.scalar(query if instance_id is None else query.where(HistoryEvent.instance_id == instance_id))
        or 0
    )


def later(after: int) -> Select[int]:
    """Ids of events of cases above ``after``, for a count: by the primary key."""
    return select(HistoryEvent.id).where(HistoryEvent.id > after, HistoryEvent.instance_id.is_not(None))


def newest_ids(after: int) -> Subquery:
    """The cases with events of an id above ``after``: ``instance_id``, and ``event_id`` of the newest of each."""
    query = select(HistoryEvent.instance_id, func.max(HistoryEvent.id).label("event_id"))
    query = query.where(HistoryEvent.id > after, HistoryEvent.instance_id.is_not(None))
    return query.group_by(HistoryEvent.instance_id).subquery()


def actor_ids(instance_id: int) -> Select[int | None]:
    """The ids of those who acted in a case, None for the clock."""
    return select(HistoryEvent.actor_id).where(HistoryEvent.instance_id == instance_id)


def _of(instance_id: int) -> Select[HistoryEvent]:
    return select(HistoryEvent).where(HistoryEvent.instance_id == instance_id)


def _entries(session: Session, query: Select[HistoryEvent]) -> list[Entry[Event]]:
    rows = session.scalars(query.options(joinedload(HistoryEvent.actor)))
    return [entry_of(row) for row in rows]
