"""Why a decision came out as it did, cell by cell."""

from app.engine import decisions
from app.engine.decisions import Explanation
from tests.engine.decision_tables import DMN_13, NOW, decide, dmn, only, table

CHAIN = f"""<definitions xmlns="{DMN_13}" id="d">
  <decision id="kelas" name="Kelas"><decisionTable id="t1" hitPolicy="UNIQUE">
    <input label="Nilai"><inputExpression typeRef="number"><text>nilai</text></inputExpression></input>
    <output name="kelas"/>
    <rule id="k1"><inputEntry><text>&lt; 100</text></inputEntry><outputEntry><text>"kecil"</text></outputEntry></rule>
    <rule id="k2"><inputEntry><text>&gt;= 50</text></inputEntry><outputEntry><text>"besar"</text></outputEntry></rule>
  </decisionTable></decision>
  <decision id="unit" name="Unit">
    <informationRequirement><requiredDecision href="#kelas"/></informationRequirement>
    <decisionTable id="t2" hitPolicy="FIRST">
    <input label="Kelas"><inputExpression><text>kelas</text></inputExpression></input>
    <output name="unit"/>
    <rule id="u1"><inputEntry><text>"besar"</text></inputEntry><outputEntry><text>"A"</text></outputEntry></rule>
    <rule id="u2"><inputEntry><text>-</text></inputEntry><outputEntry><text>"B"</text></outputEntry></rule>
  </decisionTable></decision></definitions>""".encode()


def told(found: Explanation) -> list[tuple[int, str, list[str]]]:
    return [(rule.row, rule.outcome, [cell.answer for cell in rule.cells]) for rule in found.rules]


def chain(nilai: float) -> list[Explanation]:
    last = decisions.read_decisions(CHAIN)[-1]
    return decisions.explain(last, {"nilai": nilai}, NOW)


def test_each_rule_says_which_cell_it_failed_by_and_which_one_fires() -> None:
    found = table(('"a"', "1"), ("-", "2"), ('not("b")', "3"), policy="FIRST")
    [explained] = decisions.explain(found, {"nilai": "b"}, NOW)
    assert told(explained) == [(1, "fails", ["false"]), (2, "fires", ["any"]), (3, "fails", ["false"])]
    assert explained.inputs == (("Nilai", "b"),)
    assert [rule.failed_at for rule in explained.rules] == [0, None, 0]
    assert (explained.outputs, explained.error) == (decide(found, nilai="b").outputs, "")
    [other] = decisions.explain(found, {"nilai": "a"}, NOW)
    assert told(other) == [(1, "fires", ["true"]), (2, "holds", ["any"]), (3, "holds", ["true"])]


def test_a_cell_that_reads_what_is_not_there_is_an_error_and_says_why() -> None:
    [explained] = decisions.explain(table(("tiada", "1"), ("-", "2"), policy="FIRST"), {"nilai": "a"}, NOW)
    cell = explained.rules[0].cells[0]
    assert cell.answer == "error"
    assert "tiada" in cell.why
    assert [rule.row for rule in explained.fired] == [2]


def test_a_cell_that_cannot_be_read_does_not_hide_what_the_others_say() -> None:
    found = decisions.read_decisions(CHAIN.replace(b"&lt; 100", b"&lt; ("), refuse=False)[0]
    [explained] = decisions.explain(found, {"nilai": 70}, NOW)
    assert explained.error
    assert told(explained) == [(1, "fails", ["error"]), (2, "holds", ["true"])]


def test_decisions_needed_before_come_first_with_their_results() -> None:
    first, last = chain(120)
    assert (first.decision.id, first.value) == ("kelas", "besar")
    assert (last.inputs, last.outputs) == ((("Kelas", "besar"),), {"unit": "A"})


def test_a_contradiction_says_which_rules_and_stops_what_needs_it() -> None:
    first, last = chain(70)
    assert "1, 2" in first.error
    assert {rule.outcome for rule in first.rules} == {"holds"}
    assert (first.outputs, last.outputs, last.rules) == ({}, {}, ())
    assert last.error


def test_a_default_counts_where_no_rule_holds() -> None:
    output = 'name="hasil"><defaultOutputEntry><text>"lain"</text></defaultOutputEntry></output'
    found = only(dmn(('"a"', "1")).replace(b'name="hasil"/', output.encode()))
    [explained] = decisions.explain(found, {"nilai": "b"}, NOW)
    assert explained.is_default
    assert explained.outputs == {"hasil": "lain"}
