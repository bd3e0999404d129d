"""The same submissions through form-js 1.23 in Chromium and through our validation: equal errors, equal data.

Known differences, made equal here on purpose:
- a choice that is not in its list, a number or date that is none: form-js has lost it before it validates, we
  refuse it by name (`_as_form_js_keeps_it`);
- files: form-js submits its own key for them, we a list of ids;
- a variable "5" in a field for a time: form-js makes five o'clock of it, we nothing;
- chains of conditions: form-js looks twice, we until nothing changes; two links are the same to both.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import forms
from app.errors import InvalidForm
from app.forms.choices import is_offered
from app.forms.model import CHOICES, MULTI_CHOICE
from app.forms.opening import initial
from app.forms.situation import situation
from app.forms.stored import is_stored
from tests.forms.schemas import EVERYTHING, NOW

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = Path(__file__).resolve().parents[2]
FORM = forms.load(json.dumps(EVERYTHING).encode(), file="semua.form")
CONTEXT: dict[str, Any] = {"batas": 4, "daftar_unit": ["dpu", {"label": "Dinas", "value": "dlh"}, 7]}
SEED = int(os.environ.get("FORMS_SEED", "20261124"))
RUNS = int(os.environ.get("FORMS_RUNS", "250"))

POOL: dict[str, list[Any]] = {
    "panjang": [
        "",
        "ab",
        "abc",
        "abcdefg",
        "  a ",
        " abc   ",
        "ab\U0001f600",
        "abcde\U0001f600",
        "\ufeffabcdef\u00a0",
    ],
    "pola": ["", "C-12", "C-", "xC-1", " C-12", "c-1"],
    "surel": ["", "a@b", "a@b.id", "x@", "a b@c.id", "a@-b.id", "A.b+c@contoh.go.id"],
    "telepon": ["", "+6281234567890", "081234567890", "0062812345678", "+62 812", "x+628123456789", "+99912"],
    "bawaan": ["", "a", "abc", "abcd", "abcde"],
    "uraian": ["", "ok", "terlalu panjang", "a\nb"],
    "satu_desimal": [None, 0, 5, 5.5, 5.55, 11, -1, 10, 10.1, -0.05],
    "wajib": [None, 4, 5, 0, 5.5, 6],
    "bulat": [None, 0, 1.5, 2, -3, 1e15, 0.1],
    "lima": [None, 0, 5, 7, -5, -7.5, 2.5],
    "seperempat": [None, 0.25, 0.3, 5, 5.25, 0.125],
    "teks_angka": [None, "1", "1.50", "1.505", "-1.5", "-1.51", "0", "0.00"],
    "tanggal": [None, "2026-11-24", "2024-02-29", "1999-01-01"],
    "jam": [None, "14:05", "00:00"],
    "saat": [None, "2026-11-24T14:05", "2020-02-29T00:00"],
    "setuju": [True, False],
    "boleh": [True, False],
    "pilih": ["a", "b", "c", None, "z"],
    "angka_pilih": [1, 3, None, 9],
    "daftar": ["dpu", "dlh", 7, None, "x"],
    "hitungan": ["satu", "tiga", None],
    "centang": [[], ["x"], ["x", "y"], ["y"], ["y", "w"]],
    "tanda": [[], ["p"], ["r", "p"], ["p", "q", "r"], ["k"]],
    "berkas": [[], ["files::1"]],
    "mati": ["", "a"],
    "tetap": ["a", "abcd"],
    "kosong_bila_null": [None, 1],
    "selalu_hilang": ["", "a"],
    "tak_pernah_hilang": ["", "a"],
    "rantai_satu": ["ya", "tidak", None],
    "rantai_dua": ["", "a"],
    "rantai_tiga": [True, False],
    "rantai_empat": [None, 1],
    "rantai_lima": [[], ["x"]],
    "rantai_enam": ["", "a"],
    "dalam": ["", "q"],
    "paling_dalam": [None, 2, 4],
}
#: What only an API could send: form-js drops it when the form is opened, `initial` must as well.
ODD: list[Any] = [
    "teks",
    5,
    5.5,
    True,
    None,
    [],
    ["x"],
    ["x", 5],
    {},
    "2026-11-24",
    "14:05",
    "5",
    "NaN",
    "a\tb",
]


@pytest.fixture(scope="module")
def form_js() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    subprocess.run([sys.executable, ROOT / "frontend" / "build.py", "--test"], check=True)
    script = (ROOT / "frontend" / "test-dist" / "form-js.js").read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.route("**/*", lambda route: route.fulfill(body=HTML, content_type="text/html"))
        page.route("**/form-js.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
        page.goto("http://forms.test/")
        page.wait_for_function("window.fill !== undefined")
        yield page
        browser.close()


HTML = """<!doctype html><div id=here></div><script type=module>
import { Form } from "./form-js.js";
const rest = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 8)));
const open = async (schema, data) => {
  window.form?.destroy();
  const form = window.form = new Form({ container: document.getElementById("here"), debounce: false });
  await form.importSchema(schema, data);
  for (let i = 0; i < 3; i++) await rest();
  return form;
};
const submit = (form) => { const { data, errors } = form.submit(); return { data, errors: Object.keys(errors) }; };
window.open_ = async ([ schema, data ]) => submit(await open(schema, data));
window.fill = async ([ schema, data, typed ]) => {
  const form = await open(schema, data);
  for (const key of Object.values(typed)) {
    if (typeof key === "string" && key.startsWith("files::")) {
      form.get("fileRegistry").setFiles(key, [ new File([ "x" ], "x.pdf") ]);
    }
  }
  form._setState({ data: { ...form._getState().data, ...typed } });
  for (let i = 0; i < 4; i++) await rest();
  return submit(form);
};
</script>"""


def test_typed_submissions_are_judged_as_form_js_judges_them(form_js: Any) -> None:
    print(f"seed {SEED}, {RUNS} submissions")
    chance = random.Random(SEED)
    errors = 0
    for run in range(RUNS):
        typed = {key: chance.choice(pool) for key, pool in POOL.items()}
        context = {**CONTEXT, "tetap": typed.pop("tetap"), "mati": typed.pop("mati")}
        wanted = form_js.evaluate("fill", [EVERYTHING, context, _for_form_js(typed)])

        found, data = _ours(_as_form_js_keeps_it(typed, context), context)

        assert found == set(wanted["errors"]), (SEED, run, typed)
        assert _for_form_js(data) == wanted["data"], (SEED, run, typed)
        errors += len(found)
    assert errors > RUNS  # a comparison of forms without errors would prove little


def test_a_form_opened_on_any_variables_is_judged_as_form_js_judges_it(form_js: Any) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    for run in range(RUNS // 3):
        variables = {
            key: chance.choice(ODD if chance.random() < 0.4 else pool)
            for key, pool in POOL.items()
            if key != "berkas" and chance.random() < 0.8
        }
        if variables.get("jam") == "5":
            del variables["jam"]
        context = _without_hidden({**CONTEXT, **variables})
        wanted = form_js.evaluate("open_", [EVERYTHING, context])

        found, data = _ours({}, context)

        assert found == set(wanted["errors"]), (SEED, run, context)
        assert _for_form_js(data) == wanted["data"], (SEED, run, context)


def _ours(values: dict[str, Any], context: dict[str, Any]) -> tuple[set[str], dict[str, Any]]:
    """Our error keys, and what would be submitted: form-js tells that of refused submissions too."""
    moment = situation(FORM, values, context, now=NOW)
    data = {part.key: moment.values[part.key] for part in FORM.fields if part.id not in moment.hidden}
    data = {key: value for key, value in data.items() if not FORM.by_key[key].disabled}
    try:
        assert forms.validate(FORM, values, context=context, now=NOW) == data
    except InvalidForm as error:
        return set(error.errors), data
    return set(), data


def _for_form_js(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "berkas": (data["berkas"] or [None])[0]} if "berkas" in data else data


def _as_form_js_keeps_it(typed: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    options = situation(FORM, typed, context, now=NOW).options
    kept = dict(typed)
    for key, value in typed.items():
        part = FORM.by_key[key]
        if part.type in MULTI_CHOICE:
            kept[key] = [one for one in value if is_offered(one, options[key])]
        elif part.type in CHOICES and not is_offered(value, options[key]):
            kept[key] = None
    return kept


def _without_hidden(context: dict[str, Any]) -> dict[str, Any]:
    """Leave out variables of fields that are hidden: form-js lets other conditions read them, we do not."""
    while True:
        moment = situation(FORM, {}, context, now=NOW)
        start = initial(FORM, context)
        stale = [
            part.key
            for part in FORM.fields
            if part.id in moment.hidden and part.key in context and start[part.key] != part.untouched
        ]
        if not stale:
            return context
        context = {key: value for key, value in context.items() if key not in stale}


def test_the_pool_holds_values_a_page_can_send() -> None:
    for key, pool in POOL.items():
        assert all(is_stored(FORM.by_key[key], value) for value in pool), key
