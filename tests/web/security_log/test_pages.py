"""Catatan keamanan as its readers see it."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from app.base.db import Database
from app.commands.security_log import write_notes
from app.models import User
from app.services.core import clock, security_log
from app.services.core.security_log import Deed, Noted, Origin
from app.services.people import users
from tests.web.conftest import Browser, Case, Traffic
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]
PAGE = "/catatan-keamanan"


def written(office: Database, *deeds: Deed, days_ago: float = 0.0) -> None:
    at = clock.real() - timedelta(days=days_ago)
    with office.transaction() as session:
        security_log.write(session, [Noted(deed, at, Origin("page", "a1b2c3d4e5f6")) for deed in deeds])


def user(office: Database, name: str) -> User:
    with office.reading() as session:
        return users.named(session, name)


def actions(text: str) -> Sequence[str]:
    """What the rows of the table say happened."""
    found = re.findall(r'<th scope="row"[^>]* class="cell--lead">(.*?)</th>', text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


@pytest.mark.parametrize("name", ["admin", "auditor"])
def test_the_link_leads_administrators_and_auditors_to_it(sign_in: SignIn, name: str) -> None:
    browser = sign_in(name)
    assert f'href="{PAGE}"' in browser.get("/perkara").text
    assert browser.get(PAGE).status_code == 200


@pytest.mark.parametrize("name", ["pemilik", "lapor", "koordinator"])
def test_nobody_else_sees_link_or_page(sign_in: SignIn, name: str) -> None:
    browser = sign_in(name)
    assert f'href="{PAGE}"' not in browser.get("/perkara").text
    assert browser.get(PAGE).status_code == 403


def test_each_record_tells_when_who_what_and_about_what(
    sign_in: SignIn, office: Database, case: Case
) -> None:
    sign_in("lapor").get(f"/perkara/{case.id}")
    write_notes(office)
    page = sign_in("auditor").get(PAGE, query_string={"kind": "reading"})
    said = words_of(page)
    assert "Perkara dibaca" in said
    assert user(office, "lapor").full_name in said
    assert case.started["business_key"] in said
    assert f'href="/perkara/{case.id}"' in page.text


def test_a_task_is_told_by_the_number_of_its_case(sign_in: SignIn, office: Database, case: Case) -> None:
    task = case.task("lapor")["id"]
    assert case.api("lapor").post(f"/tasks/{task}/claim", {}).status_code == 200
    said = words_of(sign_in("auditor").get(PAGE, query_string={"kind": "command"}))
    assert f"Tugas {case.started['business_key']}" in said


def test_it_is_narrowed_by_kind_person_case_and_days(sign_in: SignIn, office: Database, case: Case) -> None:
    upp = user(office, "upp")
    written(office, Deed("reading", "instance", actor_id=upp.id, target=("instance", case.id)))
    written(office, Deed("session", "sign_in", "wrong", target=("user", "dlh")), days_ago=3)
    auditor = sign_in("auditor")
    number, today = case.started["business_key"], clock.real().astimezone(_zone(office))
    before = f"{today - timedelta(days=2):%d-%m-%Y}"
    for query, shown, hidden in (
        ({"kind": "reading"}, "Perkara dibaca", "tidak cocok"),
        ({"person": "upp"}, "Perkara dibaca", "tidak cocok"),
        ({"person": upp.full_name}, "Perkara dibaca", "tidak cocok"),
        ({"q": number.lower()}, "Perkara dibaca", "tidak cocok"),
        ({"q": "DLH"}, "tidak cocok", "Perkara dibaca"),
        ({"about": "user:dlh"}, "tidak cocok", "Perkara dibaca"),
        ({"until": before}, "tidak cocok", "Perkara dibaca"),
        ({"since": before, "kind": "reading"}, "Perkara dibaca", "tidak cocok"),
    ):
        page = auditor.get(PAGE, query_string=query)
        assert page.status_code == 200
        rows = " ".join(actions(page.text))
        assert (shown in rows, hidden in rows) == (True, False), query


def _zone(office: Database) -> object:
    with office.reading() as session:
        return session.info["config"].timezone


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"person": "siapa"}, "Tidak ada pengguna bernama siapa."),
        ({"q": "WNG-9"}, "Tidak ada perkara atau pengguna WNG-9."),
        ({"about": "apa:1"}, "Tidak ada perkara atau pengguna apa:1."),
        ({"since": "31-02-2026"}, "Tulis tanggal yang ada, misalnya 24-11-2026."),
        ({"until": "31-12-9999"}, "Tulis tanggal yang ada, misalnya 24-11-2026."),
        ({"kind": "lain"}, "Jenis ini tidak dikenal."),
    ],
)
def test_what_cannot_be_found_is_said(sign_in: SignIn, query: dict[str, str], words: str) -> None:
    page = sign_in("auditor").get(PAGE, query_string=query)
    assert (page.status_code, words in words_of(page)) == (200, True)


def test_where_nothing_fits_it_says_so(sign_in: SignIn) -> None:
    page = sign_in("auditor").get(PAGE, query_string={"kind": "system"})
    assert "Tidak ada catatan yang cocok" in words_of(page)


def test_pages_follow_each_other(sign_in: SignIn, office: Database) -> None:
    written(office, *(Deed("system", f"nomor-{n}") for n in range(60)))
    auditor = sign_in("auditor")
    first = auditor.get(PAGE, query_string={"kind": "system"})
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following is not None
    second = auditor.get(following[1].replace("&amp;", "&"))
    assert len(actions(first.text)) == 50
    assert len(actions(second.text)) == 10
    assert not set(actions(first.text)) & set(actions(second.text))


def test_a_full_page_takes_no_more_statements_than_an_empty_one(
    sign_in: SignIn, office: Database, case: Case, traffic: Traffic
) -> None:
    auditor = sign_in("auditor")
    auditor.get(PAGE)
    traffic.clear()
    auditor.get(PAGE, query_string={"kind": "system"})
    few = len(traffic.statements)
    upp = user(office, "upp")
    written(office, *(Deed("system", "x", actor_id=upp.id, target=("instance", case.id)) for _n in range(50)))
    traffic.clear()
    auditor.get(PAGE, query_string={"kind": "system"})
    assert len(traffic.statements) <= few + 2  # who it was, and the numbers of the cases


def test_it_speaks_english(sign_in: SignIn, office: Database) -> None:
    browser = sign_in("auditor")
    browser.post("/bahasa", language="en")
    said = words_of(browser.get(PAGE))
    assert "Security log" in said
    assert "Sign in" in said
    assert "Catatan" not in said


def test_every_kind_and_every_known_action_has_words() -> None:
    from app.history.catalogue import CATALOGUE
    from app.history.events.people import UserEvent
    from app.web.security_log import words

    assert set(words.KINDS) == set(security_log.KINDS)
    office = [type_ for type_, kind in CATALOGUE.items() if issubclass(kind, UserEvent)]
    assert set(office) <= set(words._ACTIONS)
