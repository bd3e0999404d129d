"""Notifikasi: the list behind the bell, and what counts as read."""

import re
from collections.abc import Callable

import pytest

from app.db import Database
from app.models import OutboxMessage
from app.services import clock, outbox, users
from tests.reports import answers_for
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


def test_what_a_unit_without_officers_was_sent_the_coordinator_hands_to_another(
    case: Case, sign_in: SignIn, office: Database
) -> None:
    for name in ("lapor", "upp", "upp"):
        case.complete(name)
    upp = case.task("upp")
    values = {**answers_for(upp["activity_id"], case.report), "unit_tujuan": "DIKBUD"}
    assert case.api("upp").post(f"/tasks/{upp['id']}/complete", {"variables": values}).status_code == 200
    with office.transaction() as session:
        outbox.deliver(session)
    browser = sign_in("koordinator")
    assert "Dinas Pendidikan dan Kebudayaan belum punya petugas untuk" in words_of(browser.get("/notifikasi"))
    [task] = [
        one for one in case.api("auditor").get("/tasks", instance_id=case.id).json["items"] if one["unit"]
    ]
    page = browser.get(f"/tugas/{task['id']}")
    assert "Unit ini belum punya petugas" in words_of(page)
    [to] = re.findall(r'value="(\d+)"[^>]*>[^<]*\(Dinas Perhubungan\)', page.text)
    answer = browser.post(f"/tugas/{task['id']}/alihkan", to=to, reason="Dikbud belum siap")
    assert answer.status_code == 303, words_of(answer)
    assert case.task("dishub")["unit"] == "DISHUB"
    assert "(Dinas Perhubungan)" in words_of(browser.get(f"/perkara/{case.id}"))
