"""Names that a form's conditions, limits, lists and formulas read and that nothing sets."""

from collections.abc import Collection

from app.findings import Finding
from app.forms.form import Form
from app.forms.schema.building import written
from app.forms.schema.parsing import Findings
from app.forms.submission.variable_references import names_read


def check_names(form: Form, content: bytes, *, known: Collection[str], file: str) -> tuple[Finding, ...]:
    """Return a warning for each name outside ``known``, the variables of the process, that the form does not hold.

    FEEL takes such a name for null: the field it hides or bounds is hidden, or shown, in every case.
    """
    findings = Findings(file, content.decode("utf-8", "replace"))
    own = {segment for part in form.everything for segment in (part.key or "").split(".")}
    parts = written(form.schema)
    for part in form.everything:
        for name in sorted(names_read(part) - own - set(known)):
            findings.add("form_name_never_set", parts[part.id], severity="warning", variable=name)
    return tuple(findings.found)
