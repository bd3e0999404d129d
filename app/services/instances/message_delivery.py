"""Messages that arrive: they begin a case, go to the one that waits for them, or are kept till it waits.

One message, one transaction: whatever happens in between, its job is still there and comes again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import Conflict, ExecutionFailed
from app.base.i18n import N_, _
from app.engine.running import execution as engine
from app.forms import masking
from app.history.catalogue import InstanceEvent
from app.history.events.instances import MessageDelivered, MessageKept, MessageUnheard
from app.models import Attachment, InstanceMessage, Job, Partner, ProcessInstance
from app.services import identity
from app.services.core import clock, history, holidays, loop_guard
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.files import attachments
from app.services.instances import (
    correlation,
    execution,
    incidents,
    instances,
    linked_instances,
    outgoing_messages,
)
from app.services.instances.correlation import Ended, Hearer, Start
from app.services.notifications import texts


@dataclass(frozen=True)
class _Content:
    """``identity``: fields marked ``pribadi`` in the receiver's forms; ``told``: their keys, as `identity.told_keys`
    has them; ``files``: copies that are no case's yet.

    ``sent``: the variables as the sender has them, with the ids of his own files. ``withheld``: keys of identity
    fields that stay with the sender, as only a number says that the receiver is meant.
    """

    variables: dict[str, Any]
    sent: dict[str, Any]
    identity: dict[str, Any]
    told: Sequence[str]
    files: list[Attachment]
    withheld: Sequence[str]

    def store(self, session: Session, receiver: ProcessInstance) -> None:
        """Keep what does not go into variables."""
        identity.add(session, receiver.id, self.identity)
        for file in self.files:
            file.instance_id = receiver.id
        session.flush()


#: Why a message cannot be delivered, and what to do.
_FAILURES = {
    "nobody": N_(
        "Pesan {message} belum punya penerima: tidak ada perkara proses {process} yang terhubung dengan perkara ini "
        "atau bernomor “{number}”. Mulai perkara itu dengan nomor tersebut, lalu coba lagi."
    ),
    "several": N_(
        "Pesan {message} dapat dimaksudkan untuk lebih dari satu perkara proses {process}. Coba lagi bila tinggal "
        "satu yang berjalan; agar tidak terulang, sebut nomor penerimanya pada diagram (properti nomor penerima)."
    ),
    "no_target": N_(
        "Langkah yang menerima pesan {message} tidak ada pada diagram perkara penerima di proses {process}. Terapkan "
        "diagram yang memuatnya, lalu coba lagi."
    ),
}


def deliver(session: Session, message_id: str) -> bool:
    """Deliver a message, or keep it till its receiver waits for it. False: it is done with.

    Raises:
        ExecutionFailed: nobody receives it, or the receiver's diagram cannot go on.
    """
    # For this transaction alone; new jobs and history may name it meanwhile.
    query = select(InstanceMessage).where(InstanceMessage.id == message_id).with_for_update(key_share=True)
    message = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    job = session.get(Job, message_id, populate_existing=True)
    if message is None or job is None:
        return False
    found = correlation.receiver(session, message)
    if isinstance(found, str):
        about = {"message": message.name, "process": message.key, "number": message.business_key}
        raise ExecutionFailed(_(_FAILURES[found], **about), activity_id=message.activity_id)
    if isinstance(found, Hearer) and not _hand_over(session, message, found):
        _keep(session, job, message, found.instance)
        return True
    if isinstance(found, Start):
        _begin(session, message, found)
    if isinstance(found, Ended):
        _tell_late(session, message, found.instance)
        message.state = "unheard"
    else:
        message.state, message.values = "delivered", {}  # the receiver has them
    message.done_at = clock.now(session)
    session.delete(job)
    session.flush()
    return True


def report(session: Session, job: Job, words: str, activity_id: str | None) -> None:
    """Open an incident about a message that could not be delivered: on its sender where nobody receives it, else on
    the case that cannot go on, or on the process in which none can begin."""
    message = session.get_one(InstanceMessage, job.message_id)
    found, at, place = correlation.receiver(session, message), message.sender, message.activity_id
    if isinstance(found, Start):
        place = activity_id or found.node.id
        incidents.open_start(session, message.key, words, actor=None, activity_id=place, job_id=job.id)
        return
    if isinstance(found, Hearer):  # it is tried again when that case goes on or ends
        at, place = found.instance, found.wait.activity_id if found.wait is not None else place
        message.state, message.receiver_id = "kept", at.id
    incidents.open_one(session, at, words, activity_id=activity_id or place, job_id=job.id, actor=None)


# -- not heard ---------------------------------------------------------------------------------------------


def _keep(session: Session, job: Job, message: InstanceMessage, receiver: ProcessInstance) -> None:
    """Let a message rest till `outgoing.wake`, which has to wait for the receiver too."""
    if message.state != "kept":
        event = MessageKept(message=message.name, **linked_instances.named(receiver))
        _record(session, event, message)
    message.state, message.receiver_id, job.run_at = "kept", receiver.id, None


def _tell_late(session: Session, message: InstanceMessage, receiver: ProcessInstance) -> None:
    """Tell both sides that the receiver is over, and the process owner once of all that the element sends."""
    message.receiver_id = receiver.id
    _record(session, MessageUnheard(message=message.name, **linked_instances.named(receiver)), message)
    told = MessageUnheard(message=message.name, **linked_instances.named(message.sender))
    history.record(session, told, actor=None, instance_id=receiver.id)
    same = {"sender_id": message.sender_id, "activity_id": message.activity_id, "key": message.key}
    earlier = select(InstanceMessage.id).filter_by(state="unheard", **same).limit(1)
    if session.scalar(earlier) is None:
        to, about = {"roles": ["process_owner"]}, {"message": message.name}
        texts.queue(session, message.sender, message.activity_id, "message_unheard", to, **about)


def _record(session: Session, event: InstanceEvent, message: InstanceMessage) -> None:
    """What became of a message, on the sender's side."""
    history.record(session, event, actor=None, instance_id=message.sender_id, activity_id=message.activity_id)


# -- heard -------------------------------------------------------------------------------------------------


def _begin(session: Session, message: InstanceMessage, start: Start) -> None:
    loop_guard.count(session, "message", message.hops, activity_id=start.node.id)
    brought = _content_of(session, message, start.version, None)
    about = {"message": message.name, **linked_instances.named(message.sender)}
    instance = instances.begin_by_itself(session, *start, brought.variables, **about)
    _settle(session, message, instance, brought)


def _hand_over(session: Session, message: InstanceMessage, found: Hearer) -> bool:
    """Deliver to the waiting event. False: there is none, or a timer that was due took it away."""
    receiver, version, wait, by_number = found
    if wait is None:
        return False
    loop_guard.count(session, "message", min(message.hops, wait.hops), activity_id=wait.activity_id)
    brought = _content_of(session, message, version, receiver)
    how: dict[str, Any] = {"by_number": True} if by_number else {}
    withheld = {"withheld": brought.withheld} if brought.withheld else {}
    try:
        step = engine.deliver(
            version.program,
            receiver.engine_state,
            receiver.variables,
            wait.id,
            brought.variables,
            now=clock.now(session),
            calendar=holidays.calendar(session),
            sender={**how, **withheld, **linked_instances.named(message.sender)},
        )
    except Conflict:
        return False
    session.expunge(wait)  # apply deletes its row
    incidents.close_moot(session, receiver, {message.id}, actor=None)
    execution.apply(session, receiver, version, step, actor=None)
    _settle(session, message, receiver, brought, **how)
    return True


def _settle(
    session: Session, message: InstanceMessage, receiver: ProcessInstance, brought: _Content, **how: Any
) -> None:
    """Store what came beside variables, that the two are linked, and on the sender's side that it arrived."""
    brought.store(session, receiver)
    both = (message.sender, receiver, brought.sent, brought.variables)
    linked_instances.join(session, *both, rounds=message.rounds, **how)
    message.receiver_id = receiver.id
    told = {
        "identity": brought.told,
        "withheld": brought.withheld,
        **linked_instances.named(receiver),
    }
    _record(session, MessageDelivered(message=message.name, **told, **how), message)


def _content_of(
    session: Session, message: InstanceMessage, version: Version, receiver: ProcessInstance | None
) -> _Content:
    """Return what ``message`` brings to ``receiver``, or to a new case, of ``version``.

    What the sender has left as it was since it last went between the two is not told, unless ``isi pesan`` names it:
    meanwhile it may have changed at the other. Nor is a case's number. Identity goes only where it is marked as such,
    and to a case that only a number ever named, which may be mistyped, only where ``isi pesan`` names it. Files go as
    copies.
    """
    sender = message.sender
    sending = definitions.version(session, sender.definition_id)
    named = outgoing_messages.named(sending.diagram.nodes.get(message.activity_id))
    link = session.get(Partner, (sender.id, receiver.id)) if receiver is not None else None
    known = link.told if link is not None and named is None else {}
    own_number = version.diagram.properties.get("nomor")
    values = {
        name: value
        for name, value in message.values.items()
        if name != own_number and not (name in known and known[name] == value)
    }
    variables, secret = identity.part(session, None, values, version, receiver)
    marked = version.private_keys if named is None else version.private_keys & named
    withheld: Sequence[str] = ()
    if named is None and receiver is not None and (link is None or link.by_number):
        marked, withheld = frozenset(), identity.withheld(session, sender, sending, marked)
    else:
        marked |= masking.signs_in(variables)  # what they hide goes where they go
    secret |= identity.hand_on(session, sender, sending, marked)
    theirs = _theirs(session, sender, receiver, variables, secret)
    ids = {own: file.id for own, file in theirs.items()}
    fresh = [file for file in theirs.values() if file.instance_id is None]
    told = [key for key in identity.told_keys(sending, secret) if key in secret or key in marked]
    return _Content(_renamed(variables, ids), variables, _renamed(secret, ids), told, fresh, withheld)


def _theirs(
    session: Session,
    sender: ProcessInstance,
    receiver: ProcessInstance | None,
    variables: Mapping[str, Any],
    secret: Mapping[str, Any],
) -> dict[str, Attachment]:
    """The receiver's copies of the sender's files that the content names, by the id of what was copied: those that he
    has already, else new ones. 1 SQL without files."""
    rows = session.scalars(select(Attachment).where(Attachment.instance_id == sender.id)).all()
    open_ones, private = set(_texts(variables)), set(_texts(secret))
    wanted = [row for row in rows if row.id in private or (row.id in open_ones and not row.is_private)]
    return {
        row.id: attachments.copy(session, row, private=row.id in private, into=receiver) for row in wanted
    }


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(one)


def _renamed(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, list):
        return [_renamed(one, ids) for one in value]
    return {key: _renamed(one, ids) for key, one in value.items()} if isinstance(value, dict) else value
