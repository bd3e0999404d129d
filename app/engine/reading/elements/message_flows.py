"""Message flows between pools: what the message is called at either end, where it goes, and what is not delivered.

Source: BPMN 2.0.2, Message Flow: it joins two pools, from what sends to what receives.
"""

from collections.abc import Collection, Iterator

from app.engine.diagram import MessageFlow
from app.engine.reading.source import NAME_LENGTH, Source
from app.engine.xml import BPMN, Element, attribute, children, local, one_line, reference

_SENDS = frozenset({"endEvent", "intermediateThrowEvent", "sendTask", "serviceTask"})
_RECEIVES = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask"})
#: Steps of people: they send when they are done, and are told what comes, where the other end is a step too.
PLAIN = frozenset({"task", "manualTask", "userTask"})
#: What sends when it is reached or done, with nothing added.
SENDING = _SENDS | PLAIN
_DEFINITIONS = ("EventDefinition", "EventDefinitionRef", "eventDefinitionRef")


def name_at(element: Element, source: Source) -> str | None:
    """The name of the message on the flow drawn to or from ``element``, the same at both ends; None: no flow."""
    flow = next(iter(source.message_flows.get(attribute(element, "id"), ())), None)
    return None if flow is None else _name(flow, source)


def comes_from_outside(element: Element, source: Source) -> bool:
    """Whether all that is drawn to come to ``element`` comes from pools without steps of their own."""
    node_id = attribute(element, "id")
    flows = source.message_flows.get(node_id, ())
    origins = [source.ids.get(ends(flow)[0]) for flow in flows if ends(flow)[1] == node_id]
    return all(origin is None or local(origin) == "participant" for origin in origins)


def sent_from(element: Element, source: Source) -> tuple[MessageFlow, ...]:
    """The messages that ``element`` sends to elements of other processes; empty for what sends nothing."""
    node_id = attribute(element, "id")
    flows = [flow for flow in source.message_flows.get(node_id, ()) if ends(flow)[0] == node_id]
    return tuple(found for flow in flows if (found := _delivered(flow, source)) is not None)


def heard_at(element: Element, source: Source) -> str | None:
    """The name of the message that a step of people is told of while it is open; None: none is delivered there."""
    if local(element) not in PLAIN:
        return None
    node_id = attribute(element, "id")
    found = (_delivered(flow, source) for flow in source.message_flows.get(node_id, ()))
    return next((flow.name for flow in found if flow is not None and flow.target == node_id), None)


def joins(element: Element, source: Source) -> bool:
    """Whether a message that is delivered comes to or goes out of ``element``."""
    return any(_delivered(flow, source) for flow in source.message_flows.get(attribute(element, "id"), ()))


def drawn(source: Source) -> list[Element]:
    """Every message flow of the file."""
    return [
        flow for group in children(source.root, "collaboration") for flow in children(group, "messageFlow")
    ]


def ends(flow: Element) -> tuple[str, str]:
    """The ids that a message flow joins."""
    return reference(flow.get("sourceRef")), reference(flow.get("targetRef"))


def check_message_flows(source: Source, run: Collection[Element]) -> None:
    """Warn of message flows that nobody will see done. ``run``: the processes of the file that are run here."""
    for flow in drawn(source):
        mute, shown = next(_mute(flow, source), None), attribute(flow, "name") or attribute(flow, "id")
        if mute is not None:
            source.warning("message_flow_ignored", mute, flow=shown)
            continue
        if _stays_inside(flow, source):
            source.warning("message_flow_inside", source.ids[ends(flow)[1]], flow=shown)
            continue
        steps = [end for end in _ends(flow, source) if _process(end) is not None]
        between = [
            process for end in _ends(flow, source) if (process := _run_by(end, source, run)) is not None
        ]
        if len(between) == 2 and len(steps) < 2:
            source.warning("message_flow_to_edge", steps[0] if steps else flow, message=_name(flow, source))
        elif len(steps) == 2 and len(between) < 2:
            source.warning("message_flow_by_hand", steps[1], message=_name(flow, source))


def _mute(flow: Element, source: Source) -> Iterator[Element]:
    """The ends of a flow that do not receive, or send, there."""
    origin, target = (source.ids.get(end) for end in ends(flow))
    steps = [end for end in (target, origin) if end is not None and _process(end) is not None]
    plain = PLAIN if len(steps) == 2 else frozenset[str]()
    for end in steps:
        if not _talks(end, (_RECEIVES if end is target else _SENDS) | plain):
            yield end


def _stays_inside(flow: Element, source: Source) -> bool:
    """Whether both ends lie in one process, where a message flow may not be."""
    origin, target = (source.ids.get(end) for end in ends(flow))
    process = None if origin is None else _process(origin)
    return process is not None and target is not None and _process(target) is process


def _talks(element: Element, tags: Collection[str]) -> bool:
    """Whether an element sends, or receives, messages; an event of which nothing else is said does."""
    kinds = [local(child) for child in children(element) if local(child).endswith(_DEFINITIONS)]
    others = [kind for kind in kinds if kind not in {"messageEventDefinition", "eventDefinitionRef"}]
    return local(element) in tags and not others


def _delivered(flow: Element, source: Source) -> MessageFlow | None:
    """What a flow delivers: its source sends, its target receives, in another process."""
    origin, target = (source.ids.get(end) for end in ends(flow))
    if origin is None or target is None or next(_mute(flow, source), None) is not None:
        return None
    if _stays_inside(flow, source):
        return None
    process, own = _process(target), _process(origin)
    if process is None or own is None:
        return None
    joined = attribute(flow, "id") or ":".join(ends(flow))
    return MessageFlow(joined, _name(flow, source), attribute(process, "id"), attribute(target, "id"))


def _ends(flow: Element, source: Source) -> list[Element]:
    return [found for end in ends(flow) if (found := source.ids.get(end)) is not None]


def _process(element: Element) -> Element | None:
    """The process that a step lies in; a pool lies in none."""
    return next(element.iterancestors(f"{BPMN}process"), None)


def _run_by(end: Element, source: Source, run: Collection[Element]) -> Element | None:
    """The process run here that a step lies in or a pool stands for."""
    process = (
        source.ids.get(reference(end.get("processRef"))) if local(end) == "participant" else _process(end)
    )
    return process if process is not None and any(process is each for each in run) else None


def _name(flow: Element, source: Source) -> str:
    message = source.ids.get(reference(flow.get("messageRef")))
    target = source.ids.get(ends(flow)[1])
    names = [message, flow, target if target is not None and local(target) != "participant" else None]
    found = (one_line(attribute(each, "name")) for each in names if each is not None)
    return next(filter(None, found), attribute(flow, "id"))[:NAME_LENGTH]
