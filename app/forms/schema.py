"""A ``*.form`` file as a `Form`, or the findings that say why it cannot run."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any

from app.bpmnio import feel
from app.errors import InvalidDiagram
from app.findings import Finding, has_errors
from app.forms import markdown
from app.forms.checking import check_schema
from app.forms.choices import normalized
from app.forms.model import CHOICES, INPUTS, SHOWN, Field, Form, Rules, walk
from app.forms.numbers import plain_decimal
from app.forms.parsing import Findings, Raw, parse
from app.i18n import _


def load(content: bytes, *, file: str) -> Form:
    """Return the form in ``content``, form-js JSON. The same bytes are read once.

    Raises:
        InvalidDiagram: it cannot run; ``findings`` say why.
    """
    form, findings = _read(_Source(sha256(content).hexdigest(), file, content))
    if form is None:
        raise InvalidDiagram(_("Formulir {file} tidak dapat dipakai.", file=file), findings)
    return form


def check(content: bytes, *, file: str) -> tuple[Finding, ...]:
    """Return everything found in ``content``, warnings included; nothing is raised, whatever the bytes."""
    return _read(_Source(sha256(content).hexdigest(), file, content))[1]


@dataclass(frozen=True)
class _Source:
    digest: str
    file: str
    content: bytes = field(compare=False, repr=False)


@lru_cache(maxsize=256)
def _read(source: _Source) -> tuple[Form | None, tuple[Finding, ...]]:
    findings = Findings(source.file, source.content.decode("utf-8", "replace"))
    schema = parse(source.content, findings)
    if schema is not None:
        check_schema(schema, findings)
    found = tuple(findings.found)
    return (None if schema is None or has_errors(found) else _form(schema, found)), found


def _form(schema: Raw, findings: tuple[Finding, ...]) -> Form:
    components = _fields(schema["components"])
    return Form(
        id=str(schema.get("id") or ""),
        schema=schema,
        components=components,
        reads=_reads(walk(components)),
        findings=findings,
    )


def _fields(parts: Iterable[Raw], path: str = "~") -> tuple[Field, ...]:
    placed = [(part, f"{path}{place}") for place, part in enumerate(parts)]
    return tuple(_field(part, path) for part, path in placed if part["type"] in INPUTS | SHOWN)


def _field(part: Raw, path: str) -> Field:
    kind, appearance = part["type"], part.get("appearance") or {}
    hide = (part.get("conditional") or {}).get("hide")
    return Field(
        type=kind,
        id=part.get("id") or path,
        key=part["key"] if kind in INPUTS else "",
        label=part.get("label") or part.get("dateLabel") or part.get("timeLabel") or "",
        description=part.get("description") or "",
        rules=_rules(kind, part.get("validate") or {}),
        disabled=bool(part.get("disabled")),
        readonly=bool(part.get("readonly")),
        default=_default(part),
        hide=hide if isinstance(hide, str) and hide.startswith("=") else None,
        prefix=str(appearance.get("prefixAdorner") or ""),
        suffix=str(appearance.get("suffixAdorner") or ""),
        html=_html(part),
        components=_fields(part.get("components") or (), f"{path}.") if kind == "group" else (),
        properties={name: _property(value) for name, value in (part.get("properties") or {}).items()},
        **_own(part),
    )


def _own(part: Raw) -> dict[str, Any]:
    """What only one type of component has."""
    match part["type"]:
        case "number":
            step = plain_decimal(part.get("increment"))
            return {
                "decimal_digits": part.get("decimalDigits"),
                "increment": None if step is None else str(step),
                "as_text": bool(part.get("serializeToString")),
            }
        case "datetime":
            return {
                "subtype": part.get("subtype") or "date",
                "no_past": bool(part.get("disallowPassedDates")),
            }
        case "filepicker":
            return {"multiple": bool(part.get("multiple")), "accept": part.get("accept") or ""}
        case kind if kind in CHOICES:
            return _options(part)
    return {}


def _options(part: Raw) -> dict[str, Any]:
    """Where the options come from; the first of the three that is given, as form-js renders them."""
    if part.get("valuesKey") is not None:
        return {"options_key": part["valuesKey"]}
    if part.get("values") is not None:
        return {"options": normalized(part["values"])}
    return {"options_expression": part["valuesExpression"]}


def _rules(kind: str, given: Raw) -> Rules:
    number, text = kind == "number", kind in ("textfield", "textarea")
    return Rules(
        required=given.get("required") is True,
        min=given.get("min") if number else None,
        max=given.get("max") if number else None,
        min_length=given.get("minLength") if text else None,
        max_length=given.get("maxLength") if text else None,
        pattern=(given.get("pattern") or None) if text else None,
        pattern_message=given.get("patternErrorMessage") or None,
        kind=given.get("validationType") if text else None,
    )


def _default(part: Raw) -> Any:
    return part.get("defaultValue") if part["type"] in INPUTS else None


def _html(part: Raw) -> str:
    if part["type"] == "text":
        return markdown.to_html(part.get("text") or "")
    return markdown.clean(part.get("content") or "") if part["type"] == "html" else ""


def _property(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _reads(fields: Iterable[Field]) -> frozenset[str]:
    """Every variable that a condition, a limit or a list of options could read, the form's own keys included."""
    names: set[str] = set()
    for part in fields:
        if part.hide:
            names |= feel.mentions(part.hide, dialect="unary")
        texts = [*part.rules.limits.values(), part.options_expression]
        for text in texts:
            if isinstance(text, str) and text.startswith("="):
                names |= feel.mentions(text)
        if part.options_key:
            names.add(part.options_key)
    return frozenset(names)
