"""Dokumen SOP: the page and the files of it."""

import re
from collections.abc import Callable
from html import unescape

from app.base.db import Database
from tests.services.sop_documents import source
from tests.web.conftest import Browser

SignIn = Callable[[str], Browser]
_ROW = re.compile(r"<tr>\s*(<td.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)


def texts(row: str) -> list[str]:
    return [source.said(unescape(re.sub(r"<[^>]+>", " ", cell))) for cell in _CELL.findall(row)]


def test_the_page_holds_every_cell_of_the_source(sign_in: SignIn, office: Database) -> None:
    browser = sign_in("auditor")
    assert "/proses/1/dokumen-sop" in browser.get("/proses/1").text
    page = browser.get("/proses/1/dokumen-sop").text
    found = [texts(row) for row in _ROW.findall(page)]
    told = [row[:2] + row[5:] for row in found]
    assert [row for row in told if any(row)] == [source.cells(row) for row in source.SOP["kegiatan"]]
    assert found[0][2:5] == ["", "", "Mulai"]
    assert 'style="' not in page[page.index("paper-desk") :]


def test_the_files_are_named_after_version_template_and_paper(sign_in: SignIn, office: Database) -> None:
    browser = sign_in("upp")
    answer = browser.get("/proses/1/dokumen-sop.pdf?templat=permenpanrb_35_2012&kertas=f4")
    assert answer.data.startswith(b"%PDF-")
    assert "sop-pengaduan-v1-permenpanrb_35_2012-f4.pdf" in answer.headers["Content-Disposition"]
    assert browser.get("/proses/1/dokumen-sop.pdf?templat=lain").status_code == 404
    assert browser.get("/proses/1/dokumen-sop?kertas=a5").status_code == 404


def test_the_review_lists_what_is_odd(sign_in: SignIn, office: Database) -> None:
    browser = sign_in("pemilik")
    assert "/proses/1/telaah-sop" in browser.get("/proses/1/dokumen-sop").text
    page = browser.get("/proses/1/telaah-sop").text
    for said in ("Sekretris", "62/2018", "46/2020", "3 jawaban"):
        assert said in page
