"""How far the chain of a case is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Checkpoint, EventChain, SealedHead


@dataclass(frozen=True)
class Head:
    """How many events a case's chain has and the hash of the last, in hex; and the last checkpoint there is.

    ``sealed``: how many of them stand under it. ``checkpoint``: its number, None where none was made yet.
    """

    count: int
    hash: str
    sealed: int = 0
    checkpoint: int | None = None
    checkpoint_at: datetime | None = None


def head_of(session: Session, instance_id: int) -> Head | None:
    """The head of a case's chain; None where there is none. Whoever asks has checked who may see the case. 3 SQL."""
    chain = session.get(EventChain, instance_id)
    if chain is None:
        return None
    last = session.get(Checkpoint, session.scalar(select(func.max(Checkpoint.id))) or 0)
    sealed = session.get(SealedHead, instance_id) if last else None
    return Head(
        chain.count,
        chain.head.hex(),
        sealed.count if sealed else 0,
        last.id if last else None,
        last.at if last else None,
    )
