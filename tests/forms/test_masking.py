"""Signs in place of what is found: the same for the same words, stable when sent again, only in free text."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms import load_form, masking
from app.forms.masking import SIGN, Masker
from tests.services.office import form

_TELEPHONE = "0812-3456-7890"
_PIECES = st.lists(
    st.sampled_from(
        [_TELEPHONE, "jalan rusak", "NIK 3312081203900001", "a@b.id", "Nama: Budi Santoso", "\n", ", "]
    ),
    max_size=8,
)


def masker(**known: str) -> Masker:
    return Masker(lambda: known)


@given(_PIECES)
def test_what_is_hidden_comes_back_exactly_and_nothing_is_found_twice(pieces: list[str]) -> None:
    text, hiding = " ".join(pieces), masker()
    hidden = hiding.hide(text)
    assert masking.put_in_place(hidden, hiding.sealed) == text
    again = masker()
    assert again.hide(hidden) == hidden
    assert again.sealed == {}


def test_the_same_words_have_the_same_sign_and_what_was_lifted_is_left() -> None:
    hiding = masker(**{"a@b.id": "a@b.id"})
    hidden = hiding.hide(f"{_TELEPHONE} atau {_TELEPHONE}, a@b.id")
    [sign] = hiding.sealed
    assert hidden == f"{sign} atau {sign}, a@b.id"
    assert SIGN.fullmatch(sign)
    assert sign.startswith("[telepon ••• ")


def test_nobody_is_asked_for_signs_before_something_is_found() -> None:
    def ask() -> dict[str, str]:
        raise AssertionError

    assert Masker(ask).hide("Jalan berlubang sejak 12-08-2024, laporan 8507247") != ""


def test_words_are_replaced_whole() -> None:
    assert masking.put_in_place("Ani, Aniaya, (Ani)", {"Ani": "[x]"}) == "[x], Aniaya, ([x])"


_BITS = st.lists(
    st.sampled_from(["Ani", "Budi", "ani", " ", "-", ".", "_", "[", "\u00e9", "0812"]), max_size=6
)


@given(st.lists(_BITS.map("".join).filter(str.strip), max_size=6), st.lists(_BITS.map("".join), max_size=4))
def test_words_are_found_as_one_long_expression_would_find_them(keys: list[str], pieces: list[str]) -> None:
    texts, text = {key: f"<{n}>" for n, key in enumerate(keys)}, "".join(pieces)

    def whole(key: str) -> str:
        before, after = (r"\b" if re.match(r"\w", key) else ""), (r"\b" if re.search(r"\w\Z", key) else "")
        return f"{before}{re.escape(key)}{after}"

    ordered = sorted(texts, key=lambda key: (-len(key), key))
    expected = re.sub("|".join(map(whole, ordered)), lambda hit: texts[hit.group()], text) if texts else text
    assert masking.put_in_place(text, texts) == expected


def test_a_sign_is_never_taken_apart() -> None:
    sign = masking.new_sign("telepon")
    texts = {"telepon": "[x]", sign: "0812"}
    assert masking.put_in_place(f"telepon {sign}", {"telepon": "[x]"}) == f"[x] {sign}"
    assert masking.put_in_place(f"telepon {sign}", texts) == "[x] 0812"
    assert masking.opened([sign, {"a": f"({sign})"}], {sign: "0812"}) == ["0812", {"a": "(0812)"}]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Siti Rahmawati minta dihapus", "* minta dihapus"),
        ("Permohonan Siti Rahmawati, surat 812/2026", "*, surat 812/*"),
        ("Permohonan tanggal 3 Mei. Pelapor sudah datang", "Permohonan tanggal 3 *. Pelapor sudah datang"),
        ("atas permintaan Dinas Sosial", "atas permintaan Dinas Sosial"),
        ("lewat WA, oleh Siti di RT 4", "lewat WA, oleh * di RT 4"),
    ],
)
def test_whatever_may_name_somebody_is_found_without_knowing_him(written: str, read: str) -> None:
    assert masking.with_signs_for_names(written, {"dinas", "sosial"}, lambda hit: "*") == read


@pytest.mark.parametrize(
    "written",
    [
        "siti  rahmawati binti karto",
        "Siti\nRahmawati binti Karto",
        "Siti\u00a0Rahmawati\u00a0binti\u00a0Karto",
        "_Siti_Rahmawati_binti_Karto_",
        "Siti Rahmawati binti Kartonya",
        "Siti Rahmawati",
        "SitiRahmawati",
        "rahmawati, binti Karto",
    ],
)
def test_a_known_name_is_found_however_it_is_written(written: str) -> None:
    text = f"Menelepon {written} kemarin"
    said = masking.with_signs_for(text, {"Siti Rahmawati binti Karto", "Jl. Mawar 5"}, lambda hit: "[x]")
    assert re.fullmatch(r"Menelepon _?\[x\](nya|_)? kemarin", said), said


def test_single_words_of_a_name_and_parts_of_what_is_none_are_left() -> None:
    text = "Rahmawati di Jl. Mawar bertemu Siti Rahmawatiningsih"
    known = {"Siti Rahmawati binti Karto", "Jl. Mawar 5 Solo"}
    assert masking.with_signs_for(text, known, lambda hit: "[x]") == text


def test_a_mail_address_is_found_whole_and_not_its_host() -> None:
    text = "dari WARGA@contoh.co.id ke kantor@contoh.co.id"
    said = masking.with_signs_for(text, {"warga@contoh.co.id"}, lambda hit: "[x]")
    assert said == "dari [x] ke kantor@contoh.co.id"


def masked(*fields: dict[str, Any], **values: Any) -> dict[str, Any]:
    known = load_form(form(*fields), file="x.form").by_key
    return {
        key: masking.masked_field(known[key], value, lambda text: text.replace(_TELEPHONE, "*"))
        for key, value in values.items()
    }


def field(type_: str, key: str, **more: Any) -> dict[str, Any]:
    return {"type": type_, "key": key, "label": key, **more}


def test_free_text_is_masked_and_nothing_else() -> None:
    values = [{"label": "x", "value": _TELEPHONE}]
    found = masked(
        field("textarea", "isi"),
        field("textfield", "pola", validate={"pattern": "^[0-9-]+$"}),
        field("textfield", "kontak", properties={"pribadi": "ya"}),
        field("textfield", "kantor", properties={"samarkan": "tidak"}),
        field("radio", "pilih", values=values),
        isi=f"WA {_TELEPHONE}",
        pola=_TELEPHONE,
        kontak=_TELEPHONE,
        kantor=_TELEPHONE,
        pilih=_TELEPHONE,
    )
    open_ones = dict.fromkeys(("pola", "kontak", "kantor", "pilih"), _TELEPHONE)
    assert found == {"isi": "WA *", **open_ones}


def test_text_in_lists_records_and_formulas_is_masked() -> None:
    rows = {"type": "dynamiclist", "path": "saksi", "label": "Saksi", "components": [
        {"id": "f1", **field("textfield", "ket")}, {"id": "f2", **field("number", "umur")},
    ]}  # fmt: skip
    found = masked(
        rows,
        field("textfield", "alamat.jalan"),
        field("expression", "ringkas", expression="=alamat.jalan"),
        saksi=[{"ket": _TELEPHONE, "umur": 3}],
        alamat={"jalan": _TELEPHONE, "lain": _TELEPHONE},
        ringkas=[_TELEPHONE],
    )
    assert found == {
        "saksi": [{"ket": "*", "umur": 3}],
        "alamat": {"jalan": "*", "lain": _TELEPHONE},
        "ringkas": ["*"],
    }
