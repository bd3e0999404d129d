"""Texts of a form with the data filled in, as form-js would show them at this moment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.base.errors import ExpressionFailed
from app.base.i18n import _
from app.bpmnio import templates
from app.bpmnio.templates import Text
from app.forms import markdown
from app.forms.model import ADDRESSED, LINES, LISTED, Field
from app.forms.submission.conditions import shown
from app.forms.submission.form_state import Situation
from app.forms.submission.sheet import Sheet

_Slot = tuple[Field, str, Text]


def with_texts(moment: Situation, parts: Iterable[Field], now: datetime) -> list[Field]:
    """Return ``parts`` with their templates filled in."""
    return _filled(list(parts), moment, now)


def filled(moment: Situation, now: datetime) -> Sheet:
    """Return the sheet with every template filled in. One call into V8, none where there are no templates."""
    sheet = moment.sheet
    known = {part.id: part for part in _filled(list(sheet.everything), moment, now)}

    def place(part: Field) -> Field:
        inner = tuple(place(child) for child in part.components)
        return replace(known[part.id], components=inner) if inner else known[part.id]

    return Sheet(sheet.form, tuple(place(part) for part in sheet.components), sheet.places, sheet.lists)


def listed(moment: Situation, now: datetime) -> Mapping[str, Any]:
    """Return what tables and previews show, by id, and the columns that FEEL gives, by id with a ``#``."""
    parts = [part for part in moment.sheet.everything if part.type in LISTED]
    sources = [(part, part.source) for part in parts if part.source.startswith("=")]
    columns = [(part, part.columns_expression) for part in parts if part.columns_expression.startswith("=")]
    found = shown(moment.scope, columns, now)
    return {
        **shown(moment.scope, sources, now),
        **{f"{part_id}#": value for part_id, value in found.items()},
    }


def _filled(parts: list[Field], moment: Situation, now: datetime) -> list[Field]:
    slots = [slot for part in parts for slot in _slots(part, moment)]
    if not slots:
        return parts
    said = _rendered([text for _part, _name, text in slots], moment.scope.data, now)
    changes: dict[str, dict[str, str]] = {}
    for (part, name, _text), words in zip(slots, said, strict=True):
        changes.setdefault(part.id, {})[name] = markdown.sanitize(words) if name == "html" else words
    return [replace(part, **changes[part.id]) if part.id in changes else part for part in parts]  # type: ignore[arg-type]


def _rendered(texts: list[Text], variables: Mapping[str, Any], now: datetime) -> list[str]:
    """What one text cannot say, because of what people typed into the case, must not take the page away."""
    names = frozenset[str]().union(*(templates.look(text.text).reads for text in texts))
    data = {name: value for name, value in variables.items() if name in names}
    try:
        return templates.render_all(texts, data, now=now)
    except ExpressionFailed:
        return [_alone(text, data, now) for text in texts]


def _alone(text: Text, data: Mapping[str, Any], now: datetime) -> str:
    try:
        return templates.render_all([text], data, now=now)[0]
    except ExpressionFailed:
        return _("(terlalu panjang untuk ditampilkan)")


def _slots(part: Field, moment: Situation) -> Iterator[_Slot]:
    """Yield the texts of a component that depend on data."""
    names = (*LINES, "source") if part.type in ADDRESSED else LINES
    lines = [(name, getattr(part, name)) for name in names if templates.is_template(getattr(part, name))]
    if not lines and not part.text:
        return
    place = moment.scope.local(part)
    for name, text in lines:
        yield part, name, Text("line", text, local=_seen(place, text))
    if part.text:
        way: templates.Way = "html" if part.type == "html" else "text"
        yield part, "html", Text(way, part.text, part.strict, _seen(place, part.text))


def _seen(place: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return the names of a place that a template could read."""
    reads = templates.look(text).reads
    return {name: value for name, value in place.items() if name in reads}
