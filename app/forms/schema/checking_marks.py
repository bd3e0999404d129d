"""Marks of a form that contradict each other, or that nobody would read."""

from typing import Any

from app.findings import Finding
from app.findings.likeness import meant
from app.forms.form import Form
from app.forms.model import EARLIEST, INPUTS, LATEST, MARKS, NO, READ, TODAY, YES
from app.forms.schema.building import written
from app.forms.schema.parsing import Findings, Raw, components, is_list

_PRIVATE = "pribadi"


def check_marks(form: Form, content: bytes, *, file: str) -> tuple[Finding, ...]:
    """Return what is found about the properties of each component.

    ``content`` is what the form was loaded from. Asked when a file is deployed and not when it is loaded: a version
    that runs already goes on, and shows no identity.
    """
    findings = Findings(file, content.decode("utf-8", "replace"))
    parts = written(form.schema)
    for field in form.everything:
        if field.key and field.private and field.told:
            findings.add("form_private_told", parts[field.id])
    for part, _depth in components(form.schema):
        properties = part.get("properties") or {}
        for name, value in properties.items():
            _check_name(part, name, findings)
            if name in MARKS:
                _check_mark(part, name, value, findings)
            elif name in (EARLIEST, LATEST):
                _check_day(part, name, value, findings)
    return tuple(findings.found)


def _check_name(part: Raw, name: str, findings: Findings) -> None:
    """A misspelt ``pribadi`` would make identity public without a word."""
    known = meant(name, READ)
    if known is not None:
        severe = known == _PRIVATE
        findings.add(
            "form_mark_misspelt",
            part,
            severity="error" if severe else "warning",
            property=name,
            known=known,
        )


def _check_mark(part: Raw, name: str, value: Any, findings: Findings) -> None:
    word = str(value).strip().lower()
    if word not in YES | NO:
        findings.add("form_mark_unclear", part, property=name, value=value)
    elif word in YES and name == _PRIVATE and part["type"] not in INPUTS and not is_list(part):
        findings.add("form_private_misplaced", part)


def _check_day(part: Raw, name: str, value: Any, findings: Findings) -> None:
    if str(value).strip().lower() != TODAY:
        findings.add("form_day_unclear", part, property=name, value=value, known=TODAY)
    elif part["type"] != "datetime" or part.get("subtype") == "time":
        findings.add("form_rule_ignored", part, severity="warning", rule=name, type=part["type"])
