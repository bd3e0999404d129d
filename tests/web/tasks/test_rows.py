"""Lists on the pages of officers: rows added and taken out by buttons that keep everything, without script."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.models import ProcessInstance
from app.services.deployment import deployments
from app.services.people import groups, users
from tests.engine.building import bpmn, end, start, user
from tests.forms.every import rows
from tests.forms.schemas import component, content, must
from tests.web.conftest import Api, Browser
from tests.web.pages import PNG, key_of, upload, words_of

SignIn = Callable[[str], Browser]
NEW = "/laporan/baru?key=barang"

ITEMS = rows(
    "barang",
    component("textfield", "nama", **must()),
    component("filepicker", "foto", accept=".png"),
    component("textfield", "kode", disabled=True),
    label="Barang",
)


@pytest.fixture
def upp(sign_in: SignIn, office: Database) -> Browser:
    lanes = {"Loket": "masuk periksa selesai"}
    shapes = [start("masuk", form="masuk"), user("periksa", form="masuk"), end("selesai")]
    files = {
        "barang.bpmn": bpmn(shapes, "masuk > periksa > selesai", lanes=lanes, key="barang", name="Barang"),
        "masuk.form": content(
            component("textfield", "judul", **must()), ITEMS, component("text", text="Untuk {{judul}}")
        ),
    }
    with office.transaction() as session:
        deployments.deploy(session, files, actor=None)
        officer = users.named(session, "upp")
        officer.groups.append(groups.get_or_add(session, "Loket"))
    return sign_in("upp")


def test_a_row_is_added_and_taken_out_and_all_that_was_typed_stays(upp: Browser) -> None:
    page = upp.get(NEW)
    assert 'name="barang" value="0:"' in page.text
    sent = {"judul": "Pengadaan", "barang": ["0:"], "barang.0.nama": "meja"}

    page = upload(upp, NEW, {**sent, "_baris": "tambah:barang"}, [("barang.0.foto", "a.png", PNG)])

    assert page.status_code == 200
    assert "Ada" not in words_of(page).partition("isian yang perlu diperbaiki")[1]
    assert 'value="Pengadaan"' in page.text
    assert 'value="meja"' in page.text
    assert "a.png" in page.text
    assert "Untuk Pengadaan" in page.text
    assert 'name="barang" value="1:"' in page.text
    assert 'data-row="barang.1" tabindex="-1" autofocus' in page.text
    assert 'value="meja"' in upp.get(NEW).text  # the draft has it as well
    assert "autofocus" not in upp.get(NEW).text

    sent = {"judul": "Pengadaan", "barang": ["0:", "1:"], "barang.0.nama": "meja", "barang.1.nama": "kursi"}
    page = upp.post(NEW, **sent, _baris="hapus:barang.0")
    assert page.status_code == 200
    assert 'value="kursi"' in page.text
    assert 'value="meja"' not in page.text


def test_rows_become_the_variable_and_keep_what_nobody_may_change(
    upp: Browser, office: Database, api: Callable[[str], Api]
) -> None:
    key = key_of(upp.get(NEW))
    sent = {"judul": "A", "barang": ["0:", "3:"], "barang.0.nama": "meja", "barang.3.nama": "kursi"}
    refused = upp.post(NEW, **{**sent, "barang.3.nama": ""}, idempotency_key=key)
    assert refused.status_code == 422
    assert 'href="#i-barang.1.nama"' in refused.text
    saved = upp.post(NEW, **sent, idempotency_key=key)
    assert saved.status_code == 303
    with office.transaction() as session:
        instance = session.scalars(select(ProcessInstance)).one()
        assert [one["nama"] for one in instance.variables["barang"]] == ["meja", "kursi"]
        instance.variables = {
            **instance.variables,
            "barang": [{"nama": "meja", "kode": "A"}, {"nama": "kursi", "kode": "B"}],
        }
        case = instance.id
    [task] = api("upp").get("/tasks", instance_id=case).json["items"]
    address = f"/tugas/{task['id']}"
    upp.post(f"{address}/ambil")
    page = upp.get(address)
    assert 'name="barang" value="1:1"' in page.text
    again = upp.post(
        address, judul="A", barang=["0:0", "1:1"], _baris="hapus:barang.0", **{"barang.1.nama": "kursi baru"}
    )
    assert again.status_code == 200
    assert 'value="kursi baru"' in again.text
    assert 'value="B"' in again.text
    done = upp.post(
        address, judul="A", barang=["0:1"], idempotency_key=key_of(again), **{"barang.0.nama": "kursi baru"}
    )
    assert done.status_code == 303
    with office.reading() as session:
        assert session.get_one(ProcessInstance, case).variables["barang"] == [
            {"nama": "kursi baru", "kode": "B", "foto": []}
        ]


def test_the_api_takes_rows(upp: Browser, office: Database, api: Callable[[str], Api]) -> None:
    body = {"judul": "A", "barang": [{"nama": "meja"}, {"nama": ""}]}
    refused = api("upp").post("/process-instances", {"key": "barang", "variables": body})
    assert refused.status_code == 422
    assert "barang.1.nama" in refused.text
    body["barang"] = [{"nama": "meja"}]
    started = api("upp").post("/process-instances", {"key": "barang", "variables": body})
    assert started.status_code == 201, started.text
    with office.reading() as session:
        instance = session.get_one(ProcessInstance, started.json["id"])
        assert instance.variables["barang"] == [{"nama": "meja", "foto": []}]
