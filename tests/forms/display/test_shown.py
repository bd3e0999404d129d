"""Components that show something: templates, tables, pictures, links, buttons, lines of a layout."""

from typing import Any

import pytest

from app import forms
from tests.forms.every import PIXEL, rows
from tests.forms.judging import errors
from tests.forms.pages import draw, html
from tests.forms.schemas import NOW, component, form, hide, must, values


def test_labels_hints_and_marks_are_filled_in() -> None:
    made = form(
        component(
            "number",
            "biaya",
            label="Biaya {{nama}}",
            description='=if besar then "Besar" else "Kecil"',
            appearance={"prefixAdorner": "={mata: uang}.mata"},
        ),
        component("group", id="g", label="Untuk {{nama}}", components=[]),
    )
    drawn = draw(made, context={"nama": "Ani", "besar": True, "uang": "Rp"})
    assert (drawn["biaya"].label, drawn["biaya"].hint, drawn["biaya"].field.prefix) == (
        "Biaya Ani",
        "Besar",
        "Rp",
    )
    assert drawn["bagian-g"].label == "Untuk Ani"


def test_errors_name_the_field_as_the_page_does() -> None:
    made = form(rows("barang", component("textfield", "nama", label="Barang ke-{{i[1]}}", **must())))
    assert errors(made, {"barang": [{}, {}]})["barang.1.nama"] == "Isi Barang ke-2."


def test_what_is_typed_shows_in_texts() -> None:
    made = form(component("textfield", "a"), component("text", text="Halo **{{a}}**"))
    assert made.renews
    page = html(made, {"a": "Budi"})
    assert "Halo <strong>Budi</strong>" in page
    assert 'name="_baris" value="hitung"' in page
    assert not form(component("textfield", "a"), component("text", text="{{b}}")).renews


@pytest.mark.parametrize("kind", ["text", "html"])
def test_data_in_texts_runs_nothing(kind: str) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>"
    name = "text" if kind == "text" else "content"
    page = html(form(component(kind, **{name: "<b>{{a}}</b>"})), context={"a": evil})
    body = page.partition("<form")[2]
    assert "<script>" not in body
    assert "<img" not in body
    assert "javascript:" not in body or "&#" in body or "&lt;a" in body


def test_data_that_no_markdown_can_hold_does_not_take_the_page_away() -> None:
    made = form(component("text", text="{{a}}"), component("textfield", "b", label="Nama {{c}}"))
    page = html(made, context={"a": ">" * 40_000, "c": "Budi"})
    assert "(terlalu panjang untuk ditampilkan)" in page
    assert "Nama Budi" in page


def test_a_table_shows_a_list_of_the_case_to_read() -> None:
    made = form(
        component(
            "table",
            label="Riwayat",
            dataSource="=riwayat",
            columns=[{"key": "n", "label": "Nomor"}, {"key": "ok", "label": ""}],
        )
    )
    case = {"riwayat": [{"n": 1.5, "ok": True}, None, {"n": "<b>"}, 5, {"n": {"a": 1}}]}
    grid = draw(made, context=case)["bagian-table"].grid
    assert grid is not None
    assert grid.headings == ("Nomor", "ok")
    assert grid.rows == (("1,5", "Ya"), ("<b>", ""), ("", ""), ('{"a": 1}', ""))
    assert "&lt;b&gt;" in html(made, context=case)
    assert "Belum ada isinya." in html(made, context={})


def test_columns_of_a_table_may_be_feel_and_long_tables_end() -> None:
    made = form(component("table", dataSource="=data", columnsExpression="=kolom"))
    case: dict[str, Any] = {"data": [{"a": n} for n in range(250)], "kolom": [{"key": "a", "label": "A"}]}
    grid = draw(made, context=case)["bagian-table"].grid
    assert grid is not None
    assert (grid.headings, len(grid.rows), grid.more) == (("A",), 200, 50)
    assert "dan 50 baris lagi." in html(made, context=case)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        (PIXEL, f'<img class="form-image" src="{PIXEL}" alt="Tanda 7">'),
        ("https://contoh.id/{{n}}.png", 'href="https://contoh.id/7.png"'),
        ("javascript:alert(1)", "Tidak dapat ditampilkan."),
        ("data:text/html,x", "Tidak dapat ditampilkan."),
        ("=alamat", "Tidak dapat ditampilkan."),
    ],
)
def test_a_picture_is_shown_linked_or_refused(source: str, seen: str) -> None:
    page = html(
        form(component("image", source=source, alt="Tanda {{n}}")),
        context={"n": 7, "alamat": "data:text/html,x"},
    )
    assert seen in page
    assert ("<img" in page) is (source == PIXEL)


def test_a_frame_is_a_link_by_https() -> None:
    page = html(form(component("iframe", url="https://contoh.id/{{n}}", label="Panduan")), context={"n": 7})
    assert 'href="https://contoh.id/7"' in page
    assert "<iframe" not in page
    page = html(form(component("iframe", url="http://contoh.id")), context={})
    assert "href=" not in page.partition("<form")[2]


def test_a_preview_links_documents_and_files_of_the_case() -> None:
    made = form(component("documentPreview", label="Berkas", dataSource="=berkas"))
    document = {"documentId": "1", "endpoint": "https://contoh.id/a.pdf", "metadata": {"fileName": "a.pdf"}}
    evil = {**document, "endpoint": "javascript:alert(1)", "metadata": {"fileName": "b.pdf"}}
    page = html(made, context={"berkas": [document, evil, "f1", "f2", 5]}, files={"f1": "foto.jpg"})
    assert 'href="https://contoh.id/a.pdf"' in page
    assert 'href="/lampiran/f1"' in page
    assert "javascript:" not in page
    assert "b.pdf" in page
    assert "f2" not in page
    assert forms.held_files(made, {}, {"berkas": ["f1", 5]}) == ["f1"]


def test_buttons_submit_and_reset() -> None:
    page = html(
        form(component("button", label="Kirim {{n}}"), component("button", id="b", label="", action="reset"))
    )
    assert '<button class="button" type="submit">Kirim </button>' in page
    assert '<button class="button" type="reset">Kosongkan lagi</button>' in page


def test_enter_presses_no_button_that_takes_a_row_out() -> None:
    page = html(form(rows("a", component("textfield", "b"))))
    first = page.index("<button")
    assert first < page.index("_baris")
    assert page[first:].startswith('<button type="submit" class="sr-only" tabindex="-1" aria-hidden="true">')


def test_fields_of_one_row_of_the_layout_stand_in_one_line() -> None:
    made = form(
        component("textfield", "a", layout={"row": "r", "columns": 4}),
        component("textfield", "b"),
        component("textfield", "c", layout={"row": "r", "columns": None}, **hide('=b = "x"')),
    )
    page = html(made)
    assert page.count('class="form-line"') == 1
    line = page[page.index('class="form-line"') : page.index('for="i-b"')]
    assert "form-line__part--4" in line
    assert line.count("<input") == 2


def test_a_field_locked_by_feel_keeps_what_the_case_holds() -> None:
    made = form(component("textfield", "a", readonly='=tahap = "akhir"'))
    assert "readonly" in html(made, context={"tahap": "akhir", "a": "x"})
    assert "readonly" not in html(made, context={"tahap": "awal"})
    said = forms.validate(made, {"a": "palsu"}, context={"tahap": "akhir", "a": "asli"}, now=NOW)
    assert said == {"a": "asli"}


def test_several_files_by_feel() -> None:
    made = form(component("filepicker", "f", multiple="=banyak", accept=".{{jenis}}"))
    page = html(made, context={"banyak": True, "jenis": "pdf"})
    assert " multiple" in page
    assert 'accept=".pdf"' in page
    assert errors(made, {"f": ["1", "2"]}, context={"banyak": False}).keys() == {"f"}
    assert errors(made, {"f": ["1", "2"]}, context={"banyak": True}) == {}


@pytest.mark.parametrize(
    ("subtype", "form_", "typed", "kept", "shown"),
    [
        ("time", "utc_offset", "14.05", "14:05+07:00", "14.05"),
        ("time", "utc_normalized", "03.05", "20:05Z", "03.05"),
        ("datetime", "utc_offset", "24-11-2026 14.05", "2026-11-24T14:05+07:00", "24-11-2026 14.05"),
        ("datetime", "utc_normalized", "01-01-2026 03.05", "2025-12-31T20:05Z", "01-01-2026 03.05"),
        ("datetime", "no_timezone", "24-11-2026 14.05", "2026-11-24T14:05", "24-11-2026 14.05"),
        ("date", "utc_offset", "24-11-2026", "2026-11-24", "24-11-2026"),
    ],
)
def test_times_are_kept_with_the_zone_the_form_asks_for(
    subtype: str, form_: str, typed: str, kept: str, shown: str
) -> None:
    made = form(component("datetime", "saat", subtype=subtype, timeSerializingFormat=form_, timeInterval=1))
    read = forms.read_html(made, {"saat": [typed]})
    found = forms.validate(made, read, context={}, now=NOW)
    assert found == {"saat": kept}
    assert draw(made, context=found)["saat"].value == shown
    assert errors(made, {"saat": kept}) == {}


def test_options_from_the_row() -> None:
    made = form(
        rows(
            "a",
            component("select", "b", valuesExpression="=this.isi"),
            component("radio", "c", values=values("x")),
        )
    )
    drawn = draw(made, context={"a": [{"isi": ["satu", "dua"]}, {"isi": ["tiga"]}]})
    assert [choice.value for choice in drawn["a.0.b"].choices] == ["satu", "dua"]
    assert [choice.value for choice in drawn["a.1.b"].choices] == ["tiga"]
    assert errors(made, {"a": [{"b": "tiga"}]}, context={"a": [{"isi": ["dua"]}]}).keys() == {"a.0.b"}
