"""Expressions as people write them, in FEEL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bpmnio import feel
from app.engine.reading.texts import conditions


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("a > 3", "a > 3"),
        ("=a > 3", "a > 3"),
        ("  =  a > 3\n", "a > 3"),
        ("${a > 3}", "a > 3"),
        ("#{ a }", "a"),
        ("=${a}", "a"),
        ("${a} and ${b}", "${a} and ${b}"),
        ("{a: 1}.a = 1", "{a: 1}.a = 1"),
        ("", ""),
        ("=", ""),
        ("${}", ""),
    ],
)
def test_wrappings_of_the_engines_are_taken_off(written: str, cleaned: str) -> None:
    assert conditions.unwrap(written) == cleaned


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("a == 'x'", 'a = "x"'),
        ("a === 'x' && b !== 3", 'a = "x" and b != 3'),
        ("a == True and b", "a = true and b"),
        ("a is None", "a = null"),
        ("a is not None", "a != null"),
        ("not a", "a != true"),
        ("not a == 1 and b", "a != 1 and b"),
        ("not (a)", "not (a)"),
        ("a and not b", "a and b != true"),
        ("a in ['x', 'y']", 'a in ["x", "y"]'),
        ("a in ['x', 'y'] and b", '(a in ["x", "y"]) and b'),
        ("a not in ['x'] or b", 'not(a in ["x"]) or b'),
        ("b and a in ['x'] or c", '(b and a in ["x"]) or c'),
        ("a in ('x', 'y') and b", 'a in ("x", "y") and b'),
        ("!a", "a != true"),
        ("!(a && b)", "(a and b) != true"),
        ("!!a", "a = true"),
        ("!a.b == 'x' || c", '(a.b != true) = "x" or c'),
        ("!daftar[1]", "daftar[1] != true"),
        ("!f(a, b) && c", "f(a, b) != true and c"),
        ("a <> 1", "a != 1"),
        ("return a == 1;", "a = 1"),
        ("return !kcontext.getVariable('a').equals(\"b\");", 'a != "b"'),
        ("a.intValue() > 3", "a > 3"),
        ("get or else(a, 1) == 2", "get or else(a, 1) = 2"),
        ("a ≥ 3", "a >= 3"),
        ("a ge 3 and b lt 4", "a >= 3 and b < 4"),
        ("a eq 'x'", 'a = "x"'),
        ("empty a", 'a in (null, "", [], {})'),
        ("not empty a", 'not(a in (null, "", [], {}))'),
        ("a AND NOT b", "a and b != true"),
        ("jenis = “jalan”", 'jenis = "jalan"'),
        ("jenis = 'kata \"kutip\"'", 'jenis = "kata \\"kutip\\""'),
        ("execution.getVariable('a') == 1", "a = 1"),
        ("a.equals('x')", 'a = "x"'),
        ("!a.equals('x')", 'a != "x"'),
        ("!a.equals('x') && b", 'a != "x" and b'),
        ("a ? b == 'x' : c", 'if a then b = "x" else c'),
        ("a.contains('x') || b", '(if string(a) = a then contains(a, "x") else list contains(a, "x")) or b'),
    ],
)
def test_what_python_juel_and_word_processors_write_is_put_into_feel(written: str, offered: str) -> None:
    assert conditions.in_feel(written) == offered
    assert feel.syntax_error(offered) is None


@pytest.mark.parametrize(
    "written",
    [
        'a = "x == True && !y"',
        "not(a)",
        "a != 1",
        "is(a, b)",
        "if a then b else c",
        "every x in daftar satisfies x > 3 and x != 5",
        'date("2026-01-01") < today()',
        "{a: 1, b: [1..3]}.a = 1",
        "some x in [1, 2] satisfies x = a",
        'contains(nama, "o\'")',
        "le + ge",
    ],
)
def test_feel_is_left_as_it_is(written: str) -> None:
    assert conditions.in_feel(written) == written
    assert conditions.fault(written) is None


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ('a in ["x", "y"] and b', '(a in ["x", "y"]) and b'),
        ('a in ("x") or b', '(a in ("x")) or b'),
        ("a in [1..3] and b", "(a in [1..3]) and b"),
        ('b and a in ["x"]', None),
        ('a in ("x", "y") and b', None),
        ('(a in ["x"]) and b', None),
    ],
)
def test_what_feelin_takes_for_a_part_of_a_list_is_refused_and_offered_in_brackets(
    written: str, offered: str | None
) -> None:
    """`a in ["x"] and b` is `a in (["x"] and b)` there: null, whatever the two are."""
    found = conditions.fault(written)
    assert (found[1]["offer"] if found else None) == offered


def test_python_that_feel_would_misread_is_refused() -> None:
    """FEEL takes ``True`` for a variable and ``not a`` for a name of two words: both would be null, silently."""
    assert feel.syntax_error("a = True") is None
    assert feel.syntax_error("not a") is None
    assert conditions.fault("a = True") == ("expression_not_feel", {"text": "a = True", "offer": "a = true"})
    assert conditions.fault("not a") == ("expression_not_feel", {"text": "not a", "offer": "a != true"})


@pytest.mark.parametrize(
    "attack",
    [
        "__import__('os').system('id')",
        "[x for x in ().__class__.__base__.__subclasses__()]",
        "lambda: 1",
        "exec('import os')",
        "a := 1",
        "f'{a}'",
        "import os",
        "a; b",
        "while true do a",
    ],
)
def test_python_never_runs_whatever_becomes_of_it(attack: str) -> None:
    """Refused, or FEEL: a call of a function that does not exist is null there."""
    found = conditions.fault(attack)
    assert found is None or found[0] in {"expression_syntax", "expression_not_feel"}


def test_an_endless_expression_is_refused_before_it_is_looked_at() -> None:
    found = conditions.fault("!" * (feel.MAX_CHARS + 1))
    assert found is not None
    assert found[0] == "expression_too_long"


@pytest.mark.parametrize("text", ["!" * 4000, "(" * 4000, "'" * 4000, "[!" * 2000, "a." * 2000, '"\\' * 2000])
def test_runaway_texts_end_in_a_finding(text: str) -> None:
    found = conditions.fault(text)
    assert found is not None
    assert found[0] in {"expression_syntax", "expression_not_feel"}


VERDICTS = {"expression_syntax", "expression_not_feel", "expression_untranslatable"}


@given(st.text(alphabet="ab !=&|()[]'\"“”.,?<>not empty is None True ${}#\\\n0", max_size=60))
def test_any_text_gives_a_verdict(text: str) -> None:
    found = conditions.fault(conditions.unwrap(text))
    assert found is None or found[0] in VERDICTS
    if found is not None and "offer" in found[1]:
        assert feel.syntax_error(found[1]["offer"]) is None
