"""Signing in, staying signed in, and being signed out."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.base.config import Config
from app.base.db import Database
from app.base.errors import InvalidForm, TooManyAttempts
from app.commands.people import accounts
from app.models import Attempt, LoginSession, User
from app.services.core import clock, settings
from app.services.core.access import actor_of
from app.services.people import passwords, rate_limits, sessions
from app.services.people.sessions import ABSOLUTE, IDLE, SignedIn
from tests.services.counting import statements
from tests.services.keeping import forget
from tests.services.office import add_user

PASSWORD = "kereta-malam-42"


@pytest.fixture
def rina(database: Database) -> int:
    with database.transaction() as session:
        actor = add_user(session, "rina", "Loket", "Ketua", units=("A", "B"))
        session.get_one(User, actor.id).password_hash = passwords.digest(PASSWORD)
    return actor.id


def sign_in(database: Database, name: str = "rina", password: str = PASSWORD, **more: str) -> str:
    return accounts.sign_in(database, name, password, **{"source": "192.0.2.7", **more})[1]


def resume(database: Database, token: str) -> SignedIn | None:
    with database.reading() as session:
        return sessions.resume(session, token)


def age(database: Database, **by: timedelta) -> None:
    """Let every session look as if it had begun, or been seen, that much earlier."""
    with database.transaction() as session:
        for row in session.scalars(select(LoginSession)):
            for column, much in by.items():
                setattr(row, column, getattr(row, column) - much)


def test_the_right_password_signs_in_and_the_token_brings_back_the_same_person(
    database: Database, rina: int
) -> None:
    found = resume(database, sign_in(database, " Rina "))
    assert found is not None
    actor = actor_of(found.user)
    assert (actor.id, len(actor.groups), actor.units) == (rina, 2, {"A", "B"})


def test_only_a_hash_of_the_token_is_stored(database: Database, rina: int) -> None:
    token = sign_in(database)
    with database.reading() as session:
        assert token not in session.scalars(select(LoginSession.token_hash)).one()


def test_resuming_is_one_statement_and_writes_nothing(database: Database, rina: int) -> None:
    token = sign_in(database)
    with statements(database) as seen:
        found = resume(database, token)
        assert found is not None
        actor_of(found.user)
    assert seen == ["SELECT"]


@pytest.mark.parametrize(("name", "password"), [("rina", "salah-sama-sekali"), ("siapa", PASSWORD), ("", "")])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    database: Database, rina: int, name: str, password: str
) -> None:
    with pytest.raises(InvalidForm) as refused:
        sign_in(database, name, password)
    assert str(refused.value) == "Nama pengguna atau kata sandi tidak cocok."


def test_a_disabled_user_gets_the_same_answer(database: Database, rina: int) -> None:
    with database.transaction() as session:
        session.get_one(User, rina).disabled_at = clock.now(session)
    with pytest.raises(InvalidForm, match="tidak cocok"):
        sign_in(database)


def test_failures_stay_counted_although_each_rolls_back_and_the_right_password_must_wait(
    database: Database, rina: int
) -> None:
    for _n in range(5):
        with pytest.raises(InvalidForm):
            sign_in(database, password="salah-sama-sekali")
    with pytest.raises(TooManyAttempts) as refused:
        sign_in(database)
    assert 0 < refused.value.retry_after_s <= 2


def test_whoever_guesses_elsewhere_keeps_nobody_out(database: Database, rina: int) -> None:
    for _n in range(5):
        with pytest.raises(InvalidForm):
            sign_in(database, password="salah-sama-sekali", source="198.51.100.9")
    with pytest.raises(TooManyAttempts):
        sign_in(database, source="198.51.100.9")
    sign_in(database)


def test_guesses_at_one_account_from_many_places_are_limited_together(database: Database, rina: int) -> None:
    with database.transaction() as session:
        for _n in range(sessions._ACCOUNT.free):
            rate_limits.admit(session, {sessions._ACCOUNT: "rina"})
    with pytest.raises(TooManyAttempts):
        sign_in(database)


def test_signing_in_forgets_the_failures_before(database: Database, rina: int) -> None:
    for _n in range(3):
        with pytest.raises(InvalidForm):
            sign_in(database, password="salah-sama-sekali")
    sign_in(database)
    with database.reading() as session:
        assert len(session.scalars(select(Attempt)).all()) == 3 + 3  # what place and account each have had


def guess(database: Database, name: str, source: str, times: int = 1) -> None:
    """Guess wrong; a password that nobody checks is wrong at less cost."""
    for _n in range(times):
        with database.transaction() as session:
            sessions.admit(session, name, source)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's time stands: no pause is over because the machine is slow."""
    at = clock.real()
    monkeypatch.setattr(clock, "real", lambda: at)


def known(database: Database, name: str = "rina") -> str:
    with database.reading() as session:
        user = session.scalars(select(User).where(User.name == name)).one()
        return sessions.known_browser(session, user)


def test_what_others_at_the_same_address_get_wrong_keeps_nobody_out(
    database: Database, rina: int, still: None
) -> None:
    for n in range(40):
        guess(database, f"petugas{n}", "192.0.2.7")
    sign_in(database)


def test_a_spray_over_many_accounts_from_one_address_is_slowed(
    database: Database, rina: int, still: None
) -> None:
    names = [f"petugas{n}" for n in range(31)]
    for name in names:
        guess(database, name, "192.0.2.7")
    for name in names[:5]:  # one guess each, and then a pause
        with pytest.raises(TooManyAttempts) as refused:
            guess(database, name, "192.0.2.7")
        assert refused.value.retry_after_s == 30
    guess(database, "rina", "192.0.2.7")
    with pytest.raises(TooManyAttempts):
        sign_in(database)
    sign_in(database, source="192.0.2.8")


def test_in_a_browser_of_ones_own_nobody_waits_for_guesses_of_others(
    database: Database, rina: int, still: None
) -> None:
    witness = known(database)
    for n in range(31):
        guess(database, f"petugas{n}", "192.0.2.7")
    guess(database, "rina", "192.0.2.7")
    with database.transaction() as session:
        for _n in range(sessions._ACCOUNT.free - 1):
            rate_limits.admit(session, {sessions._ACCOUNT: "rina"})
    for source in ("192.0.2.7", "198.51.100.9"):  # for the place, and for the account at all
        with pytest.raises(TooManyAttempts):
            sign_in(database, source=source)
    sign_in(database, known=witness)


def test_what_a_browser_keeps_helps_at_no_other_account_and_against_no_guesses_in_it(
    database: Database, rina: int, still: None
) -> None:
    with database.transaction() as session:
        add_user(session, "budi", "Loket")
    foreign, own = known(database, "budi"), known(database)
    guess(database, "rina", "192.0.2.7", times=5)
    for worthless in (foreign, "palsu", own[:-4] + "AAAA"):
        with pytest.raises(TooManyAttempts):
            sign_in(database, known=worthless)
    with database.transaction() as session:
        for _n in range(5):
            sessions.admit(session, "rina", "192.0.2.7", own)
    with pytest.raises(TooManyAttempts):
        sign_in(database, known=own)


def test_addresses_of_one_ipv6_subscriber_count_as_one(database: Database, rina: int, still: None) -> None:
    for n in range(5):
        guess(database, "rina", f"2001:db8:1:2::{n:x}")
    with pytest.raises(TooManyAttempts):
        sign_in(database, source="2001:db8:1:2:ffff::1")
    sign_in(database, source="2001:db8:1:3::1")


def test_an_ipv4_address_written_as_ipv6_is_itself_and_no_other(
    database: Database, rina: int, still: None
) -> None:
    guess(database, "rina", "::ffff:192.0.2.7", times=5)
    with pytest.raises(TooManyAttempts):
        sign_in(database, source="192.0.2.7")
    sign_in(database, source="::ffff:192.0.2.8")


def test_a_session_ends_after_thirty_idle_minutes(database: Database, rina: int) -> None:
    token = sign_in(database)
    age(database, seen_at=IDLE - timedelta(seconds=30))
    assert resume(database, token) is not None
    age(database, seen_at=timedelta(seconds=31))
    assert resume(database, token) is None


def test_a_session_in_use_ends_after_twelve_hours_all_the_same(database: Database, rina: int) -> None:
    token = sign_in(database)
    age(database, created_at=ABSOLUTE + timedelta(seconds=1))
    assert resume(database, token) is None


def test_a_session_is_touched_at_most_once_a_minute(database: Database, rina: int) -> None:
    token = sign_in(database)
    found = resume(database, token)
    assert found is not None
    assert not found.touch_due
    age(database, seen_at=timedelta(seconds=61))
    found = resume(database, token)
    assert found is not None
    assert found.touch_due
    with database.transaction() as session:
        sessions.touch(session, token)
    found = resume(database, token)
    assert found is not None
    assert not found.touch_due


def test_touching_a_session_that_is_over_does_not_revive_it(database: Database, rina: int) -> None:
    token = sign_in(database)
    age(database, seen_at=IDLE + timedelta(seconds=1))
    with database.transaction() as session:
        sessions.touch(session, token)
    assert resume(database, token) is None


def test_a_moved_clock_signs_nobody_out(config: Config, sqlite_database: Database) -> None:
    database = settings.open_database(replace(config, allow_time_travel=True))
    with database.transaction() as session:
        add_user(session, "rina", "Loket")
        session.execute(update(User).values(password_hash=passwords.digest(PASSWORD)))
    token = sign_in(database)
    with database.transaction() as session:
        clock.travel(session, clock.now(session) + timedelta(days=60))
    assert resume(database, token) is not None
    database.engine.dispose()


def test_signing_in_again_replaces_the_token_that_the_browser_held(database: Database, rina: int) -> None:
    first = sign_in(database)
    second = sign_in(database, replaces=first)
    assert first != second
    assert resume(database, first) is None
    assert resume(database, second) is not None


def test_signing_out_ends_this_session_and_no_other(database: Database, rina: int) -> None:
    here, there = sign_in(database), sign_in(database)
    with database.transaction() as session:
        sessions.sign_out(session, here)
    assert resume(database, here) is None
    assert resume(database, there) is not None


def test_ended_sessions_are_dropped_and_living_ones_kept(database: Database, rina: int) -> None:
    sign_in(database)
    age(database, seen_at=IDLE + timedelta(seconds=1))
    living = sign_in(database)
    with database.transaction() as session:
        forget(session, LoginSession)
        assert len(session.scalars(select(LoginSession)).all()) == 1
    assert resume(database, living) is not None


def test_the_demo_password_signs_in_only_while_serving_this_machine(
    config: Config, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as session:
        add_user(session, "rina", "Loket")
        session.execute(update(User).values(password_hash=passwords.digest("demo")))
    sign_in(sqlite_database, password="demo")
    public = settings.open_database(replace(config, host="0.0.0.0"))
    with pytest.raises(InvalidForm, match="tidak cocok"):
        sign_in(public, password="demo")
    public.engine.dispose()
