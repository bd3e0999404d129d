"""Lengths of time in running text: what a reminder or a form says of a deadline, to be held against the timers."""

import re

from app.engine import filled_texts, timers

_UNITS = (
    r"jam\s+\d{1,2}\s+menit|hours?\s+\d{1,2}\s+minutes?"
    r"|hari|jam|menit|minggu|bulan|days?|hours?|minutes?|weeks?|months?"
)
_KINDS = r"\s+(?:jam\s+)?(?:kerja|kalender)"
#: ``60 hari``, ``3 (tiga) hari kerja``; figures that belong to a longer number, a date or a range are none.
_LENGTH = re.compile(
    rf"(?<![\w.,/-])(\d{{1,4}})(?:\s*\([^()]{{1,30}}\))?\s+((?:working\s+|business\s+|calendar\s+)?(?:{_UNITS})"
    rf"(?:{_KINDS})?)(?!\w)",
    re.IGNORECASE,
)
#: Words by which a sentence speaks of a deadline, not of an age or a validity.
_DEADLINE = re.compile(
    r"tenggat|batas\s+waktu|waktu|paling\s+lambat|paling\s+lama|selambat|maksimal|maksimum|jatuh\s+tempo|melewati|"
    r"dalam\s+\d|deadline|due|within|at\s+most|no\s+later",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")


def lengths_in(text: str, *, of_deadlines: bool = False) -> tuple[str, ...]:
    """The lengths of time that a text says, as it writes them; what is filled in is none.

    ``of_deadlines``: only in sentences that speak of one.
    """
    sentences = _SENTENCE.split(filled_texts.plain(text))
    asked = [one for one in sentences if not of_deadlines or _DEADLINE.search(one)]
    found = [f"{number} {unit}" for one in asked for number, unit in _LENGTH.findall(one)]
    return tuple(dict.fromkeys(one for one in found if timers.length_of(_as_timer(one)) is not None))


def agree(said: str, meant: str) -> bool:
    """Whether a length that is said is that of a timer's text; of ``H-14`` its days."""
    back = re.fullmatch(r"\s*H\s*-\s*(\d+)\s*", meant, re.IGNORECASE)
    return not timers.differ_in_length(_as_timer(said), f"{back[1]} hari" if back else meant)


def _as_timer(said: str) -> str:
    """``30 menit jam kerja`` is how people say ``30 menit kerja``."""
    return re.sub(r"(jam|menit)\s+jam\s+kerja", r"\1 kerja", said, flags=re.IGNORECASE)
