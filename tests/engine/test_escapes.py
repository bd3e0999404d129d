"""Escapes and runaways in every place that can hold an expression: each is refused or harmless, and soon over.

What V8 itself stops is in tests/bpmnio/test_limits.py; here the question is whether any place leads elsewhere.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest

from app import forms
from app.base.errors import AppError
from app.engine import decisions
from app.engine.reading import reader
from app.engine.running import execution
from app.engine.running.execution import Program
from tests.engine.building import boundary, bpmn, end, exclusive, flow, rule, start, user
from tests.engine.drawn import CALENDAR, MONDAY
from tests.engine.escapes import PYTHON, RUNAWAY, SCRIPT
from tests.forms.schemas import component, content

ZEEBE = "<zeebe:ioMapping>{}</zeebe:ioMapping>"
CAMUNDA = "<camunda:inputOutput>{}</camunda:inputOutput>"


def run(xml: bytes, tables: dict[str, Any] | None = None) -> None:
    """Read, start and complete as far as it goes."""
    [diagram] = reader.read_diagrams(xml)
    program = Program(diagram, tables or {})
    node = diagram.start_node()
    assert node is not None
    step = execution.start(program, {"x": 1}, now=MONDAY, calendar=CALENDAR, start_node=node)
    for task in step.opened:
        execution.complete(
            program, step.state, step.variables, task.id, {}, answers={}, now=MONDAY, calendar=CALENDAR
        )


def in_condition(text: str) -> None:
    flows = ["start > a > g", flow("g", "e", condition=text), flow("g", "f", condition="=x = 1")]
    run(bpmn([start(), user("a"), exclusive("g"), end("e"), end("f")], flows))


def in_timer(text: str) -> None:
    nodes = [start(), user("a"), boundary("t", "a", after=text, interrupting=True), end("e"), end("f")]
    run(bpmn(nodes, "start > a > e\nt > f"))


def in_timer_formula(text: str) -> None:
    in_timer("=" + text)


def in_mapping(shape: str) -> Callable[[str], None]:
    def place(text: str) -> None:
        mapping = shape.format(quoteattr(text), escape(text))
        run(bpmn([start(), user("a", extensions=mapping), end()], "start > a > end"))

    return place


def in_closed_identity(text: str) -> None:
    run(bpmn([start(), user("a"), end()], "start > a > end", properties={"identitas tertutup": text}))


def in_table(where: str) -> Callable[[str], None]:
    from tests.engine.decision_tables import dmn

    def place(text: str) -> None:
        given = {"input": "x"} | ({"input": text} if where == "input" else {})
        cells = (text if where == "cell" else "-", text if where == "output" else "1")
        [table] = decisions.read_decisions(dmn(cells, reads=given["input"]), file="t.dmn")
        run(
            bpmn([start(), rule("r", decision=table.id), user("a"), end()], "start > r > a > end"),
            {table.id: table},
        )

    return place


def in_form(place: dict[str, Any]) -> Callable[[str], None]:
    def check(text: str) -> None:
        filled = {key: _filled(value, text) for key, value in place.items()}
        form = forms.load_form(content(component("textfield", "a", **filled)), file="f.form")
        forms.view(form, {}, {}, context={}, now=MONDAY)
        forms.validate(form, {"a": "x" * 30}, context={}, now=MONDAY)

    return check


def _filled(value: Any, text: str) -> Any:
    return (
        {k: _filled(v, text) for k, v in value.items()}
        if isinstance(value, dict)
        else value.replace("%", text)
    )


PLACES: dict[str, Callable[[str], None]] = {
    "condition": in_condition,
    "timer": in_timer,
    "timer formula": in_timer_formula,
    "identitas tertutup": in_closed_identity,
    "input of Camunda 8": in_mapping(ZEEBE.format('<zeebe:input source={0} target="b"/>')),
    "formula of Camunda 8": in_mapping(ZEEBE.format('<zeebe:output source={0} target="b"/>')),
    "parameter of Camunda 7": in_mapping(
        CAMUNDA.format('<camunda:outputParameter name="b">{1}</camunda:outputParameter>')
    ),
    "script of Camunda 7": in_mapping(
        CAMUNDA.format(
            '<camunda:inputParameter name="b"><camunda:script scriptFormat="python">{1}</camunda:script>'
            "</camunda:inputParameter>"
        )
    ),
    "script of Spiff": in_mapping("<spiffworkflow:preScript>{1}</spiffworkflow:preScript>"),
    "table input": in_table("input"),
    "table cell": in_table("cell"),
    "table output": in_table("output"),
    "form hide": in_form({"conditional": {"hide": "=%"}}),
    "form limit": in_form({"validate": {"maxLength": "=%"}}),
    "form pattern": in_form({"validate": {"pattern": "%"}}),
    "form label": in_form({"label": "%"}),
    "form default": in_form({"defaultValue": "%"}),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("attack", [*PYTHON, *SCRIPT, *RUNAWAY, "(a+)+$"])
def test_no_place_leads_out_or_never_ends(place: str, attack: str, tmp_path: Any) -> None:
    mark = tmp_path / "mark"
    began = time.monotonic()
    with suppress(AppError):
        PLACES[place](attack.replace("{mark}", str(mark)).replace("{{", "{").replace("}}", "}"))
    assert not mark.exists()
    assert time.monotonic() - began < 30  # it ends; how fast is a matter of the bench


def test_the_attacks_would_be_seen_if_a_place_ran_python(tmp_path: Any) -> None:
    mark = tmp_path / "mark"
    eval(PYTHON[0].replace("{mark}", str(mark)))
    assert mark.exists()
