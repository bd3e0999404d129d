"""Who is who at the provider, on both databases; its protocol is tried against a real one in `tests/web/people`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.base.config import Provider
from app.base.db import Database
from app.base.errors import Conflict, NotAllowed
from app.models import Group, HistoryEvent, LoginSession, ProviderAccount, User
from app.services.core import clock
from app.services.core.access import Actor, actor_of
from app.services.people import provider_accounts, provider_protocol, sessions, users
from app.services.people.provider_accounts import TiedElsewhere, UnknownUser, UserDisabled
from tests.services.office import add_user

PROVIDER = Provider("https://masuk.example", "alur", "rahasia", "Penyedia")


@pytest.fixture
def rina(database: Database) -> int:
    with database.transaction() as session:
        user = session.get_one(User, add_user(session, "rina", "Loket").id)
        user.email = "Rina@Contoh.go.id"
        return user.id


def come(database: Database, provider: Provider = PROVIDER, **claims: Any) -> int:
    """The id of the user whom the provider means."""
    with database.transaction() as session:
        return provider_accounts.user_of(session, provider, {"sub": "s-1", **claims}).id


def test_the_first_time_the_claim_counts_and_then_the_subject(database: Database, rina: int) -> None:
    assert come(database, preferred_username=" Rina ") == rina
    assert come(database, preferred_username="lain") == rina
    assert come(database) == rina
    with pytest.raises(TiedElsewhere):
        come(database, sub="s-2", preferred_username="rina")
    other = replace(PROVIDER, issuer="https://lain.example")
    with pytest.raises(UnknownUser):  # the same subject of another issuer is somebody else
        come(database, other, preferred_username="")
    with database.reading() as session:
        told = session.scalars(select(HistoryEvent.type)).all()
    assert told.count("provider_tied") == 1


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"preferred_username": ""},
        {"preferred_username": ["rina"]},
        {"preferred_username": "rin%"},
        {"preferred_username": "siapa"},
        {"email": "rina@contoh.go.id", "email_verified": True},
    ],
    ids=str,
)
def test_who_is_not_named_by_the_claim_is_nobody(
    database: Database, rina: int, claims: dict[str, Any]
) -> None:
    with pytest.raises(UnknownUser):
        come(database, **claims)


def test_an_address_that_two_have_names_nobody(database: Database, rina: int) -> None:
    by_address = replace(PROVIDER, claim="email")
    told = {"email": "rina@contoh.go.id", "email_verified": True}
    with database.transaction() as session:
        session.get_one(User, add_user(session, "sari", "Loket").id).email = "rina@contoh.go.id"
    with pytest.raises(UnknownUser):
        come(database, by_address, **told)
    with database.transaction() as session:
        users.named(session, "sari").email = None
    assert come(database, by_address, **told) == rina


def test_who_is_disabled_is_refused_and_not_tied(database: Database, rina: int) -> None:
    with database.transaction() as session:
        users.disable(session, rina, actor=None)
    with pytest.raises(UserDisabled):
        come(database, preferred_username="rina")
    with database.reading() as session:
        assert session.scalars(select(ProviderAccount)).all() == []


def test_by_a_setting_a_user_is_added_whose_password_is_nobodys(database: Database) -> None:
    adding = replace(PROVIDER, adds_users=True)
    made = come(database, adding, preferred_username="Baru", name="Orang Baru")
    with database.reading() as session:
        user = users.get(session, made)
        assert (user.name, user.full_name, user.groups) == ("baru", "Orang Baru", [])
        assert not user.must_change_password
    for name in ("a", "Dengan Spasi", "../x", "x" * 65):
        with pytest.raises(UnknownUser):
            come(database, adding, sub=f"s-{name}"[:20], preferred_username=name)


def test_lanes_follow_the_claim_and_unknown_ones_are_left_out(database: Database, rina: int) -> None:
    with database.transaction() as session:
        session.add(Group(name="Arsip"))
    by_lanes = replace(PROVIDER, lanes_claim="lajur")
    for said, lanes in ((["Arsip", "Tidak ada", 7], ["Arsip"]), ("Loket", ["Loket"]), (None, []), ({}, [])):
        come(database, by_lanes, preferred_username="rina", lajur=said)
        with database.reading() as session:
            assert [group.name for group in users.get(session, rina).groups] == lanes, said
    come(database, preferred_username="rina", lajur=["Loket"])
    with database.reading() as session:
        assert users.get(session, rina).groups == []


def test_untying_ends_sessions_and_is_for_administrators(database: Database, rina: int) -> None:
    come(database, preferred_username="rina")
    with database.transaction() as session:
        sessions.begin(session, rina, None, None, None, way="provider")
    with database.transaction() as session, pytest.raises(NotAllowed):
        provider_accounts.untie(session, rina, actor=_actor(database, rina))
    with database.transaction() as session:
        provider_accounts.untie(session, rina, actor=None)
    with database.transaction() as session, pytest.raises(Conflict):
        provider_accounts.untie(session, rina, actor=None)
    with database.reading() as session:
        assert session.scalars(select(LoginSession)).all() == []
    assert come(database, sub="s-2", preferred_username="rina") == rina


def _actor(database: Database, user_id: int) -> Actor:
    with database.reading() as session:
        return actor_of(users.get(session, user_id))


def test_a_journey_is_spent_once_and_by_its_state(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey = provider_protocol.new_journey("/tugas")
    with database.transaction() as session:
        sealed = provider_accounts.seal_journey(session, journey)
        assert provider_accounts.spend_journey(session, sealed, "lain") is None
        assert provider_accounts.spend_journey(session, "", journey.state) is None
        assert provider_accounts.spend_journey(session, sealed, journey.state) == journey
        assert provider_accounts.spend_journey(session, sealed, journey.state) is None
        later = provider_protocol.new_journey("/")
        late = provider_accounts.seal_journey(session, later)
    over = datetime.now(UTC) + timedelta(minutes=11)
    monkeypatch.setattr(clock, "real", lambda: over)
    with database.transaction() as session:
        assert provider_accounts.spend_journey(session, late, later.state) is None
