"""DMN files: what is read, and what is refused with a finding."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.base.errors import InvalidDiagram
from app.base.i18n import speaking
from app.engine import decisions
from app.engine.dmn.cells import as_test
from tests.engine.decision_tables import DMN_13, decide, dmn, only, refused, table


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

    assert [found.id for found in decisions.read_decisions(both, file="x.dmn")] == ["rute", "selain"]


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

    assert decisions.variable_names(found) == {"laporan", "batas", "tambah"}


def test_mentions_add_what_filters_may_read() -> None:
    found = table(("-", "daftar[nik = 1]"))

    assert "nik" not in decisions.variable_names(found)
    assert "nik" in decisions.mentions(found)


def test_a_hit_policy_that_dmn_does_not_have_is_refused() -> None:
    assert refused(dmn(('"a"', "1"), policy="NONSENSE")) == {"table_hit_policy"}


def test_a_broken_cell_names_row_column_and_line() -> None:
    with pytest.raises(InvalidDiagram) as caught:
        decisions.read_decisions(
            dmn(('"a"', "1"), ("[1..", "2")).replace(b"<rule", b"\n<rule"), file="rute.dmn"
        )

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
        (dmn(('"a"', "1")).replace(b"inputEntry", b"annotationEntry"), {"table_row_width"}),
        (dmn(('"a"', "1")).replace(b"decisionTable", b"literalExpression"), {"expression_missing"}),
        (
            dmn(('"a"', "1")).replace(b"decisionTable", b"extensionElements"),
            {"decision_without_logic", "table_no_decision"},
        ),
        (
            dmn(
                ('"a"', "1"),
                more='<informationRequirement><requiredDecision href="#x"/></informationRequirement>',
            ),
            {"requirement_unknown"},
        ),
        (
            dmn(("? = 1", "1")).replace(b"<inputEntry>", b'<inputEntry expressionLanguage="python">'),
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
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else "",
)
def test_what_cannot_run_is_refused(content: bytes, codes: set[str]) -> None:
    assert refused(content) == codes


def test_too_many_columns_are_refused() -> None:
    content = dmn(('"a"', "1")).replace(b'<output name="hasil"/>', b'<output name="x"/>' * 501)

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
        decisions.read_decisions(bytes(content), file="x.dmn")


def test_a_converted_test_keeps_what_it_says() -> None:
    assert as_test('not("x")', "string") == 'not("x")'
    assert as_test("-", "date") == "-"
    assert as_test("date(?) > a", "date") == "(not(not(date(?) > a)))"
    assert as_test('"?", null', "date") == 'if date(?) = null then null else date(?) in ("?"), null'
    below = "if date(?) = null then null else date(?) in (< a)"
    assert as_test("not(< a, ? > b)", "date") == f"not({below}, (not(not(? > b))))"


def test_a_cell_with_a_letter_that_cannot_be_stored_is_refused() -> None:
    assert refused(dmn(('"a"', r'"\u0000"'))) == {"table_syntax"}
    assert refused(dmn((r'"\ud800"', '"b"'))) == {"table_syntax"}
    assert refused(dmn(('"a"', "1"), reads="&#xD800;")) == {"not_xml"}
