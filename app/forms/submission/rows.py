"""Rows of a list on a page: one more, one less, by a button that sends the whole form along."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.forms.form import Form
from app.forms.model import LIST, Field
from app.forms.paths import Path, get
from app.forms.submission.sheet import MAX_ROWS, ORIGIN

#: The name of the buttons; their values are ``tambah:`` and the list, ``hapus:`` and the row, or ``hitung``, which
#: only works out anew what depends on what was typed.
BUTTON = "_baris"
#: Among typed values: which row or list the page is to show first.
FOCUS = "#"

Values = Mapping[str, Any]


def changed(form: Form, values: dict[str, Any], wish: str) -> dict[str, Any]:
    """Return ``values`` with the row added or taken out that ``wish``, the value of a button, asks for.

    What makes no sense changes nothing. ``values`` itself is changed.
    """
    act, _colon, address = wish.partition(":")
    path = _path(address)
    of_list = path[:-1] if act == "hapus" and path else path
    rows, part = get(values, of_list) if of_list else None, _list(form, of_list)
    if not isinstance(rows, list) or part is None or not part.may_change or not part.takes_input:
        return values
    if act == "tambah" and len(rows) < MAX_ROWS:
        rows.append({ORIGIN: None})
        return {**values, FOCUS: f"{address}.{len(rows) - 1}"}
    if act == "hapus" and isinstance(path[-1], int) and path[-1] < len(rows):
        del rows[path[-1]]
        return {**values, FOCUS: address.rpartition(".")[0]}
    return values


def _path(address: str) -> Path:
    steps = address.split(".")
    return tuple(int(step) if step.isdecimal() and len(step) < 5 else step for step in steps)


def _list(form: Form, path: Path) -> Field | None:
    name = ".".join(step for step in path if isinstance(step, str))
    return next((part for full, part in _lists(form.components, "") if full == name), None)


def _lists(parts: tuple[Field, ...], above: str) -> Iterator[tuple[str, Field]]:
    for part in parts:
        full = f"{above}{part.key}"
        if part.type == LIST:
            yield full, part
        yield from _lists(part.components, f"{full}." if part.type == LIST else above)
