"""Kinerja: its pages, the lists behind their figures, and a diagram that is sent along."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.db import Database
from app.models import DefinitionFile, ProcessDefinition, Resource
from tests.bench import population
from tests.sop import DIAGRAM
from tests.web.conftest import Browser

SignIn = Callable[[str], Browser]
PAGES = ("", "/jalan", "/kesesuaian", "/bulan")


def test_each_page_leads_from_its_figures_to_the_cases(sign_in: SignIn, office: Database) -> None:
    line = population._Line(office)
    for name in ("SIN-001", "SIN-005"):
        line.run(population.report(name))
    browser = sign_in("auditor")
    assert "/proses/1/kinerja" in browser.get("/proses/1").text
    heat, ways, fit, months = (browser.get(f"/proses/1/kinerja{page}").text for page in PAGES)
    assert "Telaahan Lanjutan" in heat
    assert '<a class="link-of" href="/perkara?key=pengaduan&amp;figure=done' in heat
    assert "berakhir: Selesai" in ways
    assert "100%" in fit
    assert "Median menunggu" in months
    for page, figure in ((heat, "figure=done"), (ways, "figure=ended"), (months, "figure=done")):
        address = page[page.rindex("/perkara?", 0, page.rindex(figure)) :].split('"')[0].replace("&amp;", "&")
        assert population.SUBJECT in browser.get(address).text, address


def test_gateways_answers_and_ends_tell_their_cases_and_lead_to_them(
    sign_in: SignIn, office: Database
) -> None:
    line = population._Line(office)
    for name in ("SIN-001", "SIN-005"):
        line.run(population.report(name))
    browser = sign_in("auditor")
    page = browser.get("/proses/1/kinerja?ukuran=done").text
    assert 'data-badge-of="data_lengkap"' in page
    assert 'data-badge-of="lengkap"' in page
    for element in ("mulai", "data_lengkap", "lengkap", "selesai"):
        before = page[: page.index(f'data-element-id="{element}"')]
        address = before[before.rindex('href="') + 6 :].split('"')[0].replace("&amp;", "&")
        assert address.startswith("/tanya?"), element
        answer = browser.get(address)
        assert (answer.status_code, population.SUBJECT in answer.text) == (200, True), element
    assert "lengkap</a>" in page[page.index('id="gerbang"') :]
    assert "tidak dihitung" not in browser.get("/proses/1/kinerja/jalan").text
    line.run(population.report("SIN-004"), stages=1)
    assert "1 perkara yang masih berjalan tidak dihitung." in browser.get("/proses/1/kinerja/jalan").text
    waiting = browser.get("/proses/1/kinerja").text
    assert 'data-badge-of="data_lengkap"' not in waiting
    assert "Angkanya nol pada setiap kegiatan" in waiting  # each was done at once
    assert "Tidak ada tugas yang selesai" in browser.get("/proses/1/kinerja?since=2026-01&until=2026-02").text


def test_others_than_who_see_every_case_find_no_such_page(sign_in: SignIn, office: Database) -> None:
    for page in PAGES:
        assert sign_in("upp").get(f"/proses/1/kinerja{page}").status_code == 404


def test_a_diagram_that_is_sent_along_is_read_and_kept_nowhere(sign_in: SignIn, office: Database) -> None:
    population._Line(office).run(population.report("SIN-001"))
    browser = sign_in("pemilik")
    before = kept(office)
    around = b'sourceRef="telaahan" targetRef="%s"'
    other = DIAGRAM.read_bytes().replace(around % b"konfirmasi", around % b"menyalurkan")
    assert other != DIAGRAM.read_bytes()
    answer = send(browser, other)
    assert answer.status_code == 200
    assert "di luar giliran" in answer.text
    for refused in (b"<bpmn", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', b""):
        assert send(browser, refused).status_code == 422
    assert kept(office) == before


def send(browser: Browser, content: bytes) -> TestResponse:
    sent: Any = (BytesIO(content), "lain.bpmn")
    return browser.post("/proses/1/kinerja/kesesuaian", diagram=sent)


def kept(database: Database) -> list[int]:
    with database.reading() as session:
        return [
            session.scalar(select(func.count()).select_from(model)) or 0
            for model in (DefinitionFile, ProcessDefinition, Resource)
        ]
