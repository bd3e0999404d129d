"""What is open: cases by age, tasks that are overdue and those that will be. Counted when asked, as there are few."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, case, exists, func, select
from sqlalchemy.orm import Session

from app.models import CaseFact, UserTask
from app.models.tasks import IS_OPEN
from app.services.core import clock, holidays

#: The age in days at which each group of open cases begins; the last has no end.
AGES = (0, 4, 15, 31, 61)
#: So many days ahead deadlines are foreseen.
AHEAD = 14

_FACT = cast("Table", CaseFact.__table__)
_COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "unit": _FACT.c.unit_code,
    "category": _FACT.c.category,
    "area": _FACT.c.area,
    "channel": _FACT.c.channel,
}


@dataclass(frozen=True)
class Age:
    """Open cases that were received from one day to another; ``first`` None: ever before. ``days``: their least age
    and their greatest, None without end."""

    days: tuple[int, int | None]
    first: date | None
    last: date
    cases: int


@dataclass(frozen=True)
class Day:
    """Open tasks that are due on a day, not yet overdue. ``since`` and ``until``: its moments."""

    on: date
    since: datetime
    until: datetime
    tasks: int


@dataclass(frozen=True)
class OpenWork:
    """Open cases and tasks at a moment."""

    at: datetime
    ages: Sequence[Age]
    overdue: int
    days: Sequence[Day]

    @property
    def cases(self) -> int:
        """All open cases."""
        return sum(age.cases for age in self.ages)

    @property
    def foreseen(self) -> int:
        """Tasks that are due within the days ahead."""
        return sum(day.tasks for day in self.days)


def open_work(session: Session, key: str, only: Mapping[str, str]) -> OpenWork:
    """What is open of a process, of cases with the values ``only``. 2 SQL, and the days off."""
    now = clock.now(session)
    today = holidays.calendar(session).local_date(now)
    narrowed = [_COLUMNS[name] == value for name, value in only.items()]
    overdue, days = _due(session, key, now, today, narrowed)
    return OpenWork(now, _ages(session, key, today, narrowed), overdue, days)


def _ages(session: Session, key: str, today: date, narrowed: Sequence[ColumnElement[bool]]) -> Sequence[Age]:
    open_ = (_FACT.c.key == key, _FACT.c.ended_month.is_(None), *narrowed)
    query = select(_FACT.c.received_on, func.count()).where(*open_).group_by(_FACT.c.received_on)
    counts = Counter[int]()
    for on, cases in session.execute(query):
        age = max((today - on).days, 0)
        counts[max(begin for begin in AGES if begin <= age)] += cases
    return [
        _age(begin, end, today, counts[begin]) for begin, end in zip(AGES, [*AGES[1:], None], strict=True)
    ]


def _age(begin: int, end: int | None, today: date, cases: int) -> Age:
    first = today - timedelta(days=end - 1) if end is not None else None
    return Age((begin, end - 1 if end is not None else None), first, today - timedelta(days=begin), cases)


def _due(
    session: Session, key: str, now: datetime, today: date, narrowed: Sequence[ColumnElement[bool]]
) -> tuple[int, Sequence[Day]]:
    calendar = holidays.calendar(session)
    ends = [calendar.end_of_day(today + timedelta(days=n)) + timedelta(minutes=1) for n in range(AHEAD + 1)]
    spans = list(enumerate([now, *ends]))
    span = case(*((UserTask.sort_at <= end, number) for number, end in spans), else_=None)
    # Not joined: a database may then begin with all open cases, and look for the tasks of each.
    of_it = (_FACT.c.instance_id == UserTask.instance_id, _FACT.c.key == key, _FACT.c.ended_month.is_(None))
    counted = exists().where(*of_it, *narrowed).correlate_except(_FACT)
    timed = UserTask.due_at.is_not(None)  # others are sorted by their age
    query = select(span, func.count()).where(IS_OPEN, UserTask.sort_at <= ends[-1], timed, counted)
    counts = {number: tasks for number, tasks in session.execute(query.group_by(span))}
    days = [
        Day(today + timedelta(days=number), since, until, counts.get(number + 1, 0))
        for number, (since, until) in enumerate(zip([now, *ends[:-1]], ends, strict=True))
    ]
    return counts.get(0, 0), days
