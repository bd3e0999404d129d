"""What tables leave out, as far as it is certain by what the forms of the same deployment offer."""

from collections.abc import Iterator

from app.engine import mappings
from app.engine.decisions import Coverage, Decision
from app.engine.dmn.coverage import Region
from app.findings import Finding
from app.services.definitions import table_trials
from app.services.deployment.bundle import Bundle, own_names

#: So many of each kind are told of one table.
_MOST_TOLD = 3
#: A table that puts together what several rules give may well have nothing to put together.
_ONE_RESULT = frozenset({"UNIQUE", "FIRST", "ANY", "PRIORITY"})
_TOLD_WHILE_READING = frozenset({"table_rule_never", "table_rules_collide"})


def check_coverage(bundle: Bundle) -> Iterator[Finding]:
    """Warnings about inputs that no rule answers, rules that are never used, and rules that collide."""
    elsewhere = {
        name for node in bundle.diagram.nodes.values() for name in mappings.variable_names(node.mappings)
    } | {name for node in bundle.diagram.nodes.values() for name in own_names(node)}
    looked_at: dict[str, Decision] = {one.id: one for d in bundle.tables.values() for one in d.chain}
    for decision in looked_at.values():
        if decision.table is not None and not any(f.severity == "error" for f in decision.findings):
            yield from _about(decision, table_trials.coverage(decision, bundle.forms.values()), elsewhere)


def _about(decision: Decision, found: Coverage, elsewhere: set[str]) -> Iterator[Finding]:
    table = decision.table
    if table is None:
        return
    told = {one.params.get("row") for one in decision.findings if one.code in _TOLD_WHILE_READING}
    read = {column.expression.strip() for column in table.inputs}
    for one in [one for one in found.unused if str(one.row) not in told][:_MOST_TOLD]:
        code = "table_rule_covered" if one.by else "table_rule_empty"
        yield _finding(decision, code, one.row, above=one.above)
    pairs = [one for one in found.overlaps if one.region.is_certain and str(one.row) not in told]
    for pair in pairs[:_MOST_TOLD]:
        example, policy = _example(decision, pair.region), table.hit_policy
        yield _finding(
            decision, "table_rules_overlap", pair.row, above=str(pair.above), example=example, policy=policy
        )
    if table.hit_policy in _ONE_RESULT and table.rules and not read & elsewhere:
        for gap in [one for one in found.gaps if one.is_certain][:_MOST_TOLD]:
            yield _finding(decision, "table_gap", 0, example=_example(decision, gap))


def _example(decision: Decision, region: Region) -> str:
    """The inputs in FEEL's words, those columns left out in which anything will do."""
    columns = decision.table.inputs if decision.table else ()
    named = [
        f"{column.heading}: {cell}"
        for column, cell in zip(columns, region.cells, strict=True)
        if cell != "-" or len(columns) == 1
    ]
    return "; ".join(named)[:500]


def _finding(decision: Decision, code: str, row: int, **params: str) -> Finding:
    rule = decision.table.rules[row - 1] if decision.table and row else None
    return Finding(
        code,
        "warning",
        element_id=rule.id if rule else decision.id,
        element_name=decision.name,
        line=rule.line if rule else decision.line,
        file=decision.file,
        params={"name": decision.name, "row": str(row), **params},
    )
