"""A time that people read and another one that is kept: warned of, and not where both are one."""

import pytest

from app.engine.diagram import Diagram
from app.engine.reading.reader import read_diagrams
from tests.engine.building import boundary, bpmn, end, start, user
from tests.sop import DIAGRAM


def reminded(timer: str, *, label: str, kind: str = "timeDuration") -> list[str]:
    """What is found about a reminder on a task with a deadline of 60 days."""
    nodes = [
        start(),
        user("telaah"),
        boundary("tenggat", "telaah", after="60 hari", properties={"tenggat": "ya"}),
        boundary("ingat", "telaah", after=timer, kind=kind, name=label),
        *(end(id) for id in ("end", "batas", "lain")),
    ]
    flows = ["start > telaah > end", "tenggat > batas", "ingat > lain"]
    return codes(read_diagrams(bpmn(nodes, flows), file="uji.bpmn")[0])


def codes(diagram: Diagram) -> list[str]:
    return [finding.code for finding in diagram.findings]


def drawn(timer: str, *, label: str = "Lewat", cell: str = "") -> Diagram:
    xml = bpmn(
        [
            start(),
            user("telaah", properties={"waktu": cell} if cell else {}),
            boundary("lewat", "telaah", after=timer, name=label),
            end(),
            end("lain"),
        ],
        ["start > telaah > end", "lewat > lain"],
    )
    [diagram] = read_diagrams(xml, file="uji.bpmn")
    return diagram


@pytest.mark.parametrize(
    ("timer", "label"),
    [
        ("3 hari", "3 hari"),
        ("P3D", "3 hari kerja"),
        ("60 hari kalender", "maks. 60 hari"),
        ("PT30M", "30 menit"),
        ("1 minggu", "7 hari"),
        ("3 hari", "Lewat"),
        ("53 hari", "H-7"),
        ("3 hari", "3 sampai 5 orang"),
        ('= if kadar = "x" then "3 hari" else "5 hari"', "3 hari"),
    ],
)
def test_a_label_that_says_the_same_or_nothing_is_no_contradiction(timer: str, label: str) -> None:
    assert "timer_label_differs" not in codes(drawn(timer, label=label))


def test_a_label_with_another_time_is_warned_of() -> None:
    diagram = drawn("5 hari", label="3 hari")
    [finding] = [one for one in diagram.findings if one.code == "timer_label_differs"]
    said = "Nama timer “3 hari” menyebut waktu yang lain daripada waktu timernya, yaitu 5 hari."
    assert finding.what == said


def test_a_label_that_counts_back_otherwise_than_the_timer_is_warned_of() -> None:
    assert "timer_label_differs" in reminded("H-10", label="H-14")
    assert "timer_label_differs" in reminded("setiap hari", label="H-7", kind="timeCycle")
    assert "timer_label_differs" not in reminded("H-14", label="H - 14")


@pytest.mark.parametrize(
    ("timers", "cell", "warned"),
    [
        ([("3 hari", False), ("5 hari", True)], "3 hari", True),  # the one that is marked
        ([("3 hari", True), ("5 hari", False)], "3 hari", False),
        (
            [("3 hari", False), ("5 hari", False)],
            "3 hari",
            True,
        ),  # the latest of those that stay beside the task
        ([("3 hari", False), ("5 hari", False)], "5 hari", False),
        ([("setiap hari", False), ("5 hari", False)], "5 hari", False),
        ([("5 hari", True), ("H-2", False)], "maksimal 5 (lima) hari", False),
        ([('=if kadar = "x" then "3 hari" else "5 hari"', True)], "3 hari", False),
        ([("3 hari kerja", True)], "3 hari kalender", True),
        ([("3 hari kalender", True)], "3 hari", False),
        ([("48 jam kalender", True)], "2 x 24 jam", False),
        ([("3 hari", True)], "Insidentil, sesuai beban kerja", False),
    ],
)
def test_the_cell_is_held_beside_the_timer_that_is_the_deadline(
    timers: list[tuple[str, bool]], cell: str, warned: bool
) -> None:
    events = [
        boundary(f"t{number}", "telaah", after=text, name="Lewat", properties={"tenggat": "ya"} if marked else {},
                 kind="timeCycle" if text.startswith("setiap") else "timeDuration")
        for number, (text, marked) in enumerate(timers)
    ]  # fmt: skip
    ends = [end(f"e{number}") for number in range(len(timers))]
    flows = ["start > telaah > end", *(f"t{number} > e{number}" for number in range(len(timers)))]
    xml = bpmn([start(), user("telaah", properties={"waktu": cell}), *events, *ends, end()], flows)
    assert ("timer_cell_differs" in codes(read_diagrams(xml, file="uji.bpmn")[0])) is warned


def test_of_timers_that_end_the_task_the_first_is_the_deadline() -> None:
    events = [boundary("a", "telaah", after="5 hari", interrupting=True, name="A"),
              boundary("b", "telaah", after="3 hari", interrupting=True, name="B"),
              boundary("c", "telaah", after="9 hari", name="C")]  # fmt: skip
    ends = [end("ea"), end("eb"), end("ec")]
    xml = bpmn([start(), user("telaah", properties={"waktu": "5 hari"}), *events, *ends, end()],
               "start > telaah > end\na > ea\nb > eb\nc > ec")  # fmt: skip
    [finding] = [one for one in read_diagrams(xml)[0].findings if one.code == "timer_cell_differs"]
    assert finding.what == "Pada “Telaah” sel waktu SOP berbunyi “5 hari”, tetapi tenggat tugasnya 3 hari."


def test_a_cell_that_no_timer_of_the_task_keeps_is_warned_of() -> None:
    assert "timer_cell_differs" in codes(drawn("5 hari", cell="3 hari"))
    assert "timer_cell_differs" in codes(drawn("5 hari", cell="Maksimal 60 hari"))
    assert "timer_cell_differs" not in codes(drawn("60 hari", cell="Maksimal 60 hari"))
    assert "timer_cell_differs" not in codes(drawn("60 hari", cell="sesuai kebutuhan"))


def test_the_sop_as_shipped_contradicts_itself_nowhere() -> None:
    [diagram] = read_diagrams(DIAGRAM.read_bytes(), file="pengaduan.bpmn")
    assert not {"timer_label_differs", "timer_cell_differs"} & set(codes(diagram))
