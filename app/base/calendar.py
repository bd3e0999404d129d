"""Working days and office hours, and why a day counts or does not. Pure: no clock, no database.

Every moment returned is aware UTC; every date is a date in the calendar's zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from app.base.days_off import SOURCE, national_holidays

OFFICE_OPENS = time(7, 30)
OFFICE_CLOSES = time(16, 0)
OFFICE_CLOSES_ON_FRIDAY = time(14, 30)
#: A deadline counted in calendar days falls at this time of its last day.
DAY_CLOSES = time(23, 59)

Reason = Literal["weekend", "holiday", "after_hours"]

_ONE_DAY, _NOTHING = timedelta(days=1), timedelta(0)


@dataclass(frozen=True)
class Day:
    """One line of the answer to "why this date?".

    ``number``: how far counted by the end of this day, in days or office minutes: 0 on the day the count
    starts, negative when it runs backwards, None when the day does not count. ``reason`` says why not,
    ``name`` which holiday. ``hours``: for office hours, the stretch of this day that counts.
    """

    on: date
    number: int | float | None
    reason: Reason | None = None
    name: str = ""
    hours: tuple[datetime, datetime] | None = None


@dataclass(frozen=True)
class Calendar:
    """Which days and hours the office works.

    ``extra``: the administrator's rows, date → name of the holiday; an empty name makes a national holiday an
    ordinary day (a decree moved it). ``national`` False: only ``extra`` counts, as in a deadline's snapshot.
    """

    zone: ZoneInfo
    extra: Mapping[date, str] = field(default_factory=dict, hash=False)
    national: bool = True

    @property
    def name(self) -> str:
        """What people call this calendar: its source and version, how many days were added or revoked."""
        added = sum(1 for name in self.extra.values() if name)
        revoked = len(self.extra) - added
        return (
            SOURCE
            + (f" + {added} hari libur daerah" if added else "")
            + (f" − {revoked} hari" if revoked else "")
        )

    def holiday(self, on: date) -> str | None:
        """The name of the holiday on this day, weekends included; None on every other day."""
        name = self.extra.get(on)
        if name is None and self.national:
            name = national_holidays(on.year).get(on)
        return name or None

    def is_working_day(self, on: date) -> bool:
        """Whether the office is open: Monday to Friday and no holiday."""
        return on.weekday() < 5 and self.holiday(on) is None

    def day_off(self, on: date) -> tuple[Reason | None, str]:
        """Why the office is closed on this day, and the holiday's name; (None, "") when it is open."""
        if on.weekday() >= 5:
            return "weekend", ""
        name = self.holiday(on)
        return ("holiday", name) if name else (None, "")

    def holidays_between(self, first: date, last: date) -> dict[date, str]:
        """Holidays from ``first`` to ``last``, both included, that closed the office on a weekday."""
        span = ((on, self.day_off(on)) for on in _dates(first, last))
        return {on: name for on, (_, name) in span if name}

    def add_working_days(self, on: date, n: int) -> date:
        """The ``n``-th working day after ``on``, or before it when negative; ``on`` itself is always day 0.

        Raises:
            OverflowError: the answer lies beyond the year 9999.
        """
        step, left = (_ONE_DAY if n > 0 else -_ONE_DAY), abs(n)
        while left:
            on += step
            left -= self.is_working_day(on)
        return on

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` until ``end`` ("3 hari kerja lagi"); negative when ``end`` is past."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(on) for on in _dates(start, end)[1:])

    def moment(self, on: date, at: time) -> datetime:
        """The moment at which the clock on the office's wall shows ``at`` on that day."""
        return datetime.combine(on, at, self.zone).astimezone(UTC)

    def end_of_office(self, on: date) -> datetime:
        """When the office closes on a day like this, also if it is a day off."""
        return self.moment(on, OFFICE_CLOSES_ON_FRIDAY if on.weekday() == 4 else OFFICE_CLOSES)

    def end_of_day(self, on: date) -> datetime:
        """When a deadline counted in calendar days falls."""
        return self.moment(on, DAY_CLOSES)

    def office_hours(self, on: date) -> tuple[datetime, datetime] | None:
        """When the office opens and closes; None on a day off."""
        return (self.moment(on, OFFICE_OPENS), self.end_of_office(on)) if self.is_working_day(on) else None

    def local_date(self, at: datetime) -> date:
        """The date on the office's wall at this moment."""
        return at.astimezone(self.zone).date()

    def add_office_minutes(self, at: datetime, minutes: float) -> datetime:
        """The moment at which ``minutes`` of office hours have passed since ``at``.

        A full day's worth from the morning on ends that evening, not the next morning.

        Raises:
            ValueError: ``minutes`` is negative.
            OverflowError: the answer lies beyond the year 9999.
        """
        if minutes < 0:
            raise ValueError("minutes must not be negative")
        left, on = timedelta(minutes=minutes), self.local_date(at)
        while True:
            hours = self.office_hours(on)
            if hours:
                start = max(hours[0], at.astimezone(UTC))
                if start + left <= hours[1]:
                    return start + left
                left -= max(hours[1] - start, _NOTHING)
            on += _ONE_DAY


def count_days(start: date, end: date, calendar: Calendar | None = None) -> list[Day]:
    """Every day between ``start`` and ``end``, both included, in the order of time, with its number.

    ``start`` is day 0; numbers are negative when ``end`` lies before it. Without a calendar every day counts.
    """
    step, counted = (1 if end >= start else -1), 0
    days = [Day(start, 0, *(calendar.day_off(start) if calendar else (None, "")))]
    for on in _dates(start, end):
        if on != start:
            reason, name = calendar.day_off(on) if calendar else (None, "")
            counted += 0 if reason else step
            days.append(Day(on, None if reason else counted, reason, name))
    return sorted(days, key=lambda day: day.on)


def count_office_hours(start: datetime, end: datetime, calendar: Calendar) -> list[Day]:
    """Every day from ``start`` to ``end``, its stretch of office hours and the minutes counted so far."""
    minutes, days = 0.0, []
    for on in _dates(calendar.local_date(start), calendar.local_date(end)):
        reason, name = calendar.day_off(on)
        opens, closes = calendar.office_hours(on) or (end, start)  # nothing on a day off
        opens, closes = max(opens, start), min(closes, end)
        if opens < closes:
            minutes += (closes - opens) / timedelta(minutes=1)
            days.append(Day(on, _tidy(minutes), hours=(opens, closes)))
        else:
            days.append(Day(on, None, reason or "after_hours", name))
    return days


def _dates(one: date, other: date) -> list[date]:
    """All dates between two, both included, leading away from ``one``."""
    step = 1 if other >= one else -1
    return [one + timedelta(days=n) for n in range(0, (other - one).days + step, step)]


def _tidy(number: float) -> int | float:
    return int(number) if number == int(number) else number
