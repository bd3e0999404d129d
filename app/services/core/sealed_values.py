"""Small things that a browser keeps for us for a while and can neither read nor change."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.errors import WrongKey
from app.services.core import clock, encryption


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
