"""A deadline in words: "3 hari kerja lagi", "Lewat 2 hari", counted by the calendar it was made with."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from flask import g

from app.base import i18n
from app.base.calendar import Calendar
from app.base.i18n import _, ngettext
from app.models import UserTask
from app.services.core import clock, holidays
from app.web import context

#: So few days are "soon".
SOON = 2
#: Units of a deadline, as `Due.unit` has them, that count office days.
_OFFICE = frozenset({"hari kerja", "jam kerja", "menit kerja"})
_HOUR_S = 3600
#: Beyond this nobody counts working days any more, and neither do we.
_FAR_DAYS = 400


@dataclass(frozen=True)
class Due:
    """How far away a deadline is: ``state`` is none, overdue, today, soon or later; ``date`` is in words."""

    state: str
    n: int = 0
    unit: str = "hari"
    date: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Arguments for the macro `due`."""
        return {"state": self.state, "date": self.date, "words": in_words(self)}


@dataclass(frozen=True)
class Moment:
    """The time and the calendar of this request. ``told``: deadlines already counted, as many rows have the same."""

    now: datetime
    calendar: Calendar
    told: dict[tuple[datetime, str, str], Due] = field(default_factory=dict, compare=False)


def moment() -> Moment:
    """The time and the calendar, read once per request."""
    if "moment" not in g:
        with context.database().reading() as session:
            if (kept := context.days_off()) is not None:
                holidays.remember(session, kept)
            g.moment = Moment(clock.now(session), holidays.loaded(session))
    found: Moment = g.moment
    return found


def of_task(task: UserTask) -> Due:
    """How a task stands to its deadline."""
    return due(task.due_at, (task.deadline or {}).get("unit", ""))


def due(at: datetime | None, counted_in: str = "", *, seen: Moment | None = None) -> Due:
    """How far away ``at`` is; ``counted_in`` is the unit that its timer was counted in (`Due.unit`)."""
    if at is None:
        return Due("none")
    seen = seen or moment()
    of = (at, counted_in, i18n.language())
    known = seen.told.get(of)
    if known is None:
        known = seen.told[of] = _due(at, counted_in, seen)
    return known


def _due(at: datetime, counted_in: str, seen: Moment) -> Due:
    words = i18n.moment(at, seen.calendar.zone)
    today, last = (seen.calendar.local_date(moment) for moment in (seen.now, at))
    if today == last:
        return _within_the_day(at, seen, words, exact="jam" in counted_in or "menit" in counted_in)
    n, unit = _days(today, last, seen.calendar, office=counted_in in _OFFICE)
    if last < today:
        return Due("overdue", n, unit, words)
    return Due("soon" if n <= SOON else "later", n, unit, words)


def _within_the_day(at: datetime, seen: Moment, words: str, *, exact: bool) -> Due:
    seconds = abs((at - seen.now).total_seconds())
    n, unit = (int(seconds // 60), "menit") if seconds < _HOUR_S else (int(seconds // _HOUR_S), "jam")
    if at < seen.now:
        return Due("overdue", n, unit, words)
    return Due("today", n, unit, words) if exact else Due("today", 0, "hari", words)


def _days(today: date, last: date, calendar: Calendar, *, office: bool) -> tuple[int, str]:
    """How many days apart, in working days where the deadline counts them and any lie between."""
    apart = abs((last - today).days)
    if office and apart <= _FAR_DAYS:
        n = abs(calendar.working_days_between(today, last))
        if n:
            return n, "hari kerja"
    return apart, "hari"


def in_words(found: Due) -> str:
    """The deadline as the badge says it."""
    return _in_words(i18n.language(), found)


@lru_cache(maxsize=4096)
def _in_words(_language: str, found: Due) -> str:
    if found.state == "none":
        return _("Tanpa tenggat")
    if found.state == "today" and found.unit == "hari":
        return _("Hari ini")
    return _under_a_minute(found) or (_late(found) if found.state == "overdue" else _left(found))


def _under_a_minute(found: Due) -> str:
    """What stands for "0 menit"; "" for all else."""
    if found.unit != "menit" or found.n:
        return ""
    return _("Lewat kurang dari 1 menit") if found.state == "overdue" else _("Kurang dari 1 menit lagi")


def _late(found: Due) -> str:
    return {
        "hari kerja": ngettext("Lewat {count} hari kerja", "Lewat {count} hari kerja", found.n),
        "jam": ngettext("Lewat {count} jam", "Lewat {count} jam", found.n),
        "menit": ngettext("Lewat {count} menit", "Lewat {count} menit", found.n),
        "hari": ngettext("Lewat {count} hari", "Lewat {count} hari", found.n),
    }[found.unit]


def _left(found: Due) -> str:
    return {
        "hari kerja": ngettext("{count} hari kerja lagi", "{count} hari kerja lagi", found.n),
        "jam": ngettext("{count} jam lagi", "{count} jam lagi", found.n),
        "menit": ngettext("{count} menit lagi", "{count} menit lagi", found.n),
        "hari": ngettext("{count} hari lagi", "{count} hari lagi", found.n),
    }[found.unit]
