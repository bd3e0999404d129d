"""Lists whose rows people add and take out, and records under a path."""

from typing import Any

import pytest

from app import forms
from app.base.errors import InvalidForm
from app.forms.submission.sheet import MAX_ROWS
from tests.forms.every import rows
from tests.forms.judging import clean, errors
from tests.forms.pages import draw, html
from tests.forms.schemas import NOW, component, form, hide, must

ITEMS = rows(
    "barang",
    component("textfield", "nama", **must()),
    component("number", "jumlah", **must(max="=this.sisa")),
    component("textfield", "kode", disabled=True),
    label="Barang",
)
CASE = {"barang": [{"nama": "meja", "kode": "A", "sisa": 5}, {"nama": "kursi", "kode": "B", "sisa": 2}]}


def test_rows_come_from_the_page_in_its_order_with_the_row_of_the_case_they_were() -> None:
    source = {
        "barang": ["2:1", "0:", "x", "7:99999999"],
        "barang.2.nama": [" kursi "],
        "barang.2.jumlah": ["2"],
        "barang.0.nama": ["rak"],
        "barang.1.nama": ["nobody"],
    }
    assert forms.read_html(form(ITEMS), source) == {
        "barang": [
            {"#": 1, "nama": "kursi", "jumlah": 2},
            {"#": None, "nama": "rak", "jumlah": None},
            {"#": None, "nama": "", "jumlah": None},
        ]
    }


def test_a_row_keeps_what_the_case_holds_in_it_whatever_rows_are_taken_out() -> None:
    typed = {
        "barang": [{"#": 1, "nama": "kursi lipat", "jumlah": 2}, {"#": None, "nama": "rak", "jumlah": 1}]
    }
    assert clean(form(ITEMS), typed, context=CASE) == {
        "barang": [
            {"nama": "kursi lipat", "jumlah": 2, "kode": "B", "sisa": 2},
            {"nama": "rak", "jumlah": 1},
        ]
    }


def test_no_row_of_the_case_is_taken_twice() -> None:
    again = [{"#": origin, "nama": "x", "jumlah": 1} for origin in (0, 0, -1, 2, True)]
    found = clean(form(ITEMS), {"barang": again}, context=CASE)
    assert [row.get("kode") for row in found["barang"]] == ["A", None, None, None, None]


def test_a_rule_of_a_row_reads_its_own_row() -> None:
    typed = {"barang": [{"nama": "x", "jumlah": 3}, {"nama": "y", "jumlah": 3}]}
    assert errors(form(ITEMS), typed, context=CASE) == {"barang.1.jumlah": "Jumlah tidak boleh lebih dari 2."}


def test_all_rows_taken_out_is_an_empty_list() -> None:
    assert clean(form(ITEMS), {"barang": []}, context=CASE) == {"barang": []}


def test_a_hidden_list_is_not_touched() -> None:
    made = form({**ITEMS, **hide("=not(ada)")}, component("checkbox", "ada"))
    assert clean(made, {"ada": False, "barang": [{"nama": ""}]}, context=CASE) == {"ada": False}


def test_nobody_adds_rows_to_a_list_that_is_fixed() -> None:
    made = form({**ITEMS, "allowAddRemove": False})
    typed = {"barang": [{"#": 1, "nama": "x", "jumlah": 1}] * 3}
    found = clean(made, {"barang": typed["barang"][:2]}, context=CASE)
    assert [row["kode"] for row in found["barang"]] == ["A", "B"]
    assert len(clean(made, typed, context=CASE)["barang"]) == 2


def test_a_record_keeps_what_other_forms_put_into_it() -> None:
    made = form({**component("group", path="alamat"), "components": [component("textfield", "kota")]})
    case = {"alamat": {"kota": "Lama", "rt": "01"}}
    assert clean(made, {"alamat": {"kota": "Baru"}}, context=case) == {"alamat": {"kota": "Baru", "rt": "01"}}
    assert case == {"alamat": {"kota": "Lama", "rt": "01"}}
    assert [(part.key, part.name) for part in made.fields] == [("alamat", "alamat")]


def test_identity_in_a_row_makes_the_whole_list_identity() -> None:
    secret = component("textfield", "nik", properties={"pribadi": "ya"})
    made = form(rows("saksi", component("textfield", "nama"), secret))
    assert made.private_keys == {"saksi"}
    assert forms.split(made, {"saksi": [1], "x": 2}) == ({"x": 2}, {"saksi": [1]})


@pytest.mark.parametrize(
    ("wish", "names", "focus"),
    [
        ("tambah:barang", ["a", "b", None], "barang.2"),
        ("hapus:barang.0", ["b"], "barang"),
        ("hapus:barang.5", ["a", "b"], None),
        ("hapus:lain.0", ["a", "b"], None),
        ("hapus:barang", ["a", "b"], None),
        ("tambah:barang.0", ["a", "b"], None),
        ("tambah:", ["a", "b"], None),
        ("hitung", ["a", "b"], None),
        ("", ["a", "b"], None),
        ("hapus:barang.99999999999999999999", ["a", "b"], None),
    ],
)
def test_buttons_add_and_take_out_rows(wish: str, names: list[Any], focus: str | None) -> None:
    typed = {"barang": [{"#": 0, "nama": "a"}, {"#": 1, "nama": "b"}]}
    found = forms.changed(form(ITEMS), typed, wish)
    assert [row.get("nama") for row in found["barang"]] == names
    assert found.get("#") == focus


def test_buttons_do_nothing_to_a_list_that_is_fixed() -> None:
    made = form({**ITEMS, "allowAddRemove": False})
    assert len(forms.changed(made, {"barang": [{}]}, "tambah:barang")["barang"]) == 1


def test_rows_inside_rows_have_buttons_of_their_own() -> None:
    made = form(rows("a", rows("b", component("textfield", "c"), label="B"), label="A"))
    found = forms.changed(made, {"a": [{"b": []}]}, "tambah:a.0.b")
    assert found["a"] == [{"b": [{"#": None}]}]
    page = html(made, found)
    assert 'value="hapus:a.0.b.0"' in page
    assert 'name="a.0.b" value="0:"' in page
    assert 'name="a.0.b.0.c"' in page


def test_more_rows_than_a_page_holds_are_refused() -> None:
    with pytest.raises(InvalidForm):
        clean(form(ITEMS), {"barang": [{}] * (MAX_ROWS + 1)})
    source = {"barang": [f"{n}:" for n in range(MAX_ROWS + 50)]}
    assert len(forms.read_html(form(ITEMS), source)["barang"]) == MAX_ROWS


def test_a_row_says_its_number_and_what_was_wrong_in_it() -> None:
    drawn = draw(form(ITEMS), {"barang": [{"nama": ""}]}, errors={"barang.0.nama": "Isi Nama."})
    [row] = drawn["bagian-d_barang"].components
    assert (row.label, row.repeat.mark, row.errors) == ("Baris 1", "0:", (("i-barang.0.nama", "Isi Nama."),))


def test_json_holds_lists_and_records() -> None:
    made = form(ITEMS, {**component("group", path="alamat"), "components": [component("textfield", "kota")]})
    body = {"barang": [{"nama": "a", "#": 1}], "alamat": {"kota": None}}
    assert forms.from_json(made, body) == {"barang": [{"#": 1, "nama": "a"}], "alamat": {"kota": ""}}
    wrong = {"barang": [{"nama": 5, "kode": "x", "lain": 1}], "alamat": {"kota": 1, "rt": 2}}
    with pytest.raises(InvalidForm) as refused:
        forms.from_json(made, wrong)
    assert refused.value.errors.keys() == {
        "barang.0.nama", "barang.0.kode", "barang.0.lain", "alamat.kota", "alamat.rt",
    }  # fmt: skip
    for odd in ({"barang": {}}, {"barang": [5]}, {"alamat": []}, {"barang": [{}] * (MAX_ROWS + 1)}):
        with pytest.raises(InvalidForm):
            forms.from_json(made, odd)


def test_a_list_is_told_row_by_row() -> None:
    made = form(ITEMS)
    [(label, text)] = forms.display(made, {"barang": [{"nama": "meja", "jumlah": 1500}, {"nama": ""}]})
    assert label == "Barang"
    assert text == "(1) Nama: meja, Jumlah: 1.500; (2) Nama: –"


def test_a_label_that_data_fill_in_is_told_without_them() -> None:
    told = form(
        component("textfield", "a", label="Nama {{x}} lengkap?"),
        component("textfield", "b", label='="B" + x'),
    )
    assert forms.display(told, {"a": "1", "b": "2"}) == [("Nama lengkap?", "1"), ("b", "2")]
    assert [part.name for part in told.fields] == ["Nama lengkap", "b"]


def test_files_in_rows_are_found() -> None:
    made = form(rows("bukti", component("filepicker", "foto")), component("filepicker", "surat"))
    clean_values = {"bukti": [{"foto": ["1"]}, {}, {"foto": ["2"]}], "surat": ["3"]}
    found = [(part.key, ids) for part, ids in forms.attached(made, clean_values)]
    assert found == [("bukti.0.foto", ["1"]), ("bukti.2.foto", ["2"]), ("surat", ["3"])]


def test_formulas_are_worked_out_on_the_server_whatever_is_sent() -> None:
    made = form(
        rows(
            "barang",
            component("number", "n"),
            component("expression", "dua", id="e1", expression="=this.n * 2"),
        ),
        component("expression", "jumlah", expression="=sum(barang.dua)"),
        component("expression", "akhir", expression="=jumlah + 1", computeOn="presubmit"),
    )
    typed = {"barang": [{"n": 1, "dua": 99}, {"n": 2}], "jumlah": 7, "akhir": 7}
    found = forms.validate(made, typed, context={}, now=NOW)
    assert found == {"barang": [{"n": 1, "dua": 2}, {"n": 2, "dua": 4}], "jumlah": 6, "akhir": 7}
    with pytest.raises(InvalidForm):
        forms.from_json(made, {"jumlah": 7})
