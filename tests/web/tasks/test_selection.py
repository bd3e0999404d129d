"""Acting on several tasks of a list at once, as a browser without scripts does it."""

import html
import re
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.base.db import Database
from app.history.events.tasks import TaskCompleted
from app.models import HistoryEvent, UserTask
from app.services.people import users
from app.services.tasks import tasks
from tests.services.office import add_user
from tests.web.cases import actor, fields, start_many
from tests.web.conftest import Browser, Case
from tests.web.tasks.selecting import QUEUE, boxes, send

SignIn = Callable[[str], Browser]


def results(page: TestResponse) -> list[str]:
    """What the page says of each row, in words."""
    cells = re.findall(r'data-label="Hasil"><div>(.*?)</div></td>', page.text, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in cells]


def held_by(office: Database) -> list[int | None]:
    with office.reading() as session:
        return list(session.scalars(select(UserTask.assignee_id).where(UserTask.state == "open")))


def _colleague(session: Session) -> int:
    """The id of somebody who works where lapor does."""
    lanes = [group.name for group in users.named(session, "lapor").groups]
    return add_user(session, "siti", *lanes).id


def completions(office: Database) -> int:
    with office.reading() as session:
        kinds = select(HistoryEvent).where(HistoryEvent.type == TaskCompleted.type)
        return len(session.scalars(kinds).all())


def test_what_is_selected_is_claimed_and_all_of_it_is_undone(sign_in: SignIn, office: Database) -> None:
    start_many(office, 3)
    browser = sign_in("lapor")
    done = send(browser, "claim", boxes(browser.get(QUEUE)))
    assert done.status_code == 200
    assert results(done) == ["Berhasil Sekarang tugas Anda."] * 3
    assert None not in held_by(office)
    again = send(browser, "release", boxes(done))
    assert results(again) == ["Berhasil Kembali ke antrean."] * 3
    assert held_by(office) == [None] * 3
    assert len(boxes(again)) == 3  # and claimed again, if one wants


def test_a_row_that_somebody_else_took_is_told_and_the_others_are_done(
    sign_in: SignIn, office: Database
) -> None:
    start_many(office, 3)
    browser = sign_in("lapor")
    rows = boxes(browser.get(QUEUE))
    with office.transaction() as session:
        siti = _colleague(session)
    with office.transaction() as session:
        tasks.claim(session, rows[1].split(".")[0], actor=actor(session, "siti"))
    done = send(browser, "claim", rows)
    told = results(done)
    assert sum(words.startswith("Berhasil") for words in told) == 2
    assert any("sedang mengerjakan tugas ini" in words for words in told)
    with office.reading() as session:
        assert session.get_one(UserTask, rows[1].split(".")[0]).assignee_id == siti


def test_what_was_released_by_somebody_is_not_handed_on_as_if_it_were_held(
    sign_in: SignIn, office: Database
) -> None:
    start_many(office, 2)
    browser = sign_in("lapor")
    send(browser, "claim", boxes(browser.get(QUEUE)))
    rows = boxes(browser.get("/tugas?tab=mine"))
    with office.transaction() as session:
        tasks.release(session, rows[0].split(".")[0], actor=actor(session, "lapor"))
        siti = _colleague(session)
    asked = send(browser, "reassign", rows)
    assert f'value="{siti}"' in asked.text
    refused = browser.post("/tugas/pilihan/alihkan", **{"pilih:": rows, "to": str(siti), "reason": ""})
    assert refused.status_code == 422
    assert "Tulis alasan pengalihan." in refused.text
    done = browser.post("/tugas/pilihan/alihkan", **{"pilih:": rows, "to": str(siti), "reason": "Cuti."})
    assert sorted(held_by(office), key=str) == sorted([siti, None], key=str)
    assert any("dikembalikan ke antrean oleh" in words for words in results(done))


def test_like_tasks_are_completed_by_one_form_each_once(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    start_many(office, 3)
    browser = sign_in("lapor")
    form = send(browser, "complete", boxes(browser.get(QUEUE)))
    assert form.status_code == 200
    assert "Formulir untuk 3 tugas" in form.text  # that of ``case`` has other things filled in
    assert "Formulirnya sudah terisi lain dari tugas lainnya: " in form.text
    assert "Berubah sementara itu" not in form.text
    assert "Selesaikan 1 tugas itu" in form.text
    assert 'type="file"' not in form.text
    with office.reading() as session:
        activity = session.scalars(select(UserTask.activity_id)).first() or ""
    rows, rest = boxes(form)[:3], boxes(form)[3:]
    sent = {**fields(case, activity), "pilih:": rows, "sisa:": rest, "idempotency_key": "one-form"}
    empty = browser.post("/tugas/pilihan/selesaikan", **{"pilih:": rows})
    assert empty.status_code == 422
    assert set(held_by(office)) == {None}
    done = browser.post("/tugas/pilihan/selesaikan", **sent)
    assert [words.split()[0] for words in results(done)] == ["Berhasil"] * 3 + ["Isian"]
    assert "Selesaikan 1 tugas itu" in done.text
    assert "Formulir untuk 1 tugas" in send(browser, "complete", boxes(done)).text
    assert completions(office) == 3
    again = browser.post("/tugas/pilihan/selesaikan", **sent)
    assert again.status_code == 200
    assert completions(office) == 3


def test_a_case_that_changed_since_the_list_is_not_completed(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    start_many(office, 1)
    browser = sign_in("lapor")
    rows = boxes(browser.get(QUEUE))
    stale = rows[0].rpartition(".")[0] + ".99"
    page = send(browser, "complete", [stale, rows[1]])
    assert boxes(page) == [rows[1]]
    assert any("Berubah sejak daftar dibuka." in words for words in results(page))


def test_what_is_not_his_is_refused_row_by_row(sign_in: SignIn, office: Database) -> None:
    start_many(office, 1)
    [row] = boxes(sign_in("lapor").get(QUEUE))
    other = sign_in("dlh")
    assert results(send(other, "claim", [row]))[0].startswith("Tidak boleh")
    assert "Belum ada tugas yang dipilih" in send(other, "claim", ["x", "a.b.c"]).text
    assert held_by(office) == [None]
