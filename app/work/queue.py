"""The table of work, and what callers do with it inside of their own transaction."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Delete,
    Interval,
    bindparam,
    case,
    delete,
    func,
    literal,
    null,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.base.column_types import UtcDateTime
from app.models import Work
from app.work.kinds import Named, Pieces

#: The error of work that was laid aside as its processes ended at it.
KILLED = "killed"


def defer(session: Session, kind: Named, key: str = "", due_at: datetime | None = None) -> None:
    """Have it done at ``due_at``, else soon. What waits under this key already is done at the earlier of both, as if
    it was never tried; what somebody is at is done again."""
    defer_all(session, kind, [(key, due_at)])


def defer_all(session: Session, kind: Named, works: Pieces) -> None:
    """Defer many, each a key and when it is due, by one statement."""
    if rows := _rows(session, kind, works):
        session.connection().execute(_moving(_dialect(session)), rows)


def plant(session: Session, kind: Named, works: Pieces = (("", None),)) -> None:
    """Have it done soon, unless it waits already or somebody is at it."""
    if rows := _rows(session, kind, works):
        planting = _insert(_dialect(session)).on_conflict_do_nothing()
        session.connection().execute(planting, rows)


def _rows(session: Session, kind: Named, works: Pieces) -> list[dict[str, Any]]:
    works = list(works)
    at = now(session) if any(due_at is None for _key, due_at in works) else None
    return [
        {
            "kind": kind.name,
            "key": key,
            "receiver": kind.receiver(key),
            "lane": int(kind.lane),
            "due_at": due_at or at,
            "tries": 0,
            "deaths": 0,
        }
        for key, due_at in works
    ]


def cancel(session: Session, kind: Named, *keys: str) -> None:
    """Have it not done. It never waits for whoever is at it, or both might wait for each other: he waits for the row
    that the caller holds, and finds there that nothing is to be done any more."""
    session.connection().execute(_cancelling(), {"of_kind": kind.name, "keys": keys})


def due(session: Session, kind: Named, keys: Iterable[str]) -> dict[str, datetime]:
    """When each of these is tried, of those that wait. 1 SQL."""
    query = select(Work.key, Work.due_at).where(Work.kind == kind.name, Work.key.in_(list(keys)))
    return {key: at for key, at in session.execute(query) if at is not None}


def is_due(session: Session, kind: Named, whom: str) -> bool:
    """Whether anything that goes to a receiver is due. 1 SQL over an index."""
    mine = Work.receiver == kind.receiver(f"{whom}/"), Work.holder.is_(None), Work.due_at <= moment(session)
    return session.scalar(select(Work.id).where(*mine).limit(1)) is not None


def cancel_all(session: Session, kind: Named, whom: str) -> None:
    """Have nothing done that goes to a receiver, the same way."""
    waits = select(Work.id).where(Work.receiver == kind.receiver(f"{whom}/"), Work.holder.is_(None))
    session.execute(delete(Work).where(Work.id.in_(waits.with_for_update(skip_locked=True))))


def moment(session: Session, later: timedelta = timedelta()) -> ColumnElement[datetime]:
    """What time it is, or will be: of the database where it is one for several hosts."""
    if _dialect(session) == "postgresql":
        return type_coerce(func.clock_timestamp() + literal(later, Interval), UtcDateTime())
    return literal(datetime.now(UTC) + later, UtcDateTime())


def now(session: Session) -> datetime:
    """The same as a value. 1 SQL where it is the database's."""
    if _dialect(session) != "postgresql":
        return datetime.now(UTC)
    return cast("datetime", session.scalar(select(moment(session))))


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


# Statements are built once: building them takes longer than running them.


@cache
def _moving(dialect: str) -> postgresql.Insert:
    statement, free = _insert(dialect), Work.holder.is_(None)
    due_at = statement.excluded.due_at
    earlier = [case((at < due_at, at), else_=due_at) for at in (Work.due_at, Work.again_at)]
    moved = {
        "due_at": case((free, earlier[0]), else_=Work.due_at),
        "again_at": case((free, null()), else_=earlier[1]),
        "tries": 0,
        "deaths": case((free, 0), else_=Work.deaths),
        "error": None,
    }
    return statement.on_conflict_do_update(index_elements=["kind", "key"], set_=moved)


def _insert(dialect: str) -> postgresql.Insert:
    return postgresql.insert(Work) if dialect == "postgresql" else cast("Any", sqlite.insert(Work))


@cache
def _cancelling() -> Delete:
    keys: Any = bindparam("keys", expanding=True)
    free = select(Work.id).where(Work.kind == bindparam("of_kind"), Work.key.in_(keys), Work.holder.is_(None))
    return delete(Work).where(Work.id.in_(free.with_for_update(skip_locked=True)))
