"""Whether a form was sent just as it was drawn: nobody typed, chose or attached anything."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from app.forms.display.component import Component
from app.forms.display.view import view
from app.forms.form import Form
from app.forms.model import CHOICES
from app.forms.submission.conditions import Values
from app.forms.submission.html_values import read_html


def is_untouched(form: Form, values: Values, *, context: Values, now: datetime) -> bool:
    """Whether ``values``, as `read` gave them, are what the page sends that shows the form for the first time."""
    drawn = view(form, {}, context=context, now=now)
    source: dict[str, list[str]] = {}
    for name, text in _sent(drawn):
        source.setdefault(name, []).append(text)
    return read_html(form, source) == values


def _sent(drawn: Iterable[Component]) -> Iterator[tuple[str, str]]:
    """Yield what a browser sends for the controls of components/form.html: name and text."""
    for part in drawn:
        if part.settled and part.hidden:  # not on the page
            continue
        if part.repeat and part.repeat.mark:
            yield part.repeat.name, part.repeat.mark
        for text in _texts(part):
            yield part.id, text
        yield from _sent(part.components)


def _texts(part: Component) -> list[str]:
    if part.field.type in CHOICES:
        return [choice.value for choice in part.choices if choice.chosen]
    if part.field.type == "filepicker":
        return [file_id for file_id, _name in part.files]
    if part.field.type == "checkbox":
        return ["true"] if part.checked else []
    return [part.value]
