"""What a process owner decides about a move: which element becomes which, and what becomes of timers."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, get_args

from app.base.errors import InvalidForm
from app.engine.running import correspondence
from app.engine.running.migration import Plan, Way
from app.services.definitions.definitions import Version
from app.services.migration import renamed_fields, unasked

WAYS: tuple[Way, ...] = tuple(way for way in get_args(Way) if way != "recount")
#: No element takes the place of one that is gone.
NOWHERE = ""


@dataclass(frozen=True)
class Decisions:
    """``elements``: id of an old version → (old id → new id), where it is not as proposed; `NOWHERE` takes a proposal
    back. ``timers``: new id → what becomes of it; those that are not named are kept. ``values``: name of a field that
    cases were never asked for → what was typed for those that will read it."""

    elements: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    timers: Mapping[str, Way] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "elements": {str(source): dict(found) for source, found in self.elements.items()},
            "timers": dict(self.timers),
            **({"values": dict(self.values)} if self.values else {}),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Decisions":
        """What `as_dict` made."""
        elements = {int(source): found for source, found in stored.get("elements", {}).items()}
        return cls(elements, stored.get("timers", {}), stored.get("values", {}))

    def plan(self, source: Version, target: Version) -> Plan:
        """How cases of ``source`` move to ``target``: as proposed, but for what was decided."""
        elements = correspondence.propose(source.diagram, target.diagram)
        for old, new in self.elements.get(source.id, {}).items():
            if new == NOWHERE:
                elements.pop(old, None)
            elif new in target.diagram.nodes:
                elements[old] = new
        given: Mapping[str, Any] = {}
        with suppress(InvalidForm):  # refused when cases are to be moved by it
            given = self.given(source, target) if self.values else {}
        return Plan(elements, self.timers, variables=renamed_fields.renamed(source, target), given=given)

    def given(self, source: Version, target: Version) -> dict[str, Any]:
        """What was typed for fields that cases of ``source`` were never asked for, as forms hold it.

        Raises:
            InvalidForm: something is no value of its field.
        """
        asked = unasked.asked(source, target)
        return {
            one.name: one.value_of(text) for one in asked if (text := self.values.get(one.name, "").strip())
        }


@dataclass(frozen=True)
class Pairing:
    """An element of an old version, what it is called, and the one that it becomes, "" where there is none.

    ``by``: id, name, hand or nothing: what it is known by. ``cases``: how many open cases stand there.
    """

    id: str
    name: str
    kind: str
    target: str
    by: str
    cases: int


def pairings(
    source: Version, target: Version, decisions: Decisions, standing: Mapping[str, int]
) -> list[Pairing]:
    """The elements of ``source`` at which cases can stand, those with cases and without a target first.

    ``standing``: element id → how many cases stand there.
    """
    plan = decisions.plan(source, target)
    by_hand = decisions.elements.get(source.id, {})
    found = []
    for node in source.diagram.nodes.values():
        if not can_stand(source, node.id):
            continue
        to = plan.elements.get(node.id, NOWHERE)
        by = "nothing" if not to else "hand" if node.id in by_hand else "id" if to == node.id else "name"
        cases = standing.get(node.id, 0)
        found.append(Pairing(node.id, node.name or node.id, node.kind, to, by, cases))
    return sorted(found, key=lambda one: (bool(one.target), not one.cases))


def can_stand(version: Version, node_id: str) -> bool:
    """Whether a token can wait at an element."""
    node = version.diagram.nodes[node_id]
    waits = {"userTask", "subProcess", "intermediateCatchEvent", "eventBasedGateway", "boundaryEvent"}
    if node.is_body:  # what stands in it is moved by itself
        return False
    if node.kind in waits or node_id in version.diagram.questions:
        return True
    incoming = sum(flow.target == node_id for flow in version.diagram.flows)
    return node.kind in {"parallelGateway", "inclusiveGateway"} and incoming > 1


def targets(target: Version) -> list[tuple[str, str, str]]:
    """(id, name, kind) of the elements of a version at which a case can stand or which it can enter, by name."""
    kinds = {"startEvent", "boundaryEvent"}
    nodes = [node for node in target.diagram.nodes.values() if node.kind not in kinds and not node.is_body]
    named = [(node.id, node.name or node.id, node.kind) for node in nodes]
    return sorted(named, key=lambda one: (one[2] != "userTask", one[1].casefold()))


def changed_timers(source: Version, target: Version) -> list[tuple[str, str, str, str]]:
    """(new id, what it sits on or is called, text before, text now) of timers that say something else now, or are
    new; the text before is "" for those."""
    back = {new: old for old, new in correspondence.propose(source.diagram, target.diagram).items()}
    found = []
    for node in target.diagram.nodes.values():
        if node.timer is None or node.kind == "startEvent":
            continue
        old = source.diagram.nodes.get(back.get(node.id, ""))
        before = old.timer.text if old is not None and old.timer is not None else ""
        host = target.diagram.nodes.get(node.attached_to or "")
        unit_changed = source.diagram.day_unit != target.diagram.day_unit
        if before != node.timer.text or unit_changed:
            found.append(
                (node.id, (host.name if host else "") or node.name or node.id, before, node.timer.text)
            )
    return found
