"""What forms, tables, mappings and loops put into variables is what FEEL takes them for, everywhere."""

from typing import Any

import pytest

from app.base.i18n import speaking
from app.findings import Finding
from app.services.deployment import deployments
from tests.engine.building import bpmn, end, exclusive, flow, rule, start, user
from tests.engine.decision_files import decision, file, given, grid, literal
from tests.services.deployment.feel_places import PLACES, Files, boxed, condition, process, row
from tests.services.office import form, text

DATED = 'tgl < date("2008-12-01")'


def clashes(files: Files) -> list[Finding]:
    every = deployments.check_files(None, files)
    found = [one for one in every if one.code in ("kinds_never_meet", "kind_unfit")]
    assert all(one.severity == "error" for one in found)
    others = [one for one in every if one.severity == "error" and one not in found]
    assert not others, [one.text for one in others]
    return found


@pytest.mark.parametrize("place", PLACES)
def test_what_never_meets_is_refused_in_each_place(place: str) -> None:
    assert clashes(PLACES[place]("jumlah > nama"))
    # JUEL takes null for 0 where it is reckoned with: what `${…}` stands for is of two kinds
    assert place == "parameter of Camunda 7" or clashes(PLACES[place]("jumlah + tgl > 3"))


#: A form's own expressions are worked out by form-js, where a date is text.
_OF_FORMS = ("hide", "readonly", "limit", "options", "formula")


@pytest.mark.parametrize("place", PLACES)
def test_a_date_of_a_form_is_a_date_in_each_place_but_in_forms(place: str) -> None:
    sample = {"rounds": f"if {DATED} then daftar else []"}.get(place, DATED)
    if place.startswith("cell"):
        found = clashes(
            row(head="tgl", cell='< date("2008-12-01")' if place == "cell" else '? < date("2008-12-01")')
        )
    else:
        found = clashes(PLACES[place](sample))
    if place not in _OF_FORMS:
        assert not found, [one.text for one in found]
        return
    assert {one.params["offer"] for one in found} == {'date(tgl) < date("2008-12-01")'}


def test_the_finding_offers_what_to_write_in_both_languages() -> None:
    [found] = clashes(condition("jumlah = nama"))
    assert (
        found.what
        == "Panah dari “G” ke “A” mempertemukan jumlah (angka) dengan nama (teks), yang tidak sejenis: jumlah = nama"
    )
    assert found.todo == "Tulis jumlah = number(nama)."
    with speaking("en"):
        assert (
            found.what
            == "Flow from “G” to “A” puts jumlah (a number) against nama (text), which is of another kind: "
            "jumlah = nama"
        )


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ('nama < date("2008-12-01")', 'date(nama) < date("2008-12-01")'),
        ('tgl = "kemarin"', 'tgl = date("2026-12-31")'),
        ('tgl > "01-12-2008"', 'tgl > date("2026-12-31")'),
        ("tgl + 3 > today()", 'tgl + duration("P3D")'),
        ('jumlah > "3"', "jumlah > 3"),
        ('daftar = "a"', 'list contains(daftar, "a")'),
        ("today() - 3 < tgl", 'today() - duration("P3D")'),
    ],
)
def test_values_that_never_meet_are_refused_with_an_offer(text: str, offer: str) -> None:
    assert [one.params["offer"] for one in clashes(condition(text))] == [offer]


@pytest.mark.parametrize(
    "text",
    [
        *('tgl = "2008-12-01"', 'tgl < "2008-12-01"', 'date(tgl) < date("2008-12-01")', "tgl = null", 'tgl = ""'),
        *('today() - tgl > duration("P30D")', "tgl.year < 2008", "not(tgl < now())", "jumlah / 2 > 1"),
        *("years and months duration(tgl, today()).years > 17", 'tgl in [date("2008-01-01")..date("2008-12-31")]'),
        *("count(daftar) > 2", '"a" in daftar', 'nama in ("a", "b")', 'jumlah in ("3", 3)'),
        *('contains(nama, "x") and jumlah between 1 and 3', '"lahir " + tgl = nama'),
        'if jumlah > 2 then nama = "a" else false',
    ],
)  # fmt: skip
def test_what_meets_is_not_refused(text: str) -> None:
    assert not clashes(condition(text))


def test_what_two_forms_fill_differently_is_of_any_kind() -> None:
    files = condition("jumlah = nama")
    files["a.form"] = form(text("jumlah"))
    nodes = [
        start("mulai", form="awal"),
        user("isi", form="a"),
        exclusive("g", default="d"),
        end("x"),
        end("y"),
    ]
    flows = ["mulai > isi > g", flow("g", "x", condition="=jumlah = nama"), flow("g", "y", id="d")]
    assert not clashes({**files, "p.bpmn": bpmn(nodes, flows)})


def gives(logic: str, then: str, *parts: str) -> Files:
    nodes = [
        start("mulai", form="awal"),
        rule("putus", decision="k"),
        exclusive("g", default="d"),
        end("x"),
        end("y"),
    ]
    flows = ["mulai > putus > g", flow("g", "x", condition=f"={then}"), flow("g", "y", id="d")]
    return {**process(), "p.bpmn": bpmn(nodes, flows), "k.dmn": file(decision("k", logic), *parts)}


def test_what_tables_give_is_of_their_cells_kind() -> None:
    dates = grid(("jumlah",), ("batas: date",), ("-", '"2026-12-31"'))
    assert not clashes(gives(dates, "batas < today()"))
    assert clashes(gives(dates, "batas < 3"))
    # dmn-js calls each new column a string
    numbers = grid(("jumlah",), ("n: string",), ("1", "3"), ("-", "4"), policy="FIRST")
    assert not clashes(gives(numbers, "n > 3"))
    assert clashes(gives(numbers, 'n = "3"'))


def test_tables_are_checked_by_what_their_columns_hold() -> None:
    assert clashes(row(head="jumlah", cell='"satu"'))
    assert clashes(row(head="tgl", cell="> 3"))
    assert clashes(row(head="nama", cell="[1..3]"))
    assert not clashes(row(head="tgl", cell='"2026-12-31", < date("2008-12-01"), null'))
    assert not clashes(row(head="nama", cell='not("a", "b")'))
    assert not clashes(row(head="tgl: date", cell='< date("2008-12-01")'))
    assert clashes(boxed(f"<list>{literal('jumlah + nama')}</list>"))
    typed: Any = decision("k", literal('lahir < date("2008-12-01")'), needs="?lahir")
    assert not clashes(
        {**gives("", "true"), "k.dmn": file(given("lahir", type="date"), typed)} | _filled("lahir")
    )


def _filled(key: str) -> Files:
    field = {"type": "datetime", "key": key, "label": "Lahir", "subtype": "date"}
    return {"awal.form": form(field, {"type": "number", "key": "jumlah", "label": "J"})}


def test_names_that_nothing_sets_are_refused_on_both_sides() -> None:
    found = deployments.check_files(None, condition("c = d"))
    assert [one.params["variable"] for one in found if one.severity == "error"] == ["c", "d"]
