"""What the editors of a draft ask for while somebody works in them."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.base.config import Config
from app.base.db import Database
from app.base.errors import InvalidDiagram
from app.engine import timers
from app.engine.reading.reader import read_diagrams
from app.services.core import clock
from app.services.studio import deadlines
from tests.built import DIST, built
from tests.engine.building import boundary, bpmn, end, start, user
from tests.web.conftest import Browser, sop_files
from tests.web.studio.sending import post, put

SignIn = Callable[[str], Browser]
FILE = "/studio/1/berkas/pengaduan.bpmn"
PAGES = {
    "studio-diagram": "/studio/1/diagram/pengaduan.bpmn",
    "studio-form": "/studio/1/formulir/laporan.form",
    "studio-decision": "/studio/1/tabel/rute-unit.dmn",
}
#: In bytes over the wire, modules, sheets and signs of a page together; issue "The process owner's studio".
MOST_BYTES = 600_000


@pytest.fixture
def owner(sign_in: SignIn) -> Browser:
    browser = sign_in("pemilik")
    browser.get("/studio")
    browser.post("/studio/dari-proses", key="pengaduan")
    return browser


@pytest.mark.parametrize(("module", "path"), PAGES.items())
def test_every_editor_has_the_same_head_and_leads_to_the_others(
    owner: Browser, module: str, path: str
) -> None:
    page = owner.get(path).text
    assert f'data-module="{module}"' in page
    assert f"/{module}-" in page, "its script and sheet"
    assert "data-save-status" in page
    for way in (*PAGES.values(), "/studio/1", "/studio/1/coba", "/studio/1/terbitkan"):
        assert f'href="{way}"' in page, way
    assert page.count('aria-current="page"') == 2  # in the menu of the shell, and among the files
    kind = path.split("/")[3]
    other = next(one for one in PAGES.values() if one != path)
    assert owner.get(f"/studio/1/{kind}/{other.rsplit('/', 1)[1]}").status_code == 404


@pytest.mark.parametrize("module", PAGES)
def test_the_page_of_an_editor_is_light_enough(module: str) -> None:
    sizes = {
        name: len(gzip.compress((DIST / built(name)).read_bytes(), 9))
        for name in (f"{module}.js", f"{module}.css", "alur.css", "app.js")
    }
    signs = {"studio-diagram": "bpmn-*.woff2", "studio-decision": "dmn-*.woff2"}.get(module)
    fonts = [path.stat().st_size for path in DIST.glob(signs)] if signs else []
    assert bool(fonts) == bool(signs)
    assert sum(sizes.values()) + sum(fonts) < MOST_BYTES, sizes


def test_a_file_is_read_with_its_revision_and_saved_over_it(owner: Browser) -> None:
    read = owner.get(FILE)
    assert (read.data, read.headers["ETag"]) == (sop_files()["pengaduan.bpmn"], '"1"')
    assert read.content_type == "text/plain; charset=utf-8"
    changed = read.data.replace(b"3 hari", b"99999 hari")
    saved = put(owner, changed, '"1"')
    assert (saved.status_code, saved.json["revision"]) == (200, 2)
    found = saved.json["findings"][0]
    assert (found["code"], found["severity"], found["file"]) == (
        "timer_too_long",
        "error",
        "pengaduan.bpmn",
    )
    assert found["element_id"]
    assert "99999 hari" in found["what"]
    assert owner.get(FILE).data == changed


def test_who_saves_an_earlier_state_gets_both_and_overwrites_nothing(owner: Browser, sign_in: SignIn) -> None:
    put(owner, b"<satu/>", 1)
    refused = put(owner, b"<dua/>", 1)
    assert refused.status_code == 409
    assert (refused.json["content"], refused.json["revision"]) == ("<satu/>", 2)
    assert refused.json["saved_by"] == "Pemilik Proses (Bagian Organisasi)"
    assert owner.get(FILE).data == b"<satu/>"


@pytest.mark.parametrize("revision", ["", "W/1", "-1", "1, 2"])
def test_a_saving_names_its_revision(owner: Browser, revision: str) -> None:
    assert put(owner, b"<a/>", revision).status_code == 422


def test_a_saving_without_the_page_s_token_is_refused(owner: Browser) -> None:
    sent = {"If-Match": "1", "Accept": "application/json"}
    assert owner.client.put(FILE, data=b"<a/>", headers=sent).status_code == 400
    assert owner.get(FILE).headers["ETag"] == '"1"'


def test_a_file_larger_than_a_draft_takes_is_refused_before_it_is_read(owner: Browser) -> None:
    assert put(owner, b"x" * (1024 * 1024 + 1), 1).status_code == 413


def test_what_is_not_saved_yet_is_checked(owner: Browser) -> None:
    changed = sop_files()["pengaduan.bpmn"].replace(b"3 hari", b"99999 hari").decode()
    answer = post(owner, "/studio/1/periksa", {"files": {"pengaduan.bpmn": changed}})
    assert {one["code"] for one in answer.json["findings"]} == {"timer_too_long"}
    assert owner.get(FILE).headers["ETag"] == '"1"'
    assert post(owner, "/studio/1/periksa", {}).json == {"findings": []}
    for odd in ([], {"files": []}, {"files": {"a": 1}}):
        assert post(owner, "/studio/1/periksa", odd).status_code == 400


def test_materials_are_what_the_draft_and_the_office_offer(owner: Browser) -> None:
    found = owner.get("/studio/1/bahan.json").json
    assert found["process"] == "pengaduan"
    forms = {one["key"]: one for one in found["forms"]}
    assert set(forms) == {name.removesuffix(".form") for name in sop_files() if name.endswith(".form")}
    fields = {one["key"]: one for one in forms["laporan"]["fields"]}
    assert fields["nama_pelapor"]["identity"]
    assert {"value", "label"} == set(fields["klasifikasi"]["options"][0])
    assert [one["id"] for one in found["decisions"]] == ["rute_unit"]
    assert found["decisions"][0]["outputs"] == [{"name": "unit_tujuan"}]
    assert {"name": "UPT", "group": "UPT", "members": 4} in found["lanes"]
    variables = {one["name"] for one in found["variables"]}
    assert "kategori" in variables
    assert "nama_pelapor" not in variables


def test_materials_of_broken_files_are_what_can_be_read(owner: Browser) -> None:
    put(owner, b"{", 1, "/studio/1/berkas/laporan.form")
    put(owner, b"<", 1, "/studio/1/berkas/rute-unit.dmn")
    found = owner.get("/studio/1/bahan.json").json
    assert "laporan" not in {one["key"] for one in found["forms"]}
    assert found["decisions"] == []


def test_a_deadline_is_read_as_it_is_typed(owner: Browser, office: Database, config: Config) -> None:
    office._info["config"] = replace(config, allow_time_travel=True)
    with office.transaction() as session:
        clock.travel(session, datetime(2026, 11, 27, 2, tzinfo=UTC))

    def read(text: str, kind: str = "duration", day_unit: str = "kerja"):  # type: ignore[no-untyped-def]
        return post(owner, "/studio/1/tenggat", {"text": text, "kind": kind, "day_unit": day_unit}).json

    assert read("3 hari")["words"] == "3 hari kerja"
    assert read("3 hari")["due"] == "2 Des 2026, 16.00 WIB"
    assert read("P3D", day_unit="kalender")["ok"]
    assert read("H-14") == {"ok": True, "words": "H-14", "due_at": None, "due": ""}
    assert read("=batas")["due_at"] is None
    refused = read("3 harri")
    assert not refused["ok"]
    assert "tidak dimengerti" in refused["message"]
    assert not read("999999999 tahun")["ok"]
    assert (read("3x24 jam")["words"], read("H+3")["words"]) == ("72 jam kalender", "3 hari kerja")
    assert read("3 hari sejak diterima")["words"] == "3 hari kerja (“diterima” tidak ikut dihitung)"
    assert post(owner, "/studio/1/tenggat", {"text": "3 hari"}).status_code == 400


def test_the_studio_reads_a_timer_as_a_deployment_does(office: Database) -> None:
    texts = ["3x24 jam", "H+3", "48h", "5 min", "30'", "3 hari sejak diterima", "31 Maret 2027",
            "tiap Senin dan Kamis",
             "3-5 hari", "minimal 3 hari", "3 hari sebelum rapat", "2 hari kerja setelah tanggal 5",
             "Pasal 5 d", "5 d",
             "setengah hari", "dua belas hari", "tiap triwulan", "3 harri", "", "P3D", "=1 + 2"]  # fmt: skip
    with office.reading() as session:
        for text in texts:
            xml = bpmn([start(), user("isi"), boundary("lewat", "isi", after=text, name=""), end()],
                       "start > isi > end\nlewat > end")  # fmt: skip
            try:
                event = read_diagrams(xml)[0].nodes["lewat"]
            except InvalidDiagram as refused:
                [finding] = refused.findings
                with pytest.raises(deadlines.Unclear) as caught:
                    deadlines.meaning_of(session, text, "duration", "kerja")
                assert finding.todo in str(caught.value), text
                continue
            if event.asks:  # whoever types it is told that nobody can read it
                with pytest.raises(deadlines.Unclear):
                    deadlines.meaning_of(session, text, "duration", "kerja")
                continue
            assert event.timer is not None
            words = deadlines.meaning_of(session, text, "duration", "kerja").words
            assert words.startswith(timers.explicit(event.timer.text, "kerja")), text


def test_an_editor_s_page_lets_styles_in_by_a_nonce_and_scripts_as_ever(owner: Browser) -> None:
    assert owner.get("/studio/1/diagram").location == "/studio/1/diagram/pengaduan.bpmn"
    pages = [owner.get("/studio/1/diagram/pengaduan.bpmn") for _time in range(2)]
    policies = [page.headers["Content-Security-Policy"] for page in pages]
    assert policies[0] != policies[1]
    rules = dict(one.split(" ", 1) for one in policies[0].split("; "))
    assert rules["script-src"] == "'self'"
    assert rules["style-src"].startswith("'self' 'nonce-")
    assert rules["default-src"] == "'none'"
    assert "'unsafe-inline'" not in owner.get("/studio/1").headers["Content-Security-Policy"]
    assert owner.get("/studio/1/diagram/tiada.bpmn").status_code == 404
