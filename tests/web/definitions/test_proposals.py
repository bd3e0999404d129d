"""A deployment that waits for a second person, on its page and through the API."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from app.base.config import Config
from app.base.db import Database
from app.web import create_app
from tests.sop_changes.editing import changed_form
from tests.web.conftest import Api, Browser, ReadingClient
from tests.web.pages import upload, words_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def app(config: Config, office: Database) -> Flask:
    config = replace(config, four_eyes="identity")
    office._info["config"] = config
    app = create_app(config, office)
    app.test_client_class = ReadingClient
    return app


def opened() -> dict[str, bytes]:
    """The SOP's form in which the reporter's name is no longer identity."""
    return changed_form("laporan", lambda fields: fields["nama_pelapor"]["properties"].pop("pribadi"))


def test_a_page_for_the_second_person(sign_in: SignIn) -> None:
    owner, admin = sign_in("pemilik"), sign_in("admin")
    owner.get("/proses")
    files = [("files", name, content) for name, content in opened().items()]
    sent = upload(owner, "/proses", {}, files)
    assert (sent.status_code, sent.location) == (303, "/proses/usulan/1")
    told = words_of(owner.get("/proses/usulan/1"))
    assert (
        "Belum berlaku: usulan 1 menunggu persetujuan orang kedua."
        in owner.get("/proses/usulan/1").text + told
    )
    assert "Setujui" not in told
    assert "Tarik usulan" in told
    assert owner.post("/proses/usulan/1/setujui").status_code == 403
    assert "Usulan penerapan 1" in words_of(admin.get("/proses"))
    told = words_of(admin.get("/proses/usulan/1"))
    assert "Setujui dan terapkan" in told
    assert "tidak lagi identitas" in told
    assert admin.get("/proses/usulan/1/berkas/laporan.form").data == opened()["laporan.form"]
    admin.get("/proses/usulan/1")
    assert admin.post("/proses/usulan/1/setujui").status_code == 303
    assert "versi 2 diterapkan" in admin.get("/proses").text
    assert "Disetujui" in words_of(admin.get("/proses/usulan/1"))
    assert admin.post("/proses/usulan/1/tolak").status_code == 409


def test_others_find_nothing(sign_in: SignIn, api: Callable[[str], Api]) -> None:
    api("pemilik").upload("/deployments", "files", opened())
    officer = sign_in("upp")
    assert "Usulan penerapan" not in officer.get("/proses").text
    for path in ("/proses/usulan/1", "/proses/usulan/1/berkas/laporan.form", "/proses/usulan/2"):
        assert officer.get(path).status_code == 404
    assert officer.post("/proses/usulan/1/setujui").status_code == 404
    assert api("upp").get("/deployments/proposals").json == {"items": []}
    assert api("upp").post("/deployments/proposals/1/approve").status_code == 404


def test_the_api_proposes_approves_and_rejects(api: Callable[[str], Api]) -> None:
    owner, admin = api("pemilik"), api("admin")
    sent = owner.upload("/deployments", "files", opened())
    assert sent.status_code == 202, sent.text
    assert (sent.json["definitions"], sent.json["proposal"]) == ([], 1)
    [waits] = admin.get("/deployments/proposals").json["items"]
    assert (waits["keys"], waits["proposed_by"]) == (["pengaduan"], "Pemilik Proses (Bagian Organisasi)")
    assert len(waits["no_longer_identity"]) == 1
    assert owner.post("/deployments/proposals/1/approve").status_code == 403
    assert owner.post("/deployments/proposals/1/reject").json["state"] == "rejected"
    assert owner.upload("/deployments", "files", opened()).json["proposal"] == 2
    done = admin.post("/deployments/proposals/2/approve", key="a")
    assert (done.status_code, done.json["definitions"][0]["version"]) == (200, 2)
    assert admin.post("/deployments/proposals/2/approve", key="a").json == done.json
    assert admin.post("/deployments/proposals/2/approve", key="b").status_code == 409
