"""What decision tables decide."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.base.errors import ExecutionFailed
from app.bpmnio import feel
from app.engine import decisions
from app.engine.decisions import Input, Output, Rule, Table
from app.engine.dmn.cells import literals
from tests.engine.decision_tables import NOW, decide, table


@pytest.mark.parametrize(
    ("cell", "value", "holds"),
    [
        ('"a"', "a", True),
        ('"a"', "b", False),
        ('"a","b"', "b", True),
        ('"a", "b"', "c", False),
        ('not("a","b")', "c", True),
        ('not("a","b")', "b", False),
        ("not(5)", 6, True),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("< 5, > 10", 12, True),
        ("< 5, > 10", 7, False),
        (">= 100", 100, True),
        ("100, 150", 150, True),
        ("? > 100", 101, True),
        ("null", None, True),
        ("true", True, True),
        ('starts with(?, "Jl")', "Jl. Raya", True),
        ('"a"', None, False),
        ("? > 100", None, False),
        ('contains(?, "a"), "b"', None, False),
        ('contains(?, "a"), "b"', "b", True),
        ("not(? > 100)", None, True),
        ("? = false", False, True),
        ('"a"', ["a"], True),
        ("-", None, True),
        ("", "anything", True),
        ('"x\\"y"', 'x"y', True),
        ("batas", 7, True),
        ("> batas", 7, False),
    ],
)
def test_cells_are_feel_unary_tests(cell: str, value: Any, holds: bool) -> None:
    found = decide(table((cell, '"ya"')), nilai=value, batas=7)

    assert found.outputs == {"hasil": "ya" if holds else None}
    assert found.ruling.rule_ids == (("r1",) if holds else ())


@pytest.mark.parametrize(
    ("cell", "value", "holds"),
    [
        ('< date("2026-12-01")', "2026-11-30", True),
        ('< date("2026-12-01")', "2026-12-01", False),
        ('date("2026-12-01")', "2026-12-01", True),
        ('[date("2026-01-01")..date("2026-06-30")]', "2026-03-01", True),
        ('not(date("2026-12-01"))', "2026-12-02", True),
        ("<= today()", "2026-11-24", True),
        ("<= today()", "2026-11-25", False),
        ("null", None, True),
        ('date(?) > date("2026-01-01")', "2026-02-01", True),
    ],
)
def test_date_columns_compare_dates_although_variables_hold_text(cell: str, value: Any, holds: bool) -> None:
    found = decide(table((cell, "true"), type="date"), nilai=value)

    assert found.outputs == {"hasil": True if holds else None}


@pytest.mark.parametrize("type", ["boolean", "", "Any"])
@pytest.mark.parametrize("value", [True, False, None])
@pytest.mark.parametrize("flag", [True, False, None])
def test_a_boolean_column_is_compared_with_what_its_tests_say_unless_they_ask(
    type: str, value: bool | None, flag: bool | None
) -> None:
    """DMN TCK 0036. A test that says ``?`` is true by itself; in one that does not, it is what the value must be."""

    def holds(cell: str) -> bool:
        found = decide(table((cell, '"ya"'), type=type), nilai=value, flag=flag, jumlah=5, daftar=[True])
        return found.outputs == {"hasil": "ya"}

    assert holds("flag") is holds("(flag)") is (value is flag)
    assert holds("not(flag)") is (value is not flag)
    assert holds("flag, false") is (value is flag or value is False)
    assert holds("jumlah > 3") is holds("true") is holds("daftar") is (value is True)
    assert holds("? = flag") is (value is flag)
    assert holds("? = true or jumlah > 3") is True
    assert holds("-") is True


def test_first_takes_the_uppermost_rule() -> None:
    found = decide(table(("> 1", '"satu"'), ("> 2", '"dua"'), policy="FIRST"), nilai=3)

    assert (found.outputs, found.ruling.rule_ids, found.ruling.rows) == ({"hasil": "satu"}, ("r1",), (1,))


def test_unique_refuses_two_rules_and_names_them() -> None:
    with pytest.raises(ExecutionFailed) as caught:
        decide(table(("> 1", '"satu"'), ("> 9", '"x"'), ("> 2", '"dua"')), nilai=3)

    assert "1, 3" in str(caught.value)
    assert "r1, r3" in caught.value.detail


def test_unique_also_counts_rules_that_only_list_strings() -> None:
    with pytest.raises(ExecutionFailed):
        decide(table(('"a","b"', "1"), ("-", "2")), nilai="a")


def test_no_rule_leaves_outputs_null_and_names_no_rule() -> None:
    found = decide(table(('"a"', '"x"')), nilai="z")

    assert (found.outputs, found.ruling.rule_ids, found.ruling.rows) == ({"hasil": None}, (), ())


def test_what_was_tested_is_told_for_the_history() -> None:
    assert decide(table(('"a"', "1"), reads="upper case(nilai)"), nilai="a").ruling.inputs == {"Nilai": "A"}


def test_results_are_feel_over_the_variables_and_an_empty_one_is_null() -> None:
    found = table(('"a"', "nilai + lain"), ('"b"', ""))

    assert decide(found, nilai="a", lain="z").outputs == {"hasil": "az"}
    assert decide(found, nilai="b").outputs == {"hasil": None}


def test_warnings_of_feel_come_along_once() -> None:
    warnings = decide(table(("> tiada", "1"), ("< tiada", "tiada"), policy="FIRST"), nilai=1).warnings

    assert [warning for warning in warnings if "tiada" in warning] == ["Variable 'tiada' not found"]


def test_the_clock_is_the_commands() -> None:
    late = datetime(2027, 1, 1, 0, 30, tzinfo=ZoneInfo("Asia/Jakarta"))
    found = table(("-", "today()"))

    assert decisions.decide(found, {}, now=NOW).outputs == {"hasil": "2026-11-24"}
    assert decisions.decide(found, {}, now=late).outputs == {"hasil": "2027-01-01"}


def test_several_inputs_and_outputs() -> None:
    found = Table(
        "UNIQUE",
        (Input("A", "a"), Input("A", "b"), Input("", "a + b")),
        (Output("x", ""), Output("y", "")),
        (Rule("r", ("> 1", "2", "-"), ('"x"', "a * b")),),
    )

    decision = decide(found, a=3, b=2)

    assert decision.outputs == {"x": "x", "y": 6}
    assert decision.ruling.inputs == {"A [1]": 3, "A [2]": 2, "a + b": 5}


@settings(max_examples=40, deadline=None)
@given(
    words=st.lists(st.text(st.sampled_from('ab é-?,."'), max_size=4), min_size=1, max_size=3),
    value=st.one_of(
        st.none(), st.text(st.sampled_from("ab é-?,."), max_size=4), st.integers(0, 3), st.booleans()
    ),
)
def test_comparing_listed_strings_ourselves_agrees_with_feel(words: list[str], value: Any) -> None:
    cell = ", ".join('"' + word.replace('"', "") + '"' for word in words)
    assert literals(cell) is not None

    ours = decide(
        Table("FIRST", (Input("", "v"),), (Output("x", ""),), (Rule("r", (cell,), ("1",)),)),
        v=value,
    )

    assert bool(ours.ruling.rule_ids) is (feel.unary(cell, value, {}, now=NOW).value is True)
