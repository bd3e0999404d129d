"""Users and units by file in the browser, without any script: send, look, begin, and hand the passwords out."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO

import pytest
from werkzeug.test import TestResponse

from app.base.db import Database
from app.commands.people import roster
from app.services.people import units, users
from tests.web.conftest import Browser
from tests.web.pages import key_of, words_of

SignIn = Callable[[str], Browser]
HEADING = "nama pengguna;nama lengkap"


@pytest.fixture
def boss(sign_in: SignIn) -> Browser:
    return sign_in("admin")


def send(browser: Browser, *lines: str, path: str = "/pengguna/berkas", heading: str = HEADING) -> str:
    """Send a file; return the address of its page."""
    browser.get(path)
    content = "\n".join((heading, *lines)).encode()
    answer = browser.post(path, file=(BytesIO(content), "petugas.csv"))
    assert answer.status_code == 303, words_of(answer)
    return str(answer.headers["Location"])


def begin(browser: Browser, office: Database, place: str) -> TestResponse:
    page = browser.get(place)
    shown = page.text.split('name="shown" value="')[1].split('"')[0]
    sent = {"shown": shown, "idempotency_key": key_of(page)}
    answer = browser.post(f"{place}/jalankan", **sent)
    while roster.work(office):
        pass
    return answer


def test_lists_lead_to_files_and_files_to_lists(boss: Browser) -> None:
    assert "/pengguna/berkas" in boss.get("/pengguna").text
    assert "/pengguna/berkas?jenis=unit" in boss.get("/pengguna/unit").text
    assert "unit belum punya petugas" in words_of(boss.get("/pengguna/berkas"))


def test_what_would_come_of_each_line_is_shown(boss: Browser, office: Database) -> None:
    place = send(boss, "siti;Siti Aminah", "upp;Petugas Baru", "x;", "admin;Administrator")
    words = words_of(boss.get(place))
    for expected in ("Akan ditambahkan 1", "Akan diubah 1", "Perlu diperbaiki 1", "Tetap 1"):
        assert expected in words
    assert "→ Petugas Baru" in words
    assert "Jalankan 2 baris" in words
    with office.reading() as session:
        assert users.named(session, "upp").full_name != "Petugas Baru"


def test_passwords_are_handed_out_once(boss: Browser, office: Database, sign_in: SignIn) -> None:
    place = send(boss, "siti;Siti Aminah")
    assert begin(boss, office, place).status_code == 303
    assert "Kata sandi 1 pengguna baru" in words_of(boss.get(place))
    page = boss.get(f"{place}/sandi")
    assert page.headers["Cache-Control"] == "no-store"
    ((_name, name, password),) = list(csv.reader(StringIO(boss.get(f"{place}/sandi.csv").text)))[1:]
    assert password in page.text
    browser = Browser(boss.client.application.test_client())
    assert browser.sign_in(name, password).status_code == 302
    boss.get(f"{place}/sandi")
    assert boss.post(f"{place}/sandi").status_code == 303
    assert password not in boss.get(f"{place}/sandi").text
    assert boss.get(f"{place}/sandi.csv").status_code == 404


def test_a_form_sent_twice_begins_once(boss: Browser, office: Database) -> None:
    place = send(boss, "siti;Siti Aminah")
    page = boss.get(place)
    shown = page.text.split('name="shown" value="')[1].split('"')[0]
    sent = {"shown": shown, "idempotency_key": key_of(page)}
    answers = [boss.post(f"{place}/jalankan", **sent).status_code for _again in range(2)]
    assert answers == [303, 303]
    assert boss.post(f"{place}/jalankan", shown=shown, idempotency_key="other").status_code == 409


def test_what_changed_meanwhile_is_told(boss: Browser, office: Database) -> None:
    place = send(boss, "upp;Petugas Baru")
    boss.get(place)
    answer = boss.post(f"{place}/jalankan", shown="as it was before", idempotency_key="k")
    assert answer.status_code == 409
    assert "Datanya berubah sejak ditampilkan" in words_of(answer)


def test_a_list_taken_along_comes_back_as_it_is(boss: Browser) -> None:
    for path, sent in (
        ("/pengguna/unduh", "/pengguna/berkas"),
        ("/pengguna/unit-unduh", "/pengguna/berkas?jenis=unit"),
    ):
        for kind in ("csv", "xlsx"):
            content = boss.get(f"{path}?format={kind}").data
            boss.get(sent)
            answer = boss.post(sent, file=(BytesIO(content), f"daftar.{kind}"))
            page = boss.get(answer.headers["Location"])
            assert "Tidak ada yang perlu ditambah atau diubah." in words_of(page), (path, kind)


def test_units_without_officers_are_a_file_to_fill_in(boss: Browser, office: Database) -> None:
    rows = list(
        csv.DictReader(StringIO(boss.get("/pengguna/berkas-templat?format=csv").text.lstrip("\ufeff")))
    )
    with office.reading() as session:
        staffed = units.officers(session)
        standing = {one.code for one in units.everything(session) if not one.valid_until}
        assert {row["unit"] for row in rows} == standing - set(staffed)
    assert {row["lajur"] for row in rows} == {"UPT"}
    filled = [f"petugas-{n};Petugas {n};{row['lajur']};{row['unit']}" for n, row in enumerate(rows)]
    heading = "nama pengguna;nama lengkap;lajur;unit"
    begin(boss, office, send(boss, *filled, heading=heading))
    assert "unit belum punya petugas" not in words_of(boss.get("/pengguna/unit"))


def test_a_file_of_units(boss: Browser, office: Database) -> None:
    heading = "kode;nama unit"
    place = send(boss, "BARU;Dinas Baru", path="/pengguna/berkas?jenis=unit", heading=heading)
    begin(boss, office, place)
    assert "Ditambahkan 1" in words_of(boss.get(place))
    assert "BARU" in words_of(boss.get("/pengguna/unit"))


def test_a_file_that_is_none_is_told_at_its_field(boss: Browser) -> None:
    boss.get("/pengguna/berkas")
    for content, name, said in ((b"x", "a.pdf", "XLSX atau CSV"), (b"a;b\n1;2", "a.csv", "judul kolom")):
        answer = boss.post("/pengguna/berkas", file=(BytesIO(content), name))
        assert answer.status_code == 422
        assert said in words_of(answer)


def test_others_have_no_business_with_files(sign_in: SignIn, boss: Browser) -> None:
    place = send(boss, "siti;Siti Aminah")
    for name in ("upp", "auditor", "pemilik"):
        browser = sign_in(name)
        for path in (
            "/pengguna/berkas",
            place,
            f"{place}/sandi",
            f"{place}/sandi.csv",
            "/pengguna/berkas-templat",
        ):
            assert browser.get(path).status_code == 403, (name, path)
    assert sign_in("upp").get("/pengguna/unduh?format=csv").status_code == 403
    assert sign_in("auditor").get("/pengguna/unduh?format=csv").status_code == 200
