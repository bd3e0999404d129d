"""Cases that would stop for ever, and elements that none comes to: a deployment says so, and on which way."""

import time
from pathlib import Path

import pytest

from app.base.errors import InvalidDiagram
from app.base.i18n import speaking
from app.engine.reading.reader import read_diagrams
from app.findings import Finding
from app.services.deployment.token_checks import check_tokens
from tests.engine.building import (
    Shape,
    boundary,
    bpmn,
    end,
    exclusive,
    flow,
    inside,
    node,
    parallel,
    start,
    user,
)
from tests.services.deployment.found import found, of_codes

CODES = ("join_", "never_opens", "resolved_with", "paths_")
SAMPLES = sorted((Path(__file__).parents[2] / "diagrams").rglob("*.bpmn"))

DECIDED = [
    start("mulai"),
    parallel("cabang"),
    user("a", name="Nilai berkas"),
    user("b", name="Tinjau lokasi"),
    exclusive("g", name="Setuju?"),
    parallel("temu", name=""),
    user("c", name="Terbitkan izin"),
    end("selesai"),
    end("ditolak", name="Ditolak"),
]
WAYS = [
    "mulai > cabang > a > temu > c > selesai\ncabang > b > g",
    flow("g", "temu", name="ya"),
    flow("g", "ditolak", name="tidak"),
]


def told(nodes: list[Shape], flows: str | list[str], **files: bytes) -> list[Finding]:
    return found(nodes, flows, CODES, **files)


def test_a_branch_that_ends_by_itself_leaves_the_other_at_the_join_for_ever() -> None:
    [one] = told(DECIDED, WAYS)
    assert (one.code, one.severity, one.element_id, one.file) == (
        "join_waits_for_ever",
        "warning",
        "temu",
        "p.bpmn",
    )
    assert one.what == (
        "Perkara dapat berhenti selamanya di gerbang sebelum “Terbitkan izin”: yang ditunggu dari “Setuju?” (ya) "
        "tidak datang lagi. Jalannya: Mulai → Nilai berkas → Tinjau lokasi → Setuju? (tidak)."
    )
    with speaking("en"):
        assert "may stop for ever at the gateway before “Terbitkan izin”" in one.what
        assert "an end that ends all (terminate)" in one.todo


def test_an_end_that_terminates_mends_it() -> None:
    mended = [*DECIDED[:-1], end("ditolak", terminate=True)]
    assert told(mended, WAYS) == []


THROWN = '<bpmn:errorEventDefinition errorRef="gagal"/>'


def test_what_never_opens_behind_a_join_is_named_with_it() -> None:
    """A part of the work always fails, and nobody looked where that leads."""
    held = inside(start("s"), user("dalam"), node("endEvent", "e", inside=THROWN), flows="s > dalam > e")
    steps = [user(f"c{number}", name=f"Langkah {number}") for number in range(4)]
    nodes = [
        start("mulai"),
        parallel("f"),
        user("a"),
        node("subProcess", "bagian", inside=held),
        node("boundaryEvent", "rusak", inside=THROWN, attachedToRef="bagian"),
        parallel("j", name="Lengkap"),
        *steps,
        end("z"),
        end("y"),
    ]
    flows = "mulai > f > a > j > c0 > c1 > c2 > c3 > z\nf > bagian > j\nrusak > y"
    drawn = bpmn(nodes, flows, outside='<bpmn:error id="gagal" errorCode="E1"/>')
    [one] = of_codes({"p.bpmn": drawn}, CODES)
    assert (one.code, one.element_id) == ("join_never_passes", "j")
    assert "“Langkah 0”, “Langkah 1”, “Langkah 2”, … tidak pernah terbuka" in one.what
    assert one.params["missing"] == "“Bagian”"


def test_a_step_behind_what_ends_everything_first_never_opens() -> None:
    held = inside(start("s"), parallel("f"), user("a"), user("b"), end("e", terminate=True), end("x"),
                  flows="s > f > a > x\nf > b > x\nf > e")  # fmt: skip
    nodes = [start("mulai"), node("subProcess", "bagian", inside=held), end("z")]
    closed = told(nodes, "mulai > bagian > z")
    assert {(one.code, one.element_id) for one in closed} == {("never_opens", "a"), ("never_opens", "b")}
    assert "walaupun ada panah ke sana dari “F”" in closed[0].what


def test_an_end_that_says_resolved_while_a_task_beside_it_may_be_open_is_warned_of() -> None:
    nodes = [
        start("mulai"),
        user("kerjakan"),
        boundary("lewat", "kerjakan", after="3 hari"),
        user("jelaskan", name="Jelaskan keterlambatan"),
        end("terkirim"),
        end("selesai", properties={"tuntas": "ya"}),
    ]
    ways = "mulai > kerjakan > selesai\nlewat > jelaskan > terkirim"
    [one] = told(nodes, ways)
    assert (one.code, one.element_id) == ("resolved_with_work_left", "selesai")
    assert "“Jelaskan keterlambatan” masih dapat terbuka" in one.what
    assert "berakhir di “Terkirim”" in one.what
    nodes[-2:] = [end("selesai", properties={"tuntas": "ya"})]
    assert told(nodes, ways.replace("terkirim", "selesai")) == []  # the last one comes to the same end
    nodes[-1:] = [end("selesai"), end("terkirim")]
    assert told(nodes, ways) == []  # its own words say how the case ended


def test_a_reminder_beside_a_task_is_no_work_that_is_left() -> None:
    nodes = [
        start("mulai"),
        user("kerjakan"),
        boundary("lewat", "kerjakan", after="3 hari"),
        node("sendTask", "ingatkan"),
        end("terkirim"),
        end("selesai", properties={"tuntas": "ya"}),
    ]
    assert told(nodes, "mulai > kerjakan > selesai\nlewat > ingatkan > terkirim") == []


def test_where_not_all_was_seen_a_note_says_so_and_why() -> None:
    branches = [user(f"u{n}_{m}") for n in range(7) for m in range(4)]
    ways = [f"f > u{n}_0 > u{n}_1 > u{n}_2 > u{n}_3 > j" for n in range(7)]
    nodes = [start("mulai"), parallel("f"), parallel("j"), *branches, user("x"), user("y"), end("z")]
    nodes += [node("inclusiveGateway", "g"), node("inclusiveGateway", "h")]
    [one] = told(nodes, [*ways, "mulai > f\nj > g > x > h > z\ng > y > h"])
    assert (one.code, one.severity) == ("paths_too_many", "info")
    assert one.text.startswith("Catatan p.bpmn Belum semua jalan diperiksa")

    again = [start("mulai"), parallel("f"), user("a"), user("b"), parallel("j"), end("z")]
    again.append(boundary("kabar", "a", message="kabar"))
    [join, note] = sorted(
        told(again, "mulai > f > a > j > z\nf > b > j\nkabar > j"), key=lambda one: one.code
    )
    assert (join.code, note.code, note.element_id) == ("join_waits_for_ever", "paths_pile_up", "j")


def test_what_is_stuck_inside_a_called_process_is_told_once() -> None:
    called = bpmn(DECIDED, WAYS, key="izin")
    shapes = [start("awal"), node("callActivity", "panggil", calledElement="izin"), end("akhir")]
    files = {"induk.bpmn": bpmn(shapes, "awal > panggil > akhir", key="induk"), "izin.bpmn": called}
    [one] = of_codes(files, CODES)
    assert (one.file, one.element_id, one.caller) == ("izin.bpmn", "temu", None)


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_diagrams_of_strangers_that_run_are_searched_to_the_end_and_found_sound(path: Path) -> None:
    try:
        diagrams = read_diagrams(path.read_bytes(), file=path.name)
    except InvalidDiagram:
        return  # refused for other reasons
    began = time.process_time()
    assert [finding.text for diagram in diagrams for finding in check_tokens(diagram)] == []
    assert time.process_time() - began < 0.5
