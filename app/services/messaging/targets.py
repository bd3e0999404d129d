"""Where a message is heard: at which events of a version, and which copies that one event sends say the same."""

from collections.abc import Iterator, Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from app.engine.diagram import Diagram, Node
from app.engine.reading.checks import concurrency
from app.models import CaseMessage, ProcessDefinition, ProcessInstance
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.messaging import correlation

#: States of cases that go on.
ALIVE = frozenset({"active", "incident"})
_HEARING = frozenset({"intermediateCatchEvent", "boundaryEvent"})
#: How many older versions are looked through for an element that the newest does not have.
_MOST_VERSIONS = 20


def held(session: Session, message_id: str) -> Sequence[CaseMessage]:
    """A message and its copies, those that other flows take to the same process, for this transaction alone. New jobs
    and history may name them meanwhile. 1 SQL."""
    one = aliased(CaseMessage)
    same = (CaseMessage.key == one.key, CaseMessage.activity_id == one.activity_id)
    together = and_(CaseMessage.sender_id == one.sender_id, *same, CaseMessage.sent_at == one.sent_at)
    query = select(CaseMessage).join(one, together).where(one.id == message_id).order_by(CaseMessage.id)
    query = query.with_for_update(key_share=True, of=CaseMessage).execution_options(populate_existing=True)
    return session.scalars(query).all()


def start(session: Session, message: CaseMessage) -> tuple[Version | None, Node | None]:
    """The newest version of the receiving process, and its start event when the message is for that."""
    definition = definitions.latest(session, message.key)
    if definition is None:
        return None, None
    version = definitions.version(session, definition.id)
    node = version.diagram.nodes.get(message.target)
    if node is None:  # drawn anew under another id
        before = _as_it_was(session, message)
        begins = before is None or _is_start(before)
        return version, version.diagram.start_node(message.name) if begins else None
    return version, node if _is_start(node) else None


def places(session: Session, diagram: Diagram, message: CaseMessage) -> frozenset[str]:
    """The events at which a version hears the message: where it is drawn to; where that was drawn anew under another
    id, those that wait for a message of its name. In a called process, and where a drawing was completed, the id is a
    part of theirs."""
    hearing = [node for node in diagram.nodes.values() if node.message is not None and node.kind in _HEARING]
    drawn = frozenset(node.id for node in hearing if message.target in node.id.split(":"))
    if drawn or not hearing:
        return drawn
    before = _as_it_was(session, message)
    names = {message.name, before.message if before is not None else None}
    return frozenset(node.id for node in hearing if node.message in names)


def is_spare(
    session: Session, message: CaseMessage, copies: Sequence[CaseMessage], version: Version, begins: bool
) -> bool:
    """Whether another copy says the same: an answer is often drawn to each place where somebody may wait for it, and
    a case waits at one of them. What is drawn to a start as well begins a case only where no partner goes on."""
    others = list(_others(message, copies))
    if any(_said(session, message, other, version, begins) for other in others if other.state == "delivered"):
        return True
    return begins and any(_goes_on(session, other) for other in others if other.state != "spare")


def begins_too(message: CaseMessage, copies: Sequence[CaseMessage], version: Version) -> bool:
    """Whether another copy will begin a case."""
    waiting = (other for other in _others(message, copies) if other.state in {"sent", "kept"})
    return any(_begins(version, other) for other in waiting)


def _others(message: CaseMessage, copies: Sequence[CaseMessage]) -> Iterator[CaseMessage]:
    return (each for each in copies if each.rounds == message.rounds and each.target != message.target)


def _said(session: Session, message: CaseMessage, other: CaseMessage, version: Version, begins: bool) -> bool:
    """Whether ``other``, which was heard, stands for the message. Two starts are two cases."""
    if _begins(version, other) or begins:
        return not (_begins(version, other) and begins)
    return not _together(session, other, message)


def _together(session: Session, heard: CaseMessage, message: CaseMessage) -> bool:
    """Whether the case that heard the one may wait for the other as well."""
    receiver = session.get_one(ProcessInstance, heard.receiver_id)
    diagram = definitions.version(session, receiver.definition_id).diagram
    return any(
        concurrency.together(diagram, one, other)
        for one in places(session, diagram, heard)
        for other in places(session, diagram, message)
        if one != other
    )


def _goes_on(session: Session, copy: CaseMessage) -> bool:
    """Whether a partner of the sender is not over and may hear the copy."""
    partners = [session.get_one(ProcessInstance, each) for each in correlation.own(session, copy)]
    return any(
        bool(places(session, definitions.version(session, each.definition_id).diagram, copy))
        for each in partners
        if each.state in ALIVE
    )


def _begins(version: Version, message: CaseMessage) -> bool:
    node = version.diagram.nodes.get(message.target)
    return node is not None and _is_start(node)


def _is_start(node: Node) -> bool:
    return node.kind == "startEvent" and not node.scope and node.message is not None


def _as_it_was(session: Session, message: CaseMessage) -> Node | None:
    """The element that the message is drawn to, in the newest version that has it."""
    query = select(ProcessDefinition.id).where(ProcessDefinition.key == message.key)
    newest = query.order_by(ProcessDefinition.version.desc()).limit(_MOST_VERSIONS)
    diagrams = (definitions.version(session, each).diagram for each in session.scalars(newest).all())
    return next((each.nodes[message.target] for each in diagrams if message.target in each.nodes), None)
