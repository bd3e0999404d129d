"""What the search of all states finds in drawings of each kind, and how much it looks at."""

import time
from random import Random

import pytest

from app.engine.diagram import Diagram
from app.engine.reading import reader
from app.engine.state_space.net import Net
from app.engine.state_space.search import MOST_WORK, Explored, explore
from tests.engine.drawn import draw
from tests.engine.tokens import Game
from tests.sop import DIAGRAM


def found(text: str) -> Explored:
    return explore(draw(text))


def never(text: str) -> list[str]:
    diagram = draw(text)
    return sorted(set(diagram.nodes) - explore(diagram).reached)


FORKED = """
start mulai
and cabang
user a
user b
and temu
end selesai
mulai -> cabang -> a -> {a}
cabang -> b -> temu
temu -> selesai
"""


def test_the_sop_comes_everywhere_ends_and_is_never_stuck() -> None:
    [diagram] = reader.read_diagrams(DIAGRAM.read_bytes())
    explored = explore(diagram)
    assert explored.reached == set(diagram.nodes)
    assert (explored.stuck, explored.ends, explored.left) == ((), True, "")


def test_branches_that_meet_are_no_trouble() -> None:
    explored = found(FORKED.format(a="temu"))
    assert (explored.stuck, explored.left, explored.ends) == ((), "", True)


def test_a_join_to_which_one_branch_may_not_come_is_stuck_with_the_way_there() -> None:
    text = FORKED.replace("end selesai", "end selesai\nend dini\nxor g")
    explored = found(text.format(a="g\ng -> temu\ng -> dini"))
    [stuck] = explored.stuck
    assert (stuck.join, stuck.missing, explored.ends) == ("temu", ("f3_g_temu",), True)
    assert [act.node for act in stuck.way] == ["mulai", "a", "b", "g"]
    assert stuck.way[-1].flows == ("f4_g_dini",)


def test_what_is_behind_a_join_that_never_passes_is_not_reached() -> None:
    text = FORKED.replace("end selesai", "end selesai\nend dini").format(a="dini")
    explored = found(text + "start lain\nlain -> temu")
    assert [stuck.join for stuck in explored.stuck] == ["temu"]
    assert "selesai" not in explored.reached


def test_of_joins_that_wait_for_each_other_the_first_is_told() -> None:
    text = """
    start mulai
    and f
    and luar
    user a
    user b
    user c
    xor g
    and dalam
    end habis
    end z
    mulai -> f -> a -> luar -> z
    f -> b -> dalam -> luar
    f -> c -> g
    g -> dalam
    g -> habis
    """
    assert [stuck.join for stuck in found(text).stuck] == ["dalam"]


@pytest.mark.parametrize("gateway", ["or", "xor"])
def test_other_joins_wait_for_nothing_that_does_not_come(gateway: str) -> None:
    text = FORKED.replace("and temu", f"{gateway} temu\nxor g\nend dini").format(a="g\ng -> temu\ng -> dini")
    assert found(text).stuck == ()


SCOPED = """
start mulai
sub bagian
{edge}
user sesudah
end selesai
start s in=bagian
and f in=bagian
user a in=bagian
user b in=bagian
xor g in=bagian
and j in=bagian
end e in=bagian
{end} dini in=bagian
mulai -> bagian -> sesudah -> selesai
s -> f -> a -> j -> e
f -> b -> g
g -> j
g -> dini
"""


def test_a_sub_process_that_is_stuck_is_let_go_by_an_event_on_its_edge_alone() -> None:
    alone = found(SCOPED.format(edge="", end="end"))
    assert [stuck.join for stuck in alone.stuck] == ["j"]
    edge = "timer lewat on=bagian text=P3D\nlewat -> sesudah"
    timed = found(SCOPED.format(edge=edge, end="end"))
    assert timed.stuck == ()
    beside = edge.replace("P3D", "P3D nonint")  # it comes once, and lets nothing go
    assert [stuck.join for stuck in found(SCOPED.format(edge=beside, end="end")).stuck] == ["j"]


def test_an_end_that_terminates_takes_what_waits_with_it() -> None:
    explored = found(SCOPED.format(edge="", end="terminate"))
    assert (explored.stuck, "sesudah" in explored.reached) == ((), True)


def test_an_error_takes_the_activity_away_by_the_event_that_catches_it() -> None:
    caught = "error gagal on=bagian code=E1\nend rusak\ngagal -> rusak"
    text = SCOPED.format(edge=caught, end="end").replace("end dini", "end dini error=E1")
    explored = found(text)
    assert (explored.stuck, {"gagal", "rusak"} <= explored.reached) == ((), True)
    other = text.replace("code=E1", "code=E2")
    assert [stuck.join for stuck in found(other).stuck] == ["j"]
    assert {"gagal", "rusak"} <= set(never(other))


def test_an_event_gateway_goes_the_way_of_each_of_its_events() -> None:
    text = """
    start mulai
    events g
    catch kabar message=m
    catch lama text=P3D
    end a
    end z
    mulai -> g -> kabar -> a
    g -> lama -> z
    """
    assert never(text) == []


@pytest.mark.parametrize(
    ("loop", "closed"),
    [
        ("each=[1,2] as=u", []),
        ("each=daftar as=u", []),
        ("each=[] as=u", ["kerja"]),
        ("each=0", ["kerja"]),
        ('while="c = 1" before', []),
    ],
)
def test_an_activity_opens_if_it_may_have_a_round(loop: str, closed: list[str]) -> None:
    assert never(f"start mulai\nuser kerja {loop}\nend selesai\nmulai -> kerja -> selesai") == closed


def test_ways_that_a_constant_closes_are_not_walked() -> None:
    text = "start m\nxor g\nuser a\nuser b\nuser c\nend z\nm -> g\n"
    text += "g -> a ? false\ng -> b ? true\ng -> c *\na -> z\nb -> z\nc -> z"
    assert never(text) == ["a", "c"]


BESIDE = """
start mulai
and f
user a
user b
and j
end z
{event}
mulai -> f -> a -> j -> z
f -> b -> j
kejadian -> {target}
"""


def test_an_event_that_comes_again_and_again_beside_a_join_is_followed_so_far_and_told_of() -> None:
    event = "message kejadian on=a message=m nonint\nuser catat\nend usai\ncatat -> usai"
    assert found(BESIDE.format(event=event, target="catat")).left == ""  # it meets nothing
    assert found(BESIDE.format(event=event, target="j")).left == "j"
    once = event.replace("message kejadian on=a message=m", "timer kejadian on=a text=P1D")
    explored = found(BESIDE.format(event=once, target="j"))
    assert (explored.left, [stuck.join for stuck in explored.stuck]) == ("", ["j"])


def branches(count: int, steps: int, gateway: str = "and") -> str:
    lines = ["start mulai", f"{gateway} f", f"{gateway} j", "end z", "mulai -> f", "j -> z"]
    for number in range(count):
        names = [f"u{number}_{step}" for step in range(steps)]
        lines += [f"user {name}" for name in names]
        lines += [f"f -> {names[0]}", " -> ".join([*names, "j"])]
    return "\n".join(sorted(lines, key=lambda line: "->" in line))


def test_branches_cost_the_sum_of_their_steps() -> None:
    explored = found(branches(20, 5))
    assert (explored.left, explored.stuck, explored.ends) == ("", (), True)
    assert explored.states < 1_000


#: Where a branch has come to matters to the gateways behind the join, as far as is known before it.
MUCH = branches(7, 4).replace(
    "j -> z", "or g\nor h\nuser x\nuser y\nj -> g\ng -> x -> h\ng -> y -> h\nh -> z"
)


@pytest.mark.parametrize("text", [MUCH, branches(280, 1)], ids=["states", "tokens"])
def test_a_search_ends_in_time_and_says_that_it_did_not_see_all(text: str) -> None:
    diagram = draw(text)
    began = time.process_time()
    explored = explore(diagram)
    assert time.process_time() - began < 1  # a tenth of that on an idle machine
    assert explored.left == "size"
    assert explored.work > MOST_WORK * 0.9
    assert explore(diagram) == explored


def test_activities_very_deep_inside_each_other_are_not_looked_into() -> None:
    lines, ways = ["start mulai", "sub s0", "end z"], ["mulai -> s0 -> z"]
    for depth in range(45):
        lines += [f"start m{depth} in=s{depth}", f"sub s{depth + 1} in=s{depth}", f"end e{depth} in=s{depth}"]
        ways.append(f"m{depth} -> s{depth + 1} -> e{depth}")
    lines += ["start m45 in=s45", "user dalam in=s45", "end e45 in=s45"]
    ways.append("m45 -> dalam -> e45")
    assert found("\n".join([*lines, *ways])).left == "size"


def test_what_goes_on_beside_a_way_to_an_end_that_terminates_is_seen_as_well() -> None:
    text = "start m\nand f\nuser a\nuser b\nuser c\nterminate habis\nend z\n"
    assert never(text + "m -> f -> a -> habis\nf -> b -> c -> z") == []


def test_a_branch_that_goes_round_for_ever_hides_no_other() -> None:
    text = "start m\nand f\nxor lagi\nuser a\nuser b\nuser c\nend z\n"
    assert never(text + "m -> f -> lagi -> a -> lagi\nf -> b -> c -> z") == []


def test_a_way_of_return_is_enough_at_a_parallel_gateway() -> None:
    text = "start m\nand j\nuser a\nxor g\nend z\n"
    explored = found(text + "m -> j -> a -> g -> z\ng -> j")
    assert (explored.stuck, explored.ends) == ((), True)


class Arrows(Game):
    """A game that nobody plays: which flows lead back."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.into = {n: [f for f in diagram.flows if f.target == n] for n in diagram.nodes}
        self.out = {n: diagram.outgoing.get(n, ()) for n in diagram.nodes}


@pytest.mark.parametrize("seed", range(20))
def test_which_ways_return_is_told_as_the_game_tells_it_in_any_tangle(seed: int) -> None:
    random = Random(seed)
    kinds = ["and", "and", "user", "xor"]
    names = [f"x{number}" for number in range(12)]
    lines = ["start m", "end z", *(f"{random.choice(kinds)} {name}" for name in names)]
    lines += [
        f"message e on={names[3]} message=m",
        " -> ".join(["m", *names, "z"]),
        f"e -> {random.choice(names)}",
    ]
    lines += [f"{random.choice(names)} -> {random.choice(names)}" for _number in range(12)]
    diagram = draw("\n".join(lines))
    net, arrows = Net(diagram), Arrows(diagram)
    assert {join: net.back(join) for join in net.joins} == {join: arrows._back(join) for join in net.joins}


def test_an_event_for_the_code_that_is_thrown_comes_before_one_for_any() -> None:
    edge = 'error lain on=bagian code=""\nerror ini on=bagian code=E1\nend x\nend y\nlain -> x\nini -> y'
    text = SCOPED.format(edge=edge, end="end").replace("end dini", "end dini error=E1")
    assert never(text) == ["lain", "x"]


def test_both_orders_are_seen_where_an_inclusive_gateway_looks_around() -> None:
    """It waits for what may come along the other flow alone, and not for what may come along either."""
    text = "start m\nand f\nuser a\nuser b\nuser c\nuser d\nxor x\nxor g\nor j\nand k\nend z\n"
    text += "m -> f -> a -> g -> j -> c -> k -> z\nf -> b -> x\nx -> g\nx -> j\nf -> d -> k"
    explored = found(text)
    assert ([stuck.join for stuck in explored.stuck], explored.ends) == (["k"], True)
