"""Patterns of forms: no text keeps one busy, and V8's two engines find the same."""

from random import Random

import orjson
import pytest

from app.bpmnio import budget, feelin, patterns

STEADY = (
    r"^(a+)+N$",
    r"^(a|a)*$",
    r"(x+x+)+y",
    r"^(\w+\s?)*$",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"^.*a.*b.*c.*d$",
)
ENDLESS = (r"^(?=(a+)+N)a", r"^(a+)+\1N$", r"^([a-z]{1,500}){1,500}N$")
HARMLESS = (
    r"^[0-9]{16}$",
    r"^[^\s@]+@[^\s@]+\.[^\s@]+$",
    r"^\d+(\.\d+)*$",
    r"^(?!\s*$).+",
    r"^(?=.*[A-Z])(?=.*\d).{8,}$",
    r"^[\w.-]+(/[\w.-]+)*$",
    "a" * 900,
)


@pytest.mark.parametrize("pattern", STEADY)
def test_a_pattern_with_endlessly_many_ways_takes_no_time(pattern: str) -> None:
    patterns.matches("a", "a")
    with budget.sharing(10.0):
        assert patterns.matches(pattern, "a" * 60 + "!" * 3_000) is False
        assert budget.seconds_allowed(10.0) > 9.7


@pytest.mark.parametrize("pattern", ENDLESS)
def test_what_only_tries_one_way_after_the_other_is_told_endless(pattern: str) -> None:
    assert patterns.risk(pattern) == "endless"


@pytest.mark.parametrize("pattern", STEADY[:5])
def test_what_is_safe_with_the_other_engine_alone_is_told_so(pattern: str) -> None:
    assert patterns.risk(pattern) == "elsewhere"


@pytest.mark.parametrize("pattern", HARMLESS)
def test_patterns_that_offices_write_are_no_risk(pattern: str) -> None:
    assert patterns.risk(pattern) == ""


def test_all_patterns_of_a_form_share_one_budget() -> None:
    pairs = [(ENDLESS[0], "a" * (40 + n) + "!") for n in range(60)]
    with budget.sharing(60.0):
        with patterns.tried(pairs):
            assert not any(patterns.matches(*pair) for pair in pairs)
        assert budget.seconds_allowed(60.0) > 57.0


def test_good_patterns_beside_an_endless_one_are_still_told() -> None:
    pairs = [("^[0-9]+$", "12"), (ENDLESS[0], "a" * 50 + "!"), ("^[0-9]+$", "x"), ("(", "x")]
    with patterns.tried(pairs):
        assert [patterns.matches(*pair) for pair in pairs] == [True, False, False, False]


def _pattern(dice: Random, depth: int = 3) -> str:
    if depth == 0:
        return dice.choice(["a", "b", "[ab]", "[^a]", ".", r"\d", r"\w", "1", r"\b", "^", "$"])
    inner = _pattern(dice, depth - 1)
    return dice.choice(
        [
            inner + _pattern(dice, depth - 1),
            f"({inner}|{_pattern(dice, depth - 1)})",
            f"(?:{inner}){dice.choice(['*', '+', '?', '*?', '+?', '{1,2}', '{2}'])}",
        ]
    )


def test_both_engines_find_the_same() -> None:
    """A pattern must not give another result where the second engine takes over."""
    dice = Random(2026)
    pairs = [
        (_pattern(dice), "".join(dice.choice("ab1 \n") for _letter in range(dice.randrange(9))))
        for _pair in range(2_000)
    ]
    compare = """(json => JSON.stringify(JSON.parse(json).filter(([pattern, text]) => {
        const one = new RegExp(pattern).exec(text), other = new RegExp(pattern, 'l').exec(text);
        return JSON.stringify(one) !== JSON.stringify(other);
    })))"""
    argument = orjson.dumps(orjson.dumps(pairs).decode()).decode()
    assert orjson.loads(feelin.isolate.call(compare, argument, seconds=5.0)) == []
