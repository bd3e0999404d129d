"""Write the templates with which Camunda Modeler shows Alur's properties: ``python frontend/element_templates.py``.

Made from ``src/studio/properties.json``, as the panel of the studio is. A template lists every property of its kind
of element: Camunda Modeler drops those that a template does not name when it is applied.
"""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "src" / "studio" / "properties.json"
MADE = HERE.parent / ".camunda" / "element-templates" / "alur.json"
_SCHEMA = "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json"

#: Id, name, BPMN type, event definition, and the places of the source whose properties it has.
_KINDS: tuple[tuple[str, str, str, str, frozenset[str]], ...] = (
    ("proses", "Proses", "bpmn:Process", "", frozenset({"process"})),
    ("pool", "Proses (pool)", "bpmn:Participant", "", frozenset({"process"})),
    ("lajur", "Lajur", "bpmn:Lane", "", frozenset({"lane"})),
    ("tugas", "Tugas orang", "bpmn:UserTask", "", frozenset({"user-task", "task", "step"})),
    ("kirim", "Tugas kirim", "bpmn:SendTask", "", frozenset({"send-task", "sender", "step"})),
    ("tenggat", "Timer di tepi", "bpmn:BoundaryEvent", "bpmn:TimerEventDefinition", frozenset({"timer"})),
    (
        *("tunggu", "Tunggu pesan", "bpmn:IntermediateCatchEvent", "bpmn:MessageEventDefinition"),
        frozenset({"message", "step"}),
    ),
    ("akhir", "Kejadian akhir", "bpmn:EndEvent", "", frozenset({"end", "step"})),
)


def templates() -> list[dict[str, Any]]:
    """The templates, one for each kind of element."""
    source = json.loads(SOURCE.read_text("utf-8"))
    return [_template(source, *kind) for kind in _KINDS]


def _template(
    source: dict[str, Any], key: str, name: str, tag: str, event: str, places: frozenset[str]
) -> dict[str, Any]:
    known = [one for one in source["properties"] if places & set(one["on"])]
    fields = [_field(one) for one in known]
    if "message" in places:  # Camunda 8 gives such an event no form of its own
        fields.insert(0, _text("Formulir", "formJsonSchemaFilename", "Nama berkas, misalnya pelapor.form."))
    typed = {"elementType": {"value": tag, "eventDefinition": event}} if event else {}
    return {
        "$schema": _SCHEMA,
        "name": f"Alur: {name}",
        "id": f"alur.{key}",
        "appliesTo": [tag],
        **typed,
        "properties": fields,
    }


def _field(entry: dict[str, Any]) -> dict[str, Any]:
    label, hint = entry["id"]
    made = _text(label, entry["name"], hint)
    if entry["kind"] in ("long", "feel"):
        made["type"] = "Text"
    values = ["ya"] if entry["kind"] == "yes" else entry.get("values", [])
    if values:
        made |= {"type": "Dropdown", "choices": [{"name": "–", "value": ""}, *_choices(values)]}
    return made


def _text(label: str, name: str, hint: str) -> dict[str, Any]:
    described = {"description": hint} if hint else {}
    binding = {"type": "zeebe:property", "name": name}
    return {"label": label, **described, "type": "String", "optional": True, "binding": binding}


def _choices(values: list[str]) -> list[dict[str, str]]:
    return [{"name": value, "value": value} for value in values]


def written() -> str:
    """The file's content."""
    return json.dumps(templates(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    MADE.parent.mkdir(parents=True, exist_ok=True)
    MADE.write_text(written(), "utf-8")
