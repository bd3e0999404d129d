"""Putting off a task on its page."""

from collections.abc import Callable

from app.base.db import Database
from tests.web.cases import start_many, titles
from tests.web.conftest import Browser, Case
from tests.web.tasks.selecting import QUEUE, boxes, send

SignIn = Callable[[str], Browser]


def test_a_task_is_put_off_and_had_back_by_buttons(sign_in: SignIn, case: Case, office: Database) -> None:
    start_many(office, 1)
    browser = sign_in("lapor")
    rows = boxes(browser.get(QUEUE))
    send(browser, "claim", rows)
    here = f"/tugas/{rows[0].split('.')[0]}"
    refused = browser.post(f"{here}/tunda", until="99-99-2026")
    assert refused.status_code == 422
    assert "Tulis tanggal yang ada" in refused.text
    assert 'href="#f-until"' in refused.text
    there = browser.post(f"{here}/tunda", moved="1")
    assert there.location == "/tugas?tab=mine"
    page = browser.get(there.location)
    assert len(titles(page)) == 1
    assert f'action="{here}/kembalikan"' in page.text
    listed = browser.get("/tugas?tab=snoozed")
    assert len(titles(listed)) == 1
    assert "sampai perkara bergerak" in listed.text
    assert f'action="{here}/kembalikan"' in listed.text
    assert "Ditunda sampai perkara bergerak" in browser.get(here).text
    back = browser.post(f"{here}/kembalikan", next="/tugas?tab=snoozed")
    assert back.location == "/tugas?tab=snoozed"
    assert len(titles(browser.get("/tugas?tab=mine"))) == 2
    assert sign_in("dlh").post(f"{here}/tunda", moved="1").status_code == 404
