"""The timers of a diagram: text, place, which is a task's deadline, and labels that tell another time."""

from collections.abc import Mapping
from dataclasses import replace

from app.engine import timers
from app.engine.diagram import SINCE, Diagram, Node, Timer
from app.engine.reading.source import Source
from app.engine.reading.texts import conditions


def single_moment(node: Node, source: Source) -> Node:
    """A node that waits for one moment only: where a timer that repeats cuts its task off, or is waited for on the
    way, it can come but once, at its first time."""
    repeats = timers.cycle(node.timer) if node.timer is not None else None
    again = node.kind == "startEvent" or (node.kind == "boundaryEvent" and not node.interrupting)
    if repeats is None or node.timer is None or again:
        return node
    source.warning("timer_comes_once", node, text=node.timer.text, every=repeats.every)
    return replace(node, timer=Timer("duration", repeats.every))


def check_timers(diagram: Diagram, source: Source) -> None:
    """Note every timer that would not go off as drawn."""
    for node in diagram.nodes.values():
        if node.timer is not None:
            _check_text(node, node.timer, diagram, source)
            _check_relative(node, node.timer, diagram, source)
        _check_mark(node, source)
        _check_first(node, source)
    for host, events in diagram.boundary.items():
        marked = [event for event in events if event.is_deadline]
        for event in marked[1:]:
            texts = {"first": _label(marked[0]), "second": _label(event)}
            source.error("deadline_twice", event, host=_name(diagram.nodes, host), **texts)


def _check_text(node: Node, timer: Timer, diagram: Diagram, source: Source) -> None:
    if timer.text.startswith("="):
        conditions.check_condition(timer.text.removeprefix("="), node, source)
        return
    code = timers.timer_fault(timer, diagram.day_unit)
    if code is not None:
        source.error(code, node, text=timer.text)


def _check_relative(node: Node, timer: Timer, diagram: Diagram, source: Source) -> None:
    """``H-14`` counts back from the deadline of its activity or one around it: some timer must be able to be it."""
    if not timers.is_relative(timer):
        return
    host = diagram.nodes.get(node.attached_to or "")
    around = diagram.around(host) if host is not None else ()
    beside = (event for one in around for event in diagram.boundary.get(one.id, ()))
    if not any(event.timer is not None and _single(event.timer) for event in beside):
        source.error("timer_relative_without_deadline", node, text=timer.text)


def _check_mark(node: Node, source: Source) -> None:
    value = node.properties.get("tenggat", "").strip().lower()
    if value not in {"", "ya", "tidak"}:
        source.error("property_value", node, property="tenggat", value=value, allowed="ya, tidak")
    elif value == "ya" and (node.kind != "boundaryEvent" or node.timer is None):
        if node.id not in source.failed and node.asks != "time":
            source.error("deadline_misplaced", node)
    elif value == "ya" and node.timer is not None and not _single(node.timer):
        source.error("deadline_not_single", node, text=node.timer.text)


def _check_first(node: Node, source: Source) -> None:
    value = node.properties.get("dihitung sejak", "").strip().lower()
    if value not in {"", *SINCE}:
        allowed = ", ".join(SINCE)
        source.error("property_value", node, property="dihitung sejak", value=value, allowed=allowed)
    elif value == SINCE[1] and (node.kind != "boundaryEvent" or node.timer is None):
        if node.id not in source.failed and node.asks != "time":
            source.error("first_opening_misplaced", node)
    elif value == SINCE[1] and node.timer is not None and not _single(node.timer):
        source.error("first_opening_not_single", node, text=node.timer.text)


def _label(event: Node) -> str:
    """What a timer is called, or else says; the text too where it says otherwise than its label."""
    text = event.timer.text if event.timer is not None else ""
    return f"{event.name} ({text})" if event.name and event.name != text else text


def _single(timer: Timer) -> bool:
    """Whether the timer stands for one moment of its own, as a deadline must."""
    return not timers.is_relative(timer) and timers.cycle(timer) is None


def _name(nodes: Mapping[str, Node], node_id: str) -> str:
    return nodes[node_id].name or node_id if node_id in nodes else node_id
