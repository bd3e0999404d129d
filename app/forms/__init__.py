"""Forms in form-js schema: loaded and checked, read, validated, shown. No database, no engine, no web.

A form is `load`-ed from its file. `view` says what to draw; `read` (a browser) or `from_json` (the API) turn what
came back into values; `validate` lets through what the form allows; `split` parts variables from identity.
"""

from app.forms.display.submitted import NOTHING, display, is_untouched, plain, text_of
from app.forms.display.view import Choice, Component, condition_context, view
from app.forms.form import Form
from app.forms.model import Field, Option
from app.forms.paths import Path, get, put
from app.forms.rules import accepts
from app.forms.schema.checking import check_identity, check_marks, check_names
from app.forms.schema.schema import (
    IdentityMarks,
    check_form,
    from_form_data,
    identity_marks,
    load_form,
    marks_of,
)
from app.forms.schema.variable_mentions import form_mentions
from app.forms.submission.cells import foreign_choices, from_cells, imported_fields, left_out_by
from app.forms.submission.html_values import REMOVE, attached, held_files, pickers, read_html
from app.forms.submission.identity_flow import with_identity
from app.forms.submission.json_values import from_json, left_out
from app.forms.submission.rows import BUTTON, FOCUS, changed
from app.forms.submission.validation import checked, split, validate

__all__ = [
    "BUTTON",
    "FOCUS",
    "NOTHING",
    "REMOVE",
    "Choice",
    "Component",
    "Field",
    "Form",
    "IdentityMarks",
    "Option",
    "Path",
    "accepts",
    "attached",
    "changed",
    "check_form",
    "check_identity",
    "check_marks",
    "check_names",
    "checked",
    "condition_context",
    "display",
    "foreign_choices",
    "form_mentions",
    "from_cells",
    "from_form_data",
    "from_json",
    "get",
    "held_files",
    "identity_marks",
    "imported_fields",
    "is_untouched",
    "left_out",
    "left_out_by",
    "load_form",
    "marks_of",
    "pickers",
    "plain",
    "put",
    "read_html",
    "split",
    "text_of",
    "validate",
    "view",
    "with_identity",
]
