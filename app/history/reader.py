"""The one reader of the record. Whoever asks has checked who may read it."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.history.entry import Entry, entry_of
from app.history.events import Event
from app.models import HistoryEvent


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


def outside_instances(session: Session, *, before: int | None, limit: int) -> Sequence[Entry[Event]]:
    """What happened outside of cases, newest first, with actors. ``before``: the id of one after."""
    query = select(HistoryEvent).where(HistoryEvent.instance_id.is_(None))
    if before is not None:
        query = query.where(HistoryEvent.id < before)
    return _entries(session, query.order_by(HistoryEvent.id.desc()).limit(limit))


def _of(instance_id: int) -> Select[HistoryEvent]:
    return select(HistoryEvent).where(HistoryEvent.instance_id == instance_id)


def _entries(session: Session, query: Select[HistoryEvent]) -> list[Entry[Event]]:
    rows = session.scalars(query.options(joinedload(HistoryEvent.actor)))
    return [entry_of(row) for row in rows]
