"""Passkeys: added and removed with the password, and signed in with, alone or as the second step."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import InvalidForm, TooManyAttempts
from app.base.i18n import _
from app.commands.people.accounts import FirstStepOver, prove_old_password
from app.commands.transaction import run_without_key
from app.models import User
from app.services.core import security_log
from app.services.core.access import Actor
from app.services.core.security_log import Deed
from app.services.core.security_notes import REFUSAL_S, notes_of
from app.services.people import passkeys, rate_limits, second_steps, sessions
from app.services.people.passkeys import Asked
from app.services.people.second_steps import Ticket
from app.services.people.sessions import SESSION_LETTERS


def begin_adding(database: Database, password: str, name: str, *, actor: Actor) -> Asked:
    """Ask the actor's browser for a new passkey, once he proved that it is he.

    Raises:
        InvalidForm: the password is wrong, or see `passkeys.begin_adding`. TooManyAttempts.
    """
    passkeys.check_name(name)
    admission, _proved = prove_old_password(database, password, "password", actor=actor)

    def begin(session: Session) -> Asked:
        rate_limits.forgive(session, admission)
        return passkeys.begin_adding(session, name, actor=actor)

    return run_without_key(database, begin)


def add(database: Database, sealed: str, answer: str, *, actor: Actor, keep: str | None) -> list[str]:
    """Store the new passkey; return recovery codes if it turned the second step on. Then other sessions end.

    Raises:
        InvalidForm: see `passkeys.store`.
    """

    def store(session: Session) -> list[str]:
        codes = passkeys.store(session, sealed, answer, actor=actor)
        if codes:
            sessions.end_all(session, actor.id, why="second_step", keep=keep)
        return codes

    return run_without_key(database, store)


def remove(database: Database, password: str, passkey_id: int, *, actor: Actor, keep: str | None) -> bool:
    """Remove a passkey of the actor; other sessions of his end. Return whether his second step is off by that.

    Raises:
        NotFound; InvalidForm: the password is wrong. TooManyAttempts.
    """
    admission, _proved = prove_old_password(database, password, "password", actor=actor)

    def do(session: Session) -> bool:
        rate_limits.forgive(session, admission)
        off = passkeys.remove(session, passkey_id, actor=actor)
        sessions.end_all(session, actor.id, why="second_step", keep=keep)
        return off

    return run_without_key(database, do)


def sign_in(
    database: Database, sealed: str, answer: str, *, replaces: str | None = None, browser: str = ""
) -> tuple[User, str]:
    """Return the user of a passkey that verified him, and a new token for his browser; see `accounts.sign_in`.

    Raises:
        InvalidForm: see `passkeys.prove` and `passkeys.use`.
    """

    def begin(session: Session) -> tuple[User, str]:
        passkeys.use(session, proof)
        user, token = sessions.begin(
            session, proof.user_id, None, None, replaces, browser, two_steps=True, way="passkey"
        )
        _record(session, user, token)
        return user, token

    try:
        with database.reading() as session:
            proof = passkeys.prove(session, sealed, answer)
        return run_without_key(database, begin)
    except InvalidForm:
        # Nobody is named: it may be anybody, a reporter too.
        security_log.come_from(replace(security_log.origin(), source=""))
        notes_of(database).take(Deed("session", "passkey", "wrong"), once_in_s=REFUSAL_S)
        raise


def begin_second_step(database: Database, ticket: str) -> Asked:
    """Ask the browser of who gave his password for a passkey of his.

    Raises:
        FirstStepOver: he begins again. InvalidForm: this address knows no passkeys.
    """
    with database.reading() as session:
        return passkeys.begin_entering(session, _first(session, ticket).user_id)


def take_second_step(
    database: Database,
    ticket: str,
    sealed: str,
    answer: str,
    *,
    replaces: str | None = None,
    browser: str = "",
) -> tuple[User, str]:
    """Return the user and a new token for his browser; see `accounts.take_second_step`.

    Raises:
        FirstStepOver: he begins again. InvalidForm: see `passkeys.prove` and `passkeys.use`. TooManyAttempts.
    """

    def begin(session: Session) -> tuple[User, str]:
        passkeys.use(session, proof)
        user, token = sessions.begin(
            *(session, first.user_id, first.proved, admission, replaces, browser),
            two_steps=True,
            way=first.way,
        )
        _record(session, user, token)
        return user, token

    with database.reading() as session:
        first = _first(session, ticket)
    try:
        admission = run_without_key(database, lambda session: second_steps.admit_code(session, first.user_id))
        with database.reading() as session:
            proof = passkeys.prove(session, sealed, answer, first.user_id)
        return run_without_key(database, begin)
    except (InvalidForm, TooManyAttempts) as error:
        outcome = "wrong" if isinstance(error, InvalidForm) else error.code
        deed = Deed("session", "second_step", outcome, target=("user", first.user_id))
        notes_of(database).take(deed, once_in_s=REFUSAL_S)
        raise


def _first(session: Session, ticket: str) -> Ticket:
    first = second_steps.ticket_of(session, ticket)
    if first is None:
        raise FirstStepOver(_("Masuk lagi: kata sandi Anda diperiksa lebih dari 10 menit yang lalu."))
    return first


def _record(session: Session, user: User, token: str) -> None:
    security_log.recognise(sessions.fingerprint(token)[:SESSION_LETTERS])
    security_log.record(session, Deed("session", "passkey", actor_id=user.id))
