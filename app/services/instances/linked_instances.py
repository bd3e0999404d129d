"""Which cases are linked: one began the other, or its message came to it by its number; and what waits for what."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.models import InstanceMessage, MessageWait, Partner, ProcessInstance
from app.services.core import access, bulk, clock
from app.services.core.access import ACTOR_ID, Actor
from app.services.definitions import definitions


@dataclass(frozen=True)
class Known:
    """A case that another one is linked with; ``visible`` when the reader may open it.

    ``awaited_from``: names of the messages from it that the other waits for; ``awaited_by``: of those from the other
    that it waits for.
    """

    instance: ProcessInstance
    visible: bool
    awaited_from: Sequence[str]
    awaited_by: Sequence[str]


def join(
    session: Session,
    sender: ProcessInstance,
    receiver: ProcessInstance,
    sent: Mapping[str, Any],
    received: Mapping[str, Any],
    *,
    rounds: Sequence[str],
    by_number: bool = False,
) -> None:
    """Note that ``sender`` told ``receiver`` something; link the two, in ``rounds`` of the sender, if they are not.

    ``sent`` and ``received`` are the same, but for files: each side has copies of its own.
    """
    sides = ((sender, receiver, rounds, sent), (receiver, sender, (), received))
    for instance, partner, made_in, told in sides:
        row = session.get(Partner, (instance.id, partner.id))
        if row is None:
            row = Partner(instance_id=instance.id, partner_id=partner.id, rounds=list(made_in), told={})
            row.since, row.by_number = clock.now(session), by_number
            session.add(row)
        row.told = {**row.told, **told}
    session.flush()


def of_process(session: Session, instance_id: int, key: str, rounds: Collection[str]) -> list[int]:
    """The cases of process ``key`` that a case is linked with in the innermost of its ``rounds`` that has a link, or
    outside of them; only where there is none, those of rounds further inside. Links by number count where no case
    began the other. 1 SQL."""
    query = select(Partner.partner_id, Partner.rounds, Partner.by_number).join(Partner.partner)
    query = query.where(Partner.instance_id == instance_id, ProcessInstance.key == key)
    links = session.execute(query.order_by(Partner.since, Partner.partner_id)).all()
    begun = _in_scope([link for link in links if not link.by_number], set(rounds))
    found = begun or _in_scope([link for link in links if link.by_number], set(rounds))
    return [link.partner_id for link in found]


def _in_scope(links: Sequence[Row[Any]], rounds: set[str]) -> list[Row[Any]]:
    around = [link for link in links if set(link.rounds) <= rounds]
    innermost = max((len(link.rounds) for link in around), default=0)
    inside = [link for link in links if rounds <= set(link.rounds)]
    return [link for link in around if len(link.rounds) == innermost] or inside


def named(instance: ProcessInstance) -> dict[str, Any]:
    """The other case, as events name it."""
    return {"case": instance.id, "case_number": instance.business_key}


def reached(session: Session, instance_id: int) -> list[int]:
    """The case, and all that it is linked with, by way of others too. 1 SQL for each step away, and one more."""
    found, further = {instance_id}, {instance_id}
    while further:
        partners = set[int]()
        for some in bulk.batches(further):
            partners.update(session.scalars(select(Partner.partner_id).where(Partner.instance_id.in_(some))))
        further = partners - found
        found |= further
    return sorted(found)


def links_of(session: Session, instance: ProcessInstance, *, actor: Actor) -> list[Known]:
    """The cases that a case is linked with, the first first, and what either waits for from the other. 2 SQL, 1 where
    there is none."""
    given = {"case": instance.id, ACTOR_ID.key: actor.id}
    links = session.execute(_links(access.any_like(actor)), given).all()
    ids = [instance.id, *(link.partner_id for link, _rounds, _visible in links)]
    of_them = select(MessageWait).where(MessageWait.instance_id.in_(ids), MessageWait.is_message)
    waits = session.scalars(of_them.order_by(MessageWait.opened_at)).all() if links else ()
    return [
        Known(
            link.partner,
            bool(visible),
            _awaited(session, instance, link.partner, link.rounds, waits),
            _awaited(session, link.partner, instance, rounds, waits),
        )
        for link, rounds, visible in links
    ]


@lru_cache(maxsize=256)
def _links(actor: Actor) -> Select[Partner, list[str], bool]:
    """Built once: the page of each case asks it."""
    back = aliased(Partner)
    both = (back.instance_id == Partner.partner_id) & (back.partner_id == Partner.instance_id)
    query = select(Partner, back.rounds, access.visible(actor)).join(Partner.partner).join(back, both)
    query = query.options(joinedload(Partner.partner).joinedload(ProcessInstance.definition))
    query = query.where(Partner.instance_id == bindparam("case"))
    return query.order_by(Partner.since, Partner.partner_id).limit(100)


def _awaited(
    session: Session,
    waiting: ProcessInstance,
    sender: ProcessInstance,
    rounds: Sequence[str],
    waits: Iterable[MessageWait],
) -> list[str]:
    """The messages that one case waits for, in the ``rounds`` of their link, and the other's diagram sends."""
    nodes = definitions.version(session, sender.definition_id).diagram.nodes.values()
    sent = {flow.target for node in nodes for flow in node.sends if flow.process == waiting.key}
    own = [wait for wait in waits if wait.instance_id == waiting.id and set(rounds) <= set(wait.rounds)]
    return list(dict.fromkeys(wait.message for wait in own if sent & set(wait.activity_id.split(":"))))


def undelivered(session: Session, instance_id: int) -> Sequence[InstanceMessage]:
    """What a case sent, or what is kept for it, and was not received yet, the first first. 1 SQL."""
    return session.scalars(_undelivered(), {"case": instance_id}).all()


@cache
def _undelivered() -> Select[InstanceMessage]:
    """Built once: the page of each case asks it."""
    case: BindParameter[int] = bindparam("case")
    open_ones = InstanceMessage.state.in_(("sent", "kept"))
    ours = (InstanceMessage.sender_id == case) | (InstanceMessage.receiver_id == case)
    query = select(InstanceMessage).where(ours, open_ones).order_by(InstanceMessage.sent_at).limit(100)
    return query.options(joinedload(InstanceMessage.sender), joinedload(InstanceMessage.receiver))
