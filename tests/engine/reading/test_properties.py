"""Properties that the code acts on: read from every modeler, checked where they stand."""

from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from app.engine.diagram import Timer
from app.engine.running.execution import Program
from tests.engine.building import boundary, bpmn, catch, end, node, start, user
from tests.engine.case import Case
from tests.engine.read_files import errors, read, refused, warnings

LANES = {"UPP K/L/D": "start telaah", "Inspektorat, UPT": "end"}


def process(**properties: str) -> bytes:
    given = {name.replace("_", " "): value for name, value in properties.items()}
    return bpmn([start(), user("telaah"), end()], "start > telaah > end", lanes=LANES, properties=given)


@pytest.mark.parametrize(("written", "unit"), [("", "kerja"), ("kerja", "kerja"), (" Kalender ", "kalender")])
def test_the_day_unit_is_working_days_unless_said_otherwise(written: str, unit: str) -> None:
    assert read(process(satuan_hari=written)).day_unit == unit


def test_another_day_unit_is_refused() -> None:
    (finding,) = refused(process(satuan_hari="bulan"))
    assert (finding.code, finding.element_id) == ("property_value", "prosedur")
    assert finding.params == {"property": "satuan hari", "value": "bulan", "allowed": "kerja, kalender"}


@pytest.mark.parametrize(
    ("written", "lanes"),
    [
        ("UPP K/L/D", ["lane_1"]),
        ("lane_2", ["lane_2"]),
        ("Inspektorat, UPT", ["lane_2"]),
        ("upp k/l/d; Inspektorat, UPT", ["lane_1", "lane_2"]),
        ("lane_1, lane_2", ["lane_1", "lane_2"]),
        ("lane_1\nlane_2", ["lane_1", "lane_2"]),
        ("", []),
    ],
)
def test_the_lanes_that_may_see_identities_go_by_name_or_id(written: str, lanes: list[str]) -> None:
    assert [lane.id for lane in read(process(identitas=written)).identity_lanes] == lanes


def ending(mark: str) -> bytes:
    return bpmn([start(), user("telaah"), end(properties={"tuntas": mark})], "start > telaah > end")


@pytest.mark.parametrize(("mark", "resolves"), [("", False), ("ya", True), (" Ya ", True), ("tidak", False)])
def test_an_end_resolves_a_case_where_the_diagram_says_so(mark: str, resolves: bool) -> None:
    assert read(ending(mark)).nodes["end"].is_resolution is resolves


def test_an_odd_mark_of_an_end_is_refused_and_one_elsewhere_told() -> None:
    assert errors(ending("mungkin")) == ["property_value"]
    elsewhere = bpmn([start(), user("telaah", properties={"tuntas": "ya"}), end()], "start > telaah > end")
    assert warnings(elsewhere) == ["property_only_on_end"]
    assert not read(elsewhere).nodes["telaah"].is_resolution


def test_an_unknown_lane_in_identitas_is_refused() -> None:
    (finding,) = refused(process(identitas="UPP K/L/D; UPTD"))
    assert (finding.code, finding.params["lane"]) == ("identity_lane_unknown", "UPTD")
    assert "Inspektorat, UPT" in finding.params["lanes"]


def test_identitas_tertutup_must_be_feel() -> None:
    assert warnings(process(identitas_tertutup="= rahasia = true")) == []
    assert errors(process(identitas_tertutup="rahasia == True")) == ["expression_not_feel"]
    assert errors(process(identitas_tertutup="rahasia =")) == ["expression_syntax"]


def test_a_property_where_nothing_reads_it_is_warned_of() -> None:
    task = user("telaah", properties={"koordinator": "Ketua", "satuan hari": "kalender"})
    xml = bpmn([start(), task, end()], "start > telaah > end", properties={"koordinator": "Ketua"})
    found = sorted((finding.code, finding.element_id) for finding in read(xml).findings)
    assert found == [
        ("property_only_on_lane", "prosedur"),
        ("property_only_on_lane", "telaah"),
        ("property_only_on_process", "telaah"),
    ]


def test_the_reporter_fills_in_the_form_of_a_message_event() -> None:
    own = {"untuk": "pelapor"}
    xml = bpmn(
        [start(), catch("data", message="m", form="pelengkap", properties=own), end()], "start > data > end"
    )
    assert read(xml).nodes["data"].form_key == "pelengkap"
    edge = boundary("cabut", "telaah", message="m", form="cabut", properties=own)
    xml = bpmn([start(), user("telaah"), edge, end()], "start > telaah > end\ncabut > end")
    assert warnings(xml) == []


def test_what_is_for_the_reporter_needs_a_form_and_a_message() -> None:
    own = {"untuk": "pelapor"}
    formless = bpmn([start(), catch("data", message="m", properties=own), end()], "start > data > end")
    assert errors(formless) == ["reporter_without_form"]
    task = bpmn([start(), user("telaah", form="f", properties=own), end()], "start > telaah > end")
    assert errors(task) == ["reporter_misplaced"]
    odd = bpmn(
        [start(), catch("data", message="m", properties={"untuk": "semua"}), end()], "start > data > end"
    )
    assert errors(odd) == ["property_value"]


def _with_form(extensions: str = "", **attributes: str) -> bytes:
    return bpmn(
        [start(), node("userTask", "telaah", extensions=extensions, **attributes), end()],
        "start > telaah > end",
    )


def _property(name: str, value: str, prefix: str = "spiffworkflow") -> str:
    return f'<{prefix}:properties><{prefix}:property name="{name}" value="{value}"/></{prefix}:properties>'


@pytest.mark.parametrize(
    "xml",
    [
        _with_form(_property("formJsonSchemaFilename", "telaah.form")),
        _with_form(_property("formJsonSchemaFilename", "telaah.json")),
        _with_form(_property("formKey", "telaah")),
        _with_form(_property("formKey", "telaah", "camunda")),
        _with_form(_property("formKey", "telaah", "zeebe")),
        _with_form(camunda__formKey="telaah"),
        _with_form(camunda__formKey="camunda-forms:bpmn:telaah"),
        _with_form(camunda__formKey="camunda-forms:deployment:telaah.form"),
        _with_form(camunda__formKey="embedded:app:forms/telaah.html"),
        _with_form(camunda__formRef="telaah", camunda__formRefBinding="latest"),
        _with_form('<zeebe:formDefinition formId="telaah"/>'),
        _with_form('<zeebe:formDefinition formKey="camunda-forms:bpmn:telaah"/>'),
        _with_form('<zeebe:formDefinition externalReference="telaah"/>'),
    ],
)
def test_every_way_to_name_a_form_means_the_same(xml: bytes) -> None:
    assert read(xml).nodes["telaah"].form_key == "telaah"


@pytest.mark.parametrize("name", ["../rahasia", "..", "${formulir}", "=formulir", "a b", "x" * 101, ".form"])
def test_a_form_name_that_is_computed_or_leaves_its_folder_is_refused(name: str) -> None:
    xml = _with_form(camunda__formKey=name)
    if name == "../rahasia":
        assert read(xml).nodes["telaah"].form_key == "rahasia", "only the file's own name counts"
    else:
        assert errors(xml) == ["form_key_unreadable"]


@pytest.mark.parametrize(
    ("extensions", "attributes"),
    [
        ("<spiffworkflow:calledDecisionId>rute_unit</spiffworkflow:calledDecisionId>", {}),
        ("", {"camunda__decisionRef": "rute_unit"}),
        ('<zeebe:calledDecision decisionId="rute_unit"/>', {}),
        ('<zeebe:calledDecision decisionId="=&quot;rute_unit&quot;"/>', {}),
    ],
)
def test_every_way_to_name_a_table_means_the_same(extensions: str, attributes: dict[str, str]) -> None:
    rule = node("businessRuleTask", "pilih", extensions=extensions, **attributes)
    assert read(bpmn([start(), rule, end()], "start > pilih > end")).nodes["pilih"].decision == "rute_unit"


def test_a_rule_without_a_table_is_decided_by_a_person() -> None:
    bare = node("businessRuleTask", "pilih")
    diagram = read(bpmn([start(), bare, end()], "start > pilih > end"))
    assert diagram.nodes["pilih"].kind == "userTask"
    assert [finding.code for finding in diagram.findings] == ["rule_without_table"]


def test_a_rule_whose_table_is_computed_is_refused() -> None:
    computed = node("businessRuleTask", "pilih", camunda__decisionRef="${tabel}")
    found = refused(bpmn([start(), computed, end()], "start > pilih > end"))
    assert [finding.code for finding in found] == ["decision_unreadable"]


def test_an_external_worker_becomes_a_notification_with_a_warning() -> None:
    for task in (
        node("serviceTask", "kirim", camunda__type="external", camunda__topic="surel"),
        node("sendTask", "kirim", extensions='<zeebe:taskDefinition type="surel"/>'),
    ):
        diagram = read(bpmn([start(), task, end()], "start > kirim > end"))
        assert diagram.nodes["kirim"].kind == "sendTask"
        assert [(finding.code, finding.params["worker"]) for finding in diagram.findings] == [
            ("external_worker", "surel")
        ]


def test_what_a_modeler_adds_without_meaning_here_is_listed() -> None:
    xml = _with_form(
        '<zeebe:assignmentDefinition assignee="=kepala"/><zeebe:taskDefinition type="x" retries="3"/>',
        camunda__dueDate="${batas}",
    )
    (finding,) = read(xml).findings
    assert finding.code == "extension_ignored"
    assert set(finding.params["found"].split(", ")) == {"assignee", "retries", "dueDate"}


def test_what_concerns_no_step_is_listed_once_for_the_file() -> None:
    xml = _with_form(
        '<zeebe:taskHeaders/><zeebe:priorityDefinition priority="1"/>',
        camunda__asyncBefore="true",
        xsi__type="bpmn:tUserTask",
    )
    (finding,) = read(xml).findings
    assert finding.code == "additions_ignored"
    found = set(finding.params["found"].split(", "))
    assert found == {"camunda:asyncBefore (1×)", "zeebe:taskHeaders (1×)", "zeebe:priorityDefinition (1×)"}


@pytest.mark.parametrize(
    ("text", "timer"),
    [
        ("P3D", Timer("date", "P3D")),
        ("2026-12-31", Timer("date", "2026-12-31")),
        ("3 hari kerja", Timer("date", "3 hari kerja")),
        ('=now() + duration("P3D")', Timer("date", '=now() + duration("P3D")')),
    ],
)
def test_a_due_date_is_the_deadline_of_its_task(text: str, timer: Timer) -> None:
    for xml in (
        _with_form("", camunda__dueDate=text),
        _with_form(f"<zeebe:taskSchedule dueDate={quoteattr(text)}/>"),
    ):
        diagram = read(xml)
        (deadline,) = (node for node in diagram.nodes.values() if node.attached_to)
        assert (deadline.timer, deadline.interrupting, deadline.is_deadline) == (timer, False, True)
        assert [f.code for f in diagram.findings] == ["due_date_used"]


@pytest.mark.parametrize("text", ["=batas", "${dateTime().plusDays(3)}", "R/P1D", "nanti", "H-3"])
def test_a_due_date_that_may_be_empty_or_is_no_moment_is_ignored(text: str) -> None:
    diagram = read(_with_form("", camunda__dueDate=text))
    assert [f.code for f in diagram.findings] == ["extension_ignored"]
    assert not any(node.attached_to for node in diagram.nodes.values())


def test_the_deadline_of_a_due_date_marks_the_task_overdue() -> None:
    case = Case(Program(read(_with_form("", camunda__dueDate="P3D")), {}))
    case.wait(days=4)
    assert "task_overdue" in case.types
    assert len(case.open) == 1


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ({"camunda__formKey": "lama", "extensions": '<zeebe:formDefinition formId="baru"/>'}, "baru"),
        ({"form": "milik", "camunda__formKey": "lama.form"}, "milik"),
        ({"extensions": '<zeebe:formDefinition formId="baru" formKey="camunda-forms:bpmn:lama"/>'}, "baru"),
    ],
)
def test_of_two_form_keys_both_are_named_and_the_one_that_is_used(given: dict[str, Any], used: str) -> None:
    xml = bpmn([start(), user("telaah", **given), end()], "start > telaah > end", lanes=LANES)
    diagram = read(xml)
    assert diagram.nodes["telaah"].form_key == used
    [finding] = [one for one in diagram.findings if one.code == "form_named_twice"]
    assert (finding.element_id, finding.params["used"]) == ("telaah", used)
    assert "lama" in finding.what
    assert f"Yang dipakai “{used}”" in finding.what


def test_two_keys_of_one_form_are_one() -> None:
    both = '<zeebe:formDefinition formId="telaah"/>'
    task = user("telaah", camunda__formKey="embedded:app:forms/telaah.html", extensions=both)
    diagram = read(bpmn([start(), task, end()], "start > telaah > end", lanes=LANES))
    assert diagram.nodes["telaah"].form_key == "telaah"
    assert [one.code for one in diagram.findings] == []
