"""Reopening a case on its page and by the API, and what officers and the reporter read of it then."""

import html
from collections.abc import Callable

import pytest
from flask import Flask

from app.base.db import Database
from app.services.deployment import deployments
from app.services.instances import cancellation
from app.services.tasks import tasks
from tests.reports import answers_for
from tests.sop_changes.editing import shipped
from tests.web.cases import actor, task_of
from tests.web.conftest import Api, Browser, Case
from tests.web.pages import told_of, words_of
from tests.web.reporters import ONE, Report, look_up

SignIn = Callable[[str], Browser]
REASON = "Ternyata belum diperbaiki"


def cancel(office: Database, case_id: int) -> None:
    with office.transaction() as session:
        cancellation.cancel(session, case_id, "keliru", actor=actor(session, "pemilik"))


def test_a_coordinator_reopens_it_on_its_page_with_a_reason(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    case.complete("lapor")
    owner, path = sign_in("pemilik"), f"/perkara/{case.id}"
    assert "Buka kembali…" not in owner.get(path).text
    cancel(office, case.id)
    page = owner.get(path)
    assert 'value="penyaluran" selected' in page.text  # completed last
    assert "Buka kembali…" not in sign_in("lapor").get(path).text
    silent = owner.post(f"{path}/buka-kembali", to="telaahan", deadline="new", reason=" ")
    assert silent.status_code == 422
    assert told_of(silent) == {"buka-kembali-reason": "Tulis alasan perkara dibuka kembali."}
    assert 'value="telaahan" selected' in silent.text
    nowhere = owner.post(f"{path}/buka-kembali", to="", deadline="new", reason=REASON)
    assert told_of(nowhere) == {"buka-kembali-to": "Pilih langkah tempat perkara diteruskan."}
    assert f">{REASON}</textarea>" in nowhere.text
    assert owner.post(f"{path}/buka-kembali", to="telaahan", deadline="new", reason=REASON).status_code == 303
    words = words_of(owner.get(path))
    assert "Perkara dibuka kembali di Telaahan Lanjutan" in words
    assert REASON in words
    assert "Dibuka kembali" in words
    assert task_of(office, case.id).activity_id == "telaahan"
    again = owner.post(f"{path}/buka-kembali", to="telaahan", deadline="new", reason=REASON)
    assert again.status_code == 409


def test_a_program_reopens_it_once(api: Callable[[str], Api], case: Case, office: Database) -> None:
    case.complete("lapor")
    cancel(office, case.id)
    url = f"/process-instances/{case.id}/reopen"
    body = {"activity_id": "penyaluran", "reason": REASON, "keep_deadline": True}
    assert api("lapor").post(url, body).status_code == 403
    assert api("dlh").post(url, body).status_code == 404
    wrong = api("pemilik").post(url, {**body, "activity_id": "tidak_ada"})
    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["to"])
    first, again = (api("pemilik").post(url, body, key="k") for _time in range(2))
    assert (first.status_code, first.json["state"], first.json["ended_at"]) == (200, "active", None)
    assert again.json == first.json
    items = api("lapor").get(f"/process-instances/{case.id}/history").json["items"]
    [event] = [one for one in items if one["type"] == "case_reopened"]
    assert event["data"]["reason"] == REASON
    assert event["data"]["keeps_deadline"] is True


@pytest.fixture
def report(office: Database, sign_in: SignIn) -> Report:
    """A report of a process that names a time in which reporters may say that it is not settled."""
    own = b'<zeebe:property name="identitas"'
    more = b'<zeebe:property name="belum selesai" value="10 hari kerja" />'
    drawn = shipped()["pengaduan.bpmn"].replace(own, more + own, 1)
    assert more in drawn
    with office.transaction() as session:
        deployments.deploy(session, {**shipped(), "pengaduan.bpmn": drawn}, actor=None)
    return Report(office, sign_in("lapor"))


def test_a_reporter_says_on_his_page_that_it_is_not_settled(
    app: Flask, report: Report, office: Database, sign_in: SignIn
) -> None:
    report.drive("penyaluran", "telaahan")
    task, upp = task_of(office, report.id), sign_in("upp")
    answers = {"data_lengkap": "tidak dapat dilengkapi", "penjelasan_pelapor": "Tidak ada lokasinya."}
    left_out = {"data_diminta": None, "kesimpulan": None, "alasan_kesimpulan": None}
    with office.transaction() as session:
        given = {**answers_for("konfirmasi", ONE), **left_out, **answers}
        tasks.complete(session, task.id, given, {}, actor=actor(session, "upp"))
    phone = Browser(app.test_client())
    page = look_up(phone, report.number, report.code)
    assert "Ternyata belum selesai?" in page
    silent = phone.post("/lacak/belum-selesai", text=" ")
    assert (silent.status_code, "Tulis apa yang belum selesai" in words_of(silent)) == (422, True)
    assert phone.post("/lacak/belum-selesai", text="Lokasinya di simpang tiga").status_code == 303
    words = words_of(phone.get("/lacak/laporan"))
    assert "Dibuka kembali" in words
    assert "Lokasinya di simpang tiga" in words
    assert "Ternyata belum selesai?" not in words
    assert task_of(office, report.id).activity_id == task.activity_id
    told = html.unescape(words_of(upp.get(f"/perkara/{report.id}")))
    assert "pelapor menyatakan belum selesai" in told
    assert "Lokasinya di simpang tiga" in told
    late = phone.post("/lacak/belum-selesai", text="Lagi")
    assert (late.status_code, "Lagi" in words_of(late)) == (409, True)
