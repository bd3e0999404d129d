"""Passkeys: added with the password, good alone or after it, each answer once, lost and removed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.base.config import Config
from app.base.db import Database
from app.base.errors import InvalidForm, NotFound, TooManyAttempts
from app.commands.people import accounts, passkeys
from app.commands.people.accounts import FirstStepOver, SecondStepDue
from app.models import HistoryEvent, LoginSession, Passkey, RecoveryCode, User
from app.services.core.access import Actor
from app.services.people import accounts as account_service
from app.services.people import passkeys as service
from app.services.people import second_steps, sessions, users
from app.services.people.passkeys import Asked
from tests.authenticator import Key, make
from tests.services.people.signing_in import PASSWORD, Later, first_step, person, set_up, shown

ORIGIN = "https://alur.example"


@pytest.fixture
def office(database: Database) -> Database:
    """One that is served at `ORIGIN`."""
    database._info["config"] = replace(database._info["config"], base_url=ORIGIN)
    return database


@pytest.fixture
def rina(office: Database, later: Later) -> Actor:
    return person(office, "rina")


def add(office: Database, actor: Actor, name: str = "Ponsel", **how: Any) -> tuple[Key, list[str]]:
    asked = passkeys.begin_adding(office, PASSWORD, name, actor=actor)
    key, answer = make(asked.options, how.pop("origin", ORIGIN), **how)
    return key, passkeys.add(office, asked.sealed, answer, actor=actor, keep=None)


def ask(office: Database) -> Asked:
    with office.reading() as session:
        return service.begin_entering(session)


def enter(office: Database, key: Key, **how: Any) -> tuple[User, str]:
    asked = ask(office)
    return passkeys.sign_in(office, asked.sealed, key.answer(asked.options, how.pop("origin", ORIGIN), **how))


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(InvalidForm):
        yield


def owned(office: Database, actor: Actor) -> list[Passkey]:
    with office.reading() as session:
        return list(service.owned(session, actor.id))


def test_a_passkey_signs_in_alone_and_counts_as_both_steps(office: Database, rina: Actor) -> None:
    key, codes = add(office, rina)
    assert len(codes) == second_steps.RECOVERY_CODES
    user, token = enter(office, key)
    assert user.id == rina.id
    with office.transaction() as session:
        second_steps.demand(session, [second_steps.EVERYBODY], actor=None)
    with office.reading() as session:
        found = sessions.resume(session, token)
        assert found is not None
        assert (found.way, found.owes_second_step) == ("passkey", False)
        told = session.scalars(select(HistoryEvent.type)).all()
    assert {"passkey_added", "second_step_set"} <= set(told)


def test_what_is_asked_demands_verified_users_and_tells_nobody_who_one_is(
    office: Database, rina: Actor
) -> None:
    asked = json.loads(passkeys.begin_adding(office, PASSWORD, " Ponsel  kantor ", actor=rina).options)
    assert asked["rp"] == {"name": "Alur", "id": "alur.example"}
    chosen = asked["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert asked["attestation"] == "none"
    add(office, rina, " Ponsel  kantor ")
    assert [one.name for one in owned(office, rina)] == ["Ponsel kantor"]
    again = json.loads(passkeys.begin_adding(office, PASSWORD, "Lain", actor=rina).options)
    assert [one["id"] for one in again["excludeCredentials"]] == [owned(office, rina)[0].credential_id]
    assert again["user"]["id"] == asked["user"]["id"]
    entering = json.loads(ask(office).options)
    assert (entering["userVerification"], entering["allowCredentials"]) == ("required", [])


def test_adding_takes_the_password_a_name_and_an_answer_of_this_site_by_its_asker(
    office: Database, rina: Actor, later: Later
) -> None:
    with refused():
        passkeys.begin_adding(office, "salah", "Ponsel", actor=rina)
    for name in ("", "  ", "x" * 61):
        with refused():
            passkeys.begin_adding(office, PASSWORD, name, actor=rina)
    for wrong in (
        {"origin": "https://lain.example"},
        {"host": "lain.example"},
        {"verified": False},
        {"challenge": "AAAA"},
    ):
        with refused():
            add(office, rina, **wrong)
    asked = passkeys.begin_adding(office, PASSWORD, "Ponsel", actor=rina)
    other = person(office, "sari")
    with refused():
        passkeys.add(office, asked.sealed, make(asked.options, ORIGIN)[1], actor=other, keep=None)
    for answer in ("", "[]", "{", '{"id": 1}', "[" * 30_000):
        asked = passkeys.begin_adding(office, PASSWORD, "Ponsel", actor=rina)
        with refused():
            passkeys.add(office, asked.sealed, answer, actor=rina, keep=None)
    asked = passkeys.begin_adding(office, PASSWORD, "Ponsel", actor=rina)
    later(301)
    with refused():
        passkeys.add(office, asked.sealed, make(asked.options, ORIGIN)[1], actor=rina, keep=None)
    assert owned(office, rina) == []
    assert isinstance(accounts.sign_in(office, "rina", PASSWORD, source=""), tuple)


def test_what_was_asked_is_answered_once(office: Database, rina: Actor) -> None:
    asked = passkeys.begin_adding(office, PASSWORD, "Ponsel", actor=rina)
    for number in range(2):
        answer = make(asked.options, ORIGIN)[1]
        if number:
            with refused():
                passkeys.add(office, asked.sealed, answer, actor=rina, keep=None)
        else:
            passkeys.add(office, asked.sealed, answer, actor=rina, keep=None)
    key, _codes = add(office, rina, "Kunci USB", counts=False)
    entering = ask(office)
    answer = key.answer(entering.options, ORIGIN)
    passkeys.sign_in(office, entering.sealed, answer)
    with refused():
        passkeys.sign_in(office, entering.sealed, answer)
    assert len(owned(office, rina)) == 2


def test_an_answer_that_is_not_what_was_asked_lets_nobody_in(
    office: Database, rina: Actor, later: Later
) -> None:
    key, _codes = add(office, rina)
    other = Key("alur.example", key.user_id)
    for wrong in (
        {"origin": "https://alur.example.lain"},
        {"origin": "http://alur.example"},
        {"host": "lain.example"},
        {"verified": False},
        {"challenge": "AAAA"},
        {"user_id": b"lain"},
    ):
        with refused():
            enter(office, key, **wrong)
    with refused():
        enter(office, other)
    other.id = key.id
    with refused():
        enter(office, other)
    for answer in ("", "[]", "{", '{"id": 1}', '{"id": "x", "response": {"userHandle": 7}}', "[" * 30_000):
        with refused():
            passkeys.sign_in(office, ask(office).sealed, answer)
    asked = ask(office)
    later(301)
    with refused():
        passkeys.sign_in(office, asked.sealed, key.answer(asked.options, ORIGIN))
    with refused():
        passkeys.sign_in(office, "bukan", key.answer(asked.options, ORIGIN))
    assert enter(office, key)[0].id == rina.id


def test_a_copy_of_a_passkey_is_noticed_by_its_counter(office: Database, rina: Actor) -> None:
    key, _codes = add(office, rina)
    enter(office, key)
    copied = key.copy()
    enter(office, key)
    with refused():
        enter(office, copied)
    synchronised, _codes = add(office, rina, "Awan", counts=False)
    for _twice in range(2):
        enter(office, synchronised)


def test_two_answers_that_were_checked_at_once_begin_one_session(office: Database, rina: Actor) -> None:
    key, _codes = add(office, rina)
    asked = ask(office)
    with office.reading() as session:
        proofs = [
            service.prove(session, asked.sealed, key.copy().answer(asked.options, ORIGIN)) for _n in "ab"
        ]
    with office.transaction() as session:
        service.use(session, proofs[0])
        with refused():
            service.use(session, proofs[1])
    second = replace(proofs[1], nonce="lain")
    with office.transaction() as session, refused():
        service.use(session, second)


def test_who_is_disabled_stays_out(office: Database, rina: Actor) -> None:
    key, _codes = add(office, rina)
    with office.transaction() as session:
        users.disable(session, rina.id, actor=None)
    with refused():
        enter(office, key)


def test_after_the_password_a_passkey_is_the_second_step(office: Database, rina: Actor) -> None:
    key, _codes = add(office, rina)
    other = person(office, "sari")
    foreign, _codes = add(office, other)
    ticket = first_step(office)
    asked = passkeys.begin_second_step(office, ticket)
    told = json.loads(asked.options)
    assert [one["id"] for one in told["allowCredentials"]] == [owned(office, rina)[0].credential_id]
    with refused():
        passkeys.take_second_step(office, ticket, asked.sealed, foreign.answer(asked.options, ORIGIN))
    alone = ask(office)
    with refused():  # asked for something else
        passkeys.take_second_step(office, ticket, alone.sealed, key.answer(alone.options, ORIGIN))
    with refused():
        passkeys.sign_in(office, asked.sealed, key.answer(asked.options, ORIGIN))
    answer = key.answer(asked.options, ORIGIN, verified=False)  # the password was proved before
    user, token = passkeys.take_second_step(office, ticket, asked.sealed, answer)
    with office.reading() as session:
        found = sessions.resume(session, token)
    assert found is not None
    assert (user.id, found.way) == (rina.id, "password")
    with pytest.raises(FirstStepOver):
        passkeys.begin_second_step(office, "bukan-tiket")


def test_wrong_answers_after_the_password_are_slowed_with_wrong_codes(office: Database, rina: Actor) -> None:
    key, _codes = add(office, rina)
    ticket = first_step(office)
    for _free in range(5):
        asked = passkeys.begin_second_step(office, ticket)
        with refused():
            passkeys.take_second_step(office, ticket, asked.sealed, "{}")
    asked = passkeys.begin_second_step(office, ticket)
    with pytest.raises(TooManyAttempts):
        passkeys.take_second_step(office, ticket, asked.sealed, key.answer(asked.options, ORIGIN))
    with pytest.raises(TooManyAttempts):
        accounts.take_second_step(office, ticket, "000000")


def test_recovery_codes_let_in_who_lost_the_key(office: Database, rina: Actor) -> None:
    _key, codes = add(office, rina)
    assert add(office, rina, "Kunci USB")[1] == []  # the same stand behind all
    user, _token, left = accounts.take_second_step(office, first_step(office), codes[0])
    assert (user.id, left) == (rina.id, second_steps.RECOVERY_CODES - 1)


def test_with_the_last_one_the_second_step_is_off_unless_there_is_an_app(
    office: Database, rina: Actor
) -> None:
    add(office, rina)
    add(office, rina, "Kunci USB")
    first, second = owned(office, rina)
    with refused():
        passkeys.remove(office, "salah", first.id, actor=rina, keep=None)
    other = person(office, "sari")
    with pytest.raises(NotFound):
        passkeys.remove(office, PASSWORD, first.id, actor=other, keep=None)
    assert passkeys.remove(office, PASSWORD, first.id, actor=rina, keep=None) is False
    assert isinstance(accounts.sign_in(office, "rina", PASSWORD, source=""), SecondStepDue)
    assert passkeys.remove(office, PASSWORD, second.id, actor=rina, keep=None) is True
    assert isinstance(accounts.sign_in(office, "rina", PASSWORD, source=""), tuple)
    with office.reading() as session:
        assert session.scalars(select(RecoveryCode)).all() == []
        told = session.scalars(select(HistoryEvent.type).order_by(HistoryEvent.id)).all()
    told = [one for one in told if one != "session_begun"]
    assert told[-3:] == ["passkey_removed", "passkey_removed", "second_step_removed"]
    add(office, rina)
    app, _codes = set_up(office, rina)
    assert passkeys.remove(office, PASSWORD, owned(office, rina)[0].id, actor=rina, keep=None) is False
    accounts.take_second_step(office, first_step(office), shown(app))


def test_a_reset_drops_passkeys_and_a_new_password_keeps_them(office: Database, rina: Actor) -> None:
    key, _codes = add(office, rina)
    with office.transaction() as session:
        account_service.reset_password(session, rina.id, actor=None)
    enter(office, key)
    with office.transaction() as session:
        account_service.reset_second_step(session, rina.id, actor=None)
    assert owned(office, rina) == []
    with refused():
        enter(office, key)


def test_turning_it_on_and_removing_end_other_sessions(office: Database, rina: Actor) -> None:
    accounts.sign_in(office, "rina", PASSWORD, source="")
    key, _codes = add(office, rina)
    kept = enter(office, key)[1]
    enter(office, key)
    passkeys.remove(office, PASSWORD, owned(office, rina)[0].id, actor=rina, keep=kept)
    with office.reading() as session:
        assert session.scalars(select(LoginSession.token_hash)).all() == [sessions.fingerprint(kept)]


def test_the_last_use_is_told(office: Database, rina: Actor, later: Later) -> None:
    key, _codes = add(office, rina)
    assert [one.used_at for one in owned(office, rina)] == [None]
    later(60)
    enter(office, key)
    [one] = owned(office, rina)
    assert one.used_at == one.created_at + timedelta(seconds=60)


def test_there_is_an_end_of_passkeys(office: Database, rina: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 1)
    add(office, rina)
    with refused():
        add(office, rina, "Lain")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://alur.example", ("alur.example", "https://alur.example")),
        ("https://alur.example:8443", ("alur.example", "https://alur.example:8443")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://alur.example", None),
        ("https://192.0.2.7", None),
        ("http://127.0.0.1:8000", None),
        ("https://[2001:db8::1]", None),
    ],
)
def test_passkeys_are_bound_to_the_public_address(
    config: Config, address: str, found: tuple[str, str] | None
) -> None:
    made = service.site(replace(config, base_url=address))
    assert (made and (made.host, made.origin)) == found
