"""A submitted form to read: labels and values in words."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from app.base.i18n import _, language
from app.forms.choices import label_of
from app.forms.display.component import Component
from app.forms.display.view import view
from app.forms.form import Form, inside, variables_of
from app.forms.model import CHOICES, LIST, MULTI_CHOICE, RECORD, Field, Option
from app.forms.moments import to_text
from app.forms.numbers import counted, is_number, plain_decimal
from app.forms.numbers import to_text as to_typed
from app.forms.rules import Files
from app.forms.stored import is_stored
from app.forms.submission.conditions import Values
from app.forms.submission.html_values import read_html

NOTHING = "–"


def display(
    form: Form,
    values: Mapping[str, Any],
    *,
    files: Files | None = None,
    called: Mapping[str, str] | None = None,
) -> list[tuple[str, str]]:
    """Return (label, text) for each field that ``values`` has an entry for, in the order of the form.

    Options have their labels, dates are dd-mm-yyyy, a checkbox is Ya or Tidak, an empty field "–". ``files`` maps
    ids to names, ``called`` keys to labels in place of the form's. Labels of lists that come from variables are no
    longer known: the value itself stands there.
    """
    return [
        ((called or {}).get(part.key, part.title), text_of(part, values[part.key], files=files or {}))
        for part in form.fields
        if part.key in values
    ]


def text_of(part: Field, value: Any, *, files: Files | None = None, options: tuple[Option, ...] = ()) -> str:
    """Return one value in words; rows one after the other, each with its number."""
    if part.type in (LIST, RECORD):
        return _nested(part, value, files or {})
    if part.type == "checkbox":
        return _("Ya") if value is True else _("Tidak")
    if value in (None, "", []) or not is_stored(part, value):
        return NOTHING if value in (None, "", []) else str(value)
    if part.type in CHOICES:
        held = value if part.type in MULTI_CHOICE else [value]
        return ", ".join(label_of(one, options or part.options) for one in held)
    if part.type == "expression":
        held = value if isinstance(value, list) else [value]
        words = all(isinstance(one, str) for one in held)
        return ", ".join(label_of(one, part.options) for one in held) if words else plain(value)
    if part.type == "filepicker":
        return ", ".join((files or {}).get(one, one) for one in value)
    if part.type == "datetime":
        return to_text(value, part.subtype)
    return _with_unit(part, _number(part, value) if part.type == "number" else str(value))


def plain(value: Any) -> str:
    """Return a value that no field describes, any JSON, in words; nothing as ""."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {plain(one) or NOTHING}" for name, one in value.items())
    if isinstance(value, list):
        return "; ".join(map(plain, value)) if _records(value) else ", ".join(map(plain, value))
    if isinstance(value, bool):
        return _("Ya") if value else _("Tidak")
    if isinstance(value, float) and language() == "id":
        return to_typed(value)
    return "" if value is None else str(value)


def _records(values: list[Any]) -> bool:
    return any(isinstance(one, Mapping) for one in values)


def _nested(part: Field, value: Any, files: Files) -> str:
    if part.type == LIST:
        rows = value if isinstance(value, list) else []
        told = [_record(tuple(variables_of(part.components)), row, files) for row in rows]
        return "; ".join(f"({n}) {text}" for n, text in enumerate(told, 1)) or NOTHING
    return _record(tuple(variables_of(inside(part))), value, files)


def _record(parts: tuple[Field, ...], value: Any, files: Files) -> str:
    held = value if isinstance(value, Mapping) else {}
    said = [
        f"{part.name}: {text_of(part, held[part.key], files=files)}" for part in parts if part.key in held
    ]
    return ", ".join(said) or NOTHING


def _number(part: Field, value: Any) -> str:
    """Return the number with the thousands of the reader's language, all its decimals kept."""
    number = plain_decimal(value)
    if number is None or not is_number(value, as_text=part.as_text):
        return str(value)
    return counted(number)


def _with_unit(part: Field, text: str) -> str:
    return " ".join(piece for piece in (part.prefix, text, part.suffix) if piece)


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
