"""What modelers keep in a file and nothing here reads: told once for the whole file, never passed over in silence."""

from collections import Counter
from collections.abc import Iterator, Mapping

from lxml import etree

from app.engine.reading.elements import kinds, nodes
from app.engine.reading.source import Source, model_elements
from app.engine.reading.texts import extensions, foreign_code
from app.engine.xml import BPMN, Element, attribute, local, vendor

_ACTIVITY = frozenset({"isForCompensation", "startQuantity", "completionQuantity", "default"})
_SUB_PROCESS = _ACTIVITY | {"triggeredByEvent"}
_ENDS = frozenset({"sourceRef", "targetRef"})
#: Attributes that are read, refused or told of where they stand.
READ: Mapping[str, frozenset[str]] = {
    "process": frozenset({"isExecutable"}),
    "participant": frozenset({"processRef"}),
    "messageFlow": _ENDS | {"messageRef"},
    "sequenceFlow": _ENDS,
    "association": _ENDS,
    "task": _ACTIVITY,
    "manualTask": _ACTIVITY,
    "userTask": _ACTIVITY,
    "sendTask": _ACTIVITY,
    "serviceTask": _ACTIVITY,
    "businessRuleTask": _ACTIVITY,
    "receiveTask": _ACTIVITY | {"messageRef", "operationRef", "instantiate"},
    "scriptTask": _ACTIVITY,
    "subProcess": _SUB_PROCESS,
    "transaction": _SUB_PROCESS,
    "adHocSubProcess": _SUB_PROCESS | {"cancelRemainingInstances"},
    "callActivity": _ACTIVITY | {"calledElement"},
    "exclusiveGateway": frozenset({"default"}),
    "inclusiveGateway": frozenset({"default"}),
    "complexGateway": frozenset({"default"}),
    "eventBasedGateway": frozenset({"instantiate", "eventGatewayType"}),
    "boundaryEvent": frozenset({"attachedToRef", "cancelActivity", "parallelMultiple"}),
    "startEvent": frozenset({"isInterrupting", "parallelMultiple"}),
    "intermediateCatchEvent": frozenset({"parallelMultiple"}),
    "messageEventDefinition": frozenset({"messageRef", "operationRef"}),
    "signalEventDefinition": frozenset({"signalRef"}),
    "errorEventDefinition": frozenset({"errorRef"}),
    "escalationEventDefinition": frozenset({"escalationRef"}),
    "compensateEventDefinition": frozenset({"activityRef"}),
    "error": frozenset({"errorCode"}),
    "escalation": frozenset({"escalationCode"}),
    "multiInstanceLoopCharacteristics": frozenset({"isSequential"}),
    "standardLoopCharacteristics": frozenset({"testBefore", "loopMaximum"}),
    "from": frozenset({"language"}),
}
#: Attributes that describe the drawing or the file, and no run.
DESCRIBING = frozenset(
    {
        *("id", "name", "targetNamespace", "exporter", "exporterVersion", "textFormat"),
        *("associationDirection", "gatewayDirection", "processType", "scriptFormat"),
        *("categoryValueRef", "dataObjectRef", "dataStoreRef", "value"),
    }
)
_FEEL = frozenset(
    {
        "feel",
        "http://www.omg.org/spec/feel/20140401",
        "https://www.omg.org/spec/dmn/20191111/feel/",
        "https://www.omg.org/spec/dmn/20180521/feel/",
    }
)
#: What an attribute says when it is left out; written out it says no more.
_DEFAULTS: Mapping[str, frozenset[str]] = {
    "behavior": frozenset({"all"}),
    "cancelRemainingInstances": frozenset({"true", "1"}),
    "expressionLanguage": frozenset({"http://www.w3.org/1999/xpath", *_FEEL}),
    "implementation": frozenset({"##unspecified", "##webservice"}),
    "isClosed": frozenset({"false", "0"}),
    "isCollection": frozenset({"false", "0"}),
    "language": _FEEL,
    "isUnlimited": frozenset({"true", "1"}),
    "method": frozenset({"##compensate"}),
    "ordering": frozenset({"parallel"}),
    "parallelMultiple": frozenset({"false", "0"}),
    "waitForCompletion": frozenset({"true", "1"}),
    "typeLanguage": frozenset({"http://www.w3.org/2001/xmlschema"}),
}
#: Elements that are read, refused or told of, and those that hold them together.
READ_ELEMENTS = frozenset(
    {
        *READ,
        *("definitions", "collaboration", "documentation", "extensionElements", "incoming", "outgoing"),
        *("laneSet", "lane", "childLaneSet", "flowNodeRef", "textAnnotation", "text"),
        *("endEvent", "intermediateThrowEvent", "parallelGateway"),
        *("timerEventDefinition", "linkEventDefinition", "terminateEventDefinition", "cancelEventDefinition"),
        *("conditionalEventDefinition", "condition", "eventDefinitionRef", "script", "conditionExpression"),
        *("timeDate", "timeDuration", "timeCycle", "message", "signal", "interface", "operation"),
        *("operationRef", "inMessageRef", "loopCondition", "loopCardinality", "loopDataInputRef"),
        *("loopDataOutputRef", "inputDataItem", "outputDataItem", "completionCondition"),
        *("dataInputAssociation", "dataOutputAssociation", "assignment", "to"),
        # Who does it is told where it stands, with all that it holds.
        *("performer", "humanPerformer", "potentialOwner", "resourceRole"),
    }
)
#: Elements that are only drawn: data and where it goes, groups, the standing frame around data.
DRAWN = frozenset(
    {
        *("dataObject", "dataObjectReference", "dataStore", "dataStoreReference", "dataState", "property"),
        *("sourceRef", "targetRef", "ioSpecification", "dataInput", "dataOutput", "inputSet", "outputSet"),
        *("dataInputRefs", "dataOutputRefs", "inputSetRefs", "outputSetRefs"),
        *("group", "category", "categoryValue", "categoryValueRef"),
    }
)
_KNOWN = READ_ELEMENTS | DRAWN
#: What holds the steps of a flow; an unknown one there is refused.
_LEVELS = frozenset({"process", "subProcess", "transaction"})
#: What is told as a whole, or refused: what it holds needs no words of its own.
_WHOLE = frozenset({"performer", "humanPerformer", "potentialOwner", "resourceRole", "extensionElements"})

_MOST_SHOWN = 12
#: What is read of additions that say several things.
_READ = {
    "calledDecision": frozenset({"decisionId"}),
    "calledElement": frozenset({"processId", "propagateAllParentVariables", "propagateAllChildVariables"}),
    "formDefinition": frozenset({"formId", "formKey", "externalReference"}),
    "taskDefinition": frozenset({"type"}),
    "in": frozenset({"source", "sourceExpression", "target", "variables", "businessKey", "local"}),
    "out": frozenset({"source", "sourceExpression", "target", "variables"}),
}
#: Read of what stands in an activity and is no element of the flow itself: who repeats it, and for what.
_IN_MARKER = frozenset({"collection", "elementVariable", "loopCharacteristics"})
_READ_WHOLE = frozenset({"process", "participant", "lane", "sequenceFlow"})
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def check_ignored_elements(source: Source) -> None:
    """Warn of what has no effect, each kind with how often it stands in the file: additions, and BPMN's own."""
    additions = Counter(name for element in model_elements(source.root) for name in _unread(element))
    for code, found in (
        ("additions_ignored", additions),
        ("bpmn_ignored", Counter(unread(source.root))),
    ):
        if found:
            source.warning(code, source.root, found=_shown(found))


def _shown(found: Counter[str]) -> str:
    shown = [f"{name} ({count}×)" for name, count in found.most_common(_MOST_SHOWN)]
    return ", ".join([*shown, "…"] if len(found) > _MOST_SHOWN else shown)


def _unread(element: Element) -> list[str]:
    foreign = [
        str(key) for key in element.attrib if str(key).startswith("{") and not str(key).startswith(_XSI)
    ]
    if local(element) == "definitions":
        foreign = []  # which program wrote the file, and for which
    names = [_prefixed(element, key) for key in foreign]
    names = [name for name in names if not _is_read(element, name.rpartition(":")[2])]
    for added in extensions.added(element):
        name = _prefixed(added, str(added.tag))
        if not str(added.tag).startswith(BPMN) and not _is_read(element, added):
            names.append(name)
        names += [f"{name} {attribute}" for attribute in _unsaid(added)]
    return names


def _is_read(element: Element, what: str | Element) -> bool:
    """Whether an attribute, by its bare name, or an addition of ``element`` is read, refused or told of elsewhere."""
    if local(element) == "multiInstanceLoopCharacteristics":
        return (what if isinstance(what, str) else vendor(what)) in _IN_MARKER
    if kinds.is_flow_node(element) or local(element) in _READ_WHOLE:
        return extensions.reads_attribute(what) if isinstance(what, str) else extensions.reads(what)
    refused = local(element).endswith("EventDefinition") and isinstance(what, str)
    return refused and what in foreign_code.ATTRIBUTES


def _unsaid(extension: Element) -> list[str]:
    """The attributes of an addition that is read, of which nothing here takes notice."""
    known = _READ.get(vendor(extension))
    own = (str(name) for name in extension.attrib)
    return [] if known is None else [name for name in own if name not in known | extensions.UNUSED_ATTRIBUTES]


def _prefixed(element: Element, tag: str) -> str:
    """The name with the prefix that the file uses, so that a person finds it there."""
    name = etree.QName(tag)
    prefix = next((key for key, uri in element.nsmap.items() if uri == name.namespace and key), None)
    return f"{prefix}:{name.localname}" if prefix else str(name.localname)


def unread(root: Element) -> Iterator[str]:
    """What stands below ``root`` and has no effect here, each as often as it is there: ``sendTask messageRef``."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        tag = local(element)
        if tag and tag not in _KNOWN:
            if local(element.getparent()) not in _LEVELS or tag in nodes.IGNORED:  # else refused there
                yield tag
        elif tag:
            yield from (f"{tag} {name}" for name in _unread_attributes(element, tag))
            waiting += () if tag in _WHOLE else list(element)


def _unread_attributes(element: Element, tag: str) -> Iterator[str]:
    known = READ.get(tag, frozenset()) | DESCRIBING
    for name in map(str, element.attrib):
        says = attribute(element, name).lower() not in _DEFAULTS.get(name, frozenset()) | {""}
        if not name.startswith("{") and name not in known and says:
            yield name
