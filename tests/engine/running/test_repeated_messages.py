"""A receiving task that runs several times waits for a message in each of its rounds."""

from dataclasses import replace
from typing import Any

import pytest

from app.engine.running.execution import Program
from tests.engine.building import bpmn, catch, end, marker, node, start, user
from tests.engine.case import Case
from tests.engine.read_files import read

LANES = {"Loket": "start isi tunggu end"}
OVER = '<zeebe:loopCharacteristics inputCollection="=dinas" inputElement="satu" {}/>'
COLLECTED = 'outputCollection="semua" outputElement="=jawab"'


def over(more: str = "") -> str:
    return f"<bpmn:extensionElements>{OVER.format(more)}</bpmn:extensionElements>"


def case(loop: str, extensions: str = "", **variables: Any) -> Case:
    """A case in which ``dinas`` was just filled in, before a task that receives answers."""
    waits = node("receiveTask", "tunggu", message="balasan", inside=loop, extensions=extensions)
    diagram = read(bpmn([start(), user("isi"), waits, end()], "start > isi > tunggu > end", lanes=LANES))
    assert diagram.findings == ()
    found = Case(Program(diagram, {}))
    found.complete("isi", **{"dinas": ["A", "B", "C"], **variables})
    return found


@pytest.mark.parametrize(
    "loop",
    [
        marker(over()),
        marker(camunda__collection="dinas"),
        marker("<bpmn:loopCardinality>3</bpmn:loopCardinality>"),
    ],
)
def test_all_rounds_wait_together_and_each_message_ends_one(loop: str) -> None:
    one = case(loop)
    for left in (3, 2, 1):
        assert list(one.messages.values()) == ["tunggu"] * left
        one.deliver("tunggu")
    assert one.ended


def test_rounds_one_after_another_wait_one_at_a_time() -> None:
    one = case(marker(over(), isSequential="true"))
    for _round in range(3):
        assert list(one.messages.values()) == ["tunggu"]
        one.deliver("tunggu")
    assert one.ended


def test_what_the_messages_bring_is_collected_in_the_order_of_the_rounds() -> None:
    one = case(marker(over(COLLECTED)))
    for answer in ("dari A", "dari B", "dari C"):
        one.deliver("tunggu", jawab=answer)
    assert one.variables["semua"] == ["dari A", "dari B", "dari C"]
    assert "jawab" not in one.variables


CARRIED = '<zeebe:ioMapping><zeebe:output source="=jawab" target="hasil"/></zeebe:ioMapping>'


def test_what_its_outputs_carry_out_of_a_message_is_set_once_a_round() -> None:
    one = case(marker(over()), CARRIED)
    for answer in ("dari A", "dari B", "dari C"):
        step = one.deliver("tunggu", jawab=answer)
        assert [e.data["values"] for e in step.events if e.type == "outputs_mapped"] == [{"hasil": answer}]
        assert one.variables["hasil"] == answer
    assert "jawab" not in one.variables


@pytest.mark.parametrize("collected", ["jawab", "hasil"])
@pytest.mark.parametrize("order", [{}, {"isSequential": "true"}])
def test_what_messages_bring_and_outputs_make_of_it_can_be_collected(
    collected: str, order: dict[str, str]
) -> None:
    one = case(marker(over(f'outputCollection="semua" outputElement="={collected}"'), **order), CARRIED)
    for answer in ("dari A", "dari B", "dari C"):
        one.deliver("tunggu", jawab=answer)
    assert one.variables["semua"] == ["dari A", "dari B", "dari C"]


def test_an_empty_list_waits_for_nothing() -> None:
    assert case(marker(over()), dinas=[]).ended


@pytest.mark.parametrize(("extensions", "name"), [("", "jawab"), (CARRIED, "hasil")])
def test_a_case_that_waits_since_the_marker_was_not_read_goes_on_with_one_message(
    extensions: str, name: str
) -> None:
    waits = node("receiveTask", "tunggu", message="balasan", inside=marker(over()), extensions=extensions)
    diagram = read(bpmn([start(), user("isi"), waits, end()], "start > isi > tunggu > end", lanes=LANES))
    once = replace(diagram.nodes["tunggu"], loop=None)
    one = Case(Program(replace(diagram, nodes={**diagram.nodes, "tunggu": once}), {}))
    one.complete("isi", dinas=["A", "B"])
    one.program = Program(diagram, {})
    one.deliver("tunggu", jawab="satu")
    assert one.ended
    assert one.variables[name] == "satu"


def test_behind_an_event_gateway_it_waits_once_which_is_said() -> None:
    waits = node("receiveTask", "tunggu", message="balasan", inside=marker(over()))
    nodes = [
        start(),
        user("isi"),
        node("eventBasedGateway", "mana"),
        waits,
        catch("lama", after="P3D"),
        end(),
    ]
    lanes = {"Loket": "start isi mana tunggu lama end"}
    diagram = read(bpmn(nodes, "start > isi > mana > tunggu > end\nmana > lama > end", lanes=lanes))
    assert [one.code for one in diagram.findings] == ["rounds_misplaced"]
    one = Case(Program(diagram, {}))
    one.complete("isi", dinas=["A", "B"])
    assert list(one.messages.values()) == ["tunggu"]
    one.deliver("tunggu")
    assert one.ended
