"""Every error is answered, in the reader's language, by a page or a problem document, without a traceback."""

import logging
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.base.errors import (
    AppError,
    Conflict,
    Crowded,
    ExecutionFailed,
    ExpressionFailed,
    InvalidDiagram,
    InvalidForm,
    NotAllowed,
    NotFound,
    NotReady,
    TooCostly,
    TooManyAttempts,
)
from app.findings import Finding
from app.services.files.uploads import TooLarge
from app.web import context
from app.web import errors as web_errors
from app.web.api.schemas.common import CODES
from app.web.errors import problem_of
from tests.web.conftest import Browser

FINDING = Finding("file_unknown", "error", file="x.txt")
ERRORS = [
    (NotFound("Tidak ada."), 404),
    (NotAllowed("Tidak boleh."), 403),
    (Conflict("Rina lebih dulu."), 409),
    (InvalidForm("Ada yang salah.", {"judul": "Tulis judul."}), 422),
    (TooLarge("Terlalu besar.", {"file": "Terlalu besar."}), 413),
    (InvalidDiagram("Tidak dapat diterapkan.", (FINDING,)), 422),
    (ExecutionFailed("Tidak ada jalan.", activity_id="cukup", detail="rahasia dapur"), 422),
    (ExpressionFailed("Terlalu lama."), 422),
    (TooManyAttempts("Tunggu.", 30), 429),
    (NotReady("Basis data sibuk."), 503),
    (Crowded("Penuh."), 503),
    (TooCostly("Terlalu besar."), 503),
    (AppError("Lain."), 422),
]


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """It is changed here."""
    return own_app


def failing(app: Flask, error: Exception) -> None:
    def fail() -> str:
        raise error

    app.add_url_rule("/gagal", "gagal", context.public(fail))
    app.add_url_rule("/api/v1/gagal", "api_gagal", context.public(fail))


@pytest.mark.parametrize(("error", "status"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_expected_error_is_a_page_and_a_problem(
    app: Flask, api: Callable[[str], object], error: AppError, status: int
) -> None:
    failing(app, error)
    page = app.test_client().get("/gagal")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert str(error) in page.text
    assert f"Galat {status}" in page.text
    problem = api("lapor").get("/gagal")  # type: ignore[attr-defined]
    assert (problem.status_code, problem.mimetype) == (status, "application/problem+json")
    assert (problem.json["status"], problem.json["detail"]) == (status, str(error))
    assert problem.json["code"] == error.code
    for answer in (page, problem):
        assert "rahasia dapur" not in answer.text
        assert "Traceback" not in answer.text


def kinds(kind: type[AppError] = AppError) -> Iterator[type[AppError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from kinds(inner)


def test_every_kind_of_error_has_a_code_of_its_own_that_is_documented() -> None:
    ours = [kind for kind in kinds() if kind.__module__.startswith("app.")]
    own = {kind: vars(kind).get("code") for kind in ours}
    assert None not in own.values(), own
    assert len(set(own.values())) == len(own)
    assert set(CODES) == {*own.values(), *web_errors.CODES.values()}


def test_a_problem_carries_what_a_client_can_use() -> None:
    assert problem_of(InvalidForm("x", {"judul": "y"})).members == {"errors": {"judul": "y"}}
    [finding] = problem_of(InvalidDiagram("x", (FINDING,))).members["findings"]
    assert finding["code"] == "file_unknown"
    assert problem_of(ExecutionFailed("x", activity_id="a")).members == {"activity_id": "a"}
    assert problem_of(TooManyAttempts("x", 30)).headers == {"Retry-After": "30"}
    for error in (NotReady("x"), Crowded("x"), TooCostly("x")):
        assert problem_of(error).headers == {"Retry-After": "5"}


def test_who_asks_for_more_memory_than_there_is_is_told_to_ask_for_less(
    app: Flask, api: Callable[[str], object], caplog: pytest.LogCaptureFixture
) -> None:
    failing(app, MemoryError("rahasia"))
    page = app.test_client().get("/gagal")
    problem = api("lapor").get("/gagal")  # type: ignore[attr-defined]
    assert (page.status_code, problem.status_code, problem.json["code"]) == (503, 503, "too_costly")
    assert page.headers["Retry-After"] == problem.headers["Retry-After"] == "5"
    assert "Persempit pilihannya" in page.text
    assert "rahasia" not in page.text + problem.text
    assert "MemoryError" in caplog.text


def test_an_unexpected_error_is_logged_and_its_reference_shown(
    app: Flask, api: Callable[[str], object], caplog: pytest.LogCaptureFixture
) -> None:
    failing(app, ZeroDivisionError("rahasia"))
    with caplog.at_level(logging.ERROR):
        page = app.test_client().get("/gagal?q=Budi")
        problem = api("lapor").get("/gagal")  # type: ignore[attr-defined]
    assert (page.status_code, problem.status_code) == (500, 500)
    first, second = (record.getMessage().split()[0] for record in caplog.records)
    assert first in page.text
    assert problem.json["reference"] == second
    assert "rahasia" not in page.text + problem.text
    assert "Budi" not in caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nix", 404),
        ("DELETE", "/masuk", 405),
        ("GET", "/keluar", 405),
        ("GET", "/static/nix.css", 404),
    ],
)
def test_what_does_not_exist_is_a_page(client: FlaskClient, method: str, path: str, status: int) -> None:
    response = client.open(path, method=method)
    assert (response.status_code, response.mimetype) == (status, "text/html")
    assert f"Galat {status}" in response.text


def test_the_page_speaks_the_readers_language(client: FlaskClient) -> None:
    client.set_cookie("language", "en")
    assert "Error 404" in client.get("/nix").text
    client.set_cookie("language", "id")
    assert "Galat 404" in client.get("/nix").text


def test_without_a_database_the_page_says_so(app: Flask, sign_in: Callable[[str], Browser]) -> None:
    browser = sign_in("lapor")
    path = context_path(app)
    path.rename(path.with_suffix(".away"))
    context_of(app).database.engine.dispose()
    response = browser.get("/kata-sandi")
    assert response.status_code == 503
    assert "Basis data sedang tidak dapat dihubungi" in response.text
    assert response.headers["Retry-After"]


def context_of(app: Flask) -> context.Installation:
    found: context.Installation = app.extensions["alur"]
    return found


def context_path(app: Flask):
    return context_of(app).config.data_dir / "alur.sqlite3"
