"""Cron expressions: of five fields, and of six or seven with the seconds first, as engines in Java write them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import islice

from cronsim import CronSim, CronSimError

from app.base.calendar import Calendar
from app.engine.timers.named_days import NamedDay

#: A name for each of those that are usual.
_NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FIELDS = re.compile(r"(?:[0-9a-z*?/,#-]+ ){4,6}[0-9a-z*?/,#-]+")
_WEEKDAYS = {
    name: str(number) for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))
}
_MONTHS = {
    name: str(number)
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_LIST = re.compile(r"[0-9]+(?:-[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)*")
#: Where it begins to look for whether a text is one, and ever comes.
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Cron:
    """Moments by five fields: minute, hour, day of the month, month, day of the week (0 is Sunday), in the office's
    zone. Where days of month and week are both narrowed, either does, as for Unix."""

    fields: str

    def __str__(self) -> str:
        """The expression as a timer text."""
        return f"cron {self.fields}"

    def after(self, since: datetime, number: int, calendar: Calendar) -> datetime:
        """The ``number``-th such moment after ``since``, in time that grows with ``number``.

        Raises:
            OverflowError: there is none within fifty years.
        """
        moments = CronSim(self.fields.upper(), since.astimezone(calendar.zone))
        found = next(islice(moments, number - 1, None), None)
        if found is None:
            raise OverflowError
        return found.astimezone(since.tzinfo)


def read_cron(text: str) -> NamedDay | Cron | None:
    """What a cron expression means, by the day and the time of day where these tell all of it; None: it is none, or
    one engine reads it otherwise than another.

    Seconds are left out: nothing comes more often than each minute.
    """
    plain = " ".join(text.lower().split())
    plain = _NAMED.get(plain, plain)
    if not _FIELDS.fullmatch(plain) or not set("*?") & set(plain):
        return None
    parts = plain.split()
    if len(parts) > 5:
        parts = _five(parts)
    if not parts:
        return None
    minute, hour, day, month, weekday = parts
    month, weekday = _numbered(month, _MONTHS), _numbered(weekday, _WEEKDAYS)
    fields = " ".join("*" if part == "?" else part for part in (minute, hour, day, month, weekday))
    try:
        next(CronSim(fields.upper(), _ANY_DAY))
    except (CronSimError, StopIteration):
        return None
    return _named(*fields.split()) or Cron(fields)


def _five(parts: list[str]) -> list[str]:
    """Five of six or seven fields. Nothing where others may read them in another way: Quartz counts Sunday as 1 and
    Spring as 0; and where both kinds of days are narrowed."""
    seconds, *fields = parts[:6]
    if parts[6:] not in ([], ["*"]) or not re.fullmatch(r"[0-9*/,-]+", seconds):
        return []
    weekday = fields[4]
    if re.search(r"[0-9]", weekday.partition("#")[0]) or not {fields[2], weekday} & {"*", "?"}:
        return []
    return fields


def _numbered(field: str, names: dict[str, str]) -> str:
    """The field with numbers for names of months or days."""
    return re.sub(r"[a-z]{3}", lambda found: names.get(found[0], found[0]), field)


def _named(minute: str, hour: str, day: str, month: str, weekday: str) -> NamedDay | None:
    if month != "*" or not (minute.isdecimal() and hour.isdecimal()):
        return None
    at = time(int(hour), int(minute))
    if day == "*":
        days = range(7) if weekday == "*" else _listed(weekday)
        return NamedDay(tuple(sorted({(number - 1) % 7 for number in days})), (), at) if days else None
    days = [31] if day == "l" else _listed(day)
    # Of a month that has fewer days the last is meant elsewhere; by cron none is.
    fits = bool(days) and (day == "l" or max(days) <= 28)
    return NamedDay((), tuple(sorted(set(days))), at) if fits and weekday == "*" else None


def _listed(field: str) -> list[int]:
    """Each number of a list with ranges; none where it is anything else."""
    if not _LIST.fullmatch(field):
        return []
    ends = [[int(end) for end in part.split("-")] for part in field.split(",")]
    return [number for first, *last in ends for number in range(first, (last[0] if last else first) + 1)]
