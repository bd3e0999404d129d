"""Whatever a modeler adds to a step is used, refused as a program, or told as having no effect: never passed over."""

from typing import Any

import pytest

from app.base.i18n import speaking
from app.findings import Finding
from tests.engine.building import bpmn, end, node, start
from tests.engine.read_files import all_findings

MESSAGE = '<bpmn:message id="m" name="M"/>'
SIGNAL = '<bpmn:signal id="s" name="S"/>'


def step(
    tag: str = "userTask", extensions: str = "", inside: str = "", outside: str = "", **more: str
) -> bytes:
    shape = node(tag, "langkah", extensions=extensions, inside=inside, **more)
    flows, lanes = "start > langkah > end", {"Loket": "start langkah end"}
    return bpmn([start(), shape, end()], flows, lanes=lanes, outside=outside)


def throws(definition: str) -> bytes:
    return step("intermediateThrowEvent", inside=definition, outside=MESSAGE + SIGNAL)


#: An addition, the finding that tells of it, and the name it is told by.
TOLD: list[tuple[bytes, str, str]] = [
    # who does it: people come from lanes
    (step(camunda__assignee="${kepala}"), "extension_ignored", "assignee"),
    (step(camunda__candidateUsers="ani, budi"), "extension_ignored", "candidateUsers"),
    (step(camunda__candidateGroups="loket"), "extension_ignored", "candidateGroups"),
    (step(extensions='<zeebe:assignmentDefinition assignee="=kepala"/>'), "extension_ignored", "assignee"),
    (
        step(extensions='<zeebe:assignmentDefinition candidateUsers="=[&quot;ani&quot;]"/>'),
        "extension_ignored",
        "candidateUsers",
    ),
    (step(inside="<bpmn:potentialOwner/>"), "extension_ignored", "potentialOwner"),
    (step(inside="<bpmn:humanPerformer/>"), "extension_ignored", "humanPerformer"),
    # when: a constant due date is used, as `test_reader_properties` shows
    (step(camunda__dueDate="${batas}"), "extension_ignored", "dueDate"),
    (step(camunda__dueDate="P3D"), "due_date_used", "P3D"),
    (step(camunda__followUpDate="P1D"), "extension_ignored", "followUpDate"),
    (
        step(extensions='<zeebe:taskSchedule dueDate="=batas" followUpDate="=ingat"/>'),
        "extension_ignored",
        "dueDate, followUpDate",
    ),
    # in which order and how often
    (step(camunda__priority="50"), "additions_ignored", "camunda:priority (1×)"),
    (
        step(extensions='<zeebe:priorityDefinition priority="70"/>'),
        "additions_ignored",
        "zeebe:priorityDefinition (1×)",
    ),
    (step(camunda__asyncBefore="true"), "additions_ignored", "camunda:asyncBefore (1×)"),
    (step(camunda__asyncAfter="true"), "additions_ignored", "camunda:asyncAfter (1×)"),
    (
        step(extensions="<camunda:failedJobRetryTimeCycle>R3/PT1M</camunda:failedJobRetryTimeCycle>"),
        "additions_ignored",
        "camunda:failedJobRetryTimeCycle (1×)",
    ),
    (
        step("serviceTask", '<zeebe:taskDefinition type="surel" retries="3"/>'),
        "extension_ignored",
        "retries",
    ),
    # programs outside and inside
    (step("serviceTask", '<zeebe:taskDefinition type="surel"/>'), "external_worker", "surel"),
    (
        step("serviceTask", "<camunda:connector><camunda:connectorId>x</camunda:connectorId></camunda:connector>"),
        "external_worker",
        "x",
    ),
    (step("serviceTask", camunda__class="org.contoh.Kirim"), "external_worker", "org.contoh.Kirim"),
    (step("serviceTask", camunda__expression="${bean.kirim()}"), "external_worker", "${bean.kirim()}"),
    (step("sendTask", camunda__delegateExpression="${bean}"), "external_worker", "${bean}"),
    (step("businessRuleTask", camunda__class="X"), "external_worker", "X"),
    (step("serviceTask", camunda__type="mail"), "external_worker", "mail"),
    (step("businessRuleTask", camunda__class="X", camunda__decisionRef="t"), "program_elsewhere", "X"),
    (step(camunda__class="X"), "program_elsewhere", "class"),
    (step("manualTask", "<camunda:connector/>"), "program_elsewhere", "connector"),
    (step(extensions='<camunda:taskListener class="X" event="create"/>'), "program_elsewhere", "taskListener"),
    (
        step(extensions='<camunda:executionListener delegateExpression="${x}" event="start"/>'),
        "program_elsewhere",
        "executionListener",
    ),
    (
        step(extensions='<zeebe:taskListeners><zeebe:taskListener type="x"/></zeebe:taskListeners>'),
        "program_elsewhere",
        "taskListener",
    ),
    (throws('<bpmn:messageEventDefinition messageRef="m" camunda:class="X"/>'), "program_elsewhere", "class"),
    (
        throws('<bpmn:messageEventDefinition messageRef="m" camunda:type="external" camunda:topic="t"/>'),
        "additions_ignored",
        "camunda:type (1×), camunda:topic (1×)",
    ),
    # data where nothing could use it
    (step("serviceTask", camunda__resultVariable="x"), "extension_ignored", "resultVariable"),
    (
        throws(
            '<bpmn:signalEventDefinition signalRef="s"><bpmn:extensionElements><camunda:in variables="all"/>'
            "</bpmn:extensionElements></bpmn:signalEventDefinition>"
        ),
        "additions_ignored",
        "camunda:in (1×)",
    ),
    (step("exclusiveGateway", "<zeebe:ioMapping/>"), "extension_ignored", "ioMapping"),
    (
        step(extensions='<camunda:in source="a" target="b"/>'),
        "extension_ignored",
        "in",
    ),
    # which version: always the one that was deployed together
    (
        step(extensions='<zeebe:formDefinition formId="f" bindingType="latest"/>'),
        "additions_ignored",
        "zeebe:formDefinition bindingType (1×)",
    ),
    (
        step("callActivity", '<zeebe:calledElement processId="p" bindingType="latest"/>'),
        "additions_ignored",
        "zeebe:calledElement bindingType (1×)",
    ),
    (step(extensions="<zeebe:taskHeaders/>"), "additions_ignored", "zeebe:taskHeaders (1×)"),
]  # fmt: skip


@pytest.mark.parametrize(("xml", "code", "name"), TOLD, ids=[f"{code} {name}" for _xml, code, name in TOLD])
def test_an_addition_is_told_by_its_name_in_both_languages(xml: bytes, code: str, name: str) -> None:
    [finding] = [finding for finding in all_findings(xml) if finding.code == code]
    assert name in finding.params.values()
    for language in ("id", "en"):
        with speaking(language):
            assert name in finding.what
            assert finding.todo


@pytest.mark.parametrize(
    "used",
    [
        step(extensions="<zeebe:userTask/>"),
        step(extensions='<zeebe:formDefinition formId="f"/>'),
        step(camunda__formKey="f"),
        step("callActivity", '<zeebe:calledElement processId="p" propagateAllChildVariables="true"/>'),
        step(
            inside='<bpmn:multiInstanceLoopCharacteristics camunda:collection="${xs}" camunda:elementVariable="x"/>'
        ),
    ],
)
def test_what_is_used_is_not_told_as_ignored(used: bytes) -> None:
    assert _codes(all_findings(used)) == []


def _codes(findings: Any) -> list[str]:
    found: list[Finding] = list(findings)
    return [finding.code for finding in found]
