"""Forms that Camunda 7, Flowable and Activiti keep in the diagram itself, as form-js forms.

Source: Camunda 7 user guide, "Generated Task Forms"; Flowable and Activiti user guides, "Form properties".
"""

import json
from collections.abc import Mapping
from typing import Any

from app.forms.moments import from_text

#: Type in the diagram → component, and what else it gets.
_KINDS: dict[str, dict[str, Any]] = {
    "string": {"type": "textfield"},
    "text": {"type": "textarea"},
    "long": {"type": "number", "decimalDigits": 0},
    "integer": {"type": "number", "decimalDigits": 0},
    "double": {"type": "number"},
    "boolean": {"type": "checkbox"},
    "date": {"type": "datetime", "subtype": "date"},
    "enum": {"type": "select"},
}
_RULES = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}
_SCOPE = {
    "textfield": ("minLength", "maxLength"),
    "textarea": ("minLength", "maxLength"),
    "number": ("min", "max"),
}


def from_form_data(fields: str) -> bytes:
    """Return a form for the fields that the reader of diagrams found: see `app.engine.reading.texts.form_data`.

    What it cannot run is told by the checks that every form passes.
    """
    components = [_component(field) for field in json.loads(fields)]
    schema = {"type": "default", "schemaVersion": 19, "components": components}
    return json.dumps(schema, ensure_ascii=False, indent=2).encode()


def _component(field: Mapping[str, Any]) -> dict[str, Any]:
    part = {"id": f"isian_{field['id']}", "key": field["id"], "label": field["label"] or field["id"]}
    part |= _KINDS.get(field["type"], _KINDS["string"])
    if part["type"] == "datetime":
        part["dateLabel"] = part.pop("label")
    if part["type"] == "select":
        part["values"] = [{"label": name or value, "value": value} for value, name in field["values"]]
    if "readonly" in field["constraints"]:
        part["readonly"] = True
    if validate := _rules(part["type"], field["constraints"]):
        part["validate"] = validate
    default = _default(part, field["default"])
    return part if default is None else {**part, "defaultValue": default}


def _rules(kind: str, constraints: Mapping[str, str]) -> dict[str, Any]:
    """Rules of form-js. A box that must be there may be left without a tick: form-js would want the tick."""
    found: dict[str, Any] = {"required": True} if "required" in constraints and kind != "checkbox" else {}
    limits = ((_RULES[name], config) for name, config in constraints.items() if name in _RULES)
    return found | {name: config for name, config in limits if name in _SCOPE.get(kind, ())}


def _default(part: Mapping[str, Any], text: str) -> Any:
    """Return the default as the component holds it; one that only code could work out is left out."""
    if not text or text.startswith(("${", "#{")):
        return None
    match part["type"]:
        case "checkbox":
            return text.lower() == "true"
        case "number":
            return _number(text)
        case "datetime":
            return from_text(text, "date")
    return text


def _number(text: str) -> Any:
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text
