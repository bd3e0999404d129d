"""What a browser sent, as values; what cannot be understood stays as it was typed, to be shown again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.base.xml_text import clean
from app.bpmnio import feel
from app.forms import moments, numbers
from app.forms.form import Form
from app.forms.model import INPUTS, LIST, MULTI_CHOICE, Field
from app.forms.paths import Path, get, path_of, put
from app.forms.stored import MAX_ITEMS
from app.forms.submission.sheet import MAX_ROWS, ORIGIN, lay_out
from app.forms.texts import trimmed

_Values = Mapping[str, Any]

#: Beside a file field ``foto``, ``foto.hapus`` names the files to take off again.
REMOVE = ".hapus"

Source = Mapping[str, Sequence[str]]


def read_html(form: Form, source: Source) -> dict[str, Any]:
    """Return a value for every field that takes input, from HTML names with their texts, nested as the form nests.

    Numbers, booleans, lists and dates (yyyy-mm-dd, HH:MM) become JSON values; blanks around a text are dropped. A
    list has under its own name an entry for each row: its number and the row of the case that it was (``0:2``, or
    ``1:`` for a new one). Other names of ``source``, disabled and readonly fields are not looked at. Nothing is
    validated.
    """
    return _read_all(form.components, "", source, [MAX_ROWS])


def _read_all(parts: tuple[Field, ...], above: str, source: Source, left: list[int]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for part in _placed(parts):
        name = above + part.key
        if part.type == LIST:
            put(values, path_of(part.key), list(_rows(part, name, source, left)))
        elif part.takes_input:
            put(values, path_of(part.key), _read(part, name, source))
    return values


def _placed(parts: tuple[Field, ...]) -> Iterator[Field]:
    for part in parts:
        if part.type in INPUTS or part.type == LIST:
            yield part
        else:
            yield from _placed(part.components)


def _rows(part: Field, name: str, source: Source, left: list[int]) -> Iterator[dict[str, Any]]:
    for entry in dict.fromkeys(source.get(name, ())):
        number, _colon, origin = entry.partition(":")
        if not number.isdecimal() or len(number) > 4 or left[0] <= 0:
            continue
        left[0] -= 1
        known = int(origin) if origin.isdecimal() and len(origin) < 6 else None
        yield {ORIGIN: known, **_read_all(part.components, f"{name}.{int(number)}.", source, left)}


def _read(part: Field, name: str, source: Source) -> Any:
    if part.type == "checkbox":
        return bool(source.get(name))
    if part.type in MULTI_CHOICE:
        return [_clean(text) for text in source.get(name, ())[:MAX_ITEMS]]
    if part.type == "filepicker":
        return _file_ids(name, source)
    return _value_of(part, _typed(part, name, source))


def _value_of(part: Field, text: str) -> Any:
    if part.type in ("textfield", "textarea"):
        return text
    if text == "":
        return None
    if part.type == "number":
        return numbers.from_text(text, as_text=part.as_text)
    if part.type == "datetime":
        return moments.from_text(" ".join(text.split()), part.subtype)
    return text


def _file_ids(name: str, source: Source) -> list[str]:
    removed = set(source.get(name + REMOVE, ()))
    ids = dict.fromkeys(_clean(text) for text in source.get(name, ())[:MAX_ITEMS])
    return [file_id for file_id in ids if file_id and file_id not in removed]


def _typed(part: Field, name: str, source: Source) -> str:
    """Return the one text of a field: a browser sends line ends as two characters, form-js keeps one."""
    given = source.get(name) or ("",)
    text = _clean(given[-1]).replace("\r\n", "\n").replace("\r", "\n")
    if part.type != "textarea":
        text = text.replace("\n", " ").replace("\t", " ")
    return trimmed(text)


def _clean(text: str) -> str:
    """Drop what comes along unseen where a text is copied, and no database or export holds: control characters and
    halves of surrogate pairs. Two of them are new lines of other programs."""
    return clean(text.replace("\v", "\n").replace("\f", "\n"))


def pickers(form: Form, values: _Values) -> Iterator[tuple[Field, Path]]:
    """Yield the file fields as ``values`` were typed, each with its path in them."""
    sheet = lay_out(form, values, {}, trusting=True)
    for part in sheet.fields:
        if part.type == "filepicker":
            yield part, sheet.places[part.key].typed


def attached(form: Form, values: _Values) -> Iterator[tuple[Field, list[str]]]:
    """Yield the file fields of checked ``values`` that name files, with the ids."""
    for part, path in pickers(form, values):
        if ids := get(values, path):
            yield part, ids


def held_files(form: Form, values: _Values, variables: _Values) -> list[str]:
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
