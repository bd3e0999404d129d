"""A DMN file → the tables in it, or findings that say what cannot run and why."""

from dataclasses import replace
from typing import Literal

from app.engine import xml
from app.engine.table_source import TableSource
from app.engine.tables import Input, Output, Rule, Table, as_test, is_any, literals
from app.engine.xml import attribute, one_line

MAX_DECISIONS, MAX_RULES, MAX_COLUMNS, MAX_CELLS = 20, 1_000, 50, 10_000
_POLICIES: dict[str, Literal["UNIQUE", "FIRST"]] = {"": "UNIQUE", "UNIQUE": "UNIQUE", "FIRST": "FIRST"}


def read(content: bytes, *, file: str | None = None) -> tuple[Table, ...]:
    """Return the decision tables of a DMN 1.1–1.5 file in document order, every cell checked.

    Raises:
        InvalidDiagram: it holds anything that we cannot run.
    """
    source = TableSource(xml.parse(content, file=file), file)
    decisions = source.children(source.root, "decision")
    if not decisions:
        source.error("table_no_decision", source.root)
    if len(decisions) > MAX_DECISIONS:
        source.error("table_too_many", source.root, count=len(decisions), limit=MAX_DECISIONS)
    tables = [_decision(source, node) for node in decisions[:MAX_DECISIONS]]
    _unlike_ids(source, decisions)
    source.stop_on_errors()
    return tuple(replace(table, findings=source.findings_of(table.id)) for table in tables if table)


def _unlike_ids(source: TableSource, decisions: list[xml.Element]) -> None:
    seen: set[str] = set()
    for node in decisions:
        id = attribute(node, "id")
        if not id:
            source.error("table_id_missing", node)
        elif id in seen:
            source.error("table_id_twice", node)
        seen.add(id)


def _decision(source: TableSource, node: xml.Element) -> Table | None:
    """The table of a decision; None when it has none or is too large to look at."""
    for needed in ("requiredDecision", "requiredKnowledge"):
        if any(source.children(requirement, needed) for requirement in node):
            source.error("table_needs_other", node)
    table = source.child(node, "decisionTable")
    if table is None:
        source.error("table_not_a_table", node)
        return None
    if _is_too_large(source, table):
        return None
    policy = attribute(table, "hitPolicy").upper()
    if policy not in _POLICIES:
        source.error("table_hit_policy", table, policy=policy)
    found = Table(
        id=attribute(node, "id"),
        name=one_line(attribute(node, "name")) or attribute(node, "id"),
        hit_policy=_POLICIES.get(policy, "UNIQUE"),
        inputs=_inputs(source, table),
        outputs=_outputs(source, node, table),
        rules=_rules(source, table),
    )
    _check_cells(source, table, found)
    _check_rules(source, table, found)
    return found


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


def _inputs(source: TableSource, table: xml.Element) -> tuple[Input, ...]:
    columns = []
    for number, node in enumerate(source.children(table, "input"), 1):
        expression = source.child(node, "inputExpression")
        text = source.text(expression) if expression is not None else ""
        type = attribute(expression, "typeRef").rpartition(":")[2] if expression is not None else ""
        columns.append(Input(one_line(attribute(node, "label")), text, type))
        if is_any(text):
            source.error("table_input_empty", node, column=number)
        else:
            source.check_language(expression, number)
            source.check(text, "expression", "table_heading_syntax", node, column=number)
    if not columns:
        source.error("table_no_input", table)
    return tuple(columns)


def _outputs(source: TableSource, decision: xml.Element, table: xml.Element) -> tuple[Output, ...]:
    nodes = source.children(table, "output")
    columns = []
    for number, node in enumerate(nodes, 1):
        name = attribute(node, "name") or (_own_name(source, decision) if len(nodes) == 1 else "")
        entry = source.child(node, "defaultOutputEntry")
        default = source.text(entry) if entry is not None else ""
        columns.append(Output(name, one_line(attribute(node, "label")), attribute(node, "typeRef"), default))
        if not name:
            source.error("table_output_unnamed", node, column=number)
        elif not name.isidentifier():
            source.error("table_output_name", node, output=name)
        elif name in (column.name for column in columns[:-1]):
            source.error("table_output_twice", node, output=name)
        if not is_any(default):
            source.check(default, "expression", "table_heading_syntax", node, column=number)
    if not columns:
        source.error("table_no_output", table)
    return tuple(columns)


def _own_name(source: TableSource, decision: xml.Element) -> str:
    """What an only output without a name is called: the decision's variable, else its id."""
    variable = source.child(decision, "variable")
    return (attribute(variable, "name") if variable is not None else "") or attribute(decision, "id")


def _rules(source: TableSource, table: xml.Element) -> tuple[Rule, ...]:
    rules = []
    for row, node in enumerate(source.children(table, "rule"), 1):
        tests, results = source.children(node, "inputEntry"), source.children(node, "outputEntry")
        for cell in (*tests, *results):
            source.check_language(cell, row)
        rules.append(
            Rule(
                id=attribute(node, "id") or f"{attribute(table, 'id') or 'rule'}_{row}",
                inputs=tuple(source.text(cell) for cell in tests),
                outputs=tuple(source.text(cell) for cell in results),
                note=source.note(node),
            )
        )
    return tuple(rules)


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
            if not is_any(text) and literals(text) is None:
                label = column.label or column.expression
                if source.check(text, "unary", "table_syntax", cell, row=row, column=label):
                    tested = as_test(text, column.type)
                    source.check(tested, "unary", "table_syntax", cell, row=row, column=label)
        for cell, text, result in zip(results, rule.outputs, found.outputs, strict=True):
            if not is_any(text) and literals(text) is None:
                source.check(
                    text, "expression", "table_syntax", cell, row=row, column=result.label or result.name
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
            code = "table_rules_collide" if found.hit_policy == "UNIQUE" else "table_rule_never"
            source.warning(code, node, row=row, above=earlier)
        above.setdefault(cells, row)
