"""Values from a JSON body: types are checked, nothing is guessed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.base.xml_text import is_clean
from app.forms.form import Form, inside, variables_of
from app.forms.masking import texts_in
from app.forms.model import LIST, MULTI_CHOICE, RECORD, SINGLE_CHOICE, Field
from app.forms.numbers import MAX_EXACT
from app.forms.stored import is_stored
from app.forms.submission.conditions import Values
from app.forms.submission.form_state import situation
from app.forms.submission.initial_values import initial
from app.forms.submission.sheet import MAX_ROWS, ORIGIN
from app.forms.words import message

_MOST_ERRORS = 20


def from_json(form: Form, data: Any) -> dict[str, Any]:
    """Return the values in ``data``, an object with one entry per field; fields left out keep what they have.

    Dates are ISO 8601 (yyyy-mm-dd, HH:MM, yyyy-mm-ddTHH:MM), files lists of ids. A list is a list of objects, one for
    each row; a row may say by ``#`` which row of the case it was, else it is the one in its place.

    Raises:
        InvalidForm: an entry is no field, a field that takes no input, or of another type.
    """
    if not isinstance(data, Mapping):
        raise InvalidForm(_("Kirim isian sebagai objek JSON: kunci dan nilainya."), {})
    errors: dict[str, str] = {}
    values = _object(form.fields, data, "", errors)
    if errors:
        raise InvalidForm(
            message(len(errors)), errors, {key: data[key] for key in data if key in form.by_key}
        )
    return values


def _object(
    parts: tuple[Field, ...], data: Mapping[str, Any], above: str, errors: dict[str, str]
) -> dict[str, Any]:
    known = {part.key: part for part in parts}
    values = {}
    for key, value in data.items():
        place = f"{above}{str(key)[:100]}"
        if len(errors) >= _MOST_ERRORS:
            break
        part = known.get(key)
        if part is None:
            errors[place] = _("Formulir ini tidak punya isian dengan nama itu.")
        else:
            values[key] = _value(part, value, place, errors)
    return values


def _value(part: Field, value: Any, place: str, errors: dict[str, str]) -> Any:
    if part.type == LIST:
        return _rows(part, value, place, errors)
    if part.type == RECORD:
        if isinstance(value, Mapping):
            return _object(tuple(variables_of(inside(part))), value, f"{place}.", errors)
        errors[place] = _("Kirim sebuah objek JSON.")
    elif wrong := _error(part, value):
        errors[place] = wrong
    return part.empty if value is None else value


def _rows(part: Field, value: Any, place: str, errors: dict[str, str]) -> list[dict[str, Any]]:
    rows = [] if value is None else value
    if (
        not isinstance(rows, list)
        or len(rows) > MAX_ROWS
        or not all(isinstance(row, Mapping) for row in rows)
    ):
        errors[place] = _("Kirim daftar objek, satu untuk setiap baris, paling banyak {n}.", n=MAX_ROWS)
        return []
    if not part.takes_input:
        errors[place] = _("{label} tidak dapat diubah di sini.", label=part.name)
        return []
    return [_one_row(part, row, f"{place}.{number}.", errors) for number, row in enumerate(rows)]


def _one_row(part: Field, row: Mapping[str, Any], above: str, errors: dict[str, str]) -> dict[str, Any]:
    origin = {ORIGIN: row[ORIGIN]} if isinstance(row.get(ORIGIN), int) else {}
    fields = {key: value for key, value in row.items() if key != ORIGIN}
    return origin | _object(tuple(variables_of(part.components)), fields, above, errors)


def _error(part: Field, value: Any) -> str | None:
    if not part.takes_input:
        return _("{label} tidak dapat diubah di sini.", label=part.name)
    if not is_stored(part, value):
        return _expected(part, value)
    if all(map(is_clean, texts_in(value))):
        return None
    return _(
        "Kirim teks tanpa karakter kendali selain tab dan baris baru; berkas unduhan tidak dapat memuatnya."
    )


def _expected(part: Field, value: Any) -> str:
    if part.type == "number" and part.as_text:
        return _('Kirim angka sebagai teks, misalnya "12.50".')
    if part.type == "number":
        return _expected_number(value)
    if part.type == "checkbox":
        return _("Kirim true atau false.")
    if part.type == "datetime":
        return _(
            "Kirim {shape}.",
            shape={"date": "yyyy-mm-dd", "time": "HH:MM"}.get(part.subtype, "yyyy-mm-ddTHH:MM"),
        )
    if part.type == "filepicker":
        return _("Kirim daftar id berkas.")
    if part.type in MULTI_CHOICE:
        return _("Kirim daftar nilai pilihan.")
    return _("Kirim satu nilai pilihan.") if part.type in SINGLE_CHOICE else _("Kirim teks.")


def _expected_number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _("Kirim angka.")
    return _(
        "Angka ini terlalu besar untuk disimpan tepat. Kirim paling besar {most}, atau minta pemilik proses memakai "
        "isian teks.",
        most=MAX_EXACT,
    )


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
