"""Timers that repeat: R3/P1D, "setiap hari kerja", "every 3 days, 5 times"."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.calendar import Calendar
from app.engine.diagram import Timer
from app.engine.timers.deadlines import Due, occurrence
from app.engine.timers.grammar import Unreadable, read_timer
from app.engine.timers.spans import Cycle, Formula
from app.errors import ExpressionFailed
from app.i18n import _


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
        number = _first_after(
            now, following, lambda n: occurrence(previous.text, plan, n, previous.since, calendar).at
        )
        if plan.repetitions is not None and number > plan.repetitions:
            return None
        found = occurrence(previous.text, plan, number, previous.since, calendar)
    except OverflowError as error:
        raise ExpressionFailed(_("Timer “{text}” melewati tahun 9999.", text=previous.text)) from error
    return replace(found, missed=number - following)


def _first_after(now: datetime, lowest: int, moment: Callable[[int], datetime]) -> int:
    """The lowest number from ``lowest`` on whose moment is after ``now``; moments grow with their number.

    Found by doubling and halving: after a year of standstill a cycle of a minute takes 40 steps, not 500,000.
    """
    reach = 1
    while moment(lowest + reach - 1) <= now:
        reach *= 2
    return lowest + bisect_right(range(lowest, lowest + reach), now, key=moment)
