"""Token replay of recorded ways against a diagram.

A way is the user tasks that were completed, in their order, and how the case ended. It is replayed by tokens: what
a task needs and nothing put there is *missing*, what is left when the case has ended is *remaining*. What people did
to the case from outside of the diagram is an intervention, and costs nothing.

Source: A. Rozinat, W. van der Aalst, Conformance checking of processes based on monitoring real behavior (2008).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Literal

from app.engine.conformance.token_net import BEGIN, Marking, Move, TokenNet, fired, tokens
from app.engine.diagram import Diagram

# What a way may hold besides the ids of tasks; no id of a file has a colon.
#: Followed by the id of the end event that the case ended at.
END = ":end "
#: A token was put by hand from an element to another: both ids follow, with `MOVED_TO` between them.
MOVED, MOVED_TO = ":moved ", " :to "
MIGRATED, CANCELLED, JOINED = ":migrated", ":cancelled", ":joined"
#: The way was longer than what is kept.
TRUNCATED = ":more"

DeviationKind = Literal["out_of_turn", "skipped", "unknown", "other_end"]

#: So many markings are followed beside each other where a record does not tell which way was taken.
_MOST_STATES = 24
#: So many silent moves are made sooner than one that leaves a token more.
_TOKEN_COSTS = 2
#: So many silent moves are tried for one step, and after half of all is spent.
_MOST_TRIED, _FEW = 4_000, 60
#: What is spent on all ways together, about a second: a look at a marking costs its tokens, and so many beside them.
MOST_SPENT, _EACH_LOOK = 2_800_000, 10
#: Ways are replayed in groups of so many, the first ones first: within one they share how they begin.
_TOGETHER = 20
#: Tokens in one place that silent moves add to.
_MOST_ALIKE = 3


@dataclass(frozen=True)
class Deviation:
    """What does not fit. ``element``: its id; ``place``: the number of the step in the way, its length at the end.

    out_of_turn: it was done and nothing had led there. skipped: a token waited there when the case was over.
    unknown: the diagram has no such task. other_end: the case ended there, and nothing had led to it.
    """

    kind: DeviationKind
    element: str
    place: int


@dataclass(frozen=True)
class Intervention:
    """What somebody did from outside of the diagram: moved, migrated, cancelled, joined; where."""

    kind: Literal["moved", "migrated", "cancelled", "joined"]
    place: int
    element: str = ""
    to: str = ""


@dataclass(frozen=True)
class Replay:
    """The replay of one way: counts of tokens, and what they say. ``bounded``: it deviates, as
    far as was looked: not every silent move was."""

    produced: int
    consumed: int
    missing: int
    remaining: int
    deviations: tuple[Deviation, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    bounded: bool = False

    @property
    def fitness(self) -> float:
        """½(1 − missing ÷ consumed) + ½(1 − remaining ÷ produced), 0 to 1."""
        return fitness(self.produced, self.consumed, self.missing, self.remaining)

    @property
    def fits(self) -> bool:
        """Whether nothing deviates."""
        return not self.missing and not self.remaining


def fitness(produced: int, consumed: int, missing: int, remaining: int) -> float:
    """The measure over tokens of one way, or of many added up."""
    lacking = missing / consumed if consumed else 0.0
    left = remaining / produced if produced else 0.0
    return (1 - lacking) / 2 + (1 - left) / 2


@dataclass
class _Work:
    """How many silent moves may still be tried for one step, and what was spent on all."""

    left: int
    spent: int = 0

    def look(self, marking: Marking) -> None:
        """Spend what a look at a marking costs."""
        self.spent += _EACH_LOOK + len(marking)

    @property
    def is_over(self) -> bool:
        """Whether that were all."""
        return self.left <= 0


@dataclass(frozen=True)
class _State:
    """Where the tokens may be after some steps, and what it took to come there."""

    marking: Marking
    produced: int = 1
    consumed: int = 0
    missing: int = 0
    deviations: tuple[Deviation, ...] = ()
    bounded: bool = False
    #: So many silent moves were made. What was moved no further than it had to be can still go every way.
    silent: int = 0

    @property
    def rank(self) -> tuple[int, int, int, Marking]:
        """The lower the better."""
        return self.missing, self.silent, len(tokens(self.marking)), self.marking


def replay_all(diagram: Diagram, ways: Iterable[Sequence[str]]) -> Mapping[tuple[str, ...], Replay]:
    """Each different way replayed once; what several have in common at their beginning is replayed once, too. Once
    `MOST_SPENT` is spent the ways that are not replayed yet are left out: of the last ones that were given.
    """
    net, work, found = TokenNet(diagram), _Work(0), dict[tuple[str, ...], Replay]()
    before: tuple[str, ...] = ()
    states: list[list[_State]] = [[_State((BEGIN,))]]
    for way in _in_groups(ways):
        if work.spent >= MOST_SPENT:
            break
        common = _common(before, way)
        del states[common + 1 :]
        for place in range(common, len(way)):
            work.left = _allowed(work)
            states.append(_step(net, states[-1], way[place], place, work))
        work.left = _allowed(work)
        found[way] = _finished(net, states[-1], way, work)
        before = way
    return found


def _in_groups(ways: Iterable[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    different = list(dict.fromkeys(tuple(way) for way in ways))
    for start in range(0, len(different), _TOGETHER):
        yield from sorted(different[start : start + _TOGETHER])


def _allowed(work: _Work) -> int:
    return _MOST_TRIED if work.spent < MOST_SPENT // 2 else _FEW


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    number = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        number += 1
    return number


def _step(net: TokenNet, states: list[_State], step: str, place: int, work: _Work) -> list[_State]:
    if step.startswith(MOVED):
        source, _sign, target = step.removeprefix(MOVED).partition(MOVED_TO)
        return _best(_put(net, state, source, target, work) for state in states)
    if step.startswith(":") and not step.startswith(END):
        return states
    at_end = step.startswith(END)
    id = step.removeprefix(END)
    moves = net.enabling(id)
    if not moves:
        return [_deviating(state, "other_end" if at_end else "unknown", id, place, 1, ()) for state in states]
    led = list(_led_to(net, states, moves, work))
    if led:
        return _best(led)
    kind: DeviationKind = "other_end" if at_end else "out_of_turn"
    return _best(
        replace(
            _deviating(state, kind, id, place, 1, moves[0].puts, net.marks(moves[0].takes) | moves[0].marks),
            bounded=state.bounded or work.is_over,
        )
        for state in states
    )


def _led_to(net: TokenNet, states: Sequence[_State], moves: Sequence[Move], work: _Work) -> Iterator[_State]:
    """The states after one of the moves, those first that few silent moves and few tokens lead to."""
    ways, number = net.toward(moves), count()
    looked = {state.marking for state in states}
    waiting = [(_effort(here), next(number), here) for here in (_Here(s.marking, 0, 0, 0, s) for s in states)]
    heapify(waiting)
    while waiting and not work.is_over:
        _cost, _number, here = heappop(waiting)
        work.look(here.marking)
        done = [(move, after) for move in moves if (after := fired(here.marking, move)) is not None]
        for move, after in done:
            yield here.after(move, after, silent=0).state
        for further in _onward(here, ways, work) if not done else ():
            if further.marking not in looked:
                looked.add(further.marking)
                heappush(waiting, (_effort(further), next(number), further))


def _effort(here: "_Here") -> int:
    """The lower the sooner it is looked at."""
    return here.silent + _TOKEN_COSTS * len(tokens(here.marking))


@dataclass(frozen=True, slots=True)
class _Here:
    """A marking on a silent way that began at a state, and what was put and taken since."""

    marking: Marking
    put: int
    taken: int
    silent: int
    since: _State

    def after(self, move: Move, after: Marking, silent: int = 1) -> "_Here":
        """After a move that led to the marking ``after``."""
        # With what it cleared.
        taken = len(tokens(self.marking)) + len(move.puts) - len(tokens(after))
        return _Here(after, self.put + len(move.puts), self.taken + taken, self.silent + silent, self.since)

    @property
    def state(self) -> _State:
        """The state that it is."""
        since = self.since
        produced, consumed = since.produced + self.put, since.consumed + self.taken
        silent = since.silent + self.silent
        return replace(since, marking=self.marking, produced=produced, consumed=consumed, silent=silent)


def _onward(here: _Here, ways: Mapping[str, Sequence[Move]], work: _Work) -> Iterator[_Here]:
    marking = here.marking
    for place in dict.fromkeys(marking):
        for move in ways.get(place, ()):
            work.left -= 1
            work.look(marking)
            # What may happen again and again, as a reminder does, fills its way with tokens that tell no more.
            most = 1 if move.once or place in move.puts else _MOST_ALIKE
            if any(marking.count(other) >= most for other in move.puts if other != place):
                continue
            after = fired(marking, move)
            if after is not None:
                yield here.after(move, after)


def _deviating(
    state: _State,
    kind: DeviationKind,
    id: str,
    place: int,
    takes: int,
    puts: Collection[str],
    marks: Collection[str] = (),
) -> _State:
    return replace(
        state,
        marking=_with(state.marking, puts, marks),
        produced=state.produced + len(puts),
        consumed=state.consumed + takes,
        missing=state.missing + takes,
        deviations=(*state.deviations, Deviation(kind, id, place)),
    )


def _with(marking: Marking, puts: Iterable[str], marks: Iterable[str]) -> Marking:
    return tuple(sorted([*marking, *puts, *(mark for mark in marks if mark not in marking)]))


def _put(net: TokenNet, state: _State, source: str, target: str, work: _Work) -> _State:
    """The state after somebody took the token at ``source`` and put it before ``target``."""
    left = state
    for at in _led_to(net, [state], net.enabling(source), work) if net.enabling(source) else ():
        # As if it were done, and what it put taken away again: the token is gone from there.
        puts = next(move.puts for move in net.enabling(source))
        marking = list(at.marking)
        for place in puts:
            if place in marking:
                marking.remove(place)
        left = replace(at, marking=tuple(marking), produced=at.produced - len(puts))
        break
    entry = next((move.takes[0] for move in net.enabling(target)), "")
    if not entry:
        return left
    return replace(left, marking=_with(left.marking, [entry], net.marks([entry])), produced=left.produced + 1)


def _best(states: Iterable[_State]) -> list[_State]:
    found = dict[Marking, _State]()
    for state in states:
        known = found.get(state.marking)
        if known is None or state.rank < known.rank:
            found[state.marking] = state
    best = sorted(found.values(), key=lambda state: state.rank)[:_MOST_STATES]
    return [replace(state, bounded=True) for state in best] if len(found) > _MOST_STATES else best


def _finished(net: TokenNet, states: Sequence[_State], way: tuple[str, ...], work: _Work) -> Replay:
    ended = bool(way) and way[-1].startswith(END)
    best = _emptied(net, states, work) if ended else min(states, key=_cost)
    left = tokens(best.marking) if ended else ()
    skipped = tuple(Deviation("skipped", net.waiting_for(place), len(way)) for place in left)
    deviates = bool(best.missing or left)
    return Replay(
        best.produced,
        best.consumed,
        best.missing,
        len(left),
        (*best.deviations, *skipped),
        tuple(_interventions(way)),
        deviates and (best.bounded or work.is_over),
    )


def _cost(state: _State) -> tuple[int, int]:
    return state.missing + len(tokens(state.marking)), state.missing


def _emptied(net: TokenNet, states: Sequence[_State], work: _Work) -> _State:
    """The state with the fewest tokens missing and left that silent moves lead to, as far as it is looked for."""
    number, best = count(), min(states, key=_cost)
    waiting = [(_cost(s), next(number), _Here(s.marking, 0, 0, 0, s)) for s in states]
    looked = {state.marking for state in states}
    heapify(waiting)
    while waiting and waiting[0][0][1] < _cost(best)[0] and not work.is_over:
        cost, _number, here = heappop(waiting)
        if cost < _cost(best):
            best = here.state
        for further in _onward(here, net.everywhere, work):
            if further.marking not in looked:
                looked.add(further.marking)
                missing = further.since.missing
                heappush(waiting, ((missing + len(tokens(further.marking)), missing), next(number), further))
    return best


def _interventions(way: Sequence[str]) -> Iterator[Intervention]:
    for place, step in enumerate(way):
        if step.startswith(MOVED):
            source, _sign, target = step.removeprefix(MOVED).partition(MOVED_TO)
            yield Intervention("moved", place, source, target)
        elif step == MIGRATED:
            yield Intervention("migrated", place)
        elif step == CANCELLED:
            yield Intervention("cancelled", place)
        elif step == JOINED:
            yield Intervention("joined", place)
