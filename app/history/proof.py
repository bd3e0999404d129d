"""Events of a chain as they were hashed: for who hands them on as evidence."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text

from app.history import removals
from app.history.canonical import GENESIS, OUTSIDE, Place, Told, commitment, event_hash, moment
from app.history.events import DefinitionDeployed
from app.models import HistoryEvent


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
    query = select(e.number, e.type, e.at, e.actor_id, e.activity_id, e.data, e.salt, e.hash, e.redacted)
    whose = e.instance_id.is_(None) if chain == OUTSIDE else e.instance_id == chain
    query = query.where(whose, e.number >= first)
    if last is not None:
        query = query.where(e.number <= last)
    rows = connection.execute(query.order_by(e.id).execution_options(yield_per=2_000))
    for row in rows:
        yield Proven(*row)


def deployments(connection: Connection) -> Iterator[tuple[int, int]]:
    """The number of each event that put a version in force, and the id of the version."""
    e = HistoryEvent
    # As of indexes in `runtime`: with its condition the one by types serves.
    query = select(e.number, e.data).where(e.type == DefinitionDeployed.type, text("id > 0"))
    for number, data in connection.execute(query.where(e.instance_id.is_(None), e.number.is_not(None))):
        yield number, data["definition_id"]


def unsigned_removals(connection: Connection, cases: Collection[int]) -> dict[int, int]:
    """Of each of these cases that has such the number of the last removal without a signature."""
    e = HistoryEvent
    query = select(e.instance_id, e.number, e.data)
    query = query.where(e.instance_id.in_(cases), e.type.in_(removals.TYPES)).order_by(e.id)
    return {case: number for case, number, data in connection.execute(query) if removals.KEY not in data}


def fitting(connection: Connection, chain: int) -> Iterator[tuple[Proven, bool]]:
    """The events of a chain, and whether each is the one that was hashed after the one before it."""
    count, head = 0, GENESIS
    for one in events(connection, chain):
        committed = one.redacted or commitment(one.data, one.salt or b"")
        told = Told(one.type, moment(one.at), one.actor_id, one.activity_id)
        found = event_hash(Place(chain, count + 1, head), told, committed)
        yield one, one.number == count + 1 and found == one.hash
        count, head = one.number, one.hash
