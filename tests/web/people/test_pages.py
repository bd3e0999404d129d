"""Pengguna & unit: administrators change, process owner and auditor read, officers see nothing."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.base.config import Config
from app.base.db import Database
from app.history.catalogue import CATALOGUE, InstanceEvent
from app.history.events.people import UnitAdded
from app.models import HistoryEvent, Holiday, Unit, User
from app.services.core import history
from app.services.core.access import actor_of
from app.services.people import users
from app.services.tasks import tasks
from tests.web.conftest import Api, Browser, Case, Traffic
from tests.web.pages import code_of, files_holding, key_of, words_of

SignIn = Callable[[str], Browser]
READ = (
    "/pengguna",
    "/pengguna/1",
    "/pengguna/unit",
    "/pengguna/unit/DPUPR",
    "/pengguna/libur",
    "/pengguna/riwayat",
)


def user(office: Database, name: str) -> User:
    with office.reading() as session:
        found = users.named(session, name)
        _loaded = found.groups, found.units
        return found


def group_id(office: Database, user_name: str) -> int:
    return user(office, user_name).groups[0].id


def add(admin: Browser, **fields: object) -> str:
    """Add a user; the address of the page with his password."""
    key = key_of(admin.get("/pengguna/baru"))
    answer = admin.post("/pengguna/baru", **{"full_name": "Petugas Baru", "idempotency_key": key, **fields})
    assert answer.status_code == 303, words_of(answer)
    return answer.location


def test_process_owner_and_auditor_read_and_officers_do_not(sign_in: SignIn) -> None:
    for name, status in (("admin", 200), ("pemilik", 200), ("auditor", 200), ("upp", 403)):
        browser = sign_in(name)
        assert [browser.get(path).status_code for path in READ] == [status] * len(READ)


def test_on_a_phone_each_value_stands_under_its_columns_heading(admin: Browser) -> None:
    page = admin.get("/pengguna").text
    heads = re.findall(r"<th[^>]*scope=\"col\"[^>]*>\s*([^<]+?)\s*<", page)
    body = page[page.index("<tbody") : page.index("</tbody>")]
    assert heads[1:] == list(dict.fromkeys(re.findall(r'data-label="([^"]+)"', body)))
    assert "Peran dan lajur" in heads


def test_only_administrators_change(sign_in: SignIn, office: Database) -> None:
    changes = (
        ("/pengguna/baru", {"name": "baru", "full_name": "Baru"}),
        ("/pengguna/1", {"full_name": "Diubah"}),
        ("/pengguna/1/sandi", {}),
        ("/pengguna/5/nonaktif", {}),
        ("/pengguna/5/token", {}),
        ("/pengguna/unit-baru", {"code": "BARU", "name": "Baru"}),
        ("/pengguna/unit/DPUPR", {"name": "Diubah"}),
        ("/pengguna/libur", {"on": "09-12-2026", "name": "Pemilihan"}),
    )
    for name in ("pemilik", "auditor", "koordinator"):
        browser = sign_in(name)
        for path, fields in changes:
            assert browser.post(path, **fields).status_code == 403, (name, path)
        assert 'type="submit" class="button button--primary"' not in browser.get("/pengguna/1").text
    assert user(office, "admin").full_name == "Administrator"


def test_an_administrator_who_is_auditor_too_reads_and_finds_no_button(
    sign_in: SignIn, office: Database
) -> None:
    with office.transaction() as session:
        users.named(session, "auditor").is_admin = True
    browser = sign_in("auditor")
    for path in ("/pengguna", "/pengguna/1", "/pengguna/unit/DPUPR", "/pengguna/libur"):
        page = browser.get(path)
        assert page.status_code == 200
        assert 'type="submit" class="button button--primary"' not in page.text
        assert "/pengguna/baru" not in page.text
    assert browser.post("/pengguna/1", full_name="Diubah").status_code == 403


def test_a_new_user_gets_a_password_that_is_shown_once_and_must_be_changed(
    admin: Browser, app: object, config: Config, office: Database
) -> None:
    place = add(admin, name="petugas.baru", groups=[group_id(office, "upp")])
    password = code_of(admin.get(place))
    assert re.fullmatch(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}", password)
    assert not files_holding(config, office, password)
    newcomer = Browser(app.test_client())  # type: ignore[attr-defined]
    assert newcomer.sign_in("petugas.baru", password).status_code == 302
    assert newcomer.get("/tugas").location == "/kata-sandi?next=/tugas"


def test_a_form_sent_twice_adds_one_user_and_shows_one_password(admin: Browser, office: Database) -> None:
    key = key_of(admin.get("/pengguna/baru"))
    shown = []
    for _click in range(2):
        answer = admin.post("/pengguna/baru", name="kembar", full_name="Kembar", idempotency_key=key)
        shown.append(code_of(admin.get(answer.location)))
    assert shown[0]
    assert shown[0] == shown[1]


@pytest.mark.parametrize("other", [{"roles": "is_auditor"}, {"language": "en"}, {"email": "a@contoh.go.id"}])
def test_a_page_sent_again_with_another_profile_is_not_taken_for_the_first(
    admin: Browser, office: Database, other: dict[str, str]
) -> None:
    sent = {
        "name": "petugas.baru",
        "full_name": "Baru",
        "idempotency_key": key_of(admin.get("/pengguna/baru")),
    }
    assert admin.post("/pengguna/baru", **sent).status_code == 303
    assert admin.post("/pengguna/baru", **sent).status_code == 303
    refused = admin.post("/pengguna/baru", **sent, **other)
    assert refused.status_code == 422
    assert "Halaman ini sudah pernah dikirim dengan isi lain" in words_of(refused)
    assert not user(office, "petugas.baru").is_auditor


def test_the_password_is_shown_to_its_maker_alone(admin: Browser, sign_in: SignIn) -> None:
    place = add(admin, name="petugas.baru")
    assert code_of(sign_in("admin").get(place)) == ""
    assert sign_in("upp").get(place).status_code == 403


def test_a_reset_password_replaces_the_old_one(admin: Browser, app: object, office: Database) -> None:
    upp = user(office, "upp")
    answer = admin.post(f"/pengguna/{upp.id}/sandi", idempotency_key="setel")
    password = code_of(admin.get(answer.location))
    browser = Browser(app.test_client())  # type: ignore[attr-defined]
    assert browser.sign_in("upp", "demo").status_code == 422
    assert browser.sign_in("upp", password).status_code == 302


def test_an_administrator_changes_his_own_password_with_the_old_one(admin: Browser, office: Database) -> None:
    place = f"/pengguna/{user(office, 'admin').id}"
    shown = words_of(admin.get(place))
    assert "Ganti kata sandi" in shown
    assert "Setel ulang" not in shown
    assert admin.post(f"{place}/sandi", idempotency_key="setel").status_code == 409
    assert admin.get(place).status_code == 200  # still signed in


def test_an_administrator_takes_a_users_tokens_away(
    admin: Browser, api: Callable[[str], Api], office: Database
) -> None:
    upp, place = api("upp"), f"/pengguna/{user(office, 'upp').id}"
    assert upp.get("/tasks").status_code == 200
    assert "punya 1 token API" in words_of(admin.get(place))
    assert admin.post(f"{place}/token").location == place
    assert upp.get("/tasks").status_code == 401
    shown = words_of(admin.get(place))
    assert "Token API Petugas UPP tidak berlaku lagi." in shown
    assert "Cabut token" not in shown
    with office.reading() as session:
        event = session.scalars(select(HistoryEvent).where(HistoryEvent.type == "token_revoked")).one()
        assert event.actor_id == users.named(session, "admin").id


def test_what_is_wrong_is_said_and_what_was_chosen_stays(admin: Browser, office: Database) -> None:
    refused = admin.post(
        "/pengguna/baru", name="Spasi di sini", full_name="", email="bukan surel", units=["DPUPR"]
    )
    assert refused.status_code == 422
    words = words_of(refused)
    assert "Ada 3 isian yang perlu diperbaiki" in words
    assert re.search(r'value="DPUPR"[^>]* checked', refused.text)
    assert 'value="Spasi di sini"' in refused.text


def test_roles_lanes_and_units_are_changed_and_recorded(admin: Browser, office: Database) -> None:
    upp = user(office, "upp")
    lanes = [group_id(office, "upp"), group_id(office, "dpupr")]
    admin.post(
        f"/pengguna/{upp.id}", full_name="Petugas UPP", groups=lanes, units=["DPUPR"], roles=["is_auditor"]
    )
    changed = user(office, "upp")
    assert {group.id for group in changed.groups} == set(lanes)
    assert [unit.code for unit in changed.units] == ["DPUPR"]
    assert changed.is_auditor
    with office.reading() as session:
        assert session.scalars(select(HistoryEvent).where(HistoryEvent.type == "user_edited")).one()


def test_an_officer_without_a_unit_in_a_lane_of_units_is_warned_of(admin: Browser, office: Database) -> None:
    lane = group_id(office, "dpupr")
    add(admin, name="sari", full_name="Sari", groups=[lane])
    sari = user(office, "sari")
    address = f"/pengguna/{sari.id}"
    warning = "sedangkan Sari belum punya unit"
    assert warning in words_of(admin.get(address))
    assert "Belum punya unit" in words_of(admin.get("/pengguna?q=sari"))
    admin.post(address, full_name="Sari", groups=[lane])
    assert warning in words_of(admin.get(address))

    for fields in ({"units": ["DPUPR"]}, {"roles": ["is_auditor"]}):
        admin.post(address, full_name="Sari", groups=[lane], **fields)
        assert warning not in words_of(admin.get(address)), fields
        assert "Belum punya unit" not in words_of(admin.get("/pengguna")), fields
    admin.post(address, full_name="Sari", groups=[group_id(office, "upp")])
    assert warning not in words_of(admin.get(address))


def test_disabling_says_so_releases_his_tasks_and_can_be_undone(
    admin: Browser, case: Case, office: Database, sign_in: SignIn
) -> None:
    lapor, task_id = user(office, "lapor"), case.task("lapor")["id"]
    with office.transaction() as session:
        tasks.claim(session, task_id, actor=actor_of(users.named(session, "lapor")))
    assert "sedang memegang 1 tugas" in words_of(admin.get(f"/pengguna/{lapor.id}"))
    admin.post(f"/pengguna/{lapor.id}/nonaktif")
    assert "Admin LAPOR! dinonaktifkan" in words_of(admin.get(f"/pengguna/{lapor.id}"))
    with office.reading() as session:
        task = tasks.get(session, task_id, actor=actor_of(users.named(session, "admin"))).task
        assert task.assignee_id is None
    assert admin.post(f"/pengguna/{lapor.id}/nonaktif").status_code == 409
    admin.post(f"/pengguna/{lapor.id}/aktif")
    assert sign_in("lapor")


def test_the_last_administrator_stays(admin: Browser, office: Database) -> None:
    own = user(office, "admin").id
    why = "Tidak ada administrator lain selain Administrator"
    assert admin.post(f"/pengguna/{own}/nonaktif").location == f"/pengguna/{own}"
    assert why in words_of(admin.get(f"/pengguna/{own}"))
    refused = admin.post(f"/pengguna/{own}", full_name="Diubah")
    assert refused.status_code == 422
    assert why in words_of(refused)
    assert 'name="full_name"' in refused.text  # on his own page, where it can be put right
    with office.reading() as session:
        kept = users.get(session, own)
        assert (kept.full_name, kept.disabled_at) == ("Administrator", None)


def test_the_list_is_narrowed_by_its_address(admin: Browser) -> None:
    words = words_of(admin.get("/pengguna?unit=DPUPR"))
    assert "Penghubung DPUPR" in words
    assert "Petugas UPP" not in words.split("Pengguna menurut nama")[1]
    assert "Penghubung DPUPR" in words_of(admin.get("/pengguna?q=PENGHUBUNG dpupr"))
    assert "Tidak ada pengguna yang cocok" in words_of(admin.get("/pengguna?q=%25%25"))
    assert "Auditor Inspektorat" in words_of(admin.get("/pengguna?role=auditor"))
    assert "1 dari 10" in words_of(admin.get("/pengguna?role=auditor"))


def test_a_long_list_takes_as_many_statements_as_a_short_one(
    admin: Browser, office: Database, traffic: Traffic
) -> None:
    admin.get("/pengguna")
    traffic.clear()
    admin.get("/pengguna")
    few = len(traffic.statements)
    with office.transaction() as session:
        model = users.named(session, "upp")
        for n in range(70):
            session.add(
                User(
                    name=f"zz{n:03d}", full_name=f"Orang {n}", password_hash="-", created_at=model.created_at,
                    groups=list(model.groups), units=[session.get_one(Unit, "DPUPR")],
                )
            )  # fmt: skip
    traffic.clear()
    page = admin.get("/pengguna")
    assert len(traffic.statements) == few
    following = page.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "zz069" in admin.get(following).text


def test_units_without_officers_stand_out(admin: Browser, office: Database) -> None:
    words = words_of(admin.get("/pengguna/unit?officers=none"))
    assert "belum punya petugas" in words
    assert "DPUPR" not in words
    assert "Dinas Pekerjaan Umum" in words_of(admin.get("/pengguna/unit?q=dpupr"))


def test_a_unit_is_added_changed_and_ended(admin: Browser, office: Database) -> None:
    admin.post("/pengguna/unit-baru", code="UPT/1", name="UPT Satu")
    admin.post("/pengguna/unit/UPT/1", name="UPT Pertama", valid_until="31-12-2025", successors="DPUPR")
    with office.reading() as session:
        unit = session.get_one(Unit, "UPT/1")
        assert (unit.name, str(unit.valid_until), unit.successors) == ("UPT Pertama", "2025-12-31", "DPUPR")
    page = admin.get("/pengguna/unit/UPT/1")
    assert 'value="31-12-2025"' in page.text
    assert "Tidak berlaku" in words_of(admin.get("/pengguna/unit?q=upt/1"))
    refused = admin.post("/pengguna/unit/UPT/1", name="", valid_from="besok")
    assert refused.status_code == 422
    assert 'value="besok"' in refused.text


def test_a_national_day_off_that_is_worked_here_is_called_so(admin: Browser) -> None:
    admin.post("/pengguna/libur", kind="working", on="25-12-2026", name="")
    assert "25 Des 2026 sekarang hari kerja biasa." in words_of(admin.get("/pengguna/libur"))
    admin.post("/pengguna/libur/2026-12-25/hapus")
    assert "25 Des 2026 libur lagi." in words_of(admin.get("/pengguna/libur"))
    record = words_of(admin.get("/pengguna/riwayat"))
    assert "25 Des 2026 dijadikan hari kerja biasa" in record
    assert "25 Des 2026 tidak lagi dijadikan hari kerja biasa" in record
    assert "ditambahkan: –" not in record


def test_a_day_off_without_a_name_is_refused_at_the_name_and_stays_a_day_off(
    admin: Browser, office: Database
) -> None:
    for fields in ({"kind": "off"}, {}):
        refused = admin.post("/pengguna/libur", on="25-12-2026", name=" ", **fields)
        assert refused.status_code == 422
        assert "Tulis nama hari libur ini." in words_of(refused)
        assert 'href="#f-name"' in refused.text
        assert 'value="25-12-2026"' in refused.text
    with office.reading() as session:
        assert session.scalars(select(Holiday)).all() == []


def test_an_ordinary_day_is_refused_where_its_fields_contradict_the_choice(
    admin: Browser, office: Database
) -> None:
    for on, name, at, said in (
        ("25-12-2026", "Natal", "f-name", "Hari kerja biasa tidak diberi nama"),
        ("09-12-2026", "", "f-on", "9 Des 2026 bukan libur nasional atau cuti bersama"),
    ):
        refused = admin.post("/pengguna/libur", kind="working", on=on, name=name)
        assert refused.status_code == 422
        assert said in words_of(refused)
        assert f'href="#{at}"' in refused.text
        assert re.search(r'value="working"[^>]* checked', refused.text)
    unknown = admin.post("/pengguna/libur", kind="perhaps", on="25-12-2026", name="Natal")
    assert (unknown.status_code, 'href="#f-kind"' in unknown.text) == (422, True)
    with office.reading() as session:
        assert session.scalars(select(Holiday)).all() == []


def test_a_holiday_is_added_and_removed(admin: Browser, office: Database) -> None:
    admin.post("/pengguna/libur", on="09122026", name="Pemungutan suara")
    assert "9 Des 2026 Hari libur" not in words_of(admin.get("/pengguna/unit"))
    assert "Pemungutan suara" in words_of(admin.get("/pengguna/libur"))
    for on in ("besok", "31-02-2026"):
        refused = admin.post("/pengguna/libur", on=on, name="Pemungutan suara")
        assert (refused.status_code, "Tulis tanggal yang ada, misalnya" in words_of(refused)) == (422, True)
    assert "Isi tanggal, misalnya" in words_of(admin.post("/pengguna/libur", on="", name="Pemungutan suara"))
    assert admin.post("/pengguna/libur/2026-12-09/hapus").location == "/pengguna/libur"
    with office.reading() as session:
        assert session.scalars(select(Holiday)).all() == []
    for on in ("2026-12-09", "kemarin"):
        assert admin.post(f"/pengguna/libur/{on}/hapus").status_code == 404


def test_national_days_off_are_listed_in_the_readers_language(admin: Browser) -> None:
    assert "Hari Raya Natal" in words_of(admin.get("/pengguna/libur"))
    admin.post("/pengguna/libur", on="09122026", name="Pemungutan suara")
    admin.post("/bahasa", language="en", next="/pengguna/libur")
    words = words_of(admin.get("/pengguna/libur"))
    assert "Christmas Day" in words
    assert "Hari Raya Natal" not in words
    assert "Pemungutan suara" in words


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("upp", "/tugas"),
        ("koordinator", "/tugas"),
        ("pemilik", "/proses"),
        ("auditor", "/perkara"),
        ("admin", "/pengguna"),
    ],
)
def test_everyone_lands_where_his_work_is(sign_in: SignIn, name: str, place: str) -> None:
    assert sign_in(name).get("/").location == place


def test_a_unit_that_no_list_offers_is_said_to_be_missing_there(admin: Browser) -> None:
    words = words_of(
        admin.client.post(
            "/pengguna/unit-baru",
            data={"csrf_token": admin.token, "code": "UJI", "name": "Dinas Uji"},
            follow_redirects=True,
        )
    )
    assert "Dinas Uji belum dapat dipilih" in words
    for place in (
        "menyalurkan.form (Unit tujuan)",
        "tindak_lanjut.form (Unit yang semestinya)",
        "Saran unit",
    ):
        assert place in words
    assert "penyaluran.form" not in words


def test_the_page_of_a_unit_says_where_it_cannot_be_chosen_until_it_ends(
    admin: Browser, sign_in: SignIn
) -> None:
    admin.post("/pengguna/unit-baru", code="UJI", name="Dinas Uji")
    warning = "menambahkan kode UJI pada: "
    admin.get("/pengguna/unit")
    for browser in (admin, sign_in("pemilik"), sign_in("auditor")):
        assert warning in words_of(browser.get("/pengguna/unit/UJI"))
    assert warning in words_of(admin.post("/pengguna/unit/UJI", name=""))
    assert "belum dapat dipilih" not in words_of(admin.get("/pengguna/unit/DPUPR"))
    admin.post("/pengguna/unit/UJI", name="Dinas Uji", valid_until="01-01-2026")
    assert "belum dapat dipilih" not in words_of(admin.get("/pengguna/unit/UJI"))


def test_a_code_that_forms_offer_and_no_unit_has_is_named_and_leads_to_adding_it(
    admin: Browser, office: Database
) -> None:
    assert "yang belum menjadi unit" not in admin.get("/pengguna/unit").text
    with office.transaction() as session:
        session.delete(session.get_one(Unit, "PDAM"))
    shown = admin.get("/pengguna/unit").text
    assert "Formulir menawarkan 1 kode yang belum menjadi unit" in words_of(admin.get("/pengguna/unit"))
    [address] = re.findall(r'href="(/pengguna/unit-baru\?code=[^"]+)"', shown)
    form = admin.get(address.replace("&amp;", "&")).text
    assert re.search(r'name="code"[^>]*value="PDAM"', form)
    assert re.search(r'name="name"[^>]*value="Perumda Air Minum Giri Tirta Sari"', form)


def test_what_was_changed_outside_of_cases_is_told_with_who_did_it(
    admin: Browser, sign_in: SignIn, office: Database
) -> None:
    add(admin, name="baru", groups=str(group_id(office, "upp")))
    new = user(office, "baru").id
    admin.post(f"/pengguna/{new}", full_name="Budi Baru", groups=str(group_id(office, "lapor")))
    admin.post(f"/pengguna/{new}/sandi", idempotency_key="k-9")
    admin.post(f"/pengguna/{new}/nonaktif")
    admin.post("/pengguna/libur", on="09-12-2026", name="Pemilihan")
    admin.post("/pengguna/unit/DPUPR", name="Dinas PU")
    words = words_of(sign_in("auditor").get("/pengguna/riwayat"))
    told = [
        "Unit DPUPR diubah Administrator", "Hari libur 9 Des 2026 ditambahkan: Pemilihan Administrator",
        "Pengguna baru dinonaktifkan", "Kata sandi baru disetel ulang", "Pengguna baru diubah",
        "Nama lengkap Petugas Baru Budi Baru", "Pengguna baru ditambahkan",
        "Proses pengaduan versi 1 diterapkan Perintah atau folder",
    ]  # fmt: skip
    places = [words.find(text) for text in told]
    assert -1 not in places, (told[places.index(-1)], words)
    assert places == sorted(places)
    english = sign_in("auditor")
    english.post("/bahasa", language="en")
    assert "Holiday 9 Dec 2026 added: Pemilihan" in words_of(english.get("/pengguna/riwayat"))


def test_the_record_goes_on_where_its_page_ended(sign_in: SignIn, office: Database) -> None:
    with office.transaction() as session:
        for n in range(60):
            added = UnitAdded(unit=f"U{n}", name="Unit", valid_from=None, valid_until=None, successors=())
            history.record(session, added, actor=None)
    browser = sign_in("auditor")
    first = browser.get("/pengguna/riwayat")
    [following] = re.findall(r'rel="next" href="([^"]+)"', first.text)
    seen = words_of(first) + words_of(browser.get(following))
    assert all(seen.count(f"Unit U{n} ditambahkan") == 1 for n in range(60))
    assert browser.get("/pengguna/riwayat?after=nix").location == "/pengguna/riwayat"


def test_what_is_done_to_users_and_days_happens_outside_of_cases() -> None:
    office = {kind.type for kind in CATALOGUE.values() if not issubclass(kind, InstanceEvent)}
    assert {"clock_moved", "holiday_added", "token_issued"} <= office
