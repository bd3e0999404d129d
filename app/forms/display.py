"""A submitted form to read: labels and values in words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from app.forms.choices import label_of
from app.forms.model import CHOICES, MULTI_CHOICE, Field, Form, Option
from app.forms.moments import to_text
from app.forms.numbers import is_number, plain_decimal
from app.forms.rules import Files
from app.forms.stored import is_stored
from app.i18n import _, language

NOTHING = "–"


def display(form: Form, values: Mapping[str, Any], *, files: Files | None = None) -> list[tuple[str, str]]:
    """Return (label, text) for each field that ``values`` has an entry for, in the order of the form.

    Options have their labels, dates are dd-mm-yyyy, a checkbox is Ya or Tidak, an empty field "–". ``files`` maps
    ids to names. Labels of lists that come from variables are no longer known: the value itself stands there.
    """
    return [
        (part.label or part.key, text_of(part, values[part.key], files=files or {}))
        for part in form.fields
        if part.key in values
    ]


def text_of(part: Field, value: Any, *, files: Files | None = None, options: tuple[Option, ...] = ()) -> str:
    """Return one value in words."""
    if part.type == "checkbox":
        return _("Ya") if value is True else _("Tidak")
    if value in (None, "", []) or not is_stored(part, value):
        return NOTHING if value in (None, "", []) else str(value)
    if part.type in CHOICES:
        held = value if part.type in MULTI_CHOICE else [value]
        return ", ".join(label_of(one, options or part.options) for one in held)
    if part.type == "filepicker":
        return ", ".join((files or {}).get(one, one) for one in value)
    if part.type == "datetime":
        return to_text(value, part.subtype)
    return _with_unit(part, _number(part, value) if part.type == "number" else str(value))


def _number(part: Field, value: Any) -> str:
    """Return the number with the thousands of the reader's language, all its decimals kept."""
    number = plain_decimal(value)
    if number is None or not is_number(value, as_text=part.as_text):
        return str(value)
    written = format_decimal(number, locale=language(), decimal_quantization=False)
    return written.replace("\u00a0", " ") if isinstance(number, Decimal) else str(value)


def _with_unit(part: Field, text: str) -> str:
    return " ".join(piece for piece in (part.prefix, text, part.suffix) if piece)
