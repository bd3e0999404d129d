"""Surat masuk on its pages: who reads it, a report that is begun from one, one that is laid aside."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.base.config import Config
from app.base.db import Database
from app.commands.security_log import write_notes
from app.models import IncomingMail, ProcessInstance, ReporterMessage
from app.services.channels import incoming
from app.services.channels.mail_reading import Mail
from app.services.channels.mailbox import Place
from app.services.reporter import correspondence
from tests.reports import report, report_values
from tests.web.cases import start_many
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]
MAIL = Mail(
    "<1@x>", "ani@example.id", "Bu Ani", "Lampu <b>mati</b>", "Di desa.\nTolong.", (), [("a.jpg", 2048)]
)


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, imap_url="imaps://a:b@imap.example.go.id/INBOX")


@pytest.fixture
def officer(sign_in: SignIn, office: Database) -> Browser:
    with office.transaction() as session:
        incoming.take(session, MAIL, Place(1, 1))
    browser = sign_in("lapor")
    browser.get("/surat-masuk/1")
    return browser


def test_a_report_is_begun_from_a_mail_once(officer: Browser, office: Database) -> None:
    there = officer.post("/surat-masuk/1/laporan", key="pengaduan").headers["Location"]
    page = officer.get(there)
    assert "Isian di bawah berasal dari surat 1." in words_of(page)
    assert 'value="ani@example.id"' in page.text
    assert "Lampu &lt;b&gt;mati&lt;/b&gt;" in page.text
    action = page.text.split('action="/laporan/baru?')[1].split('"')[0].replace("&amp;", "&")
    assert "surat=1" in action
    values = {name: value for name, value in report_values(report("SIN-002")).items() if value is not False}
    values = {name: "true" if value is True else value for name, value in values.items()}
    assert officer.post(f"/laporan/baru?{action}", **values).status_code == 303
    with office.reading() as session:
        [case], [row] = session.scalars(select(ProcessInstance)), session.scalars(select(IncomingMail))
        assert (row.state, row.instance_id) == ("case", case.id)
    assert officer.post(f"/laporan/baru?{action}", **values, idempotency_key="lain").status_code == 409
    assert case.business_key in words_of(officer.get("/surat-masuk?keadaan=case"))


def test_what_a_mail_says_is_text_and_its_files_are_named(officer: Browser) -> None:
    page = officer.get("/surat-masuk/1")
    assert "<b>mati" not in page.text
    assert "a.jpg (2 KB)" in words_of(page)
    assert "Lampu <b>mati</b>" in words_of(officer.get("/surat-masuk"))


def test_it_is_laid_aside_with_a_reason(officer: Browser) -> None:
    answer = officer.post("/surat-masuk/1/kesampingkan", reason=" ")
    assert answer.status_code == 422
    assert "Tulis alasan" in words_of(answer)
    assert officer.post("/surat-masuk/1/kesampingkan", reason="iklan").status_code == 303
    assert "Tidak ada surat di sini" in words_of(officer.get("/surat-masuk"))
    page = words_of(officer.get("/surat-masuk/1"))
    assert "iklan" in page
    assert "Kesampingkan" not in page
    assert officer.post("/surat-masuk/1/laporan", key="pengaduan").status_code == 409


@pytest.mark.parametrize("name", ["admin", "upp", "dpupr", "auditor", "pemilik", "koordinator"])
def test_it_is_for_who_takes_reports_in(officer: Browser, sign_in: SignIn, name: str) -> None:
    other = sign_in(name)
    assert other.get("/surat-masuk").status_code == other.get("/surat-masuk/1").status_code == 403
    assert other.post("/surat-masuk/1/laporan", key="pengaduan").status_code == 403
    assert other.post("/surat-masuk/1/kesampingkan", reason="x").status_code == 403


def test_one_that_is_not_there_is_not_found(officer: Browser) -> None:
    assert officer.get("/surat-masuk/99").status_code == 404
    assert officer.post("/surat-masuk/99/kesampingkan", reason="x").status_code == 404


def test_a_message_by_mail_is_told_to_be_one(officer: Browser, office: Database) -> None:
    start_many(office, 1)
    with office.transaction() as session:
        [case] = session.scalars(select(ProcessInstance))
        correspondence.write_to_office(session, case.id, "Sudah sampai mana?", by_mail=True)
    assert "lewat surel" in words_of(officer.get(f"/perkara/{case.id}"))
    with office.reading() as session:
        assert session.scalars(select(ReporterMessage)).one().by_mail


def test_who_may_not_see_whose_case_it_is_reads_the_message_without_its_sender(
    officer: Browser, office: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_many(office, 1)
    with office.transaction() as session:
        [case] = session.scalars(select(ProcessInstance))
        row = session.scalars(select(IncomingMail)).one()
        row.state, row.instance_id = "message", case.id
        message = correspondence.write_to_office(session, case.id, "Sudah sampai mana?", by_mail=True)
        message.written_at = row.received_at
    pages = ("/surat-masuk?keadaan=message", "/surat-masuk/1")
    assert all("ani@example.id" in words_of(officer.get(page)) for page in pages)
    monkeypatch.setattr("app.services.identity.may_see", lambda *_asked: False)
    listed, opened = (words_of(officer.get(page)) for page in pages)
    for page in (listed, opened):
        assert case.business_key in page
        assert not [said for said in ("ani@", "Bu Ani", "Lampu", "Tolong", "a.jpg") if said in page]
    assert "disamarkan" in listed
    assert "Sudah sampai mana?" in opened
    assert "Lajur Anda tidak boleh melihat identitas pelapor." in opened


def test_opening_one_is_in_the_security_log(officer: Browser, office: Database, sign_in: SignIn) -> None:
    write_notes(office)
    page = words_of(sign_in("admin").get("/catatan-keamanan?kind=identity"))
    assert "Surat masuk dibuka" in page
