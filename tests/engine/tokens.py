"""The token game of BPMN, written from the specification and not from the engine: an oracle for `execution`.

A token lies on a flow before a gateway that joins, or stands in a node that waits; sub-processes and rounds are
frames that tokens are in. Each token knows what came last on its way, and so each event what must come before it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.engine.diagram import Diagram, Flow, Loop, Node
from app.engine.mappings import Assignment, Mappings
from tests.engine.orders import Event

MOST_STEPS = 300
NONE = Mappings()
Values = dict[str, Any]
Causes = frozenset[Event]


class Dead(Exception):
    """No flow fits, nothing can happen any more, or it never stops."""


@dataclass(eq=False)
class Frame:
    """Inside of a sub-process, or of one round of a loop; ``holder`` is the activity's own place outside."""

    holder: "Place | None" = None
    values: dict[str, Any] = field(default_factory=dict)
    is_round: bool = False
    mappings: Mappings = NONE
    begun: Causes = frozenset()

    def outward(self) -> Iterator["Frame"]:
        yield self
        if self.holder is not None:
            yield from self.holder.frame.outward()

    def is_in(self, holder: "Place | None") -> bool:  # None: the process, which everything is in
        return any(each.holder is holder for each in self.outward())


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
    after: set[Event] = field(default_factory=set)  # what led here, and all that happened inside
    shown: bool = False  # a task that was told to be open
    done: list[str] = field(default_factory=list)  # of a sub-process, what was done in it that can be undone

    @property
    def is_seen(self) -> bool:
        """Whether somebody outside can see that a token waits here."""
        caught = self.host is not None and (self.node.error is not None or self.node.escalation is not None)
        return not (self.holds or caught or self.node.kind == "eventBasedGateway")


@dataclass(eq=False)
class Token:
    flow: Flow
    frame: Frame
    after: Causes


class Game:
    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.into = {n: [f for f in diagram.flows if f.target == n] for n in diagram.nodes}
        self.out = {n: diagram.outgoing.get(n, ()) for n in diagram.nodes}
        self.back = {n: self._back(n) for n in diagram.nodes}
        self.process = Frame()
        self.done: list[str] = []  # what was done in the process that can be undone
        self.places: list[Place] = []
        self.lying: list[Token] = []
        self.moving: list[Token] = self._begin("", self.process)
        self.variables: dict[str, Any] = {}
        self.answers: Mapping[str, Any] = {}
        self.events: list[Event] = []  # of the last step, as are the ends
        self.ends: set[str] = set()
        self.steps = 0
        self._settle()
        self._finish(set())

    @property
    def ended(self) -> bool:
        return not self.places

    def standing(self) -> Counter[str]:
        return Counter(place.node.id for place in self.places if place.is_seen)

    def act(self, place: Place, answers: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
        """Complete a task, answer a question, let a timer fire or a message come."""
        self.answers, self.steps, self.events, self.ends = answers, 0, [], set()
        for name, value in variables.items():
            self._assign(name, value, place.own or place.frame)
        before = set(self.places)
        self._trigger(place)
        asked = [p for p in self.places if p.asks and p not in before and p.node.id in answers]
        if asked and not place.asks:
            self._trigger(asked[0])
        self._finish(before)

    def _finish(self, before: set[Place]) -> None:
        if not any(place.is_seen for place in self.places) and (self.lying or self.places):
            raise Dead("stuck")
        for place in self.places:
            if place not in before and (place.asks or (place.node.kind == "userTask" and not place.holds)):
                self._tell(place.frame, place.after, "task_created", place.node.id)
                place.shown = True
        if self.ended:
            self._tell(self.process, self.events, "instance_ended", "")

    def _tell(self, frame: Frame, after: Iterable[Event], what: str, node_id: str, *more: Any) -> Causes:
        """Note an event that came after others; whatever it happened inside of ends after it."""
        event = Event((what, node_id, *map(repr, more)), frame, frozenset(after))
        self.events.append(event)
        for each in frame.outward():
            if each.holder is not None:
                each.holder.after.add(event)
        return frozenset({event})

    def _begin(self, scope: str, frame: Frame) -> list[Token]:
        starts = [n for n in self.diagram.nodes.values() if n.kind == "startEvent" and n.scope == scope]
        return [Token(flow, frame, frame.begun) for start in starts for flow in self.out[start.id]]

    def _trigger(self, place: Place) -> None:
        node, frame = place.node, place.frame
        caught = "timer_fired" if node.timer else "message_received"
        what = "question_answered" if place.asks else "task_completed" if node.kind == "userTask" else caught
        place.after |= self._tell(frame, place.after, what, node.id)
        if place.host is None or node.interrupting:
            self._take_away(place.host or place, node.id if place.host else "", place.after)
            place.after |= place.host.after if place.host else set()
        elif node.timer:
            self.places.remove(place)
        if place.asks:
            chosen = [flow for flow in self.out[node.id] if flow.id in self.answers[node.id]]
            self._take(node, frame, chosen, place.after)
        else:
            self._end_activity(place)
        self._settle()

    def _leave(self, node: Node, frame: Frame, after: Iterable[Event]) -> None:
        self.moving += [Token(flow, frame, frozenset(after)) for flow in self.out[node.id]]

    def _take(self, node: Node, frame: Frame, flows: Iterable[Flow], after: Iterable[Event]) -> None:
        told = [self._tell(frame, after, "gateway_decided", node.id, f.id) for f in flows if not f.undoes]
        causes = frozenset().union(*told) if told else frozenset(after)
        self.moving += [Token(flow, frame, causes) for flow in flows]

    def _take_away(self, gone: Place, by: str = "", after: Iterable[Event] = ()) -> None:
        """End an activity: with it goes what waits beside it and all inside."""
        self._empty(gone, by, after)
        self.places = [p for p in self.places if p is not gone and p.host is not gone]

    def _empty(self, holder: Place | None, by: str, after: Iterable[Event]) -> None:
        for lost in [p for p in self.places if by and p.shown and (p is holder or p.frame.is_in(holder))]:
            lost.after |= self._tell(lost.frame, {*lost.after, *after}, "task_cancelled", lost.node.id, by)
        self.places = [place for place in self.places if not place.frame.is_in(holder)]
        self.lying = [token for token in self.lying if not token.frame.is_in(holder)]
        self.moving = [token for token in self.moving if not token.frame.is_in(holder)]

    def _settle(self) -> None:
        while (ended := self._end_frames()) or self.moving or self._join_inclusively():
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise Dead("endless")
            if ended or not self.moving:
                continue
            token = self.moving.pop(0)
            node = self.diagram.nodes[token.flow.target]
            if node.kind in {"parallelGateway", "inclusiveGateway"} and len(self.into[node.id]) > 1:
                self.lying.append(token)
                self._join_in_parallel(node, token.frame)
            else:
                self._enter(node, token.frame, token.after)

    def _here(self, node: Node, frame: Frame) -> set[str]:
        return {t.flow.id for t in self.lying if t.frame is frame and t.flow.target == node.id}

    def _join_in_parallel(self, node: Node, frame: Frame) -> None:
        here, back = self._here(node, frame), self.back[node.id]
        forward = {flow.id for flow in self.into[node.id]} - back
        if node.kind == "parallelGateway" and (forward <= here or (back and back <= here)):
            self._take_up(node, frame)

    def _join_inclusively(self) -> bool:
        for frame in dict.fromkeys(token.frame for token in self.lying):
            for node in self.diagram.nodes.values():
                full = self._here(node, frame)
                if node.kind == "inclusiveGateway" and full and not self._may_more_come(node, full, frame):
                    here = (event for event in self.events if event.frame is frame)
                    self._take_up(node, frame, [e for e in here if self._reaches(e.what[1], node, full)])
                    return True
        return False

    def _may_more_come(self, node: Node, full: set[str], frame: Frame) -> bool:
        origins = [p.node.id for p in self.places if p.host is None and p.frame is frame]
        lying = [t.flow.target for t in self.lying if t.frame is frame and t.flow.target != node.id]
        return any(self._reaches(origin, node, full) for origin in origins + lying)

    def _reaches(self, origin: str, node: Node, full: set[str]) -> bool:
        """Whether a join waits for a token there, or waited for it until it went another way."""
        reach = self._reach([origin], node.id)
        return not reach & full and any(flow.id in reach for flow in self.into[node.id])

    def _take_up(self, node: Node, frame: Frame, after: Iterable[Event] = ()) -> None:
        come = {t.flow: t for t in reversed(self.lying) if t.frame is frame and t.flow.target == node.id}
        self.lying = [token for token in self.lying if token not in come.values()]
        self._enter(node, frame, frozenset(after).union(*(token.after for token in come.values())))

    def _enter(self, node: Node, frame: Frame, after: Causes) -> None:
        if self.diagram.ends_case(node):
            self.ends.add(node.id)
        if node.kind in {"userTask", "subProcess", "intermediateCatchEvent", "eventBasedGateway"}:
            self._wait(node, frame, after)
        elif node.id in self.diagram.questions:
            self.places.append(Place(node, frame, asks=True, after=set(after)))
        elif node.kind in {"exclusiveGateway", "inclusiveGateway"} and len(self.out[node.id]) > 1:
            self._take(node, frame, self._chosen(node, frame), after)
        elif node.terminate:
            holder = frame.holder
            while holder is not None and holder.node.is_body:
                holder = holder.frame.holder
            self._empty(holder, node.id, after)
        elif node.error or node.escalation:
            self._throw(node, frame, after)
        else:
            self._leave(node, frame, self._send(node, frame, after) if node.kind == "sendTask" else after)

    def _send(self, node: Node, frame: Frame, after: Causes) -> Iterable[Event]:
        place = Place(node, frame, after=set(after))
        own = self._mapped(place)
        self._tell(own, place.after, "notification_queued", node.id)
        self._carry_out(place, own, place.after)
        return place.after

    def _wait(self, node: Node, frame: Frame, after: Causes) -> None:
        holds = node.kind == "subProcess" or node.loop is not None
        place = Place(node, frame, holds=holds, after=set(after))
        beside = self.diagram.boundary.get(node.id, ())
        if node.kind == "eventBasedGateway":
            beside = tuple(self.diagram.nodes[flow.target] for flow in self.out[node.id])
        self.places += [place, *(Place(event, frame, host=place) for event in beside)]
        if node.loop is not None:
            self._first_rounds(place, node.loop)
            return
        place.own = self._mapped(place) if node.mappings is not None else None
        if place.holds:
            self._open(place, place.own or Frame(place, begun=after))

    def _open(self, holder: Place, frame: Frame) -> None:
        """Let a frame begin: a sub-process at its start, a round in the activity itself."""
        node = holder.node
        if not frame.is_round:
            self.moving += self._begin(node.id, frame)
        elif node.kind == "subProcess":
            inner = Place(node, frame, holds=True, after=set(frame.begun))
            self.places.append(inner)
            self._open(inner, Frame(inner, begun=frame.begun))
        else:
            self.places.append(Place(node, frame, after=set(frame.begun)))

    def _throw(self, node: Node, frame: Frame, after: Iterable[Event]) -> None:
        caught = next(filter(None, (self._catcher(node, each) for each in frame.outward())), None)
        what, by = "error_thrown" if node.error else "escalation_thrown", caught.node.id if caught else None
        after = self._tell(frame, after, what, node.id, by)
        if caught is None or caught.node.interrupting is False:
            self._leave(node, frame, after)
        if caught is not None and caught.host is not None:
            if caught.node.interrupting:
                self._take_away(caught.host, caught.node.id, after)
                after = caught.host.after
            self._leave(caught.node, caught.frame, after)

    def _catcher(self, thrown: Node, frame: Frame) -> Place | None:
        beside = [p for p in self.places if p.host is frame.holder and p.host is not None]
        codes = [(p, p.node.error if thrown.error else p.node.escalation) for p in beside]
        wanted = (thrown.error or thrown.escalation, "")
        return next((place for each in wanted for place, code in codes if code == each), None)

    def _end_frames(self) -> bool:
        """End an activity with nothing inside any more."""
        alive = (*self.places, *self.lying, *self.moving)
        empty = next((p for p in self.places if p.holds and not any(a.frame.is_in(p) for a in alive)), None)
        if empty is None:
            return False
        self._take_away(empty)
        self._end_activity(empty)
        return True

    def _done_around(self, frame: Frame) -> list[str]:
        """Where it is kept what was done in a frame: with the drawn sub-process, or the process."""
        for each in frame.outward():
            around = each.holder
            is_scope = around is not None and around.node.kind == "subProcess" and not each.is_round
            if around is not None and is_scope and not around.node.is_body:
                return around.done
        return self.done

    def _undone(self, place: Place) -> list[str]:
        """What an event of compensation undoes, the last one first."""
        kept, handlers = [self._done_around(place.frame)], self.diagram.event_sub_processes
        for each in place.frame.outward():
            if each.holder is not None and each.holder.node.id in handlers:
                kept.append(self._done_around(each.holder.frame))
            elif each.holder is not None and not each.holder.node.is_body:
                break
        found, ways = [], (f for f in self.diagram.flows if f.undoes)
        known = {f.undoes for f in ways if self.diagram.nodes[f.source].scope == place.node.id}
        for done in kept:
            meant = [one for one in done if one in known and self._is_meant(place.node, one)]
            done[:] = [one for one in done if one not in meant]
            found += meant[::-1]
        return found

    def _is_meant(self, node: Node, activity: str) -> bool:
        around = {one.id for one in self.diagram.around(self.diagram.nodes[activity])}
        return not node.compensates or node.compensates in around

    def _end_activity(self, place: Place) -> None:
        loop, round_ = place.node.loop, place.frame
        is_round = bool(loop and round_.is_round and round_.holder and round_.holder.node is place.node)
        is_kept = not place.node.is_body and place.node.compensates is None
        if place.host is None and is_kept and (loop is None or is_round):
            around = round_.holder.frame if is_round and round_.holder else round_
            self._done_around(around).extend([place.node.id] if place.node.is_undone else place.done)
        if loop and round_.is_round and round_.holder and round_.holder.node is place.node:
            self._end_round(round_, round_.holder, loop, place.after)
            return
        if place.own is not None:
            self._carry_out(place, place.own, place.after)
        if loop is not None and loop.into:
            values = [value for _number, value in sorted(place.results, key=lambda one: one[0])]
            self._assign(loop.into, values, round_)
            place.after |= self._tell(round_, place.after, "rounds_ended", place.node.id, {loop.into: values})
        self._leave(place.node, place.frame, place.after)

    def _assign(self, name: str, value: Any, frame: Frame) -> None:
        found = next((f for f in frame.outward() if name in f.values or f.mappings.keeps), None)
        (found.values if found else self.variables)[name] = value

    def see(self, name: str, frame: Frame) -> Any:
        for each in frame.outward():
            if name in each.values or each.mappings.sealed:
                return each.values.get(name)
        return self.variables.get(name)

    def _mapped(self, place: Place, values: Values | None = None, after: Causes | None = None) -> Frame:
        """The frame that an activity, or a round of it, begins with."""
        mappings = place.node.mappings or NONE
        after = frozenset(place.after) if after is None else after
        found = Frame(place, dict(values or {}), values is not None, begun=after)
        if given := self._worked_out(mappings.inputs, found):
            found.begun = self._tell(found, found.begun, "inputs_mapped", place.node.id, given)
        found.values, found.mappings = found.values | given, mappings
        return found

    def _worked_out(self, mappings: Iterable[Assignment], frame: Frame) -> Values:
        found: Values = {}
        for target, text in ((one.target, one.text or "") for one in mappings):
            found[target] = found[text] if text in found else self.see(text, frame)
        return found

    def _carry_out(self, place: Place, own: Frame, after: Iterable[Event]) -> None:
        mappings, loop = own.mappings, place.node.loop
        hidden = {*(one.target for one in mappings.inputs), "loopCounter"}
        hidden |= {loop.element, loop.into} if loop else set()
        handed = {n: v for n, v in own.values.items() if n not in hidden} if mappings.hands_out else {}
        given = handed | self._worked_out(mappings.outputs, own)
        for name, value in given.items():
            self._assign(name, value, place.frame)
        if given:
            self._tell(own, after, "outputs_mapped", place.node.id, given)

    def _first_rounds(self, place: Place, loop: Loop) -> None:
        if loop.kind == "while":
            if not loop.before or self._holds(loop.over, place.frame):
                self._open(place, self._mapped(place, {"loopCounter": 1}))
            return
        if place.node.compensates is not None:
            elements: list[Any] = self._undone(place)
        else:
            elements = [int(text) for text in loop.over.strip("[]").split(",") if text.strip()]
        none = {loop.collect: None} if loop.collect else {}
        rounds = [{"loopCounter": n, loop.element: each, **none} for n, each in enumerate(elements, 1)]
        first, after = rounds if loop.kind == "parallel" else rounds[:1], frozenset(place.after)
        place.left = rounds[len(first) :]
        for values in first:
            self._open(place, self._mapped(place, values, after))

    def _end_round(self, frame: Frame, holder: Place, loop: Loop, after: Iterable[Event]) -> None:
        count = frame.values["loopCounter"]
        self._carry_out(holder, frame, after)
        if loop.collect:
            holder.results.append((count, frame.values[loop.collect]))
        if loop.until and self._holds(loop.until, frame):
            self._empty(holder, holder.node.id, after)
        elif holder.left:
            self._open(holder, self._mapped(holder, holder.left.pop(0)))
        elif loop.kind == "while" and count < (loop.most or MOST_STEPS) and self._holds(loop.over, frame):
            self._open(holder, self._mapped(holder, {"loopCounter": count + 1}))

    def _chosen(self, node: Node, frame: Frame) -> Iterable[Flow]:
        flows = self.out[node.id]
        if flows[0].undoes:
            return [flow for flow in flows if flow.undoes == self.see("", frame)]
        true = [flow for flow in flows if flow.condition and self._holds(flow.condition, frame)]
        taken = (true[:1] if node.kind == "exclusiveGateway" else true) or [f for f in flows if f.is_default]
        if not taken:
            raise Dead("no way")
        return taken

    def _holds(self, condition: str, frame: Frame) -> bool:
        name, _, value = condition.partition(" = ")
        return bool(self.see(name, frame) == (value.strip('"') if '"' in value else int(value)))

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
                found |= {flow.id for flow in self.out[node_id]}
                waiting += [flow.target for flow in self.out[node_id]]
        return found
