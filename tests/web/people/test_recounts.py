"""A day off that would move running deadlines is asked about first, and they are counted anew by a button."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.base.calendar import Calendar
from app.base.config import Config
from app.base.db import Database
from app.commands.migration import recounts
from app.models import Holiday, UserTask
from tests.web.conftest import Browser, Case
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def next_day(config: Config) -> date:
    """The first working day after today: every deadline of days runs across it."""
    calendar = Calendar(config.timezone)
    return calendar.add_working_days(calendar.local_date(datetime.now(UTC)), 1)


@pytest.fixture
def boss(sign_in: SignIn, case: Case) -> Browser:
    browser = sign_in("admin")
    browser.get("/pengguna/libur")
    return browser


def due(office: Database) -> datetime:
    with office.reading() as session:
        found = session.scalars(select(UserTask.due_at).where(UserTask.state == "open")).one()
        assert found is not None
        return found


def days(office: Database) -> list[date]:
    with office.reading() as session:
        return list(session.scalars(select(Holiday.on)))


def test_it_is_asked_first_and_nothing_changes(boss: Browser, office: Database, next_day: date) -> None:
    sent = {"kind": "off", "on": f"{next_day:%d-%m-%Y}", "name": "Pilkada"}
    page = words_of(boss.post("/pengguna/libur", **sent))
    assert "1 batas waktu dalam 1 perkara akan bergeser" in page
    assert "Tambahkan dan hitung ulang" in page
    assert days(office) == []


def test_what_runs_can_stay(boss: Browser, office: Database, next_day: date) -> None:
    before = due(office)
    sent = {"kind": "off", "on": f"{next_day:%d-%m-%Y}", "name": "Pilkada", "running": "keep"}
    assert boss.post("/pengguna/libur", **sent).location == "/pengguna/libur"
    assert "Tenggat yang sudah berjalan tidak berubah." in words_of(boss.get("/pengguna/libur"))
    while recounts.work(office):
        pass
    assert (due(office), days(office)) == (before, [next_day])
    assert "1 batas waktu dalam 1 perkara akan bergeser" in words_of(boss.get("/pengguna/libur/hitung-ulang"))


def test_or_be_counted_anew_and_back(boss: Browser, office: Database, next_day: date) -> None:
    before = due(office)
    sent = {"kind": "off", "on": f"{next_day:%d-%m-%Y}", "name": "Pilkada", "running": "recount"}
    assert boss.post("/pengguna/libur", **sent).location == "/pengguna/libur/hitung-ulang"
    assert "0 dari 1 perkara diperiksa" in words_of(boss.get("/pengguna/libur/hitung-ulang"))
    while recounts.work(office):
        pass
    assert due(office) >= before + timedelta(days=1)
    page = words_of(boss.get("/pengguna/libur/hitung-ulang"))
    assert "1 dari 1 perkara diperiksa; tenggat bergeser dalam 1 perkara." in page
    assert "Semua tenggat yang berjalan sesuai" in page
    asked = words_of(boss.post(f"/pengguna/libur/{next_day}/hapus"))
    assert "1 di antaranya menjadi lebih awal." in asked
    boss.post(f"/pengguna/libur/{next_day}/hapus", running="keep")
    boss.get("/pengguna/libur/hitung-ulang")
    assert boss.post("/pengguna/libur/hitung-ulang").status_code == 303
    while recounts.work(office):
        pass
    assert due(office) == before


def test_only_an_administrator_counts_anew(sign_in: SignIn) -> None:
    for name in ("upp", "auditor", "pemilik"):
        browser = sign_in(name)
        assert browser.get("/pengguna/libur/hitung-ulang").status_code == 403
        browser.get("/tugas")
        assert browser.post("/pengguna/libur/hitung-ulang").status_code == 403
        assert browser.post("/pengguna/libur/2026-12-09/hapus").status_code == 403
