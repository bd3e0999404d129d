"""A time told in a sentence: "Belum dijawab dalam 5 hari kerja", "3 hari sejak diterima", "Batas: 30'".

A time is read only where it is all of the text, or a part of it that brackets, signs or words like "dalam" and
"sejak" set off; and only where the rest tells no other time and nothing that would make it another.
"""

import re
from dataclasses import dataclass

from app.engine.timers import named_days, vocabulary
from app.engine.timers.cron import Cron, read_cron
from app.engine.timers.grammar import Unreadable, is_too_short, mentions, read_timer
from app.engine.timers.named_days import NamedDay
from app.engine.timers.spans import Moment

_MOST = 300
_SIGN = re.compile(r"(?<=\d) ?['’′](?!\w)")
_LETTER = re.compile(rf"([0-9]{{1,6}})({'|'.join(vocabulary.LETTERS)})", re.IGNORECASE)
_LETTERS = re.compile(r"(?:(\d{1,4})d)? ?(?:(\d{1,6})h)? ?(?:(\d{1,6})m)? ?(?:(\d{1,6})s)? ?(?:(\d{1,9})ms)?")
_RAISED = re.compile(r"R(\d{0,6})/(.+)", re.IGNORECASE)
_CUT = re.compile(
    rf"[()\[\]{{}};!?]|[,:](?!\d)|\.(?=\s|$)|\s[-–—/]\s|(?<!\w)(?:{vocabulary.SETS_OFF})(?!\w)"
    rf"|(?=\b(?:{vocabulary.EVERY})\b)"
)
#: What would make a time beside it another one, or tells one that is not read.
_SPOILS = re.compile(
    rf"\b(?:{vocabulary.BEFORE}|sampai|hingga|until|till|kecuali|except|außer|kali|sekali|times|twice|once|(?:ein|zwei|drei|vier|fünf|zehn)?mal|halbe[nrs]?|oder)\b"
    rf"|\bs\.?/?d\b|\b(?:{vocabulary.HALF})(?!\w)|\d ?[x×*]|[+±]|\bh ?[-–−] ?\d|\b(?:pukul|jam) \d"
    rf"|^(?:(?:{'|'.join(vocabulary.KINDS)}|atau|or|lebih|kurang) ?)+$"
)


@dataclass(frozen=True)
class Told:
    """The timer text that a sentence tells, and its words that are no part of it."""

    text: str
    rest: str = ""


def read_sentence(text: str, *, typed: bool = False) -> Told:
    """The one time that a text tells. ``typed``: it was typed as a timer's value, where ``48h`` is a time.

    Raises:
        Unreadable: it tells no time, several, or one that nothing can be counted from.
    """
    if text.lstrip().startswith("="):
        if typed:
            return Told(text)
        raise Unreadable
    text = " ".join(text.split())
    if typed and (value := typed_value(text)):
        return Told(value)
    signed = text if text[:1] in "'’" else _SIGN.sub(" menit", text)
    try:
        read_timer(signed, "kerja")
    except Unreadable as problem:
        if problem.code not in ("timer_not_understood", "timer_before_unknown") or len(text) > _MOST:
            raise
        return _part(signed, problem)
    return Told(signed)


def typed_value(text: str) -> str | None:
    """What other engines read as a timer's value, as a timer text: ``48h``, ``1d 12h``, ``500ms``, a cron expression,
    a cycle of less than a minute."""
    if letter := _LETTER.fullmatch(text):
        return f"{letter[1]} {vocabulary.LETTERS[letter[2].lower()]}"
    if text and (parts := _LETTERS.fullmatch(text)):
        days, hours, minutes, seconds, thousandths = (int(part or 0) for part in parts.groups())
        units = {"H": hours, "M": minutes, "S": f"{seconds + thousandths / 1000:g}"}
        exact = "".join(f"{number}{unit}" for unit, number in units.items() if number not in (0, "0"))
        return (f"P{days}D" if days else "P") + (f"T{exact}" if exact else "")
    if cron := read_cron(text):
        return f"setiap {cron}"
    if (raised := _RAISED.fullmatch(text)) and is_too_short(raised[2]):
        return f"R{raised[1]}/PT1M"
    return None


def _part(text: str, problem: Unreadable) -> Told:
    """The part of a text that is a time, where it is the only one."""
    parts = [part.strip(" .'\"“”") for part in _CUT.split(vocabulary.plain(text))]
    times = [part for part in parts if part and _is_time(part)] if len(parts) > 1 else []
    if len(times) > 1:
        raise Unreadable("timer_tells_two") from problem
    rest = [part for part in parts if part and part not in times]
    if not times or any(map(_is_spoilt, rest)):
        raise problem
    reading = read_timer(times[0], "kerja")
    if isinstance(reading, NamedDay | Cron) or (isinstance(reading, Moment) and rest):
        raise problem  # "paling lambat Senin" is not when Monday begins; the day of a letter is none to wait for
    return Told(times[0], ", ".join(rest))


def _is_time(part: str) -> bool:
    if part.startswith(("per ", "=")):
        return False  # a price; a condition
    try:
        read_timer(part, "kerja")
    except Unreadable:
        return False
    return True


def _is_spoilt(rest: str) -> bool:
    found = _SPOILS.search(rest) or re.search(vocabulary.BOUND, rest) or named_days.MENTION.search(rest)
    return bool(found) or bool(mentions(rest))


def mentioned(text: str) -> str | None:
    """The one time that a text names, as a timer text, even where it is not set off: fit to doubt another, never to
    count by. Of "3-5 hari" it is the longer."""
    try:
        return read_sentence(text).text
    except Unreadable:
        plain = vocabulary.plain(" ".join(text.split()))
    found = mentions(plain) if len(plain) <= _MOST else set()
    return found.pop() if len(found) == 1 else None
