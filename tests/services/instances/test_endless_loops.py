"""What cases set off in each other, and in themselves: long honest work goes on, what would never end is stopped."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app import worker
from app.base import stored_messages
from app.commands.instances.jobs import fire_job
from app.models import Incident, Job
from app.services.core import loop_guard
from tests.engine.building import Shape, catch, end, exclusive, inside, node, send, start, timer, user
from tests.engine.pools import WAITS
from tests.services.office import Office
from tests.services.two_pools import (
    at,
    begin,
    cases,
    deploy,
    events,
    files,
    finish,
    process,
    retry,
    tried_out,
    work,
)


def waits(id: str) -> Shape:
    return node("intermediateCatchEvent", id, inside=WAITS)


def answers() -> bytes:
    """A pool that answers each question by itself."""
    return process("dinas", [node("startEvent", "usulan_masuk", inside=WAITS), send("jawab"), end("usai")],
                   "usulan_masuk > jawab > usai")  # fmt: skip


def each(count: int) -> str:
    return (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true">'
        f"<bpmn:loopCardinality>{count}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )


def asks_in_rounds(count: int, *, again: bool = False) -> bytes:
    """Asks the other pool in one round after the other; perhaps all the rounds anew, for ever."""
    content = inside(start("awal"), send("kirim"), waits("tunggu"), end("usai_tanya"),
                     flows="awal > kirim > tunggu > usai_tanya")  # fmt: skip
    shapes = [start("mulai"), exclusive("lagi"), node("subProcess", "tanya", inside=content + each(count)),
              user("catat"), end("selesai")]  # fmt: skip
    back = "lagi" if again else "catat > selesai"
    return process(
        "kecamatan", shapes, f"mulai > lagi > tanya > {back}" + ("\ncatat > selesai" if again else "")
    )


def circle(*between: Shape) -> bytes:
    """Asks the other pool again as soon as it has answered, for ever."""
    shapes = [start("mulai"), send("kirim"), exclusive("lagi"), waits("tunggu"), *between]
    way = " > ".join(shape.id for shape in between)
    return process("kecamatan", shapes, f"mulai > lagi > kirim > tunggu > {f'{way} > ' if way else ''}lagi")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """A lower bound, so that circles are short."""
    monkeypatch.setattr(loop_guard, "MOST", 4)
    return 4


def test_rounds_that_each_ask_another_pool_are_no_endless_circle(office: Office) -> None:
    deploy(office, files(asks_in_rounds(101), answers()))
    case = begin(office)
    work(office)
    assert at(office, case) == ["catat"]
    assert len(cases(office, "dinas")) == 101


def test_rounds_that_begin_anew_for_ever_are_stopped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_guard, "MOST", 20)
    deploy(office, files(asks_in_rounds(1, again=True), answers()))
    begin(office)
    assert "setelah 20 putaran" in stored_messages.tell_stored(tried_out(office).message)


def test_cases_that_begin_each_other_for_ever_are_stopped(office: Office, few: int) -> None:
    first = process("kecamatan", [start("mulai"), node("startEvent", "lagi", inside=WAITS), send("kirim"), end("z")],
                    "mulai > kirim > z\nlagi > kirim")  # fmt: skip
    deploy(office, files(first, answers(), flows=("kirim > usulan_masuk: Usulan", "jawab > lagi: Jawaban")))
    begin(office)
    assert "saling berkirim pesan tanpa henti" in tried_out(office).message
    assert len(cases(office, "dinas")) == few // 2


@pytest.mark.parametrize("between", ["PT0S", "PT10S", "=jatuh_tempo"])
def test_a_timer_without_time_in_a_circle_of_messages_counts_on(
    office: Office, few: int, between: str
) -> None:
    deploy(office, files(circle(catch("jeda", after=between)), answers()))
    begin(office, jatuh_tempo="2020-01-01")
    worker.fire_until(office.database, datetime.now(UTC) + timedelta(minutes=5))
    assert "tanpa henti" in tried_out(office).message
    assert len(cases(office, "dinas")) == few // 2


@pytest.mark.parametrize("between", [user("baca"), catch("jeda", after="P1D")])
def test_a_circle_in_which_somebody_acts_or_time_passes_goes_on(
    office: Office, few: int, between: Shape
) -> None:
    deploy(office, files(circle(between), answers()))
    case = begin(office)
    for _turn in range(3 * few):
        work(office)
        for _task in at(office, case):
            finish(office, case)
    worker.fire_until(office.database, datetime.now(UTC) + timedelta(days=3 * few))
    assert len(cases(office, "dinas")) > 2 * few
    assert cases(office, "kecamatan")[0].state == "active"


def test_who_waits_anew_has_acted_though_the_message_was_there_before(office: Office, few: int) -> None:
    """The first pool asks as soon as it is answered; what it asks lies there while somebody works in the second."""
    first = process("kecamatan", [start("mulai"), send("buka"), exclusive("lagi"), waits("tunggu"), send("kirim")],
                    "mulai > buka > lagi > tunggu > kirim > lagi")  # fmt: skip
    second = process("dinas", [node("startEvent", "usulan_masuk", inside=WAITS), exclusive("ulang"), send("jawab"),
                               user("baca"), waits("dengar")],
                     "usulan_masuk > ulang > jawab > baca > dengar > ulang")  # fmt: skip
    deploy(office, files(first, second, flows=("buka > usulan_masuk", "kirim > dengar", "jawab > tunggu")))
    begin(office)
    work(office)
    [other] = cases(office, "dinas")
    for _turn in range(3 * few):
        finish(office, other)
        work(office)
    assert at(office, other) == ["baca"]
    assert events(office, other)["message_received"]


def loop(*shapes: Shape) -> dict[str, bytes]:
    """A process that goes round by itself through ``shapes``."""
    way = " > ".join(shape.id for shape in shapes)
    drawn = [start("mulai"), exclusive("lagi"), *shapes]
    return {"putar.bpmn": process("putar", drawn, f"mulai > lagi > {way} > lagi")}


@pytest.mark.parametrize("text", ["PT0S", "=jatuh_tempo"])
def test_a_circle_of_timers_without_time_stops_with_an_incident_that_names_it(
    office: Office, few: int, text: str
) -> None:
    deploy(office, loop(catch("jeda", after=text)))
    case = begin(office, "putar", jatuh_tempo="2020-01-01")
    incident = tried_out(office)
    assert (incident.instance_id, incident.activity_id) == (case.id, "jeda")
    said = stored_messages.tell_stored(incident.message)
    assert "langsung habis" in said
    assert f"setelah {few} putaran" in said


def test_a_task_that_its_own_deadline_brings_back_at_once_is_stopped(office: Office, few: int) -> None:
    late = node("boundaryEvent", "lewat", attachedToRef="kerja", inside=timer("=jatuh_tempo"))
    shapes = [start("mulai"), exclusive("lagi"), user("kerja"), late, end("selesai")]
    deploy(office, {"putar.bpmn": process("putar", shapes, "mulai > lagi > kerja > selesai\nlewat > lagi")})
    case = begin(office, "putar", jatuh_tempo="2020-01-01")
    incident = tried_out(office)
    assert (incident.instance_id, incident.activity_id) == (case.id, "lewat")


def test_who_tries_it_again_has_acted(office: Office, few: int) -> None:
    deploy(office, files(circle(), answers()))
    begin(office)
    incident = tried_out(office)
    retry(office, incident)
    tried_out(office)
    assert len(cases(office, "dinas")) == 2 * few


def test_a_daily_circle_goes_on_for_ever_though_the_clock_is_off_for_weeks(office: Office, few: int) -> None:
    deploy(office, loop(catch("jeda", after="P1D"), send("kabari")))
    case = begin(office, "putar")
    now = datetime.now(UTC)
    for weeks in range(1, 3 * few):
        with office.database.reading() as session:
            [job] = session.scalars(select(Job.id))
        assert fire_job(office.database, job, at=now + timedelta(weeks=weeks))
    worker.fire_until(office.database, now + timedelta(weeks=3 * few, days=60))
    assert cases(office, "putar")[0].id == case.id
    assert cases(office, "putar")[0].state == "active"


def test_reminders_of_sixty_days_and_deadlines_long_past_are_honest_work(office: Office, few: int) -> None:
    daily = node("boundaryEvent", "harian", attachedToRef="kerja", cancelActivity="false",
                 inside=timer("R/P1D", kind="timeCycle"))  # fmt: skip
    past = node("boundaryEvent", "lewat", attachedToRef="kerja", cancelActivity="false", inside=timer("=jatuh_tempo"),
                properties={"tenggat": "ya"})  # fmt: skip
    before = node(
        "boundaryEvent", "awas", attachedToRef="kerja", cancelActivity="false", inside=timer("H-14")
    )
    shapes = [start("mulai"), user("kerja"), daily, past, before, send("ingatkan"), end("selesai")]
    flows = "mulai > kerja > selesai\nharian > ingatkan > selesai\nlewat > ingatkan\nawas > ingatkan"
    deploy(office, {"putar.bpmn": process("putar", shapes, flows)})
    case = begin(office, "putar", jatuh_tempo="2020-01-01")
    worker.fire_until(office.database, datetime.now(UTC) + timedelta(days=60))
    assert at(office, case) == ["kerja"]
    assert events(office, case)["timer_fired"]
    with office.database.reading() as session:
        assert session.scalars(select(Incident)).all() == []


def test_the_bounds_are_those_that_the_documents_name() -> None:
    assert (1_000, timedelta(minutes=1)) == (loop_guard.MOST, loop_guard.AT_ONCE)
