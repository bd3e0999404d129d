"""The diagram of a case as SVG and as text: everything in the file is there, and says what it is."""

import re

import pytest

from app.engine.drawing import State, texts
from app.i18n import speaking
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
