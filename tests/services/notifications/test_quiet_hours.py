"""Quiet hours: when they end, what waits for that, and what does not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.base.calendar import Calendar
from app.base.config import Config
from app.base.db import Database
from app.models import Notice, OutboxMessage, User
from app.services.core import clock, settings
from app.services.notifications import outbox, wishes
from app.services.notifications.quiet_hours import QuietHours
from app.services.notifications.wishes import Wishes
from tests.services.mail_server import WEDNESDAY, Server, deliver_mail
from tests.services.office import Office

JAKARTA = ZoneInfo("Asia/Jakarta")
CALENDAR = Calendar(JAKARTA, {date(2030, 3, 14): "Pemilihan"}, national=False)
EVENING, MORNING = datetime(2030, 3, 12, 21, 0, tzinfo=JAKARTA), datetime(2030, 3, 13, 7, 0, tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("hours", "at", "end"),
    [
        (QuietHours(), "12 16:59", "12 16:59"),
        (QuietHours(), "12 17:00", "13 07:00"),
        (QuietHours(), "12 03:00", "12 07:00"),
        (QuietHours(), "13 17:00", "15 07:00"),  # the 14th is the office's day off
        (QuietHours(), "15 17:00", "18 07:00"),  # a weekend
        (QuietHours(), "16 12:00", "18 07:00"),
        (QuietHours(days_off=False), "16 12:00", "16 12:00"),
        (QuietHours("12:00", "13:00", days_off=False), "12 12:30", "12 13:00"),
        (QuietHours("12:00", "12:00", days_off=False), "12 12:00", "12 12:00"),
        (QuietHours("00:00", "00:00"), "16 12:00", "18 00:00"),
    ],
)
def test_when_they_end(hours: QuietHours, at: str, end: str) -> None:
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(f"2030-03-{text}").replace(tzinfo=JAKARTA)

    assert hours.end(moment(at), CALENDAR) == moment(end)


def test_a_calendar_without_working_days_ends_nowhere_and_yet_it_is_answered() -> None:
    first = date(2030, 3, 13)
    closed = Calendar(JAKARTA, {first + timedelta(days=n): "Tutup" for n in range(400)}, national=False)
    assert QuietHours().end(MORNING, closed) > MORNING


@pytest.fixture
def office(config: Config, database: Database, server: Server) -> Iterator[Office]:
    """An office with a mail server on a Tuesday at nine in the evening; rina has an address."""
    url = f"smtp://127.0.0.1:{server.server_address[1]}"
    opened = settings.open_database(
        replace(
            config,
            database_url=database.engine.url.render_as_string(hide_password=False),
            smtp_url=url,
            allow_time_travel=True,
        )
    )
    at(opened, EVENING)
    office = Office(opened)
    with opened.transaction() as session:
        session.get_one(User, office.rina.id).email = "rina@example.id"
    yield office
    opened.engine.dispose()


def at(database: Database, moment: datetime) -> None:
    with database.transaction() as session:
        clock.travel(session, moment.astimezone(UTC))


def tell(office: Office, **body: object) -> None:
    with office.database.transaction() as session:
        audience = {"users": [office.rina.id]}
        session.add(OutboxMessage(body=body, audience=audience, queued_at=clock.now(session)))
        session.flush()
        outbox.deliver(session)


def overdue(office: Office) -> None:
    due = {"due": (EVENING - timedelta(hours=1)).isoformat(), "zone": "Asia/Jakarta"}
    tell(office, code="notification", text="Lewat", task="x", params=due)


def choose(office: Office, wanted: Wishes) -> None:
    with office.database.transaction() as session:
        wishes.edit(session, wanted, actor=office.rina)


def test_a_mail_that_falls_into_them_waits_until_they_end(office: Office, server: Server) -> None:
    tell(office, code="mentioned")
    overdue(office)
    assert deliver_mail(office.database) == 0
    at(office.database, MORNING - timedelta(minutes=1))
    assert deliver_mail(office.database) == 0
    at(office.database, MORNING)
    assert deliver_mail(office.database) == 1
    assert len(server.letters) == 1, "all that waited is one letter"


def test_who_wants_it_is_told_of_passed_deadlines_at_once(office: Office) -> None:
    choose(office, Wishes(overdue_anyway=True))
    tell(office, code="mentioned")
    assert deliver_mail(office.database) == 0
    overdue(office)
    assert deliver_mail(office.database) == 1


def test_who_chose_none_is_told_at_once(office: Office) -> None:
    choose(office, Wishes(quiet=wishes.NONE))
    tell(office, code="mentioned")
    assert deliver_mail(office.database) == 1


def test_what_concerns_accounts_never_waits(office: Office) -> None:
    tell(office, code="password_reset", by="Admin", user="rina")
    assert deliver_mail(office.database) == 1


def test_a_letter_that_was_late_for_another_reason_waits_as_well(office: Office) -> None:
    at(office.database, WEDNESDAY)
    tell(office, code="mentioned")
    at(office.database, WEDNESDAY + timedelta(hours=10))  # the worker stood still until eight in the evening
    assert deliver_mail(office.database) == 0
    at(office.database, datetime(2030, 3, 14, 6, 59, tzinfo=JAKARTA))
    assert deliver_mail(office.database) == 0
    at(office.database, datetime(2030, 3, 14, 7, 0, tzinfo=JAKARTA))
    assert deliver_mail(office.database) == 1


def test_who_chose_the_application_alone_gets_no_mail(office: Office) -> None:
    choose(office, Wishes(choices={"mentioned": "app"}, quiet=wishes.NONE))
    tell(office, code="mentioned")
    assert deliver_mail(office.database) == 0
    with office.database.reading() as session:
        row = session.scalars(select(Notice)).one()
        assert (row.mail_at, row.for_digest, row.read_at) == (None, False, None)
