"""Deadlines as people meet them: from the first opening, around a sub-process, and what the reporter took."""

from datetime import date

from sqlalchemy import select

from app.history.events import TaskOverdue, TaskPostponed
from app.models import Job, UserTask
from app.services.casefile import queries, replay
from app.services.tasks import inbox, inbox_counts
from app.services.tasks.inbox import Filters
from tests.engine.building import (
    boundary,
    bpmn,
    catch,
    end,
    exclusive,
    flow,
    inside,
    node,
    parallel,
    start,
    user,
)
from tests.services.dated import Desk
from tests.services.office import Office, form, text

FIRST = {"tenggat": "ya", "dihitung sejak": "pembukaan pertama"}


def procedure() -> dict[str, bytes]:
    """mulai → urus (10 working days from the first opening): periksa → tanya pelapor? → putus; back to urus."""
    within = (
        inside(
            start("awal"),
            user("periksa", form="tanya"),
            exclusive("perlu"),
            catch("jawab", message="jawab", form="jawab", properties={"untuk": "pelapor"}),
            user("putus"),
            end("usai"),
            flows="awal > periksa > perlu\njawab > putus > usai",
        )
        + flow("perlu", "jawab", condition="=tanya = true")
        + flow("perlu", "putus", condition="=tanya = false")
    )
    shapes = [
        start("mulai"),
        node("subProcess", "urus", inside=within, name="Urus laporan"),
        boundary("batas", "urus", after="10 hari kerja", properties=FIRST),
        user("telaah", form="telaah"),
        exclusive("kembali"),
        *map(end, ("selesai", "lewat")),
    ]
    flows = [
        "mulai > urus > telaah > kembali\nbatas > lewat",
        flow("kembali", "urus", condition="=ulang = true"),
        flow("kembali", "selesai", condition="=ulang = false"),
    ]
    lanes = {"Loket": " ".join(one.id for one in shapes)}
    heard = '<bpmn:message id="message_jawab" name="jawab"/>'
    diagram = bpmn(shapes, flows, lanes=lanes, key="laporan", name="Laporan", outside=heard)
    check = {"type": "checkbox", "label": "Ya"}
    return {
        "laporan.bpmn": diagram,
        "tanya.form": form({**check, "key": "tanya"}),
        "telaah.form": form({**check, "key": "ulang"}),
        "jawab.form": form(text("keterangan")),
    }


def beside() -> dict[str, bytes]:
    """kerja (10 working days from the first opening), and beside it tanya → jawab of the reporter → catat."""
    shapes = [
        start("mulai"),
        parallel("bagi"),
        user("kerja"),
        boundary("batas", "kerja", after="10 hari kerja", properties=FIRST),
        user("tanya"),
        catch("jawab", message="jawab", form="jawab", properties={"untuk": "pelapor"}),
        user("catat"),
        *map(end, ("satu", "dua", "lewat")),
    ]
    flows = "mulai > bagi > kerja > satu\nbagi > tanya > jawab > catat > dua\nbatas > lewat"
    lanes = {"Loket": " ".join(one.id for one in shapes)}
    diagram = bpmn(shapes, flows, lanes=lanes, key="laporan", name="Laporan")
    return {"laporan.bpmn": diagram, "jawab.form": form(text("keterangan"))}


def test_a_task_in_a_sub_process_is_due_with_it_wherever_it_is_listed(office: Office) -> None:
    desk = Desk(office, procedure())
    assert desk.due() == date(2026, 12, 7)
    assert desk.task.sort_at == desk.task.due_at
    desk.wait(days=15)  # the worker tells of it
    assert desk.task.overdue_at is not None
    assert [one.task for one in desk.events(TaskOverdue)] == [desk.task.id]
    with desk.at() as session:
        found = inbox.page(session, Filters(tab="queue", deadline="overdue"), actor=office.rina)
        assert [one.id for one in found.items] == [desk.task.id]
        assert inbox_counts.counts(session, actor=office.rina)["queue_overdue"] == 1
    desk.complete(tanya=False)
    assert (desk.task.activity_id, desk.due()) == ("putus", date(2026, 12, 7))
    assert desk.task.overdue_at == desk.now  # it opened late


def test_going_to_and_fro_gains_nothing_and_the_reporters_time_is_left_out(office: Office) -> None:
    desk = Desk(office, procedure())
    desk.wait(days=1)
    desk.complete(tanya=True)
    desk.wait(days=21)  # his fifteen working days; the ten would have passed meanwhile
    desk.answer()
    assert desk.events(TaskOverdue) == []
    assert desk.due() == date(2026, 12, 30)  # and 24 and 25 December are no working days
    desk.complete()
    assert desk.due() is None  # telaah lies outside
    desk.complete(ulang=True)
    assert desk.due() == date(2026, 12, 30)
    with desk.at() as session:
        why = queries.why(session.get_one(UserTask, desk.task.id), session)
    assert why is not None
    assert (why.due.amount, why.due.taken, why.due.first, why.due.around) == (25, 15, True, "Urus laporan")


def test_what_moves_while_a_task_is_open_is_told_and_replayed(office: Office) -> None:
    desk = Desk(office, beside())
    assert desk.due("kerja") == date(2026, 12, 7)
    desk.wait(days=1)
    desk.complete("tanya")
    desk.wait(days=7)
    desk.answer()
    assert desk.due("kerja") == date(2026, 12, 14)
    [told] = desk.events(TaskPostponed)
    with desk.at() as session:
        row = session.get_one(UserTask, told.task)
        job = session.scalars(select(Job).where(Job.instance_id == desk.case.id)).one()
        assert (row.due_at, row.sort_at) == (job.due_at, job.due_at)
        assert told.due_at == job.due_at.isoformat()
        found = replay.at_moment(session, desk.case.id, None, actor=office.rina)
        assert {one.due_at for one in found.standing.tasks.values()} == {job.due_at, None}
