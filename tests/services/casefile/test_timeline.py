"""The timeline of a case folds what belongs together, and its replay shows the case as it was at every moment."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.base.errors import NotFound
from app.history import reader
from app.history.events.tasks import TaskOverdue
from app.models import Job, MessageWait, ProcessInstance, User, UserTask
from app.services.casefile import casefile, replay, timeline
from app.services.core import clock
from app.services.instances import cancellation, jobs
from app.services.tasks import tasks
from tests.services.desk import Desk
from tests.services.migration.moving import MOVED_LANE, deploy, move, undo
from tests.services.office import Office, procedure

Stood = tuple[Any, ...]


def stood(office: Office, case: ProcessInstance) -> Stood:
    """Where a case really stands: of its rows what a replay shows."""
    with office.database.reading() as session:
        row = session.get_one(ProcessInstance, case.id)
        query = select(UserTask.id, UserTask.activity_id, UserTask.due_at, UserTask.unit_code, User.name)
        query = query.outerjoin(User, User.id == UserTask.assignee_id)
        open_ = query.where(UserTask.instance_id == case.id, UserTask.state == "open").order_by(UserTask.id)
        timers = select(Job.id, Job.activity_id, Job.due_at).where(Job.instance_id == case.id)
        waits = select(MessageWait.id, MessageWait.activity_id).where(MessageWait.instance_id == case.id)
        return (
            "active" if row.state == "incident" else row.state,
            [(*one[:3], one[3] or "", one[4] or "") for one in session.execute(open_)],
            sorted(tuple(one) for one in session.execute(timers)),
            sorted(tuple(one) for one in session.execute(waits)),
            dict(row.visits),
            dict(row.variables),
            row.definition_id,
        )


def replayed(found: replay.Replay) -> Stood:
    """The same of a replay."""
    then = found.standing
    return (
        then.state,
        [
            (one.id, one.activity_id, one.due_at, one.unit, one.holder)
            for _id, one in sorted(then.tasks.items())
        ],
        sorted((one.id, one.activity_id, one.due_at) for one in then.timers.values()),
        sorted(then.waits.items()),
        dict(then.visits),
        {key: value for key, value in then.variables.items() if value is not None},
        found.version.id,
    )


class Course:
    """A case, and where it stood after each command."""

    def __init__(self, office: Office, case: ProcessInstance) -> None:
        self.office, self.case, self.stood = office, case, dict[int, Stood]()
        self.note()

    def note(self) -> None:
        with self.office.database.reading() as session:
            last = reader.last_id(session, self.case.id)
        self.stood[last] = stood(self.office, self.case)

    def complete(self, **values: Any) -> None:
        task = self.office.open_task(self.case)
        who = self.office.dinas_a if task.lane == "Unit" else self.office.rina
        with self.office.database.transaction() as session:
            tasks.complete(session, task.id, values, {}, actor=who)
        self.note()

    def compare(self) -> None:
        """Every moment that was noted is what its replay shows."""
        actor, seen = self.office.owner, 0
        with self.office.database.reading() as session:
            moments = replay.moments_of(session, self.case.id)
            for number, moment in enumerate(moments, 1):
                if moment.last in self.stood:
                    found = replay.at_moment(session, self.case.id, number, actor=actor)
                    assert replayed(found) == self.stood[moment.last], [e.type for e in found.happened]
                    assert found.standing.whole
                    seen += 1
        assert seen == len(self.stood)


def overdue(office: Office, case: ProcessInstance) -> None:
    """Let the deadline of the open task pass."""
    with office.database.transaction() as session:
        job = session.scalars(select(Job).where(Job.instance_id == case.id)).one()
        clock.fix(session, job.due_at + timedelta(minutes=1))
        jobs.fire(session, job.id)


def test_a_replay_shows_at_every_moment_what_the_case_was_then(office: Office) -> None:
    desk = Desk(office)
    course = Course(office, desk.case)
    desk.complete()
    course.note()
    desk.undo()
    course.note()
    course.complete(hasil="kurang", unit="A")
    target = deploy(office, procedure(lanes=MOVED_LANE, after="5 hari kerja"))
    first = move(office, target, desk.case)
    course.note()
    undo(office, first)
    course.note()
    move(office, target, desk.case)
    course.note()
    overdue(office, desk.case)
    course.note()
    with office.database.transaction() as session:
        cancellation.cancel(session, desk.case.id, "keliru", actor=office.owner)
    course.note()
    course.compare()
    ended = Course(office, office.start(unit="A"))
    ended.complete(hasil="cukup", unit="A")
    ended.complete()
    ended.compare()


def test_one_lateness_is_told_once_with_its_timer_and_notification(office: Office) -> None:
    case = office.start()
    overdue(office, case)
    with office.database.reading() as session:
        file = casefile.open_casefile(session, case.id, actor=office.owner)
        told = timeline.folded(file.events)
        [late] = [one for one in told if isinstance(one.entry.event, TaskOverdue)]
        assert {one.type for one in late.beside} == {"timer_fired", "notification_queued"}
        assert late.since is not None
        assert late.since > timedelta(days=2)
        assert len(told) + len(late.beside) == len(file.events)
        here = timeline.at_element(told, file.version.diagram, "periksa")
        assert [one.entry.type for one in here] == ["task_created", "task_overdue"]
        page, more = casefile.events_before(session, file, file.events[-1].id, actor=office.rina)
        assert (list(page), more) == (list(file.events[:-1]), False)


def test_a_case_of_others_is_not_replayed(office: Office) -> None:
    case = office.start()
    with office.database.reading() as session, pytest.raises(NotFound):
        replay.at_moment(session, case.id, 1, actor=office.dinas_b)
