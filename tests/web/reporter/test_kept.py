"""Pelacakan: what the reporter wrote and attached is taken, or given back with the reason; never lost unsaid."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app import forms
from app.base.db import Database
from app.models import Attachment
from app.services.core import clock
from app.services.core.access import actor_of
from app.services.instances import instances
from app.services.maintenance import housekeeping
from app.services.people import users
from app.services.tasks import tasks
from app.web.reporter import tracking
from tests.reports import answers_for
from tests.web.conftest import Browser
from tests.web.pages import PNG, key_of, told_of, upload, words_of
from tests.web.reporters import ONE, Report, look_up, wait_id

FIRST = "Lokasinya di timur balai desa."
PAGE = "/lacak/laporan"
GONE = "Lampirkan sekali lagi, atau kirim tanpa berkas itu."


@pytest.fixture
def asked(office: Database, sign_in: Callable[[str], Browser]) -> Report:
    """A report whose reporter is asked."""
    case = Report(office, sign_in("lapor"))
    case.drive("penyaluran", "telaahan", "konfirmasi")
    return case


def opened(app: Flask, case: Report) -> tuple[Browser, dict[str, str]]:
    """A browser with the page open, and what its form sends whatever is typed."""
    phone = Browser(app.test_client())
    look_up(phone, case.number, case.code)
    page = phone.get(PAGE)
    return phone, {"_wait": wait_id(page.text), "idempotency_key": key_of(page)}


def written(page: str) -> list[str]:
    """What stands there to be copied."""
    return re.findall(r'class="typed">([^<]*)</p>', page.partition("Keadaan sekarang")[0])


def test_other_words_sent_from_the_same_page_are_given_back(app: Flask, asked: Report) -> None:
    phone, hidden = opened(app, asked)
    assert phone.post(PAGE, **hidden, pesan=FIRST).status_code == 303
    again = phone.post(PAGE, **hidden, pesan="Ralat: di barat.")
    assert again.status_code == 409
    assert "Kiriman pertama dari halaman ini sudah kami terima" in words_of(again)
    assert written(again.text) == ["Ralat: di barat."]
    assert "Ralat" not in phone.get(PAGE).text


@pytest.mark.parametrize("text", ["081234567890", "Jl.Merdeka/12,RT.03", "dua kata"])
def test_a_word_without_a_blank_is_given_back_and_the_file_is_named(
    app: Flask, asked: Report, text: str
) -> None:
    phone, hidden = opened(app, asked)
    other, others = opened(app, asked)
    assert other.post(PAGE, **others, pesan=FIRST).status_code == 303
    sent = {**hidden, "pesan": text, "cabut_laporan": "true", "kode": "  "}
    late = upload(phone, PAGE, sent, [("lampiran_pelapor", "foto.png", PNG)])
    assert late.status_code == 409
    assert written(late.text) == [text]
    assert "tidak ikut terkirim: foto.png" in words_of(late)
    for secret in (hidden["_wait"], asked.code):
        assert secret not in late.text


@pytest.mark.parametrize("text", ["081234567890", "Jl.Merdeka/12,RT.03", "dua kata"])
def test_a_code_made_anew_meanwhile_gives_back_words_and_names_files(
    app: Flask, asked: Report, sign_in: Callable[[str], Browser], text: str
) -> None:
    phone, hidden = opened(app, asked)
    refused = upload(phone, PAGE, {**hidden, "pesan": ""}, [("lampiran_pelapor", "tadi.png", PNG)])
    held = re.findall(r'type="hidden" name="lampiran_pelapor" value="([^"]+)"', refused.text)
    sign_in("lapor").post(f"/laporan/{asked.id}/kode", idempotency_key="baru")
    sent = {
        **hidden,
        "pesan": text,
        "cabut_laporan": "true",
        "number": "WNG-1",
        "code": "1111 2222 3333 4444",
        "lampiran_pelapor": held,
        "unit_lama": "Pilihan",
    }
    ended = upload(phone, PAGE, sent, [])
    assert ended.status_code == 401
    assert written(ended.text) == [text, "Pilihan"]
    assert "tidak ikut terkirim: tadi.png" in words_of(ended)
    for secret in (*held, "WNG-1", "1111 2222", hidden["_wait"], hidden["idempotency_key"]):
        assert secret not in ended.text
    new = upload(phone, PAGE, {**hidden, "pesan": text}, [("lampiran_pelapor", "foto.png", PNG)])
    assert "tidak ikut terkirim: foto.png" in words_of(new)


def test_an_answer_to_the_question_before_does_not_stand_in_the_new_ones_form(
    app: Flask, asked: Report, office: Database
) -> None:
    slow, hidden = opened(app, asked)
    quick, others = opened(app, asked)
    assert quick.post(PAGE, **others, pesan=FIRST).status_code == 303
    with office.transaction() as session:
        [task] = instances.open_tasks(session, asked.id)
        again = {**answers_for("konfirmasi", ONE, 1), "data_diminta": "Kapan kejadiannya?"}
        tasks.complete(session, task.id, again, {}, actor=actor_of(users.named(session, "upp")))
    late = upload(slow, PAGE, {**hidden, "pesan": "Di barat."}, [("lampiran_pelapor", "peta.png", PNG)])
    assert late.status_code == 409
    assert "Pertanyaan petugas sudah berganti" in words_of(late)
    assert "sudah tidak menunggu" not in words_of(late)
    assert written(late.text) == ["Di barat."]
    assert "tidak ikut terkirim: peta.png" in words_of(late)
    form, fresh = (text[text.index('id="jawaban"') :] for text in (late.text, slow.get(PAGE).text))
    assert "Di barat." not in form
    assert 'name="lampiran_pelapor" value' not in form
    boxes = r"<textarea.*?</textarea>"
    assert re.findall(boxes, form, re.DOTALL) == re.findall(boxes, fresh, re.DOTALL)
    with office.reading() as session:  # nothing that nobody can send is kept
        assert session.scalars(select(Attachment)).all() == []


@pytest.mark.parametrize("new", [True, False])
def test_a_file_that_is_gone_does_not_stop_the_form_for_ever(
    app: Flask, asked: Report, office: Database, new: bool
) -> None:
    phone, hidden = opened(app, asked)
    file = [("lampiran_pelapor", "foto.png", PNG)]
    upload(phone, PAGE, {**hidden, "pesan": ""}, file)
    with office.transaction() as session:
        [held] = session.scalars(select(Attachment.id))
        clock.fix(session, clock.now(session) + timedelta(days=2))
        assert housekeeping.collect(session) == 1
    sent = {**hidden, "pesan": FIRST, "lampiran_pelapor": [held]}
    if not new:  # told once, then the next sending works
        refused = upload(phone, PAGE, sent, [])
        assert refused.status_code == 422
        assert GONE in told_of(refused)["i-lampiran_pelapor"]
        assert held not in refused.text
        assert FIRST in refused.text
        del sent["lampiran_pelapor"]
        file = []
    assert upload(phone, PAGE, sent, file).status_code == 303


def test_an_officers_form_forgets_a_file_that_is_gone(
    office: Database, sign_in: Callable[[str], Browser]
) -> None:
    lapor = sign_in("lapor")
    path = "/laporan/baru?key=pengaduan"
    lapor.get(path)
    upload(lapor, path, {}, [("lampiran", "foto.png", PNG)])
    with office.transaction() as session:
        [held] = session.scalars(select(Attachment.id))
        session.execute(delete(Attachment))
    refused = upload(lapor, path, {"lampiran": [held]}, [])
    assert GONE in told_of(refused)["i-lampiran"]
    assert held not in refused.text
    new = upload(lapor, path, {"lampiran": [held]}, [("lampiran", "baru.png", PNG)])
    assert "i-lampiran" not in told_of(new)
    assert held not in new.text
    assert "baru.png" in new.text


def test_what_was_typed_is_told_by_the_forms_that_are_known(app: Flask) -> None:
    sizes = [{"label": "Besar", "value": "besar sekali"}]
    inside = [
        {"type": "textfield", "id": "a", "key": "nama", "label": "Nama"},
        {"type": "select", "id": "b", "key": "ukuran", "label": "Ukuran", "values": sizes},
    ]
    parts = [
        {"type": "dynamiclist", "id": "c", "path": "barang", "label": "Barang", "components": inside},
        {"type": "number", "id": "d", "key": "code", "label": "Kode"},
        {"type": "textfield", "id": "e", "key": "tetap", "label": "Tetap", "readonly": True},
    ]
    schema = json.dumps({"type": "default", "id": "f", "components": parts}).encode()
    form = forms.load_form(schema, file="f.form")
    sent = {
        "barang": "0:",
        "barang.0.nama": "Lampu",
        "barang.0.ukuran": "besar sekali",
        "code": "12",
        "tetap": "Tertulis dulu",
        "lain.0.nama": "Kabel",
        "lampiran.hapus": "x y",
        "_wait": "a b",
    }
    with app.test_request_context("/", method="POST", data=sent):
        assert tracking._typed_words([form]) == ["Lampu", "12", "Kabel"]
        assert tracking._typed_words() == ["Lampu", "besar sekali", "Tertulis dulu", "Kabel"]
