"""Small things that a browser keeps for us for a while and can neither read nor change."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.base.errors import WrongKey
from app.models import VoidNonce
from app.services.core import clock, encryption
from app.services.core.upsert import insert


def seal(session: Session, purpose: str, content: dict[str, Any], lifetime: timedelta) -> str:
    """Return ``content`` encrypted, good for ``lifetime`` of real time and for nothing but ``purpose``."""
    until = (clock.real() + lifetime).isoformat()
    return encryption.seal(session, {"purpose": purpose, "until": until, "content": content}).decode()


def unseal(session: Session, purpose: str, token: str) -> dict[str, Any] | None:
    """Return what `seal` was given; None when the token is forged, over its time, or meant for something else."""
    try:
        held = encryption.unseal(session, token.encode())
    except WrongKey:  # a forged token and a foreign key look the same; here only the first happens
        return None
    if not isinstance(held, dict) or held.get("purpose") != purpose:
        return None
    content: dict[str, Any] = held["content"]
    return content if clock.real() < datetime.fromisoformat(held["until"]) else None


def void(session: Session, nonce: str, until: datetime) -> None:
    """Make all sealed values that hold this nonce worthless before their time; ``until``: when the last is over."""
    row = insert(session, VoidNonce).values(nonce=_hash(nonce), until=until)
    session.execute(row.on_conflict_do_nothing())


def spend(session: Session, nonce: str, until: datetime) -> bool:
    """The same as `void`; return whether it was good until now. Of two at once one is told so."""
    row = insert(session, VoidNonce).values(nonce=_hash(nonce), until=until)
    spent = row.on_conflict_do_nothing().returning(VoidNonce.nonce)
    return session.execute(spent).first() is not None


def is_void(session: Session, nonce: str) -> bool:
    """Whether `void` was called for it. 1 SQL."""
    return session.get(VoidNonce, _hash(nonce)) is not None


def _hash(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()
