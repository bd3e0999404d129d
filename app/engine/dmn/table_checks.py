"""What a decision table's cells are checked for when a file is read."""

from app.engine import xml
from app.engine.dmn.cells import as_test, is_any, literals
from app.engine.dmn.model import Input, Output, Table
from app.engine.dmn.source import TableSource


def check_table(source: TableSource, table: xml.Element, found: Table) -> None:
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
