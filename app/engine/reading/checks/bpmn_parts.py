"""What BPMN's own attributes and elements mean here: which are read, which say nothing that a run could follow.

Source: BPMN 2.0.2, Semantic.xsd. Whatever is in neither list has no effect here, and `leftovers` tells it.
"""

from collections.abc import Iterator, Mapping

from app.engine.reading.elements import nodes
from app.engine.xml import Element, attribute, local

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
    "adHocSubProcess": _SUB_PROCESS,
    "callActivity": _ACTIVITY | {"calledElement"},
    "exclusiveGateway": frozenset({"default"}),
    "inclusiveGateway": frozenset({"default"}),
    "complexGateway": frozenset({"default"}),
    "eventBasedGateway": frozenset({"instantiate", "eventGatewayType"}),
    "boundaryEvent": frozenset({"attachedToRef", "cancelActivity"}),
    "messageEventDefinition": frozenset({"messageRef", "operationRef"}),
    "signalEventDefinition": frozenset({"signalRef"}),
    "errorEventDefinition": frozenset({"errorRef"}),
    "escalationEventDefinition": frozenset({"escalationRef"}),
    "compensateEventDefinition": frozenset({"activityRef", "waitForCompletion"}),
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
    "isInterrupting": frozenset({"true", "1"}),
    "language": _FEEL,
    "isUnlimited": frozenset({"true", "1"}),
    "method": frozenset({"##compensate"}),
    "ordering": frozenset({"parallel"}),
    "parallelMultiple": frozenset({"false", "0"}),
    "typeLanguage": frozenset({"http://www.w3.org/2001/xmlschema"}),
}
#: Elements that are read, refused or told of, and those that hold them together.
READ_ELEMENTS = frozenset(
    {
        *READ,
        *("definitions", "collaboration", "documentation", "extensionElements", "incoming", "outgoing"),
        *("laneSet", "lane", "childLaneSet", "flowNodeRef", "textAnnotation", "text"),
        *("startEvent", "endEvent", "intermediateThrowEvent", "intermediateCatchEvent", "parallelGateway"),
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
