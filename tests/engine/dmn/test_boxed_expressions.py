"""Boxed expressions: contexts, lists, relations, invocations, functions, and tables inside them."""

from typing import Any

import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from app.base.errors import ExecutionFailed
from tests.engine.decision_files import decide, decision, file, grid, knowledge, literal, read, value
from tests.engine.decision_tables import refused


def entry(name: str, logic: str) -> str:
    named = f'<variable name="{name}"/>' if name else ""
    return f"<contextEntry>{named}{logic}</contextEntry>"


def context(*entries: str) -> str:
    return f"<context>{''.join(entries)}</context>"


def test_a_context_gives_its_entries_and_later_ones_read_those_before() -> None:
    logic = context(entry("Harga Satuan", literal("n * 2")), entry("total", literal("Harga Satuan + 1")))

    assert value(logic, n=3) == {"Harga Satuan": 6, "total": 7}


def test_an_entry_without_a_name_is_the_result_of_the_whole() -> None:
    assert value(context(entry("a", literal("n + 1")), entry("", literal("a * a"))), n=2) == 9


def test_names_with_signs_work_inside_a_context() -> None:
    assert value(context(entry('a "b"/c'.replace('"', "&quot;"), literal("1")))) == {'a "b"/c': 1}


def test_a_list_and_a_relation() -> None:
    relation = (
        '<relation><column name="nama"/><column name="Tarif Dasar"/>'
        f"<row>{literal('&quot;a&quot;'.replace('&quot;', chr(34)))}{literal('n')}</row>"
        f"<row>{literal(chr(34) + 'b' + chr(34))}{literal('n + 1')}</row></relation>"
    )

    assert value(f"<list>{literal('1')}{literal('n')}</list>", n=5) == [1, 5]
    assert value(relation, n=5) == [{"nama": "a", "Tarif Dasar": 5}, {"nama": "b", "Tarif Dasar": 6}]


def test_an_invocation_gives_its_arguments_by_name() -> None:
    bindings = "".join(
        f'<binding><parameter name="{name}"/>{literal(text)}</binding>'
        for name, text in (("y", "n"), ("x", "10"))
    )
    logic = f"<invocation>{literal('kurang')}{bindings}</invocation>"

    assert value(logic, knowledge("kurang", "x y", literal("x - y")), calls="kurang", n=3) == 7


def test_a_function_in_a_context_is_called_by_its_name() -> None:
    function = f'<functionDefinition><formalParameter name="x"/>{literal("x * x")}</functionDefinition>'

    assert value(context(entry("kuadrat", function), entry("", literal("kuadrat(n) + 1"))), n=4) == 17


@pytest.mark.parametrize(
    ("logic", "found"),
    [
        (
            f"<conditional><if>{literal('n > 1')}</if><then>{literal('1')}</then>"
            f"<else>{literal('2')}</else></conditional>",
            1,
        ),
        (f"<filter><in>{literal('[1,2,3]')}</in><match>{literal('item >= n')}</match></filter>", [2, 3]),
        (
            f'<for iteratorVariable="i"><in>{literal("[1,2]")}</in><return>{literal("i * n")}</return></for>',
            [2, 4],
        ),
        (
            f'<some iteratorVariable="i"><in>{literal("[1,2]")}</in><satisfies>{literal("i = n")}</satisfies></some>',
            True,
        ),
        (
            f'<every iteratorVariable="i"><in>{literal("[1,2]")}</in>'
            f"<satisfies>{literal('i = n')}</satisfies></every>",
            False,
        ),
    ],
)
def test_the_boxes_that_dmn_1_4_added(logic: str, found: Any) -> None:
    assert value(logic, n=2) == found


def test_comments_in_feel_do_not_swallow_what_stands_behind() -> None:
    assert value(context(entry("a", literal("1 // satu")), entry("b", literal("a + 1")))) == {"a": 1, "b": 2}


TESTS = [
    "-",
    "3",
    "> 2",
    "[1..3]",
    "< 2, > 4",
    "not(2, 3)",
    "null",
    "not(null)",
    "not(> 2)",
    "? > 1 and ? < 4",
    "(2..4]",
]
CASES = st.tuples(
    st.lists(
        st.tuples(st.sampled_from(TESTS), st.sampled_from(TESTS), st.sampled_from("123")),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]),
    st.sampled_from(["", " / 9"]),
    st.sampled_from(["", "SUM", "MIN", "MAX", "COUNT"]),
)


@settings(max_examples=150, deadline=None)
@given_by(CASES, st.one_of(st.none(), st.integers(0, 5)), st.one_of(st.none(), st.integers(0, 5)))
def test_a_table_inside_a_function_decides_as_it_does_alone(case: Any, a: int | None, b: int | None) -> None:
    rows, policy, default, aggregation = case
    logic = grid(
        ("a", "b"),
        (f"x = 2, 3, 1, 9{default}",),
        *rows,
        policy=policy,
        aggregation=aggregation if policy == "COLLECT" else "",
    )
    called = value(literal("f(a, b)"), knowledge("f", "a b", logic), calls="f", a=a, b=b)
    try:
        alone = value(logic, a=a, b=b)
    except ExecutionFailed:  # DMN gives null to rules that contradict; a task must not go on with that
        alone = None

    assert called == alone


def test_words_dates_and_several_outputs_in_a_table_inside_a_function() -> None:
    table = grid(
        ("kata", "tgl: date"),
        ("a", "b c"),
        ('"x, y", "?"', '< date("2026-01-01")', "kata", "1"),
        ('not("x, y")', "-", '"lain"', "2"),
        policy="FIRST",
    )
    parts = (decision("hasil", literal("f(kata, tgl)"), calls="f"), knowledge("f", "kata tgl", table))

    assert decide("hasil", *parts, kata="x, y", tgl="2025-12-31").ruling.value == {"a": "x, y", "b c": 1}
    assert decide("hasil", *parts, kata="?", tgl="2025-12-31").ruling.value == {"a": "?", "b c": 1}
    assert decide("hasil", *parts, kata="z", tgl="2026-12-31").ruling.value == {"a": "lain", "b c": 2}


@pytest.mark.parametrize(
    ("logic", "codes"),
    [
        (context(entry("a", literal("1 +"))), {"literal_syntax"}),
        (context(entry("a", "")), {"expression_missing"}),
        ("<invocation/>", {"invocation_of_nothing"}),
        (
            f"<invocation>{literal('abs')}<binding><parameter/>{literal('1')}</binding></invocation>",
            {"parameter_unnamed"},
        ),
        (
            f'<relation><column name="a"/><row>{literal("1")}{literal("2")}</row></relation>',
            {"relation_width"},
        ),
        (
            f'<for iteratorVariable=""><in>{literal("[1]")}</in><return>{literal("1")}</return></for>',
            {"boxed_syntax"},
        ),
        (f'<functionDefinition kind="PMML">{literal("1")}</functionDefinition>', {"function_kind"}),
        (f"<list>{literal('1') * 7000}</list>", {"boxed_syntax"}),
    ],
)
def test_a_box_that_cannot_be_put_into_feel_is_refused(logic: str, codes: set[str]) -> None:
    assert refused(file(decision("hasil", logic))) == codes


def test_what_runs_is_kept_as_the_text_that_is_evaluated() -> None:
    logic = read(decision("hasil", context(entry("a", literal("n")))))["hasil"].logic

    assert getattr(logic, "text", "") == '{"a": (n)}'
