"""What a page draws: values, hints, safe and well-labelled HTML."""

import re

from app import forms
from tests.forms.pages import draw, html
from tests.forms.schemas import EVERYTHING, NOW, component, content, form, hide, must, rules, values


def test_values_are_shown_as_they_are_typed() -> None:
    made = form(
        component("number", "angka"),
        component("datetime", "tanggal"),
        component("datetime", "saat", subtype="datetime"),
        component("checkbox", "setuju"),
        component("radio", "pilih", values=values("a", 2)),
        component("checklist", "banyak", values=values("x", "y")),
    )
    typed = {
        "angka": 2.5,
        "tanggal": "2026-11-24",
        "saat": "2026-11-24T09:05",
        "setuju": True,
        "pilih": 2,
        "banyak": ["y"],
    }
    drawn = draw(made, typed)
    assert (drawn["angka"].value, drawn["tanggal"].value, drawn["saat"].value) == (
        "2,5",
        "24-11-2026",
        "24-11-2026 09.05",
    )
    assert drawn["setuju"].checked
    assert [(choice.value, choice.chosen, choice.data_value) for choice in drawn["pilih"].choices] == [
        ("a", False, ""),
        ("2", True, "2"),
    ]
    assert [choice.chosen for choice in drawn["banyak"].choices] == [False, True]


def test_what_was_not_understood_is_shown_again() -> None:
    made = form(component("number", "angka"), component("datetime", "tanggal"))
    typed = forms.read_html(made, {"angka": ["1.500"], "tanggal": ["31-02-2026"]})
    drawn = draw(made, typed)
    assert (drawn["angka"].value, drawn["tanggal"].value) == ("1.500", "31-02-2026")


def test_a_form_opens_on_the_case_and_on_defaults() -> None:
    made = form(component("textfield", "judul"), component("number", "n", defaultValue=3))
    drawn = draw(made, context={"judul": "Jalan rusak"})
    assert (drawn["judul"].value, drawn["n"].value) == ("Jalan rusak", "3")


def test_optional_fields_say_so_and_required_ones_do_not() -> None:
    made = form(
        component("textfield", "a"), component("textfield", "b", **must()), component("checkbox", "c")
    )
    assert [part.optional for part in draw(made).values()] == [True, False, False]


def test_hidden_flags_are_those_of_the_conditions() -> None:
    made = form(
        component("checkbox", "anonim"),
        component("group", id="g", components=[component("textfield", "nama")], **hide("=anonim")),
    )
    shown, gone = draw(made), draw(made, {"anonim": True})
    assert [shown[key].hidden for key in ("bagian-g", "nama")] == [False, False]
    assert [gone[key].hidden for key in ("bagian-g", "nama")] == [True, True]


def test_only_variables_that_conditions_read_leave_the_server() -> None:
    made = form(
        component("textfield", "a", **hide('=klasifikasi = "x" and nomor != "" and nama != ""')),
        component("textfield", "nomor", disabled=True),
        component("textfield", "nama", readonly=True, properties={"pribadi": "ya"}),
        component("textfield", "b"),
    )
    context = {"klasifikasi": "x", "nomor": "1", "rahasia": "jangan", "nama": "Budi", "b": "lama"}
    assert forms.condition_context(made, context, now=NOW) == {"klasifikasi": "x", "nomor": "1"}


def test_controls_carry_what_the_script_of_conditions_needs() -> None:
    made = form(
        component("number", "n", decimalDigits=0, defaultValue=2, **rules(min=0)),
        component("number", "d", serializeToString=True),
        component("datetime", "t"),
        component("checkbox", "c"),
        component("checklist", "k", values=values("x")),
    )
    drawn = draw(made)
    types = [drawn[key].attributes["data-type"] for key in "ndtck"]
    assert types == ["number", "digits", "date", "boolean", "list"]
    assert drawn["n"].attributes["data-untouched"] == "2"
    assert (drawn["n"].attributes["inputmode"], drawn["t"].attributes["inputmode"]) == ("numeric", "numeric")
    assert "inputmode" not in drawn["d"].attributes  # a minus must stay within reach


def test_browsers_offer_the_readers_own_data_only_where_the_form_asks() -> None:
    made = form(
        component("textfield", "nama", properties={"pribadi": "ya"}),
        component(
            "textfield",
            "surel",
            properties={"pribadi": "ya", "autocomplete": "email"},
            **rules(validationType="email"),
        ),
        component("textfield", "x", properties={"autocomplete": "cc-number"}),
    )
    drawn = draw(made)
    assert drawn["nama"].attributes["autocomplete"] == "off"
    assert (drawn["surel"].attributes["autocomplete"], drawn["surel"].attributes["inputmode"]) == (
        "email",
        "email",
    )
    assert "autocomplete" not in drawn["x"].attributes


def test_the_page_of_every_component_is_well_labelled() -> None:
    made = forms.load_form(content(*EVERYTHING["components"]), file="semua.form")
    page = html(
        made,
        errors={part.key: f"Perbaiki {part.key}." for part in made.fields},
        context={"daftar_unit": ["x"]},
    )
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'(?:for|href)="#?(i-[^"]+)"', page):
        assert target in ids
    for group in re.findall(r'aria-describedby="([^"]+)"', page):
        assert set(group.split()) <= set(ids)
    assert page.count("<li><a href=") == len(made.fields) - 1  # one is hidden for good
    assert "style=" not in page
    assert " on" not in re.sub(r">[^<]*<", "><", page)


def test_the_form_of_a_field_without_errors_has_no_summary() -> None:
    assert "error-summary" not in html(form(component("textfield", "a")))


def test_markup_in_labels_values_and_options_is_shown_not_run() -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    made = form(
        component("textfield", "a", label=evil, description=evil, appearance={"prefixAdorner": evil}),
        component("textarea", "b"),
        component("radio", "c", values=[{"label": evil, "value": evil}]),
        component(
            "group",
            id='"><script>x',
            components=[component("filepicker", "f")],
            label=evil,
            **hide(f'=a = "{evil.replace(chr(34), "")}"'),
        ),
    )
    page = html(
        made,
        {"a": evil, "b": "</textarea>" + evil, "c": evil, "f": [evil]},
        errors={"a": evil},
        context={evil: evil},
        files={evil: evil},
    )
    assert "<script>" not in page
    assert "<img" not in page
    assert "</textarea>&lt;" not in page
    assert page.count("<textarea") == page.count("</textarea>") == 1


def test_variables_for_the_script_cannot_close_it() -> None:
    made = form(component("textfield", "a", **hide('=x = "1"')))
    assert "</script><b>" not in html(made, context={"x": "</script><b>"})


def test_a_file_that_nobody_may_change_is_shown_without_a_button_to_choose_one() -> None:
    made = form(
        component("filepicker", "surat", label="Surat", readonly=True),
        component("filepicker", "foto", label="Foto", disabled=True),
    )
    page = html(made, context={"surat": ["f1"]}, files={"f1": "surat.pdf"})
    assert 'type="file"' not in page
    assert '<a href="/lampiran/f1">surat.pdf</a>' in page
    assert "Belum ada berkas." in page
