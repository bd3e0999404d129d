"""Timers: what their text means, when they are due, when again, and why then.

`check` at deployment; `due` when an activity opens; `next_due` after each firing; `explain` for people.
"""

from datetime import timedelta

from app.engine.diagram import Timer
from app.engine.timers.cycles import cycle, next_due
from app.engine.timers.deadlines import Due, due
from app.engine.timers.grammar import MIN_CYCLE, Unreadable, is_before, read
from app.engine.timers.reasons import Explanation, explain
from app.engine.timers.spans import Cycle, DayUnit, Elapsed, Formula, Span, length

__all__ = [
    "MIN_CYCLE",
    "Cycle",
    "DayUnit",
    "Due",
    "Explanation",
    "check",
    "cycle",
    "due",
    "explain",
    "is_relative",
    "length_of",
    "next_due",
]


def check(timer: Timer, day_unit: DayUnit) -> str | None:
    """The code of the finding about this timer's text, which wants the parameter ``text``; None: understood.

    A formula passes: its syntax is the concern of FEEL, its result is read when the timer opens.
    """
    try:
        reading = read(timer.text, day_unit)
    except Unreadable as problem:
        return problem.code
    if timer.kind == "cycle" and not isinstance(reading, Cycle | Formula):
        return "timer_not_a_cycle"
    return None


def is_relative(timer: Timer) -> bool:
    """Whether the timer counts back from its activity's deadline (``H-14``)."""
    return is_before(timer.text)


def length_of(text: str) -> timedelta | None:
    """About how long a timer text says, so that two can be compared; None when it tells no span."""
    try:
        reading = read(text, "kalender")
    except Unreadable:
        return None
    return length(reading) if isinstance(reading, Span | Elapsed) else None
