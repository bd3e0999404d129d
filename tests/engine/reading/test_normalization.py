"""What a drawing leaves unsaid: how it is understood, what is warned of, and that it runs so."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.engine.running.execution import Program
from tests.engine.building import (
    Shape,
    boundary,
    bpmn,
    catch,
    end,
    exclusive,
    flow,
    node,
    parallel,
    race,
    send,
    start,
    user,
)
from tests.engine.case import Case
from tests.engine.read_files import errors, read, warnings


def case(xml: bytes, variables: Mapping[str, Any] | None = None) -> Case:
    return Case(Program(read(xml), {}), variables)


def link(id: str, name: str, *, throws: bool = False) -> Shape:
    tag = "intermediateThrowEvent" if throws else "intermediateCatchEvent"
    return node(tag, id, inside=f'<bpmn:linkEventDefinition name="{name}"/>')


# -- starts and ends -----------------------------------------------------------------------------------


def test_without_a_start_everything_that_nothing_leads_to_begins() -> None:
    xml = bpmn([user("a"), user("b"), user("c"), end()], "a > c > end\nb > end", lanes={"UPP": "a b c end"})
    assert warnings(xml) == ["start_implied"]
    assert case(xml).open == ["a", "b"]
    first = read(xml).start_node()
    assert first is not None
    assert (first.id, first.lane_id) == ("prosedur:mulai", "lane_1")


def test_a_start_whose_arrow_was_forgotten_leads_to_what_nothing_leads_to() -> None:
    xml = bpmn([start(), user("a"), user("b"), end()], "a > b > end")
    assert warnings(xml) == ["start_joined"]
    found = case(xml)
    assert found.open == ["a"]
    first = read(xml).start_node()
    assert first is not None
    assert first.id == "start"


def test_a_start_without_an_arrow_beside_one_with_is_left_out() -> None:
    xml = bpmn([start("lepas"), start(), user("a"), end()], "start > a > end")
    assert [(f.code, f.element_id) for f in read(xml).findings] == [("start_unconnected", "lepas")]
    assert set(read(xml).nodes) == {"start", "a", "end"}


def test_a_way_that_comes_to_another_start_without_an_arrow_ends_there() -> None:
    xml = bpmn([start(), user("a"), start("lepas")], "start > a > lepas")
    assert warnings(xml) == ["flow_into_start", "start_unconnected", "implicit_end"]
    found = case(xml)
    found.complete("a")
    assert found.ended


def test_a_circle_without_a_start_is_refused() -> None:
    assert errors(bpmn([user("a"), user("b")], "a > b > a")) == ["no_start"]


def test_of_several_plain_starts_people_use_the_first_with_a_form() -> None:
    nodes = [start("loket"), start("surat", form="surat"), start("telepon", name=""), user("telaah"), end()]
    xml = bpmn(nodes, "loket > telaah\nsurat > telaah\ntelepon > telaah\ntelaah > end")
    diagram = read(xml)
    found = [diagram.start_node(message) for message in (None, "Loket", "telepon")]
    assert [each.id for each in found if each] == ["surat", "loket", "telepon"]
    assert [(f.code, f.params.get("message")) for f in diagram.findings] == [
        ("several_starts", "Loket"),
        ("several_starts", "telepon"),
    ]


def test_without_forms_people_use_the_first_start() -> None:
    diagram = read(bpmn([start("a"), start("b"), end()], "a > end\nb > end"))
    assert diagram.start_node() is diagram.nodes["a"]


def test_a_start_that_flows_lead_back_to_passes_the_case_on() -> None:
    xml = bpmn([start(), user("telaah"), exclusive("g"), end()], "start > telaah > g > start\ng > end")
    assert warnings(xml) == ["flow_into_start"]
    found = case(xml)
    found.complete("telaah", {"g": "g__start"})
    assert found.open == ["telaah"]
    found.complete("telaah", {"g": "g__end"})
    assert found.ended


def test_an_end_that_flows_leave_is_passed_through() -> None:
    xml = bpmn([start(), end("tengah"), user("telaah"), end()], "start > tengah > telaah > end")
    assert warnings(xml) == ["flow_out_of_end"]
    found = case(xml)
    assert found.open == ["telaah"]
    found.complete("telaah")
    assert found.step.end is not None
    assert found.step.end.id == "end"


def test_flows_out_of_an_end_that_ends_all_are_never_taken() -> None:
    xml = bpmn([start(), end("habis", terminate=True), user("telaah"), end()], "start > habis > telaah > end")
    assert warnings(xml) == ["flow_out_of_terminate", "unreachable", "unreachable"]
    assert case(xml).ended


@pytest.mark.parametrize(
    "tag", ["exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway"]
)
def test_what_comes_to_a_gateway_that_nothing_leaves_ends_there(tag: str) -> None:
    xml = bpmn([start(), user("telaah"), node(tag, "g")], "start > telaah > g")
    assert warnings(xml) == ["gateway_ends"]
    found = case(xml)
    found.complete("telaah")
    assert found.ended


def test_a_parallel_gateway_that_nothing_leaves_waits_for_all() -> None:
    nodes = [start(), parallel("bagi"), user("a"), user("b"), parallel("g")]
    found = case(bpmn(nodes, "start > bagi > a > g\nbagi > b > g"))
    found.complete("a")
    assert not found.ended
    found.complete("b")
    assert found.ended


def test_what_begins_cases_by_waiting_is_a_start() -> None:
    task = node("receiveTask", "surat", message="Surat", instantiate="true")
    xml = bpmn([task, user("telaah"), end()], "surat > telaah > end")
    assert (read(xml).nodes["surat"].kind, read(xml).nodes["surat"].message) == ("startEvent", "Surat")
    assert warnings(xml) == ["receiver_begins"]
    gate = [
        race("mana", instantiate="true"),
        catch("surat", message="Surat"),
        catch("telepon", message="Telepon"),
    ]
    found = read(bpmn([*gate, end()], "mana > surat > end\nmana > telepon > end"))
    assert [one.id for one in found.starts_in("")] == ["surat", "telepon"]
    assert "mana" not in found.nodes
    assert "instantiate_ignored" in warnings(bpmn([start(), task, end()], "start > surat > end"))


def test_a_reminder_that_leads_nowhere_leaves_the_task_open() -> None:
    xml = bpmn([start(), user("a"), boundary("lewat", "a", after="P1D"), end()], "start > a > end")
    assert warnings(xml) == ["implicit_end"]
    found = case(xml)
    found.wait(days=2)
    assert "timer_fired" in found.types
    assert found.open == ["a"]


def test_an_interrupting_event_that_leads_nowhere_is_warned_of_and_ends_the_way() -> None:
    late = boundary("lewat", "a", after="P1D", interrupting=True)
    xml = bpmn([start(), user("a"), late, end()], "start > a > end")
    assert warnings(xml) == ["boundary_ends"]
    found = case(xml)
    found.wait(days=2)
    assert found.ended


# -- several flows without a gateway -------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["start", "tugas", "kirim", "tunggu", "tepi"])
def test_all_flows_out_of_a_step_without_a_gateway_are_taken(origin: str) -> None:
    nodes = [
        start(),
        user("tugas"),
        send("kirim"),
        catch("tunggu", after="PT1H"),
        user("a"),
        user("b"),
        end(),
    ]
    nodes.append(boundary("tepi", "a", after="P1D", interrupting=True))
    way = ["start", "tugas", "kirim", "tunggu", "a", "end"]
    ways = " > ".join(way) + f"\nb > end\n{origin} > b\ntepi > end"
    xml = bpmn(nodes, ways)
    assert warnings(xml) == ["implicit_parallel"]
    found = case(xml)
    if origin != "start":
        found.complete("tugas")
    if origin in {"tunggu", "tepi"}:
        found.wait(hours=2)
    if origin == "tepi":
        found.wait(days=2)
    assert "b" in found.open
    assert found.step.visits[f"{origin}__b"] == 1


CHOICES = [
    flow("telaah", "a", condition="jumlah > 1"),
    flow("telaah", "b", condition="jumlah > 2"),
    flow("telaah", "c"),
]


@pytest.mark.parametrize(("jumlah", "opened"), [(1, ["c"]), (2, ["a", "c"]), (3, ["a", "b", "c"])])
def test_of_conditional_flows_out_of_a_task_those_that_hold_are_taken(jumlah: int, opened: list[str]) -> None:
    nodes = [start(), user("telaah"), user("a"), user("b"), user("c"), end()]
    xml = bpmn(nodes, ["start > telaah\na > end\nb > end\nc > end", *CHOICES])
    assert warnings(xml) == ["implicit_choice"]
    found = case(xml)
    found.complete("telaah", jumlah=jumlah)
    assert found.open == opened
    assert [found.step.visits.get(f"telaah__{way}", 0) for way in "abc"] == [int(w in opened) for w in "abc"]


@pytest.mark.parametrize(("jumlah", "opened"), [(1, ["c"]), (3, ["a", "b"])])
def test_the_default_flow_out_of_a_task_is_taken_when_no_condition_holds(
    jumlah: int, opened: list[str]
) -> None:
    telaah = user("telaah", default="telaah__c")
    nodes = [start(), telaah, user("a"), user("b"), user("c"), end()]
    found = case(bpmn(nodes, ["start > telaah\na > end\nb > end\nc > end", *CHOICES]))
    found.complete("telaah", jumlah=jumlah)
    assert found.open == opened


def test_a_condition_on_the_only_flow_out_of_a_task_decides_nothing() -> None:
    xml = bpmn([start(), user("telaah"), end()], ["start > telaah", flow("telaah", "end", condition="x > 1")])
    assert warnings(xml) == ["condition_ignored"]


def test_a_complex_gateway_runs_as_an_inclusive_one() -> None:
    nodes = [start(), node("complexGateway", "g"), user("a"), user("b"), node("complexGateway", "h"), end()]
    xml = bpmn(nodes, "start > g > a > h > end\ng > b > h")
    assert warnings(xml) == ["complex_gateway"]
    found = case(xml)
    found.complete("g", {"g": ["g__a", "g__b"]})
    assert found.open == ["a", "b"]


# -- links and races -----------------------------------------------------------------------------------


def test_links_are_flows_drawn_apart() -> None:
    nodes = [start(), exclusive("g"), link("ke_a", "A", throws=True), link("ke_b", "A", throws=True)]
    nodes += [link("dari", "A"), user("telaah"), end()]
    xml = bpmn(nodes, "start > g > ke_a\ng > ke_b\ndari > telaah > end")
    assert warnings(xml) == []
    found = case(xml)
    found.complete("g", {"g": "g__ke_b"})
    assert found.open == ["telaah"]
    assert [name in found.step.visits for name in ("ke_b", "dari", "ke_a")] == [True, True, False]


def test_links_without_a_name_of_their_own_go_by_what_people_see() -> None:
    throw = node("intermediateThrowEvent", "x", name="Ke A", inside="<bpmn:linkEventDefinition/>")
    caught = node("intermediateCatchEvent", "y", name="Ke\nA", inside='<bpmn:linkEventDefinition name="" />')
    found = case(bpmn([start(), throw, caught, end()], "start > x\ny > end"))
    assert found.ended


@pytest.mark.parametrize(("thrown", "caught"), [("", ""), ("Lanjut", ""), ("", "Lanjut")])
def test_two_halves_of_a_link_of_which_one_has_no_name_belong_together(thrown: str, caught: str) -> None:
    throw = node("intermediateThrowEvent", "x", name=thrown, inside='<bpmn:linkEventDefinition name="" />')
    catch_ = node("intermediateCatchEvent", "y", name=caught, inside='<bpmn:linkEventDefinition name="" />')
    assert case(bpmn([start(), throw, catch_, end()], "start > x\ny > end")).ended


def test_halves_with_different_names_do_not() -> None:
    nodes = [start(), link("ke", "A", throws=True), link("dari", "B"), end()]
    assert errors(bpmn(nodes, "start > ke\ndari > end")) == ["link_without_target"]


def test_a_link_without_its_other_half_is_found() -> None:
    assert errors(bpmn([start(), link("ke", "A", throws=True)], "start > ke")) == ["link_without_target"]
    alone = bpmn([start(), link("dari", "A"), end()], "start > end\ndari > end")
    assert warnings(alone) == ["link_without_source", "unreachable"]
    nodes = [start(), link("ke", "A", throws=True), link("x", "A"), link("y", "A"), end()]
    assert errors(bpmn(nodes, "start > ke\nx > end\ny > end")) == ["link_target_twice"]


@pytest.mark.parametrize(("hours", "come"), [(2, "cepat"), (0, "lama")])
def test_the_earlier_of_two_timers_after_an_event_gateway_wins(hours: int, come: str) -> None:
    nodes = [
        start(),
        race("r"),
        catch("cepat", after="PT1H"),
        catch("lama", after="P2D"),
        user("a"),
        user("b"),
        end(),
    ]
    ways = "start > r > cepat > a > end\nr > lama > b > end"
    if come == "lama":
        nodes[2] = catch("cepat", after="P3D")
    found = case(bpmn(nodes, ways))
    found.wait(hours=hours, days=0 if hours else 2)
    assert found.open == [{"cepat": "a", "lama": "b"}[come]]
    assert found.timers == {}


def test_one_event_or_receive_tasks_may_follow_an_event_gateway() -> None:
    nodes = [start(), race("r"), node("receiveTask", "surat", message="s"), end()]
    found = case(bpmn(nodes, "start > r > surat > end"))
    found.deliver("surat")
    assert found.ended


def test_an_event_that_races_and_is_reached_otherwise_too_stands_for_several() -> None:
    nodes = [
        start(),
        race("r"),
        catch("data", message="data"),
        catch("lama", after="P1D"),
        user("tanya"),
        user("z"),
        end(),
    ]
    xml = bpmn(nodes, "start > r > data > z > end\nr > lama > tanya > data")
    assert warnings(xml) == ["event_shared"]
    early = case(xml)
    early.deliver("data")
    assert (early.open, early.timers) == (["z"], {})
    late = case(xml)
    late.wait(days=2)
    late.complete("tanya")
    assert list(late.messages.values()) == ["data:2"]
    late.deliver("data:2")
    assert late.open == ["z"]
    late.complete("z")
    assert late.ended


def test_two_races_for_one_event_are_kept_apart() -> None:
    nodes = [
        start(),
        race("r"),
        race("q"),
        catch("data", message="data"),
        catch("a", after="P1D"),
        catch("b", after="P9D"),
    ]
    xml = bpmn([*nodes, user("z"), end()], "start > r > data > z > end\nr > a > q > data\nq > b > end")
    found = case(xml)
    found.wait(days=2)
    assert list(found.messages.values()) == ["data:2"]
    found.deliver("data:2")
    assert (found.open, found.timers) == (["z"], {})
