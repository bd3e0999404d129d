"""What a timer can say, as data: a span, a moment, days before the deadline, a cycle, a formula."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, Self

from app.base.calendar import Calendar, count_office_hours
from app.engine.timers.cron import Cron
from app.engine.timers.named_days import NamedDay

DayUnit = Literal["kerja", "kalender"]
#: How time is counted. ``iso`` is exact elapsed time (months by the calendar), ``tanggal`` a moment as given.
Unit = Literal["hari kerja", "hari kalender", "jam kerja", "menit kerja", "jam", "menit", "iso", "tanggal"]


@dataclass(frozen=True)
class Span:
    """So many days, hours or minutes, counted as ``unit`` says; a negative ``amount`` counts backwards."""

    unit: Unit
    amount: int | float

    def __str__(self) -> str:
        """The span as a timer text that needs no day unit to be read."""
        return f"{self.amount} {self.unit}"

    def times(self, n: int) -> "Span":
        """The span, ``n`` times over."""
        return replace(self, amount=self.amount * n)

    @property
    def minutes(self) -> float:
        """A span of hours or minutes, in minutes."""
        return self.amount * (60 if self.unit.startswith("jam") else 1)


@dataclass(frozen=True)
class Elapsed:
    """An ISO duration: calendar months, then exact time."""

    months: int
    exact: timedelta
    unit: Literal["iso"] = "iso"
    amount: None = None

    def times(self, n: int) -> "Elapsed":
        """The duration, ``n`` times over."""
        return Elapsed(self.months * n, self.exact * n)


def exact_words(elapsed: Elapsed) -> str:
    """A duration of months, or of seconds, as it is said."""
    years, months = divmod(elapsed.months, 12)
    if not elapsed.months:
        return f"{elapsed.exact.total_seconds():g} detik"
    return f"{elapsed.months} bulan" if months else f"{years} tahun"


def length(span: Span | Elapsed) -> timedelta:
    """About how long it is, however it is counted: a day has 24 hours, a month 30 days."""
    if isinstance(span, Elapsed):
        return span.exact + timedelta(days=30 * span.months)
    return timedelta(days=span.amount) if span.unit.startswith("hari") else timedelta(minutes=span.minutes)


@dataclass(frozen=True)
class Moment:
    """A date (all of that day) or a date and time; without an offset it is in the configured zone."""

    at: date | datetime


@dataclass(frozen=True)
class Before:
    """``H-14``: so many days before the activity's deadline, in its own kind of days where none is said."""

    days: int
    kind: DayUnit | None = None


@dataclass(frozen=True)
class Bounded:
    """Every so often from a moment on, which is the first time (``is_start``), or until one."""

    every: Elapsed
    text: str
    moment: Moment
    is_start: bool

    def __str__(self) -> str:
        """As a timer text."""
        return f"{self.text} {'sejak' if self.is_start else 'sampai'} {self.moment.at.isoformat()}"


@dataclass(frozen=True)
class Cycle:
    """Every so often. ``every`` is a timer text that needs no day unit; ``repetitions`` None: for ever."""

    repetitions: int | None
    every: str


@dataclass(frozen=True)
class Formula:
    """FEEL, without its leading ``=``."""

    expression: str


#: What a timer's text says; after evaluation it is anything but a formula.
Resolved = Span | Elapsed | Moment | Before | Cycle | NamedDay | Cron | Bounded
Reading = Resolved | Formula


@dataclass(frozen=True)
class Taken:
    """Time that passed, in each way in which a timer may count it; hours of the office in minutes."""

    working_days: int = 0
    calendar_days: int = 0
    office_minutes: float = 0
    seconds: float = 0

    @classmethod
    def between(cls, start: datetime, end: datetime, calendar: Calendar) -> Self:
        """From one moment to a later one; the day of the first is day 0."""
        first, last = calendar.local_date(start), calendar.local_date(end)
        worked = [day.number for day in count_office_hours(start, end, calendar) if day.number is not None]
        return cls(
            calendar.working_days_between(first, last),
            (last - first).days,
            float(worked[-1]) if worked else 0,
            (end - start).total_seconds(),
        )

    @classmethod
    def from_list(cls, held: list[Any]) -> Self:
        """What `as_list` gave."""
        return cls(*held)

    def as_list(self) -> list[Any]:
        """The four of them, for JSON."""
        return [self.working_days, self.calendar_days, self.office_minutes, self.seconds]

    def plus(self, other: "Taken", sign: int = 1) -> "Taken":
        """Both together, or what is left without the other (``sign`` -1)."""
        return Taken(*(one + sign * more for one, more in zip(self.as_list(), other.as_list(), strict=True)))

    def counted_in(self, unit: Unit) -> int | float:
        """So much of this unit; of exact time seconds, and of a moment as given nothing."""
        match unit:
            case "hari kerja":
                return self.working_days
            case "hari kalender":
                return self.calendar_days
            case "jam kerja" | "menit kerja":
                return self.office_minutes / (60 if unit.startswith("jam") else 1)
            case "jam" | "menit":
                return self.seconds / (3600 if unit == "jam" else 60)
            case "iso":
                return self.seconds
        return 0


@dataclass(frozen=True)
class FirstOpening:
    """When an activity opened for the first time in its case, and what the reporter has taken of the time since."""

    at: datetime
    taken: Taken
