"""Diagrams that nobody drew, as files: those that the engine plays, written as BPMN with a layout."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from app.engine.diagram import Diagram, Flow, Node
from tests.engine.drawn import draw
from tests.engine.invented import Inventor

_HEAD = (
    '<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:d="http://www.omg.org/spec/DD/20100524/DI" xmlns:z="http://camunda.org/schema/zeebe/1.0" id="berkas">'
)


def invented(seed: int) -> bytes:
    """A diagram; the same for the same seed."""
    return written(draw(Inventor(seed).diagram()))


def written(diagram: Diagram) -> bytes:
    """A diagram as BPMN."""
    names = sorted({node.message for node in diagram.nodes.values() if node.message})
    messages = "".join(f'<b:message id="pesan_{name}" name="{name}"/>' for name in names)
    lanes = "".join(_lane(diagram, lane.id, lane.name) for lane in diagram.lanes)
    process = (
        f'<b:process id="{diagram.key}" name="{diagram.name}" isExecutable="true">'
        f"<b:laneSet>{lanes}</b:laneSet>{_level(diagram, '')}</b:process>"
    )
    return f"{_HEAD}{messages}{process}{_layout(diagram)}</b:definitions>".encode()


def _lane(diagram: Diagram, id: str, name: str) -> str:
    listed = "".join(
        f"<b:flowNodeRef>{node.id}</b:flowNodeRef>" for node in diagram.nodes.values() if node.lane_id == id
    )
    return f'<b:lane id="{id}" name="{name}">{listed}</b:lane>'


def _level(diagram: Diagram, scope: str) -> str:
    nodes = [node for node in diagram.nodes.values() if node.scope == scope]
    ids = {node.id for node in nodes}
    flows = [flow for flow in diagram.flows if flow.source in ids]
    return "".join((*(_node(diagram, node) for node in nodes), *map(_flow, flows)))


def _flow(flow: Flow) -> str:
    condition = (
        f"<b:conditionExpression>={escape(flow.condition)}</b:conditionExpression>" if flow.condition else ""
    )
    ends = f'id="{flow.id}" sourceRef="{flow.source}" targetRef="{flow.target}"'
    return f"<b:sequenceFlow {ends}>{condition}</b:sequenceFlow>"


def _node(diagram: Diagram, node: Node) -> str:
    attributes = {"id": node.id, "name": node.name}
    if node.attached_to:
        attributes |= {"attachedToRef": node.attached_to, "cancelActivity": str(node.interrupting).lower()}
    for flow in diagram.outgoing.get(node.id, ()):
        if flow.is_default:
            attributes["default"] = flow.id
    ways = (
        *(f"<b:incoming>{flow.id}</b:incoming>" for flow in diagram.flows if flow.target == node.id),
        *(f"<b:outgoing>{flow.id}</b:outgoing>" for flow in diagram.outgoing.get(node.id, ())),
    )
    text = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    inside = "".join((*_extensions(node), *ways, *_definitions(node), *_loop(node)))
    return f"<b:{node.kind}{text}>{inside}{_level(diagram, node.id)}</b:{node.kind}>"


def _extensions(node: Node) -> Iterator[str]:
    given = [(one.target, one.text or "") for one in (node.mappings.inputs if node.mappings else ())]
    inputs = "".join(
        f"<z:input source={quoteattr('=' + text)} target={quoteattr(name)}/>" for name, text in given
    )
    properties = "".join(
        f"<z:property name={quoteattr(name)} value={quoteattr(value)}/>"
        for name, value in {**node.properties, "status publik": f"Di {node.id}"}.items()
    )
    mapped = f"<z:ioMapping>{inputs}</z:ioMapping>" if inputs else ""
    yield f"<b:extensionElements>{mapped}<z:properties>{properties}</z:properties></b:extensionElements>"


def _definitions(node: Node) -> Iterator[str]:
    if node.timer is not None:
        tag = {"duration": "timeDuration", "cycle": "timeCycle", "date": "timeDate"}[node.timer.kind]
        yield f"<b:timerEventDefinition><b:{tag}>{escape(node.timer.text)}</b:{tag}></b:timerEventDefinition>"
    if node.message:
        yield f'<b:messageEventDefinition messageRef="pesan_{node.message}"/>'
    if node.terminate:
        yield "<b:terminateEventDefinition/>"


def _loop(node: Node) -> Iterator[str]:
    if node.loop is not None and node.loop.kind != "while":
        sequential = str(node.loop.kind == "sequential").lower()
        yield (
            f'<b:multiInstanceLoopCharacteristics isSequential="{sequential}">'
            f"<b:loopCardinality>{escape(node.loop.over)}</b:loopCardinality></b:multiInstanceLoopCharacteristics>"
        )


def _layout(diagram: Diagram) -> str:
    shapes = "".join(
        f'<di:BPMNShape id="{id}_di" bpmnElement="{id}">'
        f'<dc:Bounds x="{40 * n}" y="{25 * n}" width="100" height="80"/></di:BPMNShape>'
        for n, id in enumerate(diagram.nodes)
    )
    edges = "".join(
        f'<di:BPMNEdge id="{flow.id}_di" bpmnElement="{flow.id}"><d:waypoint x="{n}" y="5"/>'
        f'<d:waypoint x="{n + 70}" y="9"/></di:BPMNEdge>'
        for n, flow in enumerate(diagram.flows)
    )
    plane = f'<di:BPMNPlane id="bidang" bpmnElement="{diagram.key}">{shapes}{edges}</di:BPMNPlane>'
    return f'<di:BPMNDiagram id="gambar">{plane}</di:BPMNDiagram>'
