"""Whether tokens of one case may stand at two places at a time, as far as the drawing tells."""

from collections.abc import Iterable, Iterator, Mapping

from app.engine.diagram import Diagram, Node
from app.engine.reading.checks.structure import ways

_ONE_WAY = frozenset({"exclusiveGateway", "eventBasedGateway"})


def together(diagram: Diagram, first: str, second: str) -> bool:
    """Whether something forks into ways of which one alone leads to ``first`` and another alone to ``second``.

    Else they are alternatives: what waits at the one does not wait at the other.
    """
    leading = ways(diagram)
    for node in diagram.nodes.values():
        reached = [_reach(branch, node.id, leading) for branch in _branches(diagram, node)]
        for number, one in enumerate(reached):
            for other in reached[:number]:
                apart = one - other, other - one
                if any(first in a and second in b for a, b in (apart, apart[::-1])):
                    return True
    return False


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
