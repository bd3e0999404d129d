"""Tables as other tools and versions write them."""

from typing import Any

import pytest

from app.engine.decisions import coverage_of
from tests.engine.decision_tables import decide, dmn, only


def found(content: bytes, **variables: Any) -> Any:
    return decide(only(content), **variables).ruling.value


@pytest.mark.parametrize(
    "model",
    [
        "http://www.omg.org/spec/DMN/20130901",
        "http://www.omg.org/spec/DMN/20151101",
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20151101/dmn11.xsd",
        "http://www.omg.org/spec/DMN/20151130",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/DMN13.xsd",
        "https://www.omg.org/spec/DMN/20230324/MODEL",
        "https://www.omg.org/spec/DMN/20240513/MODEL/",
    ],
)
def test_every_version_of_dmn_is_read(model: str) -> None:
    assert found(dmn(('"a"', "1"), model=model), nilai="a") == 1


def test_a_column_that_says_nothing_is_camundas_input_variable() -> None:
    content = dmn(("> 2", '"banyak"'), reads="", type="number").replace(
        b'<input label="Nilai">',
        b'<input label="Nilai" xmlns:c="http://camunda.org/schema/1.0/dmn" c:inputVariable="n">',
    )

    assert (found(content, n=3), found(content, n=1)) == ("banyak", None)


@pytest.mark.parametrize("heading", [b"<inputExpression><text/></inputExpression>", b""])
def test_a_column_without_a_variable_tests_nothing_and_is_told(heading: bytes) -> None:
    content = dmn(("x +", '"ya"'))
    start, end = content.index(b"<inputExpression"), content.index(b"</input>")
    table = only(content[:start] + heading + content[end:])

    assert [(one.code, one.severity) for one in table.findings] == [("table_input_empty", "warning")]
    assert decide(table).ruling.value == "ya"


def test_a_table_without_input_columns_gives_its_rule() -> None:
    content = dmn(("-", '"ya"'))
    start, end = content.index(b"<input "), content.index(b"</input>") + len(b"</input>")
    content = content[:start] + content[end:].replace(
        b"<inputEntry><text><![CDATA[-]]></text></inputEntry>", b""
    )

    assert found(content) == "ya"
    assert coverage_of(only(content)).gaps == ()


def test_more_than_fifty_columns_are_read() -> None:
    columns = b"".join(b'<output name="x%d"/>' % number for number in range(60))
    entry = b"<outputEntry><text><![CDATA[1]]></text></outputEntry>"
    content = dmn(('"a"', "1")).replace(b'<output name="hasil"/>', columns).replace(entry, entry * 60)

    assert found(content, nilai="a")["x59"] == 1


@pytest.mark.parametrize(
    "language", ["juel", "JUEL", "camunda", "feel-scala-unary-tests", "javascript", "groovy"]
)
@pytest.mark.parametrize("cell", ['"a"', '"a", "b"', "-", ""])
def test_what_every_language_writes_alike_is_feel(language: str, cell: str) -> None:
    content = dmn((cell, '"ya"')).replace(
        b"<definitions ", f'<definitions expressionLanguage="{language}" '.encode()
    )

    assert found(content, nilai="a") == "ya"


@pytest.mark.parametrize(
    ("cell", "value", "holds"),
    [
        ("${cellInput > 5}", 6, True),
        ("${cellInput > 5}", 5, False),
        ("${cellInput == 'cellInput'}", "cellInput", True),
        ("${lain == 2}", 6, True),
        ("${lain == 3}", 6, False),
        ("${lain == 3}", True, False),
        ("${not (cellInput > 5 && lain == 2)}", 6, False),
        ('== "a"', "a", True),
        ("!= 5", 5, False),
        ("!= 5", 6, True),
        ("cellInput > 5", 6, True),
        ("cellInput > 5", 5, False),
        ('contains(cellInput, "cellInput")', "x cellInput", True),
        ("'a', 'b'", "b", True),
        ("not('a')", "a", False),
        ("“a”", "a", True),
        ('"it\'s"', "it's", True),
    ],
)
def test_cells_of_other_languages_decide_as_there(cell: str, value: object, holds: bool) -> None:
    assert (found(dmn((cell, "1"), type=""), nilai=value, lain=2) == 1) is holds


def test_headings_and_results_of_other_languages_are_put_into_feel() -> None:
    content = dmn(("3", "${nama.concat('x')}"), reads="${a.b + 1}", type="number")

    with pytest.raises(Exception, match="temuan"):
        only(content)
    assert (
        found(content.replace(b"nama.concat('x')", b"nama == 'u' ? 'x' : 'y'"), a={"b": 2}, nama="u") == "x"
    )


def test_the_value_of_a_column_is_called_as_its_input_variable_says() -> None:
    content = dmn(("${umur >= 18}", "1"), type="number").replace(
        b'<input label="Nilai">',
        b'<input xmlns:c="http://camunda.org/schema/1.0/dmn" c:inputVariable="umur">',
    )

    assert (found(content, nilai=18), found(content, nilai=17)) == (1, None)


def test_outputs_without_names_are_called_by_their_labels() -> None:
    entry = b"<outputEntry><text><![CDATA[1]]></text></outputEntry>"
    content = dmn(('"a"', "1")).replace(
        b'<output name="hasil"/>', b'<output name="x"/><output label="Jumlah Hari"/>'
    )
    table = only(content.replace(entry, entry + entry.replace(b"1]", b"2]")))

    assert [one.code for one in table.findings] == ["table_output_label"]
    assert decide(table, nilai="a").outputs == {"x": 1, "jumlah_hari": 2}


def test_an_arrow_from_input_data_that_is_gone_changes_nothing() -> None:
    gone = '<informationRequirement><requiredInput href="#tiada"/></informationRequirement>'
    table = only(dmn(('"a"', "1"), more=gone))

    assert [(one.code, one.severity) for one in table.findings] == [("input_data_unknown", "warning")]
    assert decide(table, nilai="a").ruling.value == 1


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("'ya'", "ya"),
        ("“ya”", "ya"),
        ("n == 2", True),
        ("n > 1 && n < 3", True),
        ("n > 5 ? 'a' : 'b'", "b"),
        ("n % 2", 0),
        ('"a == b"', "a == b"),
    ],
)
def test_results_with_the_signs_of_juel_are_read_as_camunda_7_reads_them(text: str, result: object) -> None:
    assert found(dmn(('"a"', text)), nilai="a", n=2) == result
