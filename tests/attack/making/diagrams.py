"""Diagrams: drawings of offices and modelers, each with a few things in it that no modeler would write."""

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from lxml import etree

from tests.attack.making import feel, times
from tests.attack.making.texts import odd
from tests.attack.making.trees import Tree, torn, xml_text

ROOT = Path(__file__).resolve().parents[3]
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
_TAGS = (
    *("startEvent", "endEvent", "userTask", "task", "sendTask", "receiveTask", "scriptTask", "serviceTask"),
    *("businessRuleTask", "manualTask", "callActivity", "subProcess", "transaction", "adHocSubProcess"),
    *("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"),
    *("boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent", "sequenceFlow", "messageFlow"),
    *("timerEventDefinition", "messageEventDefinition", "signalEventDefinition", "errorEventDefinition"),
    *(
        "escalationEventDefinition",
        "linkEventDefinition",
        "terminateEventDefinition",
        "compensateEventDefinition",
    ),
    *(
        "conditionalEventDefinition",
        "condition",
        "timeDuration",
        "timeDate",
        "timeCycle",
        "conditionExpression",
    ),
    *(
        "multiInstanceLoopCharacteristics",
        "standardLoopCharacteristics",
        "loopCardinality",
        "completionCondition",
    ),
    *(
        "loopCondition",
        "extensionElements",
        "documentation",
        "laneSet",
        "lane",
        "flowNodeRef",
        "childLaneSet",
    ),
    *(
        "process",
        "collaboration",
        "participant",
        "message",
        "signal",
        "error",
        "escalation",
        "textAnnotation",
    ),
    *("association", "text", "dataObject", "dataObjectReference", "dataStoreReference", "group", "incoming"),
)


def _reference(dice: Random) -> str:
    return dice.choice(("mulai", "start", "baru_1", "baru_2", "tns:baru_1", "tak_ada", "", "x" * 300))


def _flag(dice: Random) -> str:
    return dice.choice(("true", "false", "1", "TRUE", "", "ya"))


def _number(dice: Random) -> str:
    return dice.choice(("0", "1", "500", "99999999999", "-3", "1e9", "NaN", "Infinity", "nix"))


_ATTRIBUTES = {
    **dict.fromkeys(
        ("id", "attachedToRef", "sourceRef", "targetRef", "default", "messageRef", "signalRef", "errorRef"),
        (_reference,),
    ),
    **dict.fromkeys(
        ("processRef", "calledElement", "escalationRef", "bpmnElement", "operationRef"), (_reference,)
    ),
    **dict.fromkeys(
        ("isExecutable", "cancelActivity", "isSequential", "triggeredByEvent", "isInterrupting"), (_flag,)
    ),
    **dict.fromkeys(
        ("isForCompensation", "isExpanded", "isHorizontal", "testBefore", "parallelMultiple"), (_flag,)
    ),
    **dict.fromkeys(("x", "y", "width", "height", "loopMaximum"), (_number,)),
    **dict.fromkeys(("name", "gatewayDirection", "eventGatewayType", "language"), (odd, times.text)),
    **{
        f"{{{CAMUNDA}}}{name}": (odd, feel.expression)
        for name in ("formKey", "assignee", "candidateGroups", "class")
    },
    **{
        f"{{{CAMUNDA}}}{name}": (times.text, odd)
        for name in ("dueDate", "collection", "elementVariable", "type")
    },
}
_EXTENSIONS = (
    "<e:properties xmlns:e='{spiff}'><e:property name='{name}' value='{value}'/></e:properties>",
    "<e:formDefinition xmlns:e='{zeebe}' formKey='{value}' formId='{name}'/>",
    "<e:calledDecision xmlns:e='{zeebe}' decisionId='{value}' resultVariable='{name}'/>",
    "<e:ioMapping xmlns:e='{zeebe}'><e:input source='={value}' target='{name}'/></e:ioMapping>",
    "<e:assignmentDefinition xmlns:e='{zeebe}' assignee='{value}' candidateGroups='{name}'/>",
    "<e:loopCharacteristics xmlns:e='{zeebe}' inputCollection='={value}' inputElement='{name}'/>",
    "<e:formData xmlns:e='{camunda}'><e:formField id='{name}' label='{value}' type='enum' defaultValue='{value}'/>"
    "</e:formData>",
    "<e:executionListener xmlns:e='{camunda}' class='{value}' event='start'/>",
)
_NAMES = (
    *(
        "nomor",
        "perihal",
        "kategori",
        "unit",
        "wilayah",
        "satuan hari",
        "identitas",
        "identitas tertutup",
        "tenggat",
    ),
    *("koordinator", "status publik", "untuk", "formKey", "waktu", "dasar hukum", "x"),
)


@cache
def drawings() -> tuple[bytes, ...]:
    """Every diagram that lies here."""
    folders = (ROOT / "tests" / "diagrams", ROOT / "processes")
    return tuple(path.read_bytes() for folder in folders for path in sorted(folder.glob("*.bpmn")))


@cache
def _trees() -> tuple[Any, ...]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return tuple(etree.fromstring(content, parser) for content in drawings())


def diagram(dice: Random) -> bytes:
    """One drawing with one to six things wrong."""
    tree = Tree(
        dice.choice(_trees()),
        dice,
        namespace=BPMN,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        texts=(odd, feel.expression, times.text, _reference),
    )
    for _change in range(dice.randint(1, 6)):
        if dice.randint(0, 5):
            tree.spoil()
        else:
            _extend(tree, dice)
    content = tree.content()
    return torn(content, dice) if dice.randint(0, 9) == 0 else content


def _extend(tree: Tree, dice: Random) -> None:
    """Put a modeler's own words beside an element."""
    node = dice.choice([node for node in tree.root.iter("*") if node is not tree.root] or [tree.root])
    text = dice.choice(_EXTENSIONS).format(
        spiff=SPIFF, zeebe=ZEEBE, camunda=CAMUNDA, name="__name__", value="__value__"
    )
    holder = etree.SubElement(node, f"{{{BPMN}}}extensionElements")
    holder.append(etree.fromstring(text))

    words = {
        "__name__": dice.choice(_NAMES),
        "__value__": xml_text(dice.choice((odd, feel.expression, times.text))(dice)),
    }
    for part in holder.iter():
        for name, value in part.attrib.items():
            for word, given in words.items():
                value = value.replace(word, given)
            part.set(name, value)
