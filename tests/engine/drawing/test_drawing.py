"""The diagram of a case as SVG and as text: everything in the file is there, and says what it is."""

import re

import pytest
from lxml import etree

from app.base.i18n import speaking
from app.engine.drawing import State, picture, symbols, texts
from app.engine.drawing.picture import Names
from app.engine.drawing.scene import scene
from tests.engine.sketch import SOP, Sketch, css, group, small, svg, tip, words


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


def line_of(sketch: Sketch, id: str, *points: tuple[int, int]) -> None:
    """A line in the layout alone; the model has its element."""
    ways = "".join(f'<d:waypoint x="{x}" y="{y}"/>' for x, y in points)
    sketch.layout.append(f'<di:BPMNEdge bpmnElement="{id}">{ways}</di:BPMNEdge>')


def with_an_open_call(**attributes: str) -> bytes:
    """A call with the steps of the process that it calls drawn in it; in the file that process comes first."""
    sketch = small()
    sketch.model.insert(0, '<b:subProcess id="luas" name="Bagian"><b:userTask id="inti"/></b:subProcess>')
    sketch.shape("callActivity", "panggil", 600, 40, 500, 240, name="Urus izin", calledElement="izin")
    sketch.layout[-1] = sketch.layout[-1].replace(
        " >", "".join(f' {key}="{value}"' for key, value in attributes.items()) + ">"
    )
    sketch.place("ajukan", 640, 90, 100, 80).place("beri", 800, 90, 100, 80)
    sketch.place("luas", 920, 70, 160, 120, drawn='isExpanded="true"').place("inti", 950, 100, 100, 80)
    line_of(sketch, "ke_beri", (740, 130), (800, 130))
    steps = '<b:userTask id="ajukan" name="Ajukan"/><b:userTask id="beri" name="Beri"/>'
    flow = '<b:sequenceFlow id="ke_beri" sourceRef="ajukan" targetRef="beri"/>'
    return sketch.xml(more=f'<b:process id="izin">{steps}{flow}</b:process>')


@pytest.mark.parametrize("attributes", [{"isExpanded": "true"}, {}])
def test_an_open_call_shows_what_it_calls(attributes: dict[str, str]) -> None:
    content = with_an_open_call(**attributes)
    order = svg(content).xpath("//*[@data-element-id]/@data-element-id")
    blocks = Names(scene(etree.fromstring(content))).blocks

    assert order.index("panggil") < min(map(order.index, ("ajukan", "ke_beri", "beri", "luas", "inti")))
    assert max(box.bottom for box in blocks["panggil"].boxes) < 70
    assert marks(svg(content), "panggil") == set()


def test_a_closed_call_bears_a_plus_and_one_of_a_global_task_the_sign_of_that_task() -> None:
    sketch = small().shape("callActivity", "proses_lain", 600, 50, calledElement="jauh")
    sketch.shape("callActivity", "tugas_lain", 750, 50, calledElement="b:umum")
    root = svg(sketch.xml(more='<b:globalUserTask id="umum" name="Tugas umum"/>'))

    assert marks(root, "proses_lain") == {symbols.MARK["collapsed"]}
    assert marks(root, "tugas_lain") == {symbols.TASK["userTask"]}


@pytest.mark.parametrize("tag", ["callActivity", "subProcess"])
def test_what_holds_steps_is_closed_in_a_made_up_layout_which_draws_them_beside_it(tag: str) -> None:
    content = small().shape(tag, "lain", 0, 0).xml(layout=False)

    assert marks(svg(content), "lain") == {symbols.MARK["collapsed"]}


@pytest.mark.parametrize("tag", ["task", "callActivity", "subProcess"])
def test_what_undoes_another_step_bears_the_sign_of_compensation_beside_its_others(tag: str) -> None:
    inside = "<b:multiInstanceLoopCharacteristics/>"
    root = svg(small().shape(tag, "batal", 600, 50, inside=inside, isForCompensation="true").xml())

    assert marks(root, "batal") >= {symbols.MARK["compensation"], symbols.MARK["multi"]}
    assert symbols.MARK["compensation"] not in marks(root, "periksa")


@pytest.mark.parametrize("tag", ["userTask", "subProcess", "callActivity"])
def test_data_goes_into_a_step_and_out_of_it_by_arrows(tag: str) -> None:
    ends = '<b:dataInputAssociation id="masuk"><b:sourceRef>surat</b:sourceRef></b:dataInputAssociation>'
    ends += '<b:dataOutputAssociation id="keluar"><b:targetRef>arsip</b:targetRef></b:dataOutputAssociation>'
    sketch = small().shape(tag, "catat", 600, 50, inside=ends)
    sketch.shape("dataObjectReference", "surat", 600, 250, name="", dataObjectRef="b:isi")
    sketch.shape("dataStoreReference", "arsip", 700, 250)
    sketch.model.append('<b:dataObject id="isi" name="Surat masuk"/>')
    line_of(sketch, "masuk", (620, 250), (620, 130))
    line_of(sketch, "keluar")
    root = svg(sketch.xml())

    for id, tip_at in (("masuk", "620 130"), ("keluar", "730 250")):
        line, head = (node for node in group(root, id)[1:])
        assert line.get("class") == "line dotted"
        assert f"L{tip_at}L" in head.get("d")
    assert words(group(root, "surat")) == "Surat masuk"


@pytest.mark.parametrize("label", ["", 'x="608" y="205" width="120" height="14"'])
def test_the_name_of_an_open_sub_process_covers_no_other_name_step_or_line(label: str) -> None:
    name = "Pemeriksaan berkas oleh dinas yang berwenang menurut peraturan"
    wait = '<b:intermediateCatchEvent id="tunggu" name="Menunggu balasan surat dari dinas"/>'
    flow = '<b:sequenceFlow id="lanjut" sourceRef="tunggu" targetRef="lengkapi"/>'
    inside = f'{wait}<b:userTask id="lengkapi"/>{flow}<b:subProcess id="rinci"/>'
    sketch = small().shape(
        "subProcess",
        "dinas",
        600,
        200,
        500,
        240,
        name=name,
        inside=inside,
        drawn='isExpanded="true"',
        label=label,
    )
    sketch.place("tunggu", 840, 260, 36, 36, label='x="810" y="212" width="94" height="38"')
    sketch.place("lengkapi", 960, 240, 100, 80).place("rinci", 620, 280, 180, 120, drawn='isExpanded="true"')
    line_of(sketch, "lanjut", (876, 278), (960, 278))
    drawn = scene(etree.fromstring(sketch.xml()))
    blocks = Names(drawn).blocks
    others = [box for id, block in blocks.items() if id != "dinas" for box in block.boxes]
    others += [shape.box for id, shape in drawn.shapes.items() if id != "dinas"]
    others += [box for edge in drawn.edges.values() for box in picture.segments(edge)]

    assert "".join(blocks["dinas"].lines).replace(" ", "") == name.replace(" ", "")
    assert all(drawn.shapes["dinas"].box.contains(box) for box in blocks["dinas"].boxes)
    assert not [box for box in blocks["dinas"].boxes for other in others if box.meets(other)]
    if label:
        assert blocks["dinas"].boxes[0].y == 205


def marks(root: etree._Element, id: str) -> set[str]:
    """The signs drawn on an element."""
    return set(group(root, id).xpath("path[contains(@class, 'sign')]/@d"))


def test_the_text_equivalent_follows_the_flow_with_lane_kind_and_state() -> None:
    sketch = small()
    sketch.model.reverse()
    sketch.lanes = '<b:lane id="loket" name="Loket"><b:flowNodeRef>periksa</b:flowNodeRef></b:lane>'
    lines = texts(sketch.xml(), {"periksa": State("overdue", 2, "Lewat 2 hari"), "lengkap": State("done")})

    assert [line.id for line in lines] == ["mulai", "periksa", "tenggat", "lengkap", "selesai"]
    assert lines[1].text == "Loket · Periksa berkas — lewat tenggat, 2 kali, Lewat 2 hari; lalu ke Lengkap?"
    assert lines[2].text == "Loket · Batas waktu: 3 hari"
    assert lines[3].as_dict() == {
        "activity_id": "lengkap",
        "lane": "",
        "name": "Lengkap?",
        "kind": "Percabangan, satu jalan",
        "state": "done",
        "count": 0,
        "label": "",
        "text": (
            "Percabangan, satu jalan: Lengkap? — sudah dilalui; "
            "“tidak” ke Periksa berkas; “ya” ke Akhir: selesai"
        ),
    }


def test_where_ways_meet_is_said_after_all_of_them_and_each_answer_says_where_it_leads() -> None:
    sketch = (
        Sketch()
        .shape("endEvent", "akhir", 700, 0, name="Selesai")
        .shape("task", "rapat", 600, 0, name="Rapat")
        .shape("exclusiveGateway", "perlu", 200, 0, name="Perlu?", default="perlu__b")
        .shape("task", "a", 300, 0, name="Buat")
        .shape("task", "b", 300, 100, name="Pinjam")
        .shape("subProcess", "c", 300, 200, name="Beli")
        .shape("startEvent", "mulai", 0, 0)
    )
    sketch.edge("mulai", "perlu", [(0, 0), (1, 1)]).edge("perlu", "a", [(0, 0), (1, 1)], name="ya")
    sketch.edge("perlu", "b", [(0, 0), (1, 1)]).edge("perlu", "c", [(0, 0), (1, 1)])
    sketch.edge("a", "rapat", [(0, 0), (1, 1)]).edge("b", "rapat", [(0, 0), (1, 1)])
    sketch.edge("c", "rapat", [(0, 0), (1, 1)]).edge("rapat", "akhir", [(0, 0), (1, 1)])
    lines = texts(sketch.xml(), {})
    assert [line.id for line in lines] == ["mulai", "perlu", "a", "b", "c", "rapat", "akhir"]
    assert lines[1].text.endswith("Perlu?; “ya” ke Buat; selain itu ke Pinjam; ke Beli")
    with speaking("en"):
        assert texts(sketch.xml(), {})[1].text.endswith("“ya” to Buat; otherwise to Pinjam; to Beli")


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
