"""Time as offices draw it: in a name, or in an annotation."""

import pytest

from app.engine.diagram import Timer
from app.engine.reading.texts import timer_labels
from app.engine.running.execution import Program
from tests.engine.building import boundary, bpmn, catch, end, node, start, user
from tests.engine.reading import read, refused, warnings
from tests.engine.test_execution import Case

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


def test_an_event_with_nothing_inside_is_a_timer_when_its_words_tell_a_time() -> None:
    assert read(around(name="H+3")).nodes["lewat"].timer == Timer("duration", "3 hari")
    awaited = bpmn([start(), catch("tunggu", name="seminggu"), end()], "start > tunggu > end")
    assert read(awaited).nodes["tunggu"].timer == Timer("duration", "1 minggu")


def test_an_event_on_the_way_that_waits_for_nothing_is_passed() -> None:
    xml = bpmn([start(), node("intermediateCatchEvent", "terima"), end()], "start > terima > end")
    assert warnings(xml) == ["event_waits_for_nothing"]
    assert Case(Program(read(xml), {})).ended


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
