"""Terbitkan: what a process owner reads before a draft is in force, without any script."""

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from app.base.db import Database
from app.commands.migration import surveys
from app.services.migration import surveys as service
from tests.services.office import procedure
from tests.web.cases import start_many
from tests.web.conftest import Browser, Case, sop_files
from tests.web.pages import part_words, upload, words_of
from tests.web.studio.sending import put

SignIn = Callable[[str], Browser]
HERE = "/studio/1/terbitkan"
OLD = sop_files()["pengaduan.bpmn"]
CHANGED = OLD.replace(b"Penyaluran Pengaduan", b"Penyaluran Laporan").replace(b">3 hari<", b">9 hari<")


@pytest.fixture
def owner(sign_in: SignIn) -> Browser:
    """A process owner who has a draft of the SOP in which the first task has another name and nine days."""
    browser = sign_in("pemilik")
    browser.get("/studio")
    browser.post("/studio/dari-proses", key="pengaduan")
    browser.get("/studio/1")
    put(browser, CHANGED, 1)
    return browser


@pytest.fixture
def many(office: Database, case: Case, monkeypatch: pytest.MonkeyPatch) -> int:
    """More open cases than are judged at once."""
    monkeypatch.setattr(service, "AT_ONCE", 3)
    monkeypatch.setattr(service, "TURN", 4)
    start_many(office, 6)
    return 7


def survey_id(page: TestResponse) -> str:
    return re.findall(r'name="survey" value="(\d+)"', page.text)[0]


def work(office: Database) -> None:
    while surveys.work(office):
        pass


def test_the_owner_reads_findings_changes_effect_and_scenarios_and_then_publishes(
    owner: Browser, case: Case
) -> None:
    assert f'href="{HERE}"' in owner.get("/studio/1").text
    page = owner.get(HERE)
    words = words_of(page)
    order = [
        "Temuan pemeriksaan",
        "Dibandingkan dengan versi 1",
        "1 perkara sedang berjalan",
        "belum punya skenario",
        "Alasan perubahan",
    ]
    places = [words.index(one) for one in order]
    assert places == sorted(places)
    assert "Penyaluran Laporan" in words
    assert case.started["business_key"] in words
    assert "Tugas berubah 1" in words
    assert "tetap pada versinya" in words
    done = owner.post(HERE, reason="Perbup 12/2026")
    assert (done.status_code, done.location) == (303, "/proses/2")
    told = owner.get("/proses/2")
    assert "1 perkara tetap pada versinya." in words_of(told)
    assert 'href="/proses/2/perkara-lama"' in told.text


def test_a_refused_publication_shows_the_page_with_what_was_typed(owner: Browser, case: Case) -> None:
    refused = owner.post(HERE, reason=" ")
    assert refused.status_code == 422
    assert "Tulis alasannya" in words_of(refused)
    assert case.started["business_key"] in words_of(refused)
    put(owner, CHANGED.replace(b">9 hari<", b">99999 hari<"), 2)
    refused = owner.post(HERE, reason="Perbup")
    assert refused.status_code == 422
    assert "Draf tidak diterbitkan" in words_of(refused)


def test_errors_end_the_page(owner: Browser, case: Case) -> None:
    put(owner, CHANGED.replace(b">9 hari<", b">99999 hari<"), 2)
    page = owner.get(HERE)
    words = words_of(page)
    assert "Draf dengan galat tidak dapat diterbitkan" in words
    assert 'href="/studio/1/diagram/pengaduan.bpmn"' in page.text
    assert "Alasan perubahan" not in words
    assert 'id="akibat"' not in page.text
    assert owner.get(f"{HERE}?bagian=akibat").status_code == 422
    assert owner.get("/studio/1/bandingkan").status_code == 200


def test_what_becomes_of_deadlines_that_run_is_chosen(owner: Browser, case: Case) -> None:
    assert "Tenggat bergeser 0" in words_of(owner.get(HERE))
    page = words_of(owner.get(f"{HERE}?tenggat=recompute"))
    assert "Tenggat bergeser 1" in page
    assert re.search(r"tenggat \d+ \w+ 2026, [\d.]+ WIB → ?menjadi \d+ \w+ 2026", page), page


def test_without_open_cases_the_page_says_so(owner: Browser) -> None:
    assert "Tidak ada perkara terbuka" in words_of(owner.get(HERE))


def test_a_new_process_is_compared_with_nothing(sign_in: SignIn) -> None:
    owner = sign_in("pemilik")
    owner.get("/studio")
    upload(owner, "/studio/berkas", {}, [("files", name, text) for name, text in procedure().items()])
    page = words_of(owner.get(HERE))
    assert "Proses ini baru" in page
    assert owner.get("/studio/1/bandingkan").status_code == 404


def test_a_draft_that_changes_nothing_says_so(owner: Browser) -> None:
    put(owner, OLD, 2)
    assert "sama dengan yang berlaku" in words_of(owner.get(HERE))
    assert "Isi keduanya sama" in words_of(owner.get("/studio/1/bandingkan"))


def test_the_draft_is_compared_on_both_diagrams(owner: Browser) -> None:
    page = owner.get("/studio/1/bandingkan")
    assert "Draf dan versi 1 yang berlaku" in words_of(page)
    assert "Penyaluran Laporan" in words_of(page)
    assert page.text.count("<svg") >= 2
    assert 'id="baru-e-penyaluran"' in page.text


def test_cases_are_filtered_by_kind_and_number(owner: Browser, office: Database, case: Case) -> None:
    start_many(office, 4)
    number = case.started["business_key"]
    words = words_of(owner.get(f"{HERE}?jenis=blocked"))
    assert "Tidak ada perkara yang cocok dengan saringan ini." in words
    page = owner.get(f"{HERE}?q={number}")
    assert "1 perkara di halaman ini" in words_of(page)
    assert 'name="q" type="search" value="' + number in page.text


def test_many_cases_are_judged_in_the_background(owner: Browser, office: Database, many: int) -> None:
    page = owner.get(HERE)
    assert "Hitung akibatnya" in words_of(page)
    asked = owner.post("/studio/1/akibat", tenggat="recompute")
    assert (asked.status_code, asked.location) == (303, f"{HERE}?tenggat=recompute#akibat")
    page = owner.get(f"{HERE}?tenggat=recompute")
    assert f"0 dari {many} perkara dihitung" in words_of(page)
    assert "Muat ulang untuk melihat kemajuannya" in page.text
    surveys.work(office)
    part = owner.get(f"{HERE}?tenggat=recompute&bagian=akibat")
    assert f"4 dari {many} perkara dihitung" in part_words(part)
    assert "<html" not in part.text
    work(office)
    part = owner.get(f"{HERE}?tenggat=recompute&bagian=akibat")
    assert f"Tenggat bergeser {many}" in part_words(part)
    assert "data-progress-running" not in part.text
    assert f'href="{HERE}?tenggat=recompute&amp;jenis=task#akibat"' in part.text
    page = owner.get(f"{HERE}?tenggat=recompute")
    assert f"{many} perkara di halaman ini" in words_of(page)
    assert "Hitung akibatnya" in words_of(owner.get(HERE))  # with other decisions it is not known


def test_a_survey_of_an_earlier_state_is_told_as_such(owner: Browser, office: Database, many: int) -> None:
    owner.get(HERE)
    owner.post("/studio/1/akibat")
    work(office)
    put(owner, CHANGED.replace(b">9 hari<", b">8 hari<"), 2)
    page = words_of(owner.get(HERE))
    assert "Dihitung dari keadaan draf yang terdahulu" in page
    assert f"Tugas berubah {many}" in page
    assert "Hitung lagi" in page


def test_a_survey_is_stopped_and_forgotten(owner: Browser, office: Database, many: int) -> None:
    owner.get(HERE)
    owner.post("/studio/1/akibat")
    found = survey_id(owner.get(HERE))
    assert owner.post("/studio/1/akibat/lupakan", survey=found).status_code == 303
    assert "Hitung akibatnya" in words_of(owner.get(HERE))
    assert owner.post("/studio/1/akibat/lupakan", survey=found).status_code == 404


@pytest.mark.parametrize("judged", ["now", "before"])
def test_the_list_is_a_file_without_what_cases_are_about(
    owner: Browser, office: Database, case: Case, judged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if judged == "before":
        monkeypatch.setattr(service, "AT_ONCE", 0)
        assert owner.get("/studio/1/akibat.csv").status_code == 409
        owner.get(HERE)
        owner.post("/studio/1/akibat")
        work(office)
    answer = owner.get("/studio/1/akibat.csv")
    text = answer.data.decode("utf-8-sig")
    assert answer.mimetype == "text/csv"
    [heading, row] = text.splitlines()
    assert heading == "Nomor perkara,Versi sekarang,Akibat,Rincian"
    assert row.startswith(f"{case.started['business_key']},1,Tugas berubah,")
    assert "Penyaluran Pengaduan → Penyaluran Laporan" in row
    assert case.report["judul"] not in text


@pytest.mark.parametrize("name", ["upp", "admin", "auditor"])
def test_what_a_draft_would_do_is_for_owners(owner: Browser, sign_in: SignIn, case: Case, name: str) -> None:
    other = sign_in(name)
    for path in (HERE, f"{HERE}?bagian=akibat", "/studio/1/bandingkan", "/studio/1/akibat.csv"):
        assert other.get(path).status_code == 403, path
    for path in ("/studio/1/akibat", "/studio/1/akibat/lupakan"):
        assert other.post(path, survey="1").status_code == 403, path


def test_a_draft_that_was_published_leads_to_its_page(owner: Browser) -> None:
    owner.get(HERE)
    owner.post(HERE, reason="Perbup")
    assert owner.get(HERE).location == "/studio/1"
    assert owner.get("/studio/99/terbitkan").status_code == 404
