"""Timers: what their text means, when they are due, when again, and why then.

`check` at deployment; `due` when an activity opens; `next_due` after each firing; `explain` for people.
"""

import re
from datetime import datetime, timedelta

from app.base.i18n import language
from app.engine.diagram import Timer
from app.engine.timers import vocabulary
from app.engine.timers.cron import Cron
from app.engine.timers.deadlines import Due, Explanation, cycle, due, explain, next_due, recounted, without
from app.engine.timers.grammar import MIN_CYCLE, Unreadable, is_before, read_timer
from app.engine.timers.named_days import NamedDay
from app.engine.timers.sentences import Told, mentioned, read_sentence
from app.engine.timers.spans import (
    Before,
    Cycle,
    DayUnit,
    Elapsed,
    FirstOpening,
    Formula,
    Moment,
    Reading,
    Span,
    Taken,
    exact_words,
    length,
)

HOURS_OF_A_DAY = 24
_MONTHS = list(vocabulary.MONTHS)[:12]
_ISO = re.compile(r"[\"'“ ]*(?:r\d*/)?p[\dt]", re.IGNORECASE)

__all__ = [
    "MIN_CYCLE",
    "Cycle",
    "DayUnit",
    "Due",
    "Explanation",
    "FirstOpening",
    "Taken",
    "Told",
    "Unreadable",
    "cycle",
    "differ",
    "differ_in_length",
    "due",
    "each_day",
    "explain",
    "explicit",
    "is_ambiguous",
    "is_relative",
    "length_of",
    "mentioned",
    "next_due",
    "read_sentence",
    "recounted",
    "timer_fault",
    "without",
]


def timer_fault(timer: Timer, day_unit: DayUnit) -> str | None:
    """The code of the finding about this timer's text, which wants the parameter ``text``; None: understood.

    A formula passes: its syntax is the concern of FEEL, its result is read when the timer opens.
    """
    try:
        reading = read_timer(timer.text, day_unit)
    except Unreadable as problem:
        return _fault(timer.text, problem)
    if timer.kind == "cycle" and not isinstance(reading, Cycle | Formula):
        return "timer_not_a_cycle"
    return None


def _fault(text: str, problem: Unreadable) -> str:
    """What is wrong with a text that is no time as a whole: its parts may tell more of it."""
    try:
        read_sentence(text, typed=True)
    except Unreadable as told:
        return told.code
    return problem.code


def is_relative(timer: Timer) -> bool:
    """Whether the timer counts back from its activity's deadline (``H-14``)."""
    return is_before(timer.text)


def length_of(text: str) -> timedelta | None:
    """About how long a timer text says, so that two can be compared; None when it tells no span."""
    reading = _reading(text)
    return length(reading) if isinstance(reading, Span | Elapsed) else None


def differ(one: str, other: str) -> bool:
    """Whether two timer texts surely say different times: two lengths, two ``H-14``, one ``H-14`` and a cycle."""
    readings = (_reading(one), _reading(other))
    lengths = [length(reading) for reading in readings if isinstance(reading, Span | Elapsed)]
    back = [reading for reading in readings if isinstance(reading, Before)]
    if len(lengths) == 2 or len(back) == 2:
        return lengths[0] != lengths[1] if lengths else back[0] != back[1]
    return bool(back) and any(isinstance(reading, Cycle) for reading in readings)


def differ_in_length(one: str, other: str) -> bool:
    """Whether two timer texts say other lengths, or the same of working days and of days of the calendar. Where one
    does not say which days it means, they do not count."""
    lengths = (length_of(one), length_of(other))
    if None in lengths:
        return False
    days = [_kind_of_days(text) for text in (one, other)]
    return lengths[0] != lengths[1] or (all(days) and days[0] != days[1])


def _kind_of_days(text: str) -> str:
    """The unit of a span of days that says which days it means; else ""."""
    reading = _reading(text)
    named = (
        isinstance(reading, Span) and reading.unit.startswith("hari") and reading == _reading(text, "kerja")
    )
    return reading.unit if named and isinstance(reading, Span) else ""


def explicit(text: str, day_unit: DayUnit) -> str:
    """What a timer text says to people, with the kind of its days and hours named: ``24 jam kerja``. Others stay."""
    reading = _reading(text, day_unit)
    every = read_timer(reading.every, "kalender") if isinstance(reading, Cycle) else None
    match every or reading:
        case Span() as span:
            named = in_words(f"{span}" if " " in span.unit else f"{span} kalender")
        case Elapsed() as span if not _ISO.match(text):
            named = exact_words(span)
        case NamedDay() as days:
            named = str(days)
        case Cron() as cron:
            return f"menurut {cron}"
        case Moment(at) if not text[:4].isdecimal():
            on = f"{at.day} {_MONTHS[at.month - 1].capitalize()} {at.year}"
            named = f"{on} pukul {at:%H.%M}" if isinstance(at, datetime) else on
        case Before(days, kind):
            return f"H-{days}{f' {kind}' if kind else ''}"
        case _:
            return text
    times = f", {reading.repetitions} kali" if isinstance(reading, Cycle) and reading.repetitions else ""
    return named if every is None else f"setiap {named}{times}"


def in_words(text: str) -> str:
    """A timer text with the reader's own comma: ``1,5 jam kerja``."""
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text) if language() == "id" else text


def each_day(text: str) -> str:
    """A text that names days, as one that means each such day; any other as it is."""
    reading = _reading(text)
    return f"setiap {reading}" if isinstance(reading, NamedDay | Cron) else text


def is_ambiguous(text: str, day_unit: DayUnit) -> bool:
    """Whether people read a timer text in two ways: 03/04 is a day in April, or in March; a day has 24 hours for
    some, and an office not many more than 8."""
    if re.match(r"(0?[1-9]|1[0-2])([-/.])(0?[1-9]|1[0-2])\2", text.strip()):
        return True
    return _counts_long_office_hours(text, day_unit)


def _counts_long_office_hours(text: str, day_unit: DayUnit) -> bool:
    reading = _reading(text, day_unit)
    span = read_timer(reading.every, "kalender") if isinstance(reading, Cycle) else reading
    if not isinstance(span, Span) or span.unit != "jam kerja" or span.amount < HOURS_OF_A_DAY:
        return False
    return _reading(text, "kerja") != _reading(text, "kalender")


def _reading(text: str, day_unit: DayUnit = "kalender") -> Reading | None:
    try:
        return read_timer(text, day_unit)
    except Unreadable:
        return None
