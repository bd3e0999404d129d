"""The same submissions through form-js 2.0 in Chromium and through our validation: equal errors, equal data.

Known differences, made equal here on purpose:
- a choice that is not in its list, a number or date that is none: form-js has lost it before it validates, we
  refuse it by name (`judged.kept`);
- files: form-js submits its own key for them, we a list of ids;
- a variable "5" in a field for a time: form-js makes five o'clock of it, we nothing;
- chains of conditions: form-js looks twice, we until nothing changes; two links are the same to both.
"""

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from app import forms
from app.forms.stored import is_stored
from app.forms.submission.form_state import situation
from app.forms.submission.initial_values import initial
from app.forms.submission.sheet import lay_out
from tests.forms import formjs, judged
from tests.forms.formjs import FormJs
from tests.forms.schemas import EVERYTHING, NOW
from tests.forms.values import CONTEXT, POOL

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FORM = forms.load_form(json.dumps(EVERYTHING).encode(), file="semua.form")
SEED = int(os.environ.get("FORMS_SEED", "20261124"))
#: At night the form with every component is asked twice as often.
RUNS = int(os.environ.get("FORMS_RUNS", "150")) // 2
AT_ONCE = 25
EACH = 4
FIXED = ("tetap", "mati")  # read-only, disabled: what the case holds stands there

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
def form_js() -> Iterator[FormJs]:
    with formjs.opened() as page:
        yield page


def test_typed_submissions_are_judged_as_form_js_judges_them(form_js: FormJs) -> None:
    print(f"seed {SEED}, {RUNS} submissions")
    chance = random.Random(SEED)
    errors = 0
    for start in range(0, RUNS, AT_ONCE * EACH):
        asked = [_submissions(chance) for _case in range(AT_ONCE)]
        wanted = form_js.run(EVERYTHING, [{"data": h, "typed": [*map(_for_form_js, t)]} for h, t in asked])
        for (held, submitted), answers in zip(asked, wanted, strict=True):
            for typed, said in zip(submitted, answers, strict=True):
                found, data = judged.ours(FORM, judged.kept(FORM, dict(typed), held), held)
                assert found == set(said["errors"]), (SEED, start, typed)
                assert data == said["data"], (SEED, start, typed)
                errors += len(found)
    assert errors > RUNS  # a comparison of forms without errors would prove little


def test_a_form_opened_on_any_variables_is_judged_as_form_js_judges_it(form_js: FormJs) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    for start in range(0, RUNS // 3, AT_ONCE):
        cases = [_opened(chance) for _run in range(AT_ONCE)]
        wanted = form_js.run(EVERYTHING, [{"data": held, "typed": []} for held in cases])
        for place, (held, [said]) in enumerate(zip(cases, wanted, strict=True)):
            found, data = judged.ours(FORM, {}, held)
            assert found == set(said["errors"]), (SEED, start + place, held)
            assert data == said["data"], (SEED, start + place, held)


def _submissions(chance: random.Random) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a case holds, and what is typed into its form each time."""
    held = {**CONTEXT, **{key: chance.choice(POOL[key]) for key in FIXED}}
    free = {key: pool for key, pool in POOL.items() if key not in FIXED}
    return held, [{key: chance.choice(pool) for key, pool in free.items()} for _time in range(EACH)]


def _opened(chance: random.Random) -> dict[str, Any]:
    variables = {
        key: chance.choice(ODD if chance.random() < 0.4 else pool)
        for key, pool in POOL.items()
        if key != "berkas" and chance.random() < 0.8
    }
    if variables.get("jam") == "5":
        del variables["jam"]
    return _without_hidden({**CONTEXT, **variables})


def _for_form_js(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "berkas": (data["berkas"] or [None])[0]} if "berkas" in data else data


def _without_hidden(context: dict[str, Any]) -> dict[str, Any]:
    """Leave out variables of fields that are hidden: form-js lets other conditions read them, we do not."""
    while True:
        moment = situation(FORM, {}, context, now=NOW)
        start = initial(lay_out(FORM, {}, context), context, now=NOW)
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
