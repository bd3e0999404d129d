"""What mappings do to the variables of a case, by the engine alone; state goes through bytes between commands."""

from typing import Any

import pytest

from app.base.errors import ExecutionFailed
from app.engine import decisions
from tests.engine.case import Case
from tests.engine.decision_tables import dmn
from tests.engine.drawn import program
from tests.engine.scopes import CALL, ROUNDS


def locals_of(case: Case, activity: str) -> dict[str, Any]:
    return next(dict(task.locals) for task in case.step.opened if task.node.id == activity)


TASK = """
start mulai
user isi {how}
user lihat
end selesai
mulai -> isi -> lihat -> selesai
"""


def test_inputs_are_local_to_the_task_and_in_their_order() -> None:
    case = Case(TASK.format(how='give:x="n + 1" give:y="x * 2"'), {"n": 1})
    assert locals_of(case, "isi") == {"x": 2, "y": 4}
    case.complete("isi", z=5)
    assert case.variables == {"n": 1, "z": 5}
    assert locals_of(case, "lihat") == {}


def test_an_answer_under_the_name_of_an_input_stays_in_the_task_and_in_the_history() -> None:
    case = Case(TASK.format(how='give:x="n"'), {"n": 1})
    step = case.complete("isi", x=7)
    assert case.variables == {"n": 1}
    [done] = [event for event in step.events if event.type == "task_completed"]
    assert done.data["values"] == {"x": 7}
    assert done.data["local"] == ["x"]


def test_outputs_of_camunda_7_are_set_in_addition_to_the_answers() -> None:
    case = Case(TASK.format(how='take:jumlah="a + b"'), {"a": 1})
    step = case.complete("isi", b=2)
    assert case.variables == {"a": 1, "b": 2, "jumlah": 3}
    [told] = [event for event in step.events if event.type == "outputs_mapped"]
    assert told.data["values"] == {"jumlah": 3}


def test_outputs_of_camunda_8_are_all_that_leaves_the_task() -> None:
    case = Case(TASK.format(how='take:jumlah="a + b" keeps'), {"a": 1})
    step = case.complete("isi", b=2)
    assert case.variables == {"a": 1, "jumlah": 3}
    [done] = [event for event in step.events if event.type == "task_completed"]
    assert done.data["values"] == {"b": 2}  # nothing that was answered is lost


def test_an_output_into_an_entry_leaves_the_other_entries_alone() -> None:
    case = Case(TASK.format(how='take:alamat.kota="k"'), {"alamat": {"jalan": "J", "kota": "?"}})
    case.complete("isi", k="Wonogiri")
    assert case.variables["alamat"] == {"jalan": "J", "kota": "Wonogiri"}


def test_what_was_set_before_is_told_with_an_output() -> None:
    case = Case(TASK.format(how='take:n="n + 1"'), {"n": 1})
    step = case.complete("isi")
    [told] = [event for event in step.events if event.type == "outputs_mapped"]
    assert told.data["old"] == {"n": 1}
    assert case.variables == {"n": 2}


SUB = """
start mulai
sub rapat {how}
timer ingat on=rapat text="=lama" nonint
start awal in=rapat
and cabang in=rapat
user a in=rapat
user b in=rapat
and temu in=rapat
xor cukup in=rapat
user c in=rapat
end ya in=rapat
end usai in=rapat
send tegur
end beres
user lapor
end selesai
mulai -> rapat -> lapor -> selesai
ingat -> tegur -> beres
awal -> cabang -> a -> temu -> cukup
cabang -> b -> temu
cukup -> ya ? x = 2
cukup -> c *
c -> usai
"""


def test_a_sub_process_begins_with_its_inputs_and_ends_with_its_outputs() -> None:
    case = Case(SUB.format(how='give:x="n" give:lama="tunggu" take:hasil="x + z"'), {"n": 1, "tunggu": "P3D"})
    assert locals_of(case, "a") == {"x": 1, "lama": "P3D"}
    assert len(case.timers) == 1  # the timer on its boundary reads what it begins with
    case.complete("a", x=2)
    assert "x" not in case.variables
    case.complete("b", z=5)
    assert case.open == ["lapor"]
    assert case.variables == {"n": 1, "tunggu": "P3D", "z": 5, "hasil": 7}


def test_a_sub_process_that_is_ended_from_outside_maps_nothing_out() -> None:
    how = 'give:lama="tunggu" take:hasil="1"'
    case = Case(SUB.format(how=how).replace(" nonint", ""), {"tunggu": "P3D"})
    case.wait(days=4)
    assert case.ended
    assert "hasil" not in case.variables


def test_a_called_process_that_is_sealed_sees_its_inputs_alone_and_keeps_what_is_filled_in() -> None:
    case = Case(
        CALL.format(how='give:x="n" take:hasil="x + y + (if n = null then 100 else 0)" sealed keeps'),
        {"n": 1},
    )
    assert locals_of(case, "a") == {"x": 1, "n": None}
    case.complete("a", y=2, n2=3)
    assert case.variables == {"n": 1}
    assert locals_of(case, "b") == {"x": 1, "y": 2, "n2": 3, "n": None}
    case.complete("b")
    assert case.variables == {"n": 1, "hasil": 103}
    assert locals_of(case, "lapor") == {}


def test_a_task_that_stays_open_sees_what_changed_around_it() -> None:
    case = Case(SUB.format(how='give:x="n" give:lama="tunggu"'), {"n": 1, "tunggu": "P3D"})
    still_open = next(task for task, activity in case.tasks.items() if activity == "a")
    step = case.complete("b", x=9)
    assert step.changed == {still_open: {"x": 9, "lama": "P3D"}}


@pytest.mark.parametrize(
    ("hands", "variables"), [("all", {"n": 1, "x": 5, "y": 2}), ("new", {"n": 1, "y": 2})]
)
def test_a_called_process_hands_out_all_or_all_but_its_inputs(hands: str, variables: dict[str, Any]) -> None:
    case = Case(CALL.format(how=f'give:x="n" keeps sealed hands={hands}'), {"n": 1})
    case.complete("a", y=2)
    assert case.variables == {"n": 1}
    case.complete("b", x=5)
    assert case.variables == variables


def test_a_call_that_sees_all_still_keeps_what_it_changes_until_its_end() -> None:
    case = Case(CALL.format(how="keeps hands=all"), {"n": 1})
    assert locals_of(case, "a") == {}
    case.complete("a", n=2)
    assert case.variables == {"n": 1}
    assert locals_of(case, "b") == {"n": 2}
    case.complete("b")
    assert case.variables == {"n": 2}


@pytest.mark.parametrize("how", ["", "seq"])
def test_each_round_has_its_inputs_and_gives_its_outputs(how: str) -> None:
    how += ' give:judul="u + pesan" take:terakhir="u" take:jawab="isi + u" keeps'
    case = Case(ROUNDS.format(how=how), {"unit": ["A", "B"], "pesan": "!"})
    while "minta" in case.open:
        task = case.step.opened[0] if case.step.opened else None
        assert task is None or task.locals["judul"] == f"{task.locals['u']}!"
        case.complete("minta", isi="dari ")
    assert case.variables["semua"] == ["dari A", "dari B"]
    assert case.variables["terakhir"] == "B"
    assert not {"isi", "judul", "jawab", "u"} & case.variables.keys()


def test_a_called_process_in_rounds_is_sealed_in_each() -> None:
    how = 'each=unit as=u give:x="u" take:hasil.nilai="y" sealed keeps'
    case = Case(CALL.format(how=how), {"unit": ["A", "B"], "n": 1})
    assert [task.locals["n"] for task in case.step.opened] == [None, None]
    assert sorted(task.locals["x"] for task in case.step.opened) == ["A", "B"]
    for _round in range(2):
        case.complete("a", y=1)
        case.complete("b")
    assert case.variables == {"unit": ["A", "B"], "n": 1, "hasil": {"nilai": 1}}


RULE = """
start mulai
table putus decision=uji {how}
user lihat
end selesai
mulai -> putus -> lihat -> selesai
"""


def decided(how: str, **variables: Any) -> Case:
    [table] = decisions.read_decisions(dmn(("-", "x * 2")), file="t.dmn")
    return Case(RULE.format(how=how), variables, tables={"uji": table})


def test_a_decision_reads_the_inputs_of_its_task() -> None:
    name = next(iter(decided("", x=1).variables.keys() - {"x"}))
    assert decided('give:x="n + 1"', n=1).variables == {"n": 1, name: 4}
    assert decided(f'take:r="{name} + 1" keeps', x=1).variables == {"x": 1, "r": 3}


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        ("value", 2),
        ("singleEntry", 2),
        ("singleResult", {"?": 2}),
        ("collectEntries", [2]),
        ("resultList", [{"?": 2}]),
    ],
)
def test_the_result_of_a_decision_takes_the_shape_asked_for(shape: str, value: Any) -> None:
    name = next(iter(decided("", x=1).variables.keys() - {"x"}))
    if isinstance(value, dict):
        value = {name: 2}
    elif isinstance(value, list) and isinstance(value[0], dict):
        value = [{name: 2}]
    assert decided(f"result=r shape={shape}", x=1).variables == {"x": 1, name: 2, "r": value}


def test_a_message_brings_in_what_its_outputs_say() -> None:
    text = "start mulai\ncatch tunggu message=m take:b=a {how}\nend selesai\nmulai -> tunggu -> selesai"
    case = Case(text.format(how=""))
    case.deliver("tunggu", a=1)
    assert case.variables == {"a": 1, "b": 1}
    case = Case(text.format(how="keeps"))
    step = case.deliver("tunggu", a=1)
    assert case.variables == {"b": 1}
    assert next(e for e in step.events if e.type == "message_received").data["values"] == {"a": 1}


def test_what_starts_a_case_goes_through_the_outputs_of_its_start() -> None:
    case = Case("start mulai take:b=a keeps\nuser x\nend selesai\nmulai -> x -> selesai", {"a": 1})
    assert case.variables == {"b": 1}


def test_the_start_of_a_called_process_sets_variables_of_that_process() -> None:
    text = CALL.format(how="keeps sealed take:hasil=batas").replace("awal in", "awal take:batas=3 in")
    case = Case(text, {"n": 1})
    assert locals_of(case, "a") == {"batas": 3, "n": None}
    case.complete("a")
    case.complete("b")
    assert case.variables == {"n": 1, "hasil": 3}


def test_a_mapping_that_runs_away_names_its_element_and_its_variable() -> None:
    with pytest.raises(ExecutionFailed, match="Pemetaan x pada “isi”") as caught:
        Case(TASK.format(how='give:x="for i in 1..100000000 return i"'))
    assert caught.value.activity_id == "isi"


def test_a_mapping_that_carries_too_much_fails_in_a_sentence() -> None:
    # Each reads the one before it, so that no single call is too much.
    inputs = " ".join(f'give:x{n}="[teks, teks, x{n - 1} = 3]"' for n in range(10))
    with pytest.raises(ExecutionFailed, match="terlalu besar") as caught:
        Case(TASK.format(how=inputs), {"teks": "x" * 60_000})
    assert (caught.value.activity_id, caught.value.limit) == ("isi", "mapping_too_large")


def test_the_history_keeps_what_was_given_when_it_changes_inside_in_the_same_step() -> None:
    text = """
    start mulai
    sub bagian give:x="n"
    start awal in=bagian
    send naik take:x="x + 1" take:y="x" in=bagian
    end akhir in=bagian
    user lihat
    end selesai
    mulai -> bagian -> lihat -> selesai
    awal -> naik -> akhir
    """
    case = Case(text, {"n": 1})
    [told] = [event for event in case.step.events if event.type == "inputs_mapped"]
    assert told.data["given"] == {"x": 1}


def test_a_name_that_nothing_set_is_null_and_told_in_the_history() -> None:
    case = Case(TASK.format(how='give:x="tidak_ada"'))
    assert locals_of(case, "isi") == {"x": None}
    [told] = [event for event in case.step.events if event.type == "inputs_mapped"]
    assert told.data["given"] == {"x": None}
    assert "tidak_ada" in told.data["warnings"][0]


@pytest.mark.parametrize(
    ("text", "how", "answers"),
    [
        (TASK, 'give:x="n" take:z="x" keeps', {"isi": {"x": 1}}),
        (SUB, 'give:x="n" take:z="x" keeps', {}),
        (CALL, 'give:x="n" take:z="x" sealed keeps', {}),
        (CALL, 'each=n as=u give:x="u" take:z="x" sealed keeps', {}),
        (ROUNDS, 'give:x="u" take:jawab="x" keeps', {"minta": {"jawab": "y"}}),
    ],
)
def test_a_case_from_before_there_were_mappings_goes_on_as_it_began(
    text: str, how: str, answers: dict[str, Any]
) -> None:
    loop = "each=n as=u" if how.startswith("each") else ""
    case = Case(text.format(how=loop), {"n": ["A", "B"], "unit": ["A", "B"], "tunggu": "P3D", "lama": "P3D"})
    began = list(case.tasks)
    case.program = program(text.format(how=how))
    for task in began:
        step = case.complete_task(task, **answers.get(case.tasks[task], {}), bersama=1)
        assert "outputs_mapped" not in {event.type for event in step.events}
        assert case.variables["bersama"] == 1
    while not case.ended:
        case.complete(case.open[0])


def test_a_task_that_is_done_leaves_none_of_its_own_variables_in_the_state() -> None:
    case = Case(
        """
    start mulai
    user isi give:x=teks
    timer ingat on=isi text=P1D nonint
    user tegur
    user lihat
    end selesai
    end beres
    mulai -> isi -> lihat -> selesai
    ingat -> tegur -> beres
    """,
        {"teks": "panjang"},
    )
    case.wait(days=2)
    assert b"panjang" in case.state
    case.complete("isi")
    assert case.open == ["lihat", "tegur"]
    assert b"panjang" not in case.state


def test_a_case_that_passes_its_mappings_64_times_costs_what_it_cost_at_first() -> None:
    case = Case(
        """
    start mulai
    xor masuk
    sub rapat give:x="n" take:n="x + 1" keeps sealed
    start awal in=rapat
    user isi give:y="x" take:z="y" keeps in=rapat
    end usai in=rapat
    xor lagi
    end selesai
    mulai -> masuk -> rapat -> lagi
    lagi -> selesai ? n = 64
    lagi -> masuk *
    awal -> isi -> usai
    """,
        {"n": 0},
    )
    sizes = []
    while not case.ended:
        sizes.append(len(case.state))
        case.complete("isi")
    assert case.variables == {"n": 64}
    assert len(sizes) == 64
    assert max(sizes[1:]) <= sizes[1] + 8, sizes
