"""Sequence flows that hang loose, or run from pool to pool."""

import pytest

from app.engine.diagram import Diagram, MessageFlow
from app.engine.reading import reader
from app.services.deployment import triage_driver
from tests.engine.building import bpmn, end, exclusive, flow, start, user
from tests.engine.pools import pools
from tests.engine.read_files import errors, read, refused
from tests.engine.sketch import Sketch

Points = list[tuple[float, float]]


def office(target: str = "", points: Points | None = None, **edge: str) -> Sketch:
    """Start → Periksa → Putuskan → end; the arrow between the tasks ends where ``points`` say."""
    return (
        Sketch()
        .shape("startEvent", "mulai", 50, 72)
        .shape("userTask", "periksa", 150, 50, name="Periksa")
        .shape("userTask", "putuskan", 350, 50, name="Putuskan")
        .shape("endEvent", "selesai", 520, 72)
        .edge("mulai", "periksa", [(86, 90), (150, 90)])
        .edge("periksa", target, points or [(250, 90), (346, 90)], id="lepas", **edge)
        .edge("putuskan", "selesai", [(450, 90), (520, 90)])
    )


@pytest.mark.parametrize("target", ["", "hantu"])
def test_an_end_at_one_shape_is_joined_to_it(target: str) -> None:
    diagram = read(office(target).xml())
    assert [flow.target for flow in diagram.outgoing["periksa"]] == ["putuskan"]
    (told,) = diagram.findings
    assert told.code == "flow_end_joined"
    assert (told.params["source"], told.params["target"]) == ("Periksa", "Putuskan")


def test_both_ends_may_be_loose() -> None:
    xml = office().xml().replace(b'id="lepas" sourceRef="periksa"', b'id="lepas"')
    assert [flow.target for flow in read(xml).outgoing["periksa"]] == ["putuskan"]


def test_of_an_end_farther_off_the_nearest_shape_is_named() -> None:
    (told,) = refused(office(points=[(250, 90), (330, 90)]).xml())
    assert (told.code, told.params["nearest"], told.params["nearest_id"]) == (
        "flow_target_far",
        "Putuskan",
        "putuskan",
    )
    xml = office(points=[(270, 90), (350, 90)]).xml().replace(b'sourceRef="periksa" targetRef=""', b"")
    assert [told.params["nearest"] for told in refused(xml)] == ["Periksa"]


def test_an_end_between_two_shapes_is_nobodys() -> None:
    drawn = office().shape("userTask", "arsip", 350, -35, 100, 80, name="Arsip")
    drawn = drawn.edge("arsip", "selesai", [(450, 0), (520, 80)])
    xml = drawn.xml().replace(b'x="346" y="90"', b'x="348" y="47"')
    assert errors(xml) == ["flow_target_far"]


def test_a_step_inside_a_sub_process_is_not_joined_from_outside() -> None:
    inside = '<b:userTask id="dalam" name="Dalam"/>'
    drawn = office(points=[(250, 90), (398, 90)])
    drawn.model[2] = f'<b:subProcess id="putuskan" name="Putuskan">{inside}</b:subProcess>'
    told = refused(drawn.place("dalam", 400, 60, 40, 40).xml())[0]
    assert (told.code, told.params["nearest"]) == ("flow_target_far", "Putuskan")


def test_an_arrow_that_touches_one_step_twice_is_refused() -> None:
    assert errors(office(points=[(250, 90), (250, 60)]).xml()) == ["flow_target_far"]


def crossed(ways: str, *arrows: str, second: str = "mulai_b > periksa > selesai_b") -> dict[str, Diagram]:
    """Pools a (ajukan, g) and b (periksa, putuskan), with arrows ``from > to`` across."""
    both = [
        bpmn([start("mulai_a"), user("ajukan"), exclusive("g"), end("selesai_a")], ways, key="a", name="A"),
        bpmn(
            [start("mulai_b"), user("periksa"), exclusive("h"), end("selesai_b")], second, key="b", name="B"
        ),
    ]
    drawn = "".join(flow(*arrow.split(" > "), id=f"lintas_{n}") for n, arrow in enumerate(arrows))
    xml = pools(both).decode().replace("</bpmn:process>", f"{drawn}</bpmn:process>", 1)
    return {diagram.key: diagram for diagram in reader.read_diagrams(xml.encode())}


def told(found: dict[str, Diagram], code: str) -> list[str | None]:
    return [one.element_id for diagram in found.values() for one in diagram.findings if one.code == code]


def test_an_arrow_into_another_pool_is_a_message() -> None:
    found = crossed("mulai_a > ajukan", "ajukan > mulai_b")
    assert found["a"].nodes["ajukan"].sends == (MessageFlow("lintas_0.pesan", "Mulai b", "b", "mulai_b"),)
    assert found["b"].nodes["mulai_b"].message == "Mulai b"
    assert told(found, "flow_between_pools") == ["lintas_0"]


def test_one_of_several_ways_out_that_crosses_stays_a_choice() -> None:
    found = crossed("mulai_a > ajukan > g > selesai_a", "g > periksa")
    answers = dict(found["a"].questions["g"].answers)
    assert answers == {"g__selesai_a": "Selesai a", "lintas_0": "Periksa"}
    [sender] = [node for node in found["a"].nodes.values() if node.sends]
    assert (sender.kind, sender.sends[0].target) == ("endEvent", "periksa")


def test_a_step_that_only_another_pool_leads_to_begins_a_case() -> None:
    found = crossed("mulai_a > ajukan", "ajukan > h", second="h > periksa > selesai_b\nh > selesai_b")
    [begun] = [node for node in found["b"].nodes.values() if node.kind == "startEvent"]
    assert (begun.id, begun.message) == ("h.mulai", found["a"].nodes["ajukan"].sends[0].name)
    assert [drive.end for drive in triage_driver.drive_pools(tuple(found.values()), "1")] == [
        "ended",
        "ended",
    ]


def test_an_arrow_to_a_pool_as_a_whole_is_only_told() -> None:
    found = crossed("mulai_a > ajukan", "ajukan > pool_b")
    assert told(found, "message_flow_ignored") == ["ajukan"]
