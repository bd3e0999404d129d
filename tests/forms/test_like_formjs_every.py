"""Every component of form-js 2.0: the same submissions through form-js in Chromium and through our validation.

Equal errors, equal submitted data. Known differences, made equal here on purpose, beside those of
`tests.forms.test_like_formjs`:
- a list without rows: form-js leaves it out, and the case would keep the rows that were taken away; we submit ``[]``;
- formulas: form-js computes one at each key press; we all of them, until nothing changes;
- a field that is locked by what is typed beside it: form-js keeps what was typed before, we what the case holds;
- what the case holds in records and rows beside the form's fields: form-js submits without it, we keep it.
"""

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from app import forms
from tests.forms import every, formjs, judged
from tests.forms.every import EVERY, rows
from tests.forms.formjs import FormJs
from tests.forms.pages import draw
from tests.forms.schemas import component, schema

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FORM = forms.load_form(json.dumps(EVERY).encode(), file="semua.form")
SEED = int(os.environ.get("FORMS_SEED", "20261124"))
RUNS = int(os.environ.get("FORMS_RUNS", "75"))  # one takes 0.3 s; a night plays 5,000
AT_ONCE = 25
EACH = 4


@pytest.fixture(scope="module")
def form_js() -> Iterator[FormJs]:
    with formjs.opened() as page:
        yield page


def test_the_numbers_of_rows_are_written_as_form_js_writes_them(form_js: FormJs) -> None:
    """``i`` is a list: the numbers of the rows around, from outside."""

    def named(label: str, id: str) -> dict[str, Any]:
        return component("textfield", "nama", id=id, label=label)

    inner = rows("sub", named("{{i}} {{i[1]}}.{{i[2]}} {{i[-1]}}", "dalam"), defaultRepetitions=2)
    outer = rows(
        "barang",
        named("{{i}} {{i[1]}} {{i[-1]}}", "satu"),
        {**named('="Ke " + string(i[1])', "dua"), "key": "dua"},
        inner,
        defaultRepetitions=2,
    )
    made = schema(outer)
    drawn = draw(forms.load_form(json.dumps(made).encode(), file="baris.form"))
    ours = [part.label for part in drawn.values() if part.field.type == "textfield"]
    assert ours == form_js.labels(made, {})
    assert ours[0] == "[1] 1 1"
    assert ours[-1] == "[2, 2] 2.2 2"


def test_every_component_is_judged_as_form_js_judges_it(form_js: FormJs) -> None:
    print(f"seed {SEED}, {RUNS} submissions")
    chance = random.Random(SEED)
    errors = 0
    for start in range(0, RUNS, AT_ONCE * EACH):
        asked = [_submissions(chance) for _case in range(AT_ONCE)]
        wanted = form_js.run(EVERY, [{"data": h, "typed": [one for _t, one in all_]} for h, all_ in asked])
        for (held, submitted), answers in zip(asked, wanted, strict=True):
            for (typed, _state), said in zip(submitted, answers, strict=True):
                found, data = judged.ours(FORM, typed, held)
                assert found == set(said["errors"]), (SEED, start, held, typed)
                assert data == said["data"], (SEED, start, held, typed)
                errors += len(found)
    assert errors > RUNS


def _submissions(chance: random.Random) -> tuple[dict[str, Any], list[tuple[dict[str, Any], dict[str, Any]]]]:
    """What a case holds, and what is typed into its form each time: as we take it, and as form-js does."""
    held = every.case(chance)
    each = [judged.kept(FORM, every.typed(FORM.components, chance, held), held) for _time in range(EACH)]
    return held, [(typed, judged.state(FORM, typed, held)) for typed in each]


def test_every_component_opens_on_any_variables_as_in_form_js(form_js: FormJs) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    for start in range(0, RUNS // 8, AT_ONCE):
        cases = [_opened(chance) for _run in range(AT_ONCE)]
        wanted = form_js.run(EVERY, [{"data": held, "typed": []} for held in cases])
        for place, (held, [said]) in enumerate(zip(cases, wanted, strict=True)):
            found, data = judged.ours(FORM, {}, held)
            assert found == set(said["errors"]), (SEED, start + place, held)
            assert data == said["data"], (SEED, start + place, held)


def _opened(chance: random.Random) -> dict[str, Any]:
    """A case that holds what people might have typed, files left out: form-js knows only those picked just now."""
    held = every.case(chance)
    typed = judged.kept(FORM, every.typed(FORM.components, chance, held), held)
    known = _without_files(judged.state(FORM, typed, held))
    return {**held, **known}


def _without_files(values: Any) -> Any:
    if isinstance(values, dict):
        return {key: _without_files(value) for key, value in values.items()}
    if isinstance(values, list):
        return [_without_files(value) for value in values]
    return None if isinstance(values, str) and values.startswith("files::") else values
