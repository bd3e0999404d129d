"""Starts, boundary events, timers, messages and event gateways."""

import pytest

from app.engine.diagram import Timer
from app.engine.running.execution import Program
from tests.engine.building import (
    Shape,
    boundary,
    bpmn,
    catch,
    end,
    inside,
    node,
    race,
    rule,
    send,
    start,
    timer,
    user,
)
from tests.engine.case import Case
from tests.engine.read_files import errors, read, refused, warnings


def around(*events: Shape, properties: dict[str, str] | None = None) -> bytes:
    """start → telaah → end, with boundary events of telaah that lead to another end."""
    ways = "\n".join(f"{event.id} > lain" for event in events)
    nodes = [start(), user("telaah"), *events, end(), end("lain")]
    return bpmn(nodes, f"start > telaah > end\n{ways}", properties=properties)


def waiting(event: Shape) -> bytes:
    """start → event → end."""
    return bpmn([start(), event, end()], f"start > {event.id} > end")


def racing(*events: Shape, more: str = "", others: tuple[Shape, ...] = ()) -> bytes:
    """start → event gateway → each of the events → end."""
    ways = "\n".join(f"r > {event.id} > end" for event in events)
    return bpmn([start(), race("r"), *events, *others, end()], f"start > r\n{ways}\n{more}")


def test_one_plain_start_and_several_message_starts_are_read() -> None:
    nodes = [start(), start("a", message="surat"), start("b", message="telepon"), user("telaah"), end()]
    diagram = read(bpmn(nodes, "start > telaah > end\na > telaah\nb > telaah"))
    found = [diagram.start_node(message) for message in (None, "surat", "telepon")]
    assert [start_node.id for start_node in found if start_node] == ["start", "a", "b"]
    assert diagram.start_node("lain") is None


def test_two_starts_by_one_message_are_refused() -> None:
    nodes = [start("a", message="surat"), start("b", message="surat"), end()]
    assert errors(bpmn(nodes, "a > end\nb > end")) == ["start_message_twice"]


def test_flows_into_a_boundary_event_are_refused() -> None:
    lewat = boundary("lewat", "telaah", after="3 hari")
    (finding,) = refused(around(lewat).replace(b'targetRef="end"', b'targetRef="lewat"'))
    assert (finding.code, finding.element_id) == ("flow_into_boundary", "telaah__end")


def test_what_begins_at_a_start_that_no_flow_leaves_ends_there() -> None:
    assert warnings(bpmn([start()])) == ["start_ends"]
    assert Case(Program(read(bpmn([start()])), {})).ended
    assert "start_ends" in warnings(bpmn([start(), user("a"), user("b")], "a > b > a"))


def test_a_boundary_event_must_sit_on_a_task() -> None:
    assert errors(around(boundary("lewat", "hantu", after="3 hari"))) == ["boundary_host_unknown"]
    assert errors(around(boundary("lewat", "start", after="3 hari"))) == ["boundary_host_not_activity"]
    loose = node("boundaryEvent", "lewat", inside=timer("3 hari"))
    assert errors(around(loose)) == ["boundary_not_attached"]


def test_a_boundary_event_must_wait_for_something() -> None:
    (finding,) = refused(around(boundary("lewat", "telaah", name="")))
    assert (finding.code, finding.element_id) == ("event_without_trigger", "lewat")


def test_a_boundary_event_that_is_only_named_waits_for_a_message_of_that_name() -> None:
    diagram = read(around(boundary("lewat", "telaah", name="Pemohon mencabut")))
    assert diagram.nodes["lewat"].message == "Pemohon mencabut"
    assert [finding.code for finding in diagram.findings] == ["event_by_its_name"]


def test_an_event_on_the_way_that_waits_for_nothing_is_ended_by_its_lane() -> None:
    nodes = [start(), user("kirim"), node("intermediateCatchEvent", "terima", name="Berkas lengkap"), end()]
    xml = bpmn(nodes, "start > kirim > terima > end", lanes={"UPP": "start kirim", "Arsip": "terima end"})
    assert warnings(xml) == ["event_waits_for_nothing"]
    found = Case(Program(read(xml), {}))
    found.complete("kirim")
    found.wait(days=400)
    assert (found.open, found.ended) == (["terima"], False)
    waiting = read(xml).nodes["terima"]
    assert (waiting.kind, waiting.name, waiting.timer) == ("userTask", "Berkas lengkap", None)
    assert {lane.id: lane.name for lane in read(xml).lanes}[waiting.lane_id] == "Arsip"
    found.complete("terima")
    assert found.ended


def test_an_event_that_waits_for_nothing_has_a_name_where_the_drawing_gives_none() -> None:
    xml = bpmn([start(), node("intermediateCatchEvent", "terima", name=""), end()], "start > terima > end")
    assert read(xml).nodes["terima"].name == "Menunggu"


def test_an_event_after_an_event_gateway_that_waits_for_nothing_waits_for_the_message_of_its_name() -> None:
    def after_gateway(name: str) -> bytes:
        raced = node("intermediateCatchEvent", "jawaban", name=name)
        nodes = [start(), race("mana"), raced, catch("lewat", after="3 hari"), end()]
        return bpmn(nodes, "start > mana > jawaban > end\nmana > lewat > end")

    assert warnings(after_gateway("5 hari")) == ["event_by_its_name"]
    found = Case(Program(read(after_gateway("5 hari")), {}))
    assert found.program.diagram.nodes["jawaban"].message == "5 hari"
    found.wait(days=2)
    assert not found.ended
    assert [finding.code for finding in refused(after_gateway(""))] == ["event_without_trigger"]


def test_a_boundary_event_interrupts_unless_drawn_dashed() -> None:
    plain = around(boundary("lewat", "telaah", after="3 hari")).replace(b' cancelActivity="false"', b"")
    assert read(plain).nodes["lewat"].interrupting
    assert not read(around(boundary("lewat", "telaah", after="3 hari"))).nodes["lewat"].interrupting


@pytest.mark.parametrize("host", [send("otomatis"), rule("otomatis", decision="t")])
def test_a_boundary_event_on_a_step_that_takes_no_time_is_warned_of(host: Shape) -> None:
    nodes = [start(), host, boundary("lewat", "otomatis", after="3 hari"), end()]
    assert warnings(bpmn(nodes, "start > otomatis > end\nlewat > end")) == ["boundary_on_automatic"]


def test_a_boundary_event_may_sit_on_a_receive_task() -> None:
    nodes = [
        start(),
        node("receiveTask", "surat", message="s"),
        boundary("lewat", "surat", after="3 hari"),
        end(),
    ]
    assert read(bpmn(nodes, "start > surat > end\nlewat > end")).boundary["surat"][0].id == "lewat"


@pytest.mark.parametrize(
    ("written", "kind", "read_as"),
    [
        ("P3D", "timeDuration", Timer("duration", "P3D")),
        ('"P3D"', "timeDuration", Timer("duration", "P3D")),
        (" '3 hari kerja' ", "timeDuration", Timer("duration", "3 hari kerja")),
        ("2026-12-01T10:00:00+07:00", "timeDate", Timer("date", "2026-12-01T10:00:00+07:00")),
        ("R3/P1D", "timeCycle", Timer("cycle", "R3/P1D")),
        ("= tenggat_baru", "timeDuration", Timer("duration", "=tenggat_baru")),
        ("${tenggat_baru}", "timeDuration", Timer("duration", "=tenggat_baru")),
    ],
)
def test_the_text_of_a_timer_is_read(written: str, kind: str, read_as: Timer) -> None:
    diagram = read(around(boundary("lewat", "telaah", after=written, kind=kind)))
    assert diagram.nodes["lewat"].timer == read_as


@pytest.mark.parametrize(
    ("written", "kind", "code"),
    [
        ("P3D", "timeCycle", "timer_not_a_cycle"),
        ("99999 hari", "timeDuration", "timer_too_long"),
        ("= a and", "timeDuration", "expression_syntax"),
        ("= a == 'x'", "timeDuration", "expression_not_feel"),
    ],
)
def test_a_timer_that_cannot_be_read_is_refused(written: str, kind: str, code: str) -> None:
    (finding,) = refused(around(boundary("lewat", "telaah", after=written, kind=kind)))
    assert (finding.code, finding.element_id) == (code, "lewat")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "timer_words_not_understood"),
        ('""', "timer_words_not_understood"),
        ("sebentar lagi", "timer_not_understood"),
        ("timedelta(days=3)", "timer_not_understood"),
    ],
)
def test_a_timer_whose_time_nobody_can_read_is_asked_for(written: str, code: str) -> None:
    diagram = read(around(boundary("lewat", "telaah", after=written)))
    assert [finding.code for finding in diagram.findings] == [code, "timer_asked"]
    assert diagram.nodes["lewat"].asks == "time"


def test_a_start_whose_time_nobody_can_read_is_begun_by_hand() -> None:
    xml = bpmn([start(inside=timer("sebentar lagi")), user("telaah"), end()], "start > telaah > end")
    assert warnings(xml) == ["timer_not_understood", "timer_start_by_hand"]
    assert read(xml).start_node() is not None
    xml = bpmn([start(inside="<bpmn:conditionalEventDefinition/>"), end()], "start > end")
    assert warnings(xml) == ["condition_start_by_hand"]


def test_a_timer_with_two_times_is_refused() -> None:
    both = "<bpmn:timeDuration>P1D</bpmn:timeDuration><bpmn:timeDate>2026-12-01</bpmn:timeDate>"
    definition = f"<bpmn:timerEventDefinition>{both}</bpmn:timerEventDefinition>"
    event = node("boundaryEvent", "lewat", attachedToRef="telaah", inside=definition)
    assert errors(around(event)) == ["timer_twice"]


def test_a_repeating_timer_comes_once_unless_it_only_reminds() -> None:
    reminder = around(boundary("lewat", "telaah", after="R3/P1D", kind="timeCycle"))
    assert warnings(reminder) == []
    cutting = around(boundary("lewat", "telaah", after="R3/P1D", kind="timeCycle", interrupting=True))
    assert warnings(cutting) == ["timer_comes_once"]
    assert read(cutting).nodes["lewat"].timer == Timer("duration", "P1D")
    awaited = waiting(catch("lewat", after="setiap hari", kind="timeCycle"))
    assert warnings(awaited) == ["timer_comes_once"]
    assert read(awaited).nodes["lewat"].timer == Timer("duration", "1 hari kerja")


def test_a_timer_before_the_deadline_needs_a_deadline_on_the_same_task() -> None:
    before = boundary("ingat", "telaah", after="H-14")
    assert warnings(around(before, boundary("lewat", "telaah", after="60 hari"))) == []
    for beside in (
        [],
        [boundary("lagi", "telaah", after="H-7")],
        [boundary("c", "telaah", after="setiap hari")],
    ):
        assert "timer_relative_without_deadline" in errors(around(before, *beside))
    assert errors(waiting(catch("ingat", after="H-14"))) == ["timer_relative_without_deadline"]


def test_the_mark_of_the_deadline_is_read() -> None:
    diagram = read(
        around(
            boundary("lewat", "telaah", after="60 hari", properties={"tenggat": "ya"}),
            boundary("ingat", "telaah", after="30 hari", properties={"tenggat": "tidak"}),
        )
    )
    assert (diagram.nodes["lewat"].is_deadline, diagram.nodes["ingat"].is_deadline) == (True, False)


def test_only_a_single_timer_on_a_task_can_be_the_deadline() -> None:
    mark = {"tenggat": "ya"}
    message = around(boundary("lewat", "telaah", message="m", properties=mark))
    assert errors(message) == ["deadline_misplaced"]
    assert errors(waiting(catch("lewat", after="3 hari", properties=mark))) == ["deadline_misplaced"]
    assert errors(waiting(user("lewat", properties=mark))) == ["deadline_misplaced"]
    repeating = boundary("lewat", "telaah", after="setiap hari", properties=mark)
    assert errors(around(repeating)) == ["deadline_not_single"]
    relative = boundary("ingat", "telaah", after="H-3", properties=mark)
    assert errors(around(relative, boundary("lewat", "telaah", after="9 hari"))) == ["deadline_not_single"]
    odd = boundary("lewat", "telaah", after="3 hari", properties={"tenggat": "mungkin"})
    assert errors(around(odd)) == ["property_value"]


def test_two_deadlines_on_a_task_are_refused() -> None:
    mark = {"tenggat": "ya"}
    xml = around(
        boundary("a", "telaah", after="3 hari", properties=mark),
        boundary("b", "telaah", after="5 hari", properties=mark),
    )
    (finding,) = refused(xml)
    assert (finding.code, finding.element_id, finding.params) == (
        "deadline_twice",
        "b",
        {"host": "Telaah", "first": "A (3 hari)", "second": "B (5 hari)"},
    )


def test_a_message_is_known_by_its_name_else_its_id() -> None:
    xml = waiting(catch("tunggu", message="data pelengkap"))
    assert read(xml).nodes["tunggu"].message == "data pelengkap"
    unnamed = xml.replace(b' name="data pelengkap"/>', b"/>")
    assert read(unnamed).nodes["tunggu"].message == "message_data_pelengkap"
    prefixed = xml.replace(b'messageRef="', b'messageRef="tns:')
    assert read(prefixed).nodes["tunggu"].message == "data pelengkap"


def test_an_operation_stands_for_its_message() -> None:
    interface = (
        '<bpmn:interface id="i"><bpmn:operation id="op" name="Terima data">'
        "<bpmn:inMessageRef>pesan</bpmn:inMessageRef></bpmn:operation></bpmn:interface>"
    )
    event = node(
        "intermediateCatchEvent",
        "tunggu",
        inside="<bpmn:messageEventDefinition><bpmn:operationRef>op</bpmn:operationRef></bpmn:messageEventDefinition>",
    )
    xml = bpmn([start(), event, end()], "start > tunggu > end", outside=interface)
    assert read(xml).nodes["tunggu"].message == "Terima data"
    named = xml.replace(b"<bpmn:interface", b'<bpmn:message id="pesan" name="data"/><bpmn:interface')
    assert read(named).nodes["tunggu"].message == "data"


def test_a_message_that_is_waited_for_goes_by_the_name_of_what_waits() -> None:
    event = node("intermediateCatchEvent", "tunggu", inside="<bpmn:messageEventDefinition/>")
    for waits in (event, node("receiveTask", "tunggu")):
        assert warnings(waiting(waits)) == ["message_named_by_drawing"]
        assert read(waiting(waits)).nodes["tunggu"].message == "Tunggu"


@pytest.mark.parametrize("kind", ["message", "signal"])
def test_a_reference_to_nothing_is_taken_as_the_name(kind: str) -> None:
    definition = f'<bpmn:{kind}EventDefinition {kind}Ref="tns:hantu"/>'
    lost = node("intermediateCatchEvent", "tunggu", inside=definition)
    assert warnings(waiting(lost)) == ["reference_to_nothing"]
    assert getattr(read(waiting(lost)).nodes["tunggu"], kind) == "hantu"


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_a_reference_to_no_error_is_taken_as_its_code(kind: str) -> None:
    """Whoever throws it with the same reference is caught, and nobody who throws another."""
    definition = f'<bpmn:{kind}EventDefinition {kind}Ref="E1"/>'

    def thrown(code: str) -> bytes:
        throws = node("endEvent", "gagal", inside=definition.replace("E1", code))
        host = node("subProcess", "bagian", inside=inside(start("di"), throws, flows="di > gagal"))
        caught = node("boundaryEvent", "tangkap", inside=definition, attachedToRef="bagian")
        nodes = [start(), host, caught, user("sesudah"), end()]
        return bpmn(nodes, "start > bagian > end\ntangkap > sesudah > end")

    assert warnings(thrown("E1")) == ["reference_to_nothing"] * 2
    assert Case(Program(read(thrown("E1")), {})).open == ["sesudah"]
    assert Case(Program(read(thrown("E2")), {})).open != ["sesudah"]


@pytest.mark.parametrize("kind", ["error", "escalation", "compensate", "cancel", "terminate", "link"])
def test_a_start_with_what_means_nothing_there_is_begun_by_hand(kind: str) -> None:
    nodes = [node("startEvent", "start", inside=f"<bpmn:{kind}EventDefinition/>"), user("telaah"), end()]
    xml = bpmn(nodes, "start > telaah > end")
    assert warnings(xml) == ["definition_meaningless"]
    assert Case(Program(read(xml), {})).open == ["telaah"]


def test_an_end_with_what_means_nothing_there_is_an_end() -> None:
    for inside_it in (timer("3 hari"), "<bpmn:conditionalEventDefinition/>"):
        xml = bpmn(
            [start(), user("telaah"), node("endEvent", "end", inside=inside_it)], "start > telaah > end"
        )
        assert warnings(xml) == ["definition_meaningless"]
        found = Case(Program(read(xml), {}))
        found.complete("telaah")
        assert found.ended


def test_a_message_that_is_sent_may_go_by_the_name_of_its_event() -> None:
    event = node("endEvent", "kirim", name="Kirim laporan", inside="<bpmn:messageEventDefinition/>")
    assert read(bpmn([start(), event], "start > kirim")).nodes["kirim"].message == "Kirim laporan"


@pytest.mark.parametrize(("name", "message"), [('="data"', "data"), ("${'data'}", "data")])
def test_a_message_name_in_quotes_is_a_plain_name(name: str, message: str) -> None:
    assert read(waiting(catch("tunggu", message=name))).nodes["tunggu"].message == message


def test_a_computed_or_endless_message_name_is_refused() -> None:
    assert errors(waiting(catch("tunggu", message='="data" + "baru"'))) == ["message_name_computed"]
    assert errors(waiting(catch("tunggu", message="=nama"))) == ["message_name_computed"]
    long = waiting(catch("tunggu", message="m")).replace(b'name="m"', b'name="' + b"x" * 256 + b'"')
    assert errors(long) == ["name_too_long"]


def test_an_event_definition_kept_apart_is_found() -> None:
    event = node(
        "intermediateCatchEvent", "tunggu", inside="<bpmn:eventDefinitionRef>t</bpmn:eventDefinitionRef>"
    )
    apart = '<bpmn:timerEventDefinition id="t"><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>'
    xml = bpmn([start(), event, end()], "start > tunggu > end", outside=apart)
    assert read(xml).nodes["tunggu"].timer == Timer("duration", "P1D")
    assert errors(xml.replace(b">t<", b">u<")) == ["trigger_unknown"]


def test_events_that_race_are_read() -> None:
    xml = racing(
        catch("datang", message="data"),
        node("receiveTask", "ditarik", message="tarik"),
        catch("lama", after="P1D"),
    )
    assert [flow.target for flow in read(xml).outgoing["r"]] == ["datang", "ditarik", "lama"]


def test_an_event_gateway_needs_events_that_wait() -> None:
    assert warnings(racing(catch("datang", message="data"))) == ["event_gateway_one"]


def test_who_is_in_the_lane_says_which_came_of_what_waits_for_nothing() -> None:
    nodes = [start(), race("r"), user("telaah"), user("arsip"), catch("lama", after="P3D"), end()]
    flows = "start > r > telaah > end\nr > arsip > end\nr > lama > end"
    xml = bpmn(nodes, flows, lanes={"UPP": "start telaah lama end", "UPT": "r arsip"})
    assert warnings(xml) == ["event_gateway_asks"] * 2
    program = Program(read(xml), {})
    found = Case(program)
    assert found.open == []
    waiting = {program.diagram.nodes[one].message: one for one in found.messages.values()}
    assert set(waiting) == {"Telaah", "Arsip"}
    lanes = {lane.id: lane.name for lane in program.diagram.lanes}
    assert {lanes[program.diagram.nodes[one].lane_id] for one in waiting.values()} == {"UPT"}
    found.deliver(waiting["Arsip"])
    assert (found.open, found.messages, found.timers) == (["arsip"], {}, {})


def test_an_event_that_races_has_no_boundary_event() -> None:
    events = (catch("datang", message="data"), catch("lama", after="P1D"))
    receiving = node("receiveTask", "datang", message="data")
    edge = boundary("tepi", "datang", after="P2D")
    assert errors(racing(receiving, events[1], others=(edge,), more="tepi > end")) == [
        "event_gateway_target_boundary"
    ]


def test_one_message_twice_after_an_event_gateway_is_refused() -> None:
    messages = [catch(name, message="sama") for name in ("a", "b")]
    assert errors(racing(*messages)) == ["event_gateway_message_twice"]
