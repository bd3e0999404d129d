"""Allowed values: a constant outside them is found when a file is read, any other value when it turns up."""

import pytest

from app.base.errors import ExecutionFailed, InvalidDiagram
from app.engine import decisions
from tests.engine.decision_files import decide, decision, file, given, grid, literal, read, value
from tests.engine.decision_tables import refused

COLOURS = '"merah", "hijau"'
TYPES = (
    f'<itemDefinition name="tWarna"><typeRef>string</typeRef><allowedValues><text>{COLOURS}</text>'
    "</allowedValues></itemDefinition>"
    '<itemDefinition name="tMobil"><itemComponent name="warna"><typeRef>tWarna</typeRef></itemComponent>'
    "</itemDefinition>"
)


def test_an_input_outside_them_stops_the_decision_and_says_which() -> None:
    table = grid((f"warna: string = {COLOURS}",), ("x",), ("-", "1"))

    assert value(table, warna="hijau") == 1
    with pytest.raises(ExecutionFailed) as caught:
        value(table, warna="biru")
    assert "warna" in str(caught.value)
    assert "biru" in str(caught.value)


def test_what_is_missing_is_no_wrong_value() -> None:
    assert value(grid((f"warna: string = {COLOURS}",), ("x",), ("-", "1")), warna=None) == 1


@pytest.mark.parametrize(("allowed", "good", "bad"), [("[1..5]", 3, 6), ("1, 2", 2, 3), ("> 3", 4, 3)])
def test_they_may_be_any_unary_tests(allowed: str, good: int, bad: int) -> None:
    table = grid((f"n: number = {allowed}",), ("x",), ("-", "1"))

    assert value(table, n=good) == 1
    with pytest.raises(ExecutionFailed):
        value(table, n=bad)


def test_dates_are_compared_as_dates() -> None:
    table = grid(('tgl: date = > date("2026-01-01")',), ("x",), ("-", "1"))

    assert value(table, tgl="2026-02-01") == 1
    with pytest.raises(ExecutionFailed):
        value(table, tgl="2025-12-31")


def test_a_result_that_is_worked_out_is_checked_when_it_is() -> None:
    table = grid(("n",), (f"x: string = {COLOURS}",), ("-", "warna"))

    assert value(table, n=1, warna="merah") == "merah"
    with pytest.raises(ExecutionFailed):
        value(table, n=1, warna="biru")


def test_a_constant_result_outside_them_is_refused_with_its_line() -> None:
    table = grid(("n",), (f"x = {COLOURS}",), ("1", '"merah"'), ("2", '"biru"'))
    with pytest.raises(InvalidDiagram) as caught:
        decisions.read_decisions(
            file(decision("t", table)).replace(b'<rule id="r2"', b'\n<rule id="r2"'), file="x.dmn"
        )

    [finding] = caught.value.findings
    assert (finding.code, finding.line, finding.params["row"]) == ("table_value_not_allowed", 2, "2")


def test_so_is_a_default() -> None:
    assert refused(file(decision("t", grid(("n",), ("x = 1, 2 / 3",), ("1", "1"))))) == {
        "table_value_not_allowed"
    }


def test_a_test_for_what_never_comes_is_a_warning() -> None:
    table = grid((f"warna = {COLOURS}",), ("x",), ('"merah"', "1"), ('"biru"', "2"))

    assert [f.code for f in read(decision("t", table))["t"].findings] == ["table_value_never"]


def test_they_come_from_the_type_of_the_input_data_too_deep_inside() -> None:
    parts = (TYPES, decision("t", literal("mobil.warna"), needs="?mobil"), given("mobil", type="tMobil"))

    assert decide("t", *parts, mobil={"warna": "merah"}).ruling.value == "merah"
    with pytest.raises(ExecutionFailed) as caught:
        decide("t", *parts, mobil={"warna": "biru"})
    assert "mobil.warna" in str(caught.value)


def test_and_from_that_of_the_result() -> None:
    parts = (TYPES, decision("t", literal("w"), type="tWarna"))

    assert decide("t", *parts, w="hijau").ruling.value == "hijau"
    with pytest.raises(ExecutionFailed):
        decide("t", *parts, w="biru")


def test_values_that_are_no_feel_are_refused() -> None:
    assert refused(file(decision("t", grid(("n = [1..",), ("x",), ("-", "1"))))) == {"table_values_syntax"}


def test_a_type_that_contains_itself_is_refused() -> None:
    one = '<itemDefinition name="tA"><itemComponent name="b"><typeRef>tA</typeRef></itemComponent></itemDefinition>'

    assert refused(file(one, decision("t", literal("a"), needs="?a"), given("a", type="tA"))) == {
        "type_cycle"
    }


def test_a_type_that_unfolds_into_too_many_is_refused_at_once() -> None:
    def wide(n: int) -> str:
        inner = "date" if n == 0 else f"t{n - 1}"
        parts = "".join(
            f'<itemComponent name="p{i}"><typeRef>{inner}</typeRef></itemComponent>' for i in range(10)
        )
        return f'<itemDefinition name="t{n}">{parts}</itemDefinition>'

    types = "".join(wide(n) for n in range(10))

    assert refused(file(types, decision("t", literal("a"), needs="?a"), given("a", type="t9"))) == {
        "type_cycle"
    }
