"""Hit policies: which of the rules that hold give the result, and what becomes of several.

Source: DMN 1.3, 8.2.10 Hit policy, 8.2.11 Default output values.
"""

from collections.abc import Sequence
from typing import Any

from app.engine.dmn.model import Decision, Table
from app.errors import ExecutionFailed
from app.i18n import _

#: What one rule gives, by output.
Row = tuple[Any, ...]


def chosen(decision: Decision, table: Table, held: list[int]) -> list[int]:
    """Which rules of those that hold must be worked out.

    Raises:
        ExecutionFailed: several rules of a UNIQUE table hold.
    """
    if table.hit_policy == "UNIQUE" and len(held) > 1:
        raise _refused(
            decision,
            table,
            held,
            _(
                "Tabel “{name}”: baris {rows} cocok bersamaan, padahal hanya satu yang boleh.",
                name=decision.name,
                rows=_rows(held),
            ),
        )
    return held[:1] if table.hit_policy == "FIRST" else held


def ordered(decision: Decision, table: Table, found: dict[int, Row]) -> list[int]:
    """The rules whose results count, in the order of their results.

    Raises:
        ExecutionFailed: rules of an ANY table do not agree.
    """
    rules = list(found)
    if table.hit_policy == "ANY" and any(found[rule] != found[rules[0]] for rule in rules):
        raise _refused(
            decision,
            table,
            rules,
            _(
                "Tabel “{name}”: baris {rows} cocok bersamaan dengan hasil yang berbeda.",
                name=decision.name,
                rows=_rows(rules),
            ),
        )
    if table.hit_policy in {"PRIORITY", "OUTPUT ORDER"}:
        rules.sort(key=lambda rule: _rank(table, found[rule]))
    return rules[:1] if table.hit_policy in {"ANY", "PRIORITY"} else rules


def result(decision: Decision, table: Table, rows: Sequence[Row], default: Row | None) -> Any:
    """The value of the decision: of one rule, of a list of rules, or a sum of them.

    Raises:
        ExecutionFailed: what has to be added or compared cannot be.
    """
    if table.aggregation and (rows or default is None):
        return _aggregated(decision, table, [row[0] for row in rows])
    if not rows and default is not None:
        value = _value(table, default)
        return [value] if table.gives_list and not isinstance(value, list) else value
    values = [_value(table, row) for row in rows]
    if table.gives_list:
        return values
    return values[0] if values else None


def _value(table: Table, row: Row) -> Any:
    """One output gives its value, several a context."""
    if len(table.outputs) == 1:
        return row[0]
    return {column.name: value for column, value in zip(table.outputs, row, strict=True)}


def _rank(table: Table, row: Row) -> tuple[int, ...]:
    """How important a result is, the first output first; what is not listed comes last."""
    return tuple(
        column.ranks.index(value) if value in column.ranks else len(column.ranks)
        for column, value in zip(table.outputs, row, strict=True)
        if column.ranks
    )


def _aggregated(decision: Decision, table: Table, values: list[Any]) -> Any:
    if table.aggregation == "COUNT":
        return len(values)
    if not values:
        return None
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if numbers and table.aggregation == "SUM":
        return sum(values)
    if numbers or (table.aggregation != "SUM" and all(isinstance(value, str) for value in values)):
        return min(values) if table.aggregation == "MIN" else max(values)
    raise ExecutionFailed(
        _(
            "Tabel “{name}”: hasil baris yang cocok tidak dapat digabungkan dengan {aggregation}.",
            name=decision.name,
            aggregation=table.aggregation,
        ),
        detail=f"{decision.id}: {values}",
    )


def _refused(decision: Decision, table: Table, rules: list[int], message: str) -> ExecutionFailed:
    return ExecutionFailed(message, detail=f"{decision.id}: {', '.join(table.rules[i].id for i in rules)}")


def _rows(rules: list[int]) -> str:
    return ", ".join(str(index + 1) for index in rules)
