"""Whether checkpoints are what was signed, and heads what they cover; also against checkpoints kept outside."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, select

from app.config import Config
from app.errors import NotReady
from app.history.canonical import OUTSIDE
from app.history.checking import Fault, Unproved, has_event
from app.i18n import _
from app.models import Checkpoint, SealedHead
from app.services.evidence import checkpoints

_MOST_NAMED = 100


def faults(config: Config, connection: Connection) -> Iterator[Fault]:
    """What does not fit: a checkpoint that is missing, unsigned or changed; heads that are not those it covers."""
    previous, last, expected = bytes(32), None, 1
    key = checkpoints.public_key(config)
    query = select(Checkpoint.__table__).order_by(Checkpoint.id)
    for row in connection.execute(query.execution_options(stream_results=True, yield_per=200)):
        if row.id != expected:
            yield Fault("checkpoint_missing", OUTSIDE, 0, str(expected))
        elif not (
            row.statement == checkpoints.statement_of(row, previous, checkpoints.format_of(row.statement))
            and row.public_key == key
            and checkpoints.is_signed(row.statement, row.signature, key)
        ):
            yield Fault("checkpoint", OUTSIDE, 0, str(row.id))
        previous, last, expected = checkpoints.digest_of(row), row, row.id + 1
    if last is None:
        return
    if checkpoints.root_of(_sealed_leaves(connection)) != last.root:
        yield Fault("root", OUTSIDE, 0, str(last.id))
        yield from _lost_heads(connection)


def parted(connection: Connection, unproved: Sequence[Unproved]) -> tuple[Sequence[Fault], Sequence[Fault]]:
    """What events without a signature say is gone: of before events that do were signed; and what is forged.

    Of before is what the first checkpoint of that format covers: none of the older one can be signed any more.
    """
    if not unproved:
        return (), ()
    wanted, heads = {one.chain for one in unproved}, dict[int, int]()
    query = select(Checkpoint.statement, Checkpoint.grown).order_by(Checkpoint.id)
    with connection.execute(query.execution_options(stream_results=True, yield_per=20)) as rows:
        for statement, grown in rows:
            heads.update(
                {chain: count for chain, count, _head in checkpoints.grown_of(grown) if chain in wanted}
            )
            if checkpoints.format_of(statement) >= checkpoints.FORMAT:
                break
        else:
            return [one.fault for one in unproved], ()
    of_before = [one.fault for one in unproved if one.number <= heads.get(one.chain, 0)]
    return of_before, [one.fault for one in unproved if one.number > heads.get(one.chain, 0)]


def _sealed_leaves(connection: Connection) -> Iterator[bytes]:
    query = select(SealedHead.instance_id, SealedHead.count, SealedHead.head).order_by(SealedHead.instance_id)
    rows = connection.execute(query.execution_options(stream_results=True, yield_per=5_000))
    for page in rows.partitions():
        for chain, count, head in page:
            yield checkpoints.leaf(chain, count, head)


def _lost_heads(connection: Connection) -> Iterator[Fault]:
    """Which heads are not those that the checkpoints had: they say which had grown, each under its signature."""
    signed: dict[int, tuple[int, bytes, int]] = {}
    for number, packed in connection.execute(select(Checkpoint.id, Checkpoint.grown).order_by(Checkpoint.id)):
        signed.update({chain: (count, head, number) for chain, count, head in checkpoints.grown_of(packed)})
    told = 0
    for row in connection.execute(select(SealedHead.__table__)):
        expected = signed.pop(row.instance_id, None)
        if expected is None or expected[:2] != (row[1], row[2]):
            told += 1
            if told <= _MOST_NAMED:
                yield Fault("rewritten", row.instance_id, row[1], str(row.checkpoint_id))
    for chain, (count, _head, number) in list(signed.items())[:_MOST_NAMED]:
        yield Fault("cut", chain, count, str(number))


def read_outside(path: Path) -> list[Mapping[str, Any]]:
    """Checkpoints that were kept outside: a file of one, or of one a line.

    Raises:
        NotReady: it holds none.
    """
    try:
        found = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
        for one in found:
            one["number"] = orjson.loads(one["statement"])["number"]
            one["signature"], one["public_key"] = (bytes.fromhex(one[k]) for k in ("signature", "public_key"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotReady(_("Berkas {name} tidak memuat titik periksa.", name=path)) from error
    if not found:
        raise NotReady(_("Berkas {name} tidak memuat titik periksa.", name=path))
    return found


def against(connection: Connection, outside: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """What differs from checkpoints that were kept outside, and which chains are not what those had."""
    for one in outside:
        if not checkpoints.is_signed(one["statement"], one["signature"], one["public_key"]):
            yield Fault("checkpoint", OUTSIDE, 0, str(one["number"]))
            continue
        query = select(Checkpoint.statement).where(Checkpoint.id == one["number"])
        statement = connection.scalar(query)
        if statement is None:
            yield Fault("checkpoint_missing", OUTSIDE, 0, str(one["number"]))
        elif statement != one["statement"]:
            yield Fault("outside", OUTSIDE, 0, str(one["number"]))
        grown = one.get("grown", [])
        if statement != one["statement"] and _packed(grown) == orjson.loads(one["statement"])["grown"]:
            yield from _differing(connection, grown, str(one["number"]))


def _packed(grown: list[list[Any]]) -> str:
    packed = b"".join(checkpoints.packed(chain, count, bytes.fromhex(head)) for chain, count, head in grown)
    return hashlib.sha256(packed).hexdigest()


def _differing(connection: Connection, grown: list[list[Any]], number: str) -> Iterator[Fault]:
    told = 0
    for chain, count, head in grown:
        if told < _MOST_NAMED and not has_event(connection, chain, count, bytes.fromhex(head)):
            told += 1
            yield Fault("rewritten", chain, count, number)
