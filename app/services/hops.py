"""How far from a person something is that cases set off in each other, so that it cannot go on for ever."""

from sqlalchemy.orm import Session

#: Signals or messages of which each was sent because the one before came. What people and timers do begins anew.
MOST = 100
_KEY = "hops"


def follow(session: Session, hops: int | None) -> None:
    """What this transaction sends was set off by what had come so far; None: by a person or the clock."""
    session.info[_KEY] = -1 if hops is None else hops


def following(session: Session) -> int:
    """How far that is which this transaction sends."""
    return int(session.info.get(_KEY, -1)) + 1
