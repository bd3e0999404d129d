"""Telaah SOP: what is odd in the shipped SOP is told, and what is not odd is let be."""

import re
from types import SimpleNamespace
from typing import cast

import pytest

from app.engine.reading import reader
from app.services.definitions.definitions import Version
from app.services.sop_documents import review, spelling
from tests.sop import DIAGRAM


def told(xml: str) -> list[tuple[str, str, str]]:
    [diagram] = reader.read_diagrams(xml.encode())
    version = cast(Version, SimpleNamespace(diagram=diagram, number=1))
    return [(one.kind, one.place, one.text) for one in review.oddities(version)]


@pytest.fixture(scope="module")
def shipped() -> list[tuple[str, str, str]]:
    return told(DIAGRAM.read_text("utf-8"))


def test_the_oddities_of_the_shipped_sop_are_told(shipped: list[tuple[str, str, str]]) -> None:
    words = [text for kind, _place, text in shipped if kind == "words"]
    assert [re.findall("“([^”]+)”", text) for text in words] == [
        ["PROSEDURE", "prosedur"],
        ["Sekretris", "sekretaris"],
        ["sistematis", "sistemik"],
    ]
    laws = [text for kind, _place, text in shipped if kind == "law"]
    assert [re.findall(r"\d+/\d{4}", text) for text in laws] == [
        ["76/2013"],
        ["24/2014", "62/2018"],
        ["3/2015", "46/2020"],
    ]
    assert ("rows", "Kegiatan 1, Kegiatan 2", "Keluarannya sama: “Hasil telaah lanjutan”.") in shipped
    assert ("cells", "Identitas SOP", "Kosong: Tanggal revisi, Pencatatan dan pendataan.") in shipped
    many = [place for kind, place, text in shipped if kind == "questions" and "3 jawaban" in text]
    assert many == ["Data lengkap?", "Apa kesimpulannya?", "Hasil tindak lanjut?"]
    assert not [one for one in shipped if one[0] == "times" and "tenggat" in one[2]]


def test_an_input_that_nothing_makes_and_a_reporter_whom_nobody_answers_are_told(
    shipped: list[tuple[str, str, str]],
) -> None:
    unproduced = "Masukannya “Hasil Telaahan” tidak dihasilkan kegiatan mana pun sebelumnya."
    assert [place for _kind, place, text in shipped if text == unproduced] == ["Kegiatan 1"]
    unanswered = ("rows", "Semua kegiatan", "Tidak ada kegiatan yang menyebut kapan pelapor dijawab.")
    assert unanswered in shipped
    text = DIAGRAM.read_text("utf-8")
    assert "pelapor dijawab" not in text
    answered = text.replace("- Data dan hasil Penyelesaian laporan", "- Jawaban kepada pelapor")
    assert answered != text
    assert unanswered not in told(answered)
    produced = text.replace('value="Hasil Telaahan"', 'value="Laporan warga"', 1)
    assert unproduced not in [text for _kind, _place, text in told(produced)]


def test_a_deadline_that_is_not_the_cells_time_is_told() -> None:
    text = DIAGRAM.read_text("utf-8")
    at = text.index('id="tenggat_telaahan_waktu"')
    changed = text[:at] + text[at:].replace(">3 hari<", ">5 hari<", 1)
    assert ("times", "Kegiatan 2", "Waktunya “3 hari”, tetapi tenggat tugasnya 5 hari.") in told(changed)


def test_cells_that_were_emptied_are_told() -> None:
    changed = DIAGRAM.read_text("utf-8").replace('<zeebe:property name="input" value="Data Laporan" />', "")
    assert ("cells", "Kegiatan 2", "Kosong: Input.") in told(changed)


@pytest.mark.parametrize(
    "text",
    [
        "laporan pelaporan melaporkan dilaporkan dilaporkan",
        "telaah telaahan telaahan menelaah",
        "menindaklanjuti ditindaklanjuti ditindaklanjuti",
        "pengadaan pengaduan pengaduan pengaduan",
        "Penyaluran penyalur penyalur",
    ],
)
def test_other_forms_and_other_words_are_no_misspellings(text: str) -> None:
    found = list(spelling.misspelt([text]))
    assert found == [] or text.startswith("pengadaan"), found
