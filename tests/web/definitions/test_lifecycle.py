"""Taking back from the page of a version: in force again, withdrawn, the process retired and resumed."""

from collections.abc import Callable

import pytest

from tests.web.conftest import Browser, sop_files
from tests.web.pages import upload, words_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def owner(sign_in: SignIn) -> Browser:
    """With two versions of the SOP, the second in force."""
    browser = sign_in("pemilik")
    browser.get("/proses")
    changed = sop_files()["pengaduan.bpmn"].replace(b"3 hari", b"5 hari")
    assert upload(browser, "/proses", {}, [("files", "pengaduan.bpmn", changed)]).location == "/proses/2"
    return browser


def test_an_earlier_version_is_put_in_force_again(owner: Browser) -> None:
    page = owner.get("/proses/1")
    assert "Berlakukan lagi versi ini" in page.text
    assert "Tarik versi ini" not in page.text
    refused = owner.post("/proses/1/berlakukan", reason=" ")
    assert refused.status_code == 422
    assert "Tulis alasannya" in words_of(refused)
    done = owner.post("/proses/1/berlakukan", reason="Masih dirundingkan")
    assert (done.status_code, done.location) == (303, "/proses/3")
    page = words_of(owner.get("/proses/3"))
    assert "Masih dirundingkan" in page
    assert "isi sama dengan yang berlaku" in page
    again = owner.post("/proses/1/berlakukan", reason="Sekali lagi")
    assert again.status_code == 409
    assert "Isi versi 1 sama dengan yang berlaku." in words_of(again)
    assert "Sekali lagi" in again.text  # what was typed stays


def test_a_version_is_withdrawn(owner: Browser) -> None:
    assert "Yang berlaku kembali versi 1." in owner.get("/proses/2").text
    assert owner.post("/proses/2/tarik", reason="Keliru").location == "/proses/1"
    assert "Versi ditarik; yang berlaku kembali versi 1." in owner.get("/proses/1").text
    assert "Ditarik" in words_of(owner.get("/proses/2"))


def test_a_process_is_retired_and_resumed(owner: Browser, sign_in: SignIn) -> None:
    assert owner.post("/proses/2/akhiri", reason="Diganti SOP lain").location == "/proses/2"
    page = words_of(owner.get("/proses/2"))
    assert "Proses ini sudah diakhiri" in page
    assert "Akhiri proses ini" not in page
    assert "1 proses yang diakhiri" in words_of(owner.get("/proses"))
    assert "/laporan/baru" not in sign_in("lapor").get("/tugas").text
    assert owner.post("/proses/2/aktifkan", reason="Tetap dipakai").location == "/proses/2"
    assert "/laporan/baru" in sign_in("lapor").get("/tugas").text


def test_the_record_tells_of_all_of_it(owner: Browser) -> None:
    owner.get("/proses/2")
    owner.post("/proses/2/tarik", reason="Keliru")
    owner.get("/proses/1")
    owner.post("/proses/1/akhiri", reason="Diganti")
    owner.get("/proses/1")
    owner.post("/proses/1/aktifkan", reason="Dipakai lagi")
    record = words_of(owner.get("/pengguna/riwayat"))
    for told in (
        "Versi 2 proses pengaduan ditarik",
        "Proses pengaduan diakhiri pada versi 1",
        "Proses pengaduan diaktifkan lagi pada versi 1",
        "Dipakai lagi",
    ):
        assert told in record


@pytest.mark.parametrize("what", ["berlakukan", "tarik", "akhiri", "aktifkan"])
def test_only_process_owners_take_back(owner: Browser, sign_in: SignIn, what: str) -> None:
    for name in ("upp", "admin", "auditor"):
        other = sign_in(name)
        assert "Mengubah yang berlaku" not in other.get("/proses/2").text
        assert other.post(f"/proses/2/{what}", reason="x").status_code == 403
    assert owner.post(f"/proses/77/{what}", reason="x").status_code == 404
