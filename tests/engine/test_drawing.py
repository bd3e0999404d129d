"""The diagram of a case as SVG and as text: complete, safe, readable, and never a reason to fail."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app.engine.drawing import State, draw, picture, texts
from app.engine.drawing.geometry import Box
from app.engine.drawing.lettering import fit, width, wrap
from app.engine.drawing.naming import Names
from app.engine.drawing.scene import scene
from app.errors import InvalidDiagram
from app.i18n import speaking
from tests.engine.sketch import Sketch

SOP = (Path(__file__).parents[2] / "processes" / "pengaduan.bpmn").read_bytes()
TIMER = "<b:timerEventDefinition/>"
STAYS = {"cancelActivity": "false"}
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</title><script>alert(1)</script> \"'&< onload="


def small() -> Sketch:
    """Start → task with a deadline → gateway → end, and back."""
    return (
        Sketch()
        .shape("startEvent", "mulai", 50, 72)
        .shape("userTask", "periksa", 150, 50, 120, 80, name="Periksa berkas")
        .shape(
            "boundaryEvent",
            "tenggat",
            230,
            112,
            name="3 hari",
            inside=TIMER,
            attachedToRef="periksa",
            **STAYS,
        )
        .shape(
            "exclusiveGateway",
            "lengkap",
            340,
            65,
            name="Lengkap?",
            label='x="330" y="30" width="70" height="14"',
        )
        .shape("endEvent", "selesai", 480, 72)
        .edge("mulai", "periksa", [(86, 90), (150, 90)])
        .edge("periksa", "lengkap", [(270, 90), (340, 90)])
        .edge("lengkap", "selesai", [(390, 90), (480, 90)], name="ya")
        .edge("lengkap", "periksa", [(365, 115), (365, 180), (190, 180), (190, 130)], name="tidak")
    )


def svg(content: bytes, states: dict[str, State] | None = None, title: str = "Uji") -> etree._Element:
    """The drawing, read as XML."""
    return etree.fromstring(draw(content, states or {}, title=title))


def group(root: etree._Element, id: str) -> etree._Element:
    [found] = root.xpath(f"//*[@data-element-id='{id}']")
    return found


def css(root: etree._Element, id: str) -> set[str]:
    return set(group(root, id).get("class").split())


def tip(root: etree._Element, id: str) -> str:
    return group(root, id).findtext("title") or ""


def words(node: etree._Element) -> str:
    return " ".join("".join(part.itertext()) for part in node.iter("tspan"))


# --- what is drawn ----------------------------------------------------------------------------------------


def test_every_shape_and_flow_of_the_file_is_drawn_under_its_id() -> None:
    placed = set(re.findall(r'<bpmndi:BPMN(?:Shape|Edge)\b[^>]*bpmnElement="([^"]+)"', SOP.decode()))

    assert set(svg(SOP).xpath("//@data-element-id")) == placed


def test_an_svg_is_an_image_with_a_name_and_a_description() -> None:
    root = svg(small().xml(), {"periksa": State("open")}, title="Perkara 7")

    title, description = (root.xpath(f"//*[@id='{id}']")[0] for id in root.get("aria-labelledby").split())
    assert (root.get("role"), title.text) == ("img", "Perkara 7")
    assert description.text == "Sedang berjalan: Periksa berkas."


@pytest.mark.parametrize(
    ("tag", "inside", "attributes"),
    [
        ("startEvent", "<b:messageEventDefinition/>", {}),
        ("startEvent", "<b:signalEventDefinition/>", {"isInterrupting": "false"}),
        ("intermediateCatchEvent", "<b:timerEventDefinition/>", {}),
        ("intermediateCatchEvent", "<b:timerEventDefinition/><b:messageEventDefinition/>", {}),
        ("intermediateCatchEvent", "<b:linkEventDefinition/>", {"parallelMultiple": "true"}),
        ("intermediateThrowEvent", "<b:escalationEventDefinition/>", {}),
        ("endEvent", "<b:errorEventDefinition/>", {}),
        ("endEvent", "<b:terminateEventDefinition/>", {}),
        ("endEvent", "<b:inventedEventDefinition/>", {}),
        ("parallelGateway", "", {}),
        ("inclusiveGateway", "", {}),
        ("complexGateway", "", {}),
        ("eventBasedGateway", "", {"eventGatewayType": "Parallel"}),
        ("task", "<b:standardLoopCharacteristics/>", {}),
        ("sendTask", '<b:multiInstanceLoopCharacteristics isSequential="true"/>', {}),
        ("businessRuleTask", "<b:multiInstanceLoopCharacteristics/>", {}),
        ("callActivity", "", {}),
        ("subProcess", "", {"triggeredByEvent": "true"}),
        ("adHocSubProcess", "", {}),
        ("transaction", "", {}),
        ("dataObjectReference", "", {"isCollection": "true"}),
        ("dataStoreReference", "", {}),
        ("textAnnotation", "<b:text>Catatan\nkedua</b:text>", {}),
        ("group", "", {"categoryValueRef": "tiada"}),
        ("inventedTask", "", {}),
    ],
)
def test_every_kind_of_element_has_a_drawing(tag: str, inside: str, attributes: dict[str, str]) -> None:
    root = svg(
        small().shape(tag, "x", 600, 300, inside=inside, **attributes).xml(), {"x": State("done", 2, "a")}
    )

    assert tag in css(root, "x")
    assert len(group(root, "x")) > 1


def test_signs_tell_elements_apart() -> None:
    kinds = [
        "userTask",
        "manualTask",
        "sendTask",
        "receiveTask",
        "serviceTask",
        "businessRuleTask",
        "scriptTask",
    ]
    sketch = small()
    for index, tag in enumerate(kinds):
        sketch.shape(tag, tag, 600 + 150 * index, 50)
    root = svg(sketch.xml())

    assert len({group(root, tag).find("path[@class]").get("d") for tag in kinds}) == len(kinds)


def test_lines_have_their_own_ends() -> None:
    sketch = (
        small().shape("textAnnotation", "catatan", 150, 250).shape("dataObjectReference", "data", 300, 250)
    )
    sketch.collaboration = '<b:participant id="pelapor" name="Pelapor"/>'
    sketch.place("pelapor", 0, 400, 600, 60)
    sketch.edge("periksa", "pelapor", [(200, 130), (200, 400)], id="surat", tag="messageFlow", name="surat")
    sketch.edge(
        "periksa",
        "catatan",
        [(200, 130), (200, 250)],
        id="kait",
        tag="association",
        associationDirection="Both",
    )
    root = svg(sketch.xml())

    assert {"head", "tail"} <= {node.get("class").split()[0] for node in group(root, "surat")[1:]}
    assert [node.get("class") for node in group(root, "kait")[1:]] == ["line dotted", "line", "line"]
    assert "head" in {node.get("class") for node in group(root, "mulai__periksa")[1:]}


def test_default_and_conditional_flows_are_marked_where_they_begin() -> None:
    sketch = small().shape("userTask", "a", 600, 50, default="a__b").shape("userTask", "b", 800, 50)
    sketch.edge("a", "b", [(700, 90), (800, 90)]).edge(
        "b", "a", [(850, 130), (850, 200), (650, 200), (650, 130)], inside="<b:conditionExpression/>"
    )
    root = svg(sketch.xml())

    assert len(group(root, "a__b")) == len(group(root, "mulai__periksa")) + 1
    assert group(root, "b__a").find("path[@class='tail']") is not None


def test_pools_lanes_and_closed_pools_show_their_names() -> None:
    sketch = small()
    pool = '<b:participant id="pool" name="Kabupaten" processRef="proses"/>'
    sketch.collaboration = f'{pool}<b:participant id="luar" name="Pelapor"/>'
    sketch.lanes = '<b:lane id="loket" name="Petugas loket"><b:flowNodeRef>periksa</b:flowNodeRef></b:lane>'
    sketch.place("pool", 0, 0, 700, 250).place("loket", 30, 0, 670, 250).place("luar", 0, 300, 700, 60)
    root = svg(sketch.xml())

    assert "rotate(-90)" in group(root, "loket").find("g").get("transform")
    assert [words(group(root, id)) for id in ("pool", "loket", "luar")] == [
        "Kabupaten",
        "Petugas loket",
        "Pelapor",
    ]
    assert group(root, "luar").find("rect[@class='band']") is None


def test_only_the_first_plane_is_drawn() -> None:
    bounds = '<dc:Bounds x="0" y="0" width="9" height="9"/>'
    shape = f'<di:BPMNShape bpmnElement="lain">{bounds}</di:BPMNShape>'
    other = f"<di:BPMNDiagram><di:BPMNPlane>{shape}</di:BPMNPlane></di:BPMNDiagram>"
    sketch = small()
    sketch.model.append('<b:userTask id="lain"/>')

    assert svg(sketch.xml(more=other)).xpath("//*[@data-element-id='lain']") == []


def test_what_a_closed_sub_process_holds_is_not_drawn() -> None:
    sketch = small()
    sketch.model.append('<b:subProcess id="sub"><b:userTask id="dalam"/></b:subProcess>')
    sketch.place("sub", 600, 50, 100, 80, drawn='isExpanded="false"').place("dalam", 610, 60, 100, 80)

    assert svg(sketch.xml()).xpath("//*[@data-element-id='dalam']") == []
    assert "dalam" in {line.id for line in texts(sketch.xml(), {})}


# --- states -----------------------------------------------------------------------------------------------


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

    assert draw(content, {"tiada": State("open")}, title="x") == draw(content, {}, title="x")


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


# --- letters ----------------------------------------------------------------------------------------------


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


# --- safety -----------------------------------------------------------------------------------------------


def test_hostile_names_and_labels_stay_text() -> None:
    content = small().shape("userTask", "jahat", 600, 50, name=HOSTILE).xml()
    text = draw(content, {"jahat": State("open", 1, HOSTILE)}, title=HOSTILE + "\x00\x1b\ud800")
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
    assert 'id="kiri-t"' in draw(small().xml(), {}, title="x", prefix="kiri")


def test_a_file_that_stands_alone_carries_its_own_rules() -> None:
    text = draw(small().xml(), {}, title="x", css=".bpmn text { fill: red } </style><script>")

    assert (
        "<style>.bpmn text { fill: red } /stylescript></style>".replace("stylescript>", "style>script>")
        in text
    )
    assert etree.fromstring(text).tag == f"{SVG}svg"
    assert "<style" not in draw(small().xml(), {}, title="x")


# --- odd files --------------------------------------------------------------------------------------------


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
    assert "dibuat otomatis" not in draw(small().xml(), {}, title="x")


def test_arranged_nodes_do_not_cover_each_other() -> None:
    content = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", SOP, flags=re.DOTALL)
    shapes = [
        shape for shape in scene(etree.fromstring(content)).shapes.values() if shape.element.tag != "lane"
    ]
    free = [shape.box for shape in shapes if not shape.element.attached_to]

    assert len(free) > 20
    assert not [(a, b) for index, a in enumerate(free) for b in free[index + 1 :] if a.meets(b)]


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
        draw(content, {}, title="x")


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


def test_pictures_are_kept_by_content_and_only_so_many() -> None:
    first = picture.picture(small().xml())
    assert picture.picture(bytes(bytearray(small().xml()))) is first

    for index in range(60):
        picture.picture(small().shape("userTask", f"t{index}", 600, 50).xml())

    assert picture.picture(small().xml()) is not first


# --- in words ---------------------------------------------------------------------------------------------


def test_the_text_equivalent_follows_the_flow_with_lane_kind_and_state() -> None:
    sketch = small()
    sketch.model.reverse()
    sketch.lanes = '<b:lane id="loket" name="Loket"><b:flowNodeRef>periksa</b:flowNodeRef></b:lane>'
    lines = texts(sketch.xml(), {"periksa": State("overdue", 2, "Lewat 2 hari"), "lengkap": State("done")})

    assert [line.id for line in lines] == ["mulai", "periksa", "tenggat", "lengkap", "selesai"]
    assert lines[1].text == "Loket · Periksa berkas — lewat tenggat, 2 kali, Lewat 2 hari"
    assert lines[2].text == "Loket · Batas waktu: 3 hari"
    assert lines[3].as_dict() == {
        "activity_id": "lengkap",
        "lane": "",
        "name": "Lengkap?",
        "kind": "Percabangan, satu jalan",
        "state": "done",
        "count": 0,
        "label": "",
        "text": "Percabangan, satu jalan: Lengkap? — sudah dilalui",
    }


def test_every_step_of_the_sop_is_told_once() -> None:
    ids = [line.id for line in texts(SOP, {})]

    assert len(ids) == len(set(ids)) > 30
    assert ids[0] == "mulai"


def test_words_are_english_on_demand_although_the_picture_is_kept() -> None:
    states = {"periksa": State("overdue", 2)}
    assert tip(svg(small().xml(), states), "periksa") == "Periksa berkas — lewat tenggat, 2 kali"

    with speaking("en"):
        assert tip(svg(small().xml(), states), "periksa") == "Periksa berkas — overdue, 2 times"


def test_an_unnamed_element_is_called_by_its_kind() -> None:
    content = small().shape("parallelGateway", "gabung", 600, 50, name="").xml()

    assert tip(svg(content), "gabung") == "Percabangan, semua jalan"
