"""Days that have a name: ``tiap Senin``, ``every Monday at 9.00``, ``setiap tanggal 5``, ``akhir bulan``."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta

from app.calendar import OFFICE_OPENS, Calendar
from app.engine.timers import vocabulary

_WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "hari minggu")
#: "minggu" alone is a week.
_NAMES = {
    **{name: number for number, name in enumerate(_WEEKDAYS)},
    **{"jum'at": 4, "jum’at": 4, "ahad": 6},
    **{"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6},
}
_EVERY = rf"(?P<every>(?:{vocabulary.EVERY}) )?"
_TIME = r"(?:,? (?:(?:pukul|jam|at) )?(?P<hour>[01]?[0-9]|2[0-3])[.:](?P<minute>[0-5][0-9]))?"
_MONTHLY = rf"(?P<monthly>,? (?:{vocabulary.EVERY}) (?:bulan|month))?"
_PATTERNS = tuple(
    f"{_EVERY}{day}{_TIME}"
    for day in (
        rf"(?:hari )?(?P<weekday>{'|'.join(_NAMES)})",
        rf"(?:bulan )?(?:tanggal|tgl\.?) (?P<day>[0-9]{{1,2}}){_MONTHLY}",
        r"(?P<last>akhir bulan|end of (?:the )?month)",
    )
)
_WHOLE = tuple(re.compile(pattern) for pattern in _PATTERNS)
_WITHIN = tuple(re.compile(rf"(?<!\w){pattern}(?!\w)") for pattern in _PATTERNS)


@dataclass(frozen=True)
class NamedDay:
    """A day of each week (0 is Monday) or of each month (the last where it has fewer), at a time of day."""

    weekday: int | None
    day: int
    at: time

    def __str__(self) -> str:
        """The day as a timer text."""
        name = "akhir bulan" if self.day == 31 else f"tanggal {self.day}"
        name = name if self.weekday is None else _WEEKDAYS[self.weekday]
        return f"{name} pukul {self.at:%H.%M}"

    def after(self, since: datetime, number: int, calendar: Calendar) -> datetime:
        """The ``number``-th such moment after ``since``.

        Raises:
            OverflowError: it lies beyond the year 9999.
        """
        today = calendar.local_date(since)
        here = calendar.moment(self._on(today, 0), self.at)
        return calendar.moment(self._on(today, number - 1 if here > since else number), self.at)

    def _on(self, today: date, further: int) -> date:
        if self.weekday is not None:
            return today + timedelta(days=(self.weekday - today.weekday()) % 7 + 7 * further)
        year, month = divmod(today.year * 12 + today.month - 1 + further, 12)
        if year > MAXYEAR:
            raise OverflowError
        return date(year, month + 1, min(self.day, monthrange(year, month + 1)[1]))


def read_named_day(plain: str) -> tuple[NamedDay, bool] | None:
    """The day that a text in lower case names, and whether each such day is meant; None: it names none.

    Without a time of day it is when the office opens.
    """
    found = next(filter(None, (pattern.fullmatch(plain) for pattern in _WHOLE)), None)
    return None if found is None else _named(found)


def named_day_in(plain: str) -> str | None:
    """The one day that comes again of which a sentence in lower case tells, as a timer text; None: none, several."""
    found = [match for pattern in _WITHIN for match in pattern.finditer(plain)]
    named = _named(found[0]) if len(found) == 1 else None
    return f"setiap {named[0]}" if named is not None and named[1] else None


def _named(found: re.Match[str]) -> tuple[NamedDay, bool] | None:
    said = found.groupdict()
    at = time(int(said["hour"]), int(said["minute"])) if said["hour"] else OFFICE_OPENS
    again = bool(said["every"] or said.get("monthly"))
    if said.get("weekday"):
        return NamedDay(_NAMES[said["weekday"]], 0, at), again
    day = 31 if said.get("last") else int(said["day"])
    return (NamedDay(None, day, at), again) if 1 <= day <= 31 else None
