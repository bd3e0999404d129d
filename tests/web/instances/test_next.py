"""Saving a report and going on to the next: number and code of the one before, and its channel, are there."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from app.base.db import Database
from tests.reports import report_values
from tests.web.conftest import Browser
from tests.web.pages import fields_of, key_of, words_of
from tests.web.reporters import ONE, look_up

SignIn = Callable[[str], Browser]
NEW = "/laporan/baru?key=pengaduan"


@pytest.fixture
def lapor(office: Database, sign_in: SignIn) -> Browser:
    return sign_in("lapor")


def saved(lapor: Browser) -> str:
    fields = {**fields_of(report_values(ONE)), "idempotency_key": key_of(lapor.get(NEW)), "_then": "next"}
    there = str(lapor.post(NEW, **fields).location)
    assert lapor.post(NEW, **fields).location == there, "sent twice"
    return there


def test_the_next_form_shows_number_and_code_and_holds_the_channel(lapor: Browser, app: Flask) -> None:
    page = lapor.get(saved(lapor))
    said = words_of(page)
    found = re.search(
        r"Serahkan kepada pelapor laporan (\S+) Nomor laporan \1 Kode rahasia ([\d ]{19})", said
    )
    assert found is not None
    assert re.search(rf'<option value="{ONE["sumber"]}" selected', page.text)
    assert not re.search(r'name="judul"[^>]*value="[^"]', page.text)
    assert found[2] in words_of(lapor.get(re.search(r"/laporan/\d+/slip", page.text)[0]))  # type: ignore[index]
    assert ONE["judul"] in look_up(Browser(app.test_client()), found[1], found[2])


def test_it_is_hidden_once_it_was_handed_over_and_nobody_else_gets_it(
    lapor: Browser, sign_in: SignIn
) -> None:
    there = saved(lapor)
    assert "Kode rahasia" not in words_of(sign_in("lapor").get(there))
    gone = lapor.post(f"/laporan/baru/serahkan?key=pengaduan&saluran={ONE['sumber']}")
    assert f"saluran={ONE['sumber']}" in gone.location
    assert "Kode rahasia" not in words_of(lapor.get(there))


def test_a_channel_that_there_is_not_chooses_nothing(lapor: Browser) -> None:
    assert "selected" not in lapor.get(f"{NEW}&saluran=<b>apa</b>").text.split('name="sumber"')[1][:300]
