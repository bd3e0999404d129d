"""Circles in which nothing waits and nothing changes: who goes round once goes round for ever. And deadlines that
lead back to their own activity, where they have passed already."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from app.base.i18n import _
from app.engine.diagram import Diagram, Node
from app.findings import Finding
from app.services.deployment.bundle import Bundle, set_by
from app.services.deployment.variable_flow import names_text

#: Kinds of elements that a case passes at once. A thrown event may take away what goes round, and is none of them.
_AUTOMATIC = frozenset(
    {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "sendTask", "businessRuleTask"}
)
#: What a token leaves as soon as it is there, once it has come to it by itself.
_PASSED = _AUTOMATIC | {"startEvent", "boundaryEvent", "intermediateThrowEvent"}
#: In larger knots of such elements no circle is looked for: that grows with the square.
_MOST_NODES = 600
_Ways = dict[str, set[str]]
#: A case waits where several flows come into one of these: what goes round need not pass.
_JOINS = frozenset({"parallelGateway", "inclusiveGateway"})


def check_circles(bundle: Bundle, reads: Collection[tuple[str, Collection[str]]]) -> Iterator[Finding]:
    """Warn of such circles. ``reads``: the variables that each element and flow reads, by its id.

    Certain are those whose conditions read nothing that is set within them: after one turn all is as it was.
    """
    for circle in _circles(bundle.diagram):
        inside = {node.id for node in circle}
        ways = {flow.id for node in circle for flow in bundle.diagram.outgoing.get(node.id, ())}
        read = {name for id_, names in reads if id_ in inside | ways for name in names}
        if any(set_by(node, bundle) & read for node in circle):
            continue
        names = [node.name for node in circle if node.name] or [_("gerbang tanpa nama")]
        place = next((node for node in circle if node.name), circle[0])
        params = {"names": names_text(names)}
        yield Finding(
            "automatic_circle", "warning", place.id, place.name or names[0], place.line, params=params
        )


def check_ways_back(diagram: Diagram) -> Iterator[Finding]:
    """Errors about timers that count from the first opening and lead back to their activity at once: there they have
    passed for good, so whatever was meant to happen anew does not."""
    into = Counter(flow.target for flow in diagram.flows)
    for node in diagram.nodes.values():
        if node.counts_from_first and node.attached_to in _led_to(diagram, node, into):
            host = diagram.nodes[node.attached_to]
            params = {"host": host.name or host.id}
            yield Finding(
                "first_opening_circle", "error", node.id, node.name or node.id, node.line, params=params
            )


def _led_to(diagram: Diagram, origin: Node, into: Mapping[str, int]) -> set[str]:
    """What a token from ``origin`` comes to with nobody acting and nothing that waits on the way."""
    reached, waiting = set[str](), [origin]
    while waiting:
        node = waiting.pop()
        is_join = node.kind in _JOINS and into[node.id] > 1
        for after in () if is_join else _next(diagram, node):
            if after.id not in reached:
                reached.add(after.id)
                waiting.append(after)
    return reached


def _next(diagram: Diagram, node: Node) -> Iterator[Node]:
    """What follows an element at once: into a sub-process too, and out of it where it ends. Each round of a
    repetition has first openings of its own."""
    if node.kind == "subProcess" and node.loop is None:
        yield from diagram.starts_in(node.id)
    elif node.kind == "endEvent" and node.scope:
        yield from _targets(diagram, node.scope)
    elif node.kind in _PASSED and node.id not in diagram.questions:
        yield from _targets(diagram, node.id)


def _targets(diagram: Diagram, id_: str) -> Iterator[Node]:
    return (diagram.nodes[flow.target] for flow in diagram.outgoing.get(id_, ()))


def _circles(diagram: Diagram) -> Iterator[list[Node]]:
    """The elements of each circle that holds nothing but what is passed at once, in the order of the diagram."""
    onward, back = _automatic(diagram)
    _cut_ends(onward, back)
    _cut_ends(back, onward)
    seen = set[str]()
    for id_ in onward if len(onward) <= _MOST_NODES else ():
        if id_ not in seen:
            circle = _reached(id_, onward) & _reached(id_, back)
            seen |= circle
            if circle:
                yield [node for node in diagram.nodes.values() if node.id in circle]


def _automatic(diagram: Diagram) -> tuple[_Ways, _Ways]:
    """From each element that is passed at once to those that follow at once, and back."""
    into = Counter(flow.target for flow in diagram.flows)
    passed = {
        node.id
        for node in diagram.nodes.values()
        if node.kind in _AUTOMATIC
        and node.id not in diagram.questions
        and not (node.kind in _JOINS and into[node.id] > 1)
    }
    onward, back = {id_: set[str]() for id_ in passed}, {id_: set[str]() for id_ in passed}
    for flow in diagram.flows:
        if flow.source in passed and flow.target in passed:
            onward[flow.source].add(flow.target)
            back[flow.target].add(flow.source)
    return onward, back


def _cut_ends(onward: _Ways, back: _Ways) -> None:
    """Take out what leads nowhere, again and again: it lies on no circle."""
    waiting = [id_ for id_, targets in onward.items() if not targets]
    while waiting:
        id_ = waiting.pop()
        del onward[id_]
        for before in back.pop(id_):
            onward[before].discard(id_)
            if not onward[before]:
                waiting.append(before)


def _reached(origin: str, ways: _Ways) -> set[str]:
    reached, waiting = set[str](), list(ways[origin])
    while waiting:
        id_ = waiting.pop()
        if id_ not in reached:
            reached.add(id_)
            waiting += ways[id_]
    return reached
