"""JSON bodies: types are checked, unknown keys are named, nothing is guessed."""

from typing import Any

import pytest

from app import forms
from app.base.errors import InvalidForm
from tests.forms.schemas import component, form, values

FORM = form(
    component("textfield", "teks"),
    component("number", "angka"),
    component("number", "digit", serializeToString=True),
    component("datetime", "tanggal"),
    component("datetime", "saat", subtype="datetime"),
    component("checkbox", "setuju"),
    component("radio", "pilih", values=values("a", 2)),
    component("checklist", "banyak", values=values("x", "y")),
    component("filepicker", "berkas", multiple=True),
    component("textfield", "mati", disabled=True),
)


def refused(data: Any) -> dict[str, str]:
    with pytest.raises(InvalidForm) as error:
        forms.from_json(FORM, data)
    return error.value.errors


def test_values_of_the_right_type_pass_unchanged() -> None:
    data = {
        "teks": " apa adanya ",
        "angka": 2.5,
        "digit": "2.50",
        "tanggal": "2026-11-24",
        "saat": "2026-11-24T14:05",
        "setuju": True,
        "pilih": 2,
        "banyak": ["x"],
        "berkas": ["f1"],
    }
    assert forms.from_json(FORM, data) == data


def test_null_empties_a_field_and_a_missing_key_leaves_it_alone() -> None:
    data = {"teks": None, "angka": None, "banyak": None, "setuju": None, "berkas": None}
    assert forms.from_json(FORM, data) == {
        "teks": "",
        "angka": None,
        "banyak": [],
        "setuju": False,
        "berkas": [],
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("teks", 5),
        ("teks", ["a"]),
        ("teks", "a\0"),
        ("teks", "a\x07"),
        ("teks", "\ud800"),
        ("teks", "x" * 50_001),
        ("angka", "5"),
        ("angka", True),
        ("angka", float("nan")),
        ("angka", float("inf")),
        ("angka", 10**30),
        ("digit", 5),
        ("tanggal", "24-11-2026"),
        ("tanggal", "2026-02-30"),
        ("saat", "2026-11-24"),
        ("saat", "2026-11-24T14:05:00Z"),
        ("setuju", "true"),
        ("setuju", 1),
        ("pilih", ["a"]),
        ("pilih", {"a": 1}),
        ("banyak", "x"),
        ("banyak", [["x"]]),
        ("banyak", ["x"] * 501),
        ("berkas", "f1"),
        ("berkas", [1]),
    ],
)
def test_another_type_is_refused_by_name(key: str, value: Any) -> None:
    assert set(refused({key: value})) == {key}


def test_unknown_and_disabled_keys_are_refused() -> None:
    assert set(refused({"lain": 1, "mati": "x", "__proto__": {}, "teks": "x"})) == {
        "lain",
        "mati",
        "__proto__",
    }


@pytest.mark.parametrize("data", [None, [], "x", 5, [["teks", "x"]]])
def test_a_body_that_is_no_object_is_refused(data: Any) -> None:
    assert refused(data) == {}


def test_ten_thousand_unknown_keys_give_a_short_answer() -> None:
    assert len(refused({f"{n}" * 200: n for n in range(10_000)})) <= 20


def test_deep_values_are_refused_not_followed() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert set(refused({"banyak": deep, "teks": deep})) == {"banyak", "teks"}
    while isinstance(deep, list):  # taken apart here: Python's own clean-up of such a list would recurse
        deep = deep.pop()


@pytest.mark.parametrize("value", [2**53, -(2**53), 12345678901234567890123, 1e300, 10**70])
def test_a_number_too_large_to_be_kept_exactly_is_told_so(value: float) -> None:
    assert refused({"angka": value}) == {
        "angka": "Angka ini terlalu besar untuk disimpan tepat. Kirim paling besar 9007199254740991, atau minta "
        "pemilik proses memakai isian teks."
    }
    assert refused({"angka": True}) == {"angka": "Kirim angka."}
