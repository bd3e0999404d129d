"""Decisions: what a DMN file decides for the variables of a case, by which rules, and what it reads for that.

Cells and expressions are FEEL; docs/decisions/0007-dmn-by-feel.md says why.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.bpmnio import feel
from app.bpmnio.kinds import NOTHING, Kinds
from app.engine.dmn import deciding
from app.engine.dmn.cells import is_any, literals
from app.engine.dmn.coverage import Coverage, Domain, coverage_of
from app.engine.dmn.deciding import Ruling
from app.engine.dmn.explaining import Explanation, explain
from app.engine.dmn.model import Decision, Expression, Input, Output, Rule, Table
from app.engine.dmn.reader import read_decisions
from app.findings import Finding

Dialect = Literal["expression", "unary"]
__all__ = [
    "Coverage",
    "Decided",
    "Decision",
    "Domain",
    "Explanation",
    "Expression",
    "Input",
    "Output",
    "Rule",
    "Ruling",
    "Spot",
    "Table",
    "always_gives",
    "coverage_of",
    "decide",
    "deciding_names",
    "errors",
    "explain",
    "literals",
    "mentions",
    "outputs",
    "read_decisions",
    "spots",
    "variable_names",
]


@dataclass(frozen=True)
class Decided:
    """What was decided: ``outputs`` by variable name, all null when no rule holds.

    ``ruling`` says how, ``needed`` how each decision came about that had to be made before.
    """

    outputs: dict[str, Any]
    ruling: Ruling
    needed: tuple[Ruling, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """feelin's, of everything that was evaluated, each once."""
        return tuple(dict.fromkeys(text for one in (*self.needed, self.ruling) for text in one.warnings))


@dataclass(frozen=True)
class Spot:
    """Where a table reads a name: a cell, or the heading of a column when ``rule`` is None. ``row`` counts from 1."""

    decision: Decision
    column: str
    rule: Rule | None = None
    row: int = 0


def decide(
    decision: Decision, context: Mapping[str, Any], *, now: datetime, kinds: Kinds = NOTHING
) -> Decided:
    """Decide over ``context`` (the case's variables, JSON types). ``now`` is aware, in the configured zone; ``kinds``
    says what the variables are.

    Raises:
        ExecutionFailed: rules contradict the hit policy, or a value is not among those allowed.
        ExpressionFailed: a cell ran into a limit.
    """
    *needed, ruling = deciding.rule(decision, context, now, kinds)
    return Decided(decision.assigned(ruling.value), ruling, tuple(needed))


def errors(decision: Decision) -> Iterator[Finding]:
    """What cannot run in a decision of a stored version, or in those that it needs; none in one just accepted."""
    for one in decision.chain:
        yield from (finding for finding in one.findings if finding.severity == "error")


def variable_names(decision: Decision) -> frozenset[str]:
    """The variables that the decision, and all it needs, read from the case."""
    return frozenset(name for one in decision.chain for name in _read(one, feel.variable_names))


def deciding_names(decision: Decision) -> frozenset[str]:
    """`variable_names` without those that a row asks for only beside others, which say when they count, or asks for
    as empty."""
    table = decision.table
    if table is None or len(decision.chain) > 1:
        return variable_names(decision)
    columns = list(zip(*(rule.inputs for rule in table.rules), strict=True)) if table.rules else []
    alone = [cells for rule in table.rules if len(cells := _tested(rule)) == 1]
    decides = {
        number
        for number, cells in enumerate(columns)
        if [number] in alone and not any(re.search(r"\bnull\b", cell) for cell in cells)
    }
    read = [feel.variable_names(column.expression) for column in table.inputs]
    beside = {name for number, names in enumerate(read) if number not in decides for name in names}
    return variable_names(decision) - (beside - {name for number in decides for name in read[number]})


def _tested(rule: Rule) -> list[int]:
    return [number for number, cell in enumerate(rule.inputs) if not is_any(cell)]


def mentions(decision: Decision) -> frozenset[str]:
    """`names`, and those that may be variables or entries of a list: what could be read of the case at all."""
    givens = [given for one in decision.chain for given in one.givens]
    checked = [given for given in givens if given.type.holds_time or given.type.is_limited]
    looked_at = {name for given in checked for name in (given.name, given.key)}
    return frozenset(looked_at.union(*(_read(one, feel.mentions) for one in decision.chain)))


def outputs(decision: Decision) -> frozenset[str]:
    """The variables that the decision sets."""
    return frozenset(decision.sets)


def always_gives(decision: Decision, name: str) -> bool:
    """Whether the decision gives the variable something whatever it is asked; so does what is no table, as nobody can
    know what a formula gives."""
    table = decision.table
    if table is None:
        return True
    column = next((number for number, one in enumerate(table.outputs) if one.name == name), None)
    if column is None or table.gives_list:
        return False
    settled = _is_something(table.outputs[column].default) or any(
        all(map(is_any, rule.inputs)) for rule in table.rules
    )
    return settled and all(_is_something(rule.outputs[column]) for rule in table.rules)


def _is_something(cell: str) -> bool:
    return cell.strip() not in {"", "-", "null", '""'}


def spots(decision: Decision, name: str) -> Iterator[Spot]:
    """Every place in the decision's tables, and in those it needs, where the variable is read by that name."""
    for one in decision.chain:
        if one.table is not None:
            yield from _spots(one, one.table, name)


def _spots(decision: Decision, table: Table, name: str) -> Iterator[Spot]:
    for asked in table.inputs:
        if name in feel.variable_names(asked.expression):
            yield Spot(decision, asked.heading)
    for row, rule in enumerate(table.rules, 1):
        for text, dialect, column in _row(table, rule):
            if (
                not is_any(text)
                and literals(text) is None
                and name in feel.variable_names(text, dialect=dialect)
            ):
                yield Spot(decision, column, rule, row)


def _row(table: Table, rule: Rule) -> Iterator[tuple[str, Dialect, str]]:
    """The cells of a rule: text, dialect, and what stands above."""
    for test, asked in zip(rule.inputs, table.inputs, strict=True):
        yield test, "unary", asked.heading
    for result, given in zip(rule.outputs, table.outputs, strict=True):
        yield result, "expression", given.heading


def _read(decision: Decision, look: Callable[..., frozenset[str]]) -> Iterator[str]:
    """Names that ``look`` finds in the decision's texts and that come from the case."""
    elsewhere = {name for need in decision.needs for name in need.bound(None)}
    elsewhere |= {function.name for function in decision.functions}
    keys = {given.name: given.key for given in decision.givens}
    known = [name for name in (*elsewhere, *keys) if not name.isidentifier()]
    for text, dialect in _texts(decision):
        for name in look(text, dialect=dialect, known=known):
            if name not in elsewhere:
                yield keys.get(name, name)


def _texts(decision: Decision) -> set[tuple[str, Dialect]]:
    """Every text with its dialect, each once; lists of strings read nothing."""
    found: set[tuple[str, Dialect]] = {(function.text, "expression") for function in decision.functions}
    if isinstance(decision.logic, Expression):
        found.add((decision.logic.text, "expression"))
    else:
        found |= _table_texts(decision.logic)
    return {(text, dialect) for text, dialect in found if not is_any(text) and literals(text) is None}


def _table_texts(table: Table) -> set[tuple[str, Dialect]]:
    found: set[tuple[str, Dialect]] = {(column.expression, "expression") for column in table.inputs}
    found |= {(column.default, "expression") for column in table.outputs}
    found |= {(cell, "expression") for rule in table.rules for cell in rule.outputs}
    found |= {(cell.text, "unary") for cells in table.cells for cell in cells if cell.words is None}
    found |= {(column.allowed, "unary") for column in table.inputs}
    found |= {(column.allowed, "unary") for column in table.outputs}
    return found
