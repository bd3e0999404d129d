"""FEEL by its grammar, right and almost right."""

from random import Random

from tests.attack.making.texts import odd

NAMES = (
    "a",
    "n",
    "daftar",
    "isi",
    "teks",
    "kosong",
    "tanggal",
    "tak_ada",
    "partial",
    "item",
    "?",
    "now()",
    "today()",
)
_BUILT_IN = (
    *(
        "string",
        "number",
        "not",
        "count",
        "sum",
        "min",
        "max",
        "mean",
        "all",
        "any",
        "sort",
        "reverse",
        "flatten",
    ),
    *("upper case", "string length", "substring", "contains", "matches", "replace", "split", "date", "time"),
    *(
        "date and time",
        "duration",
        "years and months duration",
        "get value",
        "get entries",
        "context",
        "context put",
    ),
    *(
        "list contains",
        "append",
        "union",
        "index of",
        "floor",
        "modulo",
        "sqrt",
        "decimal",
        "is",
        "range",
        "before",
    ),
    *(
        "string join",
        "product",
        "median",
        "mode",
        "stddev",
        "day of week",
        "week of year",
        "abs",
        "exp",
        "log",
        "odd",
    ),
)
_OPERATORS = (
    "+",
    "-",
    "*",
    "/",
    "**",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "and",
    "or",
    "in",
    "..",
    ".",
    "instance of",
)
_LITERALS = (
    *(
        "1",
        "0",
        "-1",
        "1.5",
        "1e3",
        ".5",
        "99999999999999999999",
        "true",
        "false",
        "null",
        '"x"',
        '""',
        '"\\u0041"',
    ),
    *('@"2026-01-01"', '@"P1D"', '@"T10:00:00"', '@"2026-13-45"', "[]", "{}", "[1..5]", "]1..5[", "-"),
)


def expression(dice: Random, depth: int = 4) -> str:
    """An expression; one in many is damaged, or not FEEL at all."""
    if dice.randint(0, 40) == 0:
        return odd(dice)
    text = _term(dice, depth)
    if dice.randint(0, 12) == 0 and text:
        at = dice.randint(0, len(text))
        text = (
            text[:at]
            + dice.choice(("", "(", ")", '"', "]", " in ", "\\", "{", ","))
            + text[at + dice.randint(0, 2) :]
        )
    return f"={text}" if dice.randint(0, 3) == 0 else text


def sound(dice: Random, depth: int) -> str:
    """An expression without a slip of the pen; feelin may still refuse it."""
    return _term(dice, depth)


def _term(dice: Random, depth: int) -> str:
    if depth <= 0 or dice.randint(0, 4) == 0:
        return dice.choice(NAMES) if dice.randint(0, 1) else dice.choice(_LITERALS)

    def inner() -> str:
        return _term(dice, depth - 1)

    match dice.randint(0, 10):
        case 0 | 1:
            return f"{inner()} {dice.choice(_OPERATORS)} {inner()}"
        case 2:
            return f"{dice.choice(_BUILT_IN)}({', '.join(inner() for _n in range(dice.randint(0, 3)))})"
        case 3:
            return f"if {inner()} then {inner()} else {inner()}"
        case 4:
            return f"for i in {_few(dice, inner())} return {inner()}"
        case 5:
            return f"{dice.choice(('some', 'every'))} x in {inner()} satisfies {inner()}"
        case 6:
            return f"[{', '.join(inner() for _n in range(dice.randint(0, 3)))}]"
        case 7:
            return (
                "{" + ", ".join(f"{dice.choice(('a', 'b', '__proto__'))}: {inner()}" for _n in range(2)) + "}"
            )
        case 8:
            return f"{inner()}[{inner()}]"
        case 9:
            return f"(function({dice.choice(('x', 'x, y', ''))}) {inner()})({inner()})"
        case _:
            return f"({inner()})"


def _few(dice: Random, other: str) -> str:
    return dice.choice(("1..3", "daftar", "3..1", other))


def value(dice: Random, depth: int = 2) -> object:
    """A JSON value of any type."""
    match dice.randint(0, 7 if depth else 5):
        case 0:
            return None
        case 1:
            return bool(dice.randint(0, 1))
        case 2:
            return dice.choice((0, -1, 7, 2**53 + 1, 2**63 - 1, 1.5, -0.0, 1e300))
        case 3:
            return dice.choice(("", "x", "2026-11-24", "P2D", "10:00", "=1", "{{a}}", "<b>"))
        case 4:
            return odd(dice)
        case 5:
            return dice.choice(("ya", "a@b.id", "08123", "12,5"))
        case 6:
            return [value(dice, depth - 1) for _n in range(dice.randint(0, 3))]
        case _:
            return {
                dice.choice(("a", "b", "__proto__", "", "x y")): value(dice, depth - 1) for _n in range(2)
            }
