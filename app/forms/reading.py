"""What a browser sent, as values; what cannot be understood stays as it was typed, to be shown again."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.forms import moments, numbers
from app.forms.model import MULTI_CHOICE, Field, Form
from app.forms.stored import MAX_ITEMS
from app.forms.texts import trimmed

#: Beside a file field ``foto``, ``foto.hapus`` names the files to take off again.
REMOVE = ".hapus"

Source = Mapping[str, Sequence[str]]


def read(form: Form, source: Source) -> dict[str, Any]:
    """Return a value for every field that takes input, from HTML names with their texts.

    Numbers, booleans, lists and dates (yyyy-mm-dd, HH:MM) become JSON values; blanks around a text are dropped.
    Other names of ``source``, disabled and readonly fields are not looked at. Nothing is validated.
    """
    return {part.key: _read(part, source) for part in form.fields if part.takes_input}


def _read(part: Field, source: Source) -> Any:
    if part.type == "checkbox":
        return bool(source.get(part.key))
    if part.type in MULTI_CHOICE:
        return [_clean(text) for text in source.get(part.key, ())[:MAX_ITEMS]]
    if part.type == "filepicker":
        return _file_ids(part, source)
    return _value_of(part, _typed(part, source))


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


def _file_ids(part: Field, source: Source) -> list[str]:
    removed = set(source.get(part.key + REMOVE, ()))
    ids = dict.fromkeys(_clean(text) for text in source.get(part.key, ())[:MAX_ITEMS])
    return [file_id for file_id in ids if file_id and file_id not in removed]


def _typed(part: Field, source: Source) -> str:
    """Return the one text of a field: a browser sends line ends as two characters, form-js keeps one."""
    given = source.get(part.key) or ("",)
    text = _clean(given[-1]).replace("\r\n", "\n").replace("\r", "\n")
    if part.type != "textarea":
        text = text.replace("\n", " ").replace("\t", " ")
    return trimmed(text)


def _clean(text: str) -> str:
    """Drop what no database holds: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()
