"""Saved views of Kotak tugas on the pages."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from app.base.db import Database
from app.models import SavedView, UserTask
from app.services.core import clock
from app.services.people import users
from tests.services.office import add_user
from tests.web.cases import start_many, titles
from tests.web.conftest import Browser

SignIn = Callable[[str], Browser]
HERE = "/tugas?tab=queue&q=ke-001"


def tabs(page: str) -> list[str]:
    found = re.findall(r'class="tabs__link"[^>]*>(.*?)</a>', page, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", tab)).split()) for tab in found]


def view_id(office: Database) -> int:
    with office.reading() as session:
        return session.scalars(select(SavedView.id)).one()


def test_a_list_is_kept_under_a_name_with_a_live_count_and_can_come_first(
    sign_in: SignIn, office: Database
) -> None:
    start_many(office, 3)
    browser = sign_in("lapor")
    browser.get(HERE)
    saved = browser.post("/tugas/tampilan", name="  Yang   satu ", next=HERE)
    assert (saved.status_code, saved.location) == (303, HERE)
    assert "Yang satu 1" in tabs(browser.get(HERE).text)
    start_many(office, 2)
    assert "Yang satu 2" in tabs(browser.get(HERE).text)
    browser.post(f"/tugas/tampilan/{view_id(office)}/pertama", on="1")
    assert browser.get("/tugas").location == "/tugas?tab=queue&q=ke-001"
    assert titles(browser.get(HERE)) == ["Laporan ke-001"] * 2
    browser.post(f"/tugas/tampilan/{view_id(office)}/pertama")
    assert browser.get("/tugas").location != "/tugas?tab=queue&q=ke-001"


def test_a_deleted_view_is_had_back_and_renamed_and_moved(sign_in: SignIn, office: Database) -> None:
    browser = sign_in("lapor")
    browser.get(HERE)
    browser.post("/tugas/tampilan", name="Satu", next=HERE)
    here = f"/tugas/tampilan/{view_id(office)}"
    browser.post(f"{here}/hapus")
    page = browser.get("/tugas/tampilan").text
    assert f'action="{here}/pulihkan"' in page
    assert "Belum ada tampilan tersimpan" in page
    browser.post(f"{here}/pulihkan")
    assert browser.post(f"{here}/nama", name=" ").status_code == 422
    browser.post(f"{here}/nama", name="Satu saja")
    browser.post("/tugas/tampilan", name="Dua", next=HERE)
    browser.post(f"{here}/turun")
    names = re.findall(r'cell__clamp">([^<]+)<', browser.get("/tugas/tampilan").text)
    assert names == ["Dua", "Satu saja"]


def test_a_view_is_shared_with_a_lane_and_changed_by_its_owner_alone(
    sign_in: SignIn, office: Database
) -> None:
    with office.transaction() as session:
        lapor = users.named(session, "lapor")
        assert lapor is not None
        lane = lapor.groups[0]
        other = add_user(session, "siti", lane.name)
        siti = session.get_one(type(lapor), other.id)
        siti.password_hash, number = lapor.password_hash, lane.id
    browser = sign_in("lapor")
    browser.get(HERE)
    browser.post("/tugas/tampilan", name="Kita", next=HERE, lane=str(number))
    here = f"/tugas/tampilan/{view_id(office)}"
    colleague = sign_in("siti")
    assert "Kita" in colleague.get("/tugas/tampilan").text
    assert colleague.post(f"{here}/hapus").status_code == 404
    stranger = sign_in("dlh")
    assert "Kita" not in stranger.get("/tugas/tampilan").text
    assert stranger.post(f"{here}/pertama", on="1").status_code == 404
    refused = stranger.post("/tugas/tampilan", name="X", next=HERE, lane=str(number))
    assert refused.status_code == 422


def test_lists_are_narrowed_by_age_officer_area_and_state(sign_in: SignIn, office: Database) -> None:
    start_many(office, 3)
    with office.transaction() as session:
        old, held, _new = session.scalars(select(UserTask).where(UserTask.state == "open"))
        old.opened_at = clock.now(session) - timedelta(days=40)
        lapor = users.named(session, "lapor")
        assert lapor is not None
        held.assignee_id = user_id = lapor.id
        area = old.instance.area
    browser = sign_in("admin")

    def found(query: str) -> int:
        return len(titles(browser.get(f"/tugas?tab=open&{query}")))

    assert [found(f"age={age}") for age in ("7", "30", "90", "x")] == [1, 1, 0, 3]
    assert [found(f"officer={who}") for who in (user_id, 999, "x")] == [1, 0, 0]
    assert [found(f"state={state}") for state in ("free", "held", "incident", "x")] == [2, 1, 0, 3]
    assert [found(f"area={one}") for one in (area, "Antah")] == [3, 0]
