"""Days off besides the national ones, kept by the administrator, and the calendar they make."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from sqlalchemy import JSON, ColumnElement, func, select
from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.base.days_off import national_holidays
from app.base.errors import InvalidForm, NotFound
from app.base.i18n import _, day
from app.history.events.maintenance import HolidayAdded, HolidayRemoved
from app.models import Holiday
from app.services.core import history, rights, settings
from app.services.core.access import Actor

_CACHED = "calendar"


def calendar(session: Session) -> Calendar:
    """The calendar that deadlines are computed with: national holidays and the rows kept here.

    The rows are read once per transaction, when the first day is looked at (1 SQL): many a command sets no deadline.
    """
    if _CACHED not in session.info:
        session.info[_CACHED] = Calendar(settings.config(session).timezone, _Kept(session))
    found: Calendar = session.info[_CACHED]
    return found


def column(dialect: str) -> ColumnElement[dict[str, str]]:
    """The rows kept here as one column of a query that is asked anyway; `remember` takes what it returns."""
    if dialect == "postgresql":
        rows = func.json_object_agg(func.to_char(Holiday.on, "YYYY-MM-DD"), Holiday.name, type_=JSON)
    else:
        rows = func.json_group_object(Holiday.on, Holiday.name, type_=JSON)
    return select(rows).scalar_subquery()


def remember(session: Session, rows: Mapping[str, str] | None) -> None:
    """Take what `column` returned as the rows of this transaction."""
    kept = {date.fromisoformat(on): name for on, name in (rows or {}).items()}
    session.info[_CACHED] = Calendar(settings.config(session).timezone, kept)


def loaded(session: Session) -> Calendar:
    """The same, for whoever looks at it after the transaction. 1 SQL."""
    found = calendar(session)
    return replace(found, extra=dict(found.extra))


class _Kept(Mapping[date, str]):
    """The rows kept here, by date."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def _rows(self) -> dict[date, str]:
        return {row.on: row.name for row in self._session.execute(select(Holiday.on, Holiday.name))}

    def __getitem__(self, on: date) -> str:
        return self._rows[on]

    def __iter__(self) -> Iterator[date]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def own_days(session: Session) -> Sequence[Holiday]:
    """The rows kept here, by date."""
    return session.scalars(select(Holiday).order_by(Holiday.on)).all()


def as_if(session: Session, on: date, name: str | None) -> Calendar:
    """The calendar as it would be with this row, "" for an ordinary working day; with None without it. Nothing is
    changed.

    Raises:
        InvalidForm: what `add` and `add_working_day` say. NotFound: there is no such row to take away.
    """
    found = loaded(session)
    if name is None:
        if session.get(Holiday, on) is None:
            raise _missing()
        return replace(found, extra={day_: said for day_, said in found.extra.items() if day_ != on})
    _require_new(session, on)
    return replace(found, extra={**found.extra, on: name})


def add(session: Session, on: date, name: str, *, actor: Actor | None) -> Holiday:
    """Add a day off. Running deadlines keep their date.

    Raises:
        NotAllowed: the actor is no administrator.
        InvalidForm: the day is kept already, or has no name.
    """
    rights.require_administrator(actor)
    name = name.strip()
    _require_new(session, on)
    if not name:
        _refuse("name", _("Tulis nama hari libur ini."))
    return _add(session, Holiday(on=on, name=name), actor)


def add_working_day(session: Session, on: date, *, actor: Actor | None) -> Holiday:
    """Make a national holiday an ordinary day: its row has no name. Running deadlines keep their date.

    Raises:
        NotAllowed: the actor is no administrator.
        InvalidForm: the day is kept already, or is no national holiday.
    """
    rights.require_administrator(actor)
    _require_new(session, on)
    if on not in national_holidays(on.year):
        _refuse("on", _("{day} bukan libur nasional atau cuti bersama.", day=day(on)))
    return _add(session, Holiday(on=on, name=""), actor)


def remove(session: Session, on: date, *, actor: Actor | None) -> Holiday:
    """Take a row away, and return what it was.

    Raises:
        NotAllowed: the actor is no administrator.
        NotFound: there is no such row.
    """
    rights.require_administrator(actor)
    row = session.get(Holiday, on)
    if row is None:
        raise _missing()
    session.delete(row)
    _changed(session, HolidayRemoved, row, actor)
    return row


def _missing() -> NotFound:
    return NotFound(_("Hari libur ini tidak ada dalam daftar."))


def _require_new(session: Session, on: date) -> None:
    if session.get(Holiday, on) is not None:
        _refuse("on", _("{day} sudah ada dalam daftar.", day=day(on)))


def _add(session: Session, row: Holiday, actor: Actor | None) -> Holiday:
    session.add(row)
    _changed(session, HolidayAdded, row, actor)
    return row


def _changed(
    session: Session, kind: type[HolidayAdded | HolidayRemoved], row: Holiday, actor: Actor | None
) -> None:
    session.flush()
    session.info.pop(_CACHED, None)
    history.record(session, kind(on=row.on.isoformat(), name=row.name), actor=actor)


def _refuse(field: str, message: str) -> None:
    raise InvalidForm(message, {field: message})
