"""Limits: a few attempts are free, then each one makes the next wait longer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import TooManyAttempts
from app.base.i18n import speaking
from app.models import Attempt
from app.services.core import clock
from app.services.people import rate_limits
from app.services.people.rate_limits import Admission, Limit
from tests.services.keeping import forget

ACCOUNT = Limit("account", free=3, first_s=2, longest_s=10)
SOURCE = Limit("source", free=5, first_s=1, longest_s=10, shared=True)
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


class Hand:
    """A clock that stands until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = NOON
        monkeypatch.setattr(clock, "real", lambda: self.at)

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    return Hand(monkeypatch)


def admit(database: Database, account: str = "rina", source: str = "192.0.2.7") -> Admission:
    with database.transaction() as session:
        return rate_limits.admit(session, {ACCOUNT: account, SOURCE: source})


def pause(database: Database, **whose: str) -> int:
    with pytest.raises(TooManyAttempts) as refused:
        admit(database, **whose)
    return refused.value.retry_after_s


def test_after_the_free_attempts_each_pause_is_twice_the_last(database: Database, hand: Hand) -> None:
    for _n in range(3):
        admit(database)
    pauses = []
    for _n in range(4):
        pauses.append(pause(database, source="198.51.100.9"))
        hand.move(pauses[-1])
        admit(database, source=f"198.51.100.{_n}")
    assert pauses == [2, 4, 8, 10]  # 10 is the longest


def test_when_the_clock_is_set_back_nobody_is_shut_out_till_it_is_that_late_again(
    database: Database, hand: Hand
) -> None:
    for _n in range(3):
        admit(database)
    assert pause(database) == 2
    hand.move(-86_400)
    admit(database)


def test_a_refused_call_does_not_make_the_wait_longer(database: Database, hand: Hand) -> None:
    for _n in range(3):
        admit(database)
    for _n in range(20):
        pause(database)
    hand.move(2)
    admit(database)


def test_another_account_from_another_place_is_not_kept_waiting(database: Database, hand: Hand) -> None:
    for _n in range(3):
        admit(database)
    pause(database)
    admit(database, account="budi", source="198.51.100.9")


def test_many_accounts_from_one_place_are_limited_together(database: Database, hand: Hand) -> None:
    for n in range(5):
        admit(database, account=f"petugas{n}")
    assert pause(database, account="petugas6") == 1


def test_success_forgets_the_account_but_only_its_own_attempt_of_the_place(
    database: Database, hand: Hand
) -> None:
    admit(database, account="penyerang")
    for _n in range(2):
        admit(database)
    admission = admit(database)
    with database.transaction() as session:
        rate_limits.forgive(session, admission)
    with database.reading() as session:
        assert len(session.scalars(select(Attempt)).all()) == 4  # penyerang twice, rina's two at the place
    for _n in range(2):
        admit(database)


def test_old_attempts_count_no_more_and_are_dropped(database: Database, hand: Hand) -> None:
    for _n in range(3):
        admit(database)
    hand.move(rate_limits.WINDOW.total_seconds() + 1)
    admit(database)
    with database.transaction() as session:
        forget(session, Attempt)
        assert len(session.scalars(select(Attempt)).all()) == 2


def test_the_table_tells_neither_account_nor_address(database: Database) -> None:
    admit(database, account="rina", source="192.0.2.7")
    with database.reading() as session:
        for row in session.scalars(select(Attempt)):
            assert len(row.bucket) == 64
            assert "rina" not in row.bucket
            assert "192.0.2.7" not in row.bucket


def test_a_burst_of_simultaneous_attempts_gets_no_more_than_the_free_ones(
    database: Database, hand: Hand
) -> None:
    def one(n: int) -> bool:
        try:
            admit(database, source=f"198.51.100.{n}")
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(16))) == 3


def test_who_must_wait_is_told_how_long_in_a_plain_sentence(database: Database, hand: Hand) -> None:
    for _n in range(3):
        admit(database)
    with pytest.raises(
        TooManyAttempts, match=r"^Terlalu banyak percobaan\. Tunggu 2 detik, lalu coba lagi\.$"
    ):
        admit(database)
    hand.move(1)
    with speaking("en"), pytest.raises(TooManyAttempts, match=r"Wait 1 second, then try again\.$"):
        admit(database)
