"""The one check of submitted values: what passes, and what a request can never change."""

import pytest

from app import forms
from app.base.errors import InvalidForm
from app.base.i18n import speaking
from tests.forms.judging import clean, error
from tests.forms.schemas import component, form, must


def test_clean_values_are_those_of_the_form() -> None:
    made = form(component("textfield", "judul", **must()), component("number", "umur"))
    assert clean(made, {"judul": "Jalan rusak", "umur": 5, "lain": "x"}) == {
        "judul": "Jalan rusak",
        "umur": 5,
    }


def test_a_refusal_names_each_field_and_keeps_what_was_typed() -> None:
    made = form(component("textfield", "judul", **must()), component("number", "umur", **must()))
    with pytest.raises(InvalidForm) as refused:
        clean(made, {"umur": "lima"})
    assert refused.value.errors == {
        "judul": "Isi Judul.",
        "umur": "Tulis Umur dengan angka tanpa titik ribuan, misalnya 1500 atau 2,5.",
    }
    assert refused.value.values == {"judul": "", "umur": "lima"}
    assert str(refused.value) == "Ada 2 isian yang perlu diperbaiki."


def test_messages_are_english_for_english_readers() -> None:
    with speaking("en"):
        assert error(component("textfield", "judul", **must()), "") == "Fill in Judul."


def test_texts_that_no_database_holds_are_refused() -> None:
    for text in ("a\0b", "\ud800", "x" * 50_001):
        assert error(component("textarea", "a"), text) is not None


def test_disabled_fields_are_never_taken_and_readonly_ones_keep_the_case() -> None:
    made = form(
        component("textfield", "mati", disabled=True, defaultValue="x", **must(minLength=9)),
        component("textfield", "tetap", readonly=True),
        component("textfield", "awal", readonly=True, defaultValue="bawaan"),
    )
    typed = {"mati": "palsu", "tetap": "palsu", "awal": "palsu"}
    assert clean(made, typed, context={"tetap": "asli"}) == {"tetap": "asli", "awal": "bawaan"}


def test_a_readonly_identity_is_not_overwritten_with_nothing() -> None:
    made = form(component("textfield", "nama", readonly=True, properties={"pribadi": "ya"}, **must()))
    assert clean(made, {"nama": "x"}) == {}


def test_a_field_left_out_keeps_the_variable_or_its_default() -> None:
    made = form(component("textfield", "judul", **must()), component("number", "n", defaultValue=3))
    assert clean(made, {}, context={"judul": "lama"}) == {"judul": "lama", "n": 3}
    assert clean(made, {"n": None}, context={"judul": "lama"}) == {"judul": "lama", "n": None}


def test_identity_is_parted_from_variables() -> None:
    made = form(component("textfield", "nama", properties={"pribadi": "ya"}), component("textfield", "judul"))
    assert forms.split(made, {"nama": "Budi", "judul": "Jalan"}) == ({"judul": "Jalan"}, {"nama": "Budi"})


def test_names_of_python_and_javascript_objects_are_only_unknown_names() -> None:
    made = form(component("textfield", "judul"))
    typed = {"judul": "x", "__proto__": {"a": 1}, "constructor": "x", "__class__": "x"}
    assert clean(made, typed, context={"__proto__": {"polluted": True}}) == {"judul": "x"}
