"""Pages that were open before the last sign-in: their token is none any more, and nobody is stuck with them."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from app.base.db import Database
from app.models import LoginSession
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


def test_a_second_sign_in_page_leads_on_and_checks_nothing(client: FlaskClient, office: Database) -> None:
    browser = Browser(client)
    browser.get("/masuk")
    old = browser.token
    browser.sign_in("lapor")
    sent = {"csrf_token": old, "username": "upp", "password": "demo"}
    assert client.post("/masuk", data={**sent, "password": "salah"}).status_code == 303
    for going_to, place in (("/tugas?tab=done", "/tugas?tab=done"), ("", "/"), ("//jahat.example", "/")):
        answer = client.post("/masuk", data={**sent, "next": going_to})
        assert (answer.status_code, answer.location) == (303, place)
    assert "Peramban ini sudah masuk sebagai Admin LAPOR!." in words_of(browser.get("/kata-sandi"))
    with office.reading() as session:
        assert len(session.scalars(select(LoginSession)).all()) == 1


def test_a_stranger_with_a_stale_page_is_not_signed_in(client: FlaskClient) -> None:
    Browser(client).get("/masuk")
    sent = {"csrf_token": "nix", "username": "lapor", "password": "demo"}
    assert client.post("/masuk", data=sent).status_code == 400
    assert client.get("/kata-sandi").status_code == 302


def test_an_old_page_asks_once_more_before_it_signs_out(client: FlaskClient) -> None:
    browser = Browser(client)
    browser.get("/masuk")
    old = browser.token
    browser.sign_in("lapor")
    asked = browser.post("/keluar", csrf_token=old)
    assert asked.status_code == 400
    assert "Anda masih masuk" in words_of(asked)
    assert 'class="panel" method="post" action="/keluar"' in asked.text
    assert browser.get("/kata-sandi").status_code == 200
    browser.post("/keluar", csrf_token=old)
    assert browser.post("/keluar").location == "/masuk"
    assert browser.get("/kata-sandi").status_code == 302


def test_who_has_signed_out_already_is_led_to_the_door(sign_in: SignIn) -> None:
    browser = sign_in("lapor")
    old = browser.token
    browser.post("/keluar")
    answer = browser.post("/keluar", csrf_token=old)
    assert (answer.status_code, answer.location) == (303, "/masuk")


def test_other_stale_forms_are_refused_as_ever(client: FlaskClient) -> None:
    browser = Browser(client)
    browser.get("/masuk")
    old = browser.token
    browser.sign_in("lapor")
    for path in ("/tema", "/bahasa", "/kata-sandi"):
        refused = browser.post(path, csrf_token=old, theme="dark", language="en")
        assert (refused.status_code, "terlalu lama terbuka" in refused.text) == (400, True)
    asked = client.post("/keluar", data={"csrf_token": old}, headers={"Accept": "application/json"})
    assert (asked.status_code, asked.mimetype) == (400, "application/problem+json")
