"""What the template draws: one `Component` per field, in the lines of the form's layout."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.forms.display.component import Choice, Component, Grid, Repeat
from app.forms.display.controls import attributes_of, example
from app.forms.display.hint_texts import is_gone, is_settled, when
from app.forms.display.pieces import choices_of, grid_of, links_of, not_shown, text_in
from app.forms.form import Form
from app.forms.model import CHOICES, INPUTS, LIST, SHOWN, Field
from app.forms.paths import put
from app.forms.rules import Files
from app.forms.submission.conditions import Values
from app.forms.submission.form_state import Situation, situation
from app.forms.submission.initial_values import initial
from app.forms.submission.sheet import Rows, lay_out
from app.forms.submission.templates import filled, listed
from app.i18n import _

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
            links=links_of(part, listing, self._files),
            grid=grid_of(part, listing, columns) if part.type == "table" else None,
            components=tuple(self._inside(part, settled)),
            repeat=self._repeat(part),
        )

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
            label=part.label or part.key,
            hint=" ".join(text for text in (part.description, example(part), self._unshown(part)) if text),
            error=self._errors.get(part.key, ""),
            optional=not part.required and part.takes_input and part.type != "checkbox",
            value=text_in(part, value, self._now),
            checked=part.type == "checkbox" and value is True,
            choices=choices_of(part, value, options),
            files=tuple((str(one), self._files.get(str(one), _("Berkas terlampir"))) for one in held),
            attributes=attributes_of(part),
        )

    def _unshown(self, part: Field) -> str:
        unshown = self._moment.unshown
        return not_shown(part, unshown[part.key]) if part.key in unshown else ""

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
