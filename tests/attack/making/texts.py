"""Texts that people would not type: odd characters, huge ones, numbers that are none, code of every kind."""

from random import Random

from tests.attack.payloads import EVERY_TEXT

ODD_CHARACTERS = (
    "\0\x01\x1b\u202e\u200b\ufeff\u2028\U0001f4a9\ud800\u0130ß²٣½—“”'\"<>&{}[]()\\/`$%#@|;:=+*?^~\n\r\t"
)
_WORDS = (
    "a",
    "x",
    "hasil",
    "n",
    "daftar",
    "null",
    "true",
    "-1",
    "1e999",
    "constructor",
    "__proto__",
    "hari",
    "",
)


def odd(dice: Random) -> str:
    """A text of any kind, most often short."""
    match dice.randint(0, 5):
        case 0:
            return dice.choice(_WORDS)
        case 1:
            return dice.choice(EVERY_TEXT)
        case 2:
            return "".join(dice.choice(ODD_CHARACTERS) for _n in range(dice.randint(0, 12)))
        case 3:
            return dice.choice(_WORDS) + dice.choice(ODD_CHARACTERS) + dice.choice(_WORDS)
        case 4:
            return dice.choice(("a", "ab ", "(", "<b>", "{{", "é", "9")) * dice.choice((3, 50, 2_100, 5_000))
        case _:
            return str(dice.choice((0, -1, 1, 2**31, 2**63, 2**64, 10**40, 1.5, -0.0, 1e308)))


def storable(text: str) -> str:
    """The text as UTF-8 can carry it."""
    return text.encode("utf-8", "replace").decode()
