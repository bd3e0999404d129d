"""Cara diberi tahu: what each chooses for himself, and what becomes of what waits."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.models import Notice, NotificationSettings, OutboxMessage, User
from app.services.core import clock
from app.services.notifications import outbox
from app.services.people import users
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]
CHOSEN = {"quiet": "own", "begins": "20:00", "ends": "06:00", "followed": "app", "overdue": "digest"}


@pytest.fixture
def upp(office: Database, sign_in: SignIn) -> Browser:
    with office.transaction() as session:
        users.named(session, "upp").email = "upp@example.id"
    browser = sign_in("upp")
    browser.get("/notifikasi/pilihan")
    return browser


def stored(office: Database) -> NotificationSettings:
    with office.reading() as session:
        return session.scalars(select(NotificationSettings)).one()


def test_what_is_chosen_is_kept_and_shown_again(office: Database, upp: Browser) -> None:
    assert upp.post("/notifikasi/pilihan", **CHOSEN).status_code == 303
    row = stored(office)
    assert (row.quiet, row.quiet_from, row.quiet_until) == ("own", "20:00", "06:00")
    assert row.choices == {"followed": "app", "overdue": "digest"}
    page = upp.get("/notifikasi/pilihan").text
    assert '<option value="app" selected>Hanya di aplikasi' in page
    assert 'value="20.00"' in page


def test_a_time_that_is_none_is_told_and_nothing_is_kept(office: Database, upp: Browser) -> None:
    answer = upp.post("/notifikasi/pilihan", **(CHOSEN | {"begins": "25:00"}))
    assert answer.status_code == 422
    assert "Tulis jam dan menit" in words_of(answer)
    with office.reading() as session:
        assert session.scalars(select(NotificationSettings)).all() == []


def test_a_choice_that_there_is_not_is_refused(upp: Browser) -> None:
    assert upp.post("/notifikasi/pilihan", **(CHOSEN | {"followed": "besok"})).status_code == 422


def test_what_waits_for_the_digest_and_is_wanted_in_the_application_alone_waits_no_more(
    office: Database, upp: Browser
) -> None:
    with office.transaction() as session:
        to = {"users": [session.scalars(select(User.id).where(User.name == "upp")).one()]}
        for code in ("followed_done", "task_cancelled"):
            session.add(OutboxMessage(body={"code": code}, audience=to, queued_at=clock.now(session)))
        session.flush()
        outbox.deliver(session)
        assert all(session.scalars(select(Notice.for_digest)))
    upp.post("/notifikasi/pilihan", **CHOSEN)
    with office.reading() as session:
        told = session.execute(select(Notice.kind, Notice.for_digest)).all()
    assert sorted(map(tuple, told)) == [("followed", False), ("withdrawn", True)]


def test_notices_about_accounts_cannot_be_silenced(office: Database, upp: Browser) -> None:
    upp.post("/notifikasi/pilihan", **CHOSEN, account="app")
    assert "account" not in stored(office).choices


def test_without_an_address_the_page_says_that_nothing_is_sent(sign_in: SignIn) -> None:
    assert "belum mengirim surel" in words_of(sign_in("lapor").get("/notifikasi/pilihan"))
