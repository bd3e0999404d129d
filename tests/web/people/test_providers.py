"""Signing in by a provider, against a real one: who comes in, who does not, and what is taken from the way back."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app.base.config import Config, Provider
from app.base.db import Database
from app.commands.security_log import write_notes
from app.models import HistoryEvent, LoginSession, ProviderAccount, SecurityEvent, User
from app.services.core import clock
from app.services.core.access import actor_of
from app.services.people import provider_protocol, second_steps, users
from app.web import create_app
from tests.oidc import LocalProvider, local_provider
from tests.web.conftest import Browser
from tests.web.pages import key_of, words_of

Going = Callable[..., Browser]
DECLINED = "penyedia.go.id tidak mengizinkan, atau Anda membatalkannya. Coba lagi."


@pytest.fixture(scope="module")
def local() -> Iterator[LocalProvider]:
    with local_provider() as made:
        for name in ("lapor", "upp", "admin"):
            made.know(f"s-{name}", preferred_username=name, name=name.title())
        made.know("s-siapa", preferred_username="siapa", name="Siapa Saja", email="siapa@contoh.go.id")
        yield made


@pytest.fixture
def provider(local: LocalProvider) -> Provider:
    return Provider(local.issuer, "alur", "rahasia", "penyedia.go.id")


@pytest.fixture
def made(config: Config, office: Database) -> Callable[[Provider | None], Flask]:
    """The application with another provider, or none."""
    provider_protocol.forget()

    def make(wanted: Provider | None) -> Flask:
        told = replace(config, provider=wanted)
        office._info["config"] = told
        return create_app(told, office)

    return make


@pytest.fixture
def served(made: Callable[[Provider | None], Flask], provider: Provider) -> Flask:
    return made(provider)


def leave(app: Flask, going_to: str = "/kata-sandi?a=1") -> tuple[Browser, str]:
    """A browser on its way, and where it was sent."""
    browser = Browser(app.test_client())
    away = browser.get(f"/masuk/penyedia?{urlencode({'next': going_to})}")
    assert away.status_code == 303, away.text
    return browser, away.location


def come_back(browser: Browser, address: str) -> str:
    """Where it is led on to."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "http://127.0.0.1:8000/masuk/penyedia/kembali"
    return browser.get(f"{parts.path}?{parts.query}").location


def enter(
    app: Flask, local: LocalProvider, subject: str, going_to: str = "/kata-sandi?a=1"
) -> tuple[Browser, str]:
    browser, away = leave(app, going_to)
    return browser, come_back(browser, local.answer(away, subject))


def said(browser: Browser, place: str) -> str:
    assert urlsplit(place).path == "/masuk"
    return words_of(browser.get(place))


def outcomes(office: Database) -> list[tuple[str, str | None]]:
    """What the security log tells of ways in by the provider."""
    write_notes(office)
    with office.reading() as session:
        rows = session.scalars(select(SecurityEvent).where(SecurityEvent.action == "provider"))
        return [(row.outcome, row.target_id) for row in rows]


def test_who_is_vouched_for_comes_in_where_he_wanted_and_is_tied_to_its_subject(
    served: Flask, local: LocalProvider, office: Database
) -> None:
    assert "Masuk lewat penyedia.go.id" in served.test_client().get("/masuk").text
    browser, place = enter(served, local, "s-lapor")
    assert place == "/kata-sandi?a=1"
    assert browser.get("/tugas").status_code == 200
    with office.reading() as session:
        tied = session.scalars(select(ProviderAccount)).one()
        assert (tied.issuer, tied.subject) == (local.issuer, "s-lapor")
        kept = session.scalars(select(LoginSession)).one()
        assert (kept.way, kept.two_steps) == ("provider", False)
        assert "provider_tied" in session.scalars(select(HistoryEvent.type)).all()
    assert outcomes(office) == [("done", None)]


def test_it_is_asked_with_pkce_state_and_nonce_and_for_this_address_alone(served: Flask) -> None:
    asked = [parse_qs(urlsplit(leave(served)[1]).query) for _twice in range(2)]
    for one in asked:
        assert one["redirect_uri"] == ["http://127.0.0.1:8000/masuk/penyedia/kembali"]
        assert (one["response_type"], one["code_challenge_method"]) == (["code"], ["S256"])
        assert "openid" in one["scope"][0].split()
        assert "rahasia" not in str(one)
    for secret in ("state", "nonce", "code_challenge"):
        first, second = (one[secret][0] for one in asked)
        assert first != second
        assert len(first) >= 43


def test_the_subject_counts_afterwards_whatever_it_is_called(
    served: Flask, local: LocalProvider, office: Database
) -> None:
    local.know("s-lama", preferred_username="dlh")
    enter(served, local, "s-lama")
    local.know("s-lama", preferred_username="upp")
    browser, place = enter(served, local, "s-lama")
    assert place == "/kata-sandi?a=1"
    assert "Dinas Lingkungan Hidup" in browser.get("/kata-sandi").text
    local.know("s-baru", preferred_username="dlh")
    other, refused = enter(served, local, "s-baru")
    assert "Akun dlh di sini milik orang lain di penyedia.go.id." in said(other, refused)
    assert outcomes(office)[-1] == ("tied_elsewhere", "dlh")


def test_who_is_no_user_here_is_not_made_one(served: Flask, local: LocalProvider, office: Database) -> None:
    browser, place = enter(served, local, "s-siapa")
    assert "Anda belum menjadi pengguna Alur" in said(browser, place)
    assert browser.get("/tugas").status_code == 302
    with office.reading() as session:
        assert session.scalar(select(User).where(User.name == "siapa")) is None
    assert outcomes(office) == [("unknown_user", None)]


def test_by_a_setting_he_becomes_one_without_roles_and_lanes(
    made: Callable[[Provider], Flask], provider: Provider, local: LocalProvider, office: Database
) -> None:
    browser, place = enter(made(replace(provider, adds_users=True)), local, "s-siapa", "/tugas")
    assert (place, browser.get("/tugas").status_code) == ("/tugas", 200)
    with office.reading() as session:
        user = users.named(session, "siapa")
        assert (user.full_name, user.groups, user.units) == ("Siapa Saja", [], [])
        assert not any((user.is_admin, user.is_auditor, user.is_process_owner, user.must_change_password))


def test_by_a_setting_it_says_in_which_lanes_he_works(
    made: Callable[[Provider], Flask], provider: Provider, local: LocalProvider, office: Database
) -> None:
    app = made(replace(provider, lanes_claim="lajur"))
    local.know("s-lajur", preferred_username="lapor", lajur=["UPP K/L/D", "admin", 7])
    enter(app, local, "s-lajur")
    assert _lanes(office, "lapor") == ["UPP K/L/D"]
    local.know("s-lajur", preferred_username="lapor")
    enter(app, local, "s-lajur")
    assert _lanes(office, "lapor") == []


def _lanes(office: Database, name: str) -> list[str]:
    with office.reading() as session:
        return [group.name for group in users.named(session, name).groups]


def test_without_that_setting_it_decides_over_no_lanes(
    served: Flask, local: LocalProvider, office: Database
) -> None:
    before = _lanes(office, "lapor")
    local.know("s-lapor", preferred_username="lapor", lajur=["UPP K/L/D"])
    enter(served, local, "s-lapor")
    assert _lanes(office, "lapor") == before != []


@pytest.mark.parametrize(("verified", "comes_in"), [(True, True), (False, False), ("true", False)])
def test_an_address_counts_only_when_it_was_verified(
    made: Callable[[Provider], Flask],
    provider: Provider,
    local: LocalProvider,
    office: Database,
    verified: object,
    comes_in: bool,
) -> None:
    with office.transaction() as session:
        users.named(session, "upp").email = "Upp@contoh.go.id"
    local.know(f"s-{verified}", email="upp@contoh.go.id", email_verified=verified)
    _browser, place = enter(made(replace(provider, claim="email")), local, f"s-{verified}", "/tugas")
    assert (place == "/tugas") is comes_in


def test_who_is_disabled_stays_out_tied_or_not(served: Flask, local: LocalProvider, office: Database) -> None:
    enter(served, local, "s-lapor")
    with office.transaction() as session:
        for name in ("lapor", "upp"):
            users.disable(session, users.named(session, name).id, actor=None)
    for name in ("lapor", "upp"):
        browser, place = enter(served, local, f"s-{name}")
        assert "Akun Anda dinonaktifkan." in said(browser, place)
        assert browser.get("/tugas").status_code == 302
    assert outcomes(office)[1:] == [("user_disabled", "lapor"), ("user_disabled", "upp")]


def test_an_answer_is_taken_once_and_by_the_browser_that_asked(
    served: Flask, local: LocalProvider, office: Database
) -> None:
    browser, away = leave(served)
    back = local.answer(away, "s-lapor")
    other, _elsewhere = leave(served)
    assert "Mulai lagi" in said(other, come_back(other, back))
    kept = browser.client.get_cookie("alur-provider", path="/masuk/penyedia/kembali")
    assert kept is not None
    assert come_back(browser, back) == "/kata-sandi?a=1"
    thief = Browser(served.test_client())
    thief.client.set_cookie("alur-provider", kept.value, path="/masuk/penyedia/kembali")
    assert "Mulai lagi" in said(thief, come_back(thief, back))
    assert outcomes(office) == [("done", None), ("journey_over", None)]


def test_an_answer_is_over_after_ten_minutes(
    served: Flask, local: LocalProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, away = leave(served)
    back = local.answer(away, "s-lapor")
    later = datetime.now(UTC) + timedelta(minutes=11)
    monkeypatch.setattr(clock, "real", lambda: later)
    assert "Mulai lagi" in said(browser, come_back(browser, back))


def test_a_code_of_another_flow_is_refused(served: Flask, local: LocalProvider, office: Database) -> None:
    """Its ID token bears the nonce of that flow."""
    victim, away = leave(served)
    _attacker, elsewhere = leave(served)
    code = parse_qs(urlsplit(local.answer(elsewhere, "s-upp")).query)["code"][0]
    state = parse_qs(urlsplit(away).query)["state"][0]
    back = f"http://127.0.0.1:8000/masuk/penyedia/kembali?{urlencode({'code': code, 'state': state})}"
    assert "jawabannya tidak dapat dipercaya" in said(victim, come_back(victim, back))
    assert victim.get("/tugas").status_code == 302
    assert outcomes(office) == [("provider_failed", None)]


def test_a_token_that_is_over_is_refused(
    served: Flask, local: LocalProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider's tokens last an hour."""
    for minutes, good in ((60, True), (62, False)):
        now = datetime.now(UTC) + timedelta(minutes=minutes)
        monkeypatch.setattr(clock, "real", lambda now=now: now)
        browser, place = enter(served, local, "s-lapor")
        assert (place == "/kata-sandi?a=1") is good
    assert "jawabannya tidak dapat dipercaya" in said(browser, place)


def test_what_the_provider_refuses_is_told_in_the_readers_words_and_never_in_its_own(
    served: Flask, local: LocalProvider
) -> None:
    browser, away = leave(served)
    state = parse_qs(urlsplit(away).query)["state"][0]
    place = come_back(browser, f"{local.answer(away, action='deny')}&state={state}")  # it forgets that
    assert place == "/masuk?next=/kata-sandi?a%3D1"
    assert DECLINED in said(browser, place)
    browser, away = leave(served)
    state = parse_qs(urlsplit(away).query)["state"][0]
    told = {"state": state, "error": "invalid_scope", "error_description": "Telepon 0812 sekarang"}
    place = come_back(browser, f"http://127.0.0.1:8000/masuk/penyedia/kembali?{urlencode(told)}")
    page = said(browser, place)
    assert "pendaftaran Alur di sana perlu diperiksa" in page
    assert "0812" not in page


def test_an_answer_of_another_issuer_is_refused(served: Flask, local: LocalProvider) -> None:
    browser, away = leave(served)
    back = local.answer(away, "s-lapor") + "&iss=https%3A%2F%2Flain.example"
    assert "jawabannya tidak dapat dipercaya" in said(browser, come_back(browser, back))


def test_a_provider_that_does_not_answer_is_told_and_passwords_go_on(
    made: Callable[[Provider], Flask], provider: Provider
) -> None:
    app = made(replace(provider, issuer="http://127.0.0.1:9"))
    browser = Browser(app.test_client())
    assert "penyedia.go.id tidak dapat dihubungi" in said(browser, browser.get("/masuk/penyedia").location)
    assert browser.sign_in("lapor").status_code == 302


def test_metadata_that_names_another_issuer_is_not_believed(
    made: Callable[[Provider], Flask], provider: Provider
) -> None:
    other = provider.issuer.replace("127.0.0.1", "localhost")
    browser = Browser(made(replace(provider, issuer=f"{other}/")).test_client())
    assert browser.get("/masuk/penyedia").location == "/masuk"


@pytest.mark.parametrize("elsewhere", ["https://lain.example/", "//lain.example", "/\\lain.example", "x"])
def test_nobody_is_led_to_another_site(served: Flask, local: LocalProvider, elsewhere: str) -> None:
    browser, place = enter(served, local, "s-lapor", elsewhere)
    assert place == "/"
    assert browser.get(f"/masuk/penyedia?{urlencode({'next': elsewhere})}").location == "/"


def test_passwords_of_others_than_administrators_let_nobody_in_where_that_is_set(
    made: Callable[[Provider], Flask], provider: Provider, office: Database
) -> None:
    app = made(replace(provider, passwords_of_all=False))
    page = app.test_client().get("/masuk").text
    assert "Masuk dengan kata sandi (administrator)" in page
    browser = Browser(app.test_client())
    refused = browser.sign_in("lapor")
    assert refused.status_code == 422
    assert "di sini Anda masuk lewat penyedia.go.id" in words_of(refused)
    wrong = browser.sign_in("lapor", "salah")
    assert "Nama pengguna atau kata sandi tidak cocok." in words_of(wrong)
    assert browser.sign_in("admin").status_code == 302
    write_notes(office)
    with office.reading() as session:
        rows = session.scalars(select(SecurityEvent.outcome).where(SecurityEvent.action == "sign_in"))
        assert "provider_only" in rows.all()


def test_a_password_that_others_know_is_not_asked_of_who_did_not_use_it(
    served: Flask, local: LocalProvider, office: Database
) -> None:
    with office.transaction() as session:
        users.named(session, "lapor").must_change_password = True
    browser, _place = enter(served, local, "s-lapor")
    assert browser.get("/tugas").status_code == 200


def test_without_a_second_factor_there_it_is_asked_here(
    served: Flask, local: LocalProvider, office: Database
) -> None:
    with office.transaction() as session:
        user = users.named(session, "lapor")
        [code, *_others] = second_steps.begin_with(session, user, actor=actor_of(user))
    browser, place = enter(served, local, "s-lapor", "/tugas")
    assert place == "/masuk/kode?next=/tugas"
    assert browser.get("/tugas").status_code == 302
    browser.get(place)
    assert browser.post("/masuk/kode", code=code, next="/tugas").location == "/tugas"
    local.know("s-lapor", preferred_username="lapor", amr=["pwd", "otp"])
    _browser, place = enter(served, local, "s-lapor", "/tugas")
    assert place == "/tugas"
    with office.reading() as session:
        kept = session.execute(select(LoginSession.way, LoginSession.two_steps)).all()
    assert [tuple(one) for one in kept] == [("provider", True)] * 2


def test_who_owes_a_second_step_has_it_where_the_provider_asked_for_one(
    served: Flask, local: LocalProvider, office: Database
) -> None:
    with office.transaction() as session:
        second_steps.demand(session, [second_steps.EVERYBODY], actor=None)
    local.know("s-lapor", preferred_username="lapor", amr=["mfa"])
    browser, _place = enter(served, local, "s-lapor")
    assert browser.get("/tugas").status_code == 200
    browser, _place = enter(served, local, "s-upp")
    assert browser.get("/tugas").location == "/langkah-kedua"


def test_who_leaves_is_led_on_to_the_provider_and_his_session_is_over(
    served: Flask, local: LocalProvider, office: Database
) -> None:
    browser, _place = enter(served, local, "s-lapor")
    browser.get("/kata-sandi")
    left = browser.post("/keluar")
    assert left.status_code == 200
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', left.text)
    assert found is not None
    further = urlsplit(found[1].replace("&amp;", "&"))
    assert f"{further.scheme}://{further.netloc}{further.path}" == f"{local.issuer}/oauth2/end_session"
    asked = {"client_id": ["alur"], "post_logout_redirect_uri": ["http://127.0.0.1:8000/masuk"]}
    assert parse_qs(further.query) == asked
    assert browser.get("/tugas").status_code == 302
    with office.reading() as session:
        assert session.scalars(select(LoginSession)).all() == []


def test_an_administrator_unties_an_account(served: Flask, local: LocalProvider, office: Database) -> None:
    browser, _place = enter(served, local, "s-lapor")
    admin = Browser(served.test_client())
    admin.sign_in("admin")
    place = re.findall(r'href="(/pengguna/\d+)"', admin.get("/pengguna?q=lapor").text)[0]
    page = admin.get(place)
    assert "Lepas dari penyedia" in page.text
    sent = admin.post(f"{place}/penyedia", idempotency_key=key_of(page))
    assert sent.location == place
    assert browser.get("/tugas").status_code == 302
    with office.reading() as session:
        assert session.scalars(select(ProviderAccount)).all() == []
    other = Browser(served.test_client())
    other.sign_in("upp")
    other.get("/kata-sandi")
    assert other.post(f"{place}/penyedia").status_code == 403


def test_without_a_provider_there_is_no_way_to_one(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/masuk/penyedia").status_code == 404
    assert client.get("/masuk/penyedia/kembali").status_code == 404
    assert "penyedia" not in client.get("/masuk").text
