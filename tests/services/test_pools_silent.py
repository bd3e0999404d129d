"""Partners that end without having sent what is waited for: who waits is told, for nothing would ever come."""

import pytest
from sqlalchemy import select

from app.models import HistoryEvent, ProcessInstance
from app.services.instances import instances
from app.services.tasks import tasks
from tests.engine.building import (
    catch,
    end,
    exclusive,
    flow,
    inside,
    marker,
    node,
    parallel,
    race,
    send,
    start,
    user,
)
from tests.engine.pools import WAITS, dinas
from tests.services.office import Office
from tests.services.two_pools import (
    FORMS,
    at,
    begin,
    cancel,
    cases,
    deploy,
    events,
    files,
    finish,
    process,
    told,
    work,
)

ANSWERS = process("dinas", [
    node("startEvent", "usulan_masuk", inside=WAITS), user("telaah"), exclusive("jawab_kah"),
    node("endEvent", "jawab", inside=WAITS), end("diam"),
], "usulan_masuk > telaah > jawab_kah > jawab\njawab_kah > diam")  # fmt: skip


def silent(*, busy: bool = False, before: bool = False, timed: bool = False) -> dict[str, bytes]:
    """Asks a pool that may end without an answer; perhaps doing something else meanwhile, before it waits, or with a
    time beside the answer."""
    waits = node("intermediateCatchEvent", "tunggu", inside=WAITS)
    shapes = [start("mulai", form="awal"), send("kirim"), waits, user("catat"), end("selesai")]
    flows = "mulai > kirim > tunggu > catat > selesai"
    if before:
        shapes, flows = [*shapes, user("sibuk")], "mulai > kirim > sibuk > tunggu > catat > selesai"
    elif busy:
        shapes = [*shapes, parallel("pisah"), user("sibuk")]
        flows = "mulai > kirim > pisah > tunggu > catat > selesai\npisah > sibuk > selesai"
    elif timed:
        shapes = [*shapes, race("mana"), catch("lama", after="P9D")]
        flows = "mulai > kirim > mana > tunggu > catat > selesai\nmana > lama > selesai"
    return files(process("kecamatan", shapes, flows), ANSWERS)


def answers(office: Office, case: ProcessInstance, way: str) -> None:
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, {}, {"jawab_kah": f"jawab_kah__{way}"}, actor=office.rina)
    work(office)


@pytest.mark.parametrize("how", ["ended", "cancelled"])
def test_who_waits_for_a_case_that_ended_without_a_word_is_told(office: Office, how: str) -> None:
    deploy(office, silent())
    case = begin(office)
    work(office)
    [other] = cases(office, "dinas")
    cancel(office, other) if how == "cancelled" else answers(office, other, "diam")
    assert events(office, case)["partner_ended"]["case_number"] == other.business_key
    assert told(office) == ["partner_ended"]


def test_who_has_answered_or_whose_answer_is_on_its_way_has_said_his_word(office: Office) -> None:
    deploy(office, silent(before=True))
    case = begin(office)
    work(office)
    answers(office, cases(office, "dinas")[0], "jawab")
    finish(office, case)
    work(office)
    assert at(office, case) == ["catat"]
    assert "partner_ended" not in events(office, case)


def test_who_begins_to_wait_for_a_case_that_is_over_is_told(office: Office) -> None:
    deploy(office, silent(before=True))
    case = begin(office)
    work(office)
    answers(office, cases(office, "dinas")[0], "diam")
    assert "partner_ended" not in events(office, case)
    finish(office, case)
    assert "partner_ended" in events(office, case)
    assert told(office) == ["partner_ended"]


def test_who_has_other_work_reads_it_in_the_history_alone(office: Office) -> None:
    deploy(office, silent(busy=True))
    case = begin(office)
    work(office)
    answers(office, cases(office, "dinas")[0], "diam")
    assert "partner_ended" in events(office, case)
    assert told(office) == []


def test_where_a_time_is_drawn_beside_the_answer_nothing_is_wrong(office: Office) -> None:
    deploy(office, silent(timed=True))
    case = begin(office)
    work(office)
    answers(office, cases(office, "dinas")[0], "diam")
    assert "partner_ended" not in events(office, case)


def test_a_case_that_began_and_ended_at_once_without_a_word_is_told(office: Office) -> None:
    given = silent()
    mute = process("dinas", [node("startEvent", "usulan_masuk", inside=WAITS), exclusive("jawab_kah"), end("diam"),
                             node("endEvent", "jawab", inside=WAITS)],
                   ["usulan_masuk > jawab_kah", flow("jawab_kah", "jawab", condition="=judul = 1"),
                    flow("jawab_kah", "diam")])  # fmt: skip
    deploy(office, given | files(process("kecamatan", [
        start("mulai", form="awal"), send("kirim"), node("intermediateCatchEvent", "tunggu", inside=WAITS),
        user("catat"), end("selesai"),
    ], "mulai > kirim > tunggu > catat > selesai"), mute))  # fmt: skip
    case = begin(office)
    work(office)
    assert "partner_ended" in events(office, case)
    assert told(office) == ["partner_ended"]


def for_each_answer(order: dict[str, str]) -> dict[str, bytes]:
    """Asks two cases of the other pool, and waits for an answer of each."""
    loop = marker("<bpmn:loopCardinality>2</bpmn:loopCardinality>", **order)
    shapes = [
        start("mulai", form="awal"),
        send("kirim", inside=loop),
        node("receiveTask", "tunggu", inside=loop),
        user("catat"),
        end("selesai"),
    ]
    return files(process("kecamatan", shapes, "mulai > kirim > tunggu > catat > selesai"), ANSWERS)


@pytest.mark.parametrize("ways", [("jawab", "diam"), ("diam", "jawab")])
@pytest.mark.parametrize("order", [{}, {"isSequential": "true"}])
def test_who_waits_for_an_answer_of_each_is_told_when_one_never_comes(
    office: Office, order: dict[str, str], ways: tuple[str, str]
) -> None:
    deploy(office, for_each_answer(order))
    case = begin(office)
    work(office)
    for other, way in zip(cases(office, "dinas"), ways, strict=True):
        assert told(office) == []
        answers(office, other, way)
    assert events(office, case)["partner_ended"]["message"] == "Jawaban"
    assert told(office) == ["partner_ended"]


@pytest.mark.parametrize("order", [{}, {"isSequential": "true"}])
def test_who_has_an_answer_of_each_goes_on_without_a_word(office: Office, order: dict[str, str]) -> None:
    deploy(office, for_each_answer(order))
    case = begin(office)
    work(office)
    for other in cases(office, "dinas"):
        answers(office, other, "jawab")
    assert at(office, case) == ["catat"]
    assert "partner_ended" not in events(office, case)


def test_each_round_is_told_of_its_own_partner_alone(office: Office) -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    asking = inside(start("a"), send("kirim"), node("intermediateCatchEvent", "tunggu", inside=WAITS), end("b"),
                    flows="a > kirim > tunggu > b")  # fmt: skip
    asks = process("kecamatan", [start("mulai", form="awal"), node("subProcess", "tiap", inside=asking + loop),
                                 user("catat"), end("selesai")], "mulai > tiap > catat > selesai")  # fmt: skip
    given = silent()
    given["dua.bpmn"] = files(asks, dinas())["dua.bpmn"]
    deploy(office, given | {"telaah.form": FORMS["telaah.form"]})
    case = begin(office)
    work(office)
    first, second = cases(office, "dinas")
    cancel(office, second)
    assert events(office, case)["partner_ended"]["case_number"] == second.business_key
    finish(office, first)
    work(office)
    with office.database.reading() as session:
        ended = select(HistoryEvent).where(HistoryEvent.type == "partner_ended")
        assert len(session.scalars(ended).all()) == 1


@pytest.mark.parametrize("fast", [True, False])
def test_of_what_is_raced_one_is_enough(office: Office, fast: bool) -> None:
    """A report on the way and the last one race; the last one is there already when the first has been read."""
    asks = process("kecamatan", [
        start("mulai", form="awal"), send("kirim"), exclusive("ulang"), race("mana"), user("baca"), end("selesai"),
        *(node("intermediateCatchEvent", id, inside=WAITS) for id in ("kabar", "akhir")),
    ], "mulai > kirim > ulang > mana > kabar > baca > ulang\nmana > akhir > selesai")  # fmt: skip
    answering = process("dinas", [
        node("startEvent", "usulan_masuk", inside=WAITS), user("telaah"), send("kabari"), user("rampung"),
        node("endEvent", "jawab", inside=WAITS),
    ], "usulan_masuk > telaah > kabari > rampung > jawab")  # fmt: skip
    deploy(office, files(asks, answering, flows=("kirim > usulan_masuk", "kabari > kabar", "jawab > akhir")))
    case = begin(office)
    work(office)
    [other] = cases(office, "dinas")
    finish(office, other)
    work(office)
    if fast:
        finish(office, other)
        work(office)
    finish(office, case)
    work(office)
    assert "partner_ended" not in events(office, case)
    if not fast:
        cancel(office, other)
        assert "partner_ended" in events(office, case)
    assert told(office) == ([] if fast else ["partner_ended"])
