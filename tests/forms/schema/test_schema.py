"""What a form may hold: what is refused, what is warned of."""

import json
from typing import Any

import pytest

from app import forms
from app.base.errors import InvalidDiagram
from app.base.i18n import _, speaking
from app.findings.forms import TEXTS
from tests.forms.judging import codes
from tests.forms.schemas import EVERYTHING, component, content, form, hide, must, rules, values


def test_a_form_with_every_component_can_run() -> None:
    found = forms.check_form(json.dumps(EVERYTHING).encode(), file="semua.form")
    assert [(finding.code, finding.element_id) for finding in found] == [("form_options_once", "hitungan")]


@pytest.mark.parametrize("kind", ["baru", "default", "Textfield"])
def test_what_form_js_does_not_know_is_an_error(kind: str) -> None:
    assert codes(component(kind, "satu")) == ["form_component_unknown"]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"type": "textfield", "id": "a", "label": "A"}, "form_key_missing"),
        (component("textfield", "dua kata"), "form_key_not_identifier"),
        (component("textfield", "a..b"), "form_key_not_identifier"),
        (component("textfield", "a.0"), "form_key_not_identifier"),
        (component("textfield", "a.today"), "form_key_reserved"),
        (component("textfield", "a-b"), "form_key_not_identifier"),
        (component("textfield", "1a"), "form_key_not_identifier"),
        (component("textfield", "__proto__"), "form_key_not_identifier"),
        (component("textfield", "x" * 65), "form_key_not_identifier"),
        (component("textfield", "constructor"), "form_key_reserved"),
        (component("textfield", "toString"), "form_key_reserved"),
        (component("textfield", "csrf_token"), "form_key_reserved"),
        (component("textfield", "today"), "form_key_reserved"),
        (component("textfield", "a", label=5), "form_property_wrong"),
        (component("textfield", "a", disabled="ya"), "form_property_wrong"),
        (component("textfield", "a", validate=[]), "form_property_wrong"),
        (component("textfield", "a", **rules(required="ya")), "form_property_wrong"),
        (component("textfield", "a", label="Halo {{nama +}}"), "form_template_wrong"),
        (component("text", text="=nama ("), "form_template_wrong"),
        (component("text", text="{{#if a}} tanpa akhir"), "form_template_wrong"),
        (component("textfield", "a", readonly="=boleh ("), "form_feel_wrong"),
        (component("textfield", "a", readonly="boleh"), "form_property_wrong"),
        (component("filepicker", "a", multiple="=("), "form_feel_wrong"),
        (component("expression", "a"), "form_feel_wrong"),
        (component("expression", "a", expression="=1", computeOn="kapan"), "form_property_wrong"),
        (component("table", dataSource="=x", columns=[{"label": "A"}]), "form_property_wrong"),
        (component("table", dataSource="=(", columns=[{"key": "a"}]), "form_feel_wrong"),
        (component("table", dataSource="=x", columnsExpression="=("), "form_feel_wrong"),
        (component("documentPreview", dataSource="=("), "form_feel_wrong"),
        (component("button", action="lain"), "form_property_wrong"),
        (component("dynamiclist", components=[]), "form_key_missing"),
        (component("dynamiclist", path="a-b", components=[]), "form_key_not_identifier"),
        (component("dynamiclist", path="a", components=[], defaultRepetitions=-1), "form_property_wrong"),
        (component("dynamiclist", path="a", components=[], defaultRepetitions=51), "form_property_wrong"),
        (component("text", text="x", layout={"columns": 17}), "form_property_wrong"),
        (component("datetime", "a", timeSerializingFormat="wib"), "form_property_wrong"),
        (component("textfield", "a", **hide("=((")), "form_feel_wrong"),
        (component("textfield", "a", **hide("=")), "form_feel_wrong"),
        (component("number", "a", **rules(min="=1 +")), "form_feel_wrong"),
        (component("select", "a", valuesExpression="=["), "form_feel_wrong"),
        (component("select", "a", valuesExpression="tanpa"), "form_feel_wrong"),
        (component("number", "a", **rules(min="lima")), "form_rule_not_number"),
        (component("number", "a", **rules(max="")), "form_rule_not_number"),
        (component("textfield", "a", **rules(maxLength=True)), "form_rule_not_number"),
        (component("textfield", "a", **rules(minLength=5, maxLength="4")), "form_rules_contradict"),
        (component("number", "a", **rules(min=5, max=4.5)), "form_rules_contradict"),
        (component("textfield", "a", **rules(pattern="a(")), "form_pattern_wrong"),
        (component("textfield", "a", **rules(pattern="x" * 1001)), "form_pattern_wrong"),
        (component("number", "a", decimalDigits=-1), "form_property_wrong"),
        (component("number", "a", increment="nol"), "form_property_wrong"),
        (component("number", "a", increment=0), "form_property_wrong"),
        (component("datetime", "a", subtype="minggu"), "form_property_wrong"),
        (component("select", "a"), "form_options_missing"),
        (component("select", "a", values=[]), "form_options_missing"),
        (component("select", "a", valuesKey=""), "form_options_missing"),
        (component("radio", "a", values=[*values("x"), {"label": "Kosong"}]), "form_option_wrong"),
        (
            component("radio", "a", values=[*values("x"), {"label": "O", "value": {"a": 1}}]),
            "form_option_wrong",
        ),
        (component("radio", "a", values=values("x", "x")), "form_option_twice"),
        (component("radio", "a", values=values("5", 5)), "form_option_twice"),
        (component("radio", "a", values=values("x"), defaultValue="y"), "form_default_wrong"),
        (component("radio", "a", values=values(1), defaultValue=True), "form_default_wrong"),
        (component("checklist", "a", values=values("x"), defaultValue="x"), "form_default_wrong"),
        (component("number", "a", defaultValue="5"), "form_default_wrong"),
        (component("datetime", "a", defaultValue="2026-02-30"), "form_default_wrong"),
        (component("checkbox", "a", defaultValue="ya"), "form_default_wrong"),
        (component("group", path="1a", components=[]), "form_key_not_identifier"),
    ],
)
def test_what_cannot_run_is_an_error(part: dict[str, Any], code: str) -> None:
    found = forms.check_form(content(part), file="uji.form")
    assert [finding.code for finding in found if finding.severity == "error"] == [code]
    with pytest.raises(InvalidDiagram) as refused:
        forms.load_form(content(part), file="uji.form")
    assert refused.value.findings == found


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (component("textfield", "a", **hide("anonim")), "form_condition_ignored"),
        (component("textfield", "a", **hide(True)), "form_condition_ignored"),  # type: ignore[arg-type]
        (component("textfield", "a", **rules(min=3)), "form_rule_ignored"),
        (component("number", "a", **rules(pattern="x")), "form_rule_ignored"),
        (component("textfield", "a", **rules(validationType="nik")), "form_rule_ignored"),
        (component("textfield", "a", label=""), "form_label_missing"),
        (component("table", dataSource="x", columns=[{"key": "a"}]), "form_source_missing"),
        (component("table", dataSource="=x"), "form_table_empty"),
        (component("documentPreview"), "form_source_missing"),
        (component("image", source="https://contoh.id/a.png"), "form_shown_as_link"),
        (component("image", source="javascript:alert(1)"), "form_address_refused"),
        (component("image", source="data:text/html,x"), "form_address_refused"),
        (component("iframe", url="https://contoh.id"), "form_shown_as_link"),
        (component("iframe", url="http://contoh.id"), "form_address_refused"),
    ],
)
def test_what_form_js_ignores_is_a_warning(part: dict[str, Any], code: str) -> None:
    found = forms.load_form(content(part), file="uji.form").findings
    assert [(finding.code, finding.severity) for finding in found] == [(code, "warning")]


UNSTORABLE = [
    {"label": "rusak\ud800"},
    {"description": "\udfff"},
    {"label": "nol\0"},
    {"values": [{"label": "\ud83d", "value": "x"}]},
    {"properties": {"catatan\ud800": "ya"}},
    {"conditional": {"hide": '="\ud800"'}},
    {"components": "\ud800"},
]


@pytest.mark.parametrize("wrong", UNSTORABLE, ids=ascii)
def test_a_letter_that_cannot_be_stored_is_refused_where_it_stands(wrong: dict[str, Any]) -> None:
    part = {**component("select", "jenis", values=values("x")), **wrong}
    [found] = forms.check_form(content(part), file="uji.form")
    assert (found.code, found.severity) == ("form_not_storable", "error")
    assert json.dumps(found.as_dict(), ensure_ascii=False).encode()
    assert found.element_id == ("jenis" if "components" not in wrong else None)


@pytest.mark.parametrize("kind", ["text", "html"])
def test_a_text_that_cannot_be_stored_is_refused_before_it_is_rendered(kind: str) -> None:
    part = component(kind, id="teks", **{"text" if kind == "text" else "content": "<b>\ud800</b>"})
    assert codes(part) == ["form_not_storable"]


def test_what_json_can_say_and_an_answer_cannot_is_refused() -> None:
    assert codes(component("number", "a", **rules(max=2**70))) == ["form_not_json"]
    assert codes(component("textfield", "a", label="Hai \ud83d\ude00")) == []  # a whole pair is a letter


def test_keys_and_ids_are_used_once() -> None:
    assert codes(component("textfield", "a"), component("number", "a", id="b")) == ["form_key_twice"]
    assert codes(component("textfield", "a"), component("number", "b", id="a")) == ["form_id_twice"]
    inside = component("textfield", "b")
    twice = [component("group", id=f"g{n}", path="a", components=[{**inside, "id": f"b{n}"}]) for n in (1, 2)]
    assert codes(*twice) == ["form_key_twice"]
    assert codes(component("textfield", "a"), twice[0]) == ["form_key_twice"]
    rows = component("dynamiclist", id="d", path="a", components=[inside])
    assert codes(rows, component("textfield", "b", id="c")) == []
    assert codes(rows, component("textfield", "a.b", id="c")) == ["form_key_twice"]


def test_a_finding_says_where_and_what_to_do_in_both_languages() -> None:
    text = (
        '{"components": [\n {"type": "text", "id": "t", "text": "x"},\n'
        ' {"type": "tabel", "id": "tabel_1", "label": "Tabel"}]}'
    )
    [finding] = forms.check_form(text.encode(), file="uji.form")
    assert (finding.file, finding.line, finding.element_id, finding.element_name) == (
        "uji.form",
        3,
        "tabel_1",
        "Tabel",
    )
    assert "“Tabel”" in finding.what
    assert finding.todo
    with speaking("en"):
        assert "another component" in finding.todo


def test_every_finding_has_words_in_english() -> None:
    with speaking("en"):
        untranslated = [text for texts in TEXTS.values() for text in texts if _(text) == text]
    assert untranslated == []


def test_the_same_bytes_are_read_once() -> None:
    bytes_ = content(component("textfield", "sekali"))
    assert forms.load_form(bytes_, file="a.form") is forms.load_form(bytes(bytearray(bytes_)), file="a.form")


def test_a_form_tells_what_it_reads_and_what_is_private() -> None:
    made = form(
        component(
            "textfield",
            "nama",
            properties={"pribadi": "Ya", "kolom impor": "Nama Pelapor"},
            **hide("=anonim"),
        ),
        component("select", "unit", valuesKey="daftar_unit"),
        component("number", "umur", **rules(max="=batas_umur")),
        component("checkbox", "anonim"),
    )
    assert made.reads == {"anonim", "daftar_unit", "batas_umur"}
    assert made.private_keys == {"nama"}
    assert made.by_key["nama"].import_column == "Nama Pelapor"
    assert [part.private for part in made.fields] == [True, False, False, False]
    assert made.schema["id"] == "uji"


@pytest.mark.parametrize("word", ["ya", "true", "1", "yes", " YA "])
def test_words_that_mark_identity(word: str) -> None:
    assert form(component("textfield", "a", properties={"pribadi": word})).by_key["a"].private


def test_identity_is_marked_by_a_boolean_too() -> None:
    assert form(component("textfield", "a", properties={"pribadi": True})).by_key["a"].private
    assert not form(component("textfield", "a", properties={"pribadi": "tidak"})).by_key["a"].private


def test_options_come_from_the_source_that_form_js_renders() -> None:
    made = form(component("select", "a", values=values("x"), valuesKey="daftar", **must()))
    assert made.by_key["a"].options_key == "daftar"
    assert made.by_key["a"].options == ()
