"""Signing in and out, one's own password, language and theme."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login import LoginManager, UserMixin, current_user, login_user
from sqlalchemy import select, text, update

from app.base.db import Database
from app.models import LoginSession
from app.services.core import clock
from app.services.people import accounts, sessions, users
from tests.web.conftest import Browser, Traffic
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


def test_signing_in_leads_to_where_one_wanted(client: FlaskClient) -> None:
    browser = Browser(client)
    sent = browser.get("/kata-sandi?a=1")
    assert sent.status_code == 302
    assert parse_qs(urlsplit(sent.location).query) == {"next": ["/kata-sandi?a=1"]}
    browser.get(sent.location)
    entered = browser.post("/masuk", username="LAPOR ", password="demo", next="/kata-sandi?a=1")
    assert (entered.status_code, entered.location) == (302, "/kata-sandi?a=1")
    assert browser.get("/kata-sandi").status_code == 200
    assert browser.get("/").location == "/tugas"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://jahat.example/", "//jahat.example", "/\\jahat.example", "\\\\jahat.example", "javascript:alert(1)",
     "/a\n/b", "jahat", " /a", "/\t/jahat.example", "http:jahat", "//[", "//\u2100", "//[::1"],
)  # fmt: skip
def test_signing_in_never_leads_to_another_site(client: FlaskClient, elsewhere: str) -> None:
    entered = Browser(client).sign_in("lapor", next=elsewhere)
    assert (entered.status_code, entered.location) == (302, "/")


@pytest.mark.parametrize("elsewhere", ["//[", "//\u2100"])
def test_an_address_that_cannot_be_read_leads_nowhere_and_breaks_nothing(
    client: FlaskClient, elsewhere: str
) -> None:
    browser = Browser(client)
    assert browser.get("/masuk", query_string={"next": elsewhere}).status_code == 200
    for path in ("/bahasa", "/tema"):
        assert browser.post(path, language="en", theme="dark", next=elsewhere).location == "/"


def test_a_page_before_that_cannot_be_read_is_not_gone_back_to(client: FlaskClient) -> None:
    sent = client.post("/tugas/abc/ambil", headers={"Referer": "http://localhost//["})
    assert sent.location == "/masuk"


def test_who_does_not_fit_reads_the_same_whatever_was_wrong(client: FlaskClient) -> None:
    browser = Browser(client)
    texts = set()
    for name, password in (("lapor", "salah"), ("siapa", "demo"), ("", "")):
        browser.get("/masuk")
        refused = browser.post("/masuk", username=name, password=password)
        assert refused.status_code == 422
        texts.add("tidak cocok" in refused.text)
    assert texts == {True}
    assert browser.get("/kata-sandi").status_code == 302


def test_too_many_attempts_are_slowed_down(client: FlaskClient) -> None:
    browser = Browser(client)
    browser.get("/masuk")
    answers = [browser.post("/masuk", username="lapor", password="salah") for _n in range(7)]
    late = answers[-1]
    assert (late.status_code, "Terlalu banyak percobaan" in late.text) == (429, True)
    assert int(late.headers["Retry-After"]) > 0


def test_who_signed_in_here_before_waits_for_no_neighbour(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = clock.real()
    monkeypatch.setattr(clock, "real", lambda: at)  # no pause is over because the machine is slow
    office = sign_in("lapor")
    office.post("/keluar")
    neighbour = Browser(app.test_client())
    neighbour.get("/masuk")
    answers = [neighbour.post("/masuk", username="lapor", password="salah").status_code for _n in range(7)]
    assert answers[-1] == 429
    assert office.sign_in("lapor").status_code == 302
    assert Browser(app.test_client()).sign_in("lapor").status_code == 429


def test_every_sign_in_makes_a_new_session(client: FlaskClient, office: Database) -> None:
    browser = Browser(client)
    browser.sign_in("lapor")
    first = client.get_cookie("alur")
    browser.post("/keluar")
    browser.sign_in("lapor")
    second = client.get_cookie("alur")
    assert first is not None
    assert second is not None
    assert first.value != second.value
    with office.reading() as session:
        assert len(session.scalars(select(LoginSession)).all()) == 1


def test_a_stolen_cookie_ends_with_signing_out(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in("lapor")
    cookie = browser.client.get_cookie("alur")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("alur", cookie.value)
    assert thief.get("/kata-sandi").status_code == 200
    browser.post("/keluar")
    assert thief.get("/kata-sandi").status_code == 302


def test_the_cookie_holds_no_address(sign_in: SignIn) -> None:
    with sign_in("lapor").client.session_transaction() as session:
        assert set(session) == {"_user_id", "_fresh", "csrf_token", "user"}


def test_a_session_goes_on_from_another_address_and_in_a_browser_of_another_name(sign_in: SignIn) -> None:
    client = sign_in("lapor").client
    moved = client.get("/kata-sandi", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    renamed = client.get("/kata-sandi", headers={"User-Agent": "lain"})
    assert (moved.status_code, renamed.status_code) == (200, 200)
    with client.session_transaction() as session:
        assert session["_fresh"]


def test_the_librarys_session_protection_believes_the_address_that_a_caller_names() -> None:
    """Why it is off: docs/decisions/0013-flask-login-and-csrf.md. If this fails, think again."""
    app = Flask("protected")
    app.secret_key = "x"
    manager = LoginManager(app)
    manager.session_protection = "strong"

    @manager.user_loader
    def load(held: str) -> UserMixin:
        user = UserMixin()
        user.id = held
        return user

    @app.get("/")
    def page() -> str:
        return "in" if current_user.is_authenticated else "out"

    @app.get("/masuk")
    def enter() -> str:
        login_user(load("1"))
        return "in"

    owner = app.test_client()
    owner.get("/masuk", environ_base={"REMOTE_ADDR": "192.0.2.1"})
    cookie = owner.get_cookie("session")
    assert cookie is not None
    for named, answer in ((None, "out"), ("192.0.2.1", "in")):
        thief = app.test_client()
        thief.set_cookie("session", cookie.value)
        headers = {"X-Forwarded-For": named} if named else {}
        assert thief.get("/", environ_base={"REMOTE_ADDR": "198.51.100.9"}, headers=headers).text == answer
    with owner.session_transaction() as session:
        assert "_id" in session


def test_idle_and_old_sessions_end(sign_in: SignIn, office: Database) -> None:
    for column, age in (("seen_at", sessions.IDLE), ("created_at", sessions.ABSOLUTE)):
        browser = sign_in("lapor")
        with office.transaction() as session:
            session.execute(update(LoginSession).values({column: clock.real() - age - timedelta(seconds=1)}))
        assert browser.get("/kata-sandi").status_code == 302


def test_a_session_is_touched_at_most_once_a_minute(
    sign_in: SignIn, office: Database, traffic: Traffic
) -> None:
    browser = sign_in("lapor")
    traffic.clear()
    browser.get("/kata-sandi")
    assert traffic.commits == 0
    with office.transaction() as session:
        session.execute(update(LoginSession).values(seen_at=clock.real() - timedelta(seconds=61)))
    traffic.clear()
    browser.get("/kata-sandi")
    browser.get("/kata-sandi")
    assert traffic.commits == 1


def test_a_submission_after_the_session_ended_comes_back_to_its_page(
    sign_in: SignIn, office: Database
) -> None:
    browser = sign_in("lapor")
    with office.transaction() as session:
        session.execute(text("DELETE FROM login_session"))
    referrer = {"Referer": "http://localhost/tugas/abc?x=1"}
    sent = browser.client.post("/kata-sandi", data={"csrf_token": browser.token}, headers=referrer)
    assert parse_qs(urlsplit(sent.location).query) == {"next": ["/tugas/abc?x=1"]}
    assert "Sesi Anda berakhir" in browser.get(sent.location).text
    quiet = browser.client.post("/kata-sandi", headers={"Accept": "application/json"})
    assert (quiet.status_code, quiet.mimetype) == (401, "application/problem+json")


def test_one_changes_ones_own_password(app: Flask, sign_in: SignIn) -> None:
    browser, other = sign_in("lapor"), sign_in("lapor")
    wrong = browser.post("/kata-sandi", old="salah", new="kuda putih lari", repeat="kuda putih lari")
    assert (wrong.status_code, "Kata sandi lama tidak cocok" in wrong.text) == (422, True)
    unequal = browser.post("/kata-sandi", old="demo", new="kuda putih lari", repeat="kuda hitam lari")
    assert unequal.status_code == 422
    changed = browser.post("/kata-sandi", old="demo", new="kuda putih lari", repeat="kuda putih lari")
    assert changed.status_code == 302
    assert browser.get("/kata-sandi").status_code == 200
    assert other.get("/kata-sandi").status_code == 302
    assert Browser(app.test_client()).sign_in("lapor").status_code == 422
    assert Browser(app.test_client()).sign_in("lapor", "kuda putih lari").status_code == 302


def test_a_password_that_others_know_is_changed_before_anything_else(app: Flask, office: Database) -> None:
    with office.transaction() as session:
        password = accounts.reset_password(session, users.named(session, "lapor").id, actor=None)
    browser = Browser(app.test_client())
    browser.sign_in("lapor", password)
    page = browser.get("/kata-sandi")
    assert "diketahui orang lain" in page.text
    with app.test_request_context():
        rules = [r for r in app.url_map.iter_rules() if "GET" in (r.methods or ()) and not r.arguments]
    for rule in rules:
        view = app.view_functions[rule.endpoint]
        if not getattr(view, "public", False) and not rule.rule.startswith(("/api", "/kata-sandi")):
            assert browser.get(rule.rule).location == f"/kata-sandi?next={rule.rule}", rule.rule
    assert browser.post("/notifikasi/dibaca").location == "/kata-sandi"
    browser.post("/kata-sandi", old=password, new="kuda putih lari", repeat="kuda putih lari")
    assert "diketahui orang lain" not in browser.get("/kata-sandi").text


@pytest.mark.parametrize(
    ("wanted", "place"),
    [("/tugas?tab=done&q=a%26b", "/tugas?tab=done&q=a%26b"), ("//jahat.example", "/"), ("", "/")],
)
def test_where_one_wanted_to_go_outlasts_the_change_of_a_password_that_others_know(
    app: Flask, office: Database, wanted: str, place: str
) -> None:
    with office.transaction() as session:
        password = accounts.reset_password(session, users.named(session, "lapor").id, actor=None)
    browser = Browser(app.test_client())
    entered = browser.sign_in("lapor", password, next=wanted)
    page = browser.get(entered.location, follow_redirects=True)
    if place == "/":
        page = browser.get("/kata-sandi", query_string={"next": wanted})
    sent = {"old": password, "new": "kuda putih lari", "repeat": "kuda putih lari"}
    for fields, answer in (({"repeat": "lain"}, 422), ({}, 302)):
        held = re.search(r'action="/kata-sandi">.*?name="next" value="([^"]*)"', page.text, re.DOTALL)
        page = browser.post("/kata-sandi", **sent | fields, next=unescape(held.group(1)) if held else "")
        assert page.status_code == answer
    assert page.location == place


def test_the_language_is_remembered_by_browser_and_account(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in("lapor")
    assert '<html lang="id"' in browser.get("/kata-sandi").text
    back = browser.post("/bahasa", language="en", next="/kata-sandi")
    assert back.location == "/kata-sandi"
    assert '<html lang="en"' in browser.get("/kata-sandi").text
    elsewhere = Browser(app.test_client())
    elsewhere.sign_in("lapor")
    assert "Change password" in elsewhere.get("/kata-sandi").text
    assert '<html lang="id"' in app.test_client().get("/masuk").text


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("/tugas/abc/ambil", "/tugas/abc"),
        ("/perkara/3/batalkan?a=1", "/perkara/3"),
        ("/kendala/5/coba", "/kendala"),
        ("/keluar", "/"),
        ("/tugas?q=x#isi", "/tugas?q=x#isi"),
        ("/tidak/ada", "/tidak/ada"),
    ],
)
def test_the_way_back_from_where_a_form_was_refused_is_a_page_that_can_be_opened(
    sign_in: SignIn, there: str, back: str
) -> None:
    assert sign_in("lapor").post("/bahasa", language="en", next=there).location == back


def test_a_language_or_theme_that_does_not_exist_is_ignored(client: FlaskClient) -> None:
    browser = Browser(client)
    browser.get("/masuk")
    browser.post("/bahasa", language="fr")
    browser.post("/tema", theme="<script>")
    page = browser.get("/masuk").text
    assert '<html lang="id">' in page


def test_the_theme_is_remembered(client: FlaskClient) -> None:
    browser = Browser(client)
    browser.get("/masuk")
    browser.post("/tema", theme="dark", next="/masuk")
    assert 'data-theme="dark"' in browser.get("/masuk").text


def test_guessing_ones_old_password_is_slowed_down(sign_in: SignIn) -> None:
    browser = sign_in("lapor")
    sent = {"old": "salah", "new": "kuda putih lari", "repeat": "kuda putih lari"}
    late = [browser.post("/kata-sandi", **sent) for _n in range(6)][-1]
    assert (late.status_code, "Terlalu banyak percobaan" in late.text) == (429, True)
    assert int(late.headers["Retry-After"]) > 0
    assert 'name="old"' in late.text


PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
OFFICE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


def signed_in_with(app: Flask, agent: str) -> Browser:
    browser = Browser(app.test_client())
    browser.client.environ_base["HTTP_USER_AGENT"] = agent
    assert browser.sign_in("lapor").status_code == 302
    return browser


def others(page: str) -> list[str]:
    """Ids of the sessions that may be ended."""
    return re.findall(r'name="session" value="([0-9a-f]{64})"', page)


def test_own_sessions_are_listed_by_their_browsers_and_without_addresses(app: Flask, sign_in: SignIn) -> None:
    signed_in_with(app, PHONE)
    office = signed_in_with(app, OFFICE)
    sign_in("upp")
    page = office.get("/sesi")
    words = words_of(page)
    assert "Edge · Windows Sesi ini" in words
    assert "Firefox · Android" in words
    assert "127.0.0.1" not in words
    assert "140" not in words
    assert len(others(page.text)) == 1, "neither this one nor those of others"


def test_another_session_is_ended_by_who_knows_the_password(app: Flask) -> None:
    phone, office = signed_in_with(app, PHONE), signed_in_with(app, OFFICE)
    [held] = others(office.get("/sesi").text)
    wrong = office.post("/sesi", session=held, password="salah")
    assert (wrong.status_code, "Kata sandi tidak cocok." in wrong.text) == (422, True)
    assert phone.get("/kata-sandi").status_code == 200
    assert office.post("/sesi", session=held, password="demo").location == "/sesi"
    assert phone.get("/kata-sandi").status_code == 302
    assert office.get("/kata-sandi").status_code == 200


def test_all_other_sessions_are_ended_at_once_and_nobody_elses(app: Flask, sign_in: SignIn) -> None:
    phone, tablet, office = (signed_in_with(app, agent) for agent in (PHONE, "lain", OFFICE))
    colleague = sign_in("upp")
    [foreign] = [one.id for one in _sessions_of(app, "upp")]
    assert office.post("/sesi", session=foreign, password="demo").status_code == 303
    assert office.post("/sesi", session="others", password="demo").status_code == 303
    assert [one.get("/kata-sandi").status_code for one in (phone, tablet, office, colleague)] == [
        302,
        302,
        200,
        200,
    ]
    assert "Tidak ada sesi lain." in office.get("/sesi").text


def test_who_guesses_the_password_at_an_open_browser_has_to_wait(app: Flask) -> None:
    office = signed_in_with(app, OFFICE)
    answers = [office.post("/sesi", session="others", password="salah").status_code for _n in range(6)]
    assert answers == [422] * 5 + [429]


def _sessions_of(app: Flask, name: str) -> list[sessions.OpenSession]:
    database = app.extensions["alur"].database
    with database.reading() as session:
        return sessions.open_sessions(session, users.named(session, name).id, None)
