"""Deliver what the steps queued: each message becomes a notice for everyone it is for."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, insert, or_, select
from sqlalchemy.orm import Session

from app.models import Notice, OutboxMessage, ProcessInstance, User, membership, user_unit
from app.services.core import access, clock
from app.services.core.access import WORKING
from app.services.notifications import mail, task_notices
from app.services.notifications.task_notices import Standing
from app.services.notifications.wishes import Plan
from app.services.people import absences

#: ``error`` of a message that nobody could be told: an empty lane without a coordinator.
NOBODY = "nobody"
#: So many messages are delivered in one transaction.
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class _People:
    """Users that are not disabled: who works in which group, and in which units."""

    members: Mapping[int, set[int]]
    units: Mapping[int, set[str]]
    known: set[int]
    roles: Mapping[str, set[int]]
    of_units: Mapping[str, set[int]]

    def of(self, audience: Mapping[str, Any]) -> set[int]:
        """Ids of the users that a message is for; those in ``kept_for`` also while they are disabled.

        Of a lane with a unit only the unit's officers; coordinators whatever their unit. Where that is nobody, the
        lane's coordinators, else the whole lane: a deadline must not pass unheard.
        """
        coordinator, unit = audience.get("coordinator"), audience.get("unit")
        groups = audience.get("groups") or []
        told = self.known & set(audience.get("users") or []) | set(audience.get("kept_for") or [])
        told |= set().union(*(self.roles[role] for role in audience.get("roles") or ()))
        for group in groups:
            members = self.members.get(group, set())
            told |= (
                members
                if unit is None or group == coordinator
                else {m for m in members if unit in self.units[m]}
            )
        told |= set().union(*(self.of_units.get(code, set()) for code in audience.get("units") or ()))
        if told:
            return told
        fallback = self.members.get(coordinator or 0, set())
        return fallback or set().union(*(self.members.get(group, set()) for group in groups))

    def hears_as_lane(self, audience: Mapping[str, Any], user_id: int) -> bool:
        """Whether a message is for the user as one of many who may do the work: neither named nor coordinating."""
        coordinator = audience.get("coordinator")
        if user_id in (audience.get("users") or []) or user_id in self.members.get(coordinator or 0, ()):
            return False
        return any(user_id in self.members.get(group, ()) for group in audience.get("groups") or [])


def waiting(session: Session) -> bool:
    """Whether anything waits to be delivered. 1 SQL over an index."""
    query = select(OutboxMessage.id).where(*_due(session)).limit(1)
    return session.scalar(query) is not None


def deliver(session: Session, limit: int = MOST_AT_ONCE) -> int:
    """Turn up to ``limit`` waiting messages into notices, oldest first; return how many messages there were.

    A message that was delivered before adds nobody twice. One about a task whose case is being changed waits; one
    that is settled already stands in the list as read.
    """
    query = select(OutboxMessage).where(*_due(session)).order_by(OutboxMessage.id)
    found = session.scalars(query.limit(limit).with_for_update(skip_locked=True)).all()
    free = task_notices.free(session, found)
    messages = [message for message in found if message.task_id is None or message.instance_id in free]
    if not messages:
        return 0
    standing = task_notices.Standing(session, messages)
    people, told = _people(session, messages), _users_noticed(session, messages)
    stand_ins = _StandIns(session, messages)
    now, rows = clock.now(session), []
    for message in messages:
        recipients = people.of(message.audience)
        knowing = told[message.id] | set(message.audience.get("except") or [])  # who caused it knows it
        rows += [_notice(message, user_id, now, standing, people) for user_id in sorted(recipients - knowing)]
        others = stand_ins.of(message, recipients - knowing)
        rows += [
            _notice(message, user_id, now, standing, people, meant_for=others[user_id])
            for user_id in sorted(others.keys() - recipients - knowing)
        ]
        message.delivered_at, message.error = now, None if recipients else NOBODY
        # What it said stands in the notices, and whom it was for in the history of its case.
        message.body, message.audience = {}, {}
    if rows:
        plan = Plan(session, {row["user_id"] for row in rows}, now)
        made = [row | plan.mail_columns(row["user_id"], row["body"]) for row in rows]
        session.execute(insert(Notice), made)
        mail.expect(session, [(row["user_id"], row["mail_at"]) for row in made])
    session.flush()
    return len(messages)


def withdraw(session: Session, instance_id: int) -> None:
    """Forget what waits to be told of a case because it could be taken back: it was. 1 SQL."""
    held = OutboxMessage.not_before > clock.now(session)
    session.execute(
        delete(OutboxMessage).where(
            OutboxMessage.delivered_at.is_(None), OutboxMessage.instance_id == instance_id, held
        )
    )


def _due(session: Session) -> tuple[ColumnElement[bool], ...]:
    """Not delivered yet, and not held back."""
    not_held = or_(OutboxMessage.not_before.is_(None), OutboxMessage.not_before <= clock.now(session))
    return OutboxMessage.delivered_at.is_(None), not_held


class _StandIns:
    """Who stands in today for somebody who is away, by his id, and which of the messages' cases each may see. 1 SQL,
    and 2 for each substitute."""

    def __init__(self, session: Session, messages: Sequence[OutboxMessage]) -> None:
        away = absences.away(session).values()
        self._pairs = {one.user_id: one.substitute for one in away if one.substitute is not None}
        cases = {message.instance_id for message in messages if message.instance_id is not None}
        self._seen = {
            user.id: set(session.scalars(_seen_cases(cases, user)))
            for user in self._pairs.values()
            if user.disabled_at is None and cases
        }

    def of(self, message: OutboxMessage, recipients: Collection[int]) -> Mapping[int, int]:
        """By the id of each substitute for whom he hears the message, where he may see its case."""
        found = {self._pairs[one].id: one for one in sorted(recipients) if one in self._pairs}
        return {id_: one for id_, one in found.items() if message.instance_id in self._seen.get(id_, ())}


def _seen_cases(cases: Collection[int], user: User) -> Select[int]:
    query = select(ProcessInstance.id).where(ProcessInstance.id.in_(cases))
    return query.where(access.visible(access.actor_of(user)))


def _notice(
    message: OutboxMessage,
    user_id: int,
    now: datetime,
    standing: Standing,
    people: _People,
    *,
    meant_for: int | None = None,
) -> dict[str, Any]:
    """``meant_for``: whom its reader stands in for."""
    for_whom = meant_for or user_id
    lane = people.hears_as_lane(message.audience, for_whom) and not standing.holds(message, for_whom)
    return {
        "instance_id": message.instance_id,
        "outbox_id": message.id,
        "body": message.body,
        "user_id": user_id,
        "task_id": message.task_id,
        "for_lane": lane,
        "created_at": now,
        "read_at": now if standing.settled(message, for_whom) else None,
    }


def _people(session: Session, messages: Sequence[OutboxMessage]) -> _People:
    audiences = [message.audience for message in messages]
    groups = {group for a in audiences for group in [*(a.get("groups") or []), a.get("coordinator")] if group}
    named = {user for a in audiences for user in a.get("users") or []}
    active = User.disabled_at.is_(None)
    pairs = (
        select(membership.c.group_id, membership.c.user_id, user_unit.c.unit_code)
        .join(User, User.id == membership.c.user_id)
        .outerjoin(user_unit, user_unit.c.user_id == User.id)
        .where(membership.c.group_id.in_(groups), WORKING)
    )
    members: dict[int, set[int]] = defaultdict(set)
    units: dict[int, set[str]] = defaultdict(set)
    for group_id, user_id, unit_code in session.execute(pairs):
        members[group_id].add(user_id)
        units[user_id].add(unit_code)
    known = set(session.scalars(select(User.id).where(User.id.in_(named), active))) if named else set()
    roles = {role for a in audiences for role in a.get("roles") or []}
    codes = {code for a in audiences for code in a.get("units") or []}
    having = {role: _having(session, role) for role in roles}
    return _People(members, units, known, having, _of_units(session, codes))


def _of_units(session: Session, codes: Collection[str]) -> Mapping[str, set[int]]:
    """Who works in these units, in whichever lane. 1 SQL, none without codes."""
    found: dict[str, set[int]] = defaultdict(set)
    pairs = select(user_unit.c.unit_code, user_unit.c.user_id).join(User, User.id == user_unit.c.user_id)
    working = pairs.where(user_unit.c.unit_code.in_(codes), WORKING)
    for code, user_id in session.execute(working) if codes else ():
        found[code].add(user_id)
    return found


def _having(session: Session, role: str) -> set[int]:
    return set(
        session.scalars(select(User.id).where(getattr(User, f"is_{role}"), User.disabled_at.is_(None)))
    )


def _users_noticed(session: Session, messages: Sequence[OutboxMessage]) -> Mapping[int, set[int]]:
    """Who has a notice of these messages already."""
    told: dict[int, set[int]] = defaultdict(set)
    ids = [message.id for message in messages]
    for outbox_id, user_id in session.execute(
        select(Notice.outbox_id, Notice.user_id).where(Notice.outbox_id.in_(ids))
    ):
        told[outbox_id].add(user_id)
    return told
