"""What time it is. Every transaction has one now; with time travel allowed it may lie ahead."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.base.errors import NotAllowed
from app.base.i18n import _
from app.models import Setting, Work
from app.services.core import settings

_SETTING = "clock"
#: The farthest the clock may stand ahead: deadlines and words for times still fit behind it.
MOST_YEARS = 50


def now(session: Session) -> datetime:
    """The transaction's time, aware, UTC; the same however often it is asked."""
    if "now" not in session.info:
        session.info["now"] = _current(session)
    at: datetime = session.info["now"]
    return at


def today(session: Session) -> date:
    """The date on the office's wall."""
    return now(session).astimezone(settings.config(session).timezone).date()


def now_and_tomorrow(session: Session) -> tuple[datetime, datetime]:
    """Now, and when the next day begins here."""
    zone = settings.config(session).timezone
    return now(session), datetime.combine(today(session) + timedelta(days=1), time(), zone)


def real() -> datetime:
    """The machine's own time: for sign-in sessions and limits, which a moved clock must neither end nor stretch."""
    return datetime.now(UTC)


def real_of(session: Session, at: datetime) -> datetime:
    """When it is ``at`` by the machine's own time: as work is due."""
    return real() + (at - now(session))


def is_too_far(at: datetime) -> bool:
    """Whether ``at`` lies further ahead of the machine's own time than the clock may stand."""
    return at > real() + timedelta(days=MOST_YEARS * 366)


def fix(session: Session, at: datetime) -> None:
    """Let this transaction happen at ``at``: a job fired at its due time."""
    session.info["now"] = at


def moved_to(session: Session) -> datetime | None:
    """The moved clock's time, for the banner; None when the clock is the real one."""
    if not settings.config(session).allow_time_travel or session.get(Setting, _SETTING) is None:
        return None
    return now(session)


def travel(session: Session, to: datetime) -> None:
    """Let the clock of web, worker and commands stand at ``to`` and run on from there.

    Raises:
        NotAllowed: the installation does not allow time travel.
    """
    if not settings.config(session).allow_time_travel:
        raise NotAllowed(_("Jam tidak boleh digeser. Atur ALUR_ALLOW_TIME_TRAVEL=1 pada pemasangan uji."))
    value = {"stood_at": to.isoformat(), "real": datetime.now(UTC).isoformat()}
    session.merge(Setting(name=_SETTING, value=value))
    session.info["now"] = to
    _look_anew(session)


def reset(session: Session) -> None:
    """Return to real time."""
    row = session.get(Setting, _SETTING)
    if row is not None:
        session.delete(row)
    session.info.pop("now", None)
    _look_anew(session)


def _look_anew(session: Session) -> None:
    """Whatever waits by the clock of before looks when it is due."""
    session.execute(update(Work).where(Work.holder.is_(None), Work.due_at.is_not(None)).values(due_at=real()))


def _current(session: Session) -> datetime:
    real = datetime.now(UTC)
    if not settings.config(session).allow_time_travel:
        return real
    with session.no_autoflush:  # whoever asks for the time may be filling a row in
        row = session.get(Setting, _SETTING)
    if row is None:
        return real
    return datetime.fromisoformat(row.value["stood_at"]) + (real - datetime.fromisoformat(row.value["real"]))
