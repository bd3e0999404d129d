"""What surrounds every page, and what templates can do with values."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from app.base import i18n
from app.base.config import Config
from app.base.db import Database
from app.services.core import clock, settings
from app.web import create_app
from tests.web.conftest import Browser, Case, ReadingClient, Template

SignIn = Callable[[str], Browser]


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("lapor", ["/tugas", "/perkara", "/laporan/baru", "/angka", "/proses"]),
        ("upp", ["/tugas", "/perkara", "/angka", "/proses"]),
        (
            "pemilik",
            [
                "/tugas",
                "/perkara",
                "/beban",
                "/angka",
                "/tanya",
                "/proses",
                "/studio",
                "/kendala",
                "/pengguna",
            ],
        ),
        (
            "auditor",
            [
                "/tugas",
                "/perkara",
                "/beban",
                "/angka",
                "/tanya",
                "/proses",
                "/pengguna",
                "/catatan-keamanan",
            ],
        ),
        (
            "admin",
            [
                "/tugas",
                "/perkara",
                "/beban",
                "/angka",
                "/tanya",
                "/proses",
                "/kendala",
                "/pengguna",
                "/catatan-keamanan",
            ],
        ),
    ],
)
def test_everyone_is_shown_where_he_may_go(sign_in: SignIn, name: str, places: list[str]) -> None:
    page = sign_in(name).get("/kata-sandi").text
    assert re.findall(r'class="nav__link" href="([^"]+)"', page) == places


def test_waiting_tasks_are_counted(sign_in: SignIn, case: Case) -> None:
    assert (
        '<span class="count">1<span class="sr-only"> tugas menunggu'
        in sign_in("lapor").get("/kata-sandi").text
    )
    assert '"sr-only"> tugas menunggu' not in sign_in("upp").get("/kata-sandi").text


def test_strangers_see_no_places(client: FlaskClient) -> None:
    page = client.get("/masuk").text
    assert "nav__link" not in page
    assert "Menu pengguna" not in page


def test_a_moved_clock_shows_on_every_page(config: Config, template: Template, office: Database) -> None:
    moving = settings.open_database(Config(**{**vars(config), "allow_time_travel": True}))
    with moving.transaction() as session:
        clock.travel(session, datetime(2027, 3, 1, 2, 0, tzinfo=UTC))
    app = create_app(config, moving)
    app.test_client_class = ReadingClient
    assert "Jam dipindahkan" in app.test_client().get("/masuk").text
    assert "1 Mar 2027" in app.test_client().get("/masuk").text
    moving.engine.dispose()


@pytest.mark.parametrize(
    ("source", "indonesian", "english"),
    [
        ("{{ at|datetime }}", "24 Nov 2026, 14.05 WIB", "24 Nov 2026, 14:05 WIB"),
        ("{{ at|clock }}", "14.05", "14:05"),
        ("{{ late|date }} {{ on|date }}", "25 Nov 2026 2 Mei 2026", "25 Nov 2026 2 May 2026"),
        ("{{ none|date }}{{ none|clock }}{{ none|datetime }}", "", ""),
        ("{{ 900|filesize }}, {{ 20000|filesize }}", "900 B, 20 KB", "900 B, 20 KB"),
        ("{{ 1500000|filesize }}", "1,4 MB", "1.4 MB"),
        ("{{ none|relative }}", "Tanpa tenggat", "No deadline"),
    ],
)
def test_values_are_put_into_words(app: Flask, source: str, indonesian: str, english: str) -> None:
    values = {
        "at": datetime(2026, 11, 24, 7, 5, tzinfo=UTC),
        "late": datetime(2026, 11, 24, 18, 0, tzinfo=UTC),
        "on": date(2026, 5, 2),
    }
    with app.test_request_context("/masuk"):
        for code, wanted in (("id", indonesian), ("en", english)):
            with i18n.speaking(code):
                assert render_template_string(source, **values) == wanted


def test_a_request_leaves_no_language_behind(client: FlaskClient) -> None:
    client.set_cookie("language", "en")
    assert '<html lang="en"' in client.get("/masuk").text
    assert i18n.language() == "id"


def test_nothing_around_a_page_takes_the_focus_at_a_press(sign_in: SignIn) -> None:
    """Lists of dmn-js close when the focus goes elsewhere, and did under the pointer, before the click."""
    page = sign_in("pemilik").get("/studio").text
    for around in re.findall(r"<(?:html|body|main)\b[^>]*>", page):
        assert "tabindex" not in around, around
