"""The office's hours as one line of minutes: how many lie between two moments, and what lies so far ahead."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta

from app.base.calendar import Calendar

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


class WorkingTime:
    """The office's hours from one date to another. Moments outside of them count as its first or last one."""

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        self._opens: list[datetime] = []
        self._lengths: list[float] = []
        self._before: list[float] = []
        total, on = 0.0, first
        while on <= last:
            hours = calendar.office_hours(on)
            if hours is not None:
                self._opens.append(hours[0])
                self._lengths.append((hours[1] - hours[0]) / _MINUTE)
                self._before.append(total)
                total += self._lengths[-1]
            on += _DAY
        self.total = total
        self._last = datetime(last.year, last.month, last.day, tzinfo=UTC) + _DAY

    @property
    def minutes_of_a_day(self) -> float:
        """How long a working day is on average."""
        return self.total / len(self._opens) if self._opens else 1.0

    def position(self, at: datetime) -> float:
        """Minutes of office hours from the first date until a moment."""
        index = bisect_right(self._opens, at) - 1
        if index < 0:
            return 0.0
        passed = (at - self._opens[index]) / _MINUTE
        return self._before[index] + min(passed, self._lengths[index])

    def moment(self, position: float) -> datetime:
        """The moment at which so many minutes have passed since the first date, within an office's day."""
        index = max(bisect_right(self._before, position) - 1, 0)
        if not self._opens or position > self.total:
            return self._last + timedelta(minutes=position - self.total)
        return self._opens[index] + timedelta(minutes=position - self._before[index])

    def between(self, start: datetime, end: datetime) -> float:
        """Minutes of office hours between two moments; none where the second is the earlier."""
        return max(self.position(end) - self.position(start), 0.0)

    def after(self, start: datetime, minutes: float) -> datetime:
        """The moment at which so many minutes of office hours have passed since ``start``, never before it."""
        return max(self.moment(self.position(start) + minutes), start)
