"""Parallel gateways that would wait for ever: whose arrows can't all bring a token, as they part at a choice.

Offices draw the sign of a parallel split where ways of a choice come together and then fork. Strictly such a gateway
waits for arrows of which only one is ever taken; every reader of the drawing expects that the case goes on.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.engine.diagram import Flow, Node
from app.engine.reading.elements.flows import ALWAYS
from app.engine.reading.source import Source

#: Of the flows that leave these one is taken, and no more.
_ONE_WAY = frozenset({"exclusiveGateway", "eventBasedGateway"})
#: Which of a gateway's arrows can be come to, as bits.
Arrows = int


def mend(nodes: dict[str, Node], flows: list[Flow], source: Source) -> list[Flow]:
    """Let each such gateway wait for what may still come, as an inclusive one does; ``nodes`` is changed, the flows
    come back."""
    into, leaving = defaultdict[str, list[Flow]](list), defaultdict[str, list[Flow]](list)
    for flow in flows:
        into[flow.target].append(flow)
        leaving[flow.source].append(flow)
    joins = [n for n in nodes.values() if n.kind == "parallelGateway" and len(into[n.id]) > 1]
    forks = [n for n in nodes.values() if _is_fork(n, leaving)] if joins else []
    for node in joins:
        if node.id not in source.failed and _never_together(node, nodes, forks, into, leaving):
            source.warning("join_never_together", node)
            nodes[node.id] = replace(node, kind="inclusiveGateway")
            onward = {flow.id for flow in leaving[node.id]} if len(leaving[node.id]) > 1 else set()
            flows = [replace(flow, condition=ALWAYS) if flow.id in onward else flow for flow in flows]
    return flows


def _is_fork(node: Node, leaving: Mapping[str, list[Flow]]) -> bool:
    """Whether several tokens come of one here."""
    if node.kind == "boundaryEvent":
        return not node.interrupting or len(leaving[node.id]) > 1
    return node.kind not in _ONE_WAY and len(leaving[node.id]) > 1


def _never_together(
    join: Node,
    nodes: Mapping[str, Node],
    forks: list[Node],
    into: Mapping[str, list[Flow]],
    leaving: Mapping[str, list[Flow]],
) -> bool:
    """Whether two of the arrows that are waited for can never both bring a token.

    A token is one until it forks, so two come only along two branches of one fork, or from an event that comes again.
    """
    arrows = into[join.id]
    reach = _reach(join, nodes, into)
    starts = [node.id for node in nodes.values() if node.kind == "startEvent"]
    awaited = 0
    for start in starts:
        awaited |= reach.get(start, 0)
    together = [0] * len(arrows)
    for branches in _branches(join, nodes, forks, leaving, arrows, reach):
        once, twice = 0, 0
        for branch in branches:
            once, twice = once | branch, twice | once & branch
        for branch in set(branches):
            beside = once & ~branch | twice & branch  # what the other branches come to
            for number in _numbers(branch):
                together[number] |= beside
    numbers = _numbers(awaited)
    return any(not together[one] >> other & 1 for one in numbers for other in numbers if one < other)


def _reach(join: Node, nodes: Mapping[str, Node], into: Mapping[str, list[Flow]]) -> dict[str, Arrows]:
    """From which node which of the gateway's arrows can be come to, without passing the gateway."""
    found: dict[str, Arrows] = defaultdict(int)
    for number, arrow in enumerate(into[join.id]):
        seen, waiting = {join.id}, [arrow.source]
        while waiting:
            node_id = waiting.pop()
            if node_id in seen:
                continue
            seen.add(node_id)
            found[node_id] |= 1 << number
            waiting += [flow.source for flow in into.get(node_id, ())]
            host = nodes[node_id].attached_to or ""
            waiting += [host] if host in nodes else []
    return found


def _branches(
    join: Node,
    nodes: Mapping[str, Node],
    forks: list[Node],
    leaving: Mapping[str, list[Flow]],
    arrows: list[Flow],
    reach: Mapping[str, Arrows],
) -> Iterator[list[Arrows]]:
    """What the branches of each fork come to."""
    numbers = {arrow.id: 1 << number for number, arrow in enumerate(arrows)}

    def come_to(flow: Flow) -> Arrows:
        return numbers.get(flow.id) or (0 if flow.target == join.id else reach.get(flow.target, 0))

    for node in forks:
        own = [come_to(flow) for flow in leaving.get(node.id, ()) if node.id != join.id]
        if node.kind == "boundaryEvent" and not node.interrupting:
            again = _union(own)  # it may come more than once, and whatever else leaves its host comes too
            yield [again, again, _union([come_to(flow) for flow in _beside(node, nodes, leaving)])]
        yield own


def _beside(event: Node, nodes: Mapping[str, Node], leaving: Mapping[str, list[Flow]]) -> Iterator[Flow]:
    """The flows that leave the activity that ``event`` sits on, and the other events there."""
    for node in nodes.values():
        if node.id == event.attached_to or (node.attached_to == event.attached_to and node is not event):
            yield from leaving.get(node.id, ())


def _numbers(arrows: Arrows) -> list[int]:
    return [number for number in range(arrows.bit_length()) if arrows >> number & 1]


def _union(found: list[Arrows]) -> Arrows:
    whole = 0
    for each in found:
        whole |= each
    return whole
