"""Signing in and changing one's password: a guess stays counted although it is refused.

The attempt is counted in a transaction of its own, and no transaction is open while a password is hashed.
"""

from sqlalchemy.orm import Session

from app.commands.transaction import run_without_key
from app.db import Database
from app.models import User
from app.services.core.access import Actor
from app.services.people import accounts, passwords, rate_limits, sessions


def sign_in(
    database: Database,
    name: str,
    password: str,
    *,
    source: str,
    replaces: str | None = None,
    browser: str = "",
) -> tuple[User, str]:
    """Return the user and a new token for his browser; ``replaces`` is the token that it held before.

    ``source``: the address that the attempt comes from; only a keyed hash of it is kept. ``browser``: what his list
    of sessions calls it.

    Raises:
        TooManyAttempts: at this account, from this source or at all.
        InvalidForm: no such user, a wrong password, or disabled: the same sentence for all.
    """
    admission = run_without_key(database, lambda session: sessions.admit(session, name, source))
    with database.reading() as session:
        user_id, proved = sessions.prove(session, name, password)
    return run_without_key(
        database, lambda session: sessions.begin(session, user_id, proved, admission, replaces, browser)
    )


def change_password(database: Database, old: str, new: str, *, actor: Actor, keep: str | None = None) -> None:
    """Change the actor's own password; API tokens and other sessions end, the one with token ``keep`` stays.

    Raises:
        InvalidForm: the old password is wrong, the new one too weak or the same.
        TooManyAttempts: whoever sits at his browser has been guessing the old one.
    """
    with database.reading() as session:
        accounts.check_new_password(session, old, new, actor=actor)
    admission = run_without_key(database, lambda session: accounts.admit_old_password(session, actor=actor))
    with database.reading() as session:
        proved = accounts.prove_old_password(session, old, actor=actor)
    digest = passwords.digest(new)

    def store(session: Session) -> None:
        accounts.store_password(session, digest, proved, admission, actor=actor, keep=keep)

    run_without_key(database, store)


def end_sessions(
    database: Database, password: str, session_id: str | None, *, actor: Actor, keep: str | None
) -> None:
    """End one of the actor's own sessions, or all without ``session_id`` but the one whose token is ``keep``.

    He proves with his password that it is he: who found his browser open must not put him out.

    Raises:
        InvalidForm: the password is wrong. TooManyAttempts: whoever sits at his browser has been guessing it.
    """
    admission = run_without_key(database, lambda session: accounts.admit_old_password(session, actor=actor))
    with database.reading() as session:
        accounts.prove_old_password(session, password, actor=actor, field="password")

    def end(session: Session) -> None:
        rate_limits.forgive(session, admission)
        if session_id is None:
            sessions.end_all(session, actor.id, keep=keep)
        else:
            sessions.end_one(session, actor.id, session_id)

    run_without_key(database, end)
