"""Time as offices draw it: in a name, or in an annotation."""

import pytest

from app.engine import timers
from app.engine.diagram import Timer
from app.engine.reading.texts import timer_labels
from app.engine.running.execution import Program
from app.engine.timers import vocabulary
from tests.engine.building import boundary, bpmn, catch, end, node, start, user
from tests.engine.case import Case
from tests.engine.read_files import read, refused, warnings

NOTE = (
    '<bpmn:textAnnotation id="catatan"><bpmn:text>{text}</bpmn:text></bpmn:textAnnotation>'
    '<bpmn:association id="garis" sourceRef="{source}" targetRef="{target}"/>'
)


@pytest.mark.parametrize(
    ("words", "understood"),
    [
        ("5 hari kerja", "5 hari kerja"),
        ("H+3", "3 hari"),
        ("maks. 60 hari", "maks. 60 hari"),
        ("Maks 60 (enam puluh) hari kerja", "Maks 60 (enam puluh) hari kerja"),
        ("2x24 jam", "48 jam kalender"),
        ("3 × 24 jam sejak diterima", "72 jam kalender"),
        ("within 3 days", "within 3 days"),
        ("setelah 2 minggu", "setelah 2 minggu"),
        ("30'", "30 menit"),
        ("Belum ada jawaban selama 5 hari kerja", "5 hari kerja"),
        ("Batas waktu: 14 hari kalender!", "14 hari kalender"),
        ("no reply after two weeks", "2 minggu"),
        ("5 business days passed", "5 hari kerja"),
        ("3-5 hari", "5 hari"),
        ("3 s.d. 5 hari", "5 hari"),
        ("seminggu kemudian", "1 minggu"),
        ("sebulan", "P1M"),
        ("3 bulan", "P3M"),
        ("10 detik", "PT10S"),
        ("48h", "48 jam"),
        ("H-14", "H-14"),
        ("Tunggu 1 (satu) hari", "1 hari"),
        ("ingatkan setiap 3 hari", "setiap 3 hari"),
        ("every day", "every day"),
        ("tiga hari", "3 hari"),
        ("batas 5 hari-kerja", "5 hari kerja"),
        ("SLA: 2 HK", "2 hari kerja"),
        ("tiap Senin", "setiap senin pukul 07.30"),
        ("Laporan setiap hari Jumat pukul 15.00", "setiap jumat pukul 15.00"),
        ("every Monday at 9.00", "setiap senin pukul 09.00"),
        ("tanggal 5 tiap bulan", "setiap tanggal 5 pukul 07.30"),
        ("setiap akhir bulan", "setiap akhir bulan pukul 07.30"),
        ("akhir bulan", "akhir bulan"),
    ],
)
def test_words_that_tell_a_time_are_understood(words: str, understood: str) -> None:
    assert timer_labels.meaning(words) == understood


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Tenggat",
        "Menunggu jawaban",
        "5 hari, atau 3 hari bila mendesak",
        "Pasal 5",
        "1.000 hari",
        "2026",
        "pukul 08.00",
        "hari kerja",
        "0 hari",
        "99999 hari",
        "3 harian",
        "tiga hari-an",
        "berkas A5 hari ini",
        "tiap Senin dan tiap Kamis",
        "Senin s/d Jumat 08.00-15.00",
        "rapat tiap Senin selama 2 jam",
        "tiap tanggal 45",
        "setiap Seninan",
        "x" * 301 + " 3 hari",
    ],
)
def test_words_that_tell_no_time_or_two_are_not(words: str) -> None:
    assert timer_labels.meaning(words) is None


def around(*, name: str = "Tenggat", inside: str = "", **given: str) -> bytes:
    late = boundary("lewat", "telaah", name=name, **given)  # type: ignore[arg-type]
    return bpmn([start(), user("telaah"), late, end()], "start > telaah > end\nlewat > end", inside=inside)


@pytest.mark.parametrize("word", [word for word in vocabulary.UNITS if len(word) > 1])
def test_every_unit_that_a_label_may_name_may_stand_in_a_timer_and_means_the_same(word: str) -> None:
    for number in ("2", "dua", "two", "2 (dua)", "se" if word in ("hari", "jam", "bulan") else "3"):
        text = f"{number}{word}" if number == "se" else f"{number} {word}"
        assert timers.timer_fault(Timer("duration", text), "kerja") is None, text
        label = timer_labels.meaning(f"{text} sesudah surat diterima")
        assert label is not None, text
        assert timers.explicit(label, "kerja") == timers.explicit(timer_labels.meaning(text) or "", "kerja")
        assert not timers.differ(text, label)


@pytest.mark.parametrize("kind", vocabulary.KINDS)
def test_every_kind_of_days_that_a_label_may_name_may_stand_in_a_timer(kind: str) -> None:
    assert timers.explicit(f"2 hari {kind}", "kerja") == f"2 hari {vocabulary.KINDS[kind]}"
    assert timer_labels.meaning(f"2 {kind} hari, lalu") == f"2 hari {vocabulary.KINDS[kind]}"


def test_every_number_in_words_may_stand_in_a_timer() -> None:
    for word, number in vocabulary.NUMBERS.items():
        assert timers.explicit(f"{word} hari", "kerja") == f"{number} hari kerja"


HOURS = [
    ("24 jam", "", "24 jam kerja"),
    ("48h", "", "48 jam kerja"),
    ("paling lama 8 jam", "", "8 jam kerja"),
    ("24 Hours", "", "24 jam kalender"),
    ("reply within 24 hours", "", "24 jam kalender"),
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
    assert (finding.code, finding.params["understood"]) == ("timer_read_from_words", "3 hari kerja")
    assert "dibaca sebagai 3 hari kerja" in finding.what
    assert read(xml).nodes["lewat"].timer == Timer("duration", "3 hari kerja")


@pytest.mark.parametrize(("source", "target"), [("lewat", "catatan"), ("catatan", "lewat")])
def test_an_annotation_tied_to_a_timer_is_read(source: str, target: str) -> None:
    note = NOTE.format(text="paling lama\n2x24 jam", source=source, target=target)
    assert read(around(after="", inside=note)).nodes["lewat"].timer == Timer("duration", "48 jam kalender")


def test_an_annotation_tied_to_something_else_is_not_read() -> None:
    note = NOTE.format(text="3 hari", source="catatan", target="telaah")
    (finding,) = refused(around(after="", inside=note))
    assert finding.code == "timer_words_not_understood"
    assert "5 hari kerja, H+3" in finding.todo


def test_a_timer_without_a_word_is_refused() -> None:
    (finding,) = refused(around(name="", after=""))
    assert (finding.code, finding.element_id) == ("timer_without_value", "lewat")


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
        ("timer_text_understood", "3 hari kerja")
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
