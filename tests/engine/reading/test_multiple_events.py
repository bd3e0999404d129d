"""Events with several definitions: any of them, all of them, or one thrown after another."""

import pytest

from app.engine.running.execution import Program
from tests.engine.building import Shape, bpmn, end, inside, node, race, start, timer, user
from tests.engine.case import Case
from tests.engine.read_files import errors, read, warnings

BOTH = '<bpmn:messageEventDefinition messageRef="m"/>' + timer("P3D")
NAMES = (
    '<bpmn:message id="m" name="Kabar"/><bpmn:signal id="s" name="Banjir"/><bpmn:message id="n" name="Lain"/>'
)


def played(nodes: list[Shape], flows: str) -> Case:
    return Case(Program(read(bpmn(nodes, flows, outside=NAMES)), {}))


def waiting(**given: str) -> Case:
    catch = node("intermediateCatchEvent", "tunggu", inside=BOTH, **given)
    return played([start(), catch, user("lanjut"), end()], "start > tunggu > lanjut > end")


def test_any_of_several_is_waited_for_on_the_way() -> None:
    case = waiting()
    case.deliver("tunggu")
    assert (case.open, case.timers) == (["lanjut"], {})
    case = waiting()
    case.wait(days=4)
    assert (case.open, case.messages) == (["lanjut"], {})


def test_all_of_several_are_waited_for_where_it_says_so() -> None:
    case = waiting(parallelMultiple="true")
    case.wait(days=4)
    assert case.open == []
    case.deliver("tunggu")
    assert case.open == ["lanjut"]


def test_any_of_several_ends_an_activity_or_comes_beside_it() -> None:
    edge = node("boundaryEvent", "tepi", attachedToRef="telaah", inside=BOTH)
    nodes = [start(), user("telaah"), edge, user("lanjut"), end()]
    case = played(nodes, "start > telaah > end\ntepi > lanjut > end")
    case.wait(days=4)
    assert (case.open, case.messages) == (["lanjut"], {})
    stays = node("boundaryEvent", "tepi", attachedToRef="telaah", cancelActivity="false", inside=BOTH)
    case = played([*nodes[:2], stays, *nodes[3:]], "start > telaah > end\ntepi > lanjut > end")
    case.deliver("tepi")
    case.wait(days=4)
    assert case.open == ["lanjut", "lanjut", "telaah"]


def test_an_event_that_races_already_races_with_each() -> None:
    catch = node("intermediateCatchEvent", "tunggu", inside=BOTH)
    other = node("intermediateCatchEvent", "lain", inside='<bpmn:messageEventDefinition messageRef="n"/>')
    nodes = [start(), race("r"), catch, other, user("lanjut"), end()]
    case = played(nodes, "start > r\nr > tunggu > lanjut > end\nr > lain > end")
    case.wait(days=4)
    assert (case.open, case.messages) == (["lanjut"], {})


def test_any_of_several_begins_a_case_or_an_event_sub_process() -> None:
    nodes = [start(), node("startEvent", "oleh", inside=BOTH), user("telaah"), end()]
    diagram = read(bpmn(nodes, "start > telaah > end\noleh > telaah", outside=NAMES))
    begun = diagram.start_node("Kabar")
    assert begun is not None
    assert begun.id == "oleh"
    assert diagram.nodes["oleh:2"].timer is not None
    held = inside(node("startEvent", "datang", inside=BOTH), user("catat"), flows="datang > catat")
    beside = node("subProcess", "bila", inside=held, triggeredByEvent="true")
    case = played([start(), user("telaah"), end(), beside], "start > telaah > end")
    case.wait(days=4)
    assert case.open == ["catat"]


def test_all_are_thrown_and_what_ends_everything_comes_last() -> None:
    said = '<bpmn:terminateEventDefinition/><bpmn:signalEventDefinition signalRef="s"/>'
    nodes = [start(), user("telaah"), node("endEvent", "usai", inside=said)]
    case = played(nodes, "start > telaah > usai")
    case.complete("telaah")
    assert case.ended
    assert case.step.signals == ("Banjir",)


@pytest.mark.parametrize(
    "event",
    [
        node("boundaryEvent", "tepi", attachedToRef="telaah", parallelMultiple="true", inside=BOTH),
        node("startEvent", "tepi", parallelMultiple="true", inside=BOTH),
    ],
)
def test_all_of_several_on_an_edge_or_at_a_start_are_refused(event: Shape) -> None:
    xml = bpmn([start(), user("telaah"), event, end()], "start > telaah > end\ntepi > end", outside=NAMES)
    assert errors(xml) == ["not_yet_multiple_events"]


def test_several_definitions_are_told_of_no_further() -> None:
    catch = node("intermediateCatchEvent", "tunggu", inside=BOTH)
    assert warnings(bpmn([start(), catch, end()], "start > tunggu > end", outside=NAMES)) == []
