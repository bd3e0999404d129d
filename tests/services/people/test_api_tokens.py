"""Bearer tokens: shown once, found by hash, revoked for good."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import Conflict, InvalidForm, NotAllowed
from app.models import ApiToken, HistoryEvent, User
from app.services.core import clock
from app.services.core.access import Actor
from app.services.people import api_tokens, users
from tests.services.counting import statements
from tests.services.office import add_user


@pytest.fixture
def people(database: Database) -> tuple[Actor, Actor, Actor]:
    with database.transaction() as session:
        rina = add_user(session, "rina", "Loket", units=("A",))
        return rina, add_user(session, "budi", "Loket"), add_user(session, "admin", is_admin=True)


def issue(database: Database, owner: Actor, actor: Actor | None) -> str:
    with database.transaction() as session:
        return api_tokens.issue(session, session.get_one(User, owner.id), actor=actor)


def found(database: Database, token: str) -> Actor | None:
    with database.single() as connection:
        bearer = api_tokens.find(connection, token)
    return bearer.actor if bearer else None


def test_a_token_brings_back_its_user_with_his_rights(database: Database, people: tuple[Actor, ...]) -> None:
    token = issue(database, people[0], people[0])
    assert token.startswith("alur_")
    assert found(database, token) == people[0]
    assert found(database, token + "x") is None
    assert found(database, "") is None


def test_only_a_hash_is_stored_and_finding_is_one_statement(
    database: Database, people: tuple[Actor, ...]
) -> None:
    token = issue(database, people[0], None)
    with database.reading() as session:
        assert token not in session.scalars(select(ApiToken.token_hash)).one()
    with statements(database) as seen:
        assert found(database, token) is not None
    assert seen == ["SELECT"]


def test_a_change_of_groups_units_and_roles_holds_at_the_next_request(
    database: Database, people: tuple[Actor, ...]
) -> None:
    rina, budi, _admin = people
    token, his = issue(database, rina, None), issue(database, budi, None)
    before = found(database, his)
    assert before is not None
    assert (before.units, len(before.groups)) == (frozenset(), 1)
    with database.transaction() as session:
        user = session.get_one(User, rina.id)
        user.groups, user.units = [], []
    assert found(database, token) == replace(rina, groups=frozenset(), units=frozenset())
    with database.transaction() as session:
        session.get_one(User, budi.id).is_auditor = True
    assert found(database, his) == replace(budi, groups=frozenset(), is_auditor=True)


def test_nobody_makes_a_token_for_somebody_else_but_an_administrator(
    database: Database, people: tuple[Actor, ...]
) -> None:
    rina, budi, admin = people
    with pytest.raises(NotAllowed):
        issue(database, rina, budi)
    assert found(database, issue(database, rina, admin)) == rina


def test_revoked_tokens_are_worthless_and_a_stranger_cannot_revoke_them(
    database: Database, people: tuple[Actor, ...]
) -> None:
    rina, budi, admin = people
    mine, his = [issue(database, rina, rina) for _n in range(2)], issue(database, budi, budi)
    with database.transaction() as session:
        with pytest.raises(NotAllowed):
            api_tokens.revoke_all(session, session.get_one(User, rina.id), actor=budi)
        assert len(api_tokens.live(session, rina.id)) == 2
        assert api_tokens.revoke_all(session, session.get_one(User, rina.id), actor=admin) == 2
        assert api_tokens.revoke_all(session, session.get_one(User, rina.id), actor=admin) == 0
        assert [len(api_tokens.live(session, one.id)) for one in (rina, budi)] == [0, 1]
    assert [found(database, token) for token in mine] == [None, None]
    assert found(database, his) == budi
    with database.reading() as session:
        events = session.scalars(select(HistoryEvent).where(HistoryEvent.type == "token_revoked")).all()
    assert [(event.actor_id, event.data["user"]) for event in events] == [(admin.id, "rina")] * 2


def test_disabling_a_user_makes_his_tokens_worthless_for_good(
    database: Database, people: tuple[Actor, ...]
) -> None:
    rina, _budi, admin = people
    token = issue(database, rina, rina)
    with database.transaction() as session:
        users.disable(session, rina.id, actor=admin)
    assert found(database, token) is None
    with pytest.raises(Conflict):
        issue(database, rina, admin)
    with database.transaction() as session:
        users.enable(session, rina.id, actor=admin)
    assert found(database, token) is None


def test_a_token_ends_after_ninety_days_or_when_its_maker_said(
    database: Database, people: tuple[Actor, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    rina, begun = people[0], clock.real()
    usual = issue(database, rina, rina)
    with database.transaction() as session:
        short = api_tokens.issue(session, session.get_one(User, rina.id), actor=None, days=7)

    def over(token: str) -> bool:
        with database.single() as connection:
            bearer = api_tokens.find(connection, token)
        assert bearer is not None
        return bearer.is_over

    for days, ended in ((0, [False, False]), (8, [False, True]), (89, [False, True]), (91, [True, True])):
        monkeypatch.setattr(clock, "real", lambda days=days: begun + timedelta(days=days))
        assert [over(usual), over(short)] == ended, days
    with database.reading() as session:
        assert api_tokens.live(session, rina.id) == []


@pytest.mark.parametrize("days", [0, -1, 367])
def test_no_token_lasts_longer_than_a_year_or_not_at_all(
    database: Database, people: tuple[Actor, ...], days: int
) -> None:
    with pytest.raises(InvalidForm, match="1 sampai 366 hari"), database.transaction() as session:
        api_tokens.issue(session, session.get_one(User, people[0].id), actor=None, days=days)


def test_the_last_use_is_noted_once_an_hour(
    database: Database, people: tuple[Actor, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    rina, begun = people[0], clock.real()
    token, noted = issue(database, rina, rina), []
    for minutes in (0, 30, 59, 61, 100):
        monkeypatch.setattr(clock, "real", lambda minutes=minutes: begun + timedelta(minutes=minutes))
        with database.transaction() as session:
            bearer = api_tokens.find(session.connection(), token)
            assert bearer is not None
            if bearer.touch_due:
                api_tokens.touch(session, token)
                noted.append(minutes)
    assert noted == [0, 61]
    with database.reading() as session:
        [row] = api_tokens.live(session, rina.id)
        assert row.used_at == begun + timedelta(minutes=61)
