"""Files that the values of a form name, in lists and records as well."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.bpmnio import feel
from app.forms.form import Form
from app.forms.model import Field
from app.forms.paths import Path, get
from app.forms.submission.sheet import lay_out

Values = Mapping[str, Any]


def pickers(form: Form, values: Values) -> Iterator[tuple[Field, Path]]:
    """Yield the file fields as ``values`` were typed, each with its path in them."""
    sheet = lay_out(form, values, {}, trusting=True)
    for part in sheet.fields:
        if part.type == "filepicker":
            yield part, sheet.places[part.key].typed


def attached(form: Form, values: Values) -> Iterator[tuple[Field, list[str]]]:
    """Yield the file fields of checked ``values`` that name files, with the ids."""
    for part, path in pickers(form, values):
        if ids := get(values, path):
            yield part, ids


def held_files(form: Form, values: Values, variables: Values) -> list[str]:
    """Return the ids of all files that the form may show: in its file fields, and in previews."""
    found = []
    sheet = lay_out(form, values, variables)
    for part in sheet.fields:
        if part.type == "filepicker":
            place = sheet.places[part.key]
            found += [get(values, place.typed), get(variables, place.held or ())]
    for part in form.everything:
        if part.type == "documentPreview":
            found += [variables.get(name) for name in feel.mentions(part.source)]
    ids = (one for held in found if isinstance(held, list) for one in held if isinstance(one, str))
    return list(dict.fromkeys(ids))
