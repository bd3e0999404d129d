"""Forms in form-js schema: loaded and checked, read, validated, shown. No database, no engine, no web.

A form is `load`-ed from its file. `view` says what to draw; `read` (a browser) or `from_json` (the API) turn what
came back into values; `validate` lets through what the form allows; `split` parts variables from identity.
"""

from app.forms.checking_marks import check_marks
from app.forms.display import display, text_of
from app.forms.jsonbody import from_json
from app.forms.model import Field, Form, Option
from app.forms.opening import initial
from app.forms.reading import REMOVE, read
from app.forms.rules import accepts
from app.forms.schema import check, load
from app.forms.validation import split, validate
from app.forms.view import Choice, Component, condition_context, view

__all__ = [
    "REMOVE",
    "Choice",
    "Component",
    "Field",
    "Form",
    "Option",
    "accepts",
    "check",
    "check_marks",
    "condition_context",
    "display",
    "from_json",
    "initial",
    "load",
    "read",
    "split",
    "text_of",
    "validate",
    "view",
]
