"""Pictures that a telephone sends into an officer's form: by an address that is good for one draft, and not for long.

Whoever has the address may add pictures and read nothing. See decision 68.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.base.errors import InvalidForm, NotFound
from app.base.i18n import _
from app.models import PhoneUpload, User
from app.services.core import access, clock, encryption, rights
from app.services.core.access import Actor
from app.services.people import rate_limits
from app.services.people.rate_limits import Limit

LIFETIME = timedelta(minutes=15)
MOST = 5
#: What a telephone may send: pictures alone.
KINDS = ".jpg,.jpeg,.png"
_PURPOSE = "phone upload"
#: Enough for somebody who chooses one picture after another, not for filling the disk.
_SENDINGS = Limit("phone upload", free=10, first_s=2, longest_s=60)


@dataclass(frozen=True)
class Sender:
    """Whose form a telephone adds pictures to, and how many more it may send."""

    actor: Actor
    field_key: str
    is_private: bool
    taken: int
    until: datetime

    @property
    def left(self) -> int:
        """How many pictures may follow."""
        return MOST - self.taken


def begin(
    session: Session, scope: str, field_key: str, *, private: bool, actor: Actor
) -> tuple[str, datetime]:
    """Return the secret of a new address for the draft ``scope`` of the actor, and until when it is good. One of
    before is worthless; pictures that came by it stay.

    Raises:
        NotAllowed: the actor is an auditor.
    """
    rights.require_not_auditor(actor)
    token, until = secrets.token_urlsafe(16), clock.real() + LIFETIME
    row = _own(session, scope, actor)
    if row is None:
        row = PhoneUpload(user_id=actor.id, scope=scope, photos=[])
        session.add(row)
    elif row.field_key != field_key:
        row.photos = []
    row.token_hash, row.until = _hash(session, token), until
    row.field_key, row.is_private = field_key, private
    session.flush()
    return token, until


def sender(session: Session, token: str, *, lock: bool = False) -> Sender:
    """Whose draft an address adds to. 2 SQL.

    Raises:
        NotFound: there is no such address, its time is over, its form was sent, or its officer is not let in now.
    """
    row = _of_token(session, token, lock=lock)
    user = session.get(User, row.user_id) if row is not None else None
    if row is None or user is None or user.disabled_at is not None or user.is_auditor:
        raise NotFound(_("Alamat ini tidak berlaku lagi. Minta petugas menampilkan kode QR yang baru."))
    return Sender(access.actor_of(user), row.field_key, row.is_private, len(row.photos), row.until)


def admit(session: Session, token: str) -> None:
    """Count one sending, in a transaction of its own.

    Raises:
        TooManyAttempts: there were many a moment ago.
    """
    rate_limits.admit(session, {_SENDINGS: token})


def add(session: Session, token: str, ids: list[str]) -> int:
    """Hand files that were taken in for this address to its form; return how many more may follow.

    Raises:
        What `sender` raises. InvalidForm: they are too many; none is handed over.
    """
    found = sender(session, token, lock=True)
    if len(ids) > found.left:
        message = _("Paling banyak {most} foto untuk satu laporan.", most=MOST)
        raise InvalidForm(message, {"foto": message})
    row = _of_token(session, token)
    assert row is not None  # noqa: S101 found just now
    row.photos = [*row.photos, *ids]
    return found.left - len(ids)


def photos_of(session: Session, scope: str, *, actor: Actor) -> tuple[str, list[str]]:
    """The field of the actor's draft that pictures came for, and their ids, the oldest first. 1 SQL."""
    row = _own(session, scope, actor)
    return (row.field_key, list(row.photos)) if row is not None else ("", [])


def forget(session: Session, scope: str, ids: Collection[str], *, actor: Actor) -> None:
    """Take pictures away that the officer does not want; others may come in their place. 1 SQL."""
    row = _own(session, scope, actor)
    if row is not None:
        row.photos = [one for one in row.photos if one not in ids]


def close(session: Session, scope: str, *, actor: Actor) -> None:
    """The form was sent or thrown away: its address is worthless. 1 SQL."""
    session.execute(delete(PhoneUpload).where(PhoneUpload.user_id == actor.id, PhoneUpload.scope == scope))


def _own(session: Session, scope: str, actor: Actor) -> PhoneUpload | None:
    query = select(PhoneUpload).where(PhoneUpload.user_id == actor.id, PhoneUpload.scope == scope)
    return session.scalars(query).one_or_none()


def _of_token(session: Session, token: str, *, lock: bool = False) -> PhoneUpload | None:
    query = select(PhoneUpload).where(PhoneUpload.token_hash == _hash(session, token))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    return row if row is not None and clock.real() < row.until else None


def _hash(session: Session, token: str) -> str:
    return encryption.fingerprint(session, _PURPOSE, token)
