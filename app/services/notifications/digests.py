"""The digest: one letter a user and working day, of what he has not read yet. See docs/decisions/0067.

One user at a time: `following` reads what his letter tells; the server is told whom it is for; `begin` says that the
letter itself goes out now; and `record` what became of it. What was begun and never recorded is not sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    func,
    not_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.base import i18n
from app.base.i18n import _, moment, ngettext, speaking
from app.models import Digest, Notice, NotificationSettings, ProcessInstance, User, UserTask
from app.services.core import access, clock, holidays, office, settings, upsert
from app.services.notifications import kinds, message_texts, quiet_hours, wishes
from app.services.notifications.message_texts import Wording

SENDING, SENT, FAILED = "sending", "sent", "failed"
#: Lines of each part; what is above is a number.
MOST_LINES = 40
#: Of more than that nothing is counted.
MANY = 1_000
#: How long after a refusal it is tried again; then no more that day.
_PAUSES = tuple(timedelta(minutes=m) for m in (5, 15, 60, 240))
#: What was not told for so long, because no mail server was set, is told no more.
_OLD = timedelta(days=30)
#: Users who are looked at in one statement: some have quiet hours still.
_LOOKED_AT = 50


@dataclass(frozen=True)
class DigestLetter:
    """What one user is sent; ``last``: the newest notice that it tells of."""

    user_id: int
    on: date
    to: str
    wording: Wording
    last: int

    @property
    def message_id(self) -> str:
        """The same for whatever is sent of this user's day."""
        return f"ringkasan-{self.on:%Y%m%d}-{self.user_id}"


def day_of(session: Session) -> date | None:
    """The working day whose digests go out by now; None on a day off, or before the office's hour. 2 SQL at most."""
    calendar, now = holidays.calendar(session), clock.now(session)
    local = now.astimezone(calendar.zone)
    if f"{local:%H:%M}" < quiet_hours.of_office(session).digest_at or not calendar.is_working_day(
        local.date()
    ):
        return None
    return local.date()


def waiting(session: Session, on: date) -> bool:
    """Whether anybody's digest is to be sent. 5 SQL at most, and 1 for each fifty users with quiet hours by now."""
    return _next(session, on, 0) is not None


def following(session: Session, on: date, after: int = 0) -> DigestLetter | None:
    """The letter of the next user behind ``after`` who has something to be told; None where nobody is left.

    13 SQL at most, and 1 for each fifty users with quiet hours by now.
    """
    user = _next(session, on, after)
    return _letter(session, user, on) if user else None


def _next(session: Session, on: date, after: int) -> User | None:
    now, calendar, hours = clock.now(session), holidays.calendar(session), quiet_hours.of_office(session)
    while True:
        rows = session.execute(_candidates(on, after, now)).unique().all()
        for user, wanted in rows:
            after = user.id
            if wishes.of_row(wanted).free_from(now, hours, calendar) <= now:
                return user
        if len(rows) < _LOOKED_AT:
            return None


def begin(session: Session, letter: DigestLetter) -> int:
    """The number of the attempt; 0 where somebody else was first, which the key of the row tells. 1 SQL."""
    now = clock.now(session)
    row = {"user_id": letter.user_id, "on": letter.on, "state": SENDING, "begun_at": now, "attempts": 1}
    again = {"state": SENDING, "begun_at": now, "attempts": Digest.attempts + 1}
    begun = upsert.insert(session, Digest).values(row)
    begun = begun.on_conflict_do_update(index_elements=["user_id", "on"], set_=again, where=_refused(now))
    return session.scalar(begun.returning(Digest.attempts)) or 0


def record(session: Session, letter: DigestLetter, attempt: int, error: str = "") -> None:
    """Note that the letter was taken by the server, or why it was not. 2 SQL."""
    mine = update(Digest).where(
        Digest.user_id == letter.user_id, Digest.on == letter.on, Digest.attempts == attempt
    )
    if not error:
        session.execute(mine.values(state=SENT, again_at=None, error=None))
        told = _unsent(letter.user_id), Notice.id <= letter.last
        session.execute(update(Notice).where(*told).values(mailed_at=clock.now(session)))
        return
    pause = dict(enumerate(_PAUSES, 1)).get(attempt)
    again = clock.now(session) + pause if pause else None
    session.execute(mine.values(state=FAILED, again_at=again, error=error))


def _unsent(user_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """As the index of what is for a digest has it."""
    return and_(
        Notice.user_id == user_id, Notice.for_digest, Notice.mailed_at.is_(None), Notice.read_at.is_(None)
    )


def _refused(now: datetime) -> ColumnElement[bool]:
    """A day that was begun and may be begun again: the server refused its letter."""
    return and_(Digest.state == FAILED, Digest.again_at <= now)


def _candidates(on: date, after: int, now: datetime) -> Select[User, NotificationSettings]:
    """Users with something to be told whose digest of that day is not begun, or may be begun again."""
    begun = select(Digest.user_id).where(Digest.user_id == User.id, Digest.on == on, not_(_refused(now)))
    told = select(Notice.id).where(_unsent(User.id), Notice.created_at > now - _OLD)
    return (
        select(User, NotificationSettings)
        .outerjoin(NotificationSettings, NotificationSettings.user_id == User.id)
        .where(User.id > after, User.email.is_not(None), User.disabled_at.is_(None))
        .where(told.exists(), ~begun.exists())
        .order_by(User.id)
        .limit(_LOOKED_AT)
    )


def _letter(session: Session, user: User, on: date) -> DigestLetter:
    config = settings.config(session)
    last = session.scalar(select(func.max(Notice.id)).where(_unsent(user.id))) or 0
    written = message_texts.edited(session)
    parts = [_Part(session, user, last, for_lane=for_lane) for for_lane in (False, True)]
    late, count = sum(part.late for part in parts), sum(part.count for part in parts)
    with speaking(user.language):
        values = {
            "jumlah": _counted(count),
            "terlambat": ngettext("{count} lewat tenggat", "{count} lewat tenggat", late),
            "tanggal": i18n.day(on),
            "daftar": "\n\n".join(part.words() for part in parts if part.count),
            "halaman": f"{config.base_url}/notifikasi",
            "kantor": office.office(session).name,
        }
        wording = message_texts.wording("digest", user.language, written).filled(values)
    return DigestLetter(user.id, on, str(user.email), wording, last)


def _counted(count: int) -> str:
    return ngettext("{count} pemberitahuan", "{count} pemberitahuan", count, count=_number(count))


def _number(count: int) -> str:
    return f"{count}+" if count >= MANY else str(count)


class _Part:
    """What is for the user himself, or for his lanes; overdue first, then what is due first. 2 SQL."""

    def __init__(self, session: Session, user: User, last: int, *, for_lane: bool) -> None:
        self._now, self._for_lane = clock.now(session), for_lane
        self._zone, self._base = settings.config(session).timezone, settings.config(session).base_url
        self.rows: Sequence[Row[Any]] = session.execute(self._query(user.id, last)).all()
        self.count = int(self.rows[0].total) if self.rows else 0
        self.late = int(self.rows[0].overdue) if self.rows else 0
        asked = {row.instance_id for row in self.rows if row.instance_id is not None}
        seen = select(ProcessInstance.id).where(ProcessInstance.id.in_(asked))
        theirs = seen.where(access.visible(access.actor_of(user)))
        self._openable = set(session.scalars(theirs)) if asked else set()

    def _query(self, user_id: int, last: int) -> Select[Any]:
        """Bounded before tasks and cases are looked up one by one, so that no database reads these whole for it."""
        mine = _unsent(user_id), Notice.id <= last, Notice.for_lane.is_(self._for_lane)
        due = select(UserTask.due_at).where(UserTask.id == Notice.task_id, UserTask.state == "open")
        columns = Notice.id, Notice.kind, Notice.instance_id, due.scalar_subquery().label("due_at")
        told = select(*columns).where(*mine).order_by(Notice.id).limit(MANY).subquery()
        number = select(ProcessInstance.business_key).where(ProcessInstance.id == told.c.instance_id)
        is_late = case((told.c.due_at <= self._now, 1), else_=0)
        return (
            select(
                told.c.kind,
                told.c.instance_id,
                told.c.due_at,
                number.scalar_subquery().label("number"),
                is_late.label("is_late"),
                func.count().over().label("total"),
                func.sum(is_late).over().label("overdue"),
            )
            .order_by(told.c.due_at.asc().nulls_last(), told.c.id)  # overdue first
            .limit(MOST_LINES)
        )

    def words(self) -> str:
        """The part as the letter has it, in the language in use."""
        heading = _("UNTUK LAJUR ANDA") if self._for_lane else _("UNTUK ANDA")
        lines = [f"{heading} ({_counted(self.count)})", *(self._line(row) for row in self.rows)]
        if self.count > len(self.rows):
            lines.append(_("… dan {n} lagi.", n=_number(self.count - len(self.rows))))
        return "\n".join(lines)

    def _line(self, row: Row[Any]) -> str:
        """Number, kind and deadline: never what a notice says, which may quote what people wrote."""
        label = kinds.label(row.kind)
        said = [row.number or "", _(label) if label else _("Pemberitahuan")]
        if row.due_at is not None:
            at = moment(row.due_at, self._zone)
            said.append(_("LEWAT TENGGAT {at}", at=at) if row.is_late else _("tenggat {at}", at=at))
        link = f"\n  {self._base}/perkara/{row.instance_id}" if row.instance_id in self._openable else ""
        return "- " + " · ".join(part for part in said if part) + link
