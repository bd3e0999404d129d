"""Message flows between pools: what the message is called at either end, and what is not delivered by itself."""

from app.engine.source import NAME_LENGTH, Source
from app.engine.xml import Element, attribute, children, local, one_line, reference

_TALKS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateThrowEvent",
        "intermediateCatchEvent",
        "boundaryEvent",
        "receiveTask",
        "sendTask",
    }
)


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


def drawn(source: Source) -> list[Element]:
    """Every message flow of the file."""
    return [
        flow for group in children(source.root, "collaboration") for flow in children(group, "messageFlow")
    ]


def ends(flow: Element) -> tuple[str, str]:
    """The ids that a message flow joins."""
    return reference(flow.get("sourceRef")), reference(flow.get("targetRef"))


def check(source: Source) -> None:
    """Warn of message flows that nobody will see done: those to tasks that send or wait for nothing, and those
    between two processes that are both run here."""
    for flow in drawn(source):
        both = [source.ids.get(end) for end in ends(flow)]
        steps = [end for end in both if end is not None and local(end) != "participant"]
        mute = [end for end in steps if local(end) not in _TALKS]
        if mute:
            source.warning(
                "message_flow_ignored", mute[0], flow=attribute(flow, "name") or attribute(flow, "id")
            )
        elif len(steps) == 2:
            source.warning("message_flow_by_hand", steps[1], message=_name(flow, source))


def _name(flow: Element, source: Source) -> str:
    message = source.ids.get(reference(flow.get("messageRef")))
    target = source.ids.get(ends(flow)[1])
    names = [message, flow, target if target is not None and local(target) != "participant" else None]
    found = (one_line(attribute(each, "name")) for each in names if each is not None)
    return next(filter(None, found), attribute(flow, "id"))[:NAME_LENGTH]
