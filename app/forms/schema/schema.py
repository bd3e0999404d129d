"""A ``*.form`` file as a `Form`, or the findings that say why it cannot run."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from itertools import chain

from app.bpmnio import feel
from app.errors import InvalidDiagram
from app.findings import Finding, has_errors
from app.forms.form import Form, walk
from app.forms.model import Field, Option
from app.forms.schema.building import components_of
from app.forms.schema.checking import check_schema
from app.forms.schema.parsing import Findings, Raw, parse
from app.forms.submission.variable_references import reads, renews
from app.i18n import _


def load_form(content: bytes, *, file: str) -> Form:
    """Return the form in ``content``, form-js JSON. The same bytes are read once.

    Raises:
        InvalidDiagram: it cannot run; ``findings`` say why.
    """
    form, findings = _read(_Source(sha256(content).hexdigest(), file, content))
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


@lru_cache(maxsize=256)
def _read(source: _Source) -> tuple[Form | None, tuple[Finding, ...]]:
    findings = Findings(source.file, source.content.decode("utf-8", "replace"))
    schema = parse(source.content, findings)
    if schema is not None:
        check_schema(schema, findings)
    found = tuple(findings.found)
    return (None if schema is None or has_errors(found) else _form(schema, found)), found


def _form(schema: Raw, findings: tuple[Finding, ...]) -> Form:
    components = _with_borrowed_labels(components_of(schema))
    return Form(
        id=str(schema.get("id") or ""),
        schema=schema,
        components=components,
        reads=reads(components),
        renews=renews(components),
        findings=findings,
    )


def _with_borrowed_labels(components: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return ``components``, each formula with the options of the fields that it reads."""
    offered = {part.key: part.options for part in walk(components) if part.options}
    return tuple(_borrowed(part, offered) for part in components)


def _borrowed(part: Field, offered: Mapping[str, tuple[Option, ...]]) -> Field:
    if part.type != "expression":
        return replace(part, components=tuple(_borrowed(inner, offered) for inner in part.components))
    read = sorted(feel.mentions(part.source) & offered.keys())
    return replace(part, options=tuple(chain.from_iterable(offered[name] for name in read)))
