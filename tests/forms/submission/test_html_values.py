"""What a browser sends becomes typed values; what cannot be understood stays to be shown again."""

from typing import Any

import pytest

from app import forms
from app.forms import moments, numbers
from tests.forms.judging import error
from tests.forms.schemas import component, form, values

FORM = form(
    component("textfield", "teks"),
    component("textarea", "uraian"),
    component("number", "angka"),
    component("number", "digit", serializeToString=True),
    component("datetime", "tanggal"),
    component("datetime", "jam", subtype="time"),
    component("datetime", "saat", subtype="datetime"),
    component("checkbox", "setuju"),
    component("radio", "pilih", values=values("a", "b")),
    component("checklist", "banyak", values=values("x", "y")),
    component("filepicker", "berkas", multiple=True),
    component("textfield", "mati", disabled=True),
    component("textfield", "tetap", readonly=True),
)


def test_every_field_that_takes_input_gets_a_value() -> None:
    assert forms.read_html(FORM, {}) == {
        "teks": "",
        "uraian": "",
        "angka": None,
        "digit": None,
        "tanggal": None,
        "jam": None,
        "saat": None,
        "setuju": False,
        "pilih": None,
        "banyak": [],
        "berkas": [],
    }


def test_typed_texts_become_values() -> None:
    source = {
        "teks": ["  satu\r\ndua\t "],
        "uraian": [" satu\r\ndua\r\n"],
        "angka": ["2,5"],
        "digit": ["2,50"],
        "tanggal": ["24-11-2026"],
        "jam": ["14.05"],
        "saat": ["24-11-2026 14.05"],
        "setuju": ["true"],
        "pilih": ["a"],
        "banyak": ["x", "y"],
        "berkas": ["f1", "f2", "f2", ""],
        "berkas.hapus": ["f1"],
    }
    assert forms.read_html(FORM, source) == {
        "teks": "satu dua",
        "uraian": "satu\ndua",
        "angka": 2.5,
        "digit": "2.50",
        "tanggal": "2026-11-24",
        "jam": "14:05",
        "saat": "2026-11-24T14:05",
        "setuju": True,
        "pilih": "a",
        "banyak": ["x", "y"],
        "berkas": ["f2"],
    }


def test_disabled_readonly_and_unknown_names_are_not_looked_at() -> None:
    source = {"mati": ["x"], "tetap": ["x"], "__proto__": ["x"], **{f"lain{n}": ["x"] for n in range(10_000)}}
    assert forms.read_html(FORM, source) == forms.read_html(FORM, {})


def test_what_no_database_holds_is_dropped() -> None:
    read = forms.read_html(FORM, {"teks": ["a\0b\ud800\x07c"], "banyak": ["x\0"], "berkas": ["\0"]})
    assert (read["teks"], read["banyak"], read["berkas"]) == ("abc", ["x"], [])


@pytest.mark.parametrize(
    "typed", ["abc", "1.500", "1.500,5", "1e5", "0x10", "--1", "9" * 40, "NaN", "Infinity", "١٢"]
)
def test_a_text_that_is_no_certain_number_stays_a_text(typed: str) -> None:
    assert forms.read_html(FORM, {"angka": [typed]})["angka"] == typed


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", 12), ("-2,5", -2.5), ("2.5", 2.5), ("0", 0), ("7,814", 7.814), ("9007199254740991", 2**53 - 1)],
)
def test_numbers_are_read_with_comma_or_dot(typed: str, number: Any) -> None:
    assert numbers.from_text(typed, as_text=False) == number


@pytest.mark.parametrize("number", [0, 12, -5, 2.5, 7.814, 0.0000001, 1e15, 2**53 - 1])
def test_a_number_shown_in_a_field_is_read_back_unchanged(number: Any) -> None:
    assert numbers.from_text(numbers.to_text(number), as_text=False) == number


@pytest.mark.parametrize(
    "typed", ["9007199254740993", "9007199254740991,4", "4503599627370497,77", "0,1234567890123456789"]
)
def test_a_number_that_a_browser_would_round_is_not_taken(typed: str) -> None:
    assert numbers.from_text(typed, as_text=False) == typed
    number = component("number", "angka", label="Angka")
    assert error(number, forms.read_html(form(number), {"angka": [typed]})["angka"]) == (
        "Angka memuat lebih banyak angka daripada yang dapat disimpan; tulis paling banyak 15."
    )


@pytest.mark.parametrize(
    "typed",
    [
        "24-11-2026",
        "24/11/2026",
        "24.11.2026",
        "24 11 2026",
        "24112026",
        "2026-11-24",
        "24 Nov 2026",
        "24 november 2026",
    ],
)
def test_dates_are_read_as_people_write_them(typed: str) -> None:
    assert moments.from_text(typed, "date") == "2026-11-24"


def test_short_days_and_months_are_read() -> None:
    assert moments.from_text("1-2-2026", "date") == "2026-02-01"
    assert moments.from_text("1 Agustus 2026", "date") == "2026-08-01"
    assert moments.from_text("1 May 2026", "date") == "2026-05-01"


@pytest.mark.parametrize(
    "typed",
    ["31-02-2026", "29-02-2025", "24-11-26", "besok", "11/24/2026", "24 foo 2026", "00-01-2026", "1-1-0000"],
)
def test_a_date_that_is_none_stays_as_it_was_typed(typed: str) -> None:
    assert moments.from_text(typed, "date") == typed
    assert moments.to_text(typed, "date") == typed


@pytest.mark.parametrize(
    ("typed", "iso"),
    [("14.05", "14:05"), ("9:30", "09:30"), ("1405", "14:05"), ("14.05 WIB", "14:05"), ("24.00", "24.00")],
)
def test_times_are_read_with_dot_or_colon(typed: str, iso: str) -> None:
    assert moments.from_text(typed, "time") == iso


@pytest.mark.parametrize(
    "typed", ["24-11-2026 14.05", "24-11-2026, 14:05", "2026-11-24T14:05", "24 Nov 2026, 14.05 WIB"]
)
def test_date_and_time_are_read_together(typed: str) -> None:
    assert moments.from_text(typed, "datetime") == "2026-11-24T14:05"


def test_a_date_without_its_time_is_not_guessed_at() -> None:
    assert moments.from_text("24-11-2026", "datetime") == "24-11-2026"


@pytest.mark.parametrize(
    ("iso", "subtype", "shown"),
    [
        ("2026-11-24", "date", "24-11-2026"),
        ("14:05", "time", "14.05"),
        ("2026-11-24T14:05", "datetime", "24-11-2026 14.05"),
    ],
)
def test_a_moment_shown_in_a_field_is_read_back_unchanged(iso: str, subtype: str, shown: str) -> None:
    assert moments.to_text(iso, subtype) == shown
    assert moments.from_text(shown, subtype) == iso
