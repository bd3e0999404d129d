"""Decisions as we run them. Pure data; `reader` makes it from a DMN file, `deciding` decides by it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from app.engine.dmn.cells import Cell, as_test, is_any, literals
from app.engine.dmn.types import ANYTHING, Type, converted
from app.findings import Finding

HitPolicy = Literal["UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]
Aggregation = Literal["", "SUM", "MIN", "MAX", "COUNT"]


@dataclass(frozen=True)
class Input:
    """A column of tests. ``expression`` is FEEL; "": nothing is tested. ``label`` is what people read above it, the
    expression if empty.

    ``allowed``: unary tests that every value tested must pass; "" for none.
    """

    label: str
    expression: str
    type: str = ""
    allowed: str = ""

    @property
    def heading(self) -> str:
        """What stands above the column."""
        return self.label or self.expression


@dataclass(frozen=True)
class Output:
    """A column of results. ``name`` is the variable it sets; ``default`` FEEL for when no rule matches.

    ``allowed`` are the unary tests that every result must pass; ``ranks`` the values they list, most important
    first, for the hit policies that go by it.
    """

    name: str
    label: str
    type: str = ""
    default: str = ""
    allowed: str = ""
    ranks: tuple[Any, ...] = ()

    @property
    def heading(self) -> str:
        """What stands above the column."""
        return self.label or self.name


@dataclass(frozen=True)
class Rule:
    """A row: unary tests by input, FEEL expressions by output, and the remark beside it."""

    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    note: str = ""
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Table:
    """A decision table."""

    hit_policy: HitPolicy
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    aggregation: Aggregation = ""

    @cached_property
    def cells(self) -> tuple[tuple[Cell, ...], ...]:
        """By rule, the cells that must hold, those that need no FEEL first."""
        return tuple(
            tuple(sorted(_cells(rule, self.inputs), key=lambda cell: cell.words is None))
            for rule in self.rules
        )

    @property
    def gives_list(self) -> bool:
        """Whether the result is a list, one item for each rule that holds."""
        return self.hit_policy in {"COLLECT", "RULE ORDER", "OUTPUT ORDER"} and not self.aggregation


@dataclass(frozen=True)
class Expression:
    """Logic that is no table. ``text`` is FEEL; a boxed expression is put into FEEL when it is read."""

    text: str
    is_boxed: bool = False


@dataclass(frozen=True)
class Given:
    """Input data. ``key`` is the variable that holds it when none is called ``name``."""

    name: str
    key: str
    type: Type = ANYTHING


@dataclass(frozen=True)
class Function:
    """A business knowledge model: a FEEL function by its name."""

    name: str
    text: str


@dataclass(frozen=True)
class Decision:
    """One decision. ``id`` is what a business rule task calls; ``findings`` are warnings only.

    ``variable`` is the name by which other decisions read it, ``result`` the variable of a case that gets the whole
    of it; ``needs`` are the decisions that must be made
    before, ``givens`` its input data, ``functions`` what it can call, each after those it calls itself.
    """

    id: str
    name: str
    logic: Table | Expression
    variable: str = ""
    result: str = ""
    type: Type = ANYTHING
    needs: tuple["Decision", ...] = ()
    givens: tuple[Given, ...] = ()
    functions: tuple[Function, ...] = ()
    line: int | None = None
    file: str | None = field(default=None, compare=False)
    findings: tuple[Finding, ...] = field(default=(), compare=False)

    @property
    def table(self) -> Table | None:
        """Its table, None for one without."""
        return self.logic if isinstance(self.logic, Table) else None

    @cached_property
    def chain(self) -> tuple["Decision", ...]:
        """All that must be decided, in an order that works: this one last."""
        found: dict[str, Decision] = {}
        for need in self.needs:
            found |= {one.id: one for one in need.chain if one.id not in found}
        return (*found.values(), self)

    @cached_property
    def sets(self) -> tuple[str, ...]:
        """The variables that a task sets with it: the outputs of one rule each by its name, else one for all."""
        table = self.table
        if table is not None and len(table.outputs) == 1:
            return (table.outputs[0].name,)
        if table is not None and self._spreads:
            return tuple(column.name for column in table.outputs)
        return (self.result or self.id,)

    @property
    def _spreads(self) -> bool:
        table = self.table
        if table is None or table.gives_list or len(table.outputs) < 2:
            return False
        return all(column.name.isidentifier() for column in table.outputs)

    def assigned(self, value: Any) -> dict[str, Any]:
        """The result by the variables it sets."""
        if not self._spreads:
            return {self.sets[0]: value}
        return {name: value.get(name) if isinstance(value, dict) else None for name in self.sets}

    def bound(self, value: Any) -> dict[str, Any]:
        """The result by every name that a decision which needs this one may read it by: DMN's and Camunda's."""
        return {**self.assigned(value), self.id: value, (self.variable or self.id): value}

    @cached_property
    def lets(self) -> tuple[tuple[str, str], ...]:
        """What FEEL evaluates before: dates from the text that holds them, then the functions."""
        typed = [(given.name, given.type) for given in self.givens]
        typed += [(need.variable, need.type) for need in self.needs if need.variable]
        made = [(name, converted(type, name)) for name, type in typed if type.holds_time]
        return (*made, *((function.name, function.text) for function in self.functions))


def _cells(rule: Rule, inputs: tuple[Input, ...]) -> Iterator[Cell]:
    for column, (cell, input) in enumerate(zip(rule.inputs, inputs, strict=True)):
        if not is_any(cell):
            text = as_test(cell, input.type)
            yield Cell(column, text, literals(text))
