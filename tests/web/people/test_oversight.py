"""What an administrator sees of users: their last sign-in, where they are signed in, and in which lanes they are."""

import csv
from collections.abc import Callable
from io import StringIO

from sqlalchemy import select

from app.base.db import Database
from app.models import SecurityEvent
from app.services.people import sessions, users
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


def path_of(office: Database, name: str) -> str:
    with office.reading() as session:
        return f"/pengguna/{users.named(session, name).id}"


def test_when_somebody_signed_in_last_is_told(sign_in: SignIn, office: Database) -> None:
    admin = sign_in("admin")
    assert "Belum pernah masuk." in words_of(admin.get(path_of(office, "upp")))
    assert "Petugas UPP" in words_of(admin.get("/pengguna?state=never"))
    sign_in("upp")
    assert "Terakhir masuk" in words_of(admin.get(path_of(office, "upp")))
    assert "Petugas UPP" not in words_of(admin.get("/pengguna?state=never"))
    rows = csv.DictReader(StringIO(admin.get("/pengguna/unduh?format=csv").text.lstrip("\ufeff")))
    assert {row["nama pengguna"] for row in rows if row["terakhir masuk"]} == {"admin", "upp"}


def test_an_administrator_ends_one_session_or_all(sign_in: SignIn, office: Database) -> None:
    admin, phone, desk = sign_in("admin"), sign_in("upp"), sign_in("upp")
    path = path_of(office, "upp")
    with office.reading() as session:
        one, _other = sessions.open_sessions(session, users.named(session, "upp").id, None)
    admin.get(path)
    assert admin.post(f"{path}/sesi", session=one.id).status_code == 303
    assert sorted(browser.get("/tugas").status_code for browser in (phone, desk)) == [200, 302]
    with office.reading() as session:
        assert session.scalars(
            select(SecurityEvent.outcome).where(SecurityEvent.action == "session_ended")
        ).all() == ["administrator"]
    admin.get(path)
    assert admin.post(f"{path}/sesi").status_code == 303
    assert [browser.get("/tugas").status_code for browser in (phone, desk)] == [302, 302]
    assert "Sesi yang terbuka" not in words_of(admin.get(path))


def test_nobody_else_ends_sessions_and_ones_own_need_a_password(sign_in: SignIn, office: Database) -> None:
    admin, auditor, upp = sign_in("admin"), sign_in("auditor"), sign_in("upp")
    admin.get("/pengguna")
    assert admin.post(f"{path_of(office, 'admin')}/sesi").status_code == 409
    for browser in (auditor, upp):
        browser.get("/tugas")
        assert browser.post(f"{path_of(office, 'admin')}/sesi").status_code == 403
    assert admin.get("/pengguna").status_code == 200


def test_lanes_tell_who_is_in_them_and_which_processes_use_them(sign_in: SignIn) -> None:
    page = words_of(sign_in("auditor").get("/pengguna/lajur"))
    assert "Petugas UPP" in page
    assert "bersifat Pengaduan – UPP K/L/D" in page
    assert "koordinator UPT" in page
    assert "melihat identitas" in page
    assert sign_in("upp").get("/pengguna/lajur").status_code == 403
