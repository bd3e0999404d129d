"""A step without a place in a drawing that gives other steps one is told of: its cases would be seen nowhere."""

import pytest

from app.base.i18n import speaking
from app.engine.reading import reader
from app.findings import Finding
from tests.engine.building import bpmn, end, node, start, user
from tests.engine.read_files import read

PLANE = (
    '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><di:BPMNPlane>{}</di:BPMNPlane></di:BPMNDiagram>'
)
SHAPE = '<di:BPMNShape bpmnElement="{}"><dc:Bounds {}/></di:BPMNShape>'
INSIDE = (
    '<bpmn:startEvent id="awal"/><bpmn:userTask id="dalam"/><bpmn:endEvent id="akhir"/>'
    '<bpmn:sequenceFlow id="x1" sourceRef="awal" targetRef="dalam"/>'
    '<bpmn:sequenceFlow id="x2" sourceRef="dalam" targetRef="akhir"/>'
)


def found(*drawn: str, bounds: str = 'x="10" y="10" width="100" height="80"') -> list[Finding]:
    """What is said of steps without a place in a diagram that draws the elements with these ids."""
    nodes = [start(), user("telaah", name="Telaahan"), node("subProcess", "rapat", inside=INSIDE), end()]
    shapes = "".join(SHAPE.format(id, bounds) for id in drawn)
    outside = PLANE.format(shapes) if drawn else ""
    lanes = {"UPP": "start telaah rapat end"}
    xml = bpmn(nodes, "start > telaah > rapat > end", lanes=lanes, outside=outside)
    return [finding for finding in read(xml).findings if finding.code == "step_not_drawn"]


def test_a_step_without_a_place_is_named_with_its_line() -> None:
    [finding] = found("start", "rapat", "end")
    assert (finding.severity, finding.element_id, finding.element_name) == ("warning", "telaah", "Telaahan")
    assert finding.line
    assert finding.what.startswith("“Telaahan” tidak ada letaknya")
    with speaking("en"):
        assert finding.what.startswith("“Telaahan” has no place in the drawing")


def test_a_diagram_without_any_layout_gets_one_made() -> None:
    assert found() == []
    assert found("lane_1") == []  # nothing in which a case can stand


def test_a_drawing_with_everything_in_it_says_nothing() -> None:
    assert found("start", "telaah", "rapat", "end", "awal", "dalam", "akhir") == []


def test_a_process_of_which_nothing_is_drawn_is_told_of_once() -> None:
    other = (
        '<bpmn:process id="lain" name="Proses lain" isExecutable="true"><bpmn:startEvent id="s"/>'
        '<bpmn:endEvent id="e"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/></bpmn:process>'
    )
    drawn = PLANE.format("".join(SHAPE.format(id, 'x="1" y="1"') for id in ("start", "telaah", "end")))
    xml = bpmn(
        [start(), user("telaah"), end()],
        "start > telaah > end",
        lanes={"UPP": "start telaah end"},
        outside=other + drawn,
    )
    told = [
        (diagram.key, finding.element_id)
        for diagram in reader.read_diagrams(xml)
        for finding in diagram.findings
        if finding.code == "step_not_drawn"
    ]
    assert told == [("lain", "lain")]


def test_what_is_inside_a_sub_process_that_is_drawn_closed_needs_no_place() -> None:
    assert found("start", "telaah", "rapat", "end") == []
    assert [one.element_id for one in found("start", "telaah", "rapat", "end", "awal")] == ["dalam", "akhir"]


@pytest.mark.parametrize(
    ("bounds", "missing"),
    [('x="1" y="2"', []), ('x="1" y="entah"', ["telaah"]), ('x="nan" y="1"', ["telaah"]), ("", ["telaah"])],
)
def test_a_place_without_a_size_is_one_and_no_numbers_are_none(bounds: str, missing: list[str]) -> None:
    drawn = SHAPE.format("start", 'x="1" y="2"') + SHAPE.format("telaah", bounds)
    nodes, lanes = [start(), user("telaah"), end()], {"UPP": "start telaah end"}
    shapes = PLANE.format(drawn + SHAPE.format("end", 'x="1" y="1"'))
    xml = bpmn(nodes, "start > telaah > end", lanes=lanes, outside=shapes)
    assert [one.element_id for one in read(xml).findings if one.code == "step_not_drawn"] == missing
