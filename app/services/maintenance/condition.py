"""How an installation is: what waits, how far behind its parts are, what is left of the disk. No personal data."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.orm import Session

from app.history import reader
from app.models import Incident, Job, LoginSession, OutboxMessage, UserTask, Work
from app.models.tasks import IS_OPEN
from app.services.core import clock, settings
from app.services.evidence import refusals
from app.services.maintenance import heartbeat, migrations, scheduled_backups, work
from app.services.people import sessions
from app.services.search import words

#: No count goes further: each is a look at the first rows of an index.
MOST = 100_000


@dataclass(frozen=True)
class Condition:
    """What was measured at one moment. Counts end at `MOST`; an age is None where there is nothing of that age."""

    open_tasks: int
    overdue_tasks: int
    open_incidents: int
    jobs_waiting: int
    jobs_late: int
    #: Of the timer that should have fired first.
    job_late_s: float
    outbox_waiting: int
    outbox_age_s: float
    #: Events of cases that came after the newest one whose case is indexed.
    search_lag: int
    #: Pieces of other work that nobody is at although they are due, since when, and those that failed last time.
    work_late: int
    work_late_s: float
    work_failing: int
    sessions_open: int
    worker_age_s: float | None
    backup_age_s: float | None
    #: 1 where the record is no longer what was signed of it.
    checkpoint_refused: int
    disk_free_bytes: int
    disk_bytes: int

    @property
    def numbers(self) -> Mapping[str, float]:
        """What is a number now, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


def measure(session: Session) -> Condition:
    """Measure. 4 SQL, whatever the installation holds."""
    now, real = clock.now(session), clock.real()
    indexed = words.indexed_event(session, 0)
    alive = (LoginSession.seen_at > real - sessions.IDLE, LoginSession.created_at > real - sessions.ABSOLUTE)
    waits = OutboxMessage.delivered_at.is_(None)
    late = (Work.due_at < real, Work.holder.is_(None))
    row = session.execute(
        select(
            _count(select(literal(1)).where(IS_OPEN), UserTask),
            _count(select(literal(1)).where(IS_OPEN, UserTask.sort_at < now), UserTask),
            _count(select(literal(1)).where(Incident.resolved_at.is_(None)), Incident),
            _count(select(literal(1)).where(Job.run_at.is_not(None)), Job),
            _count(select(literal(1)).where(Job.run_at < now), Job),
            select(func.min(Job.run_at)).scalar_subquery(),
            _count(select(literal(1)).where(waits), OutboxMessage),
            select(OutboxMessage.queued_at)
            .where(waits)
            .order_by(OutboxMessage.id)
            .limit(1)
            .scalar_subquery(),
            _count(reader.later(indexed)),
            _count(select(literal(1)).where(*late), Work),
            select(func.min(Work.due_at)).where(*late).scalar_subquery(),
            # What a receiver does not take is told where it is listed, and no fault of this installation.
            _count(select(literal(1)).where(work.FAILED, Work.receiver.is_(None)), Work),
            _count(select(literal(1)).where(*alive), LoginSession),
            select(func.count()).select_from(refusals.stored().subquery()).scalar_subquery(),
        )
    ).one()
    tasks, overdue, incidents, jobs, jobs_late, first_job, outbox, first_message, lag, *others = row
    work_late, first_work, failing, signed_in, refused = others
    age, backed_up = heartbeat.age(session), scheduled_backups.age(session)
    disk = shutil.disk_usage(settings.config(session).data_dir)
    return Condition(
        tasks,
        overdue,
        incidents,
        jobs,
        jobs_late,
        _behind(first_job, now),
        outbox,
        _behind(first_message, now),
        lag,
        work_late,
        _behind(first_work, real),
        failing,
        signed_in,
        age.total_seconds() if age is not None else None,
        backed_up.total_seconds() if backed_up is not None else None,
        refused,
        disk.free,
        disk.total,
    )


def _count(rows: Select[int], table: type | None = None) -> ColumnElement[int]:
    found = (rows.select_from(table) if table is not None else rows).limit(MOST).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


def _behind(at: datetime | None, now: datetime) -> float:
    return max((now - at).total_seconds(), 0.0) if at is not None else 0.0


@dataclass(frozen=True)
class Build:
    """What runs here: the database and its revision."""

    database: str
    revision: str


def build(session: Session) -> Build:
    """What runs here. No SQL."""
    return Build(session.get_bind().dialect.name, migrations.newest())
