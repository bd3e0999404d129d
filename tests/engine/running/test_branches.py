"""Where branches part and come together, and what an instance in many branches costs."""

from datetime import timedelta

import pytest

from app.base.errors import ExecutionFailed
from app.engine.reading.reader import read_diagrams
from app.engine.running.execution import Program
from tests.engine.building import boundary, bpmn, end, node, start
from tests.engine.case import Case

TWICE_FORKED = """
start a
and f
user x
user y
and g
user p
user q
and j
user d
end e
a -> f -> x -> j -> d -> e
f -> y -> g -> p -> j
g -> q -> j
"""


def test_a_join_remembers_a_branch_that_came_before_the_others_forked_again() -> None:
    case = Case(TWICE_FORKED)
    for task in ("x", "y", "p", "q"):
        case.complete(task)
    assert case.open == ["d"]


REVIEW = """
start a
and outer
user beside
xor again
and f
user x
user y
and j
xor g
end e
end f2
a -> outer -> beside -> f2
outer -> again -> f
f -> x -> j -> g
f -> y -> j
g -> again ? ulang = true
g -> e *
"""


def test_a_review_waits_for_everybody_on_each_pass_whoever_is_first() -> None:
    case = Case(REVIEW)
    case.complete("x")
    case.complete("y", ulang=True)
    case.complete("y", ulang=False)
    assert "gateway_decided" not in [event.type for event in case.step.events]
    assert case.open == ["beside", "x"]
    case.complete("x")
    assert case.open == ["beside"]


def test_a_loop_beside_an_open_branch_costs_what_it_cost_at_first() -> None:
    case = Case(REVIEW)
    sizes = []
    for _round in range(20):
        case.complete("x")
        case.complete("y", ulang=True)
        sizes.append(len(case.state))
    assert set(sizes) == {sizes[0]}
    assert sizes[0] < 1_000


def test_a_second_message_leaves_open_what_the_first_one_opened() -> None:
    text = """
    start a
    user b
    message m on=b message=info nonint
    and f
    user x
    user y
    end e
    a -> b -> e
    m -> f -> x -> e
    f -> y -> e
    """
    case = Case(text)
    case.deliver("m")
    case.deliver("m")
    assert case.open == ["b", "x", "x", "y", "y"]
    for task in ("x", "y", "b", "x", "y"):
        case.complete(task)
    assert case.ended


@pytest.mark.parametrize("flows", ["f -> t\nf -> s -> e", "f -> t\nf -> e", "f -> e\nf -> t"])
def test_nothing_runs_after_an_end_that_terminates(flows: str) -> None:
    case = Case(f"start a\nuser u\nand f\nterminate t\nsend s\nend e\na -> u -> f\n{flows}")
    case.complete("u")
    assert case.step.end is not None
    assert case.step.end.id == "t"
    assert case.step.effects == ()


def test_a_loop_that_only_an_event_ends_runs_round_until_then() -> None:
    text = "start a\nuser b\nuser c\nmessage stop on=b message=stop\nend e\na -> b -> c -> b\nstop -> e"
    case = Case(text)
    for task in ("b", "c"):
        case.complete(task)
    case.deliver("stop")
    assert case.ended


def test_an_activity_open_a_second_time_along_its_own_event_keeps_its_clock_then_stops_it() -> None:
    text = """
    start a
    user b
    timer lagi on=b text=P1D nonint
    end e
    a -> b -> e
    lagi -> b
    """
    case = Case(text)
    case.wait(days=1)
    assert case.open == ["b", "b"]
    case.complete("b")
    assert len(case.timers) == 1
    case.complete("b")
    assert case.ended


def test_a_branch_that_leads_back_into_its_fork_is_not_waited_for() -> None:
    text = """
    start a
    and f
    user x
    user y
    and j
    xor g
    end e
    a -> f -> x -> j -> g
    f -> y -> j
    g -> f ? ulang = true
    g -> e *
    """
    case = Case(text)
    for _round in range(3):
        case.complete("y")
        case.complete("x", ulang=_round < 2)
    assert case.ended


def test_what_would_stand_still_for_ever_is_refused_and_names_the_gateway() -> None:
    text = "start a\nuser b\nxor g\nuser c\nuser d\nand j\nend e\na -> b -> g -> c -> j -> e\ng -> d -> j"
    case = Case(text)
    way = next(flow.id for flow in case.program.diagram.flows if flow.target == "c")
    case.complete("b", answers={"g": way})
    with pytest.raises(ExecutionFailed) as error:
        case.complete("c")
    assert error.value.activity_id == "j"


def test_a_question_that_leads_straight_back_is_asked_anew() -> None:
    text = "start a\nuser b\nxor g\nsend ingat\nend e\na -> b -> g -> e\ng -> ingat -> g"
    case = Case(text)
    back = next(flow.id for flow in case.program.diagram.flows if flow.target == "ingat")
    case.complete("b")
    case.complete("g", answers={"g": back})
    assert case.open == ["g"]
    assert len(case.step.effects) == 1


def test_a_question_without_an_answer_moves_nothing() -> None:
    case = Case("start a\nuser b\nxor g\nend e\nend f\na -> b -> g -> e\ng -> f")
    case.complete("b")
    with pytest.raises(ExecutionFailed):
        case.complete("g")


def test_the_way_out_of_an_event_gateway_counts_as_passed() -> None:
    text = "start a\nevents g\ncatch m message=m\ncatch t text=P1D\nend e\na -> g -> m -> e\ng -> t -> e"
    case = Case(text)
    case.deliver("m")
    passed = {flow.target for flow in case.program.diagram.flows if case.step.visits.get(flow.id)}
    assert passed == {"m", "e"}


def _receiving() -> Case:
    shapes = [
        start(),
        node("receiveTask", "tunggu", message="data"),
        boundary("lewat", "tunggu", after="P3D", interrupting=True),
        end(),
        end("tutup"),
    ]
    [diagram] = read_diagrams(bpmn(shapes, "start > tunggu > end\nlewat > tutup"))
    return Case(Program(diagram, {}))


def test_a_task_that_waits_for_a_message_may_have_a_deadline() -> None:
    case = _receiving()
    case.deliver("tunggu")
    assert case.ended
    assert case.timers == {}


def test_a_deadline_ends_the_wait_for_a_message() -> None:
    case = _receiving()
    case.wait(days=3)
    assert case.step.end is not None
    assert case.step.end.id == "tutup"
    assert case.messages == {}


def test_a_milestone_on_the_way_tells_nobody() -> None:
    shapes = [start(), node("intermediateThrowEvent", "tonggak"), end()]
    [diagram] = read_diagrams(bpmn(shapes, "start > tonggak > end"))
    assert Case(Program(diagram, {})).step.effects == ()


def test_a_timer_that_fails_elsewhere_keeps_nobody_from_his_task() -> None:
    text = """
    start a
    and f
    user b
    user c
    timer t on=c text=P1D nonint
    xor g
    user d
    end e
    a -> f -> b -> e
    f -> c -> e
    t -> g
    g -> d ? n = 1
    g -> e ? n = 2
    """
    case = Case(text)
    case.now += timedelta(days=2)  # the worker tried, and gave up
    case.complete("b")
    assert case.open == ["c"]


def test_a_reminder_that_fails_does_not_keep_an_officer_from_his_late_task() -> None:
    text = """
    start a
    user b
    timer t on=b text=P1D nonint
    xor g
    user d
    user c
    end e
    a -> b -> c -> e
    t -> g
    g -> d ? n = 1
    g -> e ? n = 2
    """
    case = Case(text)
    case.now += timedelta(days=2)
    case.complete("b")
    assert case.open == ["c"]
    assert case.timers == {}


def test_a_gateway_that_may_have_to_wait_for_others_asks_by_itself() -> None:
    text = """
    start a
    and f
    user b
    user c
    or g
    end e
    end d
    a -> f -> b -> g -> e
    f -> c -> g -> d
    """
    case = Case(text)
    assert case.program.diagram.question_after("b") is None
    case.complete("b")
    assert case.open == ["c"]
    case.complete("c")
    assert case.open == ["g"]


@pytest.mark.parametrize("each", ["", "each=[0,1] as=u"])
def test_a_join_does_not_wait_for_what_its_reminder_may_lead_back(each: str) -> None:
    """Source: BPMN 2.0, table 13.3: a token that can also reach a flow along which one has come is not waited for."""
    case = Case(f"""
    start m
    user z
    or g
    or j
    send s
    user a {each}
    timer t on=a text="PT9M" nonint
    send k
    end e
    m -> z -> g
    g -> s ? true
    g -> a ? true
    s -> j
    a -> j
    t -> z
    j -> k -> e
    """)
    case.complete("z")
    assert [effect.node.id for effect in case.step.effects] == ["s", "k"]
    assert set(case.open) == {"a"}


def test_an_inclusive_join_waits_for_what_could_also_leave_its_sub_process_and_come_again() -> None:
    text = """
    start a
    user isi
    sub bagian
    xor lagi
    end habis
    start b in=bagian
    or pilih in=bagian
    sub dalam in=bagian
    start c in=dalam
    user telaah in=dalam
    end d in=dalam
    message batal on=dalam message=m nonint in=bagian
    end keluar in=bagian
    send kabar in=bagian
    or gabung in=bagian
    user lanjut in=bagian
    end z in=bagian
    a -> isi -> bagian -> lagi
    lagi -> isi ? c = 1
    lagi -> habis *
    b -> pilih
    pilih -> dalam ? c0 = 1
    pilih -> kabar ? c1 = 1
    c -> telaah -> d
    dalam -> gabung
    batal -> keluar
    kabar -> gabung -> lanjut -> z
    """
    case = Case(text)
    case.complete("isi", c=0, c0=1, c1=1)
    assert case.open == ["telaah"]
    case.complete("telaah")
    assert case.open == ["lanjut"]
    case.complete("lanjut")
    assert case.ended
