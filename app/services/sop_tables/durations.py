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
_SINCE = re.compile(r"(?<=\w) (?:sejak|setelah|sesudah|semenjak|terhitung)\b.*", re.IGNORECASE)
_DAYS_AFTER = re.compile(r"h ?\+ ?(\d{1,4})", re.IGNORECASE)
_TIMES_24 = re.compile(r"(\d{1,3}) ?[x×*] ?24 jam", re.IGNORECASE)
_HALF_AN_HOUR = re.compile(r"(?:½|1/2|setengah) ?jam", re.IGNORECASE)
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
    plain = _SINCE.sub("", _ABOUT.sub("", _BRACKETS.sub(" ", said)))
    plain = _RANGE.sub("", _UNIT_OF_FIRST.sub("", plain))
    plain = _MARKED.sub(r"\1 menit", plain)
    words = [
        _SHORT.get(word.casefold(), word)
        for word in re.sub(r"(?<=\d)(?=[a-z])", " ", plain, flags=re.I).split()
    ]
    plain = " ".join(words).strip(" .,;")
    if (found := _HOURS.fullmatch(plain)) is not None:
        return f"{int(found[1]) * 60 + int(found[2])} menit"
    if (found := _TIMES_24.fullmatch(plain)) is not None:
        return f"{int(found[1]) * 24} jam kalender"
    if (found := _DAYS_AFTER.fullmatch(plain)) is not None:
        return f"{int(found[1])} hari"
    return "30 menit" if _HALF_AN_HOUR.fullmatch(plain) else plain


_BARE = re.compile(r"[±<≤~ ]{0,4}\d{1,9}(?:[.,]\d{1,9})?(?: ?[-–] ?\d{1,9})?")


def with_unit(text: str, unit: str) -> str:
    """A cell that holds a number alone with the unit that its column's head says."""
    return f"{text} {unit}" if unit and _BARE.fullmatch(text) else text
