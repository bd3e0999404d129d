"""Who runs this installation, as the pages of reporters and their slips say."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from app.base.config import Config, Office
from app.base.db import Database
from app.services.core import settings
from app.web import create_app
from tests.web.conftest import Browser, ReadingClient
from tests.web.pages import words_of
from tests.web.reporters import Report

NAMED = Office(
    "Pemerintah Kabupaten <Contoh>",
    "Bagian Organisasi, Jalan Contoh 1",
    "(0273) 000-000",
    "Senin–Jumat 07.30–16.00 WIB",
    "https://contoh.example/",
)
PUBLIC = ("/lacak", "/masuk", "/tidak-ada")


@pytest.fixture
def named(config: Config, office: Database) -> Iterator[Flask]:
    """The application of an installation that was told whose it is."""
    told = replace(config, office=NAMED)
    database = settings.open_database(told)
    app = create_app(told, database)
    app.test_client_class = ReadingClient
    yield app
    database.engine.dispose()


def signed_in(app: Flask, name: str) -> Browser:
    browser = Browser(app.test_client())
    browser.sign_in(name)
    return browser


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_name_the_office_first_and_end_with_how_to_reach_it(named: Flask, path: str) -> None:
    page = named.test_client().get(path)
    head, words = page.text.partition("</header>")[0], words_of(page)

    assert "Pemerintah Kabupaten &lt;Contoh&gt;" in head.partition("<body")[2]
    assert "· Pemerintah Kabupaten &lt;Contoh&gt;</title>" in head
    assert (
        "Pemerintah Kabupaten <Contoh> Bagian Organisasi, Jalan Contoh 1"
        " Jam pelayanan: Senin–Jumat 07.30–16.00 WIB Telepon: (0273) 000-000 contoh.example" in words
    )
    assert 'href="tel:0273000000"' in page.text
    assert 'href="https://contoh.example/"' in page.text


def test_the_slip_tells_the_reporter_whom_he_can_ask(named: Flask, office: Database) -> None:
    slip = Report(office, signed_in(named, "lapor")).slip

    assert "Pemerintah Kabupaten <Contoh> Bagian Organisasi, Jalan Contoh 1" in slip
    assert "Telepon: (0273) 000-000" in slip


@pytest.mark.parametrize("path", PUBLIC)
def test_an_installation_that_was_not_told_whose_it_is_says_nothing(app: Flask, path: str) -> None:
    page = app.test_client().get(path)

    assert "· Alur</title>" in page.text
    assert "<address" not in page.text
    assert "Jam pelayanan" not in page.text


def test_officers_know_where_they_work(named: Flask) -> None:
    page = signed_in(named, "lapor").get("/tugas")

    assert "<address" not in page.text
    assert "· Alur</title>" in page.text
    assert "Pemerintah Kabupaten &lt;Contoh&gt; · SOP berjalan" in page.text
