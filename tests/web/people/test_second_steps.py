"""The pages of the second step: setting up, the door, recovery codes, what administrators decide."""

import re
from base64 import b32decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from app.services.core import clock
from app.services.people import second_steps
from tests.web.conftest import Browser
from tests.web.pages import key_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The machine's own clock, standing still."""
    moment = [datetime.now(UTC)]
    monkeypatch.setattr(clock, "real", lambda: moment[0])
    return moment


def shown(key: bytes) -> str:
    return second_steps.code_at(key, int(clock.real().timestamp()) // 30)


def set_up(browser: Browser, at: list[datetime]) -> tuple[bytes, list[str]]:
    """Go through the page as its reader does; a minute later the app shows another code."""
    page = browser.get("/langkah-kedua").text
    key = b32decode(re.findall(r"data-copy>([A-Z2-7 ]+)<", page)[0].replace(" ", ""))
    setup = re.findall(r'name="setup" value="([^"]+)"', page)[0]
    sent = browser.post("/langkah-kedua", setup=setup, code=shown(key), password="demo")
    assert (sent.status_code, sent.location) == (303, "/langkah-kedua/cadangan")
    codes = re.findall(r"<code>([^<]+)</code>", browser.get("/langkah-kedua/cadangan").text)
    at[0] += timedelta(minutes=1)
    return key, codes


def at_the_door(app: Flask, name: str = "lapor") -> tuple[Browser, str]:
    browser = Browser(app.test_client())
    browser.get("/masuk")
    sent = browser.post("/masuk", username=name, password="demo", next="/kata-sandi?a=1")
    place = urlsplit(sent.location)
    assert (sent.status_code, place.path) == (303, "/masuk/kode")
    assert parse_qs(place.query) == {"next": ["/kata-sandi?a=1"]}
    browser.get(sent.location)
    return browser, sent.location


def test_a_code_from_the_app_leads_to_where_one_wanted(
    app: Flask, sign_in: SignIn, at: list[datetime]
) -> None:
    key, codes = set_up(sign_in("lapor"), at)
    assert len(codes) == second_steps.RECOVERY_CODES
    browser, _asked = at_the_door(app)
    assert browser.get("/tugas").status_code == 302  # the password alone opens nothing
    browser.get("/masuk/kode")
    wrong = browser.post("/masuk/kode", code="000000", next="/kata-sandi?a=1")
    assert (wrong.status_code, 'value="/kata-sandi?a=1"' in wrong.text) == (422, True)
    entered = browser.post("/masuk/kode", code=shown(key), next="/kata-sandi?a=1")
    assert (entered.status_code, entered.location) == (302, "/kata-sandi?a=1")
    assert browser.get("/tugas").status_code == 200
    assert browser.get("/masuk/kode").location.startswith("/masuk")  # the ticket is gone


def test_a_recovery_code_tells_how_many_are_left(app: Flask, sign_in: SignIn, at: list[datetime]) -> None:
    _key, codes = set_up(sign_in("lapor"), at)
    browser, _asked = at_the_door(app)
    browser.post("/masuk/kode", code=codes[0])
    assert "Tersisa 9 kode cadangan." in browser.get("/tugas").text


def test_without_the_first_step_there_is_no_second(app: Flask) -> None:
    browser = Browser(app.test_client())
    assert browser.get("/masuk/kode?next=/tugas").location == "/masuk?next=/tugas"
    browser.get("/masuk")
    assert browser.post("/masuk/kode", code="000000").location.startswith("/masuk")


def test_who_types_the_code_wrong_keeps_the_key_he_scanned(sign_in: SignIn, at: list[datetime]) -> None:
    browser = sign_in("lapor")
    page = browser.get("/langkah-kedua").text
    setup = re.findall(r'name="setup" value="([^"]+)"', page)[0]
    again = browser.post("/langkah-kedua", setup=setup, code="000000", password="demo")
    assert again.status_code == 422
    assert re.findall(r'name="setup" value="([^"]+)"', again.text) == [setup]
    assert "<svg" in again.text


def test_it_is_turned_off_with_the_password(sign_in: SignIn, at: list[datetime]) -> None:
    browser = sign_in("lapor")
    set_up(browser, at)
    browser.get("/langkah-kedua")
    assert browser.post("/langkah-kedua/hapus", password="salah").status_code == 422
    assert browser.post("/langkah-kedua/hapus", password="demo").location == "/langkah-kedua"
    assert 'name="setup"' in browser.get("/langkah-kedua").text


def test_recovery_codes_are_shown_to_nobody_later(sign_in: SignIn, at: list[datetime]) -> None:
    browser = sign_in("lapor")
    set_up(browser, at)
    at[0] += timedelta(minutes=11)
    assert "<code>" not in browser.get("/langkah-kedua/cadangan").text
    sent = browser.post("/langkah-kedua/cadangan", password="demo")
    assert sent.location == "/langkah-kedua/cadangan"
    assert "<code>" in browser.get(sent.location).text


def test_whose_role_needs_it_is_led_there_and_nowhere_else(sign_in: SignIn, at: list[datetime]) -> None:
    admin = sign_in("admin")
    page = admin.get("/pengguna/langkah-kedua")
    admin.post("/pengguna/langkah-kedua", roles="admin", idempotency_key=key_of(page))
    for path in ("/pengguna", "/pemasangan", "/langkah-kedua/cadangan"):
        assert admin.get(path).location == "/langkah-kedua"
    assert admin.get("/kata-sandi").status_code == 200
    set_up(admin, at)
    assert "Administrator" in admin.get("/pemasangan").text
    assert sign_in("lapor").get("/tugas").status_code == 200


def test_an_administrator_lets_in_who_lost_his_phone(app: Flask, sign_in: SignIn, at: list[datetime]) -> None:
    set_up(sign_in("lapor"), at)
    admin = sign_in("admin")
    place = re.findall(r'href="(/pengguna/\d+)"', admin.get("/pengguna?q=lapor").text)[0]
    page = admin.get(place)
    assert "Setel ulang langkah kedua" in page.text
    sent = admin.post(f"{place}/langkah-kedua", idempotency_key=key_of(page))
    assert sent.location == place
    browser = Browser(app.test_client())
    assert browser.sign_in("lapor").status_code == 302
    assert sign_in("lapor").post(f"{place}/langkah-kedua").status_code == 403
