"""Forms of Indonesian words, and words with a letter wrong."""

import pytest

from app.services.search import affixes

FAMILIES = (
    ("adu", "pengaduan", "mengadu", "diadukan"),
    ("tanam", "menanam", "penanaman", "ditanami"),
    ("parkir", "memarkir", "parkiran", "terparkir", "diparkirkannya"),
    ("lapor", "laporan", "melaporkan", "pelapor", "dilaporkan"),
    ("baik", "memperbaiki", "perbaikan", "diperbaiki"),
    ("salur", "penyaluran", "menyalurkan", "saluran"),
    ("kelola", "pengelolaan", "mengelola"),
    ("masak", "memasak"),
    ("kerja", "bekerja", "pekerjaan", "dikerjakan"),
    ("rusak", "kerusakan", "merusak", "dirusakkan"),
    ("cat", "mengecat"),
)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family[0])
def test_words_of_one_root_share_it(family: tuple[str, ...]) -> None:
    assert [word for word in family if family[0] not in affixes.forms(word)] == []


def test_numbers_and_short_words_are_what_they_are() -> None:
    assert affixes.forms("0001") == {"0001"}
    assert affixes.forms("di") == {"di"}
    assert affixes.slips("0001") == {"0001"}


def test_words_are_small_letters_and_digits_without_accents() -> None:
    assert affixes.words("Jl. Béringin-raya No.7, LP/2026_01") == [
        "jl",
        "beringin",
        "raya",
        "no",
        "7",
        "lp",
        "2026",
        "01",
    ]
    assert all(word.isascii() and word.isalnum() for word in affixes.words("ꦗꦮ 東京 '\"%_ x"))


@pytest.mark.parametrize("wrong", ["prkir", "parkirr", "parkar", "pakrir", "arkir", "parki"])
def test_a_word_with_one_letter_wrong_shares_a_slip_with_it(wrong: str) -> None:
    assert affixes.is_slip(wrong, "parkir")
    assert affixes.slips(wrong) & affixes.slips("parkir")


@pytest.mark.parametrize("other", ["pakrar", "park", "parkirnya", "karpir"])
def test_two_letters_wrong_are_another_word(other: str) -> None:
    assert not affixes.is_slip(other, "parkir")
