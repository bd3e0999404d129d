"""Coba: a draft is played from one page."""

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from tests.reports import answers_for, report, report_values
from tests.services.office import procedure
from tests.web.conftest import Browser
from tests.web.pages import fields_of, told_of, upload, words_of

SignIn = Callable[[str], Browser]
HERE = "/studio/1/coba"


@pytest.fixture
def owner(sign_in: SignIn) -> Browser:
    """A process owner who has a draft of the SOP."""
    browser = sign_in("pemilik")
    browser.get("/studio")
    browser.post("/studio/dari-proses", key="pengaduan")
    browser.get(HERE)
    return browser


def seen(page: TestResponse) -> str:
    return re.findall(r'name="seen" value="(\d+)"', page.text)[0]


def step(browser: Browser, path: str, **fields: object) -> TestResponse:
    """Send a form of the page as it stands."""
    return browser.post(f"{HERE}/{path}", seen=seen(browser.get(HERE)), **fields)


def begin(browser: Browser, on: str = "02-11-2026", clock: str = "09.00") -> TestResponse:
    return browser.post(f"{HERE}/mulai", on=on, clock=clock)


def play(browser: Browser, element: str) -> TestResponse:
    values = fields_of(answers_for(element, report("SIN-001")))
    return step(browser, f"langkah/tugas-1-1-{element}", **values)


def test_the_sop_is_tried_from_the_draft(owner: Browser) -> None:
    assert 'href="/studio/1/coba"' in owner.get("/studio/1").text
    page = words_of(owner.get(HERE))
    assert "Tidak ada yang nyata di sini" in page
    assert "Mulai mencoba" in page
    assert begin(owner).status_code == 303
    page = words_of(owner.get(HERE))
    assert "2 Nov 2026, 09.00 WIB" in page
    assert "Mulai perkara: LAPOR!- SP4N bersifat Pengaduan" in page
    started = step(owner, "langkah/mulai-pengaduan", **fields_of(report_values(report("SIN-001"))))
    assert (started.status_code, started.location) == (303, HERE)
    page = words_of(owner.get(HERE))
    assert "Penyaluran Pengaduan" in page
    assert "Kedudukan perkara 9000001" in page
    assert "Identitas, seperti yang dilihat lajur" in page
    assert play(owner, "penyaluran").status_code == 303
    page = words_of(owner.get(HERE))
    assert "Penyaluran Pengaduan diselesaikan" in page
    assert "Hasil verifikasi baru" in page


def test_the_clock_is_moved_and_the_deadline_seen(owner: Browser) -> None:
    begin(owner)
    step(owner, "langkah/mulai-pengaduan", **fields_of(report_values(report("SIN-001"))))
    page = words_of(owner.get(HERE))
    assert re.search(r"Tenggat berikutnya: Penyaluran Pengaduan: 3 hari, 5 Nov 2026, 16.00 WIB", page)
    assert step(owner, "jam", to="next").status_code == 303
    page = words_of(owner.get(HERE))
    assert "tenggat 3 hari, 5 Nov 2026, 16.00 WIB" in page
    assert "Akan diberitahukan kepada LAPOR ! – SP4N" in page
    step(owner, "jam", to="day")
    assert "6 Nov 2026, 16.00 WIB" in words_of(owner.get(HERE))
    step(owner, "jam", to="date", on="09-11-2026", clock="08.00")
    page = owner.get(HERE)
    assert "9 Nov 2026, 08.00 WIB" in words_of(page)
    assert "Lewat" in words_of(page)
    back = step(owner, "jam", to="date", on="01-11-2026", clock="08.00")
    assert back.status_code == 422
    assert "hanya berjalan maju" in told_of(back)["c-on"]
    odd = step(owner, "jam", to="date", on="besok", clock="pagi")
    assert set(told_of(odd)) == {"c-on", "c-clock"}


def test_what_the_form_refuses_is_shown_again_and_is_no_step(owner: Browser) -> None:
    begin(owner)
    refused = step(owner, "langkah/mulai-pengaduan", judul="Jalan rusak")
    assert refused.status_code == 422
    assert "i-isi" in told_of(refused)
    assert "Jalan rusak" in refused.text
    assert "Belum ada langkah" in words_of(owner.get(HERE))


def test_steps_are_taken_back(owner: Browser) -> None:
    begin(owner)
    step(owner, "langkah/mulai-pengaduan", **fields_of(report_values(report("SIN-001"))))
    play(owner, "penyaluran")
    assert step(owner, "kembali/1").status_code == 303
    assert "Penyaluran Pengaduan diselesaikan" not in words_of(owner.get(HERE))
    stale = owner.post(f"{HERE}/kembali/0", seen="1")
    assert stale.status_code == 409
    assert "di jendela lain" in words_of(stale)
    assert play(owner, "telaahan").status_code == 404  # not its turn
    begin(owner, "01-12-2026", "")
    assert "Belum ada langkah" in words_of(owner.get(HERE))


def test_a_time_that_is_none_is_refused(owner: Browser) -> None:
    refused = begin(owner, "31-02-2026", "25.00")
    assert refused.status_code == 422
    assert set(told_of(refused)) == {"b-on", "b-clock"}
    assert "31-02-2026" in refused.text
    assert told_of(begin(owner, "01-01-1980")).keys() == {"b-on"}
    begin(owner)
    refused = begin(owner, "kapan-kapan")
    assert refused.status_code == 422
    assert "kapan-kapan" in refused.text


def test_a_draft_with_errors_says_so_and_keeps_the_run(owner: Browser) -> None:
    begin(owner)
    headers = {"X-CSRFToken": owner.token, "If-Match": '"1"'}
    owner.client.put("/studio/1/berkas/pengaduan.bpmn", data=b"<kosong/>", headers=headers)
    page = owner.get(HERE)
    assert page.status_code == 200
    assert "Draf dengan galat tidak dapat dicoba" in words_of(page)


def test_a_step_that_fails_is_shown_at_its_element_and_taken_back(owner: Browser) -> None:
    here = "/studio/2/coba"
    upload(owner, "/studio/berkas", {}, [("files", name, content) for name, content in procedure().items()])
    owner.get(here)
    owner.post(f"{here}/mulai", on="02-11-2026", clock="09.00")
    owner.post(f"{here}/langkah/mulai-uji", seen=seen(owner.get(here)), judul="Lampu mati")
    owner.post(f"{here}/langkah/tugas-1-1-periksa", seen=seen(owner.get(here)), hasil="entah")
    page = owner.get(here)
    assert "Diagram tidak dapat berjalan terus pada langkah 2 Cukup?" in words_of(page)
    assert "Berhenti" in page.text
    assert owner.post(f"{here}/kembali/1", seen=seen(page)).status_code == 303
    assert "tidak dapat berjalan terus" not in words_of(owner.get(here))


def test_nobody_else_tries_drafts(owner: Browser, sign_in: SignIn) -> None:
    begin(owner)
    for name in ("upp", "auditor", "admin"):
        browser = sign_in(name)
        assert browser.get(HERE).status_code == 403, name
        assert begin(browser).status_code == 403, name
        assert browser.post(f"{HERE}/langkah/mulai-pengaduan", seen="1").status_code == 403, name
    assert owner.get("/studio/77/coba").status_code == 404
    assert owner.post(f"{HERE}/kembali/0", seen="banyak").status_code == 400


def test_the_page_is_in_english(owner: Browser) -> None:
    begin(owner)
    owner.post("/bahasa", language="en", next="/")
    assert "Nothing here is real" in words_of(owner.get(HERE))


def test_a_run_is_kept_as_a_scenario_and_a_difference_needs_a_word_more(owner: Browser) -> None:
    here = "/studio/2/coba"
    upload(owner, "/studio/berkas", {}, [("files", name, content) for name, content in procedure().items()])
    owner.get(here)
    owner.post(f"{here}/mulai", on="02-11-2026", clock="09.00")
    owner.post(f"{here}/langkah/mulai-uji", seen=seen(owner.get(here)), judul="Lampu mati")
    unnamed = owner.post(f"{here}/skenario", seen=seen(owner.get(here)), name=" ")
    assert unnamed.status_code == 422
    assert "f-name" in told_of(unnamed)
    kept = owner.post(f"{here}/skenario", seen=seen(owner.get(here)), name="Masuk loket")
    assert kept.status_code == 303
    assert "masuk-loket.scenario" in words_of(owner.get(here))
    page = words_of(owner.get("/studio/2"))
    assert "masuk-loket.scenario Skenario" in page
    page = words_of(owner.get("/studio/2/terbitkan"))
    assert "Sama Masuk loket berjalan seperti yang disimpan" in page
    assert "Terbitkan juga" not in page
    slower = procedure(after="5 hari kerja")["uji.bpmn"]
    upload(owner, "/studio/2/berkas", {}, [("files", "uji.bpmn", slower)])
    page = words_of(owner.get("/studio/2"))
    assert "Skenario “Masuk loket” tidak berjalan seperti yang disimpan: langkah 1 (Perkara dimulai)" in page
    page = words_of(owner.get("/studio/2/terbitkan"))
    assert "Berbeda Masuk loket : Skenario “Masuk loket” tidak berjalan seperti" in page
    assert "Terbitkan juga" in page
    refused = owner.post("/studio/2/terbitkan", reason="Perbup 12/2026")
    assert refused.status_code == 422
    assert "Perbup 12/2026" in refused.text
    done = owner.post("/studio/2/terbitkan", reason="Perbup 12/2026", despite="1")
    assert done.status_code == 303
    version = owner.get(done.location)
    assert "masuk-loket.scenario" in version.text
    assert owner.get(f"{done.location}/berkas/masuk-loket.scenario").mimetype == "application/json"


@pytest.mark.parametrize("on", ["31-12-9999", "01-01-0001", "01-01-1999"])
def test_a_time_that_no_run_can_begin_at_is_refused(owner: Browser, on: str) -> None:
    refused = begin(owner, on=on)
    assert refused.status_code == 422
    assert on in refused.text
