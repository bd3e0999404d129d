"""Drawings of hostile and broken files: safe, and never a reason to fail."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app.base.errors import InvalidDiagram
from app.base.lru import ByteBoundCache
from app.engine.drawing import State, draw_svg, picture, texts
from app.engine.drawing.geometry import Box, bounding_box
from app.engine.drawing.scene import scene
from tests.engine.sketch import SOP, Sketch, group, small, svg, words

HOSTILE = "</title><script>alert(1)</script> \"'&< onload="
SVG = "{http://www.w3.org/2000/svg}"


def test_hostile_names_and_labels_stay_text() -> None:
    content = small().shape("userTask", "jahat", 600, 50, name=HOSTILE).xml()
    text = draw_svg(content, {"jahat": State("open", 1, HOSTILE)}, title=HOSTILE + "\x00\x1b\ud800")
    root = etree.fromstring(text)

    assert not list(root.iter("script"))
    assert HOSTILE.strip() in (group(root, "jahat").findtext("title") or "").replace(" ", " ")
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text)


def test_a_drawing_needs_nothing_a_strict_policy_forbids() -> None:
    root = svg(SOP, {"mulai": State("done")})
    attributes = {name for node in root.iter() for name in node.keys()}  # noqa: SIM118 attributes, not a dict

    assert {node.tag for node in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "g",
        "path",
        "rect",
        "circle",
        "text",
        "tspan",
    }
    assert not {name for name in attributes if name == "style" or name.startswith("on") or "href" in name}


def test_two_drawings_on_a_page_share_no_id() -> None:
    first, second = svg(small().xml(), title="Satu"), svg(small().xml(), title="Dua")

    assert not set(first.xpath("//@id")) & set(second.xpath("//@id"))
    assert 'id="kiri-t"' in draw_svg(small().xml(), {}, title="x", prefix="kiri")


def test_a_file_that_stands_alone_carries_its_own_rules() -> None:
    text = draw_svg(small().xml(), {}, title="x", css=".bpmn text { fill: red } </style><script>")

    assert (
        "<style>.bpmn text { fill: red } /stylescript></style>".replace("stylescript>", "style>script>")
        in text
    )
    assert etree.fromstring(text).tag == f"{SVG}svg"
    assert "<style" not in draw_svg(small().xml(), {}, title="x")


def test_a_file_without_layout_is_arranged_and_says_so() -> None:
    sketch = small()
    sketch.lanes = '<b:lane id="loket" name="Loket"><b:flowNodeRef>periksa</b:flowNodeRef></b:lane>'
    root = svg(sketch.xml(layout=False))
    [note] = root.xpath("//*[contains(@class, 'note')]")

    assert set(root.xpath("//@data-element-id")) >= {
        "mulai",
        "periksa",
        "tenggat",
        "lengkap",
        "selesai",
        "loket",
        "lengkap__periksa",
    }
    assert "dibuat otomatis" in words(note)
    assert "dibuat otomatis" not in draw_svg(small().xml(), {}, title="x")


def test_arranged_nodes_do_not_cover_each_other() -> None:
    content = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", SOP, flags=re.DOTALL)
    shapes = [
        shape for shape in scene(etree.fromstring(content)).shapes.values() if shape.element.tag != "lane"
    ]
    free = [shape.box for shape in shapes if not shape.element.attached_to]

    assert len(free) > 20
    assert not [(a, b) for index, a in enumerate(free) for b in free[index + 1 :] if a.meets(b)]


def test_an_arranged_flow_that_skips_a_step_is_led_around_it() -> None:
    sketch = (
        Sketch()
        .shape("exclusiveGateway", "perlu", 0, 0)
        .shape("userTask", "rapat", 0, 0)
        .shape("endEvent", "akhir", 0, 0)
        .edge("perlu", "rapat", name="ya")
        .edge("perlu", "akhir", name="tidak")
        .edge("rapat", "akhir")
    )
    drawn = scene(etree.fromstring(sketch.xml(layout=False)))
    boxes = {id: shape.box for id, shape in drawn.shapes.items()}
    assert boxes["perlu"].right < boxes["rapat"].x < boxes["rapat"].right < boxes["akhir"].x
    yes, no = drawn.edges["perlu__rapat"].points, drawn.edges["perlu__akhir"].points
    assert not crossed(no, [boxes["rapat"].grown(5)])
    assert yes[0] != no[0]


def test_no_arranged_flow_of_the_sop_runs_through_a_step_that_it_does_not_lead_to() -> None:
    content = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", SOP, flags=re.DOTALL)
    drawn = scene(etree.fromstring(content))
    boxes = {id: shape.box for id, shape in drawn.shapes.items() if shape.element.tag != "lane"}
    for id, edge in drawn.edges.items():
        ends = {edge.element.source, edge.element.target}
        hosts = {drawn.elements[end].attached_to for end in ends}
        assert not crossed(edge.points, [box for one, box in boxes.items() if one not in ends | hosts]), id


def crossed(points: Sequence[tuple[float, float]], boxes: Sequence[Box]) -> list[Box]:
    """The boxes that a line runs through."""
    hulls = [bounding_box([Box(*a, 0.1, 0.1), Box(*b, 0.1, 0.1)]) for a, b in pairwise(points)]
    return [box for box in boxes if any(hull.meets(box) for hull in hulls)]


def test_a_flow_without_waypoints_goes_straight() -> None:
    root = svg(small().shape("userTask", "akhir", 600, 50).edge("selesai", "akhir").xml())

    assert group(root, "selesai__akhir").find("path").get("d").startswith("M516 90")


ODD = st.sampled_from(["NaN", "", "-5", "0", "1e999", "99999999", "inf", "12,5", "1e5", "x", "０"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), ODD), min_size=1, max_size=25))
def test_odd_numbers_never_stop_a_drawing(changes: list[tuple[int, str]]) -> None:
    text = SOP.decode()
    for index, value in changes:
        places = list(re.finditer(r'\b(?:x|y|width|height)="([^"]*)"', text))
        found = places[index % len(places)]
        text = text[: found.start(1)] + value + text[found.end(1) :]

    root = svg(text.encode(), {"konfirmasi": State("open", 1, "x")})

    assert not re.search(r"\b(nan|inf)\b", " ".join(root.xpath("//@d | //@x | //@y | //@width | //@viewBox")))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_anything_that_is_xml_gives_a_picture(data: st.DataObject) -> None:
    lines = SOP.decode().splitlines()
    for _cut in range(data.draw(st.integers(1, 30))):
        index = data.draw(st.integers(0, len(lines) - 1))
        if re.fullmatch(r"\s*<[^/?!][^>]*/>\s*", lines[index]):
            lines[index] = data.draw(st.sampled_from(["", lines[index] * 2, "<x/>", "<!-- -->"]))
    content = "\n".join(lines).encode()

    assert svg(content).tag == "svg"
    texts(content, {})


@pytest.mark.parametrize("content", [b"", b"<a", b"\xff\xfe", b"<!DOCTYPE a><a/>"])
def test_what_is_no_xml_is_refused_as_the_reader_does(content: bytes) -> None:
    with pytest.raises(InvalidDiagram):
        draw_svg(content, {}, title="x")


@pytest.mark.parametrize("content", [b"<a/>", small().xml().replace(b"20100524/MODEL", b"other")])
def test_xml_without_bpmn_gives_an_empty_picture(content: bytes) -> None:
    assert svg(content).xpath("//@data-element-id") == []
    assert texts(content, {}) == ()


def test_three_hundred_unplaced_names_are_placed() -> None:
    sketch = Sketch()
    for index in range(300):
        sketch.shape(
            "endEvent", f"e{index}", 60 * (index % 25), 70 * (index // 25), name="nama yang agak panjang"
        )

    assert len(svg(sketch.xml()).xpath("//@data-element-id")) == 300


def test_pictures_are_kept_by_content_up_to_a_bound_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = picture.picture_of(small().xml())
    monkeypatch.setattr(picture, "_pictures", ByteBoundCache(5 * picture._bytes(first), picture._bytes))
    first = picture.picture_of(small().xml())
    assert picture.picture_of(bytes(bytearray(small().xml()))) is first

    for index in range(6):
        picture.picture_of(small().shape("userTask", f"t{index}", 600, 50).xml())

    assert picture.picture_of(small().xml()) is not first
