"""What is known of variables at each place: a look along every way through a diagram, before anybody walks it.

What elements do to them, `variable_flow` says of a deployment. A state says what is known at one place, whichever way
led there. Of one variable: `FILLED`, or else what must hold for it to be filled in. Of several: the
names of those that were set.
"""

from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

from app.engine.diagram import Diagram, Flow, Node

#: What is known, as each kind of flow says it; less is known where ways come together. `FILLED`: all that can be.
State = frozenset[Any]
FILLED: State = frozenset({"whatever holds"})
EMPTY: State = frozenset()


@dataclass(frozen=True)
class Step:
    """An element that a way leads through, and the flow by which it leaves it."""

    node: Node
    flow: Flow | None


Way = tuple[Step, ...]


def any_of(one: State, other: State) -> State:
    """What is known where one of two ways led."""
    if one is FILLED or other is FILLED:
        return other if one is FILLED else one
    return one & other


def both_of(one: State, other: State) -> State:
    """What is known where two ways led, both of them."""
    return FILLED if one is FILLED or other is FILLED else one | other


class DataFlow(ABC):
    """What is known in a diagram: ``before`` around each element as a token comes to it, ``opened`` inside as it
    opens, ``inside`` when it is left, ``after`` around it then. Subclasses say what elements and flows do to it; what
    they need for that they have ready before they call this.

    ``begun``: of a case on its way what is known at the elements where it stands, and around each sub-process that
    those are in; what no way from there leads to is `FILLED`.
    """

    def __init__(self, diagram: Diagram, begun: Mapping[str, State] | None = None) -> None:
        self._diagram, self._begun = diagram, begun
        self._order = _in_order(diagram)
        self.before: dict[str, State] = dict.fromkeys(diagram.nodes, FILLED)
        self.opened = dict(self.before)
        self.inside = dict(self.before)
        self.after = dict(self.before)
        # A state only ever gets less certain; the bound is for what does not keep to that.
        for _round in range(2 * len(diagram.nodes) + 2):
            if not self._settle():
                break

    @abstractmethod
    def entering(self, node: Node, before: State) -> State:
        """Inside an activity as it opens, where ``before`` is known around it."""

    @abstractmethod
    def leaving(self, node: Node, inside: State, before: State) -> State:
        """Around an element that is left, where ``inside`` is known in it: of a sub-process, at its end."""

    @abstractmethod
    def skipping(self, node: Node, before: State) -> State:
        """Around an activity that ran no round at all."""

    @abstractmethod
    def following(self, flow: Flow, before: State) -> State:
        """On a flow that is taken."""

    def ways(
        self, node_id: str, lacks: Callable[[State], bool] = lambda known: known is not FILLED
    ) -> list[Way]:
        """The shortest ways to an element on which something may be lacking when it opens, one for each arrow into
        it; each begins at a start and does not lead through the element before. ``lacks``: whether it is, where no
        more is known."""
        parents: dict[str, tuple[str, Flow | None] | None] = {}
        queue = deque(node.id for node in self._diagram.nodes.values() if self._begins(node))
        parents |= dict.fromkeys(queue)
        found: list[Way] = [()] if node_id in parents else []
        while queue:
            origin = queue.popleft()
            if origin == node_id:
                continue
            for target, flow in self._onward(origin, lacks):
                if target == node_id:
                    found.append(self._way(origin, flow, parents))
                elif target not in parents:
                    parents[target] = (origin, flow)
                    queue.append(target)
        return found

    def _settle(self) -> bool:
        changed = False
        for node in self._order:
            before = self._arriving(node)
            opened = self.entering(node, before)
            inside = self._at_end(node) if node.kind == "subProcess" else opened
            after = self.leaving(node, inside, before)
            if _may_be_skipped(node):
                after = any_of(after, self.skipping(node, before))
            known = (before, opened, inside, after)
            changed |= known != tuple(one[node.id] for one in self._states)
            for states, state in zip(self._states, known, strict=True):
                states[node.id] = state
        return changed

    @property
    def _states(self) -> tuple[dict[str, State], ...]:
        return self.before, self.opened, self.inside, self.after

    def _arriving(self, node: Node) -> State:
        if node.attached_to:
            return self.before[node.attached_to]
        if node.kind == "startEvent" and node.scope:
            return self.opened[node.scope] if node.scope not in (self._begun or ()) else FILLED
        states = [self.following(flow, self.after[flow.source]) for flow in self._incoming[node.id]]
        if self._begun is not None:
            return self._arriving_begun(node, states, self._begun)
        if not states:
            return EMPTY
        return reduce(both_of if node.kind == "parallelGateway" else any_of, states)

    @staticmethod
    def _arriving_begun(node: Node, states: list[State], begun: Mapping[str, State]) -> State:
        # A branch that is behind its join already brings nothing more to it.
        come = [state for state in states if state is not FILLED]
        known = reduce(both_of if node.kind == "parallelGateway" else any_of, come) if come else FILLED
        return any_of(known, begun[node.id]) if node.id in begun else known

    def _at_end(self, scope: Node) -> State:
        """At the end of a sub-process: all that began in it has come to an end, each by one of its ways."""
        each = [reduce(any_of, (self.after[node.id] for node in ends)) for ends in self._ends[scope.id]]
        return reduce(both_of, each) if each else self.opened[scope.id]

    @cached_property
    def _ends(self) -> Mapping[str, list[list[Node]]]:
        """By sub-process and by start in it, where that way may end; not what happens beside a running activity."""
        scopes = [node for node in self._diagram.nodes.values() if node.kind == "subProcess"]
        return {scope.id: list(filter(None, self._ends_of(scope))) for scope in scopes}

    def _ends_of(self, scope: Node) -> Iterator[list[Node]]:
        for start in self._diagram.starts_in(scope.id):
            yield [node for node in _reached(self._diagram, start) if self._ends_scope(node)]

    def _ends_scope(self, node: Node) -> bool:
        return not self._diagram.outgoing.get(node.id) and node.error is None

    @cached_property
    def _incoming(self) -> Mapping[str, list[Flow]]:
        found = defaultdict[str, list[Flow]](list)
        for flow in self._diagram.flows:
            found[flow.target].append(flow)
        return found

    def _begins(self, node: Node) -> bool:
        inside = node.attached_to or (node.kind == "startEvent" and node.scope)
        return not inside and not self._incoming[node.id]

    def _onward(self, node_id: str, lacks: Callable[[State], bool]) -> Iterator[tuple[str, Flow | None]]:
        """Where a token may go from an element while it is lacking."""
        for flow in self._diagram.outgoing.get(node_id, ()):
            if lacks(self.following(flow, self.after[node_id])):
                yield flow.target, flow
        inside = self._diagram.starts_in(node_id) if lacks(self.opened[node_id]) else ()
        beside = self._diagram.boundary.get(node_id, ()) if lacks(self.before[node_id]) else ()
        for node in (*inside, *beside):
            yield node.id, None

    def _way(
        self, origin: str, flow: Flow | None, parents: Mapping[str, tuple[str, Flow | None] | None]
    ) -> Way:
        steps = [Step(self._diagram.nodes[origin], flow)]
        while (parent := parents[steps[0].node.id]) is not None:
            steps.insert(0, Step(self._diagram.nodes[parent[0]], parent[1]))
        return tuple(steps)


def _reached(diagram: Diagram, start: Node) -> list[Node]:
    """What a token that begins at ``start`` may come to by itself, at its own level; the start first."""
    found = {start.id: start}
    queue = deque(found)
    while queue:
        here = queue.popleft()
        onward = [diagram.nodes[flow.target] for flow in diagram.outgoing.get(here, ())]
        onward += [node for node in diagram.boundary.get(here, ()) if node.interrupting]
        for node in onward:
            if node.id not in found:
                found[node.id] = node
                queue.append(node.id)
    return list(found.values())


def _in_order(diagram: Diagram) -> list[Node]:
    """The elements about as tokens come to them: so little has to be looked at again."""
    starts = [node for node in diagram.nodes.values() if node.kind == "startEvent"]
    found = {node.id: node for start in starts for node in _reached(diagram, start)}
    return list((found | dict(diagram.nodes)).values())


def _may_be_skipped(node: Node) -> bool:
    """Whether an activity may run no round at all: its list may be empty."""
    if node.loop is None:
        return False
    if node.loop.kind == "while":
        return node.loop.before
    return not (node.loop.over.isdecimal() and int(node.loop.over) > 0)
