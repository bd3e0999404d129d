"""A ``*.form`` file as a `Form`, or the findings that say why it cannot run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from typing import Any

from app.base.errors import InvalidDiagram
from app.base.i18n import _
from app.bpmnio import feel
from app.findings import Finding, has_errors
from app.forms import masking
from app.forms.form import Form, walk
from app.forms.model import Field, Option
from app.forms.moments import from_text
from app.forms.schema.building import components_of
from app.forms.schema.checking import check_schema
from app.forms.schema.parsing import Findings, Raw, parse
from app.forms.submission.identity_flow import with_identity
from app.forms.submission.variable_references import reads, renews

#: Type in the diagram → component, and what else it gets.
_KINDS: dict[str, dict[str, Any]] = {
    "string": {"type": "textfield"},
    "text": {"type": "textarea"},
    "long": {"type": "number", "decimalDigits": 0},
    "integer": {"type": "number", "decimalDigits": 0},
    "double": {"type": "number"},
    "boolean": {"type": "checkbox"},
    "date": {"type": "datetime", "subtype": "date"},
    "datetime": {"type": "datetime", "subtype": "datetime", "timeLabel": "Pukul", "timeInterval": 15},
    "moment": {"type": "datetime", "subtype": "datetime", "timeInterval": 15},
    "enum": {"type": "select"},
}
_RULES = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}
_SCOPE = {
    "textfield": ("minLength", "maxLength"),
    "textarea": ("minLength", "maxLength"),
    "number": ("min", "max"),
}


def load_form(content: bytes, *, file: str, refuse: bool = True) -> Form:
    """Return the form in ``content``, form-js JSON. The same bytes are read once.

    ``refuse`` False reads a file of a stored version: errors stand among the form's findings.

    Raises:
        InvalidDiagram: it cannot run; ``findings`` say why. With ``refuse`` False: nothing can be made of it.
    """
    form, findings = _read(_Source(sha256(content).hexdigest(), file, content))
    if form is None and not refuse:
        form = _read_stored(content, file)
    if form is None:
        raise InvalidDiagram(_("Formulir {file} tidak dapat dipakai.", file=file), findings)
    return form


def check_form(content: bytes, *, file: str) -> tuple[Finding, ...]:
    """Return everything found in ``content``, warnings included; nothing is raised, whatever the bytes."""
    return _read(_Source(sha256(content).hexdigest(), file, content))[1]


@dataclass(frozen=True)
class _Source:
    digest: str
    file: str
    content: bytes = field(compare=False, repr=False)


@dataclass(frozen=True)
class IdentityMarks:
    """Which variables a form sets: ``private`` keys are identity, ``open`` are not, by what each is called.

    ``ids``: by the component's id its variable, for what is renamed. ``masked``: those with free text in which
    identity is masked, ``unmasked`` those with text in which it is not, ``told``: since ``samarkan`` says so; what
    stands in rows and records by its key behind theirs.
    """

    private: Mapping[str, str]
    open: Mapping[str, str]
    ids: Mapping[str, str]
    masked: Mapping[str, str]
    unmasked: Mapping[str, str]
    told: frozenset[str]


def identity_marks(content: bytes, *, file: str) -> IdentityMarks:
    """Return the marks in a form of any version, without checking the rest; none where it cannot be read."""
    return _marks(_Source(sha256(content).hexdigest(), file, content))


@lru_cache(maxsize=4096)
def _marks(source: _Source) -> IdentityMarks:
    schema = parse(source.content, Findings(source.file))
    try:
        form = None if schema is None else Form("", schema, components_of(schema))
    except (AttributeError, KeyError, TypeError, ValueError):  # a part lacks what its kind needs
        form = None
    return marks_of(form or Form("", {}, ()))


def marks_of(form: Form) -> IdentityMarks:
    """Return the marks in a form that was read."""
    texts = list(masking.texts_of(form.fields))
    return IdentityMarks(
        private={part.key: part.name for part in form.fields if part.private},
        open={part.key: part.name for part in form.fields if not part.private},
        ids={part.id: part.key.partition(".")[0] for part in form.everything if part.key and not part.rows},
        masked={key: part.name for key, part, is_masked in texts if is_masked},
        unmasked={key: part.name for key, part, is_masked in texts if not is_masked},
        told=frozenset(key for key, part, _is_masked in texts if masking.is_let_through(part)),
    )


@lru_cache(maxsize=256)
def _read(source: _Source) -> tuple[Form | None, tuple[Finding, ...]]:
    findings = Findings(source.file, source.content.decode("utf-8", "replace"))
    schema = parse(source.content, findings)
    if schema is not None:
        check_schema(schema, findings)
    found = tuple(findings.found)
    return (None if schema is None or has_errors(found) else _form(schema, found)), found


def _read_stored(content: bytes, file: str) -> Form | None:
    """Make what can be made of a form in which today's checks find errors; None when it is no form at all."""
    findings = Findings(file, content.decode("utf-8", "replace"))
    schema = parse(content, findings)
    if schema is None:
        return None
    check_schema(schema, findings)
    try:
        return _form(schema, tuple(findings.found))
    except (AttributeError, KeyError, TypeError, ValueError):  # a part lacks what its kind needs
        return None


def _form(schema: Raw, findings: tuple[Finding, ...]) -> Form:
    components = _with_borrowed_labels(components_of(schema))
    form = Form(
        id=str(schema.get("id") or ""),
        schema=schema,
        components=components,
        reads=reads(components),
        renews=renews(components),
        findings=findings,
    )
    return with_identity(form)


def _with_borrowed_labels(components: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return ``components``, each formula with the options of the fields that it reads."""
    offered = {part.key: part.options for part in walk(components) if part.options}
    return tuple(_borrowed(part, offered) for part in components)


def _borrowed(part: Field, offered: Mapping[str, tuple[Option, ...]]) -> Field:
    if part.type != "expression":
        return replace(part, components=tuple(_borrowed(inner, offered) for inner in part.components))
    read = sorted(feel.mentions(part.source) & offered.keys())
    return replace(part, options=tuple(chain.from_iterable(offered[name] for name in read)))


def from_form_data(fields: str) -> bytes:
    """Return a form for the fields that the reader of diagrams found: see `app.engine.reading.texts.form_data`.

    What it cannot run is told by the checks that every form passes.
    """
    components = [_component(field) for field in json.loads(fields)]
    schema = {"type": "default", "schemaVersion": 19, "components": components}
    return json.dumps(schema, ensure_ascii=False, indent=2).encode()


def _component(field: Mapping[str, Any]) -> dict[str, Any]:
    part = {"id": f"isian_{field['id']}", "key": field["id"], "label": field["label"] or field["id"]}
    part |= _KINDS.get(field["type"], _KINDS["string"])
    if field.get("hint"):
        part["description"] = field["hint"]
    if part["type"] == "datetime":
        part["dateLabel"] = part.pop("label")
    if part["type"] == "select":
        part["values"] = [{"label": name or value, "value": value} for value, name in field["values"]]
    if "readonly" in field["constraints"]:
        part["readonly"] = True
    if validate := _rules(part["type"], field["constraints"]):
        part["validate"] = validate
    default = _default(part, field["default"])
    return part if default is None else {**part, "defaultValue": default}


def _rules(kind: str, constraints: Mapping[str, str]) -> dict[str, Any]:
    """Rules of form-js. A box that must be there may be left without a tick: form-js would want the tick."""
    found: dict[str, Any] = {"required": True} if "required" in constraints and kind != "checkbox" else {}
    limits = ((_RULES[name], config) for name, config in constraints.items() if name in _RULES)
    return found | {name: config for name, config in limits if name in _SCOPE.get(kind, ())}


def _default(part: Mapping[str, Any], text: str) -> Any:
    """Return the default as the component holds it; one that only code could work out is left out."""
    if not text or text.startswith(("${", "#{")):
        return None
    match part["type"]:
        case "checkbox":
            return text.lower() == "true"
        case "number":
            return _number(text)
        case "datetime":
            return from_text(text, "date")
    return text


def _number(text: str) -> Any:
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text
