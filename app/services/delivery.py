"""Messages that arrive: at a start event they begin a case, else they go to the partner that waits for them.

One message, one transaction: whatever happens in between, its job is still there and comes again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine import execution as engine
from app.engine import forks
from app.engine.diagram import Node
from app.engine.step import Step
from app.errors import Conflict
from app.models import CaseMessage, Job, MessageWait, Partner, ProcessInstance
from app.services import (
    access,
    clock,
    content,
    definitions,
    execution,
    history,
    holidays,
    incidents,
    instances,
    keeping,
    outgoing,
    partners,
)
from app.services.content import Content
from app.services.definitions import Version

_ALIVE = frozenset({"active", "incident"})


@dataclass(frozen=True)
class _Found:
    """Who receives a message, at which of his waiting events; or why nobody does now (``reason``)."""

    instance: ProcessInstance | None = None
    wait: MessageWait | None = None
    reason: str = ""


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
    if version is not None and _heard_elsewhere(session, message, version):
        return _done(session, job, message, "spare")
    found = _receiver(session, message, version)
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
    _version, node = _start(session, message)
    if node is not None:
        place = activity_id or node.id
        incidents.open_start(session, message.key, words, actor=None, activity_id=place, job_id=job.id)
        return
    meant = [session.get_one(ProcessInstance, each) for each in partners.meant(session, message)]
    alive = [each for each in meant if each.state in _ALIVE]
    at = alive[0] if len(alive) == 1 else message.sender
    place = activity_id or (message.target if at is not message.sender else message.activity_id)
    incidents.open_one(session, at, words, activity_id=place, job_id=job.id, actor=None)


def _held(message_id: str) -> Any:
    """The message, for this transaction alone. New jobs and history may name it meanwhile."""
    query = select(CaseMessage).where(CaseMessage.id == message_id)
    return query.with_for_update(key_share=True).execution_options(populate_existing=True)


def _done(session: Session, job: Job, message: CaseMessage, state: str) -> bool:
    message.state, message.done_at = state, clock.now(session)
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
    brought = content.of(session, message, version, None)
    sender = session.get_one(ProcessInstance, message.sender_id)
    about = {"message": message.name, **partners.named(sender)}
    instance = instances.begin_by_itself(session, version, node, brought.variables, **about)
    _settle(session, message, sender, instance, brought)
    outgoing.wake(session, instance)


def _settle(
    session: Session,
    message: CaseMessage,
    sender: ProcessInstance,
    receiver: ProcessInstance,
    brought: Content,
) -> None:
    """Store what came beside variables, that the two are partners, and on the sender's side that it arrived."""
    brought.store(session, receiver)
    partners.join(session, sender, receiver, rounds=message.rounds, told=brought.variables)
    message.receiver_id, message.reason = receiver.id, None
    history.record(
        session,
        "message_delivered",
        actor=None,
        instance_id=sender.id,
        activity_id=message.activity_id,
        message=message.name,
        identity=sorted(brought.identity),
        **partners.named(receiver),
    )


# -- going on with one -------------------------------------------------------------------------------------


def _receiver(session: Session, message: CaseMessage, version: Version | None) -> _Found:
    """The one case that waits for the message, held till the commit. Of several nobody can tell which is meant."""
    ids = partners.meant(session, message)
    query = select(ProcessInstance).where(ProcessInstance.id.in_(ids)).order_by(ProcessInstance.id)
    cases = session.scalars(access.locking(query)).all() if ids else ()
    alive = {case.id: case for case in cases if case.state in _ALIVE}
    if not alive:
        known = version is not None and message.target in version.diagram.nodes
        return (
            _Found(cases[-1], None, "ended") if cases else _Found(reason="nobody" if known else "no_target")
        )
    waits = _waits(session, list(alive), message.target)
    waiting = {wait.instance_id for wait in waits}
    if len(waiting) > 1:
        return _Found(reason="several")
    if not waiting:
        return _Found(next(iter(alive.values())) if len(alive) == 1 else None, None, "not_waiting")
    instance = alive[waiting.pop()]
    return _Found(instance, _of_round(session, instance, message, waits))


def _heard_elsewhere(session: Session, message: CaseMessage, version: Version) -> bool:
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


def _hand_over(session: Session, message: CaseMessage, receiver: ProcessInstance, wait: MessageWait) -> bool:
    """Deliver to a waiting event. False: a timer that was due took it away."""
    version = definitions.version(session, receiver.definition_id)
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
    session.expunge(wait)  # apply deletes its row
    incidents.close_moot(session, receiver, {message.id}, actor=None)
    execution.apply(session, receiver, version, _with_sender(step, wait, sender), actor=None)
    _settle(session, message, sender, receiver, brought)
    return True


def _with_sender(step: Step, wait: MessageWait, sender: ProcessInstance) -> Step:
    events = [
        replace(event, data={**event.data, **partners.named(sender)})
        if event.type == "message_received" and event.activity_id == wait.activity_id
        else event
        for event in step.events
    ]
    return replace(step, events=tuple(events))
