"""Two administrators at once: an older page undoes nothing unseen, and no password is shown that opens no door."""

import re
from collections.abc import Callable

from werkzeug.test import TestResponse

from app.base.db import Database
from app.commands.people.accounts import change_password
from app.models import Unit, User
from app.services.core.access import actor_of
from app.services.people import users
from tests.web.conftest import Browser
from tests.web.pages import code_of, key_of, words_of

SignIn = Callable[[str], Browser]
CHANGED = "Data ini diubah sejak halaman ini dibuka. Periksa lagi, lalu simpan."


def user(office: Database, name: str) -> User:
    with office.reading() as session:
        return users.named(session, name)


def shown_of(page: TestResponse) -> str:
    """What the page's form says that it showed."""
    found = re.search(r'name="shown" value="([^"]+)"', page.text)
    return found[1] if found else ""


def test_an_older_page_gives_no_role_back(admin: Browser, sign_in: SignIn, office: Database) -> None:
    owner = user(office, "pemilik")
    place, first, second = f"/pengguna/{owner.id}", admin, sign_in("admin")
    kept = {"full_name": owner.full_name, "roles": ["is_process_owner"]}
    old, new = (shown_of(browser.get(place)) for browser in (first, second))
    assert old
    assert old == new

    assert second.post(place, full_name=owner.full_name, shown=new).status_code == 303
    refused = first.post(place, **kept, email="p@contoh.go.id", shown=old)
    assert refused.status_code == 422
    assert CHANGED in words_of(refused)
    assert "Yang tersimpan sekarang" in words_of(refused)
    assert 'value="p@contoh.go.id"' in refused.text
    assert re.search(r'value="is_process_owner"[^>]* checked', refused.text)
    assert not user(office, "pemilik").is_process_owner

    looked = shown_of(refused)
    assert first.post(place, **kept, email="p@contoh.go.id", shown=looked).status_code == 303
    assert user(office, "pemilik").is_process_owner


def test_a_page_refused_for_what_was_typed_stays_as_old_as_it_is(
    admin: Browser, sign_in: SignIn, office: Database
) -> None:
    owner = user(office, "pemilik")
    place, second = f"/pengguna/{owner.id}", sign_in("admin")
    old = shown_of(admin.get(place))
    second.get(place)
    second.post(place, full_name=owner.full_name)
    refused = admin.post(place, full_name="", roles=["is_process_owner"], shown=old)
    assert CHANGED not in words_of(refused)
    assert shown_of(refused) == old
    second.get("/pengguna/unit/DPUPR")
    unit = shown_of(second.get("/pengguna/unit/DPUPR"))
    assert shown_of(second.post("/pengguna/unit/DPUPR", name="", shown=unit)) == unit


def test_a_form_that_is_sent_twice_was_changed_by_nobody_else(admin: Browser, office: Database) -> None:
    place = f"/pengguna/{user(office, 'upp').id}"
    sent = {"full_name": " Petugas Baru ", "email": " ", "shown": shown_of(admin.get(place))}
    unit = {"name": " Dinas PU ", "shown": shown_of(admin.get("/pengguna/unit/DPUPR"))}
    for _click in range(2):
        assert admin.post(place, **sent).status_code == 303
        assert admin.post("/pengguna/unit/DPUPR", **unit).status_code == 303


def test_an_older_page_of_a_unit_does_not_let_it_go_on(
    admin: Browser, sign_in: SignIn, office: Database
) -> None:
    place, second = "/pengguna/unit/DPUPR", sign_in("admin")
    old, new = (shown_of(browser.get(place)) for browser in (admin, second))
    assert second.post(place, name="Dinas PU", valid_until="31-12-2026", shown=new).status_code == 303
    refused = admin.post(place, name="Dinas PUPR", shown=old)
    assert refused.status_code == 422
    assert CHANGED in words_of(refused)
    assert "31 Des 2026" in words_of(refused)
    assert 'value="Dinas PUPR"' in refused.text
    with office.reading() as session:
        assert session.get_one(Unit, "DPUPR").valid_until is not None
    assert admin.post(place, name="Dinas PUPR", shown=shown_of(refused)).status_code == 303
    with office.reading() as session:
        assert session.get_one(Unit, "DPUPR").valid_until is None


def test_a_slip_shows_no_password_that_another_replaced(
    admin: Browser, sign_in: SignIn, office: Database
) -> None:
    place, second = f"/pengguna/{user(office, 'upp').id}/sandi", sign_in("admin")
    second.get("/pengguna/baru")
    admin.post(place, idempotency_key="a")
    assert code_of(admin.get(place))
    second.post(place, idempotency_key="b")
    page = admin.get(place)
    assert code_of(page) == ""
    assert "Kata sandi tidak ditampilkan" in words_of(page)
    assert code_of(second.get(place))


def test_a_slip_shows_no_password_of_somebody_shut_out(admin: Browser, office: Database) -> None:
    upp = user(office, "upp")
    place = f"/pengguna/{upp.id}/sandi"
    admin.post(place, idempotency_key="a")
    admin.post(f"/pengguna/{upp.id}/nonaktif")
    page = admin.get(place)
    assert code_of(page) == ""
    assert "Aktifkan lagi dulu" in words_of(page)
    admin.post(f"/pengguna/{upp.id}/aktif")
    assert code_of(admin.get(place))


def test_sent_again_after_he_changed_it_a_reset_shows_no_slip(admin: Browser, office: Database) -> None:
    upp = user(office, "upp")
    place = f"/pengguna/{upp.id}/sandi"
    admin.post(place, idempotency_key="a")
    password = code_of(admin.get(place))
    change_password(office, password, "kereta-malam-42", actor=actor_of(user_whole(office, "upp")))
    assert code_of(admin.get(place)) == ""
    assert admin.client.get_cookie("alur-once", path=place) is not None
    assert admin.post(place, idempotency_key="a").location == place
    assert admin.client.get_cookie("alur-once", path=place) is None
    assert "Kata sandi tidak ditampilkan" in words_of(admin.get(place))


def test_no_two_users_get_one_password(admin: Browser, office: Database) -> None:
    key = key_of(admin.get("/pengguna/baru"))
    shown = set()
    for name in ("budi", "siti"):
        answer = admin.post("/pengguna/baru", name=name, full_name=name.title(), idempotency_key=key)
        shown.add(code_of(admin.get(answer.location)))
    for name in ("upp", "lapor"):
        answer = admin.post(f"/pengguna/{user(office, name).id}/sandi", idempotency_key=key)
        shown.add(code_of(admin.get(answer.location)))
    assert len(shown - {""}) == 4


def test_who_gives_his_own_rights_away_is_led_to_his_work(admin: Browser, office: Database) -> None:
    upp = user_whole(office, "upp")
    with office.transaction() as session:
        users.named(session, "koordinator").is_admin = True
    own, lane = user(office, "admin").id, upp.groups[0].id
    assert admin.post(f"/pengguna/{own}", full_name="Mantan", groups=[lane]).location == "/"
    page = admin.get(admin.get("/").location)
    assert page.status_code == 200
    assert "Mantan tersimpan." in words_of(page)


def user_whole(office: Database, name: str) -> User:
    with office.reading() as session:
        found = users.named(session, name)
        _loaded = found.groups, found.units
        return found
