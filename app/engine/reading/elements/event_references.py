"""What signal, error and escalation events refer to, and whether what is thrown is caught."""

from collections.abc import Iterator, Mapping

from app.engine.diagram import Diagram, Node
from app.engine.reading.source import NAME_LENGTH, Source
from app.engine.xml import Element, attribute, local, one_line, reference

#: For each kind the attribute that holds what both sides agree on; without it the name counts.
REFERRED: Mapping[str, str] = {"signal": "name", "error": "errorCode", "escalation": "escalationCode"}
#: The error that a cancel end event throws; no code in a file holds a blank at its start.
CANCELLED = " cancel"


def name(element: Element, definition: Element, kind: str, source: Source) -> str:
    """The name or code of what ``definition`` refers to. Without a reference a catching event catches any; one that
    throws goes by its own name, and so does a signal. A reference to nothing is taken as the name or code itself."""
    wanted = reference(definition.get(f"{kind}Ref"))
    found = source.ids.get(wanted) if wanted else None
    if wanted and (found is None or local(found) != kind):
        source.warning("reference_to_nothing", element, ref=wanted)
        return wanted[:NAME_LENGTH]
    if found is not None:
        code = one_line(attribute(found, REFERRED[kind])) or one_line(attribute(found, "name")) or wanted
        return code[:NAME_LENGTH]
    own = one_line(attribute(element, "name"))[:NAME_LENGTH]
    catches_any = kind != "signal" and local(element) in {"boundaryEvent", "startEvent"}
    return "" if catches_any else own or attribute(element, "id")


def check_event_references(diagram: Diagram, source: Source) -> None:
    """Warn of errors and escalations that nobody catches, and of events that wait for what nobody throws."""
    for node in diagram.nodes.values():
        if node.error is None and node.escalation is None:
            continue
        if node.tells and not any(_fits(node, event) for event in _events_around(diagram, node)):
            source.warning("thrown_uncaught", node)
        host = node.attached_to
        if host and not any(_fits(thrown, node) for thrown in _inside(diagram, host)):
            source.warning("caught_never_thrown", node)


def _fits(thrown: Node, event: Node) -> bool:
    code, caught = (
        (thrown.error, event.error) if thrown.error is not None else (thrown.escalation, event.escalation)
    )
    return thrown.tells and caught is not None and code is not None and caught in {"", code}


def _events_around(diagram: Diagram, node: Node) -> Iterator[Node]:
    scope = node.scope
    while scope:
        yield from diagram.boundary.get(scope, ())
        scope = diagram.nodes[scope].scope


def _inside(diagram: Diagram, scope: str) -> Iterator[Node]:
    for node in diagram.nodes.values():
        if node.scope == scope:
            yield node
            yield from _inside(diagram, node.id)
