"""What work there is that no request does: what waits, is late, failed, was laid aside; and to try a piece again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.base.errors import Conflict, NotFound
from app.base.i18n import _
from app.history.events.maintenance import WorkTriedAgain
from app.models import Work
from app.services.core import clock, history, rights
from app.services.core.access import Actor
from app.work import queue

#: What is due for longer, and nobody began it, is late.
LATE = timedelta(minutes=1)
#: So many pieces are listed, those that need somebody first.
MOST = 200
#: What failed when it was tried last, or ended its processes. A first conflict is no failure, though it is noted.
FAILED = or_(Work.tries > 0, Work.error == queue.KILLED)
#: How a piece may be, those that need somebody first.
STATES = ("aside", "failing", "late", "held", "waiting")


@dataclass(frozen=True)
class Piece:
    """A piece of work of a kind. ``state``: laid ``aside``, ``failing`` (it rests until it is tried again), ``late``,
    ``held`` (somebody is at it), ``waiting``. ``due_at``: None where it is laid aside for good."""

    id: int
    kind: str
    key: str
    lane: int
    state: str
    due_at: datetime | None
    tries: int
    error: str

    @property
    def may_be_tried(self) -> bool:
        """Whether trying it now changes anything."""
        return self.state in ("aside", "failing")


def pieces(session: Session, *, actor: Actor) -> Sequence[Piece]:
    """All work there is, at most `MOST`, those that need somebody first. 1 SQL.

    Raises:
        NotAllowed: the actor oversees nothing.
    """
    rights.require_overseer(actor)
    now = clock.real()
    needs = (Work.due_at.is_(None).desc(), FAILED.desc(), Work.due_at)
    rows = session.scalars(select(Work).order_by(*needs).limit(MOST))
    found = [
        Piece(row.id, row.kind, row.key, row.lane, _state(row, now), row.due_at, row.tries, row.error or "")
        for row in rows
    ]
    return sorted(found, key=lambda one: (STATES.index(one.state), one.lane, one.kind))


def try_again(session: Session, work_id: int, *, actor: Actor) -> Work:
    """Have a piece of work tried now that was laid aside, or rests after a failure.

    Raises:
        NotAllowed: the actor is no administrator. NotFound: it is done meanwhile. Conflict: somebody is at it.
    """
    rights.require_administrator(actor)
    row = session.get(Work, work_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_("Pekerjaan ini sudah selesai."))
    if row.holder is not None:
        raise Conflict(_("Pekerjaan ini sedang dikerjakan."))
    history.record(session, WorkTriedAgain(work=row.kind), actor=actor)
    row.due_at, row.tries, row.deaths, row.error = queue.moment(session), 0, 0, None
    return row


def _state(row: Work, now: datetime) -> str:
    if row.holder is not None:
        return "held"
    if row.due_at is None or row.error == queue.KILLED:
        return "aside"
    if row.tries:
        return "failing"
    return "late" if row.due_at < now - LATE else "waiting"
