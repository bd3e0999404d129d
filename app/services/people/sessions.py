"""Signed-in browsers: a random token in the cookie, its hash in the table ``login_session``.

Sessions and limits live by the machine's own time: moving the clock signs nobody out and revives nobody.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

import orjson
from sqlalchemy import Select, Text, bindparam, cast, delete, select, update
from sqlalchemy.orm import Session

from app.base.config import Office
from app.base.errors import InvalidForm
from app.base.i18n import _
from app.history import writer
from app.history.catalogue import Event
from app.history.events.people import SessionBegun, SessionEnded
from app.history.writer import Record
from app.models import LoginSession, PhoneUpload, User
from app.services.core import addresses, clock, holidays, office, sealed_values, security_log, settings
from app.services.core.rights import WITH_MEMBERSHIPS
from app.services.core.security_log import Deed
from app.services.people import passwords, rate_limits, second_steps
from app.services.people.rate_limits import Admission, Limit

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
TOUCH = timedelta(seconds=60)
#: Of a token's fingerprint the security log tells so many letters: which session it was, and nothing to try.
SESSION_LETTERS = 12

#: How a session begins.
Way = Literal["password", "passkey", "provider"]

#: The width of the column.
_MOST_WORDS = 60

# Guesses from elsewhere must not keep the owner out: what is tight counts one place. Many places at one account are
# counted too, or each would have five guesses more.
_ACCOUNT_THERE = Limit("sign-in account and source", free=5, first_s=2, longest_s=60)
_ACCOUNT = Limit("sign-in account", free=100, first_s=1, longest_s=10, shared=True)
# A whole office comes from one address, so nobody waits for what others there got wrong. After many failures, be it
# at accounts that nobody has, each account has fewer guesses from there, and a longer pause after the first.
_SOURCE = Limit("sign-in source", free=30, first_s=0, longest_s=0, shared=True)
_ACCOUNT_IN_A_CROWD = Limit("sign-in account and source", free=1, first_s=30, longest_s=300)


# Who signed in before has his browser for a witness: in it he waits for his own mistakes alone.
_ACCOUNT_IN_BROWSER = Limit("sign-in account and browser", free=5, first_s=2, longest_s=60)
_KNOWN_PURPOSE = "known browser"
KNOWN = timedelta(days=180)


@dataclass(frozen=True)
class SignedIn:
    """Who a token belongs to. ``touch_due``: call `touch`, or the session will end as idle. ``owes_second_step``:
    one of his roles demands a second step at sign-in, and he has none. ``way``: how he came in. ``office``,
    ``days_off``: what every page shows or counts by, as it was read along.
    """

    user: User
    touch_due: bool
    owes_second_step: bool = False
    way: str = "password"
    office: Office | None = None
    days_off: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenSession:
    """A signed-in browser as its user reads of it. ``id``: the hash of its token, which signs nobody in."""

    id: str
    browser: str
    begun_at: datetime
    seen_at: datetime
    is_this: bool


def admit(session: Session, name: str, source: str, known: str = "") -> Admission:
    """Count an attempt to sign in, in a transaction of its own; see `rate_limits.admit`.

    ``source``: the address that the attempt comes from; only a keyed hash of it is kept. ``known``: what
    `known_browser` let this browser keep; if it is for this account, nothing counts but attempts made with it.

    Raises:
        TooManyAttempts: at this account, from here or at all.
    """
    account, place = _plain(name), addresses.subscriber(source)
    held = sealed_values.unseal(session, _KNOWN_PURPOSE, known) if known else None
    if held is not None and held["name"] == account:
        return rate_limits.admit(session, {_ACCOUNT_IN_BROWSER: held["nonce"]})
    crowded = rate_limits.is_crowded(session, _SOURCE, place)
    there = _ACCOUNT_IN_A_CROWD if crowded else _ACCOUNT_THERE
    return rate_limits.admit(session, {there: f"{place} {account}", _ACCOUNT: account, _SOURCE: place})


def known_browser(session: Session, user: User) -> str:
    """What the browser of somebody who signed in may keep for `KNOWN`: guesses that others make at his account then
    do not keep him waiting in it. It lets nobody in.
    """
    content = {"name": _plain(user.name), "nonce": secrets.token_urlsafe(16)}
    return sealed_values.seal(session, _KNOWN_PURPOSE, content, KNOWN)


def prove(session: Session, name: str, password: str) -> tuple[int, str]:
    """Return the id of the user whose name and password these are, and the hash that the password fits.

    It hashes, which takes long: not within a transaction that writes.

    Raises:
        InvalidForm: no such user, a wrong password, or disabled: the same sentence for all.
    """
    row = session.execute(
        select(User.id, User.password_hash).where(User.name == _plain(name), User.disabled_at.is_(None))
    ).one_or_none()
    local = settings.config(session).local
    if not passwords.matches(row.password_hash if row else None, password, local=local) or row is None:
        raise _refused(name)
    return row.id, row.password_hash


def account(session: Session, name: str) -> str | None:
    """The name of the account that somebody tried to sign in to, as it is stored; None if there is none."""
    found: str | None = session.scalar(select(User.name).where(User.name == _plain(name)))
    return found


def begin(
    session: Session,
    user_id: int,
    proved: str | None,
    admission: Admission | None,
    replaces: str | None,
    browser: str = "",
    *,
    two_steps: bool = False,
    way: Way = "password",
) -> tuple[User, str]:
    """Begin a session of the user; return him and the token for his browser, which held ``replaces`` before.

    ``proved``: the hash that `prove` returned; None: it was not his password that he proved. ``browser``: what his
    list of sessions calls it. ``two_steps``: he proved more than one factor.

    Raises:
        InvalidForm: he was disabled or given another password meanwhile, or signing in takes a second step by now.
    """
    still = [User.id == user_id, User.disabled_at.is_(None)]
    if proved is not None:
        still.append(User.password_hash == proved)
    if not two_steps:
        still.append(User.second_step_at.is_(None))
    query = select(User).where(*still).options(*WITH_MEMBERSHIPS)
    # Whoever resets the password waits for this session, and ends it.
    user = session.scalars(query.with_for_update(key_share=True, of=User)).unique().one_or_none()
    if user is None:
        raise _refused("")
    if replaces:
        sign_out(session, replaces)
    if admission is not None:
        rate_limits.forgive(session, admission)
    token, now = secrets.token_urlsafe(32), clock.real()
    row = LoginSession(user_id=user.id, created_at=now, seen_at=now, way=way, two_steps=two_steps)
    row.token_hash, row.browser = fingerprint(token), browser[:_MOST_WORDS]
    session.add(row)
    user.signed_in_at = now
    begun = SessionBegun(
        user=user.name, way=way, session=row.token_hash[:SESSION_LETTERS], two_steps=two_steps
    )
    _tell(session, begun, user.id)
    return user, token


def resume(session: Session, token: str) -> SignedIn | None:
    """Whom the token belongs to, with groups and units; None when it is unknown or over. 1 SQL, no write."""
    now = clock.real()
    limits = {"idle_since": now - IDLE, "begun_before": now - ABSOLUTE}
    query = _resuming(session.get_bind().dialect.name)
    found = session.execute(query, {"hash": fingerprint(token), **limits}).unique().one_or_none()
    if found is None:
        return None
    user, seen_at, demand, way, two_steps, of_office, days_off = found
    owes = not two_steps and second_steps.owes(user, demand)
    runs = office.from_stored(session, of_office)
    return SignedIn(user, seen_at < now - TOUCH, owes, way, runs, orjson.loads(days_off or "{}"))


@cache
def _resuming(dialect: str) -> Select[User, datetime, str, str, bool, str, str]:
    """Built once: it belongs to every page."""
    held = (LoginSession.seen_at, second_steps.demand_stored(), LoginSession.way, LoginSession.two_steps)
    return (
        select(User, *held, office.stored(), cast(holidays.column(dialect), Text))
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(
            LoginSession.token_hash == bindparam("hash"),
            LoginSession.seen_at > bindparam("idle_since"),
            LoginSession.created_at > bindparam("begun_before"),
            User.disabled_at.is_(None),
        )
        .options(*WITH_MEMBERSHIPS)
    )


def touch(session: Session, token: str) -> None:
    """Note that the session is in use; changes nothing within a minute of the last time, or once it is over."""
    now = clock.real()
    alive = (LoginSession.seen_at > now - IDLE, LoginSession.seen_at < now - TOUCH)
    session.execute(
        update(LoginSession).where(LoginSession.token_hash == fingerprint(token), *alive).values(seen_at=now)
    )


def sign_out(session: Session, token: str) -> None:
    """End the session of this token."""
    ended = delete(LoginSession).where(LoginSession.token_hash == fingerprint(token))
    for user_id in session.scalars(ended.returning(LoginSession.user_id)).all():
        _end_phones(session, user_id)
        _tell_of_end(session, user_id, [fingerprint(token)], "signed_out", user_id)


def _tell(session: Session, event: Event, actor_id: int | None) -> None:
    """To the record alone: the security log tells of it in its own words."""
    writer.add(session, Record(event, None, actor_id), instance_id=None, at=clock.now(session))


def _tell_of_end(
    session: Session, user_id: int, hashes: Sequence[str], why: str, actor_id: int | None
) -> None:
    """Where somebody ended them: what ends with a password or an account is told by the event of that."""
    if hashes and why in ("signed_out", "own", "administrator"):
        letters = sorted(one[:SESSION_LETTERS] for one in hashes)
        event = SessionEnded(user=session.get_one(User, user_id).name, why=why, sessions=letters)
        _tell(session, event, actor_id)


def _end_phones(session: Session, user_id: int) -> None:
    """Let no telephone send pictures any more by an address that the user was shown, in whichever session: what came
    stays with its draft. A code that he still needs in another browser he shows anew."""
    mine = (PhoneUpload.user_id == user_id, PhoneUpload.until > clock.real())
    session.execute(update(PhoneUpload).where(*mine).values(until=clock.real()))


def end_all(
    session: Session, user_id: int, *, why: str, keep: str | None = None, actor_id: int | None = None
) -> None:
    """End every session of a user, but the one whose token is ``keep``.

    ``why``: ``disabled``, ``password``, ``second_step``, ``own`` or ``administrator``; ``actor_id``: who did it.
    """
    mine = LoginSession.user_id == user_id
    ended = delete(LoginSession).where(mine, LoginSession.token_hash != fingerprint(keep or ""))
    hashes = session.scalars(ended.returning(LoginSession.token_hash)).all()
    for token_hash in hashes:
        _record_end(session, user_id, token_hash, why)
    _tell_of_end(session, user_id, hashes, why, user_id if why == "own" else actor_id)


def _record_end(session: Session, user_id: int, token_hash: str, why: str) -> None:
    _end_phones(session, user_id)
    deed = Deed("session", "session_ended", why, target=("user", user_id), part=token_hash[:SESSION_LETTERS])
    security_log.record(session, deed)


def open_sessions(session: Session, user_id: int, token: str | None) -> list[OpenSession]:
    """The sessions of a user that are not over, the one used last first. ``token``: of the browser that asks."""
    now, this = clock.real(), fingerprint(token or "")
    alive = (LoginSession.seen_at > now - IDLE, LoginSession.created_at > now - ABSOLUTE)
    query = select(LoginSession).where(LoginSession.user_id == user_id, *alive)
    return [
        OpenSession(row.token_hash, row.browser, row.created_at, row.seen_at, row.token_hash == this)
        for row in session.scalars(query.order_by(LoginSession.seen_at.desc(), LoginSession.token_hash))
    ]


def end_one(
    session: Session, user_id: int, session_id: str, *, why: str, actor_id: int | None = None
) -> None:
    """End one session of a user, by its id in `open_sessions`. What is somebody else's stays.

    ``why``, ``actor_id``: see `end_all`.
    """
    mine = (LoginSession.user_id == user_id, LoginSession.token_hash == session_id)
    hashes = session.scalars(delete(LoginSession).where(*mine).returning(LoginSession.token_hash)).all()
    for token_hash in hashes:
        _record_end(session, user_id, token_hash, why)
    _tell_of_end(session, user_id, hashes, why, user_id if why == "own" else actor_id)


def record_ends(session: Session, hashes: Sequence[str]) -> None:
    """Let the security log tell why sessions end that are over by themselves."""
    idle_since = clock.real() - IDLE
    columns = (LoginSession.user_id, LoginSession.token_hash, LoginSession.seen_at)
    over = session.execute(select(*columns).where(LoginSession.token_hash.in_(hashes)))
    for user_id, token_hash, seen_at in over.all():
        _record_end(session, user_id, token_hash, "idle" if seen_at < idle_since else "expired")


def _refused(name: str) -> InvalidForm:
    message = _("Nama pengguna atau kata sandi tidak cocok.")
    return InvalidForm(message, {"password": message}, {"name": name})


def _plain(name: str) -> str:
    return name.strip().casefold()


def fingerprint(token: str) -> str:
    """What may be kept of a browser's token: its SHA-256 in hexadecimal, which signs nobody in."""
    return hashlib.sha256(token.encode()).hexdigest()
