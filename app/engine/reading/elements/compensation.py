"""Compensation in other words: a sub-process that undoes, one after another, what was done last.

What undoes an activity is taken out of its level. Before each event that asks for compensation stands an *undoing*, a
sub-process that nobody drew with a round for each activity that is done, the last one first; a gateway in it leads to
what undoes that one. What is done is kept by the engine, see `running.compensation`.
Source: BPMN 2.0.2, 10.5.6 and 13.5.5. Why so: docs/decisions/0094-compensation.md
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from app.base.i18n import N_
from app.engine.diagram import UNDOING, Flow, Loop, Node
from app.engine.reading.elements import event_references, kinds
from app.engine.reading.elements.normalization import Drawn
from app.engine.reading.source import Source
from app.engine.xml import attribute

#: Elements of a process with all its undoings, in which what undoes an activity may stand many times over.
MOST_NODES = 2_000


@dataclass
class Undone:
    """What undoes each activity: the nodes and flows taken out of its level, by the activity's id."""

    by: dict[str, Drawn] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)  # of these the one that begins

    def add(self, activity: str, first: str, part: Drawn) -> None:
        """Let ``part``, which begins with ``first``, undo an activity."""
        self.by[activity], self.first[activity] = part, first


def take_out(own: Drawn, undone: Undone, source: Source) -> None:
    """Take what undoes activities out of a level, and the events on their edges that say so."""
    asked = [n for n in own.nodes.values() if n.kind == "boundaryEvent" and n.compensates is not None]
    begins = {event.id: first for event in asked if (first := _first(event, own, source))}
    loose = [n for n in own.nodes.values() if _is_for_compensation(n, source) and n.id not in begins.values()]
    if not asked and not loose:
        return
    apart = {*begins.values(), *(node.id for node in loose)}
    main = _reached([node_id for node_id in _beginning(own) if node_id not in apart], own)
    gone = {event.id for event in asked} | (_reached([node.id for node in loose], own) - main)
    for event in asked:
        host = own.nodes.get(event.attached_to or "")
        if event.id not in begins or host is None or begins[event.id] in main:
            source.warning("compensation_without_handler", event)
            continue
        inside = _reached([begins[event.id]], own) - main
        within = [flow for flow in own.flows if {flow.source, flow.target} <= inside]
        undone.add(host.id, begins[event.id], Drawn({one: own.nodes[one] for one in inside}, within, {}))
        own.nodes[host.id] = replace(host, is_undone=True)
        gone |= inside
    for node in loose:
        source.warning("compensation_joined" if node.id in main else "compensation_unused", node)
    _drop(gone, own)


def take_out_handlers(
    own: set[str], level_id: str, found: Mapping[str, Node], undone: Undone, source: Source
) -> set[str]:
    """Ids of the event sub-processes of a level that undo it, "" for the process, which nothing undoes."""
    starts = {n.scope: n for n in found.values() if n.kind == "startEvent" and n.compensates is not None}
    undoing = own & starts.keys()
    for handler in undoing:
        if level_id:
            undone.add(level_id, handler, Drawn({handler: found[handler]}, [], {}))
        else:
            source.warning("compensation_unused", found[handler])
    return undoing


def _first(event: Node, own: Drawn, source: Source) -> str:
    """The activity that an association, or a flow, leads to from an event that says what undoes."""
    tied = [*source.ties.get(event.id, ()), *(flow.target for flow in own.flows if flow.source == event.id)]
    return next((one for one in tied if one in own.nodes and own.nodes[one].tag in kinds.ACTIVITIES), "")


def _is_for_compensation(node: Node, source: Source) -> bool:
    element = source.ids.get(node.id)
    return element is not None and attribute(element, "isForCompensation").lower() in {"true", "1"}


def _beginning(own: Drawn) -> list[str]:
    entered = own.entered()
    return [n.id for n in own.nodes.values() if n.id not in entered and n.kind != "boundaryEvent"]


def _reached(origins: Iterable[str], own: Drawn) -> set[str]:
    leaving, found, waiting = own.leaving(), set[str](), list(origins)
    beside = defaultdict[str, list[str]](list)
    for node in own.nodes.values():
        if node.attached_to and node.compensates is None:
            beside[node.attached_to].append(node.id)
    while waiting:
        node_id = waiting.pop()
        if node_id not in found:
            found.add(node_id)
            waiting += [*(flow.target for flow in leaving.get(node_id, ())), *beside.get(node_id, ())]
    return found


def _drop(gone: Collection[str], own: Drawn) -> None:
    for node_id in gone:
        own.nodes.pop(node_id, None)
    own.flows = [flow for flow in own.flows if flow.source in own.nodes and flow.target in own.nodes]


def undo(drawn: Drawn, undone: Undone, handlers: Collection[str], source: Source) -> None:
    """Put an undoing before each event that asks for compensation, and before the end that gives a transaction up.

    ``drawn`` holds every level, and each is completed; ``handlers``: the event sub-processes.
    """
    used, apart = set[str](), {id_ for part in undone.by.values() for id_ in part.nodes}
    for event in list(drawn.nodes.values()):
        gives_up = event.error == event_references.CANCELLED and event.kind == "endEvent"
        drawn.nodes[event.id] = replace(event, compensates=None)
        if event.kind == "startEvent" or (event.compensates is None and not gives_up):
            continue
        held = {event.id, *_around(event, drawn)}  # what it stands in would undo itself for ever
        targets = [
            t
            for t, part in undone.by.items()
            if t in drawn.nodes
            and held.isdisjoint(part.nodes)
            and apart.intersection(_around(drawn.nodes[t], drawn))
            <= held  # undoing is not undone from outside
            and _may_undo(event, drawn.nodes[t], drawn, handlers)
        ]
        if len(drawn.nodes) > MOST_NODES:
            source.error("compensation_too_large", event, limit=str(MOST_NODES))
            break
        if targets:
            _put_before(event, targets, drawn, undone, used, source)
        elif not gives_up:
            source.warning("compensation_of_nothing", event)
    for activity, first in undone.first.items():
        if activity in drawn.nodes:
            drawn.nodes[activity] = replace(drawn.nodes[activity], is_undone=first in used)
        if first not in used:
            source.warning("compensation_unused", undone.by[activity].nodes[first])
    while lost := [n.id for n in drawn.nodes.values() if n.scope and n.scope not in drawn.nodes]:
        _drop(lost, drawn)


def _may_undo(event: Node, activity: Node, drawn: Drawn, handlers: Collection[str]) -> bool:
    """Whether an activity lies in what the event undoes: that one, or all in its level and the levels inside; from
    within an event sub-process what lies around that."""
    around, scope = {activity.id, *_around(activity, drawn)}, event.scope
    if event.compensates:
        return event.compensates in around
    while scope in handlers and scope not in around:
        scope = drawn.nodes[scope].scope
    return not scope or scope in around - {activity.id}


def _around(node: Node, drawn: Drawn) -> Iterable[str]:
    while node.scope:
        yield node.scope
        if node.scope not in drawn.nodes:  # what undoes something, and is not put anywhere yet
            return
        node = drawn.nodes[node.scope]


def _put_before(
    event: Node, targets: list[str], drawn: Drawn, undone: Undone, used: set[str], source: Source
) -> None:
    box = Node(
        f"{event.id}:batalkan",
        "subProcess",
        event.name or N_("Kompensasi"),
        "",
        scope=event.scope,
        loop=Loop("sequential", UNDOING),
        compensates=event.compensates or "",
        line=event.line,
    )
    start = Node(f"{box.id}:mulai", "startEvent", "", "", scope=box.id, line=event.line)
    choice = Node(f"{box.id}:pilih", "exclusiveGateway", "", "", scope=box.id, line=event.line)
    for node in (box, start, choice):
        drawn.nodes[node.id] = node
    drawn.flows = [replace(flow, target=box.id) if flow.target == event.id else flow for flow in drawn.flows]
    drawn.flows += [
        Flow(f"{box.id}:ke", "", box.id, event.id),
        Flow(f"{start.id}:ke", "", start.id, choice.id),
    ]
    for target in targets:
        first = _put_into(box.id, undone.by[target], undone.first[target], drawn, used, source)
        drawn.flows.append(Flow(f"{choice.id}:{target}", "", choice.id, first, undoes=target))


def _put_into(scope: str, part: Drawn, first: str, drawn: Drawn, used: set[str], source: Source) -> str:
    """Put what undoes an activity into ``scope``; where it stands elsewhere already, put it there once more."""
    names = defaultdict[str, str](str)
    if first in used:
        inner = [n for n in drawn.nodes.values() if any(one in part.nodes for one in _around(n, drawn))]
        names |= {node_id: f"{scope}:{node_id}" for node_id in (*part.nodes, *(n.id for n in inner))}
        source.copies |= {copy: node_id for node_id, copy in names.items()}
        source.ids |= {copy: source.ids[node_id] for node_id, copy in names.items() if node_id in source.ids}
    else:
        inner = []
        names |= {node_id: node_id for node_id in part.nodes}
    used.add(first)
    for node in part.nodes.values():
        drawn.nodes[names[node.id]] = _renamed(replace(node, scope=scope), names)
    for node in inner:
        drawn.nodes[names[node.id]] = _renamed(node, names)
    flows = [*part.flows, *(f for f in drawn.flows if f.source in {n.id for n in inner})]
    for flow in flows:
        flow_id = flow.id if first == names[first] else f"{scope}:{flow.id}"
        made = replace(flow, id=flow_id, source=names[flow.source], target=names[flow.target])
        drawn.flows.append(replace(made, undoes=names.get(flow.undoes) or flow.undoes))
    return names[first]


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    return replace(
        node,
        id=names[node.id],
        scope=names.get(node.scope) or node.scope,
        attached_to=names.get(node.attached_to or "") or node.attached_to,
        compensates=names.get(node.compensates or "") or node.compensates,
        copy_of=node.copy_of or (node.id if names[node.id] != node.id else ""),
    )
