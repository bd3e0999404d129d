"""Who ends what a case waits for, where neither the clock nor something drawn does."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy.orm import Session

from app.engine.diagram import Diagram, Node
from app.findings import Finding
from app.models import ProcessDefinition
from app.services.definitions import definitions
from app.services.definitions.outlines import is_by_system, is_for_reporter
from app.services.deployment.bundle import Bundle

_WAITS = frozenset({"intermediateCatchEvent", "boundaryEvent"})


def check_waits(
    session: Session | None, bundle: Bundle, beside: Sequence[Bundle], live: Iterable[ProcessDefinition]
) -> Iterator[Finding]:
    """A note about each message that nothing drawn sends; a warning of each signal that no process throws, neither
    those sent together, ``beside``, nor those in force, ``live``."""
    waits = [node for node in bundle.diagram.nodes.values() if node.kind in _WAITS]
    drawn = {
        flow.target
        for one in beside
        for node in one.diagram.nodes.values()
        for flow in node.sends
        if flow.process == bundle.diagram.key
    }
    for node in waits:
        is_said = bool(node.asks) or node.condition is not None  # told by the reader
        is_drawn = bool(drawn & set(node.id.split(":")))
        if node.message is not None and not is_drawn and not is_for_reporter(node) and not is_said:
            code = "message_by_system" if is_by_system(node) else "message_by_lane"
            yield _about(node, code, "info", lane=bundle.diagram.lane(node.lane_id).name)
    unheard = [node for node in waits if node.signal is not None]
    if unheard:
        thrown = set(_thrown(one.diagram for one in beside))
        thrown |= set(_thrown(_in_force(session, live))) if session is not None else set()
        for node in unheard:
            if node.signal not in thrown:
                yield _about(node, "signal_never_thrown", "warning", signal=node.signal or "")


def _in_force(session: Session, live: Iterable[ProcessDefinition]) -> Iterator[Diagram]:
    versions = (definitions.readable(session, one.id) for one in live)
    return (version.diagram for version in versions if version is not None)


def _thrown(diagrams: Iterable[Diagram]) -> Iterator[str]:
    nodes = (node for diagram in diagrams for node in diagram.nodes.values())
    return (node.signal for node in nodes if node.tells and node.signal is not None)


def _about(node: Node, code: str, severity: str, **params: str) -> Finding:
    name = node.name or node.message or node.signal or node.id
    return Finding(code, severity, node.id, name, node.line, params=params)  # type: ignore[arg-type]
