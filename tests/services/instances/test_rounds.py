"""A task for each unit of a list, sub-processes and signals, through services and database."""

from typing import Any

import pytest
from sqlalchemy import select

from app import worker
from app.base.errors import ExecutionFailed
from app.models import HistoryEvent, Job, OutboxMessage, ProcessInstance, UserTask
from app.services.casefile import casefile
from app.services.core import loop_guard
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.tasks import inbox, tasks
from tests.engine.building import bpmn, end, inside, node, start, user
from tests.services.office import Office, form, text
from tests.services.rounds import COLLECTED, EACH, begun, finish, signals


def asks_units() -> dict[str, bytes]:
    """minta pendapat (once for each unit) → rangkum."""
    diagram = bpmn(
        [start("mulai", form="awal"), user("minta", name="Minta pendapat", form="pendapat", inside=EACH),
         user("rangkum"), end("selesai")],
        "mulai > minta > rangkum > selesai",
        lanes={"Loket": "mulai rangkum selesai", "Unit": "minta"},
        lane_properties={"Unit": {"unit": "tujuan"}},
        key="tanya",
    )  # fmt: skip
    return {"tanya.bpmn": diagram, "awal.form": form(text("judul")), "pendapat.form": form(text("jawaban"))}


def offered(office: Office, actor: Actor) -> list[tuple[str, str | None, dict[str, Any]]]:
    with office.database.reading() as session:
        page = inbox.page(session, inbox.Filters(tab="queue"), actor=actor)
        return [(task.name, task.unit_code, task.locals) for task in page.items]


def test_each_unit_gets_a_task_of_its_own_and_the_answers_come_together(office: Office) -> None:
    case = begun(office, asks_units(), "tanya")
    for who, unit in ((office.dinas_a, "A"), (office.dinas_b, "B")):
        assert offered(office, who) == [
            (
                f"Minta pendapat: {unit}",
                unit,
                {"tujuan": unit, "jawaban": None, "loopCounter": 1 + (unit == "B")},
            )
        ]
    for who, answer in ((office.dinas_b, "dari B"), (office.dinas_a, "dari A")):
        with office.database.transaction() as session:
            [mine] = inbox.page(session, inbox.Filters(tab="queue"), actor=who).items
            tasks.complete(session, mine.id, {"jawaban": answer}, {}, actor=who)
    with office.database.reading() as session:
        same = session.get_one(ProcessInstance, case.id)
        assert same.variables["jawaban_unit"] == ["dari A", "dari B"]
        assert "jawaban" not in same.variables
        assert [task.activity_id for task in instances.open_tasks(session, case.id)] == ["rangkum"]


def test_a_signal_reaches_the_other_cases_that_wait_for_it_and_only_those(office: Office) -> None:
    waits, late, throws = (
        begun(office, signals("tunggu"), "tunggu"),
        begun(office, signals("tunggu"), "tunggu"),
        begun(office, signals("lempar"), "lempar"),
    )
    finish(office, waits)
    finish(office, throws)
    with office.database.reading() as session:
        assert [job.instance_id for job in session.scalars(select(Job).where(Job.signal.is_not(None)))] == [
            waits.id
        ]
        assert (
            casefile.open_casefile(session, waits.id, actor=office.rina).clocks == []
        )  # a signal is no clock
    assert worker.tick(office.database) == 1
    with office.database.reading() as session:
        assert [t.activity_id for t in instances.open_tasks(session, waits.id)] == ["lanjut"]
        assert [t.activity_id for t in instances.open_tasks(session, late.id)] == ["isi"]
        types = session.scalars(select(HistoryEvent.type).where(HistoryEvent.instance_id == waits.id)).all()
        assert "signal_caught" in types
        assert session.scalars(select(Job)).all() == []


def test_a_sub_process_is_worked_through_like_any_other_part(office: Office) -> None:
    content = inside(
        start("awal"), user("undang"), user("catat"), end("usai"), flows="awal > undang > catat > usai"
    )
    diagram = bpmn(
        [
            start("mulai", form="awal"),
            node("subProcess", "rapat", inside=content),
            user("lapor"),
            end("selesai"),
        ],
        "mulai > rapat > lapor > selesai",
        lanes={"Loket": "mulai rapat lapor selesai"},
        key="rapat_bulanan",
    )
    case = begun(office, {"rapat.bpmn": diagram, "awal.form": form(text("judul"))}, "rapat_bulanan")
    for activity in ("undang", "catat", "lapor"):
        with office.database.reading() as session:
            [task] = session.scalars(
                select(UserTask).where(UserTask.instance_id == case.id, UserTask.state == "open")
            )
            assert (task.activity_id, task.lane) == (activity, "Loket")
        finish(office, case)
    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, case.id).state == "ended"


@pytest.mark.parametrize("inside_a_sub_process", [False, True])
def test_tasks_of_rounds_without_words_for_their_element_are_numbered(
    office: Office, inside_a_sub_process: bool
) -> None:
    marker = EACH.replace("&quot;A&quot;,&quot;B&quot;", "{a: 1},{a: 2}").replace(COLLECTED, "")
    if inside_a_sub_process:
        inner = inside(
            start("masuk"), user("minta", name="Minta"), end("keluar"), flows="masuk > minta > keluar"
        )
        step = node("subProcess", "luar", inside=marker + inner)
    else:
        step = user("minta", name="Minta", inside=marker)
    diagram = bpmn(
        [start("mulai", form="awal"), step, end("selesai")],
        f"mulai > {step.id} > selesai",
        lanes={"Loket": f"mulai {step.id} selesai"},
        key="n",
    )
    begun(office, {"n.bpmn": diagram, "awal.form": form(text("judul"))}, "n")
    with office.database.reading() as session:
        names = session.scalars(select(UserTask.name).order_by(UserTask.name)).all()
    assert names == ["Minta (1)", "Minta (2)"]


def test_each_round_tells_its_own_unit(office: Office) -> None:
    inner = inside(
        start("masuk"),
        node("sendTask", "kabari", properties={"untuk": "unit", "unit": "tujuan"}),
        end("keluar"),
        flows="masuk > kabari > keluar",
    )
    step = node("subProcess", "tiap", inside=EACH.replace(COLLECTED, "") + inner)
    diagram = bpmn(
        [start("mulai", form="awal"), step, user("lihat"), end("selesai")],
        "mulai > tiap > lihat > selesai",
        lanes={"Loket": "mulai tiap lihat selesai"},
        key="n",
    )
    begun(office, {"n.bpmn": diagram, "awal.form": form(text("judul"))}, "n")
    with office.database.reading() as session:
        told = [message.audience.get("units") for message in session.scalars(select(OutboxMessage))]
    assert sorted(filter(None, told)) == [["A"], ["B"]]


def test_signals_that_set_each_other_off_stop_with_an_incident(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_guard, "MOST", 100)
    signal = '<bpmn:signalEventDefinition signalRef="s"/>'
    diagram = bpmn(
        [node("startEvent", "dengar", inside=signal), node("intermediateThrowEvent", "teruskan", inside=signal),
         end("selesai")],
        "dengar > teruskan > selesai",
        lanes={"Loket": "dengar teruskan selesai"},
        key="gema",
    ).replace(b"<bpmn:process ", b'<bpmn:signal id="s" name="Gema"/><bpmn:process ', 1)  # fmt: skip
    first = bpmn(
        [start("mulai", form="awal"), node("endEvent", "teriak", inside=signal)],
        "mulai > teriak",
        lanes={"Loket": "mulai teriak"},
        key="n",
    ).replace(b"<bpmn:process ", b'<bpmn:signal id="s" name="Gema"/><bpmn:process ', 1)
    with office.database.transaction() as session:
        deployments.deploy(session, {"gema.bpmn": diagram}, actor=office.owner)
    begun(office, {"n.bpmn": first, "awal.form": form(text("judul"))}, "n")
    for _turn in range(loop_guard.MOST + 20):
        worker.tick(office.database)
    with office.database.reading() as session:
        count = len(session.scalars(select(ProcessInstance.id)).all())
        waiting = session.scalars(select(Job.retries)).all()
    assert count <= loop_guard.MOST + 1
    assert len(waiting) == 1


@pytest.mark.parametrize(
    ("judul", "said"), [("x", "yang diberikan bukan daftar"), (None, "daftarnya tidak ada")]
)
def test_what_is_no_list_is_told_apart_from_nothing(office: Office, judul: str | None, said: str) -> None:
    each = EACH.replace("=[&quot;A&quot;,&quot;B&quot;]", "=if judul = &quot;x&quot; then judul else null")
    files = asks_units()
    files["tanya.bpmn"] = files["tanya.bpmn"].replace(EACH.encode(), each.encode())
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=office.owner)
    with pytest.raises(ExecutionFailed, match=said), office.database.transaction() as session:
        instances.start(session, "tanya", {"judul": judul or ""}, actor=office.rina)
