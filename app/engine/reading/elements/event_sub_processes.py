"""Event sub-processes in other words: an event on the edge of all that goes on around them, and a sub-process.

What lies beside event sub-processes is put into a sub-process that nobody drew, its *body*. The start of an event
sub-process becomes an event on the body's edge that leads into it. So whatever knows boundary events knows these.
What interrupts sits on a body around the other one: it ends the event sub-processes that do not.
Source: BPMN 2.0.2, 10.3.5 and 13.5.4. Why so: docs/decisions/0093-event-sub-processes.md
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from app.engine.diagram import Flow, Node
from app.engine.reading.elements import events
from app.engine.reading.elements.normalization import Drawn
from app.engine.reading.source import Placed, Source
from app.engine.xml import Element, attribute, children

#: What a body's id ends in, by whether the events on its edge interrupt.
_BODY: Mapping[bool, str] = {False: "isi", True: "utuh"}


def handlers(level: Element, flows: Iterable[Flow], source: Source) -> set[str]:
    """Ids of the event sub-processes of a level. One that flows lead to or leave is a plain sub-process."""
    joined = {end for flow in flows for end in (flow.source, flow.target)}
    found = set[str]()
    for element in filter(events.starts_by_event, children(level)):
        if attribute(element, "id") in joined:
            source.warning("event_sub_process_joined", element)
        else:
            found.add(attribute(element, "id"))
    return found


def enclose(drawn: Drawn, own: Collection[str], where: Placed, scope: str, source: Source) -> None:
    """Put what lies on a level beside its event sub-processes ``own`` into bodies; all levels are complete.

    ``where`` is the level: the process, or the sub-process ``scope``.
    """
    for marked in (drawn.nodes[handler] for handler in own):
        if marked.loop is not None:  # its event says how often
            source.warning("rounds_misplaced", marked)
            drawn.nodes[marked.id] = replace(marked, loop=None)
    beginning = {handler: _events(drawn, drawn.nodes[handler], source) for handler in own}
    left = set(beginning)
    for interrupting, called in _BODY.items():
        here = {
            h: found for h, found in beginning.items() if any(e.interrupting for e in found) is interrupting
        }
        if not here:
            continue
        body = Node(
            f"{where.id}:{called}", "subProcess", where.name, "", scope=scope, is_body=True, line=where.line
        )
        _put_into(body, drawn, left)
        for handler, found in here.items():
            for event in found:
                drawn.nodes[event.id] = replace(event, attached_to=body.id, interrupting=interrupting)
                drawn.flows.append(Flow(f"{event.id}:ke", "", event.id, handler))
        left -= set(here)


def _events(drawn: Drawn, handler: Node, source: Source) -> list[Node]:
    """The events that begin an event sub-process, taken out of it: of one without, its name is the message."""
    starts = [n for n in drawn.nodes.values() if n.scope == handler.id and n.kind == "startEvent"]
    found = [start for start in starts if start.tag]
    for start in found:
        _stand_in(start, handler.id, drawn)
    found = found or [Node(f"{handler.id}:bila", "startEvent", "", "", line=handler.line)]
    return [_event(start, handler, source) for start in found]


def _event(start: Node, handler: Node, source: Source) -> Node:
    waits = (start.timer, start.message, start.signal, start.error, start.escalation)
    if all(each is None for each in waits) and start.id not in source.failed:
        start = replace(start, message=events.message_by_name(handler, start.name or handler.name, source))
    return replace(start, kind="boundaryEvent", name=start.name or handler.name, scope=handler.scope)


def _put_into(body: Node, drawn: Drawn, outside: Collection[str]) -> None:
    """Put all of a level but ``outside`` into ``body``. What begins a process stays, and has a stand-in inside."""
    inside = [n for n in drawn.nodes.values() if n.scope == body.scope and n.id not in outside]
    drawn.nodes[body.id] = body
    starts = [n for n in inside if n.kind == "startEvent" and not body.scope]
    for node in inside:
        if node not in starts:
            drawn.nodes[node.id] = replace(node, scope=body.id)
    for start in starts:
        _stand_in(start, body.id, drawn)
    if body.scope:
        starts = [Node(f"{body.id}:mulai", "startEvent", "", "", scope=body.scope, line=body.line)]
        drawn.nodes[starts[0].id] = starts[0]
    drawn.flows += [Flow(f"{body.id}:dari:{start.id}", "", start.id, body.id) for start in starts]


def _stand_in(start: Node, scope: str, drawn: Drawn) -> None:
    """Let what follows an event that leads into a sub-process begin there, with a start that stands for it."""
    inside = Node(
        f"{scope}:{start.id}", "startEvent", start.name, "", scope=scope, begun_by=start.id, line=start.line
    )
    drawn.nodes[inside.id] = inside
    drawn.flows = [
        replace(flow, source=inside.id) if flow.source == start.id else flow for flow in drawn.flows
    ]
