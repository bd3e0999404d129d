"""What the case holds and a field cannot: the page says so, and a form left as it was drawn does not overwrite it."""

from typing import Any

import pytest

from app import forms
from app.base.i18n import speaking
from tests.forms.judging import clean, errors
from tests.forms.pages import html, sent_by
from tests.forms.schemas import NOW, component, form, must, values

FAR = 25_000_000_000_000_000  # more than a browser holds exactly
LOST: dict[str, tuple[dict[str, Any], Any, str]] = {
    "number": (component("number", "n"), FAR, "25000000000000000"),
    "text in a number": (component("number", "n"), "seribu", "seribu"),
    "digits": (component("number", "n", serializeToString=True), [1], "[1]"),
    "list in a text": (component("textfield", "n"), ["a", "b"], "[&#34;a&#34;, &#34;b&#34;]"),
    "text in a date": (component("datetime", "n"), "kapan-kapan", "kapan-kapan"),
    "text in a checkbox": (component("checkbox", "n"), "ya", "ya"),
    "choice offered no more": (component("radio", "n", values=values("a")), "lama", "lama"),
    "one of several": (component("checklist", "n", values=values("a", "b")), ["a", "lama"], "lama"),
    "text in files": (component("filepicker", "n"), "surat", "surat"),
    "read only": (component("number", "n", readonly=True), FAR, "25000000000000000"),
    "locked": (component("number", "n", readonly="=true"), FAR, "25000000000000000"),
}


@pytest.mark.parametrize("case", LOST)
def test_a_value_that_the_field_cannot_hold_is_told_and_stays(case: str) -> None:
    part, held, told = LOST[case]
    made, context = form(part, component("textfield", "ket")), {"n": held}
    page = html(made, context=context)
    assert "nilai yang tidak dapat ditampilkan isian ini" in page
    assert told in page
    assert clean(made, {"ket": "x"}, context=context) == {"ket": "x"}
    assert clean(made, forms.read_html(made, sent_by(page)), context=context) == {"ket": ""}
    assert forms.is_untouched(made, forms.read_html(made, sent_by(page)), context=context, now=NOW)


@pytest.mark.parametrize(
    ("part", "typed", "held"),
    [
        (component("number", "n"), 7, FAR),
        (component("textfield", "n"), "x", ["a"]),
        (component("checkbox", "n"), True, "ya"),
        (component("radio", "n", values=values("a")), "a", "lama"),
        (component("checklist", "n", values=values("a", "b")), [], ["a", "lama"]),
    ],
)
def test_what_is_entered_takes_its_place(part: dict[str, Any], typed: Any, held: Any) -> None:
    assert clean(form(part), {"n": typed}, context={"n": held}) == {"n": typed}


@pytest.mark.parametrize("held", [None, "", [], {}, False, 0, 5])
def test_what_a_field_holds_or_what_is_nothing_is_no_word_worth(held: Any) -> None:
    part = component("checkbox" if held is False else "number", "n")
    assert "tidak dapat ditampilkan" not in html(form(part), context={"n": held})
    assert clean(form(part), {}, context={"n": held}).keys() == {"n"}


def test_in_records_and_rows_it_stays_as_well() -> None:
    inner = component("number", "n")
    made = form(
        component("number", "alamat.n"),
        component("textfield", "alamat.kota"),
        component("dynamiclist", id="d", path="barang", components=[inner, component("textfield", "nama")]),
    )
    context = {
        "alamat": {"n": FAR, "kota": "Solo"},
        "barang": [{"n": FAR, "nama": "a"}, {"n": 1, "nama": "b"}],
    }
    assert clean(made, {}, context=context) == context
    assert (
        clean(made, forms.read_html(made, sent_by(html(made, context=context))), context=context) == context
    )


def test_a_required_field_still_asks_and_an_answer_that_steers_a_loop_is_emptied() -> None:
    asked = form(component("number", "n", **must()))
    assert errors(asked, {}, context={"n": FAR}) == {"n": "Isi N."}
    assert "tidak dapat ditampilkan" in html(asked, context={"n": FAR})
    again = form(component("number", "n", properties={"tanya ulang": "ya"}))
    assert clean(again, {}, context={"n": FAR}) == {"n": None}
    assert "tidak dapat ditampilkan" not in html(again, context={"n": FAR})


def test_a_choice_that_another_answer_takes_away_is_gone() -> None:
    made = form(
        component("textfield", "jenis"),
        component("radio", "n", valuesExpression='=if jenis = "a" then ["satu"] else ["dua"]'),
    )
    context = {"jenis": "a", "n": "satu"}
    assert clean(made, {"jenis": "b"}, context=context) == {"jenis": "b", "n": None}


def test_it_is_told_in_english_and_shortly() -> None:
    with speaking("en"):
        page = html(form(component("number", "n")), context={"n": "x" * 1000})
    assert "a value that this field cannot show" in page
    assert "x" * 301 not in page
