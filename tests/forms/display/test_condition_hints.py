"""When to fill a field, in words."""

import random

import pytest

from app.base.i18n import speaking
from app.bpmnio import feel
from app.forms.condition_tree import folded, negated, parse
from tests.forms.pages import draw, html
from tests.forms.schemas import NOW, component, form, hide, values

FIELDS = (
    component(
        "select",
        "data_lengkap",
        label="Data lengkap?",
        values=[
            {"label": "Lengkap", "value": "ya"},
            {"label": "Perlu dilengkapi", "value": "perlu"},
            {"label": "Tidak", "value": "tidak"},
        ],
    ),
    component("checkbox", "anonim"),
    component("number", "nilai"),
    component("checklist", "unsur", values=values("apa", "siapa")),
    component("textfield", "nama"),
    component("datetime", "tanggal"),
)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('=data_lengkap != "perlu"', "Isi bila “Data lengkap?” dijawab “Perlu dilengkapi”."),
        ('="perlu" != data_lengkap', "Isi bila “Data lengkap?” dijawab “Perlu dilengkapi”."),
        ('=data_lengkap = "ya"', "Isi bila “Data lengkap?” bukan “Lengkap”."),
        ('=not(data_lengkap = "ya")', "Isi bila “Data lengkap?” dijawab “Lengkap”."),
        ('=not(data_lengkap in ("ya", "tidak"))', "Isi bila “Data lengkap?” dijawab “Lengkap” atau “Tidak”."),
        (
            '=data_lengkap != "ya" and data_lengkap != "tidak"',
            "Isi bila “Data lengkap?” dijawab “Lengkap” atau “Data lengkap?” dijawab “Tidak”.",
        ),
        (
            '=data_lengkap = "ya" or anonim',
            "Isi bila “Data lengkap?” bukan “Lengkap” dan “Anonim” tidak dicentang.",
        ),
        ("=anonim", "Isi bila “Anonim” tidak dicentang."),
        ("=not(anonim)", "Isi bila “Anonim” dicentang."),
        ("=anonim != true", "Isi bila “Anonim” dicentang."),
        ("=nilai < 2.5", "Isi bila “Nilai” paling sedikit 2,5."),
        ("=10 <= nilai", "Isi bila “Nilai” kurang dari 10."),
        ('=not(list contains(unsur, "apa"))', "Isi bila “Unsur” memuat “Pilihan apa”."),
        ('=nama = "" ', "Isi bila “Nama” diisi."),
        ("=nama != null", "Isi bila “Nama” kosong."),
        ('=tanggal != "2026-11-24"', "Isi bila “Tanggal” dijawab “24-11-2026”."),
        ("=nilai = count(daftar)", "Isi bila diperlukan."),
        ("=count(unsur) < 2", "Isi bila diperlukan."),
        ("=if anonim then true else false", "Isi bila diperlukan."),
        (
            '=(anonim or nilai > 1) and data_lengkap = "ya"',
            "Isi bila “Anonim” tidak dicentang dan “Nilai” paling banyak 1, atau “Data lengkap?” bukan “Lengkap”.",
        ),
        ('=nama != null and nama != ""', "Isi bila “Nama” kosong."),
        ("=(anonim or (nilai > 1 and nilai < 5)) and nilai < 9", "Isi bila diperlukan."),
        ("=nilai = jumlah_lama", "Isi bila “Nilai” bukan 3."),
        ('=dari_perkara = "x" or anonim', "Isi bila “Anonim” tidak dicentang."),
        ('=unsur = "apa"', "Isi bila diperlukan."),
    ],
)
def test_conditions_are_put_into_words(condition: str, words: str) -> None:
    drawn = draw(form(*FIELDS, component("textfield", "z", **hide(condition))), context={"jumlah_lama": 3})
    assert drawn["z"].when == words


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('=data_lengkap != "perlu"', "Bila “Data lengkap?” dijawab “Perlu dilengkapi”:"),
        ("=nilai = count(daftar)", "Hanya bila berlaku:"),
        ("=jumlah_lama = 4", ""),
    ],
)
def test_what_only_shows_something_says_when_it_is_meant(condition: str, words: str) -> None:
    shown = (
        component("text", id="t", text="Lindungi pelapor.", **hide(condition)),
        component("html", id="h", content="<b>Awas</b>", **hide(condition)),
        component("image", id="g", source="https://contoh.test/a.png", **hide(condition)),
        component("documentPreview", id="p", dataSource="=berkas", **hide(condition)),
        component("table", id="b", dataSource="=baris", columns=[{"key": "a"}], **hide(condition)),
    )
    made, case = form(*FIELDS, *shown), {"jumlah_lama": 3}
    drawn = {part.field.id: part for part in draw(made, context=case).values()}
    assert {drawn[one["id"]].when for one in shown} == {words}
    assert html(made, context=case).count(f">{words}</p>") == (len(shown) if words else 0)


def test_a_condition_nested_ever_so_deep_is_no_crash() -> None:
    text = "=" + "(" * 1000 + "anonim" + ")" * 1000
    assert parse(text) in (None, parse("=anonim"))


def test_no_words_are_given_for_what_feel_reads_otherwise_than_people() -> None:
    """feelin takes `or b` for a part of the list: `a in (["x"] or b)`."""
    assert parse('=a in ["x"] or b') is None
    assert parse('=(a in ["x"]) or b') == parse('=a = "x" or b')


def test_words_for_conditions_are_translated() -> None:
    made = form(*FIELDS, component("textfield", "z", **hide("=anonim")))
    with speaking("en"):
        assert draw(made)["z"].when == "Fill in if “Anonim” is not ticked."


def test_what_the_case_has_settled_is_not_asked() -> None:
    made = form(
        component("textfield", "a", **hide('=jalur = "x"')),
        component("textfield", "b", **hide('=jalur = "x" or c = ""')),
        component("textfield", "c", **hide("=count(daftar) > 1 and jalur != null")),
    )
    settled = draw(made, context={"jalur": "x", "daftar": [1, 2]})
    assert [(part.settled, part.hidden, part.when) for part in settled.values()] == [(True, True, "")] * 3
    page = html(made, context={"jalur": "x", "daftar": [1, 2]})
    assert "data-hide" not in page
    assert "<input" not in page
    assert html(made, context={"jalur": "x", "daftar": [1, 2]}, everything=True).count("<input") == 3
    asked = draw(made, context={"jalur": "y", "daftar": []})
    assert [(part.settled, part.hidden, part.when) for part in asked.values()] == [
        (True, False, ""),
        (False, True, "Isi bila “C” diisi."),
        (True, False, ""),
    ]


def test_what_stands_in_a_group_comes_and_goes_with_it() -> None:
    inside = (
        component("textfield", "z"),
        component("textfield", "y", **hide('=jalur = "x"')),
        component("textfield", "x", **hide('=jalur = "y"')),
    )
    made = form(
        *FIELDS, component("group", label="Kelompok", components=list(inside), **hide("=anonim = false"))
    )
    page = html(made, context={"jalur": "x"})
    assert [f'name="{key}"' in page for key in "zyx"] == [True, False, True]


def test_what_words_take_for_settled_is_settled_for_feel() -> None:
    chance = random.Random(3)
    settled = 0
    for _run in range(800):
        text = _condition(chance)
        tree = parse(text)
        known = {
            "s": chance.choice(["a", "q", None]),
            "b": chance.choice([True, False, None]),
            "n": chance.choice([5, None]),
        }
        shown = folded(negated(tree), known) if tree else None
        if not isinstance(shown, bool):
            continue
        settled += 1
        for typed in ({"t": "a", "c": True}, {"t": "", "c": False}):
            [hidden] = feel.unary_all([(text, None)], {**known, **typed}, now=NOW, in_form=True)
            assert (hidden.value is True) is not shown, (text, known)
    assert settled > 100


def _condition(chance: random.Random, depth: int = 0) -> str:
    shape = chance.randrange(4) if depth < 2 else 0
    if shape == 3:
        return f"not({_condition(chance, depth + 1)})"
    if shape == 2:
        return f"({_condition(chance, depth + 1)} {chance.choice(['and', 'or'])} {_condition(chance, depth + 1)})"
    name, value = (
        chance.choice("sbntc"),
        chance.choice(['"a"', '"z"', "true", "false", "null", "5", "s", "n"]),
    )
    if chance.random() < 0.2:
        return chance.choice([name, f'{name} in ("a", 5)', f"not({name} = {value})"])
    return f"{name} {chance.choice(['=', '!='])} {value}"
