"""A decision table of a DMN file → the table, every cell checked, or findings that say what is wrong with it."""

import re
from collections.abc import Mapping
from typing import cast, get_args

from app.engine import xml
from app.engine.dmn.cells import as_test, is_any, literals
from app.engine.dmn.model import Aggregation, HitPolicy, Input, Output, Rule, Table
from app.engine.dmn.source import TableSource
from app.engine.dmn.type_reader import Types
from app.engine.dmn.types import ANYTHING, Type
from app.engine.xml import attribute, engine_attributes, one_line

MAX_RULES, MAX_COLUMNS, MAX_CELLS = 1_000, 500, 10_000
_WORD = re.compile(r"\w+")
_BY_RANK = frozenset({"PRIORITY", "OUTPUT ORDER"})


def read_table(
    source: TableSource, types: Types, table: xml.Element, name: str, named: Mapping[str, Type]
) -> Table | None:
    """The table; None when it is too large to look at. ``name`` is what its only output is called if it has none;
    ``named`` the types of what its headings may read."""
    if _is_too_large(source, table):
        return None
    inputs = _inputs(source, types, table, named)
    found = Table(
        hit_policy=_policy(source, table),
        inputs=inputs,
        outputs=_outputs(source, types, table, name),
        rules=_rules(source, table, inputs),
        aggregation=_aggregation(source, table),
    )
    _check_table(source, table, found)
    return found


def _policy(source: TableSource, table: xml.Element) -> HitPolicy:
    policy = " ".join(attribute(table, "hitPolicy").upper().replace("_", " ").split()) or "UNIQUE"
    if policy not in get_args(HitPolicy):
        source.error("table_hit_policy", table, policy=policy)
        return "UNIQUE"
    return cast(HitPolicy, policy)


def _aggregation(source: TableSource, table: xml.Element) -> Aggregation:
    """How the results of a COLLECT table are put together; other tables put nothing together."""
    wanted = attribute(table, "aggregation").upper()
    if not wanted or attribute(table, "hitPolicy").upper() != "COLLECT":
        return ""
    if wanted not in get_args(Aggregation):
        source.error("table_aggregation_unknown", table, aggregation=wanted)
        return ""
    if len(source.children(table, "output")) > 1:
        source.error("table_aggregation_outputs", table, aggregation=wanted)
    return cast(Aggregation, wanted)


def _is_too_large(source: TableSource, table: xml.Element) -> bool:
    rules = len(source.children(table, "rule"))
    columns = len(source.children(table, "input")) + len(source.children(table, "output"))
    limits = (
        ("table_too_many_rules", rules, MAX_RULES),
        ("table_too_many_columns", columns, MAX_COLUMNS),
        ("table_too_many_cells", rules * columns, MAX_CELLS),
    )
    for code, count, limit in limits:
        if count > limit:
            source.error(code, table, count=count, limit=limit)
            return True
    return False


def _inputs(
    source: TableSource, types: Types, table: xml.Element, named: Mapping[str, Type]
) -> tuple[Input, ...]:
    columns = []
    for number, node in enumerate(source.children(table, "input"), 1):
        expression = source.child(node, "inputExpression")
        text = source.expression(expression, number) or engine_attributes(node).get("inputVariable", "")
        type = types.of(attribute(expression, "typeRef")) if expression is not None else ANYTHING
        if type == ANYTHING:
            type = named.get(text, ANYTHING)
        allowed = _values(source, node, "inputValues") or type.allowed
        columns.append(Input(one_line(attribute(node, "label")), text, type.base, allowed))
        if is_any(text):
            source.warning("table_input_empty", node, column=number)
        else:
            source.check(text, "expression", "table_heading_syntax", node, column=number)
    return tuple(columns)


def _outputs(source: TableSource, types: Types, table: xml.Element, only: str) -> tuple[Output, ...]:
    nodes = source.children(table, "output")
    by_rank = attribute(table, "hitPolicy").upper() in _BY_RANK
    columns: list[Output] = []
    for number, node in enumerate(nodes, 1):
        label = one_line(attribute(node, "label"))
        name = attribute(node, "name") or (only if len(nodes) == 1 else _called(label))
        type = types.of(attribute(node, "typeRef"))
        allowed = _values(source, node, "outputValues") or type.allowed
        default = _default(source, node, number)
        ranks = source.constants.listed(allowed) if by_rank else ()
        if not name:
            source.error("table_output_unnamed", node, column=number)
        elif not attribute(node, "name") and len(nodes) > 1:
            source.warning("table_output_label", node, column=number, output=name)
        if name in (column.name for column in columns):
            source.error("table_output_twice", node, output=name)
        columns.append(Output(name, label, type.base, default, allowed, ranks))
    if not columns:
        source.error("table_no_output", table)
    elif by_rank and not any(column.ranks for column in columns):
        source.error("table_priority_values", table)
    return tuple(columns)


def _called(label: str) -> str:
    """The variable that a label means when there is no name: ``Jumlah Hari`` is ``jumlah_hari``."""
    name = "_".join(_WORD.findall(label)).lower()
    return name if name.isidentifier() else ""


def _default(source: TableSource, node: xml.Element, number: int) -> str:
    entry = source.child(node, "defaultOutputEntry")
    text = source.expression(entry, number)
    if not is_any(text):
        source.check(text, "expression", "table_heading_syntax", node, column=number)
    return text


def _values(source: TableSource, node: xml.Element, name: str) -> str:
    """The unary tests that every value of a column must pass, "" for none."""
    values = source.child(node, name)
    text = source.text(values) if values is not None else ""
    if values is None or is_any(text):
        return ""
    return text if source.check(text, "unary", "table_values_syntax", values) else ""


def _rules(source: TableSource, table: xml.Element, columns: tuple[Input, ...]) -> tuple[Rule, ...]:
    rules = []
    for row, node in enumerate(source.children(table, "rule"), 1):
        results = source.children(node, "outputEntry")
        rules.append(
            Rule(
                id=attribute(node, "id") or f"{attribute(table, 'id') or 'rule'}_{row}",
                inputs=_tests(source, table, node, columns, row),
                outputs=tuple(source.expression(cell, row) for cell in results),
                note=source.note(node),
                line=node.sourceline,
            )
        )
    return tuple(rules)


def _tests(
    source: TableSource, table: xml.Element, rule: xml.Element, columns: tuple[Input, ...], row: int
) -> tuple[str, ...]:
    """The cells of a rule; those below a heading that says nothing test nothing."""
    cells = source.children(rule, "inputEntry")
    if len(cells) != len(columns):
        return tuple(map(source.text, cells))
    called = [engine_attributes(node).get("inputVariable", "") for node in source.children(table, "input")]
    return tuple(
        "" if is_any(column.expression) else source.test(cell, row, name)
        for cell, column, name in zip(cells, columns, called, strict=True)
    )


def _check_table(source: TableSource, table: xml.Element, found: Table) -> None:
    """Note cells that are no FEEL, values outside those allowed, and rules that are never reached."""
    _check_cells(source, table, found)
    for node, column in zip(source.children(table, "output"), found.outputs, strict=True):
        _check_result(source, node, column, column.default, row="–")
    _check_rules(source, table, found)


def _check_cells(source: TableSource, table: xml.Element, found: Table) -> None:
    """Every cell that is not a plain list of strings is put to the FEEL parser."""
    for row, (node, rule) in enumerate(zip(source.children(table, "rule"), found.rules, strict=True), 1):
        if (len(rule.inputs), len(rule.outputs)) != (len(found.inputs), len(found.outputs)):
            expected = len(found.inputs) + len(found.outputs)
            source.error(
                "table_row_width",
                node,
                row=row,
                count=len(rule.inputs) + len(rule.outputs),
                expected=expected,
            )
            continue
        tests, results = source.children(node, "inputEntry"), source.children(node, "outputEntry")
        for cell, text, column in zip(tests, rule.inputs, found.inputs, strict=True):
            _check_test(source, cell, column, text, row)
        for cell, text, result in zip(results, rule.outputs, found.outputs, strict=True):
            fine = is_any(text) or (literals(text) is not None and "," not in text)
            if fine or source.check(text, "expression", "table_syntax", cell, row=row, column=result.heading):
                _check_result(source, cell, result, text, row=row)


def _check_test(source: TableSource, cell: xml.Element, column: Input, text: str, row: int) -> None:
    words = literals(text)
    if is_any(text):
        return
    if words is None and source.check(text, "unary", "table_syntax", cell, row=row, column=column.heading):
        source.check(
            as_test(text, column.type), "unary", "table_syntax", cell, row=row, column=column.heading
        )
    for value in sorted(words or ()) if column.allowed else ():
        if not source.constants.passes(value, column.allowed, column.type):
            source.warning(
                "table_value_never", cell, row=row, column=column.heading, value=value, allowed=column.allowed
            )


def _check_result(source: TableSource, at: xml.Element, column: Output, text: str, *, row: object) -> None:
    """A result that is the same in every case, and not allowed, would stop each case it is for."""
    if not column.allowed or is_any(text):
        return
    found = source.constants.value(text)
    if (
        found is not None
        and found.value is not None
        and not source.constants.passes(found.value, column.allowed, column.type)
    ):
        source.error(
            "table_value_not_allowed",
            at,
            row=row,
            column=column.heading,
            value=text,
            allowed=column.allowed,
        )


def _check_rules(source: TableSource, table: xml.Element, found: Table) -> None:
    """Warn of rules that can never be reached, or that always collide."""
    if not found.rules:
        source.warning("table_no_rules", table)
    above: dict[tuple[str, ...], int] = {}
    for row, (node, rule) in enumerate(zip(source.children(table, "rule"), found.rules, strict=True), 1):
        cells = tuple("" if is_any(cell) else cell for cell in rule.inputs)
        anything = above.get(("",) * len(cells))
        earlier = above.get(cells, anything)
        if earlier is not None:
            code = {"UNIQUE": "table_rules_collide", "FIRST": "table_rule_never"}.get(found.hit_policy)
            if code:
                source.warning(code, node, row=row, above=earlier)
        above.setdefault(cells, row)
