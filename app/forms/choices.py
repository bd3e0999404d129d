"""Which options a field offers at this moment, and which of them were chosen."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.forms.model import MULTI_CHOICE, Field, Option


def normalized(given: Any) -> tuple[Option, ...]:
    """Return a list of options as form-js reads it: single values, or objects with a value and perhaps a label.

    What cannot be an option (an empty text, null, an object as value) is left out.
    """
    if not isinstance(given, Sequence) or isinstance(given, str):
        return ()
    return tuple(option for one in given if (option := _option(one)) is not None)


def offered(field: Field, context: Mapping[str, Any], computed: Any = None) -> tuple[Option, ...]:
    """Return the options of ``field``; ``computed`` is what its ``valuesExpression`` gave, if it has one."""
    if field.options_key is not None:
        return normalized(context.get(field.options_key))
    return normalized(computed) if field.options_expression is not None else field.options


def chosen(field: Field, value: Any, options: tuple[Option, ...]) -> Any:
    """Return ``value`` with texts replaced by the options they name: a page sends "5" for 5.

    What names no option stays as it is, to be refused by name. Double choices are left out.
    """
    if field.type not in MULTI_CHOICE:
        return None if value == "" else _match(value, options)
    if not isinstance(value, list):
        return value
    unique: list[Any] = []
    for one in value:
        match = _match(one, options)
        if not any(_same(match, other) for other in unique):
            unique.append(match)
    return unique


def is_offered(value: Any, options: tuple[Option, ...]) -> bool:
    """Whether ``value`` is the value of one of ``options``."""
    return any(_same(value, option.value) for option in options)


def label_of(value: Any, options: tuple[Option, ...]) -> str:
    """Return the label of an option, or the value itself when it is offered no more."""
    return next((option.label for option in options if _same(value, option.value)), str(value))


def _match(value: Any, options: tuple[Option, ...]) -> Any:
    if is_offered(value, options) or not isinstance(value, str):
        return value
    return next((option.value for option in options if option.text == value), value)


def _same(one: Any, other: Any) -> bool:
    """1 and true are equal to Python, 1 and 1.0 to everybody."""
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def _option(given: Any) -> Option | None:
    if _is_value(given):
        return Option(given, _label(given))
    if isinstance(given, Mapping) and _is_value(value := given.get("value")):
        label = given.get("label")
        return Option(value, label if isinstance(label, str) and label else _label(value))
    return None


def _is_value(value: Any) -> bool:
    return isinstance(value, str | int | float) and value != ""


def _label(value: Any) -> str:
    return Option(value, "").text
