"""What the text of a timer means, while it is being typed: read by the reader that runs it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.base.errors import ExpressionFailed
from app.base.i18n import _
from app.engine import timers
from app.engine.diagram import Timer
from app.engine.timers import DayUnit
from app.findings import TEXTS
from app.services.core import clock, holidays

Kind = Literal["duration", "date", "cycle"]


@dataclass(frozen=True)
class Meaning:
    """A timer text in other words, and when it would be due if its activity opened now; None where that follows from
    the case, or from another deadline."""

    words: str
    due_at: datetime | None


class Unclear(Exception):
    """The text is none that a timer can have; the message is a sentence that says so."""


def meaning_of(session: Session, text: str, kind: Kind, day_unit: DayUnit) -> Meaning:
    """Read the text of a timer.

    Raises:
        Unclear: it cannot be read, or lies beyond the year 9999.
    """
    timer, rest = _understood(Timer(kind=kind, text=text.strip()))
    if (code := timers.timer_fault(timer, day_unit)) is not None:
        what, todo = TEXTS[code]
        named = _("tenggat ini")
        raise Unclear(" ".join(_(one, text=text, name=named, id=named) for one in (what, todo)))
    words = timers.explicit(timer.text, day_unit)
    if rest:
        words = _("{words} (“{rest}” tidak ikut dihitung)", words=words, rest=rest)
    if timer.text.startswith("=") or timers.is_relative(timer):
        return Meaning(words, None)
    try:
        due = timers.due(
            timer,
            opened_at=clock.now(session),
            day_unit=day_unit,
            calendar=holidays.calendar(session),
            evaluate=_never,
        )
    except ExpressionFailed as error:
        raise Unclear(error.said) from error
    return Meaning(words, due.at if due else None)


def _understood(timer: Timer) -> tuple[Timer, str]:
    """The timer as a deployment reads it, and the words that it leaves out; one that it refuses as it is."""
    try:
        told = timers.read_sentence(timer.text, typed=True)
    except timers.Unreadable:
        return timer, ""
    return Timer(timer.kind, told.text), told.rest


def _never(_text: str) -> object:
    raise AssertionError  # formulas were told apart before
