"""Where a diagram tells people another time than it keeps: the label of a timer, the cell ``waktu`` of a task."""

from app.engine import timers
from app.engine.diagram import Diagram, Node
from app.engine.reading.source import Source
from app.engine.reading.texts import timer_labels


def check_label_contradictions(diagram: Diagram, source: Source) -> None:
    """Warn of each; who changes a deadline easily forgets what else names it."""
    for node in diagram.nodes.values():
        _check_label(node, source)
        _check_cell(node, diagram, source)


def _check_label(node: Node, source: Source) -> None:
    if node.timer is None or not node.name:
        return
    said = timer_labels.meaning(node.name)
    if said and timers.differ(said, node.timer.text):
        source.warning("timer_label_differs", node, text=node.timer.text)


def _check_cell(node: Node, diagram: Diagram, source: Source) -> None:
    """The cell is the SOP's own: one of the timers on the task must keep it, if any there keeps a span."""
    cell = node.properties.get("waktu", "")
    said = timer_labels.meaning(cell)
    told = timers.length_of(said) if said else None
    kept = {
        event.timer.text: length
        for event in diagram.boundary.get(node.id, ())
        if event.timer is not None and (length := timers.length_of(event.timer.text)) is not None
    }
    if told is not None and kept and told not in kept.values():
        source.warning("timer_cell_differs", node, cell=cell, text=", ".join(kept))
