"""Which case a message is for, and which of its events hears it."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.diagram import Diagram, Node
from app.engine.running import execution as engine
from app.models import InstanceMessage, MessageWait, Partner, ProcessInstance
from app.services.core import access, clock, holidays
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.instances import linked_instances

#: States of cases that go on.
ALIVE = frozenset({"active", "incident"})
_HEARING = frozenset({"intermediateCatchEvent", "boundaryEvent"})


class Start(NamedTuple):
    """The message begins a case of this version at this start event."""

    version: Version
    node: Node


class Hearer(NamedTuple):
    """The message is for this case, which goes on; ``wait``: the event that waits for it now, if one does.

    ``by_number``: sender and receiver were not linked before.
    """

    instance: ProcessInstance
    version: Version
    wait: MessageWait | None
    by_number: bool


class Ended(NamedTuple):
    """The message was for this case, which is over."""

    instance: ProcessInstance


Failure = Literal["nobody", "several", "no_target"]


def receiver(session: Session, message: InstanceMessage) -> Start | Hearer | Ended | Failure:
    """Return who receives a message, a case held till the commit, or why nobody does."""
    definition = definitions.latest(session, message.key)
    newest = definitions.readable(session, definition.id) if definition is not None else None
    start = _start(newest.diagram, message) if newest is not None else None
    also_heard = newest is not None and _hearing(newest.diagram, message)
    if newest is not None and start is not None and len(message.targets) == 1 and not also_heard:
        return Start(newest, start)
    cases, by_number = _cases(session, message, begins=start is not None)
    alive = [
        (each, definitions.version(session, each.definition_id)) for each in cases if each.state in ALIVE
    ]
    able = [(*one, places) for one in alive if (places := _hearing(one[1].diagram, message))]
    if len(able) == 1:
        [(case, version, places)] = able
        return Hearer(case, version, _wait(session, case, version, message, places), by_number)
    if able:
        return "several"
    if newest is not None and start is not None:
        return Start(newest, start)
    if cases and not alive:
        return Ended(cases[-1])
    known = newest is not None and bool(_hearing(newest.diagram, message))
    return "nobody" if known and not cases else "no_target"


def _cases(
    session: Session, message: InstanceMessage, *, begins: bool
) -> tuple[Sequence[ProcessInstance], bool]:
    """Which cases may be meant, and whether by their number. ``begins``: the sender's own number means none, for it
    would mean a case that has nothing to do with the sender."""
    ids: list[int] = []
    if not message.is_keyed:
        ids = linked_instances.of_process(session, message.sender_id, message.key, message.rounds)
        if not ids and begins:
            return (), False
    by_number = ProcessInstance.business_key == message.business_key
    query = select(ProcessInstance).where(ProcessInstance.key == message.key)
    query = query.where(ProcessInstance.id.in_(ids) if ids else by_number).order_by(ProcessInstance.id)
    return session.scalars(access.locking(query)).all(), not ids


def _start(diagram: Diagram, message: InstanceMessage) -> Node | None:
    """The start event that the message is drawn to; in a version without its targets, the one of its name."""
    drawn = [diagram.nodes[target] for target in message.targets if target in diagram.nodes]
    if not drawn and not _hearing(diagram, message):
        return next(filter(None, map(diagram.start_node, message.targets.values())), None)
    starts = [node for node in diagram.nodes.values() if node.kind == "startEvent" and not node.scope]
    drawn_to = (node for node in starts if message.targets.keys() & set(node.id.split(":")))
    return next(drawn_to, None)


def _hearing(diagram: Diagram, message: InstanceMessage) -> frozenset[str]:
    """The events that hear the message: those that it is drawn to; in a version without its targets, those that wait
    for one of its name. In a called process, and where a drawing was completed, the id is a part of theirs."""
    waiting = [node for node in diagram.nodes.values() if node.message is not None and node.kind in _HEARING]
    drawn = frozenset(node.id for node in waiting if message.targets.keys() & set(node.id.split(":")))
    if drawn or diagram.nodes.keys() & message.targets.keys():
        return drawn
    return frozenset(node.id for node in waiting if node.message in message.targets.values())


def _wait(
    session: Session,
    case: ProcessInstance,
    version: Version,
    message: InstanceMessage,
    places: frozenset[str],
) -> MessageWait | None:
    """The oldest event that waits where the receiver was linked with the sender: in the same round, as long as that
    is under way."""
    query = select(MessageWait).where(MessageWait.instance_id == case.id, MessageWait.activity_id.in_(places))
    waits = session.scalars(query.order_by(MessageWait.opened_at, MessageWait.id)).all()
    link = session.get(Partner, (case.id, message.sender_id))
    here = set(link.rounds) if link is not None and waits else set()
    if here:
        given = (version.program, case.engine_state, case.variables)
        here &= engine.rounds_under_way(*given, now=clock.now(session), calendar=holidays.calendar(session))
    found = [wait for wait in waits if here <= set(wait.rounds) or set(wait.rounds) <= here]
    return max(found, key=lambda wait: len(here & set(wait.rounds)), default=None)  # the first of the best
