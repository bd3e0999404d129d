"""What the elements of a BPMN file are, as far as a picture shows it. A defect leaves something out."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.engine import xml
from app.engine.xml import BPMN, attribute, local, one_line, reference, text_of

TASKS = frozenset(
    {
        *("task", "userTask", "manualTask", "sendTask", "receiveTask"),
        *("serviceTask", "businessRuleTask", "scriptTask", "callActivity"),
    }
)
BOXES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
EVENTS = frozenset(
    {
        *("startEvent", "endEvent", "boundaryEvent"),
        *("intermediateCatchEvent", "intermediateThrowEvent", "implicitThrowEvent"),
    }
)
GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}
)
DATA = frozenset(
    {"dataObjectReference", "dataObject", "dataStoreReference", "dataStore", "dataInput", "dataOutput"}
)
DATA_ASSOCIATIONS = frozenset({"dataInputAssociation", "dataOutputAssociation"})
LINES = DATA_ASSOCIATIONS | {"sequenceFlow", "messageFlow", "conversationLink", "association"}
#: What a token can reach: listed in the text equivalent.
NODES = TASKS | BOXES | EVENTS | GATEWAYS


@dataclass(frozen=True, slots=True)
class Element:
    """One element. ``events``: short names of its event definitions; ``marks``: what else is drawn on it."""

    id: str
    tag: str
    name: str = ""
    lane: str = ""  # the lane's name
    events: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()
    source: str = ""
    target: str = ""
    attached_to: str = ""
    inside: str = ""  # the id of the sub-process that holds it
    calls: str = ""  # of a call activity: the kind of global task that it calls, "process" for all else


class Model:
    """The elements of a file by id, while they are read."""

    def __init__(self, root: xml.Element) -> None:
        self.nodes: dict[str, xml.Element] = {}
        self.defaults: set[str] = set()
        for node in root.iter():
            if local(node):
                self.defaults.add(reference(node.get("default")))
                self.nodes.setdefault(attribute(node, "id"), node)
        self.nodes.pop("", None)
        self.lanes = _lane_names(root)

    def meant(self, text: str | None) -> xml.Element | None:
        """The element a reference means, if there is one."""
        return self.nodes.get(reference(text))

    def value(self, text: str | None, name: str) -> str:
        """An attribute of the element a reference means."""
        node = self.meant(text)
        return attribute(node, name) if node is not None else ""


def read_elements(root: xml.Element) -> dict[str, Element]:
    """Every element of the model that has an id, in document order; of two with one id the first."""
    model = Model(root)
    return {id: _element(id, node, model) for id, node in model.nodes.items()}


def _lane_names(root: xml.Element) -> dict[str, str]:
    """Node id → name of its lane; the innermost of nested lanes, which comes last in the document."""
    names: dict[str, str] = {}
    for lane in root.iter(BPMN + "lane"):
        for listed in lane.findall(BPMN + "flowNodeRef"):
            names[reference(listed.text)] = one_line(attribute(lane, "name")) or attribute(lane, "id")
    return names


def _element(id: str, node: xml.Element, model: Model) -> Element:
    tag, host = local(node), reference(node.get("attachedToRef"))
    source, target = _ends(node, tag)
    return Element(
        id=id,
        tag=tag,
        name=_name(node, tag, model),
        lane=model.lanes.get(id) or model.lanes.get(host) or _lane_around(node, model),
        events=tuple(_events(node, model)) if tag in EVENTS else (),
        marks=frozenset([*_marks(node, tag), *_data_marks(node, tag, model), *_line_marks(node, tag, model)]),
        source=source,
        target=target,
        attached_to=host,
        inside=_inside(node, tag),
        calls=_called(node, model) if tag == "callActivity" else "",
    )


def _inside(node: xml.Element, tag: str) -> str:
    """The sub-process around an element; a data association ends at what holds it, so it lies outside of that."""
    around = list(node.iterancestors())[1 if tag in DATA_ASSOCIATIONS else 0 :]
    return next((attribute(one, "id") for one in around if local(one) in BOXES), "")


def _called(node: xml.Element, model: Model) -> str:
    meant = model.meant(node.get("calledElement"))
    kind = local(meant) if meant is not None else ""
    if not (kind.startswith("global") and kind.endswith("Task")):
        return "process"
    kind = kind.removeprefix("global")
    return kind[0].lower() + kind[1:]


def _name(node: xml.Element, tag: str, model: Model) -> str:
    if tag == "textAnnotation":
        return next((text_of(child) for child in xml.children(node, "text")), "")
    if tag == "group":
        return model.value(node.get("categoryValueRef"), "value")
    shown = {
        "participant": "processRef",
        "dataObjectReference": "dataObjectRef",
        "dataStoreReference": "dataStoreRef",
    }
    return attribute(node, "name") or (model.value(node.get(shown[tag]), "name") if tag in shown else "")


def _lane_around(node: xml.Element, model: Model) -> str:
    """What a sub-process holds is in its lane; without lanes the process's name stands for one."""
    for parent in node.iterancestors():
        if attribute(parent, "id") in model.lanes:
            return model.lanes[attribute(parent, "id")]
        if local(parent) == "process":
            return "" if parent.find(BPMN + "laneSet") is not None else one_line(attribute(parent, "name"))
    return ""


def _events(node: xml.Element, model: Model) -> Iterator[str]:
    for child in xml.children(node):
        meant = model.meant(child.text) if local(child) == "eventDefinitionRef" else child
        if meant is not None and local(meant).endswith("EventDefinition"):
            yield local(meant).removesuffix("EventDefinition")


def _marks(node: xml.Element, tag: str) -> Iterator[str]:
    stays = "cancelActivity" if tag == "boundaryEvent" else "isInterrupting"
    if node.get(stays) == "false":
        yield "non-interrupting"
    if node.get("parallelMultiple") == "true" or node.get("eventGatewayType") == "Parallel":
        yield "parallel"
    if node.get("triggeredByEvent") == "true":
        yield "event-sub-process"
    if node.get("isForCompensation") == "true":
        yield "compensation"
    if tag == "participant" and not node.get("processRef"):
        yield "closed"
    if any(True for _loop in xml.children(node, "standardLoopCharacteristics")):
        yield "loop"
    for repeated in xml.children(node, "multiInstanceLoopCharacteristics"):
        yield "sequential" if repeated.get("isSequential") == "true" else "multi"


def _data_marks(node: xml.Element, tag: str, model: Model) -> Iterator[str]:
    if tag in DATA and "true" in (
        node.get("isCollection"),
        model.value(node.get("dataObjectRef"), "isCollection"),
    ):
        yield "collection"


def _line_marks(node: xml.Element, tag: str, model: Model) -> Iterator[str]:
    if tag == "association" and node.get("associationDirection") in ("One", "Both"):
        yield str(node.get("associationDirection")).lower()
    if tag == "sequenceFlow":
        source = model.meant(node.get("sourceRef"))
        if attribute(node, "id") in model.defaults:
            yield "default"
        elif _has_condition(node) and source is not None and local(source) not in GATEWAYS:
            yield "conditional"


def _has_condition(flow: xml.Element) -> bool:
    return flow.find(BPMN + "conditionExpression") is not None


def _ends(node: xml.Element, tag: str) -> tuple[str, str]:
    """What a line joins; a data association names one end only, the other is what holds it."""
    if tag not in DATA_ASSOCIATIONS:
        return reference(node.get("sourceRef")), reference(node.get("targetRef"))
    parent = node.getparent()
    holder = attribute(parent, "id") if parent is not None else ""
    named = "sourceRef" if tag == "dataInputAssociation" else "targetRef"
    other = next((reference(text_of(child)) for child in xml.children(node, named)), "")
    return (other, holder) if named == "sourceRef" else (holder, other)
