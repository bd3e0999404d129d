"""Flows: conditions, defaults, and the questions asked where there are none."""

import re

import pytest

from app.engine.diagram import Flow
from app.engine.reading.texts import conditions
from tests.engine.building import (
    Shape,
    bpmn,
    catch,
    end,
    exclusive,
    flow,
    inclusive,
    node,
    parallel,
    race,
    start,
    user,
)
from tests.engine.read_files import errors, read, refused, warnings

ENDS = [user("terima"), user("tolak"), user("tunda"), end()]
AFTER = "terima > end\ntolak > end\ntunda > end"


def gate(gateway: Shape, *ways: str) -> bytes:
    """start → gateway → the three tasks of ENDS, by ``ways``."""
    return bpmn([start(), gateway, *ENDS], [f"start > {gateway.id}\n{AFTER}", *ways])


def leaving(xml: bytes, gateway: str = "g") -> dict[str, Flow]:
    return {flow.target: flow for flow in read(xml).outgoing[gateway]}


def test_a_gateway_without_conditions_asks() -> None:
    ways = [flow("g", "terima", name="Ya"), flow("g", "tolak"), flow("g", "tunda", name=" nanti\nsaja ")]
    diagram = read(gate(exclusive("g", name="Data lengkap?"), *ways))
    question = diagram.questions["g"]
    assert (question.text, question.multiple) == ("Data lengkap?", False)
    assert question.answers == (("g__terima", "Ya"), ("g__tolak", "Tolak"), ("g__tunda", "nanti saja"))
    assert diagram.findings == ()


def test_an_inclusive_gateway_takes_several_answers() -> None:
    xml = gate(inclusive("g", name=""), flow("g", "terima"), flow("g", "tolak"), flow("g", "tunda"))
    question = read(xml).questions["g"]
    assert (question.text, question.multiple) == ("Lanjut ke mana?", True)


def test_a_default_mark_without_conditions_is_ignored_and_the_question_asked() -> None:
    ways = [flow("g", "terima"), flow("g", "tolak"), flow("g", "tunda")]
    xml = gate(exclusive("g", default="g__tolak"), *ways)
    assert "g" in read(xml).questions
    assert not any(way.is_default for way in leaving(xml).values())
    assert warnings(xml) == ["default_ignored"]


def test_answers_of_the_same_name_are_told_apart() -> None:
    ways = [flow("g", "terima", name="Ya"), flow("g", "tolak", name="Ya"), flow("g", "tunda", name="Ya")]
    answers = [text for _flow, text in read(gate(exclusive("g"), *ways)).questions["g"].answers]
    assert answers == ["Ya", "Ya (2)", "Ya (3)"]


def test_an_answer_without_names_is_called_by_what_comes_after() -> None:
    nodes = [
        start(),
        exclusive("g"),
        exclusive("m", name=""),
        user("tindak", name="Tindak lanjut"),
        end(name=""),
    ]
    diagram = read(bpmn(nodes, "start > g > m > tindak > end\ng > end"))
    assert dict(diagram.questions["g"].answers) == {"g__m": "Tindak lanjut", "g__end": "Selesai di sini"}


def test_unnamed_ways_in_a_circle_do_not_hang() -> None:
    nodes = [start(), exclusive("g"), exclusive("a", name=""), exclusive("b", name=""), end()]
    diagram = read(bpmn(nodes, "start > g > a > b > a\ng > end"))
    assert dict(diagram.questions["g"].answers)["g__a"] == "a"


def test_conditions_and_an_explicit_default_are_read() -> None:
    ways = [
        flow("g", "terima", condition="=jumlah > 3"),
        flow("g", "tolak", condition='k = "x"'),
        flow("g", "tunda"),
    ]
    xml = gate(exclusive("g", default="g__tunda"), *ways)
    found = leaving(xml)
    assert [way.condition for way in found.values()] == ["jumlah > 3", 'k = "x"', None]
    assert [way.is_default for way in found.values()] == [False, False, True]
    assert read(xml).questions == {}
    assert warnings(xml) == []


def test_the_one_flow_without_a_condition_is_the_default_with_a_warning() -> None:
    ways = [flow("g", "terima", condition="=a"), flow("g", "tolak"), flow("g", "tunda", condition="=b")]
    xml = gate(exclusive("g"), *ways)
    assert leaving(xml)["tolak"].is_default
    assert [(finding.code, finding.element_id) for finding in read(xml).findings] == [
        ("flow_taken_as_default", "g__tolak")
    ]


def test_several_flows_without_condition_among_conditioned_ones_are_refused() -> None:
    ways = [flow("g", "terima", condition="=a"), flow("g", "tolak"), flow("g", "tunda")]
    found = refused(gate(exclusive("g"), *ways))
    assert [(finding.code, finding.element_id) for finding in found] == [
        ("flow_without_condition", "g__tolak"),
        ("flow_without_condition", "g__tunda"),
    ]
    assert errors(gate(exclusive("g", default="g__tolak"), *ways)) == ["flow_without_condition"]


def test_an_empty_condition_is_none() -> None:
    ways = [
        flow("g", "terima", condition=" "),
        flow("g", "tolak", condition="="),
        flow("g", "tunda", condition="${}"),
    ]
    assert "g" in read(gate(exclusive("g"), *ways)).questions


def test_a_gateway_with_conditions_only_is_warned_of() -> None:
    ways = [
        flow("g", "terima", condition="=a"),
        flow("g", "tolak", condition="=b"),
        flow("g", "tunda", condition="=c"),
    ]
    assert warnings(gate(exclusive("g"), *ways)) == ["no_default_flow"]
    assert warnings(gate(inclusive("g"), *ways)) == ["no_default_flow"]


def test_a_condition_on_the_default_is_ignored() -> None:
    ways = [
        flow("g", "terima", condition="=a"),
        flow("g", "tolak", condition="=b"),
        flow("g", "tunda", condition="=c"),
    ]
    xml = gate(exclusive("g", default="g__tunda"), *ways)
    assert leaving(xml)["tunda"].condition is None
    assert warnings(xml) == ["condition_on_default"]


def test_a_default_that_does_not_leave_the_gateway_is_refused() -> None:
    ways = [flow("g", "terima", condition="=a"), flow("g", "tolak"), flow("g", "tunda", condition="=b")]
    assert errors(gate(exclusive("g", default="terima__end"), *ways)) == ["default_unknown"]


@pytest.mark.parametrize("gateway", [exclusive("g"), inclusive("g"), parallel("g")])
def test_a_condition_where_nothing_is_chosen_is_ignored(gateway: Shape) -> None:
    xml = bpmn([start(), gateway, end()], ["start > g", flow("g", "end", condition="a > 3")])
    assert read(xml).outgoing["g"][0].condition is None
    assert warnings(xml) == ["condition_ignored"]


def test_conditions_after_parallel_and_event_gateways_are_ignored() -> None:
    events = [catch("datang", message="m"), catch("lama", after="P1D")]
    ways = [flow("r", "datang", condition="=a"), flow("r", "lama")]
    xml = bpmn([start(), race("r"), *events, end()], ["start > r\ndatang > end\nlama > end", *ways])
    assert warnings(xml) == ["condition_ignored"]


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("a == True and b", "a = true and b"),
        ("!a", "a != true"),
        ("not a", "a != true"),
        ("return a == 1;", "a = 1"),
        ("status === 'lengkap'", 'status = "lengkap"'),
        ("=status == 'lengkap'", 'status = "lengkap"'),
    ],
)
def test_python_and_javascript_are_put_into_feel_and_said(written: str, offered: str) -> None:
    ways = [
        flow("g", "terima", condition=written, name="Ya"),
        flow("g", "tolak"),
        flow("g", "tunda", condition="=b"),
    ]
    diagram = read(gate(exclusive("g"), *ways))
    assert diagram.outgoing["g"][0].condition == offered
    (finding,) = (finding for finding in diagram.findings if finding.code == "expression_translated")
    assert (finding.element_id, finding.params["offer"]) == ("g__terima", offered)


def test_juel_is_put_into_feel_and_said() -> None:
    ways = [flow("g", "terima", condition="${status == 'lengkap' && !batal}"), flow("g", "tolak")]
    diagram = read(gate(exclusive("g", default="g__tolak"), *ways))
    assert diagram.outgoing["g"][0].condition == 'status = "lengkap" and batal != true'
    (finding,) = (finding for finding in diagram.findings if finding.code == "expression_translated")
    assert (finding.element_id, finding.params["offer"]) == (
        "g__terima",
        'status = "lengkap" and batal != true',
    )


def test_conditions_that_are_sentences_are_asked() -> None:
    ways = [
        flow("g", "terima", condition="penghasilan di bawah 2 juta"),
        flow("g", "tolak", name="lainnya"),
        flow("g", "tunda", condition="berkas belum lengkap", name="Belum"),
    ]
    diagram = read(gate(exclusive("g"), *ways))
    answers = [text for _flow, text in diagram.questions["g"].answers]
    assert answers == ["penghasilan di bawah 2 juta", "lainnya", "Belum"]
    told = [f.params["text"] for f in diagram.findings if f.code == "condition_in_words"]
    assert told == ["penghasilan di bawah 2 juta", "berkas belum lengkap"]


@pytest.mark.parametrize("text", ["lengkap", "a and b", "not a", "jumlah > 3 juta", 'a = "b c"', "a b > 1"])
def test_what_may_be_feel_is_no_sentence(text: str) -> None:
    assert not conditions.is_words(text)


def test_a_sentence_beside_a_formula_is_asked_with_it() -> None:
    ways = [flow("g", "terima", condition="berkas belum lengkap"), flow("g", "tolak", condition="jumlah > 3")]
    diagram = read(gate(exclusive("g"), *ways, flow("g", "tunda")))
    answers = [text for _flow, text in diagram.questions["g"].answers]
    assert answers == ["berkas belum lengkap", "Tolak", "Tunda"]
    told = {finding.code: finding.params["text"] for finding in diagram.findings}
    assert told == {"condition_in_words": "berkas belum lengkap", "condition_set_aside": "jumlah > 3"}


def test_a_condition_that_cannot_be_read_is_asked_and_its_place_told() -> None:
    ways = [flow("g", "terima", condition="jumlah > 3 )"), flow("g", "tolak")]
    diagram = read(bpmn([start(), exclusive("g"), *ENDS], [f"start > g\n{AFTER}", *ways]))
    assert "g" in diagram.questions
    (finding,) = (finding for finding in diagram.findings if finding.code == "condition_syntax")
    assert "ke-12" in finding.params["detail"]


def test_a_condition_of_5000_characters_is_refused() -> None:
    ways = [flow("g", "terima", condition="=a" * 5000), flow("g", "tolak")]
    found = errors(bpmn([start(), exclusive("g"), *ENDS], [f"start > g\n{AFTER}", *ways]))
    assert found == ["expression_too_long"]


def test_a_condition_kept_in_a_script_file_is_refused() -> None:
    xml = bpmn(
        [start(), exclusive("g"), *ENDS],
        [f"start > g\n{AFTER}", flow("g", "terima", condition="=a"), "g > tolak"],
    )
    xml = xml.replace(
        b"<bpmn:conditionExpression", b'<bpmn:conditionExpression camunda:resource="syarat.groovy"'
    )
    assert errors(xml) == ["code_in_extension"]


def test_an_arrow_that_hangs_loose_is_refused_with_its_other_end() -> None:
    xml = bpmn([start(), user("telaah"), end()], ["start > telaah > end", flow("telaah", "", name="Ulang")])
    (finding,) = refused(xml)
    assert (finding.code, finding.element_name) == ("flow_without_target", "Ulang")
    assert finding.params["other"] == "Telaah"


def test_flows_from_or_to_nowhere_are_refused() -> None:
    found = refused(bpmn([start(), end()], ["start > end > hantu", flow("arwah", "end", name="Gaib")]))
    assert [(finding.code, finding.element_name or finding.element_id) for finding in found] == [
        ("flow_target_unknown", "panah dari “End” ke “hantu”"),
        ("flow_source_unknown", "Gaib"),
    ]


def test_a_dangling_flow_is_the_only_thing_said_about_its_ends() -> None:
    assert errors(bpmn([start(), race("r"), user("t"), end()], ["start > r > hantu", "t > end"])) == [
        "flow_target_unknown"
    ]


def test_flows_without_ids_are_told_apart() -> None:
    nodes = [start(), exclusive("g"), user("telaah"), end()]
    ways = ["start > g > telaah > end", flow("g", "telaah", id="lagi", name="lagi")]
    xml = bpmn(nodes, ways).replace(b' id="lagi"', b"").replace(b' id="g__telaah"', b"")
    first, second = read(xml).outgoing["g"]
    assert first.id != second.id
    assert [text for _flow, text in read(xml).questions["g"].answers] == ["Telaah", "lagi"]


def test_several_flows_into_a_task_merge() -> None:
    diagram = read(
        bpmn(
            [start(), exclusive("g"), user("telaah"), end()],
            ["start > g > telaah > end", flow("g", "telaah", id="lagi")],
        )
    )
    assert len(diagram.flows) == 4


def test_a_way_without_an_end_event_ends_there_with_a_warning() -> None:
    xml = bpmn([start(), user("telaah")], "start > telaah")
    assert [(finding.code, finding.element_id) for finding in read(xml).findings] == [
        ("implicit_end", "telaah")
    ]


def test_what_cannot_be_reached_is_left_out_with_a_warning() -> None:
    """A join must not wait for a token that nothing can send."""
    nodes = [start(), user("telaah"), user("sendiri"), exclusive("tanya"), parallel("gabung"), end()]
    diagram = read(bpmn(nodes, "start > telaah > gabung > end\nsendiri > tanya > gabung\ntanya > sendiri"))
    assert set(diagram.nodes) == {"start", "telaah", "gabung", "end"}
    assert {flow.source for flow in diagram.flows} == {"start", "telaah", "gabung"}
    assert diagram.questions == {}
    assert [(finding.code, finding.element_id) for finding in diagram.findings] == [
        ("unreachable", "sendiri"),
        ("unreachable", "tanya"),
    ]


def test_a_circle_without_a_way_out_is_warned_of() -> None:
    xml = bpmn([start(), user("telaah"), user("tindak"), exclusive("g")], "start > telaah > g > tindak > g")
    assert [(finding.code, finding.element_id) for finding in read(xml).findings] == [("never_ends", "start")]


def test_a_node_without_id_is_refused() -> None:
    xml = bpmn([start(), user("telaah"), end()], "start > telaah > end").replace(
        b'userTask id="telaah"', b"userTask"
    )
    assert "id_missing" in errors(xml)


def test_ids_used_twice_are_refused_with_both_lines() -> None:
    found = refused(bpmn([start(), user("telaah"), user("telaah"), end()], "start > telaah > end"))
    assert [(finding.code, finding.params) for finding in found] == [
        ("duplicate_id", {"first": "5", "second": "6"})
    ]


@pytest.mark.parametrize("bad", ["a b", "a/b", "", "x" * 129, "a'b"])
def test_ids_that_cannot_stand_in_an_address_are_refused(bad: str) -> None:
    assert "bad_id" in errors(bpmn([start(), user(bad, name="T"), end()], f"start > {bad} > end"))


def test_an_unknown_element_is_refused() -> None:
    (finding,) = refused(bpmn([start(), node("choreographyTask", "tari"), end()], "start > end"))
    assert (finding.code, finding.params["found"]) == ("unknown_element", "choreographyTask")


def test_arrows_of_an_unknown_element_are_not_told_apart_from_it() -> None:
    flows = "start > tari > end"
    (finding,) = refused(bpmn([start(), node("choreographyTask", "tari"), end()], flows))
    assert (finding.code, finding.params["found"]) == ("unknown_element", "choreographyTask")


def test_what_ends_a_step_is_no_step_itself() -> None:
    xml = bpmn([start(), user("a"), end()], "start > a > end").decode()
    ends = '<bpmn:endEvent id="end"><bpmn:terminateEventDefinition id="habis"/></bpmn:endEvent>'
    xml = re.sub(r'<bpmn:endEvent id="end".*</bpmn:endEvent>', ends, xml).replace(
        'targetRef="end"', 'targetRef="habis"'
    )
    assert "flow_to_no_step" in errors(xml.encode())


def test_an_unknown_element_of_a_pool_that_is_only_drawn_is_told_by_its_arrow() -> None:
    drawn = (
        '<bpmn:process id="lain"><bpmn:startEvent id="s2"/><bpmn:choreographyTask id="tari"/></bpmn:process>'
    )
    xml = bpmn([start(), user("a"), end()], "start > a > end").decode()
    xml = xml.replace("</bpmn:process>", f"</bpmn:process>{drawn}", 1).replace(
        'targetRef="end"', 'targetRef="tari"'
    )
    assert "flow_to_no_step" in errors(xml.encode())
