"""The reporter's page: what comes next, and messages both ways, without script and in few bytes."""

import gzip
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from app.base.db import Database
from tests.web.conftest import Browser
from tests.web.pages import key_of, words_of
from tests.web.reporters import Report, look_up

SignIn = Callable[[str], Browser]


@pytest.fixture
def case(office: Database, sign_in: SignIn) -> Report:
    return Report(office, sign_in("lapor"))


@pytest.fixture
def phone(app: Flask) -> Browser:
    return Browser(app.test_client())


def test_what_comes_next_is_told_with_its_last_days(case: Report, phone: Browser) -> None:
    page = look_up(phone, case.number, case.code)
    assert "Apa yang terjadi berikutnya Petugas sedang mengerjakan laporan Anda." in page
    assert re.search(
        r"Sesudah itu: Terverifikasi, sedang ditelaah belum Petugas membaca .*? Paling lambat \d+ \w+ \d{4}\.",
        page,
    )
    assert "Menunggu verifikasi Laporan Anda sudah kami terima. Petugas memeriksa" in page
    case.drive("penyaluran", "telaahan", "konfirmasi")
    page = words_of(phone.get("/lacak/laporan"))
    assert "Petugas masih butuh data dari Anda." in page
    assert "Kami menunggu data dari Anda. Isi formulir di atas" in page
    assert "Laporan berakhir di sini." in page


def test_a_message_and_its_answer_stand_on_both_pages_and_no_officer_is_named(
    case: Report, phone: Browser, sign_in: SignIn
) -> None:
    look_up(phone, case.number, case.code)
    said = {"text": "Kapan <b>diperbaiki</b>?", "idempotency_key": key_of(phone.get("/lacak/laporan"))}
    for _twice in range(2):
        assert phone.post("/lacak/pesan", **said).location.endswith("/lacak/laporan#pesan")
    officer = sign_in("lapor")
    page = officer.get(f"/perkara/{case.id}")
    assert words_of(page).count("Kapan <b>diperbaiki</b>?") == 1
    assert "<b>diperbaiki" not in page.text
    officer.post(f"/perkara/{case.id}/pesan", text="Minggu depan.")
    page = words_of(phone.get("/lacak/laporan"))
    assert re.search(r"Anda · .* Kapan <b>diperbaiki</b>\? Petugas · .* Minggu depan\.", page)
    assert "Admin LAPOR" not in page


def test_an_empty_message_is_refused_and_one_after_the_look_is_given_back(
    case: Report, phone: Browser
) -> None:
    look_up(phone, case.number, case.code)
    page = phone.post("/lacak/pesan", text=" ")
    assert page.status_code == 422
    assert "Tulis pesan, paling panjang 2.000 huruf." in words_of(page)
    phone.post("/lacak/keluar")
    page = phone.post("/lacak/pesan", text="Masih gelap")
    assert page.status_code == 401
    assert "Masih gelap" in words_of(page)


def test_the_address_to_write_to_stands_on_the_reporters_page_alone(
    case: Report, phone: Browser, office: Database, sign_in: SignIn
) -> None:
    look_up(phone, case.number, case.code)
    assert "mailto:" not in phone.get("/lacak/laporan").text
    url = "imaps://alur%40kab.example.id:b@imap.example.id/INBOX"
    office._info["config"] = replace(office._info["config"], imap_url=url)
    page = phone.get("/lacak/laporan").text
    assert re.search(rf'href="mailto:alur\+{case.number}-[0-9a-f]{{20}}@kab\.example\.id"', page)
    for name in ("lapor", "upp", "admin", "auditor"):
        browser = sign_in(name)
        for path in (f"/perkara/{case.id}", f"/perkara/{case.id}/bukti", "/surat-masuk", "/saluran"):
            assert f"alur+{case.number}" not in browser.get(path).text


def test_who_may_not_write_has_no_form_and_is_refused(case: Report, sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    assert f"/perkara/{case.id}/pesan" not in auditor.get(f"/perkara/{case.id}").text
    assert auditor.post(f"/perkara/{case.id}/pesan", text="x").status_code == 403
    assert sign_in("dlh").post(f"/perkara/{case.id}/pesan", text="x").status_code == 404


def test_the_page_is_small_and_needs_no_script(case: Report, phone: Browser) -> None:
    look_up(phone, case.number, case.code)
    for _n in range(5):
        phone.post("/lacak/pesan", text="Sudah tiga hari gelap. " * 20)
    page = phone.get("/lacak/laporan").text
    assert len(gzip.compress(page.encode())) < 8_000
    assert '<form class="notes-form" method="post" action="/lacak/pesan"' in page
