"""When a timer is due, when again, and why then: enough is kept to explain it for ever after."""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from app.base.calendar import Calendar, Day, count_days, count_office_hours
from app.base.errors import ExpressionFailed
from app.base.i18n import _
from app.engine.diagram import Timer
from app.engine.timers.cron import Cron
from app.engine.timers.grammar import Unreadable, read_timer
from app.engine.timers.named_days import NamedDay
from app.engine.timers.sentences import typed_value
from app.engine.timers.spans import (
    Before,
    Bounded,
    Cycle,
    DayUnit,
    Elapsed,
    FirstOpening,
    Formula,
    Moment,
    Resolved,
    Span,
    Taken,
    Unit,
)

#: ``elapsed``: exact time since the opening, no days counted. ``date``: diagram or variable named the moment.
_Rule = Literal["working_days", "calendar_days", "office_hours", "elapsed", "date"]
_RULES: dict[str, _Rule] = {
    "hari kerja": "working_days",
    "hari kalender": "calendar_days",
    "jam kerja": "office_hours",
    "menit kerja": "office_hours",
    "tanggal": "date",
}

#: What a stored record leaves out.
_USUAL: dict[str, Any] = {
    "calendar": "",
    "skipped": {},
    "every": "",
    "repetitions": None,
    "number": 1,
    "missed": 0,
    "first": False,
    "taken": 0,
    "around": "",
}
#: So many times of a cron expression that passed while nothing could fire are counted, one by one.
_MOST_MISSED = 1000
#: FEEL evaluator: an expression without ``=`` → a plain JSON value.
Evaluate = Callable[[str], Any]


@dataclass(frozen=True)
class Due:
    """A moment at which a timer is due. It never changes, whatever becomes of the calendar.

    ``text``: as drawn, of a formula what it gave. ``unit``, ``amount``: how it was counted from ``since``, the
    opening of the activity, or backwards (negative) from its deadline; without an amount it was not counted.
    ``calendar``: the name of the calendar it was counted with, "" when none matters. ``skipped``: ISO date → name of
    the holidays passed over, weekends left out.
    For a timer that repeats: ``every`` so often, ``repetitions`` in all (None: for ever), this is the
    ``number``-th, and ``missed`` before it passed while nothing could fire. ``first``: ``since`` is the first opening
    of the activity in its case; ``taken``: so much of ``amount`` was added for what the reporter took since then, of
    exact time in seconds. ``around``: the name of the activity whose deadline it is, where that is one around the
    task that is due.
    """

    at: datetime  # aware UTC
    text: str
    unit: Unit
    amount: int | float | None
    since: datetime  # aware UTC
    calendar: str = ""
    skipped: Mapping[str, str] = field(default_factory=dict)
    every: str = ""
    repetitions: int | None = None
    number: int = 1
    missed: int = 0
    first: bool = False
    taken: int | float = 0
    around: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON, without the optional parts that say nothing."""
        optional = ("calendar", "skipped", "every", "repetitions", "missed", "first", "taken", "around")
        return {
            "at": self.at.isoformat(),
            "text": self.text,
            "unit": self.unit,
            "amount": self.amount,
            "since": self.since.isoformat(),
            "number": self.number,
            **{key: vars(self)[key] for key in optional if vars(self)[key]},
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """The record that `as_dict` wrote."""
        moments = {key: datetime.fromisoformat(record[key]) for key in ("at", "since")}
        return cls(**{**record, **moments})


def due(
    timer: Timer,
    *,
    opened_at: datetime,
    day_unit: DayUnit,
    calendar: Calendar,
    evaluate: Evaluate,
    deadline: Due | None = None,
    first: FirstOpening | None = None,
) -> Due | None:
    """When a timer that opens at ``opened_at`` is due; for one that repeats, the first time.

    ``first``: count from that opening instead, without what the reporter took.
    ``deadline`` is what ``H-14`` counts back from, in the deadline's own kind of days; without one, or when
    the moment is not after the opening, the timer never fires: None.

    Raises:
        ExpressionFailed: a formula failed, a text cannot be read, or the date lies beyond the year 9999.
    """
    reading, text = _resolve(timer.text, day_unit, evaluate)
    try:
        match reading:
            case Before(days, kind):
                return _before(text, days, opened_at, day_unit, calendar, deadline, said=kind)
            case Cycle():
                return _first_occurrence(text, reading, opened_at, calendar)
            case Bounded():
                return _first_occurrence(text, Cycle(1, str(reading)), opened_at, calendar)
            case NamedDay() | Cron():
                since = first.at if first is not None else opened_at
                return replace(_named(text, reading, 1, since, calendar), first=first is not None)
            case Moment(at):
                return Due(_moment(at, calendar), text, "tanggal", None, opened_at.astimezone(UTC))
            case _ if first is not None:
                found = replace(counted(text, reading, first.at, calendar), first=True)
                return without(found, first.taken, calendar)
            case _:
                return counted(text, reading, opened_at, calendar)
    except OverflowError as error:
        raise ExpressionFailed(_("Timer “{text}” melewati tahun 9999.", text=timer.text)) from error


def _first_occurrence(text: str, cycle: Cycle, opened_at: datetime, calendar: Calendar) -> Due | None:
    """The first time after the opening. Of a cycle that begins at a moment those before it are used up."""
    every, number = read_timer(cycle.every, "kalender"), 1
    if isinstance(every, Bounded) and every.is_start:
        number = _first_after(opened_at, 1, lambda n: occurrence(text, cycle, n, opened_at, calendar).at)
    found = occurrence(text, cycle, number, opened_at, calendar)
    return None if _is_over(found, cycle, calendar) else found


def _is_over(found: Due, plan: Cycle, calendar: Calendar) -> bool:
    every = read_timer(plan.every, "kalender")
    if isinstance(every, Bounded) and not every.is_start and found.at > _moment(every.moment.at, calendar):
        return True
    return plan.repetitions is not None and found.number > plan.repetitions


def occurrence(text: str, cycle: Cycle, number: int, opened_at: datetime, calendar: Calendar) -> Due:
    """The ``number``-th time a cycle is due, counted from the opening so that months do not drift."""
    every = read_timer(cycle.every, "kalender")
    match every:
        case NamedDay() | Cron():
            found = _named(text, every, number, opened_at, calendar)
        case Span() | Elapsed():
            found = counted(text, every.times(number), opened_at, calendar)
        case Bounded(period, _text, Moment(at), is_start):
            bound = _moment(at, calendar)
            found = counted(text, period.times(number - is_start), bound if is_start else opened_at, calendar)
        case _:
            raise Unreadable
    return replace(found, every=cycle.every, repetitions=cycle.repetitions, number=number)


def _named(text: str, day: NamedDay | Cron, number: int, opened_at: datetime, calendar: Calendar) -> Due:
    since = opened_at.astimezone(UTC)
    return Due(day.after(since, number, calendar), text, "tanggal", None, since)


def counted(text: str, span: Span | Elapsed, since: datetime, calendar: Calendar) -> Due:
    """A span counted from ``since``."""
    since = since.astimezone(UTC)
    at = _after(span, since, calendar)
    if not span.unit.endswith("kerja"):
        return Due(at, text, span.unit, span.amount, since)
    passed = calendar.holidays_between(*sorted((calendar.local_date(since), calendar.local_date(at))))
    skipped = {on.isoformat(): name for on, name in passed.items()}
    return Due(at, text, span.unit, span.amount, since, calendar.name, skipped)


def without(held: Due, taken: Taken, calendar: Calendar) -> Due:
    """The same count with this much of the time left out, whatever was left out before; a moment as given stays."""
    more = taken.counted_in(held.unit) - held.taken
    if not more:
        return held
    if held.amount is None:
        later = Elapsed(0, timedelta(seconds=more)) if held.unit == "iso" else Span(held.unit, more)
        return replace(held, at=_after(later, held.at, calendar), taken=held.taken + more)
    found = counted(held.text, Span(held.unit, held.amount + more), held.since, calendar)
    return replace(found, first=held.first, taken=held.taken + more)


def recounted(held: Due, calendar: Calendar) -> Due:
    """The same count by another calendar, e.g. one with a day off more; ``held`` itself where nothing changes.

    What was not counted in working days or office hours
    stays, and so does what was put elsewhere by hand: what its own calendar of back then does not give.
    """
    if held.amount is None or not held.unit.endswith("kerja"):
        return held
    zone, known = calendar.zone, {date.fromisoformat(on): name for on, name in held.skipped.items()}
    if _again(held, Calendar(zone, known, national=False)).at != held.at:
        return held
    found = _again(held, calendar)
    return held if found.at == held.at else found


def _again(held: Due, calendar: Calendar) -> Due:
    if held.every:
        plan = Cycle(held.repetitions, held.every)
        return replace(occurrence(held.text, plan, held.number, held.since, calendar), missed=held.missed)
    found = counted(held.text, Span(held.unit, held.amount or 0), held.since, calendar)
    return replace(found, first=held.first, taken=held.taken)


def _after(span: Span | Elapsed, since: datetime, calendar: Calendar) -> datetime:
    """The moment that lies the span after ``since``, by the rules of docs/decisions/0005-working-days.md."""
    if isinstance(span, Elapsed):
        return _elapsed(span, since, calendar)
    on = calendar.local_date(since)
    match span.unit:
        case "hari kerja":
            return calendar.end_of_office(calendar.add_working_days(on, int(span.amount)))
        case "hari kalender":
            return calendar.end_of_day(on + timedelta(days=span.amount))
        case "jam kerja" | "menit kerja":
            return calendar.add_office_minutes(since, span.minutes)
    return since + timedelta(minutes=span.minutes)


def _elapsed(span: Elapsed, since: datetime, calendar: Calendar) -> datetime:
    """Months on the wall calendar (31 January + P1M is the last of February), then exact time."""
    if not span.months:
        return since + span.exact
    local = since.astimezone(calendar.zone)
    month = local.year * 12 + local.month - 1 + span.months
    year, month = divmod(month, 12)
    if year > MAXYEAR:
        raise OverflowError
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(UTC) + span.exact


def _moment(at: date | datetime, calendar: Calendar) -> datetime:
    """A date without a time means all of that day, like a deadline counted in calendar days."""
    if not isinstance(at, datetime):
        return calendar.end_of_day(at)
    return (at if at.tzinfo else at.replace(tzinfo=calendar.zone)).astimezone(UTC)


def _before(
    text: str,
    days: int,
    opened_at: datetime,
    day_unit: DayUnit,
    calendar: Calendar,
    deadline: Due | None,
    *,
    said: DayUnit | None,
) -> Due | None:
    if deadline is None:
        return None
    unit: Unit = f"hari {said}" if said else _days_of(deadline, day_unit)  # type: ignore[assignment]
    found = counted(text, Span(unit, -days), deadline.at, calendar)
    return found if found.at > opened_at else None


def _days_of(deadline: Due, day_unit: DayUnit) -> Unit:
    """The days in which to count back from a deadline: its own; for exact time and dates, the process's."""
    if deadline.unit.startswith("hari"):
        return deadline.unit
    working = deadline.unit.endswith("kerja") or (deadline.unit in ("iso", "tanggal") and day_unit == "kerja")
    return "hari kerja" if working else "hari kalender"


def _resolve(text: str, day_unit: DayUnit, evaluate: Evaluate) -> tuple[Resolved, str]:
    """What the text says now, and the text that says it. A formula gives a timer text, an ISO value, or a whole
    number of days."""
    said: Any = text
    try:
        reading = read_timer(text, day_unit)
        if isinstance(reading, Formula):
            said = evaluate(reading.expression)
            given = _as_text(said)
            reading = read_timer(typed_value(given) or given, day_unit)
        if isinstance(reading, Formula):
            raise Unreadable
    except Unreadable as problem:
        shown = "null" if said is None else str(said)[:80]
        raise ExpressionFailed(
            _("Timer “{text}” tidak dapat dibaca sebagai waktu: {result}.", text=text, result=shown)
        ) from problem
    return reading, said if isinstance(said, str) else _as_text(said)


def _as_text(result: Any) -> str:
    if isinstance(result, int | float) and not isinstance(result, bool):
        return f"{result:g} hari"
    return result if isinstance(result, str) else ""


def cycle(timer: Timer) -> Cycle | None:
    """How the timer repeats; None when it fires once or is not understood. A formula is its own ``every``."""
    try:
        reading = read_timer(timer.text, "kerja")
    except Unreadable:
        return None
    if isinstance(reading, Cycle):
        return reading
    return Cycle(None, timer.text) if isinstance(reading, Formula) and timer.kind == "cycle" else None


def next_due(previous: Due, *, now: datetime, calendar: Calendar) -> Due | None:
    """When a repeating timer that has just fired is due again: the first time of its plan after ``now``.

    The plan counts from the opening. Times that passed while nothing could fire are used up, not made good;
    ``missed`` counts them. None when the timer does not repeat, or has no repetitions left.

    Raises:
        ExpressionFailed: the next date lies beyond the year 9999.
    """
    if not previous.every:
        return None
    plan = Cycle(previous.repetitions, previous.every)
    following = previous.number + 1
    try:
        if isinstance(cron := read_timer(previous.every, "kalender"), Cron):
            return _next_by_cron(previous, cron, now, calendar)
        number = _first_after(
            now, following, lambda n: occurrence(previous.text, plan, n, previous.since, calendar).at
        )
        found = occurrence(previous.text, plan, number, previous.since, calendar)
        if _is_over(found, plan, calendar):
            return None
    except OverflowError as error:
        raise ExpressionFailed(_("Timer “{text}” melewati tahun 9999.", text=previous.text)) from error
    return replace(found, missed=number - following)


def _next_by_cron(previous: Due, cron: Cron, now: datetime, calendar: Calendar) -> Due:
    """Counted on from the time before, as its times have no numbers; at most `_MOST_MISSED` passed are counted."""
    at, missed = cron.after(previous.at, 1, calendar), 0
    while at <= now and missed < _MOST_MISSED:
        at, missed = cron.after(at, 1, calendar), missed + 1
    if at <= now:
        at = cron.after(now, 1, calendar)
    return replace(previous, at=at.astimezone(UTC), number=previous.number + missed + 1, missed=missed)


def _first_after(now: datetime, lowest: int, moment: Callable[[int], datetime]) -> int:
    """The lowest number from ``lowest`` on whose moment is after ``now``; moments grow with their number.

    Found by doubling and halving: after a year of standstill a cycle of a minute takes 40 steps, not 500,000.
    """
    reach = 1
    while moment(lowest + reach - 1) <= now:
        reach *= 2
    return lowest + bisect_right(range(lowest, lowest + reach), now, key=moment)


@dataclass(frozen=True)
class Explanation:
    """Everything the page "why this date?" tells.

    ``days`` run in the order of time: from the opening to the due date or, counted ``backwards`` (``H-14``),
    from the due date to the deadline. They are empty for ``elapsed`` and ``date``.
    """

    due: Due
    rule: _Rule
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
    # A deadline that was shifted has its unit, and no amount that was counted.
    rule = "date" if due.amount is None and due.unit != "iso" else _RULES.get(due.unit, "elapsed")
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
