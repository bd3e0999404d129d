"""Values from a line of a table: fields say by the property ``kolom impor`` which column fills them."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from app.forms import moments, numbers
from app.forms.form import Form
from app.forms.model import CHOICES, MULTI_CHOICE, YES, Field, Option
from app.forms.submission.conditions import Values

#: (key of a field, text) → the text of the option that stands for it.
Replaced = Callable[[str, str], str | None]
#: Between several answers in one cell.
_SEPARATORS = re.compile(r"[|;,]")
_CLOCK = re.compile(r"(\d{1,2}[.:]\d{2})[.:]\d{2}(?:[.,]\d+)?", re.ASCII)


def plain(text: str) -> str:
    """A heading, or the text of a choice, as it is compared: no case, one blank where there are several."""
    return " ".join(text.split()).casefold()


def imported_fields(form: Form) -> dict[str, list[Field]]:
    """The fields that columns fill, by the heading as `plain` has it. Lists and files are filled by none."""
    found: dict[str, list[Field]] = {}
    for part in form.fields:
        if (
            part.import_column
            and part.takes_input
            and part.type not in ("filepicker", "dynamiclist", "record")
        ):
            found.setdefault(plain(part.import_column), []).append(part)
    return found


def from_cells(form: Form, cells: Mapping[str, str], now: datetime, replaced: Replaced) -> Values:
    """Return the values that a line's cells give, by key; ``cells`` are by heading as `plain` has it.

    What does not fit its field stays as text, which `validate` refuses in words. ``now`` is in the office's zone.
    ``replaced`` says which option stands for a text that is none, by the field's key and the text; None: nobody said.
    """
    values: dict[str, Any] = {}
    for heading, fields in imported_fields(form).items():
        if heading in cells:
            values |= {part.key: _value(part, cells[heading], replaced) for part in fields}
    _move_to_office(form, values, now)
    return values


def from_cell(part: Field, text: str) -> Any:
    """Return the value that a text gives a field; what does not fit it stays as text."""
    return _value(part, text, lambda _key, _text: None)


def left_out_by(form: Form, values: Values, wanted: Collection[str]) -> str | None:
    """Return the value for which a line is left out (property ``impor kecuali``), unless it is ``wanted``."""
    for part in form.fields:
        value = values.get(part.key)
        if value not in (None, "", []) and str(value) in part.import_excludes and str(value) not in wanted:
            return str(value)
    return None


def foreign_choices(form: Form, cells: Mapping[str, str]) -> list[tuple[Field, str]]:
    """The texts of a line's cells that are no option of the field that takes one, but for fields of identity."""
    return [
        (part, text)
        for heading, fields in imported_fields(form).items()
        for part in fields
        if part.type in (*CHOICES, *MULTI_CHOICE) and part.options and not part.private
        for text in _texts(part, cells.get(heading, ""))
        if _option(part, text) is None
    ]


def _value(part: Field, cell: str, replaced: Replaced) -> Any:
    text = cell.strip()
    if part.type == "checkbox":
        return bool({plain(part.name), *YES} & {plain(one) for one in _SEPARATORS.split(text)})
    if not text:
        return part.empty
    if part.type in MULTI_CHOICE:
        return [_chosen(part, one, replaced) for one in _texts(part, text)]
    if part.type in CHOICES:
        return _chosen(part, text, replaced)
    if part.type == "number":
        return numbers.from_text(text, as_text=part.as_text)
    if part.type == "datetime":
        return moments.from_text(_CLOCK.sub(r"\1", " ".join(text.split())), part.subtype)
    return " ".join(text.split()) if part.type == "textfield" else text


def _texts(part: Field, cell: str) -> list[str]:
    """The answers in a cell of a field with options."""
    found = _SEPARATORS.split(cell) if part.type in MULTI_CHOICE else [cell]
    return [text for one in found if (text := one.strip())]


def _chosen(part: Field, text: str, replaced: Replaced) -> Any:
    option = _option(part, text)
    if option is None and (named := replaced(part.key, text)) is not None:
        option = next((one for one in part.options if one.text == named), None)
    return text if option is None else option.value


def _option(part: Field, text: str) -> Option | None:
    same = (one for one in part.options if plain(text) in (plain(one.text), plain(one.label)))
    return next(same, None)


def _move_to_office(form: Form, values: dict[str, Any], now: datetime) -> None:
    """Take moments that a file has in UTC (property ``zona impor``) to the office's zone.

    A time field belongs to the date field before it that has the property, too.
    """
    day: Field | None = None
    for part in form.fields:
        if part.type != "datetime" or part.import_zone != "UTC" or part.key not in values:
            continue
        if part.subtype == "date":
            day = part
        elif part.subtype == "datetime":
            values[part.key] = _moved(values[part.key], now)
        elif day is not None:
            both = f"{values[day.key]}T{values[part.key]}"
            if (moved := _moved(both, now)) != both:
                values[day.key], _t, values[part.key] = moved.partition("T")
            day = None


def _moved(moment: Any, now: datetime) -> Any:
    if not moments.is_moment(moment, "datetime"):
        return moment
    try:
        here = datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(now.tzinfo)
    except OverflowError:
        return moment
    return here.replace(tzinfo=None).isoformat(timespec="minutes")
