"""All that BPMN's own schema lets stand in a file is used, refused, or told as ignored: nothing passes in silence."""

from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree

from app.base.errors import InvalidDiagram
from app.base.i18n import speaking
from app.engine.reading import reader
from app.engine.reading.checks import ignored_elements
from app.engine.reading.elements import kinds
from tests.engine.building import (
    boundary,
    bpmn,
    end,
    exclusive,
    flow,
    inclusive,
    inside,
    node,
    race,
    send,
    start,
    user,
)
from tests.engine.pools import dinas, kecamatan, pools
from tests.engine.read_files import all_findings, errors, warnings

_XSD = "{http://www.w3.org/2001/XMLSchema}"


# -- what the schema allows --------------------------------------------------------------------------------


@cache
def schema() -> etree._Element:
    """The schema of BPMN 2.0.2, as the library holds it."""
    return etree.fromstring((files("SpiffWorkflow") / "bpmn/parser/schema/Semantic.xsd").read_bytes())


@cache
def types() -> dict[str, etree._Element]:
    return {found.get("name", ""): found for found in schema().iter(f"{_XSD}complexType")}


@cache
def elements() -> dict[str, etree._Element]:
    """The type of every element that may stand in a file, those within others by the name they have there."""
    found = {one.get("name", ""): one for one in schema().iter(f"{_XSD}element") if one.get("name")}
    return {
        name: types()[one.get("type", "")] for name, one in found.items() if one.get("type") in types()
    } | {name: one for name, one in found.items() if one.get("type") not in types()}


def attributes(tag: str) -> set[str]:
    def of(kind: etree._Element) -> set[str]:
        extension = kind.find(f".//{_XSD}extension")
        base = types().get(extension.get("base", "")) if extension is not None else None
        own = {one.get("name", "") for one in kind.iter(f"{_XSD}attribute")}
        if kind is types()["tExpression"]:  # xsi:type makes any of them a formal one
            own |= {"language", "evaluatesToTypeRef"}
        return own | (of(base) if base is not None else set())

    return of(elements()[tag]) - {""}


KNOWN = ignored_elements.READ_ELEMENTS | ignored_elements.DRAWN
PAIRS = sorted((tag, name) for tag in KNOWN & elements().keys() for name in attributes(tag))


def test_what_is_said_to_be_known_is_in_the_schema() -> None:
    beside = {"definitions"}  # has a schema file of its own
    assert KNOWN - elements().keys() - beside == set()
    written_otherwise = {("messageEventDefinition", "operationRef")}  # an element in the schema
    pairs = {(tag, name) for tag, names in ignored_elements.READ.items() for name in names}
    assert pairs - set(PAIRS) == written_otherwise


@pytest.mark.parametrize(("tag", "name"), PAIRS)
def test_an_attribute_of_the_schema_is_read_describes_or_is_told(tag: str, name: str) -> None:
    element = etree.fromstring(f'<b:{tag} xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" {name}="7"/>')
    told = list(ignored_elements.unread(element))
    silent = name in ignored_elements.READ.get(tag, ()) or name in ignored_elements.DESCRIBING
    assert told == ([] if silent else [f"{tag} {name}"])


@pytest.mark.parametrize("tag", sorted(elements().keys() - KNOWN - {"extensionElements"}))
def test_an_element_of_the_schema_that_is_not_read_is_told_or_refused(tag: str) -> None:
    xml = bpmn([start(), user("langkah", inside=f"<bpmn:{tag}/>"), end()], "start > langkah > end")
    assert any(tag in value for finding in all_findings(xml) for value in finding.params.values())


def test_what_is_said_to_be_read_stands_in_the_code() -> None:
    holding = {"interface", "text", "childLaneSet", "extensionElements", "incoming", "outgoing", "condition"}
    engine = Path(reader.__file__).parent
    code = "".join(path.read_text() for path in engine.rglob("*.py") if path.name != "bpmn_parts.py")
    named = {tag.removesuffix("EventDefinition") for tag in ignored_elements.READ_ELEMENTS}
    missing = {tag for tag in named if f'"{tag}"' not in code and f"}}{tag}" not in code}
    assert missing - holding == set()


# -- what each attribute does ------------------------------------------------------------------------------


def step(tag: str, inner: str = "", outside: str = "", **given: str) -> bytes:
    """One step of this kind with two ways out, of which one has a condition."""
    flows = ["start > langkah > end", flow("langkah", "lain", condition="=a"), "lain > end"]
    return bpmn(
        [start(), node(tag, "langkah", inside=inner, **given), user("lain"), end()], flows, outside=outside
    )


NAMES = (
    '<bpmn:message id="m" name="Satu"/><bpmn:signal id="s" name="Satu"/><bpmn:error id="x" errorCode="1"/>'
    '<bpmn:escalation id="y" escalationCode="1"/><bpmn:interface id="i"><bpmn:operation id="o" name="Lain"/>'
    "</bpmn:interface>"
)
CALLED = '<bpmn:{0}EventDefinition {0}Ref="{1}"/>'
BODY = inside(start("dalam"), user("isi"), end("usai"), flows="dalam > isi > usai")


def event(definition: str, tag: str = "intermediateThrowEvent", names: str = NAMES) -> bytes:
    return step(tag, definition, names)


def marked(marker: str) -> bytes:
    return step("userTask", marker)


def refers(kind: str, to: str) -> tuple[bytes, bytes]:
    tag = "intermediateThrowEvent" if kind in {"message", "signal", "escalation"} else "endEvent"
    return event(f"<bpmn:{kind}EventDefinition/>", tag), event(CALLED.format(kind, to), tag)


ACTIVITIES = sorted(kinds.ACTIVITIES)
_GIVEN = {"businessRuleTask": {"camunda__decisionRef": "tabel"}, "receiveTask": {"messageRef": "m"}}


def activity(tag: str, **given: str) -> bytes:
    inner = BODY if tag in {"subProcess", "transaction", "adHocSubProcess"} else ""
    return step(tag, inner, NAMES, **{**_GIVEN.get(tag, {}), **given})


def gateway(tag: str, **given: str) -> bytes:
    flows = ["start > g > end", flow("g", "lain", condition="=a"), "lain > end"]
    return bpmn([start(), node(tag, "g", **given), user("lain"), end()], flows)


def raced(**given: str) -> bytes:
    event_ = node("intermediateCatchEvent", "datang", inside='<bpmn:messageEventDefinition messageRef="m"/>')
    return bpmn([start(), race("g", **given), event_, end()], "start > g > datang > end", outside=NAMES)


def several(tag: str, **given: str) -> bytes:
    """An event of two definitions."""
    both = '<bpmn:messageEventDefinition messageRef="m"/><bpmn:messageEventDefinition messageRef="n"/>'
    event_ = node(tag, "datang", inside=both, **given)
    first, ways = (event_, "datang > a > end") if tag == "startEvent" else (start(), "start > a > end")
    ways = "start > datang > a > end" if tag == "intermediateCatchEvent" else ways
    others = [] if tag == "startEvent" else [event_]
    more = '<bpmn:message id="n" name="Lain"/>'
    return bpmn([first, user("a"), *others, end()], ways, outside=NAMES + more)


def ad_hoc(**given: str) -> bytes:
    held = inside(user("isi")) + "<bpmn:completionCondition>=cukup</bpmn:completionCondition>"
    return bpmn([start(), node("adHocSubProcess", "a", inside=held, **given), end()], "start > a > end")


def edge(**given: str) -> bytes:
    shapes = [start(), user("a"), user("b"), boundary("t", "a", after="P1D"), end()]
    xml = bpmn(shapes, "start > a > b > end\nt > end")
    for name, value in given.items():
        old = {"attachedToRef": b'attachedToRef="a"', "cancelActivity": b'cancelActivity="false"'}[name]
        xml = xml.replace(old, f'{name}="{value}"'.encode())
    return xml


def beside(**given: str) -> bytes:
    event_ = node("startEvent", "dalam", inside='<bpmn:messageEventDefinition messageRef="m"/>', **given)
    held = inside(event_, user("isi"), end("usai"), flows="dalam > isi > usai")
    shapes = [start(), user("a"), end(), node("subProcess", "bila", inside=held, triggeredByEvent="true")]
    return bpmn(shapes, "start > a > end", outside=NAMES)


def undoes(**given: str) -> bytes:
    said = " ".join(f'{name}="{value}"' for name, value in given.items())
    asks = "<bpmn:compensateEventDefinition {}/>"
    tie = '<bpmn:association id="as" sourceRef="tepi" targetRef="c"/>'
    edge_ = node("boundaryEvent", "tepi", inside=asks.format(""), attachedToRef="a")
    shapes = [
        start(),
        user("a"),
        user("b"),
        edge_,
        user("c"),
        node("endEvent", "end", inside=asks.format(said)),
    ]
    return bpmn(shapes, "start > a > b > end", inside=tie)


TALK = pools([kecamatan(), dinas()], "kirim > usulan_masuk", "jawab > tunggu")
TWO = pools([kecamatan(), dinas()], "kirim > usulan_masuk").replace(
    b'<bpmn:collaboration id="k">', b'<bpmn:message id="surat" name="Surat"/><bpmn:collaboration id="k">'
)
NOTED = bpmn(
    [start(), node("intermediateCatchEvent", "jeda", name="", inside="<bpmn:timerEventDefinition/>"), end()],
    "start > jeda > end",
    inside='<bpmn:textAnnotation id="c"><bpmn:text>3 hari</bpmn:text></bpmn:textAnnotation>'
    '<bpmn:association id="as" sourceRef="jeda" targetRef="c"/>',
)
PLAIN = bpmn([start(), user("a"), user("b"), end()], "start > a > b > end")
_MULTI = (
    "<bpmn:multiInstanceLoopCharacteristics{}><bpmn:loopCardinality>3</bpmn:loopCardinality>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)
_WHILE = (
    "<bpmn:standardLoopCharacteristics{}><bpmn:loopCondition>=a</bpmn:loopCondition>"
    "</bpmn:standardLoopCharacteristics>"
)
_FROM = (
    "<bpmn:dataInputAssociation><bpmn:assignment><bpmn:from{}>a + 1</bpmn:from><bpmn:to>b</bpmn:to>"
    "</bpmn:assignment></bpmn:dataInputAssociation>"
)

#: A file, and the same with another value of that attribute: they must not be read alike.
DOES: dict[tuple[str, str], tuple[bytes, bytes]] = {
    ("process", "isExecutable"): (
        pools([kecamatan(), dinas()]),
        pools([kecamatan(), dinas()]).replace(b'isExecutable="true"', b'isExecutable="false"', 1),
    ),
    ("participant", "processRef"): (
        bpmn([start(), end()], "start > end", name="", outside='<bpmn:collaboration id="k"><bpmn:participant id="p" '
             'name="Pool" processRef="prosedur"/></bpmn:collaboration>'),
        bpmn([start(), end()], "start > end", name="", outside='<bpmn:collaboration id="k"><bpmn:participant id="p" '
             'name="Pool" processRef="lain"/></bpmn:collaboration>'),
    ),
    ("messageFlow", "sourceRef"): (TALK, TALK.replace(b'"kirim" targetRef="usulan', b'"x" targetRef="usulan')),
    ("messageFlow", "targetRef"): (TALK, TALK.replace(b'"jawab" targetRef="tunggu"', b'"jawab" targetRef="x"')),
    ("messageFlow", "messageRef"): (TWO, TWO.replace(b"messageFlow ", b'messageFlow messageRef="surat" ')),
    ("sequenceFlow", "sourceRef"): (PLAIN, PLAIN.replace(b'sourceRef="b"', b'sourceRef="a"')),
    ("sequenceFlow", "targetRef"): (PLAIN, PLAIN.replace(b'targetRef="b"', b'targetRef="end"')),
    ("association", "sourceRef"): (NOTED, NOTED.replace(b'"jeda" targetRef="c"', b'"end" targetRef="c"')),
    ("association", "targetRef"): (NOTED, NOTED.replace(b'targetRef="c"', b'targetRef="end"')),
    **{(tag, "isForCompensation"): (activity(tag), activity(tag, isForCompensation="true")) for tag in ACTIVITIES},
    **{(tag, "startQuantity"): (activity(tag), activity(tag, startQuantity="2")) for tag in ACTIVITIES},
    **{(tag, "completionQuantity"): (activity(tag), activity(tag, completionQuantity="2")) for tag in ACTIVITIES},
    **{(tag, "default"): (activity(tag), activity(tag, default="langkah__end")) for tag in ACTIVITIES},
    **{
        (tag, "triggeredByEvent"): (activity(tag), activity(tag, triggeredByEvent="true"))
        for tag in ("subProcess", "transaction", "adHocSubProcess")
    },
    ("receiveTask", "messageRef"): (activity("receiveTask", messageRef=""), activity("receiveTask")),
    ("receiveTask", "operationRef"): (
        activity("receiveTask", messageRef=""),
        activity("receiveTask", messageRef="", operationRef="o"),
    ),
    ("receiveTask", "instantiate"): (activity("receiveTask"), activity("receiveTask", instantiate="true")),
    ("callActivity", "calledElement"): (activity("callActivity"), activity("callActivity", calledElement="lain")),
    **{
        (tag, "default"): (gateway(tag), gateway(tag, default="g__end"))
        for tag in ("exclusiveGateway", "inclusiveGateway", "complexGateway")
    },
    ("eventBasedGateway", "instantiate"): (raced(), raced(instantiate="true")),
    ("eventBasedGateway", "eventGatewayType"): (raced(), raced(eventGatewayType="Parallel")),
    ("startEvent", "isInterrupting"): (beside(), beside(isInterrupting="false")),
    ("compensateEventDefinition", "activityRef"): (undoes(), undoes(activityRef="b")),
    ("adHocSubProcess", "cancelRemainingInstances"): (ad_hoc(), ad_hoc(cancelRemainingInstances="false")),
    ("boundaryEvent", "attachedToRef"): (edge(), edge(attachedToRef="b")),
    **{
        (tag, "parallelMultiple"): (several(tag, **more), several(tag, parallelMultiple="true", **more))
        for tag in ("startEvent", "intermediateCatchEvent", "boundaryEvent")
        for more in [{"attachedToRef": "a"} if tag == "boundaryEvent" else {}]
    },
    ("boundaryEvent", "cancelActivity"): (edge(), edge(cancelActivity="true")),
    ("messageEventDefinition", "messageRef"): refers("message", "m"),
    ("messageEventDefinition", "operationRef"): (
        event("<bpmn:messageEventDefinition/>"),
        event('<bpmn:messageEventDefinition operationRef="o"/>'),
    ),
    ("signalEventDefinition", "signalRef"): refers("signal", "s"),
    ("errorEventDefinition", "errorRef"): refers("error", "x"),
    ("escalationEventDefinition", "escalationRef"): refers("escalation", "y"),
    ("error", "errorCode"): (
        event(CALLED.format("error", "x"), "endEvent"),
        event(CALLED.format("error", "x"), "endEvent", NAMES.replace('errorCode="1"', 'errorCode="2"')),
    ),
    ("escalation", "escalationCode"): (
        event(CALLED.format("escalation", "y")),
        event(CALLED.format("escalation", "y"), names=NAMES.replace('escalationCode="1"', 'escalationCode="2"')),
    ),
    ("multiInstanceLoopCharacteristics", "isSequential"): (
        marked(_MULTI.format("")),
        marked(_MULTI.format(' isSequential="true"')),
    ),
    ("standardLoopCharacteristics", "testBefore"): (
        marked(_WHILE.format("")),
        marked(_WHILE.format(' testBefore="true"')),
    ),
    ("standardLoopCharacteristics", "loopMaximum"): (
        marked(_WHILE.format("")),
        marked(_WHILE.format(' loopMaximum="3"')),
    ),
    ("from", "language"): (step("userTask", _FROM.format("")), step("userTask", _FROM.format(' language="feel"'))),
}  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "name"), sorted((tag, name) for tag, names in ignored_elements.READ.items() for name in names)
)
def test_an_attribute_that_is_read_makes_a_difference(tag: str, name: str) -> None:
    before, after = DOES[tag, name]
    assert before != after
    assert outcome(before) != outcome(after)


def outcome(xml: bytes) -> object:
    """What the reader makes of a file: its processes, else the findings that refuse it."""
    try:
        return reader.read_diagrams(xml, file="uji.bpmn")
    except InvalidDiagram as error:
        return error.findings


def test_quantities_are_told_and_count_as_one() -> None:
    assert "quantity_ignored" in warnings(activity("userTask", startQuantity="2"))
    assert "quantity_ignored" in warnings(activity("sendTask", completionQuantity="3"))


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (raced(eventGatewayType="Parallel"), "not_yet_parallel_events"),
    ],
)
def test_what_a_run_would_have_to_do_otherwise_is_refused(xml: bytes, code: str) -> None:
    assert errors(xml) == [code]


@pytest.mark.parametrize(
    ("xml", "told"),
    [
        (activity("sendTask", messageRef="m", operationRef="o"),
         "sendTask messageRef (1×), sendTask operationRef (1×)"),
        (activity("serviceTask", implementation="https://surat.example.test"), "serviceTask implementation (1×)"),
        (activity("adHocSubProcess", ordering="Sequential"), "adHocSubProcess ordering (1×)"),
        (step("userTask", "<bpmn:rendering/>"), "rendering (1×)"),
        (undoes(waitForCompletion="false"), "compensateEventDefinition waitForCompletion (1×)"),
        (marked(_MULTI.format(' behavior="None"')), "multiInstanceLoopCharacteristics behavior (1×)"),
        (bpmn([start(), end()], "start > end", inside='<bpmn:dataObject id="d" isCollection="true"/>'),
         "dataObject isCollection (1×)"),
        (TALK.replace(b'"dinas"/>', b'"dinas"><bpmn:participantMultiplicity/></bpmn:participant>'),
         "participantMultiplicity (1×)"),
    ],
)  # fmt: skip
def test_what_has_no_effect_is_told_once_for_the_file(xml: bytes, told: str) -> None:
    findings = [f for diagram in reader.read_diagrams(xml, file="uji.bpmn") for f in diagram.findings]
    [finding] = [finding for finding in findings if finding.code == "bpmn_ignored"]
    for language in ("id", "en"):
        with speaking(language):
            assert told in finding.what


def test_values_that_are_left_out_as_well_say_nothing() -> None:
    usual = activity(
        "receiveTask", implementation="##WebService", startQuantity="1", isForCompensation="false"
    )
    shapes = [
        start(parallelMultiple="false", isInterrupting="true"),
        exclusive("g", gatewayDirection="Diverging"),
        inclusive("h"),
        send("s", implementation="##unspecified"),
        end(),
    ]
    drawn = bpmn(shapes, "start > g > h > s > end")
    assert "bpmn_ignored" not in [finding.code for xml in (usual, drawn) for finding in all_findings(xml)]
