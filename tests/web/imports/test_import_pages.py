"""Importing a file in the browser, without any script: see, choose, begin, stop, go on, and the result as a file."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.commands import imports
from app.models import ImportBatch, ProcessInstance
from tests.web.conftest import Browser
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]
HEADING = (
    "Tracking ID;Tanggal Laporan Masuk;Klasifikasi Laporan;Sumber Laporan;Kategori;Judul Laporan;"
    "Isi Laporan Awal;nama"
)
COMPLAINT = "Pengaduan Tidak Berkadar Pengawasan;SMS;Jalan Berlubang"


def file(*lines: str) -> bytes:
    return "\n".join((HEADING, *lines)).encode()


def line(number: str, title: str = "Jalan berlubang", kind: str = COMPLAINT) -> str:
    return f"{number};18 Nov 2026;{kind};{title};Lubangnya dalam.;Kenaripelapor"


@pytest.fixture
def lapor(sign_in: SignIn) -> Browser:
    return sign_in("lapor")


def sent(browser: Browser, content: bytes, name: str = "laporan.csv") -> str:
    """Add a file; return the address of its import."""
    browser.get("/impor")
    answer = browser.post("/impor?key=pengaduan", file=(BytesIO(content), name))
    assert answer.status_code == 303, words_of(answer)
    return str(answer.headers["Location"])


def work(office: Database) -> None:
    while imports.work(office):
        pass


def numbers(office: Database) -> list[str]:
    with office.reading() as session:
        return list(session.scalars(select(ProcessInstance.business_key).order_by(ProcessInstance.id)))


def test_the_way_there_is_the_page_of_a_new_report(lapor: Browser) -> None:
    assert "/impor?key=pengaduan" in lapor.get("/laporan/baru").text
    words = words_of(lapor.get("/impor"))
    assert "Judul Laporan" in words
    assert "Belum ada berkas yang diimpor" in words


def test_nothing_comes_in_before_it_is_begun_and_then_what_is_ready(office: Database, lapor: Browser) -> None:
    address = sent(lapor, file(line("8507001"), line("8507002", title=""), line("8507003")))
    assert "0 dari 3 baris diperiksa" in words_of(lapor.get(address))
    work(office)
    words = words_of(lapor.get(address))
    assert "3 dari 3 baris diperiksa" in words
    assert "Isi Judul laporan." in words
    assert "Impor 2 baris" in words
    assert numbers(office) == []
    assert lapor.post(f"{address}/mulai").status_code == 303
    work(office)
    assert numbers(office) == ["8507001", "8507003"]
    words = words_of(lapor.get(address))
    assert "Perkara 8507001" in words
    assert "Selesai" in words
    assert "laporan.csv" in words_of(lapor.get("/impor"))


def test_what_is_there_is_not_imported_twice_and_leads_to_its_case(office: Database, lapor: Browser) -> None:
    for _again in range(2):
        address = sent(lapor, file(line("8507001")))
        work(office)
        answer = lapor.post(f"{address}/mulai")
    assert answer.status_code == 409
    assert "Tidak ada baris yang dapat diimpor." in words_of(answer)
    assert numbers(office) == ["8507001"]
    words = words_of(lapor.get(f"{address}?keadaan=known"))
    assert "Sudah ada" in words
    assert "Perkara 8507001" in words


def test_aspirations_come_in_where_they_are_ticked(office: Database, lapor: Browser) -> None:
    address = sent(lapor, file(line("8507001", kind="Aspirasi;SMS;Jalan Berlubang")))
    work(office)
    assert "Tidak ikut 1" in words_of(lapor.get(address))
    assert lapor.post(f"{address}/pilihan", ikut="Aspirasi").status_code == 303
    work(office)
    assert "Siap diimpor 1" in words_of(lapor.get(address))
    wrong = lapor.post(f"{address}/pilihan", ikut="Entah")
    assert (wrong.status_code, "Pilihan ini tidak dikenal." in words_of(wrong)) == (422, True)


def test_an_import_is_stopped_and_goes_on(office: Database, lapor: Browser) -> None:
    address = sent(lapor, file(line("8507001"), line("8507002")))
    work(office)
    lapor.post(f"{address}/mulai")
    assert "Hentikan" in words_of(lapor.get(address))
    lapor.post(f"{address}/hentikan")
    work(office)
    assert numbers(office) == []
    assert "Lanjutkan" in words_of(lapor.get(address))
    lapor.post(f"{address}/lanjutkan")
    work(office)
    assert numbers(office) == ["8507001", "8507002"]


def test_the_result_file_tells_each_line_and_no_cell(office: Database, lapor: Browser) -> None:
    address = sent(lapor, file(line("8507001"), line("=1+1", title="")))
    work(office)
    lapor.post(f"{address}/mulai")
    work(office)
    answer = lapor.get(f"{address}/hasil.csv")
    heading, *lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert heading == "Baris,Nomor,Hasil,Perkara,Keterangan"
    assert lines[0] == "2,8507001,Diimpor,8507001,"
    assert lines[1].startswith("3,'=1+1,Perlu diperbaiki,,")
    assert "Judul laporan: Isi Judul laporan." in lines[1]
    assert "Kenari" not in answer.text + lapor.get(address).text


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "", "Pilih berkasnya dulu."),
        (b"a,b\n1,2", "laporan.csv", "kolom"),
        (b"%PDF-1.7", "laporan.pdf", "Kirim berkas XLSX atau CSV."),
        (b"PK\x03\x04", "laporan.xlsx", "XLSX"),
    ],
)
def test_a_file_that_is_none_is_refused_with_what_to_do(
    lapor: Browser, office: Database, content: bytes, name: str, said: str
) -> None:
    lapor.get("/impor")
    answer = lapor.post("/impor?key=pengaduan", file=(BytesIO(content), name))
    assert answer.status_code == 422
    assert said in words_of(answer)
    with office.reading() as session:
        assert session.scalars(select(ImportBatch)).all() == []


@pytest.mark.parametrize("name", ["upp", "dpupr", "pemilik", "auditor", "admin"])
def test_nobody_else_sees_an_import_or_changes_it(
    office: Database, lapor: Browser, sign_in: SignIn, name: str
) -> None:
    address = sent(lapor, file(line("8507001")))
    work(office)
    other = sign_in(name)
    assert other.get("/impor").status_code == 403
    assert other.get("/impor?key=pengaduan").status_code == 403
    assert other.get(address).status_code == 404
    assert other.get(f"{address}/hasil.csv").status_code == 404
    for act in ("mulai", "hentikan", "lanjutkan", "pilihan"):
        assert other.post(f"{address}/{act}").status_code == 404
    assert other.post("/impor?key=pengaduan", file=(BytesIO(file(line("1"))), "a.csv")).status_code == 403
    work(office)
    assert numbers(office) == []


def test_sent_twice_it_is_one_import(office: Database, lapor: Browser) -> None:
    lapor.get("/impor")
    content = file(line("8507001"))
    for _again in range(2):
        answer = lapor.post(
            "/impor?key=pengaduan", idempotency_key="k" * 22, file=(BytesIO(content), "a.csv")
        )
        assert answer.status_code == 303
    with office.reading() as session:
        assert len(session.scalars(select(ImportBatch)).all()) == 1


def test_a_value_that_the_form_does_not_list_is_chosen_once(office: Database, lapor: Browser) -> None:
    strange = COMPLAINT.replace("Jalan Berlubang", "Jalan Rusak Parah")
    address = sent(lapor, file(*(line(f"85070{n}", kind=strange) for n in range(10, 13))))
    work(office)
    page = lapor.get(address)
    assert "Jalan Rusak Parah" in words_of(page)
    assert "Tidak ada baris yang dapat diimpor." in words_of(page)
    [name] = re.findall(r'<select name="(nilai[.][^"]+)"', page.text)
    assert lapor.post(f"{address}/pilihan", **{name: "tidak ada"}).status_code == 422
    [option] = re.findall(r'<option value="([^"]+)">Jalan Berlubang</option>', page.text)
    assert lapor.post(f"{address}/pilihan", **{name: option}).status_code == 303
    work(office)
    assert "Impor 3 baris" in words_of(lapor.get(address))


def test_columns_that_were_not_found_are_told_with_what_was_meant(lapor: Browser) -> None:
    heading = HEADING.replace("Klasifikasi Laporan", "Klasifikasi").replace("Isi Laporan Awal", "Isi Laporan")
    content = f"{heading};Nama Pelapor\n{line('8507001')};x".encode()
    words = words_of(lapor.get(sent(lapor, content)))
    assert "Klasifikasi Laporan (wajib). Apakah yang Anda maksud kolom “Klasifikasi”?" in words
    assert "Apakah yang Anda maksud kolom “Isi Laporan”?" in words
    assert "Diabaikan, isinya tidak disimpan" in words
    assert "Judul Laporan (wajib)" in words_of(lapor.get("/impor"))
