"""Quiet hours of the office, and texts of letters and notices: edited with a preview, kept, reset."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.models import MessageText, OutboxMessage
from app.services.core import clock
from app.services.notifications import message_texts, outbox, quiet_hours
from app.services.people import users
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]
MAIL = "/pemasangan/teks/mail/id"


@pytest.fixture
def boss(sign_in: SignIn) -> Browser:
    browser = sign_in("admin")
    browser.get("/pemasangan/teks")
    return browser


def test_an_edited_text_is_in_force_and_the_one_before_is_kept_with_who_and_when(
    boss: Browser, office: Database
) -> None:
    boss.post(MAIL, subject="Kabar: {jumlah}", body="Halo\r\n{daftar}")
    boss.post(MAIL, subject="Baru: {jumlah}", body="{daftar}")
    with office.reading() as session:
        found = message_texts.in_force(session, "mail", "id")
        assert (found.subject, found.body) == ("Baru: {jumlah}", "{daftar}")
        assert [row.body for row in session.scalars(select(MessageText))] == ["Halo\n{daftar}", "{daftar}"]
    page = words_of(boss.get(MAIL))
    assert page.count("Administrator") >= 2
    assert "Kabar: {jumlah}" in page
    assert "Diubah" in words_of(boss.get("/pemasangan/teks"))
    told = words_of(boss.get("/pengguna/riwayat"))
    assert "Teks pemberitahuan mail diubah" in told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{daftar}\nHalo {pelapor}", "“{pelapor}” (baris 2, huruf 6) bukan isian yang dikenal"),
        ("{daftar} {daftar.x}", "“{daftar.x}” (baris 1, huruf 10)"),
        ("{daftar} {", "“{” (baris 1, huruf 10)"),
        ("Halo", "Isian {daftar} harus ada."),
        ("", "Tulis teksnya."),
        ("{daftar}" + "a" * 4_000, "Paling panjang 4000 huruf."),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_nothing_is_kept(
    boss: Browser, office: Database, body: str, told: str
) -> None:
    answer = boss.post(MAIL, subject="Kabar", body=body)
    assert answer.status_code == 422
    assert told in words_of(answer)
    with office.reading() as session:
        assert session.scalars(select(MessageText)).all() == []


def test_a_preview_shows_an_example_and_keeps_nothing(boss: Browser, office: Database) -> None:
    answer = boss.post(MAIL, subject="Kabar {jumlah}", body="<b>x</b> {daftar}", act="preview")
    assert answer.status_code == 200
    assert "Kabar 3 perkara" in words_of(answer)
    assert "CONTOH-2026-0002" in answer.text
    assert "<b>x</b>" not in answer.text
    assert "&lt;b&gt;x&lt;/b&gt; CONTOH-2026-0001" in answer.text
    with office.reading() as session:
        assert session.scalars(select(MessageText)).all() == []


def test_resetting_puts_the_delivered_text_in_force_and_keeps_the_other(
    boss: Browser, office: Database
) -> None:
    boss.post(MAIL, subject="Kabar", body="{daftar}")
    assert boss.post(f"{MAIL}/bawaan").status_code == 303
    with office.reading() as session:
        assert message_texts.in_force(session, "mail", "id").subject == "Alur: {jumlah}"
        assert [row.is_delivered for row in session.scalars(select(MessageText))] == [False, True]
    page = boss.get(f"{MAIL}?versi=1").text
    assert 'value="Kabar"' in page


def test_who_saves_over_what_somebody_else_wrote_meanwhile_is_told(boss: Browser, sign_in: SignIn) -> None:
    shown = boss.get(MAIL).text.split('name="shown" value="')[1].split('"')[0]
    boss.post(MAIL, subject="Satu", body="{daftar}", shown=shown)
    answer = boss.post(MAIL, subject="Dua", body="{daftar}", shown=shown)
    assert answer.status_code == 422
    assert "diubah sejak halaman ini dibuka" in words_of(answer)


def test_a_sentence_is_read_as_it_was_written_in_the_readers_language(
    boss: Browser, office: Database, sign_in: SignIn
) -> None:
    boss.post("/pemasangan/teks/mentioned/id", body="Anda dipanggil {oleh} <i>")
    with office.transaction() as session:
        upp = users.named(session, "upp")
        session.add(
            OutboxMessage(
                body={"code": "mentioned", "params": {"by": "Siti {reason}"}},
                audience={"users": [upp.id]},
                queued_at=clock.now(session),
            )
        )
        session.flush()
        outbox.deliver(session)
    browser = sign_in("upp")
    page = browser.get("/notifikasi")
    assert "Anda dipanggil Siti {reason} &lt;i&gt;" in page.text
    assert "Anda dipanggil Siti" in browser.get("/notifikasi/unduh?format=csv").get_data().decode()


def test_a_text_message_is_no_longer_than_one(boss: Browser) -> None:
    long = "Kabar {nomor} " + "a" * 140
    assert "paling banyak 160" in words_of(boss.post("/pemasangan/teks/sms_wrote/id", body=long))


@pytest.mark.parametrize("path", ["/pemasangan/teks", MAIL, "/pemasangan/jam-tenang"])
def test_nobody_but_administrators_comes_there(sign_in: SignIn, path: str) -> None:
    for name in ("upp", "auditor", "pemilik"):
        browser = sign_in(name)
        assert browser.get(path).status_code == 403
    browser.get("/notifikasi")
    for sent in (MAIL, f"{MAIL}/bawaan", "/pemasangan/jam-tenang"):
        assert browser.post(sent, subject="x", body="{daftar}").status_code == 403


def test_there_is_no_other_text_and_no_other_language(boss: Browser) -> None:
    assert boss.get("/pemasangan/teks/rahasia/id").status_code == 404
    assert boss.get("/pemasangan/teks/mail/fr").status_code == 404
    assert boss.get("/pemasangan/teks/sms_wrote/en").status_code == 404


def test_the_offices_hours_are_changed_and_told(boss: Browser, office: Database) -> None:
    sent = {"begins": "18.30", "ends": "06:00", "digest_at": "08:15"}
    assert boss.post("/pemasangan/jam-tenang", **sent).status_code == 303
    with office.reading() as session:
        found = quiet_hours.of_office(session)
    assert found == quiet_hours.OfficeHours("18:30", "06:00", days_off=False, digest_at="08:15")
    assert "18.30–06.00" in words_of(boss.get("/pemasangan"))
    assert "Jam tenang kantor diubah" in words_of(boss.get("/pengguna/riwayat"))
    wrong = boss.post("/pemasangan/jam-tenang", **(sent | {"digest_at": "pagi"}))
    assert wrong.status_code == 422
    assert 'value="pagi"' in wrong.text
