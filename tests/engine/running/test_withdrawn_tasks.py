"""The history tells each open task that is taken away, and what took it away."""

from tests.engine.case import Case
from tests.engine.scopes import BOUNDED, ERRORS, ROUNDS


def told(case: Case) -> list[tuple[str, str, str, bool]]:
    """Tasks that the last step took away: activity, id, cause, whether by the clock."""
    return [
        (event.activity_id or "", event.data["task"], event.data["cause"], event.by_clock)
        for event in case.step.events
        if event.type == "task_cancelled"
    ]


def task_at(case: Case, activity: str) -> str:
    return next(task for task, node in case.tasks.items() if node == activity)


def test_a_timer_that_interrupts_is_told_before_what_it_opens() -> None:
    case = Case("start a\nuser b\ntimer t on=b text=P3D\nuser c\nend d\nend e\na -> b -> d\nt -> c -> e")
    task = task_at(case, "b")
    case.wait(days=4)
    assert told(case) == [("b", task, "t", True)]
    types = ["timer_fired", "task_overdue", "task_cancelled", "task_created"]
    assert [event.type for event in case.step.events] == types


def test_what_is_open_inside_a_sub_process_goes_with_it() -> None:
    case = Case(BOUNDED.format(how=""))
    before = {(node, task, "lewat", True) for task, node in case.tasks.items()}
    case.wait(days=4)
    assert before
    assert set(told(case)) == before


def test_an_end_that_terminates_is_told_as_the_cause_and_its_officer_as_the_actor() -> None:
    text = "start a\nand f\nuser b\nuser c\nterminate t\nend e\na -> f -> b -> t\nf -> c -> e"
    case = Case(text)
    task = task_at(case, "c")
    case.complete("b")
    assert told(case) == [("c", task, "t", False)]
    assert case.types[-3:] == ["task_completed", "task_cancelled", "instance_ended"]


def test_an_error_is_told_before_the_tasks_that_it_takes_away() -> None:
    case = Case(ERRORS.format(caught="E1"))
    task = task_at(case, "catat")
    case.complete("kirim")
    assert told(case) == [("catat", task, "gagal", False)]
    types = ["task_completed", "error_thrown", "task_cancelled", "task_created"]
    assert [event.type for event in case.step.events] == types


def test_rounds_that_are_not_needed_any_more_are_told() -> None:
    case = Case(ROUNDS.format(how='until="jawab = 2"'), {"unit": ["A", "B", "C"]})
    first, *others = case.tasks
    case.complete_task(first, jawab=2)
    assert told(case) == [("minta", task, "minta", False) for task in others]


def test_a_sub_process_that_terminates_takes_its_own_tasks_away() -> None:
    case = Case("""
    start mulai
    and bagi
    user luar
    sub rapat
    start awal in=rapat
    and cabang in=rapat
    user a in=rapat
    user b in=rapat
    terminate cukup in=rapat
    end usai in=rapat
    end satu
    end dua
    mulai -> bagi -> luar -> satu
    bagi -> rapat -> dua
    awal -> cabang -> a -> cukup
    cabang -> b -> usai
    """)
    task = task_at(case, "b")
    case.complete("a")
    assert told(case) == [("b", task, "cukup", False)]
    assert case.open == ["luar"]


def test_a_timer_that_does_not_interrupt_takes_nothing_away() -> None:
    case = Case(BOUNDED.format(how="nonint"))
    case.wait(days=4)
    assert "task_cancelled" not in case.types


def test_a_task_that_nobody_saw_open_is_not_told() -> None:
    case = Case("start a\nuser z\nand f\nuser c\nterminate t\nend e\na -> z -> f\nf -> c -> e\nf -> t")
    case.complete("z")
    assert case.ended
    assert "task_cancelled" not in case.types
