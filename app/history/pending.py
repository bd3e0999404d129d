"""Events that a transaction has recorded and not written yet: they are written with their places just before it ends.

So the heads of chains are locked for a moment only, in one order, and a completion writes all of its events in one
statement. Whoever reads the record in the same transaction finds them: they are written before such a statement.
"""

import os
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Connection,
    Engine,
    Insert,
    Select,
    Table,
    bindparam,
    event,
    insert,
    select,
)
from sqlalchemy.orm import Session

from app.base.db import Unplanned
from app.history.canonical import GENESIS, OUTSIDE, SALT_BYTES, Place, Told, commitment, event_hash, moment
from app.models import EventChain, HistoryEvent

_KEY, _LOCKED = "alur_events", "alur_heads"
#: Of a chain: how many events, the hash of the last, and its id; None where this transaction added it.
_Head = tuple[int, bytes, int | None]
Heads = dict[int, _Head]
_EVENTS = cast("Table", HistoryEvent.__table__)
_CHAINS = cast("Table", EventChain.__table__)
#: Chains that one statement asks for.
_AT_ONCE = 500


def add(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """Let rows of events be written when the transaction of ``session`` ends, or somebody reads the record in it."""
    session.connection().info.setdefault(_KEY, []).extend(rows)
    session.info[_KEY] = True


def begin_chain(session: Session, instance_id: int) -> None:
    """Say that a case was made in this transaction: it has no events, and nobody else knows it. No SQL."""
    session.connection().info.setdefault(_LOCKED, {})[instance_id] = 0, GENESIS, 0


def write(connection: Connection) -> None:
    """Write what a transaction has recorded so far. 2 SQL: heads are locked, events added.

    A trigger moves the heads: that costs no way to the database.
    """
    rows: list[dict[str, Any]] = connection.info.pop(_KEY, [])
    if not rows:
        return
    chains = sorted({row["instance_id"] or OUTSIDE for row in rows})
    _place(rows, _locked_heads(connection, chains))
    connection.execute(adding(), rows)


def taken(session: Session) -> list[dict[str, Any]]:
    """Return what was recorded so far, to be added to another transaction, or to be forgotten."""
    session.info.pop(_KEY, None)
    rows: list[dict[str, Any]] = session.connection().info.pop(_KEY, [])
    return rows


def placed(session: Session, heads: Heads) -> list[dict[str, Any]]:
    """Return what was recorded so far, with its places after ``heads``; it is the caller's to write. No SQL.

    Raises:
        Unplanned: of a chain no head is given.
    """
    rows = taken(session)
    if any(row["instance_id"] not in heads for row in rows):
        raise Unplanned("history_event")
    _place(rows, heads)
    return rows


def _place(rows: Iterable[dict[str, Any]], heads: Heads) -> None:
    """Give events their places, and move the heads."""
    for row in rows:
        chain = row["instance_id"] or OUTSIDE
        count, head, _last = heads[chain]
        row["number"], row["salt"] = count + 1, os.urandom(SALT_BYTES)
        told = Told(row["type"], moment(row["at"]), row["actor_id"], row["activity_id"])
        place = Place(chain, row["number"], head)
        row["hash"] = event_hash(place, told, commitment(row["data"], row["salt"]))
        heads[chain] = row["number"], row["hash"], None


def last_id(connection: Connection, chain: int) -> int:
    """The id of the last event of a chain, 0 where there is none. 1 SQL, which those who write then do without."""
    write(connection)
    if (_locked_heads(connection, [chain])[chain])[2] is None:
        connection.info[_LOCKED].pop(chain)
    return _locked_heads(connection, [chain])[chain][2] or 0


def _locked_heads(connection: Connection, chains: Sequence[int]) -> Heads:
    """How many events each chain has, the hash of the last, and its id where it was read; nobody else adds to them
    until the transaction ends.

    Those of cases by their ids and the one that everybody shares last, so that no two wait for each other.
    """
    heads: Heads = connection.info.setdefault(_LOCKED, {})
    unread = [chain for chain in chains if chain not in heads]
    for start in range(0, len(unread), _AT_ONCE):
        some = unread[start : start + _AT_ONCE]
        heads.update(dict.fromkeys(some, (0, GENESIS, 0)))
        for chain, count, head, last in connection.execute(_heads(), {"chains": some}):
            heads[chain] = count, head, last
    return heads


# Built once: building them takes longer than running them.


@cache
def _heads() -> Select[Any]:
    wanted = _CHAINS.c.instance_id.in_(bindparam("chains", expanding=True))
    order = (_CHAINS.c.instance_id == OUTSIDE, _CHAINS.c.instance_id)
    query = select(_CHAINS.c.instance_id, _CHAINS.c.count, _CHAINS.c.head, _CHAINS.c.last_id).where(wanted)
    return query.order_by(*order).with_for_update()


@cache
def adding() -> Insert:
    """The statement that adds events which have their places."""
    return insert(_EVENTS).inline()


# When they are written ----------------------------------------------------------------------------------------------


@event.listens_for(Session, "before_commit")
def _before_commit(session: Session) -> None:
    """Write them after what they refer to. A savepoint's end is none of the transaction."""
    if not session.in_nested_transaction() and session.info.pop(_KEY, False):
        session.flush()
        write(session.connection())


@event.listens_for(Engine, "before_cursor_execute")
def _before_reading(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
    if "history_event" in statement and connection.info.get(_KEY):
        write(connection)


@event.listens_for(Engine, "savepoint")
def _before_savepoint(connection: Connection, _name: str) -> None:
    """What was recorded before a savepoint outlives it."""
    write(connection)


@event.listens_for(Engine, "rollback_savepoint")
def _undone(connection: Connection, *_more: Any) -> None:
    _forget(connection)


@event.listens_for(Engine, "rollback")
@event.listens_for(Engine, "commit")
@event.listens_for(Engine, "begin")
def _forget(connection: Connection) -> None:
    """What one transaction recorded and locked is nothing to the next. A lost connection's is gone with it."""
    if connection.invalidated:
        return
    connection.info.pop(_KEY, None)
    connection.info.pop(_LOCKED, None)
