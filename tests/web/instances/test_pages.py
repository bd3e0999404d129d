"""Laporan baru: the start form, its draft, and the slip that is shown right after saving."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.base.config import Config
from app.base.db import Database
from app.models import Attachment, Draft, HistoryEvent, ProcessInstance, TrackingCode
from app.services.core.access import actor_of
from app.services.deployment import deployments
from app.services.instances import numbers
from app.services.people import groups, users
from tests.engine.building import bpmn, end, exclusive, flow, start, user
from tests.reports import report, report_values
from tests.services.office import form, procedure, text
from tests.serving import form_in
from tests.web.conftest import Api, Browser
from tests.web.pages import PNG, code_of, fields_of, files_holding, key_of, upload, words_of

SignIn = Callable[[str], Browser]
NEW = "/laporan/baru?key=pengaduan"
FIELDS = fields_of(report_values(report("SIN-001")))
CANARY = "Kanari Pelapor Rahasia"


@pytest.fixture
def lapor(sign_in: SignIn) -> Browser:
    return sign_in("lapor")


def save(browser: Browser, **fields: str) -> str:
    """Save a report; the address of its slip."""
    key = key_of(browser.get("/laporan/baru"))
    response = browser.post(NEW, **{**FIELDS, "idempotency_key": key, **fields})
    assert response.status_code == 303, words_of(response)
    return response.location


def count_of_cases(office: Database) -> int:
    with office.reading() as session:
        return session.scalar(select(func.count()).select_from(ProcessInstance)) or 0


def test_officers_of_the_first_lane_fill_in_the_start_form_and_nobody_else(sign_in: SignIn) -> None:
    page = sign_in("lapor").get("/laporan/baru")
    assert "Judul laporan" in page.text
    for name in ("upp", "dpupr", "pemilik", "auditor", "admin"):
        browser = sign_in(name)
        assert browser.get("/laporan/baru").status_code == 403
        assert browser.get(NEW).status_code == 403
        assert browser.post(NEW, **FIELDS).status_code == 403
        assert browser.post("/laporan/baru/draf?key=pengaduan", **FIELDS).status_code == 403


def test_saving_starts_the_case_and_hands_out_a_code_that_opens_it(lapor: Browser) -> None:
    slip = lapor.get(save(lapor))
    code = code_of(slip)
    assert re.fullmatch(r"\d{4} \d{4} \d{4} \d{4}", code)
    number = re.search(r"Nomor laporan (\S+)", words_of(slip))
    assert number is not None
    assert f"nomor {number[1]}" in words_of(slip)  # in the reply to copy
    assert words_of(slip).count(code) == 3  # on the slip, alone, and in the reply
    opened = lapor.post("/lacak", number=number[1], code=code)
    assert (opened.status_code, opened.location) == (303, "/lacak/laporan")


def test_who_saves_a_report_is_told_that_something_in_it_was_masked(lapor: Browser) -> None:
    assert "Data pribadi dalam teks" in words_of(lapor.get("/laporan/baru"))
    fields = {
        **FIELDS,
        "isi": "Lampu mati. WA 0812-3456-7890",
        "idempotency_key": key_of(lapor.get("/laporan/baru")),
    }
    slip = lapor.get(lapor.post(NEW, **fields).location)
    assert "1 hal dalam isian disamarkan" in words_of(slip)
    assert "0812-3456" not in slip.text


def test_a_form_sent_twice_starts_one_case_and_shows_the_same_code(lapor: Browser, office: Database) -> None:
    key = key_of(lapor.get("/laporan/baru"))
    codes = []
    for _click in range(2):
        response = lapor.post(NEW, **{**FIELDS, "idempotency_key": key})
        codes.append(code_of(lapor.get(response.location)))
    assert codes[0]
    assert codes[0] == codes[1]
    assert count_of_cases(office) == 1


def test_a_form_with_files_sent_twice_starts_one_case(lapor: Browser, office: Database) -> None:
    key = key_of(lapor.get("/laporan/baru"))
    sent = {**FIELDS, "idempotency_key": key}
    places = {upload(lapor, NEW, sent, [("lampiran", "foto.png", PNG)]).location for _click in range(2)}
    assert len(places) == 1
    assert count_of_cases(office) == 1
    with office.reading() as session:
        attached = select(func.count()).select_from(Attachment).where(Attachment.instance_id.is_not(None))
        assert session.scalar(attached) == 1


def test_the_same_page_sent_again_with_other_content_asks_to_look_first(
    lapor: Browser, office: Database
) -> None:
    key = key_of(lapor.get("/laporan/baru"))
    lapor.post(NEW, **{**FIELDS, "idempotency_key": key})
    again = lapor.post(NEW, **{**FIELDS, "judul": "Judul yang lain", "idempotency_key": key})
    assert again.status_code == 422
    assert "sudah pernah dikirim dengan isi lain" in words_of(again)
    assert "Judul yang lain" in again.text
    assert count_of_cases(office) == 1


def test_a_number_that_is_taken_is_said_and_nothing_typed_is_lost(lapor: Browser, office: Database) -> None:
    save(lapor, tracking_id="9000001", sumber="Website", waktu_masuk="08.15")
    lapor.get("/laporan/baru")
    taken = {**FIELDS, "tracking_id": "9000001", "sumber": "Website", "waktu_masuk": "08.15"}
    refused = lapor.post(NEW, **taken)
    assert refused.status_code == 409
    assert "Nomor 9000001 sudah dipakai perkara lain. Buka perkara itu" in words_of(refused)
    with office.reading() as session:
        other = session.scalars(select(ProcessInstance.id)).one()
        assert f'href="/perkara/{other}"' in refused.text
        assert (
            numbers.holder(session, "pengaduan", "9000001", actor=actor_of(users.named(session, "dpupr")))
            is None
        )
    assert FIELDS["judul"] in refused.text
    assert FIELDS["judul"] in lapor.get("/laporan/baru").text  # kept as the draft
    assert count_of_cases(office) == 1


def test_the_code_is_shown_to_nobody_else_and_not_after_it_was_put_away(
    lapor: Browser, sign_in: SignIn
) -> None:
    place = save(lapor)
    code = code_of(lapor.get(place))
    assert code_of(lapor.get(place)) == code  # the page may be loaded again for some minutes
    assert code_of(sign_in("lapor").get(place)) == ""
    lapor.post(place)
    later = lapor.get(place)
    assert code not in later.text
    assert "Kode tidak ditampilkan" in later.text


def test_the_code_is_gone_once_its_officer_has_signed_out(lapor: Browser) -> None:
    place = save(lapor)
    assert (code := code_of(lapor.get(place)))
    lapor.post("/keluar")
    lapor.sign_in("lapor")
    assert code not in lapor.get(place).text


def test_the_code_is_stored_nowhere(lapor: Browser, config: Config, office: Database) -> None:
    code = code_of(lapor.get(save(lapor)))
    assert not files_holding(config, office, code)
    assert not files_holding(config, office, code.replace(" ", ""))


def test_a_new_code_voids_the_old_one_and_is_recorded(lapor: Browser, office: Database) -> None:
    place = save(lapor)
    old = code_of(lapor.get(place))
    response = lapor.post(place.replace("/slip", "/kode"), idempotency_key="kunci-kode-baru")
    new = code_of(lapor.get(response.location))
    assert new
    assert new != old
    with office.reading() as session:
        recorded = select(HistoryEvent).where(HistoryEvent.type == "tracking_code_reissued")
        assert len(session.scalars(recorded).all()) == 1


def test_others_may_not_issue_a_code(lapor: Browser, sign_in: SignIn) -> None:
    place = save(lapor).replace("/slip", "/kode")
    assert sign_in("pemilik").post(place).status_code == 403
    assert sign_in("auditor").post(place).status_code == 403
    assert sign_in("dpupr").post(place).status_code == 404


def test_what_is_missing_is_said_and_what_was_typed_stays(lapor: Browser) -> None:
    lapor.get("/laporan/baru")
    refused = lapor.post(
        NEW, **{**FIELDS, "judul": "", "isi": "Isi yang panjang sekali", "kontak_pelapor": "0812-0000-0999"}
    )
    assert refused.status_code == 422
    assert "Isi Judul laporan" in words_of(refused)
    assert "Isi yang panjang sekali" in refused.text
    assert "0812-0000-0999" in refused.text


def drafts_in(office: Database) -> int:
    with office.reading() as session:
        return session.scalar(select(func.count()).select_from(Draft)) or 0


def test_a_refused_form_that_nobody_touched_leaves_no_draft(lapor: Browser, office: Database) -> None:
    _action, untouched = form_in(lapor.get("/laporan/baru").text, "/laporan/baru")
    refused = lapor.post(NEW, **untouched)
    assert refused.status_code == 422
    assert "Isi Judul laporan" in words_of(refused)
    assert "Buang draf" not in refused.text
    assert drafts_in(office) == 0


def test_emptying_what_was_a_draft_leaves_none(lapor: Browser, office: Database) -> None:
    _action, untouched = form_in(lapor.get("/laporan/baru").text, "/laporan/baru")
    lapor.post(NEW, **{**untouched, "judul": "Sebentar saja"})
    assert drafts_in(office) == 1
    lapor.post(NEW, **untouched)
    assert drafts_in(office) == 0


def test_the_button_keeps_no_draft_of_a_form_that_nobody_touched_and_says_so(
    lapor: Browser, office: Database
) -> None:
    _action, untouched = form_in(lapor.get("/laporan/baru").text, "/laporan/baru")
    lapor.post("/laporan/baru/draf?key=pengaduan", **untouched)
    page = words_of(lapor.get("/laporan/baru"))
    assert "Isian sama seperti semula, jadi tidak ada draf yang disimpan." in page
    assert "Ini draf Anda" not in page
    assert drafts_in(office) == 0


def test_a_refused_form_offers_to_discard_the_draft_that_was_kept(lapor: Browser, office: Database) -> None:
    lapor.get("/laporan/baru")
    refused = lapor.post(NEW, **{**FIELDS, "judul": ""})
    assert refused.status_code == 422
    assert "Ya, buang draf" in refused.text
    assert "Ini draf Anda" not in refused.text
    lapor.post("/laporan/baru/buang?key=pengaduan")
    assert drafts_in(office) == 0


@pytest.mark.parametrize("path", [NEW, "/laporan/baru/draf?key=pengaduan"])
def test_what_is_too_large_for_a_draft_stays_on_the_page_and_is_said(lapor: Browser, path: str) -> None:
    lapor.get("/laporan/baru")
    refused = lapor.post(path, **{**FIELDS, "judul": "", "isi": f"Unik besar {'x' * 250_000}"})
    assert refused.status_code == 422
    assert "Unik besar" in refused.text
    assert "terlalu besar untuk disimpan" in words_of(refused)
    assert "Unik besar" not in lapor.get("/laporan/baru").text


def test_a_file_of_another_kind_is_named_and_the_others_are_kept(lapor: Browser) -> None:
    lapor.get("/laporan/baru")
    files = [("lampiran", "foto.png", PNG), ("lampiran", "jahat.exe", b"MZ")]
    refused = upload(lapor, NEW, {**FIELDS, "judul": ""}, files)
    assert refused.status_code == 422
    words = words_of(refused)
    assert "jahat.exe: Jenis berkas ini tidak diterima di sini" in words
    assert "Isi Judul laporan" in words
    [held] = re.findall(r'type="hidden" name="lampiran" value="([^"]+)"', refused.text)
    saved = lapor.post(NEW, **{**FIELDS, "lampiran": held})
    assert saved.status_code == 303


def test_each_of_several_bad_files_is_named_with_its_reason(lapor: Browser) -> None:
    lapor.get("/laporan/baru")
    files = [
        ("lampiran", "virus.exe", b"MZ"),
        ("lampiran", "foto.png", PNG),
        ("lampiran", "palsu.pdf", b"halo"),
    ]
    words = words_of(upload(lapor, NEW, FIELDS, files))
    assert "virus.exe: Jenis berkas ini tidak diterima di sini" in words
    assert "palsu.pdf: Isi berkas ini bukan PDF" in words
    assert "foto.png:" not in words
    many = [("lampiran", f"{n}.exe", b"MZ") for n in range(11)]
    words = words_of(upload(lapor, NEW, FIELDS, many))
    assert "9.exe: Jenis" in words
    assert "Hanya 10 berkas pertama yang dibaca; lampirkan sisanya lagi." in words


def test_a_file_that_lies_about_its_kind_is_refused(lapor: Browser) -> None:
    lapor.get("/laporan/baru")
    refused = upload(lapor, NEW, FIELDS, [("lampiran", "foto.png", b"bukan gambar")])
    assert refused.status_code == 422
    assert "foto.png: Isi berkas ini bukan PNG" in words_of(refused)


def test_a_file_that_is_too_large_is_told_beside_its_field_and_the_others_are_taken(lapor: Browser) -> None:
    lapor.get("/laporan/baru")
    large = b"%PDF-1.7\n" + b"x" * (12 * 1024 * 1024)
    refused = upload(
        lapor,
        "/laporan/baru?key=pengaduan",
        {"judul": "Lampu mati"},
        [("lampiran", "foto.png", PNG), ("lampiran", "pindai.pdf", large), ("lampiran", "lagi.pdf", large)],
    )
    assert refused.status_code == 422
    assert "pindai.pdf: Berkas ini lebih besar dari 10 MB." in words_of(refused)
    assert "foto.png" in refused.text
    assert 'value="Lampu mati"' in refused.text


def test_the_draft_is_kept_while_typing_and_survives_signing_out(lapor: Browser, sign_in: SignIn) -> None:
    lapor.get("/laporan/baru")
    sent = {"csrf_token": lapor.token, "judul": "Baru setengah", "tanggal_masuk": "entah kapan"}
    saved = lapor.client.post(
        "/laporan/baru/draf?key=pengaduan", data=sent, headers={"Accept": "application/json"}
    )
    assert re.fullmatch(r"\d\d\.\d\d", saved.json["saved"])
    lapor.post("/keluar")
    page = sign_in("lapor").get("/laporan/baru")
    assert 'value="Baru setengah"' in page.text
    assert 'value="entah kapan"' in page.text
    assert "Ini draf Anda" in words_of(page)


def test_the_button_keeps_files_too_and_a_draft_can_be_discarded(lapor: Browser) -> None:
    lapor.get("/laporan/baru")
    upload(
        lapor, "/laporan/baru/draf?key=pengaduan", {"judul": "Dengan foto"}, [("lampiran", "foto.png", PNG)]
    )
    page = lapor.get("/laporan/baru")
    assert "Draf tersimpan pukul" in words_of(page)
    assert "foto.png" in page.text
    lapor.post("/laporan/baru/buang?key=pengaduan")
    assert "Dengan foto" not in lapor.get("/laporan/baru").text


def test_saving_leaves_no_draft(lapor: Browser) -> None:
    lapor.get("/laporan/baru")
    lapor.post("/laporan/baru/draf?key=pengaduan", judul="Baru setengah")
    save(lapor)
    assert "Baru setengah" not in lapor.get("/laporan/baru").text


def test_identity_lies_nowhere_in_the_open(lapor: Browser, config: Config, office: Database) -> None:
    lapor.get("/laporan/baru")
    lapor.post("/laporan/baru/draf?key=pengaduan", nama_pelapor=CANARY)
    assert not files_holding(config, office, CANARY)
    save(lapor, nama_pelapor=CANARY)
    assert not files_holding(config, office, CANARY)


def test_with_several_processes_one_is_chosen_first(sign_in: SignIn, office: Database) -> None:
    with office.transaction() as session:
        deployments.deploy(session, procedure(), actor=None)
        lapor = users.named(session, "lapor")
        lapor.groups.append(groups.get_or_add(session, "Loket"))
    browser = sign_in("lapor")
    page = browser.get("/laporan/baru")
    assert "Prosedur uji" in words_of(page)
    assert "/laporan/baru?key=pengaduan" in page.text
    assert "Judul" in words_of(browser.get("/laporan/baru?key=uji"))
    assert browser.get("/laporan/baru?key=entah").status_code == 404


def test_a_start_that_the_diagram_cannot_follow_keeps_what_was_typed_and_tells_the_owner(
    sign_in: SignIn, office: Database
) -> None:
    shapes = [start("masuk", form="masuk"), exclusive("ada"), end("selesai"), end("lain")]
    flows = [
        "masuk > ada",
        flow("ada", "selesai", condition='=judul = "baik"'),
        flow("ada", "lain", condition='=judul = "lain"'),
    ]
    files = {
        "coba.bpmn": bpmn(shapes, flows, lanes={"Loket": "masuk ada selesai lain"}, key="coba", name="Coba"),
        "masuk.form": form(text("judul", required=True)),
    }
    with office.transaction() as session:
        deployments.deploy(session, files, actor=None)
        officer = users.named(session, "upp")
        officer.groups.append(groups.get_or_add(session, "Loket"))
    browser = sign_in("upp")
    key = key_of(browser.get("/laporan/baru?key=coba"))
    refused = browser.post("/laporan/baru?key=coba", idempotency_key=key, judul="Entah apa ini")
    assert refused.status_code == 422
    assert 'value="Entah apa ini"' in refused.text
    words = words_of(refused)
    assert "isian Anda disimpan sebagai draf, dan pemilik proses membaca sebabnya di Kendala" in words
    assert "judul =" not in words  # the rule is for the owner
    assert 'value="Entah apa ini"' in browser.get("/laporan/baru?key=coba").text
    assert "judul" in words_of(sign_in("pemilik").get("/kendala"))


def test_a_name_typed_into_an_anonymous_report_is_dropped_and_that_is_said(lapor: Browser) -> None:
    slip = lapor.get(save(lapor, nama_pelapor=CANARY, anonim="true"))
    said = "Tidak disimpan, karena dengan jawaban ini tidak ditanyakan: Nama pelapor, Nomor telepon"
    assert said in words_of(slip)
    assert CANARY not in slip.text
    assert "Tidak disimpan" not in words_of(lapor.get(save(lapor, nama_pelapor=CANARY, tracking_id="")))
    nobody = {name: "" for name in FIELDS if name.endswith("_pelapor")}
    assert "Tidak disimpan" not in words_of(lapor.get(save(lapor, **nobody, anonim="true", tracking_id="")))


@pytest.fixture
def meeting(office: Database) -> None:
    """A process without a reporter, started by the same lane."""
    nodes = [start("mulai", form="rapat"), user("undang"), end("selesai")]
    lanes = {"LAPOR ! – SP4N": "mulai undang selesai"}
    diagram = bpmn(nodes, "mulai > undang > selesai", lanes=lanes, key="rapat", name="Rapat koordinasi")
    with office.transaction() as session:
        files = {
            "rapat.bpmn": diagram,
            "rapat.form": form(text("acara", required=True), text("tamu", private=True)),
        }
        deployments.deploy(session, files, actor=None)


def test_a_process_without_a_reporter_speaks_of_no_report_and_hands_out_no_code(
    lapor: Browser, meeting: None, office: Database
) -> None:
    choice = words_of(lapor.get("/laporan/baru"))
    assert "Mulai perkara" in choice
    assert "Laporan baru" not in choice
    page = lapor.get("/laporan/baru?key=rapat")
    about = words_of(page)[words_of(page).index("Mulai Rapat koordinasi") :].lower()
    assert "lapor" not in about.replace("lapor ! – sp4n", "").replace("/laporan/", "")
    assert "rahasia" not in about
    saved = lapor.post("/laporan/baru?key=rapat", acara="Banjir", idempotency_key=key_of(page))
    assert saved.location.startswith("/perkara/")
    case = lapor.get(saved.location)
    with office.reading() as session:
        number = session.scalars(select(ProcessInstance.business_key)).one()
        assert session.scalar(select(func.count()).select_from(TrackingCode)) == 0
    assert f"Rapat koordinasi dimulai dengan nomor {number}." in words_of(case)
    assert "Terbitkan kode" not in case.text
    id_ = saved.location.rsplit("/", 1)[-1]
    assert lapor.get(f"/laporan/{id_}/slip").location == saved.location
    assert lapor.post(f"/laporan/{id_}/kode").status_code == 403


def test_the_api_hands_out_no_code_where_there_is_no_reporter(
    api: Callable[[str], Api], meeting: None
) -> None:
    started = api("lapor").post("/process-instances", {"key": "rapat", "variables": {"acara": "Banjir"}})
    assert started.status_code == 201
    assert "tracking_code" not in started.json
