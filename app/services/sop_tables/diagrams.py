"""A diagram written and laid out: lanes below each other, and each element in a column of its own, in order."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from app.base.i18n import _

Kind = Literal["startEvent", "userTask", "exclusiveGateway", "endEvent"]

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SIZES = {"startEvent": (36, 36), "endEvent": (36, 36), "exclusiveGateway": (50, 50), "userTask": (120, 80)}
_LEFT, _TOP, _HEAD, _COLUMN, _FIRST = 160, 80, 30, 190, 90
_LANE, _LOWER = 160, 100
_CHANNEL = 18
_LONGEST_ID = 40
_HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0" """


@dataclass(eq=False)
class Node:
    """An element. ``lane`` is the place of its lane; ``about`` what its documentation says; ``form`` a form key;
    ``deadline`` the text of its timer; ``beside`` the element below which it stands, else it has a column; ``row``
    that of the table; ``answers`` the words of a question's answers, where they are not "ya" and "tidak"."""

    id: str
    kind: Kind
    name: str
    lane: int
    properties: Mapping[str, str] = field(default_factory=dict)
    about: list[str] = field(default_factory=list)
    form: str = ""
    deadline: str = ""
    beside: str = ""
    row: int = 0
    answers: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Flow:
    """A sequence flow with the answer that leads along it."""

    id: str
    source: Node
    target: Node
    text: str = ""


@dataclass(frozen=True)
class Drawing:
    """What a diagram holds."""

    key: str
    name: str
    lanes: Sequence[str]
    nodes: Sequence[Node]
    flows: Sequence[Flow]
    properties: Mapping[str, str]


def id_of(name: str) -> str:
    """An element's id made of its name: words joined by "_"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_ID].strip("_")
    return words if words[:1].isalpha() else f"langkah_{words}".rstrip("_")


def reserved_ids(key: str, lanes: int) -> set[str]:
    """The ids in a diagram that are no element's of the table."""
    return {
        key,
        f"{key}_diagram",
        "kolaborasi",
        "kolam",
        "pelaksana",
        *(f"lajur_{n + 1}" for n in range(lanes)),
    }


def written(drawing: Drawing) -> bytes:
    """The diagram as a BPMN file with its layout."""
    parts = [
        f'{_HEADER}id="{drawing.key}_diagram" targetNamespace="http://bpmn.io/schema/bpmn" '
        'modeler:executionPlatform="Camunda Cloud">',
        f'<bpmn:collaboration id="kolaborasi"><bpmn:participant id="kolam" name={_quoted(drawing.name)} '
        f'processRef="{drawing.key}"/></bpmn:collaboration>',
        f'<bpmn:process id="{drawing.key}" name={_quoted(drawing.name)} isExecutable="true">',
        _extensions(properties={"perihal": "perihal", "satuan hari": "kerja", **drawing.properties}),
        *_lanes(drawing),
        *(part for node in drawing.nodes for part in _element(node, drawing.flows)),
        *(_sequence(flow) for flow in drawing.flows),
        "</bpmn:process>",
        *_Layout(drawing).written(),
        "</bpmn:definitions>",
    ]
    return "\n".join(parts).encode()


def _quoted(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text), {"\n": "&#10;", "\t": " "})


def _extensions(*, form: str = "", task: bool = False, properties: Mapping[str, str]) -> str:
    inside = "<zeebe:userTask/>" if task else ""
    inside += f'<zeebe:formDefinition formId="{form}"/>' if form else ""
    if properties:
        each = "".join(
            f"<zeebe:property name={_quoted(name)} value={_quoted(text)}/>"
            for name, text in properties.items()
        )
        inside += f"<zeebe:properties>{each}</zeebe:properties>"
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>" if inside else ""


def _lanes(drawing: Drawing) -> Iterator[str]:
    yield '<bpmn:laneSet id="pelaksana">'
    for place, name in enumerate(drawing.lanes):
        yield f'<bpmn:lane id="lajur_{place + 1}" name={_quoted(name)}>'
        for node in drawing.nodes:
            if node.lane == place:
                yield f"<bpmn:flowNodeRef>{node.id}</bpmn:flowNodeRef>"
                if node.deadline:
                    for part in ("tenggat", "ingatkan", "diingatkan"):
                        yield f"<bpmn:flowNodeRef>{part}_{node.id}</bpmn:flowNodeRef>"
        yield "</bpmn:lane>"
    yield "</bpmn:laneSet>"


def _element(node: Node, flows: Sequence[Flow]) -> Iterator[str]:
    yield f'<bpmn:{node.kind} id="{node.id}" name={_quoted(node.name)}>'
    if node.about:
        yield f"<bpmn:documentation>{escape(_NOT_XML.sub('', chr(10).join(node.about)))}</bpmn:documentation>"
    yield _extensions(form=node.form, task=node.kind == "userTask", properties=node.properties)
    for flow in flows:
        if flow.target is node:
            yield f"<bpmn:incoming>{flow.id}</bpmn:incoming>"
    for flow in flows:
        if flow.source is node:
            yield f"<bpmn:outgoing>{flow.id}</bpmn:outgoing>"
    yield f"</bpmn:{node.kind}>"
    if node.deadline:
        yield from _reminder(node)


def _reminder(node: Node) -> Iterator[str]:
    """The task's deadline: it leaves the task open, and tells its lane."""
    said = _("{name} sudah melewati {time}. Tugas tetap terbuka.", name=node.name, time=node.deadline)
    yield (
        f'<bpmn:boundaryEvent id="tenggat_{node.id}" name={_quoted(node.deadline)} cancelActivity="false" '
        f'attachedToRef="{node.id}">{_extensions(properties={"tenggat": "ya"})}'
        f"<bpmn:outgoing>lewat_{node.id}</bpmn:outgoing>"
        f'<bpmn:timerEventDefinition id="tenggat_{node.id}_waktu"><bpmn:timeDuration '
        f'xsi:type="bpmn:tFormalExpression">{escape(node.deadline)}</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    yield (
        f'<bpmn:sendTask id="ingatkan_{node.id}" name={_quoted(_("Ingatkan"))}>'
        f"{_extensions(properties={'pesan': said})}"
        f"<bpmn:incoming>lewat_{node.id}</bpmn:incoming><bpmn:outgoing>usai_{node.id}</bpmn:outgoing></bpmn:sendTask>"
    )
    yield (
        f'<bpmn:endEvent id="diingatkan_{node.id}" name={_quoted(_("Terkirim"))}>'
        f"<bpmn:incoming>usai_{node.id}</bpmn:incoming></bpmn:endEvent>"
    )
    for id_, one, two in _reminder_flows(node):
        yield f'<bpmn:sequenceFlow id="{id_}" sourceRef="{one}" targetRef="{two}"/>'


def _reminder_flows(node: Node) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    timer, told, done = (f"{part}_{node.id}" for part in ("tenggat", "ingatkan", "diingatkan"))
    return (f"lewat_{node.id}", timer, told), (f"usai_{node.id}", told, done)


def _sequence(flow: Flow) -> str:
    name = f" name={_quoted(flow.text)}" if flow.text else ""
    return (
        f'<bpmn:sequenceFlow id="{flow.id}"{name} sourceRef="{flow.source.id}" targetRef="{flow.target.id}"/>'
    )


class _Layout:
    """Where everything stands, in pixels."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.by_id = {node.id: node for node in drawing.nodes}
        chain = [node for node in drawing.nodes if not node.beside]
        self.column = {node.id: place for place, node in enumerate(chain)}
        self.column |= {node.id: self.column[node.beside] for node in drawing.nodes if node.beside}
        lower = {node.lane for node in drawing.nodes if self._is_lower(node) or node.deadline}
        back = sum(flow for flow in map(self._goes_around, drawing.flows))
        self.tops, y = list[int](), _TOP
        for place in range(len(drawing.lanes)):
            self.tops.append(y)
            y += _LANE + (_LOWER if place in lower else 0)
        self.bottom = y + (_CHANNEL * (back + 1) if back else 0)
        self.channels = y

    def _is_lower(self, node: Node) -> bool:
        return bool(node.beside) and self.by_id[node.beside].lane == node.lane

    def _goes_around(self, flow: Flow) -> bool:
        """Whether it leads back, or past others: by a channel below the lanes."""
        return not 0 <= self.column[flow.target.id] - self.column[flow.source.id] <= 1

    def _box(self, node: Node) -> tuple[int, int, int, int]:
        w, h = _SIZES[node.kind]
        x = _LEFT + _HEAD + _FIRST + self.column[node.id] * _COLUMN
        y = self.tops[node.lane] + _LANE // 2 + (_LOWER if self._is_lower(node) else 0)
        return x - w // 2, y - h // 2, w, h

    def written(self) -> Iterator[str]:
        """The lines of the layout."""
        width = _HEAD + _FIRST + (max(self.column.values()) + 1) * _COLUMN
        yield '<bpmndi:BPMNDiagram id="gambar"><bpmndi:BPMNPlane id="bidang" bpmnElement="kolaborasi">'
        yield _shape("kolam", (_LEFT, _TOP, width, self.bottom - _TOP), ' isHorizontal="true"')
        for place, top in enumerate(self.tops):
            following = self.tops[place + 1] if place + 1 < len(self.tops) else self.bottom
            box = (_LEFT + _HEAD, top, width - _HEAD, following - top)
            yield _shape(f"lajur_{place + 1}", box, ' isHorizontal="true"')
        for node in self.drawing.nodes:
            yield from self._shapes(node)
        back = 0
        for flow in self.drawing.flows:
            back += self._goes_around(flow)
            yield self._edge(flow, back)
        yield "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"

    def _shapes(self, node: Node) -> Iterator[str]:
        x, y, w, h = self._box(node)
        label = None
        if node.kind == "exclusiveGateway":
            label = (x + w // 2 - 60, y - 34, 120, 27)
        elif node.kind != "userTask":
            label = (x + w // 2 - 60, y + h + 5, 120, 27)
        marker = ' isMarkerVisible="true"' if node.kind == "exclusiveGateway" else ""
        yield _shape(node.id, (x, y, w, h), marker, label)
        if node.deadline:
            at = (x + w - 38, y + h - 18, 36, 36)
            yield _shape(f"tenggat_{node.id}", at, "", (at[0] - 70, at[1] + 22, 66, 27))
            told = (x + w // 2 - 20, self.tops[node.lane] + _LANE // 2 + _LOWER - 25, 80, 50)
            done = (told[0] + 92, told[1] + 7, 36, 36)
            yield _shape(f"ingatkan_{node.id}", told)
            yield _shape(f"diingatkan_{node.id}", done, "", (done[0] - 12, done[1] + 38, 60, 14))
            first, second = _reminder_flows(node)
            yield _way(first[0], [(at[0] + 18, at[1] + 36), (at[0] + 18, told[1])])
            yield _way(second[0], [(told[0] + 80, told[1] + 25), (done[0], told[1] + 25)])

    def _edge(self, flow: Flow, back: int) -> str:
        x, y, w, h = self._box(flow.source)
        a, b, c, d = self._box(flow.target)
        label = ""
        if self._goes_around(flow):
            channel, into = self.channels + _CHANNEL * back, a + (5 if c > 60 else c // 2)
            points = [
                (x + w // 2, y + h),
                (x + w // 2, channel),
                (into, channel),
                (into, b + d),
            ]
            label = _label((x + w // 2 + 6, y + h + 6, 40, 14))
        elif self.column[flow.source.id] == self.column[flow.target.id]:
            down = b > y
            points = [(x + w // 2, y + h if down else y), (a + c // 2, b if down else b + d)]
            label = _label((x + w // 2 + 6, y + h + 6 if down else y - 20, 40, 14))
        else:
            middle = a - 12
            points = [(x + w, y + h // 2), (middle, y + h // 2), (middle, b + d // 2), (a, b + d // 2)]
            points = points if y + h // 2 != b + d // 2 else [points[0], points[-1]]
            label = _label((x + w + 4, y + h // 2 - 18, 30, 14))
        return _way(flow.id, points, label if flow.text else "")


def _way(id_: str, points: Sequence[tuple[int, int]], label: str = "") -> str:
    way = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in points)
    return f'<bpmndi:BPMNEdge id="{id_}_di" bpmnElement="{id_}">{way}{label}</bpmndi:BPMNEdge>'


def _bounds(box: tuple[int, int, int, int]) -> str:
    x, y, w, h = box
    return f'<dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}"/>'


def _label(box: tuple[int, int, int, int]) -> str:
    return f"<bpmndi:BPMNLabel>{_bounds(box)}</bpmndi:BPMNLabel>"


def _shape(
    id_: str, box: tuple[int, int, int, int], more: str = "", label: tuple[int, int, int, int] | None = None
) -> str:
    said = _label(label) if label else ""
    return (
        f'<bpmndi:BPMNShape id="{id_}_di" bpmnElement="{id_}"{more}>{_bounds(box)}{said}</bpmndi:BPMNShape>'
    )
