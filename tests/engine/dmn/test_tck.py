"""The runner of the DMN TCK: that it would see a wrong result."""

from pathlib import Path

import pytest

from tests.engine.decision_files import decision, file, given, grid, literal
from tests.tck import run

TESTS = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><testCase id="001">
  <inputNode name="n"><value xsi:type="xsd:decimal">3</value></inputNode>
  <resultNode name="daftar" type="decision"><expected><list><item><component name="a"><value>1</value></component>
  <component name="b"><value>%s</value></component></item></list></expected></resultNode>
  <resultNode name="kosong" type="decision"><expected><value xsi:nil="true"/></expected></resultNode>
  </testCase></testCases>"""


def outcomes(folder: Path, expected: str, *parts: str) -> list[str]:
    (folder / "m.dmn").write_bytes(file(*parts))
    (folder / "m-test-01.xml").write_text(TESTS % expected)
    return [outcome.why for outcome in run(folder)]


@pytest.fixture
def parts() -> tuple[str, ...]:
    table = grid(("n",), ("a", "b"), ("> 2", "1", "n / 3"), policy="RULE ORDER")
    return (
        decision("daftar", table, needs="?n"),
        decision("kosong", literal("n + null"), needs="?n"),
        given("n"),
    )


def test_results_that_are_as_expected_pass(tmp_path: Path, parts: tuple[str, ...]) -> None:
    assert outcomes(tmp_path, "1", *parts) == ["", ""]


def test_a_result_that_is_not_is_told(tmp_path: Path, parts: tuple[str, ...]) -> None:
    assert outcomes(tmp_path, "2", *parts) == [
        "[{'a': 1, 'b': 1}] instead of [{'a': 1, 'b': 2}]",
        "",
    ]


def test_a_model_that_is_refused_fails_with_the_line(tmp_path: Path) -> None:
    assert all(
        why.startswith("line 1: ") for why in outcomes(tmp_path, "1", decision("daftar", literal("1 +")))
    )
