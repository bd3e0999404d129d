"""Write and read the record of what happened."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.errors import NotAllowed
from app.i18n import _
from app.models import HistoryEvent
from app.services.core import clock
from app.services.core.access import Actor
from app.services.core.paging import Page, cursor, limited, number_of, values_of


def record(
    session: Session,
    type_: str,
    *,
    actor: Actor | None,
    instance_id: int | None = None,
    activity_id: str | None = None,
    **data: Any,
) -> HistoryEvent:
    """Add one event. ``data`` explains it and must never hold identity."""
    event = HistoryEvent(
        instance_id=instance_id,
        type=type_,
        at=clock.now(session),
        actor_id=actor.id if actor else None,
        activity_id=activity_id,
        data=data,
    )
    session.add(event)
    return event


def of_instance(
    session: Session, instance_id: int, *, after: int = 0, limit: int = 500
) -> Sequence[HistoryEvent]:
    """The events of a case in the order they happened, with their actors."""
    query = select(HistoryEvent).where(HistoryEvent.instance_id == instance_id, HistoryEvent.id > after)
    return session.scalars(
        query.options(joinedload(HistoryEvent.actor)).order_by(HistoryEvent.id).limit(limit)
    ).all()


def outside_cases(session: Session, *, actor: Actor, after: str = "", limit: int = 50) -> Page[HistoryEvent]:
    """What happened outside of cases, newest first, with actors: users, units, days off, deployments.

    Raises:
        NotAllowed: the actor is neither administrator, process owner nor auditor.
    """
    if not actor.sees_all:
        raise NotAllowed(_("Halaman ini untuk administrator, pemilik proses, dan auditor."))
    limit = limited(limit)
    query = select(HistoryEvent).where(HistoryEvent.instance_id.is_(None))
    if after:
        query = query.where(HistoryEvent.id < number_of(values_of(after, 1)[0]))
    newest = query.options(joinedload(HistoryEvent.actor)).order_by(HistoryEvent.id.desc())
    rows = session.scalars(newest.limit(limit + 1)).all()
    return Page(rows[:limit], cursor(rows[limit - 1].id) if len(rows) > limit else None)


def latest(session: Session, instance_id: int, *, limit: int) -> Sequence[HistoryEvent]:
    """The last ``limit`` events of a case in the order they happened, with their actors."""
    query = select(HistoryEvent).where(HistoryEvent.instance_id == instance_id)
    newest = query.options(joinedload(HistoryEvent.actor)).order_by(HistoryEvent.id.desc()).limit(limit)
    return session.scalars(newest).all()[::-1]
