"""Small decision tables for tests, as DMN or read."""

from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.base.errors import InvalidDiagram
from app.engine import decisions
from app.engine.decisions import Decided, Decision, Table

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
DMN_13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def table(
    *rows: tuple[str, str], policy: str = "UNIQUE", reads: str = "nilai", type: str = "string", more: str = ""
) -> Decision:
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


def only(content: bytes) -> Decision:
    [found] = decisions.read_decisions(content, file="rute.dmn")
    return found


def decide(found: Decision | Table, **variables: Any) -> Decided:
    decision = Decision("t", "T", found) if isinstance(found, Table) else found
    return decisions.decide(decision, variables, now=NOW)


def refused(content: bytes) -> set[str]:
    with pytest.raises(InvalidDiagram) as caught:
        decisions.read_decisions(content, file="rute.dmn")
    for finding in caught.value.findings:
        assert finding.as_dict()["messages"]["en"] != finding.as_dict()["messages"]["id"]
    with suppress(InvalidDiagram):  # it is no DMN
        decisions.read_decisions(content, refuse=False)
    return {finding.code for finding in caught.value.findings}
