"""Random conditions of JUEL, decided by an oracle that follows Java's rules, and by V8 after they were put into FEEL.

The oracle shares nothing with the translation: a condition is made as a tree of functions, each with its JUEL.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import fmod
from random import Random
from typing import Any

import pytest

from app.bpmnio import feel
from app.engine.reading.texts import foreign_expressions
from app.engine.reading.texts.feel_terms import Untranslatable

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
DOMAINS: Mapping[str, tuple[Any, ...]] = {
    **dict.fromkeys(("n", "m"), (None, 0, 1, 2, 3, -1, -4, 2.5)),
    "i": (None, 0, 1, 2, -1, -3),
    **dict.fromkeys(("x", "y"), (None, "", "ya", "tidak", "YA", "k")),
    **dict.fromkeys(("a", "b"), (None, True, False)),
    "daftar": (None, [], ["ya"], ["tidak", "ya"], ["k", "ya", "YA"]),
    "peta": (None, {}, {"k": 1}, {"k": 3, "ya": 2, "in": -1}),
}
Values = Mapping[str, Any]

CHOICE, OR, AND, EQUALITY, ORDER, SUM, PRODUCT, SIGN, ATOM = range(9)


class JavaThrows(Exception):
    """Java has no value for this: nothing is compared."""


@dataclass(frozen=True)
class Piece:
    """JUEL, how tightly it binds there, and its value."""

    text: str
    level: int
    value: Callable[[Values], Any]

    def at(self, level: int) -> str:
        return self.text if self.level >= level else f"({self.text})"


def as_number(value: Any) -> float:
    if value is None or value == "":
        return 0
    if isinstance(value, bool):
        raise JavaThrows
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise JavaThrows from None
    return value  # type: ignore[no-any-return]


def as_truth(value: Any) -> bool:
    if isinstance(value, str):
        return value.lower() == "true"
    if value is None or isinstance(value, bool):
        return bool(value)
    raise JavaThrows


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def equal(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    if is_number(one) or is_number(other):
        return as_number(one) == as_number(other)
    if isinstance(one, bool) or isinstance(other, bool):
        return as_truth(one) == as_truth(other)
    return bool(one == other)


def ordered(one: Any, sign: str, other: Any) -> bool:
    if one is None or other is None:
        return one is other and "=" in sign
    if is_number(one) or is_number(other):
        one, other = as_number(one), as_number(other)
    compared = {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}
    return bool(compared[sign])


def reckoned(one: Any, sign: str, other: Any) -> float:
    left, right = as_number(one), as_number(other)
    if sign in "/%" and right == 0:
        raise JavaThrows
    if sign == "%":
        return fmod(left, right)
    return {"+": left + right, "-": left - right, "*": left * right, "/": left / right if right else 0}[sign]


def item(of: Any, key: Any) -> Any:
    if of is None:
        return None
    if isinstance(of, dict):
        return of.get(key)
    if not is_number(key):
        raise JavaThrows
    return of[int(key)] if 0 <= int(key) < len(of) else None


def on(value: Any, method: Callable[[Any], Any]) -> Any:
    """What a method gives; Java throws where there is nothing to call it on."""
    if value is None:
        raise JavaThrows
    return method(value)


class Maker:
    """Makes pieces at random: numbers, texts and truth values, each of them also from variables that may be null."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def _one(self, *ways: Callable[[], Piece]) -> Piece:
        return self._random.choice(ways)()

    def _brackets(self, piece: Piece) -> Piece:
        if self._random.random() < 0.1:
            return Piece(f"({piece.text})", ATOM, piece.value)
        return piece

    def _variable(self, *names: str) -> Piece:
        name = self._random.choice(names)
        return Piece(name, ATOM, lambda values: values[name])

    def _constant(self, *texts: str) -> Piece:
        text = self._random.choice(texts)
        value = text[1:-1] if text.startswith("'") else {"true": True, "false": False, "null": None}.get(text)
        return Piece(text, ATOM, lambda _values: float(text) if text[-1].isdigit() else value)

    def _two(self, level: int, sign: str, one: Piece, other: Piece, act: Callable[[Any, Any], Any]) -> Piece:
        text = f"{one.at(level)} {sign} {other.at(level + 1)}"
        return Piece(text, level, lambda values: act(one.value(values), other.value(values)))

    def _choice(self, condition: Piece, first: Piece, second: Piece) -> Piece:
        return Piece(
            f"{condition.at(OR)} ? {first.text} : {second.text}",
            CHOICE,
            lambda values: (first if as_truth(condition.value(values)) else second).value(values),
        )

    def _called(self, of: Piece, text: str, method: Callable[[Any], Any]) -> Piece:
        return Piece(f"{of.at(ATOM)}.{text}", ATOM, lambda values: on(of.value(values), method))

    def _item(self, of: str, key: Piece) -> Piece:
        return Piece(f"{of}[{key.text}]", ATOM, lambda values: item(values[of], key.value(values)))

    def _whole(self, depth: int) -> Piece:
        """An index: a whole number."""
        sign = self._random.choice("+-")
        return self._one(
            lambda: self._constant("0", "1", "2"),
            lambda: self._variable("i"),
            lambda: self._two(SUM, sign, self._variable("i"), self._constant("1"), self._act(sign)),
            lambda: self._two(SUM, "-", self._size("daftar"), self._constant("1"), self._act("-")),
        )

    def _act(self, sign: str) -> Callable[[Any, Any], Any]:
        return lambda one, other: reckoned(one, sign, other)

    def _size(self, *names: str) -> Piece:
        return self._called(self._variable(*names), "size()", len)

    def number(self, depth: int) -> Piece:
        flat = (
            lambda: self._constant("0", "1", "2", "3", ".5", "1e1", "2.50"),
            lambda: self._variable("n", "m", "i"),
        )
        if depth <= 0:
            return self._one(*flat)
        level, sign = self._random.choice([(SUM, "+"), (SUM, "-"), (PRODUCT, "*"), (PRODUCT, "%")])
        divisor = self._constant("2", "4")  # so that nothing is rounded, which Java and V8 may do differently
        return self._brackets(
            self._one(
                *flat,
                lambda: self._two(
                    level, sign, self.number(depth - 1), self.number(depth - 1), self._act(sign)
                ),
                lambda: self._two(PRODUCT, "/", self.number(depth - 1), divisor, self._act("/")),
                lambda: self._signed(self.number(depth - 1)),
                lambda: self._size("daftar", "peta"),
                lambda: self._called(self.text(depth - 1), "length()", len),
                lambda: self._item("peta", self._constant("'k'", "'ya'", "'in'")),
                lambda: self._item("peta", self._variable("x", "y")),
                lambda: self._choice(self.truth(depth - 1), self.number(depth - 1), self.number(depth - 1)),
            )
        )

    def _signed(self, piece: Piece) -> Piece:
        said = piece.at(SIGN) if not piece.text.startswith("-") else f"({piece.text})"
        return Piece(f"-{said}", SIGN, lambda values: -as_number(piece.value(values)))

    def text(self, depth: int) -> Piece:
        flat = (
            lambda: self._constant("'ya'", "'tidak'", "'k'", "''"),
            lambda: self._variable("x", "y"),
        )
        if depth <= 0:
            return self._one(*flat)
        return self._brackets(
            self._one(
                *flat,
                lambda: self._item("daftar", self._whole(depth - 1)),
                lambda: self._called(self.text(depth - 1), "toUpperCase()", str.upper),
                lambda: self._choice(self.truth(depth - 1), self.text(depth - 1), self.text(depth - 1)),
            )
        )

    def truth(self, depth: int) -> Piece:
        flat = (lambda: self._variable("a", "b"), lambda: self._constant("true", "false"))
        if depth <= 0:
            return self._one(*flat)
        less = depth - 1
        sign = self._random.choice(["<", "<=", ">", ">="])
        same, act = self._random.choice(
            [("==", equal), ("!=", lambda one, other: not equal(one, other)), ("eq", equal)]
        )
        kind = self._random.choice([self.number, self.text, self.truth])
        numeral, word = self._constant("'3'", "'2.5'", "'0'"), self._constant("'true'", "'false'")
        order = self._act_of_order(sign)
        return self._brackets(
            self._one(
                *flat,
                lambda: self._two(ORDER, sign, self.number(less), self.number(less), order),
                lambda: self._two(ORDER, sign, self._variable("n", "m", "i"), numeral, order),
                lambda: self._two(EQUALITY, same, kind(less), kind(less), act),
                lambda: self._two(EQUALITY, same, kind(less), self._constant("null"), act),
                lambda: self._two(EQUALITY, same, self.truth(less), self._constant("true", "false"), act),
                lambda: self._two(EQUALITY, same, self._variable("n", "m", "x"), numeral, act),
                lambda: self._two(EQUALITY, same, word, self.truth(less), act),
                lambda: self._two(
                    AND, "&&", self.truth(less), self.truth(less), lambda p, q: as_truth(p) and as_truth(q)
                ),
                lambda: self._two(
                    OR, "||", self.truth(less), self.truth(less), lambda p, q: as_truth(p) or as_truth(q)
                ),
                lambda: self._before("!", self.truth(less), lambda value: not as_truth(value)),
                lambda: self._before("not ", self.truth(less), lambda value: not as_truth(value)),
                lambda: self._before("empty ", self._variable("x", "daftar", "peta", "n"), is_empty),
                lambda: self._choice(self.truth(less), self.truth(less), self.truth(less)),
            )
        )

    def _act_of_order(self, sign: str) -> Callable[[Any, Any], bool]:
        return lambda one, other: ordered(one, sign, other)

    def _before(self, sign: str, piece: Piece, act: Callable[[Any], bool]) -> Piece:
        return Piece(f"{sign}{piece.at(SIGN)}", SIGN, lambda values: act(piece.value(values)))


def is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


@pytest.mark.parametrize("seed", range(4))
def test_random_conditions_of_juel_are_decided_alike_in_feel(seed: int) -> None:
    random = Random(seed)
    maker = Maker(random)
    wrong, compared, asked = [], 0, 0
    for _ in range(250):
        piece = maker.truth(random.randrange(1, 4))
        try:
            made = foreign_expressions.translate(piece.text, "juel")
        except Untranslatable:
            asked += 1
            continue
        if len(made) > feel.MAX_CHARS:
            continue
        for _ in range(6):
            values = {name: random.choice(domain) for name, domain in DOMAINS.items()}
            try:
                decided = as_truth(piece.value(values))
            except JavaThrows:
                continue
            found = feel.evaluate(made, values, now=NOW)
            compared += 1
            if (found.value is True) is not decided:
                wrong.append((piece.text, made, values, found))
    assert wrong == []
    assert compared > 500
    assert asked < 50
