"""Days off besides the national ones, kept by the administrator, and the calendar they make."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendar import Calendar
from app.days_off import national_holidays
from app.errors import InvalidForm, NotFound
from app.i18n import _, day
from app.models import Holiday
from app.services import history, rights, settings
from app.services.access import Actor

_CACHED = "calendar"


def calendar(session: Session) -> Calendar:
    """The calendar that deadlines are computed with: national holidays and the rows kept here.

    Read once per transaction (1 SQL).
    """
    if _CACHED not in session.info:
        rows = session.execute(select(Holiday.on, Holiday.name))
        zone = settings.config(session).timezone
        session.info[_CACHED] = Calendar(zone, {row.on: row.name for row in rows})
    found: Calendar = session.info[_CACHED]
    return found


def kept(session: Session) -> Sequence[Holiday]:
    """The rows kept here, by date."""
    return session.scalars(select(Holiday).order_by(Holiday.on)).all()


def add(session: Session, on: date, name: str, *, actor: Actor | None) -> Holiday:
    """Add a day off; an empty name makes a national holiday an ordinary day. Running deadlines keep their date.

    Raises:
        NotAllowed: the actor is no administrator.
        InvalidForm: the day is kept already, or has no name and is no national holiday.
    """
    rights.require_administrator(actor)
    name = name.strip()
    if session.get(Holiday, on) is not None:
        _refuse("on", _("{day} sudah ada dalam daftar.", day=day(on)))
    if not name and on not in national_holidays(on.year):
        _refuse("name", _("Tulis nama hari libur ini."))
    row = Holiday(on=on, name=name)
    session.add(row)
    _changed(session, "holiday_added", row, actor)
    return row


def remove(session: Session, on: date, *, actor: Actor | None) -> None:
    """Take a row away.

    Raises:
        NotAllowed: the actor is no administrator.
        NotFound: there is no such row.
    """
    rights.require_administrator(actor)
    row = session.get(Holiday, on)
    if row is None:
        raise NotFound(_("Hari libur ini tidak ada dalam daftar."))
    session.delete(row)
    _changed(session, "holiday_removed", row, actor)


def _changed(session: Session, event: str, row: Holiday, actor: Actor | None) -> None:
    session.flush()
    session.info.pop(_CACHED, None)
    history.record(session, event, actor=actor, on=row.on.isoformat(), name=row.name)


def _refuse(field: str, message: str) -> None:
    raise InvalidForm(message, {field: message})
