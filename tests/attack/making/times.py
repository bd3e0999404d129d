"""Timer texts by their grammar and beyond it: ISO 8601, Indonesian and English words, cycles, dates, formulas."""

from random import Random

from tests.attack.making import feel
from tests.attack.making.texts import ODD_CHARACTERS, odd

_NUMBERS = (
    "3",
    "60",
    "0",
    "1,5",
    "2.25",
    "1.000",
    "9999",
    "10001",
    "99999999999999999999",
    "satu",
    "two",
    "٣",
    "²",
    "-1",
    "",
)
_LEADS = (
    "",
    "",
    "maksimal ",
    "paling lama ",
    "within ",
    "setelah ",
    "setiap ",
    "every ",
    "tiap ",
    "selama 2 ",
    "H-",
    "H+",
    "R3/",
)
_UNITS = (
    *(
        "hari",
        "hari kerja",
        "hari kalender",
        "working days",
        "jam",
        "menit",
        "minggu",
        "bulan",
        "tahun",
        "detik",
    ),
    *(
        "days",
        "weeks",
        "month",
        "h",
        "'",
        "jam kerja",
        "business days",
        "kerja hari kerja",
        "abad",
        "hari hari",
    ),
)
_TAILS = (
    "",
    "",
    ".",
    ", 5 kali",
    " sejak surat diterima",
    " 3 times",
    " x 24 jam",
    "!",
    " (enam puluh)",
    " atau 2 hari",
)
_ISO = "PYMWDTHS0123456789.,/R-+:Z"


def text(dice: Random) -> str:
    """A timer's text, or the name of a drawn timer."""
    match dice.randint(0, 10):
        case 8:
            return dice.choice(
                ("P3D", "PT45M", "R3/P1D", "R/PT1H", "P1Y2M", "H-3", "2026-12-24", "2026-12-24T10:00+07:00")
            )
        case 9 | 10:
            lead, number = (
                dice.choice(("", "", "maksimal ", "setiap ")),
                dice.choice(("1", "3", "60", "1,5", "9999")),
            )
            return f"{lead}{number} {dice.choice(_UNITS[:7])}{dice.choice(_TAILS[:4])}"
        case 0 | 1 | 2:
            paren = dice.choice(("", "", " (tiga) ", " (", "x24 "))
            return (
                dice.choice(_LEADS)
                + dice.choice(_NUMBERS)
                + paren
                + " "
                + dice.choice(_UNITS)
                + dice.choice(_TAILS)
            )
        case 3:
            return dice.choice(("P", "R/P", "R3/P", "R999999/PT", "p", "-P")) + "".join(
                dice.choice(_ISO) for _n in range(dice.randint(0, 9))
            )
        case 4:
            return _moment(dice)
        case 5:
            return "=" + feel.expression(dice, 2)
        case 6:
            one = text(dice)
            at = dice.randint(0, len(one))
            return one[:at] + dice.choice(ODD_CHARACTERS) + one[at:]
        case _:
            return odd(dice)


def _moment(dice: Random) -> str:
    date = f"{dice.choice((0, 1, 1969, 2026, 2199, 2200, 9999)):04}-{dice.randint(0, 13):02}-{dice.randint(0, 32):02}"
    time = dice.choice(
        ("", "T10:00", " 10:00:00", "T24:00", "T10:00:60Z", "T10:00+25:00", "T10:00:00.123456789+07:00", "T")
    )
    return date + time
