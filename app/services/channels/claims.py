"""Rows that are sent outside of transactions: claimed before, recorded after, tried again later."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from app.models import ReporterNotice, WebhookDelivery
from app.services.core import clock, settings

#: So long nobody else takes what is being sent; longer than a request may take.
LEASE = timedelta(minutes=2)
#: After so many failed tries the next comes so much later; then it is given up.
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720))
#: An event may be committed a little after its time.
_MARGIN = timedelta(seconds=5)
_Row = TypeVar("_Row", WebhookDelivery, ReporterNotice)


def due(session: Session, model: type[_Row], limit: int) -> Sequence[int]:
    """Ids of the rows to send now. 1 SQL over an index."""
    query = select(model.id).where(model.next_at.is_not(None), model.next_at <= clock.now(session))
    return session.scalars(query.order_by(model.next_at, model.id).limit(limit)).all()


def claim(session: Session, model: type[_Row], id_: int, **values: Any) -> bool:
    """Take a row that is due for `LEASE`; False where somebody else was faster."""
    now = clock.now(session)
    taking = update(model).where(model.id == id_, model.next_at <= now)
    taken = session.execute(taking.values(next_at=now + LEASE, **values))
    return cast("CursorResult[Any]", taken).rowcount == 1


def not_before(session: Session, at: datetime) -> datetime:
    """When what happened ``at`` may be told: once it cannot be taken back."""
    seconds = settings.config(session).undo_seconds
    return at + timedelta(seconds=seconds) + _MARGIN if seconds else at


def later(session: Session, attempts: int) -> datetime | None:
    """When what failed ``attempts`` times is tried again; None: never."""
    return clock.now(session) + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
