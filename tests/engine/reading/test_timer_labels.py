"""Time as offices draw it: in a name, or in an annotation."""

import pytest

from app.engine import timers
from app.engine.diagram import Timer
from app.engine.running.execution import Program
from tests.engine.building import boundary, bpmn, catch, end, node, start, user
from tests.engine.case import Case
from tests.engine.read_files import read, warnings

NOTE = (
    '<bpmn:textAnnotation id="catatan"><bpmn:text>{text}</bpmn:text></bpmn:textAnnotation>'
    '<bpmn:association id="garis" sourceRef="{source}" targetRef="{target}"/>'
)


def around(*, name: str = "Tenggat", inside: str = "", **given: str) -> bytes:
    late = boundary("lewat", "telaah", name=name, **given)  # type: ignore[arg-type]
    return bpmn([start(), user("telaah"), late, end()], "start > telaah > end\nlewat > end", inside=inside)


HOURS = [
    ("24 jam", "", "24 jam kerja"),
    ("48 hrs", "", "48 jam kalender"),
    ("5 min", "", "5 menit kalender"),
    ("paling lama 8 jam", "", "8 jam kerja"),
    ("24 Hours", "", "24 jam kalender"),
    ("Timeout: 24 hours", "", "24 jam kalender"),
    ("two hours", "", "2 jam kalender"),
    ("10 office hours", "", "10 jam kerja"),
    ("2x24 jam", "", "48 jam kalender"),
    ("24 jam", "kalender", "24 jam kalender"),
    ("24 jam kerja", "kalender", "24 jam kerja"),
    ("3 hari", "", "3 hari kerja"),
    ("setiap 24 jam", "", "setiap 24 jam kerja"),
]


@pytest.mark.parametrize(("name", "days", "understood"), HOURS)
def test_what_is_told_of_a_time_names_its_kind_and_it_is_counted_so(
    name: str, days: str, understood: str
) -> None:
    late = boundary("lewat", "telaah", name=name, after="")
    xml = bpmn(
        [start(), user("telaah"), late, end()],
        "start > telaah > end\nlewat > end",
        properties={"satuan hari": days} if days else {},
    )
    diagram = read(xml)
    told = next(finding for finding in diagram.findings if finding.code == "timer_read_from_words")
    assert told.params["understood"] == understood
    assert f"dibaca sebagai {understood}." in told.what
    timer = diagram.nodes["lewat"].timer
    assert timer is not None
    assert timers.explicit(timer.text, diagram.day_unit).removeprefix("setiap ") in understood


@pytest.mark.parametrize(
    ("text", "days", "told"),
    [
        ("24 jam", "", ["24 jam kerja"]),
        ("72 jam", "", ["72 jam kerja"]),
        ("24 jam", "kalender", []),
        ("24 jam kerja", "", []),
        ("24 hours", "", []),
        ("8 jam", "", []),
        ("30 menit", "", []),
        ("PT24H", "", []),
    ],
)
def test_a_day_of_office_hours_is_told_where_the_timer_does_not_say_so(
    text: str, days: str, told: list[str]
) -> None:
    late = boundary("lewat", "telaah", after=text)
    xml = bpmn(
        [start(), user("telaah"), late, end()],
        "start > telaah > end\nlewat > end",
        properties={"satuan hari": days} if days else {},
    )
    diagram = read(xml)
    found = [f.params["understood"] for f in diagram.findings if f.code == "timer_text_understood"]
    assert found == told
    assert diagram.nodes["lewat"].timer == Timer("duration", text)


def test_a_timer_without_a_time_takes_its_name_and_says_so() -> None:
    xml = around(name="Maks. 3 hari kerja sejak diterima", after="")
    (finding,) = read(xml).findings
    assert (finding.code, finding.params["understood"]) == ("timer_read_in_part", "3 hari kerja")
    assert "dibaca 3 hari kerja; “diterima” tidak ikut dihitung." in finding.what
    assert read(xml).nodes["lewat"].timer == Timer("duration", "3 hari kerja")
    (finding,) = read(around(name="Maks. 3 hari kerja", after="")).findings
    assert "dibaca sebagai 3 hari kerja" in finding.what


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Lebih dari 14 hari", "timer_is_bound"),
        ("3 hari sebelum rapat", "timer_before_unknown"),
        ("3-5 hari", "timer_tells_two"),
        ("Syarat Pasal 5 d terpenuhi", "timer_words_not_understood"),
        ("48h", "timer_words_not_understood"),
    ],
)
def test_a_timer_without_a_time_whose_name_tells_none_to_count_by_is_asked_for(name: str, code: str) -> None:
    diagram = read(around(name=name, after=""))
    assert [finding.code for finding in diagram.findings] == [code, "timer_asked"]
    assert (diagram.nodes["lewat"].asks, diagram.nodes["lewat"].message) == ("time", name)


@pytest.mark.parametrize(
    ("text", "understood"),
    [("48h", "48 jam kalender"), ("3d", "3 hari kerja"), ("03/04/2027", "3 April 2027")],
)
def test_a_value_that_people_may_read_otherwise_is_told(text: str, understood: str) -> None:
    (finding,) = read(around(after=text)).findings
    assert (finding.code, finding.params["understood"]) == ("timer_text_understood", understood)


def test_a_cron_expression_comes_again_and_again_and_is_told() -> None:
    reminder = boundary("ingat", "telaah", after="0 0 9-17 * * MON-FRI", kind="timeCycle")
    xml = bpmn([start(), user("telaah"), reminder, end()], "start > telaah > end\ningat > end")
    (finding,) = read(xml).findings
    told = ("timer_text_understood", "menurut cron 0 9-17 * * 1-5")
    assert (finding.code, finding.params["understood"]) == told
    found = Case(Program(read(xml), {}))
    for _time in range(3):
        found.wait(hours=1)
    assert found.types.count("timer_fired") == 3


@pytest.mark.parametrize(
    ("text", "formula", "hours"),
    [
        ("#{t}s", '=string(t) + "s"', 1),
        ("PT${t}S", '="PT" + string(t) + "S"', 1),
        ("R3/PT${t / 60}M", '="R3/PT" + string(t / 60) + "M"', 3),
    ],
)
def test_a_text_that_is_computed_in_part_is_a_formula(text: str, formula: str, hours: int) -> None:
    reminder = boundary("ingat", "telaah", after=text, kind="timeCycle")
    xml = bpmn([start(), user("telaah"), reminder, end()], "start > telaah > end\ningat > end")
    diagram = read(xml)
    assert diagram.nodes["ingat"].timer == Timer("cycle", formula)
    found = Case(Program(diagram, {}), {"t": 3600})
    found.wait(hours=0.9)
    assert found.types.count("timer_fired") == 0
    found.wait(hours=5)
    assert found.types.count("timer_fired") == hours


@pytest.mark.parametrize(("source", "target"), [("lewat", "catatan"), ("catatan", "lewat")])
def test_an_annotation_tied_to_a_timer_is_read(source: str, target: str) -> None:
    note = NOTE.format(text="paling lama\n2x24 jam", source=source, target=target)
    assert read(around(after="", inside=note)).nodes["lewat"].timer == Timer(
        "duration", "paling lama 2x24 jam"
    )


def test_an_annotation_tied_to_something_else_is_not_read() -> None:
    note = NOTE.format(text="3 hari", source="catatan", target="telaah")
    finding = read(around(after="", inside=note)).findings[0]
    assert finding.code == "timer_words_not_understood"
    assert "5 hari kerja, H+3" in finding.todo


def test_a_timer_without_a_word_is_asked_for() -> None:
    diagram = read(around(name="", after=""))
    assert [finding.code for finding in diagram.findings] == ["timer_without_value", "timer_asked"]
    assert diagram.nodes["lewat"].message == "lewat"


@pytest.mark.parametrize("name", ["H+3", "5 hari kerja", "Documents and reply received", "seminggu", "Amin"])
def test_an_event_with_nothing_inside_is_no_timer_whatever_it_is_called(name: str) -> None:
    edge = read(around(name=name)).nodes["lewat"]
    assert (edge.timer, edge.message) == (None, name)
    awaited = bpmn([start(), catch("tunggu", name=name), end()], "start > tunggu > end")
    assert read(awaited).nodes["tunggu"].timer is None
    assert warnings(awaited) == ["event_waits_for_nothing"]


def test_words_inside_a_timer_are_understood_too() -> None:
    xml = around(after="3 hari kerja sejak surat diterima")
    assert [(f.code, f.params["understood"]) for f in read(xml).findings] == [
        ("timer_read_in_part", "3 hari kerja")
    ]


def test_a_reminder_that_repeats_is_read_from_its_name() -> None:
    xml = around(name="ingatkan setiap 2 hari kalender", after="")
    found = Case(Program(read(xml), {}))
    found.wait(days=7)
    assert found.types.count("timer_fired") == 3


def test_a_repeating_timer_that_is_waited_for_comes_once() -> None:
    awaited = catch("tunggu", after="=pengingat", kind="timeCycle")
    xml = bpmn([start(), awaited, user("telaah"), end()], "start > tunggu > telaah > end")
    found = Case(Program(read(xml), {}), {"pengingat": "R/P1D"})
    found.wait(days=5)
    assert (found.open, found.types.count("timer_fired"), found.timers) == (["telaah"], 1, {})


def test_a_process_that_begins_at_the_end_of_the_month_begins_every_month() -> None:
    timed = node("startEvent", "mulai", name="Akhir bulan", inside="<bpmn:timerEventDefinition/>")
    diagram = read(bpmn([timed, user("rekap"), end()], "mulai > rekap > end"))
    assert diagram.nodes["mulai"].timer == Timer("cycle", "setiap akhir bulan pukul 07.30")
