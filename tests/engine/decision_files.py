"""DMN files for tests, from their parts."""

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from app.engine import decisions
from app.engine.decisions import Decided, Decision
from tests.engine.decision_tables import DMN_13, NOW


def file(*parts: str, model: str = DMN_13) -> bytes:
    return f'<definitions xmlns="{model}" id="d">{"".join(parts)}</definitions>'.encode()


def given(id: str, name: str = "", type: str = "") -> str:
    name = name or id
    return f'<inputData id="{id}" name="{name}"><variable name="{name}" typeRef="{type}"/></inputData>'


def decision(
    id: str,
    logic: str,
    *,
    needs: str = "",
    calls: str = "",
    name: str = "",
    type: str = "",
    variable: str = "",
) -> str:
    """``needs``: ids of decisions, and of input data with a ``?`` before; ``calls``: of knowledge models."""
    links = "".join(
        f'<informationRequirement><required{"Input" if one[0] == "?" else "Decision"} href="#{one.lstrip("?")}"/>'
        "</informationRequirement>"
        for one in needs.split()
    )
    links += "".join(_knowledge(one) for one in calls.split())
    named = f'<variable name="{variable or name or id}" typeRef="{type}"/>' if type or variable else ""
    return f'<decision id="{id}" name="{name or id}">{named}{links}{logic}</decision>'


def knowledge(id: str, parameters: str, logic: str, *, calls: str = "", kind: str = "FEEL") -> str:
    names = "".join(f'<formalParameter name="{one}"/>' for one in parameters.split())
    links = "".join(_knowledge(one) for one in calls.split())
    return (
        f'<businessKnowledgeModel id="{id}" name="{id}"><encapsulatedLogic kind="{kind}">{names}{logic}'
        f"</encapsulatedLogic>{links}</businessKnowledgeModel>"
    )


def _knowledge(id: str) -> str:
    return f'<knowledgeRequirement><requiredKnowledge href="#{id}"/></knowledgeRequirement>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def grid(
    inputs: Sequence[str],
    outputs: Sequence[str],
    *rows: Sequence[str],
    policy: str = "UNIQUE",
    aggregation: str = "",
) -> str:
    """A table. Inputs are ``expression: type = allowed``, outputs ``name: type = allowed / default``."""
    columns = "".join(_input(text) for text in inputs) + "".join(_output(text) for text in outputs)
    rules = "".join(
        f'<rule id="r{number}">'
        + "".join(_cell("inputEntry", cell) for cell in row[: len(inputs)])
        + "".join(_cell("outputEntry", cell) for cell in row[len(inputs) :])
        + "</rule>"
        for number, row in enumerate(rows, 1)
    )
    added = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable hitPolicy="{policy}"{added}>{columns}{rules}</decisionTable>'


def _input(text: str) -> str:
    head, _, allowed = text.partition(" = ")
    expression, _, type = head.partition(": ")
    values = f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else ""
    asked = f'<inputExpression typeRef="{type}"><text>{escape(expression)}</text></inputExpression>'
    return f"<input>{asked}{values}</input>"


def _output(text: str) -> str:
    rest, _, default = text.partition(" / ")
    head, _, allowed = rest.partition(" = ")
    name, _, type = head.partition(": ")
    values = f"<outputValues><text>{escape(allowed)}</text></outputValues>" if allowed else ""
    if default:
        values += f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>"
    return f"<output name={quoteattr(name)} typeRef={quoteattr(type)}>{values}</output>"


def _cell(kind: str, text: str) -> str:
    return f"<{kind}><text>{escape(text)}</text></{kind}>"


def read(*parts: str) -> dict[str, Decision]:
    return {one.id: one for one in decisions.read_decisions(file(*parts), file="x.dmn")}


def decide(id: str, *parts: str, **variables: Any) -> Decided:
    return decisions.decide(read(*parts)[id], variables, now=NOW)


def value(logic: str, *parts: str, needs: str = "", calls: str = "", **variables: Any) -> Any:
    """The value of one decision ``hasil`` with this logic."""
    return decide(
        "hasil", decision("hasil", logic, needs=needs, calls=calls), *parts, **variables
    ).ruling.value


SCORE = decision("nilai", grid(("umur",), ("skor",), ("< 20", "1"), (">= 20", "2"), policy="FIRST"))
