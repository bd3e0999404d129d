"""What the frame of every page tells somebody: what waits for him, and whether he may start anything."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Label, Select, literal, select
from sqlalchemy.orm import Session

from app.models import UserTask
from app.models.tasks import IS_OPEN
from app.services.core import access
from app.services.core.access import ACTOR_ID, Actor
from app.services.instances import incidents, instances
from app.services.notifications import notices
from app.services.tasks import inbox_counts


@dataclass(frozen=True)
class PageCounts:
    """Counts up to `bounded.MANY`. ``internal``: some process that he may start knows no reporter; ``coordinates``:
    there are open tasks of lanes that he coordinates."""

    unread: int
    tasks: int
    incidents: int
    startable: bool
    internal: bool
    coordinates: bool


def of_actor(session: Session, *, actor: Actor) -> PageCounts:
    """Return them. 1 SQL, however much there is."""
    given = {ACTOR_ID.key: actor.id, **inbox_counts.moments(session)}
    row = session.execute(_counting(access.any_like(actor)), given).one()
    return PageCounts(
        row.unread, row.tasks, row.incidents, bool(row.startable), bool(row.internal), bool(row.coordinates)
    )


@lru_cache(maxsize=256)
def _counting(actor: Actor) -> Select[*tuple[Any, ...]]:
    return select(
        notices.unread_count(actor),
        inbox_counts.waiting(actor),
        incidents.waiting(),
        *instances.startable_counts(actor),
        _coordinates(actor),
    )


def _coordinates(actor: Actor) -> Label[bool]:
    """Nobody who sees every case is asked."""
    if actor.sees_all or not actor.groups:
        return literal(False).label("coordinates")
    found = select(UserTask.id).where(IS_OPEN, UserTask.coordinator_group_id.in_(actor.groups))
    return found.exists().label("coordinates")
