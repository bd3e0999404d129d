"""Values from a JSON body: types are checked, nothing is guessed."""

from collections.abc import Mapping
from typing import Any

from app.errors import InvalidForm
from app.forms.model import MULTI_CHOICE, SINGLE_CHOICE, Field, Form
from app.forms.stored import is_stored
from app.forms.words import message
from app.i18n import _

_MOST_ERRORS = 20


def from_json(form: Form, data: Any) -> dict[str, Any]:
    """Return the values in ``data``, an object with one entry per field; fields left out keep what they have.

    Dates are ISO 8601 (yyyy-mm-dd, HH:MM, yyyy-mm-ddTHH:MM), files lists of ids.

    Raises:
        InvalidForm: an entry is no field, a field that takes no input, or of another type.
    """
    if not isinstance(data, Mapping):
        raise InvalidForm(_("Kirim isian sebagai objek JSON: kunci dan nilainya."), {})
    errors: dict[str, str] = {}
    for key, value in data.items():
        if len(errors) < _MOST_ERRORS and (wrong := _error(form.by_key.get(key), value)):
            errors[str(key)[:100]] = wrong
    if errors:
        raise InvalidForm(
            message(len(errors)), errors, {key: data[key] for key in data if key in form.by_key}
        )
    return {key: form.by_key[key].empty if value is None else value for key, value in data.items()}


def _error(part: Field | None, value: Any) -> str | None:
    if part is None:
        return _("Formulir ini tidak punya isian dengan nama itu.")
    if not part.takes_input:
        return _("{label} tidak dapat diubah di sini.", label=part.name)
    return None if is_stored(part, value) else _expected(part)


def _expected(part: Field) -> str:
    if part.type == "number" and part.as_text:
        return _('Kirim angka sebagai teks, misalnya "12.50".')
    if part.type == "number":
        return _("Kirim angka.")
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
