"""Messages between the processes of one file that may go astray: heard at one of two places, or never sent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from app.engine.diagram import Diagram, Node
from app.engine.reading.checks.structure import ways
from app.engine.reading.source import Source

#: A file with more message flows is not looked at: it would take long, and nobody could read what was found.
_MOST_FLOWS = 500
_ONE_WAY = frozenset({"exclusiveGateway", "eventBasedGateway"})


def check_message_exchange(diagrams: Sequence[Diagram], source: Source) -> None:
    """Warn of a message drawn to two places that may wait for it at the same time, which one of them hears; and of a
    wait without a time for processes of which each may end without having sent what is waited for."""
    if 0 < sum(len(node.sends) for each in diagrams for node in each.nodes.values()) <= _MOST_FLOWS:
        for receiver in diagrams:
            source.process = receiver.key
            _check_places(receiver, diagrams, source)
            _check_senders(receiver, diagrams, source)


def _check_places(receiver: Diagram, diagrams: Sequence[Diagram], source: Source) -> None:
    forks = None
    for sender in (node for each in diagrams for node in each.nodes.values()):
        targets = [flow.target for flow in sender.sends if flow.process == receiver.key]
        for one, other in combinations([each for each in receiver.nodes if each in targets], 2):
            forks = forks or branches_to(receiver)
            if together(forks[one], forks[other]):
                second, origin = receiver.nodes[other].name or other, sender.name or sender.id
                source.warning("message_heard_once", receiver.nodes[one], other=second, sender=origin)


def _check_senders(receiver: Diagram, diagrams: Sequence[Diagram], source: Source) -> None:
    for node in receiver.nodes.values():
        aims = [(each, n.id) for each in diagrams for n in each.nodes.values() if _aims_at(n, receiver, node)]
        asked = {each.key: each for each, _sender in aims}
        silent = [_may_end_without(each, [n for d, n in aims if d is each]) for each in asked.values()]
        if asked and all(silent) and _must_come(receiver, node):
            source.warning("message_may_not_come", node, process=aims[0][0].name)


def _aims_at(sender: Node, receiver: Diagram, node: Node) -> bool:
    return any(flow.process == receiver.key and flow.target == node.id for flow in sender.sends)


def together(first: Sequence[int], second: Sequence[int]) -> bool:
    """Whether tokens of one case may stand at two places at a time, by what `branches_to` says of them: something
    forks into ways of which one leads to the first alone and another to the second alone."""
    return any(one & ~other and other & ~one for one, other in zip(first, second, strict=True))


def branches_to(diagram: Diagram) -> Mapping[str, Sequence[int]]:
    """For each node, by fork, which ways of the fork lead to it, a bit for each way."""
    found: dict[str, list[int]] = {node_id: [] for node_id in diagram.nodes}
    leading = ways(diagram)
    for fork in diagram.nodes.values():
        reached = [_reach(branch, fork.id, leading) for branch in _branches(diagram, fork)]
        for node_id, bits in found.items() if reached else ():
            bits.append(sum(1 << way for way, nodes in enumerate(reached) if node_id in nodes))
    return found


def _branches(diagram: Diagram, node: Node) -> Iterator[str]:
    """Where the ways begin that tokens take from ``node`` at the same time; a single one is no fork."""
    flows = diagram.outgoing.get(node.id, ())
    beside = [event.id for event in diagram.boundary.get(node.id, ()) if not event.interrupting]
    if len(flows) + len(beside) > 1 and node.kind not in _ONE_WAY:
        yield from (flow.target for flow in flows)
        yield from beside


def _reach(origin: str, fork: str, leading: Mapping[str, Iterable[str]]) -> set[str]:
    reached, waiting = set[str](), [origin]
    while waiting:
        node_id = waiting.pop()
        if node_id not in reached and node_id != fork:
            reached.add(node_id)
            waiting += leading.get(node_id, ())
    return reached


def _must_come(diagram: Diagram, node: Node) -> bool:
    """Whether a case that waits at ``node`` goes on by the message alone: nothing races or interrupts it."""
    sources = (diagram.nodes[flow.source] for flow in diagram.flows if flow.target == node.id)
    raced = any(each.kind == "eventBasedGateway" for each in sources)
    ended = any(event.interrupting for event in diagram.boundary.get(node.id, ()))
    return node.kind == "intermediateCatchEvent" and not raced and not ended


def _may_end_without(diagram: Diagram, sending: Sequence[str]) -> bool:
    """Whether a case may come to its end past all that sends; a sub-process that sends counts as a whole."""
    senders = {around.id for node_id in sending for around in diagram.around(diagram.nodes[node_id])}
    before = defaultdict[str, list[str]](list)
    for flow in diagram.flows:
        before[flow.target].append(flow.source)
    past, waiting = set[str](), list(diagram.nodes)
    while waiting:
        node = diagram.nodes[waiting.pop()]
        if node.id not in past and node.id not in senders and _leads_past(diagram, node, past):
            past.add(node.id)
            waiting += [*before[node.id], *filter(None, [node.attached_to])]
    return any(start.id in past for start in diagram.starts_in(""))


def _leads_past(diagram: Diagram, node: Node, past: set[str]) -> bool:
    """Whether a token may go from a node to the end by way of what is known to lead there. A fork goes every way."""
    following = [flow.target in past for flow in diagram.outgoing.get(node.id, ())]
    choose = any if node.kind in {*_ONE_WAY, "inclusiveGateway"} else all
    edges = diagram.boundary.get(node.id, ())
    return (choose(following) if following else True) or any(e.interrupting and e.id in past for e in edges)
