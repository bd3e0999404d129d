"""Maju cepat: choices, figures and a file for spreadsheets, at an address that gives the same again."""

import csv
import io
import re
from collections.abc import Callable

import pytest

from app.base.db import Database
from app.commands import forecast as commands
from app.services.core import access
from app.services.people import users
from tests.reports import identity_of
from tests.services.sandbox.playing import checksums
from tests.web.conftest import Browser, Case
from tests.web.pages import words_of
from tests.web.studio.sending import FILE, put

SignIn = Callable[[str], Browser]
HERE = "/studio/1/maju-cepat"
CHOSEN = "?sumber=buatan&hari=60&jumlah=40&benih=7&median=50&per_hari=4&sejak=2026-11-02"


@pytest.fixture
def owner(sign_in: SignIn) -> Browser:
    """A process owner who has a draft of the SOP."""
    browser = sign_in("pemilik")
    browser.get("/studio")
    browser.post("/studio/dari-proses", key="pengaduan")
    return browser


def test_the_draft_and_its_trial_lead_here(owner: Browser) -> None:
    for page in ("/studio/1", "/studio/1/coba"):
        assert f'href="{HERE}"' in owner.get(page).text
    page = owner.get(HERE)
    assert page.status_code == 200
    assert "Tidak ada perkara terbuka yang dapat disalin." in words_of(page)
    assert 'value="120"' in page.text
    assert "Hasil" not in words_of(page)


def test_the_version_in_force_stands_beside_the_draft(owner: Browser) -> None:
    page = words_of(owner.get(HERE + CHOSEN))
    assert "Bukan ramalan: riwayat proses ini masih kosong" in page
    assert "Lamanya dianggap lognormal di sekitar 50% tenggatnya." in page
    assert "40 perkara, 2 Nov 2026, 07.30 WIB" in page
    assert "benih 7" in page
    assert "Rata-rata 4 perkara baru per hari kerja." in page
    assert "anggapan; ia dapat diubah" not in page
    assumed = words_of(owner.get(f"{HERE}?sumber=buatan&hari=10&jumlah=&sejak=2026-11-02"))
    assert "Rata-rata 1 perkara baru per hari kerja. Banyaknya itu anggapan" in assumed
    assert re.search(r"Penyaluran Pengaduan LAPOR ! – SP4N 40 berlaku: 40 (\d+) berlaku: \1", page)
    assert page == words_of(owner.get(HERE + CHOSEN))


def test_the_file_holds_what_the_page_shows(owner: Browser) -> None:
    page = owner.get(HERE + CHOSEN)
    [href] = re.findall(r'href="([^"]*maju-cepat\.csv[^"]*)"', page.text)
    answer = owner.get(href.replace("&amp;", "&"))
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    [live, draft] = [row for row in rows if row["activity"] == "penyaluran"]
    assert (live["version"], draft["version"]) == ("live", "draft")
    assert live["opened"] == draft["opened"] == "40"
    assert f"40 berlaku: 40 {draft['breaches']} berlaku: {live['breaches']}" in words_of(page)


def test_open_cases_are_copied_and_stay_as_they_are(owner: Browser, case: Case, office: Database) -> None:
    before = checksums(office, "login_session", "security_event")
    assert "Salinan semua perkara terbuka (1)" in words_of(owner.get(HERE))
    page = owner.get(f"{HERE}?sumber=salinan&hari=120&benih=1")
    assert "1 perkara, " in words_of(page)
    for value in identity_of(case.report).values():
        assert str(value) not in page.text
    assert checksums(office, "login_session", "security_event") == before


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("?sumber=salinan", "Tidak ada perkara terbuka yang dapat disalin. Pakai perkara buatan."),
        ("?sumber=lain", "Pilih perkara yang dijalankan."),
        ("?sumber=buatan&hari=0", "Isi bilangan dari 1 sampai 730."),
        ("?sumber=buatan&jumlah=99999999999", "Isi bilangan dari 1 sampai 10000."),
        ("?sumber=buatan&hari=", "Isi bilangan dari 1 sampai 730."),
        ("?sumber=buatan&per_hari=nan", "Isi bilangan dari 0,01 sampai 1.000."),
        ("?sumber=buatan&sejak=9999-99-99", "Isi tanggal seperti 2026-12-01"),
        ("?sumber=buatan&benih=" + "x" * 41, "Paling panjang 40 huruf."),
    ],
)
def test_what_cannot_be_run_is_told_at_its_field(owner: Browser, sent: str, told: str) -> None:
    page = owner.get(HERE + sent)
    assert page.status_code == 422
    assert told in words_of(page)
    assert owner.get(HERE + ".csv" + sent).status_code == 422


def test_a_broken_draft_shows_its_findings(owner: Browser) -> None:
    content = owner.get(FILE)
    broken = content.text.replace(">3 hari<", ">99999 hari<")
    assert put(owner, broken.encode(), content.headers["ETag"]).status_code == 200
    page = words_of(owner.get(HERE))
    assert "Draf dengan galat tidak dapat dijalankan" in page
    assert "99999 hari" in page
    assert "Draf dengan galat tidak dapat dijalankan" in words_of(owner.get(HERE + CHOSEN))


def test_time_that_is_up_is_told_on_the_page(owner: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_SECONDS", -1.0)
    page = words_of(owner.get(HERE + CHOSEN + "&benih=8"))
    assert "Waktu sepuluh detik habis setelah 0 dari 40 perkara." in page


def test_drafts_are_for_process_owners(owner: Browser, sign_in: SignIn) -> None:
    for name in ("lapor", "auditor", "admin"):
        browser = sign_in(name)
        assert browser.get(HERE).status_code == 403, name
        assert browser.get(HERE + ".csv" + CHOSEN).status_code == 403, name
    assert owner.get("/studio/99/maju-cepat").status_code == 404


def test_an_actor_needs_no_session_of_the_page(office: Database, owner: Browser) -> None:
    """The command takes the actor; nobody is read from a request."""
    with office.reading() as session:
        actor = access.actor_of(users.named(session, "pemilik"))
    made = commands.forecast_draft(office, 1, commands.Options(count=3), None, actor=actor)
    assert made.played <= 3
