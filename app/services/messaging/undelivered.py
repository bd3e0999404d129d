"""Messages that nobody waits for: kept till somebody does, or told to have come too late. None is lost in silence."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.history.events import Event, MessageKept, MessageUnheard
from app.models import CaseMessage, Job, ProcessInstance
from app.services.core import history
from app.services.messaging import linked_instances
from app.services.notifications import texts


def keep(
    session: Session, job: Job, message: CaseMessage, receiver: ProcessInstance | None, reason: str
) -> None:
    """Let a message rest till `outgoing.wake`; tell once why. A job that was woken meanwhile stays awake.

    ``receiver``: the case that it is for, where that is clear.
    """
    resting = update(Job).where(Job.id == job.id, Job.run_at == job.run_at).values(run_at=None)
    session.execute(resting.execution_options(synchronize_session=False))
    message.state, message.receiver_id = "kept", receiver.id if receiver else None
    if message.reason == reason:
        return
    message.reason = reason
    kept = MessageKept(message=message.name, reason=reason, **_other(receiver))
    _record(session, message, message.sender_id, kept)
    if reason != "not_waiting":
        _tell(session, message, "message_kept")


def unheard(session: Session, message: CaseMessage, receiver: ProcessInstance | None) -> None:
    """The case that it was for is over: both sides are told."""
    message.reason = "ended"
    _record(session, message, message.sender_id, MessageUnheard(message=message.name, **_other(receiver)))
    _tell(session, message, "message_unheard")
    if receiver is not None:
        message.receiver_id = receiver.id
        theirs = MessageUnheard(message=message.name, **_other(message.sender))
        _record(session, message, receiver.id, theirs)


def _other(case: ProcessInstance | None) -> dict[str, Any]:
    return linked_instances.named(case) if case is not None else {}


def _record(session: Session, message: CaseMessage, instance_id: int, event: Event) -> None:
    activity = message.activity_id if instance_id == message.sender_id else None
    history.record(session, event, actor=None, instance_id=instance_id, activity_id=activity)


def _tell(session: Session, message: CaseMessage, code: str) -> None:
    """Tell the process owner, of reminders and the like that go the same way once."""
    same = (CaseMessage.sender_id == message.sender_id, CaseMessage.key == message.key)
    way = (CaseMessage.activity_id == message.activity_id, CaseMessage.target == message.target)
    before = select(CaseMessage.id).where(*same, *way, CaseMessage.reason == message.reason)
    if session.scalar(before.where(CaseMessage.id != message.id).limit(1)) is not None:
        return
    owners = {"roles": ["process_owner"]}
    texts.queue(session, message.sender, message.activity_id, code, owners, message=message.name)
