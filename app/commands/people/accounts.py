"""Signing in and changing one's password: a guess stays counted although it is refused.

The attempt is counted in a transaction of its own, and no transaction is open while a password is hashed.
"""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import AppError, InvalidForm, TooManyAttempts
from app.base.i18n import _
from app.commands.security_log import record
from app.commands.transaction import run_without_key
from app.models import User
from app.services.core import security_log, settings
from app.services.core.access import Actor
from app.services.core.security_log import Deed
from app.services.core.security_notes import REFUSAL_S, notes_of
from app.services.people import (
    accounts,
    passwords,
    provider_accounts,
    rate_limits,
    second_steps,
    sessions,
)
from app.services.people.sessions import SESSION_LETTERS


@dataclass(frozen=True)
class SecondStepDue:
    """The password is right, and more is needed. ``ticket``: for `take_second_step`, sealed."""

    ticket: str


class ProviderOnly(InvalidForm):
    """Passwords let administrators in and nobody else: all others come by the provider, or with a passkey."""

    code = "provider_only"


class FirstStepOver(AppError):
    """What proved the first step is over its time, or worthless since."""

    code = "first_step_over"


def sign_in(
    database: Database,
    name: str,
    password: str,
    *,
    source: str,
    replaces: str | None = None,
    browser: str = "",
    known: str = "",
) -> tuple[User, str] | SecondStepDue:
    """Return the user and a new token for his browser, or what his second step begins with; ``replaces`` is the token
    that it held before.

    ``source``: the address that the attempt comes from; only a keyed hash of it is kept. ``browser``: what his list
    of sessions calls it. ``known``: what it kept of an earlier sign-in, see `sessions.known_browser`.

    Raises:
        TooManyAttempts: at this account, from this source or at all.
        InvalidForm: no such user, a wrong password, or disabled: the same sentence for all.
        ProviderOnly: the password is right, and lets nobody in but administrators.
    """

    def begin(session: Session) -> tuple[User, str]:
        user, token = sessions.begin(session, user_id, proved, admission, replaces, browser)
        security_log.recognise(sessions.fingerprint(token)[:SESSION_LETTERS])
        security_log.record(session, Deed("session", "sign_in", actor_id=user.id))
        return user, token

    try:
        admission = run_without_key(database, lambda session: sessions.admit(session, name, source, known))
        with database.reading() as session:
            user_id, proved = sessions.prove(session, name, password)
            _require_password_door(session, user_id)
            ticket = (
                second_steps.issue_ticket(session, user_id, proved)
                if second_steps.is_set(session, user_id)
                else ""
            )
        if ticket:
            run_without_key(database, lambda session: rate_limits.forgive(session, admission))
            return SecondStepDue(ticket)
        return run_without_key(database, begin)
    except ProviderOnly as error:
        _record_refusal(database, name, error.code)
        raise
    except (InvalidForm, TooManyAttempts) as error:
        _record_refusal(database, name, "wrong" if isinstance(error, InvalidForm) else error.code)
        raise


def _require_password_door(session: Session, user_id: int) -> None:
    """After the password was proved: it tells whoever guesses nothing."""
    if not provider_accounts.may_use_password(session, user_id):
        provider = settings.config(session).provider
        name = provider.name if provider else ""
        message = _("Kata sandi Anda benar, tetapi di sini Anda masuk lewat {provider}.", provider=name)
        raise ProviderOnly(message, {"password": message})


def take_second_step(
    database: Database, ticket: str, code: str, *, replaces: str | None = None, browser: str = ""
) -> tuple[User, str, int | None]:
    """Return the user, a new token for his browser, and how many recovery codes are left if he used one.

    ``ticket``: of `SecondStepDue`. ``replaces``, ``browser``: see `sign_in`.

    Raises:
        FirstStepOver: he begins again. InvalidForm: the code is wrong or was used. TooManyAttempts.
    """
    with database.reading() as session:
        first = second_steps.ticket_of(session, ticket)
    if first is None:
        raise FirstStepOver(_("Masuk lagi: kata sandi Anda diperiksa lebih dari 10 menit yang lalu."))

    def begin(session: Session) -> tuple[User, str, int | None]:
        left = second_steps.accept_code(session, first.user_id, code)
        user, token = sessions.begin(
            *(session, first.user_id, first.proved, admission, replaces, browser),
            two_steps=True,
            way=first.way,
        )
        security_log.recognise(sessions.fingerprint(token)[:SESSION_LETTERS])
        security_log.record(session, Deed("session", "sign_in", actor_id=user.id))
        return user, token, left

    try:
        admission = run_without_key(database, lambda session: second_steps.admit_code(session, first.user_id))
        return run_without_key(database, begin)
    except InvalidForm:
        record(database, Deed("session", "second_step", "wrong", target=("user", first.user_id)))
        raise
    except TooManyAttempts as error:
        deed = Deed("session", "second_step", error.code, target=("user", first.user_id))
        notes_of(database).take(deed, once_in_s=REFUSAL_S)
        raise


def set_second_step(
    database: Database, password: str, setup: str, code: str, *, actor: Actor, keep: str | None
) -> list[str]:
    """Let the actor's sign-in take a second step; return his recovery codes. Other sessions of his end.

    ``setup``: of `second_steps.begin_setup`, sealed.

    Raises:
        InvalidForm: the password is wrong, or the code. TooManyAttempts: see `change_password`.
    """
    admission, _proved = prove_old_password(database, password, "password", actor=actor)

    def store(session: Session) -> list[str]:
        rate_limits.forgive(session, admission)
        codes = second_steps.store_setup(session, setup, code, actor=actor)
        sessions.end_all(session, actor.id, why="second_step", keep=keep)
        return codes

    return run_without_key(database, store)


def remove_second_step(database: Database, password: str, *, actor: Actor, keep: str | None) -> None:
    """Let the actor's sign-in take the password alone. Other sessions of his end.

    Raises:
        InvalidForm: the password is wrong. TooManyAttempts: see `change_password`.
    """
    admission, _proved = prove_old_password(database, password, "password", actor=actor)

    def remove(session: Session) -> None:
        rate_limits.forgive(session, admission)
        second_steps.remove(session, actor=actor)
        sessions.end_all(session, actor.id, why="second_step", keep=keep)

    run_without_key(database, remove)


def renew_recovery_codes(database: Database, password: str, *, actor: Actor) -> list[str]:
    """Return new recovery codes of the actor; those before are void.

    Raises:
        InvalidForm: the password is wrong, or there is no second step. TooManyAttempts: see `change_password`.
    """
    admission, _proved = prove_old_password(database, password, "password", actor=actor)

    def renew(session: Session) -> list[str]:
        rate_limits.forgive(session, admission)
        return second_steps.make_recovery_codes(session, actor=actor)

    return run_without_key(database, renew)


def _record_refusal(database: Database, name: str, outcome: str) -> None:
    """Tell the security log of an attempt: at which account if there is one, else of what was typed nothing at all.

    It may have been a password, or a reporter at the wrong door: where it came from is not told then, either.
    """
    with database.reading() as session:
        account = sessions.account(session, name)
    if account is None:
        security_log.come_from(replace(security_log.origin(), source=""))
    deed = Deed("session", "sign_in", outcome, target=("user", account) if account else None)
    if outcome == "wrong":  # as many as the limits let through
        record(database, deed)
    else:
        notes_of(database).take(deed, once_in_s=REFUSAL_S)


def sign_out(database: Database, token: str, *, actor_id: int | None) -> None:
    """End the session of this token."""

    def end(session: Session) -> None:
        sessions.sign_out(session, token)
        security_log.record(session, Deed("session", "sign_out", actor_id=actor_id))

    run_without_key(database, end)


def change_password(database: Database, old: str, new: str, *, actor: Actor, keep: str | None = None) -> None:
    """Change the actor's own password; API tokens and other sessions end, the one with token ``keep`` stays.

    Raises:
        InvalidForm: the old password is wrong, the new one too weak or the same.
        TooManyAttempts: whoever sits at his browser has been guessing the old one.
    """
    with database.reading() as session:
        accounts.check_new_password(session, old, new, actor=actor)
    admission, proved = prove_old_password(database, old, "old", actor=actor)
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
    admission, _proved = prove_old_password(database, password, "password", actor=actor)

    def end(session: Session) -> None:
        rate_limits.forgive(session, admission)
        if session_id is None:
            sessions.end_all(session, actor.id, why="own", keep=keep)
        else:
            sessions.end_one(session, actor.id, session_id, why="own")

    run_without_key(database, end)


def prove_old_password(
    database: Database, password: str, field: str, *, actor: Actor
) -> tuple[rate_limits.Admission, str]:
    """Let the actor prove that it is he; the security log tells of it when he does not."""
    try:
        admission = run_without_key(
            database, lambda session: accounts.admit_old_password(session, actor=actor)
        )
        with database.reading() as session:
            return admission, accounts.prove_old_password(session, password, actor=actor, field=field)
    except (InvalidForm, TooManyAttempts) as error:
        outcome = "wrong" if isinstance(error, InvalidForm) else error.code
        notes_of(database).take(Deed("session", "old_password", outcome, actor.id), once_in_s=REFUSAL_S)
        raise
