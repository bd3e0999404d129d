"""Pelacakan: what the reporter sees with number and code, and how he replies."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.base.config import ROOT, Config
from app.base.db import Database
from app.models import Attachment, MessageWait, ProcessInstance
from app.services.core.access import actor_of
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.instances import instances, messages
from app.services.people import users
from app.services.reporter import reporter
from app.services.tasks import tasks
from app.web import entries
from tests.reports import answers_for, report, report_values
from tests.web.conftest import Browser
from tests.web.pages import PNG, code_of, fields_of, files_holding, key_of, upload, words_of
from tests.web.reporters import ONE, Report, look_up, wait_id

REPLY = {"pesan": "Lokasinya di pertigaan sebelah timur balai desa."}
ADDRESS = "203.0.113.77"


@pytest.fixture
def case(office: Database, sign_in: Callable[[str], Browser]) -> Report:
    return Report(office, sign_in("lapor"))


@pytest.fixture
def phone(app: Flask) -> Browser:
    """The reporter's browser, at an address of its own."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = ADDRESS
    return Browser(client)


def test_number_and_code_show_how_the_report_stands(case: Report, phone: Browser) -> None:
    case.drive("penyaluran")
    page = look_up(phone, case.number, case.code)
    assert "Keadaan sekarang Terverifikasi, sedang ditelaah" in page
    # When it was received, the form says: that may have been days before.
    assert re.search(r"Keadaan sekarang .* Dicatat \d", page)
    assert "Perjalanan laporan Laporan dicatat" in page
    assert "iterima" not in page
    assert "Menunggu verifikasi" in page
    assert "Langkah ini paling lambat" in page
    for inside in ("Telaahan Lanjutan", "Penyaluran Pengaduan", "Admin LAPOR!"):
        assert inside not in page


def test_wrong_code_and_unknown_number_get_the_same_page(case: Report, phone: Browser) -> None:
    pages = []
    for number in (case.number, "9999999"):
        text = look_up(phone, number, "1111 2222 3333 4444")
        pages.append(text.replace(number, ""))
    assert pages[0] == pages[1]
    assert pages[0].startswith("422")


def test_after_five_wrong_codes_one_has_to_wait_and_is_told_how_long(case: Report, phone: Browser) -> None:
    for n in range(5):
        look_up(phone, case.number, f"{case.code[:9]} {n:08d}")
    refused = phone.post("/lacak", number=case.number, code=case.code)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "Terlalu banyak percobaan" in words_of(refused)
    assert f'value="{case.number}"' in refused.text


def test_without_the_code_the_page_asks_for_it(case: Report, phone: Browser) -> None:
    assert phone.get("/lacak/laporan").location == "/lacak"
    phone.client.set_cookie("alur-lacak", "palsu", path="/lacak")
    assert phone.get("/lacak/laporan").location == "/lacak"


def test_the_ticket_goes_to_these_pages_alone_and_tells_nothing(case: Report, phone: Browser) -> None:
    phone.get("/lacak")
    answer = phone.post("/lacak", number=case.number, code=case.code)
    [cookie] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("alur-lacak=")]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/lacak", "Max-Age=3600"):
        assert part in cookie
    assert case.code.replace(" ", "") not in cookie


def test_a_new_code_ends_looks_that_the_old_one_opened(
    case: Report, phone: Browser, sign_in: Callable[[str], Browser]
) -> None:
    look_up(phone, case.number, case.code)
    assert phone.get("/lacak/laporan").status_code == 200
    lapor = sign_in("lapor")
    lapor.post(f"/laporan/{case.id}/kode", idempotency_key="baru")
    assert phone.get("/lacak/laporan").location == "/lacak"
    assert look_up(phone, case.number, case.code).startswith("422")


def test_who_has_read_his_report_leaves_it_and_the_code_is_asked_for_again(
    case: Report, phone: Browser
) -> None:
    page = look_up(phone, case.number, case.code)
    assert "Selesai membaca" in page
    assert "Tutup laporan" not in page, "nobody closes a report here"
    copied = phone.client.get_cookie("alur-lacak", path="/lacak")
    left = phone.post("/lacak/keluar")
    assert left.location == "/lacak"
    assert "tidak terbuka lagi di peramban ini" in words_of(phone.get("/lacak"))
    assert phone.get("/lacak/laporan").location == "/lacak"
    assert copied is not None
    phone.client.set_cookie("alur-lacak", copied.value, path="/lacak")
    assert phone.get("/lacak/laporan").location == "/lacak"
    assert phone.post("/lacak/laporan").status_code == 401


def stations(page: str) -> list[tuple[str, str]]:
    """The stations of a report's way up to now: (what it is, its words)."""
    found = re.findall(r'<li class="step step--(\w+)".*?<span class="step__name">([^<]+)<', page, re.DOTALL)
    return [one for one in found if one[0] != "later"]


def sign(page: str) -> str:
    """The sign beside the words of the state."""
    [found] = re.findall(r"status__sign--(\w+)", page)
    return str(found)


def test_only_what_was_done_bears_a_tick(case: Report, phone: Browser) -> None:
    case.drive("penyaluran")
    look_up(phone, case.number, case.code)
    page = phone.get("/lacak/laporan").text
    assert stations(page) == [
        ("done", "Laporan dicatat"),
        ("passed", "Menunggu verifikasi"),
        ("now", "Terverifikasi, sedang ditelaah"),
    ]
    assert sign(page) == "now"


def test_a_case_that_waits_says_so_and_bears_no_tick(case: Report, phone: Browser) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    page = phone.get("/lacak/laporan").text
    assert stations(page)[-1] == ("waiting", "Menunggu Kelengkapan Informasi")
    assert sign(page) == "waiting"
    phone.post("/lacak/laporan", _wait=wait_id(page), **REPLY)
    after = stations(phone.get("/lacak/laporan").text)
    assert after[-3:] == [
        ("passed", "Menunggu Kelengkapan Informasi"),
        ("done", "Data dari Anda diterima"),
        ("now", "Terverifikasi, sedang ditelaah"),
    ]


def test_a_report_that_was_not_followed_up_ends_without_a_tick(case: Report, phone: Browser) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    asked = wait_id(phone.get("/lacak/laporan").text)
    phone.post("/lacak/laporan", _wait=asked, pesan="Saya cabut.", cabut_laporan="true", cabut_yakin="true")
    page = phone.get("/lacak/laporan").text
    assert stations(page)[-1] == ("ended", "Tidak ditindaklanjuti")
    assert sign(page) == "end"
    assert page.count("step--done") == 2, "that it was recorded, and that his data came"


def test_officers_too_are_told_such_an_end_without_a_tick(
    case: Report, sign_in: Callable[[str], Browser]
) -> None:
    case.drive("penyaluran", "telaahan")
    with case.office.transaction() as session:
        [task] = instances.open_tasks(session, case.id)
        values = answers_for("konfirmasi", report("SIN-025"))
        tasks.complete(session, task.id, values, {}, actor=actor_of(users.named(session, "upp")))
    upp = sign_in("upp")
    head = upp.get(f"/perkara/{case.id}").text.partition('<div class="page-header__badges">')[2]
    badge = head.partition("</div>")[0]
    assert "Laporan tidak ditindaklanjuti" in badge
    assert "tag--ok" not in badge
    assert "tag--ok" not in upp.get("/perkara?state=ended").text


def test_what_the_office_asks_is_shown_with_the_form_and_the_last_day(case: Report, phone: Browser) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    page = look_up(phone, case.number, case.code)
    assert "Menunggu Kelengkapan Informasi" in page
    assert "Kirim paling lambat" in page
    assert "Data yang diminta dari pelapor Mohon tuliskan lokasi yang lebih tepat." in page
    assert "Hasil klarifikasi" not in page  # a field that is not marked `tampil pelapor`


def test_the_reply_moves_the_case_and_says_so(case: Report, phone: Browser, office: Database) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    page = phone.get("/lacak/laporan")
    sent = {**REPLY, "_wait": wait_id(page.text), "idempotency_key": key_of(page)}
    answer = upload(phone, "/lacak/laporan", sent, [("lampiran_pelapor", "lokasi.png", PNG)])
    assert (answer.status_code, answer.location) == (303, "/lacak/laporan")
    after = words_of(phone.get("/lacak/laporan"))
    assert "Data Anda sudah kami terima" in after
    assert "Keadaan sekarang Terverifikasi, sedang ditelaah" in after
    assert "Data dari Anda diterima" in after
    with office.reading() as session:
        assert session.get_one(ProcessInstance, case.id).variables["pesan"] == REPLY["pesan"]
        row = session.scalars(select(Attachment)).one()
        assert (row.instance_id, row.uploaded_by_id, row.field_key) == (case.id, None, "lampiran_pelapor")


def test_who_withdraws_is_not_told_that_his_report_goes_on(case: Report, phone: Browser) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    page = phone.get("/lacak/laporan")
    ticks = {"cabut_laporan": "true", "cabut_yakin": "true"}
    sent = {**REPLY, **ticks, "_wait": wait_id(page.text), "idempotency_key": key_of(page)}
    for _twice in range(2):  # the second time it is the first one's answer
        assert phone.post("/lacak/laporan", **sent).status_code == 303
        after = words_of(phone.get("/lacak/laporan"))
        assert "dengan itu laporan Anda selesai diproses" in after
        assert "dilanjutkan" not in after.partition("Keadaan sekarang")[0]
        assert "Tidak ditindaklanjuti" in after


def test_the_reporter_sees_again_what_he_sent_and_nobody_elses_words(case: Report, phone: Browser) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    before = look_up(phone, case.number, case.code)
    assert "Yang terakhir Anda kirim" not in before
    sent = {**REPLY, "_wait": wait_id(phone.get("/lacak/laporan").text)}
    upload(phone, "/lacak/laporan", sent, [("lampiran_pelapor", "lokasi.png", PNG)])
    after = words_of(phone.get("/lacak/laporan"))
    mine = after[after.index("Yang terakhir Anda kirim") : after.index("Pesan dari petugas")]
    assert re.search(r"kirim \d+ \w+ \d{4}, [\d.]+ WIB Pesan Anda (.*) Lampiran lokasi.png $", mine), mine
    assert REPLY["pesan"] in mine
    assert "petugas" not in mine


def test_what_an_officer_noted_for_the_reporter_is_not_shown_as_sent_by_him(
    case: Report, phone: Browser, office: Database
) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    with office.transaction() as session:
        [wait] = session.scalars(select(MessageWait).where(MessageWait.instance_id == case.id))
        officer = actor_of(users.named(session, "pemilik"))
        messages.send(
            session, wait.message, case.number, {"pesan": "Dicatat petugas lewat telepon."}, actor=officer
        )
    assert "Dicatat petugas" not in look_up(phone, case.number, case.code)


def test_two_files_of_one_name_say_from_which_step_and_whom_they_came(
    office: Database, sign_in: Callable[[str], Browser], phone: Browser
) -> None:
    lapor = sign_in("lapor")
    fields = fields_of(report_values(ONE))
    page = lapor.get("/laporan/baru")
    sent = {**fields, "idempotency_key": key_of(page), "tracking_id": ""}
    slip = upload(lapor, "/laporan/baru?key=pengaduan", sent, [("lampiran", "foto.png", PNG)]).location
    case = Report.__new__(Report)
    case.office, case.id = office, int(slip.split("/")[2])
    case.drive("penyaluran", "telaahan", "konfirmasi")
    shown = lapor.get(slip)
    found = re.search(r"Nomor laporan (\S+)", words_of(shown))
    assert found is not None
    look_up(phone, found[1], code_of(shown))
    reply = {**REPLY, "_wait": wait_id(phone.get("/lacak/laporan").text)}
    upload(phone, "/lacak/laporan", reply, [("lampiran_pelapor", "foto.png", PNG)])
    files = re.findall(
        r"foto.png (Lampiran[^·]* · [^·]+: [^·]+) ·", words_of(lapor.get(f"/perkara/{case.id}"))
    )
    with office.reading() as session:
        version = definitions.version(session, session.get_one(ProcessInstance, case.id).definition_id)
        officer = users.named(session, "lapor").full_name
    nodes = version.diagram.nodes.values()
    start = next(node.name for node in nodes if node.kind == "startEvent")
    wait = next(node.name for node in nodes if node.properties.get("untuk") == "pelapor" and node.form_key)
    assert files == [f"Lampiran · {start}: {officer}", f"Lampiran · {wait}: pelapor"]


def test_a_reply_sent_twice_counts_once(case: Report, phone: Browser, office: Database) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    page = phone.get("/lacak/laporan")
    sent = {**REPLY, "_wait": wait_id(page.text), "idempotency_key": key_of(page)}
    assert [phone.post("/lacak/laporan", **sent).status_code for _click in range(2)] == [303, 303]
    with office.reading() as session:
        assert [task.activity_id for task in instances.open_tasks(session, case.id)] == ["konfirmasi"]


def test_an_incomplete_reply_is_shown_again_with_what_was_typed(case: Report, phone: Browser) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    page = phone.get("/lacak/laporan")
    refused = upload(
        phone,
        "/lacak/laporan",
        {"pesan": "ya", "_wait": wait_id(page.text)},
        [("lampiran_pelapor", "catatan.exe", b"MZ")],
    )
    assert refused.status_code == 422
    assert "catatan.exe: Jenis berkas ini tidak diterima di sini" in words_of(refused)
    assert "Pesan Anda" in words_of(refused)
    assert "\nya</textarea>" in refused.text


def test_a_field_for_one_file_takes_one_and_cleans_no_more(
    office: Database, sign_in: Callable[[str], Browser], phone: Browser
) -> None:
    form = (ROOT / "forms/pelapor.form").read_bytes().replace(b'"multiple": true', b'"multiple": false')
    with office.transaction() as session:
        deployments.deploy(session, {"pelapor.form": form}, actor=None)
    case = Report(office, sign_in("lapor"))
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    sent = {**REPLY, "_wait": wait_id(phone.get("/lacak/laporan").text)}
    many = [("lampiran_pelapor", f"{n}.png", PNG) for n in range(3)]
    refused = upload(phone, "/lacak/laporan", sent, many)
    assert refused.status_code == 422
    assert "Lampiran hanya menerima satu berkas." in words_of(refused)
    assert kept_files(office) == 0
    assert upload(phone, "/lacak/laporan", sent, many[:1]).status_code == 303
    assert kept_files(office) == 1


def test_more_files_at_once_than_anybody_waits_for_are_left_for_the_next_time(
    case: Report, phone: Browser, office: Database
) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    sent = {**REPLY, "_wait": wait_id(phone.get("/lacak/laporan").text)}
    many = [("lampiran_pelapor", f"{n}.png", PNG) for n in range(12)]
    refused = upload(phone, "/lacak/laporan", sent, many)
    assert refused.status_code == 422
    assert "paling banyak 10 berkas; 10 yang pertama sudah diambil" in words_of(refused)
    assert kept_files(office) == 10
    assert refused.text.count('type="hidden" name="lampiran_pelapor"') == 10


def test_files_that_take_too_long_to_make_anew_are_left_for_the_next_time(
    case: Report, phone: Browser, office: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    sent = {**REPLY, "_wait": wait_id(phone.get("/lacak/laporan").text)}
    monkeypatch.setattr(entries, "MOST_WORK_S", 0.0)
    refused = upload(phone, "/lacak/laporan", sent, [("lampiran_pelapor", f"{n}.png", PNG) for n in range(3)])
    assert refused.status_code == 422
    assert "terlalu lama; lampirkan 0.png dan sesudahnya sekali lagi" in words_of(refused)
    assert kept_files(office) == 0


def kept_files(office: Database) -> int:
    with office.reading() as session:
        return session.scalar(select(func.count()).select_from(Attachment)) or 0


def test_rows_are_added_as_often_as_wanted_and_are_no_reply(case: Report, phone: Browser) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    wait = wait_id(phone.get("/lacak/laporan").text)
    for _press in range(12):
        page = phone.post("/lacak/laporan", **REPLY, _wait=wait, _baris="tambah:entah")
        assert page.status_code == 200
        assert REPLY["pesan"] in page.text
    assert "Kami menunggu data dari Anda" in phone.get("/lacak/laporan").text


def test_a_reply_that_comes_too_late_gives_back_what_was_typed(
    case: Report, phone: Browser, office: Database
) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    page = phone.get("/lacak/laporan")
    with office.transaction() as session:
        session.delete(session.scalars(select(MessageWait)).one())
    late = phone.post("/lacak/laporan", **REPLY, _wait=wait_id(page.text))
    assert late.status_code == 409
    assert "sudah tidak menunggu data tambahan" in words_of(late)
    assert REPLY["pesan"] in words_of(late)


def test_a_reply_after_the_look_ended_gives_back_what_was_typed(case: Report, phone: Browser) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    page = phone.get("/lacak/laporan")
    phone.client.delete_cookie("alur-lacak", path="/lacak")
    ended = phone.post("/lacak/laporan", **REPLY, _wait=wait_id(page.text))
    assert ended.status_code == 401
    assert "Waktu melihat laporan sudah habis" in words_of(ended)
    assert REPLY["pesan"] in words_of(ended)


def test_no_other_wait_than_the_one_asked_can_be_answered(
    case: Report, phone: Browser, office: Database
) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, case.code)
    assert phone.post("/lacak/laporan", **REPLY, _wait="0" * 32).status_code == 409
    with office.reading() as session:
        assert reporter.wanted(session, session.get_one(ProcessInstance, case.id)) is not None


def test_a_forged_form_is_refused(case: Report, phone: Browser) -> None:
    look_up(phone, case.number, case.code)
    for path, fields in (("/lacak/laporan", REPLY), ("/lacak", {"number": case.number, "code": case.code})):
        phone.token = "palsu"
        assert phone.post(path, **fields).status_code == 400


def test_the_reporter_leaves_no_address(
    case: Report, phone: Browser, config: Config, office: Database
) -> None:
    case.drive("penyaluran", "telaahan", "konfirmasi")
    look_up(phone, case.number, "1111 2222 3333 4444")
    look_up(phone, case.number, case.code)
    page = phone.get("/lacak/laporan")
    phone.post("/lacak/laporan", **REPLY, _wait=wait_id(page.text))
    assert not files_holding(config, office, ADDRESS)


def test_the_page_works_in_english(case: Report, phone: Browser) -> None:
    phone.client.set_cookie("language", "en")
    page = look_up(phone, case.number, case.code)
    assert "The way of the report Report recorded" in page
    assert "Perjalanan" not in page
