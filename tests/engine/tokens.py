"""The token game of BPMN, written from the specification and not from the engine: an oracle for `execution`.

A token lies on a flow before a gateway that joins, or stands in a node that waits; sub-processes and rounds are
frames that tokens are in. There is no tree of tasks, no memory of earlier passes, and nothing is stored.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.engine.diagram import Diagram, Flow, Node
from app.engine.mappings import Assignment, Mappings

MOST_STEPS = 300
NONE = Mappings()
Values = dict[str, Any]


class Dead(Exception):
    """No flow fits, nothing can happen any more, or it never stops."""


@dataclass(eq=False)
class Frame:
    """Inside of a sub-process, or of one round of a loop; ``holder`` is the activity's own place outside."""

    holder: "Place | None" = None
    values: dict[str, Any] = field(default_factory=dict)
    is_round: bool = False
    mappings: Mappings = NONE

    @property
    def outer(self) -> "Frame | None":
        return self.holder.frame if self.holder else None

    def outward(self) -> Iterator["Frame"]:
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.outer


@dataclass(eq=False)
class Place:
    """A token in a node that waits; ``host`` where a boundary or raced event waits beside it."""

    node: Node
    frame: Frame
    asks: bool = False
    host: "Place | None" = None
    holds: bool = False  # an activity with frames inside
    left: list[dict[str, Any]] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    own: Frame | None = None  # the variables of a step with mappings

    @property
    def is_seen(self) -> bool:
        """Whether somebody outside can see that a token waits here."""
        caught = self.host is not None and (self.node.error is not None or self.node.escalation is not None)
        return not (self.holds or caught or self.node.kind == "eventBasedGateway")


Token = tuple[Flow, Frame]


class Game:
    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.into = {n: [f for f in diagram.flows if f.target == n] for n in diagram.nodes}
        self.back = {n: self._back(n) for n in diagram.nodes}
        self.process = Frame()
        self.places: list[Place] = []
        self.lying: list[Token] = []
        self.moving: list[Token] = self._begin("", self.process)
        self.variables: dict[str, Any] = {}
        self.answers: Mapping[str, Any] = {}
        self.effects: list[str] = []
        self.steps = 0
        self._settle()
        self._check()

    @property
    def ended(self) -> bool:
        return not self.places

    def standing(self) -> Counter[str]:
        return Counter(place.node.id for place in self.places if place.is_seen)

    def act(self, place: Place, answers: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
        """Complete a task, answer a question, let a timer fire or a message come."""
        self.answers, self.steps, self.effects = answers, 0, []
        for name, value in variables.items():
            self._assign(name, value, place.own or place.frame)
        before = set(self.places)
        self._trigger(place)
        self._settle()
        asked = [p for p in self.places if p.asks and p not in before and p.node.id in answers]
        if asked and not place.asks:
            self._trigger(asked[0])
            self._settle()
        self._check()

    def _check(self) -> None:
        if not any(place.is_seen for place in self.places) and (self.lying or self.places):
            raise Dead("stuck")

    # -- tokens that go on ----------------------------------------------------------------------------

    def _begin(self, scope: str, frame: Frame) -> list[Token]:
        starts = [n for n in self.diagram.nodes.values() if n.kind == "startEvent" and n.scope == scope]
        return [(flow, frame) for start in starts for flow in self._leaving(start)]

    def _trigger(self, place: Place) -> None:
        stays = place.host is not None and not place.node.interrupting
        if not stays:
            self._take_away(place.host or place)
        elif place.node.timer:
            self.places.remove(place)
        if place.asks:
            chosen = self.answers[place.node.id]
            self.moving += [(f, place.frame) for f in self._leaving(place.node) if f.id in chosen]
        else:
            self._end_activity(place)

    def _leave(self, node: Node, frame: Frame) -> None:
        self.moving += [(flow, frame) for flow in self._leaving(node)]

    def _take_away(self, gone: Place) -> None:
        """End an activity: with it goes what waits beside it and all inside."""
        self._empty(gone)
        self.places = [p for p in self.places if p is not gone and p.host is not gone]

    def _empty(self, holder: Place) -> None:
        def outside(frame: Frame) -> bool:
            return all(each.holder is not holder for each in frame.outward())

        self.places = [place for place in self.places if outside(place.frame)]
        self.lying = [token for token in self.lying if outside(token[1])]
        self.moving = [token for token in self.moving if outside(token[1])]

    def _leaving(self, node: Node) -> tuple[Flow, ...]:
        return self.diagram.outgoing.get(node.id, ())

    def _settle(self) -> None:
        while self._end_frames() or self.moving or self._join_inclusively():
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise Dead("endless")
            if not self.moving:
                continue
            flow, frame = self.moving.pop(0)
            node = self.diagram.nodes[flow.target]
            if node.kind in {"parallelGateway", "inclusiveGateway"} and len(self.into[node.id]) > 1:
                self.lying.append((flow, frame))
                self._join_in_parallel(node, frame)
            else:
                self._enter(node, frame)

    # -- joins ----------------------------------------------------------------------------------------

    def _here(self, node: Node, frame: Frame) -> set[str]:
        return {flow.id for flow, where in self.lying if where is frame and flow.target == node.id}

    def _join_in_parallel(self, node: Node, frame: Frame) -> None:
        here, back = self._here(node, frame), self.back[node.id]
        forward = {flow.id for flow in self.into[node.id]} - back
        if node.kind == "parallelGateway" and (forward <= here or (back and back <= here)):
            self._take_up(node, frame)

    def _join_inclusively(self) -> bool:
        for frame in dict.fromkeys(frame for _flow, frame in self.lying):
            for node in self.diagram.nodes.values():
                full = self._here(node, frame)
                if node.kind == "inclusiveGateway" and full and not self._may_more_come(node, full, frame):
                    self._take_up(node, frame)
                    return True
        return False

    def _may_more_come(self, node: Node, full: set[str], frame: Frame) -> bool:
        empty = {flow.id for flow in self.into[node.id]} - full
        here = [p for p in self.places if p.host is None and p.frame is frame]
        reaches = [self._reach([p.node.id], node.id) for p in here]
        lying = [f for f, where in self.lying if where is frame and f.target != node.id]
        reaches += [self._reach([f.target], node.id) for f in lying]
        return any(reach & empty and not reach & full for reach in reaches)

    def _take_up(self, node: Node, frame: Frame) -> None:
        for flow in self.into[node.id]:
            if (flow, frame) in self.lying:
                self.lying.remove((flow, frame))
        self._enter(node, frame)

    # -- nodes ----------------------------------------------------------------------------------------

    def _enter(self, node: Node, frame: Frame) -> None:
        if node.kind in {"userTask", "subProcess", "intermediateCatchEvent", "eventBasedGateway"}:
            self._wait(node, frame)
        elif node.id in self.diagram.questions:
            self.places.append(Place(node, frame, asks=True))
        elif node.kind in {"exclusiveGateway", "inclusiveGateway"}:
            self.moving += [(flow, frame) for flow in self._chosen(node, frame)]
        elif node.terminate:
            self._terminate(frame)
        elif node.error or node.escalation:
            self._throw(node, frame)
        else:
            self.effects += [node.id] if node.kind == "sendTask" else []
            if node.mappings is not None:
                self._carry_out(self._mapped(Place(node, frame)), frame)
            self._leave(node, frame)

    def _wait(self, node: Node, frame: Frame) -> None:
        place = Place(node, frame, holds=node.kind == "subProcess" or node.loop is not None)
        beside = self.diagram.boundary.get(node.id, ())
        if node.kind == "eventBasedGateway":
            beside = tuple(self.diagram.nodes[flow.target] for flow in self._leaving(node))
        self.places += [place, *(Place(event, frame, host=place) for event in beside)]
        if node.loop is not None:
            self._first_rounds(place)
            return
        place.own = self._mapped(place) if node.mappings is not None else None
        if place.holds:
            self._open(place.own or Frame(place))

    def _open(self, frame: Frame) -> None:
        """Let a frame begin: a sub-process at its start, a round in the activity itself."""
        assert frame.holder is not None
        node = frame.holder.node
        if not frame.is_round:
            self.moving += self._begin(node.id, frame)
        elif node.kind == "subProcess":
            inner = Place(node, frame, holds=True)
            self.places.append(inner)
            self._open(Frame(inner))
        else:
            self.places.append(Place(node, frame))

    def _terminate(self, frame: Frame) -> None:
        if frame.holder is None:
            self.places, self.lying, self.moving = [], [], []
        else:
            self._empty(frame.holder)

    def _throw(self, node: Node, frame: Frame) -> None:
        caught = next(filter(None, (self._catcher(node, each) for each in frame.outward())), None)
        if caught is None or caught.node.interrupting is False:
            self._leave(node, frame)
        if caught is not None:
            if caught.node.interrupting:
                self._take_away(caught.host or caught)
            self._leave(caught.node, caught.frame)

    def _catcher(self, thrown: Node, frame: Frame) -> Place | None:
        beside = [p for p in self.places if p.host is frame.holder and p.host is not None]
        for code in (thrown.error or thrown.escalation, ""):
            for place in beside:
                if (place.node.error if thrown.error else place.node.escalation) == code:
                    return place
        return None

    # -- frames ---------------------------------------------------------------------------------------

    def _end_frames(self) -> bool:
        """End an activity with nothing inside any more."""
        empty = next((p for p in self.places if p.holds and not self._is_full(p)), None)
        if empty is None:
            return False
        self.places = [p for p in self.places if p is not empty and p.host is not empty]
        self._end_activity(empty)
        return True

    def _is_full(self, holder: Place) -> bool:
        frames = [p.frame for p in self.places] + [f for _flow, f in (*self.lying, *self.moving)]
        return any(each.holder is holder for frame in frames for each in frame.outward())

    def _end_activity(self, place: Place) -> None:
        loop, round_ = place.node.loop, place.frame
        if round_.is_round and round_.holder and round_.holder.node is place.node:
            self._end_round(round_, round_.holder)
            return
        if place.own is not None:
            self._carry_out(place.own, place.frame)
        if loop is not None and loop.into:
            results = [value for _number, value in sorted(place.results, key=lambda one: one[0])]
            self._assign(loop.into, results, place.frame)
        self._leave(place.node, place.frame)

    def _assign(self, name: str, value: Any, frame: Frame) -> None:
        held = (each for each in frame.outward() if name in each.values or each.mappings.keeps)
        found = next(held, None)
        (found.values if found else self.variables)[name] = value

    def see(self, name: str, frame: Frame) -> Any:
        for each in frame.outward():
            if name in each.values or each.mappings.sealed:
                return each.values.get(name)
        return self.variables.get(name)

    # -- mappings: every expression is a name ---------------------------------------------------------

    def _mapped(self, place: Place, values: Values | None = None) -> Frame:
        """The frame that an activity, or a round of it, begins with."""
        mappings = place.node.mappings or NONE
        found = Frame(place, dict(values or {}), values is not None)
        for name, value in self._worked_out(mappings.inputs, found).items():
            found.values[name] = value
        found.mappings = mappings
        return found

    def _worked_out(self, mappings: Iterable[Assignment], frame: Frame) -> Values:
        found: Values = {}
        for one in mappings:
            text = one.text or ""
            found[one.target] = found[text] if text in found else self.see(text, frame)
        return found

    def _carry_out(self, own: Frame, around: Frame) -> None:
        mappings = own.mappings
        hidden = {one.target for one in mappings.inputs}
        loop = own.holder.node.loop if own.holder else None
        if loop is not None:
            hidden |= {"loopCounter", loop.element, loop.into}
        handed = {n: v for n, v in own.values.items() if n not in hidden} if mappings.hands_out else {}
        for name, value in (handed | self._worked_out(mappings.outputs, own)).items():
            self._assign(name, value, around)

    def _first_rounds(self, place: Place) -> None:
        loop = place.node.loop
        assert loop is not None
        if loop.kind == "while":
            if not loop.before or self._holds(loop.over, place.frame):
                self._open(self._mapped(place, {"loopCounter": 1}))
            return
        elements = [int(text) for text in loop.over.strip("[]").split(",") if text.strip()]
        rounds = [
            {"loopCounter": n, loop.element: element, **({loop.collect: None} if loop.collect else {})}
            for n, element in enumerate(elements, 1)
        ]
        first = rounds if loop.kind == "parallel" else rounds[:1]
        place.left = rounds[len(first) :]
        for values in first:
            self._open(self._mapped(place, values))

    def _end_round(self, frame: Frame, holder: Place) -> None:
        loop, count = holder.node.loop, frame.values["loopCounter"]
        assert loop is not None
        self._carry_out(frame, holder.frame)
        if loop.collect:
            holder.results.append((count, frame.values[loop.collect]))
        if loop.until and self._holds(loop.until, frame):
            self._empty(holder)
        elif holder.left:
            self._open(self._mapped(holder, holder.left.pop(0)))
        elif loop.kind == "while" and count < (loop.most or MOST_STEPS) and self._holds(loop.over, frame):
            self._open(self._mapped(holder, {"loopCounter": count + 1}))

    # -- choices --------------------------------------------------------------------------------------

    def _chosen(self, node: Node, frame: Frame) -> Iterable[Flow]:
        flows = self._leaving(node)
        if len(flows) == 1:
            return flows
        true = [flow for flow in flows if flow.condition and self._holds(flow.condition, frame)]
        taken = true[:1] if node.kind == "exclusiveGateway" else true
        taken = taken or [flow for flow in flows if flow.is_default]
        if not taken:
            raise Dead("no way")
        return taken

    def _holds(self, condition: str, frame: Frame) -> bool:
        name, _, value = condition.partition(" = ")
        return bool(self.see(name, frame) == int(value))

    # -- ways -----------------------------------------------------------------------------------------

    def _back(self, node_id: str) -> set[str]:
        """Flows into a node that only a token from behind it can come along."""
        scope = self.diagram.nodes[node_id].scope
        starts = [n.id for n in self.diagram.nodes.values() if n.kind == "startEvent" and n.scope == scope]
        return {flow.id for flow in self.into[node_id]} - self._reach(starts, node_id)

    def _reach(self, origins: list[str], past: str) -> set[str]:
        """Flows that a token can come to without passing the node ``past``."""
        seen, found, waiting = set[str](), set[str](), list(origins)
        while waiting:
            node_id = waiting.pop()
            if node_id not in seen and node_id != past:
                seen.add(node_id)
                waiting += [event.id for event in self.diagram.boundary.get(node_id, ())]
                found |= {flow.id for flow in self.diagram.outgoing.get(node_id, ())}
                waiting += [flow.target for flow in self.diagram.outgoing.get(node_id, ())]
        return found
