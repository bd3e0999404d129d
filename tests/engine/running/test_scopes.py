"""Sub-processes, repetition, errors, escalations and signals, by the engine alone."""

import pytest

from app.base.errors import ExecutionFailed
from tests.engine.case import Case
from tests.engine.scopes import BOUNDED, ERRORS, ROUNDS

NESTED = """
start mulai
sub rapat
start awal in=rapat
user undang in=rapat
user catat in=rapat
end usai in=rapat
user lapor
end selesai
mulai -> rapat -> lapor -> selesai
awal -> undang -> catat -> usai
"""


def test_a_sub_process_is_left_when_its_last_token_ended() -> None:
    case = Case(NESTED)
    assert case.open == ["undang"]
    case.complete("undang")
    assert case.open == ["catat"]
    case.complete("catat")
    assert case.open == ["lapor"]
    case.complete("lapor")
    assert case.ended


def test_a_sub_process_waits_for_all_that_goes_on_inside() -> None:
    case = Case("""
    start mulai
    sub rapat
    start awal in=rapat
    and cabang in=rapat
    user a in=rapat
    user b in=rapat
    end satu in=rapat
    end dua in=rapat
    end selesai
    mulai -> rapat -> selesai
    awal -> cabang -> a -> satu
    cabang -> b -> dua
    """)
    case.complete("b")
    assert case.open == ["a"]
    case.complete("a")
    assert case.ended
    assert "rapat" not in case.step.visits  # it was entered before
    assert case.step.end is not None
    assert case.step.end.id == "selesai"


def test_an_end_that_terminates_ends_its_sub_process_alone() -> None:
    case = Case("""
    start mulai
    and luar
    sub rapat
    start awal in=rapat
    and cabang in=rapat
    user a in=rapat
    user b in=rapat
    end satu in=rapat
    terminate dua in=rapat
    user c
    user d
    end selesai
    end usai
    mulai -> luar -> rapat -> d -> selesai
    luar -> c -> usai
    awal -> cabang -> a -> satu
    cabang -> b -> dua
    """)
    assert case.open == ["a", "b", "c"]
    case.complete("b")
    assert case.open == ["c", "d"]


def test_a_timer_on_a_sub_process_ends_all_that_is_inside() -> None:
    case = Case(BOUNDED.format(how=""))
    case.complete("undang")
    case.wait(days=4)
    assert case.open == ["tegur"]
    case.complete("tegur")
    assert case.ended


def test_a_timer_that_does_not_interrupt_leaves_the_inside_alone() -> None:
    case = Case(BOUNDED.format(how="nonint"))
    case.wait(days=4)
    case.complete("undang")
    assert case.open == ["catat", "tegur"]
    case.complete("catat")
    assert case.open == ["lapor", "tegur"]
    assert case.timers == {}
    case.complete("lapor")
    case.complete("tegur")
    assert case.ended


def test_who_works_inside_does_not_beat_the_deadline_of_what_is_around() -> None:
    case = Case(BOUNDED.format(how=""))
    case.now = case.now.replace(year=case.now.year + 1)
    with pytest.raises(Exception, match="Tenggat"):
        case.complete("undang")


def test_all_rounds_open_together_and_their_results_are_collected_in_order() -> None:
    case = Case(ROUNDS.format(how=""), {"unit": ["A", "B", "C"]})
    assert [task.locals["u"] for task in case.step.opened] == ["A", "B", "C"]
    unit = {task.id: task.locals["u"] for task in case.step.opened}
    for task in reversed(unit):
        case.complete_task(task, jawab=f"dari {unit[task]}")
    assert case.open == ["rangkum"]
    assert case.variables["semua"] == ["dari A", "dari B", "dari C"]
    assert "jawab" not in case.variables
    assert "u" not in case.variables


def test_rounds_one_after_another_open_one_task_at_a_time() -> None:
    case = Case(ROUNDS.format(how="seq"), {"unit": ["A", "B", "C"]})
    for letter in "ABC":
        assert case.open == ["minta"]
        assert case.step.opened[0].locals["u"] == letter
        case.complete("minta", jawab=letter.lower())
    assert case.variables["semua"] == ["a", "b", "c"]
    assert case.open == ["rangkum"]


def test_an_empty_list_makes_no_round() -> None:
    case = Case(ROUNDS.format(how=""), {"unit": []})
    assert case.open == ["rangkum"]
    assert case.variables["semua"] == []


@pytest.mark.parametrize("how", ["", "seq"])
def test_enough_rounds_end_the_others(how: str) -> None:
    case = Case(ROUNDS.format(how=f'until="jawab = 2" {how}'), {"unit": ["A", "B", "C"]})
    case.complete("minta", jawab=1)
    case.complete("minta", jawab=2)
    assert case.open == ["rangkum"]
    assert case.variables["semua"] == [1, 2]


@pytest.mark.parametrize(
    ("until", "how", "needed"),
    [
        ("nrOfCompletedInstances >= 2", "", 2),
        ("numberOfCompletedInstances >= 2", "seq", 2),
        ("nrOfCompletedInstances / nrOfInstances > 0.5", "", 3),
        ("numberOfCompletedInstances / numberOfInstances > 0.5", "seq", 3),
        ("nrOfActiveInstances = 1", "", 3),
        ("numberOfActiveInstances = 3", "", 1),
        ("nrOfActiveInstances = 1", "seq", 1),
        ("numberOfActiveInstances > 0", "seq", 4),
        ("numberOfTerminatedInstances > 0", "", 4),
        ("nrOfCompletedInstances = 3 and jawab = 3", "", 3),
    ],
)
def test_a_quorum_counts_the_rounds(until: str, how: str, needed: int) -> None:
    case = Case(ROUNDS.format(how=f'until="{until}" {how}'), {"unit": ["A", "B", "C", "D"]})
    for number in range(1, needed + 1):
        assert "minta" in case.open
        case.complete("minta", jawab=number)
    assert case.open == ["rangkum"]
    assert "nrOfInstances" not in case.variables


@pytest.mark.parametrize("value", [None, "A", 2.5, True, list(range(501)), 501])
def test_what_is_no_list_of_at_most_500_fails_in_a_sentence(value: object) -> None:
    with pytest.raises(ExecutionFailed, match="diulang"):
        Case(ROUNDS.format(how=""), {"unit": value})


def test_a_loop_goes_on_as_long_as_its_condition_holds() -> None:
    case = Case("""
    start mulai
    user periksa while="kurang = true" most=3
    end selesai
    mulai -> periksa -> selesai
    """)
    case.complete("periksa", kurang=True)
    assert case.open == ["periksa"]
    case.complete("periksa", kurang=False)
    assert case.ended


def test_a_sub_process_runs_once_for_each_with_boundary_events_inside() -> None:
    case = Case(
        """
    start mulai
    sub tinjau each=unit as=u collect=hasil into=semua
    start awal in=tinjau
    user isi in=tinjau
    timer ingat on=isi text=P1D nonint
    send tegur in=tinjau
    xor cukup in=tinjau
    end ya in=tinjau
    end usai in=tinjau
    user rangkum
    end selesai
    mulai -> tinjau -> rangkum -> selesai
    awal -> isi -> cukup
    cukup -> ya ? hasil = u
    cukup -> isi *
    ingat -> tegur -> usai
    """,
        {"unit": ["A", "B"]},
    )
    assert len(case.timers) == 2
    case.wait(days=2)
    assert case.open == ["isi", "isi"]
    case.complete("isi", hasil="?")
    first = [task for task in case.step.opened]
    assert [task.locals["u"] for task in first] == ["A"]
    case.complete_task(first[0].id, hasil="A")
    case.complete("isi", hasil="B")
    assert case.open == ["rangkum"]
    assert case.variables["semua"] == ["A", "B"]


@pytest.mark.parametrize("caught", ["E1", '""'])
def test_an_error_ends_the_sub_process_and_is_caught_on_its_boundary(caught: str) -> None:
    case = Case(ERRORS.format(caught=caught))
    case.complete("kirim")
    assert case.open == ["ulang"]
    case.complete("ulang")
    assert case.ended


def test_an_error_of_the_last_token_is_caught_too() -> None:
    case = Case(ERRORS.format(caught="E1"))
    case.complete("catat")
    case.complete("kirim")
    assert case.open == ["ulang"]


def test_an_error_with_another_code_is_not_caught() -> None:
    case = Case(ERRORS.format(caught="E2"))
    case.complete("catat")
    case.complete("kirim")
    assert case.ended


def test_an_escalation_need_not_end_what_it_comes_from() -> None:
    case = Case("""
    start mulai
    sub kerja
    escalation naik on=kerja code=K nonint
    start awal in=kerja
    user a in=kerja
    throw lapor escalation=K in=kerja
    user b in=kerja
    end usai in=kerja
    user pimpin
    end selesai
    end dua
    mulai -> kerja -> selesai
    awal -> a -> lapor -> b -> usai
    naik -> pimpin -> dua
    """)
    case.complete("a")
    assert case.open == ["b", "pimpin"]
    case.complete("b")
    case.complete("pimpin")
    assert case.ended


def test_a_signal_is_caught_by_all_that_wait_for_it() -> None:
    case = Case("""
    start mulai
    and cabang
    user a
    throw bubar signal=S
    user b
    signal putus on=b signal=S
    user c
    end satu
    end dua
    end tiga
    mulai -> cabang -> a -> bubar -> satu
    cabang -> b -> dua
    putus -> c -> tiga
    """)
    assert list(case.messages.values()) == ["putus"]
    case.complete("a")
    assert case.open == ["c"]
    assert case.step.signals == ("S",)


def test_a_case_that_runs_through_its_sub_process_64_times_costs_what_it_cost_at_first() -> None:
    case = Case(
        """
    start mulai
    xor masuk
    sub rapat each=unit as=u seq
    timer lewat on=rapat text=P30D nonint
    start awal in=rapat
    user isi in=rapat
    end usai in=rapat
    xor lagi
    end selesai
    send tegur
    end beres
    mulai -> masuk -> rapat -> lagi
    lagi -> selesai ? cukup = true
    lagi -> masuk *
    awal -> isi -> usai
    lewat -> tegur -> beres
    """,
        {"unit": ["A", "B"]},
    )
    sizes = []
    for _number in range(64):
        case.wait(days=31)
        case.complete("isi")
        case.complete("isi")
        sizes.append(len(case.state))
    assert max(sizes[1:]) <= sizes[1] + 8, sizes  # a counter may take a digit more
    case.complete("isi")
    case.complete("isi", cukup=True)
    assert case.ended
