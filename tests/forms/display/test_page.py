"""The page of a form in Chromium: conditions by script and by server agree, it is accessible, it helps."""

import json
import random
from typing import Any

import pytest

from app import forms
from app.base.i18n import speaking
from app.forms import moments, numbers
from app.forms.model import Field, option_text
from app.forms.submission.form_state import situation
from tests.forms.browser import browser, show
from tests.forms.pages import html
from tests.forms.schemas import EVERYTHING, NOW, component, form, hide, must, rules, values
from tests.forms.values import CONTEXT, POOL

__all__ = ["browser"]

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FORM = forms.load_form(json.dumps(EVERYTHING).encode(), file="semua.form")

FILL = """(source) => {
  const form = document.querySelector("form");
  for (const control of form.elements) {
    if (!control.name || [ "hidden", "file", "submit" ].includes(control.type)) continue;
    const given = source[control.name] ?? [];
    if (control.type === "checkbox" || control.type === "radio") control.checked = given.includes(control.value);
    else control.value = given[0] ?? "";
  }
  form.dispatchEvent(new Event("change"));
  const shown = [ ...form.elements ].filter((one) => one.name && one.name !== "_baris" && !one.closest("[hidden]"));
  return [ ...new Set(shown.map((control) => control.name)) ].sort();
}"""


def test_script_and_server_hide_the_same_fields(browser: Any) -> None:
    context = {**CONTEXT, "tetap": "abcd", "mati": "x"}
    page = show(browser, html(FORM, context=context))
    page.wait_for_selector("form[data-conditions=ready]")
    chance = random.Random(11)
    for _ in range(150):
        typed = {key: chance.choice(pool) for key, pool in POOL.items() if FORM.by_key[key].takes_input}
        source = {key: as_typed(FORM.by_key[key], value) for key, value in typed.items() if key != "berkas"}

        shown = page.evaluate(FILL, source)

        read = forms.read_html(FORM, {**source, "hitungan": []})
        hidden = situation(FORM, read, context, now=NOW).hidden
        assert shown == sorted(part.key for part in FORM.fields if part.id not in hidden), source
    assert page.complaints == []


def as_typed(part: Field, value: Any) -> list[str]:
    """The texts a browser would send for ``value``; a choice that a page does not offer cannot be made."""
    if isinstance(value, bool):
        return ["true"] if value else []
    if value is None:
        return []
    if part.type == "datetime":
        return [moments.to_text(value, part.subtype)]
    if part.type == "number":
        return [numbers.to_text(value)]
    offered = [option.text for option in part.options]
    texts = [option_text(one) for one in (value if isinstance(value, list) else [value])]
    return [text for text in texts if text in offered or not offered]


FIELDS = form(
    component("text", text="# Petunjuk\nIsi [panduan](https://contoh.id)."),
    component(
        "textfield", "judul", label="Judul", description="Satu kalimat.", **must(minLength=5, maxLength=20)
    ),
    component("textarea", "isi", label="Isi", **rules(maxLength=3000)),
    component(
        "number", "biaya", label="Biaya", appearance={"prefixAdorner": "Rp", "suffixAdorner": "per bulan"}
    ),
    component("datetime", "tanggal", label="Tanggal", **must()),
    component("datetime", "saat", subtype="datetime", label="Saat"),
    component("radio", "hasil", label="Hasil?", values=values("a", "b"), **must()),
    component("textfield", "alasan", label="Alasan", **hide('=hasil != "b"'), **must()),
    component("select", "kategori", label="Kategori", values=values(*range(58))),
    component("checklist", "bukti", label="Bukti", values=values("x", "y"), **must()),
    component("taglist", "unit", label="Unit", values=values(*(f"unit {n}" for n in range(62)))),
    component("filepicker", "lampiran", label="Lampiran", multiple=True, **must()),
    component("separator"),
    component(
        "group",
        id="g",
        label="Pelapor",
        components=[component("textfield", "nama", label="Nama")],
        **hide("=anonim"),
    ),
    component("checkbox", "anonim", label="Anonim"),
    component("textfield", "nomor", label="Nomor", readonly=True),
    component("select", "unit_lama", label="Unit lama", values=values("p"), disabled=True),
    component("checkbox", "benar", label="Data ini benar", **must()),
)


def test_what_was_refused_is_not_printed(browser: Any) -> None:
    page = show(browser, html(FIELDS, errors={"tanggal": "Isi Tanggal."}))
    summary = page.locator(".error-summary")
    assert summary.is_visible()
    page.emulate_media(media="print")
    assert not summary.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("script", [True, False])
def test_axe_finds_nothing_and_nothing_sticks_out(
    browser: Any, scheme: str, width: int, script: bool
) -> None:
    errors = {part.key: f"Perbaiki {part.name}." for part in FIELDS.fields}
    page_html = html(
        FIELDS, {"lampiran": ["f1"]}, errors=errors, files={"f1": "foto-jalan-rusak-" * 6 + ".jpg"}
    )
    page = show(
        browser,
        page_html,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        java_script_enabled=script,
        bypass_csp=True,  # axe is put into the page
    )
    if script:
        from axe_playwright_python.sync_playwright import Axe

        page.wait_for_selector("form[data-conditions=ready]")
        found = Axe().run(page).response["violations"]
        assert [(rule["id"], node["target"]) for rule in found for node in rule["nodes"]] == []
    box = page.locator("main").bounding_box()
    sizes = page.locator("input:visible, select:visible, textarea:visible").all()
    assert all((size := one.bounding_box()) and size["x"] + size["width"] <= width for one in sizes)
    assert box["width"] <= width
    low = [
        one
        for one in page.locator(".pick:visible, select:visible").all()
        if one.bounding_box()["height"] < 44
    ]
    assert low == []


def test_without_script_every_field_is_there_and_says_when(browser: Any) -> None:
    page = show(browser, html(FIELDS), java_script_enabled=False)
    assert page.locator("#i-alasan").is_visible()
    assert page.get_by_text("Isi bila “Hasil?” dijawab “Pilihan b”.").is_visible()
    assert page.get_by_text("Paling banyak 20 huruf").is_visible()


@pytest.mark.parametrize(("spoken", "shown"), [("id", "Tersisa 2.998"), ("en", "2,998")])
def test_the_count_of_characters_left_has_thousands_as_the_reader_writes_them(
    browser: Any, spoken: str, shown: str
) -> None:
    made = form(component("textarea", "isi", **rules(maxLength=3000)))
    with speaking(spoken):
        page = show(browser, html(made, {"isi": "Ya"}).replace('lang="id"', f'lang="{spoken}"'))
    page.locator(".field__count").filter(has_text=shown).wait_for()
    assert page.complaints == []


def test_with_script_a_field_appears_when_it_is_wanted(browser: Any) -> None:
    page = show(browser, html(FIELDS))
    page.wait_for_selector("form[data-conditions=ready]")
    assert not page.locator("#i-alasan").is_visible()
    page.get_by_label("Pilihan b").check()
    assert page.locator("#i-alasan").is_visible()
    assert not page.get_by_text("Isi bila").first.is_visible()
    page.get_by_label("Anonim").check()
    assert not page.get_by_label("Nama").is_visible()
    assert page.complaints == []


def test_script_counts_narrows_and_puts_dashes(browser: Any) -> None:
    page = show(browser, html(FIELDS))
    page.wait_for_selector("form[data-conditions=ready]")
    page.wait_for_selector("input[type=search]")
    page.locator("#i-judul").fill("x" * 25)
    assert page.locator("#n-judul").inner_text() == "Kelebihan 5 huruf"
    page.locator("#i-tanggal").fill("24112026")
    page.locator("#i-saat").focus()
    assert page.locator("#i-tanggal").input_value() == "24-11-2026"
    page.get_by_label("Pilihan unit 7", exact=True).check()
    page.locator("input[type=search]").fill("unit 61")
    visible = page.locator("[data-filter] .pick:visible").all_inner_texts()
    assert visible == ["Pilihan unit 7", "Pilihan unit 61"]
    assert page.get_by_text("1 dipilih").is_visible()
    assert page.complaints == []


def test_the_summary_has_the_focus_and_leads_to_the_field(browser: Any) -> None:
    page = show(browser, html(FIELDS, errors={"hasil": "Pilih Hasil.", "tanggal": "Isi Tanggal."}))
    page.wait_for_function("() => document.activeElement.classList.contains('error-summary')")
    page.get_by_role("link", name="Pilih Hasil.").click()
    assert page.evaluate("document.activeElement.id") == "i-hasil"


def test_script_lets_identity_hide_identity_alone(browser: Any) -> None:
    """As the server does with a form that an older release took: its page never asks for less than the server."""
    private = {"properties": {"pribadi": "ya"}}
    row = [
        component("textfield", "nama", **private),
        component("textfield", "telepon", **hide("=this.nama = null")),
    ]
    made = form(
        component("textfield", "pelapor", **private),
        component("expression", "sebutan", expression='="Sdr. " + pelapor', **private),
        component("textfield", "alamat", **hide('=sebutan = "Sdr. Kenari"'), **private),
        component("textfield", "surel", **hide("=salinan = null"), **private),
        component("expression", "salinan", expression="=this.pelapor"),
        component("checkbox", "huruf_k", **hide('=pelapor = "Kenari"')),
        component("checkbox", "semua", **hide('=get value(this, "pelapor") = "Kenari"')),
        {**component("dynamiclist", id="d", path="saksi"), "components": row},
        component("checkbox", "bersaksi", **hide("=count(saksi) = 1")),
    )  # fmt: skip
    page = show(browser, html(made))
    page.wait_for_selector("form[data-conditions=ready]")
    for name in ("Kenari", "Budi"):
        shown = page.evaluate(FILL, {"pelapor": [name], "saksi.0.nama": [name]})
        hidden = situation(made, {"pelapor": name, "saksi": [{"nama": name}]}, {}, now=NOW).hidden
        everything = ("alamat", "bersaksi", "huruf_k", "pelapor", "semua", "surel")
        expected = [key for key in everything if key not in hidden]
        assert shown == sorted([*expected, "saksi", "saksi.0.nama", "saksi.0.telepon"])
        assert ("alamat" in shown) is (name != "Kenari")
        assert {"huruf_k", "semua"} <= set(shown)
        assert {"surel"}.isdisjoint(shown)
    assert page.complaints == []
