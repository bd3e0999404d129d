"""Hit policies: which rules give the result of a table, and what becomes of several."""

from typing import Any

import pytest

from app.base.errors import ExecutionFailed
from tests.engine.decision_files import decide, decision, file, grid, read, value
from tests.engine.decision_tables import refused

RANKED = ('tingkat: string = "berat", "sedang", "ringan"',)
ROWS = (("> 1", '"ringan"'), ("> 5", '"berat"'), ("> 3", '"sedang"'))


def points(policy: str, aggregation: str = "", default: str = "") -> str:
    rows = ((">= 1", "10"), (">= 2", "30"), (">= 3", "20"))
    return grid(("n",), (f"nilai{default}",), *rows, policy=policy, aggregation=aggregation)


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ("FIRST", 10),
        ("COLLECT", [10, 30]),
        ("RULE ORDER", [10, 30]),
    ],
)
def test_the_policy_says_which_of_the_rules_that_hold_count(policy: str, found: Any) -> None:
    assert value(points(policy), n=2) == found


@pytest.mark.parametrize(
    ("aggregation", "found", "of_none"),
    [("SUM", 60, None), ("MIN", 10, None), ("MAX", 30, None), ("COUNT", 3, 0)],
)
def test_collected_results_are_put_together(aggregation: str, found: int, of_none: int | None) -> None:
    assert value(points("COLLECT", aggregation), n=3) == found
    assert value(points("COLLECT", aggregation), n=0) == of_none


def test_the_most_important_output_wins_not_the_uppermost_rule() -> None:
    assert value(grid(("n",), RANKED, *ROWS, policy="PRIORITY"), n=9) == "berat"
    assert value(grid(("n",), RANKED, *ROWS, policy="PRIORITY"), n=4) == "sedang"


def test_output_order_puts_the_most_important_first() -> None:
    ruling = decide("t", decision("t", grid(("n",), RANKED, *ROWS, policy="OUTPUT ORDER")), n=9).ruling

    assert ruling.value == ["berat", "sedang", "ringan"]
    assert (ruling.rule_ids, ruling.rows) == (("r2", "r3", "r1"), (2, 3, 1))


def test_the_first_output_tells_before_the_second() -> None:
    outputs = ('siapa = "a", "b"', "berapa = 3, 2, 1")
    table = grid(
        ("n",), outputs, ("-", '"b"', "3"), ("-", '"a"', "1"), ("-", '"a"', "2"), policy="OUTPUT ORDER"
    )

    assert [tuple(one.values()) for one in value(table, n=1)] == [("a", 2), ("a", 1), ("b", 3)]


def test_any_takes_rules_that_agree_and_refuses_those_that_do_not() -> None:
    table = grid(("n",), ("x",), ("> 1", '"a"'), ("> 2", '"a"'), ("> 3", '"b"'), policy="ANY")

    assert value(table, n=3) == "a"
    with pytest.raises(ExecutionFailed) as caught:
        value(table, n=4)
    assert "1, 2, 3" in str(caught.value)


def test_several_outputs_of_several_rules_are_a_list_of_contexts() -> None:
    table = grid(("n",), ("a", "b c"), ("> 1", "1", "2"), ("> 2", "3", "4"), policy="RULE ORDER")
    decided = decide("t", decision("t", table), n=3)

    assert decided.ruling.value == [{"a": 1, "b c": 2}, {"a": 3, "b c": 4}]
    assert decided.outputs == {"t": decided.ruling.value}


def test_outputs_that_are_names_of_variables_set_them_others_one_variable_with_a_context() -> None:
    named = decide("t", decision("t", grid(("n",), ("a", "b"), ("-", "1", "2"))), n=3)
    unnamed = decide("t", decision("t", grid(("n",), ("a", "b c"), ("-", "1", "2"))), n=3)

    assert named.outputs == {"a": 1, "b": 2}
    assert unnamed.outputs == {"t": {"a": 1, "b c": 2}}


@pytest.mark.parametrize(
    ("policy", "aggregation", "found"), [("UNIQUE", "", 7), ("COLLECT", "", [7]), ("COLLECT", "SUM", 7)]
)
def test_the_default_is_the_result_when_no_rule_holds(policy: str, aggregation: str, found: Any) -> None:
    assert value(points(policy, aggregation, " / 7"), n=0) == found


def test_without_rule_and_default_a_list_is_empty_and_a_value_null() -> None:
    assert value(points("COLLECT"), n=0) == []
    assert value(points("FIRST"), n=0) is None


def test_words_cannot_be_added_up() -> None:
    with pytest.raises(ExecutionFailed) as caught:
        value(grid(("n",), ("x",), ("-", '"a"'), ("-", "1"), policy="COLLECT", aggregation="SUM"), n=1)

    assert "SUM" in str(caught.value)


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (grid(("n",), ("x",), ("-", "1"), policy="PRIORITY"), "table_priority_values"),
        (grid(("n",), ("x = > 3",), ("-", "4"), policy="OUTPUT ORDER"), "table_priority_values"),
        (
            grid(("n",), ("x",), ("-", "1"), policy="COLLECT", aggregation="PRODUCT"),
            "table_aggregation_unknown",
        ),
        (
            grid(("n",), ("x", "y"), ("-", "1", "2"), policy="COLLECT", aggregation="SUM"),
            "table_aggregation_outputs",
        ),
    ],
)
def test_a_policy_without_what_it_needs_is_refused(table: str, code: str) -> None:
    assert refused(file(decision("t", table))) == {code}


def test_rules_may_overlap_where_all_of_them_count() -> None:
    table = grid(("n",), ("x",), ("-", "1"), ("> 1", "2"), policy="COLLECT")

    assert read(decision("t", table))["t"].findings == ()
