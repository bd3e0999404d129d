"""A diagram is read into one shape, whichever modeler drew it."""

from pathlib import Path

import pytest

from app.base import i18n
from app.base.errors import InvalidDiagram
from app.engine.diagram import Diagram, Timer
from app.engine.reading import reader
from app.engine.running import spec
from tests.engine.building import (
    Shape,
    boundary,
    bpmn,
    catch,
    end,
    exclusive,
    flow,
    inclusive,
    node,
    parallel,
    race,
    rule,
    send,
    start,
    user,
)
from tests.engine.read_files import errors, read, refused, warnings

DRAWINGS = Path(__file__).parents[2] / "diagrams"


def test_every_kind_of_element_that_runs_is_read() -> None:
    diagram = read(
        bpmn(
            [
                start(form="laporan"),
                start("dari_pusat", message="laporan masuk"),
                user("telaah", form="telaah", inside="<bpmn:documentation>Baca dahulu.</bpmn:documentation>"),
                node("task", "catat"),
                node("manualTask", "arsipkan"),
                send("ingatkan"),
                node("serviceTask", "umumkan"),
                rule("pilih_unit", decision="rute_unit"),
                node("receiveTask", "tunggu_surat", message="surat diterima"),
                exclusive("lengkap"),
                inclusive("bagian"),
                parallel("serentak"),
                race("tunggu_pelapor"),
                catch("data_datang", message="data pelengkap"),
                catch("terlalu_lama", after="10 hari kerja"),
                boundary("lewat", "telaah", after='"P3D"'),
                boundary("ditarik", "catat", message="laporan dicabut", interrupting=True),
                node("intermediateThrowEvent", "beri_tahu", message="sudah ditelaah"),
                node("intermediateThrowEvent", "tonggak"),
                end(),
                end("batal", terminate=True),
                end("terkirim", message="laporan selesai"),
            ],
            """
            start > telaah > catat > arsipkan > ingatkan > umumkan > pilih_unit > tunggu_surat > lengkap
            dari_pusat > telaah
            lengkap > bagian
            lengkap > serentak > tunggu_pelapor
            tunggu_pelapor > data_datang > beri_tahu > tonggak > end
            tunggu_pelapor > terlalu_lama > batal
            bagian > terkirim
            lewat > end
            ditarik > batal
            """,
        )
    )
    assert {node_id: node.kind for node_id, node in diagram.nodes.items()} == {
        "start": "startEvent",
        "dari_pusat": "startEvent",
        "telaah": "userTask",
        "catat": "userTask",
        "arsipkan": "userTask",
        "ingatkan": "sendTask",
        "umumkan": "sendTask",
        "pilih_unit": "businessRuleTask",
        "tunggu_surat": "intermediateCatchEvent",
        "lengkap": "exclusiveGateway",
        "bagian": "inclusiveGateway",
        "serentak": "parallelGateway",
        "tunggu_pelapor": "eventBasedGateway",
        "data_datang": "intermediateCatchEvent",
        "terlalu_lama": "intermediateCatchEvent",
        "lewat": "boundaryEvent",
        "ditarik": "boundaryEvent",
        "beri_tahu": "intermediateThrowEvent",
        "tonggak": "intermediateThrowEvent",
        "end": "endEvent",
        "batal": "endEvent",
        "terkirim": "endEvent",
    }
    nodes = diagram.nodes
    assert (nodes["start"].form_key, nodes["telaah"].documentation) == ("laporan", "Baca dahulu.")
    assert nodes["pilih_unit"].decision == "rute_unit"
    assert [
        nodes[key].message for key in ("dari_pusat", "tunggu_surat", "data_datang", "beri_tahu", "tonggak")
    ] == [
        "laporan masuk",
        "surat diterima",
        "data pelengkap",
        "sudah ditelaah",
        None,
    ]
    assert nodes["lewat"].timer == Timer("duration", "P3D")
    assert (nodes["lewat"].attached_to, nodes["lewat"].interrupting, nodes["ditarik"].interrupting) == (
        "telaah",
        False,
        True,
    )
    assert (nodes["batal"].terminate, nodes["end"].terminate, nodes["terkirim"].message) == (
        True,
        False,
        "laporan selesai",
    )
    assert nodes["catat"].tag == "task"
    assert [finding.code for finding in diagram.findings] == ["service_is_notice"]


def test_camunda_7_is_read() -> None:
    diagram = read((DRAWINGS / "camunda7.bpmn").read_bytes())
    assert (diagram.key, diagram.name, diagram.day_unit) == ("izin_keramaian", "Izin keramaian", "kalender")
    assert diagram.properties["nomor"] == "nomor_izin"
    assert [(lane.id, lane.name) for lane in diagram.lanes] == [("loket", "Loket"), ("camat", "Camat")]
    assert (diagram.nodes["mulai"].name, diagram.nodes["mulai"].form_key) == (
        "Permohonan masuk",
        "permohonan",
    )
    assert diagram.nodes["periksa_berkas"].form_key == "periksa"
    assert diagram.nodes["periksa_berkas"].properties == {"waktu": "3 hari"}
    assert (diagram.nodes["tentukan_biaya"].decision, diagram.nodes["tentukan_biaya"].lane_id) == (
        "biaya",
        "camat",
    )
    flows = {flow.id: flow for flow in diagram.flows}
    assert flows["Flow_ya"].condition == "lengkap and jumlah_tamu > 10"
    assert (flows["Flow_tidak"].condition, flows["Flow_tidak"].is_default) == (None, True)
    assert [(finding.code, finding.element_id, finding.line) for finding in diagram.findings] == [
        ("additions_ignored", "Definitions_1", 2),
        ("extension_ignored", "periksa_berkas", 31),
        ("external_worker", "beri_tahu", 53),
    ]


def test_camunda_8_is_read() -> None:
    diagram = read((DRAWINGS / "camunda8.bpmn").read_bytes())
    assert [(lane.id, lane.name) for lane in diagram.lanes] == [("surat_masuk", "Surat masuk")]
    nodes = diagram.nodes
    assert (nodes["diterima"].form_key, nodes["disposisi"].form_key) == ("surat", "disposisi")
    assert nodes["disposisi"].properties == {"sop nomor": "1"}
    assert (nodes["pilih_bidang"].decision, nodes["tunggu_jawaban"].message) == ("bidang", "jawaban diterima")
    assert nodes["tenggat_disposisi"].timer == Timer("duration", "P2D")
    flows = {flow.id: flow for flow in diagram.flows}
    assert (flows["Flow_6"].condition, flows["Flow_7"].is_default) == ('sifat = "segera"', True)


def test_a_drawing_without_conditions_or_executable_flag_runs_with_questions() -> None:
    diagram = read((DRAWINGS / "drawn_in_an_office.bpmn").read_bytes())
    assert diagram.nodes["sid-t1"].kind == diagram.nodes["sid-t2"].kind == "userTask"
    assert diagram.nodes["sid-e1"].lane_id == "sid-l1", "an event in no lane takes that of the task after it"
    question = diagram.questions["sid-g1"]
    assert (question.text, question.multiple) == ("Lanjut ke mana?", False)
    assert question.answers == (("sid-f3", "lengkap"), ("sid-f4", "Dikembalikan"))


def test_prefix_and_default_namespace_are_the_same() -> None:
    xml = bpmn([start(), user("telaah"), end()], "start > telaah > end")
    plain = xml.replace(b"xmlns:bpmn=", b"xmlns=").replace(b"<bpmn:", b"<").replace(b"</bpmn:", b"</")
    assert read(plain) == read(xml)


def test_a_diagram_whose_ids_the_library_uses_itself_is_read() -> None:
    ids = ["Start", "Root", "End", "p"]
    nodes = [start("Start"), user("Root"), user("p"), end("End")]
    assert list(read(bpmn(nodes, "Start > Root > p > End", key="Start_proses")).nodes) == [
        "Start",
        "Root",
        "p",
        "End",
    ]
    assert set(read(bpmn(nodes, "Start > Root > p > End")).nodes) == set(ids)


def test_what_the_reader_accepts_the_engine_can_build() -> None:
    awkward = bpmn(
        [start("Start"), user("Root"), boundary("End", "Root", after="P1D"), end("p")],
        "Start > Root > p\nEnd > p",
    )
    drawn = [diagram for path in DRAWINGS.glob("*.bpmn") for diagram in _accepted(path)]
    assert len(drawn) > 25
    for diagram in (read(awkward), *drawn):
        assert set(diagram.nodes) <= {made.bpmn_id for made in spec.build(diagram).task_specs.values()}


def _accepted(path: Path) -> tuple[Diagram, ...]:
    try:
        return reader.read_diagrams(path.read_bytes())
    except InvalidDiagram:
        return ()


def test_what_only_decorates_is_ignored() -> None:
    xml = bpmn(
        [start(), user("telaah"), end()],
        "start > telaah > end",
        inside="""
        <bpmn:dataObject id="berkas"/><bpmn:dataObjectReference id="berkas_1" dataObjectRef="berkas"/>
        <bpmn:dataStoreReference id="arsip" name="Arsip"/><bpmn:group id="kelompok"/>
        <bpmn:textAnnotation id="catatan"><bpmn:text>Penting</bpmn:text></bpmn:textAnnotation>
        <bpmn:association id="garis" sourceRef="telaah" targetRef="catatan"/>
        """,
    )
    assert set(read(xml).nodes) == {"start", "telaah", "end"}
    assert warnings(xml) == []


def test_outsiders_pools_and_empty_processes_are_ignored() -> None:
    outside = """
    <bpmn:process id="kosong"/>
    <bpmn:collaboration id="kolaborasi">
      <bpmn:participant id="pool" name="Kecamatan" processRef="tns:prosedur"/>
      <bpmn:participant id="warga" name="Warga"/><bpmn:participant id="lain" processRef="kosong"/>
    </bpmn:collaboration>"""
    diagram = read(bpmn([start(), user("telaah"), end()], "start > telaah > end", name="", outside=outside))
    assert diagram.name == "Kecamatan"
    assert diagram.lanes[0].name == "Kecamatan"


def test_properties_of_the_pool_count_where_the_process_is_silent() -> None:
    outside = """<bpmn:collaboration id="k"><bpmn:participant id="pool" processRef="prosedur">
    <bpmn:extensionElements><spiffworkflow:properties>
    <spiffworkflow:property name="nomor sop" value="dari pool"/><spiffworkflow:property name="perihal" value="pool"/>
    </spiffworkflow:properties></bpmn:extensionElements></bpmn:participant></bpmn:collaboration>"""
    properties = {"perihal": "judul"}
    xml = bpmn(
        [start(), user("telaah"), end()], "start > telaah > end", properties=properties, outside=outside
    )
    assert read(xml).properties == {"nomor sop": "dari pool", "perihal": "judul"}


def test_the_words_of_a_property_are_kept_exactly() -> None:
    words = " - Data  lengkap;\n- Salah ketik dibiarkan “begini” "
    diagram = read(bpmn([start(), user("telaah", properties={"ket": words}), end()], "start > telaah > end"))
    assert diagram.nodes["telaah"].properties["ket"] == words


def test_each_pool_is_a_process_of_its_own_with_its_own_warnings() -> None:
    second = (
        '<bpmn:process id="kedua" name="Kedua"><bpmn:startEvent id="awal"/><bpmn:task id="kerja"/>'
        '<bpmn:sequenceFlow id="x" sourceRef="awal" targetRef="kerja"/></bpmn:process>'
    )
    xml = bpmn([start(), user("a"), user("b")], "start > a", outside=second, executable=False)
    first, other = reader.read_diagrams(xml)
    assert (first.key, set(other.nodes)) == ("prosedur", {"awal", "kerja"})
    assert [f.code for f in first.findings] == ["implicit_end", "unreachable"]
    assert [(f.code, f.element_id) for f in other.findings] == [("implicit_end", "kerja")]


def test_beside_a_process_marked_executable_others_are_only_drawn() -> None:
    second = '<bpmn:process id="kedua" name="Kedua"><bpmn:startEvent id="awal"/></bpmn:process>'
    (diagram,) = reader.read_diagrams(bpmn([start(), end()], "start > end", outside=second))
    assert [(f.code, f.element_id) for f in diagram.findings] == [("process_only_drawn", "kedua")]


def test_a_file_without_a_process_is_refused() -> None:
    assert errors(bpmn([])) == ["no_process"]


def test_300_nodes_are_read_and_301_are_refused() -> None:
    tasks = [f"t{number}" for number in range(298)]
    nodes = [start(), *map(user, tasks), end()]
    assert len(read(bpmn(nodes, " > ".join(["start", *tasks, "end"]))).nodes) == 300
    assert errors(bpmn([*nodes, user("lagi")], "start > end")) == ["too_many_nodes"]


def test_too_many_processes_are_refused() -> None:
    more = "".join(f'<bpmn:process id="p{n}"><bpmn:task id="t{n}"/></bpmn:process>' for n in range(20))
    assert errors(bpmn([start(), end()], "start > end", outside=more, executable=False)) == [
        "too_many_processes"
    ]


def test_too_many_flows_are_refused() -> None:
    flows = [flow("start", "end", id=f"f{number}") for number in range(1001)]
    assert errors(bpmn([start(), end()], flows)) == ["too_many_flows"]


def test_a_finding_says_where_what_and_what_to_do_in_both_languages() -> None:
    script = node("scriptTask", "hitung", name="Hitung denda", inside="<bpmn:script>hitung()</bpmn:script>")
    xml = bpmn([start(), script, end()], "start > hitung > end")
    (finding,) = refused(xml)
    assert (finding.element_id, finding.element_name, finding.file) == ("hitung", "Hitung denda", "uji.bpmn")
    assert xml.splitlines()[(finding.line or 0) - 1].startswith(b'<bpmn:scriptTask id="hitung"')
    assert "Hitung denda" in finding.as_dict()["messages"]["id"]["what"]
    assert finding.as_dict()["messages"]["en"]["todo"] == (
        "Replace it with a person's task, a decision table (DMN) or a send task."
    )


def script(name: str) -> Shape:
    return node("scriptTask", name, inside="<bpmn:script>hitung()</bpmn:script>")


def test_the_error_counts_what_must_be_mended() -> None:
    xml = bpmn([start(), script("a"), script("b"), end()], "start > a > b > end")
    with i18n.speaking("en"), pytest.raises(InvalidDiagram, match="2 findings must be mended"):
        reader.read_diagrams(xml)


def test_too_many_findings_are_cut_errors_kept() -> None:
    tasks = [f"t{number}" for number in range(250)]
    nodes = [
        start(),
        *(node("serviceTask", task, camunda__topic="x") for task in tasks),
        script("s"),
        end(),
    ]
    found = refused(bpmn(nodes, " > ".join(["start", *tasks, "s", "end"])))
    assert len(found) == 201
    assert found[0].code == "script_task"
    assert (found[-1].code, found[-1].params) == ("more_findings", {"count": "51"})


def test_expressions_lists_all_feel_of_a_diagram() -> None:
    diagram = read(
        bpmn(
            [
                start(),
                user("telaah"),
                boundary("lewat", "telaah", after="=batas"),
                exclusive("lengkap", default="lengkap__end"),
                end(),
                end("gagal"),
            ],
            [
                "start > telaah > lengkap > end\nlewat > end",
                flow("lengkap", "gagal", condition="= jumlah > 3"),
            ],
            properties={"identitas tertutup": "= rahasia"},
        )
    )
    assert reader.expressions(diagram) == (
        ("lengkap__gagal", "condition", "jumlah > 3", "expression"),
        ("lewat", "timer", "batas", "expression"),
        ("prosedur", "identitas tertutup", "rahasia", "expression"),
    )


def test_elements_without_a_name_are_called_by_where_they_lead() -> None:
    nodes = [start(name=""), exclusive("g", name=""), user("telaah", name="Telaah"), end(name="")]
    names = reader.element_names(read(bpmn(nodes, "start > g > telaah > end\ng > end")))
    assert names["g"] == "Lanjut ke mana?"
    assert (names["g__telaah"], names["g__end"], names["start"]) == ("Telaah", "Selesai di sini", "start")
