"""What the forms of a deployment let identity flow into, and what they read that nobody sets."""

import re
from collections.abc import Collection, Iterator

from app import forms
from app.bpmnio import feel
from app.findings import Finding
from app.forms import Form
from app.forms.form import walk
from app.forms.model import Field
from app.services.deployment.bundle import Bundle

_AROUND = re.compile(r"\b(?:this|parent)\b(?:\s*\.\s*(\w+))?")


def check_identity_fields(bundle: Bundle) -> Iterator[Finding]:
    """Errors about fields that are no identity and are worked out, or chosen, from some that is."""
    private = {key for form in bundle.forms.values() for key in form.private_keys}
    for name, form in bundle.forms.items():
        inside = private | {part.key.rpartition(".")[2] for part in form.leaves if part.private}
        for part in _plain(form):
            for variable in sorted(_read(part, private, inside)):
                yield Finding(
                    "private_field_read",
                    "error",
                    element_id=part.id,
                    element_name=part.label or part.key,
                    file=f"{name}.form",
                    params={"variable": variable, "where": "form"},
                )


def never_set(bundle: Bundle, known: Collection[str] | None) -> Iterator[Finding]:
    """Warnings about names that forms read and that are not ``known``; none when anything may come from outside."""
    for key, form in bundle.forms.items() if known is not None else ():
        name = f"{key}.form"
        yield from forms.check_names(form, bundle.files.get(name, b""), known=known or (), file=name)


def _plain(form: Form) -> Iterator[Field]:
    for variable in form.fields:
        if not variable.private:
            yield from walk((variable,))


def _read(part: Field, private: set[str], inside: set[str]) -> set[str]:
    """Names of identity that a field's formula or list of choices reads; ``this`` and ``parent`` alone are all."""
    computed = part.source if part.type == "expression" else ""
    found = set[str]()
    for text in filter(None, (computed, part.options_expression)):
        found |= feel.mentions(text) & private
        around = set(_AROUND.findall(text))
        found |= around & inside
        found |= {"this"} if "" in around and inside else set()
    return found
