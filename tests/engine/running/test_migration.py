"""Cases on their way move to another version: what stands on, what is due when, and what keeps a case where it is."""

import os
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from app.engine.diagram import Diagram
from app.engine.running.correspondence import propose
from app.engine.running.migration import Blocked
from tests.engine.case import Case
from tests.engine.drawn import MONDAY, draw
from tests.engine.moving import MovingMatch, moved

MODELS = int(os.environ.get("ALUR_MODELS", "400"))
SEED = int(os.environ.get("ALUR_SEED", "0"))
SEEDS = 100

ONE = """
start mulai
user periksa lane=upp
timer lewat on=periksa text="3 hari" nonint tenggat
send tegur
end ditegur
user kirim lane=lapor
end selesai
mulai -> periksa -> kirim -> selesai
lewat -> tegur -> ditegur
"""
TWO = """
start mulai
and belah
user satu
user dua
and temu
user akhir
end selesai
mulai -> belah -> satu -> temu -> akhir -> selesai
belah -> dua -> temu
"""


def why(case: Case, text: str, **kwargs: Any) -> list[str]:
    with pytest.raises(Blocked) as refused:
        moved(case, text, **kwargs)
    return [obstacle.code for obstacle in refused.value.obstacles]


@pytest.mark.parametrize("first", range(SEED, SEED + MODELS, SEEDS))
def test_moved_cases_go_on_as_the_other_diagram_says_on_any_diagram(first: int) -> None:
    outcomes = Counter[str]()
    for seed in range(first, first + SEEDS):
        match = MovingMatch.invented_move(seed)
        match.play()
        outcomes[match.moved] += 1
    assert outcomes["moved"] > SEEDS / 4, outcomes  # or they test nothing


def test_an_open_task_takes_the_new_lane_and_name_and_keeps_its_deadline() -> None:
    case = Case(ONE)
    [task], [timer] = case.tasks, case.timers.values()
    case.now += timedelta(days=1)
    changed = ONE.replace("periksa lane=upp", "periksa lane=upt name=Telaah").replace("3 hari", "9 hari")
    step = moved(case, changed)
    assert step.kept is not None
    [kept] = step.kept.tasks
    assert (kept.id, kept.node.lane_id, kept.node.name) == (task, "upt", "Telaah")
    assert kept.due is not None
    assert kept.due.at == timer.due.at
    assert (step.opened, step.closed, step.timers, step.stopped_timers, step.events) == ((),) * 5


@pytest.mark.parametrize(
    ("way", "due"), [("keep", 26), ("shift", 30), ("recompute", 30), ("restart", 31)]
)  # Monday 23 + 3 working days; + 5 from the opening; + 5 from Tuesday
def test_a_running_deadline_becomes_what_was_chosen(way: str, due: int) -> None:
    case = Case(ONE)
    case.now += timedelta(days=1)
    step = moved(case, ONE.replace("3 hari", "5 hari"), timers={"lewat": way})
    [timer] = case.timers.values()
    assert (timer.due.at - MONDAY).days + 23 == due
    assert step.kept is not None
    assert step.kept.tasks[0].due == timer.due


def test_a_shifted_deadline_moves_by_what_the_texts_differ_in() -> None:
    case = Case(ONE)
    moved(case, ONE.replace("3 hari", "9 hari"))  # keeps 26 November
    moved(case, ONE.replace("3 hari", "8 hari"), timers={"lewat": "shift"})
    [timer] = case.timers.values()
    assert timer.due.at.day == 25  # a working day less


def test_a_new_timer_is_counted_from_now_or_from_when_its_task_opened() -> None:
    plain = "\n".join(line for line in ONE.splitlines() if "lewat" not in line)
    for way, day in (("keep", 27), ("recompute", 26)):
        case = Case(plain)
        case.now += timedelta(days=1)
        step = moved(case, ONE, timers={"lewat": way})
        [timer] = step.timers
        assert timer.due.at.day == day
        case.now = timer.due.at
        case.fire(timer.id)
        assert case.step.overdue == tuple(case.tasks)


def test_a_timer_that_is_drawn_no_more_is_cancelled() -> None:
    case = Case(ONE)
    [timer] = case.timers
    step = moved(case, "\n".join(line for line in ONE.splitlines() if "lewat" not in line))
    assert step.stopped_timers == (timer,)
    assert step.kept is not None
    assert step.kept.tasks[0].due is None
    case.complete("periksa")
    assert case.open == ["kirim"]


def test_a_timer_that_fired_does_not_fire_again_even_by_way_of_a_version_without_it() -> None:
    plain = "\n".join(line for line in ONE.splitlines() if "lewat" not in line)
    case = Case(ONE)
    case.wait(days=10)
    for text in (ONE.replace("3 hari", "9 hari"), plain, ONE):
        step = moved(case, text)
        assert not step.timers
        assert not case.timers
    assert step.kept is not None


def test_a_deadline_that_passed_stays_the_deadline_under_another_id_too() -> None:
    case = Case(ONE.replace("nonint tenggat", "nonint tenggat name=lewat"))
    case.wait(days=10)
    for name in ("telat", "lambat"):
        other = ONE.replace("timer lewat", f"timer {name}").replace("lewat ->", f"{name} ->")
        step = moved(case, other.replace("nonint tenggat", "nonint tenggat name=lewat"))
        assert step.kept is not None
        assert step.kept.passed == set(case.tasks)


def test_a_task_with_another_id_is_known_by_its_name_and_kind() -> None:
    case = Case(ONE.replace("user periksa", "user periksa name=Telaah"))
    [task] = case.tasks
    renamed = ONE.replace("periksa", "telaahan").replace("user telaahan", "user telaahan name=Telaah")
    step = moved(case, renamed)
    assert case.tasks == {task: "telaahan"}
    assert step.kept is not None
    assert step.kept.renamed == {"periksa": "telaahan"}
    case.complete("telaahan")
    assert case.open == ["kirim"]


def test_a_task_that_is_gone_stops_the_move_until_somebody_says_where_to() -> None:
    case = Case(ONE)
    gone = ONE.replace("mulai -> periksa -> kirim", "mulai -> kirim")
    gone = "\n".join(line for line in gone.splitlines() if "periksa" not in line and "lewat" not in line)
    assert why(case, gone) == ["removed"]
    [task] = case.tasks
    step = moved(case, gone, names={"periksa": "kirim"})
    assert case.tasks == {task: "kirim"}  # the same work, elsewhere in the drawing
    assert step.stopped_timers
    case.complete("kirim")
    assert case.ended


def test_a_token_may_enter_another_step_afresh() -> None:
    case = Case(ONE)
    [task] = case.tasks
    step = moved(case, ONE, entered={task: "kirim"})
    assert step.closed == (task,)
    assert [opened.node.id for opened in step.opened] == ["kirim"]
    assert [event.type for event in step.events] == ["task_cancelled", "task_created"]
    assert step.events[0].data == {"task": task, "cause": "kirim"}


def test_a_token_may_be_moved_to_an_end() -> None:
    case = Case(ONE)
    step = moved(case, ONE, entered={next(iter(case.tasks)): "selesai"})
    assert step.ended


@pytest.mark.parametrize("target", ["mulai", "lewat", "temu"])
def test_nothing_enters_where_no_flow_can_lead(target: str) -> None:
    case = Case(TWO if target == "temu" else ONE)
    task = next(iter(case.tasks))
    assert why(case, TWO if target == "temu" else ONE, entered={task: target}) == ["cannot_enter"]


def test_a_branch_waits_on_at_its_join() -> None:
    case = Case(TWO)
    case.complete("satu")
    moved(
        case,
        TWO.replace("-> temu -> akhir", "-> antara -> temu -> akhir").replace(
            "user akhir", "user akhir\nuser antara"
        ),
    )
    assert case.open == ["dua"]  # what was drawn behind a branch that came is past
    case.complete("dua")
    assert case.open == ["akhir"]


def test_a_join_that_needs_fewer_branches_goes_on_at_once() -> None:
    case = Case(TWO)
    case.complete("satu")
    fewer = TWO.replace("belah -> dua -> temu", "belah -> dua -> lain").replace(
        "user akhir", "user akhir\nend lain"
    )
    step = moved(case, fewer)
    assert case.open == ["akhir", "dua"]
    assert [task.node.id for task in step.opened] == ["akhir"]


def test_a_join_that_would_wait_for_ever_keeps_the_case_where_it_is() -> None:
    case = Case(TWO)
    more = TWO.replace("user dua", "user dua\nuser tiga") + "belah -> tiga -> temu\n"
    assert why(case, more) == ["join_starves"]


def test_work_that_would_be_done_twice_keeps_the_case_where_it_is() -> None:
    row = """
    start mulai
    user satu
    user dua
    user akhir
    end selesai
    mulai -> satu -> dua -> akhir -> selesai
    """
    assert "opens_twice" in why(Case(TWO), row)


SUB = """
start mulai
sub rapat
timer batas on=rapat text="PT5H"
start buka in=rapat
user bahas in=rapat
user catat in=rapat
end tutup in=rapat
user kirim
end selesai
mulai -> rapat -> kirim -> selesai
batas -> kirim
buka -> bahas -> catat -> tutup
"""


def test_work_inside_a_sub_process_moves_with_it() -> None:
    case = Case(SUB)
    moved(case, SUB.replace("rapat", "sidang").replace("sub sidang", "sub sidang name=rapat"))
    case.complete("bahas")
    case.complete("catat")
    assert case.open == ["kirim"]


def test_work_does_not_move_out_of_its_sub_process() -> None:
    flat = SUB.replace("user bahas in=rapat", "user bahas").replace("buka -> bahas -> catat", "buka -> catat")
    flat = flat.replace("mulai -> rapat", "mulai -> bahas -> rapat")
    assert why(Case(SUB), flat) == ["scope_changed"]


EACH = SUB.replace("sub rapat", "sub rapat each=[1,2] as=orang collect=suara into=semua")


def test_rounds_go_on_and_keep_what_was_collected() -> None:
    case = Case(EACH)
    first, second = case.tasks
    case.complete_task(first, suara="ya")
    case.complete("catat")
    moved(case, EACH.replace("user catat", "user catat lane=upt"))
    case.complete_task(second, suara="tidak")
    case.complete("catat")
    assert case.variables["semua"] == ["ya", "tidak"]


@pytest.mark.parametrize(
    "other", ["as=siapa collect=suara", "as=orang collect=hasil", "seq as=orang collect=suara"]
)
def test_rounds_that_run_are_not_made_others(other: str) -> None:
    changed = EACH.replace("as=orang collect=suara", other)
    assert why(Case(EACH), changed) == ["rounds_changed"]


def test_rounds_do_not_begin_around_work_that_is_open() -> None:
    assert why(Case(SUB), EACH) == ["rounds_changed"]


RACE = """
start mulai
events tunggu
catch surat message=surat
catch habis text="PT5H"
user baca
end selesai
mulai -> tunggu -> surat -> baca -> selesai
tunggu -> habis -> selesai
"""


def test_an_event_gateway_waits_for_what_it_leads_to_now() -> None:
    case = Case(RACE)
    changed = (
        RACE.replace("message=surat", "message=kabar")
        + "catch telepon message=telepon\ntunggu -> telepon -> baca\n"
    )
    changed = "\n".join(sorted(changed.splitlines(), key=lambda line: "->" in line))
    changed = changed.replace("tunggu -> habis -> selesai", "").replace('catch habis text="PT5H"', "")
    step = moved(case, changed)
    assert len(step.stopped_timers) == 1
    assert [wait.node.id for wait in step.messages] == ["telepon"]
    assert step.kept is not None
    assert [wait.node.message for wait in step.kept.messages] == ["kabar"]
    case.deliver("telepon")
    assert case.open == ["baca"]


def test_a_question_that_becomes_a_rule_is_in_the_way() -> None:
    asked = """
    start mulai
    xor pilih
    user kiri
    user kanan
    end selesai
    mulai -> pilih
    pilih -> kiri
    pilih -> kanan
    kiri -> selesai
    kanan -> selesai
    """
    decided = asked.replace("pilih -> kiri", "pilih -> kiri ? a = 1").replace(
        "pilih -> kanan", "pilih -> kanan *"
    )
    case = Case(asked)
    assert case.open == ["pilih"]
    assert why(case, decided) == ["kind_changed"]
    moved(case, decided, entered={next(iter(case.tasks)): "pilih"})
    assert case.open == ["kanan"]


def test_data_is_carried_in_again_where_a_task_maps_it_otherwise() -> None:
    text = "start mulai\nuser isi give:x=a\nend selesai\nmulai -> isi -> selesai"
    case = Case(text, {"a": 1, "b": 2})
    step = moved(case, text.replace("give:x=a", "give:x=b"))
    assert step.kept is not None
    assert step.kept.tasks[0].locals == {"x": 2}


def test_nothing_is_proposed_for_two_elements_of_one_name() -> None:
    def diagram(*ids: str) -> Diagram:
        return draw("\n".join(f"user {id_} name=Telaah" for id_ in ids))

    assert propose(diagram("a"), diagram("b")) == {"a": "b"}
    assert propose(diagram("a"), diagram("b", "c")) == {}
    assert propose(diagram("a"), diagram("a", "b")) == {"a": "a"}
