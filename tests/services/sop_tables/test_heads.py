"""Heads of an SOP's table in several words: each says what stands below it, and a table with them is one."""

from io import BytesIO
from itertools import permutations

import pytest
from openpyxl import Workbook

from app.services.sop_tables import heads, reading

ACTIVITY = (
    "Kegiatan",
    "Aktivitas",
    "Prosedur",
    "Uraian Prosedur",
    "Uraian",
    "Tahapan",
    "Langkah-langkah Kerja",
)
ALIKE = {"activity": ACTIVITY, "output": ("Output", "Keluaran", "Hasil"), "ket": ("Keterangan", "Catatan")}


def test_a_head_in_two_words_for_one_property_is_of_that_property() -> None:
    for name, words in ALIKE.items():
        for one, other in permutations(words, 2):
            for said in (f"{one} / {other}", f"{one}/{other}", f"{one} ({other})", f"{one} dan {other}:"):
                assert heads.property_of(said.upper()) == name, said


def test_a_head_of_two_properties_is_of_none() -> None:
    for said in (
        "Kegiatan / Pelaksana",
        "Kegiatan (Pelaksana)",
        "Input/Output",
        "Kegiatan / Hasil",
        "(Hasil)",
    ):
        assert heads.property_of(said) == "", said


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_whose_head_says_it_in_two_words_is_read(kind: str) -> None:
    for head in ("Uraian Prosedur / Kegiatan", "Prosedur / Kegiatan", "Kegiatan/Prosedur"):
        rows = [
            ["No", head, "Pelaksana", "Waktu", "Output (Hasil)"],
            ["1", "Memeriksa berkas", "Petugas Loket", "1 hari", "Berkas lengkap"],
            ["2", "Menandatangani surat", "Kepala Dinas", "2 hari", "Surat izin"],
        ]
        table = reading.read_table(f"izin.{kind}", written(rows, kind))
        assert [line.activity for line in table.lines] == ["Memeriksa berkas", "Menandatangani surat"]
        assert [line.cells["output"] for line in table.lines] == ["Berkas lengkap", "Surat izin"]


def written(rows: list[list[str]], kind: str) -> bytes:
    if kind == "csv":
        return "\n".join(";".join(row) for row in rows).encode()
    book, content = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(content)
    return content.getvalue()
