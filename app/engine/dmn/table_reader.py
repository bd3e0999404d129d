"""A decision table of a DMN file → the table, every cell checked, or findings that say what is wrong with it."""

from collections.abc import Mapping
from typing import cast, get_args

from app.engine import xml
from app.engine.dmn import table_checks
from app.engine.dmn.cells import is_any
from app.engine.dmn.model import Aggregation, HitPolicy, Input, Output, Rule, Table
from app.engine.dmn.source import TableSource
from app.engine.dmn.type_reader import Types
from app.engine.dmn.types import ANYTHING, Type
from app.engine.xml import attribute, one_line

MAX_RULES, MAX_COLUMNS, MAX_CELLS = 1_000, 50, 10_000
_BY_RANK = frozenset({"PRIORITY", "OUTPUT ORDER"})


def read_table(
    source: TableSource, types: Types, table: xml.Element, name: str, named: Mapping[str, Type]
) -> Table | None:
    """The table; None when it is too large to look at. ``name`` is what its only output is called if it has none;
    ``named`` the types of what its headings may read."""
    if _is_too_large(source, table):
        return None
    found = Table(
        hit_policy=_policy(source, table),
        inputs=_inputs(source, types, table, named),
        outputs=_outputs(source, types, table, name),
        rules=_rules(source, table),
        aggregation=_aggregation(source, table),
    )
    table_checks.check_table(source, table, found)
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
        text = source.text(expression) if expression is not None else ""
        type = types.of(attribute(expression, "typeRef")) if expression is not None else ANYTHING
        if type == ANYTHING:
            type = named.get(text, ANYTHING)
        allowed = _values(source, node, "inputValues") or type.allowed
        columns.append(Input(one_line(attribute(node, "label")), text, type.base, allowed))
        if is_any(text):
            source.error("table_input_empty", node, column=number)
        else:
            source.check_language(expression, number)
            source.check(text, "expression", "table_heading_syntax", node, column=number)
    if not columns:
        source.error("table_no_input", table)
    return tuple(columns)


def _outputs(source: TableSource, types: Types, table: xml.Element, only: str) -> tuple[Output, ...]:
    nodes = source.children(table, "output")
    by_rank = attribute(table, "hitPolicy").upper() in _BY_RANK
    columns: list[Output] = []
    for number, node in enumerate(nodes, 1):
        name = attribute(node, "name") or (only if len(nodes) == 1 else "")
        type = types.of(attribute(node, "typeRef"))
        allowed = _values(source, node, "outputValues") or type.allowed
        default = _default(source, node, number)
        ranks = source.constants.listed(allowed) if by_rank else ()
        if not name:
            source.error("table_output_unnamed", node, column=number)
        elif name in (column.name for column in columns):
            source.error("table_output_twice", node, output=name)
        label = one_line(attribute(node, "label"))
        columns.append(Output(name, label, type.base, default, allowed, ranks))
    if not columns:
        source.error("table_no_output", table)
    elif by_rank and not any(column.ranks for column in columns):
        source.error("table_priority_values", table)
    return tuple(columns)


def _default(source: TableSource, node: xml.Element, number: int) -> str:
    entry = source.child(node, "defaultOutputEntry")
    text = source.text(entry) if entry is not None else ""
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
                line=node.sourceline,
            )
        )
    return tuple(rules)
