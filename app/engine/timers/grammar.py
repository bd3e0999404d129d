"""A timer's text → what it says: ISO 8601, Indonesian and English words, ``H-14``, days by name, ``=`` FEEL."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import cast

from app.engine.timers import named_days, vocabulary
from app.engine.timers.cron import Cron, read_cron
from app.engine.timers.spans import (
    Before,
    Bounded,
    Cycle,
    DayUnit,
    Elapsed,
    Formula,
    Moment,
    Reading,
    Span,
    Unit,
)

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
_KIND = "|".join(vocabulary.KINDS)
_DAYS_KIND = rf"(?: (?:hari )?({_KIND}))?"
_BEFORE = re.compile(rf"h ?[-–−] ?([0-9]+){_DAYS_KIND}")
_BEFORE_DEADLINE = re.compile(rf"(.+) (?:{vocabulary.BEFORE}) {vocabulary.DEADLINE}")
_AFTER = re.compile(rf"[htd] ?\+ ?([0-9]{{1,6}}){_DAYS_KIND}")
_REPEAT = re.compile(r"r([0-9]{0,6})/(.+)")
_EVERY = re.compile(
    rf"(?:{vocabulary.EVERY_SO_OFTEN}) (.+?)(?: sekali)?(?:, ?([0-9]{{1,6}}) ?(?:kali|times|x))?"
)
_WITHIN = re.compile(r"(p[^ /]+) (sejak|sampai) (\S+)")
_BOUNDED = re.compile(r"(?:(p[^/]+)/([^/p]+)|([^/p]+)/(p[^/]+))")
_CRON = re.compile(r"(setiap )?cron (.+)")
_ONCE_IN = re.compile(r"(.+) sekali")
_TIMES_IN = re.compile(
    rf"(?:(once|twice|sekali)|(.+?) ?(?:kali|times|x))"
    rf"(?: (?:dalam|{vocabulary.EVERY_SO_OFTEN})(?: 1)?| 1| an?) ([a-z]+)"
)
_MOST_OF = re.compile(rf"(?:{vocabulary.AT_MOST}) (.+)")
_TIMES_24 = re.compile(r"([a-z0-9 ]+?) ?(?:[x×*]|kali) ?24 (?:jam|hours?)(?: kalender)?")
_HOURS_MINUTES = re.compile(
    rf"([0-9]{{1,6}}) ?(jam|hours?|hrs) (?:dan |and )?([0-9]{{1,6}}) ?(menit|mnt|minutes?|mins?)((?: (?:{_KIND}))?)"
)
_RANGE = re.compile(r"\d ?(?:-|–|s\.?/?d\.?|sampai(?: dengan)?|hingga|to|until|atau|or|bis|oder) ?\d")
_MOST = {"hari": MAX_DAYS, "minggu": MAX_DAYS // 7, "jam": MAX_DAYS * 8, "menit": MAX_DAYS * 8 * 60}
#: So many minutes of the clock make one, which is divided where something comes so many times in it.
_MINUTES = {"jam": 60, "hari": 24 * 60, "minggu": 7 * 24 * 60}
_UNIT = re.compile(
    rf"(?<![^\W\d])(?:({_KIND}) )?({'|'.join(sorted(vocabulary.UNITS, key=len, reverse=True))})(?!\w)"
    rf"(?: ({_KIND})\b)?"
)
_FIGURE = re.compile(r"(?<![\w.,/:])[0-9]{1,6}(?:[.,][0-9]{1,2})? ?$")


class Unreadable(ValueError):
    """The text says nothing that can be timed; ``code`` is the finding's."""

    def __init__(self, code: str = "timer_not_understood") -> None:
        super().__init__(code)
        self.code = code


@lru_cache(maxsize=1024)  # a timer that opens asks for the same text again and again
def read_timer(text: str, day_unit: DayUnit) -> Reading:
    """What the text says as a whole; bare days, hours and minutes are counted by ``day_unit``.

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
    try:
        return _reading(plain, day_unit)
    except Unreadable as problem:
        if problem.code != "timer_not_understood":
            raise
        raise Unreadable(_reason(plain)) from problem


def _reading(plain: str, day_unit: DayUnit) -> Reading:
    if match := _MOST_OF.fullmatch(plain):
        reading = _reading(match[1], day_unit)
        if not isinstance(reading, Span | Elapsed | Moment | Before):
            raise Unreadable
        return reading
    if (before := _before(plain)) is not None:
        return before
    if match := _AFTER.fullmatch(plain):
        return _span(f"{match[1]} hari {match[2] or ''}".strip(), day_unit)
    if match := _REPEAT.fullmatch(plain):
        return _repeat(match[1], match[2], day_unit)
    if match := _WITHIN.fullmatch(plain):
        return _within_bounds(match[1], match[2] == "sejak", match[3])
    if match := _CRON.fullmatch(plain):
        return _cron(match[2], again=bool(match[1]))
    if named := named_days.read_named_day(plain):
        return Cycle(None, str(named[0])) if named[1] else named[0]
    if unit := vocabulary.ADVERBS.get(plain):
        return _repeat("", f"1 {unit}", day_unit)
    if match := _EVERY.fullmatch(plain):
        return _repeat(match[2] or "", match[1] if _is_counted(match[1]) else f"1 {match[1]}", day_unit)
    if match := _TIMES_IN.fullmatch(plain):
        return _repeat("", _divided(match[2] or {"twice": "2"}.get(match[1], "1"), match[3]), day_unit)
    if match := _ONCE_IN.fullmatch(plain):
        return _repeat("", match[1], day_unit)
    if (on := named_days.read_date(plain)) is not None:
        return _within_years(on)
    return _moment(plain) if _DATE.fullmatch(plain.upper()) else _span(plain, day_unit)


def _reason(plain: str) -> str:
    """Which finding a text is due that tells a time and cannot be read: the way out of each is another one."""
    told = mentions(plain)
    if not told and not named_days.MENTION.search(plain):
        return "timer_not_understood"
    if re.search(vocabulary.BOUND, plain):
        return "timer_is_bound"
    if re.search(rf"\b(?:{vocabulary.BEFORE})\b", plain):
        return "timer_before_unknown"
    return "timer_tells_two" if len(told) > 1 or (told and _RANGE.search(plain)) else "timer_not_understood"


def mentions(plain: str) -> set[str]:
    """Each length of time that stands anywhere in a plain text, as a timer text, whatever is said of it: only fit to
    doubt another reading."""
    found = set()
    for match in _UNIT.finditer(plain):
        figures = _FIGURE.search(plain, 0, match.start())
        words = plain[: match.start()].split()[-5:]
        spelled = (" ".join(words[at:]) for at in range(len(words)))
        number = figures[0].strip() if figures else next((w for w in spelled if w in vocabulary.NUMBERS), "")
        amount = vocabulary.amount(f"{number} {match[2]}") if number else None
        if amount is None:
            continue
        kind = vocabulary.KINDS.get(match[1] or match[3] or "", "")
        if not kind and match[2] in vocabulary.OF_THE_CLOCK:
            kind = "kalender"
        exact = vocabulary.UNITS[match[2]] in vocabulary.EXACT
        found.add(amount[0] + " " + (match[2] if exact else f"{vocabulary.UNITS[match[2]]} {kind}".strip()))
    return found


def is_before(text: str) -> bool:
    """Whether the text counts back from a deadline (``H-14``)."""
    return _before(_plain(text)) is not None


def _before(plain: str) -> Before | None:
    if match := _BEFORE.fullmatch(plain):
        return Before(int(_within(match[1], MAX_DAYS)), vocabulary.KINDS.get(match[2]))
    match = _BEFORE_DEADLINE.fullmatch(plain)
    amount = vocabulary.amount(match[1]) if match else None
    if amount is None:
        return None
    noun, *kind = amount[1].split()
    if vocabulary.UNITS.get(noun) != "hari" or len(kind) > 1 or not set(kind) <= vocabulary.KINDS.keys():
        return None
    return Before(_whole_days(_within(amount[0], MAX_DAYS)), vocabulary.KINDS[kind[0]] if kind else None)


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
    return _within_years(at)


def _within_years(at: date | datetime) -> Moment:
    if not 1970 <= at.year < 2200:
        raise Unreadable("timer_too_long" if at.year >= 2200 else "timer_not_understood")
    return Moment(at)


def _repeat(times: str, every: str, day_unit: DayUnit) -> Cycle:
    if bounds := _BOUNDED.fullmatch(every):
        duration, end, start, period = bounds.groups()
        bounded = _within_bounds(duration or period, start is not None, start or end)
        return Cycle(_repeat(times, duration or period, day_unit).repetitions, str(bounded))
    every = _as_iso(every)
    span = _span(every, day_unit)
    if _shortest(span) < MIN_CYCLE or (times and not int(times)):
        raise Unreadable("timer_too_short")
    return Cycle(int(times) if times else None, every.upper() if isinstance(span, Elapsed) else str(span))


def _cron(fields: str, *, again: bool) -> Cycle | Cron:
    """What is written in our own way: the fields without names of days."""
    cron = read_cron(fields)
    if not isinstance(cron, Cron):
        raise Unreadable
    return Cycle(None, str(cron)) if again else cron


def _within_bounds(duration: str, is_start: bool, moment: str) -> Bounded:
    every, at = _span(duration, "kalender"), _moment(moment)
    if not isinstance(every, Elapsed):
        raise Unreadable
    return Bounded(every, duration.upper(), at, is_start=is_start)


def is_too_short(every: str) -> bool:
    """Whether a text is a time, and one that is too short to come again and again."""
    try:
        reading = read_timer(every, "kalender")
    except Unreadable:
        return False
    return isinstance(reading, Span | Elapsed) and timedelta() < _shortest(reading) < MIN_CYCLE


def _divided(times: str, unit: str) -> str:
    """How long it is from one time to the next of so many in a day, a week, an hour, a year; once in any unit."""
    found = vocabulary.amount(f"{times} kali")
    number = int(_whole(found[0])) if found else 0
    noun = vocabulary.UNITS.get(unit, "")
    if number == 1:
        return f"1 {unit}"
    if number and noun == "tahun" and 12 % number == 0:
        return f"{12 // number} bulan"
    if not number or _MINUTES.get(noun, 1) % number:
        raise Unreadable
    hours, minutes = divmod(_MINUTES[noun] // number, 60)
    return f"{hours} jam kalender" if not minutes else f"{hours * 60 + minutes} menit kalender"


def _shortest(span: Span | Elapsed) -> timedelta:
    """A lower bound of the time between two repetitions."""
    if isinstance(span, Elapsed):
        return span.exact + timedelta(days=28 * span.months)
    return timedelta(hours=1) if span.unit.startswith("hari") else timedelta(minutes=span.minutes)


def _span(plain: str, day_unit: DayUnit) -> Span | Elapsed:
    if match := _ISO.fullmatch(_as_iso(plain).upper()):
        return _elapsed(*match.groups())
    if match := _TIMES_24.fullmatch(plain):
        days = vocabulary.amount(f"{match[1]} hari")
        if days is None:
            raise Unreadable
        return Span("jam", 24 * _within(days[0], _MOST["jam"] // 24))
    if match := _HOURS_MINUTES.fullmatch(plain):
        if (match[2] in vocabulary.OF_THE_CLOCK) != (match[4] in vocabulary.OF_THE_CLOCK):
            raise Unreadable
        plain = f"{int(match[1]) * 60 + int(match[3])} {match[4]}{match[5]}"
    if (found := vocabulary.amount(plain)) is None:
        raise Unreadable
    noun, counted = _unit(found[1].split(), day_unit)
    amount = _within(found[0], _MOST[noun])
    if noun == "hari" and amount == 0.5:  # of an office's day 4 of its hours, of the calendar's 12
        return Span("jam kerja", 4) if counted == "kerja" else Span("jam", 12)
    if noun == "jam" and amount < 1:
        noun, amount = "menit", _number(str(amount * 60))
    if noun in ("hari", "minggu"):
        return Span("hari kerja" if counted == "kerja" else "hari kalender", _days(amount, noun, counted))
    return Span(cast(Unit, f"{noun} kerja" if counted == "kerja" else noun), amount)


def _is_counted(plain: str) -> bool:
    return vocabulary.amount(plain) is not None or bool(_TIMES_24.fullmatch(plain))


def _as_iso(plain: str) -> str:
    """Months, years and seconds in words as ISO 8601; any other text as it is."""
    found = vocabulary.amount(plain)
    each, iso = vocabulary.EXACT.get(vocabulary.UNITS.get(found[1], ""), (0, "")) if found else (0, "")
    return iso.format(_whole(_within(found[0], MAX_DAYS) * each)) if found and each else plain


def _whole(number: str | float) -> int:
    value = _number(str(number))
    if value != int(value):
        raise Unreadable
    return int(value)


def _unit(words: list[str], day_unit: DayUnit) -> tuple[str, DayUnit]:
    """A noun and perhaps an adjective, in either order: Indonesian and English differ in it."""
    nouns = [word for word in words if vocabulary.UNITS.get(word) in _MOST]
    adjectives = [vocabulary.KINDS[word] for word in words if word in vocabulary.KINDS]
    if len(nouns) != 1 or len(adjectives) > 1 or len(nouns) + len(adjectives) != len(words):
        raise Unreadable
    usual: DayUnit = "kalender" if nouns[0] in vocabulary.OF_THE_CLOCK else day_unit
    return vocabulary.UNITS[nouns[0]], adjectives[0] if adjectives else usual


def _days(amount: int | float, noun: str, counted: DayUnit) -> int:
    return _whole_days(amount * {"hari": 1, "minggu": 5 if counted == "kerja" else 7}[noun])


def _whole_days(days: int | float) -> int:
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
