"""Users who come in by the provider that vouches for them: who is who, and who may still use a password.

See docs/decisions/0069.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.base.config import Provider
from app.base.errors import AppError, Conflict
from app.base.i18n import _
from app.history.events.people import ProviderTied, ProviderUntied
from app.models import Group, ProviderAccount, User
from app.services.core import clock, history, rights, sealed_values, settings
from app.services.core.access import Actor, actor_of
from app.services.people import passwords, profiles, sessions, users
from app.services.people.profiles import Profile
from app.services.people.provider_protocol import Journey

#: How long somebody may take at the provider.
PATIENCE = timedelta(minutes=10)
_JOURNEY = "provider journey"


class UnknownUser(AppError):
    """The provider vouches for somebody who is no user here."""

    code = "unknown_user"


class UserRefused(AppError):
    """The provider vouches for the user of this ``name``, who may not come in."""

    code = "user_refused"

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


class TiedElsewhere(UserRefused):
    """The provider gives the name of a user to somebody else than before."""

    code = "tied_elsewhere"


class UserDisabled(UserRefused):
    """He may not come in, whoever vouches for him."""

    code = "user_disabled"


def seal_journey(session: Session, journey: Journey) -> str:
    """What the browser keeps while it is at the provider."""
    return sealed_values.seal(session, _JOURNEY, asdict(journey), PATIENCE)


def spend_journey(session: Session, sealed: str, state: str) -> Journey | None:
    """The journey of a browser that comes back with ``state``, once; None when it is another's, over or spent."""
    held = sealed_values.unseal(session, _JOURNEY, sealed) if sealed else None
    if held is None or held["state"] != state:
        return None
    good = sealed_values.spend(session, state, clock.real() + PATIENCE)
    return Journey(**held) if good else None


def user_of(session: Session, provider: Provider, claims: Mapping[str, Any]) -> User:
    """The user whom the provider means, tied to its subject from now on; with his lanes, where it says which.

    Raises:
        UnknownUser; TiedElsewhere; UserDisabled.
    """
    user = _tied(session, provider, claims["sub"]) or _tie(session, provider, claims)
    if user.disabled_at is not None:
        raise UserDisabled(_("Akun Anda dinonaktifkan. Hubungi administrator."), user.name)
    if provider.lanes_claim:
        _work_in(session, user, claims.get(provider.lanes_claim))
    return user


def account_of(session: Session, user_id: int) -> ProviderAccount | None:
    """Who a user is at the provider, if he came in by it."""
    return session.get(ProviderAccount, user_id)


def untie(session: Session, user_id: int, *, actor: Actor | None) -> User:
    """Forget who a user is at the provider; his sessions end. By its claim he can be tied anew.

    Raises:
        NotFound; NotAllowed: the actor is no administrator. Conflict: he is not tied.
    """
    rights.require_administrator(actor)
    user = users.get(session, user_id)
    mine = ProviderAccount.user_id == user.id
    issuer = session.scalar(delete(ProviderAccount).where(mine).returning(ProviderAccount.issuer))
    if issuer is None:
        raise Conflict(_("{name} tidak terikat ke akun penyedia.", name=user.full_name))
    sessions.end_all(session, user.id, why="provider")
    history.record(session, ProviderUntied(user=user.name, issuer=issuer), actor=actor)
    return user


def may_use_password(session: Session, user_id: int) -> bool:
    """Whether a user's password lets him in; that of an administrator always does."""
    provider = settings.config(session).provider
    if provider is None or provider.passwords_of_all:
        return True
    return bool(session.scalar(select(User.is_admin).where(User.id == user_id)))


def _tied(session: Session, provider: Provider, subject: str) -> User | None:
    known = (ProviderAccount.issuer == provider.issuer, ProviderAccount.subject == subject)
    query = select(User).join(ProviderAccount, ProviderAccount.user_id == User.id).where(*known)
    return session.scalars(query).one_or_none()


def _tie(session: Session, provider: Provider, claims: Mapping[str, Any]) -> User:
    user = _claimed(session, provider, claims)
    if user is None:
        user = _add(session, provider, claims)
    elif user.disabled_at is not None:
        return user
    if account_of(session, user.id) is not None:
        raise TiedElsewhere(
            _(
                "Akun {name} di sini milik orang lain di {provider}. Administrator dapat melepas ikatannya.",
                name=user.name,
                provider=provider.name,
            ),
            user.name,
        )
    tied = {"issuer": provider.issuer, "subject": claims["sub"], "tied_at": clock.real()}
    session.add(ProviderAccount(user_id=user.id, **tied))
    session.flush()
    history.record(session, ProviderTied(user=user.name, issuer=provider.issuer), actor=actor_of(user))
    return user


def _claimed(session: Session, provider: Provider, claims: Mapping[str, Any]) -> User | None:
    """The one user whom the chosen claim names. The row is held: of two at once one is tied."""
    value = claims.get(provider.claim)
    if not isinstance(value, str) or not value.strip():
        return None
    if provider.claim != "email":
        named = User.name == value.strip().casefold()
    elif claims.get("email_verified") is True:
        named = func.lower(User.email) == value.strip().lower()
    else:
        return None
    found = session.scalars(select(User).where(named).with_for_update(of=User).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _add(session: Session, provider: Provider, claims: Mapping[str, Any]) -> User:
    """A new user without roles, lanes and units. His password is nobody's."""
    name = str(claims.get(provider.claim, "")).strip().casefold()
    full_name = str(claims.get("name") or name)[:200]
    profile = Profile(full_name)
    if not provider.adds_users or users.name_errors(name) or profiles.errors(session, profile):
        raise UnknownUser(
            _(
                "{provider} mengenal Anda, tetapi Anda belum menjadi pengguna Alur. Hubungi administrator.",
                provider=provider.name,
            )
        )
    if session.scalar(select(User.id).where(User.name == name)) is not None:
        raise UnknownUser(_("Nama pengguna {name} sudah dipakai.", name=name))
    return users.create(session, name, profile, passwords.invent_once(), must_change=False, actor=None)


def _work_in(session: Session, user: User, said: object) -> None:
    """Let him work in the lanes that the provider names, and in no others. Unknown names are left out."""
    listed = said if isinstance(said, list) else [said]
    names = {one for one in listed if isinstance(one, str)}
    known = frozenset(session.scalars(select(Group.id).where(Group.name.in_(sorted(names)))))
    before = profiles.profile_of(user)
    if known != before.groups:
        users.edit(session, user.id, replace(before, groups=known), actor=None)
