"""How the installation is, in words; and what its public pages say of who runs it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.base.config import Config, Office
from app.base.db import Database
from app.services.core import office as office_settings
from app.services.maintenance import heartbeat
from app.web import create_app
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]
WHO = {
    "name": "Kabupaten Contoh",
    "address": "Jalan Baru 1",
    "hours": "Senin–Jumat",
    "phone": "0273 1",
    "url": "",
}


@pytest.fixture
def boss(sign_in: SignIn) -> Browser:
    browser = sign_in("admin")
    browser.get("/pemasangan/kantor")
    return browser


def test_what_is_not_well_is_told(boss: Browser, office: Database) -> None:
    assert "Pekerja waktu Perlu dilihat Belum pernah terdengar." in words_of(boss.get("/pemasangan"))
    with office.transaction() as session:
        heartbeat.beat(session)
    page = words_of(boss.get("/pemasangan"))
    assert "Pekerja waktu Baik" in page
    assert "sqlite, revisi" in page


def test_public_pages_say_what_was_written(boss: Browser, office: Database) -> None:
    assert boss.post("/pemasangan/kantor", **WHO).status_code == 303
    visitor = Browser(boss.client.application.test_client()).get("/lacak").text
    assert "Kabupaten Contoh" in visitor
    assert "Jalan Baru 1" in visitor
    record = words_of(boss.get("/pengguna/riwayat"))
    assert "Keterangan kantor diubah" in record
    assert "Kabupaten Contoh" in record


def test_what_nobody_wrote_is_as_the_environment_says(config: Config, office: Database) -> None:
    own = replace(config, office=Office("Dari lingkungan", hours="Pagi"))
    browser = Browser(create_app(own, office).test_client())
    office._info["config"] = own
    browser.sign_in("admin")
    page = browser.get("/pemasangan/kantor").text
    assert 'value="Dari lingkungan"' in page
    browser.post("/pemasangan/kantor", **(WHO | {"hours": ""}))
    with office.reading() as session:
        assert office_settings.office(session) == Office("Kabupaten Contoh", "Jalan Baru 1", "0273 1")


@pytest.mark.parametrize(
    ("name", "text"), [("url", "javascript:alert(1)"), ("name", ""), ("address", "x" * 201)]
)
def test_what_is_wrong_is_told_at_its_field_and_kept(
    boss: Browser, office: Database, name: str, text: str
) -> None:
    answer = boss.post("/pemasangan/kantor", **(WHO | {name: text}))
    assert answer.status_code == 422
    assert f'id="f-{name}-error"' in answer.text
    with office.reading() as session:
        assert office_settings.office(session) == Office()


def test_two_who_change_it_at_once_do_not_undo_each_other(boss: Browser, sign_in: SignIn) -> None:
    shown = boss.get("/pemasangan/kantor").text.split('name="shown" value="')[1].split('"')[0]
    boss.post("/pemasangan/kantor", **WHO)
    answer = boss.post("/pemasangan/kantor", **(WHO | {"name": "Lain"}), shown=shown)
    assert answer.status_code == 422
    assert "diubah sejak halaman ini dibuka" in words_of(answer)


def test_who_sees_every_case_reads_it_and_administrators_change_it(sign_in: SignIn) -> None:
    for name, status in (("upp", 403), ("auditor", 200), ("pemilik", 200)):
        browser = sign_in(name)
        browser.get("/tugas")
        page = browser.get("/pemasangan")
        assert page.status_code == status
        assert "/pemasangan/kantor" not in page.text
        assert browser.get("/pemasangan/kantor").status_code == 403
        assert browser.post("/pemasangan/kantor", **WHO).status_code == 403
