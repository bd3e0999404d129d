"""A process's flow nodes, read one by one. What joins them is read in `flows` and judged in `structure`."""

from collections.abc import Mapping
from dataclasses import replace

from app.engine import events, extensions, mapping_reader, message_flows
from app.engine.diagram import Kind, Node
from app.engine.extensions import Extensions
from app.engine.source import LABEL_LENGTH, Source, place
from app.engine.xml import Element, attribute, children, local, reference, text_of, vendor

_KINDS: Mapping[str, Kind] = {
    "startEvent": "startEvent",
    "endEvent": "endEvent",
    "task": "userTask",
    "manualTask": "userTask",
    "userTask": "userTask",
    "sendTask": "sendTask",
    "serviceTask": "sendTask",
    "receiveTask": "intermediateCatchEvent",
    "businessRuleTask": "businessRuleTask",
    "exclusiveGateway": "exclusiveGateway",
    "parallelGateway": "parallelGateway",
    "inclusiveGateway": "inclusiveGateway",
    "complexGateway": "inclusiveGateway",
    "eventBasedGateway": "eventBasedGateway",
    "intermediateCatchEvent": "intermediateCatchEvent",
    "intermediateThrowEvent": "intermediateThrowEvent",
    "boundaryEvent": "boundaryEvent",
    "subProcess": "subProcess",
    "transaction": "subProcess",
    "callActivity": "subProcess",
}
#: Elements that cannot run: the finding, and a kind to go on with, so that all else is still checked truly.
_REFUSED: Mapping[str, tuple[str, Kind]] = {
    "scriptTask": ("script_task", "userTask"),
    "adHocSubProcess": ("not_yet_ad_hoc", "userTask"),
}
#: What stands in a process without moving a token.
IGNORED = frozenset(
    {
        "association",
        "auditing",
        "correlationSubscription",
        "dataInputAssociation",
        "dataObject",
        "dataObjectReference",
        "dataOutputAssociation",
        "dataStoreReference",
        "documentation",
        "extensionElements",
        "group",
        "humanPerformer",
        "incoming",
        "ioSpecification",
        "laneSet",
        "monitoring",
        "multiInstanceLoopCharacteristics",
        "outgoing",
        "performer",
        "potentialOwner",
        "property",
        "resourceRole",
        "sequenceFlow",
        "standardLoopCharacteristics",
        "supportedInterfaceRef",
        "supports",
        "textAnnotation",
    }
)
ACTIVITIES = frozenset(
    tag
    for tag in (*_KINDS, *_REFUSED)
    if tag.endswith(("Task", "task", "Process", "Activity", "transaction"))
)
_QUANTITIES = ("startQuantity", "completionQuantity")
_EVENTS = frozenset(tag for tag in _KINDS if tag.endswith("Event"))


def is_flow_node(element: Element) -> bool:
    """Whether a token can stand on ``element``, be it something we can run or not."""
    return local(element) in _KINDS or local(element) in _REFUSED


def elements(process: Element, source: Source) -> list[Element]:
    """The flow nodes of ``process`` that have an id; those without one, and unknown elements, are errors."""
    found = []
    for element in children(process):
        if is_flow_node(element):
            if attribute(element, "id"):
                found.append(element)
            else:
                source.error("id_missing", element, element=local(element))
        elif local(element) not in IGNORED:
            source.error("unknown_element", element, found=local(element))
    return found


def read(element: Element, source: Source) -> Node:
    """Read one flow node, all but its lane. What cannot run is an error, and a stand-in is returned."""
    tag = local(element)
    source.limit_name(element, LABEL_LENGTH)
    _refuse_variants(element, source)
    if starts_by_event(element):
        source.error("not_yet_event_sub_process", element)
    if tag in _REFUSED:
        code, kind = _REFUSED[tag]
        source.error(code, element)
        return _node(element, kind, extensions.Extensions(), events.Trigger())
    added = extensions.read(element, source)
    if added.worker and _KINDS[tag] == "sendTask":
        source.warning("external_worker", element, worker=added.worker)
    if tag == "businessRuleTask" and added.decision is None:
        source.error("rule_without_table", element)
    node = _node(element, _KINDS[tag], added, _trigger(element, source))
    node = replace(node, sends=message_flows.sent_from(element, source))
    node = _calling(element, node, source) if tag == "callActivity" else node
    return replace(node, mappings=mapping_reader.read(element, node, added.worker, source))


def _calling(element: Element, node: Node, source: Source) -> Node:
    """A call that names no process is what an office draws for a step that is described elsewhere: a person's."""
    called = [attribute(element, "calledElement")]
    for extension in children(element, "extensionElements"):
        called += [attribute(part, "processId") for part in extension if vendor(part) == "calledElement"]
    key = reference(next(filter(None, called), ""))
    if not key:
        source.warning("call_without_target", element)
        return replace(node, kind="userTask")
    if key.startswith(("=", "${", "#{")):
        source.error("call_computed", element, text=key)
    return replace(node, calls=key)


def documentation(element: Element) -> str:
    """What the modeler's documentation field says, paragraph by paragraph."""
    return "\n\n".join(filter(None, map(text_of, children(element, "documentation"))))


def _node(element: Element, kind: Kind, added: Extensions, trigger: events.Trigger) -> Node:
    where = place(element)
    return Node(
        id=where.id,
        kind=kind,
        name=where.name,
        lane_id="",
        properties=added.properties,
        documentation=documentation(element),
        form_key=added.form_key,
        timer=trigger.timer,
        message=trigger.message,
        signal=trigger.signal,
        error=trigger.error,
        escalation=trigger.escalation,
        decision=added.decision,
        attached_to=_host(element) if kind == "boundaryEvent" else None,
        interrupting=trigger.error is not None
        or attribute(element, "cancelActivity").lower() not in {"false", "0"},
        terminate=trigger.terminate,
        line=where.line,
        tag=local(element),
    )


def _host(element: Element) -> str | None:
    return reference(element.get("attachedToRef")) or None


def _trigger(element: Element, source: Source) -> events.Trigger:
    tag = local(element)
    if tag in _EVENTS:
        return events.read(element, source)
    if tag == "receiveTask":
        return events.Trigger(message=events.message(element, element, source))
    return events.Trigger()


def _refuse_variants(element: Element, source: Source) -> None:
    """Attributes and children that change what an otherwise plain element does."""
    if attribute(element, "isForCompensation").lower() in {"true", "1"}:
        source.error("not_yet_compensation", element)
    if attribute(element, "instantiate").lower() in {"true", "1"}:
        source.error("not_yet_instantiate", element)
    if attribute(element, "eventGatewayType").lower() == "parallel":
        source.error("not_yet_parallel_events", element)
    several = [name for name in _QUANTITIES if attribute(element, name) not in {"", "1"}]
    if several:
        source.error("not_yet_quantity", element, found=", ".join(several))


def starts_by_event(element: Element) -> bool:
    """Whether a sub-process waits for an event instead of a token."""
    return attribute(element, "triggeredByEvent").lower() in {"true", "1"}
