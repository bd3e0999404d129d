"""A form of a draft as those see it who will: who fills it in, who reads it afterwards, the reporter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from app import forms
from app.base.errors import InvalidForm
from app.base.i18n import _
from app.engine.diagram import Diagram
from app.forms import Component, Field, Form
from app.services.core import clock, settings
from app.services.definitions.definitions import form_key
from app.services.studio.field_usage import diagrams_in

Kind = Literal["fills", "reads", "reporter_fills", "reporter_reads"]
_MOST_TYPED = 2_000


@dataclass(frozen=True)
class Viewer:
    """Somebody who sees a form. ``may_see``: also what names a person, once it was stored."""

    key: str
    label: str
    kind: Kind
    may_see: bool = False


@dataclass(frozen=True)
class Preview:
    """What a viewer sees: ``components`` of a form to fill in, or ``rows`` (label, text) of one that was filled in,
    with the names of the fields that are ``sealed`` from him or shown to him only when he asks."""

    viewer: Viewer
    viewers: Sequence[Viewer]
    components: Sequence[Component] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[tuple[str, str]] = ()
    sealed: Sequence[str] = ()
    summary: str = ""


def preview(
    session: Session,
    files: Mapping[str, bytes],
    name: str,
    *,
    viewer: str = "",
    typed: Mapping[str, Sequence[str]] | None = None,
    check: bool = False,
    sample: bool = False,
) -> Preview:
    """Show the form ``name`` of a draft's ``files`` to a viewer, with what was ``typed`` into it in a browser.

    ``sample``: it is filled in with examples. ``check`` tells what sending it would refuse.

    Raises:
        InvalidDiagram: nothing can be made of the form.
    """
    form = _with_marks(files, name)
    viewers = viewers_of(files, name, form)
    chosen = next((one for one in viewers if one.key == viewer), viewers[0])
    now = clock.now(session).astimezone(settings.config(session).timezone)
    values = samples(form, now) if sample else _values(form, typed or {})
    private = [part.name for part in form.fields if part.private]
    if chosen.kind in ("reads", "reporter_reads"):
        known = {**dict.fromkeys((part.key for part in form.fields), None), **values}
        open_to = form.private_keys if chosen.kind == "reads" else _untold(form)
        rows = forms.display(form, {key: value for key, value in known.items() if key not in open_to})
        return Preview(chosen, viewers, rows=rows, sealed=private if chosen.kind == "reads" else ())
    problems, summary = _problems(form, values, now) if check else ({}, "")
    return Preview(
        chosen,
        viewers,
        components=forms.view(form, values, problems, context={}, now=now),
        variables=forms.condition_context(form, {}, now=now),
        sealed=() if chosen.may_see or chosen.kind == "reporter_fills" else private,
        summary=summary,
    )


def viewers_of(files: Mapping[str, bytes], name: str, form: Form) -> list[Viewer]:
    """Who sees a form: by each element that opens it, then every lane that reads what was filled in, and the reporter
    where he is told some of it."""
    diagrams = [diagram for _file, diagram in diagrams_in(files)]
    fill = [one for diagram in diagrams for one in _filling(diagram, form_key(name))]
    read = {one.key: one for diagram in diagrams for one in _reading(diagram)}
    if any(part.public for part in form.fields):
        read["pelapor"] = Viewer("pelapor", _("Pelapor, di halaman lacak"), "reporter_reads")
    return [*(fill or [Viewer("isi", _("Yang mengisi"), "fills", may_see=True)]), *read.values()]


def _filling(diagram: Diagram, key: str) -> Iterator[Viewer]:
    may_see = {lane.id for lane in diagram.identity_lanes}
    names = {lane.id: lane.name for lane in diagram.lanes}
    for node in diagram.nodes.values():
        if node.form_key != key:
            continue
        if node.properties.get("untuk", "").strip().lower() == "pelapor":
            yield Viewer(f"isi:{node.id}", _("Pelapor mengisi: {name}", name=node.name), "reporter_fills")
        else:
            words = _("{lane} mengisi: {name}", lane=names.get(node.lane_id, ""), name=node.name or node.id)
            yield Viewer(f"isi:{node.id}", words, "fills", may_see=node.lane_id in may_see)


def _reading(diagram: Diagram) -> Iterator[Viewer]:
    may_see = {lane.id for lane in diagram.identity_lanes}
    for lane in diagram.lanes:
        words = _("{lane} membaca perkaranya", lane=lane.name)
        yield Viewer(f"baca:{lane.id}", words, "reads", may_see=lane.id in may_see)


def _with_marks(files: Mapping[str, bytes], name: str) -> Form:
    """The form; a field that another form of the draft marks as identity is identity here too."""
    form = forms.load_form(files[name], file=name, refuse=False)
    marked = set[str]()
    for other, content in files.items():
        if other.endswith(".form"):
            marked |= set(forms.identity_marks(content, file=other).private)
    return forms.with_identity(form, marked)


def _untold(form: Form) -> set[str]:
    return {part.key for part in form.fields if not part.public or part.type == "filepicker"}


def _values(form: Form, typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    if not typed or sum(map(len, typed.values())) > _MOST_TYPED:
        return {}
    values = forms.read_html(form, typed)
    wish = next(iter(typed.get(forms.BUTTON, ())), None)
    return forms.changed(form, values, wish) if wish is not None else values


def _problems(form: Form, values: Mapping[str, Any], now: datetime) -> tuple[Mapping[str, str], str]:
    try:
        forms.checked(form, values, context={}, now=now)
    except InvalidForm as error:
        return error.errors, str(error)
    return {}, _("Isian seperti ini diterima.")


def samples(form: Form, now: datetime) -> dict[str, Any]:
    """Example values for a form's fields, as far as its types and limits tell one."""
    found = {part.key: _sample(part, now) for part in form.fields if part.takes_input}
    return {key: value for key, value in found.items() if value is not None}


def _sample(part: Field, now: datetime) -> Any:
    if part.options:
        first = part.options[0].value
        return [first] if part.type in ("checklist", "taglist") else first
    match part.type:
        case "textfield" | "textarea":
            return _sample_text(part)
        case "number":
            return part.rules.min if isinstance(part.rules.min, int | float) else 1
        case "checkbox":
            return False
        case "datetime":
            return now.date().isoformat() if part.subtype == "date" else None
    return None


def _sample_text(part: Field) -> str | None:
    if part.rules.kind == "email":
        return "contoh@contoh.id"
    if part.rules.pattern:
        return None
    text = _("Contoh {label}", label=part.name.lower())
    most = part.rules.max_length
    return text[:most] if isinstance(most, int) else text
