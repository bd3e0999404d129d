"""The form editor of the studio: its page, and what it asks while somebody works in it."""

from collections.abc import Callable

import pytest

from tests.web.conftest import Browser, sop_files
from tests.web.studio.sending import headers, post, put

SignIn = Callable[[str], Browser]
FORM = "/studio/1/formulir/laporan.form"


@pytest.fixture
def owner(sign_in: SignIn) -> Browser:
    browser = sign_in("pemilik")
    browser.get("/studio")
    browser.post("/studio/dari-proses", key="pengaduan")
    return browser


def test_the_editor_keeps_the_strict_policy(owner: Browser) -> None:
    page = owner.get(FORM)
    assert page.status_code == 200
    assert 'data-module="studio-form"' in page.text
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    assert owner.get("/studio/1/formulir/pengaduan.bpmn").status_code == 404


def test_officers_have_no_editor(owner: Browser, sign_in: SignIn) -> None:
    officer = sign_in("upp")
    officer.get("/tugas")
    assert officer.get(FORM).status_code == 403
    assert officer.get(f"{FORM}/pembaca.json").status_code == 403
    assert post(officer, "/studio/1/pratinjau", {"name": "laporan.form", "content": "{}"}).status_code == 403
    assert post(officer, f"{FORM}/ganti-nama", {"from": "kategori", "to": "jenis"}).status_code == 403


def test_what_is_not_saved_yet_is_drawn_and_nothing_in_it_runs(owner: Browser) -> None:
    content = sop_files()["pelapor.form"].decode()
    html = '{"type": "html", "id": "h", "content": "<script>alert(1)</script><b onclick=x>Tebal</b>"},'
    changed = content.replace('"components": [', f'"components": [{html}', 1)
    seen = post(owner, "/studio/1/pratinjau", {"name": "pelapor.form", "content": changed}).json
    assert "<b>Tebal</b>" in seen["html"]
    assert "alert(1)" not in seen["html"]
    assert seen["viewers"][0]["label"].startswith("Pelapor mengisi")
    assert owner.get("/studio/1/berkas/pelapor.form").data == content.encode()


def test_a_form_that_is_none_is_told_of(owner: Browser) -> None:
    seen = post(owner, "/studio/1/pratinjau", {"name": "pelapor.form", "content": "{"})
    assert (seen.status_code, seen.json["html"]) == (200, None)
    assert post(owner, "/studio/1/pratinjau", {"name": "x", "content": "{}"}).status_code == 400
    odd = {"name": "pelapor.form", "content": "{}", "typed": [["a"]]}
    assert post(owner, "/studio/1/pratinjau", odd).status_code == 400


def test_readers_of_fields_are_named(owner: Browser) -> None:
    usage = owner.client.get(f"{FORM}/pembaca.json", headers=headers(owner)).json
    assert [one["name"] for one in usage["used_by"]] == ["Mulai"]
    assert {one["file"] for one in usage["fields"]["kategori"]["reads"]} == {
        "laporan.form",
        "pengaduan.bpmn",
        "rute-unit.dmn",
    }
    assert [one["file"] for one in usage["fields"]["kategori"]["sets"]] == ["penyaluran.form"]


def test_a_key_is_changed_after_its_list_and_not_by_an_old_one(owner: Browser) -> None:
    path, wish = f"{FORM}/ganti-nama", {"from": "kategori", "to": "jenis_masalah"}
    listed = post(owner, path, wish).json
    assert len(listed["changes"]) == 5
    assert owner.get("/studio/1/berkas/laporan.form").data == sop_files()["laporan.form"]
    done = post(owner, path, {**wish, "revisions": listed["revisions"]})
    assert done.json["revisions"]["rute-unit.dmn"] == 2
    assert b"<text>jenis_masalah</text>" in owner.get("/studio/1/berkas/rute-unit.dmn").data
    again = {"from": "jenis_masalah", "to": "kategori", "revisions": listed["revisions"]}
    assert post(owner, path, again).status_code == 409
    refused = post(owner, path, {"from": "jenis_masalah", "to": "judul"})
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"to"})


def test_a_new_form_has_a_key_made_of_its_name(owner: Browser) -> None:
    owner.get("/studio/1")
    made = owner.post("/studio/1/formulir", form_name="Berita acara")
    assert (made.status_code, made.location) == (303, "/studio/1/formulir/berita_acara.form")
    assert owner.get("/studio/1/berkas/berita_acara.form").data.startswith(b'{\n  "components": []')
    put(owner, b'{"components": [], "type": "default", "id": "x"}', 1, "/studio/1/berkas/berita_acara.form")
    owner.get("/studio/1")
    again = owner.post("/studio/1/formulir", form_name="Berita Acara")
    assert (again.status_code, "Draf ini sudah punya berita_acara.form" in again.text) == (422, True)
    assert owner.post("/studio/1/formulir", form_name=" ").status_code == 422


def test_a_form_saved_by_the_editor_is_the_one_that_a_deployment_reads(owner: Browser) -> None:
    content = sop_files()["laporan.form"].replace(b'"Judul laporan"', b'"Judul singkat"')
    assert put(owner, content, 1, "/studio/1/berkas/laporan.form").json["findings"] == []
