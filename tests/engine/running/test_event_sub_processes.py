"""What goes on beside everything else in a process or a sub-process, and may end it."""

import pytest

from app.engine.conformance import replay
from app.engine.diagram import Diagram
from app.engine.running import reopening
from app.engine.state_space import search
from tests.engine.case import Case
from tests.engine.drawn import CALENDAR, draw
from tests.engine.moving import moved

BODY = """
start mulai
user telaah
user jawab
end selesai
mulai -> telaah -> jawab -> selesai
"""
WITHDRAWN = """
handler cabut
start dicabut in=cabut message=cabut
user catat in=cabut
end tercabut in=cabut
dicabut -> catat -> tercabut
"""
ADDED = """
handler tambah
start bukti in=tambah message=tambah nonint
user periksa in=tambah
end terperiksa in=tambah
bukti -> periksa -> terperiksa
"""
LATE = """
handler lambat
start lewat in=lambat text=P60D
user lapor in=lambat
end terlapor in=lambat
lewat -> lapor -> terlapor
"""


def test_one_that_interrupts_ends_all_else_and_the_case_after_it() -> None:
    case = Case(BODY + WITHDRAWN + ADDED)
    case.deliver("bukti")
    assert case.open == ["periksa", "telaah"]
    case.deliver("dicabut")
    assert (case.open, case.messages) == (["catat"], {})
    case.complete("catat")
    assert (case.ended, case.step.end and case.step.end.id) == (True, "tercabut")


def test_one_that_does_not_interrupt_goes_on_beside_and_comes_again() -> None:
    case = Case(BODY + ADDED)
    case.deliver("bukti")
    case.deliver("bukti")
    case.complete("telaah")
    assert case.open == ["jawab", "periksa", "periksa"]
    case.complete("jawab")
    assert (case.ended, case.messages) == (False, {})
    case.complete("periksa")
    case.complete("periksa")
    assert case.ended


def test_without_its_event_the_case_ends_as_it_would() -> None:
    case = Case(BODY + WITHDRAWN + ADDED + LATE)
    case.complete("telaah")
    case.complete("jawab")
    assert (case.ended, case.step.end and case.step.end.id) == (True, "selesai")


def test_its_timer_counts_from_the_start_of_the_case() -> None:
    case = Case(BODY + LATE)
    case.wait(days=59)
    case.complete("telaah")
    case.wait(days=2)
    assert case.open == ["lapor"]


@pytest.mark.parametrize(
    ("thrown", "caught"), [("error", "error=E1"), ("escalation", "escalation=E1 nonint")]
)
def test_what_is_thrown_inside_is_caught(thrown: str, caught: str) -> None:
    case = Case(f"""
        start mulai
        and bagi
        user telaah
        user jawab
        end gagal {thrown}=E1
        end selesai
        mulai -> bagi -> telaah -> gagal
        bagi -> jawab -> selesai
        handler tangkap
        start salah in=tangkap {caught}
        user perbaiki in=tangkap
        end usai in=tangkap
        salah -> perbaiki -> usai
        """)
    case.complete("telaah")
    assert case.open == (["perbaiki"] if thrown == "error" else ["jawab", "perbaiki"])


def test_a_sub_process_goes_on_after_its_event_sub_process() -> None:
    case = Case("""
        start mulai
        sub rapat each=[1,2] as=n
        start awal in=rapat
        user undang in=rapat
        end akhir in=rapat
        user catat
        end selesai
        mulai -> rapat -> catat -> selesai
        awal -> undang -> akhir
        handler batal in=rapat
        start dibatalkan in=batal message=batal
        user kabari in=batal
        end terkabari in=batal
        dibatalkan -> kabari -> terkabari
        """)
    case.deliver("dibatalkan")
    assert case.open == ["kabari", "undang"]
    case.complete("kabari")
    case.complete("undang")
    assert case.open == ["catat"]


def test_an_end_that_terminates_ends_what_it_is_drawn_in() -> None:
    terminating = BODY.replace("end selesai", "terminate selesai")
    case = Case(terminating + ADDED)
    case.deliver("bukti")
    case.complete("telaah")
    case.complete("jawab")
    assert case.ended
    case = Case(BODY + ADDED.replace("end terperiksa", "terminate terperiksa"))
    case.deliver("bukti")
    case.complete("periksa")
    assert case.open == ["telaah"]


def test_a_late_officer_does_not_beat_the_timer_of_one() -> None:
    case = Case(BODY + LATE)
    case.now = next(iter(case.timers.values())).due.at
    with pytest.raises(Exception, match="lewat"):
        case.complete("telaah")


@pytest.mark.parametrize("other", [WITHDRAWN, ADDED, WITHDRAWN + ADDED + LATE, ""])
@pytest.mark.parametrize("first", [WITHDRAWN, ADDED, WITHDRAWN + ADDED + LATE, ""])
def test_a_case_moves_to_a_version_with_others(first: str, other: str) -> None:
    case = Case(BODY + first)
    [task] = case.tasks
    step = moved(case, BODY + other)
    assert step.kept is not None
    assert list(case.tasks) == [task]
    case.messages = {w.id: w.node.id for w in (*step.kept.messages, *step.messages)}
    waiting = {event for text, event in ((WITHDRAWN, "dicabut"), (ADDED, "bukti")) if text in other}
    assert set(case.messages.values()) == waiting
    assert {timer.node.id for timer in case.timers.values()} == ({"lewat"} if LATE in other else set())
    for event in sorted(waiting):
        case.deliver(event)
    if "dicabut" in waiting:
        assert case.open == ["catat"]
    else:
        case.complete("telaah")
        case.complete("jawab")


def test_a_timer_of_one_stays_as_it_is_when_the_case_moves() -> None:
    case = Case(BODY + LATE)
    [due] = [timer.due.at for timer in case.timers.values()]
    case.wait(days=3)
    moved(case, BODY + LATE + WITHDRAWN + ADDED)
    assert [timer.due.at for timer in case.timers.values()] == [due]
    moved(case, BODY + LATE)
    assert [timer.due.at for timer in case.timers.values()] == [due]


def test_what_goes_on_in_one_moves_with_the_case() -> None:
    case = Case(BODY + ADDED)
    case.deliver("bukti")
    step = moved(case, BODY + ADDED + WITHDRAWN)
    assert step.kept is not None
    assert case.open == ["periksa", "telaah"]
    case.messages = {w.id: w.node.id for w in (*step.kept.messages, *step.messages)}
    case.deliver("dicabut")
    assert case.open == ["catat"]


def test_a_case_that_is_over_goes_on_with_its_events() -> None:
    case = Case(BODY + WITHDRAWN + LATE)
    case.complete("telaah")
    case.complete("jawab")
    assert [step.id for step in reopening.steps(case.program)] == ["telaah", "jawab"]
    step = reopening.reopen(case.program, {}, "jawab", now=case.now, calendar=CALENDAR)
    case.tasks, case.timers, case.messages = {}, {}, {}
    case.take(step)
    assert (case.open, list(case.messages.values())) == (["jawab"], ["dicabut"])
    assert [timer.node.id for timer in case.timers.values()] == ["lewat"]
    case.complete("jawab")
    assert case.ended


def test_the_state_space_and_replay_know_them() -> None:
    diagram = draw(BODY + WITHDRAWN + ADDED)
    explored = search.explore(diagram)
    assert (explored.stuck, explored.ends) == ((), True)
    assert {"catat", "periksa", "tercabut"} <= explored.reached
    assert _fits(diagram, ["telaah", "periksa", "periksa", "catat"])
    assert not _fits(diagram, ["catat", "telaah"])


def test_the_state_space_ends_all_where_an_end_terminates() -> None:
    diagram = draw(BODY.replace("end selesai", "terminate selesai") + ADDED + WITHDRAWN)
    assert search.explore(diagram).ends


def _fits(diagram: Diagram, tasks: list[str]) -> bool:
    [found] = replay.replay_all(diagram, [tasks]).values()
    return found.fits


@pytest.mark.parametrize(("how", "is_due"), [("", True), ("nonint", False)])
def test_only_a_timer_that_ends_what_is_beside_it_is_its_deadline(how: str, is_due: bool) -> None:
    case = Case(BODY + LATE.replace("text=P60D", f"text=P60D {how}"))
    assert [task.due is not None for task in case.step.opened] == [is_due]
