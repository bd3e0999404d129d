"""Ids that no database holds are no objects, on every page; and in a form they are a mistake."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from app.base.db import Database
from app.services.maintenance import demo
from app.web import create_app
from tests.web.conftest import Browser, Case
from tests.web.pages import key_of, words_of

SignIn = Callable[[str], Browser]
TOO_LARGE = ("99999999999999999999", "9999999999", "9" * 3000)


def addresses(app: Flask, number: str) -> list[tuple[str, str]]:
    """(method, address) of every page with an id in it."""
    found = []
    for rule in app.url_map.iter_rules():
        if "<int" in rule.rule and not rule.rule.startswith("/api"):
            path = re.sub(r"<[^>]+>", "1", re.sub(r"<int[^>]*>", number, rule.rule))
            found += [(method, path) for method in (rule.methods or set()) & {"GET", "POST"}]
    return found


def refused(app: Flask, name: str, number: str) -> list[tuple[str, str, int]]:
    """What is answered to an administrator who asks for it, but for 404."""
    browser = Browser(app.test_client())
    browser.sign_in(name)
    answers = []
    for method, path in addresses(app, number):
        answer = browser.get(path) if method == "GET" else browser.post(path)
        answers.append((method, path[:60], answer.status_code))
    assert len(answers) > 20
    return [answer for answer in answers if answer[2] != 404]


@pytest.mark.parametrize("number", TOO_LARGE)
def test_an_id_that_no_database_holds_is_not_found(app: Flask, number: str) -> None:
    assert refused(app, "admin", number) == []


def test_the_same_on_the_other_database(postgres_database: Database) -> None:
    with postgres_database.transaction() as session:
        demo.load(session)
        config = session.info["config"]
    assert refused(create_app(config, postgres_database), "admin", TOO_LARGE[0]) == []


@pytest.mark.parametrize("number", ["99999999999999999999", "9" * 5000, "٣"])
def test_a_colleague_that_no_database_holds_is_an_error_of_the_form(
    sign_in: SignIn, case: Case, number: str
) -> None:
    case.complete("lapor")
    upp, task = sign_in("upp"), case.task("upp")
    upp.post(f"/tugas/{task['id']}/ambil")
    answer = upp.post(f"/tugas/{task['id']}/alihkan", to=number, reason="cuti")
    assert answer.status_code == 422
    assert "Pilih petugas yang menerima tugas ini." in words_of(answer)


@pytest.mark.parametrize("number", ["99999999999999999999", "9" * 5000, "nix"])
def test_a_lane_that_no_database_holds_is_an_error_of_the_form(sign_in: SignIn, number: str) -> None:
    admin = sign_in("admin")
    key = key_of(admin.get("/pengguna/baru"))
    fields = {"name": "baru", "full_name": "Baru", "groups": number}
    for path, sent in (("/pengguna/baru", {**fields, "idempotency_key": key}), ("/pengguna/4", fields)):
        answer = admin.post(path, **sent)
        assert answer.status_code == 422, path
        assert "Salah satu lajur tidak dikenal." in words_of(answer)


def test_nobody_belongs_to_a_lane_that_no_database_holds(sign_in: SignIn) -> None:
    page = sign_in("admin").get("/pengguna?group=99999999999999999999")
    assert page.status_code == 200
    assert "/pengguna/4" not in page.text
