"""Sequence flows that are drawn as BPMN does not have them: loose at an end. What the picture shows of where they
belong is written into the tree, before anything reads it."""

from collections.abc import Iterable

from app.engine.reading.elements import kinds
from app.engine.reading.source import Source
from app.engine.xml import BPMN, Element, attribute, children, reference

#: An end that lies no farther from a shape was meant to touch it: 1,466 of 1,632 loose ends, measured.
REACH = 5.0
_ENDS = {"source": "sourceRef", "target": "targetRef"}


def join_loose_ends(processes: Iterable[Element], source: Source) -> None:
    """Join each end that lies at exactly one shape to it, with a warning that names both ends."""
    for process in processes:
        source.process = attribute(process, "id")
        for flow in process.iter(f"{BPMN}sequenceFlow"):
            loose = [which for which, name in _ENDS.items() if reference(flow.get(name)) not in source.ids]
            found = {which: _touched(flow, which, source) for which in loose}
            ids = {which: attribute(at, "id") for which, at in found.items() if at is not None}
            ends = {which: ids.get(which) or reference(flow.get(name)) for which, name in _ENDS.items()}
            if not ids or ends["source"] == ends["target"]:
                continue  # a stub at one step, or a way back to it: nobody can know
            for which, step in ids.items():
                flow.set(_ENDS[which], step)
            if len(ids) == len(loose):
                source.warning("flow_end_joined", flow, **ends)
    source.process = ""


def nearest(flow: Element, which: str, source: Source) -> Element | None:
    """The step that the ``which`` end of ``flow`` lies nearest to; None where the file does not draw them."""
    return min(_distances(flow, which, source), key=lambda found: found[0], default=(0, None))[1]


def _touched(flow: Element, which: str, source: Source) -> Element | None:
    found = [step for away, step in _distances(flow, which, source) if away <= REACH]
    return found[0] if len(found) == 1 else None


def _distances(flow: Element, which: str, source: Source) -> list[tuple[float, Element]]:
    """How far from each step that it may reach one end of a flow is drawn."""
    ends = source.line_ends.get(attribute(flow, "id"))
    if ends is None:
        return []
    other = source.ids.get(reference(flow.get(_ENDS["target" if which == "source" else "source"])))
    level = (flow if other is None else other).getparent()
    found = []
    for step in children(level):
        box = source.boxes.get(attribute(step, "id")) if kinds.is_flow_node(step) else None
        if box is not None and not _is_closed_to(step, which):
            opened = kinds.is_level(step) and any(
                attribute(one, "id") in source.boxes for one in children(step)
            )
            found.append((box.distance(ends[which == "target"], to_border=opened), step))
    return found


def _is_closed_to(step: Element, which: str) -> bool:
    """Whether BPMN lets no flow begin, or end, there."""
    return step.tag == f"{BPMN}{'endEvent' if which == 'source' else 'boundaryEvent'}"
