"""Dates and times: typed as people here write them (24-11-2026, 14.05), stored as ISO 8601 without a zone."""

import re
from datetime import date, datetime, time
from typing import Any

_ISO = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII),
    "time": re.compile(r"\d{2}:\d{2}", re.ASCII),
    "datetime": re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII),
}
_READ = {"date": date.fromisoformat, "time": time.fromisoformat, "datetime": datetime.fromisoformat}

_DAY = r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4})"
_DATES = (
    re.compile(_DAY, re.ASCII),
    re.compile(r"(?P<d>\d{2})(?P<m>\d{2})(?P<y>\d{4})", re.ASCII),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", re.ASCII),
    re.compile(r"(?P<d>\d{1,2}) (?P<word>[a-z]{3,9})\.? (?P<y>\d{4})", re.ASCII),
)
_TIMES = (re.compile(r"(\d{1,2})[.:](\d{2})", re.ASCII), re.compile(r"(\d{2})(\d{2})", re.ASCII))
_MONTHS = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")
_ENGLISH = {"may": 5, "aug": 8, "oct": 10, "dec": 12}


def is_moment(value: Any, subtype: str) -> bool:
    """Whether ``value`` is an existing day, time or both as we store it."""
    if not isinstance(value, str) or not _ISO[subtype].fullmatch(value):
        return False
    try:
        _READ[subtype](value)
    except ValueError:
        return False
    return True


def from_text(text: str, subtype: str) -> str:
    """Return what was typed as ISO 8601 (``yyyy-mm-dd``, ``HH:MM``, both with a ``T``); the text itself if unread."""
    words = text.lower()
    if subtype == "date":
        iso = _iso_date(words)
    elif subtype == "time":
        iso = _iso_time(words)
    else:
        iso = _iso_both(words)
    return iso if iso is not None and is_moment(iso, subtype) else text


def to_text(value: str, subtype: str) -> str:
    """Return a stored date as dd-mm-yyyy, a time as HH.MM; a text that was never understood as it is."""
    if not is_moment(value, subtype):
        return value
    day, _, clock = value.partition("T") if subtype == "datetime" else (value, "", value)
    shown = [] if subtype == "time" else ["-".join(reversed(day.split("-")))]
    return " ".join(shown + ([] if subtype == "date" else [clock.replace(":", ".")]))


def _iso_date(text: str) -> str | None:
    for pattern in _DATES:
        if found := pattern.fullmatch(text):
            parts = found.groupdict()
            month = _month(parts["word"]) if "word" in parts else int(parts["m"])
            return f"{parts['y']}-{month:02}-{int(parts['d']):02}"
    return None


def _iso_time(text: str) -> str | None:
    for pattern in _TIMES:
        if found := pattern.fullmatch(text.removesuffix(" wib").strip()):
            return f"{int(found[1]):02}:{found[2]}"
    return None


def _iso_both(text: str) -> str | None:
    found = re.fullmatch(
        r"(.*\d{4}|\d{4}-\d{1,2}-\d{1,2})(?:,? +|t)(\d{1,2}[.:]?\d{2}(?: wib)?)", text, re.ASCII
    )
    if not found:
        return None
    day, clock = _iso_date(found[1].strip()), _iso_time(found[2])
    return f"{day}T{clock}" if day and clock else None


def _month(word: str) -> int:
    """Return the number of a month by its first three letters; 0, no month, for other words."""
    start = word[:3]
    return _MONTHS.index(start) + 1 if start in _MONTHS else _ENGLISH.get(start, 0)
