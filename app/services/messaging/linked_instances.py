"""Which cases talk with each other: those that began one another, or came together by a message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.models import CaseMessage, Partner, ProcessInstance
from app.services.core import access, clock
from app.services.core.access import Actor


@dataclass(frozen=True)
class Known:
    """A case that another one talks with; ``visible`` when the reader may open it."""

    instance: ProcessInstance
    visible: bool


def join(
    session: Session,
    sender: ProcessInstance,
    receiver: ProcessInstance,
    *,
    rounds: Sequence[str],
    sent: Mapping[str, Any],
    received: Mapping[str, Any],
) -> bool:
    """Note that ``sender`` told ``receiver`` something, and that the two talk since ``rounds`` of the sender. Return
    whether they had not talked before.

    ``sent`` and ``received`` are the same, but for files: each side has copies of its own.
    """
    new = session.get(Partner, (sender.id, receiver.id)) is None
    if new:
        _add(session, sender, receiver, rounds)
        _add(session, receiver, sender, ())
    for pair, told in (((receiver.id, sender.id), received), ((sender.id, receiver.id), sent)):
        row = session.get_one(Partner, pair)
        row.told = {**row.told, **told}
    return new


def _add(
    session: Session, instance: ProcessInstance, partner: ProcessInstance, rounds: Sequence[str]
) -> None:
    row = Partner(
        instance_id=instance.id,
        partner_id=partner.id,
        rounds=list(rounds),
        told={},
        since=clock.now(session),
    )
    session.add(row)
    session.flush()


def exchanged(
    session: Session, instance: ProcessInstance, partner: ProcessInstance | None
) -> Mapping[str, Any]:
    """What went last between a case and its partner, in whichever direction, by variable, as the case has it."""
    row = session.get(Partner, (instance.id, partner.id)) if partner is not None else None
    return row.told if row is not None else {}


def named(instance: ProcessInstance) -> dict[str, Any]:
    """The other case, as events name it."""
    return {"case": instance.id, "case_number": instance.business_key}


def of_case(session: Session, instance_id: int, *, actor: Actor) -> list[Known]:
    """The cases that a case talks with, the first first. 1 SQL."""
    query = (
        select(Partner, access.visible(actor))
        .join(Partner.partner)
        .where(Partner.instance_id == instance_id)
        .options(joinedload(Partner.partner).joinedload(ProcessInstance.definition))
        .order_by(Partner.since, Partner.partner_id)
        .limit(100)
    )
    return [Known(row.partner, bool(visible)) for row, visible in session.execute(query)]


def kept(session: Session, instance_id: int) -> Sequence[CaseMessage]:
    """What a case sent and nobody has received yet, the first first. 1 SQL."""
    query = select(CaseMessage).where(CaseMessage.sender_id == instance_id, CaseMessage.state == "kept")
    return session.scalars(query.order_by(CaseMessage.sent_at).limit(100)).all()
