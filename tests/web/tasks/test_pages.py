"""Kotak tugas and the page of a task, as a browser without scripts sees them."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from app.base import stored_messages
from app.base.db import Database
from app.models import Attachment, Draft, Incident, User, UserTask
from app.services.core import clock
from app.services.core.paging import cursor
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.people import users
from app.services.tasks import drafts, tasks
from tests.engine.building import bpmn, end, exclusive, flow, parallel, start, user
from tests.forms.pages import sent_by
from tests.reports import answers_for
from tests.services.office import add_user, form, text
from tests.web.cases import actor, fields, start_many, task_of, titles
from tests.web.conftest import Api, Browser, Case, Traffic
from tests.web.pages import told_of

SignIn = Callable[[str], Browser]
Clients = Callable[[str], Api]


def as_drawn(browser: Browser, task: UserTask) -> dict[str, Any]:
    """What the form of a task sends when nobody has touched it."""
    page = browser.get(f"/tugas/{task.id}").text
    form_of_task = page[page.index(f'action="/tugas/{task.id}"') :].partition("</form>")[0]
    return {name: texts for name, texts in sent_by(form_of_task).items() if name != "idempotency_key"}


def results(page: str) -> str:
    """The part of a task's page that tells what was handed in before."""
    return page.partition('id="hasil"')[2].partition("</section>")[0]


# -- the inbox ---------------------------------------------------------------------------------------------


def test_the_inbox_begins_where_there_is_something_to_do(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    lapor = sign_in("lapor")
    assert lapor.get("/tugas?q=").location == "/tugas?tab=queue"
    mine = lapor.get("/tugas?tab=mine").text
    assert "Anda tidak memegang tugas" in mine
    assert "Di antrean lajur Anda ada 1 tugas" in mine
    lapor.post(f"/tugas/{task_of(office, case.id).id}/ambil")
    assert titles(lapor.get("/tugas")) == [case.report["judul"]]
    assert "Tidak ada tugas untuk Anda sekarang" in sign_in("dlh").get("/tugas").text


def test_only_who_works_in_lanes_has_tasks_of_his_own(sign_in: SignIn, case: Case) -> None:
    assert "tab=mine" not in sign_in("auditor").get("/tugas").text
    assert "tab=mine" in sign_in("lapor").get("/tugas?tab=queue").text


def test_who_holds_nothing_reads_how_much_of_the_queue_is_overdue(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    assert "di antrean lewat tenggat" not in sign_in("lapor").get("/tugas?tab=mine").text
    with office.transaction() as session:
        task = session.scalars(select(UserTask).where(UserTask.state == "open")).one()
        task.due_at = task.sort_at = clock.now(session) - timedelta(days=1)
    page = sign_in("lapor").get("/tugas?tab=mine").text
    assert re.search(
        r'notice--danger.*?deadline=overdue">1 tugas di antrean lewat tenggat</a>', page, re.DOTALL
    )
    assert titles(sign_in("lapor").get("/tugas?tab=queue&deadline=overdue")) == [case.report["judul"]]


def test_an_empty_queue_says_why_it_is_empty(sign_in: SignIn, case: Case, office: Database) -> None:
    def said(name: str) -> str:
        page = sign_in(name).get("/tugas?tab=queue").text
        return re.search(r"Antrean kosong.*?<p[^>]*>(.*?)</p>", page, re.DOTALL)[1]  # type: ignore[index]

    assert said("admin").startswith("Anda tidak bekerja di lajur mana pun")
    assert said("upp").startswith("Sekarang tidak ada tugas terbuka yang ditawarkan kepada Anda")
    browser = sign_in("lapor")
    browser.post(f"/tugas/{task_of(office, case.id).id}/ambil")
    assert said("lapor").startswith("Semua tugas yang ditawarkan kepada Anda sudah ada yang memegang")


def test_a_task_is_claimed_and_released_in_the_list(sign_in: SignIn, case: Case, office: Database) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    queue = browser.get("/tugas?tab=queue&category=Jalan+Berlubang")
    assert "Ambil" in queue.text
    there = browser.post(f"/tugas/{task.id}/ambil", next="/tugas?tab=queue")
    assert (there.status_code, there.location) == (303, f"/tugas?tab=queue&tetap={task.id}")
    after = browser.get(there.location)
    assert "sekarang tugas Anda" in after.text
    assert titles(after) == [case.report["judul"]]  # in the queue no more, and yet in sight
    assert titles(browser.get("/tugas?tab=queue")) == []
    browser.post(f"/tugas/{task.id}/lepas", next="/tugas")
    assert task_of(office, case.id).assignee_id is None


def test_the_list_goes_on_where_the_page_ended(sign_in: SignIn, office: Database) -> None:
    start_many(office, 53)
    browser = sign_in("lapor")
    first = browser.get("/tugas?tab=queue")
    [following] = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = browser.get(following.replace("&amp;", "&"))
    assert len(titles(first)) == 50
    assert len({*titles(first), *titles(second)}) == 53
    assert 'rel="prev" href="/tugas?tab=queue"' in second.text


def test_search_and_filters_stand_in_the_address(sign_in: SignIn, case: Case, office: Database) -> None:
    start_many(office, 2)
    browser = sign_in("lapor")
    assert titles(browser.get("/tugas?tab=queue&q=KE-001")) == ["Laporan ke-001"]
    narrowed = browser.get("/tugas?tab=queue&category=Jalan+Berlubang&deadline=week")
    assert titles(narrowed) == [case.report["judul"]]
    assert 'href="/tugas?tab=queue&amp;deadline=week"' in narrowed.text
    nothing = browser.get("/tugas?tab=queue&q=tidak-ada")
    assert "Tidak ada tugas yang cocok" in nothing.text
    assert 'href="/tugas?tab=queue"' in nothing.text


def test_a_filter_that_no_task_has_any_more_still_shows(sign_in: SignIn, case: Case) -> None:
    page = sign_in("lapor").get("/tugas?tab=queue&lane=Lajur+lama").text
    assert '<option value="Lajur lama" selected>Lajur lama</option>' in page


def test_a_list_begins_anew_at_an_unknown_cursor(sign_in: SignIn) -> None:
    lapor = sign_in("lapor")
    of_before = cursor("2026-11-25T00:00:00+00:00", "0" * 32)  # a bookmark of the inbox as it was
    for place in ("xyz", of_before):
        assert lapor.get(f"/tugas?q=lampu&after={place}").location == "/tugas?q=lampu"
    assert "Penunjuk halaman tidak dikenal." in lapor.get("/tugas?q=lampu").text


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00", "nix"]
)
def test_a_list_does_not_begin_at_the_edge_of_time(sign_in: SignIn, api: Clients, moment: str) -> None:
    place = cursor(moment, moment, "x")
    assert sign_in("lapor").get(f"/tugas?after={place}").location == "/tugas"
    answer = api("lapor").get("/tasks", cursor=place)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["cursor"])


@pytest.mark.parametrize("path", ["", "/draf"])
def test_what_is_too_large_for_a_draft_stays_on_the_page(sign_in: SignIn, case: Case, path: str) -> None:
    task, lapor = case.task("lapor"), sign_in("lapor")
    lapor.get(f"/tugas/{task['id']}")
    refused = lapor.post(f"/tugas/{task['id']}{path}", catatan_penyaluran=f"Unik besar {'x' * 250_000}")
    assert refused.status_code == 422
    assert "Unik besar" in refused.text


def test_finished_tasks_say_whether_they_were_in_time(sign_in: SignIn, case: Case) -> None:
    case.complete("lapor")
    page = sign_in("lapor").get("/tugas?tab=done").text
    assert "Tepat waktu" in page


def test_who_sees_everything_begins_with_all_open_tasks(sign_in: SignIn, case: Case) -> None:
    page = sign_in("auditor").get("/tugas")
    assert titles(page) == [case.report["judul"]]
    assert "data-claim" not in page.text


# -- the task's page ---------------------------------------------------------------------------------------


def test_the_page_has_everything_needed_to_act(sign_in: SignIn, case: Case, office: Database) -> None:
    page = sign_in("lapor").get(f"/tugas/{task_of(office, case.id).id}").text
    for words in (
        "Penyaluran Pengaduan",
        "Mutu baku · kegiatan 1",
        "Hasil laporan baik via sms ataupun online",
        case.report["isi"][:40],
        "3 hari kerja sejak",
        "hari ke-0",
        "Kedudukan perkara",
        f"/perkara/{case.id}/kedudukan",
        "Tambah catatan",
        "Simpan draf",
        "data-conditions",
        "LEMBAR DISPOSISI",
    ):
        assert words in page, words
    assert "Warga Contoh" not in page


def test_where_the_case_stands_and_the_counted_days_are_parts_of_their_own(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    lapor, other = sign_in("lapor"), sign_in("dpupr")
    task = task_of(office, case.id)
    page = lapor.get(f"/tugas/{task.id}").text
    assert 'class="weeks"' not in page
    assert 'class="bpmn' not in page
    parts = {html.unescape(one) for one in re.findall(r'data-src="([^"]+)"', page)}
    parts.discard(f"/tugas/{task.id}/hadir")  # is posted to
    assert f"/perkara/{case.id}/kedudukan" in parts
    assert f"/tugas/{task.id}/tenggat?bagian" in parts
    for part in parts:
        answer = lapor.get(part)
        assert answer.status_code == 200
        assert "<html" not in answer.text
        assert 'class="bpmn' in answer.text or 'class="weeks"' in answer.text
        whole = lapor.get(part.removesuffix("?bagian")).text
        assert "<html" in whole or part.endswith("kedudukan")
        assert other.get(part).status_code == 404
    assert "Perkara dimulai" in lapor.get(f"/perkara/{case.id}/kedudukan").text


def test_a_clock_that_no_longer_runs_explains_nothing(sign_in: SignIn, case: Case) -> None:
    answer = sign_in("lapor").get(f"/perkara/{case.id}/tenggat/{'0' * 32}")
    assert answer.status_code == 404
    assert "Tenggat ini tidak berjalan lagi." in answer.text


def test_what_officers_handed_in_before_stands_beside_the_form(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    for name in ("lapor", "upp", "upp", "upp"):
        case.complete(name)
    unit = task_of(office, case.id)
    page = sign_in("dpupr").get(f"/tugas/{unit.id}").text
    assert answers_for("telaahan", case.report)["ringkasan_telaah"] in results(page)
    assert results(page).index("Menyalurkan laporan") < results(page).index("Telaahan Lanjutan")
    assert re.search(r"Telaahan Lanjutan, \d+ \w+ 20\d\d, ", results(page))
    assert results(page).count("<details") - results(page).count(" open") == 3  # all but the last

    case.complete("dpupr")
    page = sign_in("upp").get(f"/tugas/{task_of(office, case.id).id}").text
    assert answers_for("tindak_lanjut", case.report)["uraian_tindak_lanjut"] in results(page)
    done = sign_in("dpupr").get(f"/tugas/{unit.id}").text
    assert answers_for("tindak_lanjut", case.report)["uraian_tindak_lanjut"] not in results(done)


def test_the_sheet_names_who_holds_the_task(sign_in: SignIn, case: Case, office: Database) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    browser.post(f"/tugas/{task.id}/ambil")
    assert "<td>Admin LAPOR! · LAPOR ! – SP4N</td>" in browser.get(f"/tugas/{task.id}").text


def test_a_completed_task_leads_to_the_next_one_of_the_case(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    case.complete("lapor")
    browser, task = sign_in("upp"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    done = browser.post(f"/tugas/{task.id}", **fields(case, "telaahan"))
    following = task_of(office, case.id)
    assert (done.status_code, done.location) == (303, f"/tugas/{following.id}")
    assert "Ini tugas berikutnya dari perkara" in browser.get(done.location).text


def test_without_a_next_task_one_is_back_in_the_inbox(sign_in: SignIn, case: Case, office: Database) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    done = browser.post(f"/tugas/{task.id}", **fields(case, "penyaluran"))
    assert (done.status_code, done.location) == (303, "/tugas")
    assert "sekarang menunggu: Telaahan Lanjutan (UPP K/L/D)" in browser.get("/tugas").text


def test_an_officer_reads_that_the_case_waits_for_the_reporter(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    for name in ("lapor", "upp"):
        case.complete(name)
    browser, task = sign_in("upp"), task_of(office, case.id)
    sent = fields(case, "konfirmasi", data_lengkap="perlu dilengkapi pelapor", data_diminta="Di mana?")
    browser.get(f"/tugas/{task.id}")
    browser.post(f"/tugas/{task.id}", **sent)
    assert "sekarang menunggu: pelapor." in browser.get("/tugas").text


def test_the_same_form_sent_twice_completes_once(sign_in: SignIn, case: Case, office: Database) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    sent = fields(case, "penyaluran", idempotency_key="kunci-1")
    answers = [browser.post(f"/tugas/{task.id}", **sent) for _time in range(2)]
    assert [(one.status_code, one.location) for one in answers] == [(303, "/tugas")] * 2


def test_what_is_missing_is_said_and_what_was_typed_stays(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    sent = fields(case, "penyaluran", catatan_penyaluran="Tetap di sini") | {"hasil_verifikasi": ""}
    page = browser.post(f"/tugas/{task.id}", **sent)
    assert page.status_code == 422
    assert 'href="#i-hasil_verifikasi"' in page.text
    assert "Tetap di sini" in page.text
    assert "Tetap di sini" in browser.get(f"/tugas/{task.id}").text  # kept as a draft as well


def test_a_refused_form_that_nobody_touched_leaves_no_draft(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    untouched = as_drawn(browser, task)
    refused = browser.post(f"/tugas/{task.id}", **untouched)
    assert refused.status_code == 422
    assert "Buang draf" not in refused.text
    with office.reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_the_button_keeps_no_draft_of_a_form_that_nobody_touched_and_says_so(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    untouched = as_drawn(browser, task)
    browser.post(f"/tugas/{task.id}/draf", **{**untouched, "catatan_penyaluran": "Sebentar"})
    assert "Sebentar" in browser.get(f"/tugas/{task.id}").text
    assert browser.post(f"/tugas/{task.id}/draf", **untouched).status_code == 303
    assert (
        "Isian sama seperti semula, jadi tidak ada draf yang disimpan."
        in browser.get(f"/tugas/{task.id}").text
    )
    with office.reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_a_draft_stays_though_the_case_came_to_say_the_same(sign_in: SignIn, office: Database) -> None:
    together = bpmn(
        [start(form="awal"), parallel("bagi"), user("satu", form="isi"), user("dua", form="isi"), end()],
        "start > bagi > satu > end\nbagi > dua > end",
        lanes={"LAPOR ! – SP4N": "start bagi satu dua end"},
        key="duo",
    )
    files = {"duo.bpmn": together, "awal.form": form(text("judul")), "isi.form": form(text("nilai"))}
    with office.transaction() as session:
        deployments.deploy(session, files, actor=None)
        case = instances.start(session, "duo", {"judul": "x"}, actor=actor(session, "lapor")).instance
        open_ones = {task.activity_id: task.id for task in instances.open_tasks(session, case.id)}
    browser, path = sign_in("lapor"), f"/tugas/{open_ones['satu']}"
    browser.get(path)
    browser.post(f"{path}/draf", nilai="Rp 5 juta")
    with office.transaction() as session:
        tasks.complete(session, open_ones["dua"], {"nilai": "Rp 5 juta"}, {}, actor=actor(session, "lapor"))
    browser.post(f"{path}/draf", nilai="Rp 5 juta")
    assert "Draf tersimpan" in browser.get(path).text
    said = browser.client.post(
        f"{path}/draf",
        data={"csrf_token": browser.token, "nilai": ""},
        headers={"Accept": "application/json"},
    )
    assert said.json["saved"]  # emptied: it differs from what the case says


def test_what_was_emptied_again_is_not_said_to_be_kept(sign_in: SignIn, case: Case, office: Database) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    untouched = as_drawn(browser, task)
    sent = {"data": {"csrf_token": browser.token, **untouched}, "headers": {"Accept": "application/json"}}
    assert browser.client.post(f"/tugas/{task.id}/draf", **sent).json == {"saved": ""}


def test_an_answer_alone_is_kept_as_a_draft(sign_in: SignIn, office: Database) -> None:
    task, browser = begin(office), sign_in("lapor")
    page = browser.get(f"/tugas/{task.id}").text
    name, value = re.findall(r'type="radio" name="(answer:[^"]+)" value="([^"]+)"', page)[0]
    refused = browser.post(f"/tugas/{task.id}", **{"kata": "", name: value})
    assert refused.status_code == 422
    assert "Buang draf" in refused.text


def test_a_draft_is_discarded_where_it_is_said_to_be_kept_and_is_nothing_to_hand_on(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    browser.post(f"/tugas/{task.id}/draf", **fields(case, "penyaluran"))
    page = browser.get(f"/tugas/{task.id}").text
    head = page[page.index('class="panel__head"') :]
    assert head.index("Draf tersimpan") < head.index("Buang draf…") < head.index("<form method")
    assert "Bukan pekerjaan Anda?" not in page
    browser.post(f"/tugas/{task.id}/ambil")
    assert "Bukan pekerjaan Anda?" in browser.get(f"/tugas/{task.id}").text


def test_who_was_faster_is_told_and_nothing_typed_is_lost(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    case.complete("lapor")
    browser, task = sign_in("koordinator"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    case.complete("upp")
    late = browser.post(f"/tugas/{task.id}", **fields(case, "telaahan", inti_masalah="Kata demi kata"))
    assert late.status_code == 409
    assert "sudah diselesaikan Petugas UPP" in late.text
    assert "Kata demi kata" in late.text
    again = browser.get(f"/tugas/{task.id}").text
    assert "Petugas UPP menyelesaikan tugas ini" in again
    assert "Kata demi kata" in again
    browser.post(f"/tugas/{task.id}/buang")
    assert "Kata demi kata" not in browser.get(f"/tugas/{task.id}").text


def test_a_task_that_a_colleague_holds_can_only_be_read(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    case.complete("lapor")
    task = task_of(office, case.id)
    case.api("upp").post(f"/tasks/{task.id}/claim")
    browser = sign_in("koordinator")
    page = browser.get(f"/tugas/{task.id}").text
    assert "Petugas UPP sedang mengerjakan tugas ini" in page
    assert "Selesaikan tugas" not in page
    late = browser.post(f"/tugas/{task.id}/ambil")
    assert late.status_code == 409
    assert "Petugas UPP" in late.text


@pytest.mark.parametrize("name", ["auditor", "pemilik"])
def test_who_does_not_work_in_the_lane_reads_the_task(
    sign_in: SignIn, case: Case, office: Database, name: str
) -> None:
    browser, task = sign_in(name), task_of(office, case.id)
    page = browser.get(f"/tugas/{task.id}").text
    assert '<fieldset class="readonly" disabled>' in page
    assert "Selesaikan tugas" not in page
    assert ("Tambah catatan" in page) is (name == "pemilik")
    assert browser.post(f"/tugas/{task.id}", **fields(case, "penyaluran")).status_code == 403


def test_an_auditor_who_belongs_to_a_lane_changes_nothing_all_the_same(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    with office.transaction() as session:
        auditor = users.named(session, "auditor")
        auditor.groups = [*users.named(session, "lapor").groups, *users.named(session, "koordinator").groups]
    browser, task = sign_in("auditor"), task_of(office, case.id)
    sent = {"": fields(case, "penyaluran"), "/ambil": {}, "/alihkan": {"to": "1", "reason": "x"}}
    for path, body in sent.items():
        assert browser.post(f"/tugas/{task.id}{path}", **body).status_code == 403, path
    assert browser.post(f"/perkara/{case.id}/batalkan", reason="x").status_code == 403
    page = browser.get(f"/tugas/{task.id}").text
    assert "data-claim" not in page
    assert "Alihkan" not in page
    assert "data-claim" not in browser.get("/tugas?tab=queue").text


def test_a_foreign_task_does_not_exist(sign_in: SignIn, case: Case, office: Database) -> None:
    browser, task = sign_in("dlh"), task_of(office, case.id)
    for path in ("", "/draf", "/ambil", "/lepas", "/alihkan", "/catatan"):
        assert browser.post(f"/tugas/{task.id}{path}").status_code == 404, path
    assert browser.get(f"/tugas/{task.id}").status_code == 404
    assert browser.get("/tugas/kosong").status_code == 404


def test_a_unit_without_officers_is_warned_of_before_and_after(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    for name in ("lapor", "upp", "upp"):
        case.complete(name)
    browser, task = sign_in("upp"), task_of(office, case.id)
    page = browser.get(f"/tugas/{task.id}").text
    assert re.search(r'<option value="BPBD">[^<]+ \(belum ada petugas\)</option>', page)
    assert re.search(r'<option value="DPUPR"[^>]*>Dinas Pekerjaan Umum dan Penataan Ruang</option>', page)
    sent = fields(case, "menyalurkan", unit_tujuan="BPBD")
    assert browser.post(f"/tugas/{task.id}", **sent).status_code == 303
    assert "belum punya petugas pada lajur UPT" in browser.get("/tugas").text


# -- drafts and files --------------------------------------------------------------------------------------


def test_a_draft_is_kept_while_typing_and_comes_back(sign_in: SignIn, case: Case, office: Database) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    saved = browser.client.post(
        f"/tugas/{task.id}/draf",
        data={"csrf_token": browser.token, "catatan_penyaluran": "Belum selesai"},
        headers={"Accept": "application/json"},
    )
    assert re.fullmatch(r"\d\d\.\d\d", saved.json["saved"])
    page = sign_in("lapor").get(f"/tugas/{task.id}").text
    assert "Belum selesai" in page
    assert "Draf tersimpan" in page


def test_a_draft_of_a_task_that_closed_meanwhile_is_kept_all_the_same(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    case.complete("lapor")
    late = browser.client.post(
        f"/tugas/{task.id}/draf",
        data={"csrf_token": browser.token, "catatan_penyaluran": "Terlambat"},
        headers={"Accept": "application/json"},
    )
    assert late.status_code == 409
    with office.reading() as session:
        kept = drafts.load(session, actor(session, "lapor"), f"task:{task.id}")
    assert kept is not None
    assert kept.values["values"]["catatan_penyaluran"] == "Terlambat"


def test_an_auditor_keeps_no_drafts(sign_in: SignIn, case: Case, office: Database) -> None:
    browser, task = sign_in("auditor"), task_of(office, case.id)
    assert browser.post(f"/tugas/{task.id}/draf", catatan_penyaluran="x").status_code == 403
    with office.reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_an_uploaded_file_survives_what_was_refused(sign_in: SignIn, case: Case, office: Database) -> None:
    case.complete("lapor")
    case.complete("upp")
    browser, task = sign_in("upp"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    sent = fields(case, "konfirmasi") | {"hasil_klarifikasi": ""}
    refused = browser.post(
        f"/tugas/{task.id}", **sent, dokumen_pendukung=(BytesIO(b"%PDF-1.4\n%%EOF"), "bukti.pdf")
    )
    assert refused.status_code == 422
    [held] = re.findall(r'name="dokumen_pendukung" value="([^"]+)"', refused.text)
    assert "bukti.pdf" in refused.text
    done = browser.post(f"/tugas/{task.id}", **fields(case, "konfirmasi"), dokumen_pendukung=held)
    assert done.status_code == 303
    with office.reading() as session:
        [row] = session.scalars(select(Attachment))
    assert (row.id, row.instance_id) == (held, case.id)


def test_a_file_of_the_wrong_kind_is_said_with_everything_else(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    case.complete("lapor")
    case.complete("upp")
    browser, task = sign_in("upp"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    sent = fields(case, "konfirmasi") | {"hasil_klarifikasi": ""}
    page = browser.post(f"/tugas/{task.id}", **sent, dokumen_pendukung=(BytesIO(b"MZ"), "alat.exe"))
    assert page.status_code == 422
    assert "alat.exe: Jenis berkas ini tidak diterima di sini. Yang diterima: .jpg, .jpeg, .png" in page.text
    assert 'href="#i-hasil_klarifikasi"' in page.text


# -- handing on, notes -------------------------------------------------------------------------------------


def test_colleagues_of_the_same_name_are_told_apart(sign_in: SignIn, case: Case, office: Database) -> None:
    case.complete("lapor")
    task = task_of(office, case.id)
    with office.transaction() as session:
        ids = [add_user(session, name, "UPP K/L/D").id for name in ("budi1", "budi2", "siti")]
        for id_ in ids[:2]:
            session.get_one(User, id_).full_name = "Budi"
    page = sign_in("koordinator").get(f"/tugas/{task.id}").text
    shown = [re.search(f'<option value="{id_}">([^<]+)<', page) for id_ in ids]
    assert [found and found[1] for found in shown] == [
        "Budi (budi1): 0 tugas terbuka",
        "Budi (budi2): 0 tugas terbuka",
        "Siti: 0 tugas terbuka",
    ]


def test_a_task_is_handed_on_with_a_reason(sign_in: SignIn, case: Case, office: Database) -> None:
    case.complete("lapor")
    task = task_of(office, case.id)
    case.api("upp").post(f"/tasks/{task.id}/claim")
    browser = sign_in("koordinator")
    page = browser.get(f"/tugas/{task.id}").text
    with office.reading() as session:
        to = users.named(session, "koordinator").id
    assert f'<option value="{to}">Ketua Tim Koordinasi: 0 tugas terbuka</option>' in page
    silent = browser.post(f"/tugas/{task.id}/alihkan", to=to, reason=" ")
    assert silent.status_code == 422
    assert told_of(silent) == {"alihkan-reason": "Tulis alasan pengalihan."}
    assert f'<option value="{to}" selected>' in silent.text
    empty = browser.post(f"/tugas/{task.id}/alihkan", to="", reason="")
    assert told_of(empty).keys() == {"f-to", "alihkan-reason"}
    nobody = browser.post(f"/tugas/{task.id}/alihkan", to="", reason="Cuti")
    assert "Pilih petugas yang menerima tugas ini." in nobody.text
    assert ">Cuti</textarea>" in nobody.text
    handed = browser.post(f"/tugas/{task.id}/alihkan", to=to, reason="Cuti")
    assert handed.status_code == 303
    assert task_of(office, case.id).assignee_id == to
    history = browser.get(f"/perkara/{case.id}/kedudukan").text
    assert "dialihkan kepada <b>Ketua Tim Koordinasi</b>" in history
    assert "Cuti" in history


def test_the_browser_does_not_speak_before_the_form_does(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    case.complete("lapor")
    browser, task = sign_in("koordinator"), task_of(office, case.id)
    for page in (f"/tugas/{task.id}", f"/perkara/{case.id}"):
        forms = re.findall(r'<form class="confirm__body"[^>]*>', browser.get(page).text)
        assert forms
        assert all("novalidate" in form for form in forms)


def test_a_note_is_written_beside_the_work(sign_in: SignIn, case: Case, office: Database) -> None:
    browser, task = sign_in("lapor"), task_of(office, case.id)
    browser.get(f"/tugas/{task.id}")
    assert 'class="section no-print" id="catatan"' in browser.get(f"/tugas/{task.id}").text
    empty = browser.post(f"/tugas/{task.id}/catatan", text=" ")
    assert empty.status_code == 422
    there = browser.post(f"/tugas/{task.id}/catatan", text="Sudah ditelepon <b>")
    assert there.location == f"/tugas/{task.id}#catatan"
    page = browser.get(f"/tugas/{task.id}").text
    assert "Sudah ditelepon &lt;b&gt;" in page
    assert 'class="section" id="catatan"' in page


# -- questions, and diagrams that cannot go on -------------------------------------------------------------


def small(**changes: str) -> dict[str, bytes]:
    """lapor fills a form; the gateway after it asks, or reads the form."""
    flows = [
        "mulai > isi > arah",
        flow("arah", "satu", name="Ke satu", condition=changes.get("one", "")),
        flow("arah", "dua", name="Ke dua", condition=changes.get("two", "")),
    ]
    nodes = [
        start("mulai"),
        user("isi", form="isi"),
        exclusive("arah", name="Lanjut ke mana?"),
        end("satu", name="Berakhir satu"),
        end("dua", name="Berakhir dua"),
    ]
    lanes = {"LAPOR ! – SP4N": "mulai isi arah satu dua"}
    return {
        "kecil.bpmn": bpmn(nodes, flows, lanes=lanes, key="kecil", name="Kecil"),
        "isi.form": form(text("kata", required=True)),
    }


def begin(office: Database, **changes: str) -> UserTask:
    with office.transaction() as session:
        deployments.deploy(session, small(**changes), actor=None)
    with office.transaction() as session:
        case = instances.start(session, "kecil", {}, actor=actor(session, "lapor")).instance
    return task_of(office, case.id)


def test_the_question_of_a_gateway_is_answered_with_the_form(sign_in: SignIn, office: Database) -> None:
    task, browser = begin(office), sign_in("lapor")
    page = browser.get(f"/tugas/{task.id}").text
    assert "Lanjut ke mana?" in page
    name, value = re.findall(r'type="radio" name="(answer:[^"]+)" value="([^"]+)"', page)[1]
    silent = browser.post(f"/tugas/{task.id}", kata="Halo")
    assert silent.status_code == 422
    assert '<a href="#i-jawaban">Jawab pertanyaan' in silent.text
    wrong = browser.post(f"/tugas/{task.id}", **{"kata": "", name: value})
    assert wrong.status_code == 422
    assert f'value="{value}" checked' in wrong.text or f'value="{value}"  checked' in wrong.text
    done = browser.post(f"/tugas/{task.id}", **{"kata": "Halo", name: value, "akhir:": "dua"})
    assert done.status_code == 303
    assert "berakhir: Berakhir dua" in browser.get("/tugas").text


def test_a_diagram_that_cannot_go_on_costs_the_officer_nothing(sign_in: SignIn, office: Database) -> None:
    task, browser = begin(office, one='=kata = "satu"', two='=kata = "dua"'), sign_in("lapor")
    browser.get(f"/tugas/{task.id}")
    page = browser.post(f"/tugas/{task.id}", kata="tiga")
    assert page.status_code == 422
    assert "pemilik proses sudah diberi tahu" in page.text
    assert 'value="tiga"' in page.text
    with office.reading() as session:
        [incident] = session.scalars(select(Incident))
    assert incident.task_id == task.id
    assert stored_messages.tell_stored(incident.message).endswith('Isinya: kata = "tiga".')
    assert 'value="tiga"' in browser.get(f"/tugas/{task.id}").text  # the draft
    assert browser.post(f"/tugas/{task.id}", kata="dua", **{"akhir:": "dua"}).status_code == 303


# -- costs -------------------------------------------------------------------------------------------------


def test_the_inbox_takes_few_statements_however_long_it_is(
    sign_in: SignIn, office: Database, traffic: Traffic
) -> None:
    browser = sign_in("lapor")
    counts = []
    for more in (1, 40):
        start_many(office, more)
        traffic.clear()
        browser.get("/tugas?tab=queue")
        counts.append(len(traffic.statements))
    assert counts[0] == counts[1]
    assert counts[1] <= 10, traffic.statements


def test_the_page_of_a_task_takes_few_statements_however_much_happened(
    sign_in: SignIn, case: Case, office: Database, traffic: Traffic
) -> None:
    browser = sign_in("upp")
    case.complete("lapor")
    counts = []
    for _round in range(3):
        task = task_of(office, case.id)
        traffic.clear()
        browser.get(f"/tugas/{task.id}")
        counts.append(len(traffic.statements))
        case.complete("upp")
    assert max(counts) <= 7, traffic.statements


def test_a_note_a_draft_and_who_else_is_there_take_few_statements(
    sign_in: SignIn, case: Case, office: Database, traffic: Traffic
) -> None:
    browser, address = sign_in("lapor"), f"/tugas/{task_of(office, case.id).id}"
    sign_in("koordinator").post(f"{address}/hadir")
    browser.get(address)
    browser.post(f"{address}/ambil")
    browser.post(f"{address}/catatan", text="Pelapor sudah ditelepon.")
    browser.post(f"{address}/draf", catatan_penyaluran="Belum lengkap.")
    traffic.clear()
    page = browser.get(address).text
    assert "Pelapor sudah ditelepon." in page
    assert "Belum lengkap." in page
    assert len(traffic.statements) <= 10, traffic.statements
