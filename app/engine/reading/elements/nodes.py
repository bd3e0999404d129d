"""A process's flow nodes, read one by one. What joins them is read in `flows` and judged in `structure`."""

from dataclasses import replace

from app.engine.diagram import Kind, Node
from app.engine.reading.elements import events, kinds, message_flows
from app.engine.reading.source import LABEL_LENGTH, Source, place
from app.engine.reading.texts import conditions, extensions, form_data, mapping_reader, worker_jobs
from app.engine.reading.texts.extensions import Extensions
from app.engine.xml import Element, attribute, children, local, reference, text_of, vendor

#: What stands in a process without moving a token.
IGNORED = frozenset(
    {
        "association",
        "auditing",
        "completionCondition",  # of an ad-hoc sub-process
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
#: Of an event beside others, or that begins an event sub-process, the attribute that says whether these end.
_INTERRUPTS = {"startEvent": "isInterrupting"}
_QUANTITIES = ("startQuantity", "completionQuantity")


def elements(process: Element, source: Source) -> list[Element]:
    """The flow nodes of ``process`` that have an id; those without one, and unknown elements, are errors."""
    found = []
    for element in children(process):
        if kinds.is_flow_node(element):
            if attribute(element, "id"):
                found.append(element)
            else:
                source.error("id_missing", element, element=local(element))
    for element in unknown(process):
        source.error("unknown_element", element, found=local(element))
    return found


def unknown(process: Element) -> list[Element]:
    """What stands among the steps of ``process`` and is nothing that can stand there."""
    return [one for one in children(process) if not kinds.is_flow_node(one) and local(one) not in IGNORED]


def read_node(element: Element, source: Source) -> Node:
    """Read one flow node, all but its lane. What cannot run is an error, and a stand-in is returned."""
    tag = local(element)
    source.limit_name(element, LABEL_LENGTH)
    _refuse_variants(element, source)
    if (refusal := kinds.refusal(element)) is not None:
        source.error(refusal, element, **kinds.refusal_details(element))
        return _node(element, "userTask", extensions.Extensions(), events.Trigger())
    added = extensions.read_extensions(element, source)
    node = _node(element, kinds.kind_of(element, added, source), added, _trigger(element, source))
    if tag in worker_jobs.STEPS and node.kind == "intermediateCatchEvent":
        node = replace(node, job=worker_jobs.read_job(element, added, source))
        source.note("service_by_worker", element, type=node.job.type if node.job else "")
    node = replace(node, sends=message_flows.sent_from(element, source))
    node = form_data.asking(node) if node.asks and node.form_key is None else node
    node = _calling(element, node, source) if tag == "callActivity" else node
    return replace(node, mappings=mapping_reader.read_mappings(element, node, added.worker, source))


def _calling(element: Element, node: Node, source: Source) -> Node:
    """A call that names no process is what an office draws for a step that is described elsewhere: a person's."""
    called = [attribute(element, "calledElement")]
    for extension in children(element, "extensionElements"):
        called += [attribute(part, "processId") for part in extension if vendor(part) == "calledElement"]
    written = next(filter(None, called), "")
    if written.startswith(("=", "${", "#{")):
        return _computed(element, written, node, source)
    if not (key := reference(written)):
        source.warning("call_without_target", element)
        return replace(node, kind="userTask")
    return replace(node, calls=key)


def _computed(element: Element, written: str, node: Node, source: Source) -> Node:
    """A call whose process is worked out as the case comes there."""
    expression = conditions.translated(written, place(element), source)
    if not expression or not conditions.is_readable(expression):
        source.error("call_computed", element, text=written)
        return replace(node, calls=written)
    source.warning("call_worked_out", element, text=expression)
    return replace(node, calls=f"={expression}")


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
        or attribute(element, _INTERRUPTS.get(local(element), "cancelActivity")).lower()
        not in {"false", "0"},
        terminate=trigger.terminate,
        compensates=trigger.compensates,
        asks=trigger.asks,
        condition=trigger.condition,
        line=where.line,
        tag=local(element),
    )


def _host(element: Element) -> str | None:
    return reference(element.get("attachedToRef")) or None


def _trigger(element: Element, source: Source) -> events.Trigger:
    tag = local(element)
    if tag in kinds.EVENTS:
        return events.read_trigger(element, source)
    if tag == "receiveTask":
        return events.Trigger(message=events.message(element, element, source))
    return events.Trigger()


def _refuse_variants(element: Element, source: Source) -> None:
    """Attributes and children that change what an otherwise plain element does."""
    if attribute(element, "eventGatewayType").lower() == "parallel":
        source.error("not_yet_parallel_events", element)
    several = [name for name in _QUANTITIES if attribute(element, name) not in {"", "1"}]
    if several:
        source.warning("quantity_ignored", element, found=", ".join(several))
