"""States, badges and names in a drawing: told apart, readable, nothing covered."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app.engine.drawing import State, draw_svg
from app.engine.drawing.geometry import Box
from app.engine.drawing.lettering import fit, width, wrap
from app.engine.drawing.picture import Names
from app.engine.drawing.scene import scene
from tests.engine.sketch import SOP, css, group, small, svg, tip


def test_states_differ_by_class_and_by_mark() -> None:
    states = {"periksa": State("overdue"), "mulai": State("done"), "lengkap": State("open")}
    root = svg(small().xml(), states)

    assert [css(root, id) & {"is-done", "is-open", "is-overdue"} for id in states] == [
        {"is-overdue"},
        {"is-done"},
        {"is-open"},
    ]
    marks = [etree.tostring(root.xpath(f"//*[@data-badge-of='{id}']/g/*")[0]) for id in states]
    assert len(set(marks)) == 3


def test_badges_say_how_often_and_a_few_words_and_tooltips_say_all() -> None:
    long = "Lewat seratus dua puluh hari kerja sejak diterima"
    root = svg(small().xml(), {"periksa": State("overdue", 3, long)})
    [badge] = root.xpath("//*[@data-badge-of='periksa']/text")

    assert re.fullmatch("3× · Lewat.*…", badge.text)
    assert tip(root, "periksa") == f"Periksa berkas — lewat tenggat, 3 kali, {long}"


def test_flows_taken_are_highlighted_and_lie_over_the_others() -> None:
    root = svg(small().xml(), {"mulai__periksa": State("done")})
    flows = [
        node.get("data-element-id") for node in root.iter("g") if "sequenceFlow" in (node.get("class") or "")
    ]

    assert "is-done" in css(root, "mulai__periksa")
    assert flows[-1] == "mulai__periksa"


def test_states_of_unknown_elements_change_nothing() -> None:
    content = small().xml()

    assert draw_svg(content, {"tiada": State("open")}, title="x") == draw_svg(content, {}, title="x")


@pytest.mark.parametrize("state", ["done", "overdue"])
def test_badges_cover_no_name_and_no_other_element(state: str) -> None:
    drawn = scene(etree.fromstring(SOP))
    names = [(id, box) for id, block in Names(drawn).blocks.items() for box in block.boxes]
    names = [(id, box) for id, box in names if drawn.elements[id].tag not in ("participant", "lane")]
    nodes = [
        (id, shape.box)
        for id, shape in drawn.shapes.items()
        if shape.element.tag.endswith(("Event", "Task", "Gateway"))
    ]
    visited = {id: State(state, 2 if id.startswith("t") else 1) for id, _box in nodes}  # type: ignore[arg-type]

    for badge in svg(SOP, visited).xpath("//*[@data-badge-of]"):
        [rect] = badge.iter("rect")
        box = Box(*(float(rect.get(key)) for key in ("x", "y", "width", "height")))
        assert [id for id, name in names if box.overlap(name) > 4] == []
        hosts = {badge.get("data-badge-of"), drawn.elements[badge.get("data-badge-of")].attached_to}
        assert [id for id, node in nodes if id not in hosts and box.overlap(node) > 12] == []


def test_names_fit_their_task_and_what_is_cut_stays_in_the_tooltip() -> None:
    name = "Mengkonfirmasi dan mengklarifikasi laporan serta kelengkapan data untuk tindak lanjut pengaduan warga"
    root = svg(small().shape("userTask", "panjang", 600, 50, name=name).xml())
    lines = [line.text for line in group(root, "panjang").iter("tspan")]
    size = int(re.search(r"s(\d+)", group(root, "panjang").find("text").get("class")).group(1))  # type: ignore[union-attr]

    assert lines[-1].endswith("…")
    assert all(width(line, size) <= 100 for line in lines)
    assert tip(root, "panjang") == name


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200), st.floats(5, 300), st.floats(5, 200))
def test_text_never_leaves_its_room_sideways(text: str, wide: float, tall: float) -> None:
    block = fit(text, Box(0, 0, wide, tall))

    assert all(line.w <= max(wide, 24) + 0.01 for line in block.boxes)
    assert len(block.lines) <= max(1, tall // 11)


def test_words_are_broken_after_slashes_first() -> None:
    assert wrap("Persyaratan/Kelengkapan", 90, 12) == ["Persyaratan/", "Kelengkapan"]
    assert "".join(wrap("x" * 90, 90, 12)) == "x" * 90


def test_a_name_keeps_clear_of_boundary_events() -> None:
    sketch = small()
    sketch.shape(
        "userTask", "penuh", 600, 50, name="Satu dua tiga empat lima enam tujuh delapan sembilan sepuluh"
    )
    sketch.shape(
        "boundaryEvent", "tamu", 632, 112, name="", attachedToRef="penuh", inside="<b:timerEventDefinition/>"
    )
    drawn = scene(etree.fromstring(sketch.xml()))

    assert not any(line.meets(drawn.shapes["tamu"].box) for line in Names(drawn).blocks["penuh"].boxes)
