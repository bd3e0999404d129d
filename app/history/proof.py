"""Events of a chain as they were hashed: for who hands them on as evidence."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, exists, select, text

from app.history.canonical import GENESIS, OUTSIDE, Place, Told, commitment, event_hash, moment
from app.history.events.deployment import DefinitionDeployed
from app.models import EventChain, HistoryEvent, ProcessInstance


class Proven(NamedTuple):
    """An event with all that enters its hash."""

    number: int
    type: str
    at: datetime
    actor_id: int | None
    activity_id: str | None
    data: dict[str, Any]
    salt: bytes
    hash: bytes
    redacted: bytes | None


def events(
    connection: Connection, chain: int, *, first: int = 1, last: int | None = None
) -> Iterator[Proven]:
    """The events of a chain in their order, from number ``first`` to ``last``. Those that have no place in it are
    left out: `checking` tells of them."""
    e = HistoryEvent
    query = _events(chain).where(e.number >= first)
    if last is not None:
        query = query.where(e.number <= last)
    rows = connection.execute(query.order_by(e.id).execution_options(yield_per=2_000))
    for row in rows:
        yield Proven(*row)


class Head(NamedTuple):
    """How many events a chain has, and the hash of the last."""

    length: int
    hash: bytes


def between(connection: Connection, chain: int, before: Head, now: Head) -> list[Proven] | None:
    """The events of a chain after one head up to another, in their order; None where they do not lead there. Reads
    these alone."""
    head = before
    try:
        found = _latest(connection, chain, now.length - before.length)
        for one in found:
            if one.number != head.length + 1 or _follows(chain, head, one) != one.hash:
                return None
            head = Head(one.number, one.hash)
    except (ValueError, TypeError, AttributeError):  # what it tells is no JSON, or none of ours
        return None
    return found if head == now else None


def _latest(connection: Connection, chain: int, number: int) -> list[Proven]:
    query = _events(chain).order_by(HistoryEvent.id.desc()).limit(number)
    return [Proven(*row) for row in connection.execute(query)][::-1]


def _events(chain: int) -> Select[Any]:
    e = HistoryEvent
    query = select(e.number, e.type, e.at, e.actor_id, e.activity_id, e.data, e.salt, e.hash, e.redacted)
    return query.where(e.instance_id.is_(None) if chain == OUTSIDE else e.instance_id == chain)


def _follows(chain: int, before: Head, one: Proven) -> bytes:
    """The hash that an event has after that one."""
    committed = one.redacted or commitment(one.data, one.salt or b"")
    told = Told(one.type, moment(one.at), one.actor_id, one.activity_id)
    return event_hash(Place(chain, before.length + 1, before.hash), told, committed)


def emptied(connection: Connection) -> Iterator[tuple[int, int, bool]]:
    """Each chain of a case whose head does not say that it was destroyed, though no event of it or no case is there;
    how many events it had, and whether it has any."""
    c = EventChain
    has_events = exists().where(HistoryEvent.instance_id == c.instance_id)
    has_case = exists().where(ProcessInstance.id == c.instance_id)
    query = select(c.instance_id, c.count, has_events)
    query = query.where(c.instance_id != OUTSIDE, c.destroyed_at.is_(None), ~(has_events & has_case))
    yield from connection.execute(query.order_by(c.instance_id))


def deployments(connection: Connection) -> Iterator[tuple[int, int]]:
    """The number of each event that put a version in force, and the id of the version."""
    e = HistoryEvent
    # As of indexes in `runtime`: with its condition the one by types serves.
    query = select(e.number, e.data).where(e.type == DefinitionDeployed.type, text("id > 0"))
    for number, data in connection.execute(query.where(e.instance_id.is_(None), e.number.is_not(None))):
        yield number, data["definition_id"]


def fitting(connection: Connection, chain: int) -> Iterator[tuple[Proven, bool]]:
    """The events of a chain, and whether each is the one that was hashed after the one before it."""
    head = Head(0, GENESIS)
    for one in events(connection, chain):
        yield one, one.number == head.length + 1 and _follows(chain, head, one) == one.hash
        head = Head(one.number, one.hash)
