"""Reports that may be the same, told on the start form while one types."""

import re
from collections.abc import Callable

import pytest

from app.base.db import Database
from app.commands import search
from tests.reports import report, report_values
from tests.web.conftest import Browser
from tests.web.pages import fields_of, key_of, words_of

SignIn = Callable[[str], Browser]
NEW = "/laporan/baru?key=pengaduan"
SAME = "/laporan/baru/serupa?key=pengaduan"
FIELDS = fields_of(report_values(report("SIN-001")))
SEEN = re.compile(r'name="_seen" value="(\d+)"')
#: The same report by another channel: without the number that it has elsewhere.
AGAIN = {name: text for name, text in FIELDS.items() if name != "tracking_id"}


@pytest.fixture
def lapor(sign_in: SignIn, office: Database) -> Browser:
    browser = sign_in("lapor")
    browser.post(NEW, **{**FIELDS, "idempotency_key": key_of(browser.get("/laporan/baru"))})
    turns = search.Turns(office)
    while turns.take():
        pass
    return browser


def typed(browser: Browser, **fields: str) -> str:
    """What the script is answered after so much was typed."""
    browser.get("/laporan/baru")
    sent = {"csrf_token": browser.token, **fields}
    answer = browser.client.post(SAME, data=sent, headers={"Accept": "application/json"})
    return str(answer.get_json()["part"])


def test_the_button_shows_them_and_keeps_what_was_typed(lapor: Browser) -> None:
    page = lapor.post(SAME, **{**FIELDS, "idempotency_key": key_of(lapor.get("/laporan/baru"))})
    said = words_of(page)
    assert page.status_code == 200
    assert "Mungkin sudah dilaporkan" in said
    assert said.count(FIELDS["judul"]) >= 1
    assert "masih berjalan" in said
    assert "Anda yang tersimpan" in words_of(lapor.get("/laporan/baru"))


def test_the_script_gets_the_part_alone_and_no_draft_is_written(lapor: Browser) -> None:
    part = typed(lapor, **FIELDS)
    assert "Mungkin sudah dilaporkan" in part
    assert "<html" not in part
    assert typed(lapor, judul="Banjir").strip() == ""
    assert "Anda yang tersimpan" not in words_of(lapor.get("/laporan/baru"))


def test_who_takes_in_no_reports_is_told_of_none(sign_in: SignIn, lapor: Browser) -> None:
    for name in ("upp", "auditor"):
        assert sign_in(name).post(SAME, **FIELDS).status_code == 403


def test_a_report_that_may_be_known_is_saved_only_when_one_says_so(lapor: Browser) -> None:
    before = lapor.get("/perkara").text.count("data-item")
    page = lapor.post(NEW, **{**AGAIN, "idempotency_key": key_of(lapor.get("/laporan/baru"))})
    said = words_of(page)
    assert page.status_code == 200
    assert "Laporan ini belum tersimpan." in said
    assert "Simpan sebagai laporan baru" in said
    assert FIELDS["judul"] in page.text
    assert lapor.get("/perkara").text.count("data-item") == before
    again = {**AGAIN, "idempotency_key": key_of(page), "_asked": "1", "_as_new": "1"}
    slip = lapor.post(NEW, **again)
    assert slip.status_code == 303
    assert lapor.get("/perkara").text.count("data-item") == before + 1
    assert lapor.post(NEW, **again).location == slip.location


def test_the_page_that_asks_joins_what_is_chosen_and_says_what_else_is_wrong(lapor: Browser) -> None:
    page = lapor.post(
        NEW, **{**AGAIN, "idempotency_key": key_of(lapor.get("/laporan/baru")), "_then": "next"}
    )
    join = re.search(r'name="_join" value="(\d+)"', page.text)
    assert join is not None
    assert '<input type="hidden" name="_then" value="next">' in page.text
    asked = {**AGAIN, "idempotency_key": key_of(page), "_asked": "1"}
    assert "Laporan ini belum tersimpan." in words_of(lapor.post(NEW, **asked))  # none was chosen
    sent = {**asked, "_join": join[1]}
    wrong = lapor.post(NEW, **{**sent, "judul": ""})
    assert wrong.status_code == 422
    assert "Simpan sebagai laporan baru" in words_of(wrong)
    slip = lapor.post(NEW, **{**sent, "idempotency_key": key_of(wrong)}).location
    assert "Laporan ini digabung ke perkara" in words_of(lapor.get(f"/perkara/{slip.split('/')[2]}"))


def test_a_list_that_nobody_answered_is_no_answer(lapor: Browser) -> None:
    shown = SEEN.findall(typed(lapor, **AGAIN))
    assert shown
    assert "checked" not in typed(lapor, **AGAIN)
    page = lapor.post(NEW, **{**AGAIN, "idempotency_key": key_of(lapor.get("/laporan/baru"))}, _seen=shown[0])
    assert "Laporan ini belum tersimpan." in words_of(page)


def test_who_says_that_it_is_none_of_those_shown_saves_a_new_report(lapor: Browser) -> None:
    shown = SEEN.findall(typed(lapor, **AGAIN))
    said = {**AGAIN, "idempotency_key": key_of(lapor.get("/laporan/baru")), "_join": ""}
    assert "checked" in typed(lapor, **said, _seen=shown[0])
    assert "checked" not in typed(lapor, **said, _seen="999")
    assert lapor.post(NEW, **said, _seen="999").status_code == 200  # of another list: typing went on
    assert lapor.post(NEW, **said, _seen=shown[0]).status_code == 303
