"""Escapes and runaways in every place of a DMN file that holds an expression: refused or harmless, and soon over."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from app.base.errors import AppError
from app.engine import decisions
from tests.engine.decision_files import decision, file, given, grid, knowledge, literal
from tests.engine.decision_tables import NOW
from tests.engine.escapes import PYTHON, RUNAWAY, SCRIPT


def _boxed(text: str) -> str:
    return f"<context><contextEntry><variable name='a'/>{literal(text)}</contextEntry></context>"


def _typed(text: str) -> str:
    allowed = f"<allowedValues><text>{escape(text)}</text></allowedValues>"
    return f"<itemDefinition name='tT'><typeRef>number</typeRef>{allowed}</itemDefinition>"


def _with_parameter(name: str) -> str:
    return knowledge("f", "x", literal("x")).replace('name="x"', f"name={quoteattr(name)}")


PLACES: dict[str, Callable[[str], tuple[str, ...]]] = {
    "literal expression": lambda text: (decision("d", literal(text)),),
    "boxed expression": lambda text: (decision("d", _boxed(text)),),
    "knowledge": lambda text: (decision("d", literal("f(1)"), calls="f"), knowledge("f", "x", literal(text))),
    "table in knowledge": lambda text: (
        decision("d", literal("f(1)"), calls="f"),
        knowledge("f", "x", grid(("x",), ("y",), (text.replace("\n", " "), text))),
    ),
    "name of a parameter": lambda text: (
        decision("d", literal("f(1)"), calls="f"),
        _with_parameter(text),
    ),
    "input values": lambda text: (decision("d", grid((f"1 = {text}",), ("y",), ("-", "1"))),),
    "output values": lambda text: (
        decision("d", grid(("1",), (f"y = {text}",), ("-", "1"), policy="PRIORITY")),
    ),
    "constant result": lambda text: (
        decision("d", grid(("1",), ("y = 1, 2",), *[("-", text)] * 40, policy="FIRST")),
    ),
    "default": lambda text: (decision("d", grid(("1",), (f"y / {text}",), ("2", "1"))),),
    "type": lambda text: (
        _typed(text),
        given("n", type="tT"),
        decision("d", literal("n"), needs="?n", type="tT"),
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("attack", [*PYTHON, *SCRIPT, *RUNAWAY])
def test_no_place_leads_out_or_never_ends(place: str, attack: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    text = attack.replace("{mark}", str(mark)).replace("{{", "{").replace("}}", "}")
    began = time.monotonic()
    with suppress(AppError):
        for found in decisions.read_decisions(file(*PLACES[place](text)), file="x.dmn"):
            decisions.decide(found, {"n": 1}, now=NOW)
    assert not mark.exists()
    assert time.monotonic() - began < 10  # forty cells that run into the limit one by one would take longer
