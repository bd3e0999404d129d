"""Days that have a name: ``tiap Senin dan Kamis``, ``every Monday at 9.00``, ``setiap tanggal 5``, ``akhir bulan``,
``31 Maret 2027``."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta

from app.base.calendar import OFFICE_OPENS, Calendar
from app.engine.timers import vocabulary

_WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
_NAMES = {
    **{name: number for number, name in enumerate(_WEEKDAYS)},
    **{"jum'at": 4, "jum’at": 4, "ahad": 6},
    **{"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6},
    **{"montag": 0, "dienstag": 1, "mittwoch": 2, "donnerstag": 3, "freitag": 4, "samstag": 5, "sonntag": 6},
}
_EVERY = rf"(?P<every>(?:{vocabulary.EVERY}) )?"
_TIME = r"(?:,? (?:(?:pukul|jam|at|um) )?(?P<hour>[01]?[0-9]|2[0-3])[.:](?P<minute>[0-5][0-9]))?"
_MONTHLY = rf"(?P<monthly>,? (?:{vocabulary.EVERY}) (?:bulan|month))?"
_AND = r"(?:,? (?:dan|and|und|serta|&) |, ?)"
_WEEKDAY = rf"(?:hari )?(?:{'|'.join(_NAMES)})"
_PATTERNS = tuple(
    re.compile(f"{_EVERY}{day}{_TIME}")
    for day in (
        rf"(?P<weekdays>{_WEEKDAY}(?:{_AND}{_WEEKDAY})*)",
        rf"(?:bulan )?(?:tanggal|tgl\.?) (?P<days>[0-9]{{1,2}}(?:{_AND}(?:tanggal )?[0-9]{{1,2}})*){_MONTHLY}",
        r"(?P<last>akhir bulan|end of (?:the )?month)",
    )
)
_MONTH = "|".join(sorted(vocabulary.MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"(?:(?:hari )?(?P<weekday>{'|'.join(_NAMES)}),? )?(?:(?:pada|on) )?(?:(?:tanggal|tgl\.?) )?"
    rf"(?P<day>[0-9]{{1,2}})(?:[ -](?P<month>{_MONTH})[ -]|(?P<sign>[-/.])(?P<number>[0-9]{{1,2}})(?P=sign))"
    rf"(?P<year>[0-9]{{4}}){_TIME}"
)
#: Anything that names a day, wherever it stands in a text.
MENTION = re.compile(
    rf"\b(?:{'|'.join(name for name in _NAMES if name != 'minggu')})\b|\b(?:tanggal|tgl\.?) ?\d"
    rf"|\d{{1,2}} (?:{_MONTH})\b|\d{{1,2}}([-/.])\d{{1,2}}\1\d{{4}}|\d{{4}}-\d\d-\d\d"
    r"|\b(?:akhir bulan|end of (?:the )?month)\b"
)


@dataclass(frozen=True)
class NamedDay:
    """Days of each week (0 is Monday) or of each month (the last where it has fewer), at a time of day."""

    weekdays: tuple[int, ...]
    days: tuple[int, ...]
    at: time

    def __str__(self) -> str:
        """The days as a timer text."""
        names = [_WEEKDAYS[day] for day in self.weekdays] or [str(day) for day in self.days]
        name = " dan ".join(filter(None, (", ".join(names[:-1]), names[-1])))
        if self.weekdays:
            name = "hari minggu" if self.weekdays == (6,) else name
        else:
            name = "akhir bulan" if self.days == (31,) else f"tanggal {name}"
        return f"{name} pukul {self.at:%H.%M}"

    def after(self, since: datetime, number: int, calendar: Calendar) -> datetime:
        """The ``number``-th such moment after ``since``.

        Raises:
            OverflowError: it lies beyond the year 9999.
        """
        today = calendar.local_date(since)
        here = [at for at in self._moments(today, 0, calendar) if at > since]
        if number <= len(here):
            return here[number - 1]
        further, place = divmod(number - len(here) - 1, len(self.weekdays or self.days))
        return self._moments(today, further + 1, calendar)[place]

    def _moments(self, today: date, further: int, calendar: Calendar) -> list[datetime]:
        """Those of today's week or month, or of one ``further`` on."""
        return [calendar.moment(on, self.at) for on in self._dates(today, further)]

    def _dates(self, today: date, further: int) -> list[date]:
        if self.weekdays:
            return [today + timedelta(days=day - today.weekday() + 7 * further) for day in self.weekdays]
        year, month = divmod(today.year * 12 + today.month - 1 + further, 12)
        if year > MAXYEAR:
            raise OverflowError
        last = monthrange(year, month + 1)[1]
        return [date(year, month + 1, min(day, last)) for day in self.days]


def read_named_day(plain: str) -> tuple[NamedDay, bool] | None:
    """The days that a text in lower case names, and whether each such day is meant; None: it names none.

    Without a time of day it is when the office opens.
    """
    found = next(filter(None, (pattern.fullmatch(plain) for pattern in _PATTERNS)), None)
    if found is None:
        return None
    said = found.groupdict()
    again = bool(said["every"] or said.get("monthly"))
    if said.get("weekdays"):
        names = [name for name in re.split(_AND, said["weekdays"]) if name]
        if names == ["minggu"]:
            return None  # a week
        weekdays = tuple(sorted({_NAMES[name.removeprefix("hari ")] for name in names}))
        return NamedDay(weekdays, (), _time(said)), again
    days = tuple(sorted({int(day) for day in re.findall(r"[0-9]+", said.get("days") or "31")}))
    in_each_month = all(1 <= day <= 31 for day in days) and sum(day > 28 for day in days) < 2
    return (NamedDay((), days, _time(said)), again) if in_each_month else None


def read_date(plain: str) -> date | datetime | None:
    """The one day that a text in lower case names, with its time of day where it has one; None: none, or no such day.

    Figures stand as they are written here: day, month, year.
    """
    found = _DATE.fullmatch(plain)
    if found is None:
        return None
    month = vocabulary.MONTHS[found["month"]] if found["month"] else int(found["number"])
    try:
        on = date(int(found["year"]), month, int(found["day"]))
    except ValueError:
        return None
    if found["weekday"] and _NAMES[found["weekday"]] != on.weekday():
        return None
    return datetime.combine(on, _time(found.groupdict())) if found["hour"] else on


def _time(said: dict[str, str | None]) -> time:
    return time(int(said["hour"]), int(said["minute"] or 0)) if said["hour"] else OFFICE_OPENS
