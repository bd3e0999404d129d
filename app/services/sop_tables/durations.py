"""The words of a cell "Waktu" as a time that a deadline can have."""

import re

from app.engine import timers

_BRACKETS = re.compile(r"\([^)]*\)")
_ABOUT = re.compile(
    r"(?:maksimal|maks\.?|max\.?|paling lama|selama-lamanya|selambat-lambatnya|kurang lebih|lebih kurang|kurang dari"
    r"|sekitar|kira-kira|±|\+/-|<|≤|~)\s*",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?<!\d)\d{1,9}(?:[.,]\d{1,9})?\s{0,9}(?:-|–|s\.?/?d\.?|sampai(?: dengan)?)\s*(?=\d)", re.IGNORECASE
)
#: "1 hari - 2 hari": the unit of the first number, which `_RANGE` drops.
_UNIT_OF_FIRST = re.compile(
    r"(?<=\d)\s{0,9}(?:menit|mnt|jam|hari|hr|minggu|mgg|bulan|bln)\s{0,9}(?=(?:-|–|s\.?/?d\b|sampai\b)\D{0,9}\d)",
    re.IGNORECASE,
)
#: Short forms, written out; "hr" is a day in tables alone, elsewhere it may be an hour.
_SHORT = {"mnt": "menit", "jm": "jam", "hr": "hari", "bln": "bulan", "mgg": "minggu"}
#: A length of time is said in fewer; what is longer tells of other things, and is not gone through.
_MOST_LETTERS = 200
_NONE = re.compile(r"[-–—.]*")


def is_empty(text: str) -> bool:
    """Whether the cell says nothing: it is empty, or holds a dash."""
    return _NONE.fullmatch(text.strip()) is not None


def deadline_of(text: str) -> tuple[str, bool] | None:
    """The text of a deadline, and whether it is the cell's own; None where the cell says no length of time."""
    said = " ".join(text.split())
    if len(said) > _MOST_LETTERS:
        return None
    return _length(said) or _length(_plainer(said), own=False)


def _length(said: str, *, own: bool = True) -> tuple[str, bool] | None:
    try:
        told = timers.read_sentence(said)
    except timers.Unreadable:
        return None
    return (told.text, own and told.text == said) if timers.length_of(told.text) is not None else None


def _plainer(said: str) -> str:
    """The text without what surrounds the length: "± 1 (satu) - 3 hr" is "3 hari"."""
    plain = _ABOUT.sub("", _BRACKETS.sub(" ", said))
    plain = _RANGE.sub("", _UNIT_OF_FIRST.sub("", plain))
    words = re.sub(r"(?<=\d)(?=[a-z])", " ", plain, flags=re.I).split()
    return " ".join(_SHORT.get(word.casefold().rstrip("."), word.rstrip(".")) for word in words).strip(" ,;")


_BARE = re.compile(r"[±<≤~ ]{0,4}\d{1,9}(?:[.,]\d{1,9})?(?: ?[-–] ?\d{1,9})?")


def with_unit(text: str, unit: str) -> str:
    """A cell that holds a number alone with the unit that its column's head says."""
    return f"{text} {unit}" if unit and _BARE.fullmatch(text) else text
