"""Timers that are due before anybody can act: warned of where a case may come back to them by itself."""

import pytest

from tests.engine.building import Shape, boundary, bpmn, catch, end, exclusive, flow, send, start, user
from tests.engine.read_files import read


def warned(shapes: list[Shape], *flows: str) -> list[str | None]:
    diagram = read(bpmn([start(), end(), exclusive("lagi"), *shapes], flows))
    return [finding.element_id for finding in diagram.findings if finding.code == "timer_circle"]


CONDITION = flow("lagi", "end", condition="=selesai")


@pytest.mark.parametrize(
    ("text", "between", "expected"),
    [
        ("PT0S", None, ["jeda"]),
        ("PT59S", None, ["jeda"]),
        ("PT1M", None, []),
        ("3 hari", None, []),
        ("=lama", None, []),
        ("PT0S", send("kabari"), ["jeda"]),
        ("PT0S", user("baca"), []),
        ("PT0S", catch("tunggu", message="Balasan"), []),
        ("PT0S", catch("sehari", after="P1D"), []),
        ("PT0S", catch("sebentar", after="PT5S"), ["jeda", "sebentar"]),
    ],
)
def test_a_timer_without_time_in_a_circle_of_its_own_is_warned_of(
    text: str, between: Shape | None, expected: list[str]
) -> None:
    shapes = [catch("jeda", after=text), *([between] if between else [])]
    way = " > ".join(shape.id for shape in shapes)
    assert warned(shapes, f"start > lagi > {way} > lagi", CONDITION) == expected


def test_a_task_that_its_own_timer_brings_back_at_once_is_warned_of() -> None:
    shapes = [user("kerja"), boundary("lewat", "kerja", after="PT0S", interrupting=True)]
    assert warned(shapes, "start > lagi > kerja > end\nlewat > lagi", CONDITION) == ["lewat"]


def test_a_question_on_the_way_is_somebody_who_acts() -> None:
    assert warned([catch("jeda", after="PT0S")], "start > lagi > jeda > lagi\nlagi > end") == []
