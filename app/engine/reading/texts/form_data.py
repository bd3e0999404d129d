"""Forms drawn into the diagram itself: ``camunda:formData``, and ``formProperty`` of Flowable and Activiti.

Read into JSON text, a list of fields; what makes a form of them is `app.forms.schema.embedded_forms`.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.engine.diagram import ASKED, Node
from app.engine.xml import Element, attribute, vendor

#: The property of a node that holds the fields, and how the keys of such forms begin.
PROPERTY = "formData"
MOST_FIELDS = 200
_CONSTRAINTS = (("required", "required", "true"), ("readonly", "writable", "false"))


def read_form_data(found: tuple[Element, ...]) -> str:
    """Return the fields among the extensions of one element as JSON; "" where there are none."""
    fields = list(_fields(found))[:MOST_FIELDS]
    return json.dumps(fields, ensure_ascii=False, sort_keys=True) if fields else ""


def field_names(fields: str) -> list[str]:
    """The variables that such fields, as `read_form_data` gave them, are kept under."""
    return [one["id"] for one in json.loads(fields)] if fields else []


def key(element: Element) -> str:
    """Return the key of the form of ``element``."""
    return f"{PROPERTY}-{attribute(element, 'id')}"


def asking(node: Node) -> Node:
    """The event ``node`` with a form for what it asks: until when it waits, or a note of why its condition holds."""
    asked = {
        "time": ("moment", "Sampai kapan?", "Kosongkan bila sudah waktunya."),
        "condition": ("text", "Catatan", "Apa yang membuat syarat ini terpenuhi?"),
    }
    kind, label, hint = asked[node.asks]
    field = {"id": ASKED[node.asks], "label": label, "hint": hint, "type": kind, "default": ""}
    none: dict[str, Any] = {"values": [], "constraints": {}}
    properties = {**node.properties, PROPERTY: json.dumps([field | none], ensure_ascii=False, sort_keys=True)}
    return replace(node, form_key=f"{PROPERTY}-{node.id}", properties=properties)


def _fields(found: tuple[Element, ...]) -> Iterator[dict[str, Any]]:
    for extension in found:
        if vendor(extension) == "formData":
            yield from (
                _field(one, "label", "defaultValue") for one in extension if vendor(one) == "formField"
            )
        elif vendor(extension) == "formProperty":
            yield _field(extension, "name", "default")


def _field(one: Element, label: str, default: str) -> dict[str, Any]:
    constraints = {name: "" for name, own, value in _CONSTRAINTS if attribute(one, own) == value}
    for group in one:
        if vendor(group) == "validation":
            constraints |= {attribute(rule, "name"): attribute(rule, "config") for rule in group}
    return {
        "id": attribute(one, "id"),
        "label": attribute(one, label),
        "type": attribute(one, "type"),
        "default": attribute(one, default),
        "values": [(attribute(v, "id"), attribute(v, "name")) for v in one if vendor(v) == "value"],
        "constraints": constraints,
    }
