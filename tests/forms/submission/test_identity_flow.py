"""Identity never flows from its own fields into what others see: by whatever name, way or place."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from app import forms
from app.base.errors import ExpressionFailed, InvalidForm
from app.forms.submission.conditions import Scope
from app.forms.submission.form_state import situation
from app.forms.submission.validation import _limits, asked_of
from tests.forms.judging import clean, errors
from tests.forms.schemas import NOW, component, content, form, hide, rules

RUNS, SEED = int(os.environ.get("ALUR_INPUTS", "500")) // 10, int(os.environ.get("ALUR_SEED", "15"))
PRIVATE = {"properties": {"pribadi": "ya"}}
#: Identity in all its shapes: alone, in a record, in rows, in a row of a row, worked out.
PEOPLE = (
    component("textfield", "nama_pelapor", **PRIVATE),
    component("textfield", "ibu.nama", **PRIVATE),
    component("expression", "sebutan", expression='="Sdr. " + nama_pelapor', **PRIVATE),
    {
        **component("dynamiclist", id="saksi", path="saksi", defaultRepetitions=1),
        "components": [component("textfield", "nama", id="nama_saksi", **PRIVATE)],
    },
)
#: FEEL that is the name; ``{at}`` leads from where it stands to the whole form: ``this``, or ``parent`` in a row.
WAYS = (
    "nama_pelapor",
    "{at}.nama_pelapor",
    "{at} . nama_pelapor",
    "({at}).nama_pelapor",
    'get value({at}, "nama_pelapor")',
    'get value({at}, "nama_" + "pelapor")',
    "{{a: {at}}}.a.nama_pelapor",
    "(function(c) c.nama_pelapor)({at})",
    "[{at}][1].nama_pelapor",
    "[{at}][nama_pelapor != null][1].nama_pelapor",
    "[{at}].nama_pelapor[1]",
    "(for c in [{at}] return c.nama_pelapor)[1]",
    '(for e in get entries({at}) return if e.key = "nama_pelapor" then e.value else "")[item != ""][1]',
    'context put({at}, "x", 1).nama_pelapor',
    "context merge([{at}, {{x: 1}}]).nama_pelapor",
    "(if some c in [{at}] satisfies c.nama_pelapor != null then {at} else {{}}).nama_pelapor",
    "ibu.nama",
    "{at}.ibu.nama",
    'get value({at}.ibu, "nama")',
    "substring(sebutan, 6)",
    "{at}.sebutan",
    "saksi[1].nama",
    "{at}.saksi[1].nama",
    "saksi.nama[1]",
    "(for s in saksi return s.nama)[1]",
)
OUTSIDE, IN_ROW = (
    ("this", "_this_"),
    ("parent", "_parent_", "parent.this", "_parent_._this_", "parent._this_"),
)
#: A text that hides, locks, bounds, offers, works out or shows: (component, what it is put on) by FEEL.
OPEN = component("textfield", "ditulis", defaultValue="awal")
PLACES: dict[str, Any] = {
    "expression": lambda feel: component("expression", "salin", expression=f"={feel}"),
    "presubmit": lambda feel: component("expression", "salin", expression=f"={feel}", computeOn="presubmit"),
    "hide": lambda feel: component("checkbox", "salin", defaultValue=True, **hide(f"={letter(feel)}")),
    "hide group": lambda feel: component(
        "group", id="g", components=[component("textfield", "dalam")], **hide(f"={letter(feel)}")
    ),
    "hide mixed group": lambda feel: component(
        "group", id="g", components=[component("textfield", "dalam"), *named()], **hide(f"={letter(feel)}")
    ),
    "hide list": lambda feel: {
        **component("dynamiclist", id="d", path="daftar", **hide(f"={letter(feel)}")),
        "components": [component("textfield", "isi")],
    },
    "readonly": lambda feel: component(
        "textfield", "ditulis", defaultValue="awal", readonly=f"={letter(feel)}"
    ),
    "min": lambda feel: component("number", "n", **rules(min=f"=string length({feel})")),
    "max": lambda feel: component("number", "n", **rules(max=f"=string length({feel})")),
    "minLength": lambda feel: component("textfield", "ditulis", **rules(minLength=f"=string length({feel})")),
    "maxLength": lambda feel: component("textfield", "ditulis", **rules(maxLength=f"=string length({feel})")),
    "valuesExpression": lambda feel: component("select", "salin", valuesExpression=f'=[{feel}, "x"]'),
    "multiple": lambda feel: component("filepicker", "f", multiple=f"={letter(feel)}"),
    "private file": lambda feel: component("filepicker", "f", **hide(f"={letter(feel)}"), **PRIVATE),
    "label": lambda feel: {**OPEN, "label": f"Halo {{{{{feel}}}}}"},
    "description": lambda feel: {**OPEN, "description": f"={feel}"},
    "adorner": lambda feel: {
        **OPEN,
        "appearance": {"prefixAdorner": f"={feel}", "suffixAdorner": f"={feel}"},
    },
    "label of identity": lambda feel: {**component("textfield", "telepon", **PRIVATE), "label": f"={feel}"},
    "text": lambda feel: component("text", id="t", text=f"Halo {{{{{feel}}}}}"),
    "hidden text": lambda feel: component("text", id="t", text="Halo", **hide(f"={letter(feel)}")),
    "loop": lambda feel: component("text", id="t", text=f"{{{{#loop [{feel}]}}}}{{{{this}}}}{{{{/loop}}}}"),
    "html": lambda feel: component("html", id="t", content=f"<b>{{{{{feel}}}}}</b>"),
    "image": lambda feel: component("image", id="t", source=f"={feel}", alt=f"={feel}"),
    "iframe": lambda feel: component("iframe", id="t", url=f'="https://a.test/" + {feel}'),
    "table": lambda feel: component(
        "table", id="t", dataSource=f"=[{{a: {feel}}}]", columns=[{"key": "a", "label": "A"}]
    ),
    "columns": lambda feel: component(
        "table", id="t", dataSource="=[{a: 1}]", columnsExpression=f'=[{{key: "a", label: {feel}}}]'
    ),
}


def letter(feel: str) -> str:
    return f'starts with({feel}, "K")'


def named() -> list[dict[str, Any]]:
    return [component("textfield", "telepon", **PRIVATE)]


def in_row(part: dict[str, Any]) -> dict[str, Any]:
    return {
        **component("dynamiclist", id="baris", path="baris", defaultRepetitions=1),
        "components": [component("textfield", "biasa"), part],
    }


def found(*parts: dict[str, Any]) -> set[str]:
    """Codes of what a deployment would find about identity."""
    given = content(*parts)
    loaded = forms.load_form(given, file="uji.form")
    return {
        one.code for one in forms.check_identity(loaded, given, private=loaded.private_keys, file="uji.form")
    }


def seen(made: forms.Form, name: str) -> str:
    """Everything of ``made`` that others than identity's own fields hold or show while ``name`` is typed."""
    typed = {"nama_pelapor": name, "ibu": {"nama": name}, "saksi": [{"nama": name}], "ditulis": "isi", "n": 3}
    moment = situation(made, typed, {}, now=NOW, submitted=True)
    is_open = lambda part: part.key.partition(".")[0] not in made.private_keys or part.type == "filepicker"  # noqa: E731
    parts = [part for part in moment.sheet.everything if is_open(part)]
    limits = _limits(asked_of(moment), moment, NOW)
    told: list[Any] = [
        (part.id, part.id in moment.hidden, part.readonly, part.multiple, limits.get(part.key),
         moment.values.get(part.key), [one.text for one in moment.options.get(part.key, ())])
        for part in parts
    ]  # fmt: skip
    told += [drawn(one, made) for one in forms.view(made, typed, context={}, now=NOW)]
    try:
        told.append(forms.split(made, clean(made, typed))[0])
    except InvalidForm as refused:
        told.append({key: said for key, said in refused.errors.items() if key not in made.private_keys})
    return json.dumps(told, default=str, sort_keys=True)


def drawn(part: forms.Component, made: forms.Form) -> Any:
    """What a component shows, without what was typed into identity's own fields."""
    own = part.id.partition(".")[0] in made.private_keys
    said = [part.label, part.hint, part.error, part.field.html, part.field.prefix, part.field.suffix]
    said += [part.field.source, part.field.alt, str(part.links), str(part.grid)]
    said += [] if own else [part.value, str(part.choices), str(part.hidden)]
    return [said, [drawn(inner, made) for inner in part.components]]


@st.composite
def leaking(draw: Any) -> tuple[dict[str, Any], ...]:
    """A form with identity, and something else that a text over identity decides or shows."""
    place, way, nested = (
        draw(st.sampled_from(sorted(PLACES))),
        draw(st.sampled_from(WAYS)),
        draw(st.booleans()),
    )
    nested = nested and place != "hide mixed group"  # there it would make the whole list identity
    start = draw(st.sampled_from(IN_ROW if nested else OUTSIDE))
    part = PLACES[place](way.format(at=start))
    return (*PEOPLE, in_row(part) if nested else part)


@seed(SEED)
@settings(max_examples=RUNS, deadline=None, database=None)
@given(leaking())
def test_by_no_way_and_in_no_place_identity_reaches_what_others_see(
    parts: tuple[dict[str, Any], ...],
) -> None:
    made = forms.load_form(content(*parts), file="uji.form")
    assert seen(made, "Kenari") == seen(made, "Budi")
    assert "Kenari" not in seen(made, "Kenari")
    assert found(*parts), "a deployment does not refuse it"


@pytest.mark.parametrize("place", sorted(PLACES))
def test_each_of_these_places_tells_it_where_evaluators_get_identity(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the narrower context every place leaks, so the test above looks at the right things."""
    monkeypatch.setattr(Scope, "_left_out", frozenset())
    made = forms.load_form(content(*PEOPLE, PLACES[place]("nama_pelapor")), file="uji.form")
    assert seen(made, "Kenari") != seen(made, "Budi Santoso")


def feel_texts() -> st.SearchStrategy[str]:
    """FEEL that may read identity by any name, or nothing of it."""
    names = (
        "this",
        "_this_",
        "parent",
        "_parent_",
        "nama_pelapor",
        "sebutan",
        "saksi",
        "ibu",
        "ditulis",
        "i",
        "x",
    )
    steps = ("nama_pelapor", "ditulis", "this", "parent", "ibu", "saksi", "nama", "i", "x")
    leaf = st.sampled_from((*names, '"K"', "1", "null", "now()"))
    joined = (
        "[{a}][1]", "({a}).{s}", "{a}.{s}", "{{x: {a}}}.x", "{{x: {a}, y: x}}.y", "[{a}, {b}][item = {b}]",
        "for x in [{a}] return x.{s}", "some x in [{a}] satisfies x = {b}", "if {a} = {b} then {a} else {b}",
        "get entries({a})", "get value({a}, {b})", "(function(x) x.{s})({a})", "string({a})", "count([{a}])",
        "[{a}][{s} = {b}]", "context put({a}, {b}, {b})", "for this in [{a}] return this.{s}",
    )  # fmt: skip
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            lambda how, a, b, s: how.format(a=a, b=b, s=s),
            st.sampled_from(joined),
            inner,
            inner,
            st.sampled_from(steps),
        ),
        max_leaves=4,
    )


@seed(SEED)
@settings(max_examples=RUNS, deadline=None, database=None)
@given(feel_texts(), st.booleans(), st.sampled_from(["expression", "label"]))
def test_what_is_not_refused_would_read_no_identity_even_if_it_were_there(
    feel: str, nested: bool, place: str
) -> None:
    part = PLACES[place](f"string({feel})")
    parts = (*PEOPLE, in_row(part) if nested else part)
    made = forms.load_form(content(*parts), file="uji.form")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Scope, "_left_out", frozenset())
        told = seen(made, "Kenari") != seen(made, "Budi")
    assert found(*parts) or not told


HARMLESS = (
    "lain", "this.lain", "_this_.lain", 'if this.lain = "x" then "a" else "b"', "[1,2][item > 1]", "i", "this.i",
    "daftar[nama_lain = 1]", "for nama in [1] return nama", "{nama_pelapor: 1}.x", "now()", "parent", "parent.x",
    'contains("nama_pelapor", "x")', "lain.nama_pelapor",
)  # fmt: skip


@pytest.mark.parametrize("feel", HARMLESS)
@pytest.mark.parametrize("place", ["expression", "hide", "label", "max", "table"])
def test_what_reads_no_identity_is_not_refused(place: str, feel: str) -> None:
    assert not found(*PEOPLE, component("textfield", "lain"), PLACES[place](feel))


@pytest.mark.parametrize("feel", ["this.biasa", "biasa", "parent.lain", "parent.this.lain", "this", "i[1]"])
def test_a_row_without_identity_reads_itself_and_what_is_open_around_it(feel: str) -> None:
    assert not found(*PEOPLE, component("textfield", "lain"), in_row(PLACES["label"](feel)))


def identity_alone() -> Iterator[tuple[str, dict[str, Any], dict[str, Any], set[str]]]:
    """(what, component, typed beside the name, keys of identity that are stored when the name is Budi)."""
    phone = component("textfield", "telepon", **PRIVATE)
    yield "hide", {**phone, **hide('=nama_pelapor = "Budi"')}, {"telepon": "0812"}, set()
    yield "readonly", {**phone, "readonly": '=this.nama_pelapor = "Budi"'}, {"telepon": "0812"}, set()
    group = component("group", id="g", components=[phone], **hide('=starts with(nama_pelapor, "B")'))
    yield "group", group, {"telepon": "0812"}, set()
    yield (
        "formula",
        component("expression", "panggilan", expression='="Sdr. " + nama_pelapor', **PRIVATE),
        {},
        {"panggilan"},
    )
    choice = component("select", "pilihan", valuesExpression="=[this.nama_pelapor]", **PRIVATE)
    yield "options", choice, {"pilihan": "Budi"}, {"pilihan"}


@pytest.mark.parametrize(
    ("what", "part", "typed", "stored"), list(identity_alone()), ids=lambda one: str(one)[:12]
)
def test_identity_may_depend_on_identity(
    what: str, part: dict[str, Any], typed: dict[str, Any], stored: set[str]
) -> None:
    parts = (component("textfield", "nama_pelapor", **PRIVATE), part)
    assert not found(*parts)
    _open, secret = forms.split(form(*parts), clean(form(*parts), {"nama_pelapor": "Budi", **typed}))
    assert secret.keys() == {"nama_pelapor", *stored}
    if what == "formula":
        assert secret["panggilan"] == "Sdr. Budi"


def test_limits_of_identity_may_read_identity() -> None:
    parts = (
        component("number", "umur", **PRIVATE),
        component("number", "umur_anak", **rules(max="=umur"), **PRIVATE),
        {
            **component("dynamiclist", id="l", path="saksi"),
            "components": [
                component("number", "a", **PRIVATE),
                component("number", "b", **rules(max="=this.a + parent.umur")),
            ],
        },
    )
    assert not found(*parts)
    typed = {"umur": 30, "umur_anak": 31, "saksi": [{"a": 1, "b": 32}, {"a": 2, "b": 32}]}
    assert set(errors(form(*parts), typed)) == {"umur_anak", "saksi.0.b"}


def test_how_long_identity_takes_to_settle_changes_nothing_else() -> None:
    """Conditions in a circle never settle, and then the second round counts: for those alone that are in it."""
    circle = (
        component("checkbox", "x", defaultValue=True, **hide('=nama = "K" and y'), **PRIVATE),
        component("checkbox", "y", defaultValue=True, **hide('=nama = "K" and x = false'), **PRIVATE),
        component("checkbox", "z", defaultValue=True, **hide('=nama = "K" and z = false'), **PRIVATE),
    )
    chain = [
        component("checkbox", f"c{n}", defaultValue=False, **hide(f"=not(c{n + 1})" if n < 5 else "=false"))
        for n in range(6)
    ]
    made = form(component("textfield", "nama", **PRIVATE), *chain, *circle)
    answers = [
        forms.split(made, clean(made, {"nama": name, **{f"c{n}": True for n in range(6)}, "c5": False}))[0]
        for name in ("K", "B")
    ]
    assert answers[0] == answers[1] == {"c5": False}


def test_a_field_that_another_form_marks_is_identity_here_too() -> None:
    given = content(component("textfield", "nama"), component("expression", "salin", expression="=nama"))
    loaded = forms.load_form(given, file="uji.form")
    [finding] = forms.check_identity(loaded, given, private=frozenset({"nama"}), file="uji.form")
    assert (finding.code, finding.element_id, finding.line) == ("form_identity_acts", "salin", 1)
    marked = forms.with_identity(loaded, frozenset({"nama"}))
    assert forms.split(marked, clean(marked, {"nama": "Kenari"})) == ({"salin": None}, {"nama": "Kenari"})


def test_a_case_that_holds_identity_from_before_shows_none_of_it() -> None:
    made = form(
        component("expression", "salin", expression="=nama"), component("textfield", "nama", **PRIVATE)
    )
    assert clean(made, {}, context={"nama": "Kenari"})["salin"] is None


def test_a_deployment_names_the_place() -> None:
    parts = [*PEOPLE, component("textfield", "lain", **rules(maxLength="=nama_pelapor"))]
    given = json.dumps({"type": "default", "components": parts}, indent=1).encode()
    loaded = forms.load_form(given, file="uji.form")
    [finding] = forms.check_identity(loaded, given, private=loaded.private_keys, file="uji.form")
    assert (finding.file, finding.element_id, finding.severity) == ("uji.form", "lain", "error")
    assert finding.line == 1 + given[: given.index(b'"key": "lain"')].count(b"\n")
    assert "validate.maxLength" in finding.what
    assert "nama_pelapor" in finding.what


#: It stops at no bound but the one of time.
RUNAWAY = "count(for i in 1..300000000 return i * i) > 0"


@pytest.mark.parametrize(
    "asking",
    [
        component(
            "expression", "tanda", expression=f'=if nama_pelapor = "Siti" then {RUNAWAY} else 1', **PRIVATE
        ),
        component(
            "textfield", "alamat", **PRIVATE, **hide(f'=if nama_pelapor = "Siti" then {RUNAWAY} else false')
        ),
    ],
    ids=["a formula", "a condition"],
)
def test_what_runs_away_by_identity_alone_fails_for_nobody(asking: dict[str, Any]) -> None:
    plain = component("textfield", "judul")
    found = form(component("textfield", "nama_pelapor", **PRIVATE), asking, plain)
    for name in ("Siti", "Budi"):
        typed = {"nama_pelapor": name, "judul": "Lampu"}
        assert forms.validate(found, typed, context={}, now=NOW)["judul"] == "Lampu"


def test_what_runs_away_without_identity_still_fails() -> None:
    found = form(component("textfield", "judul"), component("expression", "tanda", expression=f"={RUNAWAY}"))
    with pytest.raises(ExpressionFailed):
        forms.validate(found, {"judul": "Lampu"}, context={}, now=NOW)
