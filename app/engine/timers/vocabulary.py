"""The words of time in Indonesian and English: those of a timer's text, and those looked for in names and notes."""

import re
from collections.abc import Mapping
from typing import Literal

#: Numbers in words. Figures have never three decimals: Indonesian "1.000 hari" is a thousand days.
NUMBERS: Mapping[str, int] = {
    **{"satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8},
    **{"sembilan": 9, "sepuluh": 10, "sebelas": 11},
    **{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7},
    **{"eight": 8, "nine": 9, "ten": 10},
}
#: "hr" is left out: a day in Indonesian notes, an hour in English ones. A letter or a sign is none in a timer's text,
#: where "3D" may be ISO 8601 without its P; from there, as from a name, it is taken with a warning.
UNITS: Mapping[str, str] = {
    **dict.fromkeys(("hari", "day", "days", "d"), "hari"),
    **dict.fromkeys(("jam", "hour", "hours", "hrs", "h"), "jam"),
    **dict.fromkeys(("menit", "mnt", "minute", "minutes", "min", "mins", "'", "’", "′"), "menit"),
    **dict.fromkeys(("minggu", "mgg", "week", "weeks", "pekan"), "minggu"),
    **dict.fromkeys(("bulan", "bln", "month", "months"), "bulan"),
    **dict.fromkeys(("tahun", "thn", "year", "years"), "tahun"),
    **dict.fromkeys(("detik", "dtk", "second", "seconds", "sec", "secs"), "detik"),
}
#: Offices count "jam" and "menit" in their own hours; who writes English means those of the clock.
OF_THE_CLOCK = frozenset({"hour", "hours", "hrs", "minute", "minutes"})
#: Units that no office counts in days or hours of its own, as ISO 8601.
EXACT: Mapping[str, str] = {"bulan": "P{}M", "tahun": "P{}Y", "detik": "PT{}S"}
KINDS: Mapping[str, Literal["kerja", "kalender"]] = {
    **dict.fromkeys(("kerja", "working", "business", "office", "krj"), "kerja"),
    **dict.fromkeys(("kalender", "calendar"), "kalender"),
}
#: What stands before a time that comes again, and before one that is the most; as patterns.
EVERY = "setiap|tiap|every|each"
EVERY_SO_OFTEN = f"{EVERY}|per"  # "per tanggal 5" is no day that comes again
AT_MOST = (
    r"maksimal|maksimum|maks\.?|paling lama|paling lambat|selama|dalam waktu|dalam|setelah"
    r"|maximum|max\.?|at most|up to|within|after"
)
NUMBER = rf"[0-9]{{1,30}}(?:[.,][0-9]{{1,2}})?|{'|'.join(sorted(NUMBERS, key=len, reverse=True))}"

_ONE = re.compile(r"\bse(hari|jam|minggu|bulan|tahun|menit)\b")
_WORKING = re.compile(r"(?<=\d)\s*hk\b")
_SPELLED = re.compile(r"(?<=\d)\s*\([a-z -]+\)")


def plain(text: str) -> str:
    """The text in lower case, its short forms written out: "seminggu", "2 HK", the decrees' "3 (tiga) hari"."""
    return _SPELLED.sub("", _ONE.sub(r"1 \1", _WORKING.sub(" hari kerja", text.lower())))


def figure(number: str) -> str:
    """What `NUMBER` found, in figures."""
    return str(NUMBERS.get(number, number))
