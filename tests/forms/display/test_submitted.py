"""A submitted form to read."""

from app import forms
from app.base.i18n import speaking
from tests.forms.schemas import component, form, values


def test_what_no_form_describes_is_read_in_words_too() -> None:
    rows = [{"nama": "Ani", "luas": 1.5, "lunas": True}, {"nama": "", "luas": None, "lunas": False}]
    assert forms.plain(rows) == "nama: Ani, luas: 1,5, lunas: Ya; nama: –, luas: –, lunas: Tidak"
    assert forms.plain(["A", 2, None]) == "A, 2, "
    assert forms.plain({"luas": [1, 2]}) == "luas: 1, 2"
    with speaking("en"):
        assert forms.plain({"luas": 1.5, "lunas": True}) == "luas: 1.5, lunas: Yes"


def test_a_submitted_form_is_read_in_words() -> None:
    made = form(
        component("radio", "hasil", label="Hasil", values=[{"label": "Terbukti", "value": "t"}]),
        component("checklist", "bukti", label="Bukti", values=values("foto", "saksi")),
        component("checkbox", "setuju", label="Setuju"),
        component("datetime", "tanggal", label="Tanggal"),
        component("number", "biaya", label="Biaya", appearance={"prefixAdorner": "Rp"}),
        component("filepicker", "berkas", label="Berkas"),
        component("textfield", "catatan", label="Catatan"),
        component("textfield", "tak_dikirim"),
    )
    submitted = {
        "hasil": "t",
        "bukti": ["foto", "hilang"],
        "setuju": True,
        "tanggal": "2026-11-24",
        "biaya": 1500.5,
        "berkas": ["1"],
        "catatan": "",
    }
    assert forms.display(made, submitted, files={"1": "surat.pdf"}) == [
        ("Hasil", "Terbukti"),
        ("Bukti", "Pilihan foto, hilang"),
        ("Setuju", "Ya"),
        ("Tanggal", "24-11-2026"),
        ("Biaya", "Rp 1.500,5"),
        ("Berkas", "surat.pdf"),
        ("Catatan", "–"),
    ]
    with speaking("en"):
        assert forms.text_of(made.by_key["setuju"], False) == "No"


def test_a_number_is_read_with_all_its_digits_however_many_a_field_may_hold() -> None:
    part = form(component("number", "nilai", serializeToString=True)).by_key["nilai"]
    assert forms.text_of(part, "1" * 30 + "." + "2" * 30) == ".".join(["111"] * 10) + "," + "2" * 30


def test_what_a_formula_takes_from_a_list_is_read_as_in_the_list() -> None:
    units = [{"label": "Dinas Perhubungan", "value": "DISHUB"}, {"label": "Inspektorat", "value": "INSP"}]
    made = form(
        component("taglist", "tembusan", label="Tembusan", values=units),
        component(
            "expression", "semua", label="Semua", expression='=concatenate(tembusan, ["INSP", "LAIN"])'
        ),
        component("expression", "satu", label="Satu", expression="=tembusan[1]"),
        component("expression", "lain", label="Lain", expression='="INSP"'),
    )
    submitted = {"semua": ["DISHUB", "INSP", "LAIN"], "satu": "DISHUB", "lain": "INSP"}
    assert forms.display(made, submitted) == [
        ("Semua", "Dinas Perhubungan, Inspektorat, LAIN"),
        ("Satu", "Dinas Perhubungan"),
        ("Lain", "INSP"),
    ]
