"""What stands in a form when it is opened: the case's variables, as far as its fields can hold them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.forms import moments
from app.forms.model import MULTI_CHOICE, TEXTS, Field, option_text
from app.forms.numbers import plain_decimal, to_json
from app.forms.paths import Path, get, has
from app.forms.stored import is_stored
from app.forms.submission.sheet import Place, Sheet


def initial(sheet: Sheet, context: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return by key the values of a form that nobody has touched: the case's variables, else defaults, else nothing.

    As form-js does, a number opens as text in a text field and the other way round, and a variable that the field
    cannot hold counts as empty.
    """
    return {part.key: _opened(part, sheet.places[part.key], context, now) for part in sheet.fields}


def _opened(part: Field, place: Place, context: Mapping[str, Any], now: datetime) -> Any:
    if place.held is None or part.asked_anew or not has(context, place.held):
        return _moment(part, part.untouched, now)
    return _fitting_value(part, held_by_instance(part, context, place.held, now))


def held_by_instance(part: Field, context: Mapping[str, Any], path: Path, now: datetime) -> Any:
    """Return what the case holds at ``path`` for a field; a moment with its zone as the field asks for it."""
    return _moment(part, get(context, path), now)


def holds(part: Field, given: Any) -> bool:
    """Whether all of a value of the case can stand in its field."""
    adapted = _adapted(part, given)
    if adapted is None or not is_stored(part, adapted):
        return False
    return not isinstance(given, list) or len(adapted) == len(given)


def _moment(part: Field, value: Any, now: datetime) -> Any:
    zoned = part.type == "datetime" and isinstance(value, str)
    return moments.stored(value, part.subtype, part.time_format, now) if zoned else value


def _fitting_value(part: Field, given: Any) -> Any:
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
