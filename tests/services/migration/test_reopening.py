"""A case that is over goes on again: where, by whom, with which deadline, told to whom; and the record still fits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.commands.transaction import Command, run_command
from app.history import reader
from app.history.events.migration import CaseReopened
from app.models import CaseFact, Job, ProcessInstance
from app.services.casefile import casefile
from app.services.core import clock
from app.services.core.access import Actor
from app.services.instances import cancellation, instances, jobs
from app.services.migration import reopening
from app.services.numbers import ways
from app.services.reporter import joined_reports, ratings, reporter
from app.services.retention import periods
from tests.engine.building import boundary, bpmn, end, inside, node, parallel, start, user
from tests.services.desk import ENOUGH, Desk
from tests.services.migration.moving import deploy
from tests.services.migration.over import BEGIN, complete, ended, finish, fits
from tests.services.office import Office, form, procedure, text

pytestmark = pytest.mark.usefixtures("facts_follow")
REASON = "Ternyata belum diperbaiki"


def reopen(
    office: Office,
    case: ProcessInstance,
    to: str = "periksa",
    actor: Actor | None = None,
    at: datetime = BEGIN + timedelta(days=7),
    reason: str = REASON,
    *,
    keep: bool = False,
) -> None:
    with office.database.transaction() as session:
        clock.fix(session, at)
        by = actor or office.ketua
        reopening.reopen(session, case.id, to, reason, actor=by, keep_deadline=keep)


def row_of(office: Office, case: ProcessInstance) -> ProcessInstance:
    with office.database.reading() as session:
        return session.get_one(ProcessInstance, case.id)


def events_of(session: Session, case: ProcessInstance) -> list[CaseReopened]:
    entries = reader.of_kinds(session, case.id, CaseReopened)
    return [entry.event for entry in entries if isinstance(entry.event, CaseReopened)]


def test_a_coordinator_lets_an_ended_case_go_on_at_a_step_and_everything_follows(office: Office) -> None:
    case = ended(office)
    fits(office)
    reopen(office, case)
    task, row = office.open_task(case), row_of(office, case)
    assert (task.activity_id, task.lane, task.due_at) == (
        "periksa", "Loket", datetime(2026, 3, 12, 9, 0, tzinfo=UTC),
    )  # fmt: skip
    assert (row.state, row.ended_at, row.end_name, row.end_activity_id) == ("active", None, None, None)
    assert row.variables["hasil"] == "cukup"
    with office.database.reading() as session:
        [event] = events_of(session, case)
        [entry] = reader.of_kinds(session, case.id, CaseReopened)
        assert entry.actor is not None
        assert (entry.actor.name, entry.activity_id) == ("ketua", "periksa")
        assert (event.name, event.end, event.ended_as, event.reason) == (
            "Periksa",
            "selesai",
            "Selesai",
            REASON,
        )
        fact = session.get_one(CaseFact, case.id)
        assert (fact.ended_month, fact.ending, fact.way) == (None, None, "")
        assert session.scalars(select(Job.activity_id).where(Job.instance_id == case.id)).all() == ["lewat"]
    fits(office)
    complete(office, case, office.rina, BEGIN + timedelta(days=8), **ENOUGH)
    finish(office, case, BEGIN + timedelta(days=40))
    with office.database.reading() as session:
        fact = session.get_one(CaseFact, case.id)
        assert fact.ended_month == "2026-04"
        assert ways.moved("selesai", "periksa") in ways.steps(fact.way or "")
    fits(office)


def test_it_goes_on_again_and_again_and_each_time_the_record_fits(office: Office) -> None:
    desk = Desk(office)
    desk.complete()
    finish(office, desk.case, clock_of(office))
    for number in range(3):
        reopen(office, desk.case, "kerjakan", office.owner, clock_of(office) + timedelta(minutes=number))
        fits(office)
        finish(office, desk.case, clock_of(office) + timedelta(minutes=number))
        fits(office)


def clock_of(office: Office) -> datetime:
    with office.database.reading() as session:
        return clock.now(session)


def test_what_was_cancelled_goes_on_too_and_what_was_joined_is_parted(office: Office) -> None:
    case, main = office.start(), office.start()
    with office.database.transaction() as session:
        cancellation.cancel(session, case.id, "keliru", actor=office.owner)
    reopen(office, case, at=clock_of(office))
    assert office.open_task(case).activity_id == "periksa"
    fits(office)
    with office.database.transaction() as session:
        joined_reports.join(session, case.id, main.id, actor=office.rina)
    for one in (case, main):
        with pytest.raises(Conflict):
            reopen(office, one)


def test_who_neither_coordinates_nor_answers_for_the_process_does_not(office: Office) -> None:
    case = ended(office)
    for actor in (office.rina, office.dinas_a, office.admin, office.auditor):
        with pytest.raises(NotAllowed):
            reopen(office, case, actor=actor)
    with pytest.raises(NotFound):
        reopen(office, case, actor=office.dinas_b)
    assert row_of(office, case).state == "ended"


def test_a_reason_and_a_step_are_needed(office: Office) -> None:
    case = ended(office)
    with pytest.raises(InvalidForm) as missing:
        reopen(office, case, reason=" ")
    assert set(missing.value.errors) == {"reason"}
    for to in ("", "lewat", "selesai", "terima", "tidak_ada"):
        with pytest.raises(InvalidForm) as wrong:
            reopen(office, case, to)
        assert set(wrong.value.errors) == {"to"}


def test_the_deadline_is_kept_where_that_is_chosen_and_passes_as_it_was(office: Office) -> None:
    case, other = ended(office), ended(office)
    kept = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    reopen(office, case, keep=True, at=kept - timedelta(days=1))
    assert office.open_task(case).due_at == kept
    reopen(office, other, keep=True, at=kept + timedelta(days=3))
    [job] = [one for one in all_jobs(office) if one.instance_id == other.id]
    assert job.due_at == kept
    with office.database.transaction() as session:
        clock.fix(session, kept + timedelta(days=3, minutes=1))
        jobs.fire(session, job.id)
    late = office.open_task(other)
    assert late.due_at == kept
    assert late.overdue_at is not None
    fits(office)
    for one in (case, other):
        complete(office, one, office.rina, kept + timedelta(days=4), **ENOUGH)
        finish(office, one, kept + timedelta(days=4))
        with pytest.raises(Conflict, match="tenggat"):
            reopen(office, one, "kerjakan", keep=True)


def all_jobs(office: Office) -> list[Job]:
    with office.database.reading() as session:
        return list(session.scalars(select(Job).where(Job.instance_id.is_not(None))))


def branching() -> dict[str, bytes]:
    """Two branches that meet again, of which one is cut off after two days; and a sub-process after them."""
    part = inside(start("awal"), user("dalam"), end("ujung"), flows="awal > dalam > ujung")
    nodes = [
        start("terima", form="terima"), user("periksa"), parallel("pisah"), user("kiri"), user("kanan"),
        boundary("habis", "kanan", after="2 hari kerja", interrupting=True), parallel("temu"),
        node("subProcess", "bagian", inside=part), end("selesai"), end("batas"),
    ]  # fmt: skip
    flows = ["terima > periksa > pisah > kiri > temu > bagian > selesai\npisah > kanan > temu\nhabis > batas"]
    of_lane = "terima periksa pisah kiri kanan habis temu bagian selesai batas"
    diagram = bpmn(nodes, flows, key="cabang", lanes={"Loket": of_lane}, properties={"perihal": "judul"})
    return {"cabang.bpmn": diagram, "terima.form": form(text("judul", required=True))}


def test_no_case_goes_on_where_it_would_wait_for_ever(office: Office) -> None:
    deploy(office, branching())
    with office.database.transaction() as session:
        case = instances.start(session, "cabang", {"judul": "Lampu"}, actor=office.rina).instance
        cancellation.cancel(session, case.id, "keliru", actor=office.owner)
    at = clock_of(office)
    for branch in ("kiri", "kanan"):
        with pytest.raises(Conflict, match="menunggu cabang"):
            reopen(office, case, branch, office.owner, at)
    with pytest.raises(InvalidForm):
        reopen(office, case, "dalam", office.owner, at)
    reopen(office, case, "bagian", office.owner, at)
    assert office.open_task(case).activity_id == "dalam"
    fits(office)


def test_a_deadline_that_would_end_the_step_at_once_is_not_kept(office: Office) -> None:
    files = procedure()
    cut = files["uji.bpmn"].replace(b'cancelActivity="false"', b'cancelActivity="true"')
    deploy(office, {**files, "uji.bpmn": cut})
    case = ended(office)
    with pytest.raises(Conflict, match="sudah lewat"):
        reopen(office, case, keep=True)
    assert row_of(office, case).state == "ended"


def test_the_same_command_twice_is_done_once(office: Office) -> None:
    case = ended(office)
    command = Command("reopen_case", str(case.id), "kunci", {"to": "periksa"})

    def do(session: Session) -> dict[str, str]:
        row = reopening.reopen(session, case.id, "periksa", REASON, actor=office.ketua)
        return {"state": row.state}

    how: dict[str, Any] = {"actor": office.ketua, "allowed": lambda _session: None}
    answers = [run_command(office.database, command, do, **how) for _time in range(2)]
    assert answers == [{"state": "active"}] * 2
    with office.database.reading() as session:
        assert len(events_of(session, case)) == 1
    with pytest.raises(Conflict):
        reopen(office, case)


def test_an_end_that_was_reopened_cannot_be_undone_any_more(office: Office) -> None:
    desk = Desk(office)
    desk.complete()
    with office.database.transaction() as session:
        cancellation.cancel(session, desk.case.id, "keliru", actor=office.owner)
    reopen(office, desk.case, at=clock_of(office))
    with pytest.raises(Conflict):
        desk.undo()


def test_the_reporter_reads_that_it_goes_on_and_what_he_gave_it_stays(office: Office) -> None:
    case = ended(office)
    with office.database.transaction() as session:
        clock.fix(session, BEGIN + timedelta(days=1))
        ratings.rate(session, case.id, "1", "Belum diperbaiki")
    reopen(office, case)
    with office.database.reading() as session:
        face = reporter.overview(session, session.get_one(ProcessInstance, case.id))
        assert (face.ended_at, face.status.ended) == (None, False)
        assert "Dibuka kembali" in [station.text for station in face.way]
        assert face.rating is not None
        assert face.rating.rating == 1
        assert face.rate_until is None
        file = casefile.open_casefile(session, case.id, actor=office.ketua)
        assert file.tasks
    fits(office)


def test_the_reason_names_nobody(office: Office) -> None:
    with office.database.transaction() as session:
        case = instances.start(
            session, "uji", {"judul": "Lampu", "pelapor": "Kenari Wulandari"}, actor=office.rina
        ).instance
        cancellation.cancel(session, case.id, "keliru", actor=office.owner)
    reopen(office, case, at=clock_of(office), reason="Telepon dari 0812-3456-7890")
    with office.database.reading() as session:
        [event] = events_of(session, case)
    assert "0812" not in event.reason


def test_what_goes_on_is_not_old_enough_to_be_destroyed(office: Office) -> None:
    case, other = ended(office), ended(office)
    reopen(office, case)
    with office.database.reading() as session:
        old = periods.older("uji", BEGIN + timedelta(days=100))
        assert list(session.scalars(select(ProcessInstance.id).where(*old))) == [other.id]
