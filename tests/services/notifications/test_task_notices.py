"""A notice about a task counts as read once the task is closed, or is no longer what the notice says."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread
from time import monotonic

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from app import worker
from app.base.db import Database
from app.models import Notice, OutboxMessage, ProcessInstance, Unit, User, UserTask
from app.services.core import clock
from app.services.core.access import Actor
from app.services.instances import cancellation, incidents
from app.services.notifications import notices, outbox, task_notices, texts
from app.services.tasks import tasks
from tests.services.counting import statements
from tests.services.office import Office, add_user


def deliver(office: Office) -> None:
    with office.database.transaction() as session:
        outbox.deliver(session)


def unread(office: Office, actor: Actor) -> list[str]:
    """The codes of what somebody has not read, newest first."""
    with office.database.reading() as session:
        rows = notices.of_user(session, actor=actor, unread_only=True)[0]
        assert notices.unread(session, actor=actor) == len(rows)
        return [row.body["code"] for row in rows]


def send_to(office: Office, unit: str) -> UserTask:
    """A case that was sent to a unit; the task that opened for it."""
    case = office.start()
    complete(office, office.open_task(case), office.rina, hasil="cukup", unit=unit)
    return office.open_task(case)


def complete(office: Office, task: UserTask, actor: Actor, **values: str) -> None:
    with office.database.transaction() as session:
        tasks.complete(session, task.id, values, {}, actor=actor)


def hand_on(office: Office, task: UserTask, to: Actor, *, actor: Actor) -> None:
    with office.database.transaction() as session:
        tasks.reassign(session, task.id, session.get_one(User, to.id), "Libur", actor=actor)


def empty_unit(office: Office) -> UserTask:
    with office.database.transaction() as session:
        session.add(Unit(code="KOSONG", name="Dinas Kosong"))
    return send_to(office, "KOSONG")


def test_a_completion_closes_what_everybody_was_told_of_the_task(office: Office) -> None:
    with office.database.transaction() as session:
        colleague = add_user(session, "doni", "Unit", units=("A",))
    task, other = send_to(office, "A"), send_to(office, "A")
    deliver(office)
    assert unread(office, office.dinas_a) == unread(office, colleague) == ["task_opened"] * 2
    complete(office, task, office.dinas_a)
    assert unread(office, office.dinas_a) == unread(office, colleague) == ["task_opened"]
    with office.database.reading() as session:
        rows = session.scalars(select(Notice).where(Notice.user_id == colleague.id)).all()
        assert [row.read_at is None for row in rows] == [row.task_id == other.id for row in rows]


def test_a_cancelled_case_closes_them_and_the_word_of_it_stays_unread(office: Office) -> None:
    task = send_to(office, "A")
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.dinas_a)
    deliver(office)
    with office.database.transaction() as session:
        cancellation.cancel(session, task.instance_id, "Salah", actor=office.owner)
    deliver(office)
    assert unread(office, office.dinas_a) == ["task_cancelled"]


@pytest.mark.parametrize("way", ["completed", "released", "handed on"])
def test_who_was_given_a_task_need_not_read_it_once_he_has_it_no_more(office: Office, way: str) -> None:
    task = office.open_task(office.start())
    hand_on(office, task, office.budi, actor=office.ketua)
    deliver(office)
    assert unread(office, office.budi) == ["task_reassigned"]
    if way == "completed":
        complete(office, task, office.budi, hasil="cukup")
    elif way == "released":
        with office.database.transaction() as session:
            tasks.release(session, task.id, actor=office.budi)
    else:
        hand_on(office, task, office.rina, actor=office.ketua)
    assert unread(office, office.budi) == []
    deliver(office)
    told = {"completed": [], "released": [], "handed on": ["task_handed_on"]}
    assert unread(office, office.budi) == told[way]
    assert unread(office, office.rina) == (["task_reassigned"] if way == "handed on" else [])


def test_a_reminder_is_settled_with_its_task(office: Office) -> None:
    task = office.open_task(office.start())
    with office.database.reading() as session:
        later = clock.now(session) + timedelta(days=10)
    worker.fire_until(office.database, later)
    deliver(office)
    assert unread(office, office.rina) == unread(office, office.budi) == ["notification"]
    complete(office, task, office.rina, hasil="cukup")
    assert unread(office, office.rina) == unread(office, office.budi) == []


def test_a_unit_without_officers_is_no_news_once_the_task_has_somebody(office: Office) -> None:
    task = empty_unit(office)
    deliver(office)
    assert unread(office, office.ketua) == unread(office, office.admin) == ["unit_empty"]
    hand_on(office, task, office.dinas_b, actor=office.ketua)
    assert unread(office, office.ketua) == unread(office, office.admin) == []


def test_what_is_delivered_after_its_task_was_closed_comes_as_read(office: Office) -> None:
    task = send_to(office, "A")
    complete(office, task, office.dinas_a)
    with office.database.transaction() as session:
        colleague = add_user(session, "doni", "Unit", units=("B",))
    late = empty_unit(office)
    hand_on(office, late, office.dinas_b, actor=office.ketua)
    hand_on(office, late, colleague, actor=office.ketua)
    deliver(office)
    assert unread(office, office.dinas_a) == []
    assert unread(office, office.dinas_b) == ["task_handed_on"]
    assert unread(office, colleague) == ["task_reassigned"]
    assert unread(office, office.ketua) == []
    with office.database.reading() as session:
        told = [texts.words(row.body) for row in notices.of_user(session, actor=office.dinas_b)[0]]
    assert any("kepada Anda" in words for words in told)  # in the list it stands all the same


def test_what_somebody_took_is_no_news_to_the_others(office: Office) -> None:
    with office.database.transaction() as session:
        colleague = add_user(session, "doni", "Unit", units=("A",))
    task, other = send_to(office, "A"), send_to(office, "A")
    deliver(office)
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.dinas_a)
    assert unread(office, office.dinas_a) == unread(office, colleague) == ["task_opened"]
    with office.database.reading() as session:
        left = session.scalars(select(Notice.task_id).where(Notice.read_at.is_(None))).all()
    assert left == [other.id] * 2


def test_a_deadline_is_left_to_who_took_the_task_and_who_coordinates_it(office: Office) -> None:
    task = office.open_task(office.start())
    with office.database.transaction() as session:
        case, people = (
            session.get_one(ProcessInstance, task.instance_id),
            (office.rina, office.budi, office.ketua),
        )
        to = {"users": [actor.id for actor in people]}
        texts.queue(session, case, task.activity_id, "notification", to, task.id, text="Segera")
    deliver(office)
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.rina)
    assert unread(office, office.rina) == unread(office, office.ketua) == ["notification"]
    assert unread(office, office.budi) == []


def test_what_is_delivered_after_its_task_was_taken_comes_as_read(office: Office) -> None:
    task = send_to(office, "A")
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.dinas_a)
    deliver(office)
    assert unread(office, office.dinas_a) == []


def test_what_is_for_somebody_stands_apart_from_what_is_for_his_lane(office: Office) -> None:
    def apart(actor: Actor) -> tuple[int, int]:
        with office.database.reading() as session:
            return notices.unread_apart(session, actor=actor)

    send_to(office, "A")
    held = office.open_task(office.start())
    with office.database.transaction() as session:
        tasks.claim(session, held.id, actor=office.rina)
    with office.database.reading() as session:
        later = clock.now(session) + timedelta(days=10)
    worker.fire_until(office.database, later)
    deliver(office)
    assert apart(office.rina) == (1, 0)  # she has it
    assert apart(office.budi) == (0, 1)  # a colleague of hers
    assert apart(office.dinas_a)[1] == 1
    with office.database.reading() as session:
        of_lane, _more = notices.of_user(session, actor=office.budi, for_lane=True)
        assert [row.task_id for row in of_lane] == [held.id]
        assert notices.of_user(session, actor=office.budi, for_lane=False) == ([], None)


def test_what_is_about_no_task_stays_until_it_is_read(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        incidents.open_one(session, session.get_one(ProcessInstance, case.id), "Buntu", actor=None)
    deliver(office)
    complete(office, office.open_task(case), office.rina, hasil="cukup")
    assert unread(office, office.owner) == ["incident_opened"]


def test_only_a_completion_of_a_task_that_is_unread_of_pays_for_it(office: Office) -> None:
    counts = []
    for heard in (False, True):
        task = send_to(office, "A")
        if heard:
            deliver(office)
        with statements(office.database) as sent:
            complete(office, task, office.dinas_a)
        counts.append(len(sent))
    assert counts[1] == counts[0] + 1


def test_closing_finds_its_notices_by_an_index(sqlite_database: Database) -> None:
    asked = "SELECT id FROM notice WHERE task_id = 'x' AND read_at IS NULL"
    with sqlite_database.reading() as session:
        plan = session.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all()
    assert any("ix_notice_unread_about" in str(row) for row in plan), plan


def test_a_message_waits_while_its_case_is_being_changed(postgres_database: Database) -> None:
    office = Office(postgres_database)
    task, other = send_to(office, "A"), send_to(office, "A")
    done, looked = Event(), Event()

    def work() -> None:
        with office.database.transaction() as session:
            tasks.complete(session, task.id, {}, {}, actor=office.dinas_a)
            done.set()
            assert looked.wait(20)

    thread = Thread(target=work)
    thread.start()
    assert done.wait(20)
    deliver(office)
    looked.set()
    thread.join()
    with office.database.reading() as session:
        assert session.scalars(select(Notice.task_id)).all() == [other.id]
    deliver(office)
    assert unread(office, office.dinas_a) == ["task_opened"]
    with office.database.reading() as session:
        assert not outbox.waiting(session)


def _await_blocked(database: Database, count: int) -> None:
    """Return once so many statements wait for locks."""
    asked = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
    )
    blocked, give_up = -1, monotonic() + 20
    while blocked != count:
        assert monotonic() < give_up
        with database.reading() as session:  # a transaction sees them as they stood when it first asked
            blocked = session.scalar(asked) or 0


def test_who_reads_his_list_and_what_closes_several_tasks_do_not_wait_for_each_other(
    postgres_database: Database,
) -> None:
    office = Office(postgres_database)
    first, second = sorted(
        (send_to(office, "A") for _time in range(2)), key=lambda task: task.id, reverse=True
    )
    with office.database.transaction() as session:
        session.execute(delete(OutboxMessage))
        to = {"users": [office.dinas_a.id]}
        for task in (first, second):  # of two notices the older one is about the task with the greater id
            case = session.get_one(ProcessInstance, task.instance_id)
            texts.queue(session, case, task.activity_id, "notification", to, task.id, text="Segera")
            session.flush()
    deliver(office)
    with office.database.reading() as session:
        told = session.scalars(select(Notice).order_by(Notice.id)).all()
    assert [notice.task_id for notice in told] == [first.id, second.id]

    def run(do: Callable[[Session], object]) -> None:
        with office.database.transaction() as session:
            do(session)

    with ThreadPoolExecutor(2) as pool:
        with office.database.transaction() as session:
            session.execute(select(Notice.id).where(Notice.id == told[0].id).with_for_update())
            reads = pool.submit(run, lambda other: notices.mark_all_read(other, actor=office.dinas_a))
            _await_blocked(office.database, 1)
            closes = pool.submit(run, lambda other: task_notices.close(other, [second.id, first.id]))
            _await_blocked(office.database, 2)
        assert [reads.exception(), closes.exception()] == [None, None]
    assert unread(office, office.dinas_a) == []
