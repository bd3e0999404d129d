"""Compute the chains of the record anew, and say of each where the first thing is that does not fit.

Reads past the models: 1,000,000 events take some ten seconds. What the events of a chain say about files is handed on
to whoever looks at those.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import orjson
from sqlalchemy import Connection, Select, Table, Text, func, select, type_coerce

from app import packing
from app.history.canonical import (
    GENESIS,
    OUTSIDE,
    canonical,
    commitment,
    line_hash,
)
from app.models import EventChain, HistoryEvent, SealedHead

_EVENTS = cast("Table", HistoryEvent.__table__)
_CHAINS = cast("Table", EventChain.__table__)
_SEALED = cast("Table", SealedHead.__table__)
_BATCH = 2_000
#: Told how many events are done.
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not fit, first in its chain: ``kind`` by `KINDS`, the chain (0: outside of cases), and the number of
    the event in it; ``detail`` names a file, or a checkpoint."""

    kind: str
    chain: int
    number: int = 0
    detail: str = ""


class Kept(NamedTuple):
    """What an event says of files. ``names``: SHA-256 by name or id; ``event_id`` to tell what was taken back."""

    chain: int
    number: int
    event_id: int
    type: str
    data: dict[str, Any]


@dataclass(slots=True)
class Chain:
    """A chain as it was read: how many events, the last hash, the first fault, and what it says of files."""

    id: int
    count: int = 0
    head: bytes = GENESIS
    fault: Fault | None = None
    kept: list[Kept] = field(default_factory=list)
    redacted: dict[str, str] = field(default_factory=dict)
    sealed: tuple[int, bytes, int] | None = None


#: Types whose data is looked at: it tells of files and of destroyed cases, which is handed on; or what was redacted.
TELLING = frozenset(
    {
        "definition_deployed",
        "files_kept",
        "completion_taken_back",
        "identity_erased",
        "case_destroyed",
        "history_redacted",
    }
)


def chains(connection: Connection, tell: Tell = lambda _done: None) -> Iterator[Chain]:
    """Every chain that has events, that is counted, or that a checkpoint knows; that outside of cases first.

    Its ``fault`` is the first there is. What was destroyed has no events; who reads the first chain knows which.
    """
    counted = _keyed(
        connection, select(_CHAINS.c.instance_id, _CHAINS.c.count, _CHAINS.c.head, _CHAINS.c.destroyed_at)
    )
    sealed = _keyed(
        connection,
        select(_SEALED.c.instance_id, _SEALED.c.count, _SEALED.c.head, _SEALED.c.checkpoint_id),
    )
    read = _read(connection, sealed, tell)
    destroyed: dict[int, Kept] = {}
    for chain, count in _joined(read, counted):
        if chain.id == OUTSIDE:
            destroyed = {
                one.data.get("instance", 0): one for one in chain.kept if one.type == "case_destroyed"
            }
        chain.fault = chain.fault or _ending(chain, count, destroyed.pop(chain.id, None))
        yield chain
    for instance_id, told in sorted(destroyed.items()):
        lost = Chain(instance_id)
        lost.fault = Fault("chain_removed", instance_id, told.data.get("events", 0))
        yield lost


def has_event(connection: Connection, chain: int, number: int, hash_: bytes) -> bool:
    """Whether the event at this place of a chain has this hash."""
    whose = _EVENTS.c.instance_id == chain if chain else _EVENTS.c.instance_id.is_(None)
    query = select(_EVENTS.c.hash).where(whose, _EVENTS.c.number == number)
    found = connection.scalars(query.limit(1)).first()
    if found is None:  # of a destroyed case its last hash is there still
        query = select(_CHAINS.c.head).where(
            _CHAINS.c.instance_id == chain, _CHAINS.c.destroyed_at.is_not(None)
        )
        return connection.scalar(query) is not None
    return bool(found == hash_)


def _keyed(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """Rows by ``instance_id`` in its order."""
    column = query.selected_columns.instance_id
    after = -1
    while True:
        rows = connection.execute(query.where(column > after).order_by(column).limit(_BATCH * 10)).all()
        yield from rows
        if len(rows) < _BATCH * 10:
            return
        after = rows[-1].instance_id


def _joined(read: Iterator[Chain], counted: Iterator[Any]) -> Iterator[tuple[Chain, Any]]:
    """Chains as they were read, with their rows; either may be missing. Both come by id."""
    row = next(counted, None)
    for chain in read:
        while row is not None and row.instance_id < chain.id:
            yield Chain(row.instance_id), row
            row = next(counted, None)
        if row is not None and row.instance_id == chain.id:
            yield chain, row
            row = next(counted, None)
        else:
            yield chain, None
    while row is not None:
        yield Chain(row.instance_id), row
        row = next(counted, None)


def _ending(chain: Chain, row: Any, destroyed: Kept | None) -> Fault | None:
    """What does not fit where a chain ends."""
    if row is None:
        return Fault("chain_removed", chain.id, chain.count)
    if row.destroyed_at is not None or destroyed is not None:
        told = (destroyed.data.get("events"), destroyed.data.get("head")) if destroyed else None
        if chain.count or row.destroyed_at is None or told != (row.count, row.head.hex()):
            return Fault("removed", chain.id, row.count)
        if chain.sealed and (row.count, row.head) < chain.sealed[:2]:
            return Fault("cut", chain.id, row.count, str(chain.sealed[2]))
        return None
    if chain.count < row.count:
        return Fault("cut" if chain.count else "removed", chain.id, chain.count + 1)
    if chain.count > row.count or chain.head != row.head:
        return Fault("head", chain.id, chain.count)
    if chain.sealed is not None and chain.count < chain.sealed[0]:
        return Fault("cut", chain.id, chain.count + 1, str(chain.sealed[2]))
    if chain.redacted:
        return Fault("redacted", chain.id, min(map(int, chain.redacted)))
    return None


def _read(connection: Connection, sealed: Iterator[Any], tell: Tell) -> Iterator[Chain]:
    """Chains by their events, and by checkpoints, in the order of their ids."""
    known, chain, done = next(sealed, None), None, 0
    is_sqlite = connection.dialect.name == "sqlite"
    for batch in _pages(connection):
        for row in batch:
            id_ = row[1] or OUTSIDE
            if chain is None or chain.id != id_:
                if chain is not None:
                    yield chain
                while known is not None and known.instance_id < id_:
                    yield _unread(known)
                    known = next(sealed, None)
                chain = Chain(id_)
                if known is not None and known.instance_id == id_:
                    chain.sealed = (known.count, known.head, known.checkpoint_id)
                    known = next(sealed, None)
            if chain.fault is None:
                _follow(chain, row, as_stored=is_sqlite)
        done += len(batch)
        tell(done)
    if chain is not None:
        yield chain
    while known is not None:
        yield _unread(known)
        known = next(sealed, None)


def _unread(known: Any) -> Chain:
    """A chain that a checkpoint knows and that has no events."""
    return Chain(known.instance_id, sealed=(known.count, known.head, known.checkpoint_id))


def _follow(chain: Chain, row: Any, *, as_stored: bool) -> None:
    """Go on by one event. ``as_stored``: the database keeps data as it was written, letter by letter."""
    id_, _chain, type_, at, actor, activity, stored, number, hash_, salt, redacted = row
    expected = chain.count + 1
    if number != expected:
        chain.fault = _out_of_order(chain, number, expected)
        return
    text = packing.unpack(stored) if isinstance(stored, bytes) else stored.encode()
    told = (chain.id, number, chain.head, type_, at, actor, activity)
    found, data = b"", None
    if redacted is None and as_stored:  # as it is stored is nearly always as it was hashed
        found = line_hash(*told, hmac.digest(salt or b"", text, "sha256"))
    if found != hash_:
        data = orjson.loads(text)
        found = line_hash(*told, commitment(data, salt or b"") if redacted is None else redacted)
    if found != hash_:
        chain.fault = Fault("changed", chain.id, number)
        return
    if redacted is not None:
        chain.redacted[str(number)] = hashlib.sha256(canonical(data)).hexdigest()
    chain.count, chain.head = number, found
    if chain.sealed is not None and number == chain.sealed[0] and found != chain.sealed[1]:
        chain.fault = Fault("rewritten", chain.id, number, str(chain.sealed[2]))
    if type_ not in TELLING:
        return
    data = orjson.loads(text) if data is None else data
    if type_ == "history_redacted":
        _explain(chain, data)
    else:
        chain.kept.append(Kept(chain.id, number, id_, type_, data))


def _out_of_order(chain: Chain, number: int | None, expected: int) -> Fault:
    if number is None:
        return Fault("added", chain.id, expected)
    return Fault("missing" if number > expected else "moved", chain.id, expected)


def _explain(chain: Chain, data: dict[str, Any]) -> None:
    """What was redacted must be told of by a later event of the chain."""
    for number, digest in data.get("digests", {}).items():
        if chain.redacted.get(number) == digest:
            del chain.redacted[number]


def _pages(connection: Connection) -> Iterator[list[Any]]:
    """Events by their chains, that outside of cases first, in the order in which they were added."""
    c, is_sqlite = _EVENTS.c, connection.dialect.name == "sqlite"
    data = type_coerce(c.data, Text) if is_sqlite else c.data.cast(Text)
    at = (  # as `moment` writes it: databases do it in half the time
        func.replace(type_coerce(c.at, Text), " ", "T").concat("Z")
        if is_sqlite
        else func.to_char(func.timezone("UTC", c.at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    )
    columns = (
        c.id,
        c.instance_id,
        c.type,
        at.label("moment"),
        c.actor_id,
        c.activity_id,
        data.label("stored"),
    )
    query = select(*columns, c.number, c.hash, c.salt, c.redacted)
    for inside in (False, True):
        which = c.instance_id.is_not(None) if inside else c.instance_id.is_(None)
        order = (c.instance_id, c.id) if inside else (c.id,)
        ordered = query.where(which).order_by(*order)
        rows = connection.execute(ordered.execution_options(stream_results=True, yield_per=_BATCH))
        for page in rows.partitions():
            yield list(page)
