"""Studio: drafts are begun, looked at, taken along, laid aside and published from pages."""

import re
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest

from app.base.db import Database
from app.services.definitions import definitions
from app.services.deployment.same_process import renamed
from tests.web.conftest import Browser, sop_files
from tests.web.pages import upload, words_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def owner(sign_in: SignIn) -> Browser:
    browser = sign_in("pemilik")
    browser.get("/studio")
    return browser


def put(browser: Browser, path: str, content: bytes, revision: int):  # type: ignore[no-untyped-def]
    headers = {"X-CSRFToken": browser.token, "If-Match": f'"{revision}"', "Accept": "application/json"}
    return browser.client.put(path, data=content, headers=headers, content_type="text/plain")


def test_the_sop_is_changed_in_a_draft_and_published(owner: Browser, office: Database) -> None:
    assert "Belum ada draf" in words_of(owner.get("/studio"))
    begun = owner.post("/studio/dari-proses", key="pengaduan")
    assert (begun.status_code, begun.location) == (303, "/studio/1")
    page = words_of(owner.get("/studio/1"))
    assert "LAPOR!- SP4N bersifat Pengaduan" in page
    assert "penyaluran.form" in page
    assert "dari versi 1" in page
    assert "Pemeriksaan tidak menemukan apa pun." in page
    changed = sop_files()["pengaduan.bpmn"].replace(b"3 hari", b"5 hari")
    assert put(owner, "/studio/1/berkas/pengaduan.bpmn", changed, 1).status_code == 200
    owner.get("/studio/1")
    refused = owner.post("/studio/1/terbitkan", reason="")
    assert refused.status_code == 422
    assert "Tulis alasannya" in words_of(refused)
    done = owner.post("/studio/1/terbitkan", reason="Perbup 12/2026")
    assert (done.status_code, done.location) == (303, "/proses/2")
    assert "Draf ini sudah menjadi versi" in words_of(owner.get("/studio/1"))
    with office.reading() as session:
        live = definitions.latest(session, "pengaduan")
    assert live is not None
    assert live.version == 2


def test_a_version_is_opened_in_the_studio_from_its_page(owner: Browser, sign_in: SignIn) -> None:
    assert "Ubah di Studio" in owner.get("/proses/1").text
    assert owner.post("/studio/dari-versi/1").location == "/studio/1"
    assert owner.post("/studio/dari-versi/77").status_code == 404
    assert "Ubah di Studio" not in sign_in("auditor").get("/proses/1").text


def test_a_draft_with_errors_says_so_and_is_not_published(owner: Browser) -> None:
    owner.post("/studio/dari-proses", key="pengaduan")
    broken = sop_files()["pengaduan.bpmn"].replace(b"3 hari", b"99999 hari")
    put(owner, "/studio/1/berkas/pengaduan.bpmn", broken, 1)
    page = words_of(owner.get("/studio/1"))
    assert "terlalu lama" in page
    assert "Draf dengan galat tidak dapat diterbitkan" in page
    refused = owner.post("/studio/1/terbitkan", reason="Coba")
    assert refused.status_code == 422
    assert "Draf tidak diterbitkan" in words_of(refused)


def test_a_draft_begins_from_files_from_an_archive_and_from_nothing(owner: Browser) -> None:
    files = [("files", name, content) for name, content in sop_files().items()]
    assert upload(owner, "/studio/berkas", {}, files).location == "/studio/1"
    taken = owner.get("/studio/1/draf.zip")
    assert taken.headers["Content-Disposition"] == "attachment; filename=pengaduan-draf-1.zip"
    with ZipFile(BytesIO(taken.data)) as archive:
        assert sorted(archive.namelist()) == sorted(sop_files())
    again = upload(owner, "/studio/berkas", {}, [("files", "draf.zip", taken.data)])
    assert again.location == "/studio/2"
    assert owner.post("/studio/kosong", name="Izin usaha").location == "/studio/3"
    assert "Langkah pertama" in owner.get("/studio/3/berkas/izin_usaha.bpmn").text


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("/studio/dari-proses", {"key": "tiada"}, "Pilih proses yang akan diubah."),
        ("/studio/kosong", {"name": " "}, "Isi nama prosesnya"),
        ("/studio/berkas", {}, "Pilih sedikitnya satu berkas."),
    ],
)
def test_a_draft_that_cannot_begin_says_why(
    owner: Browser, path: str, fields: dict[str, str], told: str
) -> None:
    refused = owner.post(path, **fields)
    assert refused.status_code == 422
    assert told in words_of(refused)


def test_files_are_put_in_and_taken_out(owner: Browser) -> None:
    owner.post("/studio/kosong", name="Izin usaha")
    owner.get("/studio/1")
    form = sop_files()["penyaluran.form"]
    assert upload(owner, "/studio/1/berkas", {}, [("files", "penyaluran.form", form)]).status_code == 303
    assert "Dimasukkan ke draf: penyaluran.form" in owner.get("/studio/1").text
    again = upload(owner, "/studio/1/berkas", {}, [("files", "penyaluran.form", form)])
    assert again.status_code == 303
    assert "sama dengan yang ada" in owner.get("/studio/1").text
    refused = upload(owner, "/studio/1/berkas", {}, [("files", "program.exe", b"MZ")])
    assert refused.status_code == 422
    assert "nama berkas berakhir dengan" in words_of(refused)
    assert owner.post("/studio/1/berkas/penyaluran.form/keluarkan").status_code == 303
    assert owner.get("/studio/1/berkas/penyaluran.form").status_code == 404


def test_a_discarded_draft_is_brought_back(owner: Browser) -> None:
    owner.post("/studio/kosong", name="Izin usaha")
    assert owner.post("/studio/1/buang").location == "/studio"
    page = owner.get("/studio").text
    assert "1 draf yang dibuang" in page
    assert owner.get("/studio/1/diagram/izin_usaha.bpmn").status_code == 409
    assert owner.post("/studio/1/kembalikan").location == "/studio/1"
    assert owner.get("/studio/1/diagram/izin_usaha.bpmn").status_code == 200


def test_a_draft_of_an_older_version_says_that_another_is_in_force(owner: Browser) -> None:
    for _draft in range(2):
        owner.post("/studio/dari-versi/1")
    owner.get("/studio/1")
    changed = sop_files()["pengaduan.bpmn"].replace(b"3 hari", b"5 hari")
    put(owner, "/studio/1/berkas/pengaduan.bpmn", changed, 1)
    owner.post("/studio/1/terbitkan", reason="Coba")
    assert "Versi lain sudah berlaku" in words_of(owner.get("/studio/2"))


@pytest.mark.parametrize("name", ["upp", "admin", "auditor"])
def test_the_studio_is_for_process_owners(owner: Browser, sign_in: SignIn, name: str) -> None:
    owner.post("/studio/kosong", name="Izin usaha")
    other = sign_in(name)
    for path in ("/studio", "/studio/1", "/studio/1/draf.zip", "/studio/1/berkas/izin_usaha.bpmn"):
        assert other.get(path).status_code == 403, path
    assert put(other, "/studio/1/berkas/izin_usaha.bpmn", b"<", 1).status_code == 403
    assert other.post("/studio/1/terbitkan", reason="x").status_code == 403
    assert other.post("/studio/1/buang").status_code == 403


def test_a_button_pressed_twice_begins_one_draft(owner: Browser, office: Database) -> None:
    key = re.findall(r'name="idempotency_key" value="([^"]+)"', owner.get("/studio").text)[-1]
    sent = [owner.post("/studio/kosong", name="Izin", idempotency_key=key).location for _time in range(2)]
    assert sent == ["/studio/1", "/studio/1"]


def test_a_draft_whose_process_has_another_id_is_asked_whether_it_is_the_same(sign_in: SignIn) -> None:
    owner = sign_in("pemilik")
    owner.get("/studio")
    changed = {name: one for name, one in sop_files().items() if name.endswith((".bpmn", ".form", ".dmn"))}
    changed["pengaduan.bpmn"] = renamed(changed["pengaduan.bpmn"], "pengaduan", "Process_1a2b3c")
    begun = upload(owner, "/studio/berkas", {}, [("files", name, one) for name, one in changed.items()])
    for path in (begun.location, f"{begun.location}/terbitkan"):
        page = words_of(owner.get(path))
        assert "Apakah ini proses yang sama?" in page
        assert "ber-id “pengaduan”" in page
    done = owner.post(f"{begun.location}/proses-sama", old="Process_1a2b3c", new="pengaduan")
    assert done.status_code == 303
    page = words_of(owner.get(begun.location))
    assert "Apakah ini proses yang sama?" not in page
    assert "Draf ini sekarang versi berikut dari proses yang sama" in page


def test_a_new_diagram_beside_the_one_in_force_takes_its_place_by_the_answer(sign_in: SignIn) -> None:
    owner = sign_in("pemilik")
    owner.get("/studio")
    content = renamed(sop_files()["pengaduan.bpmn"], "pengaduan", "Process_1a2b3c")
    first, second = (owner.post("/studio/dari-proses", key="pengaduan").location for _twice in range(2))
    changed = sop_files()["pengaduan.bpmn"].replace(b"3 hari", b"5 hari")
    assert put(owner, f"{second}/berkas/pengaduan.bpmn", changed, 1).status_code == 200
    for draft in (first, second):
        upload(owner, f"{draft}/berkas", {}, [("files", "sop.bpmn", content)])
    page = words_of(owner.get(second))
    assert "keluarkan pengaduan.bpmn dari draf; sesudah itu jawab di sini" in page
    assert "Ya, proses yang sama" not in page
    assert "Bila sama, pengaduan.bpmn keluar dari draf" in words_of(owner.get(first))
    assert owner.post(f"{first}/proses-sama", old="Process_1a2b3c", new="pengaduan").status_code == 303
    page = words_of(owner.get(first))
    assert "pengaduan.bpmn dikeluarkan dari draf." in page
    assert "Apakah ini proses yang sama?" not in page
