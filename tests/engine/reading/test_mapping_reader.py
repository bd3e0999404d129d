"""Mappings as modelers draw them: what is used, and what is told of and not done."""

import pytest

from app.engine.mappings import Assignment, Mappings
from tests.engine.building import Shape, bpmn, end, node, start
from tests.engine.read_files import errors, read, warnings

PROBE = "__import__('os').system('touch /tmp/x')"


def around(step: Shape, **more: str) -> bytes:
    return bpmn([start(), step, end()], "start > langkah > end", **more)


IO = "<camunda:inputOutput>{}</camunda:inputOutput>"


def task(extensions: str, tag: str = "userTask", inside: str = "", **attributes: str) -> bytes:
    return around(node(tag, "langkah", extensions=extensions, inside=inside, **attributes))


def camunda_7(parameters: str) -> bytes:
    return task(IO.format(parameters))


def mappings(xml: bytes) -> Mappings | None:
    return read(xml).nodes["langkah"].mappings


def given(text: str) -> Assignment:
    """What a Camunda 7 input parameter is read as."""
    found = mappings(camunda_7(f'<camunda:inputParameter name="x">{text}</camunda:inputParameter>'))
    assert found is not None
    return found.inputs[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("segera", "segera"),
        ("12", 12),
        ("-0.5", -0.5),
        ("007", "007"),
        ("1234567890123456", "1234567890123456"),
        ("true", True),
        ("", None),
        (
            "<camunda:list><camunda:value>a</camunda:value><camunda:value>2</camunda:value></camunda:list>",
            ["a", 2],
        ),
        (
            '<camunda:map><camunda:entry key="kota">Wonogiri</camunda:entry><camunda:entry key="kode pos">57611'
            "</camunda:entry></camunda:map>",
            {"kota": "Wonogiri", "kode pos": 57611},
        ),
    ],
)
def test_a_constant_of_camunda_7_keeps_its_value(text: str, value: object) -> None:
    assert given(text) == Assignment("x", None, value)


@pytest.mark.parametrize(
    ("text", "feel"),
    [
        ("${jumlah}", "jumlah"),
        ("#{jumlah * 2}", "(if jumlah = null then 0 else jumlah) * 2"),
        ("${a == 'b'}", 'a = "b"'),
        ("${execution.getVariable('a')}", "a"),
        ("Nomor ${n}!", '"Nomor " + (if (n) = null then "" else string(n)) + "!"'),
        (
            "<camunda:list><camunda:value>${a}</camunda:value><camunda:value>b</camunda:value></camunda:list>",
            '[a, "b"]',
        ),
        ('<camunda:map><camunda:entry key="k">${a}</camunda:entry></camunda:map>', '{"k": a}'),
    ],
)
def test_an_expression_of_camunda_7_becomes_feel(text: str, feel: str) -> None:
    assert given(text) == Assignment("x", feel)


def test_a_mapping_of_camunda_8_is_feel_behind_an_equals_sign_and_keeps_what_it_does_not_carry_out() -> None:
    found = mappings(
        task(
            '<zeebe:ioMapping><zeebe:input source="=a + 1" target="b.c"/><zeebe:input source="tetap" target="d"/>'
            '<zeebe:output source="=b.c" target="hasil"/></zeebe:ioMapping>'
        )
    )
    assert found == Mappings(
        (Assignment("b.c", "a + 1"), Assignment("d", None, "tetap")),
        (Assignment("hasil", "b.c"),),
        keeps=True,
    )


def test_a_text_in_quotes_may_be_longer_than_an_expression() -> None:
    mapping = '<zeebe:ioMapping><zeebe:input source="=&quot;{}&quot;" target="surat"/></zeebe:ioMapping>'
    letter = "Dengan hormat, " * 500
    found = mappings(task(mapping.format(letter)))
    assert found == Mappings((Assignment("surat", None, letter),))
    assert errors(task(mapping.format(letter * 3))) == ["mapping_too_long"]


def test_outputs_of_camunda_7_come_in_addition() -> None:
    found = mappings(camunda_7('<camunda:outputParameter name="hasil">${a}</camunda:outputParameter>'))
    assert found == Mappings(outputs=(Assignment("hasil", "a"),))


def test_assignments_of_bpmn_are_read_by_the_names_of_their_data() -> None:
    inside = (
        '<bpmn:ioSpecification><bpmn:dataInput id="masuk" name="tingkat"/><bpmn:dataOutput id="keluar" name="z"/>'
        "</bpmn:ioSpecification>"
        "<bpmn:dataInputAssociation><bpmn:targetRef>masuk</bpmn:targetRef><bpmn:assignment>"
        "<bpmn:from>segera</bpmn:from><bpmn:to>masuk</bpmn:to></bpmn:assignment></bpmn:dataInputAssociation>"
        '<bpmn:dataOutputAssociation><bpmn:assignment><bpmn:from language="FEEL">z + 1</bpmn:from>'
        "<bpmn:to>jumlah</bpmn:to></bpmn:assignment></bpmn:dataOutputAssociation>"
        "<bpmn:dataInputAssociation><bpmn:sourceRef>masuk</bpmn:sourceRef></bpmn:dataInputAssociation>"
    )
    found = mappings(task("", inside=inside))
    assert found == Mappings((Assignment("tingkat", None, "segera"),), (Assignment("jumlah", "z + 1"),))


@pytest.mark.parametrize(
    ("xml", "code", "told"),
    [
        (
            camunda_7(
                '<camunda:inputParameter name="a"><camunda:script scriptFormat="groovy">'
                f"{PROBE}</camunda:script></camunda:inputParameter>"
            ),
            "mapping_script",
            "a",
        ),
        (
            camunda_7(
                '<camunda:inputParameter name="a"><camunda:list><camunda:script scriptFormat="javascript">f()'
                "</camunda:script></camunda:list></camunda:inputParameter>"
            ),
            "mapping_script",
            "a",
        ),
        (camunda_7('<camunda:inputParameter name="a-b">x</camunda:inputParameter>'), "mapping_target", "a-b"),
        (camunda_7('<camunda:inputParameter name="now">x</camunda:inputParameter>'), "mapping_target", "now"),
        (
            task('<zeebe:calledDecision decisionId="d" resultVariable="a b"/>', "businessRuleTask"),
            "mapping_target",
            "a b",
        ),
        (
            around(
                node(
                    "intermediateThrowEvent",
                    "langkah",
                    extensions='<zeebe:ioMapping><zeebe:input source="=1" target="a"/></zeebe:ioMapping>',
                )
            ),
            "mapping_misplaced",
            "a",
        ),
        (
            task("<camunda:inputOutput/>", "exclusiveGateway"),
            "extension_ignored",
            "inputOutput",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_is_told_and_not_done(xml: bytes, code: str, told: str) -> None:
    diagram = read(xml)
    [finding] = [finding for finding in diagram.findings if finding.code == code]
    assert finding.element_id == "langkah"
    assert told in finding.params.values()
    assert diagram.nodes["langkah"].mappings is None
    assert finding.todo


@pytest.mark.parametrize(("message", "keeps"), [(None, False), ("Surat", True)])
def test_a_start_sets_variables_and_lets_go_only_what_a_message_brings(
    message: str | None, keeps: bool
) -> None:
    mapping = '<zeebe:ioMapping><zeebe:output source="=3" target="batas"/></zeebe:ioMapping>'
    xml = bpmn([start(extensions=mapping, message=message), end()], "start > end")
    assert read(xml).nodes["start"].mappings == Mappings((), (Assignment("batas", "3"),), keeps=keeps)
    assert "mapping_misplaced" not in warnings(xml)


def test_what_a_program_outside_gives_back_is_not_waited_for_nor_found_fault_with() -> None:
    mapping = '<zeebe:ioMapping><zeebe:output source="=response.body +" target="isi"/></zeebe:ioMapping>'
    xml = task(f'<zeebe:taskDefinition type="http"/>{mapping}', "serviceTask")
    assert warnings(xml) == ["external_worker", "mapping_of_worker"]
    assert mappings(xml) is None


@pytest.mark.parametrize(
    "mapping",
    [
        '<zeebe:ioMapping><zeebe:input source="=a +" target="b"/></zeebe:ioMapping>',
        IO.format('<camunda:outputParameter name="b">${a +}</camunda:outputParameter>'),
    ],
)
def test_a_mapping_that_cannot_be_read_is_refused_at_its_element(mapping: str) -> None:
    assert errors(task(mapping)) == ["expression_syntax"]


def test_a_mapping_in_juel_that_no_feel_gives_alike_is_refused() -> None:
    mapping = IO.format('<camunda:outputParameter name="b">${a instanceof String}</camunda:outputParameter>')
    assert errors(task(mapping)) == ["expression_untranslatable"]


def test_too_many_mappings_and_too_long_constants_are_refused() -> None:
    one = '<camunda:inputParameter name="a{}">x</camunda:inputParameter>'
    assert errors(camunda_7("".join(one.format(n) for n in range(101)))) == ["mapping_too_many"]
    long = f'<camunda:inputParameter name="a">{"x" * 20_001}</camunda:inputParameter>'
    assert errors(camunda_7(long)) == ["mapping_too_long"]
    items = "<camunda:value>${a}</camunda:value>" * 1_500
    whole = f'<camunda:inputParameter name="a"><camunda:list>{items}</camunda:list></camunda:inputParameter>'
    assert errors(camunda_7(whole)) == ["expression_too_long"]


def call(extensions: str, **attributes: str) -> bytes:
    own = {} if "zeebe:calledElement" in extensions else {"calledElement": "anak"}
    return around(node("callActivity", "langkah", extensions=extensions, **own, **attributes))


CALLED = '<zeebe:calledElement processId="anak" {}/>'
ALL_IN = '<camunda:in variables="all"/>'
ALL_OUT = '<camunda:out variables="all"/>'
A_IN, B_OUT = '<camunda:in source="a" target="x"/>', '<camunda:out sourceExpression="${y}" target="b"/>'
X, B = (Assignment("x", "a"),), (Assignment("b", "y"),)


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (call(""), None),
        (call('<camunda:in businessKey="#{execution.processBusinessKey}"/>'), None),
        (call(A_IN + B_OUT), Mappings(X, B, keeps=True, sealed=True)),
        (call(ALL_IN + B_OUT), Mappings((), B, keeps=True)),
        # all that is local to the call, which is its inputs
        (
            call(ALL_IN.replace("/>", ' local="true"/>') + ALL_OUT),
            Mappings(keeps=True, sealed=True, hands_out="all"),
        ),
        (call(A_IN + ALL_OUT), Mappings(X, keeps=True, sealed=True, hands_out="all")),
        (call(B_OUT, camunda__inheritVariables="true"), Mappings((), B, keeps=True)),
        (call(CALLED.format("")), None),
        (
            call(CALLED.format('propagateAllParentVariables="false"')),
            Mappings(keeps=True, sealed=True, hands_out="new"),
        ),
        (
            call(
                CALLED.format('propagateAllChildVariables="false"')
                + '<zeebe:ioMapping><zeebe:output source="=y" target="b"/></zeebe:ioMapping>'
            ),
            Mappings((), B, keeps=True),
        ),
        (
            call(
                CALLED.format("")
                + '<zeebe:ioMapping><zeebe:input source="=a" target="x"/></zeebe:ioMapping>'
            ),
            Mappings(X, keeps=True, hands_out="new"),
        ),
        (
            call(IO.format('<camunda:inputParameter name="x">${a}</camunda:inputParameter>')),
            Mappings(X),
        ),
    ],
)  # fmt: skip
def test_what_passes_between_a_call_and_the_called_process(xml: bytes, expected: Mappings | None) -> None:
    assert mappings(xml) == expected


def test_a_call_that_returns_nothing_and_a_number_of_its_own_are_told() -> None:
    assert warnings(call(A_IN)) == ["call_returns_nothing"]
    assert warnings(call('<camunda:in businessKey="${nomor}"/>')) == ["call_business_key"]


def test_the_result_of_a_decision_goes_to_its_variable() -> None:
    zeebe = task('<zeebe:calledDecision decisionId="d" resultVariable="r"/>', "businessRuleTask")
    assert mappings(zeebe) == Mappings(result="r")
    camunda = task(
        "",
        "businessRuleTask",
        camunda__decisionRef="d",
        camunda__resultVariable="r",
        camunda__mapDecisionResult="singleEntry",
    )
    assert mappings(camunda) == Mappings(result="r", shape="singleEntry")
    assert warnings(zeebe) == warnings(camunda) == []
