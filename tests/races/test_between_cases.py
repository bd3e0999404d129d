"""Two at the same moment where cases write to each other: nothing is begun twice, and nothing stays lying."""

from functools import partial

import pytest
from sqlalchemy import select

from app.commands.instances.jobs import fire_job
from app.models import InstanceMessage, Job, ProcessInstance
from app.services.core import clock
from tests.engine.building import bpmn, end, node, timer
from tests.engine.pools import dinas
from tests.races.together import Racers
from tests.services.office import Office
from tests.services.two_pools import at, begin, busy, cases, deploy, files, finish, work

pytestmark = pytest.mark.slow
TIMES = 20


def job_of(office: Office, sender: ProcessInstance) -> str:
    with office.database.reading() as session:
        query = select(Job.id).join(InstanceMessage, InstanceMessage.id == Job.message_id)
        return session.scalars(query.where(InstanceMessage.sender_id == sender.id)).one()


@pytest.mark.filterwarnings(
    "ignore::sqlalchemy.exc.SAWarning"
)  # as when it runs: a lost race must not need one
def test_two_workers_begin_one_case(office: Office, pair: Racers) -> None:
    deploy(office, files(busy(), dinas()))
    for times in range(1, TIMES + 1):
        attempt = partial(fire_job, office.database, job_of(office, begin(office)))
        outcomes = pair.run(attempt, attempt)
        assert [outcome.error for outcome in outcomes] == [None, None]
        work(office)
        assert len(cases(office, "dinas")) == times


def test_an_answer_that_comes_while_the_case_begins_to_wait_is_heard(office: Office, pair: Racers) -> None:
    deploy(office, files(busy(), dinas()))
    for _time in range(TIMES):
        case = begin(office)
        work(office)
        other = cases(office, "dinas")[-1]
        finish(office, other, putusan="ya")
        attempt = partial(fire_job, office.database, job_of(office, other))
        outcomes = pair.run(attempt, partial(finish, office, case))
        assert outcomes[1].error is None
        work(office)
        assert at(office, case) == ["catat"]


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_two_workers_begin_one_case_by_the_clock(office: Office, pair: Racers) -> None:
    weekly = node("startEvent", "senin", inside=timer("R/P7D", kind="timeCycle"))
    diagram = bpmn([weekly, end("selesai")], "senin > selesai", lanes={"Loket": "senin selesai"}, key="rekap")
    deploy(office, {"rekap.bpmn": diagram})
    for times in range(1, TIMES + 1):
        with office.database.transaction() as session:
            [job] = session.scalars(select(Job).where(Job.instance_id.is_(None)))
            job.run_at = job.due_at = clock.now(session)
            attempt = partial(fire_job, office.database, job.id)
        outcomes = pair.run(attempt, attempt)
        assert [outcome.error for outcome in outcomes] == [None, None]
        assert len(cases(office, "rekap")) == times
