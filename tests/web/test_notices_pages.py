"""Notifikasi: the list behind the bell, and what counts as read."""

from collections.abc import Callable

import pytest

from app.db import Database
from app.models import OutboxMessage
from app.services import clock, outbox, users
from tests.web.conftest import Browser, Case
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def told(office: Database, case: Case) -> Case:
    """A case about which `upp` was told three things, `lapor` nothing."""
    with office.transaction() as session:
        upp = users.named(session, "upp")
        session.add_all(
            OutboxMessage(
                instance_id=case.id,
                body={"code": "notification", "text": f"Kabar ke-{n}"},
                audience={"users": [upp.id]},
                queued_at=clock.now(session),
            )
            for n in (1, 2, 3)
        )
        session.flush()
        outbox.deliver(session)
    return case


def test_the_newest_notice_comes_first_and_the_bell_counts_the_unread(told: Case, sign_in: SignIn) -> None:
    page = sign_in("upp").get("/notifikasi")
    words = words_of(page)
    assert words.index("Kabar ke-3") < words.index("Kabar ke-1")
    assert 'tool__count">3<' in page.text
    assert told.started["business_key"] in words


def test_nobody_reads_the_notices_of_others(told: Case, sign_in: SignIn) -> None:
    other = sign_in("lapor")
    page = other.get("/notifikasi")
    assert "Belum ada pemberitahuan" in words_of(page)
    assert other.post("/notifikasi/1/dibaca").status_code == 404
    assert other.post("/notifikasi/1/buka").status_code == 404


def test_one_is_marked_as_read_and_leaves_the_unread(told: Case, sign_in: SignIn) -> None:
    upp = sign_in("upp")
    upp.get("/notifikasi?tab=unread")
    answer = upp.post("/notifikasi/1/dibaca", next="/notifikasi?tab=unread")
    assert (answer.status_code, answer.location) == (303, "/notifikasi?tab=unread")
    words = words_of(upp.get("/notifikasi?tab=unread"))
    assert "Kabar ke-1" not in words
    assert "Kabar ke-2" in words


def test_opening_a_notice_marks_it_and_leads_to_its_case(told: Case, sign_in: SignIn) -> None:
    upp = sign_in("upp")
    upp.get("/notifikasi")
    assert upp.post("/notifikasi/2/buka").location == f"/perkara/{told.id}"
    assert 'tool__count">2<' in upp.get("/notifikasi").text


def test_all_are_marked_at_once(told: Case, sign_in: SignIn) -> None:
    upp = sign_in("upp")
    upp.get("/notifikasi")
    upp.post("/notifikasi/dibaca")
    assert "Semua sudah dibaca" in words_of(upp.get("/notifikasi?tab=unread"))
    assert "Kabar ke-1" in words_of(upp.get("/notifikasi"))


def test_marking_leads_to_no_other_site(told: Case, sign_in: SignIn) -> None:
    upp = sign_in("upp")
    upp.get("/notifikasi")
    assert upp.post("/notifikasi/1/dibaca", next="//jahat.example/").location == "/notifikasi"
