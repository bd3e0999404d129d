"""What is wrong with a form: the whole of it and each component's frame. Rules of fields: `checking_fields`."""

from collections import Counter
from typing import Any

from app.bpmnio import feel
from app.forms.checking_fields import check_field
from app.forms.keys import is_identifier, is_reserved
from app.forms.model import CHOICES, INPUTS, SHOWN
from app.forms.parsing import Findings, Raw, components

_WORDS = (
    "id",
    "key",
    "label",
    "description",
    "dateLabel",
    "timeLabel",
    "text",
    "content",
    "accept",
    "valuesKey",
)
_TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys((*_WORDS, "subtype", "valuesExpression"), str),
    **dict.fromkeys(("disabled", "disallowPassedDates", "serializeToString"), bool),
    **dict.fromkeys(("readonly", "multiple"), (bool, str)),
    **dict.fromkeys(("validate", "conditional", "properties", "appearance"), dict),
    **dict.fromkeys(("values", "components"), list),
}
_TEMPLATED = ("label", "description", "dateLabel", "timeLabel", "text", "content", "accept")


def check_schema(schema: Raw, findings: Findings) -> None:
    """Add everything that keeps this form from being shown and validated as form-js would."""
    parts = [part for part, _ in components(schema)]
    for part in parts:
        if _knows_type(part, findings) and _has_right_types(part, findings):
            _check_frame(part, findings)
            check_field(part, findings)
    _check_twins(parts, findings)
    _check_lists(parts, findings)


def _knows_type(part: Raw, findings: Findings) -> bool:
    kind = part["type"]
    if kind == "button" and part.get("action", "submit") in ("submit", "reset"):
        findings.add("form_button_ignored", part, severity="warning")
        return False
    if kind not in INPUTS | SHOWN:
        findings.add("form_component_not_yet", part, type=kind)
        return False
    return True


def _has_right_types(part: Raw, findings: Findings) -> bool:
    wrong = [
        name
        for name, kind in _TYPES.items()
        if part.get(name) is not None and not isinstance(part[name], kind)
    ]
    for name in wrong:
        findings.add("form_property_wrong", part, property=name)
    return not wrong


def _check_frame(part: Raw, findings: Findings) -> None:
    kind = part["type"]
    if kind in INPUTS:
        _check_key(part, findings)
        if not any(part.get(name) for name in ("label", "dateLabel", "timeLabel")):
            findings.add("form_label_missing", part, severity="warning")
    if kind == "group" and part.get("path"):
        findings.add("form_path_not_yet", part)
    if part.get("isRepeating"):
        findings.add("form_component_not_yet", part, type="isRepeating")
    _check_templates(part, findings)


def _check_key(part: Raw, findings: Findings) -> None:
    key = part.get("key")
    if not key:
        findings.add("form_key_missing", part)
    elif not is_identifier(key):
        findings.add("form_key_not_identifier", part, key=key)
    elif is_reserved(key):
        findings.add("form_key_reserved", part, key=key)


def _check_templates(part: Raw, findings: Findings) -> None:
    """Texts that form-js would fill in from the data (``{{name}}``, ``=name``), and FEEL where we take yes or no."""
    appearance = part.get("appearance") or {}
    texts: dict[str, Any] = {name: part.get(name) for name in _TEMPLATED}
    texts |= {name: appearance.get(name) for name in ("prefixAdorner", "suffixAdorner")}
    for name, text in texts.items():
        if isinstance(text, str) and (text.startswith("=") or ("{{" in text and "}}" in text)):
            findings.add("form_template_not_yet", part, property=name)
    for name in ("readonly", "multiple"):
        if isinstance(part.get(name), str):
            findings.add("form_template_not_yet", part, property=name)


def _check_twins(parts: list[Raw], findings: Findings) -> None:
    keyed = [part for part in parts if part["type"] in INPUTS and isinstance(part.get("key"), str)]
    for key, count in Counter(part["key"] for part in keyed).items():
        if count > 1 and key:
            findings.add("form_key_twice", next(part for part in keyed if part["key"] == key), key=key)
    ids = Counter(part["id"] for part in parts if isinstance(part.get("id"), str))
    for part_id, count in ids.items():
        if count > 1:
            findings.add(
                "form_id_twice", next(part for part in parts if part.get("id") == part_id), key=part_id
            )


def _check_lists(parts: list[Raw], findings: Findings) -> None:
    """Lists that depend on other fields: a page draws them once, form-js anew at each key."""
    keys = {part["key"] for part in parts if part["type"] in INPUTS and isinstance(part.get("key"), str)}
    for part in parts:
        expression = part.get("valuesExpression")
        if part["type"] in CHOICES and isinstance(expression, str) and feel.mentions(expression) & keys:
            findings.add("form_options_once", part, severity="warning")
