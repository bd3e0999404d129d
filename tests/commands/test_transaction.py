"""A command in its transaction: whole or not at all, once for each key, and what may follow a failure."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base import preparation
from app.base.db import Database
from app.base.errors import AppError, Conflict, ExecutionFailed, KeyReused, NotAllowed
from app.commands.transaction import Answer, Command, run_command, run_without_key
from app.models import Unit
from app.services.core import settings
from app.services.files import attachments
from app.services.files.uploads import Upload
from app.services.people import accounts, passwords, users
from app.services.people.profiles import Profile
from tests.services.office import Office
from tests.write_locks import write_locks

SENT = Command("add", "A", "k", {"name": "Dinas A"})


def add(session: Session, code: str = "A") -> Answer:
    session.add(Unit(code=code, name=f"Dinas {code}"))
    session.flush()
    return {"code": code}


def anybody(_session: Session) -> None:
    """Nobody loses the right."""


def codes(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(Unit.code)))


def add_and_fail(session: Session, error: AppError) -> Answer:
    session.add(Unit(code="C", name="Dinas C"))
    session.flush()
    raise error


def test_a_repeat_gets_the_first_answer_and_does_nothing(database: Database) -> None:
    first = run_command(database, SENT, add, actor=None, allowed=anybody)
    assert (
        run_command(database, SENT, lambda session: add(session, "B"), actor=None, allowed=anybody) == first
    )
    assert codes(database) == ["A"]


def test_a_repeat_asks_for_the_right_first_and_the_first_run_leaves_it_to_the_command(
    database: Database,
) -> None:
    def refuse(_session: Session) -> None:
        raise NotAllowed("")

    assert run_command(database, SENT, add, actor=None, allowed=refuse) == {"code": "A"}
    for body in (SENT.body, {"name": "Dinas B"}):
        with pytest.raises(NotAllowed):
            run_command(database, Command("add", "A", "k", body), add, actor=None, allowed=refuse)


def test_a_key_with_another_body_is_refused(database: Database) -> None:
    run_command(database, SENT, add, actor=None, allowed=anybody)
    with pytest.raises(KeyReused):
        run_command(database, Command("add", "A", "k", {"name": "Dinas B"}), add, actor=None, allowed=anybody)


def test_a_refused_command_may_be_sent_again_with_its_key(database: Database) -> None:
    with pytest.raises(Conflict):
        run_command(
            database, SENT, lambda session: add_and_fail(session, Conflict("")), actor=None, allowed=anybody
        )
    assert codes(database) == []
    assert run_command(database, SENT, add, actor=None, allowed=anybody) == {"code": "A"}


def test_what_follows_a_failure_of_the_diagram_stays_and_the_error_goes_on(database: Database) -> None:
    told: list[AppError] = []

    def report(session: Session, error: AppError) -> None:
        told.append(error)
        add(session, "B")

    failure = ExecutionFailed("tidak ada jalan")
    with pytest.raises(ExecutionFailed):
        run_command(
            database,
            SENT,
            lambda session: add_and_fail(session, failure),
            actor=None,
            allowed=anybody,
            after_failure=report,
        )
    assert (told, codes(database)) == ([failure], ["B"])


def test_a_refusal_is_no_failure_of_the_diagram(database: Database) -> None:
    def report(session: Session, _error: AppError) -> None:
        add(session, "B")

    with pytest.raises(Conflict):
        run_command(
            database,
            SENT,
            lambda session: add_and_fail(session, Conflict("")),
            actor=None,
            allowed=anybody,
            after_failure=report,
        )
    assert codes(database) == []


def test_what_has_no_key_is_done_each_time_and_leaves_nothing_when_it_fails(database: Database) -> None:
    run_without_key(database, add)
    assert run_without_key(database, lambda session: add(session, "B")) == {"code": "B"}
    with pytest.raises(ExecutionFailed):
        run_without_key(database, lambda session: add_and_fail(session, ExecutionFailed("")))
    assert codes(database) == ["A", "B"]


@pytest.mark.parametrize("password", [None, "kereta api malam 77"])
def test_no_password_is_hashed_while_others_cannot_write(database: Database, password: str | None) -> None:
    profile = Profile("Rina")
    with write_locks() as seen:
        user, given = run_without_key(
            database, lambda session: users.add(session, "rina", profile, actor=None, password=password)
        )
        again = run_without_key(
            database, lambda session: accounts.reset_password(session, user.id, actor=None, password=password)
        )
    assert seen.costly == []
    assert len(seen.seconds) == (6 if password is None else 4)  # each begins anew for what is missing
    with database.reading() as session:
        stored = users.named(session, "rina").password_hash
    assert passwords.matches(stored, again, local=False)
    assert passwords.matches(stored, given, local=False) is (password is not None)


def make(undone: list[str], key: str = "k") -> str:
    return preparation.outcome(key, lambda: f"made {key}", undo=undone.append)


def test_what_was_made_for_a_command_that_is_refused_then_is_undone(database: Database) -> None:
    attempts, undone = count(), list[str]()

    def do(session: Session) -> str:
        if next(attempts):
            raise Conflict("")
        return make(undone)

    with pytest.raises(Conflict):
        run_without_key(database, do)
    assert undone == ["made k"]


def test_what_a_command_used_is_its_own_and_made_again_where_it_begins_anew(database: Database) -> None:
    undone, used = list[str](), list[str]()

    def do(session: Session) -> None:
        used.append(make(undone))
        preparation.outcome("something else", lambda: None)

    run_without_key(database, do)
    assert used == ["made k", "made k"]
    assert undone == []


def test_one_upload_sent_many_times_at_once_leaves_one_file(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(database)
    written, write = Barrier(4), attachments._write_before

    def write_together(*given: Any, **named: Any) -> Any:
        made = write(*given, **named)
        written.wait(30)
        return made

    monkeypatch.setattr(attachments, "_write_before", write_together)
    sent = Command("upload", "", "k", {"name": "bukti.txt"})

    def upload(_number: int) -> Answer:
        came = Upload("bukti.txt", "text/plain", b"isi")
        return run_command(
            database,
            sent,
            lambda session: {"id": attachments.receive(session, came, actor=office.rina, private=None).id},
            actor=office.rina,
            allowed=anybody,
        )

    with ThreadPoolExecutor(4) as pool:
        [one] = {answer["id"] for answer in pool.map(upload, range(4))}
    with database.reading() as session:
        assert [path.name for path in settings.config(session).files_dir.iterdir()] == [f"{one}.sealed"]
