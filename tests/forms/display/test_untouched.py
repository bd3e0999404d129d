"""A form that was sent as it was drawn is told from one into which something was typed."""

import json
import random
from typing import Any

import pytest

from app import forms
from tests.forms import every
from tests.forms.pages import html, sent_by
from tests.forms.schemas import EVERYTHING, NOW, component, form, values

EVERY = forms.load_form(json.dumps(every.EVERY).encode(), file="setiap.form")
SIMPLE = forms.load_form(json.dumps(EVERYTHING).encode(), file="semua.form")


def untouched(made: forms.Form, sent: dict[str, list[str]], context: dict[str, Any]) -> bool:
    return forms.is_untouched(made, forms.read_html(made, sent), context=context, now=NOW)


@pytest.mark.parametrize("seed", range(20))
def test_what_a_browser_sends_for_a_page_that_nobody_touched_is_known(seed: int) -> None:
    held = every.case(random.Random(seed))
    assert untouched(EVERY, sent_by(html(EVERY, context=held)), held)


def test_values_that_the_case_or_the_form_put_there_were_not_typed() -> None:
    context = {"batas": 4, "panjang": "abc", "wajib": 6, "setuju": True, "pilih": "b", "tanda": ["p", "r"]}
    sent = sent_by(html(SIMPLE, context=context))
    assert (sent["panjang"], sent["bawaan"], sent["tanda"]) == (["abc"], ["abc"], ["p", "r"])
    assert untouched(SIMPLE, sent, context)


@pytest.mark.parametrize(
    "change",
    [
        {"bawaan": [""]},
        {"panjang": ["x"]},
        {"wajib": ["bukan angka"]},
        {"tanggal": ["kapan-kapan"]},
        {"boleh": ["true"]},
        {"pilih": ["c"]},
        {"berkas": ["files::1"]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_was_changed_is_a_touch(change: dict[str, list[str]]) -> None:
    sent = sent_by(html(SIMPLE, context={"batas": 4}))
    assert not untouched(SIMPLE, {**sent, **change}, {"batas": 4})


def test_a_row_more_or_less_is_a_touch() -> None:
    inner = component("textfield", "nama")
    made = form(component("dynamiclist", id="d", path="barang", components=[inner], defaultRepetitions=1))
    sent = sent_by(html(made))
    assert untouched(made, sent, {})
    assert not untouched(made, {**sent, "barang": [*sent["barang"], "1:"]}, {})
    assert not untouched(made, {name: texts for name, texts in sent.items() if name != "barang"}, {})


def test_what_a_condition_hides_for_good_is_not_on_the_page_and_was_not_emptied() -> None:
    hidden = component(
        "radio", "jenis", values=values("a"), defaultValue="a", conditional={"hide": "=kota = 1"}
    )
    made = form(hidden, component("textfield", "nama"))
    assert "jenis" not in sent_by(html(made, context={"kota": 1}))
    assert untouched(made, sent_by(html(made, context={"kota": 1})), {"kota": 1})
