"""The bell: what somebody was told, newest first."""

from collections.abc import Sequence

from sqlalchemy import Label, func, select, update
from sqlalchemy.orm import Session, joinedload

from app.base.errors import NotFound
from app.base.i18n import _
from app.models import Notice, ProcessInstance
from app.services.core import access, bounded, clock
from app.services.core.access import Actor


def of_user(
    session: Session,
    *,
    actor: Actor,
    before: int | None = None,
    limit: int = 50,
    unread_only: bool = False,
    for_lane: bool | None = None,
) -> tuple[Sequence[Notice], int | None]:
    """A page of the actor's notices with their cases, and where the next page begins (``before``), if there is one.

    ``for_lane``: those of the lanes alone, or all others.
    A notice tells the case's number; whether the case may be opened `openable` says.
    """
    query = select(Notice).where(Notice.user_id == actor.id).options(joinedload(Notice.instance))
    if for_lane is not None:
        query = query.where(Notice.for_lane.is_(for_lane))
    if unread_only:
        query = query.where(Notice.read_at.is_(None))
    if before is not None:
        query = query.where(Notice.id < before)
    rows = session.scalars(query.order_by(Notice.id.desc()).limit(limit + 1)).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def openable(session: Session, rows: Sequence[Notice], *, actor: Actor) -> frozenset[int]:
    """Ids of those cases of the notices that the actor may open: a copy goes to units that need not. 1 SQL."""
    ids = {row.instance_id for row in rows if row.instance_id is not None}
    query = select(ProcessInstance.id).where(ProcessInstance.id.in_(ids), access.visible(actor))
    return frozenset(session.scalars(query)) if ids else frozenset()


def unread(session: Session, *, actor: Actor) -> int:
    """How many notices the actor has not read, twice `bounded.MANY` at most. 1 SQL over an index."""
    return sum(unread_apart(session, actor=actor))


def unread_count(actor: Actor, *, for_lane: bool = False) -> Label[int]:
    """A column ``unread`` of those that the bell rings for; with ``for_lane`` ``unread_lane``, of his lanes."""
    mine = select(Notice.id).where(
        Notice.user_id == actor.id, Notice.read_at.is_(None), Notice.for_lane.is_(for_lane)
    )
    return bounded.count(mine, name="unread_lane" if for_lane else "unread")


def unread_apart(session: Session, *, actor: Actor) -> tuple[int, int]:
    """How many the actor has not read: what is for him, and what is for his lanes. 1 SQL over an index."""
    row = session.execute(select(unread_count(actor), unread_count(actor, for_lane=True))).one()
    return row.unread, row.unread_lane


def mark_read(session: Session, notice_id: int, *, actor: Actor) -> Notice:
    """Note that the actor read a notice; the first time counts.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    notice = session.get(Notice, notice_id)
    if notice is None or notice.user_id != actor.id:
        raise NotFound(_("Pemberitahuan ini tidak ada."))
    if notice.read_at is None:
        notice.read_at = clock.now(session)
    return notice


def newest(session: Session, *, actor: Actor) -> int | None:
    """The id of the last notice that the actor was sent, if he was sent any. 1 SQL over an index."""
    return session.scalar(select(func.max(Notice.id)).where(Notice.user_id == actor.id))


def mark_all_read(session: Session, *, actor: Actor, upto: int | None = None) -> None:
    """Note that the actor read everything so far; ``upto``: the last that he could have seen, if that is known."""
    mine = select(Notice.id).where(Notice.user_id == actor.id, Notice.read_at.is_(None))
    if upto is not None:
        mine = mine.where(Notice.id <= upto)
    inner = mine.order_by(Notice.id).with_for_update()  # in the order of `task_notices`, which says why
    session.execute(update(Notice).where(Notice.id.in_(inner)).values(read_at=clock.now(session)))
