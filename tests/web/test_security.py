"""What every answer tells browsers, and what is refused before a view sees it."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.base.config import Config
from app.base.db import Database
from app.models import User
from app.services.core.access import actor_of
from app.services.people import passwords, users
from app.services.reporter import tracking
from app.web import create_app
from app.web.security import MAX_BODY_BYTES, MAX_FIELDS_BYTES, trusted_hosts
from tests.built import built
from tests.web.conftest import Api, Browser, Case

SignIn = Callable[[str], Browser]


def test_every_answer_carries_the_headers(client: FlaskClient, sign_in: SignIn) -> None:
    for response in (
        client.get("/masuk"),
        client.get("/nix"),
        client.post("/masuk"),
        client.get("/api/v1/tasks"),
        client.get("/healthz"),
        client.get(f"/static/dist/{built('alur.css')}"),
        sign_in("lapor").get("/kata-sandi"),
    ):
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert {"object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "geolocation=()" in response.headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in response.headers


def test_pages_are_not_kept(sign_in: SignIn) -> None:
    assert sign_in("lapor").get("/kata-sandi").headers["Cache-Control"] == "no-store"


def test_no_page_holds_inline_script_or_style(client: FlaskClient, sign_in: SignIn) -> None:
    for page in (client.get("/masuk"), client.get("/nix"), sign_in("lapor").get("/kata-sandi")):
        assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)", page.text)
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.text)


def path_of(rule: str) -> str:
    """A path that the rule takes: the first of the words that a parameter may be, else a number."""
    return re.sub(r"<[^>]+>", "1", re.sub(r"<any\(([^,)]+)[^>]*>", r"\1", rule))


def test_every_change_by_a_page_needs_its_token(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in("admin")
    rules = [
        r for r in app.url_map.iter_rules() if "POST" in (r.methods or ()) and not r.rule.startswith("/api")
    ]
    assert len(rules) > 4
    for rule in rules:
        path = path_of(rule.rule)
        # Who is signed in by now is led on from the door, and nothing is checked.
        refused = 303 if path == "/masuk" else 400
        assert browser.client.post(path).status_code == refused, rule.rule
        assert browser.client.post(path, data={"csrf_token": "nix"}).status_code == refused, rule.rule


def test_no_page_but_the_open_ones_shows_anything_to_strangers(app: Flask, client: FlaskClient) -> None:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if getattr(view, "public", False) or rule.endpoint == "static":
            continue
        path = path_of(rule.rule)
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            response = client.open(path, method=method)
            if rule.rule.startswith("/api"):
                assert response.status_code == 401, rule.rule
            else:
                assert response.location.startswith("/masuk"), rule.rule


def test_only_this_servers_names_are_answered_to(client: FlaskClient) -> None:
    assert client.get("/masuk", headers={"Host": "jahat.example"}).status_code == 400
    assert client.get("/masuk", headers={"Host": "127.0.0.1:8000"}).status_code == 200


def test_a_server_that_was_never_told_its_name_answers_to_any(config: Config) -> None:
    assert trusted_hosts(replace(config, base_url="http://0.0.0.0:8000")) is None
    own = trusted_hosts(replace(config, base_url="https://alur.wonogirikab.go.id"))
    assert own is not None
    assert own[0] == "alur.wonogirikab.go.id"


def test_a_nul_in_an_address_is_refused(client: FlaskClient) -> None:
    assert client.get("/masuk?next=%00").status_code == 400
    assert client.get("/masuk%00").status_code == 400


def test_a_body_that_is_too_large_is_refused(client: FlaskClient, api: Callable[[str], Api]) -> None:
    fields = b"username=" + b"x" * (2 * 1024 * 1024)
    kind = "application/x-www-form-urlencoded"
    assert client.post("/masuk", data=fields, content_type=kind).status_code == 413
    large = api("lapor").post(
        "/messages", data=b" " * (12 * 1024 * 1024 + 1), content_type="application/json"
    )
    assert large.status_code == 413
    assert "10 MB" in large.json["detail"]
    said = {"CONTENT_TYPE": "multipart/form-data; boundary=b", "CONTENT_LENGTH": str(MAX_BODY_BYTES + 1)}
    assert client.post("/lacak/laporan", environ_overrides=said).status_code == 413
    said["CONTENT_LENGTH"] = str(MAX_FIELDS_BYTES + 1)
    assert client.post("/masuk", environ_overrides=said).status_code == 413  # no form brings files here


@pytest.fixture
def secure(config: Config, office: Database) -> FlaskClient:
    """A browser behind a proxy that speaks TLS."""
    secured = replace(config, base_url="https://alur.example")
    return create_app(secured, office).test_client()


def test_over_https_the_cookie_is_bound_to_the_host(secure: FlaskClient) -> None:
    headers = {"Host": "alur.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    page = secure.get("/masuk", headers=headers)
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-alur=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_over_https_every_cookie_is_bound_to_the_host(config: Config, office: Database, case: Case) -> None:
    with office.transaction() as session:
        session.execute(update(User).values(password_hash=passwords.digest("kereta-malam-42")))
        code = tracking.issue(session, case.id, actor=actor_of(users.named(session, "lapor")))
    secured = replace(config, base_url="https://alur.example")
    browser = create_app(secured, office).test_client()
    seen: dict[str, str] = {}

    def send(method: str, path: str, **fields: str) -> TestResponse:
        headers = {"Host": "alur.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
        headers["Referer"] = "https://alur.example/"
        page = browser.open(
            path, method=method, data=fields, headers=headers, base_url="https://alur.example"
        )
        for line in page.headers.getlist("Set-Cookie"):
            seen[line.partition("=")[0]] = line
        return page

    def token(path: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', send("GET", path).text)
        assert found is not None
        return found[1]

    number = case.started["business_key"]
    assert send("POST", "/lacak", csrf_token=token("/lacak"), number=number, code=code).status_code == 303
    assert send("GET", "/lacak/laporan").status_code == 200
    entered = {"username": "admin", "password": "kereta-malam-42", "csrf_token": token("/masuk")}
    assert send("POST", "/masuk", **entered).status_code == 302
    held = token("/kata-sandi")
    send("POST", "/bahasa", csrf_token=held, language="en")
    send("POST", "/tema", csrf_token=held, theme="dark")
    assert send("POST", "/pengguna/2/sandi", csrf_token=held, idempotency_key="k").status_code == 303
    assert 'data-theme="dark"' in send("GET", "/kata-sandi").text
    names = {
        f"__Host-{name}" for name in ("alur", "alur-known", "alur-lacak", "alur-once", "language", "theme")
    }
    assert set(seen) == names
    for name, line in seen.items():
        parts = {part.strip() for part in line.split(";")}
        assert {"Secure", "Path=/"} <= parts, line
        assert ("HttpOnly" in parts) is (name != "__Host-theme"), line
        assert "Domain" not in line


def test_subdomains_are_bound_to_https_by_a_setting(config: Config, office: Database) -> None:
    bound = replace(config, base_url="https://alur.example", hsts_subdomains=True)
    page = create_app(bound, office).test_client().get("/masuk", headers={"Host": "alur.example"})
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_every_answer_says_in_which_letters_it_is(client: FlaskClient, api: Callable[[str], Api]) -> None:
    auditor = api("auditor")
    answers = [client.get("/masuk"), auditor.get("/process-definitions/1/xml"), client.get("/nix")]
    for answer in answers:
        assert answer.headers["Content-Type"].endswith("; charset=utf-8"), answer.request.path


def test_the_session_cookie_is_signed_with_sha_256(app: Flask) -> None:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    assert len(serializer.dumps({}).rsplit(".", 1)[1]) == 43


def test_who_leaves_takes_what_the_browser_kept_along(sign_in: SignIn, client: FlaskClient) -> None:
    for browser, path in ((sign_in("lapor"), "/keluar"), (Browser(client), "/lacak/keluar")):
        browser.get("/kata-sandi" if path == "/keluar" else "/lacak")
        left = browser.post(path)
        assert left.headers["Clear-Site-Data"] == '"cache", "storage"', path


def test_without_https_the_cookie_is_plain_but_closed_to_scripts(client: FlaskClient) -> None:
    cookie = client.get("/masuk").headers["Set-Cookie"]
    assert cookie.startswith("alur=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_reading_changes_nothing(app: Flask, sign_in: SignIn, office: Database) -> None:
    browser = sign_in("admin")
    with office.engine.connect() as connection:
        before = connection.exec_driver_sql("PRAGMA data_version").scalar()
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and not rule.arguments:
                browser.get(rule.rule)
        assert connection.exec_driver_sql("PRAGMA data_version").scalar() == before
