"""What the template draws: one `Component` per field, in the lines of the form's layout."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.base.i18n import _
from app.forms import moments, numbers
from app.forms.addresses import is_linked, is_refused, is_shown
from app.forms.choices import is_offered
from app.forms.display.component import Choice, Component, Grid, Repeat
from app.forms.display.hint_texts import is_gone, is_settled, when
from app.forms.form import Form
from app.forms.model import (
    CHOICES,
    INPUTS,
    LIST,
    MULTI_CHOICE,
    SHOWN,
    SINGLE_CHOICE,
    TEXTS,
    Column,
    Field,
    Option,
)
from app.forms.numbers import plain_decimal
from app.forms.paths import put
from app.forms.rules import Files
from app.forms.submission.conditions import Values
from app.forms.submission.form_state import Situation, situation
from app.forms.submission.initial_values import initial
from app.forms.submission.sheet import Rows, lay_out
from app.forms.submission.templates import filled, listed

_MOST_ROWS = 200
_MOST_LINKS = 50
_MOST_CHARS = 300

_AUTOFILL = """
name given-name family-name honorific-prefix organization organization-title street-address address-line1
address-line2 address-level1 address-level2 address-level3 postal-code country-name email tel bday url
"""
#: Values of HTML's ``autocomplete`` that a form may ask for by the property ``autocomplete``.
_AUTOFILL_TOKENS = frozenset(_AUTOFILL.split())

__all__ = ["Choice", "Component", "Grid", "Repeat", "condition_context", "view"]


def view(
    form: Form,
    values: Values,
    errors: Mapping[str, str] | None = None,
    *,
    context: Values,
    now: datetime,
    files: Files | None = None,
) -> list[Component]:
    """Return what to draw for ``form`` with ``values`` typed (a draft, a refused submission, or nothing yet).

    Fields without an entry in ``values`` show the case's variable of that name, else their default. ``files`` maps
    ids of attached files to their names. ``errors`` are by the fields' keys: ``barang.0.nama``.
    """
    moment = situation(form, values, context, now=now)
    drawer = _Drawer(moment, context, dict(errors or {}), dict(files or {}), now)
    drawn = drawer.lines(filled(moment, now).components, in_settled=True)
    return [*_before(form), *drawn, *_after(form)] if drawn else drawn


def condition_context(
    form: Form, context: Values, *, now: datetime, values: Values | None = None
) -> dict[str, Any]:
    """Return the variables that the page's script needs for the conditions; no others leave the server.

    Of the form's own keys only those that nobody can type into; identity never.
    """
    sheet = lay_out(form, values or {}, context)
    start = initial(sheet, context, now=now)
    roots = form.reads - form.private_keys
    known = {key: context[key] for key in sorted(roots - form.by_key.keys()) if key in context}
    for part in sheet.fields:
        if not part.takes_input and part.key.partition(".")[0] in roots and not part.rows:
            put(known, sheet.places[part.key].typed, start[part.key])
    return known


def _before(form: Form) -> list[Component]:
    """Enter in a field presses the first button of a page: that must not be one that takes a row out."""
    return [Component(Field("default", id="_utama"), id="_utama")] if form.repeats or form.renews else []


def _after(form: Form) -> list[Component]:
    return [Component(Field("renew", id="_hitung"), id="_hitung")] if form.renews else []


#: What says nothing needs no words for when it says it.
_SILENT = frozenset({"separator", "spacer", "button"})


class _Drawer:
    def __init__(
        self, moment: Situation, context: Values, errors: Mapping[str, str], files: Files, now: datetime
    ) -> None:
        self._moment, self._context, self._now = moment, context, now
        self._errors, self._files = errors, files
        self._lists = {rows.part.id: rows for rows in moment.sheet.lists}
        self._listed = listed(moment, now)

    def lines(self, parts: tuple[Field, ...], *, in_settled: bool) -> list[Component]:
        """Draw components in their lines: those of one ``layout.row`` stand beside each other on a wide screen."""
        rows: dict[str, list[Component]] = {}
        for part in sorted(parts, key=lambda part: part.type == "expression"):  # they take no room
            row = part.row if part.row and part.type != "expression" else f"~{part.id}"
            rows.setdefault(row, []).append(self._draw(part, in_settled))
        return [
            line[0] if len(line) == 1 else Component(Field("line", id=name), id=name, components=tuple(line))
            for name, line in rows.items()
        ]

    def _draw(self, part: Field, in_settled: bool) -> Component:
        condition = self._condition(part, in_settled)
        if part.type in INPUTS:
            return self._field(part, condition)
        settled = condition["settled"]
        columns = self._listed.get(f"{part.id}#")
        listing = self._listed.get(part.id)
        return Component(
            field=part,
            id=f"bagian-{part.id}",
            **condition,
            label=part.label or _label(part),
            hint=part.description,
            links=_links_of(part, listing, self._files),
            grid=_grid_of(part, listing, columns) if part.type == "table" else None,
            components=tuple(self._inside(part, settled)),
            repeat=self._repeat(part),
            attributes=self._mark(part) if part.type == LIST else {},
        )

    def _mark(self, part: Field) -> dict[str, str]:
        """Return what tells the page's script that only conditions over identity may see a value."""
        private = self._moment.sheet.form.private_keys
        return {"data-identity": "ya"} if part.key.partition(".")[0] in private else {}

    def _inside(self, part: Field, settled: bool) -> list[Component]:
        if part.type != LIST:
            return self.lines(part.components, in_settled=settled)
        rows = self._lists[part.id]
        return [self._row(part, row, rows, number, settled) for number, row in enumerate(part.components)]

    def _row(self, part: Field, row: Field, rows: Rows, number: int, settled: bool) -> Component:
        origin = rows.origins[number]
        return Component(
            field=row,
            id=f"bagian-{row.id}",
            label=_("Baris {n}", n=number + 1),
            components=tuple(self.lines(row.components, in_settled=settled)),
            repeat=Repeat(
                part.key,
                number + 1,
                f"{number}:{'' if origin is None else origin}",
                part.may_change and part.takes_input,
                self._first(row),
            ),
        )

    def _repeat(self, part: Field) -> Repeat | None:
        if part.type != LIST:
            return None
        return Repeat(part.key, may_change=part.may_change and part.takes_input, first=self._first(part))

    def _first(self, part: Field) -> bool:
        return bool(part.key == self._moment.focus)

    def _field(self, part: Field, condition: dict[str, Any]) -> Component:
        value = self._moment.values[part.key]
        options = self._moment.options[part.key] if part.type in CHOICES else ()
        held = value if part.type == "filepicker" and isinstance(value, list) else []
        return Component(
            field=part,
            id=part.key,
            **condition,
            label=part.caption or part.key,
            hint=" ".join(text for text in (part.description, _example(part), self._unshown(part)) if text),
            error=self._errors.get(part.key, ""),
            optional=not part.required and part.takes_input and part.type != "checkbox",
            value=_text_in(part, value, self._now),
            checked=part.type == "checkbox" and value is True,
            choices=_choices_of(part, value, options),
            files=tuple((str(one), self._files.get(str(one), _("Berkas terlampir"))) for one in held),
            attributes=_attributes_of(part) | self._mark(part),
        )

    def _unshown(self, part: Field) -> str:
        unshown = self._moment.unshown
        return _not_shown(part, unshown[part.key]) if part.key in unshown else ""

    def _condition(self, part: Field, in_settled: bool) -> dict[str, Any]:
        sheet = self._moment.sheet
        settled = is_settled(part, sheet, self._context)
        if settled and not in_settled:  # it comes and goes with its group, unless it is gone for good
            settled = is_gone(part, sheet, self._context)
        worded = not settled and part.type in INPUTS | SHOWN - _SILENT | {LIST}
        words = when(part, sheet, self._context) if worded else ""
        return {"hidden": part.id in self._moment.hidden, "settled": settled, "when": words}


def _label(part: Field) -> str:
    """What a component without a label is called, where a page cannot do without."""
    if part.type == "button":
        return _("Kosongkan lagi") if part.action == "reset" else _("Kirim")
    return part.alt if part.type in ("image", "iframe") else ""


def _data_type(part: Field) -> str:
    """Return how the script reads the control; "" for text."""
    if part.type == "number":
        return "digits" if part.as_text else "number"
    if part.type == "datetime":
        return part.subtype
    if part.type == "checkbox":
        return "boolean"
    return "list" if part.type in MULTI_CHOICE else ""


def _attributes_of(part: Field) -> dict[str, str]:
    """Return HTML attributes of the control, by name."""
    found = {"inputmode": _keyboard(part), "autocomplete": _autofill(part), "data-type": _data_type(part)}
    if part.default is not None:
        found["data-untouched"] = json.dumps(part.default, ensure_ascii=False)
    most = plain_decimal(part.rules.max_length)
    if most is not None:
        found["data-most"] = str(int(most))
    if part.type == "filepicker" and part.accept:
        found["accept"] = part.accept
    return {name: value for name, value in found.items() if value}


def _example(part: Field) -> str:
    """Return how to write a date or time."""
    if part.type != "datetime":
        return ""
    written = {"date": "24-11-2026", "time": "14.05"}.get(part.subtype, "24-11-2026 14.05")
    return _("Contoh: {text}", text=written)


def _keyboard(part: Field) -> str:
    """Digits alone where nothing else is needed: a date of eight digits is understood, a minus cannot be typed."""
    if part.type == "datetime":
        return "" if part.subtype == "datetime" else "numeric"
    if part.type == "number":
        least = plain_decimal(part.rules.min)
        if least is None or least < 0:
            return ""
        return "numeric" if part.decimal_digits == 0 else "decimal"
    return {"email": "email", "phone": "tel"}.get(part.rules.kind or "", "")


def _autofill(part: Field) -> str:
    """Officers type other people's data: the browser offers its own only where the form asks for it."""
    wish = part.properties.get("autocomplete", "").strip()
    if wish in _AUTOFILL_TOKENS:
        return wish
    typed = part.type in TEXTS | {"number", "datetime"}
    return "off" if typed and (part.private or part.type not in TEXTS) else ""


def _text_in(part: Field, value: Any, now: datetime) -> str:
    """Return the text in the control; what was not understood as it was typed."""
    if value is None or part.type not in TEXTS | SINGLE_CHOICE | {"number", "datetime"}:
        return ""
    if part.type == "number" and numbers.is_number(value, as_text=part.as_text):
        return numbers.to_text(value)
    if part.type == "datetime":
        return moments.to_text(moments.local(str(value), part.subtype, now), part.subtype)
    return str(value)


def _choices_of(part: Field, value: Any, options: tuple[Option, ...]) -> tuple[Choice, ...]:
    """Return the options of a field, those chosen marked. The first has the field's own id, for links to it."""
    if part.type not in CHOICES:
        return ()
    held = value if part.type in MULTI_CHOICE and isinstance(value, list) else [value]
    ids = [f"i-{part.key}" if place == 0 else f"i-{part.key}.{place}" for place in range(len(options))]
    return tuple(_choice(dom_id, option, held) for dom_id, option in zip(ids, options, strict=True))


def _grid_of(part: Field, given: Any, columns: Any) -> Grid:
    """Return a table over ``given``, what its source holds; ``columns`` by FEEL stand before those of the form."""
    shown = _columns(columns) or part.columns
    rows = [row for row in given if row is not None] if isinstance(given, list) else []
    cells = tuple(
        tuple(_cell(row.get(column.key) if isinstance(row, Mapping) else None) for column in shown)
        for row in rows[:_MOST_ROWS]
    )
    return Grid(tuple(column.label for column in shown), cells, max(0, len(rows) - _MOST_ROWS))


def _links_of(part: Field, given: Any, files: Files) -> tuple[tuple[str, str], ...]:
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


def _not_shown(part: Field, value: Any) -> str:
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
