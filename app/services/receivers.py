"""Who receives a message: the one case that it is for, at the event that waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine import forks
from app.models import CaseMessage, MessageWait, Partner, ProcessInstance
from app.services import access, partners
from app.services.definitions import Version

#: States of cases that go on.
ALIVE = frozenset({"active", "incident"})


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
        known = version is not None and message.target in version.diagram.nodes
        over = session.get(ProcessInstance, max(ids)) if ids else None
        return Found(over, None, "ended") if over else Found(reason="nobody" if known else "no_target")
    waits = _waits(session, list(alive), message.target)
    waiting = {wait.instance_id for wait in waits}
    if len(waiting) > 1:
        return Found(reason="several")
    if not waiting:
        return Found(next(iter(alive.values())) if len(alive) == 1 else None, None, "not_waiting")
    instance = alive[waiting.pop()]
    return Found(instance, _of_round(session, instance, message, waits))


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
        and not forks.together(version.diagram, other.target, message.target)
        for other in session.scalars(query)
    )


def _begins(version: Version, target: str) -> bool:
    node = version.diagram.nodes.get(target)
    return node is not None and node.kind == "startEvent"


def _waits(session: Session, cases: Sequence[int], target: str) -> list[MessageWait]:
    """The events that wait at ``target``, the one that waits longest first. In a called process, and where a drawing
    was completed, its id is a part of theirs."""
    query = select(MessageWait).where(MessageWait.instance_id.in_(cases), ~MessageWait.is_signal)
    rows = session.scalars(query.order_by(MessageWait.opened_at, MessageWait.id))
    return [wait for wait in rows if target in wait.activity_id.split(":")]


def _of_round(
    session: Session, receiver: ProcessInstance, message: CaseMessage, waits: Sequence[MessageWait]
) -> MessageWait:
    """The event in the round in which the receiver began to talk with the sender, else the first."""
    link = session.get(Partner, (receiver.id, message.sender_id))
    rounds = set(link.rounds) if link is not None else set()
    return next((wait for wait in waits if rounds & set(wait.rounds)), waits[0])
