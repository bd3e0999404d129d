"""FEEL that says the same in every case: what can be known of it when a file is read."""

from datetime import UTC, datetime
from typing import Any

from app.bpmnio import feel
from app.engine.dmn.cells import as_test, literals
from app.errors import ExpressionFailed

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # what reads a clock is no constant
_CLOCK = ("now", "today")


def constant(text: str) -> feel.Result | None:
    """The value of an expression that reads nothing; None when it reads something, or cannot be evaluated."""
    words = literals(text)
    if words is not None and len(words) == 1:
        return feel.Result(next(iter(words)))
    if feel.check(text) is not None or feel.mentions(text) or any(word in text for word in _CLOCK):
        return None
    try:
        found = feel.evaluate(text, {}, now=_ANY_TIME)
    except ExpressionFailed:
        return None
    return None if found.warnings else found


def listed(tests: str) -> tuple[Any, ...] | None:
    """The values that unary tests list, in their order; None when they are no list of constants."""
    found = constant(f"[{tests}]") if tests else None
    return tuple(found.value) if found is not None and isinstance(found.value, list) else None


def passes(value: Any, tests: str, base: str) -> bool:
    """Whether a value surely fails none of the unary tests; what they read elsewhere is not known yet."""
    words = literals(tests)
    if words is not None and isinstance(value, str):
        return value in words
    if feel.mentions(tests, dialect="unary"):
        return True
    try:
        return feel.unary(as_test(tests, base), value, {}, now=_ANY_TIME).value is True
    except ExpressionFailed:
        return True
