"""Kinerja: its pages, the lists behind their figures, and a diagram that is sent along."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.base.db import Database
from app.models import DefinitionFile, ProcessDefinition, Resource
from app.services.core import clock
from app.services.maintenance import housekeeping
from app.services.performance import compared_diagrams
from tests.bench import population
from tests.sop import DIAGRAM
from tests.web.conftest import Browser, Case

pytestmark = pytest.mark.usefixtures("facts_follow")

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


def test_a_diagram_that_is_sent_along_has_an_address_for_a_while_and_each_figure_its_cases(
    sign_in: SignIn, office: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = population._Line(office)
    for name in ("SIN-001", "SIN-005"):
        line.run(population.report(name))
    browser, auditor = sign_in("pemilik"), sign_in("auditor")
    before = kept(office)
    for refused in (b"<bpmn", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', b""):
        assert send(browser, refused).status_code == 422
    with monkeypatch.context() as bounded:
        bounded.setattr(compared_diagrams, "MOST_BYTES", 100)
        assert send(browser, DIAGRAM.read_bytes()).status_code == 422
    assert kept(office) == before
    around = b'sourceRef="telaahan" targetRef="%s"'
    other = DIAGRAM.read_bytes().replace(around % b"konfirmasi", around % b"menyalurkan")
    assert other != DIAGRAM.read_bytes()
    answer = send(browser, other, "?since=2026-01&until=2026-12")
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert "since=2026-01" in address
    with office.transaction() as session:
        housekeeping.delete_unused(session)
    page = auditor.get(address).text
    assert "di luar giliran" in page
    figures = re.findall(r'href="(/perkara\?[^"]*kesesuaian=[^"]*)">(\d+)', page)
    assert len(figures) >= 5
    times_read, find = list[str](), compared_diagrams.find
    with monkeypatch.context() as counted:
        noting = lambda *asked, actor: (times_read.append(asked[1]), find(*asked, actor=actor))[1]  # noqa: E731
        counted.setattr(compared_diagrams, "find", noting)
        auditor.get(figures[0][0].replace("&amp;", "&"))
    assert len(times_read) == 1  # it may be large
    for list_, number in figures:
        shown = auditor.get(list_.replace("&amp;", "&")).text
        assert shown.count("data-item") == int(number), list_
        assert "lain.bpmn" in shown
    with office.transaction() as session:
        clock.fix(session, clock.now(session) + timedelta(days=31))
        housekeeping.delete_unused(session)
    assert kept(office) == before
    assert "tidak dikenal" in sign_in("auditor").get(address).text


def test_what_an_address_says_that_is_not_known_is_told(sign_in: SignIn, case: Case) -> None:
    browser, list_ = sign_in("auditor"), "/perkara?key=pengaduan&figure=ended"
    pages = (
        (f"/perkara/{case.id}", "elemen", "tidak_ada"),
        (f"/perkara/{case.id}", "jenis", "tidak_ada"),
        (f"/perkara/{case.id}/putar", "langkah", "99"),
        ("/proses/1/kinerja", "since", "2026-13"),
        ("/proses/1/kinerja", "ukuran", "tidak_ada"),
        ("/proses/1/kinerja/kesesuaian", "terhadap", "99"),
        (list_, "versi", "99"),
        (list_, "activity", "tidak_ada"),
        (list_, "since", "kemarin"),
        (f"{list_}&versi=1&terhadap=1", "kesesuaian", "tidak_ada"),
        (f"{list_}&versi=1&kesesuaian=fits", "terhadap", "99"),
        ("/perkara?key=pengaduan", "figure", "tidak_ada"),
    )
    for path, name, value in pages:
        page = browser.get(f"{path}{'&' if '?' in path else '?'}{name}={value}")
        assert (page.status_code, f"“{value}” dalam alamat halaman ini tidak dikenal." in page.text) == (
            200,
            True,
        ), (path, name)
    for path in (
        f"/perkara/{case.id}?elemen=penyaluran",
        f"/perkara/{case.id}/putar?langkah=1",
        f"{list_}&versi=1",
    ):
        assert "tidak dikenal." not in browser.get(path).text


def send(browser: Browser, content: bytes, asked: str = "") -> TestResponse:
    sent: Any = (BytesIO(content), "lain.bpmn")
    return browser.post(f"/proses/1/kinerja/kesesuaian{asked}", diagram=sent)


def kept(database: Database) -> list[int]:
    with database.reading() as session:
        return [
            session.scalar(select(func.count()).select_from(model)) or 0
            for model in (DefinitionFile, ProcessDefinition, Resource)
        ]
