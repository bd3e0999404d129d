"""Conditions and limits in FEEL: what is hidden, and what hidden fields count as."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.forms.judging import clean, errors
from tests.forms.schemas import component, form, hide, must, rules


def test_limits_may_be_feel_over_the_case_and_the_form() -> None:
    made = form(
        component("number", "biaya", **rules(max="=pagu")),
        component("number", "uang_muka", **rules(max="=biaya / 2")),
        component("textfield", "ket", **rules(maxLength="=5 + 1")),
    )
    assert clean(made, {"biaya": 10, "uang_muka": 5, "ket": "abcdef"}, context={"pagu": 10})
    assert set(errors(made, {"biaya": 11, "uang_muka": 6, "ket": "abcdefg"}, context={"pagu": 10})) == {
        "biaya",
        "uang_muka",
        "ket",
    }
    assert errors(made, {"biaya": 11}, context={}) == {}  # null is no limit
    assert errors(made, {"biaya": 1}, context={"pagu": "banyak"}) == {
        "biaya": "Batas untuk Biaya tidak dapat dihitung. Beri tahu pemilik proses."
    }


def test_hidden_fields_neither_validate_nor_submit() -> None:
    made = form(component("checkbox", "anonim"), component("textfield", "nama", **hide("=anonim"), **must()))
    assert clean(made, {"anonim": True, "nama": "Budi"}) == {"anonim": True}
    assert errors(made, {"anonim": False}) == {"nama": "Isi Nama."}


def test_a_condition_that_is_null_hides() -> None:
    made = form(component("number", "d"), component("textfield", "n", **hide("=d > 5"), **must()))
    assert clean(made, {}) == {"d": None}
    assert set(errors(made, {"d": 1})) == {"n"}


def test_a_formula_that_gives_one_where_the_case_held_true_is_seen_as_one() -> None:
    given = component("expression", "nilai", expression="=1")
    shown = form(given, component("textfield", "n", **hide("=nilai != 1"), **must()))
    gone = form(given, component("textfield", "n", **hide("=nilai != true"), **must()))
    assert set(errors(shown, {}, context={"nilai": True})) == {"n"}
    assert errors(gone, {}, context={"nilai": True}) == {}


def test_conditions_see_the_case_below_the_form() -> None:
    made = form(component("textfield", "n", **hide('=klasifikasi = "aspirasi"'), **must()))
    assert clean(made, {}, context={"klasifikasi": "aspirasi"}) == {}
    assert errors(made, {}, context={"klasifikasi": "pengaduan"})


def test_a_hidden_group_hides_what_is_inside() -> None:
    inner = component("group", id="g2", components=[component("textfield", "b", **must())])
    outer = component(
        "group", id="g1", components=[component("textfield", "a", **must()), inner], **hide("=tutup")
    )
    made = form(component("checkbox", "tutup"), outer)
    assert clean(made, {"tutup": True, "a": "x"}) == {"tutup": True}
    assert set(errors(made, {"tutup": False})) == {"a", "b"}


def test_a_hidden_field_counts_as_untouched_however_long_the_chain() -> None:
    links = [component("checkbox", "k0")] + [
        component("checkbox", f"k{n}", **hide(f"=k{n - 1} = false")) for n in range(1, 9)
    ]
    made = form(*links)
    typed = {f"k{n}": n > 0 for n in range(9)}  # only the first is off: all others must go, one after another
    assert clean(made, typed) == {"k0": False}


def test_conditions_that_hide_each_other_end() -> None:
    made = form(
        component("textfield", "a", **hide('=b != ""')),
        component("textfield", "b", **hide('=a != ""')),
    )
    assert clean(made, {"a": "x", "b": ""}) == {"a": "x"}
    assert clean(made, {"a": "x", "b": "y"}) == {"a": "x", "b": "y"}  # as form-js: both asked, both shown


def test_feel_today_is_the_day_of_the_clock_that_is_passed() -> None:
    made = form(component("textfield", "a", **hide('=today() < date("2026-11-24")'), **must()))
    assert errors(made, {}, now=datetime(2026, 11, 24, 0, 30, tzinfo=ZoneInfo("Asia/Jakarta")))
    assert clean(made, {}, now=datetime(2026, 11, 23, 23, 30, tzinfo=ZoneInfo("Asia/Jakarta"))) == {}
