"""Who receives a message: the one case that it is for, at the event that waits for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import CaseMessage, MessageWait, Partner, ProcessInstance
from app.services.core import access
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.messaging import correlation, targets


@dataclass(frozen=True)
class Found:
    """Who receives a message, at which of his waiting events; or why nobody does now (``reason``).

    ``how``: see `meant.Meant`.
    """

    instance: ProcessInstance | None = None
    wait: MessageWait | None = None
    reason: str = ""
    how: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_nobody(self) -> bool:
        """Whether no case that goes on is meant."""
        return self.reason in {"nobody", "no_target", "ended"}


def find(session: Session, message: CaseMessage, version: Version | None) -> Found:
    """The one case that waits for the message, held till the commit. Of several nobody can tell which is meant."""
    who = correlation.of(session, message)
    ids = who.ids
    query = select(ProcessInstance).where(
        ProcessInstance.id.in_(ids), ProcessInstance.state.in_(targets.ALIVE)
    )
    cases = session.scalars(access.locking(query.order_by(ProcessInstance.id))).all() if ids else ()
    alive = {case.id: case for case in cases}
    if not alive:
        known = version is not None and bool(targets.places(session, version.diagram, message))
        over = session.get(ProcessInstance, max(ids)) if ids else None
        return Found(over, None, "ended") if over else Found(reason="nobody" if known else "no_target")
    places = {
        case.id: targets.places(session, definitions.version(session, case.definition_id).diagram, message)
        for case in cases
    }
    waits = _waits(session, places)
    waiting = {wait.instance_id for wait in waits}
    if len(waiting) > 1:
        return Found(reason="several")
    if not waiting:
        reason = "not_waiting" if any(places.values()) else "no_target"
        return Found(cases[0] if len(cases) == 1 else None, None, reason)
    instance = alive[waiting.pop()]
    return Found(instance, _of_round(session, instance, message, waits), how=who.how)


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
    return max(waits, key=lambda wait: len(rounds & set(wait.rounds)))  # the first of the best
