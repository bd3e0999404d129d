"""The shipped SOP: the diagram and the routing table say what the official document and the routing list say."""

import json
import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

import pytest

from app.bpmnio import feel
from app.engine import decisions
from app.engine.diagram import Diagram, Flow, Node, Timer
from app.engine.reading import reader
from tests.reports import DATA, REPORTS, ROUTES, Report, answers_for, report_values
from tests.sop import DIAGRAM, NOW, ROOT, TABLE

SOP = json.loads((DATA / "kegiatan.json").read_text("utf-8"))
#: The official text; its only markup, underlining, is no part of the words.
SOP_TEXT = re.sub(r"</?u>", "", (DATA / "sop-lapor-sp4n-wonogiri.txt").read_text("utf-8"))
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
CELLS = {
    "sop nomor": "no",
    "input": "input",
    "persyaratan": "persyaratan_kelengkapan",
    "waktu": "waktu",
    "output": "output",
    "ket": "ket",
}
#: SOP number → the tasks that carry out that row. Row 4 is handed over by UPP and followed up by the unit.
TASKS = {
    "1.": ("penyaluran",),
    "2.": ("telaahan",),
    "3.": ("konfirmasi",),
    "4.": ("menyalurkan", "tindak_lanjut"),
    "5.": ("melaporkan",),
}


@pytest.fixture(scope="module")
def diagram() -> Diagram:
    return reader.read_diagrams(DIAGRAM.read_bytes(), file=DIAGRAM.name)[0]


@pytest.fixture(scope="module")
def table() -> decisions.Decision:
    return decisions.read_decisions(TABLE.read_bytes(), file=TABLE.name)[0]


def test_the_only_warnings_are_gateways_that_stop_rather_than_guess(diagram: Diagram) -> None:
    assert {finding.code for finding in diagram.findings} <= {"no_default_flow"}


def test_lanes_are_the_performers_of_the_sop_in_its_order(diagram: Diagram) -> None:
    assert [lane.name for lane in diagram.lanes] == SOP["kolom_pelaksana"]


@pytest.mark.parametrize("row", SOP["kegiatan"], ids=lambda row: row["no"])
def test_a_row_of_the_sop_stands_in_the_diagram_word_for_word(diagram: Diagram, row: dict[str, str]) -> None:
    tasks = [diagram.nodes[task] for task in TASKS[row["no"]]]
    assert tasks[0].name == row["aktivitas"]
    for task in tasks:
        assert {name: task.properties[name] for name in CELLS} == {
            name: row[cell] for name, cell in CELLS.items()
        }


def test_every_user_task_belongs_to_a_row_and_has_a_form_and_a_public_status(diagram: Diagram) -> None:
    tasks = [node for node in diagram.nodes.values() if node.kind == "userTask"]
    assert {task.id for task in tasks} == {task for row in TASKS.values() for task in row}
    assert all(task.form_key == task.id and task.properties["status publik"] for task in tasks)


def test_camunda_modelers_panel_shows_every_property_and_form() -> None:
    # It shows what its own platform writes; the words of another one it keeps in the file and hides.
    drawn = ElementTree.fromstring(DIAGRAM.read_bytes())
    added = [each for group in drawn.iter(f"{BPMN}extensionElements") for each in group.iter()]
    assert {each.tag for each in added if not each.tag.startswith((BPMN, ZEEBE))} == set()
    assert any(value == "Camunda Cloud" for value in drawn.attrib.values())
    forms = {task.get("id"): task.find(f".//{ZEEBE}formDefinition") for task in drawn.iter(f"{BPMN}userTask")}
    assert {each: form is not None and form.get("formId") for each, form in forms.items()} == {
        each: each for each in forms
    }


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("nomor sop", "Nomor SOP"),
        ("tanggal pembuatan", "Tanggal Pembuatan"),
        ("tanggal revisi", "Tanggal Revisi"),
        ("tanggal efektif", "Tanggal Efektif"),
        ("disahkan oleh", "Disahkan Oleh"),
        ("nama sop", "Nama SOP"),
        ("kualifikasi pelaksana", "Kualifikasi Pelaksana :"),
        ("peralatan/perlengkapan", "Peralatan/Perlengkapan :"),
        ("pencatatan dan pendataan", "Pencatatan dan Pendataan :"),
    ],
)
def test_the_identity_block_is_printed_as_the_source_has_it(diagram: Diagram, name: str, cell: str) -> None:
    assert f"\n{cell}\t{diagram.properties[name]}\n" in SOP_TEXT


@pytest.mark.parametrize(
    ("name", "count"),
    [("dasar hukum", 4), ("keterkaitan", 1), ("peringatan", 1), ("instansi", 2), ("judul dokumen", 2)],
)
def test_lists_of_the_identity_block_keep_every_line(diagram: Diagram, name: str, count: int) -> None:
    lines = diagram.properties[name].splitlines()
    assert len(lines) == count
    assert all(line in SOP_TEXT for line in lines)


def test_every_deadline_is_the_time_of_its_row_and_leaves_the_task_open(diagram: Diagram) -> None:
    deadlines = [node for node in diagram.nodes.values() if node.is_deadline]
    assert {node.attached_to for node in deadlines} == {
        "penyaluran",
        "telaahan",
        "konfirmasi",
        "tindak_lanjut",
        "melaporkan",
    }
    for node in deadlines:
        assert node.timer is not None
        assert node.attached_to is not None
        waktu = diagram.nodes[node.attached_to].properties["waktu"]
        assert waktu.removeprefix("Maksimal ") == node.timer.text == node.name
        assert not node.interrupting


def test_follow_up_is_reminded_three_times_before_its_deadline(diagram: Diagram) -> None:
    timers = [node.timer.text for node in diagram.boundary["tindak_lanjut"] if node.timer]
    assert timers == ["H-14", "H-7", "H-1", "60 hari"]


def test_each_boundary_timer_leads_to_a_notification_and_nothing_else(diagram: Diagram) -> None:
    for node in (node for nodes in diagram.boundary.values() for node in nodes):
        reminder = _only_target(diagram, node)
        assert (reminder.kind, reminder.lane_id) == ("sendTask", node.lane_id)
        assert reminder.properties["pesan"]
        assert _only_target(diagram, reminder).kind == "endEvent"


def test_what_lane_and_coordinator_both_read_is_meant_for_both(diagram: Diagram) -> None:
    [told] = [n for n in diagram.nodes.values() if n.properties.get("untuk") == "lajur dan koordinator"]
    lane = diagram.lane(told.lane_id)
    coordinator = lane.properties["koordinator"]
    said = told.properties["pesan"]
    assert f"{coordinator} mohon" not in said
    assert "tetap pada unit dan perlu segera diselesaikan" in said
    assert f"diputuskan {coordinator} bersama unit" in said


def test_the_reporter_has_a_form_while_the_case_waits_for_him(diagram: Diagram) -> None:
    waiting = diagram.nodes["data_pelengkap"]
    assert (waiting.form_key, waiting.message) == ("pelapor", "data pelengkap diterima")
    assert waiting.properties["untuk"] == "pelapor"
    assert diagram.nodes["batas_pelapor"].timer == Timer("duration", "10 hari kerja")


def test_identity_is_for_two_lanes_only(diagram: Diagram) -> None:
    assert [lane.id for lane in diagram.identity_lanes] == ["lajur_upp", "lajur_lapor"]


@pytest.mark.parametrize(
    ("case", "closed"),
    [
        ({"anonim": True, "rahasia": False}, True),
        ({"anonim": False, "rahasia": True}, True),
        ({"anonim": False, "rahasia": False}, False),
        ({"anonim": False, "rahasia": False, "samarkan_identitas": True}, True),
        ({"anonim": False, "rahasia": False, "samarkan_identitas": False}, False),
    ],
)
def test_identity_is_closed_for_protected_reporters(
    diagram: Diagram, case: dict[str, bool], closed: bool
) -> None:
    assert _feel(diagram.properties["identitas tertutup"], case) is closed


def test_ids_are_words_that_the_engine_can_bear() -> None:
    ids = [
        e.get("id", "") for e in ElementTree.parse(DIAGRAM).iter() if e.tag.startswith(BPMN) and e.get("id")
    ]
    assert len(ids) == len(set(ids))
    assert [one for one in ids if not re.fullmatch(r"[a-z][a-z0-9_]+", one)] == []


def test_everything_is_drawn(diagram: Diagram) -> None:
    root = ElementTree.parse(DIAGRAM).getroot()
    drawn = {e.get("bpmnElement") for tag in ("BPMNShape", "BPMNEdge") for e in root.iter(BPMNDI + tag)}
    lanes = {lane.id for lane in diagram.lanes}
    assert drawn - {"kolam_pengaduan"} == {*diagram.nodes, *(flow.id for flow in diagram.flows), *lanes}


def test_the_table_suggests_the_unit_of_every_category(table: decisions.Decision) -> None:
    units = {
        unit["kode"]
        for unit in json.loads((ROOT / "app/services/maintenance/seed/unit_wonogiri.json").read_text("utf-8"))
    }
    for category, unit in ROUTES.items():
        # A unit that is none of ours, "(BPN)", cannot be suggested: the officer has to choose.
        assert _suggestion(table, kategori=category) == (unit if unit in units else None)


def test_the_table_has_a_rule_for_every_row_of_the_routing_list_and_two_more(
    table: decisions.Decision,
) -> None:
    assert table.table is not None
    assert len(table.table.rules) == len(ROUTES) + 2


def test_an_examination_goes_to_the_inspectorate_whatever_the_category(table: decisions.Decision) -> None:
    assert _suggestion(table, kategori="Pupuk Bersubsidi", kesimpulan="perlu pemeriksaan") == "INSP"


def test_a_category_nobody_foresaw_goes_to_the_owner_of_the_sop(table: decisions.Decision) -> None:
    assert _suggestion(table, kategori="Kategori Baru") == "SETDA-ORG"


@pytest.mark.parametrize("one", REPORTS, ids=lambda one: one["id"])
def test_conditions_lead_a_report_along_its_path(diagram: Diagram, one: Report) -> None:
    *_, end = _walk(diagram, one)
    assert end.name == one["jalan"]["akhir"]


def test_all_three_ends_are_reached() -> None:
    assert {one["jalan"]["akhir"] for one in REPORTS} == {
        "Selesai",
        "Laporan tidak ditindaklanjuti",
        "Diteruskan ke LAPOR ! – SP4N Nasional",
    }


def test_ends_that_lapor_must_know_of_stand_in_its_lane(diagram: Diagram) -> None:
    lapor = [
        node.id
        for node in diagram.nodes.values()
        if node.lane_id == "lajur_lapor" and node.kind == "endEvent"
    ]
    assert {"selesai", "diteruskan_nasional"} < set(lapor)


def _walk(diagram: Diagram, one: Report) -> Iterator[Node]:
    """The nodes that a report passes, by the officers' answers and the conditions alone."""
    node, values, visits = diagram.nodes["mulai"], report_values(one), dict.fromkeys(diagram.nodes, 0)
    while flows := diagram.outgoing.get(node.id):
        visits[node.id] += 1
        if node.kind == "userTask" or node.message:
            values |= answers_for(node.id, one, visits[node.id])
        node = diagram.nodes[_next(node, flows, values, silent=one["jalan"].get("pelapor") == "diam").target]
        yield node


def _next(node: Node, flows: tuple[Flow, ...], values: Mapping[str, object], *, silent: bool) -> Flow:
    if node.kind == "eventBasedGateway":
        return next(flow for flow in flows if (flow.target == "batas_pelapor") is silent)
    holding = [flow for flow in flows if flow.condition is None or _feel(flow.condition, values) is True]
    if len(holding) > 1:
        holding = [flow for flow in holding if not flow.is_default]
    assert len(holding) == 1, (node.id, values)
    return holding[0]


def _only_target(diagram: Diagram, node: Node) -> Node:
    (flow,) = diagram.outgoing[node.id]
    return diagram.nodes[flow.target]


def _suggestion(
    table: decisions.Decision, *, kategori: str, kesimpulan: str = "ditindaklanjuti UPT"
) -> object:
    context = {"kategori": kategori, "kesimpulan": kesimpulan}
    return decisions.decide(table, context, now=NOW).outputs["unit_tujuan"]


def _feel(expression: str, values: Mapping[str, object]) -> object:
    return feel.evaluate(expression, values, now=NOW).value
