"""The rules of single fields, as form-js has them."""

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app import forms
from app.base.i18n import _, speaking
from tests.forms.judging import clean, error, errors
from tests.forms.pages import html
from tests.forms.schemas import component, form, must, rules, values


@pytest.mark.parametrize(
    ("part", "empty", "message"),
    [
        (component("textfield", "a", **must()), "", "Isi A."),
        (component("textarea", "a", **must()), None, "Isi A."),
        (component("textarea", "a", label="Isi laporan", **must()), None, "Lengkapi Isi laporan."),
        (component("number", "a", **must()), None, "Isi A."),
        (component("datetime", "a", **must()), None, "Isi A."),
        (component("checkbox", "a", **must()), False, "Centang “A”."),
        (component("radio", "a", values=values("x"), **must()), None, "Pilih A."),
        (component("select", "a", values=values("x"), **must()), "", "Pilih A."),
        (component("checklist", "a", values=values("x"), **must()), [], "Pilih A."),
        (component("taglist", "a", values=values("x"), **must()), [], "Pilih A."),
        (component("filepicker", "a", **must()), [], "Lampirkan berkas untuk A."),
    ],
)
def test_required_fields_say_what_to_do(part: dict[str, Any], empty: Any, message: str) -> None:
    assert error(part, empty) == message


def test_zero_is_an_answer() -> None:
    assert error(component("number", "a", **must()), 0) is None


def test_lengths_count_the_trimmed_text_in_utf_16_units() -> None:
    part = component("textfield", "a", **rules(minLength=3, maxLength=4))
    assert error(part, "  ab  ") == "A paling sedikit 3 huruf."
    assert error(part, "  abcd  ") is None
    assert error(part, "abc\U0001f600") == "A paling banyak 4 huruf."


@pytest.mark.parametrize(("spoken", "shown"), [("id", "3.000"), ("en", "3,000")])
def test_how_many_characters_fit_is_written_as_other_numbers_are(spoken: str, shown: str) -> None:
    part = component("textarea", "isi", **rules(maxLength=3000))
    with speaking(spoken):
        assert f">{_('Paling banyak {n} huruf', n=shown)}</p>" in html(form(part))
        assert shown in (error(part, "x" * 3001) or "")


@pytest.mark.parametrize(
    ("rule", "value", "message"),
    [
        (
            {"increment": 5},
            "1" * 29 + "2",
            f"A: nilai terdekat yang dapat dipakai {'1' * 29}0 dan {'1' * 29}5.",
        ),
        (rules(max="1" * 30), "9" * 30, f"A tidak boleh lebih dari {'1' * 30}."),
        (rules(min="1" * 30 + ".25"), "5", f"A tidak boleh kurang dari {'1' * 30},25."),
    ],
)
def test_what_is_said_about_a_long_number_names_every_digit(
    rule: dict[str, Any], value: str, message: str
) -> None:
    assert error(component("number", "a", serializeToString=True, **rule), value) == message


def test_a_limit_that_no_text_can_reach_is_told_all_the_same() -> None:
    told = error(component("textfield", "a", **rules(minLength=1e308)), "ab") or ""
    assert told == f"A paling sedikit 100{'.000' * 102} huruf."


def test_a_pattern_is_put_to_the_raw_text_as_javascript_reads_it() -> None:
    part = component(
        "textfield", "a", **rules(pattern="^\\d{2}\\-[\\w]$", patternErrorMessage="Contoh: 12-a")
    )
    assert error(part, "12-a") is None
    assert error(part, " 12-a") == "Contoh: 12-a"
    assert error(part, "١٢-a") == "Contoh: 12-a"  # \d is 0 to 9 to JavaScript
    assert error(component("textfield", "b", **rules(pattern="x")), "y") == "Bentuk B tidak sesuai."


def test_a_pattern_that_would_run_for_years_is_stopped() -> None:
    part = component("textfield", "a", **rules(pattern="^(a+)+$"))
    assert error(part, "aaaa") is None
    started = time.monotonic()
    assert error(part, "a" * 60 + "!") == "Bentuk A tidak sesuai."
    assert time.monotonic() - started < 60  # it ends; how fast is a matter of the bench
    assert error(part, "aaaa") is None


@pytest.mark.parametrize(
    ("typed", "good"), [("a@contoh.id", True), ("a@b", True), ("a@", False), ("a b@c.id", False)]
)
def test_email_addresses(typed: str, good: bool) -> None:
    assert (error(component("textfield", "a", **rules(validationType="email")), typed) is None) is good


@pytest.mark.parametrize(
    ("typed", "good"), [("+6281234567890", True), ("0062812345678", True), ("081234567890", False)]
)
def test_phone_numbers(typed: str, good: bool) -> None:
    assert (error(component("textfield", "a", **rules(validationType="phone")), typed) is None) is good


@pytest.mark.parametrize(
    ("settings", "value", "message"),
    [
        ({"decimalDigits": 0}, 1.5, "Tulis A dengan bilangan bulat."),
        ({"decimalDigits": 2}, 1.005, "A paling banyak 2 angka di belakang koma."),
        ({"decimalDigits": 1}, 0.1 + 0.2, "A paling banyak 1 angka di belakang koma."),
        ({"increment": 5}, 7, "A: nilai terdekat yang dapat dipakai 5 dan 10."),
        ({"increment": 5}, -7, "A: nilai terdekat yang dapat dipakai -10 dan -5."),
        ({"increment": "0.1"}, 0.3, None),
        ({"increment": "0.1"}, 0.35, "A: nilai terdekat yang dapat dipakai 0,3 dan 0,4."),
        (rules(min=1.5), 1, "A tidak boleh kurang dari 1,5."),
        (rules(max="10"), 10.5, "A tidak boleh lebih dari 10."),
        (rules(max="10"), 10, None),
    ],
)
def test_rules_of_numbers_are_exact(settings: dict[str, Any], value: Any, message: str | None) -> None:
    assert error(component("number", "a", **settings), value) == message


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), 10**400, 1e300, float("inf"), float("nan"), True, "5", [5], {}]
)
def test_what_is_no_number_a_browser_could_hold_is_refused(value: Any) -> None:
    assert (error(component("number", "a"), value) or "").startswith("Tulis A dengan angka")


def test_numbers_kept_as_text_keep_their_digits() -> None:
    part = component("number", "a", serializeToString=True, decimalDigits=2)
    assert clean(form(part), {"a": "12345678901234567890.50"}) == {"a": "12345678901234567890.50"}
    assert error(part, 12) is not None
    assert error(part, "1e5") is not None


def test_choices_must_be_offered() -> None:
    for kind, good, bad in [
        ("radio", "x", "z"),
        ("select", "x", "X"),
        ("checklist", ["x"], ["x", "z"]),
        ("taglist", [], "x"),
    ]:
        part = component(kind, "a", values=values("x", "y"))
        assert error(part, good) is None
        assert error(part, bad) == "Pilih A dari daftar."


def test_the_text_of_a_page_becomes_the_value_of_the_option() -> None:
    made = form(
        component("radio", "a", values=values(1, 2)), component("checklist", "b", values=values(True, 2.5))
    )
    assert clean(made, {"a": "2", "b": ["true", "2.5", "true"]}) == {"a": 2, "b": [True, 2.5]}
    assert clean(made, {"a": 2, "b": [2.5]}) == {"a": 2, "b": [2.5]}


def test_options_may_come_from_the_case_or_from_feel() -> None:
    made = form(
        component("select", "unit", valuesKey="daftar"),
        component("radio", "jenis", values=values("a", "b")),
        component("select", "rinci", valuesExpression='=if jenis = "a" then ["satu"] else ["dua"]'),
    )
    context = {"daftar": [{"label": "Dinas", "value": "dlh"}, "dpu", None, {"label": "kosong"}]}
    assert clean(made, {"unit": "dlh", "jenis": "a", "rinci": "satu"}, context=context)
    assert set(errors(made, {"unit": "kosong", "jenis": "a", "rinci": "dua"}, context=context)) == {
        "unit",
        "rinci",
    }
    assert set(errors(made, {"unit": "dpu"}, context={"daftar": "rusak"})) == {"unit"}


def test_passed_days_are_refused_where_the_form_says_so() -> None:
    part = component("datetime", "a", disallowPassedDates=True)
    at_one_in_jakarta = datetime(2026, 11, 24, 1, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
    assert error(part, "2026-11-23", now=at_one_in_jakarta) == "A tidak boleh sebelum hari ini."
    assert error(part, "2026-11-24", now=at_one_in_jakarta) is None


@pytest.mark.parametrize(
    ("bound", "refused", "said"),
    [
        ("paling lambat", "2026-11-25", "A tidak boleh sesudah hari ini."),
        ("paling awal", "2026-11-23", "A tidak boleh sebelum hari ini."),
    ],
)
def test_a_day_is_bound_by_the_offices_today_where_a_property_says_so(
    bound: str, refused: str, said: str
) -> None:
    at_one_in_jakarta = datetime(2026, 11, 24, 1, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
    for subtype, clock in (("date", ""), ("datetime", "T23:59")):
        part = component("datetime", "a", subtype=subtype, properties={bound: "Hari ini"})
        assert error(part, refused + clock, now=at_one_in_jakarta) == said
        assert error(part, f"2026-11-24{clock}", now=at_one_in_jakarta) is None
    free = component("datetime", "a", properties={bound: "besok"})
    assert error(free, refused, now=at_one_in_jakarta) is None


@pytest.mark.parametrize(
    "value", ["31-02-2026", "2026-02-31", "2026-2-1", "20260201", "2026-W01-1", 20260201]
)
def test_a_date_is_an_existing_day_in_iso_form(value: Any) -> None:
    assert (
        error(component("datetime", "a"), value) == "Tulis A sebagai tanggal yang ada, misalnya 24-11-2026."
    )


def test_files_are_counted_known_and_of_the_right_kind() -> None:
    part = component("filepicker", "a", accept=".pdf, image/*")
    names = {"1": "surat.PDF", "2": "program.exe"}
    assert error(part, ["1"], files=names) is None
    assert error(part, ["1", "2"], files=names) == "A hanya menerima satu berkas."
    assert error(part, ["9"], files=names) == "Berkas pada A tidak ditemukan. Lampirkan lagi."
    assert error({**part, "accept": ".pdf"}, ["2"], files=names) == "A hanya menerima berkas .pdf."
    assert error(part, ["9"]) is None
    assert error(part, "1", files=names) is not None


def test_a_file_is_accepted_by_ending_or_media_type() -> None:
    part = form(component("filepicker", "a", accept=".pdf,image/*")).by_key["a"]
    assert forms.accepts(part, "a.pdf", "application/pdf")
    assert forms.accepts(part, "a.webp", "image/webp")
    assert not forms.accepts(part, "a.html", "text/html")
    assert not forms.accepts(part, "pdf", "text/plain")
