"""Work that would wait in vain: units without officers, units that are over, lanes that somebody leaves empty."""

import re
from collections.abc import Callable
from datetime import date

import pytest

from app.base.db import Database
from app.models import Unit
from app.services.core import clock
from app.services.people import users
from tests.web.cases import task_of
from tests.web.conftest import Browser, Case
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def routing(sign_in: SignIn, case: Case, office: Database) -> Callable[[], str]:
    """The page on which UPP chooses a unit."""
    for name in ("lapor", "upp", "upp"):
        case.complete(name)
    browser, task = sign_in("upp"), task_of(office, case.id)
    return lambda: browser.get(f"/tugas/{task.id}").text


def label(page: str, code: str) -> str:
    found = re.search(rf'<option value="{code}"[^>]*>([^<]+)</option>', page)
    assert found
    return found[1]


def test_a_unit_that_is_over_or_still_to_come_is_marked_where_it_is_chosen(
    routing: Callable[[], str], office: Database
) -> None:
    with office.transaction() as session:
        session.get_one(Unit, "DPUPR").valid_until = date(2020, 1, 31)
        session.get_one(Unit, "DISHUB").valid_from = date(2099, 1, 1)
    page = routing()
    assert label(page, "DPUPR").endswith(" (sudah tidak berlaku)")
    assert label(page, "DISHUB").endswith(" (belum berlaku)")
    assert label(page, "BPBD").endswith(" (belum ada petugas)")


def test_an_auditor_is_no_officer_of_his_unit(routing: Callable[[], str], office: Database) -> None:
    assert "belum ada" not in label(routing(), "DPUPR")
    with office.transaction() as session:
        users.named(session, "dpupr").is_auditor = True
    assert label(routing(), "DPUPR").endswith(" (belum ada petugas)")


def test_who_leaves_tasks_without_an_officer_says_so(sign_in: SignIn, case: Case, office: Database) -> None:
    admin = sign_in("admin")
    with office.reading() as session:
        place = f"/pengguna/{users.named(session, 'lapor').id}"
    admin.get(place)
    admin.post(f"{place}/nonaktif")
    shown = words_of(admin.get(place))
    assert "1 tugas terbuka tidak punya petugas lagi: LAPOR ! – SP4N." in shown
    with office.transaction() as session:
        users.named(session, "lapor").disabled_at = None
        assert clock.now(session)
    admin.post(place, full_name="Petugas LAPOR", language="id")  # taken out of his lane
    assert "1 tugas terbuka tidak punya petugas lagi: LAPOR ! – SP4N." in words_of(admin.get(place))
