"""Taking back a completion on the pages and by the API."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.base.db import Database
from app.models import UserTask
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.reporter import reporter
from app.services.tasks import tasks
from app.services.tasks.kept_completions import kept_of
from tests.engine.building import bpmn, end, node, start, user
from tests.reports import answers_for
from tests.web.cases import actor, fields, task_of
from tests.web.conftest import Browser, Case

SignIn = Callable[[str], Browser]


def completed(browser: Browser, case: Case, office: Database) -> tuple[UserTask, str]:
    """Complete the first task; return it, and the page that follows."""
    task = task_of(office, case.id)
    done = browser.post(f"/tugas/{task.id}", **fields(case, task.activity_id))
    assert done.status_code == 303
    return task, browser.get(done.location).text


def buttons(page: str) -> list[str]:
    return re.findall(r'action="(/tugas/[^"]+/urungkan)"', page)


def test_what_was_completed_is_taken_back_by_a_button_and_comes_back_filled_in(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    lapor = sign_in("lapor")
    task, page = completed(lapor, case, office)
    [undo] = buttons(page)
    there = lapor.post(undo)
    assert (there.status_code, there.location) == (303, f"/tugas/{task.id}")
    again = lapor.get(there.location).text
    assert "dibuka lagi. Isian Anda kembali sebagai draf." in html.unescape(again)
    wanted = answers_for(task.activity_id, case.report)
    assert all(html.escape(str(value)) in again for value in wanted.values() if isinstance(value, str))
    assert task_of(office, case.id).id == task.id
    told = lapor.get(f"/perkara/{case.id}").text
    assert "diurungkan" in told
    done = lapor.post(f"/tugas/{task.id}", **fields(case, task.activity_id))
    assert done.status_code == 303


def test_what_is_refused_says_why_on_the_page_of_the_task(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    lapor = sign_in("lapor")
    _task, page = completed(lapor, case, office)
    with office.transaction() as session:
        tasks.claim(session, task_of(office, case.id).id, actor=actor(session, "upp"))
    refused = lapor.post(buttons(page)[0])
    assert refused.status_code == 409
    assert "sudah mengambil tugas berikutnya" in refused.text


def test_the_form_that_was_sent_and_taken_back_is_not_done_by_sending_it_again(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    lapor, task = sign_in("lapor"), task_of(office, case.id)
    sent = {**fields(case, task.activity_id), "idempotency_key": "one-form"}
    lapor.post(f"/tugas/{task.id}", **sent)
    lapor.post(f"/tugas/{task.id}/urungkan")
    again = lapor.post(f"/tugas/{task.id}", **sent)
    assert again.status_code == 409
    assert "Penyelesaian ini sudah diurungkan" in html.unescape(again.text)
    assert task_of(office, case.id).id == task.id


def test_the_reporter_sees_the_case_where_it_is(sign_in: SignIn, case: Case, office: Database) -> None:

    def shown() -> Any:
        with office.reading() as session:
            task = session.get_one(UserTask, first)
            seen = reporter.overview(session, task.instance)
            return seen.status, [(one.text, one.meaning) for one in seen.way], seen.said

    first = task_of(office, case.id).id
    before = shown()
    lapor = sign_in("lapor")
    _task, page = completed(lapor, case, office)
    assert shown() != before
    lapor.post(buttons(page)[0])
    assert shown() == before


def test_nothing_is_offered_where_it_is_switched_off(sign_in: SignIn, case: Case, office: Database) -> None:

    office._info["config"] = replace(office._info["config"], undo_seconds=0)
    _task, page = completed(sign_in("lapor"), case, office)
    assert buttons(page) == []


def test_a_program_takes_back_what_it_sent_as_undoable(case: Case, office: Database) -> None:
    api, task = case.api("lapor"), case.task("lapor")
    body = {"variables": answers_for(task["activity_id"], case.report)}
    api.post(f"/tasks/{task['id']}/complete", {**body, "undoable": True})
    answer = api.post(f"/tasks/{task['id']}/undo")
    assert (answer.status_code, answer.json["state"], answer.json["assignee"]) == (200, "open", "lapor")
    api.post(f"/tasks/{task['id']}/complete", body)
    refused = api.post(f"/tasks/{task['id']}/undo")
    assert refused.status_code == 409
    with office.reading() as session:
        assert kept_of(session, case.id) is None


def test_an_event_that_waits_for_nothing_is_ended_on_the_pages_and_taken_back(
    sign_in: SignIn, office: Database
) -> None:
    nodes = [
        start("mulai"),
        user("isi"),
        node("intermediateCatchEvent", "berkas", name="Berkas masuk"),
        end(),
    ]
    lanes = {"LAPOR ! – SP4N": "mulai isi berkas end"}
    with office.transaction() as session:
        files = {"kecil.bpmn": bpmn(nodes, "mulai > isi > berkas > end", lanes=lanes, key="kecil")}
        deployments.deploy(session, files, actor=None)
        begun = instances.start(session, "kecil", {}, actor=actor(session, "lapor")).instance
        case_id = begun.id
    lapor = sign_in("lapor")
    lapor.post(f"/tugas/{task_of(office, case_id).id}")
    waiting = task_of(office, case_id)
    assert waiting.activity_id == "berkas"
    assert "Berkas masuk" in lapor.get("/tugas?tab=queue").text
    assert "Berkas masuk" in lapor.get(f"/tugas/{waiting.id}").text
    done = lapor.post(f"/tugas/{waiting.id}")
    assert done.status_code == 303
    told = lapor.get(f"/perkara/{case_id}").text
    assert "Berkas masuk" in told
    lapor.post(f"/tugas/{waiting.id}/urungkan")
    assert task_of(office, case_id).activity_id == "berkas"
    assert "diurungkan" in lapor.get(f"/perkara/{case_id}").text
