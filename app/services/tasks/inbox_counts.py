"""How many tasks wait for somebody: by tab, what is late, and on every page."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Label, Select, and_, bindparam, exists, select
from sqlalchemy.orm import Session

from app.models import UserTask
from app.models.tasks import IS_OPEN
from app.services.core import access, bounded, clock
from app.services.core.access import ACTOR_ID, Actor
from app.services.tasks import tabs


def counts(session: Session, *, actor: Actor) -> dict[str, int]:
    """How many tasks each tab holds, how many of his own are ``overdue`` or due ``today``, and how many of his queue
    are overdue (``queue_overdue``); each `bounded.MANY` at most. 1 SQL."""
    given = {ACTOR_ID.key: actor.id, **moments(session)}
    return dict(session.execute(_counting(access.any_like(actor)), given).one()._mapping)


#: Now, and when the next day begins here: parameters of statements that are built once, see `moments`.
_MOMENTS = (
    bindparam("now", type_=UserTask.sort_at.type),
    bindparam("tomorrow", type_=UserTask.sort_at.type),
)


def moments(session: Session) -> dict[str, datetime]:
    """What `waiting` asks to be given."""
    now, tomorrow = clock.now_and_tomorrow(session)
    return {"now": now, "tomorrow": tomorrow}


@lru_cache(maxsize=256)
def _counting(actor: Actor) -> Select[*tuple[Any, ...]]:
    mine = _mine(actor)
    now, tomorrow = _MOMENTS
    done = select(UserTask.id).where(*tabs.held_by("done", actor, now, tomorrow))
    snoozed = select(UserTask.id).where(*tabs.held_by("snoozed", actor, now, tomorrow))
    dated = UserTask.due_at.is_not(None)
    late = and_(UserTask.sort_at < now, dated)
    today = and_(UserTask.sort_at >= now, UserTask.sort_at < tomorrow, dated)
    return select(
        bounded.count(mine, name="mine"),
        bounded.count(*_queue(actor), name="queue"),
        bounded.count(done, name="done"),
        bounded.count(snoozed, name="snoozed"),
        bounded.count(mine.where(late), name="overdue"),
        bounded.count(mine.where(today), name="today"),
        bounded.count(*(query.where(late) for query in _queue(actor)), name="queue_overdue"),
    )


def waiting(actor: Actor) -> Label[int]:
    """A column ``tasks``: how many tasks the actor holds or could take, `bounded.MANY` at most. Given `moments`."""
    return bounded.count(_mine(actor), *_queue(actor), name="tasks")


def _mine(actor: Actor) -> Select[Any]:
    return select(UserTask.id).where(*tabs.held_by("mine", actor, *_MOMENTS))


def _queue(actor: Actor) -> list[Select[Any]]:
    query = select(UserTask.id).where(*tabs.held_by("queue", actor, *_MOMENTS))
    here = access.places(actor)
    if len(here) > access.MOST_PLACES:
        return [query.where(access.offered(actor))]
    return [query.where(access.offered_at(*place)) for place in here]


def has_offers(session: Session, *, actor: Actor) -> bool:
    """Whether any open task is offered to the actor, held by somebody or not."""
    found = exists().where(IS_OPEN, access.offered(actor))
    return bool(actor.groups) and bool(session.scalar(select(found)))
