"""Deadlines as people meet them: from the first opening, around a sub-process, and what the reporter took."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select

from app.base.config import Config
from app.commands.tasks.tasks import complete_task, undo_completion
from app.commands.transaction import Command
from app.history.events.instances import TimerFired
from app.history.events.tasks import TaskOverdue, TaskPostponed
from app.models import Job, UserTask
from app.services.casefile import queries, replay
from app.services.core import clock
from app.services.tasks import inbox, inbox_counts, tasks
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
from tests.services.migration.moving import rows
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


def reminded() -> dict[str, bytes]:
    """kerja (20 working days from the first opening, three reminders), and beside it the reporter is asked; a person
    may end the wait for him."""
    asked = inside(
        start("awal"),
        parallel("pisah"),
        catch("jawab", message="jawab", form="jawab", properties={"untuk": "pelapor"}),
        user("cabut"),
        end("dijawab"),
        end("dicabut", terminate=True),
        flows="awal > pisah > jawab > dijawab\npisah > cabut > dicabut",
    )
    shapes = [
        *(start("mulai"), parallel("bagi"), user("kerja"), user("tanya")),
        boundary("batas", "kerja", after="20 hari kerja", properties=FIRST),
        *(boundary(f"ingat{n}", "kerja", after=f"H-{n} hari kalender") for n in (14, 7, 1)),
        node("subProcess", "tunggu", inside=asked, name="Tunggu pelapor"),
        *map(end, ("satu", "dua", "lewat", "t14", "t7", "t1")),
    ]
    flows = "mulai > bagi > kerja > satu\nbagi > tanya > tunggu > dua\nbatas > lewat"
    flows += "".join(f"\ningat{n} > t{n}" for n in (14, 7, 1))
    heard = '<bpmn:message id="message_jawab" name="jawab"/>'
    lanes = {"Loket": " ".join(one.id for one in shapes)}
    diagram = bpmn(shapes, flows, lanes=lanes, key="laporan", name="Laporan", outside=heard)
    return {"laporan.bpmn": diagram, "jawab.form": form(text("keterangan"))}


def waiting_timers(desk: Desk) -> dict[str, datetime]:
    with desk.at() as session:
        held = session.scalars(select(Job).where(Job.instance_id == desk.case.id)).all()
        assert {one.id: one.run_at for one in held} == {one.id: one.due_at for one in held}
        found = replay.at_moment(session, desk.case.id, None, actor=desk.office.rina).standing.timers
        assert {id_: one.due_at for id_, one in found.items()} == {one.id: one.due_at for one in held}
        return {one.activity_id: one.due_at for one in held}


def asked_after_two_reminders(office: Office) -> Desk:
    """It is 24 December, the first of two days off before a weekend; H-14 and H-7 came before he was asked."""
    desk = Desk(office, reminded())
    desk.wait(days=22)
    desk.complete("tanya")
    assert waiting_timers(desk).keys() == {"batas", "ingat1"}
    desk.wait(days=9)
    return desk


def test_reminders_that_came_come_again_after_the_reporter_took_his_time(office: Office) -> None:
    desk = asked_after_two_reminders(office)
    desk.answer()
    assert waiting_timers(desk).keys() == {"batas", "ingat7", "ingat1"}
    assert desk.events(TaskPostponed)[-1].due_at == waiting_timers(desk)["batas"].isoformat()
    came = len(desk.events(TimerFired))
    desk.wait(days=30)
    assert [one.text for one in desk.events(TimerFired)[came:]] == [
        "H-7 hari kalender",
        "H-1 hari kalender",
        "20 hari kerja",
    ]
    assert waiting_timers(desk) == {}


def test_reminders_that_come_again_are_gone_once_what_moved_the_deadline_is_taken_back(
    office: Office, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(office.database._info, "config", replace(config, allow_time_travel=True))
    desk = asked_after_two_reminders(office)
    task_id = desk.task_at("cabut").id
    with office.database.transaction() as session:
        clock.travel(session, desk.now)
        tasks.claim(session, task_id, actor=office.rina)
    before, held = waiting_timers(desk), rows(office, desk.case)
    complete_task(
        office.database,
        Command("complete_task", task_id),
        task_id,
        {},
        {},
        actor=office.rina,
        answer=lambda _session, _work: {},
        typed={},
        undoable=True,
    )
    assert waiting_timers(desk).keys() == {"batas", "ingat7", "ingat1"}
    undo = Command("undo_completion", task_id)
    undo_completion(office.database, undo, task_id, actor=office.rina, answer=lambda _s, _t: {})
    assert waiting_timers(desk) == before
    assert rows(office, desk.case) == held


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


def test_a_deadline_that_moves_while_nobody_has_a_task_is_replayed_where_it_is(office: Office) -> None:
    desk = Desk(office, procedure())
    desk.complete(tanya=True)
    desk.wait(days=21)
    assert waiting_timers(desk)["batas"] > desk.now
