"""Events that people end, or say until when they wait; and conditions that are waited for."""

from datetime import timedelta

import pytest

from app.base.errors import ExecutionFailed
from app.engine.diagram import ASKED, UNTIL
from app.engine.running.execution import Program
from app.engine.running.migration import Blocked
from tests.engine.building import Shape, bpmn, end, inside, node, race, start, timer, user
from tests.engine.case import Case
from tests.engine.drawn import MONDAY
from tests.engine.moving import moved
from tests.engine.read_files import read, warnings

LATER = "<bpmn:timerEventDefinition><bpmn:timeDuration>nanti</bpmn:timeDuration></bpmn:timerEventDefinition>"
SOON = (MONDAY + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")


def drawn(*nodes: Shape, flows: str) -> Case:
    return Case(Program(read(bpmn([start(), *nodes, end()], flows)), {}))


def on_the_way() -> Case:
    wait = node("intermediateCatchEvent", "tunggu", inside=LATER)
    return drawn(wait, user("lanjut"), flows="start > tunggu > lanjut > end")


def on_the_edge(**given: str) -> Case:
    edge = node("boundaryEvent", "tepi", attachedToRef="telaah", inside=LATER, **given)
    return drawn(user("telaah"), edge, user("tegur"), flows="start > telaah > end\ntepi > tegur > end")


def test_a_case_waits_until_somebody_says_that_the_time_has_come() -> None:
    case = on_the_way()
    assert (case.open, case.timers) == ([], {})
    case.deliver("tunggu")
    assert case.open == ["lanjut"]


def test_a_moment_that_is_given_becomes_the_timer_and_may_be_given_anew() -> None:
    case = on_the_way()
    case.deliver("tunggu", **{UNTIL: SOON})
    [found] = case.timers.values()
    assert found.due.at == MONDAY + timedelta(days=2, hours=-7)
    later = (MONDAY + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    case.deliver("tunggu", **{UNTIL: later})
    [found] = case.timers.values()
    assert found.due.at == MONDAY + timedelta(days=9, hours=-7)
    case.wait(days=8)
    assert case.open == []
    case.wait(days=1)
    assert (case.open, case.messages, case.timers) == (["lanjut"], {}, {})


def test_after_a_moment_was_given_it_may_still_be_said_that_it_has_come() -> None:
    case = on_the_way()
    case.deliver("tunggu", **{UNTIL: SOON})
    case.deliver("tunggu")
    assert (case.open, case.timers) == (["lanjut"], {})


@pytest.mark.parametrize("told", ["", None])
def test_no_moment_is_now(told: object) -> None:
    case = on_the_way()
    case.deliver("tunggu", **{UNTIL: told})
    assert case.open == ["lanjut"]


@pytest.mark.parametrize(
    "told", ["2020-01-01T08:00", "besok", 5, "9999-12-31T23:59-10:00", "9999-12-31T23:59Z"]
)
def test_a_moment_that_has_passed_or_is_none_is_refused(told: object) -> None:
    case = on_the_way()
    with pytest.raises(ExecutionFailed, match="tidak dimengerti, atau sudah lewat"):
        case.deliver("tunggu", **{UNTIL: told})


@pytest.mark.parametrize("kind", ["time", "condition"])
def test_what_is_filled_in_belongs_to_the_event_and_not_to_the_case(kind: str) -> None:
    asked = node("intermediateCatchEvent", "tunggu", inside=LATER)
    case = drawn(asked if kind == "time" else conditional("bila"), user("lanjut"), flows=(
        f"start > {'tunggu' if kind == 'time' else 'syarat'} > lanjut > end"
    ))  # fmt: skip
    step = case.deliver(*case.messages.values(), **{ASKED[kind]: SOON, "lain": 5})
    assert case.variables == {"lain": 5}
    [told] = [event.data for event in step.events if event.type == "message_received"]
    assert (told["values"], told["local"]) == ({ASKED[kind]: SOON, "lain": 5}, [ASKED[kind]])


def test_on_an_edge_it_ends_the_activity_or_comes_once_beside_it() -> None:
    case = on_the_edge()
    case.deliver("tepi", **{UNTIL: SOON})
    assert case.open == ["telaah"]
    case.wait(days=3)
    assert case.open == ["tegur"]
    case = on_the_edge(cancelActivity="false")
    case.deliver("tepi")
    assert (case.open, case.messages) == (["tegur", "telaah"], {})
    case = on_the_edge(cancelActivity="false")
    case.deliver("tepi", **{UNTIL: SOON})
    case.wait(days=3)
    assert (case.open, case.messages) == (["tegur", "telaah"], {})


def test_a_late_officer_does_not_beat_the_moment_that_was_given() -> None:
    case = on_the_edge()
    case.deliver("tepi", **{UNTIL: SOON})
    case.now += timedelta(days=3)
    with pytest.raises(Exception, match="lewat"):
        case.complete("telaah")


def test_it_races_and_begins_event_sub_processes() -> None:
    other = node("intermediateCatchEvent", "lain", inside=timer("P3D"))
    wait = node("intermediateCatchEvent", "tunggu", inside=LATER)
    case = drawn(
        race("r"), wait, other, user("lanjut"), flows="start > r > tunggu > lanjut > end\nr > lain > end"
    )
    case.deliver("tunggu", **{UNTIL: SOON})
    case.wait(days=2)
    assert case.open == ["lanjut"]
    held = inside(node("startEvent", "bila", inside=LATER), user("catat"), flows="bila > catat")
    case = drawn(
        user("telaah"),
        node("subProcess", "s", inside=held, triggeredByEvent="true"),
        flows="start > telaah > end",
    )
    case.deliver("bila", **{UNTIL: SOON})
    case.wait(days=2)
    assert case.open == ["catat"]


def test_it_is_asked_anew_on_each_pass() -> None:
    wait = node("intermediateCatchEvent", "tunggu", inside=LATER)
    nodes = [wait, user("lanjut"), node("exclusiveGateway", "lagi")]
    case = drawn(*nodes, flows="start > tunggu > lanjut > lagi > end\nlagi > tunggu")
    case.deliver("tunggu", **{UNTIL: SOON})
    case.wait(days=3)
    case.complete("lanjut", {"lagi": "lagi__tunggu"})
    assert (case.open, case.timers, list(case.messages.values())) == ([], {}, ["tunggu"])


def asked_or_timed(text: str, on: str) -> Program:
    held = f"<bpmn:timerEventDefinition><bpmn:timeDuration>{text}</bpmn:timeDuration></bpmn:timerEventDefinition>"
    if on == "way":
        parts = [node("intermediateCatchEvent", "tunggu", inside=held)]
        return Program(
            read(bpmn([start(), *parts, user("lanjut"), end()], "start > tunggu > lanjut > end")), {}
        )
    parts = [user("telaah"), node("boundaryEvent", "tunggu", inside=held, attachedToRef="telaah")]
    flows = "start > telaah > end\ntunggu > lanjut > end"
    return Program(read(bpmn([start(), *parts, user("lanjut"), end()], flows)), {})


@pytest.mark.parametrize("on", ["way", "edge"])
@pytest.mark.parametrize("said", [False, True])
@pytest.mark.parametrize("asked_first", [False, True])
def test_a_case_moves_between_a_time_and_the_question_for_it(on: str, said: bool, asked_first: bool) -> None:
    """On an edge the other begins anew; on the way somebody says that it does."""
    old, new = (asked_or_timed(text, on) for text in (("nanti", "P5D") if asked_first else ("P5D", "nanti")))
    case = Case(old)
    if asked_first and said:
        case.deliver("tunggu", **{UNTIL: SOON})
    if on == "way":
        with pytest.raises(Blocked, match="kind_changed"):
            moved(case, new)
        moved(
            case,
            new,
            names={"tunggu": "tunggu"},
            entered=dict.fromkeys([*case.timers, *case.messages], "tunggu"),
        )
    else:
        moved(case, new)
    if not asked_first:
        case.deliver("tunggu", **{UNTIL: SOON})
    assert (len(case.timers), len(case.messages)) == ((1, 0) if asked_first else (1, 1))
    case.wait(days=6)
    assert case.open == ["lanjut"]


def conditional(text: str, tag: str = "intermediateCatchEvent", **given: str) -> Shape:
    kind = "bpmn:conditionalEventDefinition"
    held = f"<{kind}><bpmn:condition>{text}</bpmn:condition></{kind}>"
    return node(tag, "syarat", inside=held, **given)


def beside(event: Shape) -> Case:
    """Two tasks side by side, of which the one is done after the other, and what the event on its edge leads to."""
    return drawn(
        user("isi"), user("lain"), user("telaah"), event, user("tegur"), node("parallelGateway", "bagi"),
        flows="start > bagi > telaah > end\nbagi > isi > lain > end\nsyarat > tegur > end",
    )  # fmt: skip


def test_a_condition_is_looked_at_when_what_it_reads_changes() -> None:
    edge = conditional("=kas &lt; 10", "boundaryEvent", attachedToRef="telaah")
    case = beside(edge)
    assert case.open == ["isi", "telaah"]
    case.complete("isi", kas=50)
    assert case.open == ["lain", "telaah"]
    case.complete("lain", kas=5)
    assert case.open == ["tegur"]


def test_one_that_does_not_interrupt_comes_again_after_it_did_not_hold() -> None:
    edge = conditional("=kas &lt; 10", "boundaryEvent", attachedToRef="telaah", cancelActivity="false")
    case = beside(edge)
    case.complete("isi", kas=5)
    assert case.open == ["lain", "tegur", "telaah"]
    case.complete("tegur", kas=4)
    assert case.open == ["lain", "telaah"]
    case.complete("lain", kas=50)
    assert case.open == ["telaah"]


def reading(id: str, condition: str) -> Shape:
    """An event on the edge of a task that lets it go on, and comes when a condition holds."""
    kind = "bpmn:conditionalEventDefinition"
    held = f"<{kind}><bpmn:condition>{condition}</bpmn:condition></{kind}>"
    return node("boundaryEvent", id, attachedToRef="telaah", cancelActivity="false", inside=held)


def setting(id: str, name: str, value: int) -> Shape:
    script = f"<bpmn:script>{value}</bpmn:script>"
    return node("scriptTask", id, scriptFormat="feel", inside=script, **{"camunda:resultVariable": name})


def test_all_that_hold_at_a_moment_come_though_the_first_changes_what_the_others_read() -> None:
    case = drawn(
        user("isi"), user("telaah"), reading("satu", "=kas &lt; 10"), reading("dua", "=kas &lt; 10"),
        setting("isi_kas", "kas", 50), user("tegur"), end("t"), end("b"), node("parallelGateway", "bagi"),
        flows="start > bagi > telaah > end\nbagi > isi > t\nsatu > isi_kas > b\ndua > tegur > b",
    )  # fmt: skip
    case.complete("isi", kas=5)
    assert (case.variables["kas"], case.open) == (50, ["tegur", "telaah"])


def test_conditions_that_come_true_of_each_other_for_ever_are_told_as_a_circle() -> None:
    case = drawn(
        user("isi"), user("telaah"), reading("a", "=n = 1"), reading("b", "=n = 2"),
        setting("dua", "n", 2), setting("satu", "n", 1), end("e"), node("parallelGateway", "bagi"),
        flows="start > bagi > telaah > end\nbagi > isi > e\na > dua > e\nb > satu > e",
    )  # fmt: skip
    with pytest.raises(ExecutionFailed, match="berputar"):
        case.complete("isi", n=1)


def test_a_condition_that_holds_already_is_passed_at_once() -> None:
    case = drawn(
        user("isi"), conditional("=kas &gt; 1"), user("lanjut"), flows="start > isi > syarat > lanjut > end"
    )
    case.complete("isi", kas=2)
    assert case.open == ["lanjut"]


def test_a_condition_on_the_clock_is_looked_at_when_a_timer_fires() -> None:
    edge = conditional(
        '=now() &gt; date and time("2026-11-25T00:00:00+07:00")', "boundaryEvent", attachedToRef="telaah"
    )
    clock = node("boundaryEvent", "jam", attachedToRef="telaah", cancelActivity="false", inside=timer("P3D"))
    case = drawn(
        user("telaah"), edge, clock, user("tegur"), end("ingat"),
        flows="start > telaah > end\nsyarat > tegur > end\njam > ingat",
    )  # fmt: skip
    assert case.open == ["telaah"]
    case.wait(days=4)
    assert case.open == ["tegur"]


@pytest.mark.parametrize("text", ["", "lengkap", "bila kas habis", "${kas.habis()}"])
def test_a_condition_that_nothing_reads_is_said_by_people(text: str) -> None:
    xml = bpmn([start(), conditional(text), end()], "start > syarat > end")
    assert warnings(xml) == ["condition_asked"]
    case = Case(Program(read(xml), {}))
    case.deliver("syarat")
    assert case.ended


def test_nothing_is_worked_out_while_what_it_reads_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    edge = conditional("=kas &lt; 10", "boundaryEvent", attachedToRef="telaah")
    case = beside(edge)
    from app.engine.running.context import Context

    monkeypatch.setattr(Context, "evaluate", lambda *_given: pytest.fail("it was looked at"))
    case.complete("isi", lain=1)
    assert case.open == ["lain", "telaah"]
