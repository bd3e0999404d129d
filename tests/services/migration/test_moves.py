"""Cases that move to another version: what becomes of their rows, who may do it, and that it can be undone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import Conflict, ExecutionFailed, InvalidForm, NotAllowed
from app.commands.migration import migration
from app.commands.tasks.tasks import complete_task
from app.commands.transaction import Command, run_without_key
from app.history import reader
from app.history.events.migration import InstanceMigrated, MigrationUndone, TokenMoved
from app.history.events.tasks import TaskReleased
from app.models import Incident, InstanceVisibility, Job, MigrationCase, ProcessInstance, UserTask
from app.services.core import clock
from app.services.instances import incidents, instances, jobs
from app.services.migration import batches, moves
from app.services.tasks import drafts, tasks
from tests.services.evidence.attacks import verified
from tests.services.keeping import forget
from tests.services.migration.moving import MOVED_LANE, begin, deploy, move, outcomes, rows, undo, work
from tests.services.office import Office, form, procedure, text
from tests.services.stored import process, replace


def with_unit(**changes: Any) -> dict[str, bytes]:
    """The procedure, whose start form asks for the unit."""
    return {**procedure(**changes), "terima.form": form(text("judul", required=True), text("unit"))}


def test_an_open_task_is_offered_to_its_new_lane_with_its_deadline_as_before(office: Office) -> None:
    deploy(office, with_unit())
    case = office.start(unit="A")
    before = office.open_task(case)
    target = deploy(office, with_unit(lanes=MOVED_LANE, after="5 hari kerja"))
    batch = move(office, target, case)
    assert outcomes(office, batch) == {case.id: "moved"}
    after = office.open_task(case)
    assert (after.id, after.lane, after.unit_code) == (before.id, "Unit", "A")
    assert (after.due_at, after.deadline) == (before.due_at, before.deadline)
    with office.database.reading() as session:
        found = session.get_one(ProcessInstance, case.id)
        assert found.definition_id == target
        groups = set(session.scalars(select(InstanceVisibility.group_id)))
        assert office.dinas_a.groups <= groups
    with office.database.transaction() as session:
        tasks.complete(session, after.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.dinas_a)
    assert office.open_task(case).activity_id == "kerjakan"


def test_a_move_is_told_in_the_record_with_what_it_changed(office: Office) -> None:
    deploy(office, with_unit())
    case = office.start(unit="A")
    move(office, deploy(office, with_unit(lanes=MOVED_LANE)), case)
    with office.database.reading() as session:
        [entry] = [e for e in reader.of_instance(session, case.id) if isinstance(e.event, InstanceMigrated)]
    event = entry.event
    assert (event.from_version, event.to_version, event.reason) == (2, 3, "SOP direvisi")
    assert {(one["kind"], one["before"], one["after"]) for one in event.changes} == {
        ("lane", "Loket", "Unit"), ("unit", "", "A"),
    }  # fmt: skip
    assert entry.actor is not None
    assert entry.actor.name == "pemilik"


def test_a_move_that_is_undone_leaves_every_row_as_it_was(office: Office) -> None:
    case = office.start(unit="A")
    task = office.open_task(case)
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.rina)
    before = rows(office, case)
    target = deploy(office, procedure(lanes=MOVED_LANE, after="9 hari kerja"))
    batch = move(office, target, case, timers={"lewat": "recompute"})
    assert rows(office, case) != before
    undo(office, batch)
    assert outcomes(office, batch) == {case.id: "undone"}
    assert rows(office, case) == before
    with office.database.reading() as session:
        told = [type(entry.event) for entry in reader.of_instance(session, case.id)]
        assert told[-3:] == [InstanceMigrated, TaskReleased, MigrationUndone]
    with office.database.transaction() as session:
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina)


def test_moves_are_undone_one_after_the_other(office: Office) -> None:
    case = office.start()
    second, third = (deploy(office, procedure(after=f"{days} hari kerja")) for days in (5, 7))
    before = rows(office, case)
    one = move(office, second, case)
    other = move(office, third, case)
    undo(office, other)
    undo(office, one)
    assert rows(office, case) == before


def test_the_record_of_moves_taken_back_verifies_at_every_step(office: Office) -> None:
    case = office.start()
    second, third = (deploy(office, procedure(after=f"{days} hari kerja")) for days in (5, 7))
    batches = []
    for target in (second, third, second):
        batches.append(move(office, target, case))
        assert verified(office.database).faults == ()
    for batch in reversed(batches):
        undo(office, batch)
        assert verified(office.database).faults == ()


def test_a_case_that_moved_on_is_not_taken_back(office: Office) -> None:
    case, other = office.start(), office.start()
    batch = move(office, deploy(office, procedure(after="5 hari kerja")), case, other)
    with office.database.transaction() as session:
        tasks.claim(session, office.open_task(case).id, actor=office.rina)
    undo(office, batch)
    assert outcomes(office, batch) == {case.id: "kept", other.id: "undone"}
    assert office.open_task(case).assignee_id == office.rina.id


def test_a_claim_and_a_draft_are_kept_by_who_still_works_in_the_lane(office: Office) -> None:
    case = office.start()
    task = office.open_task(case)
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.rina)
        drafts.save(session, office.rina, f"task:{task.id}", {"hasil": "cuk"})
    move(office, deploy(office, procedure(after="5 hari kerja")), case)
    assert office.open_task(case).assignee_id == office.rina.id
    with office.database.reading() as session:
        assert drafts.load(session, office.rina, f"task:{task.id}") is not None


def test_who_does_not_work_in_the_new_lane_holds_the_task_no_more(office: Office) -> None:
    case = office.start(unit="A")
    with office.database.transaction() as session:
        tasks.claim(session, office.open_task(case).id, actor=office.rina)
    move(office, deploy(office, procedure(lanes=MOVED_LANE)), case)
    assert office.open_task(case).assignee_id is None


def test_a_deadline_is_recomputed_where_that_was_chosen(office: Office) -> None:
    case = office.start()
    before = office.open_task(case)
    target = deploy(office, procedure(after="9 hari kerja"))
    move(office, target, case, timers={"lewat": "recompute"})
    after = office.open_task(case)
    assert before.due_at is not None
    assert after.due_at is not None
    assert after.due_at - before.due_at >= timedelta(days=8)
    with office.database.reading() as session:
        [job] = session.scalars(select(Job).where(Job.instance_id == case.id))
        assert (job.due_at, job.run_at) == (after.due_at, after.due_at)
        assert after.sort_at == after.due_at


def test_a_timer_that_fired_does_not_fire_in_the_new_version(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        clock.fix(session, clock.now(session) + timedelta(days=20))
        [job] = session.scalars(select(Job).where(Job.instance_id == case.id))
        assert jobs.fire(session, job.id)
    late = office.open_task(case)
    move(office, deploy(office, procedure(after="90 hari kerja")), case, timers={"lewat": "recompute"})
    with office.database.reading() as session:
        assert not session.scalars(select(Job).where(Job.instance_id == case.id)).all()
    after = office.open_task(case)
    assert (after.due_at, after.overdue_at) == (late.due_at, late.overdue_at)


def test_a_task_that_is_gone_keeps_its_case_where_it_is(office: Office) -> None:
    case = office.start()
    before = rows(office, case)
    diagram = procedure()["uji.bpmn"].replace(b"periksa", b"telaahan").replace(b'"Periksa"', b'"Telaahan"')
    renamed = {**procedure(), "uji.bpmn": diagram}
    renamed["telaahan.form"] = renamed.pop("periksa.form")
    target = deploy(office, renamed)
    batch = move(office, target, case)
    assert outcomes(office, batch) == {case.id: "refused"}
    assert rows(office, case) == before
    with office.database.reading() as session:
        row = session.get_one(MigrationCase, (batch, case.id))
        [told] = moves.told_obstacles(row.obstacles)
        assert "Periksa" in told
    by_hand = {office_definition(office, case): {"periksa": "telaahan", "lewat": "lewat"}}
    move(office, target, case, elements=by_hand)
    assert office.open_task(case).activity_id == "telaahan"


def office_definition(office: Office, case: ProcessInstance) -> int:
    with office.database.reading() as session:
        return session.get_one(ProcessInstance, case.id).definition_id


@pytest.mark.parametrize("who", ["rina", "auditor", "admin"])
def test_only_process_owners_move_cases_and_take_them_back(office: Office, who: str) -> None:
    case, actor = office.start(), getattr(office, who)
    batch = begin(office, deploy(office, procedure(after="5 hari kerja")), case)
    database = office.database
    with pytest.raises(NotAllowed), database.transaction() as session:
        batches.begin(session, 1, [case.id], batches.Decisions(), "x", actor=actor)
    with pytest.raises(NotAllowed), database.transaction() as session:
        batches.BATCHES.stop(session, batch, actor=actor)
    with pytest.raises(NotAllowed), database.transaction() as session:
        batches.BATCHES.resume(session, batch, actor=actor)
    with pytest.raises(NotAllowed), database.transaction() as session:
        batches.take_back(session, batch, "x", actor=actor)
    with pytest.raises(NotAllowed), database.transaction() as session:
        moves.put_elsewhere(session, case.id, "x", "selesai", "x", actor=actor)
    work(office)
    done = moves.Done(1, (), b"", "")
    with pytest.raises(NotAllowed), database.transaction() as session:
        moves.undo(session, case.id, done, "x", actor=actor)


def test_a_reason_is_needed(office: Office) -> None:
    case = office.start()
    target = deploy(office, procedure(after="5 hari kerja"))
    with pytest.raises(InvalidForm), office.database.transaction() as session:
        batches.begin(session, target, [case.id], batches.Decisions(), "  ", actor=office.owner)


def test_what_undoing_takes_is_dropped_after_a_while(office: Office) -> None:
    case = office.start()
    batch = move(office, deploy(office, procedure(after="5 hari kerja")), case)
    with office.database.transaction() as session:
        clock.fix(session, clock.now(session) + timedelta(days=31))
        forget(session)
    undo(office, batch)
    assert outcomes(office, batch) == {case.id: "kept"}


def test_a_case_stopped_by_its_diagram_goes_on_in_a_mended_version(office: Office) -> None:
    target, case = _stopped(office)
    move(office, target, case)
    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, case.id).state == "active"
        [incident] = incidents.of_instance(session, case.id)
        assert incident.resolved_at is not None
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, {}, {}, actor=office.rina)
    assert office.open_task(case).activity_id == "tolak"


def test_undoing_the_move_of_a_stopped_case_stops_it_again(office: Office) -> None:
    target, case = _stopped(office)
    before = rows(office, case)
    batch = move(office, target, case)
    undo(office, batch)
    assert rows(office, case) == before
    with office.database.reading() as session:
        assert session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).one()


def _stopped(office: Office) -> tuple[int, ProcessInstance]:
    """A case that its diagram stopped, and a version in which the rule is mended."""
    files = process("Loket")
    deploy(office, files)
    replace(office.database, "lama", '=hasil = "cukup"', "=random number() > 2")
    with office.database.transaction() as session:
        case = instances.start(session, "lama", {"judul": "x"}, actor=office.rina).instance
        tasks.complete(session, office_task(session, case), {"hasil": "x"}, {}, actor=office.rina)
    task = office.open_task(case)
    with pytest.raises(ExecutionFailed):
        complete_task(
            office.database, Command("complete", task.id), task.id, {}, {}, actor=office.rina,
            answer=lambda _s, _w: {}, typed={},
        )  # fmt: skip
    mended = {**files, "catat.form": form(text("judul"), text("lain"))}
    return deploy(office, mended), case


def office_task(session: Session, case: ProcessInstance) -> str:
    return session.scalars(select(UserTask.id).where(UserTask.instance_id == case.id)).one()


def test_a_token_is_put_elsewhere_by_hand_with_a_reason(office: Office) -> None:
    deploy(office, with_unit())
    case = office.start(unit="A")
    task = office.open_task(case)
    migration.put_elsewhere(
        office.database, Command("move_token", str(case.id)), case.id, task.id, "kerjakan",
        "sudah diperiksa di luar sistem",
        actor=office.owner,
    )  # fmt: skip
    after = office.open_task(case)
    assert (after.activity_id, after.unit_code) == ("kerjakan", "A")
    with office.database.reading() as session:
        assert session.get_one(UserTask, task.id).state == "cancelled"
        [entry] = [e for e in reader.of_instance(session, case.id) if isinstance(e.event, TokenMoved)]
    assert (entry.activity_id, entry.event.to) == ("periksa", "kerjakan")
    assert entry.event.reason == "sudah diperiksa di luar sistem"


def test_a_token_is_not_put_where_none_can_stand(office: Office) -> None:
    case = office.start()
    task = office.open_task(case)
    for token, to in ((task.id, "lewat"), (task.id, "tidak_ada"), ("f" * 32, "selesai")):
        with pytest.raises(InvalidForm), office.database.transaction() as session:
            moves.put_elsewhere(session, case.id, token, to, "alasan", actor=office.owner)


def test_a_batch_that_is_stopped_goes_on_where_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [office.start() for _number in range(4)]
    target = deploy(office, procedure(lanes=MOVED_LANE))
    batch = begin(office, target, *cases)
    monkeypatch.setattr(migration, "TURN", 2)
    migration.work(office.database)
    migration.stop(office.database, Command("stop_migration", str(batch)), batch, actor=office.owner)
    work(office)
    assert list(outcomes(office, batch).values()) == ["moved", "moved", "waiting", "waiting"]
    migration.resume(office.database, Command("resume_migration", str(batch)), batch, actor=office.owner)
    work(office)
    assert set(outcomes(office, batch).values()) == {"moved"}


def test_one_case_is_not_taken_back_while_others_of_a_stopped_batch_wait(office: Office) -> None:
    first, other = office.start(), office.start()
    batch = begin(office, deploy(office, procedure(after="5 hari kerja")), first, other)
    run_without_key(office.database, lambda session: batches.CASES.work_on(session, batch, first.id))
    migration.stop(office.database, Command("stop_migration", str(batch)), batch, actor=office.owner)
    with pytest.raises(Conflict, match="Lanjutkan dulu"):
        undo(office, batch, first)
    migration.resume(office.database, Command("resume", str(batch)), batch, actor=office.owner)
    work(office)
    undo(office, batch, first)
    assert set(outcomes(office, batch).values()) == {"undone", "moved"}


def test_a_case_that_is_none_takes_no_other_back(office: Office) -> None:
    case = office.start()
    batch = move(office, deploy(office, procedure(after="5 hari kerja")), case)
    with pytest.raises(Conflict, match="Tidak ada perkara"), office.database.transaction() as session:
        batches.take_back(session, batch, "keliru", actor=office.owner, instance_id=0)


def test_what_a_field_holds_goes_on_under_its_new_key(office: Office) -> None:
    office_form = form(text("nomor"), text("judul", required=True), text("pelapor", private=True))
    deploy(office, {**procedure(), "terima.form": office_form})
    case = office.start(judul="Jalan", nomor="LP-7")
    renamed = office_form.replace(b'"judul"', b'"perihal"')
    files = {**procedure(), "terima.form": renamed}
    files["uji.bpmn"] = files["uji.bpmn"].replace(b'value="judul"', b'value="perihal"')
    before = rows(office, case)
    batch = move(office, deploy(office, files), case)
    with office.database.reading() as session:
        held = session.get_one(ProcessInstance, case.id).variables
        [told] = reader.of_kinds(session, case.id, InstanceMigrated)
    assert (held.get("perihal"), "judul" in held) == ("Jalan", False)
    assert ("value", "judul", "perihal") in {
        (one["kind"], one["before"], one["after"]) for one in told.event.changes
    }
    undo(office, batch)
    assert rows(office, case) == before
