"""The checkpoint that this machine signed last, beside its key and outside of the database: whoever puts an older
database in its place, or removes checkpoints from it, has no new one signed.

Each host remembers its own; one that has no file, or lost it, knows what the database says and no more.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, select

from app.base.config import Config
from app.history.canonical import OUTSIDE
from app.history.checking import Fault
from app.models import Checkpoint
from app.services.evidence import checkpoints

logger = logging.getLogger(__name__)
_NAME = "last-checkpoint.json"
#: Its number, and its digest in hex.
Known = Mapping[str, Any]


def faults(connection: Connection, known: Known | None) -> Iterator[Fault]:
    """That the database does not hold it, or holds another one. ``known``: as it was read before the snapshot of
    ``connection`` began, as others go on signing."""
    if known is None:
        return
    number = known["number"]
    statement = connection.scalar(select(Checkpoint.statement).where(Checkpoint.id == number))
    if statement is None:
        yield Fault("checkpoint_missing", OUTSIDE, 0, str(number))
    elif checkpoints.digest(statement).hex() != known["digest"]:
        yield Fault("outside", OUTSIDE, 0, str(number))


def remember(config: Config, row: Checkpoint) -> None:
    """Remember a checkpoint; never one before. A disk that is full stops no checkpoint."""
    known = signed_last(config)
    if known is not None and known["number"] > row.id:
        return
    part = config.data_dir / f".{_NAME}"
    try:
        part.write_bytes(orjson.dumps({"number": row.id, "digest": checkpoints.digest_of(row).hex()}))
        part.replace(config.data_dir / _NAME)
    except OSError as error:
        logger.warning("%s: %s", _NAME, error)


def forget(config: Config) -> None:
    """Forget it: another database takes the place of the one before, as somebody wants it who holds the keys."""
    (config.data_dir / _NAME).unlink(missing_ok=True)


def signed_last(config: Config) -> Known | None:
    """What is remembered; None where nothing is, or it cannot be read."""
    try:
        found: Known = orjson.loads((config.data_dir / _NAME).read_bytes())
    except (OSError, ValueError):
        return None
    return found
