"""Who receives a message: the one case that it is for, at the event that waits for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine import forks
from app.engine.diagram import Diagram
from app.models import CaseMessage, MessageWait, Partner, ProcessInstance
from app.services import access, definitions, partners
from app.services.definitions import Version

#: States of cases that go on.
ALIVE = frozenset({"active", "incident"})
_HEARING = frozenset({"intermediateCatchEvent", "boundaryEvent"})


@dataclass(frozen=True)
class Found:
    """Who receives a message, at which of his waiting events; or why nobody does now (``reason``)."""

    instance: ProcessInstance | None = None
    wait: MessageWait | None = None
    reason: str = ""


def find(session: Session, message: CaseMessage, version: Version | None) -> Found:
    """The one case that waits for the message, held till the commit. Of several nobody can tell which is meant."""
    ids = partners.meant(session, message)
    query = select(ProcessInstance).where(ProcessInstance.id.in_(ids), ProcessInstance.state.in_(ALIVE))
    cases = session.scalars(access.locking(query.order_by(ProcessInstance.id))).all() if ids else ()
    alive = {case.id: case for case in cases}
    if not alive:
        known = version is not None and bool(_places(version.diagram, message))
        over = session.get(ProcessInstance, max(ids)) if ids else None
        return Found(over, None, "ended") if over else Found(reason="nobody" if known else "no_target")
    places = {
        case.id: _places(definitions.version(session, case.definition_id).diagram, message) for case in cases
    }
    waits = _waits(session, places)
    waiting = {wait.instance_id for wait in waits}
    if len(waiting) > 1:
        return Found(reason="several")
    if not waiting:
        reason = "not_waiting" if any(places.values()) else "no_target"
        return Found(cases[0] if len(cases) == 1 else None, None, reason)
    instance = alive[waiting.pop()]
    return Found(instance, _of_round(session, instance, message, waits))


def _places(diagram: Diagram, message: CaseMessage) -> frozenset[str]:
    """The events at which a version hears the message: where it is drawn to; where that was drawn anew under another
    id, those that wait for a message of its name. In a called process, and where a drawing was completed, the id is a
    part of theirs."""
    hearing = [node for node in diagram.nodes.values() if node.message is not None and node.kind in _HEARING]
    drawn = frozenset(node.id for node in hearing if message.target in node.id.split(":"))
    return drawn or frozenset(node.id for node in hearing if node.message == message.name)


def heard_elsewhere(session: Session, message: CaseMessage, version: Version) -> bool:
    """Whether another flow drawn from the same event brought it already to a place that stands for this one.

    An answer is often drawn to each place where somebody may wait for it; a case waits at one of them. 1 SQL.
    """
    same = (CaseMessage.sender_id == message.sender_id, CaseMessage.key == message.key)
    query = select(CaseMessage).where(*same, CaseMessage.state == "delivered")
    query = query.where(
        CaseMessage.activity_id == message.activity_id, CaseMessage.sent_at == message.sent_at
    )
    return any(
        other.rounds == message.rounds
        and other.target != message.target
        and not _begins(version, other.target)
        and not _together(session, other, message)
        for other in session.scalars(query)
    )


def _together(session: Session, heard: CaseMessage, message: CaseMessage) -> bool:
    """Whether the case that heard the one may wait for the other as well."""
    receiver = session.get_one(ProcessInstance, heard.receiver_id)
    diagram = definitions.version(session, receiver.definition_id).diagram
    return any(
        forks.together(diagram, one, other)
        for one in _places(diagram, heard)
        for other in _places(diagram, message)
        if one != other
    )


def _begins(version: Version, target: str) -> bool:
    node = version.diagram.nodes.get(target)
    return node is not None and node.kind == "startEvent"


def _waits(session: Session, places: Mapping[int, Collection[str]]) -> list[MessageWait]:
    """The events that wait at one of the ``places`` of their case, the one that waits longest first."""
    query = select(MessageWait).where(MessageWait.instance_id.in_(places), ~MessageWait.is_signal)
    rows = session.scalars(query.order_by(MessageWait.opened_at, MessageWait.id))
    return [wait for wait in rows if wait.activity_id in places[wait.instance_id]]


def _of_round(
    session: Session, receiver: ProcessInstance, message: CaseMessage, waits: Sequence[MessageWait]
) -> MessageWait:
    """The event in the round in which the receiver began to talk with the sender, else the first."""
    link = session.get(Partner, (receiver.id, message.sender_id))
    rounds = set(link.rounds) if link is not None else set()
    return next((wait for wait in waits if rounds & set(wait.rounds)), waits[0])
