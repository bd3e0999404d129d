"""A decision table as we run it. Pure data; `table_reader` makes it from a DMN file, `decisions` decides by it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from app.findings import Finding

_ANY = frozenset({"", "-"})
_LITERAL = re.compile(r'"[^"\\]*"')
_LITERALS = re.compile(rf"{_LITERAL.pattern}(?:\s*,\s*{_LITERAL.pattern})*")
_NEGATED = re.compile(r"not\s*\((.*)\)", re.DOTALL)
#: Variables are JSON and hold dates as text; a column of such a type compares dates, so its tests convert.
_CONVERSIONS = {
    "date": "date",
    "time": "time",
    "dateTime": "date and time",
    "date and time": "date and time",
    "dayTimeDuration": "duration",
    "days and time duration": "duration",
    "yearMonthDuration": "duration",
    "years and months duration": "duration",
}


@dataclass(frozen=True)
class Input:
    """A column of tests. ``expression`` is FEEL; ``label`` what people read above it, the expression if empty."""

    label: str
    expression: str
    type: str = ""


@dataclass(frozen=True)
class Output:
    """A column of results. ``name`` is the variable it sets; ``default`` FEEL for when no rule matches."""

    name: str
    label: str
    type: str = ""
    default: str = ""


@dataclass(frozen=True)
class Rule:
    """A row: unary tests by input, FEEL expressions by output, and the remark beside it."""

    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell that does not pass everything. ``words``: the strings it lists, when it does nothing else."""

    column: int
    text: str
    words: frozenset[str] | None

    def settles(self, value: Any) -> bool:
        """Whether equality of text alone decides, as FEEL says it does between strings, and with null."""
        return self.words is not None and (value is None or isinstance(value, str))

    def lists(self, value: Any) -> bool:
        """Whether the value is one of the listed strings."""
        return value in (self.words or ())


@dataclass(frozen=True)
class Table:
    """One decision. ``id`` is what a business rule task calls; ``findings`` are warnings only."""

    id: str
    name: str
    hit_policy: Literal["UNIQUE", "FIRST"]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...] = ()

    @cached_property
    def cells(self) -> tuple[tuple[Cell, ...], ...]:
        """By rule, the cells that must hold, those that need no FEEL first."""
        return tuple(
            tuple(sorted(_cells(rule, self.inputs), key=lambda cell: cell.words is None))
            for rule in self.rules
        )


def is_any(cell: str) -> bool:
    """Whether a test passes every value."""
    return cell.strip() in _ANY


def literals(cell: str) -> frozenset[str] | None:
    """The strings a test lists (``"a", "b"``), when it is nothing but such a list without escapes."""
    if _LITERALS.fullmatch(cell.strip()) is None:
        return None
    return frozenset(text[1:-1] for text in _LITERAL.findall(cell))


def as_test(cell: str, type: str) -> str:
    """The unary test as FEEL gets it: over dates and durations, the value is converted before it is compared."""
    conversion = _CONVERSIONS.get(type)
    if conversion is None or "?" in cell or is_any(cell) or cell.strip() == "null":
        return cell
    negated = _NEGATED.fullmatch(cell.strip())
    if negated:
        return f"not({conversion}(?) in ({negated.group(1)}))"
    return f"{conversion}(?) in ({cell})"


def _cells(rule: Rule, inputs: tuple[Input, ...]) -> Iterator[Cell]:
    for column, (cell, input) in enumerate(zip(rule.inputs, inputs, strict=True)):
        if not is_any(cell):
            text = as_test(cell, input.type)
            yield Cell(column, text, literals(text))
