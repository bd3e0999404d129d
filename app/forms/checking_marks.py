"""Marks of a form that contradict each other."""

from app.findings import Finding
from app.forms.model import Form
from app.forms.parsing import Findings, components


def check_marks(form: Form, content: bytes, *, file: str) -> tuple[Finding, ...]:
    """Return an error for each field that is both identity and for the reporter's page.

    ``content`` is what the form was loaded from. Asked when a file is deployed and not when it is loaded: a version
    that runs already goes on, and shows no identity.
    """
    findings = Findings(file, content.decode("utf-8", "replace"))
    wrong = {part.key for part in form.fields if part.private and part.told}
    for part, _depth in components(form.schema):
        if part.get("key") in wrong:
            findings.add("form_private_told", part)
    return tuple(findings.found)
