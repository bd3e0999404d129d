"""What somebody typed into a form that does not ask for it."""

from datetime import datetime

from app.forms.form import Form
from app.forms.submission.conditions import Values
from app.forms.submission.form_state import situation
from app.forms.submission.initial_values import initial


def left_out(form: Form, values: Values, *, context: Values, now: datetime) -> list[str]:
    """Return the names of fields that `validate` lets drop although something was typed: a condition hides them.

    Without script every field is on the page; a name typed into an anonymous report is gone, and should not be so
    without a word. What stood there already was not typed.
    """
    if not any(part.hide for part in form.everything):
        return []
    moment = situation(form, values, context, now=now)
    start = initial(moment.sheet, context, now=now)
    typed = moment.sheet.typed(values)
    hidden = (part for part in moment.sheet.fields if part.id in moment.hidden and part.key in typed)
    dropped = (part for part in hidden if typed[part.key] not in (None, "", [], False, start[part.key]))
    return list(dict.fromkeys(part.name for part in dropped))
