"""Files that are no forms, or too much of one: findings, whatever the bytes."""

import json
import random
from contextlib import suppress
from typing import Any

import pytest

from app import forms
from app.base.errors import InvalidForm
from app.base.i18n import speaking
from app.findings import has_errors
from app.forms.schema.parsing import components
from tests.forms.every import EVERY
from tests.forms.judging import codes
from tests.forms.pages import html
from tests.forms.schemas import EVERYTHING, NOW, component, content


def test_broken_json_names_its_line() -> None:
    [finding] = forms.check_form(b'{"components": [\n{"type": }]}', file="x.form")
    assert (finding.code, finding.line) == ("form_not_json", 2)


@pytest.mark.parametrize(
    ("broken", "said", "in_english"),
    [
        (b'{"components": [\n{type: 1}]}', "pembacaan berhenti di kolom 2", "reading stopped at column 2"),
        (
            b'{"components": [{"type": "spacer", "height": 1e400}]}',
            "ada angka yang terlalu besar, atau isinya bersarang terlalu dalam",
            "a number in it is too large, or it is nested too deep",
        ),
        (b'{"components": NaN}', "NaN bukan nilai JSON", "NaN is no JSON value"),
        (
            b"[" * 100_000,
            "ada angka yang terlalu besar, atau isinya bersarang terlalu dalam",
            "a number in it is too large, or it is nested too deep",
        ),
    ],
)
def test_broken_json_is_told_in_our_own_words(broken: bytes, said: str, in_english: str) -> None:
    [finding] = forms.check_form(broken, file="x.form")
    assert finding.what == f"Berkas formulir bukan JSON yang benar: {said}."
    with speaking("en"):
        assert finding.what == f"The form file is not valid JSON: {in_english}."


@pytest.mark.parametrize(
    ("bytes_", "code"),
    [
        (b"", "form_not_json"),
        (b"\xff\xfe", "form_not_utf8"),
        (b"null", "form_not_form"),
        (b"[]", "form_not_form"),
        (b'{"components": {}}', "form_not_form"),
        (b'{"components": [null]}', "form_not_form"),
        (b'{"components": [{"type": 5}]}', "form_not_form"),
        (b'{"type": "lain", "components": []}', "form_not_form"),
        (b'{"components": NaN}', "form_not_json"),
        (b'{"components": ' + b"9" * 5000 + b"}", "form_not_json"),
        (b"[" * 100_000, "form_not_json"),
        (b'{"a":' * 100_000, "form_not_json"),
        (b" " * (500 * 1024 + 1), "form_too_big"),
    ],
)
def test_hostile_bytes_are_findings(bytes_: bytes, code: str) -> None:
    assert [finding.code for finding in forms.check_form(bytes_, file="x.form")] == [code]


def test_limits_of_number_and_depth() -> None:
    assert codes(*[component("textfield", f"a{n}") for n in range(301)]) == ["form_too_many_components"]
    nested: dict[str, Any] = component("textfield", "a")
    for level in range(20):
        nested = component("group", id=f"g{level}", components=[nested])
    assert codes(nested) == ["form_too_deep"]
    assert codes(nested["components"][0]) == []


def test_a_byte_order_mark_does_no_harm() -> None:
    assert forms.check_form(b"\xef\xbb\xbf" + content(component("textfield", "a")), file="") == ()


@pytest.mark.parametrize("whole", [EVERYTHING, EVERY], ids=["fields", "every component"])
def test_random_damage_raises_nothing_but_findings(whole: dict[str, Any]) -> None:
    chance = random.Random(7)
    odd = [None, True, 5, -1, 1e300, "", "=", "={", "x", [], {}, [None], {"a": 1}, "{{x}}", "=true"]
    usable = 0
    for _run in range(300):
        damaged = json.loads(json.dumps(whole))
        parts = [part for part, _depth in components(damaged)]
        for part in chance.sample(parts, 3):
            name = chance.choice(
                [
                    *part,
                    "validate",
                    "conditional",
                    "values",
                    "components",
                    "properties",
                    "defaultValue",
                    "layout",
                ]
            )
            part[name] = chance.choice(odd)
        bytes_ = json.dumps(damaged).encode()
        found = forms.check_form(bytes_, file="x.form")
        assert all(finding.as_dict()["message"] for finding in found)
        if not has_errors(found):
            usable += 1
            made = forms.load_form(bytes_, file="x.form")
            assert html(made)
            with suppress(InvalidForm):
                forms.validate(made, forms.read_html(made, {}), context={}, now=NOW)
    assert 0 < usable < 300
