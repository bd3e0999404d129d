"""Facts follow the events of their cases: all of them, once, in whichever order transactions commit."""

from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from app.base.config import Config
from app.base.db import Database
from app.commands import numbers
from app.models import ActivityFact, CaseFact, EventChain, FigureChange, HistoryEvent, ProcessInstance
from app.services.core import access
from app.services.definitions import definitions
from app.services.evidence import verifying
from app.services.instances import cancellation
from app.services.numbers import fact_writing, facts, recount, totals
from app.services.tasks import tasks
from tests.facts import follow
from tests.services.counting import statements
from tests.services.numbers.random_work import work
from tests.services.office import Office
from tests.services.unreadable import each_place, unreadable

ENOUGH = {"hasil": "cukup", "unit": "A"}


def complete(office: Office, case: ProcessInstance) -> None:
    task = office.open_task(case)
    with office.database.transaction() as session:
        tasks.complete(session, task.id, ENOUGH, {}, actor=office.rina)


def done(database: Database) -> dict[int, int]:
    """How many tasks are counted as done, by case."""
    with database.reading() as session:
        query = select(ActivityFact.instance_id, func.count()).group_by(ActivityFact.instance_id)
        return {case: number for case, number in session.execute(query)}


def fits(database: Database) -> None:
    """Nothing waits, and each fact and total is what a recount says."""
    with database.reading() as session:
        assert not fact_writing.waiting(session)
        assert list(recount.differences(session)) == []


def test_facts_are_late_once_they_do_not_follow(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(database)

    def are_late() -> bool:
        with database.reading() as session:
            return fact_writing.are_late(session)

    office.start()
    assert not are_late()
    monkeypatch.setattr(fact_writing, "_LATE_S", -1)  # as if that much time had passed
    assert are_late()
    follow(database)
    assert not are_late()


@pytest.mark.parametrize("first", [0, 1])
def test_facts_follow_in_whichever_order_transactions_commit(postgres_database: Database, first: int) -> None:
    database, office = postgres_database, Office(postgres_database)
    cases = [office.start(), office.start()]
    follow(database)
    later, earlier = cases[first], cases[1 - first]
    with database.transaction() as session:
        cancellation.cancel(session, later.id, "Dicabut", actor=office.owner)
        session.flush()
        session.scalar(select(func.max(HistoryEvent.id)))  # so its events have ids before the other's
        with database.transaction() as other:
            cancellation.cancel(other, earlier.id, "Dicabut", actor=office.owner)
        follow(database)
        assert over(database) == {earlier.id}
    follow(database)
    assert over(database) == {earlier.id, later.id}
    fits(database)


def over(database: Database) -> set[int]:
    """Which cases are counted as over."""
    with database.reading() as session:
        return set(session.scalars(select(CaseFact.instance_id).where(CaseFact.ended_month.is_not(None))))


def test_what_is_recorded_while_facts_are_worked_out_comes_with_the_next_turn(office: Office) -> None:
    database, case = office.database, office.start()
    with database.reading() as session:
        found = fact_writing.outdated(session)
    complete(office, case)
    with database.transaction() as session:
        assert fact_writing.replace(session, found) == 0
    assert done(database) == {}
    follow(database)
    assert done(database) == {case.id: 1}
    fits(database)


def test_a_turn_that_ends_before_its_commit_loses_nothing_and_counts_nothing_twice(office: Office) -> None:
    database = office.database
    for _number in range(3):
        complete(office, office.start())
    with database.reading() as session:
        found = fact_writing.outdated(session)
    with database._session(database._writer) as session:
        assert fact_writing.replace(session, found) == 3
        session.rollback()
    assert done(database) == {}
    with database.transaction() as session:
        assert fact_writing.replace(session, found) == 3
    with database.transaction() as session:  # as a second worker that read the same cases
        assert fact_writing.replace(session, found) == 0
    assert set(done(database).values()) == {1}
    fits(database)


def test_a_case_whose_facts_cannot_be_worked_out_holds_up_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, broken, well = office.database, office.start(), office.start()
    work_out = facts.facts_of_case

    def fail(case: facts.Case, *given: Any) -> dict[str, Any]:
        if case.id == broken.id:
            raise KeyError("odd")
        return work_out(case, *given)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(facts, "facts_of_case", fail)
        follow(database)
        with database.reading() as session:
            assert not fact_writing.waiting(session)  # it is not tried twice a second for ever
            assert list(session.scalars(select(CaseFact.instance_id))) == [well.id]
    complete(office, broken)  # its next event has it tried anew
    follow(database)
    assert done(database) == {broken.id: 1}
    fits(database)


def test_a_case_that_is_refreshed_meanwhile_is_left_as_it_is(office: Office) -> None:
    database, case = office.database, office.start()
    complete(office, case)
    with database.reading() as session:
        found = fact_writing.outdated(session)
    with database.transaction() as session:
        held = access.instance(session, office.rina, case.id, lock=True)
        fact_writing.refresh(session, held, definitions.readable(session, held.definition_id))
    with database.transaction() as session:
        assert fact_writing.replace(session, found) == 0
    fits(database)


def test_a_case_that_somebody_keeps_locked_is_passed_over(postgres_database: Database) -> None:
    office = Office(postgres_database)
    kept, free = office.start(), office.start()
    with postgres_database.transaction() as session:
        access.instance(session, office.rina, kept.id, lock=True)
        follow(postgres_database)  # and nobody waits
        with postgres_database.reading() as other:
            assert other.scalars(select(CaseFact.instance_id)).all() == [free.id]
    follow(postgres_database)
    fits(postgres_database)


@each_place
def test_a_row_that_cannot_be_read_holds_up_no_other_case(sqlite_database: Database, place: str) -> None:
    office = Office(sqlite_database)
    broken, *sound = (office.start().id for _number in range(3))
    with unreadable(sqlite_database, broken, place):
        follow(sqlite_database)
        with sqlite_database.reading() as session:
            assert set(session.scalars(select(CaseFact.instance_id))) - {broken} == set(sound)
            assert not fact_writing.waiting(session)
    with sqlite_database.transaction() as session:
        session.get_one(EventChain, broken).stale = True
    follow(sqlite_database)
    fits(sqlite_database)


def test_a_chain_without_a_case_holds_up_none(office: Office) -> None:
    with office.database.transaction() as session:
        session.add(EventChain(instance_id=10**6, count=1, head=b"x" * 32, last_id=1, stale=True))
    with office.database.reading() as session:
        assert not fact_writing.waiting(session)


def test_hundreds_of_events_are_a_few_turns(office: Office) -> None:
    database = office.database
    for _number in range(80):
        complete(office, office.start())
    with database.reading() as session:
        assert (session.scalar(select(func.count(HistoryEvent.id))) or 0) > 400
    with statements(database) as sent:
        follow(database)
    assert len(sent) < 20
    with database.reading() as session:
        changes = session.scalars(select(FigureChange)).all()
        assert len(changes) == 1
        assert totals.summed(session, "uji")[()].done == 80
    fits(database)


def test_a_turn_costs_as_many_statements_for_one_case_as_for_many(office: Office) -> None:
    costs = []
    for cases in (1, 25):
        for _number in range(cases):
            complete(office, office.start())
        with statements(office.database) as read, office.database.reading() as session:
            found = fact_writing.outdated(session)
        with statements(office.database) as written, office.database.transaction() as session:
            assert fact_writing.replace(session, found) == cases
        costs.append((len(read), len(written)))
    assert costs[0] == costs[1]
    assert costs[1][0] <= 5
    assert costs[1][1] <= 8


def test_a_command_pays_no_statement_for_facts(office: Office) -> None:
    case, sent = office.start(), list[str]()
    task = office.open_task(case)
    event.listen(office.database.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    with office.database.transaction() as session:
        tasks.complete(session, task.id, ENOUGH, {}, actor=office.rina)
    assert sent
    assert not [one for one in sent if "_fact" in one or "figure_" in one]


def test_a_look_that_finds_nothing_reads_an_index_that_holds_nothing(office: Office) -> None:
    database = office.database
    for _number in range(5):
        office.start()
    follow(database)
    with statements(database) as sent, database.reading() as session:
        assert not fact_writing.waiting(session)
    assert len(sent) == 1
    if database.is_sqlite:
        with database.reading() as session:
            asked = "SELECT instance_id, count FROM event_chain WHERE stale = 1 ORDER BY instance_id"
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all()
        assert "ix_event_chain_stale" in str(plan)


def test_what_happens_outside_of_cases_and_to_destroyed_ones_is_never_behind(office: Office) -> None:
    follow(office.database)
    with office.database.reading() as session:
        assert (session.get_one(EventChain, 0).count, session.get_one(EventChain, 0).stale) == (1, False)


def test_facts_that_follow_later_are_no_fault(office: Office, config: Config) -> None:
    work(office, 1, steps=20)
    cancelled = office.start()
    follow(office.database)
    with office.database.transaction() as session:
        cancellation.cancel(session, cancelled.id, "coba", actor=office.owner)
    complete(office, office.start())
    with verifying.snapshot(office.database) as connection:
        assert [
            one.detail for one in verifying.verify(config, connection).faults if "fact" in one.detail
        ] == []
    with office.database.reading() as session:
        assert fact_writing.waiting(session)
        assert list(recount.differences(session)) == []


def test_statistics_count_what_was_recorded_until_now(office: Office) -> None:
    complete(office, office.start())
    numbers.publish(office.database)
    fits(office.database)
