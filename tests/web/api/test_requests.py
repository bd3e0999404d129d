"""Who may ask the API, how it reads what it is sent, and how it says no."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.base.db import Database
from app.models import ApiToken
from app.services.core import access
from app.services.core.paging import cursor
from app.services.people import api_tokens, users
from tests.web.conftest import Api, Browser, Case

Clients = Callable[[str], Api]


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nix", "Basic bGFwb3I6ZGVtbw==", "nix"])
def test_without_a_token_nothing_is_told(client: FlaskClient, header: str | None) -> None:
    response = client.get("/api/v1/tasks", headers={"Authorization": header} if header else {})
    assert (response.status_code, response.mimetype) == (401, "application/problem+json")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.post("/api/v1/tasks/x/claim").status_code == 401


def test_a_cookie_is_no_token(sign_in: Callable[[str], Browser]) -> None:
    assert sign_in("lapor").get("/api/v1/tasks").status_code == 401


def test_a_token_ends_with_its_user_or_its_revocation(api: Clients, office: Database) -> None:
    lapor, upp = api("lapor"), api("upp")
    with office.transaction() as session:
        user = users.named(session, "lapor")
        api_tokens.revoke_all(session, user, actor=access.actor_of(users.named(session, "admin")))
        users.disable(session, users.named(session, "upp").id, actor=None)
    assert lapor.get("/tasks").status_code == 401
    assert upp.get("/tasks").status_code == 401


def test_a_token_that_is_over_is_told_so_and_each_answer_says_when(api: Clients, office: Database) -> None:
    lapor = api("lapor")
    with office.transaction() as session:
        session.scalars(select(ApiToken)).one().used_at = None
    first = lapor.get("/tasks")
    end = datetime.fromisoformat(first.headers["Token-Expires"])
    assert timedelta(days=89) < end - datetime.now(UTC) <= timedelta(days=90)
    with office.transaction() as session:
        row = session.scalars(select(ApiToken)).one()
        assert row.used_at is not None
        row.expires_at = datetime(2026, 11, 1, tzinfo=UTC)
    refused = lapor.get("/tasks")
    assert (refused.status_code, refused.json["code"]) == (401, "token_expired")
    assert refused.json["detail"].startswith("Token ini berakhir pada 1 Nov 2026.")
    assert lapor.post("/tasks/x/claim").status_code == 401
    assert "Token-Expires" not in refused.headers


def test_a_problem_says_what_happened(api: Clients) -> None:
    response = api("lapor").get("/tasks/nix")
    assert response.json == {
        "type": "about:blank",
        "code": "not_found",
        "title": "Tidak ditemukan",
        "status": 404,
        "detail": "Tugas ini tidak ada, atau bukan tugas Anda.",
        "instance": "/api/v1/tasks/nix",
    }
    assert response.headers["Cache-Control"] == "no-store"


def test_the_request_says_in_which_language(api: Clients) -> None:
    lapor = api("lapor")
    lapor.headers["Accept-Language"] = "en-GB,en;q=0.8"
    assert lapor.get("/tasks/nix").json["title"] == "Not found"
    assert lapor.get("/tasks", nix=1).json["errors"] == {"nix": "This field is not known."}
    lapor.headers["Accept-Language"] = "fr"
    assert lapor.get("/tasks/nix").json["title"] == "Tidak ditemukan"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"variables": {"a": NaN}}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"variables": ' + b'{"a": ' * 40 + b"1" + b"}" * 41, "application/json", 400),
        (b'{"variables": {"a": "\\u0000"}}', "application/json", 400),
        (b'{"variables": {"a": "\\ud800"}}', "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"variables": []}', "application/json", 422),
        (b'{"variables": null}', "application/json", 422),
        (b'{"answers": {"a": 1}}', "application/json", 422),
        (b'{"nix": 1}', "application/json", 422),
        (b"variables=1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_that_cannot_be_meant_is_refused(case: Case, body: bytes, kind: str, status: int) -> None:
    url = f"/tasks/{case.task('lapor')['id']}/complete"
    response = case.api("lapor").post(url, data=body, content_type=kind)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert case.task("lapor")["state"] == "open"


def test_unknown_addresses_and_methods_are_problems_too(client: FlaskClient, api: Clients) -> None:
    assert client.get("/api/v1/nix").mimetype == "application/problem+json"
    response = api("lapor").delete("/tasks")
    assert (response.status_code, response.mimetype) == (405, "application/problem+json")
    assert "GET" in response.headers["Allow"]
    assert "DELETE" in response.json["detail"]
    assert response.headers["Allow"] in response.json["detail"]
    assert "/api/v1/openapi.json" in api("lapor").get("/nix").json["detail"]
    assert "application/json" in api("lapor").post("/process-instances", data=b"a=1").json["detail"]
    assert api("lapor").get("/tasks", q="a\0b").status_code == 400


def test_a_cursor_that_is_none_of_ours_is_refused(case: Case) -> None:
    lapor = case.api("lapor")
    odd = [
        "nix",
        cursor("2026-01-01", "a"),
        cursor("x", "a"),
        cursor("2026-01-01T00:00:00+00:00", "\0"),
        cursor(1),
    ]
    assert {lapor.get("/tasks", cursor=one).status_code for one in odd} == {422}
    numbers = ["nix", cursor("²"), cursor("9" * 30), cursor("-1"), cursor({"a": 1}), cursor("1", "2")]
    for path in ("/process-instances", f"/process-instances/{case.id}/history"):
        assert {lapor.get(path, cursor=one).status_code for one in numbers} == {422}
