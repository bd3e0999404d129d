"""What happens between planning a completion and writing it: it ends as if it had been done whole afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, func, select, update
from sqlalchemy.orm import Session

from app.base import driver_statements
from app.base.db import Database, Unplanned
from app.base.errors import AppError, Conflict, KeyReused, NotAllowed, NotFound, NotReady
from app.commands.tasks.tasks import complete_task
from app.commands.transaction import Command
from app.history import proof
from app.models import (
    Draft,
    HistoryEvent,
    Incident,
    Job,
    Notice,
    OutboxMessage,
    ProcessInstance,
    SecurityEvent,
    User,
    UserTask,
)
from app.services.casefile import masking, notes
from app.services.core import clock, encryption, idempotency, security_notes
from app.services.core.writes import Plan
from app.services.instances import cancellation, incidents, waits
from app.services.notifications import followers
from app.services.people import users
from app.services.tasks import drafts, snoozing, tasks
from tests.services.office import Office

ENOUGH = {"hasil": "cukup", "unit": "A"}
AGAIN = {"hasil": "kurang", "unit": "A"}


class Desk:
    """A case, and the completion of its first task by rina."""

    def __init__(self, office: Office) -> None:
        self.office, self.database = office, office.database
        self.case = office.start()
        self.task = office.open_task(self.case).id

    def complete(
        self, key: str = "key", *, values: dict[str, Any] = ENOUGH, undoable: bool = False
    ) -> dict[str, Any]:
        return complete_task(
            self.database,
            Command("complete", self.task, key, values),
            self.task,
            values,
            {},
            actor=self.office.rina,
            answer=lambda _session, work: {"state": work.task.state},
            typed=values,
            undoable=undoable,
        )

    def state(self) -> str:
        with self.database.reading() as session:
            return session.get_one(UserTask, self.task).state

    def count(self, model: Any, *where: Any) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(model).where(*where)) or 0

    def completions(self) -> int:
        return self.count(HistoryEvent, HistoryEvent.type == "task_completed")


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(Office(database))


@pytest.fixture
def meanwhile(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Session], object]], None]:
    """Have something done just before the plan is written."""

    def prepare(do: Callable[[Session], object]) -> None:
        whole = desk.database.transaction

        @contextmanager
        def transaction(**how: bool) -> Iterator[Session]:
            monkeypatch.setattr(desk.database, "transaction", whole)
            with whole() as session:
                do(session)
            with whole(**how) as session:
                yield session

        monkeypatch.setattr(desk.database, "transaction", transaction)

    return prepare


Meanwhile = Callable[[Callable[[Session], object]], None]


@pytest.mark.parametrize("undoable", [False, True])
def test_nothing_is_read_in_the_transaction(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, undoable: bool
) -> None:
    read = list[str]()
    whole = desk.database.transaction

    @contextmanager
    def transaction(**how: bool) -> Iterator[Session]:
        with whole(**how) as session:

            @event.listens_for(session, "do_orm_execute")
            def _seen(state: Any) -> None:
                read.append(str(state.statement))

            yield session

    monkeypatch.setattr(desk.database, "transaction", transaction)
    assert desk.complete(undoable=undoable) == {"state": "completed"}
    assert read == []
    assert (desk.state(), desk.completions()) == ("completed", 1)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_is_made_ready_in_the_transaction(desk: Desk) -> None:
    """Its statements are the driver's own by then, as others wait for SQLite's lock."""
    built, sent = list[str](), list[str]()
    event.listen(desk.database._writer, "before_execute", lambda *given: built.append(str(given[1])))
    event.listen(desk.database._writer, "before_cursor_execute", lambda *given: sent.append(given[2]))
    assert desk.complete() == {"state": "completed"}
    assert len(sent) >= 5
    assert built == []
    made = driver_statements._text.cache_info().misses
    assert Desk(desk.office).complete("another") == {"state": "completed"}
    assert driver_statements._text.cache_info().misses == made


def _claim(desk: Desk, session: Session) -> None:
    tasks.claim(session, desk.task, actor=desk.office.budi)


def _finish(desk: Desk, session: Session) -> None:
    tasks.complete(session, desk.task, ENOUGH, {}, actor=desk.office.budi)


def _disable(desk: Desk, session: Session) -> None:
    users.disable(session, desk.office.rina.id, actor=desk.office.admin)


def _take_lane_away(desk: Desk, session: Session) -> None:
    rina = session.get_one(User, desk.office.rina.id)
    rina.groups.clear()


def _make_auditor(desk: Desk, session: Session) -> None:
    session.get_one(User, desk.office.rina.id).is_auditor = True


def _cancel(desk: Desk, session: Session) -> None:
    cancellation.cancel(session, desk.case.id, "Dicabut", actor=desk.office.owner)


@pytest.mark.parametrize(
    ("do", "error", "completions"),
    [
        (_claim, Conflict, 0),
        (_finish, Conflict, 1),
        (_disable, NotFound, 0),
        (_take_lane_away, NotAllowed, 0),
        (_make_auditor, NotAllowed, 0),
        (_cancel, Conflict, 0),
    ],
)
def test_what_takes_the_task_away_is_told_and_nothing_is_written(
    desk: Desk,
    meanwhile: Meanwhile,
    do: Callable[[Desk, Session], None],
    error: type[AppError],
    completions: int,
) -> None:
    meanwhile(lambda session: do(desk, session))
    with pytest.raises(error):
        desk.complete()
    assert desk.completions() == completions
    assert desk.count(SecurityEvent, SecurityEvent.action == "complete", SecurityEvent.outcome == "done") == 0


def _put_off_timer(session: Session) -> None:
    session.execute(update(Job).values(run_at=clock.now(session) + timedelta(minutes=1), retries=1))


def _lose_timer(session: Session) -> None:
    session.execute(delete(Job))


@pytest.mark.parametrize("undoable", [False, True])
@pytest.mark.parametrize("became", [lambda _session: None, _put_off_timer, _lose_timer])
def test_the_timer_of_the_next_task_waits_whatever_became_of_the_last_one(
    desk: Desk, meanwhile: Meanwhile, became: Callable[[Session], object], undoable: bool
) -> None:
    meanwhile(became)
    assert desk.complete(values=AGAIN, undoable=undoable) == {"state": "completed"}
    task = desk.office.open_task(desk.case)
    with desk.database.reading() as session:
        [timer] = session.scalars(select(Job)).all()
    assert (timer.instance_id, timer.attached_to, timer.retries) == (desk.case.id, "periksa", 3)
    assert timer.run_at == timer.due_at == task.due_at
    assert timer.opened_at == task.opened_at


def test_a_row_of_a_timer_that_takes_the_place_of_another_leaves_nothing_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, pass_on = list[Any](), waits._pass_on

    def seen(session: Session, over: Any, begun: Any) -> int:
        rows.extend(begun)
        return pass_on(session, over, begun)

    monkeypatch.setattr(waits, "_pass_on", seen)
    desk.complete(values=AGAIN)
    assert [set(row) for row in rows] == [set(Job.__table__.columns.keys())]


def test_a_draft_that_is_saved_meanwhile_does_not_stay(desk: Desk, meanwhile: Meanwhile) -> None:
    scope = drafts.scope_of_task(desk.task)
    meanwhile(lambda session: drafts.save(session, desk.office.rina, scope, {"values": {"hasil": "x"}}))
    desk.complete()
    assert (desk.completions(), desk.count(Draft)) == (1, 0)


def test_a_notice_that_comes_meanwhile_counts_as_read(desk: Desk, meanwhile: Meanwhile) -> None:
    def tell(session: Session) -> None:
        now = clock.now(session)
        told = OutboxMessage(instance_id=desk.case.id, body={"code": "x"}, audience={}, queued_at=now)
        session.add(told)
        session.flush()
        about = {"outbox_id": told.id, "body": {}, "created_at": now, "task_id": desk.task}
        session.add(Notice(user_id=desk.office.budi.id, **about))

    meanwhile(tell)
    desk.complete()
    assert (desk.completions(), desk.count(Notice, Notice.read_at.is_(None))) == (1, 0)


def test_who_begins_to_follow_meanwhile_is_told(desk: Desk, meanwhile: Meanwhile) -> None:
    meanwhile(lambda session: followers.follow(session, desk.case.id, actor=desk.office.budi))
    desk.complete()
    code = OutboxMessage.body["code"].as_string()
    assert (desk.completions(), desk.count(OutboxMessage, code.startswith("followed_"))) == (1, 1)


def test_what_is_noted_meanwhile_comes_before_it_in_a_whole_chain(desk: Desk, meanwhile: Meanwhile) -> None:
    meanwhile(lambda session: notes.add(session, desk.case.id, "Sudah ditelepon", actor=desk.office.budi))
    desk.complete()
    with desk.database.reading() as session:
        events = list(proof.fitting(session.connection(), desk.case.id))
    assert all(fits for _one, fits in events)
    types = [one.type for one, _fits in events]
    assert types.index("note_added") < types.index("task_completed")
    assert [one.number for one, _fits in events] == list(range(1, len(events) + 1))


def test_the_same_command_that_is_done_meanwhile_is_done_once(desk: Desk, monkeypatch: Any) -> None:
    whole, plan = desk.database.transaction, desk.database.planning
    first = True

    @contextmanager
    def planning() -> Iterator[Session]:
        nonlocal first
        with plan() as session:
            yield session
        if first:
            first = False
            assert desk.complete() == {"state": "completed"}

    monkeypatch.setattr(desk.database, "planning", planning)
    assert desk.complete() == {"state": "completed"}
    assert desk.completions() == 1
    assert desk.database.transaction == whole


def test_a_repeat_is_answered_as_the_first(desk: Desk) -> None:
    assert desk.complete() == desk.complete()
    assert desk.completions() == 1
    with pytest.raises(Conflict):
        desk.complete("another")


def test_a_plan_cannot_write(database: Database) -> None:
    with database.planning() as session, pytest.raises(Unplanned):
        session.execute(update(User).values(name="x"))


def test_what_a_service_changes_on_an_object_is_not_lost(desk: Desk) -> None:
    def answer(session: Session, _work: Any) -> dict[str, Any]:
        session.get_one(User, desk.office.rina.id).full_name = "Rina Baru"
        return {}

    told = Command("complete", desk.task, "key", ENOUGH)
    rina = desk.office.rina
    complete_task(desk.database, told, desk.task, ENOUGH, {}, actor=rina, answer=answer, typed=ENOUGH)
    assert desk.count(User, User.full_name == "Rina Baru") == 1
    assert desk.completions() == 1


def test_a_database_that_does_not_answer_while_it_is_written_is_noted_as_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_plan: Plan, _session: Session) -> None:
        raise NotReady("penuh")

    monkeypatch.setattr(Plan, "send", refuse)
    with pytest.raises(NotReady):
        desk.complete()
    noted = security_notes.notes_of(desk.database).waiting()
    assert [one.deed.outcome for one in noted] == [NotReady("").code]


def test_words_that_are_masked_meanwhile_do_not_come_back(desk: Desk, meanwhile: Meanwhile) -> None:
    rina, id_ = desk.office.rina, desk.case.id
    meanwhile(lambda session: masking.mark(session, id_, ["Lampu"], "Nama orang", actor=rina))
    desk.complete()
    with desk.database.reading() as session:
        case = session.get_one(ProcessInstance, id_)
        assert (case.variables["hasil"], "Lampu" in repr(case.variables)) == ("cukup", False)
        after = (
            HistoryEvent.instance_id == id_,
            HistoryEvent.type.not_in(("instance_started", "data_changed")),
        )
        assert (
            "Lampu" not in repr(session.scalars(select(HistoryEvent.data).where(*after)).all()) + case.subject
        )


def test_an_incident_that_opens_meanwhile_is_settled(desk: Desk, meanwhile: Meanwhile) -> None:
    meanwhile(lambda session: incidents.report(session, desk.task, "rusak", None, actor=desk.office.budi))
    desk.complete()
    with desk.database.reading() as session:
        assert session.get_one(ProcessInstance, desk.case.id).state == "active"
        assert session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).all() == []


def test_who_follows_no_more_is_told_nothing(desk: Desk, meanwhile: Meanwhile) -> None:
    office = desk.office
    with desk.database.transaction() as session:
        followers.follow(session, desk.case.id, actor=office.budi)
    meanwhile(lambda session: followers.unfollow(session, desk.case.id, actor=office.budi))
    desk.complete()
    code = OutboxMessage.body["code"].as_string()
    assert (desk.completions(), desk.count(OutboxMessage, code.startswith("followed_"))) == (1, 0)


def test_what_is_put_off_meanwhile_comes_back(desk: Desk, meanwhile: Meanwhile) -> None:
    office = desk.office
    with desk.database.transaction() as session:
        tasks.claim(session, desk.task, actor=office.rina)
    meanwhile(lambda session: snoozing.snooze(session, desk.task, None, moved=True, actor=office.rina))
    desk.complete()
    with desk.database.reading() as session:
        assert session.get_one(UserTask, desk.task).snoozed_until is None
        assert session.get_one(ProcessInstance, desk.case.id).snoozed is False


def test_a_key_that_comes_meanwhile_with_another_body_is_refused(desk: Desk, meanwhile: Meanwhile) -> None:
    def other(session: Session) -> None:
        rina, task = desk.office.rina, desk.task
        body = encryption.fingerprint(session, "idempotency", "other")

        def do() -> dict[str, Any]:
            tasks.complete(session, task, ENOUGH, {}, actor=rina)
            return {"state": "other"}

        idempotency.run_once(session, rina, "complete", task, "key", body, do)

    meanwhile(other)
    with pytest.raises(KeyReused):
        desk.complete()
    assert desk.completions() == 1


def test_a_key_is_his_who_sent_it(desk: Desk) -> None:
    assert desk.complete() == {"state": "completed"}
    told = Command("complete", desk.task, "key", ENOUGH)
    with pytest.raises(Conflict):
        complete_task(
            desk.database,
            told,
            desk.task,
            ENOUGH,
            {},
            actor=desk.office.budi,
            answer=lambda _session, work: {"state": work.task.state},
            typed=ENOUGH,
        )
