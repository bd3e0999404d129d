"""The second step of signing in: set up, asked for, taken once, lost and demanded."""

import re
from base64 import b32decode

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import Conflict, InvalidForm, NotAllowed, TooManyAttempts
from app.commands.people import accounts
from app.commands.people.accounts import FirstStepOver
from app.models import (
    HistoryEvent,
    LoginSession,
    OutboxMessage,
    RecoveryCode,
    SecondStep,
    SecurityEvent,
)
from app.services.core.access import Actor
from app.services.people import accounts as account_service
from app.services.people import second_steps, sessions
from tests.services.counting import statements
from tests.services.people.signing_in import PASSWORD, Later, first_step, person, set_up, shown


@pytest.fixture
def rina(database: Database, later: Later) -> Actor:
    return person(database, "rina")


@pytest.fixture
def admin(database: Database, later: Later) -> Actor:
    return person(database, "admin", is_admin=True)


def test_after_the_password_a_code_of_the_app_signs_in(database: Database, rina: Actor) -> None:
    key, _codes = set_up(database, rina)
    ticket = first_step(database)
    with database.reading() as session:
        assert session.scalars(select(LoginSession)).all() == []
        assert sessions.resume(session, ticket) is None
    user, token, left = accounts.take_second_step(database, ticket, f" {shown(key)[:3]} {shown(key)[3:]}")
    assert (user.id, left) == (rina.id, None)
    with database.reading() as session:
        found = sessions.resume(session, token)
    assert found is not None


@pytest.mark.parametrize("shift", [-3, 2])
def test_a_code_of_another_time_is_refused(database: Database, rina: Actor, shift: int, later: Later) -> None:
    key, _codes = set_up(database, rina)
    later(300)
    with pytest.raises(InvalidForm):
        accounts.take_second_step(database, first_step(database), shown(key, shift))


def test_a_code_is_taken_once_and_no_older_one_after_it(
    database: Database, rina: Actor, later: Later
) -> None:
    key, _codes = set_up(database, rina)
    later(300)
    accounts.take_second_step(database, first_step(database), shown(key))
    for used in (shown(key), shown(key, -1)):
        with pytest.raises(InvalidForm):
            accounts.take_second_step(database, first_step(database), used)
    accounts.take_second_step(database, first_step(database), shown(key, 1))


def test_the_code_of_the_setup_signs_nobody_in(database: Database, rina: Actor) -> None:
    key, _codes = set_up(database, rina)
    with pytest.raises(InvalidForm):
        accounts.take_second_step(database, first_step(database), shown(key, -1))


def test_a_recovery_code_signs_in_once_however_it_is_typed(database: Database, rina: Actor) -> None:
    _key, codes = set_up(database, rina)
    assert len(set(codes)) == second_steps.RECOVERY_CODES
    assert all(re.fullmatch(r"[a-z2-9]{5}-[a-z2-9]{5}", code) for code in codes)
    _user, _token, left = accounts.take_second_step(
        database, first_step(database), codes[0].upper().replace("-", " ")
    )
    assert left == second_steps.RECOVERY_CODES - 1
    with pytest.raises(InvalidForm):
        accounts.take_second_step(database, first_step(database), codes[0])


def test_neither_key_nor_recovery_code_can_be_read_in_the_database(database: Database, rina: Actor) -> None:
    key, codes = set_up(database, rina)
    with database.reading() as session:
        step = session.scalars(select(SecondStep)).one()
        assert key not in step.sealed_key
        assert key.hex().encode() not in step.sealed_key
        kept = " ".join(session.scalars(select(RecoveryCode.code_hash)))
    assert not any(code.replace("-", "") in kept for code in codes)


def test_recovery_codes_of_one_are_nothing_to_another(database: Database, rina: Actor) -> None:
    other = person(database, "sari")
    _key, codes = set_up(database, rina)
    set_up(database, other)
    with pytest.raises(InvalidForm):
        accounts.take_second_step(database, first_step(database, "sari"), codes[0])


def test_new_recovery_codes_make_the_old_ones_void(database: Database, rina: Actor) -> None:
    _key, old = set_up(database, rina)
    new = accounts.renew_recovery_codes(database, PASSWORD, actor=rina)
    with pytest.raises(InvalidForm):
        accounts.take_second_step(database, first_step(database), old[0])
    accounts.take_second_step(database, first_step(database), new[0])


def test_guesses_are_slowed_at_the_account_and_stand_in_the_security_log(
    database: Database, rina: Actor
) -> None:
    key, _codes = set_up(database, rina)
    for _free in range(5):
        with pytest.raises(InvalidForm):
            accounts.take_second_step(database, first_step(database), "000000")
    with pytest.raises(TooManyAttempts):
        accounts.take_second_step(database, first_step(database), shown(key))
    with database.reading() as session:
        wrong = select(SecurityEvent).where(SecurityEvent.action == "second_step")
        rows = session.scalars(wrong).all()
    assert [(row.outcome, row.target_id) for row in rows[:5]] == [("wrong", "rina")] * 5


def test_the_password_alone_is_told_nothing_while_it_is_wrong(database: Database, rina: Actor) -> None:
    set_up(database, rina)
    said = set()
    for name in ("rina", "siapa"):
        with pytest.raises(InvalidForm) as refused:
            accounts.sign_in(database, name, "salah", source="192.0.2.7")
        said.add(str(refused.value))
    assert len(said) == 1


def test_the_first_step_is_over_after_ten_minutes_or_with_another_password(
    database: Database, rina: Actor, admin: Actor, later: Later
) -> None:
    key, _codes = set_up(database, rina)
    late = first_step(database)
    later(601)
    with pytest.raises(FirstStepOver):
        accounts.take_second_step(database, late, shown(key))
    ticket = first_step(database)
    with database.transaction() as session:
        account_service.reset_password(session, rina.id, actor=admin)
    with pytest.raises(FirstStepOver):
        accounts.take_second_step(database, ticket, shown(key))
    with pytest.raises(FirstStepOver):
        accounts.take_second_step(database, "bukan-tiket", shown(key))


def test_whoever_turned_it_on_meanwhile_is_not_let_in_by_the_password_alone(
    database: Database, rina: Actor
) -> None:
    with database.transaction() as session:
        user_id, proved = sessions.prove(session, "rina", PASSWORD)
    set_up(database, rina)
    with database.transaction() as session:
        admission = sessions.admit(session, "rina", "192.0.2.7")
        with pytest.raises(InvalidForm):
            sessions.begin(session, user_id, proved, admission, None)


def test_setting_up_takes_the_password_and_a_code_of_ones_own_key(database: Database, rina: Actor) -> None:
    other = person(database, "sari")
    with database.reading() as session:
        setup = second_steps.begin_setup(session, actor=rina, issuer="Alur")
    key = b32decode(setup.key.replace(" ", ""))
    for password, code, who, field in (
        ("salah", shown(key), rina, "password"),
        (PASSWORD, "000000", rina, "code"),
        (PASSWORD, shown(key), other, "code"),
    ):
        with pytest.raises(InvalidForm) as refused:
            accounts.set_second_step(database, password, setup.sealed, code, actor=who, keep=None)
        assert list(refused.value.errors) == [field]
    assert setup.address == f"otpauth://totp/Alur%3Arina?secret={setup.key.replace(' ', '')}&issuer=Alur"
    assert isinstance(accounts.sign_in(database, "rina", PASSWORD, source=""), tuple)


def test_setting_up_and_removing_end_other_sessions(database: Database, rina: Actor) -> None:
    kept = accounts.sign_in(database, "rina", PASSWORD, source="")[1]
    accounts.sign_in(database, "rina", PASSWORD, source="")
    with database.reading() as session:
        setup = second_steps.begin_setup(session, actor=rina, issuer="Alur")
    key = b32decode(setup.key.replace(" ", ""))
    accounts.set_second_step(database, PASSWORD, setup.sealed, shown(key, -1), actor=rina, keep=kept)
    assert _open(database) == [sessions.fingerprint(kept)]
    accounts.take_second_step(database, first_step(database), shown(key))
    accounts.remove_second_step(database, PASSWORD, actor=rina, keep=kept)
    assert _open(database) == [sessions.fingerprint(kept)]
    assert isinstance(accounts.sign_in(database, "rina", PASSWORD, source=""), tuple)


def _open(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(LoginSession.token_hash)))


def test_who_lost_his_device_is_let_in_by_an_administrator_and_both_are_told(
    database: Database, rina: Actor, admin: Actor
) -> None:
    set_up(database, rina)
    with database.transaction() as session, pytest.raises(NotAllowed):
        account_service.reset_second_step(session, admin.id, actor=rina)
    with database.transaction() as session, pytest.raises(Conflict):
        account_service.reset_second_step(session, admin.id, actor=admin)
    with database.transaction() as session:
        account_service.reset_second_step(session, rina.id, actor=admin)
    with database.reading() as session:
        told = session.scalars(select(OutboxMessage)).all()
        recorded = session.scalars(select(HistoryEvent.type)).all()
        assert session.scalars(select(RecoveryCode)).all() == []
    assert [(row.body["code"], rina.id in row.audience["kept_for"]) for row in told] == [
        ("second_step_reset", True)
    ]
    assert "second_step_reset" in recorded
    assert isinstance(accounts.sign_in(database, "rina", PASSWORD, source=""), tuple)


def test_whose_role_needs_a_second_step_owes_it_until_he_has_one(
    database: Database, rina: Actor, admin: Actor
) -> None:
    tokens = [accounts.sign_in(database, name, PASSWORD, source="")[1] for name in ("rina", "admin")]
    assert [_owes(database, token) for token in tokens] == [False, False]
    with database.transaction() as session, pytest.raises(NotAllowed):
        second_steps.demand(session, ["admin"], actor=rina)
    with database.transaction() as session:
        second_steps.demand(session, ["admin", "raja"], actor=admin)
        assert second_steps.demanded(session) == ["admin"]
    assert [_owes(database, token) for token in tokens] == [False, True]
    with database.transaction() as session:
        second_steps.demand(session, [second_steps.EVERYBODY], actor=admin)
    assert [_owes(database, token) for token in tokens] == [True, True]
    with database.reading() as session:
        setup = second_steps.begin_setup(session, actor=rina, issuer="Alur")
    code = shown(b32decode(setup.key.replace(" ", "")))
    accounts.set_second_step(database, PASSWORD, setup.sealed, code, actor=rina, keep=tokens[0])
    with statements(database) as seen:
        assert not _owes(database, tokens[0])
    assert seen == ["SELECT"]


def _owes(database: Database, token: str) -> bool:
    with database.reading() as session:
        found = sessions.resume(session, token)
        assert found is not None
        return found.owes_second_step
