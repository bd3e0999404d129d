"""Pictures from a telephone by a QR code: for one draft, for 15 minutes, five of them, and nothing is told."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.base.db import Database
from app.models import Attachment, PhoneUpload, User
from app.services.core import clock
from tests.reports import report_values
from tests.web.conftest import Browser
from tests.web.pages import PNG, fields_of, key_of, upload, words_of
from tests.web.reporters import ONE

SignIn = Callable[[str], Browser]
NEW = "/laporan/baru?key=pengaduan"
BEGIN = "/laporan/baru/foto?key=pengaduan"


@pytest.fixture
def lapor(office: Database, sign_in: SignIn) -> Browser:
    return sign_in("lapor")


@pytest.fixture
def phone(app: Flask) -> Browser:
    return Browser(app.test_client())


def begun(lapor: Browser) -> str:
    """The path that the QR code leads to."""
    page = lapor.post(BEGIN)
    assert "<svg" in page.text
    found = re.search(r"(/foto/[\w-]{22})<", page.text)
    assert found is not None
    return found[1]


def send(phone: Browser, path: str, count: int = 1, name: str = "foto{n}.png", content: bytes = PNG) -> int:
    phone.get(path)
    files = [("foto", name.format(n=n), content) for n in range(count)]
    return upload(phone, path, {}, files).status_code


def listed(lapor: Browser) -> list[str]:
    return re.findall(r'data-photo="([^"]+)"', lapor.get(BEGIN).get_json()["part"])


def test_pictures_come_to_the_form_and_are_sent_with_it(
    lapor: Browser, phone: Browser, office: Database
) -> None:
    path = begun(lapor)
    page = phone.get(path)
    assert "Masih dapat mengirim 5 foto" in words_of(page)
    assert "lapor" not in words_of(page).lower().replace("laporan", "")
    assert send(phone, path, 2) == 303
    ids = listed(lapor)
    assert len(ids) == 2
    page = lapor.get(NEW)
    assert all(f'name="lampiran" value="{one}"' in page.text for one in ids)
    fields = {**fields_of(report_values(ONE)), "idempotency_key": key_of(page), "lampiran": ids}
    slip = lapor.post(NEW, **fields).location
    with office.reading() as session:
        kept = session.scalars(select(Attachment.id).where(Attachment.instance_id == int(slip.split("/")[2])))
        assert set(kept) == set(ids)
    assert listed(lapor) == []
    assert phone.get(path).status_code == 404, "its form was sent"


def test_five_are_taken_and_no_more_even_in_several_sendings(lapor: Browser, phone: Browser) -> None:
    path = begun(lapor)
    assert send(phone, path, 6) == 422
    assert send(phone, path, 3) == 303
    assert send(phone, path, 3) == 422
    assert send(phone, path, 2) == 303
    assert len(listed(lapor)) == 5
    assert "Lima foto sudah terkirim" in words_of(phone.get(path))
    assert send(phone, path, 1) == 422


def test_what_is_no_picture_is_refused_and_the_rest_is_kept(lapor: Browser, phone: Browser) -> None:
    path = begun(lapor)
    assert send(phone, path, 1, "surat.pdf", b"%PDF-1.4") == 422
    assert send(phone, path, 1, "palsu.png", b"<script>") == 422
    assert send(phone, path, 0) == 422
    assert listed(lapor) == []


def test_an_address_is_over_after_15_minutes_and_after_the_next_one(
    lapor: Browser, phone: Browser, office: Database
) -> None:
    old = begun(lapor)
    path = begun(lapor)
    assert (phone.get(old).status_code, phone.get(path).status_code) == (404, 200)
    with office.transaction() as session:
        row = session.scalars(select(PhoneUpload)).one()
        assert timedelta(minutes=14) < row.until - clock.real() <= timedelta(minutes=15)
        assert path.rpartition("/")[2] not in str(vars(row))
        row.until = clock.real() - timedelta(seconds=1)
    assert phone.get(path).status_code == 404
    assert send(phone, path) == 404
    assert phone.get("/foto/" + "a" * 22).status_code == 404


def test_it_needs_the_token_of_the_form_and_an_officer_who_is_let_in(
    lapor: Browser, phone: Browser, office: Database
) -> None:
    path = begun(lapor)
    assert phone.client.post(path, data={}).status_code == 400
    assert lapor.client.post(BEGIN, data={}).status_code == 400
    with office.transaction() as session:
        user = session.scalars(select(User).where(User.name == "lapor")).one()
        user.disabled_at = clock.real()
    assert phone.get(path).status_code == 404


def test_nobody_else_sees_them_and_who_takes_in_no_reports_shows_no_code(
    lapor: Browser, phone: Browser, sign_in: SignIn
) -> None:
    send(phone, begun(lapor), 1)
    assert listed(sign_in("upp")) == []
    [held] = listed(lapor)
    assert phone.get(f"/lampiran/{held}").status_code in (303, 401, 302)
    for name in ("upp", "auditor"):
        assert sign_in(name).post(BEGIN).status_code == 403


def test_a_picture_that_the_officer_takes_out_does_not_come_back(lapor: Browser, phone: Browser) -> None:
    send(phone, begun(lapor), 2)
    first, second = listed(lapor)
    sent = {"lampiran": [first, second], "lampiran.hapus": [first], "judul": "Jalan"}
    lapor.post("/laporan/baru/draf?key=pengaduan", **sent)
    page = lapor.get(NEW).text
    assert (first in page, second in page) == (False, True)


def test_throwing_the_draft_away_ends_the_address(lapor: Browser, phone: Browser) -> None:
    path = begun(lapor)
    lapor.post("/laporan/baru/buang?key=pengaduan")
    assert phone.get(path).status_code == 404
