"""Where a task stands among others: by its deadline, what the SOP says, or its age."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from app.base.calendar import Calendar
from app.base.errors import ExpressionFailed
from app.engine import timers
from app.engine.diagram import Timer
from app.engine.running.step import OpenTask
from app.engine.timers import DayUnit
from app.models.instances import LAST_RANK

#: A task of which nothing says how long it may take is sorted as if it were due so long after it opened: the older it
#: is, the further up, and never below all others.
UNDATED = timedelta(days=14)
#: The cell of the SOP that says how long an activity may take.
_CELL = "waktu"
#: The property of a process that lists its priorities, the most urgent first.
ORDER = "urutan prioritas"


def sorted_at(task: OpenTask, opened_at: datetime, day_unit: DayUnit, calendar: Calendar) -> datetime:
    """The moment by which lists sort a task that opened then.

    Its deadline; else what its cell ``waktu`` says, counted from its opening (``Maksimal 60 hari``); else its age.
    """
    if task.due is not None:
        return task.due.at
    said = _length_in_cell(task.node.properties.get(_CELL, ""))
    return _counted(said, opened_at, day_unit, calendar) if said is not None else opened_at + UNDATED


def rank(properties: Mapping[str, str], priority: str) -> int:
    """Where a priority stands among those of its process, 1 the most urgent.

    The process says so in ``urutan prioritas`` (``segera, biasa``). Without it numbers come in their own order; of
    other words nothing tells it.
    """
    order = [one.strip().casefold() for one in properties.get(ORDER, "").split(",") if one.strip()]
    plain = priority.strip().casefold()
    if order:
        return min(order.index(plain) + 1, LAST_RANK - 1) if plain in order else LAST_RANK
    return min(max(int(plain), 1), LAST_RANK - 1) if plain.isdecimal() and len(plain) < 4 else LAST_RANK


@lru_cache(maxsize=1024)
def _length_in_cell(cell: str) -> Timer | None:
    understood = timers.mentioned(cell) if cell else None
    return Timer("duration", understood) if understood and timers.length_of(understood) is not None else None


def _counted(said: Timer, opened_at: datetime, day_unit: DayUnit, calendar: Calendar) -> datetime:
    try:
        found = timers.due(
            said, opened_at=opened_at, day_unit=day_unit, calendar=calendar, evaluate=_no_formula
        )
    except ExpressionFailed:  # beyond the year 9999
        return opened_at + UNDATED
    return found.at if found is not None else opened_at + UNDATED


def _no_formula(_text: str) -> Any:
    raise AssertionError("a length is no formula")
