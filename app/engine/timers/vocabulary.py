"""The words of time in Indonesian, English and German: one table for a timer's text, for names and notes, for SOP
tables."""

import re
from collections.abc import Mapping
from typing import Literal

_ONES = ("", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_ENGLISH = (
    *("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GERMAN = (
    *("", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    *("dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"),
)
_SPELLED_OUT = str.maketrans({"ü": "ue", "ö": "oe", "ß": "ss"})
_GERMAN_TENS = ("zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")


def _indonesian(number: int) -> str:
    if number >= 100:
        hundreds = "seratus" if number < 200 else f"{_ONES[number // 100]} ratus"
        return f"{hundreds} {_indonesian(number % 100)}".strip()
    if number in (10, 11):
        return "sepuluh" if number == 10 else "sebelas"
    if number < 20:
        return _ONES[number] if number < 10 else f"{_ONES[number - 10]} belas"
    return f"{_ONES[number // 10]} puluh {_ONES[number % 10]}".strip()


def _english(number: int) -> str:
    if number < 20:
        return _ENGLISH[number]
    return f"{_TENS[number // 10 - 2]} {_ENGLISH[number % 10]}".strip()


def _german(number: int) -> str:
    if number < 20:
        return _GERMAN[number]
    ones = f"{_GERMAN[number % 10]}und" if number % 10 else ""
    return ones + _GERMAN_TENS[number // 10 - 2]


#: Numbers in words, without hyphens. Figures have never three decimals: Indonesian "1.000 hari" is a thousand days.
NUMBERS: Mapping[str, int] = {
    **{"a": 1, "an": 1},
    **dict.fromkeys(("eine", "einen", "einem", "einer", "eines"), 1),
    **{
        _german(number).translate(_SPELLED_OUT): number for number in range(1, 100)
    },  # a keyboard without umlauts
    **{_german(number): number for number in range(1, 100)},
    **{_english(number): number for number in range(1, 100)},
    **{_indonesian(number): number for number in range(1, 1000)},
}
#: "hr" is left out: a day in Indonesian notes, an hour in English ones.
UNITS: Mapping[str, str] = {
    **dict.fromkeys(("hari", "day", "days", "tage", "tagen"), "hari"),
    **dict.fromkeys(("jam", "hour", "hours", "hrs", "stunde", "stunden", "std"), "jam"),
    **dict.fromkeys(("menit", "mnt", "minute", "minutes", "minuten", "min", "mins"), "menit"),
    **dict.fromkeys(("minggu", "mgg", "week", "weeks", "pekan", "woche", "wochen"), "minggu"),
    **dict.fromkeys(("bulan", "bln", "month", "months", "monat", "monate", "monaten"), "bulan"),
    **dict.fromkeys(("triwulan", "kuartal", "quarter", "quarters", "quartal", "quartale"), "triwulan"),
    **dict.fromkeys(("semester", "semesters"), "semester"),
    **dict.fromkeys(("tahun", "thn", "year", "years", "jahr", "jahre", "jahren"), "tahun"),
    **dict.fromkeys(("detik", "dtk", "second", "seconds", "sec", "secs", "sekunde", "sekunden"), "detik"),
}
#: Short forms, and words of another meaning ("a second opinion"): units behind figures, never behind words.
BEHIND_FIGURES = frozenset(
    {
        "hrs",
        "std",
        "mnt",
        "min",
        "mins",
        "mgg",
        "bln",
        "thn",
        "dtk",
        "sec",
        "secs",
        "second",
        "seconds",
        "quarter",
    }
)
#: A letter is a unit directly behind figures in what was typed as a timer's value, and nowhere else: "Pasal 5 d".
LETTERS: Mapping[str, str] = {"d": "days", "h": "hours"}
#: Offices count "jam" and "menit" in their own hours; who writes English or German means those of the clock.
OF_THE_CLOCK = frozenset(
    {"hour", "hours", "hrs", "minute", "minutes", "minuten", "min", "mins", "stunde", "stunden", "std"}
)
#: Words that say by themselves how often something comes; only where they are all that is said.
ADVERBS: Mapping[str, str] = {
    **dict.fromkeys(("harian", "daily", "täglich", "taeglich"), "hari"),
    **dict.fromkeys(("mingguan", "weekly", "wöchentlich", "woechentlich"), "minggu"),
    **dict.fromkeys(("bulanan", "monthly", "monatlich"), "bulan"),
    **dict.fromkeys(("triwulanan", "quarterly", "vierteljährlich", "quartalsweise"), "triwulan"),
    **dict.fromkeys(("tahunan", "yearly", "annually", "jährlich", "jaehrlich"), "tahun"),
    **dict.fromkeys(("hourly", "stündlich"), "hours"),
}
#: Units that no office counts in days or hours of its own: so many of them, as ISO 8601.
EXACT: Mapping[str, tuple[int, str]] = {
    "bulan": (1, "P{}M"),
    "triwulan": (3, "P{}M"),
    "semester": (6, "P{}M"),
    "tahun": (12, "P{}M"),
    "detik": (1, "PT{}S"),
}
KINDS: Mapping[str, Literal["kerja", "kalender"]] = {
    **dict.fromkeys(("kerja", "working", "business", "office", "krj"), "kerja"),
    **dict.fromkeys(("kalender", "calendar"), "kalender"),
}
MONTHS: Mapping[str, int] = {
    name: number
    for names in (
        "januari februari maret april mei juni juli agustus september oktober november desember",
        "january february march april may june july august september october november december",
        "jan feb mar apr mei jun jul agu sep okt nov des",
        "jan feb mar apr may jun jul aug sep oct nov dec",
    )
    for number, name in enumerate(names.split(), 1)
} | {"pebruari": 2, "nopember": 11, "agt": 8, "ags": 8, "sept": 9}
#: What stands before a time that comes again, and before one that is the most; as patterns.
EVERY = "setiap|tiap|every|each|alle|jede[nrs]?"
EVERY_SO_OFTEN = f"{EVERY}|per"  # "per tanggal 5" is no day that comes again
AT_MOST = (
    r"maksimal|maksimum|maks\.?|paling lama|paling lambat|selama lamanya|selambat lambatnya|selambatnya"
    r"|tidak lebih dari|selama|dalam waktu|dalam|setelah|sesudah|maximum|max\.?|at most|no more than|no later than"
    r"|up to|within|after|nach ablauf von|nach|innerhalb(?: von)?|binnen|bis zu|höchstens|maximal"
    r"|spätestens(?: nach)?"
)
#: What sets a time off in a sentence: what stands before one, and what stands behind.
SETS_OFF = (
    rf"{AT_MOST}|in|for|tunggu|menunggu|wait(?: for)?|batas(?: waktu)?|tenggat(?: waktu)?|deadline|sla|timeout|timer"
    r"|jangka waktu|durasi|ingatkan|pengingat|reminder|remind"
    r"|sejak|semenjak|terhitung|since|from|kemudian|lewat|terlewati|berlalu|(?:ha(?:s|ve) )?passed"
    r"|(?:ha(?:s|ve) )?elapsed|later|lagi|habis|expired|warten|frist|seit"
    r"|(?:(?:sind|ist) )?(?:vergangen|verstrichen|abgelaufen)|später|spaeter"
)
#: What makes a time a lower bound, or a guess: no moment follows from it.
BOUND = (
    r"\bmin\.? ?(?=\d)|\b(?:minimal(?:nya)?|minimum|paling (?:cepat|sedikit|singkat|kurang|awal)|sekurang kurangnya"
    r"|setidak(?:nya| tidaknya)|at least|(?:not|no) (?:earlier|less|sooner) than|(?<!tidak )lebih (?:lama )?dari"
    r"|(?<!not )(?<!no )more than|longer than|kurang dari|less than|kurang lebih|lebih kurang|sekitar|kira kira"
    r"|mindestens|wenigstens|frühestens|mehr als|länger als|weniger als|ungefähr|etwa|circa|ca\."
    r"|hampir|almost|approximately|approx|(?:about|around|over|under)(?= \d))(?!\w)|[<>≤≥±~]"
)
BEFORE = "sebelum|menjelang|before|prior to|vor"
#: The deadline of a task, as `BEFORE` names it.
DEADLINE = (
    r"(?:the |tanggal )?(?:jatuh tempo|tenggat(?: waktu)?|batas (?:waktu|akhir)|deadline|due date)"
    r"(?:nya| tugas)?"
)
HALF = r"½|1/2|setengah|half an?|half"

_ONE = re.compile(r"\bse(hari|jam|minggu|bulan|triwulan|semester|tahun|menit|pekan)\b")
_GERMAN_DAYS = re.compile(r"\b(werk|arbeits|kalender)tage?n?\b")
#: "tag" by itself is English as well.
_ONE_DAY = re.compile(r"\b(?:ein(?:en|em)?|1|jeden) tag\b")
_WORKING = re.compile(r"(?<=\d)\s*hk\b")
_SPELLED = re.compile(r"(?<!\d)(\d{1,30})\s*\(([a-z ]{1,60})\)")  # bounded: any text may come here
_FIGURED = re.compile(r"([a-z ]{1,60})\((\d{1,3})\)")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_FIGURES = re.compile(
    rf"(?:(?P<figure>[0-9]{{1,30}}(?:[.,][0-9]{{1,2}})?)(?P<more> ?½| 1/2| setengah)?|(?P<half>{HALF})) ?"
    r"(?P<unit>[a-z][a-z ]*)"
)


def plain(text: str) -> str:
    """The text in lower case, its short forms written out: "seminggu", "2 HK", the decrees' "3 (tiga) hari" and
    "tiga (3) hari"."""
    said = _HYPHEN.sub(" ", text.lower())
    said = _ONE_DAY.sub(lambda found: "jeden tage" if found[0].startswith("jeden") else "1 tage", said)
    said = _GERMAN_DAYS.sub(lambda found: f"hari {'kalender' if found[1] == 'kalender' else 'kerja'}", said)
    said = _SPELLED.sub(_once, _ONE.sub(r"1 \1", _WORKING.sub(" hari kerja", said)))
    return _FIGURED.sub(_in_figures, said)


def _once(found: re.Match[str]) -> str:
    """A number said twice, once; where the words say another, both stay, and nothing reads them."""
    return found[1] if NUMBERS.get(found[2].strip()) == int(found[1]) else found[0]


def _in_figures(found: re.Match[str]) -> str:
    """`_once` where the figure stands in the brackets."""
    before, words = found[1][: len(found[1]) - len(found[1].lstrip())], found[1].split()
    for place in range(len(words)):
        if NUMBERS.get(" ".join(words[place:])) == int(found[2]):
            return before + " ".join([*words[:place], found[2]])
    return found[0]


def amount(said: str) -> tuple[str, str] | None:
    """A number at the beginning of a plain text, in figures, and the words behind it; None: there is none, or it is
    in words before what is a unit behind figures only."""
    if found := _FIGURES.fullmatch(said):
        half = 0.5 if found["more"] or found["half"] else 0
        figure = found["figure"] or "0"
        number = f"{float(figure.replace(',', '.')) + half:g}" if half else figure
        unit = found["unit"]
        return None if found["half"] and unit.split()[0] in BEHIND_FIGURES else (number, unit)
    words = said.split(" ")
    for count in range(min(len(words) - 1, 5), 0, -1):
        if (number := NUMBERS.get(" ".join(words[:count]))) is None:
            continue
        half = words[count] == "setengah"
        unit = " ".join(words[count + half :])
        return (f"{number + 0.5 * half:g}", unit) if unit and unit.split()[0] not in BEHIND_FIGURES else None
    return None
