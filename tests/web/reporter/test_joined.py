"""One case, many reporters; and what they think of it at the end: over HTTP, as officers and reporters see it."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from app.base.db import Database
from app.commands import search
from app.services.core.access import actor_of
from app.services.instances import cancellation
from app.services.people import users
from tests.reports import report_values
from tests.web.conftest import Browser
from tests.web.pages import code_of, fields_of, key_of, words_of
from tests.web.reporters import ONE, Report, look_up

SignIn = Callable[[str], Browser]


@pytest.fixture
def case(office: Database, sign_in: SignIn) -> Report:
    return Report(office, sign_in("lapor"))


@pytest.fixture
def lapor(case: Report, office: Database, sign_in: SignIn) -> Browser:
    turns = search.Turns(office)
    while turns.take():
        pass
    return sign_in("lapor")


@pytest.fixture
def phone(app: Flask) -> Browser:
    return Browser(app.test_client())


def cancel(office: Database, instance_id: int) -> None:
    with office.transaction() as session:
        owner = actor_of(users.named(session, "pemilik"))
        cancellation.cancel(session, instance_id, "sudah selesai", actor=owner)


def test_a_similar_report_is_joined_while_it_is_typed_and_its_reporter_has_his_own_code(
    case: Report, lapor: Browser, phone: Browser
) -> None:
    fields = fields_of(report_values(ONE))
    page = lapor.post("/laporan/baru/serupa?key=pengaduan", **fields)
    assert f'name="_join" value="{case.id}"' in page.text
    sent = {**fields, "idempotency_key": key_of(lapor.get("/laporan/baru")), "_join": str(case.id)}
    slip = lapor.post("/laporan/baru?key=pengaduan", **sent).location
    page = lapor.get(slip)
    code, found = code_of(page), re.search(r"Nomor laporan (\S+)", words_of(page))
    assert found is not None
    assert (found[1], code) != (case.number, case.code)
    joined = int(slip.split("/")[2])
    said = words_of(lapor.get(f"/perkara/{joined}"))
    assert f"Laporan ini digabung ke perkara {case.number}" in said
    assert f"Perkara ini punya 2 pelapor. Pesan kepada pelapor dibaca mereka semua. {found[1]}" in words_of(
        lapor.get(f"/perkara/{case.id}")
    )
    case.drive("penyaluran")
    page = look_up(phone, found[1], code)
    assert "Laporan Anda digabung dengan laporan lain tentang hal yang sama." in page
    assert "Terverifikasi, sedang ditelaah" in page
    assert look_up(phone, case.number, code).startswith("422")


def test_a_case_is_joined_by_number_and_parted_with_a_reason(
    case: Report, office: Database, lapor: Browser, sign_in: SignIn
) -> None:
    other = Report(office, lapor)
    assert "Perkara yang mungkin sama" in words_of(lapor.get(f"/perkara/{other.id}/gabung"))
    assert lapor.post(f"/perkara/{other.id}/gabung", number="TIDAK-ADA").status_code == 422
    assert lapor.post(f"/perkara/{other.id}/gabung").status_code == 422
    answer = lapor.post(f"/perkara/{other.id}/gabung", number=case.number)
    assert answer.location.endswith(f"/perkara/{other.id}")
    assert f"/perkara/{other.id}" in lapor.get("/perkara?state=joined").text
    assert lapor.post(f"/perkara/{case.id}/gabung", number=other.number).status_code == 409
    assert lapor.post(f"/perkara/{other.id}/pisah", reason=" ").status_code == 422
    assert sign_in("auditor").post(f"/perkara/{other.id}/pisah", reason="x").status_code == 403
    assert lapor.post(f"/perkara/{other.id}/pisah", reason="jalan lain").status_code == 303
    said = words_of(lapor.get(f"/perkara/{other.id}"))
    assert f"Laporan ini dipisahkan lagi dari perkara {case.number}" in said
    assert "jalan lain" in said


@pytest.mark.usefixtures("facts_follow")
def test_the_reporter_rates_it_at_the_end_and_the_case_shows_it(
    case: Report, office: Database, phone: Browser, sign_in: SignIn
) -> None:
    assert "Apakah Anda puas?" not in look_up(phone, case.number, case.code)
    early = phone.post("/lacak/nilai", rating="5", text="Bagus sekali")
    assert (early.status_code, "Bagus sekali" in words_of(early)) == (409, True)
    cancel(office, case.id)
    assert "Apakah Anda puas?" in words_of(phone.get("/lacak/laporan"))
    wrong = phone.post("/lacak/nilai", text="Lama")
    assert wrong.status_code == 422
    assert "Pilih nilai dari 1 sampai 5." in words_of(wrong)
    assert ">Lama</textarea>" in wrong.text
    assert phone.post("/lacak/nilai", rating="2", text="Lama <b>sekali</b>").status_code == 303
    assert phone.post("/lacak/nilai", rating="3", text="Lama <b>sekali</b>").status_code == 303
    assert "Ubah penilaian" in words_of(phone.get("/lacak/laporan"))
    page = sign_in("lapor").get(f"/perkara/{case.id}")
    assert "Penilaian pelapor 3 dari 5" in words_of(page)
    assert "<b>sekali" not in page.text
    assert "Rata-rata penilaian pelapor 3 dari 1 laporan" in words_of(sign_in("upp").get("/angka"))
    assert f"/perkara/{case.id}" in sign_in("lapor").get("/perkara?key=pengaduan&figure=rated").text
    assert sign_in("dlh").get(f"/perkara/{case.id}").status_code == 404
