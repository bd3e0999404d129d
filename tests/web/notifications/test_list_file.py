"""The list of notices as a file: as it is narrowed, one's own alone, told in the security log."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.base.db import Database
from app.commands.security_log import write_notes
from app.models import OutboxMessage, SecurityEvent
from app.services.core import clock, paging
from app.services.notifications import outbox
from app.services.people import users
from tests.web.conftest import Browser, Case
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def upp(office: Database, case: Case, sign_in: SignIn) -> Browser:
    """Told five things; the newest of which is a formula, and read."""
    with office.transaction() as session:
        user = users.named(session, "upp")
        session.add_all(
            OutboxMessage(
                instance_id=case.id,
                body={"code": "notification", "text": text},
                audience={"users": [user.id]},
                queued_at=clock.now(session),
            )
            for text in ("satu", "dua", "tiga", "empat", "=1+1")
        )
        session.flush()
        outbox.deliver(session)
    browser = sign_in("upp")
    browser.get("/notifikasi")
    browser.post("/notifikasi/5/dibaca")
    return browser


def lines_of(browser: Browser, query: str = "") -> list[list[str]]:
    answer = browser.get(f"/notifikasi/unduh?format=csv{query}")
    assert answer.status_code == 200
    return list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))


def test_all_pages_are_in_it_newest_first(upp: Browser, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MAX_LIMIT", 2)
    heading, *lines = lines_of(upp)
    assert heading == ["Pemberitahuan", "Nomor", "Perihal", "Jenis", "Untuk", "Waktu", "Keadaan"]
    assert [line[0] for line in lines] == ["'=1+1", "empat", "tiga", "dua", "satu"]
    assert {line[1] for line in lines} == {case.started["business_key"]}
    assert [line[6] for line in lines] == ["Sudah dibaca", *["Belum dibaca"] * 4]


def test_it_is_narrowed_as_the_list_is(upp: Browser, sign_in: SignIn) -> None:
    assert len(lines_of(upp, "&tab=unread")) == 5
    assert len(lines_of(upp, "&tab=lane")) == 1
    assert len(lines_of(sign_in("lapor"))) == 1
    assert "/notifikasi/unduh?tab=unread&amp;format=xlsx" in upp.get("/notifikasi?tab=unread").text


def test_the_same_as_xlsx(upp: Browser) -> None:
    book = load_workbook(BytesIO(upp.get("/notifikasi/unduh?format=xlsx").get_data()))
    assert [row[0].value for row in book.active.iter_rows()] == [
        "Pemberitahuan",
        "=1+1",
        "empat",
        "tiga",
        "dua",
        "satu",
    ]
    refused = upp.get("/notifikasi/unduh?format=pdf")
    assert refused.status_code == 422
    assert "Pilih CSV atau XLSX" in words_of(refused)


def test_the_security_log_tells_that_it_was_taken(upp: Browser, office: Database) -> None:
    lines_of(upp)
    write_notes(office)
    with office.reading() as session:
        rows = session.scalars(select(SecurityEvent).where(SecurityEvent.action == "list")).all()
        assert [row.part for row in rows] == ["notices"]
