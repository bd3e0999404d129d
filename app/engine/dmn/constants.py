"""FEEL that says the same in every case: what can be known of it when a file is read."""

from datetime import UTC, datetime
from typing import Any

from app.bpmnio import feel
from app.engine.dmn.cells import as_test, literals
from app.errors import ExpressionFailed

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # what reads a clock is no constant
_CLOCK = ("now", "today")


class Constants:
    """Constants of one file. Once one of them ran into a limit, no other is looked at: reading must not take long."""

    def __init__(self) -> None:
        self._is_stopped = False

    def value(self, text: str) -> feel.Result | None:
        """The value of an expression that reads nothing; None when it reads something, or cannot be evaluated."""
        words = literals(text)
        if words is not None and len(words) == 1:
            return feel.Result(next(iter(words)))
        if self._is_stopped or feel.syntax_error(text) is not None or _varies(text):
            return None
        try:
            found = feel.evaluate(text, {}, now=_ANY_TIME)
        except ExpressionFailed:
            self._is_stopped = True
            return None
        return None if found.warnings else found

    def listed(self, tests: str) -> tuple[Any, ...]:
        """The values that unary tests list, in their order; none when they are no list of constants."""
        found = self.value(f"[{tests}]") if tests else None
        return tuple(found.value) if found is not None and isinstance(found.value, list) else ()

    def passes(self, value: Any, tests: str, base: str) -> bool:
        """Whether the unary tests may let a value pass; what they read elsewhere is not known yet."""
        words = literals(tests)
        if words is not None and isinstance(value, str):
            return value in words
        if self._is_stopped or feel.syntax_error(tests, dialect="unary") is not None:
            return True
        try:
            if feel.mentions(tests, dialect="unary"):
                return True
            return feel.unary(as_test(tests, base), value, {}, now=_ANY_TIME).value is True
        except ExpressionFailed:
            self._is_stopped = True
            return True


def _varies(text: str) -> bool:
    return bool(feel.mentions(text)) or any(word in text for word in _CLOCK)
