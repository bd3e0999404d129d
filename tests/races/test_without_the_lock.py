"""The same checks see it when the lock is gone: a race that could not fail would prove nothing."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.base.db import Database
from app.services.core import idempotency
from app.services.tasks import tasks
from tests.races import contests, leaving
from tests.races.offices import branching_office, interrupted_office
from tests.races.together import Racers
from tests.races.unlocking import Unconditional, meeting_inside, unlocked
from tests.services.office import Office

pytestmark = pytest.mark.slow


@pytest.fixture
def unlocked_pair(database: Database, pair: Racers) -> Racers:
    """Two who run with no lock between them, and who meet in the middle."""

    @contextmanager
    def around() -> Iterator[None]:
        with unlocked(database), meeting_inside("complete", "fire"):
            yield

    pair.around = around
    return pair


def test_without_the_lock_two_officers_complete_one_task_and_nobody_is_told(
    office: Office, unlocked_pair: Racers
) -> None:
    assert contests.two_complete(office, unlocked_pair, 5, planned=False) != []


def test_without_the_lock_the_deadline_fires_though_the_task_was_completed(
    database: Database, unlocked_pair: Racers
) -> None:
    office = interrupted_office(database)
    wrong, _winners = contests.one_completes_against_the_timer(office, unlocked_pair, 5, planned=False)
    # Mostly both win; now and then one is told that he lost, and yet has left his task behind.
    assert any("2 open tasks" in line for line in wrong), wrong


def test_without_the_lock_a_join_loses_a_branch(database: Database, unlocked_pair: Racers) -> None:
    assert contests.the_last_two_branches_of_a_join(branching_office(database), unlocked_pair, 5) != []


def test_without_its_condition_a_claim_goes_to_both(
    office: Office, pair: Racers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "update", Unconditional)
    wrong = contests.two_claim(office, pair, 5)
    assert any(line.startswith("2 winners") for line in wrong), wrong


def test_without_the_record_a_key_used_twice_starts_two_cases(
    office: Office, pair: Racers, monkeypatch: pytest.MonkeyPatch
) -> None:
    different = itertools.count()
    monkeypatch.setattr(idempotency, "_digest", lambda value: str(next(different)))
    assert contests.the_same_start_twice(office, pair, 1) != []


@pytest.mark.parametrize("get", [leaving.claim, leaving.be_handed])
@pytest.mark.parametrize("leave", [leaving.disable, leaving.leave_the_lane])
def test_without_the_lock_on_its_holder_a_task_stays_with_who_left(
    office: Office, pair: Racers, get: leaving.Change, leave: leaving.Change
) -> None:
    @contextmanager
    def around() -> Iterator[None]:
        with unlocked(office.database), leaving.meeting_in_the_middle(get):
            yield

    pair.around = around
    wrong = leaving.held_after_leaving(office, pair, get, leave, 5)
    assert any("tasks are held" in line for line in wrong), wrong


def test_with_the_lock_commands_never_meet(office: Office, pair: Racers) -> None:
    pair.around = lambda: meeting_inside("complete", "fire")
    assert contests.two_complete(office, pair, 3, planned=False) == []
