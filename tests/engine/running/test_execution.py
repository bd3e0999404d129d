"""Execution: commands in, steps out. No database, no XML."""

from datetime import datetime, timedelta

import pytest

from app.base import stored_messages
from app.base.errors import Conflict, ExecutionFailed, NotFound
from app.base.i18n import speaking
from app.engine.running import execution
from tests.engine.case import Case
from tests.engine.drawn import CALENDAR, MONDAY


def test_a_case_goes_from_task_to_task_and_ends() -> None:
    case = Case("start a\nuser b\nuser c\nend d name=Selesai\na -> b -> c -> d")
    assert case.open == ["b"]
    case.complete("b", x=1)
    case.complete("c")
    assert case.ended
    assert case.step.end is not None
    assert case.step.end.name == "Selesai"
    assert case.variables == {"x": 1}
    assert case.step.state == b""


def test_a_gateway_takes_the_flow_whose_condition_holds_and_says_why() -> None:
    text = "start a\nuser b\nxor g\nend ya\nend tidak\na -> b -> g\ng -> ya ? n > 5\ng -> tidak *"
    case = Case(text)
    case.complete("b", n=7)
    assert case.step.end is not None
    assert case.step.end.id == "ya"
    decided = next(e for e in case.step.events if e.type == "gateway_decided")
    assert decided.data["values"] == {"n": 7}
    assert decided.data["condition"] == "n > 5"


def test_null_counts_as_false_and_the_warning_is_kept() -> None:
    text = "start a\nuser b\nxor g\nend ya\nend tidak\na -> b -> g\ng -> ya ? tak_ada > 5\ng -> tidak *"
    case = Case(text)
    case.complete("b")
    assert case.step.end is not None
    assert case.step.end.id == "tidak"
    decided = next(e for e in case.step.events if e.type == "gateway_decided")
    assert decided.data["warnings"]


def test_no_matching_flow_is_refused_with_the_gateway() -> None:
    case = Case("start a\nuser b\nxor g\nend c\nend d\na -> b -> g\ng -> c ? n = 1\ng -> d ? n = 2")
    with pytest.raises(ExecutionFailed) as error:
        case.complete("b", n=3)
    assert error.value.activity_id == "g"
    case.complete("b", n=2)  # the state was not touched
    assert case.ended


LOOP = """
start a
user b
xor g name="Lanjut?"
end c
a -> b -> g -> c
g -> b
"""


def test_a_gateway_without_conditions_asks_and_one_completion_answers_both() -> None:
    case = Case(LOOP)
    back = next(f.id for f in case.program.diagram.flows if f.target == "b" and f.source == "g")
    case.complete("b", answers={"g": back})
    assert case.open == ["b"]
    assert "question_answered" in case.types


def test_an_unanswered_question_opens_as_a_task_of_its_own_and_is_asked_anew_on_each_pass() -> None:
    case = Case(LOOP)
    back = next(f.id for f in case.program.diagram.flows if f.target == "b" and f.source == "g")
    for _round in range(2):
        case.complete("b")
        assert case.open == ["g"]
        assert case.step.opened[0].is_question
        case.complete("g", answers={"g": back})
        assert case.open == ["b"]


PARALLEL = """
start a
and fork
user b
user c
and join
user d
end e
a -> fork -> b -> join -> d -> e
fork -> c -> join
"""


def test_parallel_branches_lose_nothing_at_the_join() -> None:
    case = Case(PARALLEL, {"kategori": "lama"})
    case.complete("b", kategori="BARU", dari_b=1)
    assert case.open == ["c"]
    case.complete("c")
    assert case.open == ["d"]
    assert case.variables == {"kategori": "BARU", "dari_b": 1}


def test_an_inclusive_gateway_takes_every_true_flow_and_joins_those() -> None:
    text = """
    start a
    user b
    or g
    user x
    user y
    user z
    or j
    end e
    a -> b -> g
    g -> x ? p = true
    g -> y ? q = true
    g -> z *
    x -> j -> e
    y -> j
    z -> j
    """
    case = Case(text)
    case.complete("b", p=True, q=True)
    assert case.open == ["x", "y"]
    case.complete("x")
    assert not case.ended
    case.complete("y")
    assert case.ended


DEADLINE = """
start a
user b
timer lewat on=b text="3 hari kerja" nonint tenggat
send ingat
end s
end e
a -> b -> e
lewat -> ingat -> s
"""


def test_a_non_interrupting_deadline_marks_the_task_overdue_and_leaves_it_open() -> None:
    case = Case(DEADLINE)
    [task] = case.step.opened
    assert task.due is not None
    assert task.due.at.astimezone(CALENDAR.zone).strftime("%d %H.%M") == "26 16.00"
    case.wait(days=4)
    assert case.step.overdue == (task.id,)
    assert [effect.node.id for effect in case.step.effects] == ["ingat"]
    assert case.open == ["b"]
    case.complete("b")
    assert case.ended


def test_completing_in_time_stops_the_timer() -> None:
    case = Case(DEADLINE)
    case.complete("b")
    assert case.timers == {}
    assert case.ended


def test_a_late_officer_does_not_beat_an_interrupting_deadline() -> None:
    text = "start a\nuser b\ntimer t on=b text=P3D\nuser c\nend e\na -> b -> e\nt -> c -> e"
    case = Case(text)
    case.now += timedelta(days=4)  # no worker ran
    with pytest.raises(Conflict):
        case.complete("b")
    case.wait()
    assert case.open == ["c"]


def test_firing_twice_or_too_early_does_nothing() -> None:
    case = Case(DEADLINE)
    [timer] = case.timers
    assert case.fire(timer) is None
    case.wait(days=4)
    assert case.fire(timer) is None


def test_reminders_count_back_from_the_deadline() -> None:
    text = """
    start a
    user b
    timer h1 on=b text=H-1 nonint
    timer h14 on=b text=H-14 nonint
    timer batas on=b text="5 hari kerja" nonint tenggat
    send ingat
    end s
    end e
    a -> b -> e
    h1 -> ingat -> s
    h14 -> ingat
    batas -> ingat
    """
    case = Case(text)
    assert sorted(t.node.id for t in case.timers.values()) == ["batas", "h1"]  # H-14 is past at opening
    case.wait(days=10)
    assert case.types.count("timer_fired") == 2
    assert case.types.count("task_overdue") == 1


def test_a_repeating_reminder_fires_again_and_again_at_constant_size() -> None:
    text = """
    start a
    user b
    timer r on=b text="R/P1D" nonint
    send ingat
    end s
    end e
    a -> b -> e
    r -> ingat -> s
    """
    case = Case(text)
    case.wait(days=2, hours=1)
    early = len(case.state)
    case.wait(days=200)
    assert case.types.count("timer_fired") == 202
    assert len(case.state) <= early * 1.2
    case.complete("b")
    assert case.ended


def test_a_cycle_of_three_fires_three_times() -> None:
    text = "start a\nuser b\ntimer r on=b text=R3/PT1H nonint\nend s\nend e\na -> b -> e\nr -> s"
    case = Case(text)
    case.wait(days=1)
    assert case.types.count("timer_fired") == 3
    assert case.timers == {}


RACE = """
start a
user b
events g
catch data message=data_pelengkap
catch lama text="10 hari kerja"
end tutup
a -> b -> g -> data -> b
g -> lama -> tutup
"""


def test_an_event_gateway_takes_the_message_and_stops_the_timer() -> None:
    case = Case(RACE)
    case.complete("b")
    assert case.open == []
    case.deliver("data", isi="foto")
    assert case.open == ["b"]
    assert case.timers == {}
    assert case.variables == {"isi": "foto"}


def test_an_event_gateway_takes_the_timer_and_stops_the_message() -> None:
    case = Case(RACE)
    case.complete("b")
    case.wait(days=20)
    assert case.ended
    assert case.step.end is not None
    assert case.step.end.id == "tutup"


def test_a_non_interrupting_message_may_come_more_than_once() -> None:
    text = (
        "start a\nuser b\nmessage m on=b message=info nonint\nsend s\nend x\nend e\na -> b -> e\nm -> s -> x"
    )
    case = Case(text)
    case.deliver("m", n=1)
    case.deliver("m", n=2)
    assert case.types.count("message_received") == 2
    assert case.open == ["b"]
    case.complete("b")
    assert case.ended


def test_an_interrupting_message_takes_the_task_away() -> None:
    text = "start a\nuser b\nmessage m on=b message=cabut\nuser c\nend e\na -> b -> e\nm -> c -> e"
    case = Case(text)
    case.deliver("m")
    assert case.open == ["c"]


def test_terminate_ends_everything() -> None:
    text = "start a\nand f\nuser b\nuser c\nterminate t name=Batal\nend e\na -> f -> b -> t\nf -> c -> e"
    case = Case(text)
    case.complete("b")
    assert case.ended
    assert case.step.end is not None
    assert case.step.end.name == "Batal"


def test_an_endless_loop_of_automatic_steps_is_stopped() -> None:
    case = Case("start a\nuser b\nsend s\nxor g\nend e\na -> b -> s -> g\ng -> s ? true\ng -> e *")
    with pytest.raises(ExecutionFailed) as error:
        case.complete("b")
    assert error.value.limit == "automatic_loop"


STUCK = """
start a
user b
xor g name="Hasil?"
end e
end f
a -> b -> g
g -> e ? hasil = "cukup" and jumlah > 3
g -> f ? barang.nama = "meja"
"""


def test_where_no_condition_holds_the_owner_reads_what_the_conditions_read() -> None:
    case = Case(STUCK)
    with pytest.raises(ExecutionFailed) as error:
        case.complete("b", hasil="kurang " * 40, barang={"nama": "kursi"}, lain="tidak dibaca")
    detail = error.value.detail
    assert "jumlah = null" in detail
    assert 'barang = {"nama": "kursi"}' in detail
    assert 'hasil = "kurang kurang' in detail
    assert "…" in detail
    assert len(detail) < 320
    assert "tidak dibaca" not in detail
    with speaking("en"):
        assert "They read: barang = " in stored_messages.tell_stored(stored_messages.store_texts(detail))


def test_a_case_that_loops_64_times_costs_what_it_cost_at_first() -> None:
    case = Case(LOOP)
    flows = {f.target: f.id for f in case.program.diagram.flows if f.source == "g"}
    case.complete("b", answers={"g": flows["b"]})
    first = len(case.state)
    for _round in range(64):
        case.complete("b", answers={"g": flows["b"]})
    assert len(case.state) == first
    assert case.program.spec is case.program.spec


def test_loops_inside_parallel_branches_still_join() -> None:
    text = """
    start a
    and f
    user b
    xor g
    user c
    and j
    user d
    end e
    a -> f -> b -> g
    g -> b ? ulang = true
    g -> j *
    f -> c -> j -> d -> e
    """
    case = Case(text)
    for _round in range(5):
        case.complete("b", ulang=True)
    case.complete("c")
    case.complete("b", ulang=False)
    assert case.open == ["d"]


def test_an_unknown_task_is_not_found_and_broken_state_is_a_failure() -> None:
    case = Case("start a\nuser b\nend e\na -> b -> e")
    with pytest.raises(NotFound):
        execution.complete(
            case.program, case.state, {}, "0" * 32, {}, answers={}, now=MONDAY, calendar=CALENDAR
        )
    with pytest.raises(ExecutionFailed):
        execution.complete(case.program, b"{}", {}, "0" * 32, {}, answers={}, now=MONDAY, calendar=CALENDAR)


def test_visits_name_every_element_and_flow_that_was_passed() -> None:
    case = Case(LOOP)
    flows = {f.target: f.id for f in case.program.diagram.flows if f.source == "g"}
    step = case.complete("b", answers={"g": flows["c"]})
    assert step.visits == {"b": 1, "g": 1, "c": 1, flows["c"]: 1, next(
        f.id for f in case.program.diagram.flows if f.source == "b"
    ): 1}  # fmt: skip


def test_the_clock_is_an_argument() -> None:
    case = Case(DEADLINE)
    assert all(isinstance(timer.due.at, datetime) for timer in case.timers.values())
    assert all(timer.opened_at == MONDAY for timer in case.timers.values())
