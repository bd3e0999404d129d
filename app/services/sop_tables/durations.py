"""The words of a cell "Waktu" as a time that a deadline can have."""

import re

from app.engine import timers

_BRACKETS = re.compile(r"\([^)]*\)")
_ABOUT = re.compile(
    r"(?:maksimal|maks\.?|max\.?|paling lama|selama-lamanya|selambat-lambatnya|kurang lebih|lebih kurang|sekitar"
    r"|±|\+/-|<|≤)\s*",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?<!\d)\d{1,9}(?:[.,]\d{1,9})?\s{0,9}(?:-|–|s\.?/?d\.?|sampai(?: dengan)?)\s*(?=\d)", re.IGNORECASE
)
_MARKED = re.compile(r"(\d+)\s*(?:'|’|′)")
_SHORT = {
    "mnt": "menit",
    "mnt.": "menit",
    "jm": "jam",
    "hr": "hari",
    "hk": "hari kerja",
    "bln": "bulan",
    "mgg": "minggu",
}
_HOURS = re.compile(r"(\d+) jam (\d+) menit", re.IGNORECASE)
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
    if said and timers.length_of(said) is not None:
        return said, True
    plain = _plainer(said)
    return (plain, False) if plain and timers.length_of(plain) is not None else None


def _plainer(said: str) -> str:
    """The text without what surrounds the length: "± 1 (satu) - 3 hr" is "3 hari"."""
    plain = _RANGE.sub("", _ABOUT.sub("", _BRACKETS.sub(" ", said)))
    plain = _MARKED.sub(r"\1 menit", plain)
    words = [
        _SHORT.get(word.casefold(), word)
        for word in re.sub(r"(?<=\d)(?=[a-z])", " ", plain, flags=re.I).split()
    ]
    plain = " ".join(words).strip(" .,;")
    if (found := _HOURS.fullmatch(plain)) is not None:
        return f"{int(found[1]) * 60 + int(found[2])} menit"
    return plain
