"""The one check of submitted values, for pages and API alike."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.bpmnio import feel
from app.errors import InvalidForm
from app.forms import words
from app.forms.conditions import Values
from app.forms.model import Field, Form
from app.forms.rules import Files, error_of
from app.forms.situation import Situation, situation


def validate(
    form: Form, values: Values, *, context: Values, now: datetime, files: Files | None = None
) -> dict[str, Any]:
    """Return clean values: of visible, enabled fields of the form, each keeping its rules. Nothing else passes.

    ``values`` come from `read` or `from_json`; a field without an entry has its initial value. ``context`` are the
    case's variables, which conditions and lists may read. ``now`` is aware, in the configured zone. ``files`` maps
    the ids of files that may be named here to their file names; None leaves that check to the caller.

    Raises:
        InvalidForm: with a message per field and all that was typed.
        ExpressionFailed: a condition of the form ran into a limit.
    """
    moment = situation(form, values, context, now=now)
    asked = [part for part in form.fields if part.id not in moment.hidden and _counts(part)]
    limits = _limits(asked, moment, now)
    errors = {}
    for part in asked:
        value, options = moment.values[part.key], moment.options.get(part.key, ())
        if wrong := error_of(part, value, options=options, limits=limits[part.key], now=now, files=files):
            errors[part.key] = wrong
    if errors:
        raise InvalidForm(words.message(len(errors)), errors, moment.values)
    return {part.key: moment.values[part.key] for part in asked}


def split(form: Form, values: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (variables, identity): the one way in for what is marked ``pribadi``."""
    variables = {key: value for key, value in values.items() if key not in form.private_keys}
    identity = {key: value for key, value in values.items() if key in form.private_keys}
    return variables, identity


def _counts(part: Field) -> bool:
    """As in form-js a disabled field neither validates nor submits, a readonly one does both, with what it shows.

    A readonly identity shows nothing here that could be submitted: it is not among the variables.
    """
    return not part.disabled and not (part.readonly and part.private)


def _limits(asked: list[Field], moment: Situation, now: datetime) -> Mapping[str, dict[str, Any]]:
    """Return each field's limits, those written in FEEL computed together."""
    limits = {part.key: part.rules.limits for part in asked}
    written = [(key, name) for key, each in limits.items() for name, value in each.items() if _is_feel(value)]
    if written:
        results = feel.evaluate_all([limits[key][name] for key, name in written], moment.scope, now=now)
        for (key, name), result in zip(written, results, strict=True):
            limits[key][name] = result.value
    return limits


def _is_feel(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("=")
