"""Commands and notes in the security log: with the command or a moment later; nothing twice, nothing typed."""

import threading
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import Conflict, InvalidForm, NotReady, TooManyAttempts
from app.commands import security_log as log_commands
from app.commands.people import accounts as account_commands
from app.commands.security_log import NoteWriter, write_notes
from app.commands.transaction import Command, run_command
from app.models import SecurityEvent, User
from app.services.core import security_log
from app.services.core.security_log import Deed
from app.services.core.security_notes import notes_of
from app.services.people import passwords
from tests.services.office import Office


@pytest.fixture
def office(furnished: Office) -> Office:
    return furnished


def rows(database: Database, **wanted: Any) -> list[SecurityEvent]:
    with database.reading() as session:
        query = select(SecurityEvent).filter_by(**wanted).order_by(SecurityEvent.id)
        return list(session.scalars(query))


def told(row: SecurityEvent) -> tuple[str, str, int | None, str | None, str | None]:
    return row.action, row.outcome, row.actor_id, row.target_kind, row.target_id


def anybody(_session: Session) -> None:
    """Whoever sent it may be told again what it answered."""


def test_a_command_stands_in_it_once_however_often_it_is_sent(office: Office) -> None:
    command = Command("cancel_case", "7", "key-1", {"reason": "x"})
    for _turn in range(2):
        run_command(office.database, command, lambda session: {}, actor=office.rina, allowed=anybody)
    [row] = rows(office.database, kind="command")
    assert told(row) == ("cancel_case", "done", office.rina.id, "instance", "7")


def test_a_refused_command_stands_in_it_with_the_reason_and_leaves_nothing_else(office: Office) -> None:
    def refuse(session: Session) -> dict[str, Any]:
        session.add(User(name="kedua", full_name="", password_hash="", created_at=security_log.clock.real()))
        raise Conflict("sudah")

    with pytest.raises(Conflict):
        run_command(
            office.database,
            Command("disable_user", str(office.budi.id)),
            refuse,
            actor=office.admin,
            allowed=anybody,
        )
    assert rows(office.database, kind="command") == []  # nothing waits for the transaction of somebody else
    write_notes(office.database)
    [row] = rows(office.database, kind="command")
    assert told(row) == ("disable_user", "conflict", office.admin.id, "user", "budi")


@pytest.mark.parametrize(
    ("name", "target"),
    [("start", "rahasia di kunci proses"), ("add_user", "Rahasia-99"), ("message", "08123\nSiti"), ("retry", "Siti"),
     ("complete_task", "../Siti"), ("add_unit", "Siti"), ("lain", "Siti")],
)  # fmt: skip
def test_what_was_typed_as_a_target_is_not_kept(office: Office, name: str, target: str) -> None:
    def refuse(_session: Session) -> dict[str, Any]:
        raise InvalidForm("salah", {})

    with pytest.raises(InvalidForm):
        run_command(office.database, Command(name, target), refuse, actor=office.rina, allowed=anybody)
    write_notes(office.database)
    [row] = rows(office.database, kind="command")
    assert (row.action, row.target_id) == (name, None)


def test_notes_wait_while_the_database_does_not_answer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_words: Any) -> None:
        raise NotReady("jauh")

    notes_of(office.database).take(Deed("refusal", "tugas"))
    with monkeypatch.context() as patch:
        patch.setattr(security_log, "write", away)
        with pytest.raises(NotReady):
            write_notes(office.database)
    assert notes_of(office.database).some.is_set()
    assert write_notes(office.database) == 1
    assert write_notes(office.database) == 0
    assert [row.action for row in rows(office.database, kind="refusal")] == ["tugas"]


def test_a_thread_writes_what_is_noted_and_the_rest_when_it_is_told_to_stop(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = threading.Event()
    write = security_log.write

    def tell(session: Session, notes: Any) -> None:
        write(session, notes)
        written.set()

    monkeypatch.setattr(security_log, "write", tell)
    writer = NoteWriter(office.database)
    writer.start()
    notes_of(office.database).take(Deed("refusal", "satu"))
    assert written.wait(10)
    monkeypatch.setattr(log_commands, "GATHER_S", 60.0)
    notes_of(office.database).take(Deed("refusal", "dua"))
    writer.stop()
    assert [row.action for row in rows(office.database, kind="refusal")] == ["satu", "dua"]


# Signing in --------------------------------------------------------------------------------------------------------


@pytest.fixture
def rina(office: Office) -> Office:
    with office.database.transaction() as session:
        session.get_one(User, office.rina.id).password_hash = passwords.digest("kuda baterai staples")
    return office


def test_a_sign_in_stands_in_it_with_its_session_and_a_sign_out_too(rina: Office) -> None:
    _user, token = account_commands.sign_in(rina.database, "rina", "kuda baterai staples", source="192.0.2.1")
    account_commands.sign_out(rina.database, token, actor_id=rina.rina.id)
    signed_in, signed_out = rows(rina.database, kind="session")
    assert told(signed_in) == ("sign_in", "done", rina.rina.id, None, None)
    assert told(signed_out) == ("sign_out", "done", rina.rina.id, None, None)
    assert signed_in.session is not None
    assert len(signed_in.session) == 12
    assert signed_in.session not in token


def test_a_wrong_password_stands_in_it_at_its_account_and_nothing_that_was_typed(rina: Office) -> None:
    for name, password in (
        ("RINA ", "salah sekali"),
        ("kuda baterai staples", "kuda baterai staples"),
        ("", ""),
    ):
        with pytest.raises(InvalidForm):
            account_commands.sign_in(rina.database, name, password, source="192.0.2.1")
    found = rows(rina.database, kind="session")
    assert [told(row) for row in found] == [
        ("sign_in", "wrong", None, "user", "rina"),
        ("sign_in", "wrong", None, None, None),
        ("sign_in", "wrong", None, None, None),
    ]
    everything = " ".join(str(vars(row)) for row in found)
    assert "kuda" not in everything
    assert "salah sekali" not in everything


def test_a_flood_of_refused_attempts_is_one_record_a_minute(rina: Office) -> None:
    wrong = limited = 0
    for _turn in range(12):
        try:
            account_commands.sign_in(rina.database, "rina", "salah sekali", source="192.0.2.1")
        except InvalidForm:
            wrong += 1
        except TooManyAttempts:
            limited += 1
    assert limited > 1
    write_notes(rina.database)
    outcomes = [row.outcome for row in rows(rina.database, kind="session")]
    assert (outcomes.count("wrong"), outcomes.count("too_many_attempts")) == (wrong, 1)
