"""Texts that make a regular expression try over and over: a text that fits, one piece of it repeated, a wrong end."""

import re
from collections.abc import Iterator
from random import Random
from typing import Any

_ANY = "aZ0 _-.,:/<>\"'(é"


def pumped(pattern: re.Pattern[str], dice: Random, length: int) -> Iterator[str]:
    """Texts of about this length."""
    fits = _one(re._parser.parse(pattern.pattern, pattern.flags), dice)  # type: ignore[attr-defined]
    for _n in range(8):
        start = dice.randint(0, max(0, len(fits) - 1))
        piece = fits[start : start + dice.randint(1, 4)] or dice.choice(_ANY)
        yield fits[:start] + piece * (length // len(piece)) + dice.choice(("", "\0", "!", fits[start:]))


def _one(parsed: Any, dice: Random) -> str:
    return "".join(_part(kind, value, dice) for kind, value in parsed)


def _part(kind: Any, value: Any, dice: Random) -> str:
    match str(kind):
        case "LITERAL":
            return chr(value)
        case "IN":
            return _in(value, dice)
        case "ANY" | "NOT_LITERAL" | "CATEGORY":
            return dice.choice(_ANY)
        case "BRANCH":
            return _one(dice.choice(value[1]), dice)
        case "SUBPATTERN":
            return _one(value[3], dice)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inner = value
            return "".join(_one(inner, dice) for _n in range(dice.randint(least, min(int(most), least + 2))))
        case "ATOMIC_GROUP":
            return _one(value, dice)
        case _:  # anchors, lookarounds, references to groups: nothing of their own
            return ""


def _in(members: Any, dice: Random) -> str:
    kind, value = dice.choice(members)
    match str(kind):
        case "LITERAL":
            return chr(value)
        case "RANGE":
            return chr(dice.randint(*value))
        case "CATEGORY":
            return dice.choice(
                {"CATEGORY_DIGIT": "07", "CATEGORY_SPACE": " \n", "CATEGORY_WORD": "a0_"}.get(
                    str(value), _ANY
                )
            )
        case _:
            return dice.choice(_ANY)
