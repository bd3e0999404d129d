"""Sequence flows that are drawn as BPMN does not have them: loose at an end, or from pool to pool. What the picture
shows of where they belong is written into the tree, before anything reads it."""

from collections import defaultdict
from collections.abc import Iterable

from lxml import etree

from app.engine.reading.elements import kinds, message_flows
from app.engine.reading.source import Source
from app.engine.xml import BPMN, Element, attribute, children, local, reference

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
    return local(step) == ("endEvent" if which == "source" else "boundaryEvent")


def read_crossings(source: Source) -> None:
    """Read each sequence flow from pool to pool as a message flow, with a warning.

    What it leaves sends the message; where that is no element that sends, or one that chooses among its ways, an end
    is put in that does. Where it leads to a step that nothing else leads to, a start is put in at which the message
    begins a case.
    """
    leaving, entered = defaultdict[str, list[Element]](list), set[str]()
    crossing = []
    for flow in source.root.iter(f"{BPMN}sequenceFlow"):
        ends = [source.ids.get(reference(flow.get(name))) for name in _ENDS.values()]
        origin, target = (_process(end, source) if end is not None else None for end in ends)
        leaving[reference(flow.get("sourceRef"))].append(flow)
        if origin is not None and target is not None and origin is not target:
            crossing.append((flow, *ends))
        else:
            entered.add(reference(flow.get("targetRef")))
    for flow, begin, end in crossing:
        if begin is None or end is None:
            continue
        source.process = attribute(_process(begin, source), "id")
        labels = {"source": attribute(begin, "id"), "target": attribute(end, "id")}
        source.warning("flow_between_pools", flow, **labels)
        chooses = any(
            next(children(one, "conditionExpression"), None) is not None
            for one in leaving[attribute(begin, "id")]
        )
        sends = not kinds.is_flow_node(begin) or (local(begin) in message_flows.SENDING and not chooses)
        sender = begin if sends else _end_behind(flow, begin, source)
        begins = local(end.getparent()) == "process" and attribute(end, "id") not in entered
        as_it_is = local(end) in {"startEvent", "endEvent", *message_flows.PLAIN}
        receiver = _start_before(end, source) if begins and not as_it_is else end
        _make_message_flow(flow, sender, receiver, source)
        if sends:
            flow.getparent().remove(flow)
    source.process = ""


def _process(end: Element, source: Source) -> Element | None:
    """The process that a step lies in, or that a pool stands for; a pool without one stands for itself."""
    if local(end) == "participant":
        return source.ids.get(reference(end.get("processRef")), end)
    return next(end.iterancestors(f"{BPMN}process"), None) if kinds.is_flow_node(end) else None


def _end_behind(flow: Element, begin: Element, source: Source) -> Element:
    """An end beside ``begin``, where ``flow`` ends now."""
    made = _made(begin.getparent(), "endEvent", f"{attribute(flow, 'id')}.kirim", flow, source)
    made.set("name", source.label(reference(flow.get("targetRef"))))
    etree.SubElement(made, f"{BPMN}messageEventDefinition")
    flow.set("targetRef", attribute(made, "id"))
    return made


def _start_before(step: Element, source: Source) -> Element:
    """The start that messages begin a case at which goes on at ``step``; one for all."""
    made_id = f"{attribute(step, 'id')}.mulai"
    if made_id in source.ids:
        return source.ids[made_id]
    made = _made(step.getparent(), "startEvent", made_id, step, source)
    made.set("name", source.label(attribute(step, "id")))
    etree.SubElement(made, f"{BPMN}messageEventDefinition")
    flow = _made(step.getparent(), "sequenceFlow", f"{made_id}.ke", step, source)
    flow.set("sourceRef", made_id)
    flow.set("targetRef", attribute(step, "id"))
    return made


def _make_message_flow(flow: Element, sender: Element, receiver: Element, source: Source) -> None:
    group = next(children(source.root, "collaboration"), None)
    group = etree.SubElement(source.root, f"{BPMN}collaboration") if group is None else group
    made = _made(group, "messageFlow", f"{attribute(flow, 'id')}.pesan", flow, source)
    made.set("sourceRef", attribute(sender, "id"))
    made.set("targetRef", attribute(receiver, "id"))


def _made(parent: Element, tag: str, made_id: str, like: Element, source: Source) -> Element:
    made = etree.SubElement(parent, f"{BPMN}{tag}", id=made_id)
    made.sourceline = like.sourceline
    source.ids.setdefault(made_id, made)
    return made
