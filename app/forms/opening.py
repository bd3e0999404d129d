"""What stands in a form when it is opened: the case's variables, as far as its fields can hold them."""

from collections.abc import Mapping
from typing import Any

from app.forms.model import MULTI_CHOICE, TEXTS, Field, Form, option_text
from app.forms.numbers import plain_decimal, to_json
from app.forms.stored import is_stored


def initial(form: Form, context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a form that nobody has touched: the case's variables, else defaults, else nothing.

    As form-js does, a number opens as text in a text field and the other way round, and a variable that the field
    cannot hold counts as empty.
    """
    return {
        part.key: _held(part, context[part.key])
        if part.key in context and not part.asked_anew
        else part.untouched
        for part in form.fields
    }


def _held(part: Field, given: Any) -> Any:
    adapted = _adapted(part, given)
    return adapted if adapted is not None and is_stored(part, adapted) else part.empty


def _adapted(part: Field, given: Any) -> Any:
    if part.type in TEXTS:
        text = option_text(given) if isinstance(given, bool | int | float) else given
        return _one_line(text) if part.type == "textfield" and isinstance(text, str) else text
    if part.type == "number":
        number = plain_decimal(given)
        return number if number is None else to_json(given, number, as_text=part.as_text)
    if part.type in MULTI_CHOICE and isinstance(given, list):
        return [one for one in given if is_stored(part, [one])]
    return given


def _one_line(text: str) -> str:
    return text.translate({ord(blank): " " for blank in "\r\n\t"})
