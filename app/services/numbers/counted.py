"""The cases behind a figure: which they are, and an index that holds them in the order of a list.

In an address, and in a question, a figure is a condition on ``angka``.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, func, select
from sqlalchemy.orm import Session

from app.base.i18n import _
from app.models import ActivityFact, CaseFact, ProcessInstance, UserTask
from app.models.tasks import IS_OPEN
from app.services.core import case_sources, clock, holidays, ids, lookups
from app.services.core.candidates import Source
from app.services.search import terms
from app.services.search.question import Condition
from app.services.search.terms import NOT_FILLED, Term

_FACT, _DONE = cast("Table", CaseFact.__table__), cast("Table", ActivityFact.__table__)
_TASK = cast("Table", UserTask.__table__)
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
        of_case = lookups.has(_FACT, _FACT.c.instance_id == ProcessInstance.id, *self._of_case())
        found = [ProcessInstance.key == self.key, of_case]
        if self.figure in OF_TASKS:
            found.append(lookups.has(_DONE, _DONE.c.instance_id == ProcessInstance.id, *self._of_task()))
        if self.figure in OF_OPEN_TASKS:
            due = self._of_open_task()
            found.append(lookups.has(_TASK, UserTask.instance_id == ProcessInstance.id, *due))
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

    @property
    def condition(self) -> Condition:
        """The figure as an address holds it; ``variants`` stand in none."""
        given = {
            "proses": self.key,
            "nilai": self.figure,
            "dari": self.first or None,
            "sampai": self.last or None,
            "kegiatan": self.activity,
            "unit": self.unit,
            "saluran": self.channel,
            "hasil": self.outcome,
            "versi": self.version,
            "jalan": self.variant,
            "lewat": 1 if self.late else None,
        }
        values = {name: str(value) or NOT_FILLED for name, value in given.items() if value is not None}
        return Condition("angka", values)

    def term(self, session: Session) -> Term:
        """Which cases these are, and by which index they are found."""

        def due(most: int) -> Source | None:
            query = self.due_cases(most)
            found = session.scalars(query).all() if query is not None else ()
            return case_sources.known(found) if query is not None and len(found) < most else None

        of_key = select(ProcessInstance.id).where(ProcessInstance.key == self.key)
        return Term(self.fits(), self.in_order() or [of_key], rare=due)

    def in_order(self) -> list[Select[Any]] | None:
        """Queries that together find the id of each of these cases, and of others, in the order of an index.

        None where no index holds them in this order.
        """
        months = list(terms.months(self.first[:7], self.last[:7]))
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
        if of is _DONE:  # a case may have done an activity more than once in a month
            ids = ids.distinct()
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


def of_values(session: Session, values: Mapping[str, str]) -> Counted:
    """The figure that a condition asks for.

    Raises:
        InvalidForm: there is no such figure, or it is not counted so.
    """
    figure, first, last = (values.get(name, "") for name in ("nilai", "dari", "sampai"))
    if figure not in FIGURES or not values.get("proses"):
        raise terms.refused(_("Pilih proses dan angkanya dulu."))
    if not (is_time(figure, first) and is_time(figure, last)):
        raise terms.refused(
            _("Tulis bulan seperti 2026-11; untuk yang masih terbuka, tanggal seperti 2026-11-24.")
        )
    if values.get("unit") and figure not in OF_TASKS:
        raise terms.refused(_("Unit tugas hanya untuk angka yang menghitung tugas."))
    found = Counted(
        figure,
        values["proses"],
        first,
        last,
        channel=_filled(values.get("saluran")),
        outcome=values.get("hasil"),
        activity=values.get("kegiatan"),
        unit=_filled(values.get("unit")),
        # 0 is the id of none: what can be no version has no cases.
        version=ids.parse_id(values["versi"]) or 0 if values.get("versi") else None,
        variant=values.get("jalan"),
        late=values.get("lewat") == "1",
    )
    return _due(session, found) if figure in OF_OPEN_TASKS else found


def _filled(asked: str | None) -> str | None:
    """What must be held; "" where nothing was filled in, None for any."""
    return "" if asked == NOT_FILLED else asked


def _due(session: Session, found: Counted) -> Counted:
    """Open tasks that are due up to now, or from now on and on the days of the address."""
    now, calendar = clock.now(session), holidays.calendar(session)
    if found.figure == "overdue":
        return replace(found, until=now)
    first, last = (date.fromisoformat(day) if day else None for day in (found.first, found.last))
    begin = calendar.end_of_day(first - timedelta(days=1)) if first else now
    end = calendar.end_of_day(last) if last else None
    minute = timedelta(minutes=1)
    return replace(found, since=max(now, begin + minute), until=end + minute if end else None)


def is_time(figure: str, text: str) -> bool:
    """Whether a text is none, or a day or month as this figure is counted by."""
    of_days = figure in ("open", *OF_OPEN_TASKS)
    return not text or (is_day(text) if of_days else is_month(text))


def is_month(text: str) -> bool:
    """Whether a text is a month as 2026-11."""
    return len(text) == 7 and is_day(f"{text}-01")


def is_day(text: str) -> bool:
    """Whether a text is a day as 2026-11-24, in one of `terms.YEARS`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return day.isoformat() == text and day.year in terms.YEARS
