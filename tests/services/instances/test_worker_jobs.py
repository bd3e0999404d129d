"""Jobs that workers outside take and end: who has one, what he is told, and what becomes of one that fails."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.base.errors import Conflict, ExecutionFailed, InvalidForm, NotAllowed, NotFound
from app.commands.tasks.tasks import complete_task
from app.commands.transaction import Command
from app.models import HistoryEvent, Incident, MessageWait, ProcessInstance
from app.services.core.access import Actor
from app.services.evidence import verifying
from app.services.instances import cancellation, incidents, messages, worker_jobs
from app.services.instances.worker_jobs import JobLost, Worker
from tests.engine.building import boundary, exclusive, flow, node, user
from tests.services.evidence.attacks import config_of
from tests.services.migration.moving import move, outcomes, undo
from tests.services.office import Office
from tests.services.worker_jobs import TYPE, Post, letters

MAPPED = '<zeebe:ioMapping><zeebe:input source="=judul" target="perihal_surat"/></zeebe:ioMapping>'


@pytest.fixture
def post(office: Office) -> Post:
    return Post(office)


def caught(code: str = "") -> dict[str, Any]:
    edge = node("boundaryEvent", "galat", attachedToRef="kirim", inside="<bpmn:errorEventDefinition/>")
    return letters(edge, user("perbaiki"), flows="galat > perbaiki > selesai")


def types_of(post: Post, case: ProcessInstance) -> list[str]:
    with post.database.reading() as session:
        query = select(HistoryEvent.type).where(HistoryEvent.instance_id == case.id).order_by(HistoryEvent.id)
        return [one for one in session.scalars(query) if one.startswith(("worker", "error", "incident"))]


def test_a_job_is_taken_once_and_done(post: Post) -> None:
    case = post.start()
    [taken] = post.take()
    assert post.take("w2") == []
    assert post.open(case) == []
    assert post.complete(taken, nomor_surat="7/2026") == {"state": "active"}
    assert post.open(case) == ["arsip"]
    assert types_of(post, case) == ["worker_job_taken", "worker_job_completed"]
    with post.database.reading() as session:
        assert session.get_one(ProcessInstance, case.id).variables["nomor_surat"] == "7/2026"
    with pytest.raises(NotFound):
        post.complete(taken)


def test_a_worker_gets_no_identity_and_no_free_text_but_what_inputs_name(post: Post) -> None:
    post.start()
    [taken] = post.take()
    assert taken.variables == {"jumlah": 3}
    post.complete(taken)
    post.deploy(letters(extensions=MAPPED))
    post.start()
    [taken] = post.take()
    assert taken.variables == {"perihal_surat": "Izin Bapak Slamet"}


def test_those_that_wait_longest_come_first_and_no_more_than_asked(post: Post) -> None:
    cases = [post.start().id for _n in range(3)]
    first = post.take(most=2)
    assert {one.wait.instance_id for one in first} == set(cases[:2])
    assert [one.wait.instance_id for one in post.take(most=2)] == cases[2:]


def test_a_worker_that_dies_loses_nothing(post: Post) -> None:
    case = post.start()
    [dead] = post.take("w1", lock_s=30)
    post.later(seconds=31)
    [taken] = post.take("w2")
    assert taken.wait.id == dead.wait.id
    with pytest.raises(JobLost):
        post.complete(dead)
    with pytest.raises(JobLost):
        post.fail(dead)
    post.complete(taken)
    assert post.open(case) == ["arsip"]


def test_a_lock_that_ran_out_is_good_as_long_as_nobody_took_the_job(post: Post) -> None:
    case = post.start()
    [taken] = post.take(lock_s=30)
    post.later(seconds=31)
    post.complete(taken)
    assert post.open(case) == ["arsip"]


def test_a_lock_is_extended(post: Post) -> None:
    post.start()
    [taken] = post.take(lock_s=5)
    post.extend(taken, 600)
    post.later(seconds=300)
    assert post.take("w2") == []
    assert timedelta(seconds=250) < post.ready_in() < timedelta(seconds=301)


def test_what_fails_rests_for_longer_each_time_and_ends_in_an_incident(post: Post) -> None:
    case = post.start()
    for left, pause in ((2, timedelta(minutes=1)), (1, timedelta(minutes=10))):
        [taken] = post.take()
        assert post.fail(taken)["retries"] == left
        assert timedelta() <= pause - post.ready_in() < timedelta(seconds=30)
        assert post.take() == []
        post.later(hours=1)
    [taken] = post.take()
    assert post.fail(taken) == {"retries": 0, "ready_at": None}
    assert (post.take(), post.state(case)) == ([], "incident")
    with post.database.transaction() as session:
        [incident] = session.scalars(select(Incident))
        assert (incident.job_id, incident.activity_id) == (taken.wait.id, "kirim")
        assert "server surat mati" in incident.message
        incidents.retry(session, incident.id, actor=post.office.owner)
    assert post.state(case) == "active"
    [again] = post.take()
    post.complete(again)
    assert post.open(case) == ["arsip"]
    assert types_of(post, case).count("worker_job_failed") == 3


def test_the_worker_may_say_how_often_and_when_it_is_tried_again(post: Post) -> None:
    post.start()
    [taken] = post.take()
    post.fail(taken, retries=7, pause=timedelta(hours=2))
    assert post.row().retries == 7
    assert timedelta(hours=1) < post.ready_in() <= timedelta(hours=2)


def test_an_incident_of_a_job_is_over_when_the_case_gets_past_it(office: Office) -> None:
    late = boundary("lewat", "kirim", after="2 hari kerja", interrupting=True)
    post = Post(office, letters(late, user("tagih"), flows="lewat > tagih > selesai"))
    case = post.start()
    [taken] = post.take()
    post.fail(taken, retries=0)
    with post.database.transaction() as session:
        cancellation.cancel(session, case.id, "ganda", actor=office.owner)
    with post.database.reading() as session:
        assert session.scalars(select(MessageWait)).all() == []
        assert [one.resolved_at is not None for one in session.scalars(select(Incident))] == [True]


def test_a_bpmn_error_goes_to_the_event_that_catches_it(office: Office) -> None:
    post = Post(office, caught())
    case = post.start()
    [taken] = post.take()
    post.throw(taken, "ditolak")
    assert (post.open(case), post.take()) == (["perbaiki"], [])
    assert types_of(post, case) == ["worker_job_taken", "error_thrown"]


def test_a_bpmn_error_that_nothing_catches_waits_for_the_owner(post: Post) -> None:
    case = post.start()
    [taken] = post.take()
    assert post.throw(taken, "ditolak") == {"state": "incident"}
    assert (post.row().ready_at, post.open(case)) == (None, [])


def test_where_the_diagram_fails_at_the_result_the_job_waits_for_the_owner(office: Office) -> None:
    chosen = [
        flow("cukup", "arsip", condition='=hasil = "ya"'),
        flow("cukup", "lain", condition='=hasil = "tidak"'),
    ]
    ways = ["mulai > kirim > cukup", "arsip > selesai", "lain > selesai", *chosen]
    post = Post(office, letters(exclusive("cukup"), user("lain"), ways=ways))
    case = post.start()
    [taken] = post.take()
    with pytest.raises(ExecutionFailed):
        post.complete(taken, hasil="entah")
    assert (post.state(case), post.take()) == ("incident", [])
    with post.database.transaction() as session:
        [incident] = session.scalars(select(Incident))
        incidents.retry(session, incident.id, actor=office.owner)
    [taken] = post.take()
    post.complete(taken, hasil="ya")
    assert post.open(case) == ["arsip"]


def test_a_result_that_is_too_large_is_refused(post: Post) -> None:
    post.start()
    [taken] = post.take()
    with pytest.raises(InvalidForm):
        post.complete(taken, isi="x" * worker_jobs.MOST_BYTES)


def test_a_token_is_for_its_types_and_an_auditors_for_none(post: Post) -> None:
    post.start()
    [taken] = post.take()

    def with_(actor: Actor, *types: str) -> Worker:
        return Worker(actor, frozenset(types))

    with pytest.raises(NotAllowed):
        post.take(type_="lain")
    post.worker = with_(post.office.admin, "lain")
    with pytest.raises(NotFound):
        post.complete(taken)
    post.worker = with_(post.office.auditor, TYPE)
    with pytest.raises(NotAllowed):
        post.complete(taken)


def test_a_job_is_no_message_that_anybody_could_send_or_note(post: Post) -> None:
    case = post.start()
    row = post.row()
    with post.database.transaction() as session:
        with pytest.raises(Conflict):
            messages.send(session, TYPE, case.business_key, {}, actor=post.office.owner)
        assert messages.awaited(session, post.office.owner).items == []
        with pytest.raises(Conflict):
            messages.open_wait(session, case.id, "nix", actor=post.office.owner)
        assert messages.recordable(session, case, [row], post.office.owner) == []


def test_an_open_job_moves_with_its_case_and_back(post: Post) -> None:
    case = post.start()
    target = post.deploy(letters(properties={"jenis pekerjaan": "kirim-surel"}, extensions=MAPPED))
    batch = move(post.office, target, case)
    assert (post.row().job_type, post.row().message) == ("kirim-surel", "kirim-surel")
    undo(post.office, batch)
    assert outcomes(post.office, batch) == {case.id: "undone"}
    assert post.row().job_type == TYPE
    [taken] = post.take()
    post.complete(taken)
    assert post.open(case) == ["arsip"]


def test_a_worker_keeps_what_it_has_while_the_case_moves(post: Post) -> None:
    case = post.start()
    [taken] = post.take()
    move(post.office, post.deploy(letters(user("lagi"), flows="lagi > selesai")), case)
    post.complete(taken)
    assert post.open(case) == ["arsip"]


def test_a_job_of_which_nobody_tries_is_tried_anew_in_another_version(post: Post) -> None:
    case = post.start()
    [taken] = post.take()
    post.fail(taken, retries=0)
    move(post.office, post.deploy(letters(user("lagi"), flows="lagi > selesai")), case)
    assert (post.row().retries, post.state(case)) == (3, "active")
    assert len(post.take()) == 1


def test_the_record_agrees_with_the_rows(post: Post) -> None:
    post.start()
    [taken] = post.take()
    post.fail(taken)
    with verifying.snapshot(post.database) as connection:
        assert verifying.verify(config_of(post.database), connection).faults == ()


def test_no_worker_gets_a_job_while_the_completion_before_it_may_be_taken_back(office: Office) -> None:
    post = Post(office, letters(user("cek"), ways=["mulai > cek > kirim > arsip > selesai"]))
    task, sent = office.open_task(post.start()).id, Command("complete_task", "x")
    complete_task(
        office.database, sent, task, {}, {}, actor=office.rina,
        answer=lambda _session, _work: {}, typed={}, undoable=True,
    )  # fmt: skip
    assert post.take() == []
    assert timedelta() < post.ready_in() < timedelta(minutes=2)
    post.later(minutes=2)
    assert len(post.take()) == 1
