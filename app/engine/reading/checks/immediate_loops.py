"""Circles in which nobody acts and no time passes: a timer due at once, and a way back to it without people."""

from collections.abc import Iterator

from app.engine import timers
from app.engine.diagram import Diagram, Node
from app.engine.reading.source import Source


def check_immediate_loops(diagram: Diagram, source: Source) -> None:
    """Warn of each such timer; a condition may still lead out of the circle."""
    for node in diagram.nodes.values():
        if _is_due_at_once(node) and node.id in _reached_from(diagram, node):
            source.warning("timer_circle", node, text=node.timer.text if node.timer else "")


def _is_due_at_once(node: Node) -> bool:
    span = timers.length_of(node.timer.text) if node.timer is not None else None
    return span is not None and span < timers.MIN_CYCLE


def _reached_from(diagram: Diagram, origin: Node) -> set[str]:
    """What is reached from ``origin`` with nobody acting and no time passing."""
    reached, waiting = set[str](), list(_after(diagram, origin))
    while waiting:
        node = waiting.pop()
        if node.id not in reached:
            reached.add(node.id)
            waiting += _after(diagram, node)
    return reached


def _after(diagram: Diagram, node: Node) -> Iterator[Node]:
    if not _waits(diagram, node):
        yield from (diagram.nodes[flow.target] for flow in diagram.outgoing.get(node.id, ()))
    yield from (event for event in diagram.boundary.get(node.id, ()) if _is_due_at_once(event))


def _waits(diagram: Diagram, node: Node) -> bool:
    """Whether a case stays here till somebody acts, something comes, or time has passed."""
    if node.kind in {"userTask", "subProcess"} or node.id in diagram.questions:
        return True
    if node.kind not in {"intermediateCatchEvent", "boundaryEvent"}:
        return False
    return (
        node.message is not None
        or node.signal is not None
        or (node.timer is not None and not _is_due_at_once(node))
    )
