"""The token game of BPMN, written from the specification and not from the engine: an oracle for `execution`.

A token lies on a flow before a gateway that joins, or stands in a node that waits. There is no tree of tasks, no
memory of earlier passes, and nothing is stored between commands.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.diagram import Diagram, Flow, Node

MOST_STEPS = 300


class Dead(Exception):
    """No flow fits, nothing can happen any more, or it never stops."""


@dataclass(eq=False)
class Place:
    """A token in a node that waits; ``host`` where a boundary or raced event waits beside it."""

    node: Node
    asks: bool = False
    host: "Place | None" = None


class Game:
    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.into = {n: [f for f in diagram.flows if f.target == n] for n in diagram.nodes}
        start = next(node for node in diagram.nodes.values() if node.kind == "startEvent")
        self.back = {n: self._back(start, n) for n in diagram.nodes}
        self.places: list[Place] = []
        self.lying: list[Flow] = []
        self.moving: list[Flow] = list(diagram.outgoing[start.id])
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
        return Counter(place.node.id for place in self.places if place.node.kind != "eventBasedGateway")

    def act(self, place: Place, answers: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
        """Complete a task, answer a question, let a timer fire or a message come."""
        self.answers, self.steps, self.effects = answers, 0, []
        self.variables.update(variables)
        before = set(self.places)
        self._trigger(place)
        self._settle()
        asked = [p for p in self.places if p.asks and p not in before and p.node.id in answers]
        if asked and not place.asks:
            self._trigger(asked[0])
            self._settle()
        self._check()

    def _check(self) -> None:
        if not self.places and self.lying:
            raise Dead("stuck")

    def _trigger(self, place: Place) -> None:
        stays = place.host is not None and not place.node.interrupting
        if not stays:
            gone = place.host or place
            self.places = [p for p in self.places if p is not gone and p.host is not gone]
        elif place.node.timer:
            self.places.remove(place)
        if place.asks:
            chosen = self.answers[place.node.id]
            self.moving += [f for f in self._leaving(place.node) if f.id in chosen]
        else:
            self.moving += self._leaving(place.node)

    def _leaving(self, node: Node) -> tuple[Flow, ...]:
        return self.diagram.outgoing.get(node.id, ())

    def _settle(self) -> None:
        while self.moving or self._join_inclusively():
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise Dead("endless")
            flow = self.moving.pop(0)
            node = self.diagram.nodes[flow.target]
            if node.kind in {"parallelGateway", "inclusiveGateway"} and len(self.into[node.id]) > 1:
                self.lying.append(flow)
                self._join_in_parallel(node)
            else:
                self._enter(node)

    def _join_in_parallel(self, node: Node) -> None:
        here = {flow.id for flow in self.lying}
        back = self.back[node.id]
        forward = {flow.id for flow in self.into[node.id]} - back
        if node.kind == "parallelGateway" and (forward <= here or (back and back <= here)):
            self._take_up(node)

    def _join_inclusively(self) -> bool:
        for node in self.diagram.nodes.values():
            full = {flow.id for flow in self.into[node.id] if flow in self.lying}
            if node.kind == "inclusiveGateway" and full and not self._may_more_come(node, full):
                self._take_up(node)
                return True
        return False

    def _may_more_come(self, node: Node, full: set[str]) -> bool:
        empty = {flow.id for flow in self.into[node.id]} - full
        reaches = [self._reach([p.node.id], node.id) for p in self.places if p.host is None]
        reaches += [self._reach([f.target], node.id) for f in self.lying if f.target != node.id]
        return any(reach & empty and not reach & full for reach in reaches)

    def _take_up(self, node: Node) -> None:
        for flow in self.into[node.id]:
            if flow in self.lying:
                self.lying.remove(flow)
        self._enter(node)

    def _enter(self, node: Node) -> None:
        if node.kind in {"userTask", "intermediateCatchEvent", "eventBasedGateway"}:
            place = Place(node)
            beside = self.diagram.boundary.get(node.id, ())
            if node.kind == "eventBasedGateway":
                beside = tuple(self.diagram.nodes[flow.target] for flow in self._leaving(node))
            self.places += [place, *(Place(event, host=place) for event in beside)]
        elif node.id in self.diagram.questions:
            self.places.append(Place(node, asks=True))
        elif node.kind in {"exclusiveGateway", "inclusiveGateway"}:
            self.moving += self._chosen(node)
        elif node.terminate:
            self.places, self.lying, self.moving = [], [], []
        else:
            self.effects += [node.id] if node.kind == "sendTask" else []
            self.moving += self._leaving(node)

    def _chosen(self, node: Node) -> Iterable[Flow]:
        flows = self._leaving(node)
        if len(flows) == 1:
            return flows
        true = [flow for flow in flows if flow.condition and self._holds(flow.condition)]
        taken = true[:1] if node.kind == "exclusiveGateway" else true
        taken = taken or [flow for flow in flows if flow.is_default]
        if not taken:
            raise Dead("no way")
        return taken

    def _holds(self, condition: str) -> bool:
        name, _, value = condition.partition(" = ")
        return bool(self.variables.get(name) == int(value))

    def _back(self, start: Node, node_id: str) -> set[str]:
        """Flows into a node that only a token from behind it can come along."""
        return {flow.id for flow in self.into[node_id]} - self._reach([start.id], node_id)

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
