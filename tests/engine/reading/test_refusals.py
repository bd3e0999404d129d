"""Code in a diagram never runs, and what cannot run yet is refused by a finding of its own."""

from typing import Any

import pytest

from tests.engine.building import bpmn, end, flow, node, start, user
from tests.engine.read_files import errors, read, refused, warnings

PROBE = "__import__('os').system('id')"


def task(tag: str = "userTask", **given: Any) -> bytes:
    return bpmn([start(), node(tag, "langkah", **given), end()], "start > langkah > end")


def event(tag: str, definition: str, **attributes: str) -> bytes:
    made = node(tag, "langkah", inside=f"<bpmn:{definition}EventDefinition/>", **attributes)
    if tag == "startEvent":
        return bpmn([made, end()], "langkah > end")
    if tag == "endEvent":
        return bpmn([start(), made], "start > langkah")
    if tag == "boundaryEvent":
        return bpmn([start(), user("telaah"), made, end()], "start > telaah > end\nlangkah > end")
    return bpmn([start(), made, end()], "start > langkah > end")


@pytest.mark.parametrize(
    ("xml", "found"),
    [
        (
            task("serviceTask", extensions='<spiffworkflow:serviceTaskOperator id="http/GetRequest"/>'),
            "serviceTaskOperator",
        ),
        (task(extensions=f"<spiffworkflow:preScript>{PROBE}</spiffworkflow:preScript>"), "preScript"),
        (task(extensions=f"<spiffworkflow:postScript>{PROBE}</spiffworkflow:postScript>"), "postScript"),
    ],
)
def test_code_on_an_element_is_refused(xml: bytes, found: str) -> None:
    finding = next(finding for finding in refused(xml) if finding.severity == "error")
    assert (finding.code, finding.element_id, finding.params["found"]) == (
        "code_in_extension",
        "langkah",
        found,
    )


def test_a_script_task_is_refused() -> None:
    assert errors(task("scriptTask", inside=f"<bpmn:script>{PROBE}</bpmn:script>")) == ["script_task"]
    assert errors(task("scriptTask", camunda__resource="hitung.groovy")) == ["script_task"]


def test_a_script_task_of_camunda_8_holds_nothing_but_feel() -> None:
    def script(text: str) -> bytes:
        return task("scriptTask", extensions=f'<zeebe:script expression="{text}" resultVariable="x"/>')

    assert errors(script("x = 1")) == ["code_in_extension"]
    assert warnings(script("=x == 1")) == ["expression_translated"]
    assert errors(script("=x = (1")) == ["expression_syntax"]


def test_code_beside_the_work_is_told_and_not_run() -> None:
    listener = (
        "<camunda:taskListener event='create'><camunda:script>x</camunda:script></camunda:taskListener>"
    )
    assert warnings(task(extensions=listener)) == ["code_not_run"]
    added = "<camunda:onEntry><camunda:script>x</camunda:script></camunda:onEntry>"
    assert "code_not_run" in warnings(task(extensions=added))


def test_code_in_listeners_of_process_lane_pool_and_flow_is_told() -> None:
    listener = (
        "<bpmn:extensionElements><camunda:executionListener><camunda:script>x</camunda:script>"
        "</camunda:executionListener></bpmn:extensionElements>"
    )
    xml = bpmn(
        [start(), user("telaah"), end()],
        [
            "start > telaah",
            flow("telaah", "end").replace("</bpmn:sequenceFlow>", listener + "</bpmn:sequenceFlow>"),
        ],
        lanes={"UPP": "start telaah end"},
        outside='<bpmn:collaboration id="k"><bpmn:participant id="pool" processRef="prosedur">'
        + listener
        + "</bpmn:participant></bpmn:collaboration>",
    ).decode()
    xml = xml.replace('isExecutable="true">', f'isExecutable="true">{listener}')
    xml = xml.replace('name="UPP">', f'name="UPP">{listener}')
    found = read(xml.encode()).findings
    assert {finding.code for finding in found} == {"code_not_run"}
    assert {finding.element_id for finding in found} == {"prosedur", "lane_1", "pool", "telaah__end"}


def test_an_empty_script_of_the_modeler_is_no_code() -> None:
    assert warnings(task(extensions="<spiffworkflow:preScript></spiffworkflow:preScript>")) == []


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (
            task(
                "adHocSubProcess",
                inside="<bpmn:task id='t'/><bpmn:completionCondition>=a</bpmn:completionCondition>"
                "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>=2</bpmn:loopCardinality>"
                "</bpmn:multiInstanceLoopCharacteristics>",
            ),
            "not_yet_ad_hoc",
        ),
        (
            task("adHocSubProcess", extensions="<zeebe:adHoc/>", inside="<bpmn:task id='t'/>"),
            "not_yet_ad_hoc",
        ),
        (task("callActivity", calledElement="${proses.cari()}"), "call_computed"),
        (event("intermediateThrowEvent", "error"), "event_misplaced"),
        (event("intermediateCatchEvent", "escalation"), "event_misplaced"),
        (event("intermediateCatchEvent", "cancel"), "event_misplaced"),
        (event("endEvent", "link"), "link_misplaced"),
    ],
)
def test_what_cannot_run_yet_is_refused_by_name(xml: bytes, code: str) -> None:
    (finding,) = refused(xml)
    assert (finding.code, finding.element_id) == (code, "langkah")
    assert finding.line is not None
