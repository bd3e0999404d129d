"""What a case may take: endless loops, forks without end, heaps of data stop it in a sentence; long work does not."""

from datetime import timedelta

import pytest

from app.base.errors import Conflict, ExecutionFailed
from app.engine.running import step, transitions
from app.engine.running.execution import Program
from tests.engine.building import bpmn, end, node, start, user
from tests.engine.case import Case
from tests.engine.read_files import read

EACH = """
start mulai
sub tinjau each=unit as=u {how}
start awal in=tinjau
send satu in=tinjau
send dua in=tinjau
end usai in=tinjau
user rangkum
end selesai
mulai -> tinjau -> rangkum -> selesai
awal -> satu -> dua -> usai
"""


@pytest.mark.parametrize("how", ["", "seq"])
def test_500_rounds_of_several_automatic_steps_are_no_endless_loop(how: str) -> None:
    case = Case(EACH.format(how=how), {"unit": list(range(500))})
    assert case.open == ["rangkum"]
    assert len(case.step.effects) == 1000
    assert len(case.step.state) < 200


def test_500_rounds_at_once_wait_for_500_people() -> None:
    case = Case("start m\nuser a each=unit as=u\nuser z\nend e\nm -> a -> z -> e", {"unit": list(range(500))})
    assert case.open == ["a"] * 500


def test_an_endless_loop_in_a_round_is_stopped() -> None:
    text = """
    start m
    sub t each=unit as=u
    start a in=t
    xor g in=t
    send s in=t
    end ee in=t
    end e
    m -> t -> e
    a -> g
    g -> s ? true
    s -> g
    g -> ee *
    """
    assert stopped(text, {"unit": [1, 2]}) == "automatic_loop"


def test_rounds_in_rounds_are_stopped_when_nobody_would_wait_that_long() -> None:
    text = """
    start m
    sub t each=unit as=u
    start a in=t
    send s each=unit as=v seq in=t
    end ee in=t
    end e
    m -> t -> e
    a -> s -> ee
    """
    assert stopped(text, {"unit": list(range(101))}) == "too_many_steps"


def test_a_fork_in_a_loop_is_stopped_before_it_fills_the_memory() -> None:
    users = "".join(f"user u{n}\n" for n in range(200))
    flows = "".join(f"f -> u{n}\n" for n in range(200))
    text = f"start m\nxor g\nand f\nend e\n{users}m -> g -> f -> g\n{flows}"
    assert stopped(text + "u1 -> e") == "too_many_branches"


def test_a_case_that_has_grown_too_large_is_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case("start m\nuser a\nuser b\nend e\nm -> a -> b -> e")
    case.complete("a", catatan="x" * 1000)
    monkeypatch.setattr(step, "MAX_BYTES", 1000)
    with pytest.raises(ExecutionFailed) as error:
        case.complete("b", lain="y")
    assert error.value.limit == "case_too_large"


def test_the_expressions_of_a_command_share_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    gates = "".join(f"xor g{n}\ng{n} -> g{n + 1} ? lama.berapa + {n} > 0\ng{n} -> e *\n" for n in range(100))
    text = f"start m\nuser z\nend e\n{gates}xor g100\ng100 -> z -> e\nm -> g0"
    assert Case(text, {"lama": {"berapa": 1}}).open == ["z"]
    monkeypatch.setattr(transitions, "MAX_SECONDS", 0.002)  # a call takes some 0.2 ms
    with pytest.raises(ExecutionFailed) as error:
        Case(text, {"lama": {"berapa": 2}})
    assert "terlalu lama" in error.value.detail


def test_rounds_in_rounds_of_people_are_stopped_while_they_open() -> None:
    text = """
    start m
    sub t each=unit as=u
    start a in=t
    user s each=unit as=v in=t
    end ee in=t
    end e
    m -> t -> e
    a -> s -> ee
    """
    assert stopped(text, {"unit": list(range(150))}) == "too_many_branches"


def test_the_number_of_a_round_is_its_own_whatever_a_form_sends_back() -> None:
    text = "start m\nuser a each=unit as=u collect=u into=semua seq\nend e\nm -> a -> e"
    case = Case(text, {"unit": list("abcdefghijkl")})
    for _round in "abcdefghijkl":
        case.complete("a", loopCounter=str(case.step.opened[0].locals["loopCounter"]))
    assert case.variables["semua"] == list("abcdefghijkl")


def stopped(text: str, variables: dict[str, object] | None = None) -> str:
    """Why the start of this process fails."""
    with pytest.raises(ExecutionFailed) as error:
        Case(text, variables or {})
    return error.value.limit


def test_the_bounds_are_those_that_the_findings_and_the_documents_name() -> None:
    assert (transitions.MAX_STEPS, transitions.MAX_STEPS_IN_ALL, transitions.MAX_TASKS, step.MAX_BYTES) == (
        500,
        5_000,
        10_000,
        5_000_000,
    )


def test_what_a_deadline_took_away_and_a_long_way_cut_off_is_a_conflict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transitions, "_COMPACT_EVERY", 0)
    case = Case('start m\nuser a\ntimer t on=a text="1 hari"\nuser z\nend e\nm -> a -> e\nt -> z -> e')
    case.now += timedelta(days=3)
    with pytest.raises(Conflict):
        case.complete("a")


def test_a_signal_that_sets_itself_off_is_told_as_a_circle() -> None:
    signal = '<bpmn:signalEventDefinition signalRef="s"/>'
    edge = node("boundaryEvent", "b", attachedToRef="t", cancelActivity="false", inside=signal)
    parts = [start(), user("isi"), user("t"), node("parallelGateway", "bagi"), edge, end()]
    ends = [node("endEvent", id, inside=signal) for id in ("usai", "lempar")]
    flows = "start > bagi > t > end\nbagi > isi > usai\nb > lempar"
    case = Case(
        Program(read(bpmn([*parts, *ends], flows, outside='<bpmn:signal id="s" name="Banjir"/>')), {})
    )
    with pytest.raises(ExecutionFailed, match="berputar"):
        case.complete("isi")
