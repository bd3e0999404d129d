"""How long steps waited and were worked on, from their facts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import ActivityFact, CaseFact, UserTask
from app.services.core import clock
from app.services.definitions import definitions
from app.services.instances import instances
from app.services.performance import steps
from app.services.performance.period import Period
from app.services.tasks import tasks
from tests.services.numbers.random_work import BEGIN
from tests.services.office import Office

pytestmark = pytest.mark.usefixtures("facts_follow")


def test_a_step_waits_until_it_is_taken_and_is_worked_on_from_then(office: Office) -> None:
    for wait, work in ((10, 50), (30, 20), (80, 100), (50, 60)):
        run(office, wait, work)
    with office.database.reading() as session:
        definition = session.scalars(select(CaseFact.definition_id)).first()
        assert definition is not None
        asked = Period(definition, "2026-03", "2026-03")
        found = {
            one.id: one for one in steps.of_version(session, asked, definitions.version(session, definition))
        }
        assert (
            steps.of_version(
                session, Period(definition, "2026-04", "2026-04"), definitions.version(session, definition)
            )[0].done
            == 0
        )
        over_time = steps.over_time(session, asked, ["2026-03", "2026-04"], actor=office.auditor)
        [(_month, march), (_next, april)] = next(one for one in over_time if one.id == "periksa").months
        ways = {(row.way, row.variant) for row in session.scalars(select(CaseFact))}
    first = found["periksa"]
    assert (first.done, first.waiting_minutes, first.working_minutes) == (4, 170, 230)
    assert (first.mean_waiting, first.mean_working) == (42.5, 57.5)
    assert (first.median_waiting, first.median_working) == (40, 55)
    assert (first.value("waiting"), first.value("working")) == (40, 55)
    assert (march.median_waiting, march.median_working) == (40, 55)
    assert (april.done, april.median_waiting) == (0, None)
    assert len(ways) == 1
    assert all(way is not None and way.startswith("periksa\n") for way, _variant in ways)


def test_shades_are_told_apart_by_the_greatest() -> None:
    assert steps.shades([0, 1, 50, 99, 100]) == [0, 1, 3, 5, 5]


def run(office: Office, wait: int, work: int) -> None:
    with office.database.transaction() as session:
        clock.fix(session, BEGIN)
        case = instances.start(session, "uji", {"judul": "Lampu mati"}, actor=office.rina).instance
        [task] = instances.open_tasks(session, case.id)
    with office.database.transaction() as session:
        clock.fix(session, BEGIN + timedelta(minutes=wait))
        tasks.claim(session, task.id, actor=office.rina)
    with office.database.transaction() as session:
        clock.fix(session, BEGIN + timedelta(minutes=wait + work))
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina)
    with office.database.transaction() as session:
        clock.fix(session, BEGIN + timedelta(minutes=wait + work + 5))
        for left in session.scalars(select(UserTask).where(UserTask.state == "open")).all():
            tasks.complete(session, left.id, {}, {}, actor=office.dinas_a)
        assert session.scalars(select(ActivityFact)).all()
