"""A diagram as a net: places that hold tokens, and moves that take tokens from some places and put them in others.

A place is a flow, or one of three that stand for what a flow cannot say: that a case begins, that a sub-process is
open, that an activity may be done once more. Only user tasks are seen in a record; all other moves are silent.

A record does not tell when a silent move happened, so replay makes it when what it leads to is needed. An event that
leaves its activity open may have happened while that was open, and be needed when it is not: a *mark* says that the
activity was open once. A marking holds it beside its tokens; it is none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from app.engine.diagram import Diagram, Node

BEGIN = ":begin"
_OPEN, _FIRST, _ROUND, _WAS = ":open ", ":first ", ":round ", ":was "
#: Of an inclusive gateway with more flows only single flows and all of them together are tried.
_MOST_COMBINED = 5

#: Places in order, as often as they hold a token, and marks.
Marking = tuple[str, ...]


@dataclass(frozen=True)
class Move:
    """``node`` takes a token from each of ``takes`` and puts one into each of ``puts``.

    ``empty``: it happens only while these hold none; ``clears``: it takes what they hold away; ``once``: it happens
    only after this mark was made; ``marks``: those that it makes.
    """

    node: str
    takes: tuple[str, ...]
    puts: tuple[str, ...]
    empty: frozenset[str] = frozenset()
    clears: frozenset[str] = frozenset()
    once: str = ""
    marks: frozenset[str] = frozenset()

    @property
    def begins(self) -> str:
        """The place or mark under which it is looked for."""
        return self.takes[0] if self.takes else self.once


def tokens(marking: Sequence[str]) -> list[str]:
    """The places that hold one, without the marks."""
    return [place for place in marking if not place.startswith(_WAS)]


def fired(marking: Marking, move: Move) -> Marking | None:
    """The marking after a move; None where it cannot happen."""
    left = list(marking)
    if move.once and move.once not in left:
        return None
    for place in move.takes:
        if place not in left:
            return None
        left.remove(place)
    # Of a sub-process that is open several times tokens do not tell which of them they are in: as if they fitted.
    several = bool(move.empty) and move.takes[0] in left
    if move.empty and not several and any(place in move.empty for place in tokens(left)):
        return None
    if move.clears and not several:
        left = [place for place in left if place not in move.clears]
    return tuple(sorted([*left, *move.puts, *(mark for mark in move.marks if mark not in left)]))


class TokenNet:
    """The moves of a diagram: of each user task, of each end event, and the silent ones."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self._into: dict[str, list[str]] = defaultdict(list)
        for flow in diagram.flows:
            self._into[flow.target].append(flow.id)
        self.tasks: dict[str, list[Move]] = {}
        self.ends: dict[str, list[Move]] = {}
        self.silent: list[Move] = []
        self._marks: dict[str, str] = {}
        for node in diagram.nodes.values():
            self._add(node)
        self.silent = [self._marking(move) for move in self.silent]
        for named in (self.tasks, self.ends):
            named.update({id: [self._marking(move) for move in moves] for id, moves in named.items()})

    def enabling(self, id: str) -> Sequence[Move]:
        """The moves that are a task, or that come to an end event."""
        return self.tasks.get(id) or self.ends.get(id) or ()

    def marks(self, places: Iterable[str]) -> frozenset[str]:
        """The marks that tokens in these places make."""
        return frozenset(self._marks[place] for place in places if place in self._marks)

    def _marking(self, move: Move) -> Move:
        return replace(move, marks=self.marks(move.puts))

    def toward(self, moves: Sequence[Move]) -> Mapping[str, Sequence[Move]]:
        """The silent moves that may help one of ``moves`` to happen, by where they begin."""
        key = tuple(sorted({place for move in moves for place in move.takes}))
        if key not in self._ways:
            self._ways[key] = self._leading_to(key)
        return self._ways[key]

    @cached_property
    def everywhere(self) -> Mapping[str, Sequence[Move]]:
        """All silent moves by where they begin."""
        return _by_place(self.silent)

    @cached_property
    def _ways(self) -> dict[tuple[str, ...], Mapping[str, Sequence[Move]]]:
        return {}

    def _leading_to(self, wanted: Sequence[str]) -> Mapping[str, Sequence[Move]]:
        into = defaultdict[str, list[int]](list)
        inside = defaultdict[str, list[int]](list)
        for number, move in enumerate(self.silent):
            for place in (*move.puts, *move.marks):
                into[place].append(number)
            for place in move.takes:
                inside[place].append(number)
        found, waiting, seen = set[int](), list(wanted), set(wanted)
        while waiting:
            place = waiting.pop()
            for number in into[place]:
                if number in found:
                    continue
                found.add(number)
                move = self.silent[number]
                more = [*move.takes, *move.empty, *([move.once] if move.once else ())]
                for other in move.empty:  # what lies inside has to come to its ends first
                    found.update(n for n in inside[other] if not self.silent[n].puts)
                waiting += [one for one in more if one not in seen]
                seen.update(more)
        return _by_place([self.silent[number] for number in sorted(found)])

    def waiting_for(self, place: str) -> str:
        """The element at which a token waits: the one task that it can only come to silently, else what is next."""
        for sign in (_OPEN, _FIRST, _ROUND):
            if place.startswith(sign):
                return place.removeprefix(sign)
        flow = next((one for one in self.diagram.flows if one.id == place), None)
        if flow is None:
            return ""
        node = self.diagram.nodes[flow.target]
        while node.kind not in {"userTask", "subProcess"}:
            ahead = self.diagram.outgoing.get(node.id, ())
            if len(ahead) != 1 or ahead[0].target == flow.target:
                return flow.target
            node = self.diagram.nodes[ahead[0].target]
            if node.id == flow.target:
                break
        return node.id

    def _add(self, node: Node) -> None:
        outs = tuple(flow.id for flow in self.diagram.outgoing.get(node.id, ()))
        ins = self._into[node.id]
        if node.kind == "startEvent":
            self._silent(node, (_FIRST + node.scope if node.scope else BEGIN,), outs)
        elif node.kind == "userTask":
            self._add_task(node, ins, outs)
        elif node.kind == "subProcess":
            self._add_sub_process(node, ins, outs)
        elif node.kind == "endEvent":
            clears = self._inside(self.diagram.drawn_in(node)) if node.terminate else frozenset[str]()
            self.ends[node.id] = [Move(node.id, (place,), (), clears=clears) for place in ins]
            self.silent += self.ends[node.id]
        elif node.kind == "parallelGateway":
            self._silent(node, tuple(ins), outs)
        elif node.kind in {"exclusiveGateway", "eventBasedGateway"}:
            for place in ins:
                for onward in outs or ("",):
                    self._silent(node, (place,), (onward,) if onward else ())
        elif node.kind == "inclusiveGateway":
            for some in _some_of(ins):
                for onwards in _some_of(outs) if outs else ((),):
                    self._silent(node, some, onwards)
        elif node.kind != "boundaryEvent":
            for place in ins:
                self._silent(node, (place,), outs)

    def _add_task(self, node: Node, ins: Sequence[str], outs: tuple[str, ...]) -> None:
        places = ins
        if node.loop:
            again = _ROUND + node.id
            for place in ins:
                self._silent(node, (place,), (again,))
            self.tasks[node.id] = [Move(node.id, (again,), (again,))]
            self._silent(node, (again,), outs)
            places = [again]
        else:
            self.tasks[node.id] = [Move(node.id, (place,), outs) for place in ins]
        for event in self.diagram.boundary.get(node.id, ()):
            for place in places:
                self._beside(event, node, place, frozenset())

    def _add_sub_process(self, node: Node, ins: Sequence[str], outs: tuple[str, ...]) -> None:
        is_open, first, inside = _OPEN + node.id, _FIRST + node.id, self._inside(node.id)
        for place in ins:
            self._silent(node, (place,), (is_open,) if node.loop else (is_open, first))
        if node.loop:
            again = frozenset[str]() if node.loop.kind == "parallel" else inside
            self.silent.append(Move(node.id, (is_open,), (is_open, first), empty=again))
        self.silent.append(Move(node.id, (is_open,), outs, empty=inside, clears=inside))
        for event in self.diagram.boundary.get(node.id, ()):
            self._beside(event, node, is_open, inside)

    def _beside(self, event: Node, node: Node, place: str, inside: frozenset[str]) -> None:
        """An event on the boundary of ``node``, which lasts while ``place`` holds its token."""
        outs = tuple(flow.id for flow in self.diagram.outgoing.get(event.id, ()))
        if event.interrupting:
            self.silent.append(Move(event.id, (place,), outs, clears=inside))
        elif outs:
            self._marks[place] = _WAS + node.id
            self.silent.append(Move(event.id, (), outs, once=_WAS + node.id))

    def _silent(self, node: Node, takes: tuple[str, ...], puts: tuple[str, ...]) -> None:
        if takes:
            self.silent.append(Move(node.id, takes, puts))

    def _inside(self, scope: str) -> frozenset[str]:
        """The places inside of a sub-process, "" all there are."""
        nodes = self.diagram.nodes
        held = {
            node.id for node in nodes.values() if any(one.scope == scope for one in self.diagram.around(node))
        }
        if not scope:
            held = set(nodes)
        found = {flow.id for flow in self.diagram.flows if flow.target in held}
        signs = {sign + id for id in held for sign in (_OPEN, _FIRST, _ROUND, _WAS)}
        return frozenset(found | signs | ({_FIRST + scope} if scope else {BEGIN}))


def _by_place(moves: Sequence[Move]) -> Mapping[str, Sequence[Move]]:
    found = defaultdict[str, list[Move]](list)
    for move in moves:
        found[move.begins].append(move)
    return dict(found)


def _some_of(places: Sequence[str]) -> Iterator[tuple[str, ...]]:
    if len(places) > _MOST_COMBINED:
        yield from ((place,) for place in places)
        yield tuple(places)
        return
    for size in range(1, len(places) + 1):
        yield from combinations(places, size)
