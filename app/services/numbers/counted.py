"""The cases behind a figure: which they are, and an index that holds them in the order of a list."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, exists, func, select

from app.models import ActivityFact, CaseFact, ProcessInstance, UserTask
from app.models.tasks import IS_OPEN

_FACT, _DONE = cast("Table", CaseFact.__table__), cast("Table", ActivityFact.__table__)
_ENDINGS = ("finished", "unanswered", "other", "cancelled", "joined")
#: Figures of cases by the column of the month that they count in.
_MONTHS = {
    "received": "received_month",
    "answered": "answered_month",
    "rated": "rated_month",
} | dict.fromkeys(("ended", *_ENDINGS), "ended_month")
OF_TASKS = ("done", "timed", "within", "late", "returned")
OF_OPEN_TASKS = ("overdue", "foreseen")
FIGURES = (*_MONTHS, *OF_TASKS, "open", *OF_OPEN_TASKS)
#: What a list is narrowed to for cases, or tasks, that have no unit, category, area or channel.
NOT_FILLED = "-"
#: Longer periods are asked for without their months: a statement is as long as its months.
MOST_MONTHS = 120


@dataclass(frozen=True)
class Counted:
    """What was counted. ``first`` and ``last``: months, and for ``open`` days of receipt; both belong to it.

    ``outcome``: the end event; ``activity``, and ``unit`` of figures of tasks: of the task; ``channel``: of the case.
    None: any. ``version``: id of the definition that the case is in; ``variant``: the hash of its way. ``since`` and
    ``until``: of open tasks, between which moments they are due.
    """

    figure: str
    key: str
    first: str = ""
    last: str = ""
    channel: str | None = None
    outcome: str | None = None
    activity: str | None = None
    unit: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    version: int | None = None
    variant: str | None = None
    #: Of cases that took one of these ways; with ``other_ways`` none of them.
    variants: Collection[str] | None = None
    other_ways: bool = False
    #: Only cases of which a task was late.
    late: bool = False

    @property
    def units_of_tasks(self) -> bool:
        """Whether the unit that it is counted under is that of a task, not of the case."""
        return self.figure in OF_TASKS

    def fits(self) -> ColumnElement[bool]:
        """Whether a `ProcessInstance` is one of these cases."""
        of_case = exists().where(_FACT.c.instance_id == ProcessInstance.id, *self._of_case())
        found = [ProcessInstance.key == self.key, of_case.correlate_except(_FACT)]
        if self.figure in OF_TASKS:
            done = exists().where(_DONE.c.instance_id == ProcessInstance.id, *self._of_task())
            found.append(done.correlate_except(_DONE))
        if self.figure in OF_OPEN_TASKS:
            due = exists().where(UserTask.instance_id == ProcessInstance.id, *self._of_open_task())
            found.append(due.correlate_except(UserTask))
        return and_(*found)

    def _of_case(self) -> Iterator[ColumnElement[bool]]:
        if self.figure in _MONTHS:
            yield _FACT.c[_MONTHS[self.figure]].between(self.first or "0000-00", self.last or "9999-99")
        if self.figure in _ENDINGS:
            yield _FACT.c.ending == self.figure
        if self.figure == "open":
            yield _FACT.c.ended_month.is_(None)
            for day, later in ((self.first, True), (self.last, False)):
                if day:
                    on = date.fromisoformat(day)
                    yield _FACT.c.received_on >= on if later else _FACT.c.received_on <= on
        narrowed = (
            (_FACT.c.channel, self.channel),
            (_FACT.c.outcome, self.outcome),
            (_FACT.c.definition_id, self.version),
            (_FACT.c.variant, self.variant),
        )
        for column, value in narrowed:
            if value is not None:
                yield column == value
        if self.variants is not None:
            ways = _FACT.c.variant.in_(sorted(self.variants))
            yield and_(_FACT.c.variant.is_not(None), ~ways) if self.other_ways else ways
        if self.late:
            yield _FACT.c.late_tasks > 0

    def _of_task(self) -> Iterator[ColumnElement[bool]]:
        yield _DONE.c.month.between(self.first or "0000-00", self.last or "9999-99")
        for column, value in ((_DONE.c.activity_id, self.activity), (_DONE.c.unit_code, self.unit)):
            if value is not None:
                yield column == value
        if self.figure == "timed":
            yield _DONE.c.within.is_not(None)
        if self.figure in ("within", "late"):
            yield _DONE.c.within.is_(self.figure == "within")
        if self.figure == "returned":
            yield _DONE.c.returned

    def _of_open_task(self) -> Iterator[ColumnElement[bool]]:
        yield IS_OPEN
        if self.since is not None or self.until is not None:
            yield UserTask.due_at.is_not(None)  # others are sorted by their age
        if self.since is not None:
            yield UserTask.sort_at > self.since
        if self.until is not None:
            yield UserTask.sort_at <= self.until
        if self.activity is not None:
            yield UserTask.activity_id == self.activity

    def in_order(self) -> list[Select[Any]] | None:
        """Queries that together find the id of each of these cases, and of others, in the order of an index.

        None where no index holds them in this order.
        """
        months = list(_months(self.first[:7], self.last[:7]))
        if not months or len(months) > MOST_MONTHS or self.figure in OF_OPEN_TASKS:
            return None
        if self.figure in OF_TASKS:
            of, column = _DONE, "month"
        else:
            of, column = _FACT, _MONTHS.get(self.figure, "received_month")
        more: list[ColumnElement[bool]] = []
        if self.figure == "open":
            more = [_FACT.c.ended_month.is_(None)]
        if self.figure == "returned":
            more = [_DONE.c.returned]
        elif of is _DONE and self.activity is not None:
            more = [_DONE.c.activity_id == self.activity]
        elif of is _DONE:
            return None
        ids = select(of.c.instance_id.label("id"))
        return [ids.where(of.c.key == self.key, of.c[column] == month, *more) for month in months]

    def due_cases(self, most: int) -> Select[Any] | None:
        """The ids of so many of these cases, in no order, where they are found by when their tasks are due."""
        if self.figure not in OF_OPEN_TASKS or self.until is None:
            return None
        return select(UserTask.instance_id.label("id")).where(*self._of_open_task()).limit(most)


def times(found: Counted, ids: Collection[int]) -> Select[Any] | None:
    """How often these cases count in a figure of tasks: one statement with one number; None for other figures."""
    if found.figure in OF_TASKS:
        return select(func.count()).select_from(_DONE).where(_DONE.c.instance_id.in_(ids), *found._of_task())
    if found.figure in OF_OPEN_TASKS:
        of_tasks = (UserTask.instance_id.in_(ids), *found._of_open_task())
        return select(func.count()).select_from(UserTask).where(*of_tasks)
    return None


def within(found: Counted, first: str, last: str) -> Counted:
    """The same in these months, or of these days of receipt."""
    return replace(found, first=first, last=last)


def due(found: Counted, since: datetime | None, until: datetime | None) -> Counted:
    """The same of tasks that are due between these moments."""
    return replace(found, since=since, until=until)


def _months(first: str, last: str) -> Iterator[str]:
    """The months from one to another, both among them; none where one of them is missing."""
    if not first or not last:
        return
    year, month = int(first[:4]), int(first[5:])
    while (written := f"{year:04}-{month:02}") <= last:
        yield written
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
