"""Partners that are over and have not sent what a case waits for: it is told, for nothing would ever come."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.engine.diagram import Diagram
from app.history.events import PartnerEnded
from app.models import CaseMessage, Job, MessageWait, Partner, ProcessInstance, UserTask
from app.services.core import history
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.messaging import correlation, linked_instances, targets
from app.services.notifications import texts

_GOES_ON = (
    exists().where(Job.instance_id == ProcessInstance.id),
    exists().where(UserTask.instance_id == ProcessInstance.id, UserTask.state == "open"),
)


_OF_CASE = (ProcessInstance.id, ProcessInstance.key, ProcessInstance.state, ProcessInstance.definition_id)


class _Partner(NamedTuple):
    """A partner, and the rounds in which they began to talk. Many cases have hundreds: no more is read of them."""

    id: int
    key: str
    state: str
    definition_id: int
    rounds: Sequence[str]


def ended(session: Session, instance: ProcessInstance, version: Version) -> None:
    """Tell the partners that wait for something which only this case could have sent. No SQL where its process sends
    nothing to others, 1 where it has no partners."""
    if not any(node.sends for node in version.diagram.nodes.values()):
        return
    query = select(ProcessInstance).join(Partner, Partner.instance_id == ProcessInstance.id)
    query = query.where(Partner.partner_id == instance.id, ProcessInstance.state.in_(targets.ALIVE))
    for waiting in session.scalars(query.order_by(ProcessInstance.id)).all():
        _look(session, waiting, _waits(session, waiting), _links(session, waiting), because=instance.id)


def waiting(session: Session, instance: ProcessInstance, wait_ids: Collection[str]) -> None:
    """Tell a case that begins to wait for something which only partners that are over could have sent."""
    if wait_ids and (links := _links(session, instance)):
        waits = [wait for wait in _waits(session, instance) if wait.id in wait_ids]
        _look(session, instance, waits, links)


def heard(
    session: Session, instance: ProcessInstance, wait: MessageWait, opened: Collection[str], *, sender: int
) -> None:
    """Tell a case of which other rounds wait on for what ``wait`` has heard, if ``sender`` and all others that could
    send it are over. While it was on its way nobody was told; what the same step ``opened`` is looked at there."""
    if _pending(session, [sender], wait):  # then it has not said its last word
        return
    others = [each for each in _waits(session, instance) if each.activity_id == wait.activity_id]
    if others := [each for each in others if each.id not in opened]:
        _look(session, instance, others, _links(session, instance), because=sender)


def _waits(session: Session, instance: ProcessInstance) -> list[MessageWait]:
    query = select(MessageWait).where(MessageWait.instance_id == instance.id, ~MessageWait.is_signal)
    return list(session.scalars(query.order_by(MessageWait.opened_at, MessageWait.id)))


def _look(
    session: Session,
    instance: ProcessInstance,
    waits: Sequence[MessageWait],
    links: Sequence[_Partner],
    because: int | None = None,
) -> None:
    """``because``: the partner that has just ended; what others left unsaid was told before."""
    diagram = definitions.version(session, instance.definition_id).diagram
    for raced in _raced(diagram, waits):
        asked = [_over(session, instance, wait, links) for wait in raced]
        if not all(asked) or not _must_come(diagram, raced[0].activity_id):
            continue
        over = [each.id for each in asked[0]]
        if because is None or any(because == each.id for each in chain(*asked)):
            _tell(session, instance, raced[0], session.get_one(ProcessInstance, because or over[-1]))


def _raced(diagram: Diagram, waits: Sequence[MessageWait]) -> Iterable[list[MessageWait]]:
    """The waits, those together of which the first that comes takes the others away."""
    found: dict[tuple[str, ...], list[MessageWait]] = {}
    for wait in waits:
        found.setdefault((*(_gateways(diagram, wait.activity_id) or [wait.id]), *wait.rounds), []).append(
            wait
        )
    return found.values()


def _gateways(diagram: Diagram, activity_id: str) -> list[str]:
    sources = [flow.source for flow in diagram.flows if flow.target == activity_id]
    return [each for each in sources if diagram.nodes[each].kind == "eventBasedGateway"]


def _over(
    session: Session, instance: ProcessInstance, wait: MessageWait, links: Sequence[_Partner]
) -> list[_Partner]:
    """The partners that could have sent what is waited for, if all are over and nothing is on its way; else none."""
    versions = {link.definition_id for link in links}
    sending = {each for each in versions if _sends(session, each, instance, wait)}
    asked = list(_asked([link for link in links if link.definition_id in sending], wait.rounds))
    if any(each.state in targets.ALIVE for each in asked) or (
        asked and _pending(session, [each.id for each in asked], wait)
    ):
        return []
    return asked


def _must_come(diagram: Diagram, activity_id: str) -> bool:
    """Whether nothing else leads on: what is on an edge may come or not, a time may stand beside what is raced."""
    raced = [
        flow.target for each in _gateways(diagram, activity_id) for flow in diagram.outgoing.get(each, ())
    ]
    if diagram.nodes[activity_id].kind == "boundaryEvent" or any(diagram.nodes[each].timer for each in raced):
        return False
    return not any(event.interrupting for event in diagram.boundary.get(activity_id, ()))


def _links(session: Session, instance: ProcessInstance) -> list[_Partner]:
    query = select(*_OF_CASE, Partner.rounds).join(Partner, Partner.partner_id == ProcessInstance.id)
    query = query.where(Partner.instance_id == instance.id).order_by(Partner.since, Partner.partner_id)
    return [_Partner(*row) for row in session.execute(query)]


def _sends(session: Session, definition_id: int, instance: ProcessInstance, wait: MessageWait) -> bool:
    """Whether a version has something that sends to where the case waits."""
    nodes = definitions.version(session, definition_id).diagram.nodes.values()
    flows = [flow for node in nodes for flow in node.sends if flow.process == instance.key]
    return any(flow.target in wait.activity_id.split(":") or flow.name == wait.message for flow in flows)


def _asked(able: Sequence[_Partner], rounds: Sequence[str]) -> Iterator[_Partner]:
    """Of each process the partners that the round which waits talks with."""
    for key in dict.fromkeys(link.key for link in able):
        yield from correlation.closest([link for link in able if link.key == key], rounds)


def _pending(session: Session, senders: Collection[int], wait: MessageWait) -> bool:
    """Whether one of these cases has sent something that has not arrived yet."""
    query = select(CaseMessage.id).where(
        CaseMessage.sender_id.in_(senders), CaseMessage.state.in_(("sent", "kept"))
    )
    named = or_(CaseMessage.target.in_(wait.activity_id.split(":")), CaseMessage.name == wait.message)
    return session.scalar(query.where(named).limit(1)) is not None


def _tell(session: Session, instance: ProcessInstance, wait: MessageWait, over: ProcessInstance) -> None:
    """Into the history; to the process owner where nothing else can happen in the case."""
    history.record(
        session,
        PartnerEnded(message=wait.message, **linked_instances.named(over)),
        actor=None,
        instance_id=instance.id,
        activity_id=wait.activity_id,
    )
    moves = select(ProcessInstance.id).where(ProcessInstance.id == instance.id, or_(*_GOES_ON))
    if session.scalar(moves) is None:
        owners = {"roles": ["process_owner"]}
        told = {"message": wait.message, "case": over.business_key}
        texts.queue(session, instance, wait.activity_id, "partner_ended", owners, **told)
