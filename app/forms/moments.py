"""Dates and times: typed as people here write them (24-11-2026, 14.05), stored as ISO 8601.

Without a zone, unless the form asks for one (``timeSerializingFormat``): see `stored`.
"""

import re
from datetime import UTC, date, datetime, time
from typing import Any

#: What form-js calls the two ways to keep a time with its zone: 14:05+07:00, and 07:05Z.
WITH_OFFSET, IN_UTC = "utc_offset", "utc_normalized"
ZONED = frozenset({WITH_OFFSET, IN_UTC})

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


_ZONE = re.compile(
    r"(?P<clock>(?:\d{4}-\d{2}-\d{2}T)?\d{2}:\d{2})(?::\d{2}(?:\.\d{1,6})?)?(?P<zone>Z|[+-]\d{2}:\d{2})?",
    re.ASCII,
)


def stored(value: str, subtype: str, form: str, now: datetime) -> str:
    """Return a moment as a field keeps it that asks for ``form``; one without a zone is meant where ``now`` is.

    What is no moment stays as it is.
    """
    here = local(value, subtype, now)
    if subtype == "date" or form not in ZONED or not is_moment(here, subtype):
        return here
    known = _aware(here, subtype, now)
    if form == IN_UTC:
        known = known.astimezone(UTC)
    text = known.isoformat(timespec="minutes").replace("+00:00", "Z" if form == IN_UTC else "+00:00")
    return text.partition("T")[2] if subtype == "time" else text


def local(value: str, subtype: str, now: datetime) -> str:
    """Return what a clock where ``now`` is would show at a stored moment: no zone, no seconds."""
    found = _ZONE.fullmatch(value)
    if subtype == "date" or not found or not is_moment(found["clock"], subtype):
        return value
    if not found["zone"]:
        return found["clock"]
    text = found["clock"] + found["zone"].replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(f"{now.date().isoformat()}T{text}" if subtype == "time" else text)
        here = moment.astimezone(now.tzinfo).replace(tzinfo=None).isoformat(timespec="minutes")
    except (ValueError, OverflowError):
        return value
    return here.partition("T")[2] if subtype == "time" else here


def _aware(here: str, subtype: str, now: datetime) -> datetime:
    text = f"{now.date().isoformat()}T{here}" if subtype == "time" else here
    return datetime.fromisoformat(text).replace(tzinfo=now.tzinfo)


def is_kept(value: Any, subtype: str, form: str) -> bool:
    """Whether ``value`` is a moment in the shape of a field that asks for ``form``, or one without a zone."""
    if is_moment(value, subtype) or form not in ZONED or subtype == "date" or not isinstance(value, str):
        return is_moment(value, subtype)
    found = _ZONE.fullmatch(value)
    return bool(found and found["zone"] and is_moment(found["clock"], subtype))


def is_moment(value: Any, subtype: str) -> bool:
    """Whether ``value`` is an existing day, time or both, without a zone."""
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
    """Return a stored date as dd-mm-yyyy, a time as HH.MM; a text that was never understood as it is.

    A zone is said: 14.05 UTC+07:00.
    """
    if not is_moment(value, subtype):
        found = _ZONE.fullmatch(value)
        if not found or not found["zone"] or not is_moment(found["clock"], subtype):
            return value
        return f"{to_text(found['clock'], subtype)} UTC{found['zone'].removeprefix('Z')}"
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
