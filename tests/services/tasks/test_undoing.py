"""Taking back a completion: what is as before, who may, until when, and what is in the way."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select

from app import worker
from app.base.errors import Conflict, NotAllowed
from app.commands.tasks.tasks import as_draft, complete_task, undo_completion
from app.commands.transaction import Command
from app.history import reader
from app.history.events.tasks import CompletionTakenBack
from app.models import Attachment, CompletionUndo, Job, Notice, OutboxMessage, ProcessInstance, UserTask
from app.services import identity
from app.services.casefile import casefile
from app.services.core import clock
from app.services.files import attachments, uploads
from app.services.instances import instances, jobs
from app.services.maintenance import keeping
from app.services.notifications import outbox
from app.services.numbers import recount, totals
from app.services.reporter import joined_reports, ratings
from app.services.tasks import drafts, inbox, kept_completions, tasks, undoing
from app.services.tasks.inbox import Filters
from tests.services import rounds, two_pools
from tests.services.desk import ENOUGH, Desk
from tests.services.office import Office

pytestmark = pytest.mark.usefixtures("facts_follow")


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def test_the_case_is_exactly_what_it_was_and_the_words_are_a_draft(desk: Desk) -> None:
    until = datetime.fromisoformat(desk.complete())
    assert desk.rows() != desk.before
    assert timedelta(seconds=25) < until - datetime.now(until.tzinfo) <= timedelta(seconds=30)
    desk.undo()
    assert desk.rows() == desk.before
    with desk.database.reading() as session:
        kept = drafts.load(session, desk.office.rina, f"task:{desk.task}")
        assert kept is not None
        assert kept.values == as_draft(ENOUGH, {})
        assert list(recount.differences(session)) == []
        assert session.scalar(select(func.count()).select_from(CompletionUndo)) == 0


def test_completing_again_gives_what_it_gives_without(desk: Desk) -> None:
    desk.complete({"hasil": "cukup", "unit": "B"})
    desk.undo()
    desk.complete(ENOUGH, key="another")
    task = desk.office.open_task(desk.case)
    assert (task.lane, task.unit_code, task.assignee_id) == ("Unit", "A", None)


def test_who_completes_without_claiming_holds_the_task_afterwards(office: Office) -> None:
    desk = Desk(office)
    with desk.database.transaction() as session:
        tasks.release(session, desk.task, actor=office.rina)
    desk.complete()
    desk.undo()
    assert desk.office.open_task(desk.case).assignee_id == office.rina.id


def test_the_record_tells_both_and_what_was_taken_back_was_not_handed_in(desk: Desk) -> None:
    desk.complete()
    desk.undo()
    with desk.database.reading() as session:
        events = reader.of_instance(session, desk.case.id)
        file = casefile.open_casefile(session, desk.case.id, actor=desk.office.rina)
        task = session.get_one(UserTask, desk.task)
        beside = casefile.task_file(session, task, actor=desk.office.rina)
    types = [entry.type for entry in events]
    assert types[-4:] == ["task_completed", "gateway_decided", "task_created", "completion_taken_back"]
    told = events[-1].event
    assert isinstance(told, CompletionTakenBack)
    assert (told.values, told.old) == ({"hasil": None, "unit": None}, ENOUGH)
    assert events[-1].actor is not None
    assert events[-1].actor.id == desk.office.rina.id
    valid = [entry.type for entry in file.valid_events]
    assert "task_completed" not in valid
    assert {"instance_started", "task_claimed"} < set(valid)
    assert [entry.type for entry in beside.events] == ["instance_started", "completion_taken_back"]


def test_nobody_hears_of_what_is_taken_back(desk: Desk) -> None:
    desk.complete()
    with desk.database.transaction() as session:
        assert not outbox.waiting(session)
        assert outbox.deliver(session) == 0
    desk.undo()
    with desk.database.transaction() as session:
        clock.fix(session, datetime.now().astimezone() + timedelta(seconds=60))
        assert outbox.deliver(session) == 0
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_what_is_not_taken_back_is_told_when_the_time_is_over(desk: Desk) -> None:
    until = datetime.fromisoformat(desk.complete())
    with desk.database.transaction() as session:
        clock.fix(session, until)
        assert outbox.waiting(session)
        assert outbox.deliver(session) == 1


def test_a_notice_of_the_task_is_unread_again(office: Office) -> None:
    desk = Desk(office)
    with office.database.transaction() as session:
        tasks.complete(session, desk.task, ENOUGH, {}, actor=office.rina)
        outbox.deliver(session)
    task = office.open_task(desk.case).id
    complete_task(
        office.database,
        Command("complete_task", task),
        task,
        {},
        {},
        actor=office.dinas_a,
        answer=lambda _s, _w: {},
        typed={},
        undoable=True,
    )
    with office.database.reading() as session:
        assert session.scalars(select(Notice.read_at)).one() is not None
    undo_completion(
        office.database,
        Command("undo_completion", task),
        task,
        actor=office.dinas_a,
        answer=lambda _s, _t: {},
    )
    with office.database.reading() as session:
        assert session.scalars(select(Notice.read_at)).one() is None
        again = session.get_one(ProcessInstance, desk.case.id)
        assert (again.state, again.ended_at, again.end_name) == ("active", None, None)


def test_only_who_completed_it_takes_it_back(desk: Desk) -> None:
    desk.complete()
    with pytest.raises(NotAllowed, match="Hanya petugas yang menyelesaikan"):
        desk.undo(desk.office.budi)


def test_after_the_seconds_it_is_too_late(desk: Desk) -> None:
    until = datetime.fromisoformat(desk.complete())
    with desk.database.transaction() as session:
        clock.fix(session, until)
        with pytest.raises(Conflict, match="Waktu untuk mengurungkan sudah lewat"):
            undoing.take_back(session, desk.task, actor=desk.office.rina)


def test_once_somebody_took_the_next_task_it_stays_and_he_is_named(desk: Desk) -> None:
    desk.complete()
    with desk.database.transaction() as session:
        tasks.claim(session, desk.next_task(), actor=desk.office.dinas_a)
    with pytest.raises(Conflict, match="Dina sudah mengambil tugas berikutnya"):
        desk.undo()


def test_what_somebody_began_to_fill_in_is_not_lost(desk: Desk) -> None:
    desk.complete()
    with desk.database.transaction() as session:
        drafts.save(session, desk.office.dinas_a, f"task:{desk.next_task()}", as_draft({"x": 1}, {}))
    with pytest.raises(Conflict, match="mulai diisi"):
        desk.undo()


def test_a_draft_of_who_only_sees_the_next_task_is_in_nobodys_way(desk: Desk) -> None:
    desk.complete()
    scope = f"task:{desk.next_task()}"
    with desk.database.transaction() as session:
        drafts.save(session, desk.office.ketua, scope, as_draft({"x": 1}, {}))
    desk.undo()
    assert desk.rows() == desk.before
    with desk.database.reading() as session:
        assert drafts.load(session, desk.office.ketua, scope) is None


def test_who_rated_an_end_that_is_taken_back_is_asked_anew(office: Office) -> None:
    desk = Desk(office)
    desk.complete()
    desk.task = desk.next_task()
    with office.database.transaction() as session:
        tasks.claim(session, desk.task, actor=office.dinas_a)
    joined = office.start()
    with office.database.transaction() as session:
        joined_reports.join(session, joined.id, desk.case.id, actor=office.rina)
    office.rina, rina = office.dinas_a, office.rina
    for again in (False, True):
        desk.complete({})
        rated = [desk.case.id, joined.id]
        with office.database.transaction() as session:
            assert [ratings.rating_of(session, one) for one in rated] == [None, None]
            for one in rated:
                ratings.rate(session, one, "2", "kurang cepat")
        if not again:
            desk.undo()
            with office.database.reading() as session:
                assert [row.rated for row in totals.summed(session, "uji", "month").values()] == [0]
                assert list(recount.differences(session)) == []
            with office.database.transaction() as session, pytest.raises(Conflict):
                ratings.rate(session, joined.id, "5", "")
    office.rina = rina
    with office.database.reading() as session:
        assert [row.rated for row in totals.summed(session, "uji", "month").values()] == [2]
        assert list(recount.differences(session)) == []


def test_a_case_that_went_on_stays_where_it_is(desk: Desk) -> None:
    desk.complete()
    with desk.database.transaction() as session:
        tasks.complete(session, desk.next_task(), {}, {}, actor=desk.office.dinas_a)
    with pytest.raises(Conflict, match="sudah berlanjut"):
        desk.undo()


def test_a_timer_that_fired_meanwhile_keeps_it(desk: Desk) -> None:
    desk.complete({"hasil": "kurang", "unit": "A"})  # the same task again, with a deadline of its own
    with desk.database.transaction() as session:
        [due] = [job.id for job in session.scalars(select(Job)) if job.instance_id == desk.case.id]
        clock.fix(session, datetime.now().astimezone() + timedelta(days=30))
        assert jobs.fire(session, due)
    with pytest.raises(Conflict, match="sudah berlanjut"):
        desk.undo()


def test_taken_back_twice_is_told_and_a_repeat_is_the_first_answer(desk: Desk) -> None:
    desk.complete()
    first = desk.undo(key="once")
    assert desk.undo(key="once") == first
    with pytest.raises(Conflict, match="sudah diurungkan"):
        desk.undo(key="again")


def test_the_completion_that_was_taken_back_is_not_told_again_as_done(desk: Desk) -> None:
    desk.complete(key="form")
    desk.undo()
    with pytest.raises(Conflict, match="sudah diurungkan"):
        desk.complete(key="form")
    assert desk.rows() == desk.before


def test_identity_is_what_it_was(office: Office) -> None:
    with office.database.transaction() as session:
        case = instances.start(session, "uji", {"judul": "X", "pelapor": "Sari"}, actor=office.rina).instance
        task = instances.open_tasks(session, case.id)[0].id
        tasks.claim(session, task, actor=office.rina)
    with office.database.transaction() as session:
        kept = kept_completions._identity(session, case.id, {"pelapor": "Lain", "baru": "1"})
        identity.store(session, case.id, {"pelapor": "Lain", "baru": "1"})
        before = kept_completions.Before({}, {}, (), kept, ())
        undoing._put_identity_back(session, case.id, before)
    with office.database.transaction() as session:
        version = tasks.get(session, task, actor=office.rina).version
        case = instances.get(session, case.id, actor=office.rina)
        assert identity.show(session, office.rina, case, version) == {"pelapor": "Sari"}


def test_without_being_asked_a_completion_keeps_nothing_and_tells_at_once(desk: Desk) -> None:
    with desk.database.transaction() as session:
        tasks.complete(session, desk.task, ENOUGH, {}, actor=desk.office.rina)
        assert session.scalar(select(func.count()).select_from(CompletionUndo)) == 0
        assert outbox.deliver(session) == 1


def test_what_is_kept_is_forgotten(desk: Desk) -> None:
    until = datetime.fromisoformat(desk.complete())
    with desk.database.transaction() as session:
        clock.fix(session, until + timedelta(seconds=1))
        keeping.forget_soon(session)
        assert session.scalar(select(func.count()).select_from(CompletionUndo)) == 0


def test_the_unit_sees_the_case_no_more(desk: Desk) -> None:
    desk.complete()
    desk.undo()
    with desk.database.reading() as session:
        page = inbox.page(session, Filters(tab="queue"), actor=desk.office.dinas_a)
        assert page.items == []


def undone(office: Office, case: ProcessInstance, **values: Any) -> UserTask:
    """Complete the open task of a case and take that back, each in a transaction of its own."""
    task = office.open_task(case)
    with office.database.transaction() as session:
        tasks.complete(session, task.id, values, {}, actor=office.rina, typed={"values": values})
    with office.database.transaction() as session:
        return undoing.take_back(session, task.id, actor=office.rina)


def test_a_signal_cannot_be_called_back(office: Office) -> None:
    case = rounds.begun(office, rounds.signals("lempar"), "lempar")
    with pytest.raises(Conflict, match="Perkara lain sudah menerima kabar"):
        undone(office, case)


def test_a_message_to_another_case_cannot_be_called_back(office: Office) -> None:
    two_pools.deploy(office)
    case = two_pools.begin(office)
    while two_pools.at(office, case) and not two_pools.cases(office, "dinas"):
        task = office.open_task(case)
        with office.database.transaction() as session:
            work = tasks.complete(session, task.id, {}, {}, actor=office.rina, typed={"values": {}})
        worker.fire_until(office.database, datetime.now().astimezone())
    assert work.undo_until is None
    with office.database.transaction() as session, pytest.raises(Conflict, match="Perkara lain sudah"):
        undoing.take_back(session, task.id, actor=office.rina)


def test_files_wait_for_the_form_again(office: Office) -> None:
    case = rounds.begun(office, rounds.asks_for_a_file(then=True), "berkas")
    with office.database.transaction() as session:
        upload = uploads.read_upload(BytesIO(b"Lampu mati.\n"), "a.txt", actor=office.rina)
        file = attachments.receive(session, upload, actor=office.rina).id
    undone(office, case, bukti=[file])
    with office.database.reading() as session:
        row = session.get_one(Attachment, file)
        assert (row.instance_id, row.field_key) == (None, None)
        assert attachments.names(session, [file], actor=office.rina) == {file: "a.txt"}
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, {"bukti": [file]}, {}, actor=office.rina)
        assert session.get_one(Attachment, file).instance_id == case.id
