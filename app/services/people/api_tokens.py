"""Bearer tokens of the API. Only a hash is stored, so a token can be shown once."""

import hashlib
import secrets
from functools import cache

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.errors import Conflict, NotAllowed
from app.history.events import TokenIssued, TokenRevoked
from app.i18n import _
from app.models import ApiToken, User
from app.services.core import clock, history, rights
from app.services.core.access import Actor

PREFIX = "alur_"


def issue(session: Session, user: User, *, actor: Actor | None) -> str:
    """Return a new token of ``user``, to be shown once.

    Raises:
        NotAllowed: neither his own nor an administrator's doing. Conflict: the user is disabled.
    """
    _require_own(user.id, actor)
    if user.disabled_at is not None:
        raise Conflict(_("{name} dinonaktifkan.", name=user.full_name))
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(token_hash=_hash(token), user_id=user.id, created_at=clock.now(session))
    session.add(row)
    session.flush()
    history.record(session, TokenIssued(user=user.name, token=row.id), actor=actor)
    return token


def find(session: Session, token: str) -> User | None:
    """Whose token it is, with groups and units; None when unknown, revoked or its user disabled. 1 SQL."""
    return session.scalars(_finding(), {"hash": _hash(token)}).unique().one_or_none()


@cache
def _finding() -> Select[User]:
    """Built once: it belongs to every request."""
    good = (
        ApiToken.token_hash == bindparam("hash"),
        ApiToken.revoked_at.is_(None),
        User.disabled_at.is_(None),
    )
    query = select(User).join(ApiToken, ApiToken.user_id == User.id).where(*good)
    return query.options(*rights.WITH_MEMBERSHIPS)


def count(session: Session, user_id: int) -> int:
    """How many tokens of a user are good."""
    query = select(func.count()).select_from(ApiToken)
    return session.scalar(query.where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))) or 0


def revoke_all(session: Session, user: User, *, actor: Actor | None) -> int:
    """Make every token of a user worthless; return how many there were.

    Raises:
        NotAllowed: neither his own nor an administrator's doing.
    """
    _require_own(user.id, actor)
    revoked = session.scalars(
        update(ApiToken)
        .where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=clock.now(session))
        .returning(ApiToken.id)
    ).all()
    for token in revoked:
        history.record(session, TokenRevoked(user=user.name, token=token), actor=actor)
    return len(revoked)


def _require_own(user_id: int, actor: Actor | None) -> None:
    if actor is not None and actor.id != user_id and not actor.administers:
        raise NotAllowed(_("Token hanya untuk pemiliknya dan administrator."))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
