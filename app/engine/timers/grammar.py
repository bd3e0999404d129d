"""A timer's text → what it says: ISO 8601, Indonesian and English words, ``H-14``, days by name, ``=`` FEEL."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import cast

from app.engine.timers import named_days, vocabulary
from app.engine.timers.spans import Before, Cycle, DayUnit, Elapsed, Formula, Moment, Reading, Span, Unit

#: The longest span, in days, working days or eight-hour days: 27 years. Counting it takes milliseconds.
MAX_DAYS = 10_000
#: The shortest cycle; a shorter one would keep the worker busy with a single case.
MIN_CYCLE = timedelta(minutes=1)

_MAX_LENGTH = 200
_QUOTES = "\"'“”‘’ "
_NUMBER = r"([0-9]+(?:[.,][0-9]+)?)"
_ISO = re.compile(
    rf"P(?=.)(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?=.)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].+)?")
_BEFORE = re.compile(r"h ?[-–−] ?([0-9]+)")
_REPEAT = re.compile(r"r([0-9]{0,6})/(.+)")
_EVERY = re.compile(rf"(?:{vocabulary.EVERY_SO_OFTEN}) (.+?)(?:,? ([0-9]{{1,6}}) ?(?:kali|times|x))?")
_WORDS = re.compile(rf"(?:(?:{vocabulary.AT_MOST}) )?({vocabulary.NUMBER}) ?([a-z ]{{2,}})")
_MOST = {"hari": MAX_DAYS, "minggu": MAX_DAYS // 7, "jam": MAX_DAYS * 8, "menit": MAX_DAYS * 8 * 60}


class Unreadable(ValueError):
    """The text says nothing that can be timed; ``code`` is the finding's."""

    def __init__(self, code: str = "timer_not_understood") -> None:
        super().__init__(code)
        self.code = code


@lru_cache(maxsize=1024)  # a timer that opens asks for the same text again and again
def read_timer(text: str, day_unit: DayUnit) -> Reading:
    """What the text says; bare days, hours and minutes are counted by ``day_unit``.

    Raises:
        Unreadable: it is empty, not understood, or asks for more than can be counted.
    """
    if text.lstrip().startswith("="):
        return _formula(text)
    plain = _plain(text)
    if not plain:
        raise Unreadable("timer_without_value")
    if len(plain) > _MAX_LENGTH:
        raise Unreadable
    if match := _BEFORE.fullmatch(plain):
        return Before(int(_within(match[1], MAX_DAYS)))
    if match := _REPEAT.fullmatch(plain):
        return _repeat(match[1], match[2], day_unit)
    if named := named_days.read_named_day(plain):
        return Cycle(None, str(named[0])) if named[1] else named[0]
    if match := _EVERY.fullmatch(plain):
        return _repeat(match[2] or "", match[1] if _WORDS.fullmatch(match[1]) else f"1 {match[1]}", day_unit)
    return _moment(plain) if _DATE.fullmatch(plain.upper()) else _span(plain, day_unit)


def is_before(text: str) -> bool:
    """Whether the text counts back from a deadline (``H-14``)."""
    return _BEFORE.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    """The text in lower case, without quotes around it, a full stop after it, or runs of white space."""
    return vocabulary.plain(" ".join(text.split()).strip(_QUOTES).rstrip(". "))


def _formula(text: str) -> Formula:
    expression = text.strip()[1:].strip()
    if not expression:
        raise Unreadable("timer_without_value")
    return Formula(expression)


def _moment(plain: str) -> Moment:
    try:
        at = date.fromisoformat(plain) if len(plain) == 10 else datetime.fromisoformat(plain.upper())
    except ValueError as error:
        raise Unreadable from error
    if not 1970 <= at.year < 2200:
        raise Unreadable("timer_too_long" if at.year >= 2200 else "timer_not_understood")
    return Moment(at)


def _repeat(times: str, every: str, day_unit: DayUnit) -> Cycle:
    every = _as_iso(every)
    span = _span(every, day_unit)
    if _shortest(span) < MIN_CYCLE or (times and not int(times)):
        raise Unreadable("timer_too_short")
    return Cycle(int(times) if times else None, every.upper() if isinstance(span, Elapsed) else str(span))


def _shortest(span: Span | Elapsed) -> timedelta:
    """A lower bound of the time between two repetitions."""
    if isinstance(span, Elapsed):
        return span.exact + timedelta(days=28 * span.months)
    return timedelta(hours=1) if span.unit.startswith("hari") else timedelta(minutes=span.minutes)


def _span(plain: str, day_unit: DayUnit) -> Span | Elapsed:
    if match := _ISO.fullmatch(_as_iso(plain).upper()):
        return _elapsed(*match.groups())
    if not (match := _WORDS.fullmatch(plain)):
        raise Unreadable
    noun, counted = _unit(match[2].split(), day_unit)
    amount = _within(vocabulary.figure(match[1]), _MOST[noun])
    if noun in ("hari", "minggu"):
        return Span("hari kerja" if counted == "kerja" else "hari kalender", _days(amount, noun, counted))
    return Span(cast(Unit, f"{noun} kerja" if counted == "kerja" else noun), amount)


def _as_iso(plain: str) -> str:
    """Months, years and seconds in words as ISO 8601; any other text as it is."""
    match = _WORDS.fullmatch(plain)
    exact = vocabulary.EXACT.get(vocabulary.UNITS.get(match[2], "")) if match else None
    return exact.format(_within(vocabulary.figure(match[1]), MAX_DAYS)) if match and exact else plain


def _unit(words: list[str], day_unit: DayUnit) -> tuple[str, DayUnit]:
    """A noun and perhaps an adjective, in either order: Indonesian and English differ in it."""
    nouns = [word for word in words if len(word) > 1 and vocabulary.UNITS.get(word) in _MOST]
    adjectives = [vocabulary.KINDS[word] for word in words if word in vocabulary.KINDS]
    if len(nouns) != 1 or len(adjectives) > 1 or len(nouns) + len(adjectives) != len(words):
        raise Unreadable
    usual: DayUnit = "kalender" if nouns[0] in vocabulary.OF_THE_CLOCK else day_unit
    return vocabulary.UNITS[nouns[0]], adjectives[0] if adjectives else usual


def _days(amount: int | float, noun: str, counted: DayUnit) -> int:
    days = amount * {"hari": 1, "minggu": 5 if counted == "kerja" else 7}[noun]
    if days != int(days):
        raise Unreadable("timer_not_whole_days")
    return int(days)


def _elapsed(*parts: str | None) -> Elapsed:
    years, months, weeks, days, hours, minutes, seconds = (_number(part or "0") for part in parts)
    all_months = int(years * 12 + months)
    if all_months * 30 + weeks * 7 + days + hours / 24 + minutes / 1440 + seconds / 86400 > MAX_DAYS:
        raise Unreadable("timer_too_long")
    exact = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return Elapsed(all_months, exact)


def _within(text: str, most: int) -> int | float:
    number = _number(text)
    if not 0 < number <= most:
        raise Unreadable("timer_too_long" if number else "timer_too_short")
    return number


def _number(text: str) -> int | float:
    number = float(text.replace(",", "."))
    return int(number) if number.is_integer() else number
