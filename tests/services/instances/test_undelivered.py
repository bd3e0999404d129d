"""Messages that nobody waits for: kept till somebody does, or told to have come too late; never lost in silence."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from app import worker
from app.base import stored_messages
from app.base.db import Database
from app.models import HistoryEvent, Incident, Job, ProcessInstance
from app.services.instances import instances, outgoing_messages
from app.services.tasks import tasks
from tests.engine.building import end, exclusive, flow, node, send, start, timer, user
from tests.engine.pools import WAITS, dinas, kecamatan
from tests.services.counting import statements
from tests.services.office import Office, form, text
from tests.services.two_pools import (
    ASKS_FIRST,
    FORMS,
    at,
    begin,
    busy,
    cancel,
    cases,
    deploy,
    events,
    files,
    finish,
    messages,
    process,
    retry,
    told,
    tried_out,
    work,
)


@pytest.fixture
def early(office: Office) -> ProcessInstance:
    """A case whose answer came while it was busy with something else."""
    deploy(office, files(busy(), dinas()))
    case = begin(office)
    work(office)
    finish(office, cases(office, "dinas")[0], putusan="setuju")
    work(office)
    return case


def test_an_answer_that_comes_early_waits_till_it_is_waited_for(
    office: Office, early: ProcessInstance
) -> None:
    assert at(office, early) == ["sibuk"]
    assert messages(office)[-1] == ("Jawaban", "kept")
    [other] = cases(office, "dinas")
    assert events(office, other)["message_kept"]["case_number"] == early.business_key
    assert told(office) == []
    finish(office, early)
    work(office)
    assert at(office, early) == ["catat"]
    assert cases(office, "kecamatan")[0].variables["putusan"] == "setuju"
    assert messages(office)[-1] == ("Jawaban", "delivered")


@pytest.mark.parametrize("how", ["ended", "cancelled"])
def test_what_comes_too_late_is_told_on_both_sides_and_to_the_process_owner(office: Office, how: str) -> None:
    straight = process("kecamatan", [start("mulai"), send("kirim"), user("sibuk"), *ASKS_FIRST[-1:],
                                     node("boundaryEvent", "tunggu", attachedToRef="sibuk", inside=WAITS)],
                       "mulai > kirim > sibuk > selesai\ntunggu > selesai")  # fmt: skip
    deploy(office, files(straight, dinas()))
    case = begin(office)
    work(office)
    cancel(office, case) if how == "cancelled" else finish(office, case)
    [other] = cases(office, "dinas")
    finish(office, other, putusan="setuju")
    work(office)
    assert messages(office)[-1] == ("Jawaban", "unheard")
    assert events(office, other)["message_unheard"]["case_number"] == case.business_key
    assert events(office, case)["message_unheard"]["case_number"] == other.business_key
    assert told(office) == ["message_unheard"]
    with office.database.reading() as session:
        assert session.scalars(select(Job).where(Job.message_id.is_not(None))).all() == []


def test_reminders_that_come_too_late_are_told_to_the_process_owner_once(office: Office) -> None:
    reminds = node("boundaryEvent", "harian", attachedToRef="sibuk", cancelActivity="false",
                   inside=timer("R/P1D", kind="timeCycle"))  # fmt: skip
    shapes = [
        start("mulai", form="awal"),
        send("kirim"),
        user("sibuk"),
        reminds,
        send("tegur"),
        end("selesai"),
    ]
    asks = process("kecamatan", shapes, "mulai > kirim > sibuk > selesai\nharian > tegur > selesai")
    works = process("dinas", [node("startEvent", "usulan_masuk", inside=WAITS), user("telaah"),
                              node("intermediateCatchEvent", "ditegur", inside=WAITS), end("usai")],
                    "usulan_masuk > telaah > ditegur > usai")  # fmt: skip
    deploy(office, files(asks, works, flows=("kirim > usulan_masuk", "tegur > ditegur")))
    case = begin(office)
    work(office)
    worker.fire_until(office.database, datetime.now(UTC) + timedelta(days=5, hours=1))
    finish(office, cases(office, "dinas")[0])
    work(office)
    assert Counter(state for name, state in messages(office)) == {"delivered": 2, "unheard": 4}
    assert told(office) == ["message_unheard"]
    assert events(office, case)["message_unheard"]


def test_a_kept_message_ends_with_the_case_that_it_waits_for(office: Office, early: ProcessInstance) -> None:
    cancel(office, early)
    work(office)
    assert messages(office)[-1] == ("Jawaban", "unheard")


def test_a_sender_that_is_cancelled_has_sent_what_it_has_sent(office: Office) -> None:
    deploy(office, files(busy(), dinas()))
    case = begin(office)
    cancel(office, case)
    work(office)
    assert len(cases(office, "dinas")) == 1


def test_what_is_kept_is_heard_in_the_order_in_which_it_was_sent(office: Office) -> None:
    letters = ["satu", "dua", "tiga", "empat"]
    sends = [send(f"kirim_{one}", properties={"isi pesan": one}) for one in letters]
    shapes = [
        start("mulai", form="awal"),
        user("isi", form="siapkan"),
        send("mulai_lain"),
        *sends,
        end("selesai"),
    ]
    writes = process("tulis", shapes, " > ".join(shape.id for shape in shapes))
    reads = process("baca", [node("startEvent", "masuk", inside=WAITS), user("sibuk"),
                             node("intermediateCatchEvent", "tunggu", inside=WAITS), exclusive("lagi")],
                    "masuk > sibuk > tunggu > lagi > tunggu")  # fmt: skip
    given = files(
        writes, reads, flows=("mulai_lain > masuk", *(f"kirim_{one} > tunggu: Surat" for one in letters))
    )
    deploy(office, given | {"siapkan.form": form(*map(text, letters))})
    case = begin(office, "tulis")
    finish(office, case, **{one: one for one in letters})
    work(office)
    [reader] = cases(office, "baca")
    finish(office, reader)
    work(office)
    with office.database.reading() as session:
        query = select(HistoryEvent.data).where(HistoryEvent.instance_id == reader.id)
        heard = session.scalars(
            query.where(HistoryEvent.type == "message_received").order_by(HistoryEvent.id)
        )
        assert [list(data["values"]) for data in heard] == [[one] for one in letters]


def test_what_a_case_could_not_go_on_with_is_told_when_that_case_is_cancelled(office: Office) -> None:
    """The incident is the receiver's and ends with it; the message does not stay without an end."""
    shapes = [one for one in ASKS_FIRST if one.id != "sibuk"]
    asks = process("kecamatan", [*shapes, exclusive("cukup"), user("lain")], [
        "mulai > kirim > tunggu > cukup\ncatat > selesai\nlain > selesai",
        flow("cukup", "catat", condition="=putusan = 1"), flow("cukup", "lain", condition="=putusan = 2"),
    ])  # fmt: skip
    deploy(office, files(asks, dinas()))
    case = begin(office)
    work(office)
    [other] = cases(office, "dinas")
    finish(office, other, putusan="entah")
    incident = tried_out(office)
    assert (incident.instance_id, incident.activity_id) == (case.id, "cukup")
    cancel(office, case)
    work(office)
    assert messages(office)[-1] == ("Jawaban", "unheard")
    assert events(office, other)["message_unheard"]["case_number"] == case.business_key


# -- without a partner -------------------------------------------------------------------------------------


def strangers(office: Office, waits_at: str = "tunggu") -> None:
    """Two processes that people start; one answers what the other waits for."""
    answers = process("dinas", [start("masuk", form="awal"), user("olah"), send("jawab"), end("usai")],
                      "masuk > olah > jawab > usai")  # fmt: skip
    shapes = [
        replace(one, id=waits_at) if one.id == "tunggu" else one for one in ASKS_FIRST if one.id != "kirim"
    ]
    asks = process("kecamatan", shapes, f"mulai > sibuk > {waits_at} > catat > selesai")
    deploy(office, files(asks, answers, flows=(f"jawab > {waits_at}: Jawaban",)))


def test_without_partners_the_case_with_the_same_number_hears_it(office: Office) -> None:
    strangers(office)
    mine, other = begin(office, nomor="7"), begin(office, nomor="8")
    answer = begin(office, "dinas", nomor="7")
    for case in (mine, other, answer):
        finish(office, case)
    work(office)
    assert (at(office, mine), at(office, other)) == (["catat"], [])
    assert events(office, mine)["message_received"]["case_number"] == "7"
    assert events(office, mine)["message_received"]["by_number"]
    assert events(office, answer)["message_delivered"]["by_number"]


def test_a_message_for_a_case_that_does_not_exist_yet_is_an_incident_until_it_is_tried_again(
    office: Office,
) -> None:
    strangers(office)
    answer = begin(office, "dinas", nomor="7")
    finish(office, answer)
    incident = tried_out(office)
    assert (incident.instance_id, incident.activity_id) == (answer.id, "jawab")
    assert "“7”" in stored_messages.tell_stored(incident.message)
    assert told(office) == ["incident_opened"]
    retry(office, incident)
    with (
        office.database.reading() as session
    ):  # tried once, at once: whoever asked for it sees that it failed again
        [incident] = session.scalars(select(Incident).where(Incident.resolved_at.is_(None)))
    stranger = begin(office, nomor="8")
    finish(office, stranger)
    work(office)
    assert at(office, stranger) == []
    late = begin(office, nomor="7")
    finish(office, late)
    retry(office, incident)
    assert at(office, late) == ["catat"]
    assert messages(office) == [("Jawaban", "delivered")]


def test_what_nobody_received_may_be_tried_again_though_its_sender_ended(office: Office) -> None:
    """The sender was still under way when the incident opened, and ended before anybody looked."""
    answers = process("dinas", [start("masuk", form="awal"), send("jawab"), user("arsip"), end("usai")],
                      "masuk > jawab > arsip > usai")  # fmt: skip
    shapes = [one for one in ASKS_FIRST if one.id != "kirim"]
    asks = process("kecamatan", shapes, "mulai > sibuk > tunggu > catat > selesai")
    deploy(office, files(asks, answers, flows=("jawab > tunggu: Jawaban",)))
    answer = begin(office, "dinas", nomor="7")
    incident = tried_out(office)
    finish(office, answer)
    assert cases(office, "dinas")[0].state == "ended"
    late = begin(office, nomor="7")
    finish(office, late)
    retry(office, incident)
    assert at(office, late) == ["catat"]


def test_of_several_partners_that_wait_nobody_is_picked_by_chance(office: Office) -> None:
    asks = process("tanya", [start("mulai"), send("kirim_a"), send("kirim_b"), user("sibuk"), send("batal"),
                             end("selesai")],
                   "mulai > kirim_a > kirim_b > sibuk > batal > selesai")  # fmt: skip
    waits = process("dinas", [node("startEvent", "masuk", inside=WAITS),
                              node("intermediateCatchEvent", "tunggu", inside=WAITS), user("catat"), end("usai")],
                    "masuk > tunggu > catat > usai")  # fmt: skip
    deploy(office, files(asks, waits, flows=("kirim_a > masuk", "kirim_b > masuk", "batal > tunggu: Batal")))
    case = begin(office, "tanya")
    work(office)
    first, second = cases(office, "dinas")
    finish(office, case)
    incident = tried_out(office)
    assert incident.instance_id == case.id
    assert "lebih dari satu" in stored_messages.tell_stored(incident.message)
    assert (at(office, first), at(office, second)) == ([], [])
    assert told(office) == ["incident_opened"]
    cancel(office, first)
    retry(office, incident)
    assert at(office, second) == ["catat"]


def test_only_steps_that_begin_or_stop_to_wait_look_for_messages(office: Office) -> None:
    deploy(office, files(busy(), dinas()))
    case = begin(office)
    work(office)
    with statements(office.database) as waiting:
        finish(office, case)
    plain = office.start()
    with statements(office.database) as other:
        finish(office, plain, hasil="kurang")
    assert sum(word == "UPDATE" for word in waiting) == sum(word == "UPDATE" for word in other) + 1


def test_what_is_kept_for_a_case_is_found_by_an_index(sqlite_database: Database) -> None:
    case = Office(sqlite_database).start()
    seen: list[tuple[str, Any]] = []
    event.listen(
        sqlite_database.engine, "before_cursor_execute", lambda *given: seen.append((given[2], given[3]))
    )
    with sqlite_database.transaction() as session:
        outgoing_messages.wake(session, case)
        [(query, values)] = [one for one in seen if "case_message" in one[0]]
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
    plan = " | ".join(row[-1] for row in rows)
    assert "ix_case_message_kept_for (receiver_id=? AND state=?)" in plan
    assert "SCAN" not in plan


def test_what_finds_no_step_to_go_to_goes_there_when_one_is_drawn_again(office: Office) -> None:
    deploy(office, files(kecamatan(), dinas()))
    case = begin(office)
    finish(office, case)
    away = dinas().replace(b"usulan_masuk", b"awal_lain").replace(WAITS.encode(), b"", 1)
    deploy(office, {"dinas.bpmn": away, "telaah.form": FORMS["telaah.form"]})
    incident = tried_out(office)
    assert incident.instance_id == case.id
    assert told(office) == ["incident_opened"]
    deploy(office, files(kecamatan(), dinas()))
    retry(office, incident)
    assert messages(office) == [("Usulan", "delivered")]
    assert len(cases(office, "dinas")) == 1


# -- diagrams that were drawn anew meanwhile ---------------------------------------------------------------


def redrawn(office: Office, *, named: str = "Jawaban") -> None:
    """The pools of `deploy`, of which the event that waits has got another id, and perhaps its message a name."""
    first = kecamatan().replace(b"tunggu", b"menunggu")
    deploy(
        office, files(first, dinas(), flows=("kirim > usulan_masuk: Usulan", f"jawab > menunggu: {named}"))
    )


def test_an_answer_to_the_id_of_a_newer_drawing_is_heard_by_an_older_case(office: Office) -> None:
    deploy(office)
    case = begin(office)
    redrawn(office)
    finish(office, case)
    work(office)
    finish(office, cases(office, "dinas")[0], putusan="setuju")
    work(office)
    assert at(office, case) == ["catat"]
    assert "by_number" not in events(office, case)["message_received"]


def test_an_answer_to_the_id_of_an_older_drawing_is_heard_by_a_newer_case(office: Office) -> None:
    strangers(office)
    answer = begin(office, "dinas", nomor="7")
    strangers(office, waits_at="menunggu")
    mine = begin(office, nomor="7")
    for case in (mine, answer):
        finish(office, case)
    work(office)
    assert at(office, mine) == ["catat"]


def test_an_answer_that_no_step_of_the_case_can_hear_is_told_to_the_process_owner(office: Office) -> None:
    deploy(office)
    case = begin(office)
    redrawn(office, named="Balasan")
    finish(office, case)
    work(office)
    finish(office, cases(office, "dinas")[0], putusan="setuju")
    incident = tried_out(office)
    assert incident.instance_id == cases(office, "dinas")[0].id
    assert "tidak ada pada diagram" in stored_messages.tell_stored(incident.message)
    assert told(office) == ["incident_opened"]


def test_a_wait_of_the_same_name_is_left_to_the_message_that_is_drawn_to_it(office: Office) -> None:
    first, second = (node("intermediateCatchEvent", f"tunggu_{n}", message="Jawaban") for n in "ab")
    shapes = [
        start("mulai", form="awal"),
        send("kirim"),
        second,
        user("sibuk"),
        first,
        user("catat"),
        end("selesai"),
    ]
    asks = process("kecamatan", shapes, "mulai > kirim > tunggu_b > sibuk > tunggu_a > catat > selesai")
    message = b'<bpmn:message id="message_Jawaban" name="Jawaban"/>'
    given = files(asks, dinas(), flows=("kirim > usulan_masuk", "jawab > tunggu_a: Jawaban"))
    given["dua.bpmn"] = given["dua.bpmn"].replace(b"<bpmn:collaboration", message + b"<bpmn:collaboration", 1)
    deploy(office, given)
    case = begin(office)
    work(office)
    finish(office, cases(office, "dinas")[0], putusan="setuju")
    work(office)
    assert at(office, case) == []
    assert messages(office)[-1] == ("Jawaban", "kept")


def test_alternatives_drawn_anew_hear_an_answer_once(office: Office) -> None:
    split, join = exclusive("pisah"), exclusive("gabung")

    def drawn(*ids: str) -> dict[str, bytes]:
        waits = [node("intermediateCatchEvent", id, inside=WAITS) for id in ids]
        shapes = [
            start("mulai", form="awal"),
            send("kirim"),
            split,
            *waits,
            join,
            user("catat"),
            end("selesai"),
        ]
        flows = f"mulai > kirim > pisah > {ids[0]} > gabung > catat > selesai\npisah > {ids[1]} > gabung"
        return files(process("kecamatan", shapes, flows), dinas(),
                     flows=("kirim > usulan_masuk", *(f"jawab > {id}: Jawaban" for id in ids)))  # fmt: skip

    deploy(office, drawn("a", "b"))
    case = begin(office)
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, {}, {"pisah": "pisah__a"}, actor=office.rina)
    deploy(office, drawn("c", "d"))
    work(office)
    finish(office, cases(office, "dinas")[0], putusan="setuju")
    work(office)
    assert at(office, case) == ["catat"]
    assert messages(office)[-1] == ("Jawaban", "delivered")
