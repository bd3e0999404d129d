"""Why a timer is due when it is, day by day. Told from the record alone, so the answer never changes."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from app.calendar import Calendar, Day, count_days, count_office_hours
from app.engine.timers.deadlines import Due

#: ``elapsed``: exact time since the opening, no days counted. ``date``: diagram or variable named the moment.
Rule = Literal["working_days", "calendar_days", "office_hours", "elapsed", "date"]
_RULES: dict[str, Rule] = {
    "hari kerja": "working_days",
    "hari kalender": "calendar_days",
    "jam kerja": "office_hours",
    "menit kerja": "office_hours",
    "tanggal": "date",
}


@dataclass(frozen=True)
class Explanation:
    """Everything the page "why this date?" tells.

    ``days`` run in the order of time: from the opening to the due date or, counted ``backwards`` (``H-14``),
    from the due date to the deadline. They are empty for ``elapsed`` and ``date``.
    """

    due: Due
    rule: Rule
    days: tuple[Day, ...]

    @property
    def elapsed(self) -> timedelta:
        """The time from the moment the count starts to the due time; negative for a count backwards."""
        return self.due.at - self.due.since

    @property
    def backwards(self) -> bool:
        """Whether the days are counted back from the activity's deadline."""
        return (self.due.amount or 0) < 0


def explain(due: Due, zone: ZoneInfo) -> Explanation:
    """Why ``due`` falls when it does, by the holidays that were passed over when it was computed."""
    rule = _RULES.get(due.unit, "elapsed")
    snapshot = {date.fromisoformat(on): name for on, name in due.skipped.items()}
    calendar = Calendar(zone, snapshot, national=False)
    start, end = calendar.local_date(due.since), calendar.local_date(due.at)
    match rule:
        case "working_days":
            days = count_days(start, end, calendar)
        case "calendar_days":
            days = count_days(start, end)
        case "office_hours":
            days = count_office_hours(due.since, due.at, calendar)
        case _:
            days = []
    return Explanation(due, rule, tuple(days))
