"""The numbers that are kept are those of a recount, whatever was done in between."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.commands import numbers
from app.models import ActivityFact, CaseFact, EventChain, FigureChange, FigureTotal, ProcessInstance
from app.services.core import clock
from app.services.instances import instances
from app.services.numbers import recount, totals
from app.services.tasks import tasks
from tests.facts import follow
from tests.services.numbers.random_work import BEGIN, work
from tests.services.office import Office

pytestmark = pytest.mark.usefixtures("facts_follow")


@pytest.mark.parametrize("seed", range(3))
def test_random_work_leaves_the_numbers_of_a_recount(office: Office, seed: int) -> None:
    work(office, seed)
    with office.database.reading() as session:
        assert session.scalars(select(CaseFact)).all()
        assert session.scalars(select(ActivityFact)).all()
        assert list(recount.differences(session)) == []


def test_numbers_are_the_same_before_and_after_folding(office: Office) -> None:
    work(office, 7, steps=30)
    with office.database.transaction() as session:
        before = {names: totals.summed(session, "uji", *names) for names in SLICES}
        assert all(before.values())
        while totals.fold(session, limit=3):
            pass
        assert not session.scalars(select(FigureChange)).all()
        after = {names: totals.summed(session, "uji", *names) for names in SLICES}
    assert after == before


SLICES = (
    (),
    ("month",),
    ("month", "unit"),
    ("activity",),
    ("month", "unit", "activity"),
    ("outcome", "unit"),
)


def test_a_difference_is_told(office: Office) -> None:
    work(office, 3, steps=20)
    with office.database.transaction() as session:
        totals.fold(session)
        session.scalars(select(CaseFact)).first().unit_code = "Z"  # type: ignore[union-attr]
        session.scalars(select(FigureTotal)).first().received += 1  # type: ignore[union-attr]
        session.flush()
        assert {one.what for one in recount.differences(session)} == {"case", "total"}


def test_facts_are_made_anew_where_their_cases_are_marked(office: Office) -> None:
    work(office, 5, steps=30)
    with office.database.transaction() as session:
        for model in (ActivityFact, CaseFact, FigureChange, FigureTotal):
            session.query(model).delete()
        assert list(recount.differences(session))
        session.execute(update(EventChain).where(EventChain.instance_id > 0).values(stale=True))
    follow(office.database)
    while numbers.fold(office.database):
        pass
    with office.database.reading() as session:
        assert list(recount.differences(session)) == []
        assert not session.scalars(select(FigureChange)).all()


def test_a_month_tells_what_was_received_answered_and_finished(office: Office) -> None:
    case = begun(office, BEGIN)
    done(office, case, BEGIN + timedelta(minutes=90), {"hasil": "cukup", "unit": "A"})
    done(office, case, BEGIN + timedelta(days=31), {}, unit=True)  # 2 April
    with office.database.reading() as session:
        found = totals.summed(session, "uji", "month")
        by_activity = totals.summed(session, "uji", "month", "activity")
        of_a = totals.summed(session, "uji", "month", only={"unit": "A"})
    march, april = found[("2026-03",)], found[("2026-04",)]
    assert (march.received, march.answered, march.finished) == (1, 0, 0)
    assert (april.answered, april.finished, april.unanswered) == (1, 1, 0)
    assert (by_activity["2026-03", "periksa"].done, by_activity["2026-03", "periksa"].within) == (1, 1)
    assert by_activity["2026-03", "periksa"].done_minutes == 90
    assert (of_a[("2026-03",)].received, of_a[("2026-03",)].done, of_a[("2026-04",)].done) == (1, 0, 1)


def begun(office: Office, at: datetime) -> ProcessInstance:
    with office.database.transaction() as session:
        clock.fix(session, at)
        return instances.start(session, "uji", {"judul": "Lampu mati"}, actor=office.rina).instance


def done(
    office: Office, case: ProcessInstance, at: datetime, values: dict[str, str], *, unit: bool = False
) -> None:
    with office.database.transaction() as session:
        clock.fix(session, at)
        [task] = instances.open_tasks(session, case.id)
        actor = office.dinas_a if unit else office.rina
        tasks.complete(session, task.id, values, {}, actor=actor)
