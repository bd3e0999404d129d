"""Signed statements of how far every chain was at a moment: a Merkle root over all heads. See docs/evidence.md.

What grew is also added to a tree that only grows (RFC 9162): each statement has its root and its right edge, from
which the next one goes on. `drawing` tells what is signed, and when that is refused.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.errors import Conflict, NotFound
from app.base.i18n import _
from app.history.canonical import canonical, moment
from app.models import Checkpoint, SealedHead
from app.services.core import settings, signing
from app.services.core.upsert import insert
from app.services.evidence.merkle import Edge, consistency, leaf

#: A chain that grew: its id, how many events, the hash of the last.
Grown = tuple[int, int, bytes]
_GROWN = struct.Struct(">QQ32s")
_AT_ONCE = 500
#: Who makes a checkpoint holds this lock of PostgreSQL, so that two do not make the same one.
_MAKING = 7_204_118_002


@dataclass(frozen=True)
class Drawn:
    """What a snapshot says: how many chains and events, the root over all heads, which grew since ``previous``.

    ``before``: the hash of that checkpoint's statement. ``edge``: that of the tree to which all that ever grew is
    added, with what grew now.
    """

    previous: int
    before: bytes
    chains: int
    events: int
    root: bytes
    grown: Sequence[Grown]
    edge: Edge


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


def keep(session: Session, drawn: Drawn) -> Checkpoint:
    """Sign and store what was drawn. Its time is the machine's, not that of a clock that was moved.

    Raises:
        Conflict: somebody else made one meanwhile.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer
        session.execute(select(func.pg_advisory_xact_lock(_MAKING)))
    if (session.scalar(select(func.max(Checkpoint.id))) or 0) != drawn.previous:
        raise Conflict(_("Titik periksa lain dibuat pada saat yang sama."))
    config, at = settings.config(session), datetime.now(UTC)
    grown = b"".join(packed(*one) for one in drawn.grown)
    row = Checkpoint(
        id=drawn.previous + 1, at=at, chains=drawn.chains, events=drawn.events, root=drawn.root, grown=grown
    )
    row.statement = statement_of(row, drawn.before, drawn.edge)
    row.public_key = public_key(config)
    row.signature = signing.sign(config, row.statement.encode())
    session.add(row)
    session.flush()
    _seal(session, drawn.grown, row.id)
    return row


#: What a checkpoint's ``v`` says.
FORMAT = 3


def statement_of(row: Any, previous: bytes, edge: Edge) -> str:
    """The line that is signed: canonical JSON."""
    line = {
        "at": moment(row.at),
        "chains": row.chains,
        "events": row.events,
        "grown": hashlib.sha256(row.grown).hexdigest(),
        "number": row.id,
        "previous": previous.hex(),
        "root": row.root.hex(),
        "v": FORMAT,
        "edge": [one.hex() for one in edge.nodes],
        "leaves": edge.size,
        "log": edge.root.hex(),
    }
    return canonical(line).decode()


def edge_of(statement: str) -> Edge:
    """The right edge of the tree of a statement.

    Raises:
        ValueError, KeyError, TypeError: it is no statement.
    """
    line = orjson.loads(statement)
    return Edge(int(line["leaves"]), [bytes.fromhex(one) for one in line["edge"]])


def digest(statement: str) -> bytes:
    """What the checkpoint after this one names it by."""
    return hashlib.sha256(statement.encode()).digest()


def digest_of(row: Any) -> bytes:
    """`digest` of a checkpoint."""
    return digest(row.statement)


def packed(chain: int, count: int, head: bytes) -> bytes:
    """A chain that grew, in 48 bytes."""
    return _GROWN.pack(chain, count, head)


def grown_of(stored: bytes) -> Iterator[Grown]:
    """Which chains had grown; of what was forged as much as can be read."""
    yield from _GROWN.iter_unpack(stored[: len(stored) - len(stored) % _GROWN.size])


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


@dataclass(frozen=True)
class Proof:
    """That the tree of a checkpoint goes on from that of the one with the number ``since``, as of RFC 9162."""

    since: int
    path: Sequence[bytes]


def as_file(row: Any, proof: Proof | None = None) -> bytes:
    """A checkpoint to be kept outside: what is signed, which chains had grown, and that it goes on from another."""
    kept: dict[str, Any] = {
        "statement": row.statement,
        "signature": row.signature.hex(),
        "public_key": row.public_key.hex(),
        "grown": [[chain, count, head.hex()] for chain, count, head in grown_of(row.grown)],
    }
    if proof is not None:
        kept["consistency"] = {"since": proof.since, "path": [one.hex() for one in proof.path]}
    return orjson.dumps(kept) + b"\n"


def file_of(session: Session, row: Checkpoint, since: int | None = None) -> bytes:
    """`as_file`, with the proof that it goes on from the checkpoint ``since``, the one before without any. 2 SQL.

    Raises:
        NotFound: there is no such checkpoint before it.
    """
    older = session.get(Checkpoint, row.id - 1 if since is None else since)
    proof = _proof(session, older, row) if older is not None and older.id < row.id else None
    if proof is None and since is not None:
        message = _("Dari titik periksa {a} ke {b} tidak ada bukti kesinambungan.", a=since, b=row.id)
        raise NotFound(message)
    return as_file(row, proof)


def _proof(session: Session, older: Checkpoint, row: Checkpoint) -> Proof | None:
    """That one goes on from an older one; None where that is none of ours: it must not keep the others here."""
    between = select(Checkpoint.grown).where(Checkpoint.id > older.id, Checkpoint.id <= row.id)
    try:
        leaves = [
            leaf(*one)
            for packed_ in session.scalars(between.order_by(Checkpoint.id))
            for one in grown_of(packed_)
        ]
        return Proof(older.id, consistency(edge_of(older.statement), leaves))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def latest(session: Session) -> Checkpoint | None:
    """The last checkpoint. 1 SQL."""
    return session.scalars(select(Checkpoint).order_by(Checkpoint.id.desc()).limit(1)).first()
