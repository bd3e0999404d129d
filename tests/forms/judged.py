"""What our validation says of a submission, in the shape in which form-js says it."""

from typing import Any

from app import forms
from app.base.errors import InvalidForm
from app.forms.choices import is_offered
from app.forms.model import CHOICES, MULTI_CHOICE
from app.forms.paths import get, put
from app.forms.submission.form_state import situation
from app.forms.submission.initial_values import initial
from app.forms.submission.validation import asked_of
from tests.forms.schemas import NOW


def ours(
    form: forms.Form, values: dict[str, Any], context: dict[str, Any]
) -> tuple[set[str], dict[str, Any]]:
    """Our error keys, and what would be submitted: form-js tells that of refused submissions too."""
    moment = situation(form, values, context, now=NOW, submitted=True)
    shown = {part.key: moment.values[part.key] for part in asked_of(moment)}
    files = {part.key for part in moment.sheet.fields if part.type == "filepicker"}
    flat = {key: (value or [None])[0] if key in files else value for key, value in shown.items()}
    gone = frozenset(
        rows.part.id for rows in moment.sheet.lists if rows.part.id in moment.hidden or not rows.origins
    )
    data = without_nothing(moment.sheet.nested(flat, gone=gone))
    try:
        forms.validate(form, values, context=context, now=NOW)
    except InvalidForm as error:
        return set(error.errors), data
    return set(), data


def without_nothing(data: Any) -> Any:
    """form-js leaves out a list without rows, a row without fields at its end, a record without entries."""
    if isinstance(data, dict):
        inner = {
            key: without_nothing(value) if isinstance(value, dict | list) else value
            for key, value in data.items()
        }
        return {key: value for key, value in inner.items() if value is not EMPTY} or EMPTY
    if not data or not all(isinstance(one, dict) for one in data):
        return data
    rows = [None if (row := without_nothing(one)) is EMPTY else row for one in data]
    while rows and rows[-1] is None:
        rows.pop()
    return rows or EMPTY


EMPTY: Any = object()


def kept(form: forms.Form, typed: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    """A choice that is not in its list: form-js has lost it before it validates, we refuse it by name."""
    moment = situation(form, typed, context, now=NOW)
    for part in moment.sheet.fields:
        path = moment.sheet.places[part.key].typed
        value = get(typed, path)
        if part.type in MULTI_CHOICE and isinstance(value, list):
            put(typed, path, [one for one in value if is_offered(one, moment.options[part.key])])
        elif part.type in CHOICES and part.takes_input and not is_offered(value, moment.options[part.key]):
            put(typed, path, None)
    return typed


def state(form: forms.Form, typed: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    """All that form-js would hold with this typed into it: fields nobody can type into hold what they held."""
    moment = situation(form, typed, context, now=NOW)
    start = initial(moment.sheet, context, now=NOW)
    flat = {
        part.key: moment.values[part.key]
        if part.type == "datetime"
        else moment.sheet.typed(typed).get(part.key, start[part.key])
        for part in moment.sheet.fields
    }
    files = {part.key for part in moment.sheet.fields if part.type == "filepicker"}
    flat = {key: (value or [None])[0] if key in files else value for key, value in flat.items()}
    return moment.sheet.nested(flat, over=context)
