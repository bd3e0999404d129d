"""What requests cost by their routes, who sends them, and how they are refused."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from app.web import context
from app.web.serving.callers import Callers, Environ
from app.web.serving.costs import KINDS, Kind
from app.web.serving.turns import Caller
from tests.web.conftest import Api, Browser

#: Routes that hand a file out as it was stored, or made of one row.
_LIGHT = {
    *("definitions.file", "files.download", "proposals.file"),
    *("public_numbers.as_csv", "public_numbers.as_json"),
    *("evidence.download_checkpoint", "rosters.passwords_file", "rosters.template"),
}
_MAKES_A_FILE = re.compile(r"\.download|(?<!with)_file$|\.(file|pdf|docx|xlsx|as_csv|as_json|template)$")


def asked(path: str, method: str = "GET", **headers: str) -> Environ:
    given = Headers({name.replace("_", "-"): text for name, text in headers.items()})
    return EnvironBuilder(path, method=method, headers=given).get_environ()


def cookie_of(browser: Browser) -> str:
    held = browser.client.get_cookie("alur")
    assert held is not None
    return f"alur={held.value}"


@pytest.fixture
def callers(app: Flask) -> Callers:
    return Callers(app)


def test_every_kind_names_routes_that_there_are(app: Flask) -> None:
    assert set(KINDS) <= set(app.view_functions)


def test_every_route_that_makes_a_file_has_few_places(app: Flask) -> None:
    made = {name for name in app.view_functions if _MAKES_A_FILE.search(name)}
    assert {name for name in made if KINDS.get(name) is not Kind.FILES} == _LIGHT
    assert {name for name, kind in KINDS.items() if kind is Kind.FILES} <= made


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/perkara/1/berkas", Kind.FILES),
        ("GET", "/perkara/1/berkas", Kind.USUAL),
        ("GET", "/studio/1/maju-cepat?sumber=buatan", Kind.WORK),
        ("POST", "/masuk", Kind.DOOR),
        ("GET", "/masuk", Kind.USUAL),
        ("GET", "/healthz", Kind.ALWAYS),
        ("POST", "/keluar", Kind.ALWAYS),
        ("POST", "/api/v1/deployments", Kind.TRIAL),
        ("GET", "/nowhere", Kind.USUAL),
        ("PUT", "/masuk", Kind.USUAL),
        ("GET", "/perkara/1/berkas/", Kind.USUAL),
        ("GET", "/%ff", Kind.USUAL),
    ],
)
def test_the_route_tells_the_cost(callers: Callers, method: str, path: str, kind: Kind) -> None:
    assert callers.kind(asked(path, method)) is kind


def test_all_sessions_of_a_user_are_one_caller(callers: Callers, sign_in: Callable[[str], Browser]) -> None:
    first, second, other = (cookie_of(sign_in(name)) for name in ("upp", "upp", "lapor"))
    who = [callers.caller(asked("/tugas", Cookie=cookie), "192.0.2.1") for cookie in (first, second, other)]
    assert who[0] == who[1] != who[2]
    assert all(one.known for one in who)


def test_a_cookie_that_anybody_gets_or_makes_is_its_address(callers: Callers, app: Flask) -> None:
    visitor = Browser(app.test_client())
    visitor.get("/masuk")
    for cookie in (cookie_of(visitor), "alur=eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb", "alur=", ""):
        assert callers.caller(asked("/masuk", Cookie=cookie), "192.0.2.1") == Caller("192.0.2.1")


def test_a_session_that_has_ended_is_still_its_users_turn(
    callers: Callers, sign_in: Callable[[str], Browser]
) -> None:
    browser = sign_in("upp")
    kept = cookie_of(browser)
    before = callers.caller(asked("/tugas", Cookie=kept), "192.0.2.1")
    browser.post("/keluar")
    assert callers.caller(asked("/tugas", Cookie=kept), "192.0.2.1") == before


def test_a_token_is_its_address_until_it_was_answered(
    callers: Callers, api: Callable[[str], Api], app: Flask
) -> None:
    header = api("upp").headers["Authorization"]
    first = asked("/api/v1/tasks", Authorization=header)
    assert callers.caller(first, "192.0.2.1") == Caller("192.0.2.1")
    list(app.wsgi_app(first, lambda *_given: None))  # type: ignore[arg-type]
    callers.learn(first)
    known = callers.caller(asked("/api/v1/tasks", Authorization=header), "192.0.2.2")
    assert known == Caller(f"user {first[context.CALLER]}", known=True)


def test_a_token_that_was_refused_is_never_known(callers: Callers, app: Flask) -> None:
    sent = asked("/api/v1/tasks", Authorization="Bearer alur_invented")
    list(app.wsgi_app(sent, lambda *_given: None))  # type: ignore[arg-type]
    callers.learn(sent)
    assert not callers.caller(asked("/api/v1/tasks", Authorization="Bearer alur_invented"), "a").known
