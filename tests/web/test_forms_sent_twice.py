"""A form of a page that is sent twice, e.g. by two clicks: done once, and answered as it was the first time."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.base.config import ROOT
from app.base.db import Database
from app.models import HistoryEvent, Holiday, ProcessInstance, Unit
from app.services.instances import incidents
from app.services.people import api_tokens, users
from tests.web.conftest import Browser, Case
from tests.web.pages import upload, words_of

SignIn = Callable[[str], Browser]


def key_in(page: TestResponse, action: str = "") -> str:
    """The key of the page's form that posts to ``action``; without one: of the form that posts to the page itself."""
    forms = re.findall(r"<form([^>]*method=\"post\"[^>]*)>(.*?)</form>", page.text, re.DOTALL)
    [body] = [
        body for head, body in forms if (f'action="{action}"' in head if action else "action=" not in head)
    ]
    [key] = re.findall(r'name="idempotency_key" value="([^"]+)"', body)
    return str(key)


def send_twice(browser: Browser, shown: str, action: str = "", **fields: str) -> None:
    """Open the page ``shown`` and send its form to ``action`` twice; the second answer must be the first one's."""
    key = key_in(browser.get(shown), action)
    first, second = (
        browser.post(action or shown, idempotency_key=key, **fields) for _time in ("first", "second")
    )
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location


def recorded(office: Database, type_: str) -> int:
    with office.reading() as session:
        return len(session.scalars(select(HistoryEvent).where(HistoryEvent.type == type_)).all())


def test_an_incident_is_tried_again_once(office: Database, case: Case, sign_in: SignIn) -> None:
    with office.transaction() as session:
        instance = session.get_one(ProcessInstance, case.id)
        incidents.open_one(session, instance, "sebab", actor=None, activity_id="data_lengkap")
    send_twice(sign_in("pemilik"), "/kendala", "/kendala/1/coba")
    assert recorded(office, "incident_resolved") == 1


def test_a_user_is_disabled_and_enabled_once(admin: Browser, office: Database) -> None:
    with office.reading() as session:
        page = f"/pengguna/{users.named(session, 'lapor').id}"
    send_twice(admin, page, f"{page}/nonaktif")
    send_twice(admin, page, f"{page}/aktif")
    assert recorded(office, "user_disabled") == recorded(office, "user_enabled") == 1


def test_tokens_made_after_the_first_click_outlive_the_second(admin: Browser, office: Database) -> None:
    with office.transaction() as session:
        user = users.named(session, "lapor")
        api_tokens.issue(session, user, actor=None)
    page = f"/pengguna/{user.id}"
    key = key_in(admin.get(page), f"{page}/token")
    admin.post(f"{page}/token", idempotency_key=key)
    with office.transaction() as session:
        made = api_tokens.issue(session, users.named(session, "lapor"), actor=None)
    admin.post(f"{page}/token", idempotency_key=key)
    with office.reading() as session:
        assert api_tokens.find(session.connection(), made) is not None


def test_a_unit_is_added_once(admin: Browser, office: Database) -> None:
    send_twice(admin, "/pengguna/unit-baru", code="UPT1", name="UPT Satu")
    with office.reading() as session:
        assert session.get(Unit, "UPT1") is not None


def test_a_page_of_a_unit_sent_again_with_other_words_is_refused_and_keeps_them(admin: Browser) -> None:
    key = key_in(admin.get("/pengguna/unit-baru"))
    admin.post("/pengguna/unit-baru", idempotency_key=key, code="UPT1", name="UPT Satu")
    page = admin.post("/pengguna/unit-baru", idempotency_key=key, code="UPT1", name="UPT Kesatu")
    assert page.status_code == 422
    assert 'value="UPT Kesatu"' in page.text
    assert "sudah pernah dikirim dengan isi lain" in words_of(page)


def test_a_day_off_is_added_and_removed_once(admin: Browser, office: Database) -> None:
    send_twice(admin, "/pengguna/libur", "/pengguna/libur", on="09-12-2026", name="Pemungutan suara")
    send_twice(admin, "/pengguna/libur", "/pengguna/libur/2026-12-09/hapus")
    with office.reading() as session:
        assert session.scalars(select(Holiday)).all() == []
    assert recorded(office, "holiday_removed") == 1


def test_files_deployed_twice_by_one_form_are_said_to_be_new_both_times(sign_in: SignIn) -> None:
    owner = sign_in("pemilik")
    diagram = (ROOT / "processes/pengaduan.bpmn").read_bytes()
    changed = diagram.replace(b"3 hari", b"4 hari")
    key = key_in(owner.get("/proses"), "/proses")
    for _time in range(2):
        files = [("files", "pengaduan.bpmn", changed)]
        there = upload(owner, "/proses", {"idempotency_key": key}, files).location
        assert "versi 2 diterapkan" in words_of(owner.get(there))


@pytest.mark.parametrize("page", ["/pengguna/baru", "/pengguna/unit-baru", "/pengguna/libur", "/proses"])
def test_each_form_that_changes_something_has_a_key_of_its_own(sign_in: SignIn, page: str) -> None:
    text = sign_in("admin" if page != "/proses" else "pemilik").get(page).text
    bodies = re.findall(r'<form[^>]*method="post"[^>]*>(.*?)</form>', text, re.DOTALL)
    keys = [re.findall(r'name="idempotency_key" value="([^"]+)"', body) for body in bodies]
    assert keys
    assert all(len(found) == 1 for found in keys)
    assert len({found[0] for found in keys}) == len(keys)
