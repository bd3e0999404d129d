"""Numbers as people type them, as JSON holds them, and form-js's rules about them, without rounding."""

import re
from decimal import Context, Decimal, localcontext
from typing import Any

from babel.numbers import format_decimal

from app.base.i18n import language

#: No number a browser can hold exactly is larger: beyond it, form-js changes digits in silence.
MAX_EXACT = 2**53 - 1

_TYPED = re.compile(r"-?\d{1,30}([.,]\d{1,30})?", re.ASCII)
#: 1.500 may be one and a half or one thousand five hundred.
_GROUPED = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII)
_STORED = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
#: The usual 28 digits are fewer than a form may hold, or ask for: the largest double has 309, the smallest 324 behind
#: the comma.
_EXACT = Context(prec=700)


def from_text(text: str, *, as_text: bool) -> Any:
    """Return the number in ``text`` (``12``, ``-2,5``, ``2.5``), as JSON holds it; the text itself when it is none.

    A text that could be thousands (``1.500``) is not guessed at, and one with more digits than JSON holds exactly
    stays as it is. ``as_text`` keeps the digits as a text with a dot.
    """
    if not _is_certain(text):
        return text
    digits = text.replace(",", ".")
    if as_text:
        return digits
    number = int(digits) if "." not in digits else float(digits)
    exact = abs(number) <= MAX_EXACT and Decimal(repr(number)) == Decimal(digits)
    return number if exact else text


def loses_digits(value: Any) -> bool:
    """Whether ``value`` is a text for a number that JSON cannot hold exactly."""
    if not isinstance(value, str) or not _is_certain(value):
        return False
    return isinstance(from_text(value, as_text=False), str)


def _is_certain(text: str) -> bool:
    return bool(_TYPED.fullmatch(text)) and not _GROUPED.fullmatch(text)


def to_text(value: Any) -> str:
    """Return a number as people here write it in a field: a comma for decimals, no thousands."""
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0").replace(".", ",")
    return str(value).replace(".", ",")


def is_number(value: Any, *, as_text: bool) -> bool:
    """Whether ``value`` is what a number field may hold."""
    if as_text:
        return isinstance(value, str) and _STORED.fullmatch(value) is not None
    return plain_decimal(value) is not None and not isinstance(value, str) and abs(value) <= MAX_EXACT


def counted(number: int | Decimal) -> str:
    """Return a number as it stands in a sentence, with the thousands of the reader's language."""
    with localcontext(_EXACT):
        written = str(format_decimal(number, locale=language(), decimal_quantization=False))
    return written.replace("\u00a0", " ")


def exactly(number: Decimal) -> str:
    """Return every digit of a number as people here write it in a field."""
    return to_text(format(number.normalize(_EXACT), "f"))


def plain_decimal(value: Any) -> Decimal | None:
    """Return a JSON number, or a text of digits, exactly; None for anything else, infinity included."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value) if abs(value) < 10**60 else None
    if isinstance(value, float):
        number = Decimal(repr(value))
        return number if number.is_finite() else None
    if isinstance(value, str) and _STORED.fullmatch(value.strip()):
        return Decimal(value.strip())
    return None


def to_json(given: Any, number: Decimal, *, as_text: bool) -> Any:
    """Return ``number``, read from ``given``, as a field holds it: digits as they were given, or a JSON number."""
    if as_text:
        return given if isinstance(given, str) else format(number, "f").removesuffix(".0")
    if not isinstance(given, str):
        return given
    return int(number) if number == number.to_integral_value() else float(number)


def decimals(number: Decimal) -> int:
    """Return how many digits stand behind the comma; trailing zeros do not count."""
    exponent = number.normalize(_EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def neighbours(number: Decimal, step: Decimal) -> tuple[Decimal, Decimal] | None:
    """Return the two multiples of ``step`` around ``number``; None when it is one itself."""
    with localcontext(_EXACT):
        rest = number % step
        if rest == 0:
            return None
        below = number - rest if rest > 0 else number - rest - step
        return below, below + step
