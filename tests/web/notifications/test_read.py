"""Notifikasi: what becomes of the list when its last rows are read, and what "all" means when more came meanwhile."""

import re
from collections.abc import Callable

import pytest

from app.base.db import Database
from app.models import OutboxMessage
from app.services.core import clock
from app.services.notifications import outbox
from app.services.people import users
from tests.web.conftest import Browser, Case
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]
Tell = Callable[[int], None]


@pytest.fixture
def tell(office: Database, case: Case) -> Tell:
    """Tell `upp` so many things."""

    def do(count: int) -> None:
        with office.transaction() as session:
            session.add_all(
                OutboxMessage(
                    instance_id=case.id,
                    body={"code": "notification", "text": f"Kabar ke-{n}"},
                    audience={"users": [users.named(session, "upp").id]},
                    queued_at=clock.now(session),
                )
                for n in range(1, count + 1)
            )
            session.flush()
            outbox.deliver(session)

    return do


def next_page(page: str) -> str:
    [address] = re.findall(r'href="(/notifikasi\?[^"]*after=\d+)"', page)
    return str(address).replace("&amp;", "&")


def sent_with_all(page: str) -> dict[str, str]:
    """What the form that marks all as read sends."""
    [form] = re.findall(r'action="/notifikasi/dibaca">(.*?)</form>', page, re.DOTALL)
    return dict(re.findall(r'name="(newest)" value="(\d+)"', form))


def test_a_later_page_whose_last_notice_was_read_leads_to_the_first(tell: Tell, sign_in: SignIn) -> None:
    tell(51)
    upp = sign_in("upp")
    later = next_page(upp.get("/notifikasi?tab=unread").text)
    [last] = re.findall(r"/notifikasi/(\d+)/dibaca", upp.get(later).text)
    assert upp.post(f"/notifikasi/{last}/dibaca", next=later).location == later
    emptied = upp.get(later)
    assert (emptied.status_code, emptied.location) == (302, "/notifikasi?tab=unread")
    assert "Kabar ke-51" in words_of(upp.get(emptied.location))


def test_what_came_after_the_page_was_drawn_is_not_marked_with_all(tell: Tell, sign_in: SignIn) -> None:
    tell(2)
    upp = sign_in("upp")
    sent = sent_with_all(upp.get("/notifikasi?tab=unread").text)
    tell(1)
    answer = upp.post("/notifikasi/dibaca", **sent)
    page = upp.get(answer.location)
    assert 'tool__count">1<' in page.text
    assert "yang datang sesudahnya belum" in words_of(page)
    words = words_of(upp.get("/notifikasi?tab=unread"))
    assert (words.count("Kabar ke-1"), words.count("Kabar ke-2")) == (1, 0)


def test_all_means_the_pages_before_too(tell: Tell, sign_in: SignIn) -> None:
    tell(51)
    upp = sign_in("upp")
    later = upp.get(next_page(upp.get("/notifikasi").text)).text
    upp.post("/notifikasi/dibaca", **sent_with_all(later))
    assert "Semua sudah dibaca" in words_of(upp.get("/notifikasi?tab=unread"))


@pytest.mark.parametrize("newest", ["", "nix", "-1"])
def test_who_does_not_say_up_to_where_marks_all(tell: Tell, sign_in: SignIn, newest: str) -> None:
    tell(2)
    upp = sign_in("upp")
    upp.get("/notifikasi")
    assert upp.post("/notifikasi/dibaca", newest=newest).status_code == 303
    assert "Semua sudah dibaca" in words_of(upp.get("/notifikasi?tab=unread"))
