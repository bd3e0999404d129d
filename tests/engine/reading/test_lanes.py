"""Lanes: every node ends up in exactly one, and every task in the one it is drawn in."""

import pytest

from tests.engine.building import boundary, bpmn, end, exclusive, send, start, user
from tests.engine.read_files import errors, read, refused, warnings

NODES = [start(), user("telaah"), exclusive("lengkap"), user("tindak"), end(), end("gagal")]
FLOWS = "start > telaah > lengkap > tindak > end\nlengkap > gagal"


def test_nodes_and_properties_of_lanes_are_read_in_order() -> None:
    lanes = {"UPP K/L/D": "start telaah lengkap", "UPT": "tindak end gagal"}
    diagram = read(bpmn(NODES, FLOWS, lanes=lanes, lane_properties={"UPT": {"koordinator": "Ketua Tim"}}))
    assert [(lane.id, lane.name, lane.properties) for lane in diagram.lanes] == [
        ("lane_1", "UPP K/L/D", {}),
        ("lane_2", "UPT", {"koordinator": "Ketua Tim"}),
    ]
    assert {node.id: node.lane_id for node in diagram.nodes.values()} == {
        "start": "lane_1",
        "telaah": "lane_1",
        "lengkap": "lane_1",
        "tindak": "lane_2",
        "end": "lane_2",
        "gagal": "lane_2",
    }


def test_without_lanes_there_is_one_named_as_the_process() -> None:
    diagram = read(bpmn(NODES, FLOWS, key="pengaduan", name="Penanganan pengaduan"))
    assert [(lane.id, lane.name) for lane in diagram.lanes] == [("pengaduan", "Penanganan pengaduan")]
    assert {node.lane_id for node in diagram.nodes.values()} == {"pengaduan"}


def test_a_task_outside_every_lane_is_refused() -> None:
    xml = bpmn(NODES, FLOWS, lanes={"UPP": "start telaah lengkap end gagal"})
    (finding,) = refused(xml)
    assert (finding.code, finding.element_id) == ("task_outside_lanes", "tindak")
    assert b'id="tindak"' in xml.splitlines()[(finding.line or 0) - 1]


def test_automatic_tasks_need_a_lane_too() -> None:
    nodes = [start(), send("ingatkan"), end()]
    assert errors(bpmn(nodes, "start > ingatkan > end", lanes={"UPP": "start end"})) == ["task_outside_lanes"]


def test_events_and_gateways_outside_lanes_take_the_lane_before_them() -> None:
    diagram = read(bpmn(NODES, FLOWS, lanes={"UPP": "telaah", "UPT": "tindak"}))
    lanes = {node.id: diagram.lane(node.lane_id).name for node in diagram.nodes.values()}
    assert (lanes["lengkap"], lanes["gagal"], lanes["end"]) == ("UPP", "UPP", "UPT")
    assert lanes["start"] == "UPP", "nothing before it: the lane after it"


def test_without_any_task_nearby_the_first_lane_is_taken() -> None:
    diagram = read(bpmn([start(), end()], "start > end", lanes={"UPP": "", "UPT": ""}))
    assert {node.lane_id for node in diagram.nodes.values()} == {"lane_1"}


def test_a_boundary_event_takes_the_lane_of_its_task_wherever_it_is_listed() -> None:
    nodes = [start(), user("telaah"), boundary("lewat", "telaah", after="3 hari"), end(), end("lama")]
    lanes = {"UPP": "start telaah", "UPT": "lewat end lama"}
    assert (
        read(bpmn(nodes, "start > telaah > end\nlewat > lama", lanes=lanes)).nodes["lewat"].lane_id
        == "lane_1"
    )


def test_a_task_in_two_lanes_is_refused() -> None:
    lanes = {"UPP": "start telaah lengkap", "UPT": "telaah tindak end gagal"}
    (finding,) = refused(bpmn(NODES, FLOWS, lanes=lanes))
    assert (finding.code, finding.element_id) == ("task_in_two_lanes", "telaah")
    assert (finding.params["first"], finding.params["second"]) == ("UPP", "UPT")


def test_lanes_without_a_name_or_with_the_same_are_warned_of() -> None:
    lanes = {"": "start telaah lengkap", "UPT": "tindak end gagal"}
    assert warnings(bpmn(NODES, FLOWS, lanes=lanes)) == ["lane_without_name"]
    twins = bpmn(NODES, FLOWS, lanes={"UPP": "start telaah lengkap", "UPT": "tindak end gagal"})
    assert warnings(twins.replace(b'name="UPP"', b'name="UPT"')) == ["lanes_share_name", "lanes_share_name"]


@pytest.mark.parametrize("name", ["", "sid-7C7D83C4-2A8C-4C1B-9D5B-0A1B2C3D4E5F", "Lane_0x1y2z3"])
def test_the_only_lane_without_a_name_takes_that_of_its_pool(name: str) -> None:
    xml = bpmn(NODES, FLOWS, lanes={name: "start telaah lengkap tindak end gagal"}, outside=(
        '<bpmn:collaboration id="k"><bpmn:participant id="p" name="Sekretariat" processRef="prosedur"/>'
        "</bpmn:collaboration>"))  # fmt: skip
    (lane,) = read(xml).lanes
    assert (lane.name, lane.is_named) == ("Sekretariat", False)
    assert warnings(xml) == ["lane_named_by_pool"]


def test_a_lane_that_lists_what_is_not_there_is_warned_of() -> None:
    assert warnings(bpmn([start(), end()], "start > end", lanes={"UPP": "start end hantu"})) == [
        "lane_lists_unknown"
    ]


def _nested(outer_lists: str) -> bytes:
    xml = bpmn(
        [start(), user("telaah"), user("tindak"), end()], "start > telaah > tindak > end", lanes={"X": ""}
    )
    inner = (
        '<bpmn:lane id="dinas" name="Dinas">' + outer_lists + '<bpmn:childLaneSet id="c">'
        '<bpmn:lane id="bidang_a" name="Bidang A"><bpmn:flowNodeRef>telaah</bpmn:flowNodeRef></bpmn:lane>'
        '<bpmn:lane id="bidang_b" name="Bidang B"><bpmn:flowNodeRef>tindak</bpmn:flowNodeRef></bpmn:lane>'
        "</bpmn:childLaneSet></bpmn:lane>"
    )
    return xml.replace(b'<bpmn:lane id="lane_1" name="X"></bpmn:lane>', inner.encode())


TWINS = (
    bpmn([start(), user("a"), user("b"), end()], "start > a > b > end", lanes={"X": ""})
    .decode()
    .replace(
        '<bpmn:lane id="lane_1" name="X"></bpmn:lane>',
        "".join(
            f'<bpmn:lane id="dinas_{task}" name="Dinas {task.upper()}"><bpmn:childLaneSet id="c{task}">'
            f'<bpmn:lane id="staf_{task}" name="Staf"><bpmn:flowNodeRef>{task}</bpmn:flowNodeRef></bpmn:lane>'
            "</bpmn:childLaneSet></bpmn:lane>"
            for task in "ab"
        ),
    )
)


def test_lanes_inside_a_lane_stand_for_it() -> None:
    xml = _nested("<bpmn:flowNodeRef>telaah</bpmn:flowNodeRef>")
    diagram = read(xml)
    assert [lane.name for lane in diagram.lanes] == ["Bidang A", "Bidang B"]
    assert (diagram.nodes["telaah"].lane_id, diagram.nodes["tindak"].lane_id) == ("bidang_a", "bidang_b")
    assert warnings(xml) == ["nested_lanes"]


def test_a_lane_with_lanes_and_tasks_of_its_own_is_a_lane_too() -> None:
    xml = _nested("<bpmn:flowNodeRef>rapat</bpmn:flowNodeRef>").replace(
        b'<bpmn:endEvent id="end"',
        b'<bpmn:task id="rapat"/>'
        b'<bpmn:sequenceFlow id="x" sourceRef="tindak" targetRef="rapat"/><bpmn:endEvent id="end"',
    )
    diagram = read(xml)
    assert [lane.id for lane in diagram.lanes] == ["dinas", "bidang_a", "bidang_b"]
    assert diagram.nodes["rapat"].lane_id == "dinas"
    assert [f.code for f in diagram.findings] == ["implicit_parallel", "implicit_end"]


def test_lanes_inside_others_that_share_a_name_are_told_apart_by_the_path() -> None:
    diagram = read(TWINS.encode())
    assert [lane.name for lane in diagram.lanes] == ["Dinas A / Staf", "Dinas B / Staf"]
    assert [f.code for f in diagram.findings] == ["nested_lanes", "nested_lanes"]


def _drawn(lane: int, task: str, *, lanes: dict[str, str]) -> bytes:
    """Two lanes of 100 pixels, one below the other, a task drawn in one of them, and the rest apart."""
    shape = '<di:BPMNShape bpmnElement="{}"><dc:Bounds x="{}" y="{}" width="{}" height="{}"/></di:BPMNShape>'
    page = (
        shape.format("lane_1", 0, 0, 500, 100)
        + shape.format("lane_2", 0, 100, 500, 100)
        + shape.format(task, 50, 100 * lane - 90, 80, 60)
        + "".join(shape.format(node.id, 900, 900, 80, 60) for node in NODES if node.id != task)
    )
    names = 'xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    outside = f"<di:BPMNDiagram {names}><di:BPMNPlane>{page}</di:BPMNPlane></di:BPMNDiagram>"
    return bpmn(NODES, FLOWS, lanes=lanes, outside=outside)


@pytest.mark.parametrize("lane", [1, 2])
def test_a_task_that_no_lane_lists_belongs_where_it_is_drawn(lane: int) -> None:
    xml = _drawn(lane, "tindak", lanes={"UPP": "start telaah lengkap", "UPT": "end gagal"})
    assert read(xml).nodes["tindak"].lane_id == f"lane_{lane}"
    assert warnings(xml) == ["lane_by_place"]


@pytest.mark.parametrize("lane", [1, 2])
def test_a_task_that_two_lanes_list_belongs_where_it_is_drawn(lane: int) -> None:
    xml = _drawn(lane, "telaah", lanes={"UPP": "start telaah lengkap", "UPT": "telaah tindak end gagal"})
    assert read(xml).nodes["telaah"].lane_id == f"lane_{lane}"
    assert warnings(xml) == ["lane_by_place"]


def test_a_task_drawn_outside_every_lane_is_refused() -> None:
    xml = _drawn(9, "tindak", lanes={"UPP": "start telaah lengkap", "UPT": "end gagal"})
    assert errors(xml) == ["task_outside_lanes"]


def test_without_lanes_the_groups_of_tasks_stand_for_them() -> None:
    nodes = [
        start(),
        user("telaah", camunda__candidateGroups="upp"),
        user(
            "tindak", extensions='<zeebe:assignmentDefinition candidateGroups="=&quot;dinas teknis&quot;"/>'
        ),
        user("arsip"),
        end(),
    ]
    xml = bpmn(nodes, "start > telaah > tindak > arsip > end")
    diagram = read(xml)
    assert [lane.name for lane in diagram.lanes] == ["upp", "dinas teknis", "Prosedur"]
    placed = {node.id: node.lane_id for node in diagram.nodes.values()}
    assert (placed["telaah"], placed["tindak"], placed["arsip"]) == ("upp", "dinas teknis", "prosedur")
    assert warnings(xml) == ["lanes_from_groups"]


@pytest.mark.parametrize("groups", ["upp,upt", "${kelompok}", "=kelompok + x"])
def test_groups_that_are_several_or_worked_out_are_ignored(groups: str) -> None:
    task = user("telaah", camunda__candidateGroups=groups)
    assert warnings(bpmn([start(), task, end()], "start > telaah > end")) == ["extension_ignored"]


def test_a_lane_without_id_or_with_an_endless_name_is_refused() -> None:
    xml = bpmn(NODES, FLOWS, lanes={"UPP": "start telaah lengkap", "UPT": "tindak end gagal"})
    assert "id_missing" in errors(xml.replace(b'<bpmn:lane id="lane_2"', b"<bpmn:lane"))
    assert errors(xml.replace(b'name="UPT"', b'name="' + b"x" * 256 + b'"')) == ["name_too_long"]
