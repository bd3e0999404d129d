"""The cells of a table: unary tests as we run them."""

import re
from dataclasses import dataclass
from typing import Any

from app.engine.dmn import unary
from app.engine.dmn.types import CONVERSIONS

_ANY = frozenset({"", "-"})
_LITERAL = re.compile(r'"[^"\\]*"')
_LITERALS = re.compile(rf"{_LITERAL.pattern}(?:\s*,\s*{_LITERAL.pattern})*")


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


def is_any(cell: str) -> bool:
    """Whether a test passes every value."""
    return cell.strip() in _ANY


def literals(cell: str) -> frozenset[str] | None:
    """The strings a test lists (``"a", "b"``), when it is nothing but such a list without escapes."""
    if _LITERALS.fullmatch(cell.strip()) is None:
        return None
    return frozenset(text[1:-1] for text in _LITERAL.findall(cell))


def as_test(cell: str, type: str) -> str:
    """The unary test as FEEL gets it: over dates and durations, the value is converted before it is compared.

    A test that speaks of ``?`` must be true. It is null, and not false, where it is neither true nor false, and so is
    one of a value that is no date.
    """
    conversion = CONVERSIONS.get(type, "")
    if is_any(cell) or not (conversion or unary.asks(cell)):
        return cell
    inner = unary.negated(cell)
    tests = ", ".join(_asked(part, conversion) for part in unary.parts(cell if inner is None else inner))
    return tests if inner is None else f"not({tests})"


def _asked(part: str, conversion: str) -> str:
    if unary.asks(part):
        return f"(not(not({part})))"  # in brackets, for a cell that begins with not turns its tests round
    if not conversion or part == "null":
        return part
    return f"if {conversion}(?) = null then null else {conversion}(?) in ({part})"
