"""Words beside a deadline that say another length than it has, or a fixed one where it is computed.

Who changes a deadline easily forgets what else names it. Nothing here decides: all of it is words.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from app.engine import filled_texts, timers
from app.engine.diagram import Diagram, Node, Timer
from app.engine.reading.source import Source
from app.engine.reading.texts import said_lengths

_BACK = re.compile(r"\s*H\s*-\s*(\d+)\s*", re.IGNORECASE)
_LITERAL = re.compile(r'"([^"\\]{1,80})"')
#: Results named in one finding.
_SHOWN = 8


def check_said_deadlines(diagram: Diagram, source: Source) -> None:
    """Warn of each."""
    for node in diagram.nodes.values():
        _check_label(node, source)
        _check_cell(node, diagram, source)
    for node_id, leading in _timers_of_texts(diagram).items():
        _check_message(diagram.nodes[node_id], leading, diagram, source)
    for node in diagram.nodes.values():
        _check_reach(node, diagram, source)


def is_computed(timer: Timer) -> bool:
    """Whether how long it takes follows from the case."""
    return timer.text.lstrip().startswith("=")


def results_in(formula: str) -> tuple[str, ...]:
    """The timer texts that a formula names as what it may give: ``if berat then "5 hari" else "60 hari"``."""
    return tuple(
        text for text in dict.fromkeys(_LITERAL.findall(formula)) if timers.length_of(text) is not None
    )


def never_reached(back: Timer, results: Iterable[str]) -> list[str]:
    """Of the lengths that a deadline may have those that are too short for a timer that counts back from it; one of
    just as many days still comes, at the end of the first."""
    found = _BACK.fullmatch(back.text)
    days = timedelta(days=int(found[1])) if found else timedelta()
    lengths = ((text, timers.length_of(text)) for text in results)
    return [text for text, length in lengths if length is not None and length < days]


def deadlines_around(node: Node, diagram: Diagram) -> Iterator[Timer]:
    """The timers that are, or may be, the deadline of an activity or of one around it; a marked one before others."""
    for around in diagram.around(node):
        beside = [event for event in diagram.boundary.get(around.id, ()) if diagram.may_be_deadline(event)]
        single = [event for event in beside if event.timer and _single(event.timer)]
        marked = [event for event in single if event.is_deadline]
        yield from (event.timer for event in marked or single if event.timer is not None)


def _check_label(node: Node, source: Source) -> None:
    if node.timer is None or not node.name or filled_texts.is_template(node.name):
        return
    said = timers.mentioned(node.name)
    if said and is_computed(node.timer):
        source.warning("timer_label_fixed", node)
    elif said and timers.differ(said, node.timer.text):
        source.warning("timer_label_differs", node, text=node.timer.text)


def _check_cell(node: Node, diagram: Diagram, source: Source) -> None:
    """The cell is the SOP's own: the task's deadline must be that long. A cell that tells no length says nothing."""
    cell = node.properties.get(filled_texts.TIME_CELL, "")
    said = timers.mentioned(cell) if cell and not filled_texts.is_template(cell) else None
    beside = [event for event in diagram.boundary.get(node.id, ()) if event.timer is not None]
    deadline = _deadline(beside)
    single = [event for event in beside if event.timer and _single(event.timer)]
    asked = [event for event in single if event.is_deadline] or single
    if said and asked and all(event.timer and is_computed(event.timer) for event in asked):
        source.warning("timer_cell_fixed", node, cell=cell)
    elif said and deadline is not None and timers.differ_in_length(said, deadline.text):
        source.warning("timer_cell_differs", node, cell=cell, text=deadline.text)


def _deadline(events: Iterable[Node]) -> Timer | None:
    """The timer that is a task's deadline, as `running.scheduling` chooses it when they open; None where that cannot
    be told before."""
    single = [event for event in events if event.timer is not None and _single(event.timer)]
    marked = [event.timer for event in single if event.is_deadline]
    if marked:
        return marked[0]
    interrupting = [event for event in single if event.interrupting]
    found = [event.timer for event in interrupting or single if event.timer is not None]
    lengths = [timers.length_of(timer.text) for timer in found]
    known = [length for length in lengths if length is not None]
    if not known or len(known) < len(lengths):
        return None
    return found[lengths.index(min(known) if interrupting else max(known))]


def _single(timer: Timer) -> bool:
    return not timers.is_relative(timer) and timers.cycle(timer) is None


def _timers_of_texts(diagram: Diagram) -> dict[str, list[Node]]:
    """What tells people something, by its id, with the timers on edges that lead there without a person between."""
    found = dict[str, list[Node]]()
    for timer in diagram.nodes.values():
        if timer.timer is None or timer.attached_to not in diagram.nodes:
            continue
        seen, left = set[str](), [timer.id]
        while left:
            for flow in diagram.outgoing.get(left.pop(), ()):
                target = diagram.nodes.get(flow.target)
                if (
                    target is None
                    or target.id in seen
                    or target.kind in {"userTask", "subProcess", "intermediateCatchEvent"}
                ):
                    continue
                seen.add(target.id)
                left.append(target.id)
                if target.properties.get("pesan"):
                    found.setdefault(target.id, []).append(timer)
    return found


def _check_message(node: Node, leading: list[Node], diagram: Diagram, source: Source) -> None:
    """A length in a reminder is that of its timer, or of the deadline that it is about."""
    hosts = [diagram.nodes[timer.attached_to or ""] for timer in leading]
    deadlines = [one for host in hosts for one in deadlines_around(host, diagram)]
    meant = [timer.timer for timer in leading if timer.timer is not None] + deadlines
    fixed = [one.text for one in meant if not is_computed(one)]
    for said in said_lengths.lengths_in(node.properties["pesan"]):
        if any(said_lengths.agree(said, text) for text in fixed):
            continue
        if len(fixed) < len(meant):
            source.warning("message_length_fixed", node, text=said, task=_names(hosts))
        else:
            source.warning(
                "message_length_differs", node, text=said, task=_names(hosts), meant=_listed(fixed)
            )


def _check_reach(node: Node, diagram: Diagram, source: Source) -> None:
    """A reminder that counts back further than the deadline is long never comes."""
    host = diagram.nodes.get(node.attached_to or "")
    if node.timer is None or host is None or not timers.is_relative(node.timer):
        return
    for deadline in deadlines_around(host, diagram):
        results = results_in(deadline.text) if is_computed(deadline) else (deadline.text,)
        if never := never_reached(node.timer, results):
            code = "reminder_never_for" if is_computed(deadline) else "reminder_never"
            told = {"text": node.timer.text, "task": host.name or host.id, "lengths": _listed(never)}
            source.warning(code, node, **told)


def _names(nodes: Iterable[Node]) -> str:
    return ", ".join(f"“{name}”" for name in dict.fromkeys(node.name or node.id for node in nodes))


def _listed(texts: Iterable[str]) -> str:
    told = list(dict.fromkeys(texts))
    return ", ".join(told[:_SHOWN] + (["…"] if len(told) > _SHOWN else []))
