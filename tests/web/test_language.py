"""Which language holds: what one chose last, on the switch, on one's own page, or at the door."""

import html
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.base.db import Database
from app.services.people import users
from tests.web.conftest import Browser

SignIn = Callable[[str], Browser]
ENGLISH = '<html lang="en"'
INDONESIAN = '<html lang="id"'


def own(office: Database, name: str) -> str:
    with office.reading() as session:
        return users.named(session, name).language


def speak(office: Database, name: str, language: str) -> None:
    with office.transaction() as session:
        users.speak(session, users.named(session, name).id, language)


def edit(admin: Browser, office: Database, name: str) -> None:
    """Save English on somebody's page."""
    with office.reading() as session:
        user_id = users.named(session, name).id
    admin.get(f"/pengguna/{user_id}")
    sent = {"full_name": "Siapa", "roles": "is_admin", "language": "en"}
    assert admin.post(f"/pengguna/{user_id}", **sent).status_code == 303


def test_ones_own_page_changes_the_language_at_once(sign_in: SignIn, office: Database) -> None:
    admin = sign_in("admin")
    edit(admin, office, "admin")
    page = admin.get("/pengguna").text
    assert ENGLISH in page
    assert "Siapa is saved." in page


def test_somebody_elses_page_leaves_the_language_alone(sign_in: SignIn, office: Database) -> None:
    admin = sign_in("admin")
    edit(admin, office, "auditor")
    assert INDONESIAN in admin.get("/pengguna").text


@pytest.mark.parametrize("page", ["/masuk", "/masuk?next=/tugas"])
def test_a_language_chosen_at_the_door_holds_and_is_remembered(
    app: Flask, client: FlaskClient, office: Database, page: str
) -> None:
    browser = Browser(client)
    browser.get(page)
    browser.post("/bahasa", language="en", next=page)
    browser.sign_in("lapor")
    assert ENGLISH in browser.get("/kata-sandi").text
    assert own(office, "lapor") == "en"
    elsewhere = Browser(app.test_client())
    elsewhere.sign_in("lapor")
    assert ENGLISH in elsewhere.get("/kata-sandi").text


def test_a_choice_that_was_another_ones_is_not_taken_over(client: FlaskClient, office: Database) -> None:
    speak(office, "upp", "en")
    browser = Browser(client)
    browser.get("/masuk")
    browser.post("/bahasa", language="en", next="/masuk")
    browser.sign_in("lapor")
    browser.post("/keluar")
    browser.sign_in("dpupr")
    assert INDONESIAN in browser.get("/kata-sandi").text
    browser.post("/keluar")
    browser.sign_in("upp")
    assert ENGLISH in browser.get("/kata-sandi").text
    assert (own(office, "dpupr"), own(office, "upp")) == ("id", "en")


def test_what_a_reporter_chose_is_no_officers_choice(client: FlaskClient, office: Database) -> None:
    browser = Browser(client)
    browser.get("/lacak")
    browser.post("/bahasa", language="en", next="/lacak")
    browser.sign_in("lapor")
    assert INDONESIAN in browser.get("/kata-sandi").text
    assert own(office, "lapor") == "id"


@pytest.mark.parametrize("code", ["A?B", "A#B", "A%41", "A;B=C", "DÉ"])
def test_the_switch_comes_back_to_a_page_with_signs_in_its_address(
    admin: Browser, office: Database, code: str
) -> None:
    sent = admin.post("/pengguna/unit-baru", code=code, name="Balai Coba", starts_on="2026-01-01")
    assert sent.status_code == 303, sent.text
    place = "/pengguna/unit/" + quote(code)
    refused = admin.post(place, name="")
    assert refused.status_code == 422
    for shown, query in ((admin.get(f"{place}?q=a%26b"), b"q=a%26b"), (refused, b"")):
        [back] = set(re.findall(r'name="next" value="([^"]+)"', shown.text))
        page = admin.get(admin.post("/bahasa", language="en", next=html.unescape(back)).location or "")
        assert page.status_code == 200
        assert ENGLISH in page.text
        assert "Balai Coba" in page.text
        assert page.request.query_string == query
