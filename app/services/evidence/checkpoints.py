"""Signed statements of how far every chain was at a moment: a Merkle root over all heads. See docs/evidence.md.

Reading all heads takes seconds where there are a million; that is done on a snapshot, and only what grew is written.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from app.config import Config
from app.history.canonical import canonical, moment
from app.models import Checkpoint, EventChain, SealedHead
from app.services.core import settings, signing
from app.services.core.upsert import insert

#: A chain that grew: its id, how many events, the hash of the last.
Grown = tuple[int, int, bytes]
_GROWN = struct.Struct(">QQ32s")
_FIRST = bytes(32)
_BATCH = 5_000
_AT_ONCE = 500


@dataclass(frozen=True)
class Drawn:
    """What a snapshot says: how many chains and events, the root over all heads, which grew since ``previous``."""

    previous: int
    chains: int
    events: int
    root: bytes
    grown: Sequence[Grown]


# The tree -----------------------------------------------------------------------------------------------------------


def leaf(chain: int, count: int, head: bytes) -> bytes:
    """The hash of a chain's head, as the tree has it."""
    return hashlib.sha256(b"\x00" + canonical([chain, count, head.hex()])).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two nodes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root of a tree as RFC 6962 builds it, in the memory of its height."""
    stack: list[tuple[int, bytes]] = []
    for one in leaves:
        size, hash_ = 1, one
        while stack and stack[-1][0] == size:
            hash_ = node(stack.pop()[1], hash_)
            size *= 2
        stack.append((size, hash_))
    if not stack:
        return hashlib.sha256(b"").digest()
    _size, found = stack.pop()
    while stack:
        found = node(stack.pop()[1], found)
    return found


def path_of(leaves: Sequence[bytes], index: int) -> list[tuple[str, str]]:
    """What a leaf is hashed with on its way to the root: "L" or "R", on which side it stands, and its hash in hex."""
    if len(leaves) == 1:
        return []
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < half:
        return [*path_of(leaves[:half], index), ("R", root_of(leaves[half:]).hex())]
    return [*path_of(leaves[half:], index - half), ("L", root_of(leaves[:half]).hex())]


# The key ------------------------------------------------------------------------------------------------------------


def public_key(config: Config) -> bytes:
    """What checkpoints of this installation are checked with, 32 bytes."""
    return signing.public_key(config)


def fingerprint_of(key: bytes) -> str:
    """A public key to read aloud: SHA-256, in groups of four."""
    text = hashlib.sha256(key).hexdigest()
    return " ".join(text[n : n + 4] for n in range(0, 64, 4))


def signed(config: Config, message: bytes) -> bytes:
    """The signature of a message with this installation's key, 64 bytes. Each kind of message begins otherwise."""
    return signing.sign(config, message)


def is_signed(statement: str, signature: bytes, key: bytes) -> bool:
    """Whether the signature is of the statement, under the key."""
    return signing.is_signed(statement.encode(), signature, key)


# Making one ---------------------------------------------------------------------------------------------------------


def draw(connection: Connection) -> Drawn:
    """Read all heads, in one snapshot: of a million some seconds."""
    previous = connection.scalar(select(Checkpoint.id).order_by(Checkpoint.id.desc()).limit(1)) or 0
    grown: list[Grown] = []
    totals = [0, 0]

    def leaves() -> Iterator[bytes]:
        for chain, count, head, sealed in _heads(connection):
            totals[0] += 1
            totals[1] += count
            if count != sealed:
                grown.append((chain, count, head))
            yield leaf(chain, count, head)

    root = root_of(leaves())
    return Drawn(previous, totals[0], totals[1], root, grown)


def _heads(connection: Connection) -> Iterator[Any]:
    query = (
        select(EventChain.instance_id, EventChain.count, EventChain.head, SealedHead.count)
        .outerjoin(SealedHead, SealedHead.instance_id == EventChain.instance_id)
        .order_by(EventChain.instance_id)
    )
    rows = connection.execute(query.execution_options(stream_results=True, yield_per=_BATCH))
    for page in rows.partitions():
        yield from page


def keep(session: Session, drawn: Drawn) -> Checkpoint:
    """Sign and store what was drawn. Who drew it at the same time as another one fails: the number is taken.

    Its time is the machine's, not that of a clock that was moved.
    """
    config, at = settings.config(session), datetime.now(UTC)
    before = session.get(Checkpoint, drawn.previous)
    grown = b"".join(packed(*one) for one in drawn.grown)
    row = Checkpoint(
        id=drawn.previous + 1, at=at, chains=drawn.chains, events=drawn.events, root=drawn.root, grown=grown
    )
    row.statement = statement_of(row, digest_of(before) if before else _FIRST)
    row.public_key = public_key(config)
    row.signature = signing.sign(config, row.statement.encode())
    session.add(row)
    session.flush()
    _seal(session, drawn.grown, row.id)
    return row


#: What a checkpoint's ``v`` says: from 2 on events that say that something is gone are signed (`history.removals`).
FORMAT = 2


def format_of(statement: str) -> int:
    """The ``v`` of a line that was signed."""
    return 1 if statement.endswith('"v":1}') else FORMAT


def statement_of(row: Any, previous: bytes, format_: int = FORMAT) -> str:
    """The line that is signed: canonical JSON."""
    line = {
        "at": moment(row.at),
        "chains": row.chains,
        "events": row.events,
        "grown": hashlib.sha256(row.grown).hexdigest(),
        "number": row.id,
        "previous": previous.hex(),
        "root": row.root.hex(),
        "v": format_,
    }
    return canonical(line).decode()


def digest_of(row: Any) -> bytes:
    """What the checkpoint after this one names it by."""
    return hashlib.sha256(row.statement.encode()).digest()


def packed(chain: int, count: int, head: bytes) -> bytes:
    """A chain that grew, in 48 bytes."""
    return _GROWN.pack(chain, count, head)


def grown_of(stored: bytes) -> Iterator[Grown]:
    """Which chains had grown."""
    yield from _GROWN.iter_unpack(stored)


def _seal(session: Session, grown: Sequence[Grown], checkpoint_id: int) -> None:
    statement = insert(session, SealedHead)
    statement = statement.on_conflict_do_update(
        index_elements=[SealedHead.instance_id],
        set_={name: statement.excluded[name] for name in ("count", "head", "checkpoint_id")},
    )
    for start in range(0, len(grown), _AT_ONCE):
        rows = [
            {"instance_id": chain, "count": count, "head": head, "checkpoint_id": checkpoint_id}
            for chain, count, head in grown[start : start + _AT_ONCE]
        ]
        session.connection().execute(statement, rows)


def as_file(row: Any) -> bytes:
    """A checkpoint to be kept outside: what is signed, and which chains had grown."""
    kept = {
        "statement": row.statement,
        "signature": row.signature.hex(),
        "public_key": row.public_key.hex(),
        "grown": [[chain, count, head.hex()] for chain, count, head in grown_of(row.grown)],
    }
    return orjson.dumps(kept) + b"\n"


def latest(session: Session) -> Checkpoint | None:
    """The last checkpoint. 1 SQL."""
    return session.scalars(select(Checkpoint).order_by(Checkpoint.id.desc()).limit(1)).first()
