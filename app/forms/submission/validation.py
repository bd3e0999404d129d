"""The one check of submitted values, for pages and API alike."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from app.base.errors import InvalidForm
from app.bpmnio import budget, patterns
from app.forms import words
from app.forms.form import Form
from app.forms.model import Field
from app.forms.rules import Files, error_of
from app.forms.submission.conditions import Values, computed
from app.forms.submission.form_state import Situation, situation
from app.forms.submission.templates import with_texts

#: What all patterns and expressions of one form may take together: on SQLite nobody else writes meanwhile.
MAX_SECONDS = 5.0


def validate(
    form: Form, values: Values, *, context: Values, now: datetime, files: Files | None = None
) -> dict[str, Any]:
    """Return clean values: of visible, enabled fields of the form, each keeping its rules. Nothing else passes.

    ``values`` come from `read` or `from_json`; a field without an entry has its initial value. ``context`` are the
    case's variables, which conditions and lists may read. ``now`` is aware, in the configured zone. ``files`` maps
    the ids of files that may be named here to their file names; None leaves that check to the caller. Records and
    rows keep what the case holds in them beside the form's fields; what a field cannot show is left out, and so kept,
    unless something was entered there.

    Raises:
        InvalidForm: with a message per field and all that was typed.
        ExpressionFailed: a condition of the form ran into a limit.
    """
    moment = situation(form, values, context, now=now, submitted=True)
    asked = asked_of(moment)
    errors = _errors(moment, asked, now, files)
    if errors:
        typed = {**moment.sheet.nested(moment.values), **values}
        raise InvalidForm(words.message(len(errors)), errors, typed)
    stored = {part.key: moment.values[part.key] for part in asked if part.key not in moment.kept}
    return moment.sheet.nested(stored, over=context, gone=_lists_left_out(moment))


def checked(
    form: Form, values: Values | Callable[[Form], Values], *, context: Values, now: datetime
) -> dict[str, Any]:
    """Return clean values as `validate` does, within `MAX_SECONDS`; ``values`` may be what reads them.

    Raises:
        InvalidForm: it names all that is wrong at once, what could not be read and what breaks a rule.
    """
    with budget.sharing(MAX_SECONDS):
        try:
            given = values(form) if callable(values) else values
        except InvalidForm as error:
            raise _also(form, error, context, now) if error.errors else error from error
        return validate(form, given, context=context, now=now)


def _also(form: Form, unread: InvalidForm, context: Values, now: datetime) -> InvalidForm:
    """The refusal of values of which some could not be read, with what is wrong with the others."""
    misread = {place.partition(".")[0] for place in unread.errors}
    errors = dict(unread.errors)
    try:
        rest = {key: value for key, value in unread.values.items() if key not in misread}
        validate(form, rest, context=context, now=now)
    except InvalidForm as error:
        errors |= {k: said for k, said in error.errors.items() if k.partition(".")[0] not in misread}
    return InvalidForm(words.message(len(errors)), errors, unread.values)


def asked_of(moment: Situation) -> list[Field]:
    """Return the fields that count: as in form-js a disabled field neither validates nor submits, a readonly one does
    both, with what it shows.

    A readonly identity shows nothing here that could be submitted: it is not among the variables.
    """
    shown = (part for part in moment.sheet.fields if part.id not in moment.hidden)
    return [part for part in shown if not part.disabled and not (part.readonly and part.private)]


def split(form: Form, values: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (variables, identity): the one way in for what is marked ``pribadi``."""
    variables = {key: value for key, value in values.items() if key not in form.private_keys}
    identity = {key: value for key, value in values.items() if key in form.private_keys}
    return variables, identity


def _lists_left_out(moment: Situation) -> frozenset[str]:
    """Ids of lists that are hidden, or inside what is hidden."""
    lists = (rows.part for rows in moment.sheet.lists)
    return frozenset(part.id for part in lists if part.id in moment.hidden)


def _errors(moment: Situation, asked: list[Field], now: datetime, files: Files | None) -> dict[str, str]:
    limits = _limits(asked, moment, now)
    texts = [(part.rules.pattern, moment.values[part.key]) for part in asked if part.rules.pattern]
    with patterns.tried((pattern, text) for pattern, text in texts if text and isinstance(text, str)):
        return _error_texts(moment, asked, limits, now, files)


def _error_texts(
    moment: Situation, asked: list[Field], limits: Mapping[str, Any], now: datetime, files: Files | None
) -> dict[str, str]:
    wrong = []
    for part in asked:
        value, options = moment.values[part.key], moment.options.get(part.key, ())
        if error_of(part, value, options=options, limits=limits[part.key], now=now, files=files):
            wrong.append(part)
    errors = {}
    for part in with_texts(moment, wrong, now):
        value, options = moment.values[part.key], moment.options.get(part.key, ())
        said = error_of(part, value, options=options, limits=limits[part.key], now=now, files=files)
        if said:
            errors[part.key] = said
    return errors


def _limits(asked: list[Field], moment: Situation, now: datetime) -> Mapping[str, dict[str, Any]]:
    """Return each field's limits, those written in FEEL computed together."""
    limits = {part.key: part.rules.limits for part in asked}
    keys = {part.id: part.key for part in asked}
    for name in ("min", "max", "min_length", "max_length"):
        texts = [(part, limits[part.key].get(name)) for part in asked]
        written = [(part, text) for part, text in texts if isinstance(text, str) and text.startswith("=")]
        for part_id, value in computed(moment.scope, written, now).items():
            limits[keys[part_id]][name] = value
    return limits
