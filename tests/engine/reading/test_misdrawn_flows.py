"""Sequence flows that hang loose."""

import pytest

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
