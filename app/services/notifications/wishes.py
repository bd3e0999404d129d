"""How each person wants to be told: his choices, and from when on a letter may tell him something."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.base.errors import InvalidForm
from app.base.i18n import _
from app.models import Notice, NotificationSettings, User
from app.services.core import holidays
from app.services.core.access import Actor
from app.services.notifications import kinds, quiet_hours
from app.services.notifications.quiet_hours import OfficeHours, QuietHours

OF_OFFICE, OWN, NONE = "office", "own", "none"
#: Ids in one statement.
_CHUNK = 500


@dataclass(frozen=True)
class Wishes:
    """What somebody chose. ``choices``: kind → now, digest or app; ``quiet``: whose hours, ``own`` are his."""

    choices: Mapping[str, str] = field(default_factory=dict)
    quiet: str = OF_OFFICE
    own: QuietHours = field(default_factory=QuietHours)
    overdue_anyway: bool = False

    def choice(self, kind: str) -> str:
        """How he is told of a kind. What concerns accounts is always told at once."""
        if kind not in kinds.KINDS:
            return kinds.NOW
        return self.choices.get(kind) or kinds.KINDS[kind].choice

    def hours(self, office: OfficeHours) -> QuietHours | None:
        """His quiet hours, if there are any."""
        return {OF_OFFICE: office.quiet, OWN: self.own}.get(self.quiet)

    def free_from(self, at: datetime, office: OfficeHours, calendar: Calendar) -> datetime:
        """``at``, or the end of his quiet hours if it lies in them."""
        hours = self.hours(office)
        return hours.end(at, calendar) if hours else at

    def mail_at(self, kind: str, at: datetime, office: OfficeHours, calendar: Calendar) -> datetime:
        """From when on a letter may tell him what is of a kind, if it is told by one."""
        is_urgent = kind == kinds.ACCOUNT or (kind == kinds.OVERDUE and self.overdue_anyway)
        return at if is_urgent else self.free_from(at, office, calendar)


class Plan:
    """What becomes of notices that are made now, for these people. 2 SQL, 1 more where days off are asked for."""

    def __init__(self, session: Session, user_ids: Collection[int], now: datetime) -> None:
        self._now, self._calendar = now, holidays.calendar(session)
        self._office = quiet_hours.of_office(session)
        self._of = _mailed(session, user_ids)

    def mail_columns(self, user_id: int, body: Mapping[str, Any]) -> dict[str, Any]:
        """The columns of a notice that say when it is told by mail; never to who has no address."""
        kind, wishes = kinds.kind_of(body, self._now), self._of.get(user_id)
        choice = wishes.choice(kind) if wishes else kinds.APP
        told = {"kind": kind, "for_digest": choice == kinds.DIGEST, "mail_at": None}
        if wishes is None or choice != kinds.NOW:
            return told
        return {**told, "mail_at": wishes.mail_at(kind, self._now, self._office, self._calendar)}


def _mailed(session: Session, user_ids: Collection[int]) -> Mapping[int, Wishes]:
    """The wishes of those of the users who have an address. 1 SQL for each 500."""
    ids, found = sorted(user_ids), dict[int, Wishes]()
    for first in range(0, len(ids), _CHUNK):
        query = select(User.id, NotificationSettings).outerjoin(
            NotificationSettings, NotificationSettings.user_id == User.id
        )
        some = User.id.in_(ids[first : first + _CHUNK])
        rows = session.execute(query.where(some, User.email.is_not(None)))
        found |= {user_id: of_row(row) for user_id, row in rows}
    return found


def of_row(row: NotificationSettings | None) -> Wishes:
    """What is stored of somebody, or what holds for who has no row."""
    if row is None:
        return Wishes()
    own = QuietHours(row.quiet_from, row.quiet_until, row.quiet_days_off)
    return Wishes(row.choices, row.quiet, own, row.overdue_anyway)


def stored(session: Session, *, actor: Actor) -> Wishes:
    """The actor's own wishes. 1 SQL."""
    return of_row(session.get(NotificationSettings, actor.id))


def edit(session: Session, wanted: Wishes, *, actor: Actor) -> Wishes:
    """Store what the actor chose. What waits for a letter or digest and is now wanted in the application alone waits
    no more; all else that was made stays as it is.

    Raises:
        InvalidForm: a choice that there is not, or a time that is none.
    """
    begins, ends = (quiet_hours.parse(text) for text in (wanted.own.begins, wanted.own.ends))
    wrong = {
        name: quiet_hours.wrong_time() for name, at in (("begins", begins), ("ends", ends)) if at is None
    }
    if wanted.quiet != OWN:
        wrong = {}
    choices = {kind: choice for kind, choice in wanted.choices.items() if kind in kinds.KINDS}
    wrong |= {kind: _("Pilih salah satu.") for kind, choice in choices.items() if choice not in kinds.CHOICES}
    if wanted.quiet not in (OF_OFFICE, OWN, NONE):
        wrong["quiet"] = _("Pilih salah satu.")
    if wrong:
        raise InvalidForm(_("Belum disimpan. Periksa isian yang ditandai."), wrong)
    before = QuietHours()
    row = NotificationSettings(
        user_id=actor.id,
        choices=choices,
        quiet=wanted.quiet,
        quiet_from=begins or before.begins,
        quiet_until=ends or before.ends,
        quiet_days_off=wanted.own.days_off,
        overdue_anyway=wanted.overdue_anyway,
    )
    row = session.merge(row)
    session.flush()
    made = of_row(row)
    _silence(session, actor.id, [kind for kind in kinds.KINDS if made.choice(kind) == kinds.APP])
    return made


def _silence(session: Session, user_id: int, of_kinds: Collection[str]) -> None:
    """1 SQL, none without kinds."""
    if not of_kinds:
        return
    waits = or_(Notice.for_digest, Notice.mail_at.is_not(None))
    unsent = and_(Notice.mailed_at.is_(None), Notice.read_at.is_(None))
    mine = update(Notice).where(Notice.user_id == user_id, Notice.kind.in_(of_kinds), unsent, waits)
    session.execute(mine.values(for_digest=False, mail_at=None))
