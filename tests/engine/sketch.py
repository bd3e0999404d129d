"""BPMN with a layout, for tests of drawing.

Sketch().shape("userTask", "a", 100, 50).shape("endEvent", "z", 300, 72).edge("a", "z").xml()
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

_HEAD = (
    '<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:d="http://www.omg.org/spec/DD/20100524/DI">'
)
_SMALL = ("Event", "Gateway")


@dataclass
class Sketch:
    collaboration: str = ""
    lanes: str = ""
    model: list[str] = field(default_factory=list)
    layout: list[str] = field(default_factory=list)

    def shape(
        self,
        tag: str,
        id: str,
        x: object,
        y: object,
        w: object = None,
        h: object = None,
        *,
        name: str | None = None,
        inside: str = "",
        label: str = "",
        drawn: str = "",
        **attributes: str,
    ) -> "Sketch":
        """An element and its place; ``drawn`` are attributes of the layout, ``label`` its BPMNLabel's bounds."""
        usual = (36, 36) if tag.endswith("Event") else (50, 50) if tag.endswith("Gateway") else (100, 80)
        named = {"id": id, "name": id if name is None else name, **attributes}
        text = "".join(f" {key}={quoteattr(value)}" for key, value in named.items())
        self.model.append(f"<b:{tag}{text}>{inside}</b:{tag}>")
        return self.place(id, x, y, usual[0] if w is None else w, usual[1] if h is None else h, label, drawn)

    def place(
        self, id: str, x: object, y: object, w: object, h: object, label: str = "", drawn: str = ""
    ) -> "Sketch":
        bounds = f'<dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}"/>'
        text = f"<di:BPMNLabel><dc:Bounds {label}/></di:BPMNLabel>" if label else ""
        self.layout.append(f'<di:BPMNShape bpmnElement="{id}" {drawn}>{bounds}{text}</di:BPMNShape>')
        return self

    def edge(
        self,
        source: str,
        target: str,
        points: Sequence[tuple[object, object]] = (),
        *,
        id: str = "",
        tag: str = "sequenceFlow",
        name: str = "",
        inside: str = "",
        **attributes: str,
    ) -> "Sketch":
        id = id or f"{source}__{target}"
        text = "".join(f" {key}={quoteattr(value)}" for key, value in {"name": name, **attributes}.items())
        line = f'<b:{tag} id="{id}" sourceRef="{source}" targetRef="{target}"{text}>{inside}</b:{tag}>'
        if tag == "messageFlow":
            self.collaboration += line
        else:
            self.model.append(line)
        ways = "".join(f'<d:waypoint x="{x}" y="{y}"/>' for x, y in points)
        self.layout.append(f'<di:BPMNEdge bpmnElement="{id}">{ways}</di:BPMNEdge>')
        return self

    def xml(self, *, layout: bool = True, more: str = "") -> bytes:
        lanes = f"<b:laneSet>{self.lanes}</b:laneSet>" if self.lanes else ""
        together = f"<b:collaboration>{self.collaboration}</b:collaboration>" if self.collaboration else ""
        planes = f"<di:BPMNDiagram><di:BPMNPlane>{''.join(self.layout)}</di:BPMNPlane></di:BPMNDiagram>"
        body = f'<b:process id="proses" name="Proses">{lanes}{"".join(self.model)}</b:process>'
        text = f"{_HEAD}{together}{body}{planes if layout else ''}{more}</b:definitions>"
        return text.encode("utf-8", "surrogatepass")
