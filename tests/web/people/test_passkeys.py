"""The pages of passkeys: added with the password, asked for at the door, removed; nothing without them."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.base.config import Config
from app.base.db import Database
from app.commands.security_log import write_notes
from app.models import SecurityEvent
from app.services.people import second_steps, users
from app.web import create_app
from tests.authenticator import Key, make
from tests.web.conftest import Browser
from tests.web.pages import key_of, told_of, words_of

ORIGIN = "http://localhost:8000"
SCRIPT = re.compile(r'src="/static/dist/passkeys-\w{8}\.js"')


@pytest.fixture
def served(config: Config, office: Database) -> Flask:
    told = replace(config, base_url=ORIGIN)
    office._info["config"] = told
    return create_app(told, office)


def signed_in(app: Flask, name: str) -> Browser:
    browser = Browser(app.test_client())
    assert browser.sign_in(name).status_code == 302
    return browser


def add(browser: Browser, name: str = "Ponsel") -> tuple[Key, str]:
    """Go through the pages as a browser does; return the key, and where one is led to."""
    browser.get("/langkah-kedua")
    page = browser.post("/langkah-kedua/kunci", passkey_name=name, passkey_password="demo")
    assert page.status_code == 200, words_of(page)
    assert SCRIPT.search(page.text)
    options = html.unescape(re.findall(r'data-options="([^"]+)"', page.text)[0])
    sealed = re.findall(r'name="sealed" value="([^"]+)"', page.text)[0]
    key, answer = make(options, ORIGIN)
    return key, browser.post("/langkah-kedua/kunci/simpan", sealed=sealed, answer=answer).location


def enter(browser: Browser, key: Key, ask: str, path: str, **fields: str) -> str:
    asked = json.loads(browser.post(ask).text)
    answer = key.answer(asked["options"], ORIGIN)
    return browser.post(path, sealed=asked["sealed"], answer=answer, **fields).location


def test_several_are_added_listed_and_removed_with_the_password(served: Flask) -> None:
    browser = signed_in(served, "lapor")
    _key, place = add(browser)
    assert place == "/langkah-kedua/cadangan"
    assert len(re.findall(r"<code>", browser.get(place).text)) == second_steps.RECOVERY_CODES
    assert add(browser, "<b>Kunci USB</b>")[1] == "/langkah-kedua"
    page = browser.get("/langkah-kedua")
    assert "<b>Kunci" not in page.text
    assert words_of(page).count("Belum pernah") == 2
    number = re.findall(r'name="passkey" value="(\d+)"', page.text)[0]
    wrong = browser.post("/langkah-kedua/kunci/hapus", passkey=number, passkey_password="salah")
    assert (wrong.status_code, told_of(wrong)) == (422, {"f-passkey_password": "Kata sandi tidak cocok."})
    gone = browser.post("/langkah-kedua/kunci/hapus", passkey=number, passkey_password="demo")
    assert gone.location == "/langkah-kedua"
    assert "Ponsel" not in words_of(browser.get("/langkah-kedua")).replace("Ponsel kantor", "")
    assert browser.post("/langkah-kedua/kunci/hapus", passkey="x", passkey_password="demo").status_code == 404


def test_what_is_wrong_stands_at_its_field_and_the_name_stays(served: Flask) -> None:
    browser = signed_in(served, "lapor")
    browser.get("/langkah-kedua")
    page = browser.post("/langkah-kedua/kunci", passkey_name="Ponsel saya", passkey_password="salah")
    assert (page.status_code, list(told_of(page))) == (422, ["f-passkey_password"])
    assert 'value="Ponsel saya"' in page.text
    page = browser.post("/langkah-kedua/kunci", passkey_name=" ", passkey_password="demo")
    assert (page.status_code, list(told_of(page))) == (422, ["f-passkey_name"])
    page = browser.post("/langkah-kedua/kunci/simpan", sealed="x", answer="{}")
    assert page.status_code == 422
    for _free in range(6):
        page = browser.post("/langkah-kedua/kunci", passkey_name="a", passkey_password="salah")
    assert page.status_code == 429


def test_it_opens_the_door_alone_and_leads_where_one_wanted(served: Flask, office: Database) -> None:
    key, _place = add(signed_in(served, "lapor"))
    browser = Browser(served.test_client())
    assert SCRIPT.search(browser.get("/masuk").text)
    place = enter(browser, key, "/masuk/kunci/tantangan", "/masuk/kunci", next="/kata-sandi?a=1")
    assert place == "/kata-sandi?a=1"
    assert browser.get("/tugas").status_code == 200
    other = Browser(served.test_client())
    other.get("/masuk")
    place = enter(other, key, "/masuk/kunci/tantangan", "/masuk/kunci", next="//lain.example")
    assert place == "/"
    stranger = Browser(served.test_client())
    stranger.get("/masuk")
    refused = stranger.post("/masuk/kunci", sealed="", answer="", next="/tugas")
    assert refused.status_code == 422
    assert 'value="/tugas"' in refused.text
    write_notes(office)
    with office.reading() as session:
        rows = session.scalars(select(SecurityEvent).where(SecurityEvent.action == "passkey")).all()
        told = [(row.outcome, row.actor_id, bool(row.source)) for row in rows]
        mine = users.named(session, "lapor").id
    assert told == [("done", mine, True), ("done", mine, True), ("wrong", None, False)]


def test_after_the_password_it_is_asked_for_beside_codes(served: Flask) -> None:
    key, _place = add(signed_in(served, "lapor"))
    browser = Browser(served.test_client())
    browser.get("/masuk")
    asked = browser.post("/masuk", username="lapor", password="demo", next="/kata-sandi")
    page = browser.get(asked.location)
    assert SCRIPT.search(page.text)
    assert "Kode cadangan" in words_of(page)
    place = enter(browser, key, "/masuk/kode/tantangan", "/masuk/kode/kunci", next="/kata-sandi")
    assert place == "/kata-sandi"
    stranger = Browser(served.test_client())
    stranger.get("/masuk")
    refused = stranger.post("/masuk/kode/tantangan")
    assert (refused.status_code, "Masuk lagi" in json.loads(refused.text)["error"]) == (422, True)
    assert stranger.post("/masuk/kode/kunci").location.startswith("/masuk")


def test_whose_role_needs_a_second_step_may_take_a_passkey_for_it(served: Flask) -> None:
    admin = signed_in(served, "admin")
    page = admin.get("/pengguna/langkah-kedua")
    admin.post("/pengguna/langkah-kedua", roles="admin", idempotency_key=key_of(page))
    assert admin.get("/pengguna").location == "/langkah-kedua"
    add(admin)
    assert admin.get("/pengguna").status_code == 200


def test_where_browsers_offer_none_the_pages_say_so_and_load_no_script(
    app: Flask, sign_in: Callable[[str], Browser]
) -> None:
    assert not SCRIPT.search(app.test_client().get("/masuk").text)
    browser = sign_in("lapor")
    page = browser.get("/langkah-kedua")
    assert "Di alamat ini peramban tidak menawarkan kunci sandi" in words_of(page)
    assert not SCRIPT.search(page.text)
    sent = browser.post("/langkah-kedua/kunci", passkey_name="Ponsel", passkey_password="demo")
    assert sent.status_code == 422
    asked = browser.post("/masuk/kunci/tantangan")
    assert asked.status_code == 422


def test_a_session_of_another_way_is_no_session_of_the_password(served: Flask, office: Database) -> None:
    """Who came in by a passkey is not asked for a password that he did not use."""
    key, _place = add(signed_in(served, "lapor"))
    with office.transaction() as session:
        users.named(session, "lapor").must_change_password = True
    browser = Browser(served.test_client())
    browser.get("/masuk")
    enter(browser, key, "/masuk/kunci/tantangan", "/masuk/kunci")
    assert browser.get("/tugas").status_code == 200
