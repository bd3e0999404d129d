"""What the next checkpoint signs, and when it is refused: where what the last one signed stands no longer.

Whoever may write to the database, but has no key, must not get his changes signed. So before anything is signed the
heads that are kept of the last checkpoint give its root, its signature is ours, it is the one that this machine
signed last or goes on from that (`remembered`), and every chain that grew leads on from where it was, event by event.
Reading all heads takes seconds where there are a million; all else costs what is new.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from app.base.config import Config
from app.base.log_safety import log_fault
from app.history import proof, removals
from app.history.canonical import GENESIS, OUTSIDE
from app.history.checking import Fault
from app.history.proof import Head
from app.models import Checkpoint, EventChain, SealedHead
from app.services.core import signing
from app.services.evidence import checkpoints, remembered
from app.services.evidence.checkpoints import Drawn, Grown
from app.services.evidence.merkle import Edge, leaf
from app.services.evidence.replay import Replay, is_own

logger = logging.getLogger(__name__)
_FIRST = bytes(32)
_BATCH = 5_000
#: What a row raises that holds no number, time or hash where SQLite lets anything stand.
_UNREADABLE = (ValueError, TypeError, AttributeError, KeyError)


def draw(config: Config, connection: Connection) -> tuple[Drawn | None, list[Fault]]:
    """Read all heads in one snapshot, which begins with the first statement here; and what does not fit, where
    nothing may be signed. None where a row cannot be read: the log says why."""
    try:
        return _drawn(config, connection)
    except _UNREADABLE:
        log_fault(logger, "reading heads for a checkpoint")
        return None, [Fault("unreadable", OUTSIDE, 0)]


def _drawn(config: Config, connection: Connection) -> tuple[Drawn, list[Fault]]:
    known = remembered.signed_last(config)
    last = connection.execute(select(Checkpoint.__table__).order_by(Checkpoint.id.desc()).limit(1)).first()
    faults = list(remembered.faults(connection, known))
    edge = _edge(config, connection, last, faults)
    heads = _Heads(connection)
    heads.read(edge)
    if last is None and heads.sealed.size:
        faults.append(Fault("checkpoint_missing", OUTSIDE, 0, "1"))
    elif last is not None:
        if heads.sealed.root != last.root:
            faults.append(Fault("root", OUTSIDE, 0, str(last.id)))
        if heads.chains < last.chains or heads.events < last.events:
            faults.append(Fault("counts", OUTSIDE, 0, str(last.id)))
    faults += heads.faults
    faults += _emptied(connection)
    faults += _broken(config, connection, heads.led_on)
    before = checkpoints.digest_of(last) if last is not None else _FIRST
    number = last.id if last is not None else 0
    drawn = Drawn(number, before, heads.chains, heads.events, heads.all.root, heads.grown, edge)
    return drawn, faults


def _edge(config: Config, connection: Connection, last: Any, faults: list[Fault]) -> Edge:
    """The edge of the tree at the last checkpoint. Where that is not our own all are read, and must fit."""
    if last is None:
        return Edge()
    before = connection.scalar(select(Checkpoint.statement).where(Checkpoint.id == last.id - 1))
    if is_own(last, checkpoints.digest(before) if before else _FIRST, checkpoints.public_key(config)):
        return checkpoints.edge_of(last.statement)
    replay = Replay(config, connection)
    for _chain in replay.by_chain():
        pass
    faults += replay.faults
    return replay.edge


class _Way(NamedTuple):
    """Where a chain was at a checkpoint and is now; and whether its case was destroyed."""

    chain: int
    before: Head
    now: Head
    checkpoint: int
    is_destroyed: bool


class _Heads:
    """All heads: the roots over them, and over those that are kept of the last checkpoint; and which grew."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.chains = self.events = 0
        self.all, self.sealed = Edge(), Edge()
        self.grown: list[Grown] = []
        self.faults: list[Fault] = []
        self.led_on: list[_Way] = []

    def read(self, edge: Edge) -> None:
        """Read them. ``edge`` goes on by each that grew."""
        for chain, count, head, destroyed_at, sealed, sealed_head, checkpoint in _rows(self._connection):
            if chain < OUTSIDE or count < 0 or len(head) != len(GENESIS):
                self.faults.append(Fault("head", chain, count))
                continue
            self.chains, self.events = self.chains + 1, self.events + count
            one = leaf(chain, count, head)
            self.all.add(one)
            is_same = (count, head) == (sealed, sealed_head)
            if sealed is not None:
                self.sealed.add(one if is_same else leaf(chain, sealed, sealed_head))
            if is_same:
                continue
            edge.add(one)
            self.grown.append((chain, count, head))
            if sealed is not None and count <= sealed:
                kind = "cut" if count < sealed else "rewritten"
                self.faults.append(Fault(kind, chain, count, str(checkpoint)))
            elif sealed is not None or destroyed_at is None:
                # Of one that was destroyed before it was sealed `verify` tells.
                before = Head(sealed, sealed_head) if sealed is not None else Head(0, GENESIS)
                now, gone = Head(count, head), destroyed_at is not None
                self.led_on.append(_Way(chain, before, now, checkpoint or 0, gone))


def _rows(connection: Connection) -> Iterator[Any]:
    c, s = EventChain, SealedHead
    query = (
        select(c.instance_id, c.count, c.head, c.destroyed_at, s.count, s.head, s.checkpoint_id)
        .outerjoin(s, s.instance_id == c.instance_id)
        .order_by(c.instance_id)
    )
    rows = connection.execute(query.execution_options(stream_results=True, yield_per=_BATCH))
    for page in rows.partitions():
        yield from page


def _emptied(connection: Connection) -> Iterator[Fault]:
    """Chains without an event or without a case, though their head stands and does not say that it was destroyed."""
    for chain, count, has_events in proof.emptied(connection):
        yield Fault("case_removed", chain) if has_events else Fault("removed", chain, count)


def _broken(config: Config, connection: Connection, ways: list[_Way]) -> Iterator[Fault]:
    """Chains that do not lead from where they were sealed to where they are. That of what happens outside of cases
    comes first: it tells which cases were destroyed since."""
    destroyed: Mapping[int, Head] = {}
    for chain, before, now, checkpoint, is_destroyed in ways:
        if is_destroyed:
            if destroyed.get(chain) != now:
                yield Fault("removed", chain, now.length)
            continue
        events = proof.between(connection, chain, before, now)
        if events is None:
            kind = "rewritten" if before.length else "head"
            yield Fault(kind, chain, before.length or now.length, str(checkpoint))
        elif chain == OUTSIDE:
            destroyed = dict(_destroyed(config, events))


def _destroyed(config: Config, events: list[proof.Proven]) -> Iterator[tuple[int, Head]]:
    """Which cases the installation says it destroyed, and how their chains ended."""
    signed = signing.own(config)
    for one in events:
        if one.type == "case_destroyed" and removals.is_signed(OUTSIDE, one.type, one.data, signed):
            yield one.data["instance"], Head(one.data["events"], bytes.fromhex(one.data["head"]))
