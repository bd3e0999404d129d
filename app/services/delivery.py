"""Messages that arrive: at a start event they begin a case, else they go to the partner that waits for them.

One message, one transaction: whatever happens in between, its job is still there and comes again.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine import execution as engine
from app.engine.diagram import Node
from app.engine.step import Step
from app.errors import Conflict
from app.models import CaseMessage, Job, MessageWait, ProcessInstance
from app.services import (
    clock,
    content,
    definitions,
    execution,
    history,
    holidays,
    hops,
    incidents,
    instances,
    keeping,
    outgoing,
    partners,
    receivers,
)
from app.services.content import Content
from app.services.definitions import Version


def deliver(session: Session, message_id: str) -> bool:
    """Deliver a message, or keep it till somebody waits for it. False: it is done with, or somebody else has it."""
    message = session.scalars(_held(message_id)).one_or_none()
    job = session.get(Job, message_id, populate_existing=True)
    if message is None or job is None:
        return False
    version, node = _start(session, message)
    if version is not None and node is not None:
        _begin(session, message, version, node)
        return _done(session, job, message, "delivered")
    if version is not None and receivers.heard_elsewhere(session, message, version):
        return _done(session, job, message, "spare")
    found = receivers.find(session, message, version)
    if found.wait is not None and found.instance is not None:
        if _hand_over(session, message, found.instance, found.wait):
            return _done(session, job, message, "delivered")
        found = replace(found, reason="not_waiting")
    if found.reason == "ended":
        keeping.unheard(session, message, found.instance)
        return _done(session, job, message, "unheard")
    keeping.keep(session, job, message, found.instance, found.reason)
    return True


def report(session: Session, job: Job, words: str, activity_id: str | None) -> None:
    """Open an incident about a message that could not be delivered: on the case that receives it, else on its
    process, or on the sender."""
    message = session.get_one(CaseMessage, job.message_id)
    node = _start(session, message)[1]
    if node is not None:
        place = activity_id or node.id
        incidents.open_start(session, message.key, words, actor=None, activity_id=place, job_id=job.id)
        return
    meant = [session.get_one(ProcessInstance, each) for each in partners.meant(session, message)]
    alive = [each for each in meant if each.state in receivers.ALIVE]
    at = alive[0] if len(alive) == 1 else message.sender
    place = activity_id or (message.target if at is not message.sender else message.activity_id)
    incidents.open_one(session, at, words, activity_id=place, job_id=job.id, actor=None)


def _held(message_id: str) -> Any:
    """The message, for this transaction alone. New jobs and history may name it meanwhile."""
    query = select(CaseMessage).where(CaseMessage.id == message_id)
    return query.with_for_update(key_share=True).execution_options(populate_existing=True)


def _done(session: Session, job: Job, message: CaseMessage, state: str) -> bool:
    message.state, message.done_at = state, clock.now(session)
    message.values = message.values if state == "unheard" else {}  # the receiver has them
    session.delete(job)
    session.flush()
    return True


# -- beginning a case --------------------------------------------------------------------------------------


def _start(session: Session, message: CaseMessage) -> tuple[Version | None, Node | None]:
    """The newest version of the receiving process, and its start event when the message is for that."""
    definition = definitions.latest(session, message.key)
    if definition is None:
        return None, None
    version = definitions.version(session, definition.id)
    node = version.diagram.nodes.get(message.target)
    if node is None:  # drawn anew under another id
        return version, version.diagram.start_node(message.name)
    begins = node.kind == "startEvent" and not node.scope and node.message is not None
    return version, node if begins else None


def _begin(session: Session, message: CaseMessage, version: Version, node: Node) -> None:
    hops.arrive(session, "message", message.trail, key=version.key, activity_id=node.id)
    brought = content.of(session, message, version, None)
    sender = session.get_one(ProcessInstance, message.sender_id)
    about = {"message": message.name, **partners.named(sender)}
    instance = instances.begin_by_itself(session, version, node, brought.variables, **about)
    _settle(session, message, sender, instance, brought, {})
    outgoing.wake(session, instance)


def _settle(
    session: Session,
    message: CaseMessage,
    sender: ProcessInstance,
    receiver: ProcessInstance,
    brought: Content,
    how: Mapping[str, Any],
) -> None:
    """Store what came beside variables, that the two are partners, and on the sender's side that it arrived.

    ``how``: what both sides are told of how they found each other.
    """
    brought.store(session, receiver)
    partners.join(
        session, sender, receiver, rounds=message.rounds, sent=brought.sent, received=brought.variables
    )
    message.receiver_id, message.reason = receiver.id, None
    history.record(
        session,
        "message_delivered",
        actor=None,
        instance_id=sender.id,
        activity_id=message.activity_id,
        message=message.name,
        identity=sorted(brought.identity),
        **how,
        **partners.named(receiver),
    )


# -- going on with one -------------------------------------------------------------------------------------


def _hand_over(session: Session, message: CaseMessage, receiver: ProcessInstance, wait: MessageWait) -> bool:
    """Deliver to a waiting event. False: a timer that was due took it away."""
    version = definitions.version(session, receiver.definition_id)
    trail = hops.shorter(message.trail, wait.trail)
    hops.arrive(session, "message", trail, key=receiver.key, activity_id=wait.activity_id, rounds=wait.rounds)
    brought = content.of(session, message, version, receiver)
    try:
        step = engine.deliver(
            version.program,
            receiver.engine_state,
            receiver.variables,
            wait.id,
            brought.variables,
            now=clock.now(session),
            calendar=holidays.calendar(session),
            by_clock=True,
        )
    except Conflict:
        return False
    sender = session.get_one(ProcessInstance, message.sender_id)
    how = {} if partners.are(session, sender, receiver) else {"by_number": True}
    told = {**how, **partners.named(sender)}
    session.expunge(wait)  # apply deletes its row
    incidents.close_moot(session, receiver, {message.id}, actor=None)
    execution.apply(session, receiver, version, _telling(step, wait, told), actor=None)
    _settle(session, message, sender, receiver, brought, how)
    return True


def _telling(step: Step, wait: MessageWait, told: Mapping[str, Any]) -> Step:
    """The step, of which the history tells who sent the message and how he was found."""
    events = [
        replace(event, data={**event.data, **told})
        if event.type == "message_received" and event.activity_id == wait.activity_id
        else event
        for event in step.events
    ]
    return replace(step, events=tuple(events))
