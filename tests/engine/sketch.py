"""BPMN with a layout, and its drawing read back, for tests of drawing.

Sketch().shape("userTask", "a", 100, 50).shape("endEvent", "z", 300, 72).edge("a", "z").xml()
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lxml import etree

from app.engine.drawing import State, draw_svg

SOP = (Path(__file__).parents[2] / "processes" / "pengaduan.bpmn").read_bytes()
TIMER = "<b:timerEventDefinition/>"
STAYS = {"cancelActivity": "false"}

_HEAD = (
    '<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:d="http://www.omg.org/spec/DD/20100524/DI">'
)


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


def small() -> Sketch:
    """Start → task with a deadline → gateway → end, and back."""
    return (
        Sketch()
        .shape("startEvent", "mulai", 50, 72)
        .shape("userTask", "periksa", 150, 50, 120, 80, name="Periksa berkas")
        .shape(
            "boundaryEvent",
            "tenggat",
            230,
            112,
            name="3 hari",
            inside=TIMER,
            attachedToRef="periksa",
            **STAYS,
        )
        .shape(
            "exclusiveGateway",
            "lengkap",
            340,
            65,
            name="Lengkap?",
            label='x="330" y="30" width="70" height="14"',
        )
        .shape("endEvent", "selesai", 480, 72)
        .edge("mulai", "periksa", [(86, 90), (150, 90)])
        .edge("periksa", "lengkap", [(270, 90), (340, 90)])
        .edge("lengkap", "selesai", [(390, 90), (480, 90)], name="ya")
        .edge("lengkap", "periksa", [(365, 115), (365, 180), (190, 180), (190, 130)], name="tidak")
    )


def svg(content: bytes, states: dict[str, State] | None = None, title: str = "Uji") -> etree._Element:
    """The drawing, read as XML."""
    return etree.fromstring(draw_svg(content, states or {}, title=title))


def group(root: etree._Element, id: str) -> etree._Element:
    [found] = root.xpath(f"//*[@data-element-id='{id}']")
    return found


def css(root: etree._Element, id: str) -> set[str]:
    return set(group(root, id).get("class").split())


def tip(root: etree._Element, id: str) -> str:
    return group(root, id).findtext("title") or ""


def words(node: etree._Element) -> str:
    return " ".join("".join(part.itertext()) for part in node.iter("tspan"))
