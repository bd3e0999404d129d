"""A case that rina works on as days pass, and the worker fires what is due."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.history import reader
from app.models import Job, MessageWait, ProcessInstance, UserTask
from app.services.core import clock, holidays
from app.services.deployment import deployments
from app.services.instances import instances, jobs, messages
from app.services.tasks import tasks
from tests.services.office import Office

#: Monday, 09.00 in Jakarta.
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class Desk:
    """A case of the procedure, worked on by rina as days pass and the worker fires what is due."""

    def __init__(
        self, office: Office, files: dict[str, bytes], key: str = "laporan", **values: object
    ) -> None:
        self.office, self.now = office, MONDAY
        with self.at() as session:
            deployments.deploy(session, files, actor=None)
        with self.at() as session:
            self.case = instances.start(session, key, values, actor=office.rina).instance

    @contextmanager
    def at(self) -> Iterator[Any]:
        with self.office.database.transaction() as session:
            clock.fix(session, self.now)
            yield session

    def wait(self, **delta: float) -> None:
        until = self.now + timedelta(**delta)
        while True:
            with self.office.database.reading() as session:
                waiting = select(Job).where(Job.instance_id == self.case.id).order_by(Job.run_at).limit(1)
                job = session.scalars(waiting).one_or_none()
            if job is None or job.run_at is None or job.run_at > until:
                break
            self.now = max(self.now, job.run_at)
            with self.at() as session:
                jobs.fire(session, job.id)
        self.now = until

    def complete(self, activity: str = "", **values: Any) -> None:
        task = self.task_at(activity)
        with self.at() as session:
            tasks.complete(session, task.id, values, {}, actor=self.office.rina)

    def answer(self) -> None:
        with self.at() as session:
            wait = session.scalars(select(MessageWait).where(MessageWait.instance_id == self.case.id)).one()
            case = session.get_one(ProcessInstance, self.case.id)
            messages.from_reporter(session, case, wait.id, {"keterangan": "sudah"})

    @property
    def task(self) -> UserTask:
        return self.task_at()

    def task_at(self, activity: str = "") -> UserTask:
        with self.office.database.reading() as session:
            open_ones = instances.open_tasks(session, self.case.id)
            [task] = [one for one in open_ones if not activity or one.activity_id == activity]
            return task

    def due(self, activity: str = "") -> date | None:
        with self.office.database.reading() as session:
            zone = holidays.calendar(session).zone
        at = self.task_at(activity).due_at
        return at.astimezone(zone).date() if at else None

    def events(self, kind: type) -> list[Any]:
        with self.office.database.reading() as session:
            return [
                one.event for one in reader.of_instance(session, self.case.id) if isinstance(one.event, kind)
            ]
