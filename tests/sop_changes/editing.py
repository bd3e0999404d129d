"""Change the shipped files as somebody with a modeler would: elements, lanes, texts, form fields, table cells.

Only bytes of .bpmn, .form and .dmn files come out; nothing of `app` is imported.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tests.reports import DATA

ROOT = DATA.parent.parent
_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_NAMESPACES = {
    "bpmn": _BPMN,
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
    "modeler": "http://camunda.org/schema/modeler/1.0",
}
for _prefix, _uri in _NAMESPACES.items():
    ElementTree.register_namespace(_prefix, _uri)


def shipped() -> dict[str, bytes]:
    """The SOP as it is shipped, file name → content."""
    folders = (ROOT / "processes", ROOT / "forms")
    return {path.name: path.read_bytes() for folder in folders for path in sorted(folder.iterdir())}


def _named(prefixed: str) -> str:
    prefix, _colon, name = prefixed.rpartition(":")
    return f"{{{_NAMESPACES[prefix or 'bpmn']}}}{name}"


class Drawing:
    """The shipped diagram, open in a modeler."""

    NAME = "pengaduan.bpmn"

    def __init__(self) -> None:
        self._root = ElementTree.fromstring((ROOT / "processes" / self.NAME).read_bytes())
        process = self._root.find(_named("process"))
        plane = self._root.find(f".//{_named('bpmndi:BPMNPlane')}")
        assert process is not None
        assert plane is not None
        self._process, self._plane = process, plane

    def saved(self) -> dict[str, bytes]:
        """The file, with each element's own list of its flows brought up to date."""
        for element in self._process:
            for listed in [e for e in element if e.tag in {_named("incoming"), _named("outgoing")}]:
                element.remove(listed)
        return {self.NAME: ElementTree.tostring(self._root, encoding="utf-8", xml_declaration=True)}

    def element(self, element_id: str) -> Element:
        return next(e for e in self._root.iter() if e.get("id") == element_id)

    def rename(self, element_id: str, name: str) -> None:
        self.element(element_id).set("name", name)

    def move(self, lane_id: str, *element_ids: str) -> None:
        """Drag elements into another lane."""
        for reference in self._references():
            for child in [c for c in reference if (c.text or "").strip() in element_ids]:
                reference.remove(child)
        for element_id in element_ids:
            ElementTree.SubElement(self.element(lane_id), _named("flowNodeRef")).text = element_id

    def add_lane(self, lane_id: str, name: str) -> None:
        lanes = self._process.find(_named("laneSet"))
        assert lanes is not None
        ElementTree.SubElement(lanes, _named("lane"), {"id": lane_id, "name": name})
        self._shape(lane_id, 160, 1400, 2000, 200)

    def add(self, tag: str, element_id: str, name: str, lane_id: str, **attributes: str) -> Element:
        """Draw an element into a lane."""
        element = ElementTree.SubElement(
            self._process, _named(tag), {"id": element_id, "name": name, **attributes}
        )
        self.move(lane_id, element_id)
        self._shape(element_id, 500, 500, 100, 80)
        return element

    def add_task(self, element_id: str, name: str, lane_id: str, *, form: str = "") -> None:
        self.add("userTask", element_id, name, lane_id)
        if form:
            self.describe(element_id, "formJsonSchemaFilename", f"{form}.form")

    def add_timer(
        self,
        element_id: str,
        on: str,
        lane_id: str,
        *,
        cycle: str = "",
        duration: str = "",
        interrupting: bool,
    ) -> None:
        """Put a timer on the edge of a task."""
        cancel = {"attachedToRef": on, "cancelActivity": str(interrupting).lower()}
        event = self.add("boundaryEvent", element_id, cycle or duration, lane_id, **cancel)
        definition = ElementTree.SubElement(event, _named("timerEventDefinition"))
        ElementTree.SubElement(definition, _named("timeCycle" if cycle else "timeDuration")).text = (
            cycle or duration
        )

    def add_wait(
        self, element_id: str, name: str, lane_id: str, *, message: str = "", duration: str = ""
    ) -> None:
        """Draw an event that waits for a message or a time."""
        event = self.add("intermediateCatchEvent", element_id, name, lane_id)
        if message:
            id_ = f"pesan_{element_id}"
            self._root.insert(0, Element(_named("message"), {"id": id_, "name": message}))
            ElementTree.SubElement(event, _named("messageEventDefinition"), {"messageRef": id_})
        else:
            definition = ElementTree.SubElement(event, _named("timerEventDefinition"))
            ElementTree.SubElement(definition, _named("timeDuration")).text = duration

    def describe(self, element_id: str, name: str, value: str) -> None:
        """Set a property in the panel."""
        element = self.element(element_id)
        extensions = element.find(_named("extensionElements"))
        if extensions is None:
            extensions = ElementTree.Element(_named("extensionElements"))
            element.insert(0, extensions)
        listed = extensions.find(_named("zeebe:properties"))
        if listed is None:
            listed = ElementTree.SubElement(extensions, _named("zeebe:properties"))
        for entry in [e for e in listed if e.get("name") == name]:
            listed.remove(entry)
        ElementTree.SubElement(listed, _named("zeebe:property"), {"name": name, "value": value})

    def connect(self, source: str, target: str, *, name: str = "", condition: str = "", id: str = "") -> str:
        """Draw a flow; return its id."""
        flow_id = id or f"{source}_ke_{target}"
        attributes = {"id": flow_id, "sourceRef": source, "targetRef": target}
        flow = ElementTree.SubElement(
            self._process, _named("sequenceFlow"), attributes | ({"name": name} if name else {})
        )
        if condition:
            ElementTree.SubElement(flow, _named("conditionExpression")).text = condition
        edge = ElementTree.SubElement(
            self._plane, _named("bpmndi:BPMNEdge"), {"id": f"{flow_id}_di", "bpmnElement": flow_id}
        )
        for x in (500, 600):
            ElementTree.SubElement(edge, _named("di:waypoint"), {"x": str(x), "y": "540"})
        return flow_id

    def lead(self, flow_id: str, target: str) -> None:
        """Drag the end of a flow to another element."""
        self.element(flow_id).set("targetRef", target)

    def set_timer(self, element_id: str, text: str) -> None:
        """Type another time into a timer."""
        [definition] = [e for e in self.element(element_id) if e.tag == _named("timerEventDefinition")]
        definition[0].text = text
        self.rename(element_id, text)

    def _references(self) -> Iterator[Element]:
        yield from self._process.iter(_named("lane"))

    def _shape(self, element_id: str, x: int, y: int, width: int, height: int) -> None:
        shape = ElementTree.SubElement(
            self._plane, _named("bpmndi:BPMNShape"), {"id": f"{element_id}_di", "bpmnElement": element_id}
        )
        bounds = {"x": x, "y": y, "width": width, "height": height}
        ElementTree.SubElement(shape, _named("dc:Bounds"), {k: str(v) for k, v in bounds.items()})


def changed_form(key: str, change: Callable[[dict[str, dict[str, Any]]], None]) -> dict[str, bytes]:
    """A shipped form after ``change`` has worked on its components (key → component)."""
    name = f"{key}.form"
    schema = json.loads((ROOT / "forms" / name).read_bytes())
    change({component["key"]: component for component in _components(schema) if component.get("key")})
    return {name: json.dumps(schema, ensure_ascii=False).encode()}


def _components(parent: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for component in parent.get("components", []):
        yield component
        yield from _components(component)


def new_form(key: str, *components: dict[str, Any]) -> dict[str, bytes]:
    """A form drawn from nothing."""
    drawn = [{"id": f"Field_{key}_{n}", **component} for n, component in enumerate(components)]
    schema = {"type": "default", "id": key, "schemaVersion": 18, "components": drawn}
    return {f"{key}.form": json.dumps(schema).encode()}


def replaced(name: str, old: str, new: str) -> dict[str, bytes]:
    """A shipped file with one text of it, which is there once, replaced."""
    text = shipped()[name].decode()
    assert text.count(old) == 1, text.count(old)
    return {name: text.replace(old, new).encode()}
