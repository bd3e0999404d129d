"""Whether a value has the JSON type that a field stores; nothing about its rules."""

from typing import Any

from app.forms.model import MULTI_CHOICE, SINGLE_CHOICE, TEXTS, Field
from app.forms.moments import is_kept
from app.forms.numbers import is_number

MAX_CHARS = 50_000
MAX_ITEMS = 500
MAX_DEPTH = 8


def is_stored(field: Field, value: Any) -> bool:
    """Whether ``field`` can hold ``value``: null, or its own type. Options and rules are not looked at."""
    if value is None:
        return True
    kind = field.type
    if kind in TEXTS:
        return is_text(value)
    if kind == "number":
        return is_number(value, as_text=field.as_text)
    if kind == "datetime":
        return is_kept(value, field.subtype, field.time_format)
    if kind == "checkbox":
        return isinstance(value, bool)
    if kind == "expression":
        return is_json(value)
    if kind in SINGLE_CHOICE:
        return _is_scalar(value)
    return _is_list(value, texts_only=kind not in MULTI_CHOICE)


def is_json(value: Any, depth: int = 0) -> bool:
    """Whether ``value`` is what a formula may give: JSON of a sensible size."""
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, dict):
        return len(value) <= MAX_ITEMS and all(
            is_text(key) and is_json(one, depth + 1) for key, one in value.items()
        )
    if isinstance(value, list):
        return len(value) <= MAX_ITEMS and all(is_json(one, depth + 1) for one in value)
    return value is None or isinstance(value, bool | int | float) or is_text(value)


def is_text(value: Any) -> bool:
    """Whether ``value`` is a text that every database and every JSON reader can hold."""
    return (
        isinstance(value, str) and len(value) <= MAX_CHARS and "\0" not in value and not _has_surrogate(value)
    )


def _is_list(value: Any, *, texts_only: bool) -> bool:
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        return False
    return all(is_text(one) if texts_only else _is_scalar(one) for one in value)


def _is_scalar(value: Any) -> bool:
    return is_text(value) or isinstance(value, bool) or is_number(value, as_text=False)


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
