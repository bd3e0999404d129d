"""The lane that a node is drawn in: many exporters draw lanes without saying what is in them."""

from collections.abc import Iterable

from app.engine.reading.source import Source


def lane_around(node_id: str, lane_ids: Iterable[str], source: Source) -> str | None:
    """The smallest of the lanes that the node is drawn in; None when it stands in none, or no page is stored."""
    boxes = source.boxes
    node = boxes.get(node_id)
    if node is None:
        return None
    found = [lane for lane in lane_ids if lane in boxes and boxes[lane].holds(node)]
    return min(found, key=lambda lane: boxes[lane].width * boxes[lane].height, default=None)
