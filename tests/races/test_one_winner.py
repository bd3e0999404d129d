"""Two at the same moment: one wins, the other is told who did, and nothing is there twice.

``ALUR_ROUNDS=1000`` lets two complete one task as often, as each night. `tests/races/test_without_the_lock.py`
makes the two meet, and shows that the same check sees a lock that is gone.
"""

import os
from functools import partial

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import Conflict
from app.models import Job
from app.services.instances import instances
from tests.races import contests, leaving
from tests.races.contests import Round
from tests.races.offices import interrupted_office
from tests.races.together import Racers
from tests.services.office import Office

pytestmark = pytest.mark.slow
ROUNDS = int(os.environ.get("ALUR_ROUNDS", "60"))


@pytest.mark.parametrize("planned", [True, False])
def test_two_officers_complete_one_task_and_one_of_them_does(
    office: Office, pair: Racers, planned: bool
) -> None:
    assert contests.two_complete(office, pair, ROUNDS, planned=planned) == []


def test_two_officers_claim_one_task_and_one_of_them_has_it(office: Office, pair: Racers) -> None:
    assert contests.two_claim(office, pair, 100) == []


def test_one_claims_a_task_that_another_completes(office: Office, pair: Racers) -> None:
    assert contests.one_claims_what_another_completes(office, pair, 100) == []


def test_one_takes_back_what_another_goes_on_with_and_one_of_them_does(office: Office, pair: Racers) -> None:
    wrong, winners = contests.one_undoes_what_another_goes_on_with(office, pair, 60)
    assert wrong == []
    assert winners == {0, 1}, "the race was none"


def test_an_officer_completes_a_task_that_its_deadline_takes_away(database: Database, pair: Racers) -> None:
    wrong, winners = contests.one_completes_against_the_timer(interrupted_office(database), pair, 200)
    assert wrong == []
    assert winners == {0, 1}, "the race was none"


def test_a_case_is_cancelled_while_its_task_is_completed(office: Office, pair: Racers) -> None:
    for _n in range(30):
        now = Round(office, office.start())
        completed, cancelled = pair.run(now.complete(office.rina), now.cancel())
        assert cancelled.error is None
        assert completed.error is None or isinstance(completed.error, Conflict)
        with office.database.reading() as session:
            assert instances.open_tasks(session, now.case.id) == []
            assert session.scalars(select(Job).where(Job.instance_id == now.case.id)).all() == []


@pytest.mark.parametrize("get", [leaving.claim, leaving.be_handed])
@pytest.mark.parametrize("leave", [leaving.disable, leaving.leave_the_lane])
def test_nobody_is_left_with_a_task_who_is_not_there_any_more(
    office: Office, pair: Racers, get: leaving.Change, leave: leaving.Change
) -> None:
    assert leaving.held_after_leaving(office, pair, get, leave, 30) == []
    pair.around = partial(leaving.meeting_in_the_middle, get)
    assert leaving.held_after_leaving(office, pair, get, leave, 3) == []
