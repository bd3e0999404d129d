"""Gaps and overlaps of tables, held against what tables decide."""

import random
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from app.bpmnio import feel
from app.engine import decisions
from app.engine.decisions import Coverage, Decision, Domain, Input, Output, Rule, Table
from app.engine.dmn import coverage as searching
from app.engine.dmn.cells import as_test
from app.engine.dmn.coverage import coverage_of
from tests.engine.decision_tables import NOW, dmn, only, table
from tests.sop import TABLE

WORDS, NUMBERS = ("a", "b", "c"), (1, 2, 5, 8)
DAYS = ("2026-01-05", "2026-01-06", "2026-02-01")
#: By type of column; the last is of another type.
VALUES: dict[str, Sequence[Any]] = {
    "string": (*WORDS, "lain", None, 7),
    "number": (-1, 0, 1, 1.5, 2, 3, 5, 6, 8, 9, None, "x"),
    "date": ("2025-12-31", "2026-01-05", "2026-01-06", "2026-01-07", "2026-02-01", "2026-03-01", None, 7),
    "boolean": (True, False, None, "x"),
    "": (*WORDS, "lain", 1, 5, None, True),
}


def cell(type: str, rng: random.Random) -> str:
    if rng.random() < 0.25:
        return "-"
    if type == "boolean":
        return rng.choice(["true", "false", "true, false", "not(true)", "null"])
    if type in {"string", ""}:
        words = [f'"{word}"' for word in rng.sample(WORDS, rng.randint(1, 2))]
        words += ["5"] if type == "" and rng.random() < 0.4 else []
        text = ", ".join([*words, *(["null"] if rng.random() < 0.1 else [])])
        return rng.choice([text, text, f"not({text})", f"!= {words[0]}"])
    points = NUMBERS if type == "number" else DAYS
    low, high = sorted(rng.sample(range(len(points)), 2))
    ends = [str(points[at]) if type == "number" else f'date("{points[at]}")' for at in (low, high)]
    ranged = f"{rng.choice('[(')}{ends[0]}..{ends[1]}{rng.choice('])')}"
    one = rng.choice(
        [ends[0], f"< {ends[0]}", f"<= {ends[1]}", f"> {ends[1]}", f">= {ends[0]}", ranged, ranged]
    )
    return rng.choice([one, one, f"{one}, {ends[1]}", f"not({one})"])


def drawn(rng: random.Random, policy: str) -> Decision:
    """A table of one to three columns and up to six rules."""
    types = [rng.choice(list(VALUES)) for _column in range(rng.randint(1, 3))]
    inputs = tuple(Input(f"K{at}", f"k{at}", type) for at, type in enumerate(types))
    rules = tuple(
        Rule(f"r{row}", tuple(cell(type, rng) for type in types), (str(row % 2),))
        for row in range(rng.randint(1, 6))
    )
    return Decision("t", "T", Table(policy, inputs, (Output("hasil", ""),), rules))  # type: ignore[arg-type]


def holding(found: Decision) -> list[tuple[tuple[Any, ...], list[int]]]:
    """For every combination of values the rows that hold, as FEEL has it."""
    grid = found.table
    assert grid is not None
    tests = [
        (as_test(rule.inputs[at], column.type), value)
        for at, column in enumerate(grid.inputs)
        for rule in grid.rules
        for value in VALUES[column.type]
    ]
    results = [one.value is True for one in feel.unary_all(tests, {}, now=NOW)]
    passed = {(test, str(value)): result for (test, value), result in zip(tests, results, strict=True)}

    def holds(rule: Rule, values: Sequence[Any]) -> bool:
        cells = zip(rule.inputs, grid.inputs, values, strict=True)
        return all(passed[as_test(text, column.type), str(value)] for text, column, value in cells)

    return [
        (values, [row for row, rule in enumerate(grid.rules, 1) if holds(rule, values)])
        for values in product(*(VALUES[column.type] for column in grid.inputs))
    ]


def is_expected(found: Decision, values: Sequence[Any]) -> bool:
    """Whether the values are of their columns' types; empty is, where a cell names it."""
    grid = found.table
    assert grid is not None
    return all(
        _turns_up(column.type, " ".join(rule.inputs[at] for rule in grid.rules), value)
        for at, (column, value) in enumerate(zip(grid.inputs, values, strict=True))
    )


def _turns_up(type: str, cells: str, value: Any) -> bool:
    if value is None:
        return "null" in cells
    if type:
        return value is not VALUES[type][-1]
    return '"' in cells or "5" not in cells if isinstance(value, str) else "5" in cells and value is not True


def inside(found: Decision, region: searching.Region, values: Sequence[Any]) -> bool:
    grid = found.table
    assert grid is not None
    columns = zip(region.cells, grid.inputs, values, strict=True)
    tests = [(as_test(text, column.type), value) for text, column, value in columns]
    return all(one.value is True for one in feel.unary_all(tests, {}, now=NOW))


@pytest.mark.parametrize("seed", range(40))
def test_gaps_are_where_no_rule_holds(seed: int) -> None:
    found = drawn(random.Random(seed), "FIRST")
    told = coverage_of(found)
    assert told.is_complete
    assert told.unjudged == ()
    for values, rows in holding(found):
        if is_expected(found, values):
            assert any(inside(found, gap, values) for gap in told.gaps) == (not rows), (
                found.table,
                values,
                told,
            )


@pytest.mark.parametrize("seed", range(40))
def test_unused_rules_never_come_first_and_all_others_do(seed: int) -> None:
    found = drawn(random.Random(seed), "FIRST")
    grid = found.table
    assert grid is not None
    told = coverage_of(found)
    unused = {one.row: one.by for one in told.unused}
    first = {rows[0] for _values, rows in holding(found) if rows}
    assert not first & set(unused)
    assert first == set(range(1, len(grid.rules) + 1)) - set(unused), (grid, told)
    for _values, rows in holding(found):
        for row in rows:
            assert row not in unused or set(unused[row]) & set(rows)


@pytest.mark.parametrize("seed", range(40))
def test_overlaps_are_the_pairs_that_hold_together(seed: int) -> None:
    found = drawn(random.Random(seed), "UNIQUE")
    told = {(one.above, one.row): one.region for one in coverage_of(found).overlaps}
    seen = holding(found)
    together = {
        (above, row)
        for values, rows in seen
        if is_expected(found, values)
        for above in rows
        for row in rows
        if above < row
    }
    assert set(told) == together, found.table
    for (above, row), region in told.items():
        columns = found.table.inputs if found.table else ()
        given = {column.expression: value for column, value in zip(columns, region.example, strict=True)}
        [explained] = decisions.explain(found, given, NOW)
        assert {above, row} <= {rule.row for rule in explained.rules if rule.outcome != "fails"}


def gaps(*rows: tuple[str, str], domain: Domain | None = None, **more: Any) -> list[tuple[str, Any, bool]]:
    found = table(*rows, policy="FIRST", **more)
    told = coverage_of(found, {"nilai": domain} if domain else None)
    return [(gap.cells[0], gap.example[0], gap.is_certain) for gap in told.gaps]


def test_a_gap_is_certain_where_the_values_can_turn_up() -> None:
    assert gaps(("< 5", "1"), ("> 7", "2"), type="number") == [("[5..7]", 5, True)]
    assert gaps(("[0..5]", "1"), ("[6..10]", "2"), type="number") == [("< 0, (5..6), > 10", -1, False)]
    assert gaps(("<= 5", "1"), (">= 6", "2"), type="number", domain=Domain(whole=True)) == []
    assert gaps(("[1..5]", "1"), type="number", domain=Domain(low=1, high=5)) == []
    assert gaps(("1, 2", "1"), type="number")[0][2] is False
    assert gaps(('"a"', "1")) == [('not("a")', "…", False)]
    assert gaps(('"a"', "1"), domain=Domain(("a", "b"))) == [('"b"', "b", True)]
    assert gaps(("true", "1"), type="boolean") == [("false", False, True)]
    assert gaps(('<= date("2026-01-31")', "1"), ('>= date("2026-02-01")', "2"), type="date") == []


def test_a_column_that_another_decision_makes_leaves_nothing_certain() -> None:
    found = table(("< 5", "1"), ("> 7", "2"), type="number", reads="nilai + 1")
    assert [gap.is_certain for gap in coverage_of(found).gaps] == [False]


def test_a_cell_that_says_more_is_named_and_taken_for_anything_or_nothing() -> None:
    found = table(('contains(?, "x")', "1"), ('"a"', "2"), ("-", "3"), policy="FIRST")
    told = coverage_of(found)
    assert [(one.row, one.text) for one in told.unjudged] == [(1, 'contains(?, "x")')]
    assert (told.gaps, told.unused) == ((), ())
    durations = table(('< duration("P1D")', "1"), type="dayTimeDuration")
    assert len(coverage_of(durations).unjudged) == 1


def test_results_of_any_tables_must_differ_to_collide() -> None:
    same = table(("< 5", '"x"'), ("< 7", '"x"'), policy="ANY", type="number")
    other = table(("< 5", '"x"'), ("< 7", '"y"'), policy="ANY", type="number")
    assert coverage_of(same).overlaps == ()
    [found] = coverage_of(other).overlaps
    assert (found.above, found.row, found.region.cells) == (1, 2, ("< 5",))


def test_a_default_leaves_no_gap() -> None:
    output = '<output name="hasil"><defaultOutputEntry><text>1</text></defaultOutputEntry></output>'
    found = only(dmn(('"a"', "1")).replace(b'<output name="hasil"/>', output.encode()))
    assert coverage_of(found).gaps == ()


def test_a_search_that_is_cut_off_says_so_and_tells_nothing_false(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(7)
    monkeypatch.setattr(searching, "_MOST_STEPS", 2_000)
    inputs = tuple(Input(f"K{at}", f"k{at}", "number") for at in range(12))
    rules = tuple(
        Rule(f"r{row}", tuple(f"> {rng.randint(1, 99)}" for _column in inputs), ("1",)) for row in range(40)
    )
    hard = Decision("t", "T", Table("FIRST", inputs, (Output("hasil", ""),), rules))
    told = coverage_of(hard)
    assert not told.is_complete
    columns = [column.expression for column in inputs]
    for gap in told.gaps:
        given = dict(zip(columns, gap.example, strict=True))
        assert decisions.explain(hard, given, NOW)[0].fired == ()


def test_the_shipped_table_has_no_gap_and_no_useless_rule() -> None:
    [found] = decisions.read_decisions(TABLE.read_bytes())
    assert coverage_of(found) == Coverage()
