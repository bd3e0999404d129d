"""The timeline of a case on its page, its replay, its file, and the log of a list, as a browser gets them."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

from app.base.db import Database
from app.history import reader
from app.history.events.dossiers import CaseFileTaken
from tests.reports import report, report_values
from tests.web.conftest import Browser, Case

SignIn = Callable[[str], Browser]


def _history(page: str) -> str:
    return page[page.index('id="riwayat"') : page.index('id="isian"')]


def test_elements_lead_to_their_events_and_events_to_their_element(sign_in: SignIn, case: Case) -> None:
    case.complete("lapor")
    browser = sign_in("upp")
    page = browser.get(f"/perkara/{case.id}").text
    links = re.findall(r'<a class="link-of" href="([^"]+)">', page)
    here = f"/perkara/{case.id}?elemen=penyaluran#riwayat"
    assert here in links
    told = _history(browser.get(here.partition("#")[0]).text)
    assert len(re.findall(r'<li class="entry ', told)) == 2  # it opened, and was completed
    [mark] = set(re.findall(r'href="([^"]+)">pada diagram', told))
    assert mark == f"/perkara/{case.id}?elemen=penyaluran#kedudukan"
    drawn = browser.get(mark.partition("#")[0]).text
    assert re.findall(r'class="[^"]* is-marked" data-element-id="(\w+)"', drawn) == ["penyaluran"]
    decided = _history(browser.get(f"/perkara/{case.id}?jenis=keputusan").text)
    assert "Tidak ada kejadian seperti ini." in decided or "entry--decision" in decided
    assert "entry--done" not in decided


def test_the_timeline_tells_by_which_way_something_came(sign_in: SignIn, case: Case) -> None:
    case.complete("lapor")
    browser = sign_in("upp")
    told = _history(browser.get(f"/perkara/{case.id}").text)
    assert set(re.findall(r"</time> · (API|Peramban|Baris perintah)", told)) == {"API"}


def test_older_events_are_on_pages_of_their_own(sign_in: SignIn, case: Case, office: Database) -> None:
    with office.reading() as session:
        last = reader.last_id(session, case.id)
    page = _history(sign_in("lapor").get(f"/perkara/{case.id}?sebelum={last}").text)
    assert "Perkara dimulai" in page
    assert f'id="k{last}"' not in page


def test_a_replay_goes_from_moment_to_moment_by_links(sign_in: SignIn, case: Case) -> None:
    case.complete("lapor")
    browser = sign_in("upp")
    first = browser.get(f"/perkara/{case.id}/putar").text
    assert "Langkah 1 dari 2" in first
    assert 'type="range"' in first
    assert re.findall(r'class="[^"]*is-open[^"]*" data-element-id="(\w+)"', first) == ["penyaluran"]
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following is not None
    second = browser.get(following[1]).text
    assert "Langkah 2 dari 2" in second
    assert re.findall(r'class="[^"]*is-open[^"]*" data-element-id="(\w+)"', second) != ["penyaluran"]
    assert 'rel="next"' not in second
    assert "diisi pada langkah ini" in second


def test_a_replay_names_officers_and_variables_as_the_page_of_the_case_does(
    sign_in: SignIn, case: Case
) -> None:
    one = report("SIN-002")  # by SMS: it gets a number of ours
    variables = {"key": "pengaduan", "variables": report_values(one)}
    case = replace(case, started=case.api("lapor").post("/process-instances", variables).json, report=one)
    case.complete("lapor")
    task = case.task("upp")
    assert case.api("upp").post(f"/tasks/{task['id']}/claim").status_code == 200
    browser = sign_in("auditor")
    now, then = (
        browser.get(f"/perkara/{case.id}").text,
        browser.get(f"/perkara/{case.id}/putar?langkah=9").text,
    )
    task_then = then[then.index('id="tugas"') : then.index('id="isian"')]
    assert re.findall(r"Petugas UPP|\bupp\b", task_then) == ["Petugas UPP"]
    assert _filled_in(then) == _filled_in(now)
    assert "Nomor perkara" in _filled_in(then)


def _filled_in(page: str) -> list[str]:
    """What the variables on a page are called, in its order."""
    part = page[page.index('id="isian"') :]
    return re.findall(r"<dt>([^<]+)</dt>", part[: part.index("</dl>")])


def test_the_file_of_a_case_is_taken_along_by_form(sign_in: SignIn, case: Case, office: Database) -> None:
    browser = sign_in("lapor")
    browser.get(f"/perkara/{case.id}/berkas")
    paper = browser.post(f"/perkara/{case.id}/berkas", form="pdf")
    assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
    assert paper.data.startswith(b"%PDF")
    refused = browser.post(f"/perkara/{case.id}/berkas", form="pdf", identity="1")
    assert refused.status_code == 422
    archive = browser.post(f"/perkara/{case.id}/berkas", form="zip", identity="1", reason="Rapat")
    assert archive.headers["Cache-Control"] == "no-store"
    with ZipFile(BytesIO(archive.data)) as file:
        assert {"riwayat.jsonl", "SHA256SUMS"} < set(file.namelist())
    with office.reading() as session:
        told = [one.data for one in reader.of_kinds(session, case.id, CaseFileTaken)]
    assert told == [{"archive": False, "identity": False}, {"archive": True, "identity": True}]


def test_the_log_of_a_list_has_the_cases_of_the_list(sign_in: SignIn, case: Case) -> None:
    browser = sign_in("lapor")
    browser.get("/perkara/catatan-kejadian")
    log = browser.post("/perkara/catatan-kejadian", format="xes")
    assert log.status_code == 200
    assert log.text.count("<trace>") == 1
    assert case.started["business_key"] in log.text
    none = browser.post("/perkara/catatan-kejadian?state=ended", format="ocel-json")
    assert json.loads(none.data)["events"] == []
    of_process = re.search(
        r'href="(/perkara/catatan-kejadian\?key=pengaduan)"', browser.get("/proses/1").text
    )
    assert of_process is not None
    assert "saringan daftar" in browser.get(of_process[1]).text
    relational = browser.post(of_process[1], format="ocel-sqlite")
    assert relational.data.startswith(b"SQLite format 3")
    assert browser.post("/perkara/catatan-kejadian", format="mxml").status_code == 422
