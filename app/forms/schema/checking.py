"""What is wrong with a form: the whole of it and each component's frame. Rules of fields: `checking_fields`."""

from app.bpmnio import feel
from app.forms.keys import is_identifier, is_reserved
from app.forms.model import CHOICES, INPUTS, LIST, SHOWN
from app.forms.schema.checking_fields import check_field
from app.forms.schema.checking_paths import check_paths
from app.forms.schema.checking_shape import has_right_shape
from app.forms.schema.checking_shown import check_shown, check_templates
from app.forms.schema.parsing import Findings, Raw, components, is_list


def check_schema(schema: Raw, findings: Findings) -> None:
    """Add everything that keeps this form from being shown and validated as form-js would."""
    parts = [part for part, _ in components(schema)]
    sound = [part for part in parts if _knows_type(part, findings) and has_right_shape(part, findings)]
    for part in sound:
        _check_frame(part, findings)
        check_field(part, findings)
        check_shown(part, findings)
    if len(sound) == len(parts):
        check_paths(schema, findings)
        _check_lists(parts, findings)


def _knows_type(part: Raw, findings: Findings) -> bool:
    if part["type"] not in INPUTS | SHOWN | {LIST}:
        findings.add("form_component_unknown", part, type=part["type"])
        return False
    return True


def _check_frame(part: Raw, findings: Findings) -> None:
    kind = part["type"]
    if kind in INPUTS:
        _check_key(part, "key", findings)
        labelled = any(part.get(name) for name in ("label", "dateLabel", "timeLabel"))
        if not labelled and kind != "expression":
            findings.add("form_label_missing", part, severity="warning")
    elif is_list(part) or (kind in ("group", LIST) and part.get("path")):
        _check_key(part, "path", findings)
    check_templates(part, findings)


def _check_key(part: Raw, name: str, findings: Findings) -> None:
    """A key is a path: each name in it becomes a variable, or an entry of one."""
    key = part.get(name)
    if not key:
        findings.add("form_key_missing", part)
    elif not all(is_identifier(step) for step in key.split(".")):
        findings.add("form_key_not_identifier", part, key=key)
    elif any(is_reserved(step) for step in key.split(".")):
        findings.add("form_key_reserved", part, key=key)


def _check_lists(parts: list[Raw], findings: Findings) -> None:
    """Lists that depend on other fields: a page draws them once, form-js anew at each key."""
    keys = {part["key"].partition(".")[0] for part in parts if part["type"] in INPUTS and part.get("key")}
    for part in parts:
        expression = part.get("valuesExpression")
        if (
            part["type"] not in CHOICES
            or not isinstance(expression, str)
            or feel.syntax_error(expression) is not None
        ):
            continue  # what cannot be read is noted with its field
        if feel.mentions(expression) & keys:
            findings.add("form_options_once", part, severity="warning")
