"""Checkpoints that were kept outside."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, select

from app.base.errors import NotReady
from app.base.i18n import _
from app.history.canonical import OUTSIDE
from app.history.checking import Fault
from app.models import Checkpoint
from app.services.evidence import checkpoints


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
            one["grown"] = [(chain, count, bytes.fromhex(head)) for chain, count, head in one["grown"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotReady(_("Berkas {name} tidak memuat titik periksa.", name=path)) from error
    if not found:
        raise NotReady(_("Berkas {name} tidak memuat titik periksa.", name=path))
    return found


def against(connection: Connection, outside: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """What differs from checkpoints that were kept outside. Their heads are compared by `replay.Replay`."""
    for one in outside:
        number = str(one["number"])
        if not (
            checkpoints.is_signed(one["statement"], one["signature"], one["public_key"])
            and _packed(one["grown"]) == orjson.loads(one["statement"])["grown"]
        ):
            yield Fault("checkpoint", OUTSIDE, 0, number)
            continue
        query = select(Checkpoint.statement).where(Checkpoint.id == one["number"])
        statement = connection.scalar(query)
        if statement is None:
            yield Fault("checkpoint_missing", OUTSIDE, 0, number)
        elif statement != one["statement"]:
            yield Fault("outside", OUTSIDE, 0, number)


def _packed(grown: Sequence[tuple[int, int, bytes]]) -> str:
    return hashlib.sha256(b"".join(checkpoints.packed(*one) for one in grown)).hexdigest()
