"""Mail: numbers and links only, tried again when the server is away, silent when there is none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.db import Database
from app.base.errors import NotReady
from app.models import Notice, OutboxMessage, User, Work
from app.services.core import clock, settings
from app.services.notifications import mail, outbox
from app.services.people import groups
from app.work import queue
from tests.services import working
from tests.services.mail_server import WEDNESDAY, Server, deliver_mail
from tests.services.office import Office

AWAY = "Server surel tidak menjawab (mail: ConnectionRefusedError)."


@pytest.fixture
def office(config: Config, sqlite_database: Database, server: Server) -> Iterator[Office]:
    """An office with a mail server, in which rina and budi have addresses and a notice each."""
    database = settings.open_database(_sending(config, server))
    yield _furnish(database)
    database.engine.dispose()


def _sending(config: Config, server: Server) -> Config:
    url = f"smtp://127.0.0.1:{server.server_address[1]}"
    return replace(config, smtp_url=url, mail_from="alur@example.id", allow_time_travel=True)


def _furnish(database: Database) -> Office:
    with database.transaction() as session:
        clock.travel(session, WEDNESDAY)
    office = Office(database)
    case = office.start(judul="KENARI-PERIHAL", pelapor="KENARI-IDENTITAS")
    with database.transaction() as session:
        for actor in (office.rina, office.budi):
            session.get_one(User, actor.id).email = f"{actor.name}@example.id"
        session.get_one(User, office.budi.id).language = "en"
        for _n in range(2):
            session.add(
                OutboxMessage(
                    instance_id=case.id,
                    body={"code": "notification", "text": "KENARI-PESAN"},
                    audience={
                        "groups": [
                            groups.get_or_add(session, "Loket").id,
                            groups.get_or_add(session, "Ketua").id,
                        ]
                    },
                    queued_at=clock.now(session),
                )
            )
    with database.transaction() as session:
        assert outbox.deliver(session) == 2
    return office


def later(office: Office, **much: float) -> None:
    """Let every notice look as if it had been made earlier."""
    with office.database.transaction() as session:
        for row in session.scalars(select(Notice)):
            row.created_at -= timedelta(**much)
            if row.mail_at:
                row.mail_at -= timedelta(**much)


def test_a_letter_a_person_with_number_and_link_and_nothing_about_the_case(
    office: Office, server: Server
) -> None:
    assert deliver_mail(office.database) == 2
    by_reader = {letter["To"]: letter for letter in server.letters}
    assert set(by_reader) == {"rina@example.id", "budi@example.id"}
    for letter in server.letters:
        text = letter.as_string() + letter.get_payload(decode=True).decode()  # type: ignore[union-attr]
        assert "KENARI" not in text
        assert text.count("http://127.0.0.1:8000/perkara/1") >= 1
        assert "UJI-" in text
    assert by_reader["rina@example.id"]["Subject"] == "Alur: 1 perkara"
    assert by_reader["budi@example.id"]["Subject"] == "Alur: 1 case"


@pytest.mark.parametrize(("language", "said"), [("id", "17 perkara"), ("en", "17 cases")])
def test_how_many_cases_there_are_is_said_in_the_language_of_the_letter(
    config: Config, language: str, said: str
) -> None:
    cases = tuple((f"UJI-{number}", "") for number in range(17))
    letter = mail.compose(
        replace(config, mail_from="alur@example.id"), mail.Letter(1, "rina@example.id", language, cases, ())
    )
    assert letter["Subject"] == f"Alur: {said}"


def test_a_letter_about_a_copy_has_no_link_to_a_case_that_is_not_its_readers(
    office: Office, server: Server
) -> None:
    with office.database.transaction() as session:
        for row in session.scalars(select(Notice)):
            row.body = {**row.body, "copy": True}
    assert deliver_mail(office.database) == 2
    for letter in server.letters:
        text = letter.get_payload(decode=True).decode()  # type: ignore[union-attr]
        assert "UJI-" in text
        assert "/perkara/" not in text


def test_what_was_sent_is_not_sent_again(office: Office, server: Server) -> None:
    deliver_mail(office.database)
    assert deliver_mail(office.database) == 0
    assert len(server.letters) == 2


def test_all_letters_go_over_one_connection(office: Office, server: Server) -> None:
    words: list[str] = []
    server.before = words.append
    deliver_mail(office.database)
    assert (words.count("EHLO"), words.count("MAIL"), words.count("QUIT")) == (1, 2, 1)


def test_what_a_restored_backup_says_waits_is_mailed(office: Office, server: Server) -> None:
    with office.database.transaction() as session:
        session.execute(delete(Work))
    assert deliver_mail(office.database) == 0
    working.begin(office.database, "mail")
    assert deliver_mail(office.database) == 2


def test_a_letter_whose_worker_ended_after_it_was_sent_is_not_followed_by_others(
    office: Office, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(mail, "record", _cut_off)
        broken.setattr(queue, "is_due", lambda *_given: False)  # its end closes the connection
        with pytest.raises(KeyboardInterrupt):
            deliver_mail(office.database)
    assert deliver_mail(office.database) == 0, "somebody may still be at the first, and there is one server"
    working.let_time_pass(office.database)
    assert deliver_mail(office.database) == 2
    assert len(server.letters) == 3


def _cut_off(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_two_workers_send_each_letter_once(
    database: Database, config: Config, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(database._info, "config", _sending(config, server))
    _furnish(database)
    second: list[int] = []

    def send_beside(word: str) -> None:
        if word == "MAIL" and not second:
            second.append(-1)
            second[0] = deliver_mail(database)

    server.before = send_beside
    assert deliver_mail(database) == 2
    assert (second, len(server.letters)) == ([0], 2)


def test_while_the_server_is_away_pauses_grow_and_then_it_is_given_up(office: Office, server: Server) -> None:
    server.stop()
    for tries, pause in enumerate(mail.PAUSES, start=1):
        began = datetime.now(UTC)
        assert deliver_mail(office.database) == 0
        for row in working.works(office.database):
            assert (row.tries, row.error) == (tries, "NotReady: " + AWAY)
            assert row.due_at is not None
            assert pause <= row.due_at - began < pause + timedelta(minutes=1)
        working.let_time_pass(office.database)
    deliver_mail(office.database)
    assert working.works(office.database) == []
    with office.database.reading() as session:
        assert set(session.scalars(select(Notice.mail_at))) == {None}


def test_a_server_that_is_away_is_asked_once_for_all_letters(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def away(_config: Config) -> None:
        asked.append("")
        raise ConnectionRefusedError

    monkeypatch.setattr(mail, "connected", away)
    assert deliver_mail(office.database) == 0
    assert (len(asked), [row.tries for row in working.works(office.database)]) == (1, [1, 1])


@pytest.mark.parametrize("address", ["rina@refused.example", "rin\u0101@refused.example"])
def test_a_refused_address_keeps_nobody_else_from_his_letter(
    office: Office, server: Server, address: str
) -> None:
    with office.database.transaction() as session:
        session.get_one(User, office.rina.id).email = address
    assert deliver_mail(office.database) == 1
    assert [letter["To"] for letter in server.letters] == ["budi@example.id"]
    [work] = working.works(office.database)
    assert work.tries == 1
    assert "refused.example" not in str(work.error)
    working.let_time_pass(office.database)
    assert deliver_mail(office.database) == 0
    assert len(server.letters) == 1


def test_notices_already_read_old_ones_and_the_disabled_get_no_letter(office: Office, server: Server) -> None:
    with office.database.transaction() as session:
        session.get_one(User, office.budi.id).disabled_at = clock.now(session)
        session.execute(
            update(Notice).where(Notice.user_id == office.rina.id).values(read_at=clock.now(session))
        )
        assert letters(session, office) == [None, None]
        session.execute(update(Notice).values(read_at=None))
        assert [one and one.to for one in letters(session, office)] == ["rina@example.id", None]
    later(office, days=3)
    with office.database.reading() as session:
        assert letters(session, office) == [None, None]


def letters(session: Session, office: Office) -> list[mail.Letter | None]:
    return [mail.letter(session, actor.id)[0] for actor in (office.rina, office.budi)]


def test_without_a_mail_server_nothing_is_tried(config: Config, office: Office) -> None:
    silent = settings.open_database(config)
    assert deliver_mail(silent) == 0
    silent.engine.dispose()


def test_a_password_is_never_sent_in_the_clear_to_another_machine(
    config: Config, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "_LOCAL", frozenset())
    port = server.server_address[1]
    letter = mail.Letter(1, "rina@example.id", "id", (("UJI-1", "http://x/1"),), (1,))
    with pytest.raises(NotReady):
        mail.Server().send(replace(config, smtp_url=f"smtp://alur:rahasia@127.0.0.1:{port}"), letter)
    assert server.letters == []
