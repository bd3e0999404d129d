"""Words beside a deadline: messages, labels, cells that say another length, or a fixed one where it is computed."""

import pytest

from app.engine.diagram import Timer
from app.engine.reading.checks import said_deadlines
from app.engine.reading.reader import read_diagrams
from app.engine.reading.texts import said_lengths
from app.findings import Finding
from tests.engine.building import boundary, bpmn, end, inside, node, send, start, user

COMPUTED = '=if berat then "5 hari" else "60 hari"'
MINE = {
    *("timer_label_fixed", "timer_cell_fixed", "message_length_fixed", "message_length_differs"),
    *("reminder_never", "reminder_never_for"),
}


def findings(
    deadline: str,
    *,
    said: str = "Mohon diselesaikan.",
    reminder: str = "H-3",
    label: str = "Tenggat",
    cell: str = "",
) -> list[Finding]:
    """What is found about a task with this deadline, whose timer and reminder lead to a message."""
    nodes = [
        start(),
        user("telaah", properties={"waktu": cell} if cell else {}),
        boundary("tenggat", "telaah", after=deadline, name=label, properties={"tenggat": "ya"}),
        boundary("ingat", "telaah", after=reminder, name=reminder),
        send("pesan", properties={"pesan": said}),
        *(end(id) for id in ("end", "batas")),
    ]
    flows = ["start > telaah > end", "tenggat > pesan > batas", "ingat > pesan"]
    return [one for one in read_diagrams(bpmn(nodes, flows), file="uji.bpmn")[0].findings if one.code in MINE]


def codes(deadline: str, **given: str) -> list[str]:
    return [one.code for one in findings(deadline, **given)]


def test_a_message_that_says_the_old_length_is_told_with_what_holds() -> None:
    [found] = findings(
        "5 hari", said="Telaah sudah melewati 3 (tiga) hari kerja. Mohon segera.", reminder="H-2"
    )
    assert (
        found.what
        == "Pesan pada “Pesan” menyebut 3 hari kerja, tetapi waktu pada “Telaah” adalah 5 hari, H-2."
    )


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        ("5 hari", "Sudah melewati 5 hari kerja."),
        ("5 hari", "Tinggal 3 hari lagi sampai tenggat."),  # that of the reminder
        ("30 menit kerja", "Sudah melewati 30 menit jam kerja."),
        ("5 hari", "Sudah melewati {{lama}}."),
        (COMPUTED, "Sudah melewati {{lama}}, sejak {{tenggat}}; tinggal 3 hari."),
        ("5 hari", "Nomor 12/3 tanggal 5 hari Senin"),
    ],
)
def test_a_message_that_says_the_same_or_nothing_is_not_told(deadline: str, said: str) -> None:
    assert not [code for code in codes(deadline, said=said, reminder="H-3") if code.startswith("message")]


def test_a_fixed_length_beside_a_computed_timer_is_told_wherever_it_stands() -> None:
    assert codes(COMPUTED, label="60 hari") == ["timer_label_fixed"]
    assert codes(COMPUTED, cell="Maksimal 60 hari") == ["timer_cell_fixed"]
    assert codes(COMPUTED, said="Sudah melewati 60 hari.") == ["message_length_fixed"]
    assert codes(COMPUTED, label="{{lama}}", cell="Maksimal {{lama}}", said="Lewat {{lama}}") == []


def test_a_reminder_that_never_comes_is_told_with_the_results_for_which_it_does_not() -> None:
    assert codes("10 hari", reminder="H-14") == ["reminder_never"]
    [found] = findings(COMPUTED, reminder="H-14")
    assert found.what == "“H-14” tidak pernah datang bila tenggat “Telaah” adalah 5 hari."
    assert codes(COMPUTED, reminder="H-4") == []


def test_a_task_inside_is_held_against_the_deadline_of_its_sub_process() -> None:
    within = inside(
        start("awal"),
        user("telaah"),
        boundary("ingat", "telaah", after="H-14", name="H-14"),
        send("pesan", properties={"pesan": "Tenggat 20 hari sudah dekat."}),
        *(end(id) for id in ("usai", "lain")),
        flows="awal > telaah > usai\ningat > pesan > lain",
    )
    nodes = [
        start(),
        node("subProcess", "urus", inside=within),
        boundary("tenggat", "urus", after="10 hari", name="Lewat"),
        *(end(id) for id in ("end", "batas")),
    ]
    [diagram] = read_diagrams(bpmn(nodes, "start > urus > end\ntenggat > batas"), file="uji.bpmn")
    found = [one.code for one in diagram.findings if one.code in MINE or one.severity == "error"]
    assert sorted(found) == ["message_length_differs", "reminder_never"]


def test_lengths_are_found_in_running_text_and_only_there_where_one_is_meant() -> None:
    said = "Tenggat 60 (enam puluh) hari kerja; 2 jam; umur 17 tahun, Pasal 5 hari Senin, 3-5 hari, surat 12/3 hari"
    assert said_lengths.lengths_in(said) == ("60 hari kerja", "2 jam", "5 hari")
    form = "Unggah KTP yang terbit 3 bulan terakhir. Jawab paling lambat 14 hari."
    assert said_lengths.lengths_in(form, of_deadlines=True) == ("14 hari",)
    assert said_lengths.lengths_in("Paling lama {{lama}}") == ()


def test_of_a_formula_the_texts_that_it_names_are_its_results() -> None:
    assert said_deadlines.results_in('if a = "x" then "5 hari" else "14 hari kerja"') == (
        "5 hari",
        "14 hari kerja",
    )
    assert said_deadlines.never_reached(Timer("duration", "H-6"), ["5 hari", "6 hari"]) == ["5 hari"]


@pytest.mark.parametrize(
    ("kept", "told"), [("5 tahun", False), ("18 bulan", False), ("lima tahun", True), ("5", True)]
)
def test_a_period_of_keeping_that_cannot_be_read_is_told(kept: str, told: bool) -> None:
    xml = bpmn([start(), user("telaah"), end()], "start > telaah > end", properties={"simpan": kept})
    [diagram] = read_diagrams(xml, file="uji.bpmn")
    assert ("period_unreadable" in [one.code for one in diagram.findings]) is told


def test_a_stored_version_whose_timer_sits_on_nothing_is_read() -> None:
    nodes = [
        start(),
        user("telaah"),
        boundary("ingat", "telaah", after="H-3"),
        send("pesan", properties={"pesan": "Tinggal 3 hari."}),
        *(end(id) for id in ("end", "lain")),
    ]
    xml = bpmn(nodes, "start > telaah > end\ningat > pesan > lain").replace(
        b'attachedToRef="telaah"', b'attachedToRef="x"'
    )
    [diagram] = read_diagrams(xml, refuse=False)
    assert "boundary_host_unknown" in [one.code for one in diagram.findings]
