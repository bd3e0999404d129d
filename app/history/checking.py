"""Compute the chains of the record anew, and say of each where the first thing is that does not fit.

Reads past the models: 1,000,000 events take some ten seconds. What the events of a chain say about files is handed on
to whoever looks at those.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import orjson
from sqlalchemy import Connection, Integer, Select, String, Table, Text, func, select, type_coerce

from app.base import packing
from app.base.column_types import word_kept
from app.history import removals
from app.history.canonical import GENESIS, OUTSIDE, canonical, has_fraction, line_hash, moment_kept
from app.history.removals import Signed
from app.models import EventChain, HistoryEvent

_EVENTS = cast("Table", HistoryEvent.__table__)
_CHAINS = cast("Table", EventChain.__table__)
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
    """What an event says of files. ``is_signed``: that something is gone is the installation's own word.
    ``gone``: ids of files that are."""

    chain: int
    number: int
    event_id: int
    type: str
    data: dict[str, Any]
    is_signed: bool = False
    gone: frozenset[str] = frozenset()


class Sealed(NamedTuple):
    """How many events a checkpoint of this number had of a chain, and the hash of the last."""

    length: int
    head: bytes
    checkpoint: int


class _Redaction(NamedTuple):
    """What of an event is told or found to be redacted: the hash of its data, what it was committed to; ``number``
    of the event that tells so."""

    digest: str
    committed: str
    number: int = 0
    is_signed: bool = True


@dataclass(slots=True)
class Chain:
    """A chain as it was read: how many events, the last hash, the first fault, and what it says of files.

    ``definition``: the version of its case as the record has it: its number at the beginning, or (id,) of one that
    the case moved to, or back to. ``ids``: of its events, for what refers to one by its id. ``sealed``: what
    checkpoints had of it, the shortest first, of which ``compared`` were reached. ``unsigned``: what events say is
    gone that the installation did not sign.
    """

    id: int
    count: int = 0
    head: bytes = GENESIS
    fault: Fault | None = None
    kept: list[Kept] = field(default_factory=list)
    redacted: dict[str, _Redaction] = field(default_factory=dict)
    told: dict[str, _Redaction] = field(default_factory=dict)
    sealed: Sequence[Sealed] = ()
    compared: int = 0
    definition: int | tuple[int] | None = None
    ids: list[int] = field(default_factory=list)
    is_destroyed: bool = False
    unsigned: list[Fault] = field(default_factory=list)


#: Types whose data is looked at: it tells of files and of destroyed cases, which is handed on; what was redacted; or
#: which version a case is on.
TELLING = frozenset(
    {
        "definition_deployed",
        "files_kept",
        "completion_taken_back",
        "identity_erased",
        "case_destroyed",
        "history_redacted",
        "instance_migrated",
        "migration_undone",
    }
)


#: What events must tell to be handed on.
_NEEDED = {
    "case_destroyed": frozenset({"instance"}),
    "definition_deployed": frozenset({"definition_id", "key", "version"}),
    "files_kept": frozenset({"files"}),
}


def chains(
    connection: Connection,
    signed: Signed,
    sealed: Iterable[tuple[int, Sequence[Sealed]]] = (),
    tell: Tell = lambda _done: None,
) -> Iterator[Chain]:
    """Every chain that has events, that is counted, or that a checkpoint knows; that outside of cases first.

    Its ``fault`` is the first there is. What was destroyed has no events; who reads the first chain knows which.
    ``signed`` tells which of the events that say that something is gone are the installation's own. ``sealed``: what
    checkpoints had of each chain, by its id, the shortest first.
    """
    counted = _keyed(
        connection, select(_CHAINS.c.instance_id, _CHAINS.c.count, _CHAINS.c.head, _CHAINS.c.destroyed_at)
    )
    read = _read(connection, iter(sealed), signed, tell)
    destroyed: dict[int, Kept] = {}
    for chain, count in _joined(read, counted):
        if chain.id == OUTSIDE:
            destroyed = _destroyed(chain)
        told = destroyed.pop(chain.id, None) if chain.id else None
        chain.is_destroyed = told is not None
        chain.fault = chain.fault or _ending(chain, count, told)
        yield chain
    for instance_id, told in sorted(destroyed.items()):
        lost = Chain(instance_id, is_destroyed=True)
        lost.fault = Fault("chain_removed", instance_id, told.data.get("events", 0))
        yield lost


def _destroyed(outside: Chain) -> dict[int, Kept]:
    """What is told of each destroyed case: by the installation where that told it."""
    found: dict[int, Kept] = {}
    for one in outside.kept:
        if one.type == "case_destroyed":
            before = found.get(one.data.get("instance", 0))
            if before is None or one.is_signed or not before.is_signed:
                found[one.data.get("instance", 0)] = one
    return found


def _keyed(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """Rows by ``instance_id`` in its order."""
    column = query.selected_columns.instance_id
    after: int | None = None
    while True:
        page = query if after is None else query.where(column > after)
        rows = connection.execute(page.order_by(column).limit(_BATCH * 10)).all()
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
    if row is None and not chain.count and chain.sealed:
        return Fault("vanished", chain.id, chain.sealed[-1].length, str(chain.sealed[-1].checkpoint))
    if row is None:
        return Fault("chain_removed", chain.id, chain.count)
    if row.destroyed_at is not None or destroyed is not None:
        told = (destroyed.data.get("events"), destroyed.data.get("head")) if destroyed else None
        if chain.count or row.destroyed_at is None or told != (row.count, row.head.hex()):
            return Fault("removed", chain.id, row.count)
        if other := next((one for one in chain.sealed if not _goes_on(row, one)), None):
            return Fault("cut", chain.id, row.count, str(other.checkpoint))
        if destroyed is not None and not destroyed.is_signed:
            return Fault("removed", chain.id, row.count)
        return None
    if chain.count < row.count:
        return Fault("cut" if chain.count else "removed", chain.id, chain.count + 1)
    if chain.count > row.count or chain.head != row.head:
        return Fault("head", chain.id, chain.count)
    if chain.sealed and chain.count < chain.sealed[-1].length:
        return Fault("cut", chain.id, chain.count + 1, str(chain.sealed[-1].checkpoint))
    return _redacted(chain)


def _goes_on(row: Any, sealed: Sealed) -> bool:
    """Whether a chain that ends at ``row`` may go on from where a checkpoint had it."""
    return bool(row.count > sealed.length or (row.count, row.head) == (sealed.length, sealed.head))


def _redacted(chain: Chain) -> Fault | None:
    """The first event whose data was redacted otherwise than the last event about it tells."""
    for number, found in sorted(chain.redacted.items(), key=lambda item: int(item[0])):
        fault, told = Fault("redacted", chain.id, int(number)), chain.told.get(number)
        if told is None or (told.digest, told.committed) != (found.digest, found.committed):
            return fault
        if not told.is_signed:
            chain.unsigned.append(fault)
    return None


def _read(
    connection: Connection, sealed: Iterator[tuple[int, Sequence[Sealed]]], signed: Signed, tell: Tell
) -> Iterator[Chain]:
    """Chains by their events, and by checkpoints, in the order of their ids."""
    known, chain, done = next(sealed, None), None, 0
    is_sqlite = connection.dialect.name == "sqlite"
    for batch in _pages(connection):
        for row in batch:
            id_ = row[1] or OUTSIDE
            if not isinstance(id_, int):  # SQLite keeps anything in any column
                yield Chain(OUTSIDE, fault=Fault("added", OUTSIDE))
                continue
            if chain is None or chain.id != id_:
                if chain is not None:
                    yield chain
                while known is not None and known[0] < id_:
                    yield Chain(known[0], sealed=known[1])
                    known = next(sealed, None)
                chain = Chain(id_)
                if known is not None and known[0] == id_:
                    chain.sealed = known[1]
                    known = next(sealed, None)
            if row[1] == OUTSIDE:  # what happened outside of cases has none, not that of number 0
                chain.fault = chain.fault or Fault("moved", OUTSIDE, chain.count + 1)
            if chain.fault is None:
                try:
                    _follow(chain, row, signed, as_stored=is_sqlite)
                except (ValueError, TypeError, KeyError, AttributeError):  # no JSON, or none of ours
                    chain.fault = Fault("changed", chain.id, chain.count + 1)
        done += len(batch)
        tell(done)
    if chain is not None:
        yield chain
    while known is not None:
        yield Chain(known[0], sealed=known[1])
        known = next(sealed, None)


def _follow(chain: Chain, row: Any, signed: Signed, *, as_stored: bool) -> None:
    """Go on by one event. ``as_stored``: the database keeps data and times as they were written, letter by letter."""
    id_, _chain, type_, at, actor, activity, stored, number, hash_, salt, redacted = row
    expected = chain.count + 1
    if number != expected:
        chain.fault = _out_of_order(chain, number, expected)
        return
    text = packing.unpack(stored) if isinstance(stored, bytes) else stored.encode()
    if as_stored:
        at = moment_kept(at)
    type_ = word_kept(type_)
    told = (chain.id, number, chain.head, type_, at, actor, activity)
    found, data = b"", None
    if redacted is None and as_stored:  # as it is stored is nearly always as it was hashed
        found = line_hash(*told, hmac.digest(salt or b"", text, "sha256"))
    if found != hash_:
        data = orjson.loads(text)
        plain = canonical(data)
        is_ours = redacted is None or salt is None  # a redaction leaves no salt
        if is_ours and not (as_stored and _tells_twice(text, plain)):
            found = line_hash(*told, redacted or hmac.digest(salt or b"", plain, "sha256"))
        if redacted is not None:
            chain.redacted[str(number)] = _Redaction(hashlib.sha256(plain).hexdigest(), redacted.hex())
    if found != hash_:
        chain.fault = Fault("changed", chain.id, number)
        return
    chain.count, chain.head = number, found
    if chain.id:
        chain.ids.append(id_)
    while chain.compared < len(chain.sealed) and chain.sealed[chain.compared].length <= number:
        one = chain.sealed[chain.compared]
        if one.head != found:
            chain.fault = Fault("rewritten", chain.id, number, str(one.checkpoint))
            return
        chain.compared += 1
    if type_ == "instance_started":
        chain.definition = (orjson.loads(text) if data is None else data).get("version")
    elif type_ in TELLING:
        _listen(
            chain, Kept(chain.id, number, id_, type_, orjson.loads(text) if data is None else data), signed
        )


def _listen(chain: Chain, event: Kept, signed: Signed) -> None:
    """Take what an event tells."""
    data = event.data
    if event.type == "instance_migrated":
        chain.definition = (data["target"],)
    elif event.type == "migration_undone":  # tells the move that it undid: from the source to the target
        chain.definition = (data["source"],)
    elif event.type == "completion_taken_back" and "place" in data and not _begins(chain, data):
        chain.fault = Fault("moved", chain.id, data["place"])
    if event.type in removals.TYPES:
        event = event._replace(is_signed=removals.is_signed(chain.id, event.type, data, signed))
    if event.type == "completion_taken_back" and not event.is_signed:
        chain.unsigned.append(Fault("taken_back", chain.id, event.number))
    if event.type != "history_redacted":
        if _NEEDED.get(event.type, frozenset()) <= data.keys():  # else it is redacted, by somebody else
            chain.kept.append(event)
        return
    committed = data.get("commitments", {})
    for number, digest in data["digests"].items():
        chain.told[number] = _Redaction(digest, committed.get(number, ""), event.number, event.is_signed)


def _begins(chain: Chain, data: dict[str, Any]) -> bool:
    """Whether the event from which on was taken back has the id that is told: ids are in no hash."""
    place = data["place"]
    return bool(0 < place < chain.count and chain.ids[place - 1] == data["since"])


def _tells_twice(text: bytes, plain: bytes) -> bool:
    """Whether data as it is stored holds a key twice: who reads it may read either. ``plain``: its canonical form,
    which is the shortest there is where no number has a fraction."""
    if len(text) == len(plain) and not has_fraction(text):
        return False
    twice = False

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        made = dict(found)
        twice = twice or len(made) != len(found)
        return made

    json.loads(text, object_pairs_hook=pairs)
    return twice


def _out_of_order(chain: Chain, number: int | None, expected: int) -> Fault:
    if number is None:
        return Fault("added", chain.id, expected)
    return Fault("missing" if number > expected else "moved", chain.id, expected)


def _pages(connection: Connection) -> Iterator[list[Any]]:
    """Events by their chains, that outside of cases first, in the order in which they were added."""
    c, is_sqlite = _EVENTS.c, connection.dialect.name == "sqlite"
    data = type_coerce(c.data, Text) if is_sqlite else c.data.cast(Text)
    at: Any = (  # as `moment` writes it, or as SQLite keeps it
        type_coerce(c.at, Integer)
        if is_sqlite
        else func.to_char(func.timezone("UTC", c.at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    )
    columns = (
        c.id,
        c.instance_id,
        type_coerce(c.type, String).label("type"),
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
