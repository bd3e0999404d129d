"""The digest: once a working day, of what is not read, to nobody twice, whatever happens to workers."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import Message

import pytest
from sqlalchemy import select, update

from app.base.config import Config
from app.base.db import Database
from app.base.errors import NotReady
from app.commands.notifications.digests import deliver_digests
from app.models import Digest, Holiday, Notice, OutboxMessage, ProcessInstance, User, UserTask
from app.services.core import clock, settings
from app.services.core.access import Actor
from app.services.notifications import outbox, wishes
from app.services.notifications.quiet_hours import QuietHours
from app.services.notifications.wishes import Wishes
from app.services.people import groups
from tests.services import plans, working
from tests.services.counting import statements
from tests.services.mail_server import WEDNESDAY, Server
from tests.services.office import Office, add_user

EIGHT = WEDNESDAY - timedelta(hours=2)


@pytest.fixture
def office(config: Config, database: Database, server: Server) -> Iterator[Office]:
    """An office with a mail server at eight on a Wednesday; rina has an address."""
    yield from opened(config, database, server)


@pytest.fixture
def sqlite_office(config: Config, sqlite_database: Database, server: Server) -> Iterator[Office]:
    yield from opened(config, sqlite_database, server)


def opened(config: Config, database: Database, server: Server) -> Iterator[Office]:
    url = f"smtp://127.0.0.1:{server.server_address[1]}"
    told = replace(
        config,
        database_url=database.engine.url.render_as_string(hide_password=False),
        smtp_url=url,
        mail_from="Alur <alur@example.id>",
        allow_time_travel=True,
    )
    opened = settings.open_database(told)
    with opened.transaction() as session:
        clock.travel(session, EIGHT)
    office = Office(opened)
    address(office, office.rina)
    yield office
    opened.engine.dispose()


def address(office: Office, actor: Actor, language: str = "id") -> None:
    with office.database.transaction() as session:
        user = session.get_one(User, actor.id)
        user.email, user.language = f"{actor.name}@example.id", language


def at(office: Office, moment: datetime) -> None:
    with office.database.transaction() as session:
        clock.travel(session, moment)


def tell(
    office: Office, *people: Actor, code: str = "followed_done", case: ProcessInstance | None = None
) -> None:
    """Tell people something, of a kind that comes in the digest as delivered."""
    with office.database.transaction() as session:
        session.add(
            OutboxMessage(
                instance_id=case.id if case else None,
                body={"code": code, "params": {}},
                audience={"users": [one.id for one in people]},
                queued_at=clock.now(session),
            )
        )
    with office.database.transaction() as session:
        outbox.deliver(session)


def text_of(letter: Message) -> str:
    content: bytes = letter.get_payload(decode=True)  # type: ignore[assignment]
    return content.decode().replace("\r\n", "\n")


def to(server: Server) -> Sequence[str]:
    return [str(letter["To"]) for letter in server.letters]


def test_what_is_not_read_comes_once_a_day_and_what_is_new_the_next(office: Office, server: Server) -> None:
    case = office.start(judul="KENARI-PERIHAL", pelapor="KENARI-IDENTITAS")
    tell(office, office.rina, case=case)
    assert deliver_digests(office.database) == 1
    [letter] = server.letters
    assert "KENARI" not in text_of(letter)
    assert (
        f"- {case.business_key} · Perkara yang Anda ikuti\n  http://127.0.0.1:8000/perkara/{case.id}"
        in text_of(letter)
    )
    tell(office, office.rina, case=case)
    assert deliver_digests(office.database) == 0
    at(office, EIGHT + timedelta(days=1))
    assert deliver_digests(office.database) == 1
    assert text_of(server.letters[1]).count("/perkara/") == 1


def test_who_has_read_everything_gets_none(office: Office, server: Server) -> None:
    tell(office, office.rina)
    with office.database.transaction() as session:
        session.execute(update(Notice).values(read_at=clock.now(session)))
    assert deliver_digests(office.database) == 0
    with office.database.reading() as session:
        assert session.scalars(select(Digest)).all() == []


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        (datetime(2030, 3, 12, 23, 59, tzinfo=UTC), 0),  # 06.59 in Jakarta
        (datetime(2030, 3, 13, 0, 0, tzinfo=UTC), 1),
        (datetime(2030, 3, 16, 3, 0, tzinfo=UTC), 0),  # a Saturday
        (datetime(2030, 3, 14, 3, 0, tzinfo=UTC), 0),  # the office's own day off
    ],
)
def test_it_goes_out_from_seven_on_working_days(office: Office, moment: datetime, count: int) -> None:
    with office.database.transaction() as session:
        session.add(Holiday(on=datetime(2030, 3, 14, tzinfo=UTC).date(), name="Pemilihan"))
        wishes.edit(session, Wishes(quiet=wishes.NONE), actor=office.rina)
    at(office, moment - timedelta(hours=1))
    tell(office, office.rina)
    at(office, moment)
    assert deliver_digests(office.database) == count


def test_it_waits_for_the_end_of_its_readers_quiet_hours(office: Office) -> None:
    with office.database.transaction() as session:
        wanted = Wishes(quiet=wishes.OWN, own=QuietHours("18.00", "09:30", days_off=False))
        wishes.edit(session, wanted, actor=office.rina)
    tell(office, office.rina)
    assert deliver_digests(office.database) == 0
    at(office, EIGHT + timedelta(hours=1, minutes=30))
    assert deliver_digests(office.database) == 1


def worker_killed_at(office: Office, server: Server, word: str) -> None:
    """Let another process send digests, and kill it when the server is about to answer to this command."""
    heard, killed = threading.Event(), threading.Event()

    def wait(said: str) -> None:
        if said == word:
            heard.set()
            assert killed.wait(20)

    server.before = wait
    with office.database.reading() as session:
        config = settings.config(session)
    environment = {
        **os.environ,
        "ALUR_DATABASE_URL": config.database_url,
        "ALUR_DATA_DIR": str(config.data_dir),
        "ALUR_SMTP_URL": str(config.smtp_url),
        "ALUR_ALLOW_TIME_TRAVEL": "1",
    }
    worker = subprocess.Popen([sys.executable, "-c", _WORKER], env=environment)
    assert heard.wait(20)
    worker.kill()
    worker.wait()
    server.before = lambda _said: None
    killed.set()


_WORKER = """
from app.commands.notifications.digests import deliver_digests
from app.base.config import from_environment
from app.services.core import settings
deliver_digests(settings.open_database(from_environment()))
"""


def test_a_worker_killed_before_the_letter_went_out_is_followed_by_one_that_sends_it(
    sqlite_office: Office, server: Server
) -> None:
    office = sqlite_office
    tell(office, office.rina)
    worker_killed_at(office, server, "RCPT")
    assert deliver_digests(office.database) == 1
    assert to(server) == ["rina@example.id"]


def test_a_worker_killed_before_it_heard_that_the_letter_was_taken_is_not_followed_by_a_second_letter(
    sqlite_office: Office, server: Server
) -> None:
    office = sqlite_office
    tell(office, office.rina)
    worker_killed_at(office, server, ".")
    at(office, EIGHT + timedelta(hours=6))
    assert deliver_digests(office.database) == 0
    assert to(server) == ["rina@example.id"]
    at(office, EIGHT + timedelta(days=1))
    assert deliver_digests(office.database) == 1, "what is open still is told the next day"


def test_two_workers_send_each_one_letter(office: Office, server: Server) -> None:
    with office.database.transaction() as session:
        people = [add_user(session, f"orang{n}", "Loket") for n in range(12)]
        for person in people:
            session.get_one(User, person.id).email = f"{person.name}@example.id"
    tell(office, *people)
    with ThreadPoolExecutor(2) as pool:
        counts = [
            future.result() for future in [pool.submit(deliver_digests, office.database) for _n in "ab"]
        ]
    assert sum(counts) == 12
    assert sorted(to(server)) == sorted(f"{one.name}@example.id" for one in people)


def test_a_refused_address_is_tried_again_and_keeps_nobody_else_from_his(
    office: Office, server: Server
) -> None:
    address(office, office.budi)
    with office.database.transaction() as session:
        session.get_one(User, office.rina.id).email = "rina@refused.example"
    tell(office, office.rina, office.budi)
    assert deliver_digests(office.database) == 1
    assert to(server) == ["budi@example.id"]
    with office.database.reading() as session:
        row = session.get_one(Digest, (office.rina.id, EIGHT.date()))
        assert (row.state, row.error) == ("failed", "mail: 550")
    at(office, EIGHT + timedelta(minutes=6))
    address(office, office.rina)
    assert deliver_digests(office.database) == 1
    assert to(server)[1:] == ["rina@example.id"]


def test_while_the_server_is_away_nobodys_day_is_lost(office: Office, server: Server) -> None:
    tell(office, office.rina)
    server.stop()
    with pytest.raises(NotReady):
        deliver_digests(office.database)
    with office.database.reading() as session:
        assert session.scalars(select(Digest)).all() == []


def test_what_is_for_oneself_stands_apart_from_ones_lane_and_what_is_overdue_first(
    office: Office, server: Server
) -> None:
    late, soon = office.start(), office.start()
    with office.database.transaction() as session:
        group = groups.get_or_add(session, "Loket").id
        # The later one is told first.
        for case, due in ((soon, EIGHT + timedelta(days=2)), (late, EIGHT - timedelta(days=1))):
            task = session.scalars(select(UserTask).where(UserTask.instance_id == case.id)).one()
            task.due_at = due
            for audience in ({"groups": [group]}, {"users": [office.rina.id]}):
                body = {"code": "notification", "text": "Ingat", "task": task.id, "params": {}}
                session.add(
                    OutboxMessage(
                        instance_id=case.id,
                        task_id=task.id,
                        body=body,
                        audience=audience,
                        queued_at=clock.now(session),
                    )
                )
    with office.database.transaction() as session:
        outbox.deliver(session)
    address(office, office.rina, "en")
    deliver_digests(office.database)
    [letter] = server.letters
    said = [line for line in text_of(letter).splitlines() if line.startswith(("FOR", "- "))]
    assert letter["Subject"] == "Alur digest 13 Mar 2030: 4 notifications"
    assert [line.split(" · ")[0] for line in said] == [
        "FOR YOU (2 notifications)",
        f"- {late.business_key}",
        f"- {soon.business_key}",
        "FOR YOUR LANES (2 notifications)",
        f"- {late.business_key}",
        f"- {soon.business_key}",
    ]
    assert "OVERDUE since" in said[1]
    assert "deadline 15 Mar 2030" in said[2]


def test_a_letter_costs_the_same_for_one_and_for_many(office: Office, server: Server) -> None:
    with office.database.transaction() as session:
        people = [add_user(session, f"orang{n}", "Loket") for n in range(30)]
        for person in people:
            session.get_one(User, person.id).email = f"{person.name}@example.id"
    tell(office, people[0])
    with statements(office.database) as one:
        assert deliver_digests(office.database) == 1
    for _n in range(3):
        tell(office, *people[1:])
    with statements(office.database) as many:
        assert deliver_digests(office.database) == 29
    each = (len(many) - len(one)) / 28
    assert each <= 16
    assert len(one) <= 25


def test_a_letter_tells_forty_lines_and_how_many_more_there_are(office: Office, server: Server) -> None:
    for _n in range(43):
        tell(office, office.rina)
    deliver_digests(office.database)
    text = text_of(server.letters[0])
    assert text.count("\n- ") == 40
    assert "… dan 3 lagi." in text


def test_neither_digests_nor_letters_read_notices_whole(office: Office) -> None:
    tell(office, office.rina)
    with plans.selects(office.database) as asked:
        deliver_digests(office.database)
        working.send(office.database, "mail")
    assert len(asked) > 8
    assert plans.read_whole(office.database, asked) == []
