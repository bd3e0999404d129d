"""Decision tables: what is read, what is refused, and what they decide."""

from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bpmnio import feel
from app.engine import decisions
from app.engine.decisions import Input, Output, Rule, Table
from app.engine.tables import as_test, literals
from app.errors import ExecutionFailed, InvalidDiagram
from app.i18n import speaking

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
DMN_13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def table(
    *rows: tuple[str, str], policy: str = "UNIQUE", reads: str = "nilai", type: str = "string", more: str = ""
) -> Table:
    return only(dmn(*rows, policy=policy, reads=reads, type=type, more=more))


def dmn(
    *rows: tuple[str, str],
    policy: str = "UNIQUE",
    reads: str = "nilai",
    type: str = "string",
    more: str = "",
    output: str = 'name="hasil"',
    model: str = DMN_13,
) -> bytes:
    rules = "".join(
        f'<rule id="r{number}"><inputEntry><text><![CDATA[{cell}]]></text></inputEntry>'
        f"<outputEntry><text><![CDATA[{result}]]></text></outputEntry></rule>"
        for number, (cell, result) in enumerate(rows, 1)
    )
    return (
        f'<definitions xmlns="{model}" id="d"><decision id="rute" name="Rute">{more}'
        f'<decisionTable id="t" hitPolicy="{policy}"><input label="Nilai"><inputExpression typeRef="{type}">'
        f"<text>{reads}</text></inputExpression></input><output {output}/>{rules}"
        f"</decisionTable></decision></definitions>"
    ).encode()


def only(content: bytes) -> Table:
    [found] = decisions.read(content, file="rute.dmn")
    return found


def decide(found: Table, **variables: Any) -> decisions.Decision:
    return decisions.decide(found, variables, now=NOW)


def refused(content: bytes) -> set[str]:
    with pytest.raises(InvalidDiagram) as caught:
        decisions.read(content, file="rute.dmn")
    for finding in caught.value.findings:
        assert finding.as_dict()["messages"]["en"] != finding.as_dict()["messages"]["id"]
    return {finding.code for finding in caught.value.findings}


# --- deciding ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value", "holds"),
    [
        ('"a"', "a", True),
        ('"a"', "b", False),
        ('"a","b"', "b", True),
        ('"a", "b"', "c", False),
        ('not("a","b")', "c", True),
        ('not("a","b")', "b", False),
        ("not(5)", 6, True),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("< 5, > 10", 12, True),
        ("< 5, > 10", 7, False),
        (">= 100", 100, True),
        ("100, 150", 150, True),
        ("? > 100", 101, True),
        ("null", None, True),
        ("true", True, True),
        ('starts with(?, "Jl")', "Jl. Raya", True),
        ('"a"', None, False),
        ('"a"', ["a"], True),
        ("-", None, True),
        ("", "anything", True),
        ('"x\\"y"', 'x"y', True),
        ("batas", 7, True),
        ("> batas", 7, False),
    ],
)
def test_cells_are_feel_unary_tests(cell: str, value: Any, holds: bool) -> None:
    found = decide(table((cell, '"ya"')), nilai=value, batas=7)

    assert found.outputs == {"hasil": "ya" if holds else None}
    assert found.rule_ids == (("r1",) if holds else ())


@pytest.mark.parametrize(
    ("cell", "value", "holds"),
    [
        ('< date("2026-12-01")', "2026-11-30", True),
        ('< date("2026-12-01")', "2026-12-01", False),
        ('date("2026-12-01")', "2026-12-01", True),
        ('[date("2026-01-01")..date("2026-06-30")]', "2026-03-01", True),
        ('not(date("2026-12-01"))', "2026-12-02", True),
        ("<= today()", "2026-11-24", True),
        ("<= today()", "2026-11-25", False),
        ("null", None, True),
        ('date(?) > date("2026-01-01")', "2026-02-01", True),
    ],
)
def test_date_columns_compare_dates_although_variables_hold_text(cell: str, value: Any, holds: bool) -> None:
    found = decide(table((cell, "true"), type="date"), nilai=value)

    assert found.outputs == {"hasil": True if holds else None}


def test_first_takes_the_uppermost_rule() -> None:
    found = decide(table(("> 1", '"satu"'), ("> 2", '"dua"'), policy="FIRST"), nilai=3)

    assert (found.outputs, found.rule_ids, found.rows) == ({"hasil": "satu"}, ("r1",), (1,))


def test_unique_refuses_two_rules_and_names_them() -> None:
    with pytest.raises(ExecutionFailed) as caught:
        decide(table(("> 1", '"satu"'), ("> 9", '"x"'), ("> 2", '"dua"')), nilai=3)

    assert "1, 3" in str(caught.value)
    assert "r1, r3" in caught.value.detail


def test_unique_also_counts_rules_that_only_list_strings() -> None:
    with pytest.raises(ExecutionFailed):
        decide(table(('"a","b"', "1"), ("-", "2")), nilai="a")


def test_no_rule_leaves_outputs_null_and_names_no_rule() -> None:
    found = decide(table(('"a"', '"x"')), nilai="z")

    assert (found.outputs, found.rule_ids, found.rows) == ({"hasil": None}, (), ())


def test_what_was_tested_is_told_for_the_history() -> None:
    assert decide(table(('"a"', "1"), reads="upper case(nilai)"), nilai="a").inputs == {"Nilai": "A"}


def test_results_are_feel_over_the_variables_and_an_empty_one_is_null() -> None:
    found = table(('"a"', "nilai + lain"), ('"b"', ""))

    assert decide(found, nilai="a", lain="z").outputs == {"hasil": "az"}
    assert decide(found, nilai="b").outputs == {"hasil": None}


def test_warnings_of_feel_come_along_once() -> None:
    warnings = decide(table(("> tiada", "1"), ("< tiada", "tiada"), policy="FIRST"), nilai=1).warnings

    assert [warning for warning in warnings if "tiada" in warning] == ["Variable 'tiada' not found"]


def test_the_clock_is_the_commands() -> None:
    late = datetime(2027, 1, 1, 0, 30, tzinfo=ZoneInfo("Asia/Jakarta"))
    found = table(("-", "today()"))

    assert decisions.decide(found, {}, now=NOW).outputs == {"hasil": "2026-11-24"}
    assert decisions.decide(found, {}, now=late).outputs == {"hasil": "2027-01-01"}


def test_several_inputs_and_outputs() -> None:
    found = Table(
        "t",
        "T",
        "UNIQUE",
        (Input("A", "a"), Input("A", "b"), Input("", "a + b")),
        (Output("x", ""), Output("y", "")),
        (Rule("r", ("> 1", "2", "-"), ('"x"', "a * b")),),
    )

    decision = decide(found, a=3, b=2)

    assert decision.outputs == {"x": "x", "y": 6}
    assert decision.inputs == {"A [1]": 3, "A [2]": 2, "a + b": 5}


@settings(max_examples=40, deadline=None)
@given(
    words=st.lists(st.text(st.sampled_from('ab é-?,."'), max_size=4), min_size=1, max_size=3),
    value=st.one_of(
        st.none(), st.text(st.sampled_from("ab é-?,."), max_size=4), st.integers(0, 3), st.booleans()
    ),
)
def test_comparing_listed_strings_ourselves_agrees_with_feel(words: list[str], value: Any) -> None:
    cell = ", ".join('"' + word.replace('"', "") + '"' for word in words)
    assert literals(cell) is not None

    ours = decide(
        Table("t", "T", "FIRST", (Input("", "v"),), (Output("x", ""),), (Rule("r", (cell,), ("1",)),)),
        v=value,
    )

    assert bool(ours.rule_ids) is (feel.unary(cell, value, {}, now=NOW).value is True)


# --- reading ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        DMN_13,
    ],
)
def test_dmn_1_1_to_1_3_are_read(model: str) -> None:
    assert only(dmn(('"a"', "1"), model=model)).id == "rute"


def test_a_file_may_hold_several_decisions() -> None:
    head, decision, tail = dmn(('"a"', "1")).partition(b"<decision ")
    body = decision + tail.removesuffix(b"</definitions>")
    both = head + body + body.replace(b'"rute"', b'"selain"') + b"</definitions>"

    assert [found.id for found in decisions.read(both, file="x.dmn")] == ["rute", "selain"]
    assert refused(head + body + body + b"</definitions>") == {"table_id_twice"}


def test_an_unnamed_only_output_is_named_by_the_decision() -> None:
    by_id = only(dmn(('"a"', "1"), output=""))
    by_variable = only(dmn(('"a"', "1"), output="", more='<variable name="unit_tujuan"/>'))

    assert (decisions.outputs(by_id), decisions.outputs(by_variable)) == ({"rute"}, {"unit_tujuan"})


def test_a_default_result_holds_when_no_rule_does() -> None:
    content = dmn(('"a"', "1")).replace(
        b'<output name="hasil"/>',
        b'<output name="hasil"><defaultOutputEntry><text>9</text></defaultOutputEntry></output>',
    )

    assert decide(only(content), nilai="z").outputs == {"hasil": 9}


def test_names_are_what_headings_tests_and_results_read() -> None:
    found = table(("> batas", "tambah + 1"), ('"a"', '"b"'), reads="laporan.kategori")

    assert decisions.names(found) == {"laporan", "batas", "tambah"}


def test_mentions_add_what_filters_may_read() -> None:
    found = table(("-", "daftar[nik = 1]"))

    assert "nik" not in decisions.names(found)
    assert "nik" in decisions.mentions(found)


@pytest.mark.parametrize("policy", ["COLLECT", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "NONSENSE"])
def test_other_hit_policies_are_refused(policy: str) -> None:
    assert refused(dmn(('"a"', "1"), policy=policy)) == {"table_hit_policy"}


def test_a_broken_cell_names_row_column_and_line() -> None:
    with pytest.raises(InvalidDiagram) as caught:
        decisions.read(dmn(('"a"', "1"), ("[1..", "2")).replace(b"<rule", b"\n<rule"), file="rute.dmn")

    [finding] = caught.value.findings
    assert (finding.code, finding.line, finding.file) == ("table_syntax", 3, "rute.dmn")
    assert (finding.params["row"], finding.params["column"], finding.element_id) == ("2", "Nilai", "r2")
    with speaking("en"):
        assert "row 2" in finding.what


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (dmn(('"a"', "1 +")), {"table_syntax"}),
        (dmn(('"a"', "1"), reads="a +"), {"table_heading_syntax"}),
        (dmn(('"a"', "1"), reads=""), {"table_input_empty"}),
        (dmn(('"a"', "1"), output='name="dua kata"'), {"table_output_name"}),
        (dmn(('"a"', "1")).replace(b"inputEntry", b"annotationEntry"), {"table_row_width"}),
        (dmn(('"a"', "1")).replace(b"decisionTable", b"literalExpression"), {"table_not_a_table"}),
        (dmn(('"a"', "1")).replace(b'<decision id="rute"', b"<decision"), {"table_id_missing"}),
        (
            dmn(
                ('"a"', "1"),
                more='<informationRequirement><requiredDecision href="#x"/></informationRequirement>',
            ),
            {"table_needs_other"},
        ),
        (
            dmn(('"a"', "1")).replace(b"<inputEntry>", b'<inputEntry expressionLanguage="python">'),
            {"table_language"},
        ),
        (
            dmn(('"a"', "1")).replace(b'<output name="hasil"/>', b'<output name="x"/><output name="x"/>'),
            {"table_output_twice", "table_row_width"},
        ),
        (
            dmn(('"a"', "1")).replace(b'<output name="hasil"/>', b'<output name="x"/><output/>'),
            {"table_output_unnamed", "table_row_width"},
        ),
        (f'<definitions xmlns="{DMN_13}"/>'.encode(), {"table_no_decision"}),
        (b"<definitions/>", {"table_not_dmn"}),
        (b"<a", {"not_xml"}),
        (b"", {"file_empty"}),
        (b"<!DOCTYPE a>" + dmn(('"a"', "1")), {"doctype"}),
        (dmn(*[('"a"', "1")] * 1001, policy="FIRST"), {"table_too_many_rules"}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, set) else "",
)
def test_what_cannot_run_is_refused(content: bytes, codes: set[str]) -> None:
    assert refused(content) == codes


def test_too_many_columns_are_refused() -> None:
    content = dmn(('"a"', "1")).replace(b'<output name="hasil"/>', b'<output name="x"/>' * 51)

    assert refused(content) == {"table_too_many_columns"}


@pytest.mark.parametrize(
    ("rows", "policy", "code"),
    [
        ([], "UNIQUE", "table_no_rules"),
        ([("-", "1"), ('"a"', "2")], "FIRST", "table_rule_never"),
        ([('"a"', "1"), ('"a"', "2")], "FIRST", "table_rule_never"),
        ([('"a"', "1"), ('"a"', "2")], "UNIQUE", "table_rules_collide"),
    ],
)
def test_doubtful_tables_are_read_with_a_warning(rows: list[tuple[str, str]], policy: str, code: str) -> None:
    assert [finding.code for finding in table(*rows, policy=policy).findings] == [code]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_raises_anything_but_findings(data: st.DataObject) -> None:
    content = bytearray(dmn(('"a"', "1"), ("[1..5]", "x")))
    for _cut in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=4))
    with suppress(InvalidDiagram):
        decisions.read(bytes(content), file="x.dmn")


def test_a_converted_test_keeps_what_it_says() -> None:
    assert as_test('not("x")', "string") == 'not("x")'
    assert as_test("-", "date") == "-"
    assert as_test("date(?) > a", "date") == "date(?) > a"
