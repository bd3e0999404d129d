"""Drawings as offices make them, in the dialects of their tools: what must happen to each, and that it runs so.

The tool is told by the file's name: cm Camunda Modeler, cm8 for Camunda 8, bi bpmn.io, sg Signavio, bz Bizagi, dio
exporters of draw.io, vs converters of Visio, fl Flowable, ad ADONIS.
"""

import pytest

from app.base.errors import InvalidDiagram
from app.engine.diagram import Diagram
from app.engine.reading import call_activities, reader
from app.engine.running.execution import Program
from app.services.deployment import triage_driver
from tests.engine.case import Case
from tests.engine.read_files import DRAWINGS

SEEDS = 5

#: What runs: how many questions people are asked, and what is warned of.
RUNS: dict[str, tuple[int, list[str]]] = {
    # a mail register: plain tasks, lanes, a gateway without conditions
    "cm_surat_masuk": (1, []),
    # two gateways, one of them without a name, and a way back
    "cm_izin_tanpa_syarat": (2, []),
    # the deadline stands in the timer's name alone
    "cm_tenggat_di_nama": (0, ["timer_read_from_words"]),
    # an outside pool whose message starts the case
    "cm_dua_kolam": (0, ["start_message_unnamed"]),
    # Camunda 7: form keys, a group, a due date, an input mapping, an external worker
    "cm_bpmn7_formulir": (
        0,
        ["additions_ignored", "due_date_used", "extension_ignored", "external_worker", "lanes_from_groups"],
    ),
    # Camunda 8: form ids, groups and a due date in FEEL, inclusive gateways with conditions
    "cm8_zeebe": (0, ["due_date_used", "lanes_from_groups", "no_default_flow"]),
    "bi_paralel_tanpa_gerbang": (0, ["implicit_parallel"]),
    "bi_tanpa_mulai": (0, ["implicit_end", "start_implied"]),
    "bi_dua_mulai": (0, ["several_starts"]),
    # a message and two timers after an event gateway, all told by names
    "bi_gerbang_kejadian": (
        0,
        ["message_named_by_drawing", "timer_read_from_words", "timer_read_from_words"],
    ),
    "bi_panah_kembali_ke_mulai": (1, ["flow_into_start"]),
    "bi_akhir_berlanjut": (0, ["flow_out_of_end"]),
    "bi_syarat_di_tugas": (0, ["implicit_choice"]),
    # lanes, a black-box pool, an empty time in a timer named "2x24 jam"
    "sg_akta": (1, ["additions_ignored", "timer_read_from_words"]),
    "sg_subproses": (0, []),
    "sg_kompleks": (1, ["additions_ignored", "complex_gateway"]),
    # links, data, an annotation and a group
    "sg_tautan": (0, ["additions_ignored"]),
    "bz_cuti": (1, ["additions_ignored"]),
    "bz_lajur_bersarang": (0, ["additions_ignored", "nested_lanes"]),
    # an event that waits for nothing, and an empty cycle in a timer named "3 hari"
    "bz_kejadian_kosong": (0, ["additions_ignored", "event_waits_for_nothing", "timer_read_from_words"]),
    "bz_gerbang_buntu": (1, ["additions_ignored", "gateway_ends"]),
    # names with markup, flows without ids, no layout
    "dio_alur_sederhana": (1, []),
    # the arrow from the first step to the second was forgotten
    "dio_terputus": (0, ["implicit_end", "unreachable", "unreachable", "unreachable"]),
    # ISO-8859-1, a pool whose name needs escaping, a message flow to a plain task
    "vs_perizinan": (1, ["message_flow_ignored", "timer_read_from_words"]),
    # two pools that both run and talk to each other
    "vs_dua_proses": (0, []),
    # an office that asks another for advice and reminds it; three of its message events have no symbol
    "cm_dua_pool_berkirim": (1, [*["event_by_message_flow"] * 3, "timer_read_from_words"]),
    "vs_dua_lajur_satu_tugas": (0, ["lane_by_place"]),
    # UTF-16 with a byte order mark and Windows' line ends
    "vs_utf16": (0, []),
    # a script of one line in groovy
    "fl_skrip": (0, ["program_elsewhere", "script_translated"]),
    "fl_kelompok": (0, ["due_date_used", "expression_translated", "lanes_from_groups", "no_default_flow"]),
    # mappings of Camunda 7: constants, a list, text with expressions in it, a groovy script; a call with in and out
    "cm_data_surat": (0, ["additions_ignored", "mapping_script"]),
    # mappings of Camunda 8: a task's, a call's that shares nothing else, and those of a connector
    "cm8_data": (0, ["additions_ignored", "extension_ignored", "external_worker", "mapping_of_worker"]),
    # Flowable: a call that inherits variables, a data object with a type and a value
    "fl_data": (0, ["additions_ignored", "bpmn_ignored", *["expression_translated"] * 2]),
    # Signavio: assignments of data, one association that only shows where data comes from, its own meta data
    "sg_data": (0, ["additions_ignored", "bpmn_ignored"]),
    # sub-processes without a step, an ad-hoc one, a rule without a table, a script task without a script
    "sg_langkah_terbuka": (
        0,
        ["ad_hoc_all_once", "rule_without_table", "script_empty", "sub_process_empty", "sub_process_empty"],
    ),
    # Camunda 7: listeners, a class, an expression, a connector with a groovy mapping; all of them elsewhere
    "cm_program_luar": (0, [*["external_worker"] * 3, *["program_elsewhere"] * 3]),
    # Camunda 8: script tasks that work out a variable, one of them through an output mapping
    "cm8_rumus": (0, []),
    # approved by the head or his deputy, straight into a parallel split; times in names
    "bi_perjalanan_dinas": (1, ["join_never_together", *["timer_read_from_words"] * 2, "timer_read_in_part"]),
    # JavaScript on one gateway, a sentence on another, a circle on a task's edge that has only a name
    "cm_kalimat": (1, ["condition_in_words", "event_by_its_name", "expression_translated"]),
    # a pool of Bizagi's that holds nothing; begins each Monday, and waits for the end of the month
    "bz_rekap_senin": (0, ["timer_read_from_words", "timer_read_from_words"]),
    # an annotation tied to a reminder says how often
    "ad_pengingat": (0, ["implicit_end", "timer_read_from_words"]),
    "ad_siklus_memotong": (0, ["timer_comes_once"]),
    # a timer of which no word tells a time, and a condition: people say when
    "bz_timer_gelap": (0, ["additions_ignored", "timer_asked", "timer_words_not_understood"]),
    "ad_bersyarat": (0, []),
}

#: What is refused: the errors.
REFUSED: dict[str, list[str]] = {
    "sg_tautan_putus": ["link_without_target"],
    # lanes that list nothing, and no layout to see what is in them
    "dio_lajur_tanpa_isi": ["task_outside_lanes", "task_outside_lanes"],
    "dio_panah_ke_hantu": ["flow_target_unknown"],
}

#: Read elsewhere, field by field.
ELSEWHERE = {"camunda7", "camunda8", "drawn_in_an_office"}


def drawing(name: str) -> tuple[Diagram, ...]:
    path = DRAWINGS / f"{name}.bpmn"
    return reader.read_diagrams(path.read_bytes(), file=path.name)


def test_every_drawing_stands_in_the_table() -> None:
    assert {path.stem for path in DRAWINGS.glob("*.bpmn")} == RUNS.keys() | REFUSED.keys() | ELSEWHERE
    assert len(RUNS) + len(REFUSED) > 30


@pytest.mark.parametrize("name", RUNS)
def test_a_drawing_that_runs_is_read_with_true_warnings(name: str) -> None:
    diagrams = drawing(name)
    questions = sum(len(diagram.questions) for diagram in diagrams)
    found = sorted(finding.code for diagram in diagrams for finding in diagram.findings)
    assert (questions, found) == RUNS[name]


@pytest.mark.parametrize("name", [*RUNS, *sorted(ELSEWHERE)])
def test_a_drawing_that_runs_comes_to_an_end(name: str) -> None:
    drives = [drive for n in range(SEEDS) for drive in triage_driver.drive_pools(drawing(name), str(n))]
    assert [drive for drive in drives if drive.end != "ended"] == []


@pytest.mark.parametrize("name", REFUSED)
def test_a_drawing_that_cannot_run_is_refused_where_it_is_wrong(name: str) -> None:
    with pytest.raises(InvalidDiagram) as caught:
        drawing(name)
    errors = [finding for finding in caught.value.findings if finding.severity == "error"]
    assert sorted(finding.code for finding in errors) == REFUSED[name]
    assert all(finding.line and finding.element_id for finding in errors)


def case(name: str) -> Case:
    return Case(Program(drawing(name)[0], {}))


def called(name: str) -> Case:
    """A case of the file's first process, with the others called from it."""
    first, *others = drawing(name)
    return Case(
        Program(call_activities.inline(first, {other.key: other for other in others}).diagram, {}),
        {"perihal": "Cuti"},
    )


def own(found: Case) -> dict[str, object]:
    """What is local in the task that opened last."""
    return dict(found.step.opened[-1].locals)


def open_names(found: Case) -> list[str]:
    nodes = found.program.diagram.nodes
    return sorted(nodes[node_id].name or nodes[node_id].tag for node_id in found.open)


def finish(found: Case, name: str, **variables: object) -> None:
    node = next(
        node for node in found.program.diagram.nodes.values() if node.name == name and not node.attached_to
    )
    found.complete(node.id, **variables)


def test_names_from_draw_io_are_read_without_markup() -> None:
    found = case("dio_alur_sederhana")
    assert open_names(found) == ["Terima pengaduan"]
    [asked] = found.program.diagram.questions.values()
    assert asked.text == "Valid?"
    assert [text for _flow, text in asked.answers] == ["ya", "tidak"]


def test_a_meeting_drawn_without_a_start_begins_with_both_preparations() -> None:
    assert open_names(case("bi_tanpa_mulai")) == ["Kirim undangan", "Siapkan bahan"]


def test_a_purchase_goes_to_the_head_of_office_above_ten_million() -> None:
    for jumlah, expected in ((5, 1), (20_000_000, 2)):
        found = case("bi_syarat_di_tugas")
        finish(found, "Isi pengajuan", jumlah=jumlah)
        assert len(found.open) == expected


def test_data_not_received_is_asked_for_again_after_a_week_and_the_longer_timer_stops() -> None:
    found = case("bi_gerbang_kejadian")
    finish(found, "Minta data")
    found.wait(days=30)
    assert open_names(found) == ["Ingatkan pelapor"]


def test_a_bill_is_sent_again_after_a_week_each_time() -> None:
    found = case("ad_siklus_memotong")
    for _round in range(3):
        found.wait(days=8)
        assert open_names(found) == ["Kirim surat tagihan"]
        finish(found, "Kirim surat tagihan")
        assert open_names(found) == ["Tunggu pembayaran"]


def test_two_days_of_twenty_four_hours_pass_over_a_weekend() -> None:
    found = case("sg_akta")
    [gateway] = found.program.diagram.questions
    yes = next(flow for flow, text in found.program.diagram.questions[gateway].answers if text == "lengkap")
    task = next(node.id for node in found.program.diagram.nodes.values() if node.name == "Terima berkas")
    found.complete(task, {gateway: yes})
    finish(found, "Verifikasi data")
    found.wait(hours=47)
    assert not found.ended
    found.wait(hours=2)
    assert found.ended


def test_the_reply_of_the_other_office_goes_on_with_the_case_of_the_first() -> None:
    kecamatan, dinas = drawing("vs_dua_proses")
    awaited = next(node for node in kecamatan.nodes.values() if node.tag == "receiveTask")
    sent = next(node for node in dinas.nodes.values() if node.tag == "endEvent")
    assert awaited.message == sent.message == "Jawaban"
    assert dinas.start_node("Usulan") is not None


def test_a_letter_is_drafted_with_what_its_task_is_given_and_initialled_without_seeing_the_rest() -> None:
    found = called("cm_data_surat")
    assert own(found) == {
        "jenis": "keputusan",
        "judul": "Surat keputusan tentang Cuti",
        "tembusan": [None, "Arsip"],
    }
    finish(found, "Susun konsep", judul="Surat cuti", isi="…")
    assert found.variables == {"perihal": "Cuti", "isi": "…", "judul_surat": "Surat cuti"}
    assert {name: value for name, value in own(found).items() if value is not None} == {"judul": "Surat cuti"}
    finish(found, "Periksa konsep", catatan="kurang tembusan")
    assert found.variables["catatan_paraf"] == "kurang tembusan"
    assert "catatan" not in found.variables


def test_a_room_is_prepared_by_a_process_that_knows_the_room_and_returns_a_number() -> None:
    found = called("cm8_data")
    finish(found, "Cek ruang", peserta=20, ruang=None)
    assert found.variables == {"perihal": "Cuti", "ruang_rapat": "aula"}
    assert own(found) == {"ruang": "aula", "perihal": None, "ruang_rapat": None}
    finish(found, "Tata kursi", kurang=["kursi", "mikrofon"])
    assert found.variables == {"perihal": "Cuti", "ruang_rapat": "aula", "jumlah_kurang": 2}
    assert open_names(found) == ["Lapor siap"]


def test_a_visit_inherits_what_is_known_and_decides_by_what_it_returns() -> None:
    for layak, expected in ((True, ["Salurkan bantuan"]), (False, [])):
        found = called("fl_data")
        finish(found, "Kunjungi rumah", layak=layak)
        assert open_names(found) == expected
        assert found.variables == {"perihal": "Cuti", "hasil_tinjau": layak}


def test_a_copy_is_paid_for_by_what_the_drawing_says() -> None:
    found = called("sg_data")
    assert own(found) == {"rangkap": 3, "loket": "Loket 2"}
    finish(found, "Periksa ijazah", rangkap=4)
    assert found.variables == {"perihal": "Cuti", "biaya": 20_000}


def test_steps_that_were_left_open_are_done_by_people_and_in_any_order() -> None:
    found = case("sg_langkah_terbuka")
    for step in ("Verifikasi lapangan", "Tetapkan penerima"):
        assert open_names(found) == [step]
        finish(found, step)
    assert open_names(found) == ["Buka rekening", "Susun RAB"]
    finish(found, "Susun RAB")
    assert open_names(found) == ["Buka rekening"]
    finish(found, "Buka rekening")
    assert open_names(found) == ["Tentukan besaran"]
    finish(found, "Tentukan besaran")
    assert found.ended
    assert [effect.node.name for effect in found.step.effects] == ["Catat di SIPKD"]


def test_what_a_script_task_of_camunda_8_works_out_decides_and_tells_nobody() -> None:
    found = case("cm8_rumus")
    assert found.variables == {"biaya": 1_500_000, "uang_muka": 800_000}
    assert found.step.effects == ()
    assert open_names(found) == ["Setujui sewa"]


def test_work_that_programs_elsewhere_would_do_is_told_to_the_lane() -> None:
    found = case("cm_program_luar")
    finish(found, "Periksa titik reklame")
    told = [effect.node.name for effect in found.step.effects]
    assert told == ["Perbarui peta", "Kabari Bapenda", "Kirim surel", "Izin terbit"]


def test_a_journey_approved_by_the_deputy_is_prepared_in_two_offices() -> None:
    found = case("bi_perjalanan_dinas")
    finish(found, "Ajukan SPPD")
    found.wait(days=2)
    assert open_names(found) == ["Disetujui Sekretaris"]
    finish(found, "Disetujui Sekretaris")
    assert open_names(found) == ["Cairkan uang muka", "Pesan tiket"]


def test_a_sentence_is_asked_where_a_condition_was_expected() -> None:
    found = case("cm_kalimat")
    finish(found, "Nilai kelayakan", layak="ya")
    [asked] = found.program.diagram.questions.values()
    assert [text for _flow, text in asked.answers] == ["penghasilan di bawah 2 juta", "lainnya"]
    found.complete("Gateway_jenis", {"Gateway_jenis": "Flow_potong"})
    assert open_names(found) == ["Tetapkan potongan"]
