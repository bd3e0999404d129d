"""Event sub-processes as the reader puts them: events on the edge of what lies beside them."""

import pytest

from app.engine.diagram import Diagram
from app.engine.reading import call_activities
from app.engine.running.execution import Program
from tests.engine.building import Shape, bpmn, end, inside, marker, node, start, timer, user
from tests.engine.case import Case
from tests.engine.read_files import read, warnings

NAMES = (
    '<bpmn:message id="m" name="Cabut"/><bpmn:signal id="s" name="Banjir"/><bpmn:error id="x" errorCode="1"/>'
    '<bpmn:escalation id="y" escalationCode="1"/>'
)


def handler(*parts: Shape, id: str = "bila", flows: str = "datang > catat > usai", **given: str) -> Shape:
    return node("subProcess", id, inside=inside(*parts, flows=flows), **{"triggeredByEvent": "true", **given})


def begins(definition: str, id: str = "datang", **given: str) -> Shape:
    return node("startEvent", id, inside=definition, **given)


def beside(*handlers: Shape, flows: str = "", starts: tuple[Shape, ...] = (start(),)) -> bytes:
    ways = "\n".join(f"{one.id} > telaah" for one in starts)
    return bpmn([*starts, user("telaah"), end(), *handlers], f"{ways}\ntelaah > end\n{flows}", outside=NAMES)


def events(diagram: Diagram) -> dict[str, tuple[bool, str]]:
    """Of the events that begin event sub-processes whether they interrupt, and what lies beside them."""
    return {
        event.id: (event.interrupting, event.attached_to or "")
        for event in diagram.event_sub_processes.values()
    }


@pytest.mark.parametrize(
    ("definition", "waits"),
    [
        ('<bpmn:messageEventDefinition messageRef="m"/>', ("message", "Cabut")),
        ('<bpmn:signalEventDefinition signalRef="s"/>', ("signal", "Banjir")),
        ('<bpmn:errorEventDefinition errorRef="x"/>', ("error", "1")),
        ("<bpmn:errorEventDefinition/>", ("error", "")),
        ('<bpmn:escalationEventDefinition escalationRef="y"/>', ("escalation", "1")),
        ("<bpmn:messageEventDefinition/>", ("message", "Datang")),
    ],
)
def test_its_start_is_an_event_on_what_lies_beside_it(definition: str, waits: tuple[str, str]) -> None:
    diagram = read(beside(handler(begins(definition), user("catat"), end("usai"))))
    assert events(diagram) == {"datang": (True, "prosedur:utuh")}
    assert getattr(diagram.nodes["datang"], waits[0]) == waits[1]
    assert [diagram.nodes[one].scope for one in ("start", "telaah", "bila", "catat")] == [
        "",
        "prosedur:utuh",
        "",
        "bila",
    ]


def test_a_timer_begins_one() -> None:
    diagram = read(beside(handler(begins(timer("60 hari")), user("catat"), end("usai"))))
    assert diagram.nodes["datang"].timer is not None


def test_an_error_interrupts_whatever_is_said() -> None:
    event = begins("<bpmn:errorEventDefinition/>", isInterrupting="false")
    assert events(read(beside(handler(event, user("catat"), end("usai")))))["datang"][0]


def test_what_interrupts_lies_around_what_does_not() -> None:
    one = handler(begins("<bpmn:messageEventDefinition/>"), user("catat"), end("usai"))
    other = handler(
        begins("<bpmn:messageEventDefinition/>", "tiba", isInterrupting="false"),
        user("baca"),
        id="lain",
        flows="tiba > baca",
    )
    diagram = read(beside(one, other))
    assert events(diagram) == {"datang": (True, "prosedur:utuh"), "tiba": (False, "prosedur:isi")}
    assert [diagram.nodes[one].scope for one in ("telaah", "prosedur:isi", "lain", "prosedur:utuh")] == [
        "prosedur:isi",
        "prosedur:utuh",
        "prosedur:utuh",
        "",
    ]


def test_one_without_a_typed_start_waits_for_the_message_of_its_name() -> None:
    plain = handler(start("datang", name=""), user("catat"), end("usai"), name="Bila dicabut")
    assert read(beside(plain)).nodes["datang"].message == "Bila dicabut"
    without = handler(user("catat"), end("usai"), flows="catat > usai", name="Bila dicabut")
    case = Case(Program(read(beside(without)), {}))
    case.deliver("bila:bila")
    assert case.open == ["catat"]


def test_an_empty_one_is_a_task() -> None:
    case = Case(Program(read(beside(node("subProcess", "bila", triggeredByEvent="true"))), {}))
    case.deliver("bila:bila")
    assert case.open == ["bila"]


def test_one_that_flows_lead_to_is_a_plain_sub_process() -> None:
    xml = beside(handler(start("datang"), user("catat"), end("usai")), flows="telaah > bila > end")
    assert "event_sub_process_joined" in warnings(xml)
    assert events(read(xml)) == {}


def test_several_starts_begin_it_each_at_its_own() -> None:
    both = handler(
        begins("<bpmn:messageEventDefinition/>"),
        begins("<bpmn:messageEventDefinition/>", "lain"),
        user("catat"),
        user("baca"),
        flows="datang > catat\nlain > baca",
    )
    case = Case(Program(read(beside(both)), {}))
    case.deliver("lain")
    assert case.open == ["baca"]


def test_each_start_of_the_process_leads_on_as_drawn() -> None:
    message = node("startEvent", "surat", inside='<bpmn:messageEventDefinition messageRef="m"/>')
    xml = bpmn(
        [start(), message, user("telaah"), user("baca"), end(),
         handler(begins("<bpmn:messageEventDefinition/>"), user("catat"), end("usai"))],
        "start > telaah > end\nsurat > baca > end",
        outside=NAMES,
    )  # fmt: skip
    assert Case(Program(read(xml), {})).open == ["telaah"]
    turned = xml.replace(b'<bpmn:startEvent id="start"', b'<bpmn:startEvent id="z"').replace(
        b'sourceRef="start"', b'sourceRef="z"'
    )
    diagram = read(turned)
    reordered = {"surat": diagram.nodes["surat"], **diagram.nodes}
    object.__setattr__(diagram, "nodes", reordered)
    assert Case(Program(diagram, {})).open == ["baca"]


def test_it_runs_in_a_called_process() -> None:
    called = read(beside(handler(begins("<bpmn:messageEventDefinition/>"), user("catat"), end("usai"))))
    call = node("callActivity", "panggil", calledElement="p")
    calling = read(bpmn([start(), call, user("lapor"), end()], "start > panggil > lapor > end"))
    diagram = call_activities.inline(calling, {"p": called}).diagram
    case = Case(Program(diagram, {}))
    assert case.open == ["panggil:telaah"]
    case.deliver("panggil:datang")
    assert case.open == ["panggil:catat"]
    case.complete("panggil:catat")
    assert case.open == ["lapor"]


def test_a_mark_of_repetition_on_one_is_told() -> None:
    again = marker("<bpmn:loopCardinality>2</bpmn:loopCardinality>")
    held = handler(begins("<bpmn:messageEventDefinition/>"), user("catat"), end("usai")).inside
    assert "rounds_misplaced" in warnings(
        beside(node("subProcess", "bila", inside=held + again, triggeredByEvent="true"))
    )
