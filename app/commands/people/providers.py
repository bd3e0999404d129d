"""Signing in by the provider that vouches for users. It is asked while no transaction is open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.base.config import Provider
from app.base.db import Database
from app.base.errors import AppError, InvalidForm
from app.base.i18n import _
from app.commands.people.accounts import SecondStepDue
from app.commands.security_log import record
from app.commands.transaction import run_without_key
from app.models import User
from app.services.core import security_log
from app.services.core.security_log import Deed
from app.services.core.security_notes import REFUSAL_S, notes_of
from app.services.people import provider_accounts, provider_protocol, second_steps, sessions
from app.services.people.provider_accounts import UnknownUser, UserRefused
from app.services.people.provider_protocol import Journey, ProviderDeclined, ProviderFailed
from app.services.people.sessions import SESSION_LETTERS

#: Why somebody is not let in.
Refusals = (UnknownUser, UserRefused, ProviderDeclined, ProviderFailed, InvalidForm)


@dataclass(frozen=True)
class Departure:
    """``address``: where the browser goes; ``sealed``: what it keeps till it comes back."""

    address: str
    sealed: str


class JourneyOver(AppError):
    """Who comes back from the provider did not go there with this browser, took too long, or was here before."""

    code = "journey_over"


def depart(database: Database, provider: Provider, going_to: str, back: str) -> Departure:
    """Send a browser to the provider; it comes back to ``back`` and wants to ``going_to`` then.

    Raises:
        ProviderFailed.
    """
    journey = provider_protocol.new_journey(going_to)
    address = provider_protocol.departure(provider, journey, back)
    with database.reading() as session:
        return Departure(address, provider_accounts.seal_journey(session, journey))


def resume(database: Database, sealed: str, state: str) -> Journey:
    """The journey of a browser that came back. It is spent by that, whatever comes of it.

    Raises:
        JourneyOver.
    """
    found = run_without_key(database, lambda session: provider_accounts.spend_journey(session, sealed, state))
    if found is None:
        _note(database, JourneyOver.code)
        raise JourneyOver(_("Mulai lagi: jalan masuk ini terlalu lama terbuka atau sudah dipakai."))
    return found


def enter(
    database: Database,
    provider: Provider,
    journey: Journey,
    answer: Mapping[str, str],
    back: str,
    *,
    replaces: str | None = None,
    browser: str = "",
) -> tuple[User, str] | SecondStepDue:
    """Return the user whom the provider vouches for and a new token for his browser, or what his second step begins
    with. ``answer``: what it sent the browser back with; the rest as of `accounts.sign_in`.

    Raises:
        one of `Refusals`.
    """

    def begin(session: Session) -> tuple[User, str] | SecondStepDue:
        user = provider_accounts.user_of(session, provider, claims)
        two_steps = provider_protocol.several_factors(claims)
        if user.second_step_at is not None and not two_steps:
            way = second_steps.issue_ticket(session, user.id, user.password_hash, way="provider")
            return SecondStepDue(way)
        entered = sessions.begin(
            session, user.id, None, None, replaces, browser, two_steps=two_steps, way="provider"
        )
        security_log.recognise(sessions.fingerprint(entered[1])[:SESSION_LETTERS])
        security_log.record(session, Deed("session", "provider", actor_id=user.id))
        return entered

    try:
        claims = provider_protocol.claims_of(provider, journey, answer, back)
        return run_without_key(database, begin)
    except UserRefused as error:
        record(database, Deed("session", "provider", error.code, target=("user", error.name)))
        raise
    except Refusals as error:
        _note(database, error.code)
        raise


def _note(database: Database, outcome: str) -> None:
    """Tell the security log; of whoever is nobody here not where he came from."""
    security_log.come_from(replace(security_log.origin(), source=""))
    notes_of(database).take(Deed("session", "provider", outcome), once_in_s=REFUSAL_S)
