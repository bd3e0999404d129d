"""Messages that arrive: at a start event they begin a case, else they go to the partner that waits for them.

One message, one transaction: whatever happens in between, its job is still there and comes again.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from app.engine.diagram import Node
from app.engine.running import execution as engine
from app.engine.running.step import Step
from app.errors import Conflict
from app.history.events import MessageDelivered, MessageReceived
from app.models import CaseMessage, Job, MessageWait, ProcessInstance
from app.services.core import clock, history, holidays, loop_guard
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import execution, incidents, instances, message_payload, message_routing
from app.services.instances.message_payload import Content
from app.services.messaging import correlation, linked_instances, outgoing, targets, unanswered, undelivered


def deliver(session: Session, message_id: str) -> bool:
    """Deliver a message, or keep it till somebody waits for it. False: it is done with, or somebody else has it."""
    copies = targets.held(session, message_id)
    message = next((each for each in copies if each.id == message_id), None)
    job = session.get(Job, message_id, populate_existing=True)
    if message is None or job is None:
        return False
    version, node = targets.start(session, message)
    if version is not None and targets.is_spare(session, message, copies, version, node is not None):
        return _done(session, job, message, "spare")
    if version is not None and node is not None:
        _begin(session, message, version, node)
        return _done(session, job, message, "delivered")
    found = message_routing.find(session, message, version)
    if found.wait is not None and found.instance is not None:
        if _hand_over(session, message, found.instance, found.wait, found.how):
            return _done(session, job, message, "delivered")
        found = replace(found, reason="not_waiting")
    if version is not None and found.is_nobody and targets.begins_too(message, copies, version):
        return _done(session, job, message, "spare")
    if found.reason == "ended":
        undelivered.unheard(session, message, found.instance)
        return _done(session, job, message, "unheard")
    undelivered.keep(session, job, message, found.instance, found.reason)
    return True


def report(session: Session, job: Job, words: str, activity_id: str | None) -> None:
    """Open an incident about a message that could not be delivered: on the case that receives it, else on its
    process, or on the sender."""
    message = session.get_one(CaseMessage, job.message_id)
    node = targets.start(session, message)[1]
    if node is not None:
        place = activity_id or node.id
        incidents.open_start(session, message.key, words, actor=None, activity_id=place, job_id=job.id)
        return
    cases = [session.get_one(ProcessInstance, each) for each in correlation.of(session, message).ids]
    alive = [each for each in cases if each.state in targets.ALIVE]
    at = alive[0] if len(alive) == 1 else message.sender
    place = activity_id or (message.target if at is not message.sender else message.activity_id)
    incidents.open_one(session, at, words, activity_id=place, job_id=job.id, actor=None)


def _done(session: Session, job: Job, message: CaseMessage, state: str) -> bool:
    message.state, message.done_at = state, clock.now(session)
    message.values = message.values if state == "unheard" else {}  # the receiver has them
    session.delete(job)
    session.flush()
    return True


# -- beginning a case --------------------------------------------------------------------------------------


def _begin(session: Session, message: CaseMessage, version: Version, node: Node) -> None:
    loop_guard.arrive(session, "message", message.trail, key=version.key, activity_id=node.id)
    brought = message_payload.of(session, message, version, None)
    sender = session.get_one(ProcessInstance, message.sender_id)
    about = {"message": message.name, **linked_instances.named(sender)}
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
    new = linked_instances.join(
        session, sender, receiver, rounds=message.rounds, sent=brought.sent, received=brought.variables
    )
    message.receiver_id, message.reason = receiver.id, None
    if new and receiver.ended_at is not None:  # its partner could not be told before they were partners
        unanswered.ended(session, receiver, definitions.version(session, receiver.definition_id))
    history.record(
        session,
        MessageDelivered(
            message=message.name,
            identity=sorted(brought.identity),
            **how,
            **linked_instances.named(receiver),
        ),
        actor=None,
        instance_id=sender.id,
        activity_id=message.activity_id,
    )


# -- going on with one -------------------------------------------------------------------------------------


def _hand_over(
    session: Session,
    message: CaseMessage,
    receiver: ProcessInstance,
    wait: MessageWait,
    how: Mapping[str, Any],
) -> bool:
    """Deliver to a waiting event. False: a timer that was due took it away."""
    version = definitions.version(session, receiver.definition_id)
    trail = loop_guard.shorter(message.trail, wait.trail)
    loop_guard.arrive(
        session, "message", trail, key=receiver.key, activity_id=wait.activity_id, rounds=wait.rounds
    )
    brought = message_payload.of(session, message, version, receiver)
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
    told = {**how, **linked_instances.named(sender)}
    session.expunge(wait)  # apply deletes its row
    incidents.close_moot(session, receiver, {message.id}, actor=None)
    message.state = "delivered"  # else it would seem to be on its way still to what waits on
    execution.apply(session, receiver, version, _telling(step, wait, told), actor=None)
    _settle(session, message, sender, receiver, brought, how)
    if wait.rounds and not step.ended:
        unanswered.heard(session, receiver, wait, {each.id for each in step.messages}, sender=sender.id)
    return True


def _telling(step: Step, wait: MessageWait, told: Mapping[str, Any]) -> Step:
    """The step, of which the history tells who sent the message and how he was found."""
    events = [
        replace(event, data={**event.data, **told})
        if event.type == MessageReceived.type and event.activity_id == wait.activity_id
        else event
        for event in step.events
    ]
    return replace(step, events=tuple(events))
