"""Bearer tokens of the API. Only a hash is stored, so a token can be shown once."""

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import Conflict, NotAllowed, NotFound
from app.i18n import _
from app.models import ApiToken, User
from app.services import clock, history, rights
from app.services.access import Actor

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
    history.record(session, "token_issued", actor=actor, user=user.name, token=row.id)
    return token


def find(session: Session, token: str) -> User | None:
    """Whose token it is, with groups and units; None when unknown, revoked or its user disabled. 1 SQL."""
    query = (
        select(User)
        .join(ApiToken, ApiToken.user_id == User.id)
        .where(ApiToken.token_hash == _hash(token), ApiToken.revoked_at.is_(None), User.disabled_at.is_(None))
        .options(*rights.WITH_MEMBERSHIPS)
    )
    return session.scalars(query).unique().one_or_none()


def of_user(session: Session, user_id: int, *, actor: Actor | None) -> Sequence[ApiToken]:
    """The tokens of a user that are not revoked, newest first.

    Raises:
        NotAllowed: neither his own nor an administrator's to see.
    """
    _require_own(user_id, actor)
    query = select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    return session.scalars(query.order_by(ApiToken.id.desc())).all()


def revoke(session: Session, token_id: int, *, actor: Actor | None) -> None:
    """Make a token worthless; once it is, nothing happens.

    Raises:
        NotFound: there is no such token, or it is somebody else's.
    """
    row = session.get(ApiToken, token_id)
    if row is None or (actor is not None and not actor.is_admin and row.user_id != actor.id):
        raise NotFound(_("Token ini tidak ada."))
    if row.revoked_at is None:
        row.revoked_at = clock.now(session)
        history.record(session, "token_revoked", actor=actor, user=row.user.name, token=row.id)


def revoke_all(session: Session, user_id: int) -> None:
    """Make every token of a user worthless."""
    live = ApiToken.revoked_at.is_(None)
    session.execute(
        update(ApiToken).where(ApiToken.user_id == user_id, live).values(revoked_at=clock.now(session))
    )


def _require_own(user_id: int, actor: Actor | None) -> None:
    if actor is not None and actor.id != user_id and not actor.is_admin:
        raise NotAllowed(_("Token hanya untuk pemiliknya dan administrator."))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
