"""Perkara: the list, the page of a case, the identity behind its button, and cancelling."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.history.catalogue import CATALOGUE
from app.models import HistoryEvent, ProcessInstance
from app.services.casefile.vocabulary import Vocabulary
from app.services.core import access, clock
from app.services.deployment import deployments
from app.services.instances import incidents, instances, messages
from app.services.people import users
from app.services.reporter import reporter
from app.web import sentences
from app.worker import fire_until
from tests.engine.building import bpmn, catch, end, start
from tests.history.entries import stored
from tests.reports import answers_for, report
from tests.web.cases import start_many, task_of, titles
from tests.web.conftest import Browser, Case, Traffic
from tests.web.pages import told_of, words_of

SignIn = Callable[[str], Browser]
WAY = ("lapor", "upp", "upp", "upp")


def go_on(case: Case, steps: int) -> None:
    for name in WAY[:steps]:
        assert case.complete(name).status_code == 200


def ask_the_reporter(case: Case) -> None:
    go_on(case, 2)
    asked = {"data_lengkap": "perlu dilengkapi pelapor", "data_diminta": "Di mana?"}
    assert case.complete("upp", **asked, kesimpulan=None, alasan_kesimpulan=None).status_code == 200


# -- the list ----------------------------------------------------------------------------------------------


def test_the_list_says_where_each_case_stands(sign_in: SignIn, case: Case) -> None:
    go_on(case, 4)
    page = sign_in("pemilik").get("/perkara").text
    assert case.report["judul"] in page
    assert "Tindak lanjut oleh UPT/Inspektorat" in page
    assert "UPT · Dinas Pekerjaan Umum" in page


def test_the_list_says_until_when_a_case_waits_for_its_reporter(sign_in: SignIn, case: Case) -> None:
    ask_the_reporter(case)
    page = sign_in("upp").get("/perkara").text
    assert "Menunggu: pelapor" in page
    assert "10 hari kerja lagi" in page


def test_the_list_says_until_when_a_case_waits_for_a_time(sign_in: SignIn, office: Database) -> None:
    shapes = [start("mulai"), catch("jeda", after="3 hari kerja", name="Masa sanggah"), end("selesai")]
    diagram = bpmn(
        shapes, "mulai > jeda > selesai", lanes={"LAPOR ! – SP4N": "mulai jeda selesai"}, key="sanggah"
    )
    with office.transaction() as session:
        deployments.deploy(session, {"sanggah.bpmn": diagram}, actor=None)
        lapor = access.actor_of(users.named(session, "lapor"))
        instances.start(session, "sanggah", {}, actor=lapor)
    page = sign_in("pemilik").get("/perkara?key=sanggah").text
    assert "Menunggu: Masa sanggah" in page
    assert "3 hari kerja lagi" in page


def test_english_headings_have_the_number_of_what_stands_under_them(sign_in: SignIn, case: Case) -> None:
    browser = sign_in("upp")
    browser.get("/perkara")
    browser.post("/bahasa", language="en", next="/perkara")
    case.complete("lapor")
    for path, heading in (("/perkara", "Case"), ("/perkara", "Started"), ("/tugas?tab=queue", "Case")):
        columns = re.findall(r"<th[^>]*>\s*(?:<[^>]+>)*([^<]+)", browser.get(path).text)
        assert heading in [one.strip() for one in columns]
        assert "Cases" not in columns
    links = re.findall(r'<a href="#\w+">([^<]+)</a>', browser.get(f"/perkara/{case.id}").text)
    assert {"Deadlines", "Forms", "Attachments"} <= set(links)


def test_older_history_is_folded_and_the_values_are_one_link_away(sign_in: SignIn, case: Case) -> None:
    go_on(case, 4)
    page = sign_in("pemilik").get(f"/perkara/{case.id}").text
    history = page[page.index('id="riwayat"') : page.index('id="isian"')]
    open_, folded = re.split(r"Tampilkan \d+ kejadian sebelumnya", history)
    assert open_.count('<li class="entry ') == 8
    older = folded.count('<li class="entry ')
    assert f"Tampilkan {older} kejadian sebelumnya" in history
    assert page.index('href="#isian"') < page.index('id="kedudukan"')


def test_a_case_without_a_subject_is_called_by_its_process(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    with office.transaction() as session:
        row = session.get_one(ProcessInstance, case.id)
        row.subject, number, name = "", row.business_key, row.definition.name
    titled = re.compile(r'class="cell__title"[^>]*>(?:<span[^>]*>)?([^<]*)')
    browser = sign_in("lapor")
    for path in ("/perkara", "/tugas?tab=queue"):
        page = browser.get(path)
        assert titled.findall(page.text) == [name]
        assert number in words_of(page)
    heading = re.search(r"<h1[^>]*>\s*(.*?)\s*</h1>", browser.get(f"/perkara/{case.id}").text, re.DOTALL)
    assert heading is not None
    assert heading[1] == name


def test_the_list_is_narrowed_by_state_category_and_words(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    start_many(office, 2)
    browser = sign_in("pemilik")
    assert len(titles(browser.get("/perkara?state=active"))) == 3
    assert "Tidak ada perkara dalam keadaan ini" in browser.get("/perkara?state=ended").text
    assert titles(browser.get("/perkara?category=Jalan+Berlubang")) == [case.report["judul"]]
    assert titles(browser.get("/perkara?q=ke-001")) == ["Laporan ke-001"]


def test_the_list_goes_on_where_the_page_ended(sign_in: SignIn, office: Database) -> None:
    start_many(office, 52)
    browser = sign_in("lapor")
    first = browser.get("/perkara?state=active")
    [following] = re.findall(r'rel="next" href="([^"]+)"', first.text)
    assert len({*titles(first), *titles(browser.get(following.replace("&amp;", "&")))}) == 52


def test_who_reads_every_case_is_told_of_no_lane_when_there_are_none(
    sign_in: SignIn, office: Database
) -> None:
    for name in ("pemilik", "auditor", "admin"):
        shown = sign_in(name).get("/perkara").text
        assert "Belum ada perkara" in shown
        assert "lajur atau unit Anda" not in shown


def test_only_cases_that_came_to_ones_lane_and_unit_are_listed(sign_in: SignIn, case: Case) -> None:
    assert "Belum ada perkara untuk Anda" in sign_in("dlh").get("/perkara").text
    assert sign_in("dlh").get(f"/perkara/{case.id}").status_code == 404


# -- the page ----------------------------------------------------------------------------------------------


def test_the_page_tells_why_the_case_went_where_it_went(sign_in: SignIn, case: Case) -> None:
    go_on(case, 4)
    page = sign_in("upp").get(f"/perkara/{case.id}").text
    assert "<b>Data lengkap?</b> → <b>lengkap</b>" in page
    assert "Data lengkap: Lengkap" in page
    assert "Syarat: = data_lengkap = &#34;lengkap&#34;" in page
    assert "Tabel <b>Saran unit menurut kategori</b> memutuskan" in page
    assert re.search(r"Aturan baris \d+: Kategori: &#34;", page)
    assert "60 hari kerja sejak" in page
    assert "14 hari kerja sebelum tenggat tugas ini" in page
    assert "Pengingat H-14" in page


def test_the_page_stands_without_script_and_offers_the_viewer(sign_in: SignIn, case: Case) -> None:
    go_on(case, 1)
    browser = sign_in("upp")
    page = browser.get(f"/perkara/{case.id}").text
    assert re.search(r'<div class="diagram"[^>]*data-fallback><svg', page)
    assert "Diagram dalam kata-kata" in page
    xml = browser.get(f"/perkara/{case.id}/diagram.xml")
    assert xml.mimetype == "text/plain"  # opened by itself, it shows no form or link that it may hold
    ElementTree.fromstring(xml.data)
    states = browser.get(f"/perkara/{case.id}/diagram.json").json
    assert states["telaahan"] == {"state": "open", "count": 0}
    assert states["penyaluran"] == {"state": "done", "count": 1}
    assert sign_in("dlh").get(f"/perkara/{case.id}/diagram.xml").status_code == 404
    assert sign_in("dlh").get(f"/perkara/{case.id}/diagram.json").status_code == 404


def test_a_value_that_was_replaced_shows_with_the_one_before(sign_in: SignIn, case: Case) -> None:
    go_on(case, 3)
    case.complete("upp", unit_tujuan="DISHUB")
    page = " ".join(sign_in("upp").get(f"/perkara/{case.id}").text.split())
    assert "Berubah 1 kali" in page
    assert re.search(r"<del>Dinas Pekerjaan Umum[^<]*</del> → <ins>Dinas Perhubungan</ins>", page)


def returned(case: Case) -> None:
    """The first unit says that the report is not its own, and UPP sends it there once more."""
    go_on(case, 4)
    reason = {"hasil": "salah unit", "alasan_pengembalian": "Ini jalan provinsi."}
    task = case.task("dpupr")
    case.api("dpupr").post(f"/tasks/{task['id']}/complete", {"variables": reason})


def lines(page: str) -> str:
    return re.sub(r"\s+", " ", page)


def test_a_number_made_here_is_not_called_what_the_field_asks_for(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    start_many(office, 1)
    with office.reading() as session:
        [own] = session.scalars(select(ProcessInstance).where(ProcessInstance.id != case.id))
    lapor = sign_in("lapor")
    task = task_of(office, own.id).id
    for path in (f"/perkara/{own.id}", f"/tugas/{task}"):
        words = words_of(lapor.get(path))
        assert own.business_key.startswith("WNG-")
        assert f"Nomor perkara {own.business_key}" in words
        assert "Tracking ID LAPOR!" not in words
    assert f"Tracking ID LAPOR! {case.started['business_key']}" in words_of(lapor.get(f"/perkara/{case.id}"))


def test_a_unit_is_said_to_handle_a_case_only_while_it_does(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    def told() -> tuple[list[tuple[str, str]], tuple[str, bool]]:
        page = words_of(sign_in("upp").get(f"/perkara/{case.id}"))
        with office.reading() as session:
            face = reporter.overview(session, session.get_one(ProcessInstance, case.id))
        return re.findall(r"(Unit(?: terakhir)?) (Dinas Pekerjaan Umum)", page), (
            face.unit[:4],
            face.with_unit,
        )

    go_on(case, 3)  # a table has proposed a unit; nobody has decided
    with office.reading() as session:
        assert session.get_one(ProcessInstance, case.id).unit_code == "DPUPR"
    assert told() == ([], ("", False))
    case.complete("upp")
    assert told()[0][0][0] == "Unit"
    assert told()[1] == ("Dina", True)
    reason = {"hasil": "salah unit", "alasan_pengembalian": "Ini jalan provinsi."}
    case.api("dpupr").post(f"/tasks/{case.task('dpupr')['id']}/complete", {"variables": reason})
    assert told()[0][0][0] == "Unit terakhir"
    assert told()[1] == ("Dina", False)
    case.complete("upp", unit_tujuan="DISHUB")
    assert told() == ([], ("Dina", True))


def test_a_value_that_stayed_is_said_to_have_stayed(sign_in: SignIn, case: Case) -> None:
    returned(case)
    case.complete("upp")
    page = lines(sign_in("upp").get(f"/perkara/{case.id}").text)
    row = r"{}</th> <td[^>]*>(.*?)</td> <td[^>]*>(.*?)</td>"
    before, after = re.findall(row.format("Unit tujuan"), page)[0]
    assert "tidak berubah" in before
    assert "Dinas Pekerjaan Umum" in after
    assert "<ins>" not in after
    assert "–" in re.findall(row.format("Inti masalah"), page)[0][0]  # there was none


def test_the_record_names_the_unit_for_which_a_task_opened(sign_in: SignIn, case: Case) -> None:
    go_on(case, 4)
    page = sign_in("auditor").get(f"/perkara/{case.id}").text
    assert "<b>Tindak lanjut oleh UPT/Inspektorat</b> dibuka untuk <b>Dinas Pekerjaan Umum" in page


def test_why_a_case_came_back_is_in_view(sign_in: SignIn, case: Case) -> None:
    returned(case)
    page = lines(sign_in("upp").get(f"/perkara/{case.id}").text)
    assert 'class="entry__reason">Alasan dikembalikan: Ini jalan provinsi.' in page


def newest_actors(browser: Browser, case: Case, count: int) -> list[str]:
    """Who did what the timeline tells first."""
    page = lines(browser.get(f"/perkara/{case.id}").text)
    found = re.findall(r'class="entry__what">.*?class="entry__meta">([^·]+) ·', page)
    return [who.strip() for who in found[:count]]


def test_what_the_reporters_message_caused_is_the_reporters(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    ask_the_reporter(case)
    with office.transaction() as session:
        [wait] = messages.waiting(session, case.id)
        messages.from_reporter(
            session, session.get_one(ProcessInstance, case.id), wait.id, {"pesan": "Di pasar."}
        )
    assert newest_actors(sign_in("upp"), case, 3) == ["Pelapor"] * 3


def test_what_the_clock_caused_while_the_reporter_was_silent_is_not_the_reporters(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    ask_the_reporter(case)
    with office.reading() as session:
        later = clock.now(session) + timedelta(days=30)
    fire_until(office, later)
    page = sign_in("upp")
    assert "Perkara berakhir" in page.get(f"/perkara/{case.id}").text
    assert newest_actors(page, case, 2) == ["Jam sistem"] * 2


def test_forms_are_shown_as_they_were_submitted(sign_in: SignIn, case: Case) -> None:
    go_on(case, 2)
    page = sign_in("upp").get(f"/perkara/{case.id}").text
    assert answers_for("telaahan", case.report)["ringkasan_telaah"] in page
    assert "Diisi oleh Petugas UPP" in page


def test_a_passed_deadline_stays_in_sight(sign_in: SignIn, case: Case, office: Database) -> None:
    with office.reading() as session:
        later = clock.now(session) + timedelta(days=20)
    fire_until(office, later)
    page = sign_in("lapor").get(f"/perkara/{case.id}").text
    assert "lewat tenggat" in page
    assert "Pemberitahuan dikirim" in page
    assert "Tenggat tugas; tugas tetap terbuka." in page


def test_the_one_who_can_go_on_is_led_to_his_task(sign_in: SignIn, case: Case) -> None:
    assert "Kerjakan tugas" in sign_in("lapor").get(f"/perkara/{case.id}").text
    assert "Kerjakan tugas" not in sign_in("pemilik").get(f"/perkara/{case.id}").text


# -- identity ----------------------------------------------------------------------------------------------


@pytest.fixture
def named_case(api: Callable[[str], Any]) -> Case:
    """A case whose reporter gave his name."""
    from tests.reports import report_values

    one = report("SIN-003")
    started = api("lapor").post("/process-instances", {"key": "pengaduan", "variables": report_values(one)})
    return Case(api, started.json, one)


def test_identity_is_masked_until_somebody_asks_and_that_is_recorded(
    sign_in: SignIn, named_case: Case, office: Database
) -> None:
    browser, path = sign_in("lapor"), f"/perkara/{named_case.id}"
    masked = browser.get(path).text
    assert "Nama pelapor" in masked
    assert "Warga Contoh 003" not in masked
    shown = browser.post(f"{path}/identitas")
    assert "Warga Contoh 003" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert "Warga Contoh 003" not in browser.get(path).text
    with office.reading() as session:
        [event] = session.scalars(select(HistoryEvent).where(HistoryEvent.type == "identity_shown"))
    assert event.data["fields"]
    assert "Warga" not in str(event.data)


def test_who_works_on_no_task_of_the_case_says_what_identity_is_for(
    sign_in: SignIn, named_case: Case
) -> None:
    browser, path = sign_in("koordinator"), f"/perkara/{named_case.id}"
    assert 'name="purpose"' in browser.get(path).text
    refused = browser.post(f"{path}/identitas", reason="rapat tim")
    assert refused.status_code == 422
    assert "Warga Contoh 003" not in refused.text
    assert 'value="rapat tim"' in refused.text
    shown = browser.post(f"{path}/identitas", purpose="check", reason="rapat tim")
    assert "Warga Contoh 003" in shown.text
    assert "Pengawasan atau pemeriksaan: rapat tim" in browser.get(path).text
    assert "Pengawasan atau pemeriksaan: rapat tim" in sign_in("auditor").get("/tanya/identitas").text


@pytest.mark.parametrize("name", ["auditor", "pemilik", "admin"])
def test_who_sees_every_case_sees_no_identity(sign_in: SignIn, named_case: Case, name: str) -> None:
    browser, path = sign_in(name), f"/perkara/{named_case.id}"
    assert "/identitas" not in browser.get(path).text
    refused = browser.post(f"{path}/identitas")
    assert refused.status_code == 403
    assert "Warga Contoh 003" not in refused.text


# -- acts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pemilik", "koordinator"])
def test_a_case_is_cancelled_with_a_reason(sign_in: SignIn, case: Case, office: Database, name: str) -> None:
    go_on(case, 1)
    browser, path = sign_in(name), f"/perkara/{case.id}"
    assert "Batalkan perkara…" in browser.get(path).text
    silent = browser.post(f"{path}/batalkan", reason=" ")
    assert silent.status_code == 422
    assert told_of(silent) == {"batalkan-reason": "Tulis alasan pembatalan."}
    assert 'aria-describedby="batalkan-hint batalkan-error"' in silent.text
    assert browser.post(f"{path}/batalkan", reason="Laporan ganda").status_code == 303
    page = browser.get(path).text
    assert "Laporan ganda" in page
    assert "Batalkan perkara…" not in page
    again = browser.post(f"{path}/batalkan", reason="Lagi")
    assert again.status_code == 409
    assert "Perkara ini sudah berakhir." in again.text
    assert "data-copy>Lagi<" in again.text


def test_only_owner_and_coordinator_may_cancel(sign_in: SignIn, case: Case) -> None:
    for name in ("lapor", "auditor"):
        browser = sign_in(name)
        assert "Batalkan perkara…" not in browser.get(f"/perkara/{case.id}").text
        assert browser.post(f"/perkara/{case.id}/batalkan", reason="x").status_code == 403


def test_a_note_is_written_on_the_case(sign_in: SignIn, case: Case) -> None:
    browser, path = sign_in("lapor"), f"/perkara/{case.id}"
    browser.get(path)
    assert browser.post(f"{path}/catatan", text="").status_code == 422
    browser.post(f"{path}/catatan", text="Sudah dicek")
    browser.post(f"{path}/catatan", text="Lihat ini, @up dan @lapor. Salin ke a@b.id")
    told = browser.get(path).text
    assert "Tidak ada petugas bernama @up, jadi" in told
    assert "Sudah dicek" in browser.get(path).text
    assert sign_in("auditor").post(f"{path}/catatan", text="x").status_code == 403


def test_an_incident_shows_on_top_and_the_owner_tries_again(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    with office.transaction() as session:
        instance = session.get_one(ProcessInstance, case.id)
        incidents.open_one(
            session, instance, "Tidak ada jalan yang cocok", actor=None, activity_id="data_lengkap"
        )
    owner = sign_in("pemilik").get(f"/perkara/{case.id}").text
    assert "Perkara ini terkendala pada Data lengkap?" in owner
    assert re.search(r'action="/kendala/\d+/coba"', owner)
    officer = sign_in("lapor").get(f"/perkara/{case.id}").text
    assert "Tidak ada jalan yang cocok" in officer
    assert "/coba" not in officer


def test_a_new_code_is_offered_to_the_lane_where_cases_begin(sign_in: SignIn, case: Case) -> None:
    go_on(case, 1)
    assert "Terbitkan kode baru" in sign_in("lapor").get(f"/perkara/{case.id}").text
    for name in ("upp", "pemilik", "auditor"):
        assert "Terbitkan kode baru" not in sign_in(name).get(f"/perkara/{case.id}").text


# -- words -------------------------------------------------------------------------------------------------


def test_every_kind_of_event_has_its_sentence(case: Case, office: Database, app: Any) -> None:
    go_on(case, 4)
    with office.reading() as session:
        types = set(session.scalars(select(HistoryEvent.type).where(HistoryEvent.instance_id.is_not(None))))
    assert types <= CATALOGUE.keys()


def test_an_unknown_event_is_told_by_its_type(case: Case, office: Database, app: Any) -> None:
    from app.services.definitions import definitions

    with office.reading() as session, app.test_request_context():
        version = definitions.version(session, session.get_one(ProcessInstance, case.id).definition_id)
        told = stored("moon_landed", {}).describe(Vocabulary(version))
        assert "moon_landed" in sentences.html(told.title)


def test_names_in_a_sentence_cannot_break_the_page(case: Case, office: Database, app: Any) -> None:
    from app.services.definitions import definitions

    with office.reading() as session, app.test_request_context():
        version = definitions.version(session, session.get_one(ProcessInstance, case.id).definition_id)
        data = {"to": "<script>", "reason": "{to}"}
        told = stored("task_reassigned", data, activity_id="telaahan").describe(Vocabulary(version))
        assert "<script>" not in sentences.html(told.title)
    assert told.reason == "{to}"


# -- costs -------------------------------------------------------------------------------------------------


def test_the_page_of_a_case_takes_few_statements_however_much_happened(
    sign_in: SignIn, case: Case, traffic: Traffic
) -> None:
    browser = sign_in("pemilik")
    counts = []
    for name in WAY:
        traffic.clear()
        browser.get(f"/perkara/{case.id}")
        counts.append(len(traffic.statements))
        case.complete(name)
    traffic.clear()
    browser.get(f"/perkara/{case.id}")
    assert max(*counts, len(traffic.statements)) <= 10, traffic.statements


def test_the_list_takes_few_statements_however_long_it_is(
    sign_in: SignIn, office: Database, traffic: Traffic
) -> None:
    browser = sign_in("lapor")
    counts = []
    for more in (1, 40):
        start_many(office, more)
        traffic.clear()
        browser.get("/perkara")
        counts.append(len(traffic.statements))
    assert counts[0] == counts[1]
    assert counts[1] <= 8, traffic.statements
