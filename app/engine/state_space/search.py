"""Where the tokens of a case may come to: a bounded search of its states, before anybody walks.

Every gateway is free, every event may come or not, a repetition may have no round, one or more. Only data is left
out: what two conditions exclude together the search does not see. Otherwise it knows all that a case can do.

A state is a tuple of tokens, those inside of an activity within that activity's token. Where tokens do not touch each
other one of them is moved and the others wait their turn: which is first changes nothing about where they come to,
and n branches cost the sum of their steps, not the product. They touch where an end terminates, an error or
escalation takes an activity away, an inclusive gateway looks around for what may still come, or a way of return ends
at a join. Rounds of one activity never touch: one at a time stands for all of them.
docs/decisions/0043-paths-are-searched.md
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from app.engine.diagram import Diagram, Flow, Node
from app.engine.state_space.net import Net

#: How much is looked at, counted in tokens that are handled.
MOST_WORK = 30_000
#: So many tokens that are alike are followed where they may meet others.
_MOST_ALIKE = 2
#: Activities inside of each other that are looked into.
_DEEPEST = 40
#: Of a gateway with more flows not every combination of them is tried.
_MOST_COMBINED = 6

#: What it does, the id of a flow or node, the events of an activity that will not come again, and what is inside.
Token = tuple[int, str, tuple[str, ...], "Frame"]
Frame = tuple[Token, ...]
_MOVES, _LIES, _WAITS, _HOLDS, _REPEATS = range(5)

_WAITING = frozenset({"userTask", "intermediateCatchEvent", "eventBasedGateway"})
_NO_ROUND = re.compile(r"\[\s*\]|0+")
_SOME_ROUND = re.compile(r"\[[^\[\]]*[^\[\]\s][^\[\]]*\]|0*[1-9]\d*")


@dataclass(frozen=True)
class Act:
    """A thing done on a way: a task, an event that came, or a gateway with the flows that were taken."""

    node: str
    flows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stuck:
    """A join that waits in a state in which nothing can happen any more, for the flows that are ``missing``.

    ``way``: what was done on a shortest way there.
    """

    join: str
    missing: tuple[str, ...]
    way: tuple[Act, ...]


@dataclass(frozen=True)
class Explored:
    """What was found. ``reached``: the elements that tokens pass, and of those that wait, the ones at which a token
    stands when a command is done. ``ends``: whether a case can come to its end.

    ``left``: "" when every state was looked at; "size" when there were too many; else an element at which so many
    tokens or ways come together that not all were followed. Then more may be reached, and more stuck.
    """

    reached: frozenset[str]
    stuck: tuple[Stuck, ...]
    ends: bool
    left: str
    states: int
    work: int


#: What becomes of a token: what stands in its place (None: all around it is over), what was done, what was thrown.
_Change = tuple[Iterable[Token] | None, Act | None, Node | None]
#: A frame afterwards, what was done, what was thrown.
_Move = tuple[Frame, Act | None, Node | None]


def explore(diagram: Diagram, *, most_work: int = MOST_WORK) -> Explored:
    """Look at the states that a case may come to; the same each time for the same diagram."""
    return _Search(Net(diagram), most_work).run()


class _Search:
    def __init__(self, net: Net, most_work: int) -> None:
        self.net, self.most_work = net, most_work
        self.work, self.left = 0, ""
        self.reached = set[str]()
        self.came: dict[Frame, tuple[Frame | None, Act | None]] = {}
        self.queue = deque[Frame]()

    def run(self) -> Explored:
        if self.net.depth > _DEEPEST:
            return Explored(frozenset(), (), False, "size", 0, 0)
        stuck = dict[str, Stuck]()
        for start in self.net.starts[""]:
            self.reached.add(start)
            self._add(tuple(sorted(self._leave(start))), None, Act(start))
        while self.queue and self.work + self.net.work // 4 <= self.most_work:
            state = self.queue.popleft()
            self.work += 1
            moves = self._next(state) if state else []
            for frame, act, _thrown in moves or ():
                self._add(frame, state, act)
            for found in self._stuck(state) if moves is None else ():
                stuck.setdefault(found.join, found)
        left = "size" if self.queue else self.left
        reached, ends = frozenset(self.reached), () in self.came
        return Explored(reached, tuple(stuck.values()), ends, left, len(self.came), self.work)

    def _add(self, state: Frame, before: Frame | None, act: Act | None) -> None:
        if state not in self.came:
            self.came[state] = (before, act)
            self.queue.append(state)

    def _next(self, state: Frame) -> list[_Move] | None:
        """What may happen next: what moves by itself; then the gateways that look around; then what people and events
        do. None: nothing ever."""
        moves = self._moved(state, "")
        if moves is None:
            moves = self._joined(state)
        if moves is None:
            self._note(state)
            moves = self._acted(state, "")
        return moves

    def _note(self, frame: Frame) -> None:
        for kind, name, _over, inside in frame:
            if kind == _WAITS:
                self.reached.add(name)
            if inside:
                self._note(inside)

    # -- what moves by itself -----------------------------------------------------------------------

    def _moved(self, frame: Frame, scope: str) -> list[_Move] | None:
        """The frame after a token in it has moved by one step; None where none moves."""
        found: list[_Move] | None = None
        for token in frame:
            moves = self._moved_on(frame, token)
            if moves is not None:
                found = moves if found is None else found + moves
                if scope not in self.net.returning and not self._all_touch(frame, scope):
                    break
        return found

    def _moved_on(self, frame: Frame, token: Token) -> list[_Move] | None:
        kind, name, _over, inside = token
        if kind == _MOVES:
            flow = self.net.flows[name]
            if flow.target in self.net.joins:
                return self._arrive(frame, token, self.net.nodes[flow.target])
            return self._apply(frame, token, self._enter(self.net.nodes[flow.target]))
        if kind < _HOLDS:
            return None
        round_over = kind == _REPEATS and inside[0][0] == _HOLDS and not inside[0][3]
        if round_over:
            return self._apply(frame, token, self._end_round(token))
        if not inside:
            return self._apply(frame, token, [(self._leave(name), None, None)])
        within = self._within(token)
        moves = self._moved(within, name) if within else None
        return None if moves is None else self._apply(frame, token, self._around(token, moves))

    def _arrive(self, frame: Frame, token: Token, node: Node) -> list[_Move]:
        """Let a token lie down before a join. A parallel one takes up what it waited for; an inclusive one waits
        till nothing else moves."""
        lying = self._replace(frame, token, [(_LIES, token[1], (), ())])
        if lying is None:
            return []
        if node.kind == "parallelGateway":
            here, back = self._here(lying, node.id), self.net.back(node.id)
            if here >= self.net.into[node.id] - back or (back and here >= back):
                return self._take_up(lying, node, here)
        return [(lying, None, None)]

    def _here(self, frame: Frame, join: str) -> set[str]:
        flows = self.net.flows
        return {name for kind, name, _o, _i in frame if kind == _LIES and flows[name].target == join}

    def _take_up(self, frame: Frame, node: Node, here: Iterable[str]) -> list[_Move]:
        rest = list(frame)
        for name in here:
            rest.remove((_LIES, name, (), ()))
        return self._apply(tuple(rest), None, self._enter(node))

    def _joined(self, frame: Frame) -> list[_Move] | None:
        """The frame after an inclusive gateway has joined all that can still come to it; None where each waits."""
        found: list[_Move] | None = None
        for join in dict.fromkeys(self.net.flows[token[1]].target for token in frame if token[0] == _LIES):
            here, node = self._here(frame, join), self.net.nodes[join]
            if node.kind == "inclusiveGateway" and not self._more_comes(frame, join, here):
                found = (found or []) + self._take_up(frame, node, here)
        for token in frame:
            within = self._within(token) if token[0] >= _HOLDS else ()
            moves = self._joined(within) if within else None
            if moves is not None:
                found = (found or []) + self._apply(frame, token, self._around(token, moves))
        return found

    def _more_comes(self, frame: Frame, join: str, here: set[str]) -> bool:
        """Whether some token can come along a flow that is empty, and along none that is not. Source: BPMN 2.0,
        table 13.3."""
        missing = [self.net.before(name) for name in self.net.into[join] - here]
        full = [self.net.before(name) for name in here]
        return any(
            any(place in one for one in missing) and not any(place in one for one in full)
            for place in self._places(frame)
            if place != join
        )

    def _places(self, frame: Frame) -> Iterator[str]:
        """The elements at which tokens stand in a frame."""
        for kind, name, _over, _inside in frame:
            yield self.net.flows[name].target if kind == _LIES else name

    # -- what people and events do -------------------------------------------------------------------

    def _acted(self, frame: Frame, scope: str) -> list[_Move] | None:
        """The frame after something was done in it; None where nothing can be.

        Of tokens that do not touch each other those go first that meet no other any more, so that none pile up, and
        those last beside which events come again and again.
        """
        events, meeting = self.net.events, self.net.meeting
        waiting = [token for token in frame if token[0] >= _WAITS]
        if len(waiting) > 1 and not self._all_touch(frame, scope):
            waiting.sort(key=lambda one: (one[1] in meeting, one[1] in events, one))
            chosen = next((token for token in waiting if self._can_act(token)), None)
            waiting = self._touched(chosen, frame) if chosen else []
        acting = [(token, changes) for token in waiting if (changes := self._acts(token))]
        found = [move for token, changes in acting for move in self._apply(frame, token, changes)]
        return found if acting else None

    def _can_act(self, token: Token) -> bool:
        kind, name, over, inside = token
        if kind == _WAITS or any(event.id not in over for event in self.net.events.get(name, ())):
            return True
        return any(self._can_act(one) for one in inside if one[0] >= _WAITS)

    def _all_touch(self, frame: Frame, scope: str) -> bool:
        """Whether a token may take the others away, or go round for ever."""
        taking = self.net.taking
        return scope in self.net.endless or any(place in taking for place in self._places(frame))

    def _touched(self, chosen: Token, frame: Frame) -> list[Token]:
        """A token with those for which it matters which of them moves first."""
        if chosen[1] not in self.net.meeting:
            return [chosen]
        places, found, waiting = set(self._places(frame)), {chosen[1]}, [chosen[1]]
        while waiting:
            here = waiting.pop()
            self.work += 1 + len(places) // 16
            new = [other for other in places if other not in found and self.net.touch(here, other)]
            found.update(new)
            waiting += new
        alike = self.net.touch(chosen[1], chosen[1])
        others = (one for one in frame if one[0] >= _WAITS and one[1] in found and one is not chosen)
        return [chosen, *(one for one in others if alike or one[1] != chosen[1])]

    def _acts(self, token: Token) -> list[_Change]:
        kind, name, over, inside = token
        if kind == _WAITS:
            changes = self._completed(name)
        elif kind == _REPEATS and inside[0][0] == _WAITS:
            changes = self._end_round(token, Act(name))
        else:
            changes = self._around(token, self._acted(self._within(token), name) or ())
        stays = not changes  # nothing inside can go on: what comes beside it changes nothing about that
        for event in self.net.events[name]:
            if event.id not in over:
                once = event.id in self.net.single if event.id in self.net.meeting else stays
                changes.append((self._happened(token, event, once=once), Act(event.id), None))
        return changes

    def _completed(self, name: str) -> list[_Change]:
        node = self.net.nodes[name]
        if name in self.net.diagram.questions:
            return self._choose(node)
        if node.kind != "eventBasedGateway":
            return [(self._leave(name), Act(name), None)]
        raced = [flow.target for flow in self.net.out[name]]
        self.reached.update(raced)
        return [(self._leave(event), Act(event), None) for event in raced]

    def _happened(self, host: Token, event: Node, *, once: bool = False) -> list[Token]:
        """What stands in the place of an activity when an event on its boundary has come; ``once``: for the only
        time."""
        self.reached.add(event.id)
        if event.interrupting:
            return self._leave(event.id)
        kind, name, over, inside = host
        if once:
            over = tuple(sorted((*over, event.id)))
        return [(kind, name, over, inside), *self._leave(event.id)]

    # -- activities with something inside ------------------------------------------------------------

    def _within(self, token: Token) -> Frame:
        """What goes on inside of an activity, in its one round."""
        inside = token[3]
        return inside if token[0] == _HOLDS else inside[0][3] if inside[0][0] == _HOLDS else ()

    def _around(self, token: Token, moves: Iterable[_Move]) -> list[_Change]:
        """What becomes of an activity by moves inside of it. What is thrown may be caught on its boundary; an end
        that terminates ends what lies around a body too."""
        kind, name, over, _inside = token
        found = list[_Change]()
        for frame, act, thrown in moves:
            if thrown is not None and thrown.terminate:
                found.append((None, act, thrown if self.net.is_in_body(self.net.nodes[name]) else None))
                continue
            held = frame if kind == _HOLDS else ((_HOLDS, name, (), frame),)
            now: Token = (kind, name, over, held)
            event = self.net.catcher(name, thrown) if thrown is not None else None
            if event is None:
                found.append(((now,), act, thrown))
            else:
                found.append((self._happened(now, event), Act(event.id), None))
        return found

    def _end_round(self, token: Token, act: Act | None = None) -> list[_Change]:
        """After a round another may follow, or none."""
        _kind, name, over, _inside = token
        return [
            (self._leave(name), act, None),
            ([(_REPEATS, name, over, self._round(name))], act, None),
        ]

    def _round(self, name: str) -> Frame:
        node = self.net.nodes[name]
        return (
            (self._begun(name, self.net.starts[name]),)
            if node.kind == "subProcess"
            else ((_WAITS, name, (), ()),)
        )

    def _begun(self, name: str, starts: Sequence[str]) -> Token:
        self.reached.update(starts)
        return (_HOLDS, name, (), tuple(sorted(token for start in starts for token in self._leave(start))))

    # -- elements --------------------------------------------------------------------------------------

    def _enter(self, node: Node) -> list[_Change]:
        """What becomes of a token that comes to an element."""
        if node.id in self.net.diagram.questions:
            return [([(_WAITS, node.id, (), ())], None, None)]
        if node.loop is not None and (node.kind in _WAITING or node.kind == "subProcess"):
            return self._repeat(node, node.loop.over if node.loop.kind != "while" else "")
        if node.kind in _WAITING:
            return [([(_WAITS, node.id, (), ())], None, None)]
        self.reached.add(node.id)
        if node.kind == "subProcess":
            return [([self._begun(node.id, starts)], None, None) for starts in self.net.entries(node.id)]
        if node.kind in {"exclusiveGateway", "inclusiveGateway"}:
            return self._choose(node)
        if node.terminate:
            return [(None, Act(node.id), node if self.net.is_in_body(node) else None)]
        thrown = node if node.tells and (node.error or node.escalation) else None
        return [(self._leave(node.id), None, thrown)]

    def _repeat(self, node: Node, over: str) -> list[_Change]:
        found = list[_Change]()
        loop = node.loop
        always = loop is not None and loop.kind == "while" and not loop.before
        if not (always or _SOME_ROUND.fullmatch(over.strip())):
            found.append((self._leave(node.id), None, None))
        if not _NO_ROUND.fullmatch(over.strip()):
            self.reached.update({node.id} if node.kind == "subProcess" else ())
            found.append(([(_REPEATS, node.id, (), self._round(node.id))], None, None))
        return found

    def _choose(self, node: Node) -> list[_Change]:
        """The ways out of a gateway; with questions and conditions answered in whatever way."""
        flows = self.net.out[node.id]
        if len(flows) < 2:
            return [(self._leave(node.id), None, None)]
        taken = self._combined(node, flows) if node.kind == "inclusiveGateway" else _one_by_one(flows)
        return [([(_MOVES, name, (), ()) for name in names], Act(node.id, names), None) for names in taken]

    def _combined(self, node: Node, flows: tuple[Flow, ...]) -> list[tuple[str, ...]]:
        """The combinations of flows that an inclusive gateway may take."""
        sure = tuple(flow.id for flow in flows if _is(flow, "true"))
        free = [flow.id for flow in flows if not (flow.is_default or _is(flow, "true") or _is(flow, "false"))]
        sizes: Iterable[int] = range(1, len(free) + 1)
        if not any(name in self.net.meeting_flows for name in free):
            sizes = (1,)  # each goes its own way
        elif len(free) > _MOST_COMBINED:
            sizes, self.left = (1, 2, len(free)), self.left or node.id
        found = [(*sure, *names) for size in sizes for names in combinations(free, size)]
        alone = sure or tuple(flow.id for flow in flows if flow.is_default)
        return [*found, alone] if alone else found

    def _leave(self, name: str) -> list[Token]:
        return [(_MOVES, flow.id, (), ()) for flow in self.net.out[name]]

    # -- frames ------------------------------------------------------------------------------------------

    def _apply(self, frame: Frame, token: Token | None, changes: Iterable[_Change]) -> list[_Move]:
        found = list[_Move]()
        for tokens, act, thrown in changes:
            after = () if tokens is None else self._replace(frame, token, tokens)
            if after is not None:
                found.append((after, act, thrown))
        return found

    def _replace(self, frame: Frame, token: Token | None, tokens: Iterable[Token]) -> Frame | None:
        """The frame with other tokens in the place of one; None where more are alike than are followed."""
        rest = list(frame)
        if token is not None:
            rest.remove(token)
        rest += tokens
        rest.sort()
        self.work += 1 + len(rest) // 4
        return tuple(rest) if all(one != other for one, other in pairwise(rest)) else self._fewer(rest)

    def _fewer(self, tokens: list[Token]) -> Frame | None:
        """Of tokens that are alike and meet no others one stands for all."""
        found = list[Token]()
        for token in tokens:
            alike = found.count(token)
            meets = token[1] in (self.net.meeting_flows if token[0] <= _LIES else self.net.meeting)
            if alike == _MOST_ALIKE:
                name = token[1]
                self.left = self.left or (self.net.flows[name].target if token[0] <= _LIES else name)
                return None
            if meets or not alike:
                found.append(token)
        return tuple(found)

    # -- what is told ------------------------------------------------------------------------------------

    def _stuck(self, state: Frame) -> Iterator[Stuck]:
        """The joins for which nothing more comes, those left out that wait for others of them."""
        waiting = list(self._lying(state))
        first = [(join, here) for join, here, comes in waiting if not comes]
        for join, here in first or [(join, here) for join, here, _comes in waiting]:
            yield Stuck(join, tuple(sorted(self.net.into[join] - here)), self._way(state))

    def _lying(self, frame: Frame) -> Iterator[tuple[str, set[str], bool]]:
        """By join: the flows on which tokens lie, and whether another token might come, if it ever moved."""
        for join in dict.fromkeys(self.net.flows[token[1]].target for token in frame if token[0] == _LIES):
            here = self._here(frame, join)
            missing = [self.net.before(name) for name in self.net.into[join] - here]
            others = [place for place in self._places(frame) if place != join]
            yield join, here, any(place in one for place in others for one in missing)
        for token in frame:
            if token[0] >= _HOLDS:
                yield from self._lying(self._within(token))

    def _way(self, state: Frame) -> tuple[Act, ...]:
        acts, here = list[Act](), state
        while True:
            before, act = self.came[here]
            if act is not None:
                acts.append(act)
            if before is None:
                return tuple(reversed(acts))
            here = before


def _one_by_one(flows: Iterable[Flow]) -> Iterator[tuple[str, ...]]:
    """The flows that an exclusive gateway may take: none behind one that always holds."""
    for flow in flows:
        if not _is(flow, "false"):
            yield (flow.id,)
        if _is(flow, "true"):
            return


def _is(flow: Flow, constant: str) -> bool:
    return flow.condition is not None and flow.condition.strip() == constant
