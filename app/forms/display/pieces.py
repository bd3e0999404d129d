"""Pieces of a drawn field: the text in a control, options, cells of a table, links."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.forms import moments, numbers
from app.forms.addresses import is_linked, is_refused, is_shown
from app.forms.choices import is_offered
from app.forms.display.component import Choice, Grid
from app.forms.model import CHOICES, MULTI_CHOICE, SINGLE_CHOICE, TEXTS, Column, Field, Option
from app.forms.rules import Files
from app.i18n import _

MOST_ROWS = 200
_MOST_LINKS = 50
_MOST_CHARS = 300


def text_in(part: Field, value: Any, now: datetime) -> str:
    """Return the text in the control; what was not understood as it was typed."""
    if value is None or part.type not in TEXTS | SINGLE_CHOICE | {"number", "datetime"}:
        return ""
    if part.type == "number" and numbers.is_number(value, as_text=part.as_text):
        return numbers.to_text(value)
    if part.type == "datetime":
        return moments.to_text(moments.local(str(value), part.subtype, now), part.subtype)
    return str(value)


def choices_of(part: Field, value: Any, options: tuple[Option, ...]) -> tuple[Choice, ...]:
    """Return the options of a field, those chosen marked. The first has the field's own id, for links to it."""
    if part.type not in CHOICES:
        return ()
    held = value if part.type in MULTI_CHOICE and isinstance(value, list) else [value]
    ids = [f"i-{part.key}" if place == 0 else f"i-{part.key}.{place}" for place in range(len(options))]
    return tuple(_choice(dom_id, option, held) for dom_id, option in zip(ids, options, strict=True))


def grid_of(part: Field, given: Any, columns: Any) -> Grid:
    """Return a table over ``given``, what its source holds; ``columns`` by FEEL stand before those of the form."""
    shown = _columns(columns) or part.columns
    rows = [row for row in given if row is not None] if isinstance(given, list) else []
    cells = tuple(
        tuple(_cell(row.get(column.key) if isinstance(row, Mapping) else None) for column in shown)
        for row in rows[:MOST_ROWS]
    )
    return Grid(tuple(column.label for column in shown), cells, max(0, len(rows) - MOST_ROWS))


def links_of(part: Field, given: Any, files: Files) -> tuple[tuple[str, str], ...]:
    """Return what a picture, frame or preview leads to: (address, words); a file of the case as ``#`` and its id."""
    if part.type in ("image", "iframe"):
        address = part.source.strip()
        shown = part.type == "image" and is_shown(address)
        return (
            () if shown or is_refused(address, part.type) else ((address, part.alt or part.label or address),)
        )
    if part.type != "documentPreview" or not isinstance(given, list):
        return ()
    found = (_document(one, files) for one in given[:_MOST_LINKS])
    return tuple(link for link in found if link is not None)


def not_shown(part: Field, value: Any) -> str:
    """Return that the case holds a value that the field cannot, and what becomes of it."""
    said = _("Perkara ini memuat nilai yang tidak dapat ditampilkan isian ini: {value}.", value=_cell(value))
    if not part.takes_input or part.required:
        return said
    return said + " " + _("Bila isian ini dibiarkan, nilai itu tetap.")


def _document(one: Any, files: Files) -> tuple[str, str] | None:
    """A document as form-js knows it, or a file that a form of the case took in."""
    if isinstance(one, str):
        return (f"#{one}", files[one]) if one in files else None
    if not isinstance(one, Mapping):
        return None
    metadata = one.get("metadata")
    name = metadata.get("fileName") if isinstance(metadata, Mapping) else None
    address = one.get("endpoint")
    if not isinstance(name, str) or not name or "documentId" not in one:
        return None
    return (address if isinstance(address, str) and is_linked(address) else "", name[:_MOST_CHARS])


def _columns(given: Any) -> tuple[Column, ...]:
    if not isinstance(given, list):
        return ()
    sound = [one for one in given if isinstance(one, Mapping)]
    pairs = [(one.get("key"), one.get("label")) for one in sound]
    if len(sound) < len(given) or not all(
        isinstance(key, str) and isinstance(label, str) for key, label in pairs
    ):
        return ()
    return tuple(Column(str(key), str(label or key)) for key, label in pairs)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Ya") if value else _("Tidak")
    if isinstance(value, int | float):
        return numbers.to_text(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_CHARS else text[: _MOST_CHARS - 1] + "…"


def _choice(dom_id: str, option: Option, held: list[Any]) -> Choice:
    chosen = any(is_offered(one, (option,)) for one in held)
    data_value = "" if isinstance(option.value, str) else json.dumps(option.value)
    return Choice(dom_id, option.text, option.label, chosen, data_value)
