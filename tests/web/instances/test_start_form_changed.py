"""A start form that changes while somebody types into it: what he typed stays, and he is told."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.base.config import Config
from app.base.db import Database
from app.models import ProcessInstance
from app.services.core.access import actor_of
from app.services.deployment import deployments
from app.services.people import groups, users
from app.services.tasks import drafts
from tests.engine.building import bpmn, end, exclusive, flow, start, user
from tests.services.office import form, text
from tests.serving import form_in
from tests.web.conftest import Browser
from tests.web.pages import files_holding, key_of, words_of

SignIn = Callable[[str], Browser]
TYPED = {"judul": "Lampu mati", "alamat": "Jalan Khusus nomor tujuh"}
OLD = (text("judul", required=True), text("alamat"))
NEW = (text("judul", required=True), text("lokasi"))
COPY = "Tidak ada lagi di formulir"
CHANGED = "Formulir ini berubah sejak halaman Anda dibuka."


def deploy(office: Database, *fields: dict[str, Any], condition: str = '=judul != "gagal"') -> None:
    """Bring the process "coba" into force with this start form."""
    shapes = [start("masuk", form="masuk"), exclusive("ada"), user("kerja"), end("selesai"), end("lain")]
    flows = [
        "masuk > ada\nkerja > selesai",
        flow("ada", "kerja", condition=condition),
        flow("ada", "lain", condition='=judul = "sudah"'),
    ]
    diagram = bpmn(shapes, flows, lanes={"Loket": "masuk ada kerja selesai lain"}, key="coba", name="Coba")
    with office.transaction() as session:
        deployments.deploy(session, {"coba.bpmn": diagram, "masuk.form": form(*fields)}, actor=None)


@pytest.fixture
def browser(sign_in: SignIn, office: Database) -> Browser:
    deploy(office, *OLD)
    with office.transaction() as session:
        officer = users.named(session, "upp")
        officer.groups.append(groups.get_or_add(session, "Loket"))
    return sign_in("upp")


class Opened:
    """The start form as a browser has it open."""

    def __init__(self, browser: Browser) -> None:
        self.browser, self.page = browser, browser.get("/laporan/baru?key=coba")
        self.action, _hidden = form_in(self.page.text, "/laporan/baru")
        self.key = key_of(self.page)

    def send(self, **fields: str) -> Any:
        return self.browser.post(self.action, idempotency_key=self.key, **fields)

    def save_draft(self, **fields: str) -> Any:
        return self.browser.post(self.action.replace("/baru?", "/baru/draf?"), **fields)

    def autosave(self, **fields: str) -> Any:
        data = {"csrf_token": self.browser.token, **fields}
        path = self.action.replace("/baru?", "/baru/draf?")
        return self.browser.client.post(path, data=data, headers={"Accept": "application/json"})


def cases(office: Database) -> int:
    with office.reading() as session:
        return session.scalar(select(func.count()).select_from(ProcessInstance)) or 0


def draft_in(office: Database) -> Any:
    with office.reading() as session:
        kept = drafts.load(session, actor_of(users.named(session, "upp")), "start:coba")
    return kept.values if kept else None


def test_a_page_of_before_comes_back_with_the_new_form_and_the_words_that_have_no_field(
    browser: Browser, office: Database
) -> None:
    opened = Opened(browser)
    deploy(office, *NEW)
    refused = opened.send(**TYPED)
    assert refused.status_code == 409
    assert CHANGED in words_of(refused)
    assert 'value="Lampu mati"' in refused.text
    assert 'name="lokasi"' in refused.text
    assert f"{COPY} " in words_of(refused)
    assert "Alamat: Jalan Khusus nomor tujuh" in words_of(refused)
    assert cases(office) == 0
    action, _hidden = form_in(refused.text, "/laporan/baru")
    sent = browser.post(
        action, idempotency_key=key_of(refused), judul="Lampu mati", lokasi="Jalan Khusus nomor tujuh"
    )
    assert sent.status_code == 303
    assert cases(office) == 1
    assert draft_in(office) is None


def test_a_draft_shows_the_words_that_have_no_field_and_keeps_them(
    browser: Browser, office: Database
) -> None:
    Opened(browser).save_draft(**TYPED)
    deploy(office, *NEW)
    opened = Opened(browser)
    assert "Alamat: Jalan Khusus nomor tujuh" in words_of(opened.page)
    assert 'value="Lampu mati"' in opened.page.text
    opened.autosave(judul="Lampu jalan mati", lokasi="")
    opened.autosave(judul="", lokasi="")  # all that is left is what has no field
    refused = opened.send(judul="", lokasi="")
    assert refused.status_code == 422
    for page in (refused, Opened(browser).page):
        assert "Alamat: Jalan Khusus nomor tujuh" in words_of(page)
    assert opened.send(judul="Lampu", lokasi="").status_code == 303
    assert draft_in(office) is None


def test_a_draft_of_before_its_version_was_kept_names_the_words_by_key(
    browser: Browser, office: Database
) -> None:
    deploy(office, *NEW)
    with office.transaction() as session:
        actor = actor_of(users.named(session, "upp"))
        drafts.save(session, actor, "start:coba", {"values": TYPED, "answers": {}})
    page = Opened(browser).page
    assert "alamat: Jalan Khusus nomor tujuh" in words_of(page)
    assert 'value="Lampu mati"' in page.text


def test_what_the_script_saves_from_a_page_of_before_is_kept(browser: Browser, office: Database) -> None:
    opened = Opened(browser)
    opened.autosave(**TYPED)
    deploy(office, *NEW)
    saved = opened.autosave(judul="Lampu mati lagi", alamat="Jalan Khusus nomor delapan")
    assert saved.json["saved"]
    page = Opened(browser).page
    assert 'value="Lampu mati lagi"' in page.text
    assert "Alamat: Jalan Khusus nomor delapan" in words_of(page)
    assert "nomor tujuh" not in page.text


def test_words_go_back_into_their_field_when_it_is_there_again(browser: Browser, office: Database) -> None:
    Opened(browser).save_draft(**TYPED)
    deploy(office, *NEW)
    Opened(browser).autosave(judul="Lampu mati", lokasi="Alun-alun")
    deploy(office, *OLD)
    page = Opened(browser).page
    assert 'value="Jalan Khusus nomor tujuh"' in page.text
    assert "Lokasi: Alun-alun" in words_of(page)


def test_a_version_with_the_same_start_form_is_saved_as_ever(browser: Browser, office: Database) -> None:
    opened = Opened(browser)
    deploy(office, *OLD, condition='=judul != "lain"')
    assert opened.send(**TYPED).status_code == 303
    assert cases(office) == 1


def test_a_page_that_was_saved_before_the_form_changed_may_be_sent_twice(
    browser: Browser, office: Database
) -> None:
    opened = Opened(browser)
    first = opened.send(**TYPED)
    deploy(office, *NEW)
    again = opened.send(**TYPED)
    assert (again.status_code, again.location) == (303, first.location)
    assert cases(office) == 1


@pytest.mark.parametrize(
    "version", ["", "&version=999999", "&version=1", "&version=²", "&version=9" + "9" * 40]
)
def test_an_address_that_names_no_version_of_the_process_is_taken_as_ever(
    browser: Browser, office: Database, version: str
) -> None:
    deploy(office, *NEW)
    browser.get("/laporan/baru?key=coba")
    sent = browser.post(f"/laporan/baru?key=coba{version}", judul="Lampu mati", lokasi="Alun-alun")
    assert sent.status_code == 303


def test_identity_fills_no_field_that_would_keep_it_in_the_open(
    browser: Browser, office: Database, config: Config
) -> None:
    deploy(office, text("judul"), text("nama", private=True))
    opened = Opened(browser)
    deploy(office, text("judul"), text("nama"))
    refused = opened.send(judul="Lampu mati", nama="Kanari Pelapor")
    assert refused.status_code == 409
    assert 'value="Kanari Pelapor"' not in refused.text
    assert "Nama: Kanari Pelapor" in words_of(refused)
    assert not files_holding(config, office, "Kanari Pelapor")


def test_a_choice_that_is_offered_no_more_is_shown_to_copy(browser: Browser, office: Database) -> None:
    def kind(*values: str) -> dict[str, Any]:
        offered = [{"value": value, "label": value.title()} for value in values]
        return {"type": "select", "key": "jenis", "label": "Jenis", "values": offered}

    deploy(office, text("judul"), kind("jalan", "lampu"))
    opened = Opened(browser)
    deploy(office, text("judul"), kind("jalan", "air"))
    assert "Jenis: Lampu" in words_of(opened.send(judul="Mati", jenis="lampu"))
    assert COPY not in words_of(opened.send(judul="Mati", jenis="jalan"))


def test_a_row_whose_field_was_renamed_is_shown_to_copy(browser: Browser, office: Database) -> None:
    def rows(key: str) -> dict[str, Any]:
        return {
            "type": "dynamiclist", "path": "barang", "label": "Barang",
            "components": [{"id": f"R_{key}", **text(key)}, {"id": "R_jumlah", **text("jumlah")}],
        }  # fmt: skip

    deploy(office, text("judul"), rows("nama"))
    opened = Opened(browser)
    deploy(office, text("judul"), rows("sebutan"))
    page = opened.send(
        **{"judul": "Mati", "barang": "0:", "barang.0.nama": "Palu besar", "barang.0.jumlah": "tiga"}
    )
    assert "Nama: Palu besar" in words_of(page)
    assert 'value="tiga"' in page.text


def test_a_start_that_fails_keeps_the_words_that_have_no_field(browser: Browser, office: Database) -> None:
    Opened(browser).save_draft(**TYPED)
    deploy(office, *NEW)
    refused = Opened(browser).send(judul="gagal", lokasi="")
    assert refused.status_code == 422
    assert "Kendala" in words_of(refused)
    assert "Alamat: Jalan Khusus nomor tujuh" in words_of(refused)
