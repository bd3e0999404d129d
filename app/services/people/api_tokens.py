"""Bearer tokens of the API. Only a hash is stored, so a token can be shown once. Each has an end.

Ends and last uses are the machine's own time, as those of sign-ins are: moving the clock ends none.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select, update
from sqlalchemy.orm import Session

from app.base.errors import Conflict, InvalidForm, NotAllowed
from app.base.i18n import _
from app.history.events.people import TokenIssued, TokenRevoked
from app.models import ApiToken, User
from app.services.core import access, clock, history, rights
from app.services.core.access import Actor

PREFIX = "alur_"
#: How long a token is good where nobody says, and at most.
DAYS, MOST_DAYS = 90, 366
#: Its use is noted at most so often: a write for each request would cost more than the request.
TOUCH = timedelta(hours=1)
#: From so long before its end pages speak of it in another tone.
SOON = timedelta(days=14)


@dataclass(frozen=True)
class Bearer:
    """Who sent a token that is not revoked, and his language. ``is_over``: it expired, and is good for nothing more.

    ``touch_due``: call `touch`, or its last use will not be known. ``job_types``: the types of the jobs that it is
    for, and for nothing else; an officer's has none.
    """

    actor: Actor
    language: str
    expires_at: datetime
    is_over: bool
    touch_due: bool
    job_types: frozenset[str] = frozenset()


def issue(
    session: Session,
    user: User,
    *,
    actor: Actor | None,
    days: int = DAYS,
    job_types: Collection[str] = (),
) -> str:
    """Return a new token of ``user``, to be shown once, good for ``days``. With ``job_types`` it is a worker's: good
    for jobs of these types, of whichever case, and for nothing else.

    Raises:
        NotAllowed: neither his own nor an administrator's doing; for jobs only an administrator's.
        Conflict: the user is disabled. InvalidForm: it is to last less than a day, or longer than a year.
    """
    _require_own(user.id, actor)
    if job_types and actor is not None:
        rights.require_administrator(actor)
    if user.disabled_at is not None:
        raise Conflict(_("{name} dinonaktifkan.", name=user.full_name))
    if not 1 <= days <= MOST_DAYS:
        message = _("Token API berlaku 1 sampai {most} hari.", most=MOST_DAYS)
        raise InvalidForm(message, {"days": message})
    token, end = PREFIX + secrets.token_urlsafe(32), clock.real() + timedelta(days=days)
    row = ApiToken(
        token_hash=_hash(token),
        user_id=user.id,
        created_at=clock.now(session),
        expires_at=end,
        job_types=sorted(job_types),
    )
    session.add(row)
    session.flush()
    history.record(session, TokenIssued(user=user.name, token=row.id, job_types=row.job_types), actor=actor)
    return token


def find(connection: Connection, token: str) -> Bearer | None:
    """Whose token it is, with groups and units; None when unknown, revoked or its user disabled. 1 SQL, no write."""
    found = connection.execute(_finding(connection.dialect.name), {"hash": _hash(token)}).one_or_none()
    if found is None:
        return None
    expires_at, used_at, types, language, *who = found
    actor, now = access.stored_actor(*who), clock.real()
    touch_due = used_at is None or used_at < now - TOUCH
    return Bearer(actor, language, expires_at, expires_at <= now, touch_due, frozenset(types))


def refusal(session: Session, token: str) -> tuple[str, int, str] | None:
    """Why a token is not good (``revoked``, ``disabled``, ``ended``), its id, and whose it is; None for no token."""
    query = select(ApiToken.id, ApiToken.revoked_at, User.disabled_at, User.name)
    query = query.join(User, User.id == ApiToken.user_id).where(ApiToken.token_hash == _hash(token))
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    return ("revoked" if row.revoked_at else "disabled" if row.disabled_at else "ended", row.id, row.name)


@cache
def _finding(dialect: str) -> Select[Any]:
    """Built once, and of columns alone: it belongs to every request, and making a `User` takes four times as long."""
    good = (
        ApiToken.token_hash == bindparam("hash"),
        ApiToken.revoked_at.is_(None),
        User.disabled_at.is_(None),
    )
    own = ApiToken.expires_at, ApiToken.used_at, ApiToken.job_types
    query = select(*own, User.language, *access.actor_columns(dialect))
    return query.join(User, ApiToken.user_id == User.id).where(*good)


def touch(session: Session, token: str) -> None:
    """Note that the token is in use; changes nothing within an hour of the last time."""
    now = clock.real()
    due = or_(ApiToken.used_at.is_(None), ApiToken.used_at < now - TOUCH)
    session.execute(update(ApiToken).where(ApiToken.token_hash == _hash(token), due).values(used_at=now))


def live(session: Session, user_id: int) -> Sequence[ApiToken]:
    """The good tokens of a user, the one that ends first before the others."""
    query = select(ApiToken).where(
        ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.real()
    )
    return session.scalars(query.order_by(ApiToken.expires_at, ApiToken.id)).all()


def ends_soon(token: ApiToken) -> bool:
    """Whether somebody should think of the next one."""
    return token.expires_at < clock.real() + SOON


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
