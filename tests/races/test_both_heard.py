"""Two at the same moment who both have something to say: nothing is lost, and nothing happens twice."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.models import HistoryEvent, ProcessInstance
from app.services.instances import instances, messages
from tests.races import contests
from tests.races.contests import start_once
from tests.races.offices import branching_office, waiting_office
from tests.races.together import Outcome, Racers, in_transaction, one_winner
from tests.services.office import Office

pytestmark = pytest.mark.slow


def test_a_message_that_comes_twice_at_once_is_taken_once(database: Database, pair: Racers) -> None:
    office = waiting_office(database)
    case = office.start()
    for taken in range(1, 51):
        assert one_winner(_two_messages(office, pair, case), ["", ""]) == []
        assert _events(office, case, "message_received") == taken
        with office.database.reading() as session:
            assert len(messages.waiting(session, case.id)) == 1


def _two_messages(office: Office, pair: Racers, case: ProcessInstance) -> list[Outcome]:
    with office.database.reading() as session:
        [wait] = messages.waiting(session, case.id)

    # As the reporter's page does it: this very question is answered, not whichever waits by then.
    def deliver(session: Session) -> None:
        messages.from_reporter(session, case, wait.id, {})

    return pair.run(in_transaction(office.database, deliver), in_transaction(office.database, deliver))


def test_the_last_two_branches_reach_a_join_at_once(database: Database, pair: Racers) -> None:
    assert contests.the_last_two_branches_of_a_join(branching_office(database), pair, 50) == []


def test_a_key_used_twice_at_once_starts_one_case_and_both_get_it(office: Office, pair: Racers) -> None:
    assert contests.the_same_start_twice(office, pair, 50) == []


def test_cases_started_at_once_get_numbers_of_their_own(office: Office, pair: Racers) -> None:
    for _n in range(30):
        outcomes = pair.run(*[start_once(office, "")] * 2)
        assert [outcome.error for outcome in outcomes] == [None, None]
    with office.database.reading() as session:
        numbers = session.scalars(select(ProcessInstance.business_key)).all()
    assert len(numbers) == len(set(numbers)) == 60


def test_one_number_typed_twice_at_once_goes_to_one_case(office: Office, pair: Racers) -> None:
    for n in range(20):
        command = in_transaction(
            office.database,
            lambda s, n=n: instances.start(s, "uji", {"judul": "x", "nomor": f"N{n}"}, actor=office.rina),
        )
        assert one_winner(pair.run(command, command), ["", ""]) == []


def _events(office: Office, case: ProcessInstance, type_: str) -> int:
    with office.database.reading() as session:
        query = select(func.count()).where(HistoryEvent.instance_id == case.id, HistoryEvent.type == type_)
        return session.scalar(query) or 0
