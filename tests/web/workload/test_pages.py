"""The coordinator's pages: 34 overdue tasks found, spread and off the list; absence and its substitute."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.base.db import Database
from app.commands import workload as commands
from app.models import UserTask
from app.services.core import clock
from app.services.core.access import actor_of
from app.services.instances import instances
from app.services.people import users
from tests.reports import report, report_values
from tests.serving import form_in
from tests.web.conftest import Browser
from tests.web.pages import key_of, words_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def overdue(office: Database) -> Database:
    """34 reports in the first lane, all past their deadline, and a second officer there."""
    values = report_values(report("SIN-001"))
    with office.transaction() as session:
        lapor = users.named(session, "lapor")
        upp = users.named(session, "upp")
        upp.groups.append(lapor.groups[0])
        actor = actor_of(lapor)
        for number in range(34):
            given = {**values, "tracking_id": str(9_100_000 + number)}
            instances.start(session, "pengaduan", given, actor=actor)
        past = clock.now(session) - timedelta(days=3)
        session.execute(update(UserTask).values(due_at=past, sort_at=past))
    return office


def send(browser: Browser, page: TestResponse, **typed: Any) -> TestResponse:
    """Send the form of the list as the browser would."""
    text = page.text[page.text.index('<form method="post" action="/beban/tugas') :]
    action, hidden = form_in(text, "/beban/tugas")
    del hidden["csrf_token"]
    return browser.post(action, **{**hidden, **typed})


def finish(office: Database) -> None:
    """The worker's part: a slow machine does not do all of it while the page is answered."""
    while commands.work(office):
        pass


def test_a_coordinator_spreads_34_overdue_tasks_and_clears_the_list(
    sign_in: SignIn, overdue: Database
) -> None:
    browser = sign_in("koordinator")
    page = browser.get("/beban")
    assert 'href="/beban"' in page.text
    assert "Lewat tenggat: 34" in page.text
    page = browser.get("/beban/tugas?tenggat=overdue&petugas=none")
    assert "Pilih semua 34 tugas" in page.text
    people = re.findall(r'name="officer" value="(\d+)"', page.text)
    assert len(people) == 2
    page = send(browser, page, semua="1", officer=people)
    assert page.status_code == 200, page.text
    assert "34 tugas dipilih" in page.text
    assert "Daftarnya berubah" not in page.text
    shares = re.findall(r'name="bagian" value="([^"]+)"', page.text)
    assert len(shares) == 34
    refused = browser.post("/beban/bagikan", bagian=shares, reason="", idempotency_key=key_of(page))
    assert refused.status_code == 422
    assert len(re.findall(r'name="bagian"', refused.text)) == 34
    done = browser.post(
        "/beban/bagikan", bagian=shares, reason="Lewat tenggat", idempotency_key=key_of(refused)
    )
    assert done.status_code == 303
    finish(overdue)
    page = browser.get(done.headers["Location"])
    assert "34 dari 34 tugas selesai" in page.text
    page = browser.get("/beban/tugas?tenggat=overdue&petugas=none")
    assert "Tidak ada tugas yang cocok" in page.text
    with overdue.reading() as session:
        held = [
            session.scalars(select(UserTask.id).where(UserTask.assignee_id == int(one))).all()
            for one in people
        ]
    assert [len(one) for one in held] == [17, 17]
    back = browser.post(
        f"{done.headers['Location']}/tarik", idempotency_key=key_of(browser.get(done.headers["Location"]))
    )
    assert back.status_code == 303
    finish(overdue)
    assert "Lewat tenggat: 34" in browser.get("/beban").text


def test_all_of_a_list_stays_all_of_that_list(sign_in: SignIn, overdue: Database) -> None:
    """Without an officer, without a reason, and on the way back it is about the tasks that were filtered for."""
    browser = sign_in("koordinator")
    with overdue.transaction() as session:
        late = session.scalars(select(UserTask.id).order_by(UserTask.id).limit(5)).all()
        session.execute(update(UserTask).where(UserTask.id.not_in(late)).values(due_at=None))
        later = clock.now(session) + timedelta(days=60)
        session.execute(update(UserTask).where(UserTask.id.not_in(late)).values(sort_at=later))
    page = browser.get("/beban/tugas?tenggat=overdue&petugas=none")
    people = re.findall(r'name="officer" value="(\d+)"', page.text)
    for _again in range(2):
        page = send(browser, page, semua="1")
        assert page.status_code == 422
        assert "Pilih semua 5 tugas" in page.text
        assert '<option value="overdue" selected>' in page.text
        assert sorted(re.findall(r'name="task" value="([^"]+)"', page.text)) == sorted(late)
    page = send(browser, page, semua="1", officer=people)
    for _again in range(2):
        shares = re.findall(r'name="bagian" value="([^":]+):', page.text)
        assert sorted(shares) == sorted(late)
        assert "5 tugas dipilih" in page.text
        assert 'href="/beban/tugas?petugas=none&amp;tenggat=overdue"' in page.text
        action, _hidden = form_in(page.text, "/beban/bagikan")
        every = re.findall(r'name="bagian" value="([^"]+)"', page.text)
        page = browser.post(action, bagian=every, reason="", idempotency_key=key_of(page))


def test_a_list_that_changed_since_it_was_opened_is_told_of(sign_in: SignIn, overdue: Database) -> None:
    browser = sign_in("koordinator")
    page = browser.get("/beban/tugas?tenggat=overdue")
    people = re.findall(r'name="officer" value="(\d+)"', page.text)
    with overdue.transaction() as session:
        [some] = session.scalars(select(UserTask.id).limit(1)).all()
        later = clock.now(session) + timedelta(days=60)
        session.execute(update(UserTask).where(UserTask.id == some).values(due_at=later, sort_at=later))
    page = send(browser, page, semua="1", officer=people)
    assert "waktu itu 34 tugas, sekarang 33" in page.text


def test_what_is_missing_is_said_at_its_place(sign_in: SignIn, overdue: Database) -> None:
    browser = sign_in("koordinator")
    browser.get("/beban/tugas")
    page = browser.post("/beban/tugas")
    assert page.status_code == 422
    assert "Pilih tugas yang dibagikan." in page.text
    assert "Pilih sedikitnya satu petugas." in page.text


@pytest.mark.parametrize(
    ("name", "status"),
    [("lapor", 403), ("dlh", 403), ("koordinator", 200), ("pemilik", 200), ("auditor", 200), ("admin", 200)],
)
def test_who_sees_the_workload(sign_in: SignIn, overdue: Database, name: str, status: int) -> None:
    browser = sign_in(name)
    for path in ("/beban", "/beban/tugas", "/beban/serah-terima"):
        assert browser.get(path).status_code == status, path
    assert ('href="/beban"' in browser.get("/perkara").text) == (status == 200)


def test_an_auditor_is_offered_nothing_to_change(sign_in: SignIn, overdue: Database) -> None:
    browser = sign_in("auditor")
    page = browser.get("/beban/tugas").text
    assert 'name="task"' not in page
    assert 'name="officer"' not in page
    assert browser.post("/beban/bagikan", bagian="x:1", reason="x").status_code == 403


def test_a_substitute_takes_over_and_it_is_told_so(sign_in: SignIn, overdue: Database) -> None:
    lapor = sign_in("lapor")
    page = lapor.get("/ketidakhadiran")
    with overdue.reading() as session:
        ids = {name: users.named(session, name).id for name in ("lapor", "upp")}
        [task_id, *_] = session.scalars(select(UserTask.id).order_by(UserTask.id)).all()
        first = clock.today(session)
    lapor.post(f"/tugas/{task_id}/ambil")
    days = {"first_on": f"{first:%d-%m-%Y}", "last_on": f"{first + timedelta(days=30):%d-%m-%Y}"}
    page = lapor.post("/ketidakhadiran", user=ids["lapor"], substitute="9999", **days)
    assert page.status_code == 422
    done = lapor.post("/ketidakhadiran", user=ids["lapor"], substitute=ids["upp"], **days)
    assert done.status_code == 303, done.text
    upp = sign_in("upp")
    assert f"/beban/serah-terima?orang={ids['lapor']}" in upp.get(f"/tugas/{task_id}").text
    page = upp.get("/ketidakhadiran")
    assert "Anda menggantikan" in page.text
    page = upp.get(f"/beban/serah-terima?orang={ids['lapor']}")
    done = upp.post("/beban/serah-terima", orang=ids["lapor"], to=ids["upp"], reason="Menggantikan")
    assert done.status_code == 303, words_of(done)
    assert "Dialihkan" in upp.get(done.headers["Location"]).text
    with overdue.reading() as session:
        task = session.get_one(UserTask, task_id)
        assert task.assignee_id == ids["upp"]
    assert "sebagai pengganti" in words_of(upp.get(f"/perkara/{task.instance_id}"))


def test_the_load_is_shown_where_a_colleague_is_chosen(sign_in: SignIn, overdue: Database) -> None:
    browser = sign_in("upp")
    with overdue.reading() as session:
        task_id = session.scalars(select(UserTask.id)).first()
    browser.get(f"/tugas/{task_id}")
    browser.post(f"/tugas/{task_id}/ambil")
    assert re.search(r"<option[^>]*>[^<]*: 0 tugas terbuka", browser.get(f"/tugas/{task_id}").text)
