"""Bearer tokens: shown once, found by hash, revoked for good."""

import pytest
from sqlalchemy import select

from app.db import Database
from app.errors import Conflict, NotAllowed
from app.models import ApiToken, HistoryEvent, User
from app.services.core.access import Actor, actor_of
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
    with database.reading() as session:
        user = api_tokens.find(session, token)
        return actor_of(user) if user else None


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
        assert api_tokens.count(session, rina.id) == 2
        assert api_tokens.revoke_all(session, session.get_one(User, rina.id), actor=admin) == 2
        assert api_tokens.revoke_all(session, session.get_one(User, rina.id), actor=admin) == 0
        assert (api_tokens.count(session, rina.id), api_tokens.count(session, budi.id)) == (0, 1)
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
