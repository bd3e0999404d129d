"""The oracle can fail: an order of events that BPMN does not allow is noticed, and one that it allows is not."""

from collections.abc import Iterator
from itertools import permutations

import pytest

from tests.engine import matches
from tests.engine.case import Case
from tests.engine.drawn import program
from tests.engine.matches import Match
from tests.engine.orders import Event, What, allows, told
from tests.engine.racing import Move, Racing
from tests.engine.tokens import Game


def begun(text: str) -> tuple[list[Event], list[What]]:
    """A case's first step, as the token game and as the engine tell it."""
    case = Case(text)
    return Game(case.program.diagram).events, told(case.step)


def orders(events: list[Event], order: list[What]) -> list[list[str]]:
    """All allowed orders of ``order``, by the ids of the elements."""
    return sorted([node for _type, node, *_more in one] for one in permutations(order) if allows(events, one))


def test_along_one_way_a_single_order_is_allowed() -> None:
    events, order = begun(
        "start a\nsend b\nxor g\nsend c\nuser d\nend e\nend f\na -> b -> g\ng -> c *\ng -> f ? n = 1\nc -> d -> e"
    )
    assert orders(events, order) == [["b", "g", "c", "d"]]


def test_ways_side_by_side_may_interleave_and_what_follows_their_join_may_not() -> None:
    nodes = "start a\nand f\nsend b1\nsend b2\nsend c\nand j\nsend d\nend e"
    events, order = begun(f"{nodes}\na -> f -> b1 -> b2 -> j -> d -> e\nf -> c -> j")
    branches = [["b1", "b2", "c"], ["b1", "c", "b2"], ["c", "b1", "b2"]]
    assert orders(events, order) == [[*branch, "d", ""] for branch in branches]


def test_an_inclusive_join_comes_after_the_decision_that_nothing_more_comes() -> None:
    text = """
    start a
    and f
    send b
    xor g
    or j
    send d
    end e
    end x
    a -> f -> b -> j -> d -> e
    f -> g
    g -> x *
    g -> j ? n = 1
    """
    events, order = begun(text)
    assert orders(events, order) == [["b", "g", "d", ""], ["g", "b", "d", ""]]


THROWN = """
start a
sub s
start sa in=s
and f in=s
send b in=s
user u in=s
end se in=s
end thrown error=E in=s
error caught on=s code=E
send d
end e
end x
a -> s -> x
sa -> f -> b -> thrown
f -> u -> se
caught -> d -> e
"""


def test_what_an_error_leads_to_comes_after_all_that_happened_inside() -> None:
    events, order = begun(THROWN)
    assert orders(events, order) == [["b", "thrown", "d", ""]]


def test_an_event_too_many_or_too_few_is_noticed() -> None:
    events, order = begun("start a\nsend b\nsend c\nend d\na -> b -> c -> d")
    assert allows(events, order)
    assert not allows(events, order[1:])
    assert not allows(events, [order[0], *order])
    assert not allows(events, [*order[:-1], ("notification_queued", "d")])


def test_events_that_look_the_same_are_told_apart_by_what_follows_them() -> None:
    first, other = (Event(("x", ""), None, frozenset()) for _n in range(2))
    after_first, after_both = (
        Event((name, ""), None, frozenset(causes)) for name, causes in (("y", {first}), ("z", {first, other}))
    )
    events = [first, other, after_first, after_both]
    names = {
        "".join(what for what, _node in one)
        for one in permutations([e.what for e in events])
        if allows(events, one)
    }
    assert names == {"xyxz", "xxyz", "xxzy"}


class Swapping(Match):
    """Tells each step's events with one of them before what led to it, and counts."""

    swapped = 0

    def _follow(self, move: Move, can: bool) -> None:
        super()._follow(move, can)
        for order in swapped(self.game.events) if can else ():
            assert not allows(self.game.events, order), f"{self.label}\n{order}"
            self.swapped += 1


def swapped(events: list[Event]) -> Iterator[list[What]]:
    """The events told with one of them before its cause, where no other events may stand for the two."""
    for number, event in enumerate(events):
        for cause in event.after & frozenset(events):
            if sum(one.what in (event.what, cause.what) for one in events) == 2:
                before = [one for one in events[:number] if one is not cause]
                yield [one.what for one in (*before, event, cause, *events[number + 1 :])]


def test_on_invented_models_every_effect_before_its_cause_is_noticed() -> None:
    count = 0
    for seed in range(100):
        match = Swapping.invented(seed)
        match.play()
        count += match.swapped
    assert count > 500


class Lying(Match):
    """Tells the first step that it can with a cause after its effect, in whatever order the game makes it."""

    lie: list[What] | None = None

    def _told(self) -> list[What]:
        self.lie = self.lie or next(swapped(self.game.events), None)
        return self.lie or super()._told()


def test_no_other_order_of_the_game_hides_an_effect_before_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matches, "ORDERS", 20)
    noticed = 0
    for seed in range(60):
        match = Lying.invented(seed)
        try:
            match.play()
        except AssertionError:
            noticed += 1
        else:
            assert not match.lie, match.label
    assert noticed > 10


RACE = """
start a
and f
send b
send c
end e
terminate t
a -> f -> b -> t
f -> c -> e
"""


def test_what_a_race_to_an_end_leaves_open_is_played_in_each_order() -> None:
    diagram = program(RACE).diagram
    games = [Racing(diagram, [Move(order=order)]) for order in range(20)]
    told_of = {"".join(event.what[1] for event in game.events) for game in games}
    assert told_of == {"bc", "cb", "b"}


LEFT_TWICE = """
start a
sub s
start sa in=s
sub r in=s each=[0] as=x
start ra in=r
end re escalation=E in=r
escalation late on=r code=E nonint in=s
sub q in=s
start qa in=q
send b in=q
end qe in=q
end se in=s
end thrown error=F in=s
error caught on=s code=F
end e
end x
a -> s -> x
sa -> r -> thrown
ra -> re
late -> q -> se
qa -> b -> qe
caught -> e
"""


def test_an_activity_may_end_and_be_left_before_what_it_escalated_is_taken_up() -> None:
    diagram = program(LEFT_TWICE).diagram
    games = [Racing(diagram, [Move(order=order)]) for order in range(40)]
    assert {any(event.what[1] == "b" for event in game.events) for game in games} == {True, False}


@pytest.mark.parametrize("seed", [504830, 517709, 710750])
def test_an_invented_race_needs_another_order_than_the_games_own(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    assert Match.invented(seed, beside=False).play() in {"ended", "dead", "open"}
    monkeypatch.setattr(matches, "ORDERS", 1)
    with pytest.raises(AssertionError):
        Match.invented(seed, beside=False).play()
