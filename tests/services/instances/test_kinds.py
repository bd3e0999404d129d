"""Cases go on by what their dates mean; where a condition has no answer they stop and say why."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.base.errors import ExecutionFailed
from app.base.i18n import speaking
from app.bpmnio.kinds import NOTHING
from app.engine.running.execution import Program
from app.services.deployment import bundle_builder
from tests.engine.building import bpmn, catch, end, exclusive, flow, marker, rule, start, user
from tests.engine.case import Case
from tests.engine.decision_files import decision, file, grid, knowledge, literal
from tests.services.deployment.feel_places import Files
from tests.services.office import form, text

OLD, NEW = "2000-01-01", "2020-01-01"
DAY = 'date("2008-12-01")'


def dated(key: str, subtype: str = "date", **more: Any) -> dict[str, Any]:
    return {"type": "datetime", "key": key, "label": "Lahir", "subtype": subtype, **more}


CHILDREN = {
    "type": "dynamiclist",
    "path": "anak",
    "label": "Anak",
    "components": [{"id": "l", **dated("lahir")}],
}
ASKED = [
    *(dated("tgl"), dated("lain"), dated("mulai", "datetime"), dated("jam", "time"), CHILDREN, text("nama")),
    {"type": "number", "key": "jumlah", "label": "Jumlah"},
]  # fmt: skip


def files(condition: str, **more: bytes) -> Files:
    nodes = [
        start("mulai", form="awal"),
        exclusive("g", name="Lama?", default="d"),
        user("ya"),
        user("tidak"),
        end("e"),
    ]
    flows = [
        "mulai > g",
        flow("g", "ya", condition=f"={condition}"),
        flow("g", "tidak", id="d"),
        "ya > e\ntidak > e",
    ]
    return {"p.bpmn": bpmn(nodes, flows), "awal.form": form(*ASKED), **more}


def program(sent: Files) -> Program:
    found = bundle_builder.collect(None, sent)
    assert not [one.text for one in found.findings if one.severity == "error"]
    [bundle] = found.bundles
    return Program(bundle.diagram, bundle.tables)


def way(condition: str, **values: Any) -> str:
    return Case(program(files(condition)), {"mulai": "2026-01-05T09:00", **values}).open[0]


@pytest.mark.parametrize(
    "condition",
    [
        *('tgl < date("2008-12-01")', 'date("2008-12-01") > tgl', 'date(tgl) < date("2008-12-01")', "tgl < lain"),
        *("tgl.year < 2008", 'today() - tgl > duration("P9000D")', 'tgl = "2000-01-01"', 'tgl < "2008-12-01"'),
        *('tgl in [date("1999-01-01")..date("2001-01-01")]', 'tgl between date("1999-01-01") and lain'),
        *('some a in anak satisfies a.lahir < date("2008-12-01")', 'count(anak[lahir < date("2008-12-01")]) = 1'),
        'years and months duration(tgl, lain).years = 20',
        'mulai > date and time("2020-01-01T00:00:00") and jam < time("12:00:00") and tgl != lain',
    ],
)  # fmt: skip
def test_a_form_s_date_is_a_date_in_conditions(condition: str) -> None:
    rows = [{"lahir": OLD}, {"lahir": NEW}]
    assert way(condition, tgl=OLD, lain=NEW, anak=rows, jam="09:00") == "ya"


#: Each holds for the dates of `test_a_date_stays_one_…`, where OLD < DAY < NEW.
HANDED_ON = [
    # one test in brackets
    *("tgl in (< DAY)", "lain in (> DAY)", "not(tgl in (>= DAY))", "tgl in (<= lain)", "tgl in ((< DAY))"),
    # lists
    "sort(anak.lahir, function(x, y) x < y)[1] < DAY",
    *("sort(anak, function(x, y) x.lahir < y.lahir)[1].lahir < DAY", "reverse(anak)[2].lahir < DAY"),
    *("reverse(anak.lahir)[1] > DAY", "sublist([tgl, lain], 2)[1] > DAY"),
    *("concatenate([tgl], [lain])[item < DAY] != []", "union([tgl], [lain])[2] > DAY"),
    *("remove([tgl, lain], 1)[1] > DAY", "append(anak.lahir, tgl)[3] < DAY"),
    "concatenate([tgl], [today()])[1] < DAY",
    *("append([today()], tgl)[2] < DAY", "insert before([tgl], 1, lain)[1] > DAY"),
    "flatten([[tgl], [lain]])[2] > DAY",
    *("flatten([anak])[1].lahir < DAY", "distinct values(anak.lahir)[1] < DAY", 'get value(anak[1], "lahir") < DAY'),
    *("max(reverse(anak.lahir)) > DAY", "some x in reverse(anak.lahir) satisfies x < DAY"),
    # functions that are written where they are called
    *("(function(x) x < DAY)(tgl)", "(function(x) tgl < x)(DAY)", "(function(x) x)(tgl) < DAY"),
    # what is looked for in a list
    *('list contains([tgl], date("2000-01-01"))', "list contains(anak.lahir, tgl)", "not(list contains([tgl], DAY))"),
    *('list contains([date("2000-01-01")], tgl)', 'count(index of([lain, tgl], date("2000-01-01"))) = 1'),
    *('date("2000-01-01") in anak.lahir', "tgl in anak.lahir", "tgl in [tgl, DAY]", "DAY in [DAY, tgl]"),
    *('[tgl] = [date("2000-01-01")]', 'not([tgl] != [date("2000-01-01")])', "[DAY, DAY] != [tgl, lain]"),
    # intervals
    *("DAY in [tgl..lain]", "DAY in ([tgl..lain])", "DAY in (< tgl, [tgl..lain])", "tgl in [tgl..lain]"),
    *("overlaps([tgl..lain], [DAY..DAY])", "during(DAY, ([tgl..lain]))", "[tgl..lain].start < DAY"),
    *("overlaps([tgl..lain], [tgl..lain])", '"2008-12-01" in [tgl..lain]', "DAY in [tgl..null]"),
]  # fmt: skip


def test_a_date_stays_one_in_brackets_lists_functions_and_intervals() -> None:
    rows = [{"lahir": OLD}, {"lahir": NEW}]
    for condition in HANDED_ON:
        asked = condition.replace("DAY", DAY)
        assert way(asked, tgl=OLD, lain=NEW, anak=rows) == "ya", condition
        assert way(f"not({asked})", tgl=OLD, lain=NEW, anak=rows) == "tidak", condition


def test_what_a_message_without_a_form_brings_stops_the_case_where_it_never_meets() -> None:
    for condition, value in (
        *((f"data {sign} {DAY}", OLD) for sign in ("<", ">", "=", "in <")),
        *((f"data in (< {DAY})", OLD), (f"[data] = [{DAY}]", OLD), (f"list contains([data], {DAY})", OLD)),
        *(("data > 3", "5"), ("data in (> 3)", "5"), ("data between 1 and 9", "5")),
    ):  # fmt: skip
        nodes = [
            start("mulai"),
            catch("kabar", message="kabar"),
            exclusive("g", default="d"),
            user("ya"),
            user("tidak"),
            end("e"),
        ]
        flows = ["mulai > kabar > g", flow("g", "ya", condition=f"={condition}"), flow("g", "tidak", id="d"),
                 "ya > e\ntidak > e"]  # fmt: skip
        case = Case(program({"p.bpmn": bpmn(nodes, flows)}), {})
        with pytest.raises(ExecutionFailed, match=f"data = {json.dumps(value)}"):
            case.deliver("kabar", data=value)


def test_it_is_kept_as_text_and_copied_as_it_was() -> None:
    mapped = (
        '<zeebe:ioMapping><zeebe:input source="=mulai" target="salinan"/>'
        '<zeebe:input source="=tgl + duration(&quot;P1D&quot;)" target="besok"/></zeebe:ioMapping>'
    )
    nodes = [start("awal_", form="awal"), user("kerja", extensions=mapped), end("e")]
    sent = {"p.bpmn": bpmn(nodes, "awal_ > kerja > e"), "awal.form": form(*ASKED)}
    case = Case(program(sent), {"mulai": "2026-01-05T09:00", "tgl": OLD})
    assert case.variables == {"mulai": "2026-01-05T09:00", "tgl": OLD}
    [told] = [event.data["given"] for event in case.step.events if event.type == "inputs_mapped"]
    assert told == {"salinan": "2026-01-05T09:00", "besok": "2000-01-02"}


def test_timers_and_rounds_know_dates() -> None:
    inner = (
        '<bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=anak[lahir &lt; today()]"'
        ' inputElement="satu"/></bpmn:extensionElements>'
    )
    nodes = [
        start("awal_", form="awal"),
        user("kerja", inside=marker(inner)),
        catch("tunggu", after='=tgl + duration("P1D")', kind="timeDate"),
        end("e"),
    ]
    sent = {"p.bpmn": bpmn(nodes, "awal_ > kerja > tunggu > e"), "awal.form": form(*ASKED)}
    case = Case(program(sent), {"tgl": "2099-01-01", "anak": [{"lahir": OLD}, {"lahir": "2099-01-01"}]})
    assert case.open == ["kerja"]
    case.complete("kerja")
    [timer] = case.timers.values()
    assert (timer.due.at + timedelta(hours=7)).date().isoformat() == "2099-01-02"


@pytest.mark.parametrize(
    ("head", "cell", "result"),
    [
        ("tgl", '< date("2008-12-01")', '"ya"'),
        ("tgl", '"2026-01-01", [date("1999-01-01")..date("2001-01-01")]', '"ya"'),
        ("tgl", '"2000-01-01"', '"ya"'),
        ("tgl", '(< date("2008-12-01"))', '"ya"'),
        ("tgl", '? < date("2008-12-01")', '"ya"'),
        ('tgl < date("2008-12-01")', "true", '"ya"'),
        ("tgl.year", "< 2008", '"ya"'),
        ("nama", "-", 'if tgl < date("2008-12-01") then "ya" else "tidak"'),
        ("nama", "-", 'lama(tgl)'),
        ("nama", "-", 'if usia() > 25 then "ya" else "tidak"'),
    ],
)  # fmt: skip
def test_tables_know_what_a_form_s_date_is(head: str, cell: str, result: str) -> None:
    nodes = [start("awal_", form="awal"), rule("putus", decision="k"), user("kerja"), end("e")]
    parts = (
        decision("k", grid((head,), ("x",), (cell, result), policy="FIRST"), calls="lama usia"),
        knowledge("lama", "p", literal('if date(p) < date("2008-12-01") then "ya" else "tidak"')),
        knowledge("usia", "", literal("years and months duration(tgl, today()).years")),
    )
    sent = {
        "p.bpmn": bpmn(nodes, "awal_ > putus > kerja > e"),
        "awal.form": form(*ASKED),
        "k.dmn": file(*parts),
    }
    assert Case(program(sent), {"tgl": OLD, "nama": "a"}).variables["x"] == "ya"


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ('tgl < date("2008-12-01")', {"tgl": None}),
        ('tgl < date("2008-12-01")', {"tgl": ""}),
        ('tgl < date("2008-12-01")', {}),
        ("jumlah > 3 and tgl.year < 2008", {"jumlah": 5}),
        ('anak.lahir[1] < date("2008-12-01")', {"anak": []}),
    ],
)
def test_null_of_an_empty_field_is_false(condition: str, values: dict[str, Any]) -> None:
    assert way(condition, **values) == "tidak"


def test_a_condition_without_an_answer_stops_the_case_and_says_which_values() -> None:
    for spoken, said in (
        ("id", "Syarat pada “Lama?” tidak benar dan tidak salah, padahal isiannya ada: Lahir = \"kemarin\"."),
        ("en", "A condition at “Lama?” is neither true nor false although all that it reads is filled in: "
               "Lahir = \"kemarin\"."),
    ):  # fmt: skip
        with speaking(spoken), pytest.raises(ExecutionFailed) as stopped:
            way('tgl < date("2008-12-01")', tgl="kemarin")
        assert (stopped.value.said, stopped.value.activity_id) == (said, "g")
        assert stopped.value.detail == 'tgl < date("2008-12-01")'


#: Comparisons over `data`, which may be anything, with dates.
UNLIKE = [
    *(f"data {sign} {DAY}" for sign in ("<", "<=", ">", ">=", "=", "!=")),
    *(f"{DAY} {sign} data" for sign in ("<", "<=", ">", ">=")),
    *(f'data between {DAY} and date("2009-01-01")', f'data in [{DAY}..date("2009-01-01")]', f"data in (< {DAY})"),
    *(f"data in ({DAY}, >= {DAY})", f"not(data < {DAY})", f"data < {DAY} or data > {DAY}"),
]  # fmt: skip
ANYTHING = {"type": "select", "key": "data", "label": "Data", "valuesKey": "nama"}


@pytest.mark.parametrize("knows_kinds", [True, False])
def test_what_no_kind_foresaw_is_in_no_order_with_a_date(*, knows_kinds: bool) -> None:
    for condition in UNLIKE:
        sent = files(condition)
        sent["awal.form"] = form(*ASKED, ANYTHING)
        made = program(sent)
        if not knows_kinds:
            made = Program(replace(made.diagram, kinds=NOTHING), made.tables)
        label = "Data" if knows_kinds else "data"
        for value in ("2000-01-01", 3, True):
            with pytest.raises(ExecutionFailed, match=f"{label} = {json.dumps(value)}"):
                Case(made, {"data": value})
        assert Case(made, {"data": None}).open, condition


def test_numbers_texts_and_truths_are_in_no_order_either() -> None:
    for condition, value in (
        ("data > 3", "5"),
        ('data > "3"', 5),
        ("data >= 1", True),
        ("data in [1..9]", "5"),
    ):
        sent = files(condition)
        sent["awal.form"] = form(*ASKED, ANYTHING)
        with pytest.raises(ExecutionFailed, match=f"Data = {json.dumps(value)}"):
            Case(program(sent), {"data": value})


def test_one_of_several_tests_may_be_of_another_type() -> None:
    for value, taken in (("n/a", "ya"), ("a", "tidak"), (2, "ya"), (5, "tidak")):
        sent = files('data in (< 3, "n/a")')
        sent["awal.form"] = form(*ASKED, ANYTHING)
        assert Case(program(sent), {"data": value}).open == [taken]


def ruled(*cells: str, policy: str = "FIRST") -> Program:
    nodes = [start("mulai", form="awal"), rule("r", decision="k"), user("u"), end("e")]
    table = grid(("data",), ("x",), *((cell, str(row)) for row, cell in enumerate(cells, 1)), policy=policy)
    sent = {"p.bpmn": bpmn(nodes, ["mulai > r > u > e"]), "awal.form": form(*ASKED, ANYTHING),
            "k.dmn": file(decision("k", table))}  # fmt: skip
    return program(sent)


@pytest.mark.parametrize(
    "cell",
    [
        f"< {DAY}",
        f"? < {DAY}",
        f"not(? < {DAY})",
        f"not(>= {DAY})",
        f'[{DAY}..date("2009-01-01")]',
        DAY,
        "< 3",
        "? > 3",
    ],
)
def test_a_row_of_a_table_does_not_fall_out_because_of_a_type(cell: str) -> None:
    for policy in ("FIRST", "COLLECT"):
        with pytest.raises(ExecutionFailed) as stopped:
            Case(ruled(cell, "-", policy=policy), {"data": "2000-01-01"})
        assert (stopped.value.activity_id, stopped.value.said) == (
            "r",
            "Tabel keputusan pada “R” tidak dapat dihitung.",
        )
        assert 'baris 1 tidak cocok dan tidak pula gagal, padahal isiannya ada: Data = "2000-01-01".' in (
            stopped.value.detail or ""
        )
    assert Case(ruled(cell, "-"), {"data": None}).open == ["u"]
    assert Case(ruled("-", cell), {"data": "2000-01-01"}).variables["x"] == 1


def test_a_column_of_a_table_may_hold_several_types() -> None:
    for value, row in (("n/a", 2), ("a", 3), (2, 1), (5, 3)):
        assert Case(ruled("< 3", '"n/a"', "-"), {"data": value}).variables["x"] == row


def test_what_stands_behind_the_way_that_is_taken_is_not_asked() -> None:
    nodes = [
        start("mulai", form="awal"),
        exclusive("g", default="d"),
        user("ya"),
        user("tidak"),
        user("lain_"),
        end("e"),
    ]
    flows = ["mulai > g", flow("g", "ya", condition='=nama = "a"'), flow("g", "lain_", condition="=tgl > lain"),
             flow("g", "tidak", id="d"), "ya > e\ntidak > e\nlain_ > e"]  # fmt: skip
    sent = {"p.bpmn": bpmn(nodes, flows), "awal.form": form(*ASKED)}
    assert Case(program(sent), {"nama": "a", "tgl": 3, "lain": NEW}).open == ["ya"]
