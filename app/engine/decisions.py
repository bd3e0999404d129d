"""Decisions: which rule of a table holds for the variables of a case, and what follows from it.

Cells are FEEL, evaluated by the same feelin as everything else, in one batch. The library's own evaluation is
not used: its cells are Python and miss standard FEEL tests without a word.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.bpmnio import feel
from app.engine.table_reader import read
from app.engine.tables import Input, Output, Rule, Table, is_any, literals
from app.errors import ExecutionFailed
from app.i18n import _

Dialect = Literal["expression", "unary"]
__all__ = ["Decision", "Input", "Output", "Rule", "Table", "decide", "mentions", "names", "outputs", "read"]


@dataclass(frozen=True)
class Decision:
    """What a table decided: ``outputs`` by variable name, all null when no rule holds.

    ``rule_ids`` and ``rows`` (counted from 1) say which rule fired, ``inputs`` maps each column's heading to the
    value that was tested. ``warnings`` are feelin's.
    """

    outputs: dict[str, Any]
    rule_ids: tuple[str, ...]
    rows: tuple[int, ...]
    inputs: dict[str, Any]
    warnings: tuple[str, ...]


def decide(table: Table, context: Mapping[str, Any], *, now: datetime) -> Decision:
    """Decide over ``context`` (the case's variables, JSON types). ``now`` is aware, in the configured zone.

    Raises:
        ExecutionFailed: several rules of a UNIQUE table hold.
        ExpressionFailed: a cell ran into a limit.
    """
    read_values = feel.evaluate_all([column.expression for column in table.inputs], context, now=now)
    values = [result.value for result in read_values]
    held, tested = _rules_that_hold(table, values, context, now)
    if len(held) > 1 and table.hit_policy == "UNIQUE":
        raise _not_unique(table, held, values)
    fired = held[:1]
    found = _outcome(table, fired, context, now)
    return Decision(
        outputs={column.name: result.value for column, result in zip(table.outputs, found, strict=True)},
        rule_ids=tuple(table.rules[index].id for index in fired),
        rows=tuple(index + 1 for index in fired),
        inputs=dict(zip(_headings(table), values, strict=True)),
        warnings=tuple(dict.fromkeys(_warnings([*read_values, *tested, *found]))),
    )


def names(table: Table) -> frozenset[str]:
    """The variables that the table reads."""
    return frozenset().union(*(feel.names(text, dialect=dialect) for text, dialect in _texts(table)))


def mentions(table: Table) -> frozenset[str]:
    """`names`, and those that may be variables or entries of a list: what the table could read at all."""
    return frozenset().union(*(feel.mentions(text, dialect=dialect) for text, dialect in _texts(table)))


def outputs(table: Table) -> frozenset[str]:
    """The variables that the table sets."""
    return frozenset(column.name for column in table.outputs)


def _rules_that_hold(
    table: Table, values: Sequence[Any], context: Mapping[str, Any], now: datetime
) -> tuple[list[int], list[feel.Result]]:
    """Rules that hold, from the top, and the results of the cells that had to be evaluated.

    Cells that only list strings are compared here, as FEEL compares strings. That leaves few rules, often one,
    whose other cells go to V8 together.
    """
    alive = {
        index: [cell for cell in cells if not cell.settles(values[cell.column])]
        for index, cells in enumerate(table.cells)
        if all(cell.lists(values[cell.column]) for cell in cells if cell.settles(values[cell.column]))
    }
    wanted = list(dict.fromkeys((cell.text, cell.column) for cells in alive.values() for cell in cells))
    tests = [(text, values[column]) for text, column in wanted]
    results = feel.unary_all(tests, context, now=now) if tests else []
    passed = {key for key, result in zip(wanted, results, strict=True) if result.value is True}
    held = [i for i, cells in alive.items() if all((cell.text, cell.column) in passed for cell in cells)]
    return held, results


def _outcome(table: Table, fired: list[int], context: Mapping[str, Any], now: datetime) -> list[feel.Result]:
    """The results by output; an empty cell is null."""
    cells = table.rules[fired[0]].outputs if fired else tuple(column.default for column in table.outputs)
    written = [cell for cell in cells if not is_any(cell)]
    found = iter(feel.evaluate_all(written, context, now=now) if written else ())
    return [feel.Result(None) if is_any(cell) else next(found) for cell in cells]


def _not_unique(table: Table, held: list[int], values: Sequence[Any]) -> ExecutionFailed:
    rows = ", ".join(str(index + 1) for index in held)
    message = _(
        "Tabel “{name}”: baris {rows} cocok bersamaan, padahal hanya satu yang boleh.",
        name=table.name,
        rows=rows,
    )
    ids = ", ".join(table.rules[index].id for index in held)
    return ExecutionFailed(
        message, detail=f"{table.id}: {ids}; {dict(zip(_headings(table), values, strict=True))}"
    )


def _headings(table: Table) -> list[str]:
    """A name for each input column; the expression where two columns have one label."""
    labels = [column.label or column.expression for column in table.inputs]
    return [
        label if labels.count(label) == 1 else f"{label} [{index + 1}]" for index, label in enumerate(labels)
    ]


def _warnings(results: Sequence[feel.Result]) -> Iterator[str]:
    for result in results:
        yield from result.warnings


def _texts(table: Table) -> set[tuple[str, Dialect]]:
    """Every text of the table with its dialect, each once; lists of strings read nothing."""
    found: set[tuple[str, Dialect]] = {(column.expression, "expression") for column in table.inputs}
    found |= {(column.default, "expression") for column in table.outputs}
    found |= {(cell, "expression") for rule in table.rules for cell in rule.outputs}
    found |= {(cell.text, "unary") for cells in table.cells for cell in cells if cell.words is None}
    return {(text, dialect) for text, dialect in found if not is_any(text) and literals(text) is None}
