"""Marks on fields: what would not be read as it was meant is found before it goes live."""

from typing import Any

import pytest

from app import forms
from app.base.i18n import speaking
from tests.forms.schemas import component, content, form


def found(part: dict[str, Any]) -> list[tuple[str, str]]:
    bytes_ = content(part)
    made = forms.check_marks(forms.load_form(bytes_, file="uji.form"), bytes_, file="uji.form")
    return [(finding.code, finding.severity) for finding in made]


def marked(**properties: Any) -> dict[str, Any]:
    return component("textfield", "nama", properties=properties)


@pytest.mark.parametrize(
    "name", ["Pribadi", "PRIBADI", "pribadi ", " pribadi", "pri badi", "pribdi", "pribadii", "pirbadi"]
)
def test_a_misspelt_mark_of_identity_is_an_error(name: str) -> None:
    assert found(marked(**{name: "ya"})) == [("form_mark_misspelt", "error")]


@pytest.mark.parametrize("value", ["iya", "y", "Ja", "", "benar", None, 2, ["ya"]])
def test_a_mark_of_identity_that_is_neither_yes_nor_no_is_an_error_and_counts_as_yes(value: Any) -> None:
    assert found(marked(pribadi=value)) == [("form_mark_unclear", "error")]
    assert form(marked(pribadi=value)).private_keys == {"nama"}


@pytest.mark.parametrize(
    "name", ["Tampil Pelapor", "tampil_pelapor", "tampilpelapor", "tanya  ulang", "kolom impr"]
)
def test_other_misspelt_marks_are_a_warning(name: str) -> None:
    assert found(marked(**{name: "ya"})) == [("form_mark_misspelt", "warning")]


@pytest.mark.parametrize("name", ["tampil pelapor", "tanya ulang"])
def test_other_marks_must_be_a_yes_or_a_no_too(name: str) -> None:
    assert found(marked(**{name: "iya"})) == [("form_mark_unclear", "error")]


@pytest.mark.parametrize(
    ("kind", "more", "bound", "code"),
    [
        ("datetime", {}, {"paling lambat": "besok"}, [("form_day_unclear", "error")]),
        ("datetime", {}, {"paling lambt": "hari ini"}, [("form_mark_misspelt", "warning")]),
        ("datetime", {"subtype": "time"}, {"paling awal": "hari ini"}, [("form_rule_ignored", "warning")]),
        ("textfield", {}, {"paling lambat": "hari ini"}, [("form_rule_ignored", "warning")]),
        ("datetime", {"subtype": "datetime"}, {"paling lambat": " Hari ini"}, []),
    ],
)
def test_a_bound_of_days_is_today_on_a_field_that_holds_a_day(
    kind: str, more: dict[str, Any], bound: dict[str, str], code: list[tuple[str, str]]
) -> None:
    assert found(component(kind, "hari", properties=bound, **more)) == code


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"pribadi": "ya", "saluran pelapor": "SMS"}, []),
        ({"pribadi": "ya", "saluran pelapor": "fax"}, [("form_word_unknown", "error")]),
        ({"saluran pelapor": "surel"}, [("form_channel_open", "warning")]),
        ({"isi surel": "perihal"}, []),
        ({"isi surel": "judul"}, [("form_word_unknown", "error")]),
        ({"isi_surel": "isi"}, [("form_mark_misspelt", "warning")]),
    ],
)
def test_channels_of_reporters_are_known_and_private(
    properties: dict[str, str], code: list[tuple[str, str]]
) -> None:
    assert found(marked(**properties)) == code


@pytest.mark.parametrize(
    "properties",
    [
        {"pribadi": " YA "},
        {"pribadi": True},
        {"pribadi": "Tidak"},
        {"pribadi": False, "tampil pelapor": "ya", "tanya ulang": "no"},
        {"kolom impor": "Pribadi", "catatan": "iya", "pribadi sekali": "iya", "autocomplete": "name"},
    ],
)
def test_what_is_written_well_or_is_something_else_is_no_finding(properties: dict[str, Any]) -> None:
    assert found(marked(**properties)) == []


def test_identity_marked_on_a_group_is_an_error_because_its_fields_would_stay_public() -> None:
    group = component("group", id="kelompok", components=[marked()], properties={"pribadi": "ya"})
    assert found(group) == [("form_private_misplaced", "error")]


def test_identity_that_the_reporter_would_be_told_is_found_where_the_file_gives_no_ids() -> None:
    inner = marked(**{"pribadi": "ya", "tampil pelapor": "ya"})
    group = component("group", components=[inner])
    del inner["id"], group["id"]
    assert found(group) == [("form_private_told", "error")]


def test_a_name_that_nothing_sets_is_told_with_its_field_where_the_file_gives_no_ids() -> None:
    part = component("textfield", "alasan", conditional={"hide": '=hasill = "cukup"'})
    del part["id"]
    bytes_ = content(component("text"), component("group", components=[part]))
    [finding] = forms.check_names(forms.load_form(bytes_, file="uji.form"), bytes_, known=(), file="uji.form")
    assert (finding.element_id, finding.element_name, finding.line) == ("alasan", "Alasan", 1)


def test_a_misspelling_is_told_in_both_languages_with_what_was_meant() -> None:
    bytes_ = content(marked(Pribadi="ya"))
    [finding] = forms.check_marks(forms.load_form(bytes_, file="uji.form"), bytes_, file="uji.form")
    assert (finding.file, finding.element_id, finding.line) == ("uji.form", "nama", 1)
    assert "“Pribadi” pada “Nama” tidak dikenal; yang dikenal: “pribadi”" in finding.what
    with speaking("en"):
        assert "“Pribadi” of “Nama” is not known; the one that is: “pribadi”" in finding.what
