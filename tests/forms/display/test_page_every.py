"""The page of a form with every component, in Chromium: what the script hides, what axe finds, what keys reach."""

import json
import random
from typing import Any

import pytest

from app import forms
from app.forms.model import CHOICES
from app.forms.submission.form_state import situation
from tests.forms import every
from tests.forms.browser import browser, show
from tests.forms.every import EVERY
from tests.forms.pages import html
from tests.forms.schemas import NOW

__all__ = ["browser"]

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FORM = forms.load_form(json.dumps(EVERY).encode(), file="semua.form")
SHOWN = """() => {
  const shown = [ ...document.querySelector("form").elements ]
    .filter((one) => one.name && one.type !== "hidden" && one.name !== "_baris" && !one.closest("[hidden]"));
  return [ ...new Set(shown.map((one) => one.name.replace(/\\.hapus$/, ""))) ].sort();
}"""


def test_script_and_server_hide_the_same_fields_of_rows(browser: Any) -> None:
    chance = random.Random(5)
    hidden = 0
    for _run in range(40):
        held = every.case(chance)
        typed = every.typed(FORM.components, chance, held)
        page = show(browser, html(FORM, typed, context=held))
        page.wait_for_selector("form[data-conditions=ready]")

        shown = page.evaluate(SHOWN)

        moment = situation(FORM, typed, held, now=NOW)
        drawn = [
            part
            for part in moment.sheet.fields
            if part.type != "expression" and (part.type not in CHOICES or moment.options[part.key])
        ]
        assert shown == sorted(part.key for part in drawn if part.id not in moment.hidden), (held, typed)
        assert page.complaints == []
        hidden += sum(part.id in moment.hidden for part in drawn)
        page.context.close()
    assert hidden > 40


def test_a_formula_shows_a_field_as_soon_as_it_is_typed(browser: Any) -> None:
    page = show(browser, html(FORM, context={**every.CASE, "batas": 9}))
    page.wait_for_selector("form[data-conditions=ready]")
    assert not page.locator("#i-alasan").is_visible()
    page.locator("[id='i-barang.1.jumlah']").fill("3")
    page.locator("[id='i-barang.1.harga']").fill("50")
    assert page.locator("#i-alasan").is_visible()
    page.locator("[id='i-barang.1.harga']").fill("5")
    assert not page.locator("#i-alasan").is_visible()


@pytest.fixture(scope="module")
def full() -> str:
    """The page at its fullest: rows in rows, errors everywhere, files held."""
    typed = {"barang": [{"catatan": [{}], "foto": ["f1"], "pajak": True}, {}], "alamat": {"penghuni": [{}]}}
    places = situation(FORM, typed, every.CASE, now=NOW).sheet.fields
    errors = {part.key: f"Perbaiki {part.key}." for part in places if part.takes_input}
    return html(FORM, typed, errors=errors, context=every.CASE, files={"f1": "foto-jalan-" * 9 + ".jpg"})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_and_nothing_sticks_out(browser: Any, full: str, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = show(browser, full, color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    page.wait_for_selector("form[data-conditions=ready]")
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], node["target"]) for rule in found for node in rule["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    low = [
        one
        for one in page.locator("button:visible, .pick:visible").all()
        if one.bounding_box()["height"] < 36
    ]
    assert [one.inner_text() for one in low if "sr-only" not in (one.get_attribute("class") or "")] == []


def test_a_new_row_has_the_focus_without_script(browser: Any) -> None:
    typed = forms.changed(FORM, {"barang": [{"#": None}]}, "tambah:barang")
    page = show(browser, html(FORM, typed, context=every.CASE), java_script_enabled=False)
    assert page.locator("[data-row='barang.1']").evaluate("one => one === document.activeElement")
    assert (
        page.locator("[data-row='barang.1']").evaluate("one => one.querySelector('legend').textContent")
        == "Baris 2, Barang"
    )


def test_every_control_is_reached_by_the_keyboard(browser: Any, full: str) -> None:
    page = show(browser, full)
    page.wait_for_selector("form[data-conditions=ready]")
    reached = set()
    page.locator("h1").click()
    for _step in range(250):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
    shown = set(page.evaluate(SHOWN)) - set(
        page.evaluate(
            "[...document.querySelector('form').elements].filter((one) => one.disabled).map((one) => one.name)"
        )
    )
    assert shown <= reached, shown - reached
    assert "_baris" in reached
