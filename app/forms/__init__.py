"""Forms in form-js schema: loaded and checked, read, validated, shown. No database, no engine, no web.

A form is `load`-ed from its file. `view` says what to draw; `read` (a browser) or `from_json` (the API) turn what
came back into values; `validate` lets through what the form allows; `split` parts variables from identity.
"""

from app.forms.checking_marks import check_marks
from app.forms.checking_names import check_names
from app.forms.display import NOTHING, display, plain, text_of
from app.forms.generated import from_form_data
from app.forms.jsonbody import from_json
from app.forms.leaving_out import left_out
from app.forms.model import Field, Option
from app.forms.naming import attached, held_files, pickers
from app.forms.paths import Path, get, put
from app.forms.reading import REMOVE, read
from app.forms.rows import BUTTON, FOCUS, changed
from app.forms.rules import accepts
from app.forms.schema import check, load
from app.forms.untouched import is_untouched
from app.forms.validation import checked, split, validate
from app.forms.view import Choice, Component, condition_context, view
from app.forms.whole import Form

__all__ = [
    "BUTTON",
    "FOCUS",
    "NOTHING",
    "REMOVE",
    "Choice",
    "Component",
    "Field",
    "Form",
    "Option",
    "Path",
    "accepts",
    "attached",
    "changed",
    "check",
    "check_marks",
    "check_names",
    "checked",
    "condition_context",
    "display",
    "from_form_data",
    "from_json",
    "get",
    "held_files",
    "is_untouched",
    "left_out",
    "load",
    "pickers",
    "plain",
    "put",
    "read",
    "split",
    "text_of",
    "validate",
    "view",
]
